"""Records to raw objects, as HSDS JSON has them; and a converter for both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.interchange.texts.repaired import NOTHING
from communityconnector.model import ENTITIES, Kind, Record, specs
from communityconnector.model.disclosure import attribute_for
from communityconnector.model.level import has_level

if TYPE_CHECKING:
    import cattrs


@attrs.frozen(slots=True)
class _Written:
    """The fields of HSDS that an entity has: their names, what gets all their values at once, which embed records.

    Beside them there may be a level, which is written as an attribute.
    """

    names: tuple[str, ...]
    values_of: Callable[[Record], tuple[Any, ...]]
    ones: tuple[str, ...]
    manys: tuple[str, ...]
    has_level: bool


def _written(cls: type[Record]) -> _Written:
    kinds = {name: facts.kind for name, facts in specs(cls).items() if facts.hsds}
    return _Written(
        tuple(kinds),
        attrgetter(*kinds),
        tuple(name for name, kind in kinds.items() if kind is Kind.ONE),
        tuple(name for name, kind in kinds.items() if kind is Kind.MANY),
        has_level(cls),
    )


_WRITTEN: Final[Mapping[type[Record], _Written]] = {cls: _written(cls) for cls in ENTITIES.values()}


def to_raw(record: Record, conform: Callable[[Record], Record] | None = None) -> dict[str, Any]:
    """Return a record as an HSDS JSON object: no null, no empty text; unknown fields at the end.

    Args:
        record: the record.
        conform: a last change to it and to each record that it embeds.
    """
    if conform is not None:
        record = conform(record)
    fields = _WRITTEN[type(record)]
    # Most fields are empty, and that is seen soonest by what they are not.
    raw: dict[str, Any] = {
        name: value
        for name, value in zip(fields.names, fields.values_of(record), strict=True)
        if value or value not in NOTHING
    }
    for name in fields.ones:
        if name in raw:
            raw[name] = to_raw(raw[name], conform)
    for name in fields.manys:
        if name in raw:
            raw[name] = [to_raw(child, conform) for child in raw[name]]
    if fields.has_level:
        stated = attribute_for(record)
        if stated is not None:
            raw.setdefault("attributes", []).append(to_raw(stated, conform))
    for name, value in record.extra.items():
        raw.setdefault(name, value)
    return raw


def converter() -> cattrs.Converter:
    """Return a cattrs converter that reads and writes records as HSDS JSON, for embedding them in types of your own."""
    import cattrs

    made = cattrs.Converter()
    made.register_structure_hook_func(
        lambda cls: isinstance(cls, type) and issubclass(cls, Record),
        lambda raw, cls: Structurer().record(cls, raw),
    )
    made.register_unstructure_hook_func(lambda cls: isinstance(cls, type) and issubclass(cls, Record), to_raw)
    return made
