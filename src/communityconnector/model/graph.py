"""From loose records to one graph: every record once, every link in its canonical place.

A source repeats records (an official HSDS example holds 58 objects with 22 ids), embeds them from either
side (an organization's services, a service's organization) or only names them by id (tables). Here they
become one node an (entity, id), and the nodes become frozen records again, each object shared by all that
embed it. Canonical places: a service embeds its organization and its `service_at_locations`, a
`ServiceAtLocation` embeds its location; `Organization.services` and `ServiceAtLocation.service` are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, cast

import attrs

from communityconnector.model.disclosure import level_of, states_level, strictest
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.identity import DISCLOSURE_TAXONOMY
from communityconnector.model.record import ENTITIES, Kind, Record, specs
from communityconnector.model.taxonomy import Attribute, TaxonomyTerm

Tables = dict[str, dict[str, Record]]
"""Records by entity and id."""

_EMPTY: tuple[None, str, tuple[()]] = (None, "", ())


@attrs.frozen(slots=True)
class Shape:
    """The fields of an entity, sorted by what they hold."""

    scalars: tuple[str, ...]
    ones: tuple[tuple[str, str], ...]
    manys: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str], ...]
    values: Callable[[Record], tuple[Any, ...]]


@cache
def shape(entity: str) -> Shape:
    """Sort the fields of an entity: plain values, embedded records, references."""
    facts = specs(ENTITIES[entity])
    scalars = tuple(n for n, f in facts.items() if f.kind not in (Kind.ONE, Kind.MANY))
    return Shape(
        scalars=scalars,
        ones=tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.ONE),
        manys=tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.MANY),
        references=tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.REFERENCE),
        values=attrgetter(*scalars, "extra"),
    )


def children(record: Record) -> Iterator[tuple[str, Record]]:
    """The records that `record` embeds directly, each with the name of its field."""
    facts = shape(record.entity)
    for name, _ in facts.ones:
        child = getattr(record, name)
        if child is not None:
            yield name, child
    for name, _ in facts.manys:
        for child in getattr(record, name):
            yield name, child


@cache
def place_of(entity: str, field: str, target: str) -> tuple[str, str]:
    """Where a reference is embedded: `("parent", field of the target)` or `("child", own field)`.

    Derived from the model: a phone's `service_id` leads into `Service.phones`, a service's
    `organization_id` into its own `organization`. References to the own entity (a parent term, a parent
    organization) are embedded nowhere.
    """
    if entity == target or (entity, field) == ("metadata", "resource_id"):
        return ("", "")
    for name, facts in specs(ENTITIES[target]).items():
        if facts.kind is Kind.MANY and facts.target == entity and not facts.compiled_only:
            return ("parent", name)
    for name, facts in specs(ENTITIES[entity]).items():
        if facts.kind is Kind.ONE and facts.target == target and not facts.compiled_only:
            return ("child", name)
    return ("", "")


@attrs.define(slots=True)
class _Node:
    record: Record
    ones: dict[str, str]
    manys: dict[str, dict[str, None]]
    changed: dict[str, Any]


class Graph:
    """The nodes, while they are gathered and linked."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, _Node]] = {entity: {} for entity in ENTITIES}
        self.findings: list[Finding] = []

    def add(self, record: Record) -> None:
        """Enter a record and all that it embeds."""
        facts = shape(record.entity)
        node = self.nodes[record.entity].get(record.id)
        if node is None:
            node = self.nodes[record.entity][record.id] = _Node(record, {}, {}, {})
        elif node.record is record:
            return
        elif node.record != record:
            self._merge(node, record, facts)
        for name, _ in facts.ones:
            child = getattr(record, name)
            if child is not None:
                node.ones.setdefault(name, child.id)
                self.add(child)
        for name, _ in facts.manys:
            embedded = getattr(record, name)
            if embedded:
                ids = node.manys.setdefault(name, {})
                for child in embedded:
                    ids[child.id] = None
                    self.add(child)

    def _merge(self, node: _Node, other: Record, facts: Shape) -> None:
        """Fill what the first body lacks from another body of the same id; report what they disagree on."""
        for name, mine, theirs in zip(
            (*facts.scalars, "extra"), facts.values(node.record), facts.values(other), strict=True
        ):
            held = node.changed.get(name, mine)
            if name == "extra":
                if theirs and held != theirs:
                    node.changed[name] = {**theirs, **held}
            elif theirs in _EMPTY or held == theirs:
                continue
            elif name == "disclosure" and held is not None:
                node.changed[name] = strictest(held, theirs)
            elif held in _EMPTY:
                node.changed[name] = theirs
            else:
                self.findings.append(
                    Finding(
                        severity=Severity.WARNING,
                        rule="conflicting-records",
                        message=f"two records of one id differ in {name}; find out which is right",
                        action="kept the first",
                        path=name,
                        entity=other.entity,
                        record_id=other.id,
                        value=theirs,
                    )
                )

    def link(self) -> None:
        """Turn references into embedding, and both-way embedding into its canonical side."""
        self._canonical_sides()
        for entity, nodes in self.nodes.items():
            for field, target in shape(entity).references:
                side, name = place_of(entity, field, target)
                if not side:
                    continue
                parents = self.nodes[target]
                for key, node in nodes.items():
                    value = node.changed.get(field, getattr(node.record, field))
                    if not value or value not in parents:
                        continue
                    if side == "parent":
                        held = parents[value].manys.setdefault(name, {})
                        if key in held:
                            continue
                        held[key] = None
                    elif name in node.ones:
                        continue
                    else:
                        node.ones[name] = value
                    node.changed[field] = None
        self._link_by_name("attribute", "link_id", "link_entity", "attributes")
        self._link_by_name("metadata", "resource_id", "resource_type", "metadata")
        self._disclosures()

    def _canonical_sides(self) -> None:
        for key, node in self.nodes["organization"].items():
            for service in node.manys.pop("services", {}):
                self.nodes["service"][service].ones.setdefault("organization", key)
        for key, node in self.nodes["service_at_location"].items():
            service = node.ones.pop("service", "")
            if service:
                self.nodes["service"][service].manys.setdefault("service_at_locations", {})[key] = None

    def _link_by_name(self, entity: str, id_field: str, entity_field: str, collection: str) -> None:
        """Attach attributes and metadata, whose reference names its entity in words."""
        for key, node in self.nodes[entity].items():
            owner_id, owner_entity = getattr(node.record, id_field), getattr(node.record, entity_field)
            if not owner_id:
                continue
            owner = self.nodes.get(_entity(owner_entity), {}).get(owner_id)
            if owner is None:
                # Real files name the wrong entity, or none; an id that only one record has is enough.
                found = [n[owner_id] for n in self.nodes.values() if owner_id in n]
                owner = found[0] if len(found) == 1 else None
            if owner is None or collection not in specs(type(owner.record)):
                continue
            held = owner.manys.setdefault(collection, {})
            if key not in held:
                held[key] = None
                node.changed[id_field] = None
                if _entity(owner_entity) == owner.record.entity:
                    node.changed[entity_field] = None

    def _disclosures(self) -> None:
        """Move what a location's attributes say of its disclosure into its field."""
        places = self.nodes["location"]
        stated = {key: a for key in self.nodes["attribute"] if states_level(a := self._attribute(key))}
        for key, attribute in stated.items():
            level, _ = level_of((attribute,))
            owners = [place for place in places.values() if key in place.manys.get("attributes", {})]
            # A link that names no entity, or the wrong one, must not leave a place open.
            named = places.get(attribute.link_id or "") or places.get((attribute.link_id or "").lower())
            for place in (*owners, *([named] if named is not None else [])):
                held = place.changed.get("disclosure", getattr(place.record, "disclosure", None))
                place.changed["disclosure"] = level if held is None else strictest(held, level or held)
                place.manys.get("attributes", {}).pop(key, None)
            if owners or named is not None:
                for nodes in self.nodes.values():
                    for node in nodes.values():
                        node.manys.get("attributes", {}).pop(key, None)
                del self.nodes["attribute"][key]
        # The terms said it; the field says it now, and a writer makes them anew.
        terms = self.nodes["taxonomy_term"]
        for key in [
            k for k, n in terms.items() if getattr(n.record, "taxonomy", None) == DISCLOSURE_TAXONOMY
        ]:
            del terms[key]

    def _attribute(self, key: str) -> Attribute:
        """An attribute with its term, which a table gives apart."""
        node = self.nodes["attribute"][key]
        attribute = cast("Attribute", node.record)
        term = self.nodes["taxonomy_term"].get(node.ones.get("taxonomy_term", ""))
        if term is None:
            return attribute
        return attrs.evolve(attribute, taxonomy_term=cast("TaxonomyTerm", term.record))

    def tables(self) -> Tables:
        """Freeze the nodes into records, each built once and shared."""
        built: Tables = {entity: {} for entity in self.nodes}

        def build(entity: str, key: str) -> Record:
            done = built[entity].get(key)
            if done is not None:
                return done
            node = self.nodes[entity][key]
            record, changed = node.record, node.changed
            facts = shape(record.entity)
            for name, target in facts.ones:
                child_id = node.ones.get(name)
                child = None if child_id is None else build(target, child_id)
                if child is not getattr(record, name):
                    changed[name] = child
            for name, target in facts.manys:
                ids = node.manys.get(name, ())
                embedded = getattr(record, name)
                made = tuple([build(target, child_id) for child_id in ids])
                if len(made) != len(embedded) or any(a is not b for a, b in zip(made, embedded, strict=True)):
                    changed[name] = made
            done = built[entity][key] = attrs.evolve(record, **changed) if changed else record
            return done

        for entity, nodes in self.nodes.items():
            for key in nodes:
                build(entity, key)
        # Building follows the links, so a record may be built before its turn: put each table in source order.
        return {entity: {key: built[entity][key] for key in nodes} for entity, nodes in self.nodes.items()}


