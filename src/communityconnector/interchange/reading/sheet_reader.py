"""The rows of a plain sheet, from CSV or from flat JSON, become services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from communityconnector.interchange.files.csv_rows import CsvRow
from communityconnector.interchange.forms import sheet_form
from communityconnector.interchange.forms.content import Lifted, LiftedRecords, LiftedTable
from communityconnector.interchange.notes import Draft, Position
from communityconnector.interchange.reading.flat_json import FlatTable, sheet_cells, table_of
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.lifted_records import finding_of, form_read, read_records
from communityconnector.interchange.reading.sheet_twins import without_repeats
from communityconnector.interchange.sheets.column_fields import IGNORED
from communityconnector.interchange.sheets.column_mapping import ColumnMapping, guesses_of
from communityconnector.interchange.sheets.layout import Layout, SheetLine, layout_of
from communityconnector.interchange.sheets.levels import ProgramPlaces, RowLevels, levels_of
from communityconnector.interchange.sheets.services import RowReader, SheetRow
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.interchange.texts.privacy.marks import PrivacyMark
from communityconnector.interchange.texts.privacy.sheet import PrivacyColumns
from communityconnector.model import ENTITIES, Finding, Record, Severity

_LOOKED_AT = 200
"""Rows whose cells help to understand the columns."""


@attrs.frozen
class Sheet:
    """A table whose columns have names.

    Attributes:
        file: the file's name, as findings give it.
        header: the columns' names, each once.
        rows: its rows.
        paths: where each row stands in JSON, by its line; empty for CSV.
        line: the line of the header.
    """

    file: str
    header: Sequence[str]
    rows: Sequence[CsvRow]
    paths: Mapping[int, str] = attrs.field(factory=dict)
    line: int = 1

    def cells(self, row: CsvRow) -> dict[str, str]:
        """Return a row's cells by column; what is beyond the last column has its number."""
        named = dict(zip(self.header, row.cells, strict=False))
        for number in range(len(self.header), len(row.cells)):
            if row.cells[number]:
                named[f"column {number + 1}"] = row.cells[number]
        return named


def read_sheet(sheet: Sheet, reading: Reading) -> Iterator[Record]:
    """Yield the services of a plain sheet, one a row; what was guessed and what was not read goes to the findings.

    Where the columns are those of a form with a structure of its own, the form reads them, unless a mapping is given.
    """
    form = sheet_form(sheet.header) if reading.mapping is None else None
    if form is None:
        yield from _SheetReading(sheet, reading).records()
        return
    rows = [(sheet.paths.get(row.line, str(row.line)), sheet.cells(row)) for row in sheet.rows]
    yield from read_lifted(form.lift(LiftedTable(form.name, rows)), sheet.file, reading)


def read_lifted(lifted: Lifted, file: str, reading: Reading) -> Iterator[Record]:
    """Yield the records of what a form is lifted to.

    Args:
        lifted: records of HSDS, or rows that are read as those of a sheet.
        file: the file's name, as findings give it.
        reading: takes the findings.
    """
    if isinstance(lifted, LiftedRecords):
        yield from read_records(lifted, file, reading)
    elif (table := table_of(lifted, least=1)) is not None:
        yield from read_flat(table, file, reading, is_lifted=True)
    else:
        message = f"{lifted.form}: {len(lifted.rows):,} records in which no column is understood as a name"
        reading.findings.append(Finding(Severity.ERROR, "unknown-form", message, "not read", file=file))
        reading.findings.extend(finding_of(note, file) for note in lifted.notes)


def read_flat(table: FlatTable, file: str, reading: Reading, *, is_lifted: bool = False) -> Iterator[Record]:
    """Yield the services of a table in JSON, or of one that a form is lifted to.

    Args:
        table: the table. Where its rows stand at lines, findings name these.
        file: the file's name, as findings give it.
        reading: takes the findings.
        is_lifted: whether a form has read it already; else its columns may show that it is of one.
    """
    at_lines = all(path.isdecimal() for path, _ in table.rows)
    numbers = [int(path) if at_lines else number for number, (path, _) in enumerate(table.rows, start=1)]
    rows = [CsvRow(number, cells) for number, cells in zip(numbers, sheet_cells(table), strict=True)]
    paths = {} if at_lines else {number: path for number, (path, _) in enumerate(table.rows, start=1)}
    if is_lifted or sheet_form(table.header) is None:
        reading.findings.append(form_read(table.form, len(rows), "read as a table", file))
    for note in table.notes:
        reading.findings.append(finding_of(note, file))
    sheet = Sheet(file, table.header, rows, paths)
    yield from _SheetReading(sheet, reading).records() if is_lifted else read_sheet(sheet, reading)


