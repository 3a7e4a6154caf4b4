"""HSDS tables in: CSV files become flat records, which `Directory.of` ties together by their ids."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.extras import COPY, EXTRAS, Extras, wide_cells
from communityconnector.interchange.nested import Reading
from communityconnector.interchange.records import Draft, Structurer
from communityconnector.interchange.sources import TextFile
from communityconnector.model import ENTITIES, Finding, Kind, Record, Severity, columns, required, specs


def entity_of_table(name: str, header: list[str], hints: Mapping[str, str]) -> str:
    """The entity that a CSV file holds: by the data package, by its name, else by its columns; "" if none."""
    base = name.rsplit("/", 1)[-1].lower()
    if base in hints:
        return hints[base]
    stem = base.removesuffix(".csv").replace("-", "_")
    best, found = "", ""
    for entity, cls in ENTITIES.items():
        for known in (cls.table.removesuffix(".csv"), entity, f"{entity}s", *_OLD_NAMES.get(entity, ())):
            if (stem == known or stem.endswith(f"_{known}")) and len(known) > len(best):
                best = known
                found = entity
    if best:
        return found
    names = {column.strip().lower() for column in header}
    fitting = [e for e, cls in ENTITIES.items() if {"id", *required(cls)} <= names <= {*columns(cls)}]
    return fitting[0] if len(fitting) == 1 else ""


_OLD_NAMES: Final = {"service_at_location": ("services_at_location", "services_at_locations")}


def looks_like_csv(text: str) -> bool:
    """Whether the first line could be the header of an HSDS table."""
    header = text.partition("\n")[0]
    names = [name.strip().strip('"').lower() for name in header[:10_000].split(_delimiter(text))]
    return "id" in names and len(names) > 1


def read_tables(files: list[TextFile], structurer: Structurer, reading: Reading) -> None:
    """Read CSV files into flat records, which `Directory.of` ties together by their ids."""
    reading.tabular = True
    hints = _package_hints(files)
    extras = Extras()
    tables = [
        file for file in files if file.name.lower().endswith((".csv", ".tsv", ".txt")) or len(files) == 1
    ]
    for file in tables:
        if file.name.rsplit("/", 1)[-1] == EXTRAS:
            extras.read(file, reading.findings)
    for file in tables:
        if file.name.rsplit("/", 1)[-1] != EXTRAS:
            _read_table(file, structurer, reading, hints, extras)
    reading.findings.extend(structurer.tallied())


def _package_hints(files: list[TextFile]) -> dict[str, str]:
    """Which file holds which entity, where a data package says so."""
    for file in files:
        if file.name.rsplit("/", 1)[-1] == "datapackage.json":
            try:
                resources = json.loads(file.text)["resources"]
                return {
                    str(r["path"]).rsplit("/", 1)[-1].lower(): r["name"]
                    for r in resources
                    if r["name"] in ENTITIES
                }
            except (ValueError, KeyError, TypeError, RecursionError):
                return {}
    return {}


def _read_table(
    file: TextFile, structurer: Structurer, reading: Reading, hints: Mapping[str, str], extras: Extras
) -> None:
    def note(severity: Severity, rule: str, message: str, action: str = "", line: int | None = None) -> None:
        reading.findings.append(
            Finding(severity=severity, rule=rule, message=message, action=action, file=file.name, line=line)
        )

    # Null bytes stop the csv module, and no cell means them.
    rows = csv.reader(io.StringIO(file.text.replace("\0", ""), newline=""), delimiter=_delimiter(file.text))
    with wide_cells():
        try:
            header = [column.strip() for column in next(rows, [])]
            entity = entity_of_table(file.name, header, hints)
            if not entity:
                note(Severity.INFO, "unknown-table", "not a table that HSDS names", "not read", 1)
                return
            known = {name.lower(): name for name in columns(ENTITIES[entity])}
            names = [known.get(column.lower(), column) for column in header]
            for row in rows:
                if not any(row):
                    continue
                line = rows.line_num
                if len(row) > len(names):
                    note(
                        Severity.ERROR,
                        "too-many-cells",
                        f"{len(row)} cells under {len(names)} columns",
                        "cells beyond the last column dropped",
                        line,
                    )
                raw: dict[str, Any] = dict(zip(names, row, strict=False))
                raw.pop("", None)
                reading.records.append(_row(entity, raw, structurer, extras))
                reading.findings.extend(structurer.findings(file.name, _at_line(line)))
        except csv.Error as error:
            note(
                Severity.ERROR, "not-csv", f"not CSV: {error}", "the rest of the file not read", rows.line_num
            )


def _at_line(line: int) -> Callable[[Draft], tuple[int | None, str]]:
    """Findings of a table row stand at its line, in the column that their path names."""
    return lambda draft: (line, draft.path)


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _row(entity: str, raw: dict[str, Any], structurer: Structurer, extras: Extras) -> Record:
    key = (entity, raw.get("id", "").strip().lower())
    added = extras.fields.get(key)
    record = structurer.record(ENTITIES[entity], raw)
    if added:
        record = _with_extras(record, added, structurer)
    return record


def _with_extras(record: Record, added: Mapping[str, Any], structurer: Structurer) -> Record:
    """Put back what `EXTRAS` kept of a record."""
    changed: dict[str, Any] = {}
    extra = dict(record.extra)
    facts = specs(type(record))
    for name, value in added.items():
        if name == COPY:
            changed["id"] = value
        elif name not in facts or value == []:
            extra[name] = value
        elif facts[name].kind is Kind.MANY:
            target = ENTITIES[facts[name].target]
            changed[name] = tuple(structurer.record(target, item) for item in value)
        else:
            changed[name] = value
    return attrs.evolve(record, **changed, extra=extra)
