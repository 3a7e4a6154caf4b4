"""Links between the records of a graph: each in its canonical place.

A service embeds its organization and its `service_at_locations`, and a `ServiceAtLocation` embeds its location.
`Organization.services` and `ServiceAtLocation.service` are empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from communityconnector.model.apart import OWNER_IN_WORDS, another
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.graph import Graph
from communityconnector.model.identity import ids_in
from communityconnector.model.record import ENTITIES, Record, specs
from communityconnector.model.shape import Link, entity_named, shape

Stated = Mapping[tuple[str, str], Mapping[str, str]]
"""References that records state beside being embedded, by entity and id: field to value."""

_COLLECTIONS: Mapping[str, str] = {"attribute": "attributes", "metadata": "metadata"}
"""The field that holds the records of an entity whose owner is named in words."""


class Linker:
    """Links the records of a graph.

    Args:
        graph: the records.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def link(self) -> None:
        """Turn references into embedding, and both-way embedding into its canonical side."""
        self._canonical_sides()
        for entity, records in self._graph.records.items():
            links, linked, nodes = shape(entity).links, shape(entity).linked, self._graph.nodes[entity]
            if not links:
                continue
            for key, record in records.items():
                node = nodes.get(key)
                for link, stated in zip(links, linked(record), strict=True):
                    value = stated if node is None else node.changed.get(link.field, stated)
                    if not value:
                        continue
                    if value in self._graph.records[link.target]:
                        self._embed(entity, key, link, value)
                    elif link.side == "parent":
                        self._embed_in_each(entity, key, link, value)
        for entity, collection in _COLLECTIONS.items():
            for key, record in self._graph.records[entity].items():
                self._link_by_name(key, record, collection)
        self._link_more_owners()
        self._one_service_each()

    def _embed(self, entity: str, key: str, link: Link, value: str) -> None:
        """Embed a record where its reference, or the reference to it, says; stated and embedded both, it stays."""
        if link.side == "parent":
            if key in self._graph.embedded_ids(link.target, value, link.place):
                return
            self._graph.node(link.target, value).manys.setdefault(link.place, {})[key] = None
        else:
            node = self._graph.nodes[entity].get(key)
            embedded = (
                getattr(self._graph.records[entity][key], link.place)
                if node is None
                else node.ones.get(link.place)
            )
            if embedded:
                embedded_id = embedded if isinstance(embedded, str) else embedded.id
                if embedded_id != value:
                    self._contradiction(entity, key, link.field, value)
                return
            self._graph.node(entity, key).ones[link.place] = value
        self._graph.node(entity, key).changed[link.field] = None

    def _embed_in_each(self, entity: str, key: str, link: Link, value: str) -> None:
        """Embed a part in each of the owners that its reference lists, if it has all of them."""
        owners = ids_in(value)
        if len(owners) > 1 and all(owner in self._graph.records[link.target] for owner in owners):
            for owner in owners:
                self._embed(entity, key, link, owner)
            self._graph.listed.setdefault(entity, []).append(key)

    def _contradiction(self, entity: str, key: str, field: str, value: str) -> None:
        self._graph.conflicts.append(
            Finding(
                severity=Severity.WARNING,
                rule="contradictory-reference",
                message=f"{field} names another record than the one embedded; find out which is right",
                action="kept the embedded one",
                path=field,
                entity=entity,
                record_id=key,
                value=value,
            )
        )

    def _canonical_sides(self) -> None:
        for key, organization in self._graph.records["organization"].items():
            node = self._graph.nodes["organization"].get(key)
            if node is None and not getattr(organization, "services", ()):
                continue
            for service in self._graph.node("organization", key).manys.pop("services", {}):
                self._graph.node("service", service).ones.setdefault("organization", key)
        for key, link in self._graph.records["service_at_location"].items():
            node = self._graph.nodes["service_at_location"].get(key)
            if node is None and getattr(link, "service", None) is None:
                continue
            service = self._graph.node("service_at_location", key).ones.pop("service", "")
            if service:
                self._graph.node("service", service).manys.setdefault("service_at_locations", {})[key] = None

    def _link_by_name(self, key: str, record: Record, collection: str) -> None:
        """Attach an attribute or a change of a record, whose reference names its entity in words."""
        id_field, entity_field = OWNER_IN_WORDS[record.entity]
        owner_id = getattr(record, id_field)
        if not owner_id:
            return
        named = entity_named(getattr(record, entity_field) or "")
        owner = named if owner_id in self._graph.records.get(named, {}) else self._only_one_with(owner_id)
        if not owner or collection not in specs(ENTITIES[owner]):
            return
        if key not in self._graph.embedded_ids(owner, owner_id, collection):
            self._graph.node(owner, owner_id).manys.setdefault(collection, {})[key] = None
            changed = self._graph.node(record.entity, key).changed
            changed[id_field] = None
            if named == owner:
                changed[entity_field] = None

    def _link_more_owners(self) -> None:
        """Attach parts to those of their owners that a later body of theirs names."""
        for record, field, key in self._graph.more_owners:
            collection = _COLLECTIONS.get(record.entity)
            if collection is not None and field == OWNER_IN_WORDS[record.entity][0]:
                self._link_by_name(key, record, collection)
                continue
            value = getattr(record, field)
            link = next(link for link in shape(record.entity).links if link.field == field)
            if value in self._graph.records[link.target]:
                self._embed(record.entity, key, link, value)
            else:
                self._graph.report_conflict(record, field, value)

    def _one_service_each(self) -> None:
        """A service at a location belongs to one service; where several name the same one, each gets its own."""
        owners: dict[str, str] = {}
        for service in self._graph.records["service"]:
            link_ids = self._graph.embedded_ids("service", service, "service_at_locations")
            taken = [key for key in link_ids if owners.setdefault(key, service) != service]
            if not taken:
                continue
            own = {
                key: another("service_at_location", key, service) if key in taken else key for key in link_ids
            }
            for key in taken:
                self._graph.copy("service_at_location", key, own[key])
            self._graph.node("service", service).manys["service_at_locations"] = dict.fromkeys(own.values())
            self._graph.repeated.setdefault("service_at_location", []).extend(sorted(taken))

    def _only_one_with(self, key: str) -> str:
        """The one entity that has a record of this id: real files name the wrong entity, or none."""
        entities = [entity for entity, records in self._graph.records.items() if key in records]
        return entities[0] if len(entities) == 1 else ""
