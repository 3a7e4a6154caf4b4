"""What a record embeds and where a reference leads, worked out once an entity from the model itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

import attrs

from communityconnector.model.record import ENTITIES, Kind, Record, specs

R = TypeVar("R", bound=Record)


@attrs.frozen(slots=True)
class Link:
    """A reference, and where the record that it names is embedded (see `place_of`)."""

    field: str
    target: str
    side: str
    place: str


@attrs.frozen(slots=True)
class Shape:
    """The fields of an entity, sorted by what they hold, with one getter a kind."""

    scalars: tuple[str, ...]
    ones: tuple[tuple[str, str], ...]
    manys: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    values: Callable[[Record], tuple[Any, ...]]
    embedded: Callable[[Record], tuple[Any, ...]]
    linked: Callable[[Record], tuple[Any, ...]]
    names: tuple[str, ...]
    everything: Callable[[Record], tuple[Any, ...]]


@cache
def shape(entity: str) -> Shape:
    """Sort the fields of an entity: plain values, embedded records, references."""
    facts = specs(ENTITIES[entity])
    scalars = tuple(n for n, f in facts.items() if f.kind not in (Kind.ONE, Kind.MANY))
    ones = tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.ONE)
    manys = tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.MANY)
    references = tuple((n, f.target) for n, f in facts.items() if f.kind is Kind.REFERENCE)
    links = tuple(
        Link(n, target, *place_of(entity, n, target))
        for n, target in references
        if place_of(entity, n, target)[0]
    )
    names = tuple(field.name for field in attrs.fields(ENTITIES[entity]))
    return Shape(
        scalars=scalars,
        ones=ones,
        manys=manys,
        references=references,
        links=links,
        values=all_of((*scalars, "extra")),
        embedded=all_of(tuple(n for n, _ in (*ones, *manys))),
        linked=all_of(tuple(link.field for link in links)),
        names=names,
        everything=all_of(names),
    )


def all_of(names: tuple[str, ...]) -> Callable[[Record], tuple[Any, ...]]:
    """A getter of several fields at once, always as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


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


def evolve(record: R, changed: Mapping[str, Any]) -> R:
    """A copy of a record with some fields changed: `attrs.evolve` at several times its speed."""
    facts = shape(record.entity)
    values = dict(zip(facts.names, facts.everything(record), strict=True))
    values.update(changed)
    return type(record)(**values)


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


@cache
def _entities_by_table() -> dict[str, str]:
    names = {cls.table.removesuffix(".csv"): entity for entity, cls in ENTITIES.items()}
    return names | {f"{entity}s": entity for entity in ENTITIES}


def entity_named(word: str) -> str:
    """Return the entity that a word of a table means: `location`, `Location`, `locations`; else ""."""
    bare = word.strip().lower().removesuffix(".csv")
    return bare if bare in ENTITIES else _entities_by_table().get(bare, "")
