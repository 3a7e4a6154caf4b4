"""Changes to a record so that other HSDS software accepts it: the last step before writing.

A directory keeps what its source states: ids that are not UUIDs, and nothing where the source lacks a value. The HSDS
schemas want a UUID in every id and a value in every required field. So ids are minted, and what is missing is filled
in and marked as such; `structuring.own_fields` undoes the marks.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from communityconnector.interchange.structuring.own_fields import EXTENSION, FILLED_IN, NOT_READ, SOURCE_ID
from communityconnector.interchange.texts.identifiers import LOWER_UUID
from communityconnector.model import (
    ENTITIES,
    Finding,
    Kind,
    Phone,
    Record,
    ServiceCapacity,
    Severity,
    Unit,
    required,
    specs,
)
from communityconnector.model.apart import OWNER_IN_WORDS
from communityconnector.model.identity import mint
from communityconnector.model.shape import entity_named, evolve, shape

_SOURCE_IDS: Final = "x_source_ids"
"""Field of a written record that holds, by field, the references in its source, where they are not UUIDs."""

_FILL: Final = {
    Kind.TEXT: "Not known",
    Kind.NUMBER: 0,
    Kind.TIMESTAMP: "1970-01-01T00:00:00Z",
    Kind.DATE: "1970-01-01",
    Kind.URI: "about:blank",
}
_FILL_FIELDS: Final = {
    ("address", "country"): "ZZ",  # the code that CLDR sets aside for an unknown region
    ("service", "status"): "active",
    ("location", "location_type"): "physical",
    ("address", "address_type"): "physical",
}

_SHORT_TIME: Final = re.compile(r"(\d\d:\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)


def identifier(entity: str, key: str) -> str:
    """Return the UUID of a record: its id where that is one, else one made of entity and id (UUIDv5, RFC 9562)."""
    return key if LOWER_UUID.fullmatch(key) else mint("id", entity, key)


@cache
def _times(entity: str) -> tuple[str, ...]:
    return tuple(name for name, facts in specs(ENTITIES[entity]).items() if facts.kind is Kind.TIME)


class Conformer:
    """Makes records conform, and counts what it had to fill in.

    Args:
        tabular: whether the data package decides, which is stricter about times than the JSON schemas.
    """

    def __init__(self, *, tabular: bool = False) -> None:
        self._tabular = tabular
        self._filled: dict[tuple[str, str], list[str]] = {}

    def __call__(self, record: Record) -> Record:
        """Return the record as other software takes it. What it embeds is left as it is."""
        changed: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        entity = record.entity
        key = identifier(entity, record.id)
        if key != record.id:
            changed["id"] = key
            extra[SOURCE_ID] = record.id
        sources = {}
        for name, target in (*shape(entity).references, *_owner(record)):
            reference = getattr(record, name)
            if reference and not LOWER_UUID.fullmatch(reference):
                changed[name] = identifier(target, reference)
                sources[name] = reference
        if sources:
            extra[_SOURCE_IDS] = sources
        filled = [name for name in required(type(record)) if getattr(record, name) in _NOTHING]
        if isinstance(record, ServiceCapacity) and record.unit is None:
            filled.append("unit")
        for name in filled:
            changed[name] = self._fill(record, name)
            self._filled.setdefault((entity, name), []).append(record.id)
        if filled:
            extra[FILLED_IN] = filled
        for name in _times(entity) if self._tabular else ():
            short = _SHORT_TIME.fullmatch(getattr(record, name) or "")
            if short:
                # The JSON schemas take any text; the data package wants seconds.
                changed[name] = f"{short[1]}:00{short[2] or ''}"
        if isinstance(record, Phone) and isinstance(record.extension, str):
            extra[EXTENSION] = record.extension
            changed["extension"] = None
            changed["description"] = "; ".join(filter(None, (record.description, f"ext. {record.extension}")))
        kept = record.extra
        unread = _unread(record) if kept else {}
        if unread:
            extra[NOT_READ] = unread
            kept = {name: value for name, value in kept.items() if name not in unread}
        if not changed and not unread:
            return record
        return evolve(record, {**changed, "extra": {**kept, **extra}})

    def _fill(self, record: Record, name: str) -> Any:
        if name == "unit":
            return Unit(id=mint("unit of", identifier(record.entity, record.id)), name="Not known")
        facts = specs(type(record))[name]
        return _FILL_FIELDS.get((record.entity, name)) or _FILL.get(facts.kind, _FILL[Kind.TEXT])

    def absorb(self, other: Conformer) -> None:
        """Count what another one filled in."""
        for key, ids in other._filled.items():
            self._filled.setdefault(key, []).extend(ids)

    def findings(self) -> list[Finding]:
        """Return a finding for each field that was filled in."""
        return [
            Finding(
                Severity.WARNING,
                "filled-in",
                f"HSDS requires {name}, which is unknown; {FILLED_IN} in the record names it",
                "filled in",
                path=name,
                entity=entity,
                record_id=ids[0],
                count=len(ids),
            )
            for (entity, name), ids in self._filled.items()
        ]


_NOTHING: Final = (None, "")


def _unread(record: Record) -> dict[str, Any]:
    """Values that a source has in fields of HSDS and that could not be used; in those fields they would break HSDS."""
    facts = specs(type(record))
    return {
        name: value
        for name, value in record.extra.items()
        if name in facts and facts[name].hsds and not (value == [] and facts[name].kind is Kind.MANY)
    }


def _owner(record: Record) -> tuple[tuple[str, str], ...]:
    """Return the reference of an attribute or a change, whose entity is named in words."""
    if record.entity not in OWNER_IN_WORDS:
        return ()
    id_field, entity_field = OWNER_IN_WORDS[record.entity]
    return ((id_field, entity_named(getattr(record, entity_field) or "")),)
