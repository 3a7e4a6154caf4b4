"""Workbooks of Excel and OpenOffice: each visible sheet as the text of a table, so that it is read as a CSV file is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.interchange.files.workbook_marks import SheetMarks, TooWideError, marks_of
from communityconnector.model import Finding, Severity

MOST_WORKBOOK_BYTES: Final = 64 * 1024**2
"""A larger workbook is not read: it is unpacked in memory."""
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_EXCEL: Final = ("an Excel workbook", "a spreadsheet or document of OpenOffice")


def is_workbook(file: SourceFile, start: bytes) -> bool:
    """Return whether a file is a workbook, by its first bytes and by what its zip holds.

    Args:
        file: the file.
        start: its first bytes.
    """
    if start.startswith(_OLD):
        return True
    return start.startswith(_ZIP) and file.document.startswith(_EXCEL)


def sheets_of(file: SourceFile) -> Iterator[SourceFile | Finding]:
    """Yield the sheets of a workbook as tables, and what is said about those that are not read.

    Cells that span several rows stand in each of them. Sheets that are hidden, rows that are struck through, and hidden
    columns are not read, since people so mark what no longer holds or is not for everybody; a finding names them.

    Args:
        file: the workbook.
    """
    content = file.read()
    if len(content) > MOST_WORKBOOK_BYTES:
        yield _unusable(
            file,
            "too-large",
            f"a workbook of more than {MOST_WORKBOOK_BYTES:,} bytes: save its list as CSV (UTF-8)",
        )
        return
    try:
        import python_calamine as calamine
    except ImportError:
        yield _unusable(file, "unknown-form", _without_reader(file, content))
        return
    try:
        marks = marks_of(content)
    except TooWideError as error:
        yield _unusable(file, "too-large", str(error))
        return
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        yield from _read(file, workbook, marks)
    except calamine.PasswordError:
        yield _unusable(
            file,
            "unknown-form",
            "a workbook with a password: save it without one, or its list as CSV (UTF-8)",
        )
    except calamine.CalamineError:
        message = "a workbook that cannot be read, or an older Office document: save the list as .xlsx or as CSV (UTF-8)"
        yield _unusable(file, "unknown-form", message)


def _without_reader(file: SourceFile, content: bytes) -> str:
    what = file.document.partition(":")[0] or "a workbook or document of an older Office program"
    count = content.count(b"xl/worksheets/sheet") // 2
    several = f" of {count} sheets" if count else ""
    return f"{what}{several}: install communityconnector[excel], or save the sheet that holds the list as CSV (UTF-8)"


def _read(file: SourceFile, workbook: Any, marks: dict[str, SheetMarks]) -> Iterator[SourceFile | Finding]:
    for sheet in workbook.sheets_metadata:
        name = f"{file.name}/{sheet.name}"
        if str(sheet.typ) != "SheetTypeEnum.WorkSheet":
            continue
        if str(sheet.visible) != "SheetVisibleEnum.Visible":
            yield _found(name, "hidden-sheet", "a sheet that is hidden in the workbook", "not read")
            continue
        own = marks.get(sheet.name, SheetMarks())
        rows = _rows(workbook.get_sheet_by_name(sheet.name))
        text = _as_csv(rows, own)
        if not text:
            continue
        yield from _marked(name, own)
        yield SourceFile(name, partial(io.BytesIO, text), is_table=True)


def _rows(sheet: Any) -> list[list[str]]:
    """Return the cells of a sheet as texts; a cell that spans several rows stands in each of them."""
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        # One that spans columns only is a title or a heading, and stays one.
        if bottom > top and right == left:
            for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
                rows[row][left] = rows[row][left] or rows[top][left]
    return rows


def _as_csv(rows: list[list[str]], marks: SheetMarks) -> bytes:
    """Return rows as CSV, each in its line, without those that are struck through and without hidden columns."""
    if not any(any(row) for row in rows):
        return b""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows, start=1):
        kept = (
            []
            if number in marks.struck
            else [cell for at, cell in enumerate(row) if at not in marks.hidden_columns]
        )
        # One line for each row, so that findings name the rows of the sheet.
        writer.writerow(
            [" ".join(cell.split("\n")) if number == 1 else cell.replace("\n", "; ") for cell in kept]
        )
    return text.getvalue().encode("utf-8", "replace")


def _text(value: Any) -> str:
    """Return the text of a cell as a person sees it: numbers without a fraction that is none, ISO dates, clock times."""
    written = _WRITTEN.get(type(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip() if written is None else written(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")


def _clock(value: timedelta) -> str:
    minutes = int(value.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


_EXACT: Final = 1e15
"""Larger numbers without a fraction are not exact."""
_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    bool: lambda value: "TRUE" if value else "FALSE",
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: value.strftime("%H:%M"),
    timedelta: _clock,
}


def _marked(name: str, marks: SheetMarks) -> Iterator[Finding]:
    if marks.struck:
        lines = ", ".join(map(str, sorted(marks.struck)[:20]))
        message = f"rows that are struck through: {lines}"
        yield attrs.evolve(_found(name, "struck-through", message, "not read"), count=len(marks.struck))
    if marks.hidden_columns:
        message = f"{len(marks.hidden_columns)} columns that are hidden in the workbook"
        yield _found(name, "hidden-column", message, "not read")
    if marks.hidden_rows:
        lines = ", ".join(map(str, sorted(marks.hidden_rows)[:20]))
        message = f"rows that are hidden, by a filter or by hand: {lines}"
        yield attrs.evolve(
            _found(name, "hidden-row", message, "read as the others are"), count=len(marks.hidden_rows)
        )


def _found(name: str, rule: str, message: str, action: str) -> Finding:
    return Finding(Severity.WARNING, rule, message, action, file=name)


def _unusable(file: SourceFile, rule: str, message: str) -> Finding:
    return Finding(Severity.ERROR, rule, message, "not read", file=file.name)
