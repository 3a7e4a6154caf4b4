"""One CSV file becomes records, whether it is a table of HSDS, of an older form of it, or a plain spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import attrs

from communityconnector.interchange.files.csv_rows import CsvRow, rows
from communityconnector.interchange.files.encodings import Encoding, encoding_of
from communityconnector.interchange.files.sources import SourceFile
from communityconnector.interchange.forms import sheet_form
from communityconnector.interchange.legacy import RawRecord
from communityconnector.interchange.notes import UPGRADED, Draft, Position
from communityconnector.interchange.reading.extras import UNKNOWN_AGENCY, Extras, with_extras
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.repeats import Repeats
from communityconnector.interchange.reading.sheet_reader import Sheet, no_name_column, read_sheet
from communityconnector.interchange.reading.table_package import HsdsTable, Package, unique_names
from communityconnector.interchange.sheets.column_mapping import ColumnMapping
from communityconnector.interchange.sheets.layout import blocks_of, header_at, header_by_cells, turned
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.interchange.texts.privacy.names import read_name
from communityconnector.interchange.texts.privacy.sheet import ticked_columns
from communityconnector.model import ENTITIES, Finding, Record, Severity
from communityconnector.model.apart import WHOLES, owners_of

_ESCAPED: Final = re.compile(r"'+[=@\t\r\n\uff1d\uff20+\-\uff0b\uff0d]")
"""A text that a writer kept from being a formula by a quote before it."""


def plain_cell(cell: str) -> str:
    """Return a cell's text, without the quote that keeps a spreadsheet program from taking it for a formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _plain_cells(row: CsvRow) -> list[str]:
    """Return the texts of a row; few of them begin with a quote."""
    return [plain_cell(cell) if cell[:1] == "'" else cell for cell in row.cells]


_MOST_NAMED: Final = 12
"""Most columns that the finding of a table names which is not read."""


