"""From loose records to one graph: every record once, every link in its canonical place.

A source repeats records (an official HSDS example holds 58 objects with 22 ids), embeds them from either
side (an organization's services, a service's organization) or only names them by id (tables). Here they
become one node an (entity, id), and the nodes become frozen records again, each object shared by all that
embed it. Canonical places: a service embeds its organization and its `service_at_locations`, a
`ServiceAtLocation` embeds its location; `Organization.services` and `ServiceAtLocation.service` are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, cast

import attrs

from communityconnector.model.apart import OWNER_IN_WORDS, another, differ, list_found, owners_of, used_twice
from communityconnector.model.disclosure import level_of, states_level
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.identity import DISCLOSURE_TAXONOMY, ids_in
from communityconnector.model.internal_fields import PRIVATE_PARTS
from communityconnector.model.level import Disclosure, levelled, strictest
from communityconnector.model.record import ENTITIES, Record, specs
from communityconnector.model.same_id import SameId
from communityconnector.model.shape import Link, Shape, evolve, shape
from communityconnector.model.taxonomy import Attribute, TaxonomyTerm

Tables = dict[str, dict[str, Record]]
"""Records by entity and id."""

Stated = Mapping[tuple[str, str], Mapping[str, str]]
"""References that records state beside being embedded, by entity and id: field to value."""

_EMPTY: tuple[None, str, tuple[()]] = (None, "", ())

_COLLECTIONS: Mapping[str, str] = {"attribute": "attributes", "metadata": "metadata"}
"""The field that holds the records of an entity whose owner is named in words."""

_OWNERS = ("organization", "service", "service_at_location", "location")
_LEVELS: Mapping[str, Disclosure] = {level.value: level for level in Disclosure}
_PARTS: Mapping[str, str] = {"phones": "phone", "contacts": "contact", "addresses": "address"}

_ENTITY_IN_WORDS = frozenset(field for _, field in OWNER_IN_WORDS.values())


@attrs.define(slots=True)
class _Node:
    """A record that will be built anew, because what it embeds or says has changed."""

    record: Record
    ones: dict[str, str]
    manys: dict[str, dict[str, None]]
    changed: dict[str, Any]


class Graph:
    """The records, while they are gathered and linked.

    A record stays the object that came in until something about it changes; only then it gets a node. A source
    whose records are whole and named once, the commonest, thus costs one look at each.
    """

    def __init__(self) -> None:
        self.records: Tables = {entity: {} for entity in ENTITIES}
        self.nodes: dict[str, dict[str, _Node]] = {entity: {} for entity in ENTITIES}
        self._conflicts: list[Finding] = []
        self._apart: dict[tuple[str, str], SameId] = {}
        # By the object, which is kept so that no other one gets its number.
        self._renamed: dict[int, tuple[str, Record]] = {}
        self._repeated: dict[str, list[str]] = {}
        self._listing: dict[str, list[str]] = {}
        self._more_owners: list[tuple[Record, str, str]] = []

    def add(self, record: Record) -> bool:
        """Enter a record and all that it embeds; gives whether it will stay this very object, as far as is known."""
        entity, key = record.entity, record.id
        table = self.records[entity]
        held = table.get(key)
        if held is record:
            return key not in self.nodes[entity]
        facts = shape(entity)
        if held is None:
            table[key] = record
            whole = True
            for value in facts.embedded(record):
                if not value:
                    continue
                if type(value) is tuple:
                    for child in value:
                        whole = self.add(child) and whole
                else:
                    whole = self.add(value) and whole
            if not whole:
                self.node(entity, key)
            return whole
        if held != record:
            if differ(held, record):
                self._enter_apart(record)
            else:
                self._merge(self.node(entity, key), record, facts)
        return False

    @property
    def findings(self) -> list[Finding]:
        """What was found so far."""
        repeated = (used_twice(entity, keys[0], len(keys)) for entity, keys in self._repeated.items())
        lists = (list_found(entity, keys[0], len(keys)) for entity, keys in self._listing.items())
        return [*self._conflicts, *repeated, *lists]

    def _enter_apart(self, record: Record) -> None:
        """Enter a record whose id an earlier one has, under an id of its own; one that says the same again is the same."""
        entity, key = record.entity, record.id
        same = self._apart.setdefault((entity, key), SameId())
        new = same.id_of(record)
        if not new:
            new = another(entity, key, str(len(same.ids) + 2))
            same.add(new, record)
            self._repeated.setdefault(entity, []).append(key)
        self._renamed[id(record)] = (new, record)
        self.add(evolve(record, {"id": new}))

    def _key(self, record: Record) -> str:
        """The id under which a record was entered."""
        renamed = self._renamed.get(id(record))
        return record.id if renamed is None else renamed[0]

    def node(self, entity: str, key: str) -> _Node:
        """The node of a record, made when it is first asked for."""
        node = self.nodes[entity].get(key)
        if node is None:
            record = self.records[entity][key]
            facts = shape(entity)
            ones = {n: self._key(child) for n, _ in facts.ones if (child := getattr(record, n)) is not None}
            manys = {
                n: dict.fromkeys(map(self._key, held)) for n, _ in facts.manys if (held := getattr(record, n))
            }
            node = self.nodes[entity][key] = _Node(record, ones, manys, {})
        return node

    def fill(self, record: Record) -> None:
        """Add what a row of another table says of a record; without the record it is a loose end."""
        if record.id in self.records[record.entity]:
            self._merge(self.node(record.entity, record.id), record, shape(record.entity))
            return
        self._conflicts.append(
            Finding(
                severity=Severity.ERROR,
                rule="dangling-reference",
                message=f"a row about a record of {record.entity} that is not here",
                action="dropped",
                entity=record.entity,
                record_id=record.id,
            )
        )

    def _merge(self, node: _Node, other: Record, facts: Shape) -> None:
        """Fill what the first body lacks from another body of the same id; report what they disagree on."""
        for name, _ in facts.ones:
            child = getattr(other, name)
            if child is not None:
                self.add(child)
                node.ones.setdefault(name, self._key(child))
        for name, _ in facts.manys:
            for child in getattr(other, name):
                self.add(child)
                node.manys.setdefault(name, {})[self._key(child)] = None
        for name, mine, theirs in zip(
            facts.scalars, facts.values(node.record), facts.values(other), strict=False
        ):
            held = node.changed.get(name, mine)
            if theirs not in _EMPTY and held != theirs:
                self._take(node, other, name, held, theirs)
        extra = node.changed.get("extra", node.record.extra)
        if other.extra and extra != other.extra:
            node.changed["extra"] = {**other.extra, **extra}
            for name, theirs in other.extra.items():
                if extra.get(name, theirs) != theirs:
                    self._conflict(other, name, theirs)

    def _take(self, node: _Node, other: Record, name: str, held: Any, theirs: Any) -> None:
        """Take a value that another body has and the first has not, as far as both can be right."""
        if name == "disclosure" and held is not None:
            node.changed[name] = strictest(held, theirs)
        elif held in _EMPTY:
            node.changed[name] = theirs
        elif name not in owners_of(other.entity):
            self._conflict(other, name, theirs)
        elif name not in _ENTITY_IN_WORDS:
            # Such as a phone that two services share: both of them have it.
            self._more_owners.append((other, name, node.record.id))

    def _conflict(self, other: Record, name: str, theirs: Any) -> None:
        self._conflicts.append(
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

    def link(self, stated: Stated) -> None:
        """Turn references into embedding, and both-way embedding into its canonical side.

        Args:
            stated: references to put back once all is linked: a source gave them beside the embedding.
        """
        self._canonical_sides()
        for entity, records in self.records.items():
            links, linked, nodes = shape(entity).links, shape(entity).linked, self.nodes[entity]
            if not links:
                continue
            for key, record in records.items():
                node = nodes.get(key)
                for link, said in zip(links, linked(record), strict=True):
                    value = said if node is None else node.changed.get(link.field, said)
                    if not value:
                        continue
                    if value in self.records[link.target]:
                        self._embed(entity, key, link, value)
                    elif link.side == "parent":
                        self._embed_in_each(entity, key, link, value)
        for entity, collection in _COLLECTIONS.items():
            for key, record in self.records[entity].items():
                self._link_by_name(key, record, collection)
        self._link_more_owners()
        self._one_service_each()
        self._hide_parts()
        self._disclosures()
        self._level_all_of_one_id()
        for (entity, key), fields in stated.items():
            if key in self.records[entity]:
                self.node(entity, key).changed.update(fields)

    def _embed(self, entity: str, key: str, link: Link, value: str) -> None:
        """Embed a record where its reference, or the reference to it, says; stated and embedded both, it stays."""
        if link.side == "parent":
            if key in self._held(link.target, value, link.place):
                return
            self.node(link.target, value).manys.setdefault(link.place, {})[key] = None
        else:
            node = self.nodes[entity].get(key)
            held = (
                getattr(self.records[entity][key], link.place) if node is None else node.ones.get(link.place)
            )
            if held:
                held_id = held if isinstance(held, str) else held.id
                if held_id != value:
                    self._contradiction(entity, key, link.field, value)
                return
            self.node(entity, key).ones[link.place] = value
        self.node(entity, key).changed[link.field] = None

    def _embed_in_each(self, entity: str, key: str, link: Link, value: str) -> None:
        """Embed a part in each of the owners that its reference lists, if it has all of them."""
        owners = ids_in(value)
        if len(owners) > 1 and all(owner in self.records[link.target] for owner in owners):
            for owner in owners:
                self._embed(entity, key, link, owner)
            self._listing.setdefault(entity, []).append(key)

    def _held(self, entity: str, key: str, field: str) -> Collection[str]:
        """Ids of what a record embeds in a field."""
        node = self.nodes[entity].get(key)
        if node is not None:
            return node.manys.get(field, ())
        return [child.id for child in getattr(self.records[entity][key], field)]

    def _contradiction(self, entity: str, key: str, field: str, value: str) -> None:
        self._conflicts.append(
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
        for key, organization in self.records["organization"].items():
            node = self.nodes["organization"].get(key)
            if node is None and not getattr(organization, "services", ()):
                continue
            for service in self.node("organization", key).manys.pop("services", {}):
                self.node("service", service).ones.setdefault("organization", key)
        for key, link in self.records["service_at_location"].items():
            node = self.nodes["service_at_location"].get(key)
            if node is None and getattr(link, "service", None) is None:
                continue
            service = self.node("service_at_location", key).ones.pop("service", "")
            if service:
                self.node("service", service).manys.setdefault("service_at_locations", {})[key] = None

    def _link_by_name(self, key: str, record: Record, collection: str) -> None:
        """Attach an attribute or a change of a record, whose reference names its entity in words."""
        id_field, entity_field = OWNER_IN_WORDS[record.entity]
        owner_id = getattr(record, id_field)
        if not owner_id:
            return
        named = entity_named(getattr(record, entity_field) or "")
        owner = named if owner_id in self.records.get(named, {}) else self._only_one_with(owner_id)
        if not owner or collection not in specs(ENTITIES[owner]):
            return
        if key not in self._held(owner, owner_id, collection):
            self.node(owner, owner_id).manys.setdefault(collection, {})[key] = None
            changed = self.node(record.entity, key).changed
            changed[id_field] = None
            if named == owner:
                changed[entity_field] = None

    def _link_more_owners(self) -> None:
        """Attach parts to those of their owners that a later body of theirs names."""
        for record, field, key in self._more_owners:
            collection = _COLLECTIONS.get(record.entity)
            if collection is not None and field == OWNER_IN_WORDS[record.entity][0]:
                self._link_by_name(key, record, collection)
                continue
            value = getattr(record, field)
            link = next(link for link in shape(record.entity).links if link.field == field)
            if value in self.records[link.target]:
                self._embed(record.entity, key, link, value)
            else:
                self._conflict(record, field, value)

    def _one_service_each(self) -> None:
        """A service at a location belongs to one service; where several name the same one, each gets its own."""
        owners: dict[str, str] = {}
        for service in self.records["service"]:
            held = self._held("service", service, "service_at_locations")
            taken = [key for key in held if owners.setdefault(key, service) != service]
            if not taken:
                continue
            own = {key: another("service_at_location", key, service) if key in taken else key for key in held}
            for key in taken:
                self._copy("service_at_location", key, own[key])
            self.node("service", service).manys["service_at_locations"] = dict.fromkeys(own.values())
            self._repeated.setdefault("service_at_location", []).extend(sorted(taken))

    def _copy(self, entity: str, key: str, new: str) -> None:
        """Enter a record once more under another id."""
        self.records[entity][new] = evolve(self.records[entity][key], {"id": new})
        node = self.nodes[entity].get(key)
        if node is not None:
            copy = self.node(entity, new)
            copy.ones, copy.changed = dict(node.ones), dict(node.changed)
            copy.manys = {name: dict(held) for name, held in node.manys.items()}

    def _only_one_with(self, key: str) -> str:
        """The one entity that has a record of this id: real files name the wrong entity, or none."""
        found = [entity for entity, records in self.records.items() if key in records]
        return found[0] if len(found) == 1 else ""

    def _hide_parts(self) -> None:
        """Hide the phones, contacts and postal addresses of which the row of their owner says that they are private."""
        for entity in _OWNERS:
            for owner, record in self.records[entity].items():
                said = record.extra.get(PRIVATE_PARTS) if record.extra else None
                for name, level in said.items() if isinstance(said, dict) else ():
                    for key in self._held(entity, owner, name) if name in _PARTS else ():
                        if (
                            name == "addresses"
                            and getattr(self.records["address"][key], "address_type", "") != "postal"
                        ):
                            continue
                        held, new = self._level(_PARTS[name], key), _LEVELS.get(str(level), Disclosure.NEVER)
                        self.node(_PARTS[name], key).changed["disclosure"] = strictest(held or new, new)

    def _disclosures(self) -> None:
        """Move what records' attributes say of who may see them into their field."""
        stated = {key: a for key in self.records["attribute"] if states_level(a := self._attribute(key))}
        owners: dict[str, list[tuple[str, str]]] = {}
        for entity in levelled() if stated else ():
            for owner in self.records[entity]:
                for key in self._held(entity, owner, "attributes"):
                    if key in stated:
                        owners.setdefault(key, []).append((entity, owner))
        dropped = set()
        for key, attribute in stated.items():
            level, _ = level_of((attribute,))
            # A link that names no entity, or the wrong one, must not leave a place open.
            named = [] if key in owners else self._named(attribute.link_id or "")
            for entity, owner in (*owners.get(key, ()), *named):
                held = self._level(entity, owner)
                changed = self.node(entity, owner).changed
                changed["disclosure"] = level if held is None else strictest(held, level or held)
                dropped.add(key)
        self._drop("attribute", dropped)
        # The terms said it; the field says it now, and a writer makes them anew.
        terms = self.records["taxonomy_term"].items()
        self._drop(
            "taxonomy_term", {k for k, t in terms if getattr(t, "taxonomy", None) == DISCLOSURE_TAXONOMY}
        )

    def _level_all_of_one_id(self) -> None:
        """Two bodies of one id may be two spellings of one address, so what hides one of them hides the others."""
        for (entity, first), same in self._apart.items():
            if entity not in levelled():
                continue
            held = {key: self._level(entity, key) for key in (first, *same.ids)}
            levels = [level for level in held.values() if level is not None]
            for key, level in held.items():
                if levels and level != strictest(*levels):
                    self.node(entity, key).changed["disclosure"] = strictest(*levels)

    def _level(self, entity: str, key: str) -> Disclosure | None:
        """Who may see a record, as far as that is known by now."""
        node = self.nodes[entity].get(key)
        held: Disclosure | None = getattr(self.records[entity][key], "disclosure", None)
        return held if node is None else node.changed.get("disclosure", held)

    def _named(self, link: str) -> list[tuple[str, str]]:
        """The location of an id; where there is none, all records of that id which may say who may see them."""
        keys = sorted({link, link.lower()})
        places = [("location", key) for key in keys if key in self.records["location"]]
        return places or [(e, key) for e in levelled() for key in keys if key in self.records[e]]

    def _drop(self, entity: str, dropped: set[str]) -> None:
        """Take records out, and out of whatever embeds them."""
        if not dropped:
            return
        for key in dropped:
            del self.records[entity][key]
            self.nodes[entity].pop(key, None)
        for owner, records in self.records.items():
            facts = shape(owner)
            manys = [name for name, target in facts.manys if target == entity]
            for key, record in records.items():
                for name, target in facts.ones:
                    if target == entity:
                        node = self.nodes[owner].get(key)
                        child = getattr(record, name)
                        if (node.ones.get(name) if node else child and child.id) in dropped:
                            self.node(owner, key).ones.pop(name)
                for name in manys:
                    for child_id in dropped.intersection(self._held(owner, key, name)):
                        self.node(owner, key).manys[name].pop(child_id)

    def _attribute(self, key: str) -> Attribute:
        """An attribute with its term, which a table gives apart."""
        attribute = cast("Attribute", self.records["attribute"][key])
        node = self.nodes["attribute"].get(key)
        term = self.records["taxonomy_term"].get(node.ones.get("taxonomy_term", "")) if node else None
        if term is None:
            return attribute
        return evolve(attribute, {"taxonomy_term": cast("TaxonomyTerm", term)})

    def tables(self) -> Tables:
        """Freeze what was gathered into records, each built once and shared."""
        stale = self._stale()
        built: Tables = {entity: {} for entity in stale}

        def build(entity: str, key: str) -> Record:
            record = self.records[entity][key]
            if key not in stale.get(entity, ()):
                return record
            done = built[entity].get(key)
            if done is None:
                done = built[entity][key] = evolve(record, self._changes(entity, key, record, build))
            return done

        return {
            entity: {key: build(entity, key) for key in records} if entity in stale else records
            for entity, records in self.records.items()
        }

    def _changes(
        self, entity: str, key: str, record: Record, build: Callable[[str, str], Record]
    ) -> dict[str, Any]:
        """What differs from a record in the one that takes its place."""
        node = self.nodes[entity].get(key)
        changed = {} if node is None else dict(node.changed)
        facts = shape(entity)
        for name, target in facts.ones:
            held = getattr(record, name)
            child_id = (held and held.id) if node is None else node.ones.get(name)
            changed[name] = build(target, child_id) if child_id is not None else None
        for name, target in facts.manys:
            ids = [child.id for child in getattr(record, name)] if node is None else node.manys.get(name, ())
            changed[name] = tuple([build(target, child_id) for child_id in ids])
        return changed

    def _stale(self) -> dict[str, set[str]]:
        """Ids of the records that must be built anew: those that changed, and all that embed such."""
        stale = {entity: set(nodes) for entity, nodes in self.nodes.items() if nodes}
        fresh = set(stale)
        while fresh:
            grown = set()
            for owner, records in self.records.items():
                fields = [(n, t) for n, t in (*shape(owner).ones, *shape(owner).manys) if t in fresh]
                if not fields or not records:
                    continue
                held = stale.setdefault(owner, set())
                before = len(held)
                held.update(
                    key
                    for key, record in records.items()
                    if key not in held and _embeds(record, fields, stale)
                )
                if len(held) > before:
                    grown.add(owner)
                elif not held:
                    del stale[owner]
            fresh = grown
        return stale


