"""How the fields of each entity are read, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.notes import Draft
from communityconnector.interchange.texts.ages import age
from communityconnector.interchange.texts.privacy.classifying import CLASSIFYING
from communityconnector.interchange.texts.privacy.hearing import TELLING
from communityconnector.interchange.texts.values import Mender, mender, right
from communityconnector.model import ENTITIES, FieldSpec, Kind, Record, required, specs
from communityconnector.model.level import has_level

_AGES: Final = ("minimum_age", "maximum_age")
_MISSING: Final[Mapping[Kind, Any]] = {Kind.NUMBER: None}
"""What a required field holds when the source has none; text fields hold ""."""


@attrs.define(slots=True)
class Step:
    """How one field is read.

    Attributes:
        name: the field.
        entity: the entity.
        any_text: whether any text will do.
        is_right: whether a text is right as it is; quicker than `mend`, which also finds the words for what is not.
        is_number: whether the field holds a number.
        mend: gives the value to keep, and what was wrong; `None` where the field embeds records.
        target: what the field embeds.
        many: whether it embeds many.
        nulls: counts the nulls found here, once there was one.
        odd_ids: counts the identifiers found here that are no UUIDs, once there was one.
    """

    name: str
    entity: str
    any_text: bool
    is_right: Callable[[str], object]
    is_number: bool
    mend: Mender | None
    target: type[Record]
    many: bool
    nulls: Draft | None = None
    odd_ids: Draft | None = None


@attrs.frozen(slots=True)
class Plan:
    """How a record of an entity is read: its fields, and those that HSDS requires with what stands for a lack.

    Attributes:
        cls: its class.
        steps: how each field is read.
        wanted: the fields that HSDS requires, and what stands for a lack.
        may_be_mended: whether its parts may stand in other places.
        has_level: whether it may say who may see it.
        tells: a quick look whether its fields may say so.
        classifies: the fields by which it classifies others, and may say it of them.
    """

    cls: type[Record]
    steps: Mapping[str, Step]
    wanted: tuple[tuple[str, Any], ...]
    may_be_mended: bool
    has_state: bool
    has_level: bool
    tells: Callable[[Mapping[str, Any]], bool]
    classifies: frozenset[str]


def _step(entity: str, name: str, facts: FieldSpec) -> Step:
    embeds = facts.kind in (Kind.ONE, Kind.MANY)
    return Step(
        name=name,
        entity=entity,
        any_text=facts.kind is Kind.TEXT,
        is_right=right(facts),
        is_number=facts.kind is Kind.NUMBER,
        mend=None if embeds else age if name in _AGES else mender(facts),
        target=ENTITIES[facts.target] if embeds else Record,
        many=facts.kind is Kind.MANY,
    )


def plan_of(entity: str) -> Plan:
    """How a record of an entity is read."""
    cls = ENTITIES[entity]
    facts = specs(cls)
    return Plan(
        cls,
        {name: _step(entity, name, f) for name, f in facts.items() if f.hsds},
        tuple((n, _MISSING.get(facts[n].kind, "")) for n in required(cls) if n != "id"),
        entity in {"location", "organization", "service_area"},
        entity in {"service", "organization", "location"},
        has_level(cls),
        TELLING.get(entity, lambda _: False),
        CLASSIFYING.get(entity, frozenset()),
    )