def no_name_column(sheet: Sheet, reading: Reading) -> None:
    """Report a table without a column that names services, and how to read it all the same."""
    sample = [sheet.cells(row) for row in sheet.rows[:_LOOKED_AT]]
    mapping = ColumnMapping.guess(sheet.header, sample)
    reading.dataset["columns"] = dict(mapping.columns)
    reading.guesses.update(guesses_of(mapping.columns, sample))
    columns = ", ".join(column for column in sheet.header if not column.startswith("column "))
    message = (
        f"a table of {len(sheet.rows):,} rows in which no column is understood as the name of a service or an agency; "
        f"its columns: {columns}. Save a mapping (check --save-mapping FILE), write service.name and the other fields "
        "beside the columns, and read the table with it (--mapping FILE)"
    )
    reading.findings.append(
        Finding(
            Severity.ERROR,
            "no-name-column",
            message,
            "not read",
            file=sheet.file,
            line=sheet.line if not sheet.paths else None,
        )
    )


@attrs.define
class _SheetReading:
    sheet: Sheet
    reading: Reading

    def records(self) -> Iterator[Record]:
        sheet, reading = self.sheet, self.reading
        mapping = self._mapping()
        reading.dataset["columns"] = {**reading.dataset.get("columns", {}), **mapping.columns}
        reading.guesses.update(
            guesses_of(mapping.columns, (sheet.cells(row) for row in sheet.rows[:_LOOKED_AT]))
        )
        fields = [mapping.columns.get(column, IGNORED) for column in sheet.header]
        layout = (
            Layout(tuple(map(SheetLine, sheet.rows)))
            if sheet.paths
            else layout_of(sheet.header, fields, sheet.rows)
        )
        for skipped in layout.skipped:
            self._lines(skipped.what, skipped.lines, rule=skipped.rule)
        for number, category in layout.sections:
            message = "a line with a single text: a heading"
            action = "what follows is read as of the category"
            self._report(Severity.INFO, "section-row", message, action, number, category, category)
        reader = RowReader(mapping)
        privacy = PrivacyColumns.of(mapping.columns, (sheet.cells(row) for row in sheet.rows))
        structurer = Structurer(reading.mode, tabular=True, sheet=True)
        unnamed: list[int] = []
        levels = levels_of(layout.lines, fields)
        places = self._places(levels, reader, privacy)
        lines = layout.lines if levels is None else levels.programs
        for line, cells, again in without_repeats(lines, sheet, mapping):
            row = line.row
            made = reader.read(cells, self._key(row), agency=line.agency, category=line.category)
            for note in (*made.notes, *self._layout_notes(line.agency, again)):
                structurer.notes.drafts.append(note)
            if made.raw:
                program = "" if levels is None else levels.number(line, "service.id")
                mark = self._hide(self._in_doubt(cells, made, privacy), made.raw, privacy, places, program)
                structurer.report_hidden(mark, "service", made.raw["id"])
                yield structurer.record(ENTITIES["service"], made.raw)
            else:
                unnamed.append(row.line)
                structurer.notes.drafts.clear()
            reading.findings.extend(structurer.notes.finish(sheet.file, self._at(row)))
        if unnamed:
            what = "rows that name neither a service nor an agency"
            self._lines(what, unnamed, rule="row-without-name", severity=Severity.ERROR)
        reading.findings.extend(structurer.counted())

    @staticmethod
    def _hide(
        cells: Mapping[str, str],
        raw: dict[str, Any],
        privacy: PrivacyColumns,
        places: ProgramPlaces | None,
        number: str,
    ) -> list[PrivacyMark]:
        """Put a program's places into it, and hide what its row says is private."""
        if places is None or not (apart := places.of_program(number, apart=True)):
            return privacy.hide(cells, raw)
        own = raw.get("service_at_locations") or []
        raw["service_at_locations"] = [*own, *apart]
        mark = privacy.hide(cells, raw)
        if not mark:
            raw["service_at_locations"] = [*own, *places.of_program(number, apart=False)]
        return mark

    def _in_doubt(
        self, cells: Mapping[str, str], made: SheetRow, privacy: PrivacyColumns
    ) -> Mapping[str, str]:
        """Return a row's cells, in which a blank mark of privacy is a doubt where the cells stand under the wrong columns."""
        beyond = cells.keys() - set(self.sheet.header)
        if not beyond and not any(note.rule == "columns-shifted" for note in made.notes):
            return cells
        return {
            **cells,
            **{column: "in doubt" for column in privacy.flags if not cells.get(column, "").strip()},
        }

    def _mapping(self) -> ColumnMapping:
        sheet = self.sheet
        if self.reading.mapping is not None:
            return self.reading.mapping
        sample = [sheet.cells(row) for row in sheet.rows[:_LOOKED_AT]]
        mapping = ColumnMapping.guess(sheet.header, sample)
        understood = sum(map(bool, mapping.columns.values()))
        message = (
            f"a spreadsheet whose columns are guessed; {understood} of {len(mapping.columns)} are understood"
        )
        self._report(Severity.INFO, "columns-guessed", message, "read so", sheet.line)
        strange = [
            column
            for column, field in mapping.columns.items()
            if not field and any(row.get(column, "").strip() for row in sample)
        ]
        if strange:
            message = (
                f"columns that are not understood: {', '.join(strange)}. To say what they mean, save a mapping "
                "(check --save-mapping FILE), edit it, and read with it (--mapping FILE)"
            )
            self._report(Severity.INFO, "columns-not-understood", message, "kept as they are", sheet.line)
        return mapping

    def _places(
        self, levels: RowLevels | None, reader: RowReader, privacy: PrivacyColumns
    ) -> ProgramPlaces | None:
        """Return where programs are, in exports whose rows are agencies, sites and programs, as a column says."""
        if levels is None:
            return None
        if unread := levels.unread():
            what = "rows of agencies, and of sites that no program is joined to"
            self._lines(what, unread, rule="level-not-read", severity=Severity.WARNING)
        notes = Structurer(self.reading.mode, tabular=True, sheet=True)

        def read(line: SheetLine) -> dict[str, Any]:
            cells = self.sheet.cells(line.row)
            raw = reader.read(cells, self._key(line.row), agency=line.agency or "?").raw
            notes.report_hidden(privacy.hide(cells, raw), "location", raw.get("id", ""))
            self.reading.findings.extend(notes.notes.finish(self.sheet.file, self._at(line.row)))
            return raw

        places = ProgramPlaces.of(levels, read)
        joined = sum(map(len, places.links.values()))
        if joined:
            message = "programs and the sites that they are at, in rows of their own, joined by their numbers"
            self._report(
                Severity.INFO,
                "sites-joined",
                message,
                "read as services at locations",
                self.sheet.line,
                count=joined,
            )
        return places

    def _key(self, row: CsvRow) -> str:
        return f"{self.sheet.file.rsplit('/', 1)[-1].lower()}:{row.line}"

    def _layout_notes(self, agency: str, again: Sequence[int]) -> Iterator[Draft]:
        if agency:
            message = "the agency's cell is blank under one that is filled"
            action = "taken for the agency above"
            yield Draft(Severity.INFO, "agency-from-above", message, action, "", agency)
        if again:
            lines = ", ".join(map(str, again))
            message = f"the same service once more, by name, place and phone: line {lines}"
            yield Draft(Severity.INFO, "repeated-row", message, "read as one service", "", "")

    def _lines(
        self, what: str, lines: Sequence[int], *, rule: str, severity: Severity = Severity.INFO
    ) -> None:
        """Report several lines that are not services in one finding."""
        shown = ", ".join(map(str, lines[:20])) + (" ..." if len(lines) > 20 else "")
        self._report(
            severity, rule, f"{what}: line {shown}", "not read as services", lines[0], count=len(lines)
        )

    def _at(self, row: CsvRow) -> Position:
        paths = self.sheet.paths
        if paths:
            return lambda draft: (None, f"{paths[row.line]}.{draft.path}".rstrip("."))
        return lambda draft: (row.line, draft.path)

    def _report(  # noqa: PLR0913, PLR0917  # the parts of a finding, in its order
        self,
        severity: Severity,
        rule: str,
        message: str,
        action: str,
        line: int,
        value: str | None = None,
        read_as: str | None = None,
        count: int = 1,
    ) -> None:
        paths = self.sheet.paths
        self.reading.findings.append(
            Finding(
                severity,
                rule,
                message,
                action,
                file=self.sheet.file,
                line=None if paths else line,
                path=paths.get(line, ""),
                value=value,
                read_as=read_as,
                count=count,
            )
        )