@attrs.define
class TableFile:
    """One CSV file while it is read."""

    file: SourceFile
    structurer: Structurer
    reading: Reading
    extras: Extras
    repeats: Repeats
    package: Package
    counts: dict[tuple[str, str], Finding] = attrs.field(factory=dict)

    def records(self) -> Iterator[Record]:
        """Yield the records of the file."""
        encoding = encoding_of(self.file)
        self.reading.findings.extend(encoding.findings)
        lines = rows(self.file, encoding, self.reading.findings.append)
        header = next(lines, None)
        if header is None:
            self._note(Severity.ERROR, "empty-file", "the file is empty", "not read", 1)
            return
        table = None if self.reading.mapping is not None else self.package.tables.get(self.file.name)
        if table is None:
            yield from self._sheet([header, *lines])
            return
        self._names(header)
        self.structurer.ticked = self._ticked(table.names, encoding)
        self._say_how(table)
        yield from self._upgraded(table, lines)

    def _ticked(self, names: Sequence[str], encoding: Encoding) -> frozenset[str]:
        """Return the columns in which a blank means no; the file is looked through where it has any that may be one."""
        if not any((flag := read_name(name)) and not flag.yes_hides for name in names):
            return frozenset()
        lines = rows(self.file, encoding, lambda _: None)
        next(lines, None)
        return ticked_columns(names, (dict(zip(names, row.cells, strict=False)) for row in lines))

    def _note(self, severity: Severity, rule: str, message: str, action: str, line: int) -> None:
        self.reading.findings.append(Finding(severity, rule, message, action, file=self.file.name, line=line))

    def _names(self, header: CsvRow) -> list[str]:
        """Return the columns' names, each once."""
        names = unique_names(header.cells)
        for number, (cell, name) in enumerate(zip(header.cells, names, strict=True), start=1):
            if cell.strip() and name.endswith(f" (column {number})"):
                message = f"two columns are named {cell.strip()}; name one of them otherwise"
                self._note(
                    Severity.WARNING, "duplicate-column", message, "the later one kept apart", header.line
                )
        return names

    def _cells(self, names: Sequence[str], row: CsvRow) -> dict[str, str]:
        cells = _plain_cells(row)
        by_column = dict(zip(names, cells, strict=False))
        if len(cells) > len(names):
            self._check_width(names, row)
            beyond = enumerate(cells[len(names) :], start=len(names) + 1)
            by_column.update((f"column {number}", cell) for number, cell in beyond if cell)
        return by_column

    def _check_width(self, names: Sequence[str], row: CsvRow) -> None:
        if any(row.cells[len(names) :]):
            message = f"{len(row.cells)} cells under {len(names)} columns"
            action = "cells beyond the last column kept under their numbers"
            self._note(Severity.ERROR, "too-many-cells", message, action, row.line)

    def _say_how(self, table: HsdsTable) -> None:
        """Say which columns were understood that have other names in HSDS."""
        for name, column in table.renamed.items():
            message = f"a field of an older or another form: {column} is {name}"
            draft = Draft(Severity.INFO, "older-form", message, UPGRADED, name)
            self.structurer.notes.tally(table.entity, draft)
        for column, target in table.linked.items():
            message = f"nearly all values of {column} are ids of {target}"
            self._count(column, message, "read as links", rule="linked-by-value", severity=Severity.INFO)

    def _upgraded(self, table: HsdsTable, rows: Iterator[CsvRow]) -> Iterator[Record]:
        for row in rows:
            cells = self._cells(table.names, row)
            if cells.get("organization_id") == UNKNOWN_AGENCY:
                del cells["organization_id"]
            parts = [record for part in table.upgrade(cells) for record in self.package.with_address(part)]
            if table.implied:
                parts += self.package.links(table, cells)
            for number, part in enumerate(parts):
                several = self.package.one_each(part)
                if len(several) > 1:
                    message = f"a list of ids where {part.entity} has one"
                    self._count(
                        part.entity, message, "read as one record for each", row.line, rule="list-of-ids"
                    )
                for each in several:
                    yield from self._make(each, row.line, number)
            if self.structurer.notes.drafts:
                here = self.structurer.notes.finish(self.file.name, at_line(row.line))
                self.reading.findings.extend(here)
        self.reading.findings.extend(self.counts.values())

    def _make(self, part: RawRecord, line: int, number: int) -> Iterator[Record]:
        raw, seed = part.raw, f"{self.file.base}:{line}:{number}"
        if not part.partial and raw.get("id") and (new := self.repeats.new_id(part.entity, raw, line)):
            raw = {**raw, "id": new}
        if part.entity == "schedule":
            made = self.structurer.schedules(raw, seed=seed)
        else:
            cls = ENTITIES[part.entity]
            made = iter((self.structurer.record(cls, raw, seed=seed, partial=part.partial),))
        for record in made:
            if record.id == UNKNOWN_AGENCY:
                continue
            added = self.extras.take(record.entity, record.id)
            if part.entity not in WHOLES and not any(
                raw.get(name) or name in added for name in owners_of(part.entity)
            ):
                self._orphan(part.entity, line)
            stated = self.reading.stated
            whole = with_extras(record, added, self.structurer, stated) if added else record
            if part.partial:
                self.reading.partial.append(whole)
            else:
                yield whole

    def _orphan(self, entity: str, line: int) -> None:
        """Count a row that belongs to no record, unless rows of another table say whose it is."""
        if entity not in self.package.owned_elsewhere:
            message = f"rows of {entity} that do not name the record they belong to"
            action = "kept, but no answer shows them"
            self._count(entity, message, action, line, rule="row-without-owner", severity=Severity.ERROR)

    def _count(  # noqa: PLR0913  # the parts of a finding
        self,
        about: str,
        message: str,
        action: str,
        line: int | None = None,
        *,
        rule: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Count a finding of this table."""
        finding = self.counts.get((rule, about))
        if finding is None:
            self.counts[rule, about] = Finding(
                severity,
                rule,
                message,
                action,
                file=self.file.name,
                line=line,
                path=about if rule == "linked-by-value" else "",
                entity="" if rule == "linked-by-value" else about,
            )
        else:
            self.counts[rule, about] = attrs.evolve(finding, count=finding.count + 1)

    def _sheet(self, rows: Sequence[CsvRow]) -> Iterator[Record]:
        """Yield a plain spreadsheet: one service a row, under a header that may stand some lines below the top."""
        mapping = self.reading.mapping
        fits = _names_services if mapping is None else partial(_names_columns, mapping)
        # A sheet of a workbook is a list by itself, unless the workbook holds tables of HSDS.
        alone = self.package.is_alone or (self.file.is_table and not self.package.tables)
        if mapping is None and alone and (columns_as_rows := turned(rows)):
            message = "a sheet whose first column holds the names, with a service in each other column"
            self._note(Severity.INFO, "sheet-turned", message, "read so; lines are columns here", 1)
            rows = columns_as_rows
        at = header_at(rows, fits)
        if at < 0 and alone and mapping is None:
            at = header_at(rows, partial(looks_like_spreadsheet, least=2))
            at = at if at >= 0 else header_by_cells(rows)
        if (self.package.tables and mapping is None) or (at < 0 and not self.package.is_alone):
            columns = ", ".join(cell.strip() for cell in rows[0].cells[:_MOST_NAMED] if cell.strip())
            message = f"not a table that HSDS names: {len(rows) - 1:,} rows under {columns}"
            self._note(Severity.INFO, "unknown-table", message, "not read", 1)
            return
        if at > 0:
            message = f"{at} {'line' if at == 1 else 'lines'} above the header"
            self._note(Severity.INFO, "rows-before-header", message, "not read as services", rows[0].line)
        if at < 0:
            no_name_column(self._plain_sheet(rows, self._names(rows[0])), self.reading)
            return
        for block in blocks_of(rows[at:], looks_like_spreadsheet):
            names = self._names(block[0])
            sheet = self._plain_sheet(block, names)
            for row in sheet.rows:
                self._check_width(names, row)
            yield from read_sheet(sheet, self.reading)

    def _plain_sheet(self, rows: Sequence[CsvRow], names: Sequence[str]) -> Sheet:
        plain = [CsvRow(row.line, _plain_cells(row)) for row in rows[1:]]
        return Sheet(self.file.name, names, plain, line=rows[0].line)


def _names_services(cells: Sequence[str]) -> bool:
    """Return whether a row holds the columns of a form of tables, or of a sheet of services."""
    return sheet_form(cells) is not None or looks_like_spreadsheet(cells)


def _names_columns(mapping: ColumnMapping, cells: Sequence[str]) -> bool:
    """Return whether a row holds the names of two columns that a mapping knows."""
    return len(mapping.columns.keys() & set(cells)) > 1


def at_line(line: int) -> Position:
    """Findings of a table row stand at its line, in the column that their path names."""
    return lambda draft: (line, draft.path)
