"""Tables in: HSDS's own, those of its older forms, and plain spreadsheets become records, tied by their ids."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.interchange.column_mapping import ColumnMapping
from communityconnector.interchange.column_meaning import looks_like_spreadsheet, meaning_of
from communityconnector.interchange.csv_dialect import dialect_of
from communityconnector.interchange.csv_rows import Row, rows
from communityconnector.interchange.encodings import Encoding, encoding_of
from communityconnector.interchange.extras import COPY, EXTRAS, UNKNOWN_AGENCY, Extras
from communityconnector.interchange.lifts import OLD_TABLES, Lifted, TableLift, field_lift, table_lift
from communityconnector.interchange.notes import At
from communityconnector.interchange.privacy.names import read_name
from communityconnector.interchange.privacy.sheet import ticked_columns
from communityconnector.interchange.reading import Reading
from communityconnector.interchange.records import EXTENSION, FILLED_IN, NOT_READ, Structurer, extension_back
from communityconnector.interchange.repeats import Repeats
from communityconnector.interchange.sheet_layout import MOST_BEFORE, header_at
from communityconnector.interchange.sheet_reader import Sheet, no_name_column, read_sheet
from communityconnector.interchange.sources import SourceFile, UnreadableError
from communityconnector.model import (
    ENTITIES,
    Finding,
    Kind,
    Location,
    Record,
    Service,
    ServiceAtLocation,
    Severity,
    columns,
    required,
    specs,
)
from communityconnector.model.apart import PARTS
from communityconnector.model.shape import evolve

_ESCAPED: Final = re.compile(r"'+[=@\t\r\n\uff1d\uff20+\-\uff0b\uff0d]")
"""A text that a writer kept from being a formula by a quote before it."""


def plain_cell(cell: str) -> str:
    """A cell's text, without the quote that keeps a spreadsheet program from taking it for a formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell


_SUFFIXES: Final = (".csv", ".tsv", ".txt")

_LEDGER: Final = """
CREATE TABLE agency (location TEXT, agency TEXT);
CREATE TABLE place (service TEXT, location TEXT);
CREATE TABLE lacking (service TEXT);
"""
_BY_LOCATION: Final = """
SELECT place.service, min(agency.agency) FROM place LEFT JOIN agency USING (location)
WHERE place.service IN (SELECT service FROM lacking)
GROUP BY place.service HAVING count(DISTINCT agency.agency) = 1 AND count(agency.agency) = count(*)
ORDER BY place.service
"""
"""Services that name no organization, while every location of theirs names the same one."""


def stem_of(name: str) -> str:
    """A file's name as a table's: without folders and suffix, lower case, with underscores."""
    base = name.rsplit("/", 1)[-1].lower()
    for suffix in (".gz", *_SUFFIXES):
        base = base.removesuffix(suffix)
    return base.replace("-", "_").replace(" ", "_")


def entity_of_table(name: str, header: Sequence[str], hints: Mapping[str, str]) -> str:
    """The entity that a CSV file holds: by the data package, by its name, else by its columns; "" if none."""
    base = name.rsplit("/", 1)[-1].lower()
    if base in hints:
        return hints[base]
    stem = stem_of(name)
    best, found = "", ""
    for entity, cls in ENTITIES.items():
        for known in (cls.table.removesuffix(".csv"), entity, f"{entity}s"):
            if (stem == known or stem.endswith(f"_{known}")) and len(known) > len(best):
                best, found = known, entity
    if best:
        return found
    names = {column.strip().lower() for column in header}
    fitting = [e for e, cls in ENTITIES.items() if {"id", *required(cls)} <= names <= {*columns(cls)}]
    return fitting[0] if len(fitting) == 1 else ""


def old_table(name: str, header: Sequence[str]) -> TableLift | None:
    """How a table of an older form is lifted, if it is one; its name may have something before it."""
    stem = stem_of(name)
    fitting = [known for known in OLD_TABLES if stem == known or stem.endswith(f"_{known}")]
    names = [column.strip().lower() for column in header]
    return table_lift(max(fitting, key=len) if fitting else stem, names)


