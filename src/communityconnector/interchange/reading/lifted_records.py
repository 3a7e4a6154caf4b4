"""The records that a form is lifted to become records of the model, with what is said about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.interchange.notes import Position
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.model import ENTITIES, Finding, Record, Severity


def read_records(lifted: LiftedRecords, file: str, reading: Reading) -> Iterator[Record]:
    """Yield the records of a form that has a structure of its own; what is said about it goes to the findings.

    Args:
        lifted: what the form holds.
        file: the file's name, as findings give it.
        reading: takes the findings.
    """
    structurer = Structurer(reading.mode, tabular=True, sheet=True)
    # Marks of privacy stand in the records under their own names, unlike those of a sheet, whose columns are judged as a whole.
    structurer.ticked = frozenset()
    count = 0
    for record in lifted.records:
        count += 1
        made = structurer.record(ENTITIES[record.entity], _filled(record.raw))
        for note in record.notes:
            structurer.notes.draft(note.severity, note.rule, note.message, note.action, note.where)
            structurer.notes.drafts[-1].entity, structurer.notes.drafts[-1].record_id = made.entity, made.id
        yield made
        reading.findings.extend(structurer.notes.finish(file, _at(record)))
    reading.findings.append(form_read(lifted.form, count, "read as HSDS", file))
    reading.findings.extend(finding_of(note, file) for note in lifted.notes)
    reading.findings.extend(structurer.counted())


def _filled(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without the fields that its form leaves empty."""
    filled: dict[str, Any] = {}
    for name, value in raw.items():
        if isinstance(value, Mapping):
            filled[name] = _filled(value)
        elif isinstance(value, list):
            if value:
                filled[name] = [_filled(item) if isinstance(item, Mapping) else item for item in value]
        elif value is not None and value != "":
            filled[name] = value
    return filled


def form_read(form: str, count: int, action: str, file: str) -> Finding:
    """Return the finding that says in what form a file was."""
    return Finding(Severity.INFO, "form-read", f"{form}: {count:,} records", action, file=file)


def finding_of(note: FormNote, file: str) -> Finding:
    """Return a note about a file as a finding."""
    return Finding(note.severity, note.rule, note.message, note.action, file=file, path=note.where)


def _at(record: LiftedRecord) -> Position:
    where = record.where
    if where.isdecimal():
        return lambda draft: (int(where), draft.path)
    return lambda draft: (None, f"{where}.{draft.path}".strip("."))
