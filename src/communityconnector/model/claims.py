"""What one record states about places that must be hidden, without looking at any other record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeGuard

from communityconnector.model.confidential import Site
from communityconnector.model.contact import Contact, Phone
from communityconnector.model.internal_fields import has_internal
from communityconnector.model.level import Disclosure, strictest
from communityconnector.model.location import Address, Location, LocationType
from communityconnector.model.organization import Organization
from communityconnector.model.record import Record
from communityconnector.model.refuge import look
from communityconnector.model.same_place import plain, street_of
from communityconnector.model.service import Service, ServiceAtLocation
from communityconnector.model.shape import children

PARTS: Final = frozenset({"address", "phone", "contact"})
"""Entities whose records may be private by themselves."""


class Claim(NamedTuple):
    """That a place is to be hidden.

    Attributes:
        location: id of the location.
        level: from whom.
        words: the words by which it looks like a refuge; empty if a record states it.
        link: id of the service at the location by which it is claimed; "" where it is the location's own, or its agency's.
        agencies: what names the agency that claims it (`names_of`); empty where the place itself says it.
        site: where it is.
    """

    location: str
    level: Disclosure
    words: str
    link: str
    agencies: tuple[str, ...]
    site: Site


def claims_of(record: Record, *, deep: bool = True) -> Iterable[Claim]:
    """What a record says of places that are to be hidden.

    Args:
        record: the record.
        deep: whether also what the places and the agency that it embeds say themselves. Where all records are at hand,
            each of them is asked for itself.
    """
    if isinstance(record, Service):
        return _of_service(record, deep)
    if isinstance(record, Organization):
        return _of_agency(record, deep)
    if isinstance(record, ServiceAtLocation):
        return () if record.disclosure is None and not deep else _of_link(record, None, "", None, deep)
    return _of_place(record) if isinstance(record, Location) else ()


def protective(service: Service) -> bool:
    """Return whether names or terms of a service or its agency state that it is a refuge from violence or trafficking."""
    return bool(_sign(service) or (service.organization is not None and _sign(service.organization)))


def _of_service(service: Service, deep: bool) -> Iterator[Claim]:  # noqa: FBT001
    agency = service.organization
    own = _sign(service)
    of_agency = "" if agency is None or own else _sign(agency)
    agency_level = None if agency is None else agency.disclosure
    is_silent = not (own or of_agency or agency_level or service.disclosure)
    for link in service.service_at_locations:
        if is_silent and not deep and link.disclosure is None:
            # As most do.
            continue
        yield from _of_link(link, service.disclosure, own, service, deep)
        place = link.location
        if place is None:
            continue
        if _hides(agency_level):
            yield Claim(place.id, agency_level, "", link.id, names_of(service), site_of(place))
        if of_agency and _silent(place, link.disclosure, service.disclosure, agency_level):
            yield Claim(
                place.id, Disclosure.STAFF_ONLY, of_agency, link.id, names_of(service), site_of(place)
            )
    if deep and agency is not None:
        yield from _of_agency(agency, deep)


def _of_link(
    link: ServiceAtLocation,
    of_service: Disclosure | None,
    looks: str,
    service: Service | None,
    deep: bool,  # noqa: FBT001
) -> Iterator[Claim]:
    place = link.location
    if place is None:
        return
    if deep:
        yield from _of_place(place)
    levels = [level for level in (link.disclosure, of_service) if level is not None]
    names = names_of(service) if service is not None and (levels or looks) else ()
    if levels and _hides(level := strictest(*levels)):
        yield Claim(place.id, level, "", link.id, names, site_of(place))
    if looks and _silent(place, *levels):
        yield Claim(place.id, Disclosure.STAFF_ONLY, looks, link.id, names, site_of(place))


def _of_agency(agency: Organization, deep: bool) -> Iterator[Claim]:  # noqa: FBT001
    looks = _sign(agency)
    for place in agency.locations:
        if deep:
            yield from _of_place(place)
        if _hides(agency.disclosure):
            yield Claim(place.id, agency.disclosure, "", "", names_of(agency), site_of(place))
        if looks and _silent(place, agency.disclosure):
            yield Claim(place.id, Disclosure.STAFF_ONLY, looks, "", names_of(agency), site_of(place))


def _of_place(place: Location) -> Iterator[Claim]:
    level = own_level(place)
    if _hides(level):
        yield Claim(place.id, level, "", "", (), site_of(place))
    elif level is None:
        looks = _words(place.name, place.alternate_name)
        if looks:
            yield Claim(place.id, Disclosure.STAFF_ONLY, looks, "", (), site_of(place))


def _silent(place: Location, *levels: Disclosure | None) -> bool:
    """Return whether neither a place nor anything that leads to it states who may know it. Only then do looks count."""
    return own_level(place) is None and not any(level is not None for level in levels)


def _sign(record: Service | Organization) -> str:
    """The words by which a service or an agency itself looks like a refuge."""
    if isinstance(record, Organization):
        return _words(record.name, record.alternate_name)
    texts = [record.name, record.alternate_name]
    if record.program is not None:
        texts += [record.program.name, record.program.alternate_name]
    for attribute in record.attributes:
        term = attribute.taxonomy_term
        # A category without a term, as plain lists have it.
        texts += [attribute.label or attribute.value] if term is None else [term.name, term.code]
    return _words(*texts)


def _words(*texts: str | None) -> str:
    for text in texts:
        sign = look(text) if text else None
        if sign is not None:
            return sign[1]
    return ""


def _hides(level: Disclosure | None) -> TypeGuard[Disclosure]:
    return level is not None and level is not Disclosure.PUBLIC


def own_level(place: Location) -> Disclosure | None:
    """Return the level of a location by its own statement, or by that of the address where it stands."""
    levels = [] if place.disclosure is None else [place.disclosure]
    levels += [a.disclosure for a in place.addresses if _hides(a.disclosure) and _stands_at(place, a)]
    return strictest(*levels) if levels else None


_FOR_LETTERS: Final = (LocationType.POSTAL, LocationType.VIRTUAL)


def _stands_at(place: Location, address: Address) -> bool:
    """Whether a private address tells where its location stands: not one for letters, beside one that may be seen."""
    return address.address_type not in _FOR_LETTERS or not any(
        other.address_type not in _FOR_LETTERS and not _hides(other.disclosure) for other in place.addresses
    )


def site_of(place: Location) -> Site:
    """Return where a location is, as far as that may reveal it."""
    point = place.point
    return Site(
        tuple(
            dict.fromkeys(
                line.strip()
                for address in place.addresses
                for line in (address.address_1, address.address_2)
                if line and line.strip()
            )
        ),
        tuple(dict.fromkeys(filter(None, map(street_of, place.addresses)))),
        () if point is None else ((point.latitude, point.longitude),),
        _plain_name(place.name or ""),
    )


def names_of(record: Service | Organization) -> tuple[str, ...]:
    """What names an agency: its id and its name; that of the service where no agency is known."""
    if isinstance(record, Organization):
        name = _plain_name(record.name)
        return (f"id {record.id}", f"name {name}") if name else (f"id {record.id}",)
    if record.organization is not None:
        return names_of(record.organization)
    return (f"id {record.organization_id}",) if record.organization_id else (f"service {record.id}",)


def name_of(record: Record) -> str:
    """Entity and id of a record, in one text."""
    return f"{record.entity} {record.id}"


def known(names: tuple[str, ...]) -> bool:
    """Return whether names are those of an agency, not of a service whose agency is unknown."""
    return bool(names) and not names[0].startswith("service ")


_SIGNS: Final = re.compile(r"[\W_]+")


def _plain_name(name: str) -> str:
    return _SIGNS.sub(" ", plain(name)).strip()


class Part(NamedTuple):
    """A phone, contact or address that is private by itself.

    Attributes:
        key: entity and id of the record.
        level: from whom it is hidden.
        values: what identifies it: digits of a phone, an e-mail address.
    """

    key: str
    level: Disclosure
    values: tuple[str, ...]


INTERNAL: Final = "internal"
"""Stands, as the key of a part, for all fields that are for those who keep the data (`internal_fields`)."""


def parts_of(record: Record) -> Iterator[Part]:
    """The private phones, contacts and addresses among a record and what it embeds, and whether it has internal fields."""
    if record.extra and has_internal(record.extra):
        yield Part(INTERNAL, Disclosure.NEVER, ())
    level = getattr(record, "disclosure", None)
    if record.entity in PARTS and _hides(level):
        yield Part(name_of(record), level, tuple(filter(None, _telling(record))))
    for _, child in children(record):
        yield from parts_of(child)


_DIGITS: Final = re.compile(r"\D+")


def _telling(record: Record) -> Iterator[str]:
    if isinstance(record, Phone):
        yield _DIGITS.sub("", record.number)[-10:]
    elif isinstance(record, Contact):
        yield (record.email or "").casefold()
        for phone in record.phones:
            yield from _telling(phone)


PlainStatements = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]
"""Claims and private parts of a record, as plain values."""


def plain_statements(record: Record) -> PlainStatements:
    """Return what a record states about what must be hidden, as plain values."""
    claims = [
        (c.location, c.level.value, c.words, c.link, c.agencies, c.site.to_plain()) for c in claims_of(record)
    ]
    return claims, [(part.key, part.level.value, part.values) for part in parts_of(record)]


def statements_of(plain: PlainStatements) -> tuple[list[Claim], list[Part]]:
    """Return the statements that `plain_statements` returned as plain values."""
    claims, parts = plain
    return (
        [
            Claim(location, Disclosure(level), words, link, agencies, Site.of_plain(site))
            for location, level, words, link, agencies, site in claims
        ],
        [Part(key, Disclosure(level), values) for key, level, values in parts],
    )


def stands_as(service: Service) -> tuple[Any, ...]:
    """Return all that a service states about places: if it is equal after a change, the change concerns no place."""
    embedded = [link.location for link in service.service_at_locations if link.location is not None]
    if service.organization is not None:
        embedded += service.organization.locations
    return (
        plain_statements(service),
        names_of(service),
        [(p.id, own_level(p), site_of(p).to_plain()) for p in embedded],
    )