def looks_like_table(start: str, *, is_named_so: bool) -> bool:
    """Whether a text could be that of a table.

    Args:
        start: its first lines.
        is_named_so: whether the file's name ends as that of a table. Then lines that all have equally many cells are
            enough.
    """
    lines = start[:_LOOKED_AT].splitlines()[:MOST_BEFORE]
    dialect = dialect_of(lines)
    cells = [[cell.strip().strip('"') for cell in line.split(dialect.delimiter)] for line in lines]
    if any(len(row) > 1 and ("id" in map(str.lower, row) or looks_like_spreadsheet(row)) for row in cells):
        return True
    even = sum(1 for row in cells if len(row) == dialect.width)
    return is_named_so and dialect.width > 1 and even > 1 and even * 2 > len(lines)


_LOOKED_AT: Final = 10_000
"""Characters of a file in which the header of a table is looked for."""


def read_tables(files: Sequence[SourceFile], reading: Reading) -> Iterator[Record]:
    """The flat records of CSV files, file after file; findings and loose parts go to `reading`.

    In some older forms a service names no organization, only a location that names one: it is the service's too.
    """
    with closing(sqlite3.connect("")) as ledger:  # a file of SQLite's own, gone when it closes: any size fits
        ledger.executescript(_LEDGER)
        for record in _flat_records(files, reading):
            if isinstance(record, Location) and (agency := getattr(record, "organization_id", None)):
                ledger.execute("INSERT INTO agency VALUES (?, ?)", (record.id, agency))
            elif isinstance(record, ServiceAtLocation) and record.service_id and record.location_id:
                ledger.execute("INSERT INTO place VALUES (?, ?)", (record.service_id, record.location_id))
            elif isinstance(record, Service) and not record.organization_id and record.organization is None:
                ledger.execute("INSERT INTO lacking VALUES (?)", (record.id,))
            yield record
        for service, agency in ledger.execute(_BY_LOCATION):
            reading.partial.append(Service(id=service, name="", status="", organization_id=agency))
            reading.findings.append(
                Finding(
                    severity=Severity.INFO,
                    rule="linked-by-location",
                    message="the service names no organization; its locations all belong to one",
                    action="taken as the service's organization",
                    entity="service",
                    record_id=service,
                )
            )


def _flat_records(files: Sequence[SourceFile], reading: Reading) -> Iterator[Record]:
    reading.tabular = True
    hints = _package_hints(files)
    extras = Extras()
    for file in files:
        if file.base == EXTRAS:
            extras.read(file, reading.findings)
    structurer = reading.structurer(tabular=True)
    tables = [file for file in files if file.base not in {EXTRAS, "datapackage.json"}]
    with Repeats() as repeats:
        for file in tables:
            try:
                table = _Table(file, structurer, reading, extras, repeats, len(tables) == 1)
                yield from table.records(hints)
            except UnreadableError as error:
                reading.findings.append(error.finding)
            reading.findings.extend(repeats.found(file.name))
            reading.findings.extend(structurer.counted())
    for entity, raw in extras.whole():
        record = structurer.record(ENTITIES[entity], raw)
        reading.findings.extend(structurer.notes.finish(EXTRAS, at_line(1)))
        yield evolve(record, {"id": raw[COPY]}) if isinstance(raw.get(COPY), str) else record
    reading.findings.extend(structurer.counted())
    reading.findings.extend(extras.unused())


def _package_hints(files: Sequence[SourceFile]) -> dict[str, str]:
    """Which file holds which entity, where a data package says so."""
    for file in files:
        if file.base == "datapackage.json":
            try:
                resources = json.loads(file.read())["resources"]
                return {
                    str(r["path"]).rsplit("/", 1)[-1].lower(): r["name"]
                    for r in resources
                    if r["name"] in ENTITIES
                }
            except (ValueError, KeyError, TypeError, RecursionError, UnreadableError):
                return {}
    return {}


