"""Separate records that share an id: sources number the parts of each record anew, or copy a row and forget its id.

Two parts (a phone, a language, a schedule ...) whose fields contradict each other are two records, whatever their id.
Other records refer to an organization, a service or a place by its id. So two of these with one id are one record,
stated twice, unless their names have nothing in common or they stand on streets of different towns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any, Final

from communityconnector.model.finding import Finding, Severity
from communityconnector.model.identity import mint
from communityconnector.model.location import Location
from communityconnector.model.record import Record
from communityconnector.model.same_place import streets_of
from communityconnector.model.shape import all_of, shape

WHOLES: Final = frozenset({
    "organization", "service", "location", "program", "taxonomy", "taxonomy_term", "unit", "meta_table_description",
})  # fmt: skip
"""Entities that other records name by their ids; the records of all others are parts, which belong to one of these."""

OWNER_IN_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "attribute": ("link_id", "link_entity"),
    "metadata": ("resource_id", "resource_type"),
}
"""Entities whose owner may be of any entity: the field of its id, and the field that names its entity."""

_BESIDE: Final = ("id", "disclosure")
_NOTHING: Final = (None, "", ())


def another(entity: str, key: str, which: str) -> str:
    """The id of a record whose own one an earlier record has.

    Args:
        entity: its entity.
        key: its own id.
        which: what distinguishes it from others of that id: that it is the second, the third ..., or its owner.
    """
    return mint("another", entity, key, which)


@cache
def owners_of(entity: str) -> frozenset[str]:
    """The fields of a part that say whose it is."""
    links = {link.field for link in shape(entity).links if link.side == "parent"}
    return frozenset({*links, *OWNER_IN_WORDS.get(entity, ())})


@cache
def compared_fields(entity: str) -> tuple[str, ...]:
    """Return the fields that distinguish a part from others."""
    beside = owners_of(entity).union(_BESIDE)
    return tuple(name for name in shape(entity).scalars if name not in beside)


@cache
def _compared(entity: str) -> Callable[[Record], tuple[Any, ...]]:
    """Return a function that takes a part and returns the values of these fields."""
    return all_of(compared_fields(entity))


def differ(one: Record, other: Record) -> bool:
    """Whether two bodies of one id are two records: parts that contradict each other, or wholes of names that are unlike.

    Whose they are does not count, for a part may have two owners; nor who may see them, for the stricter word holds.
    """
    if one.entity in WHOLES:
        if one.entity in _NAMED and unlike(getattr(one, "name", None), getattr(other, "name", None)):
            return True
        return isinstance(one, Location) and isinstance(other, Location) and _in_other_towns(one, other)
    values = _compared(one.entity)
    for mine, theirs in zip(values(one), values(other), strict=True):
        if mine != theirs and mine not in _NOTHING and theirs not in _NOTHING:
            return True
    for name, _ in shape(one.entity).ones:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is not None and theirs is not None and (mine.id != theirs.id or differ(mine, theirs)):
            return True
    return any(name in one.extra and one.extra[name] != value for name, value in other.extra.items())


def unlike(one: str | None, other: str | None) -> bool:
    """Whether two names have nothing in common: neither a word nor most of their letters."""
    mine, theirs = _words_of(one or ""), _words_of(other or "")
    if not mine or not theirs or {*mine} & {*theirs}:
        return False
    matcher = SequenceMatcher(None, " ".join(mine), " ".join(theirs))
    # The first two are quick, and never less than the third.
    return any(ratio() < _ALIKE for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))


def _in_other_towns(one: Location, other: Location) -> bool:
    """Whether two places stand on streets that share neither a name nor a town nor a postal code."""
    mine, theirs = streets_of(one), streets_of(other)
    areas = {area for street in mine for area in street.areas}, {a for street in theirs for a in street.areas}
    cores = {street.core for street in mine}, {street.core for street in theirs}
    return all(areas) and areas[0].isdisjoint(areas[1]) and cores[0].isdisjoint(cores[1])


@lru_cache(maxsize=4_096)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(name.casefold()))


_WORD: Final = re.compile(r"\w+")
_ALIKE: Final = 0.6
"""How alike two names are, from 0 to 1, that may be spellings of one."""

_NAMED: Final = frozenset({"organization", "service", "location", "program"})
"""Wholes whose names tell what they are; those of terms may be translations."""


def used_twice(entity: str, key: str, count: int, **where: Any) -> Finding:
    """The finding of ids that records share which differ.

    Args:
        entity: their entity.
        key: the first such id.
        count: how many records have an id that an earlier one has.
        where: file and line of the first.
    """
    return Finding(
        severity=Severity.WARNING,
        rule="id-used-twice",
        message="records that differ have one id; give each an id of its own",
        action="kept all, the later ones under new ids",
        entity=entity,
        record_id=key,
        count=count,
        **where,
    )


def list_found(entity: str, key: str, count: int) -> Finding:
    """The finding of records that name several owners in one reference.

    Args:
        entity: their entity.
        key: the id of the first.
        count: how many they are.
    """
    return Finding(
        Severity.WARNING,
        "list-of-ids",
        f"a list of ids where {entity} has one",
        "given to each of them",
        entity=entity,
        record_id=key,
        count=count,
    )
