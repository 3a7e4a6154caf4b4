"""Rows that are one service written twice, as exports of web sites have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from communityconnector.interchange.sheets.column_fields import ASIDE, IGNORED
from communityconnector.interchange.sheets.column_mapping import ColumnMapping
from communityconnector.interchange.sheets.layout import SheetLine

if TYPE_CHECKING:
    from communityconnector.interchange.reading.sheet_reader import Sheet

_MAY_DIFFER: Final = frozenset({
    IGNORED, ASIDE, "service.id", "service.url", "service.description", "attributes", "service.assured_date",
    "service.last_modified", "service.alternate_name",
})  # fmt: skip
"""Fields in which two rows of one service may say different things."""


def without_repeats(
    lines: Sequence[SheetLine], sheet: Sheet, mapping: ColumnMapping
) -> Iterator[tuple[SheetLine, dict[str, str], list[int]]]:
    """Yield the rows of a sheet, those that say the same service once more joined to its first.

    Two rows are one service if their names and their places or phones are the same, and nothing that decides for whom,
    when or where it is differs. Descriptions and categories are kept from both.

    Yields:
        A row, its cells by column, and the lines that were joined to it.
    """
    firsts: dict[tuple[str, ...], list[tuple[SheetLine, dict[str, str], list[int]]]] = {}
    order: list[tuple[SheetLine, dict[str, str], list[int]]] = []
    for line in lines:
        cells = sheet.cells(line.row)
        entry = (line, cells, list[int]())
        key = _key(cells, mapping, line)
        same = next(
            (known for known in firsts.get(key, ()) if key and _agrees(known[1], cells, mapping)), None
        )
        if same is None:
            if key:
                firsts.setdefault(key, []).append(entry)
            order.append(entry)
        else:
            _join(same[1], cells, mapping)
            same[2].append(line.row.line)
    yield from order


def _key(cells: Mapping[str, str], mapping: ColumnMapping, line: SheetLine) -> tuple[str, ...]:
    """Return what two rows of one service have in common; () where a row says too little."""
    named = _folded(cells, mapping, "service.name")
    place = _folded(cells, mapping, "location.address", "location.address_1", "location.point")
    phone = "".join(letter for letter in _folded(cells, mapping, "phones") if letter.isdigit())
    agency = _folded(cells, mapping, "organization.name") or line.agency.casefold()
    return (named, agency, place, phone, line.category) if named and (place or phone) else ()


def _folded(cells: Mapping[str, str], mapping: ColumnMapping, *fields: str) -> str:
    texts = [text for column, text in cells.items() if mapping.columns.get(column) in fields]
    return _bare(" ".join(texts))


def _bare(text: str) -> str:
    """Return a text without casing and punctuation."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _agrees(one: Mapping[str, str], other: Mapping[str, str], mapping: ColumnMapping) -> bool:
    for column in one.keys() | other.keys():
        a, b = (_bare(cells.get(column, "")) for cells in (one, other))
        field = mapping.columns.get(column, IGNORED)
        if not a or not b or a == b or field in _MAY_DIFFER:
            continue
        if not field.startswith("phones") or _digits(a) != _digits(b):
            return False
    return True


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _join(first: dict[str, str], again: Mapping[str, str], mapping: ColumnMapping) -> None:
    for column, text in again.items():
        own = first.get(column, "")
        if not own.strip():
            first[column] = text
        elif mapping.columns.get(column) in {"service.description", "attributes"} and text.strip() not in own:
            first[column] = f"{own}\n{text.strip()}" if text.strip() else own
