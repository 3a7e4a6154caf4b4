"""How the fields of each entity are read, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.notes import Draft
from communityconnector.interchange.texts.ages import repair_age
from communityconnector.interchange.texts.privacy.classifying import CLASSIFYING
from communityconnector.interchange.texts.privacy.record_privacy import MAY_BE_PRIVATE
from communityconnector.interchange.texts.repaired import Repair
from communityconnector.interchange.texts.values import quick_test, repair_of
from communityconnector.model import ENTITIES, FieldSpec, Kind, Record, required, specs
from communityconnector.model.level import has_level

_AGES: Final = ("minimum_age", "maximum_age")
_MISSING: Final[Mapping[Kind, Any]] = {Kind.NUMBER: None}
"""The value of a required field that the source lacks; text fields have ""."""


@attrs.define(slots=True)
class FieldPlan:
    """How one field is read.

    Attributes:
        name: the field.
        entity: the entity.
        any_text: whether any text is right.
        is_right: whether a text is right as it is; quicker than `repair`, which also states what is wrong.
        is_number: whether the field holds a number.
        repair: returns the value to keep, and what was wrong; `None` where the field embeds records.
        target: the class of the records that the field embeds.
        many: whether it embeds many.
        nulls: counts nulls in this field, after the first.
        odd_ids: counts identifiers in this field that are not UUIDs, after the first.
    """

    name: str
    entity: str
    any_text: bool
    is_right: Callable[[str], object]
    is_number: bool
    repair: Repair | None
    target: type[Record]
    many: bool
    nulls: Draft | None = None
    odd_ids: Draft | None = None


@attrs.frozen(slots=True)
class EntityPlan:
    """How a record of an entity is read.

    Attributes:
        cls: its class.
        fields: how each field is read.
        required: the fields that HSDS requires, each with the value that stands for a missing one.
        has_movable_parts: whether its parts may stand in other places.
        has_state: whether it may have a state under other names.
        has_level: whether it may say who may see it.
        may_be_private: a quick test whether its fields may say so.
        classifies: the fields by which it classifies other records, and may say it of them.
    """

    cls: type[Record]
    fields: Mapping[str, FieldPlan]
    required: tuple[tuple[str, Any], ...]
    has_movable_parts: bool
    has_state: bool
    has_level: bool
    may_be_private: Callable[[Mapping[str, Any]], bool]
    classifies: frozenset[str]


def _field_plan(entity: str, name: str, spec: FieldSpec) -> FieldPlan:
    embeds = spec.kind in (Kind.ONE, Kind.MANY)
    return FieldPlan(
        name=name,
        entity=entity,
        any_text=spec.kind is Kind.TEXT,
        is_right=quick_test(spec),
        is_number=spec.kind is Kind.NUMBER,
        repair=None if embeds else repair_age if name in _AGES else repair_of(spec),
        target=ENTITIES[spec.target] if embeds else Record,
        many=spec.kind is Kind.MANY,
    )


def entity_plan(entity: str) -> EntityPlan:
    """Return how a record of an entity is read."""
    cls = ENTITIES[entity]
    fields = specs(cls)
    return EntityPlan(
        cls,
        {name: _field_plan(entity, name, spec) for name, spec in fields.items() if spec.hsds},
        tuple((name, _MISSING.get(fields[name].kind, "")) for name in required(cls) if name != "id"),
        entity in {"location", "organization", "service_area"},
        entity in {"service", "organization", "location"},
        has_level(cls),
        MAY_BE_PRIVATE.get(entity, lambda _: False),
        CLASSIFYING.get(entity, frozenset()),
    )
