"""The one table that HSDS lacks: what the official tables cannot hold.

Unknown fields, a record with two owners of one kind, an attribute without a term, a reference that contradicts
the nesting: each is a row of `EXTRAS`, so that the official tables stay official and nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.files.csv_rows import rows
from communityconnector.interchange.files.encodings import encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.structuring.own_fields import (
    EXTENSION,
    FILLED_IN,
    NOT_READ,
    restored_extension,
)
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.model import ENTITIES, Finding, Kind, Record, Severity, specs
from communityconnector.model.identity import mint
from communityconnector.model.shape import evolve

EXTRAS: Final = "communityconnector_extras.csv"
"""The table of what official tables cannot hold: `entity,id,field,value`, the value as JSON."""

UNKNOWN_AGENCY: Final = mint("unknown agency")
"""Id of the organization that stands for an unknown agency; a reader leaves it out."""

WHOLE: Final = "record"
"""Field of an `EXTRAS` row that holds a whole record, which lacks a reference that its table requires."""

COPY: Final = "copy_of"
"""Field of an `EXTRAS` row that holds the id of the record which it repeats for another owner."""


@attrs.define
class Extras:
    """The rows of `EXTRAS`, while they are read or gathered."""

    fields: dict[tuple[str, str], dict[str, Any]] = attrs.field(factory=dict)
    _taken: set[tuple[str, str]] = attrs.field(factory=set)

    def keep(self, entity: str, key: str, name: str, value: Any) -> None:
        """Keep a field of a record."""
        self.fields.setdefault((entity, key), {})[name] = value

    def take(self, entity: str, key: str) -> Mapping[str, Any]:
        """Return what is kept of a record."""
        fields = self.fields.get((entity, key))
        if fields is None:
            return {}
        self._taken.add((entity, key))
        return fields

    def whole(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield entity and fields of the records that only this table holds."""
        for (entity, key), fields in self.fields.items():
            raw = fields.get(WHOLE)
            if isinstance(raw, dict) and entity in ENTITIES:
                self._taken.add((entity, key))
                # What was kept of it later, such as attributes without a term, stands in rows of its own.
                yield entity, {**raw, **{name: value for name, value in fields.items() if name != WHOLE}}

    def unused(self) -> Iterator[Finding]:
        """Yield findings of rows whose record is not among the tables."""
        for entity, key in sorted(self.fields.keys() - self._taken):
            yield Finding(
                Severity.WARNING,
                "broken-extras",
                "a row about a record that no table has",
                "dropped",
                file=EXTRAS,
                entity=entity,
                record_id=key,
            )

    def read(self, file: SourceFile, findings: list[Finding]) -> None:
        """Read the rows of a file."""
        try:
            for number, row in enumerate(rows(file, encoding_of(file), findings.append)):
                if number:
                    self._read_row(row.cells, row.line, findings)
        except UnreadableError as error:
            findings.append(error.finding)

    def _read_row(self, cells: list[str], line: int, findings: list[Finding]) -> None:
        try:
            entity, key, name, value = cells
            self.keep(entity, key, name, json.loads(value))
        except (ValueError, RecursionError):
            findings.append(
                Finding(
                    Severity.ERROR,
                    "broken-extras",
                    "a row of four cells, the last one JSON, expected",
                    "dropped",
                    file=EXTRAS,
                    line=line,
                )
            )

    def rows(self) -> list[list[str]]:
        """Return the rows to write."""
        return [
            [entity, key, name, json.dumps(value, ensure_ascii=False)]
            for (entity, key), fields in self.fields.items()
            for name, value in fields.items()
        ]


def with_extras(
    record: Record,
    added: Mapping[str, Any],
    structurer: Structurer,
    stated: dict[tuple[str, str], dict[str, str]],
) -> Record:
    """Return a record with what `EXTRAS` kept of it.

    Args:
        record: the record.
        added: the fields that were kept.
        structurer: makes the records that they embed.
        stated: takes references that the source gave beside the embedding, by entity and id.
    """
    changed: dict[str, Any] = {}
    extra = dict(record.extra)
    fields = specs(type(record))
    for name, value in added.items():
        if name == COPY:
            changed["id"] = value
        elif name == FILLED_IN and isinstance(value, list):
            changed.update(
                (field, None if fields[field].kind is Kind.NUMBER else "")
                for field in value
                if field in fields
            )
        elif name == EXTENSION and isinstance(value, str):
            changed.update(restored_extension(value, getattr(record, "description", None)))
        elif name == NOT_READ and isinstance(value, dict):
            extra.update(value)
        elif name not in fields or value == []:
            extra[name] = value
        elif fields[name].kind is Kind.MANY:
            target = ENTITIES[fields[name].target]
            changed[name] = tuple(structurer.record(target, item) for item in value if isinstance(item, dict))
        elif fields[name].kind is Kind.REFERENCE and getattr(record, name):
            # Stated beside the embedding: put back once that is done.
            stated.setdefault((record.entity, record.id), {})[name] = value
        else:
            changed[name] = value
    return evolve(record, {**changed, "extra": extra})