def _embeds(record: Record, fields: Iterable[tuple[str, str]], stale: Mapping[str, set[str]]) -> bool:
    """Whether a record embeds one that is stale."""
    for name, target in fields:
        value = getattr(record, name)
        if not value:
            continue
        known = stale[target]
        if type(value) is tuple:
            for child in value:
                if child.id in known:
                    return True
        elif value.id in known:
            return True
    return False


def entity_named(word: str) -> str:
    """The entity that a word of a table means: `location`, `Location`, `locations`; else ""."""
    bare = word.strip().lower().removesuffix(".csv")
    return bare if bare in ENTITIES else _TABLE_NAMES.get(bare, "")


_TABLE_NAMES = {cls.table.removesuffix(".csv"): entity for entity, cls in ENTITIES.items()} | {
    f"{entity}s": entity for entity in ENTITIES
}


def assemble(
    records: Iterable[Record], *, partial: Iterable[Record] = (), stated: Stated | None = None
) -> tuple[Tables, list[Finding]]:
    """Tie records together; also says which records of one id disagree.

    Args:
        records: the records, nested or flat.
        partial: records that only fill in what others of their id lack.
        stated: references that sources gave beside the embedding; they are put back.
    """
    graph = Graph()
    for record in records:
        graph.add(record)
    for record in partial:
        graph.fill(record)
    graph.link(stated or {})
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
        done = memo[key] = transform(evolve(record, changed) if changed else record)
        return done

    return {entity: {key: visit(record) for key, record in table.items()} for entity, table in tables.items()}