@attrs.define
class _Table:
    """One CSV file while it is read."""

    file: SourceFile
    structurer: Structurer
    reading: Reading
    extras: Extras
    repeats: Repeats
    is_alone: bool

    def records(self, hints: Mapping[str, str]) -> Iterator[Record]:
        encoding = encoding_of(self.file)
        self.reading.findings.extend(encoding.findings)
        found = rows(self.file, encoding, self.reading.findings.append)
        header = next(found, None)
        if header is None:
            self._note(Severity.ERROR, "empty-file", "the file is empty", "not read", 1)
            return
        names = self._names(header)
        lift = old_table(self.file.name, names)
        entity = entity_of_table(self.file.name, names, hints)
        if (
            self.reading.mapping is None
            and (lift is not None or entity)
            and not self._is_plain(names, entity)
        ):
            if lift is None:
                known = {name.lower(): name for name in columns(ENTITIES[entity])}
                names = [known.get(name.lower(), name) for name in names]
                lift = partial(_as_it_is, entity)
            self.structurer.ticked = self._ticked(names, encoding)
            yield from self._lifted(lift, names, found)
        else:
            yield from self._sheet([header, *found])

    def _ticked(self, names: Sequence[str], encoding: Encoding) -> frozenset[str]:
        """The columns in which a blank means no; the file is looked through where it has any that may be one."""
        if not any((flag := read_name(name)) and not flag.yes_hides for name in names):
            return frozenset()
        found = rows(self.file, encoding, lambda _: None)
        next(found, None)
        return ticked_columns(names, (dict(zip(names, row.cells, strict=False)) for row in found))

    def _is_plain(self, names: Sequence[str], entity: str) -> bool:
        """Whether a table that is named like one of HSDS is a plain sheet: alone, and with columns of its own."""
        if not self.is_alone or not entity or not looks_like_spreadsheet(names):
            return False
        known = {name.lower() for name in columns(ENTITIES[entity])}
        understood = sum(1 for name in names if name.lower() in known or field_lift(entity, name.lower()))
        return understood < sum(1 for name in names if meaning_of(name))

    def _note(self, severity: Severity, rule: str, message: str, action: str, line: int) -> None:
        self.reading.findings.append(
            Finding(
                severity=severity, rule=rule, message=message, action=action, file=self.file.name, line=line
            )
        )

    def _names(self, header: Row) -> list[str]:
        """The columns' names, each once."""
        names: list[str] = []
        for number, cell in enumerate(header.cells, start=1):
            name = cell.strip()
            if not name:
                name = f"column {number}"
            elif name in names:
                message = f"two columns are named {name}; name one of them otherwise"
                self._note(
                    Severity.WARNING, "duplicate-column", message, "the later one kept apart", header.line
                )
                name = f"{name} (column {number})"
            names.append(name)
        return names

    def _cells(self, names: Sequence[str], row: Row) -> dict[str, str]:
        cells = [plain_cell(cell) for cell in row.cells]
        self._check_width(names, row)
        beyond = {
            f"column {number + 1}": cell for number, cell in enumerate(cells) if number >= len(names) and cell
        }
        return {**dict(zip(names, cells, strict=False)), **beyond}

    def _check_width(self, names: Sequence[str], row: Row) -> None:
        if any(row.cells[len(names) :]):
            message = f"{len(row.cells)} cells under {len(names)} columns"
            action = "cells beyond the last column kept under their numbers"
            self._note(Severity.ERROR, "too-many-cells", message, action, row.line)

    def _lifted(self, lift: TableLift, names: Sequence[str], found: Iterator[Row]) -> Iterator[Record]:
        for row in found:
            cells = self._cells(names, row)
            if cells.get("organization_id") == UNKNOWN_AGENCY:
                del cells["organization_id"]
            for number, part in enumerate(lift(cells)):
                yield from self._make(part, row.line, number)
            self.reading.findings.extend(self.structurer.notes.finish(self.file.name, at_line(row.line)))

    def _make(self, part: Lifted, line: int, number: int) -> Iterator[Record]:
        raw, seed = part.raw, f"{self.file.base}:{line}:{number}"
        if part.entity in PARTS and raw.get("id"):
            new = self.repeats.new_id(part.entity, raw, line)
            raw = {**raw, "id": new} if new else raw
        if part.entity == "schedule":
            made = self.structurer.schedules(raw, seed=seed)
        else:
            cls = ENTITIES[part.entity]
            made = iter((self.structurer.record(cls, raw, seed=seed, partial=part.partial),))
        for record in made:
            if record.id == UNKNOWN_AGENCY:
                continue
            added = self.extras.take(record.entity, record.id)
            whole = self._with_extras(record, added) if added else record
            if part.partial:
                self.reading.partial.append(whole)
            else:
                yield whole

    def _sheet(self, found: Sequence[Row]) -> Iterator[Record]:
        """A plain spreadsheet: one service a row, under a header that may stand some lines below the top."""
        mapping = self.reading.mapping
        fits = looks_like_spreadsheet if mapping is None else partial(_names_columns, mapping)
        at = header_at(found, fits)
        if at < 0 and self.is_alone and mapping is None:
            at = header_at(found, partial(looks_like_spreadsheet, least=2))
        if at < 0 and not self.is_alone:
            self._note(Severity.INFO, "unknown-table", "not a table that HSDS names", "not read", 1)
            return
        header = found[max(at, 0)]
        names = self._names(header)
        if at > 0:
            message = f"{at} {'line' if at == 1 else 'lines'} above the header"
            self._note(Severity.INFO, "rows-before-header", message, "not read as services", found[0].line)
        plain = [Row(row.line, [plain_cell(cell) for cell in row.cells]) for row in found[max(at, 0) + 1 :]]
        sheet = Sheet(self.file.name, names, plain, line=header.line)
        if at < 0:
            no_name_column(sheet, self.reading)
            return
        for row in plain:
            self._check_width(names, row)
        yield from read_sheet(sheet, self.reading)

    def _with_extras(self, record: Record, added: Mapping[str, Any]) -> Record:
        """Put back what `EXTRAS` kept of a record."""
        changed: dict[str, Any] = {}
        extra = dict(record.extra)
        facts = specs(type(record))
        for name, value in added.items():
            if name == COPY:
                changed["id"] = value
            elif name == FILLED_IN and isinstance(value, list):
                changed.update(
                    (field, None if facts[field].kind is Kind.NUMBER else "")
                    for field in value
                    if field in facts
                )
            elif name == EXTENSION and isinstance(value, str):
                changed.update(extension_back(value, getattr(record, "description", None)))
            elif name == NOT_READ and isinstance(value, dict):
                extra.update(value)
            elif name not in facts or value == []:
                extra[name] = value
            elif facts[name].kind is Kind.MANY:
                target = ENTITIES[facts[name].target]
                changed[name] = tuple(
                    self.structurer.record(target, item) for item in value if isinstance(item, dict)
                )
            elif facts[name].kind is Kind.REFERENCE and getattr(record, name):
                # Said beside the embedding: put back once that is done.
                self.reading.stated.setdefault((record.entity, record.id), {})[name] = value
            else:
                changed[name] = value
        return evolve(record, {**changed, "extra": extra})


def _as_it_is(entity: str, cells: Mapping[str, Any]) -> tuple[Lifted, ...]:
    """The lift of a table that needs none."""
    return (Lifted(entity, dict(cells)),)


def _names_columns(mapping: ColumnMapping, cells: Sequence[str]) -> bool:
    """Whether a row holds the names of two columns that a mapping knows."""
    return len(mapping.columns.keys() & set(cells)) > 1


def at_line(line: int) -> At:
    """Findings of a table row stand at its line, in the column that their path names."""
    return lambda draft: (line, draft.path)
