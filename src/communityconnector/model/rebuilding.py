"""Frozen records made anew: of a graph, or by a function applied to every record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from communityconnector.model.graph import Graph, Tables
from communityconnector.model.record import Record
from communityconnector.model.shape import evolve, shape


def tables_of(graph: Graph) -> Tables:
    """Freeze what was gathered into records, each built once and shared."""
    stale = _stale(graph)
    built: Tables = {entity: {} for entity in stale}

    def build(entity: str, key: str) -> Record:
        record = graph.records[entity][key]
        if key not in stale.get(entity, ()):
            return record
        done = built[entity].get(key)
        if done is None:
            done = built[entity][key] = evolve(record, _changes(graph, entity, key, record, build))
        return done

    return {
        entity: {key: build(entity, key) for key in records} if entity in stale else records
        for entity, records in graph.records.items()
    }


def _changes(
    graph: Graph, entity: str, key: str, record: Record, build: Callable[[str, str], Record]
) -> dict[str, Any]:
    """What differs from a record in the one that takes its place."""
    node = graph.nodes[entity].get(key)
    changed = {} if node is None else dict(node.changed)
    facts = shape(entity)
    for name, target in facts.ones:
        child = getattr(record, name)
        child_id = (child and child.id) if node is None else node.ones.get(name)
        changed[name] = build(target, child_id) if child_id is not None else None
    for name, target in facts.manys:
        ids = [child.id for child in getattr(record, name)] if node is None else node.manys.get(name, ())
        changed[name] = tuple([build(target, child_id) for child_id in ids])
    return changed


def _stale(graph: Graph) -> dict[str, set[str]]:
    """Ids of the records that must be built anew: those that changed, and all that embed such."""
    stale = {entity: set(nodes) for entity, nodes in graph.nodes.items() if nodes}
    fresh = set(stale)
    while fresh:
        grown = set()
        for owner, records in graph.records.items():
            fields = [(n, t) for n, t in (*shape(owner).ones, *shape(owner).manys) if t in fresh]
            if not fields or not records:
                continue
            outdated = stale.setdefault(owner, set())
            before = len(outdated)
            outdated.update(
                key
                for key, record in records.items()
                if key not in outdated and _embeds(record, fields, stale)
            )
            if len(outdated) > before:
                grown.add(owner)
            elif not outdated:
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
