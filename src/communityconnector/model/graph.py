"""Records while a directory is put together: every record once, whatever a source repeats.

A source repeats records (an official HSDS example has 58 objects with 22 ids), embeds them from either side (an
organization's services, a service's organization), or only names them by id (tables). `Graph` gathers them, one for each
entity and id; `linking` gives every link its canonical place; `rebuilding` makes frozen records of the result.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs

from communityconnector.model.apart import OWNER_IN_WORDS, another, differ, list_found, owners_of, used_twice
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.level import strictest
from communityconnector.model.record import ENTITIES, Record
from communityconnector.model.same_id import SameId
from communityconnector.model.shape import Shape, evolve, shape

Tables = dict[str, dict[str, Record]]
"""Records by entity and id."""

_EMPTY: tuple[None, str, tuple[()]] = (None, "", ())
_ENTITY_IN_WORDS = frozenset(field for _, field in OWNER_IN_WORDS.values())


@attrs.define(slots=True)
class Node:
    """A record that will be built anew, because what it embeds or says has changed."""

    record: Record
    ones: dict[str, str]
    manys: dict[str, dict[str, None]]
    changed: dict[str, Any]


class Graph:
    """The records of a directory, while they are gathered and linked.

    A record stays the object that came in until something about it changes. Only then it gets a node. Most sources name
    each record once and whole, and cost one look at each.

    Attributes:
        records: the records as they came in, by entity and id.
        nodes: what differs from them.
        conflicts: findings about records that disagree.
        same_ids: records that share an id and are not the same, by entity and that id.
        repeated: ids that several records have, by entity.
        listed: ids of records whose reference lists several owners, by entity.
        more_owners: owners that a later body of a record names: the body, its field, and the record's id.
    """

    def __init__(self) -> None:
        self.records: Tables = {entity: {} for entity in ENTITIES}
        self.nodes: dict[str, dict[str, Node]] = {entity: {} for entity in ENTITIES}
        self.conflicts: list[Finding] = []
        self.same_ids: dict[tuple[str, str], SameId] = {}
        # By the object, which is kept so that no other one gets its number.
        self._renamed: dict[int, tuple[str, Record]] = {}
        self.repeated: dict[str, list[str]] = {}
        self.listed: dict[str, list[str]] = {}
        self.more_owners: list[tuple[Record, str, str]] = []

    def add(self, record: Record) -> bool:
        """Enter a record and all that it embeds. Return whether it will stay this very object, as far as is known."""
        entity, key = record.entity, record.id
        table = self.records[entity]
        first = table.get(key)
        if first is record:
            return key not in self.nodes[entity]
        facts = shape(entity)
        if first is None:
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
        if first != record:
            if differ(first, record):
                self._enter_apart(record)
            else:
                self._merge(self.node(entity, key), record, facts)
        return False

    @property
    def findings(self) -> list[Finding]:
        """The findings so far."""
        repeated = (used_twice(entity, keys[0], len(keys)) for entity, keys in self.repeated.items())
        lists = (list_found(entity, keys[0], len(keys)) for entity, keys in self.listed.items())
        return [*self.conflicts, *repeated, *lists]

    def _enter_apart(self, record: Record) -> None:
        """Enter a record whose id an earlier one has, under an id of its own; one that says the same again is the same."""
        entity, key = record.entity, record.id
        same = self.same_ids.setdefault((entity, key), SameId())
        new = same.id_of(record)
        if not new:
            new = another(entity, key, str(len(same.ids) + 2))
            same.add(new, record)
            self.repeated.setdefault(entity, []).append(key)
        self._renamed[id(record)] = (new, record)
        self.add(evolve(record, {"id": new}))

    def _key(self, record: Record) -> str:
        """Return the id under which a record was entered."""
        renamed = self._renamed.get(id(record))
        return record.id if renamed is None else renamed[0]

    def node(self, entity: str, key: str) -> Node:
        """Return the node of a record. It is made at the first call."""
        node = self.nodes[entity].get(key)
        if node is None:
            record = self.records[entity][key]
            facts = shape(entity)
            ones = {n: self._key(child) for n, _ in facts.ones if (child := getattr(record, n)) is not None}
            manys = {
                n: dict.fromkeys(map(self._key, embedded))
                for n, _ in facts.manys
                if (embedded := getattr(record, n))
            }
            node = self.nodes[entity][key] = Node(record, ones, manys, {})
        return node

    def fill(self, record: Record) -> None:
        """Add what a row of another table states about a record. Without the record, report it."""
        if record.id in self.records[record.entity]:
            self._merge(self.node(record.entity, record.id), record, shape(record.entity))
            return
        self.conflicts.append(
            Finding(
                severity=Severity.ERROR,
                rule="dangling-reference",
                message=f"a row about a record of {record.entity} that is not here",
                action="dropped",
                entity=record.entity,
                record_id=record.id,
            )
        )

    def _merge(self, node: Node, other: Record, facts: Shape) -> None:
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
            value = node.changed.get(name, mine)
            if theirs not in _EMPTY and value != theirs:
                self._take(node, other, name, value, theirs)
        extra = node.changed.get("extra", node.record.extra)
        if other.extra and extra != other.extra:
            node.changed["extra"] = {**other.extra, **extra}
            for name, theirs in other.extra.items():
                if extra.get(name, theirs) != theirs:
                    self.report_conflict(other, name, theirs)

    def _take(self, node: Node, other: Record, name: str, value: Any, theirs: Any) -> None:
        """Take a value that another body has and the first has not, as far as both can be right."""
        if name == "disclosure" and value is not None:
            node.changed[name] = strictest(value, theirs)
        elif value in _EMPTY:
            node.changed[name] = theirs
        elif name not in owners_of(other.entity):
            self.report_conflict(other, name, theirs)
        elif name not in _ENTITY_IN_WORDS:
            # Such as a phone that two services share: both of them have it.
            self.more_owners.append((other, name, node.record.id))

    def report_conflict(self, other: Record, name: str, theirs: Any) -> None:
        """Report that a later body of a record has another value in a field."""
        self.conflicts.append(
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

    def embedded_ids(self, entity: str, key: str, field: str) -> Collection[str]:
        """Return the ids of what a record embeds in a field."""
        node = self.nodes[entity].get(key)
        if node is not None:
            return node.manys.get(field, ())
        return [child.id for child in getattr(self.records[entity][key], field)]

    def copy(self, entity: str, key: str, new: str) -> None:
        """Enter a record once more under another id."""
        self.records[entity][new] = evolve(self.records[entity][key], {"id": new})
        node = self.nodes[entity].get(key)
        if node is not None:
            copy = self.node(entity, new)
            copy.ones, copy.changed = dict(node.ones), dict(node.changed)
            copy.manys = {name: dict(parts) for name, parts in node.manys.items()}

    def drop(self, entity: str, dropped: set[str]) -> None:
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
                    for child_id in dropped.intersection(self.embedded_ids(owner, key, name)):
                        self.node(owner, key).manys[name].pop(child_id)
