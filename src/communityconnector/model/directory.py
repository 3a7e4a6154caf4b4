"""A directory: records, the links between them, and the findings of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from communityconnector.model.assembly import assemble
from communityconnector.model.audience import Audience
from communityconnector.model.audience_view import findings_for, view_for
from communityconnector.model.comparison import Difference, Update, compare, plan_update
from communityconnector.model.confidential import Confidential
from communityconnector.model.finding import Finding, by_harm
from communityconnector.model.graph import Tables
from communityconnector.model.hiding import confidential
from communityconnector.model.level import Disclosure
from communityconnector.model.linking import Stated
from communityconnector.model.location import Location
from communityconnector.model.offer import Offer
from communityconnector.model.organization import Organization
from communityconnector.model.record import Record
from communityconnector.model.service import Service, ServiceAtLocation
from communityconnector.model.shape import children
from communityconnector.model.taxonomy import Taxonomy, TaxonomyTerm


class Directory:
    """Agencies, services and locations, tied together.

    Every record exists once: what two records embed is the same object. Services embed their organization
    and their locations; the methods lead the other way. A directory does not change; `for_audience` and
    readers make new ones.

    Example:
        >>> import communityconnector as cc
        >>> directory = cc.sample()
        >>> directory
        <Directory of 237 services, 68 organizations, 90 locations; 2 findings>
        >>> shown = directory.for_audience("public").locations.values()
        >>> [place.point for place in shown if place.name == "Confidential location"]
        [None, None, None]

    Attributes:
        findings: what was wrong or unsure in the source, the most harmful first (see `Harm`).
        dataset: what the source states about itself (HSDS version, profile, publisher).
        root: entity of the source's top-level records, `service` or `organization` mostly; writers keep to it.
    """

    def __init__(
        self,
        tables: Tables,
        *,
        findings: Iterable[Finding] = (),
        dataset: Mapping[str, Any] | None = None,
        root: str = "service",
    ) -> None:
        self._tables = tables
        self.findings: tuple[Finding, ...] = by_harm(findings)
        self.dataset: Mapping[str, Any] = dict(dataset or {})
        self.root = root

    @classmethod
    def of(  # noqa: PLR0913  # the constructor's parts, and how to tie them
        cls,
        records: Iterable[Record],
        *,
        partial: Iterable[Record] = (),
        stated: Stated | None = None,
        findings: Iterable[Finding] = (),
        dataset: Mapping[str, Any] | None = None,
        root: str = "service",
    ) -> Directory:
        """Tie records together into a directory.

        Args:
            records: records of any entity, nested, flat (tied by their `*_id` fields) or both.
            partial: records that only fill in what others of their id lack.
            stated: references that a source gave beside the embedding, by entity and id; they are put back.
            findings: what was noticed before. Records of one id that disagree add findings of the rule
                `conflicting-records`.
            dataset: what the source states about itself.
            root: entity of the source's top-level records.
        """
        tables, conflicts = assemble(records, partial=partial, stated=stated)
        return cls(tables, findings=(*findings, *conflicts), dataset=dataset, root=root)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{len(self._tables[entity])} {entity}s" for entity in ("service", "organization", "location")
        )
        return f"<Directory of {counts}; {len(self.findings)} findings>"

    def __eq__(self, other: object) -> bool:
        return self._tables == other._tables if isinstance(other, Directory) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # compared by value, too large to hash

    def table(self, entity: str) -> Mapping[str, Record]:
        """Return the records of one HSDS entity by id, in source order."""
        return MappingProxyType(self._tables[entity])

    @property
    def services(self) -> Mapping[str, Service]:
        """Services by id."""
        return cast("Mapping[str, Service]", self.table("service"))

    @property
    def organizations(self) -> Mapping[str, Organization]:
        """Organizations by id."""
        return cast("Mapping[str, Organization]", self.table("organization"))

    @property
    def locations(self) -> Mapping[str, Location]:
        """Locations by id."""
        return cast("Mapping[str, Location]", self.table("location"))

    @property
    def services_at_locations(self) -> Mapping[str, ServiceAtLocation]:
        """Services at locations by id."""
        return cast("Mapping[str, ServiceAtLocation]", self.table("service_at_location"))

    @property
    def taxonomies(self) -> Mapping[str, Taxonomy]:
        """Taxonomies by id."""
        return cast("Mapping[str, Taxonomy]", self.table("taxonomy"))

    @property
    def taxonomy_terms(self) -> Mapping[str, TaxonomyTerm]:
        """Taxonomy terms by id."""
        return cast("Mapping[str, TaxonomyTerm]", self.table("taxonomy_term"))

    @cached_property
    def offers(self) -> Mapping[str, Offer]:
        """Every service at each of its locations, and every service that has none, by `Offer.id`."""
        offers: dict[str, Offer] = {}
        for key in self.services:
            for offer in self.offers_of(key):
                # Tables with plain numbers may give a link the id of a service, or two services one link.
                offers[offer.id if offer.id not in offers else f"{key}/{offer.id}"] = offer
        return MappingProxyType(offers)

    def offers_of(self, service_id: str) -> tuple[Offer, ...]:
        """Return the offers of a service: one for each location, or one without a location."""
        service = self.services[service_id]
        links = service.service_at_locations or (None,)
        return tuple(Offer(service, link) for link in links)

    def services_of(self, organization_id: str) -> tuple[Service, ...]:
        """Return the services that an organization provides."""
        return self._services_by_organization.get(organization_id, ())

    def offers_at(self, location_id: str) -> tuple[Offer, ...]:
        """Return the offers at a location."""
        return self._offers_by_location.get(location_id, ())

    @cached_property
    def _services_by_organization(self) -> dict[str, tuple[Service, ...]]:
        by_organization: dict[str, list[Service]] = {}
        for service in self.services.values():
            if service.organization is not None:
                by_organization.setdefault(service.organization.id, []).append(service)
        return {key: tuple(services) for key, services in by_organization.items()}

    @cached_property
    def _offers_by_location(self) -> dict[str, tuple[Offer, ...]]:
        by_location: dict[str, list[Offer]] = {}
        for offer in self.offers.values():
            if offer.location is not None:
                by_location.setdefault(offer.location.id, []).append(offer)
        return {key: tuple(offers) for key, offers in by_location.items()}

    @cached_property
    def disclosures(self) -> Mapping[str, Disclosure]:
        """Who may learn where each location is, by location id (see `Disclosure`)."""
        levels = self.confidential.levels
        return MappingProxyType({key: levels.get(key, Disclosure.PUBLIC) for key in self.locations})

    @cached_property
    def confidential(self) -> Confidential:
        """What must be hidden from one audience or another."""
        return confidential(self._tables)

    @property
    def tables(self) -> Tables:
        """All records, by entity and id."""
        return self._tables

    def roots(self) -> Iterator[Record]:
        """Yield the records that no other record embeds. `Directory.of` makes an equal directory from them."""
        for entity, table in self._tables.items():
            yield from (record for key, record in table.items() if key in self.root_ids[entity])

    def diff(self, other: Directory) -> Difference:
        """Return what differs in another directory: records added and removed, and changes of each field.

        Values are unchanged: compare views (`for_audience`) to show the result to an audience.
        """
        return compare(self, other)

    def update(self, new: Directory, *, drop_missing: bool = False) -> Update:
        """Return what a new directory would change, without changing anything.

        Args:
            new: the new directory. Its records replace those with the same id.
            drop_missing: delete what it lacks. By default that is kept.

        Returns:
            The difference, and the resulting directory (`Update.directory`).
        """
        return plan_update(self, new, drop_missing=drop_missing)

    def with_findings(
        self, findings: Iterable[Finding], *, dataset: Mapping[str, Any] | None = None
    ) -> Directory:
        """Return this directory with more findings, and with another `dataset` if one is given."""
        about = self.dataset if dataset is None else dataset
        made = Directory(self._tables, findings=(*self.findings, *findings), dataset=about, root=self.root)
        return made.with_hidden(self.confidential) if "confidential" in self.__dict__ else made

    def with_hidden(self, hidden: Confidential) -> Directory:
        """Return this directory with what must be hidden decided elsewhere, such as by an earlier load.

        Args:
            hidden: what must be hidden.
        """
        made = Directory(self._tables, findings=self.findings, dataset=self.dataset, root=self.root)
        made.confidential = hidden
        return made

    def for_audience(self, audience: Audience | str) -> Directory:
        """Return this directory as an audience may see it. Every match, page and export begins with this step.

        A hidden location keeps its id, its hours and its languages, and loses street, point, name, directions
        and everything else that belongs to the place; `contact_only` keeps phones and contacts. Findings
        about any record that is not shown whole lose their raw values.

        Args:
            audience: `public`, `staff` or `steward` (the keeper of the data, from whom nothing is hidden).
        """
        return view_for(self, Audience(audience))

    def findings_for(self, audience: Audience | str) -> tuple[Finding, ...]:
        """Return the findings as an audience may see them, without raw values of records that are not shown unchanged.

        Args:
            audience: as in `for_audience`.
        """
        return findings_for(self, Audience(audience))

    @cached_property
    def root_ids(self) -> dict[str, set[str]]:
        """Ids of the records that no other record embeds, by entity."""
        embedded: dict[str, set[str]] = {entity: set() for entity in self._tables}
        for table in self._tables.values():
            for record in table.values():
                for _, child in children(record):
                    embedded[child.entity].add(child.id)
        return {entity: set(table) - embedded[entity] for entity, table in self._tables.items()}