def _entity(word: str | None) -> str:
    """The entity that a word of a table means: `location`, `Location`, `locations`."""
    bare = (word or "").strip().lower().removesuffix(".csv")
    return bare if bare in ENTITIES else _TABLE_NAMES.get(bare, "")


_TABLE_NAMES = {cls.table.removesuffix(".csv"): entity for entity, cls in ENTITIES.items()} | {
    f"{entity}s": entity for entity in ENTITIES
}


def assemble(records: Iterable[Record]) -> tuple[Tables, list[Finding]]:
    """Tie records together; also says which records of one id disagree."""
    graph = Graph()
    for record in records:
        graph.add(record)
    graph.link()
    return graph.tables(), graph.findings


def rebuild(tables: Tables, transform: Callable[[Record], Record]) -> Tables:
    """Apply `transform` to every record, children first, keeping what is shared shared."""
    memo: dict[tuple[str, str], Record] = {}

    def visit(record: Record) -> Record:
        key = (record.entity, record.id)
        done = memo.get(key)
        if done is not None:
            return done
        facts = shape(record.entity)
        changed: dict[str, Any] = {}
        for name, _ in facts.ones:
            child = getattr(record, name)
            if child is not None and (new := visit(child)) is not child:
                changed[name] = new
        for name, _ in facts.manys:
            embedded = getattr(record, name)
            made = tuple([visit(child) for child in embedded])
            if any(a is not b for a, b in zip(made, embedded, strict=True)):
                changed[name] = made
        done = memo[key] = transform(attrs.evolve(record, **changed) if changed else record)
        return done

    return {entity: {key: visit(record) for key, record in table.items()} for entity, table in tables.items()}
