"""What the lines of a sheet are: its header, its rows, and what people write around and between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from communityconnector.interchange.files.csv_rows import CsvRow
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.sheets.column_words import words_of
from communityconnector.interchange.sheets.row import kind_of
from communityconnector.interchange.sheets.signs import lists_services

MOST_BEFORE: Final = 30
"""Most lines before a header that is looked for."""


def header_at(rows: Sequence[CsvRow], fits: Callable[[Sequence[str]], bool]) -> int:
    """Return the index of the first row that is a header, as `fits` has it; -1 for none."""
    return next(
        (
            at
            for at, row in enumerate(rows[: MOST_BEFORE + 1])
            if sum(1 for cell in row.cells if cell.strip()) > 1
            and not any(kind_of(cell.strip()) not in {"", "state"} for cell in row.cells)
            and fits([cell.strip() for cell in row.cells])
        ),
        -1,
    )


def header_by_cells(rows: Sequence[CsvRow]) -> int:
    """Return the index of the header of a table that only its cells show to be of services; -1 for none."""
    for at, row in enumerate(rows[: MOST_BEFORE + 1]):
        below = rows[at + 1 : at + 1 + MOST_BEFORE]
        sample = [dict(zip(row.cells, other.cells, strict=False)) for other in below]
        if sample and len(row.cells) > 1 and lists_services(row.cells, sample):
            return at
    return -1


def turned(rows: Sequence[CsvRow]) -> list[CsvRow]:
    """Return the rows of a sheet whose names stand in its first column, a service a column; [] for any other sheet.

    The line of such a row is the number of its column.
    """
    firsts = [row.cells[0].strip() if row.cells else "" for row in rows[: MOST_BEFORE * 3]]
    fields = [field for name in firsts if (field := meaning_of(name))]
    width = max((len(row.cells) for row in rows), default=0)
    beside = [cell.strip() for row in rows for cell in row.cells[1:] if cell.strip()]
    if (
        len(firsts) < 3
        or width < 2
        or len(set(fields)) * 3 < len(firsts) * 2
        or sum(map(bool, map(meaning_of, beside))) * 4 > len(beside)
    ):
        return []
    return [
        CsvRow(number + 1, [row.cells[number] if number < len(row.cells) else "" for row in rows])
        for number in range(width)
    ]


def blocks_of(rows: Sequence[CsvRow], fits: Callable[[Sequence[str]], bool]) -> list[Sequence[CsvRow]]:
    """Return the tables of a sheet, each with its header first: where a line is a header of other columns, another begins.

    Args:
        rows: the lines, the header first.
        fits: whether some cells are the names of columns.
    """
    starts = [0]
    for number, row in enumerate(rows[1:], start=1):
        cells = [text for cell in row.cells if (text := cell.strip())]
        # Few lines can be a header, and only those are looked at closely.
        if len(cells) < 3 or any(len(text) > 40 or any(map(str.isdigit, text)) for text in cells):
            continue
        columns = {words_of(cell)[0] for cell in rows[starts[-1]].cells}
        if (
            not {words_of(text)[0] for text in cells} <= columns
            and all(map(meaning_of, cells))
            and fits(cells)
        ):
            starts.append(number)
    return [rows[start:end] for start, end in itertools.pairwise((*starts, len(rows)))]


@attrs.frozen
class SheetLine:
    """One line under the header.

    Attributes:
        row: the line.
        category: what a line above says that it is, among others; "" for nothing.
        agency: the agency that the layout gives it; "" for none.
    """

    row: CsvRow
    category: str = ""
    agency: str = ""


@attrs.frozen
class _SkippedLines:
    """Lines that are not services, and why.

    Attributes:
        rule: the rule of their finding.
        what: what they are, in words.
        lines: their numbers.
    """

    rule: str
    what: str
    lines: tuple[int, ...]


@attrs.frozen
class Layout:
    """The lines of a sheet that are services, and those that are not."""

    lines: tuple[SheetLine, ...]
    skipped: tuple[_SkippedLines, ...] = ()
    sections: tuple[tuple[int, str], ...] = ()


def layout_of(header: Sequence[str], fields: Sequence[str], rows: Sequence[CsvRow]) -> Layout:
    """Separate services from headings, totals, repeated headers and lines of help, and add what the layout implies.

    A line with a single text in it is a heading: what follows is of that category. An agency that is blank under one
    that is named is that one, where the sheet never names an agency twice in a row and the line has a name of its own.

    Args:
        header: the columns' names.
        fields: what each column means, "" for nothing.
        rows: the lines under the header.
    """
    kinds = [_kind_of(row, header, fields, first=number < 2) for number, row in enumerate(rows)]
    kinds = _without_names(kinds, rows)
    last = max((number for number, kind in enumerate(kinds) if kind == "row"), default=-1)
    others: dict[str, list[int]] = {}
    lines: list[SheetLine] = []
    sections: list[tuple[int, str]] = []
    category = agency = ""
    fills = _fills_down(fields, [row for row, kind in zip(rows, kinds, strict=True) if kind == "row"])
    previous = 0
    for number, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        if kind == "single" and number < last:
            category, agency = next(cell.strip() for cell in row.cells if cell.strip()), ""
            sections.append((row.line, category))
        elif kind != "row":
            others.setdefault("single" if kind == "single" else kind, []).append(row.line)
        else:
            if row.line > previous + 1 and not _is_continued(rows, number):
                agency = ""
            own = _cell(row, fields, "organization.name")
            implied = agency if fills and not own and _cell(row, fields, "service.name") else ""
            agency = own or agency
            lines.append(SheetLine(row, category, implied))
        previous = row.line
    skipped = tuple(_SkippedLines(*_RULES[kind], tuple(numbers)) for kind, numbers in others.items())
    return Layout(tuple(lines), skipped, tuple(sections))


def _without_names(kinds: list[str], rows: Sequence[CsvRow]) -> list[str]:
    """Return the kinds of lines, of which those with a single text that are no headings but services of which little is known.

    A sheet with headings begins with one, and writes all of them alike; elsewhere only capitals and marks make one.
    """
    singles = [number for number, kind in enumerate(kinds) if kind == "single"]
    if not singles:
        return kinds
    if len(singles) * 2 > len(kinds):
        return ["row" if kind == "single" else kind for kind in kinds]
    first = next(number for number, kind in enumerate(kinds) if kind in {"row", "single"})
    last = max(number for number, kind in enumerate(kinds) if kind == "row")
    if singles[0] == first and not _is_loud(rows[first]):
        return kinds
    names = {number for number in singles if number < last and not _is_loud(rows[number])}
    return ["row" if number in names else kind for number, kind in enumerate(kinds)]


def _is_loud(row: CsvRow) -> bool:
    text = next(cell.strip() for cell in row.cells if cell.strip())
    return text.isupper() or text.endswith(":") or text[:1] in "-=*#~\u2022" or text[-1:] in "-=*#~"


def _is_continued(rows: Sequence[CsvRow], number: int) -> bool:
    """Return whether a row that does not begin on the next line follows on one that spans several, and on no blank line."""
    before = rows[number - 1]
    return number > 0 and rows[number].line - before.line <= 1 + sum(
        cell.count("\n") for cell in before.cells
    )


_RULES: Final = {
    "header": ("repeated-header", "the header once more"),
    "help": ("help-row", "help for those who fill in the sheet"),
    "total": ("total-row", "a total"),
    "single": ("note-row", "a single text after the last service"),
    "page": ("note-row", "the number of a page"),
}


def _kind_of(row: CsvRow, header: Sequence[str], fields: Sequence[str], *, first: bool) -> str:
    """Return what a line is: "row", "single", "header", "help", "total" or "page"."""
    filled = [(number, text) for number, cell in enumerate(row.cells) if (text := cell.strip())]
    named = [(number, text) for number, text in filled if number < len(header)]
    if len(named) > 1 and all(words_of(text)[:1] == words_of(header[number])[:1] for number, text in named):
        return "header"
    if (
        first
        and len(filled) > 1
        and sum(_HELP.fullmatch(text[:320]) is not None for _, text in filled) * 5 >= len(filled) * 3
    ):
        return "help"
    if filled and len(filled) * 2 <= max(len(header), 4) and _TOTAL.match(filled[0][1]):
        return "total"
    if len(filled) == 1 and _PAGE.fullmatch(filled[0][1]):
        return "page"
    if len(filled) == 1 and _is_heading(filled[0], fields):
        return "single"
    return "row"


_TOTAL: Final = re.compile(
    r"(?:grand |sub-?)?totals?\b(?: ?[:=#(\d]|$| (?:of|number|agencies|programs|pantries|services|sites|records|count)\b)|count ?[:=]|"
    r"gran total\b",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"(?:page|p\u00e1gina|pag\.?|pg\.?) ?\d{1,4}(?: ?(?:of|de|/) ?\d{1,4})?", re.IGNORECASE
)
_HELP: Final = re.compile(
    r"[\[(<].{1,200}[\])>]|(?:text|string|integer|number|numeric|date|boolean|varchar|float|double|required|optional|url|"
    r"yes ?/ ?no|y ?/ ?n|true ?/ ?false|free text|short text|long text|single select|multiple? select|dropdown|"
    r"[ymdhx#]{1,4}[-/:. ()][ymdhx#]{1,4}[-/:. ]?[ymdhx#]{0,4})|(?:e\.?g\.?|i\.?e\.?|for example|example:|enter|please|format|"
    r"select|choose|ejemplo)\b.{0,300}",
    re.IGNORECASE | re.DOTALL,
)


def _is_heading(cell: tuple[int, str], fields: Sequence[str]) -> bool:
    number, text = cell
    field = fields[number] if number < len(fields) else ""
    fitting = number == 0 or field in {"service.name", "organization.name", "attributes", "location.name", ""}
    return (
        fitting
        and len(text) <= 120
        and any(letter.isalpha() for letter in text)
        and "@" not in text
        and "://" not in text
    )


def _cell(row: CsvRow, fields: Sequence[str], field: str) -> str:
    return next(
        (
            text
            for cell, own in zip(row.cells, fields, strict=False)
            if own == field and (text := cell.strip())
        ),
        "",
    )


def _fills_down(fields: Sequence[str], rows: Sequence[CsvRow]) -> bool:
    """Return whether a blank agency means the one above: agencies stand left of names, and none is written twice in a row."""
    if "organization.name" not in fields or "service.name" not in fields:
        return False
    if list(fields).index("organization.name") > list(fields).index("service.name"):
        return False
    names = [_cell(row, fields, "organization.name").casefold() for row in rows]
    return bool(names and names[0]) and all(
        one != other or not one for one, other in itertools.pairwise(names)
    )
