"""Rows or columns of cells in JSON: a header and lists, as online spreadsheets give them."""

from __future__ import annotations

import itertools
from typing import Any

from communityconnector.interchange.forms.content import LiftedTable
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.sheets.flat_cells import cell_of
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet


def rows_of_cells(value: Any) -> LiftedTable | None:
    """Return rows that are lists, the first of which is the header, or whose columns are named beside them."""
    start, header = "$", None
    if isinstance(value, dict):
        key = next((key for key in ("values", "data", "rows") if isinstance(value.get(key), list)), "")
        named = next(
            (
                value[key]
                for key in ("columns", "fields", "headers", "header")
                if isinstance(value.get(key), list)
            ),
            None,
        )
        if not key or not (named or key == "values"):
            return None
        start, header = f"$.{key}", [_column(item) for item in named or ()] or None
        by_column = value.get("majorDimension") == "COLUMNS"
        value = value[key]
        if by_column and all(isinstance(row, list) for row in value):
            value = [list(row) for row in itertools.zip_longest(*value, fillvalue="")]
    if not (isinstance(value, list) and value and all(isinstance(row, list) for row in value)):
        return None
    first = 0
    if header is None:
        header = [cell_of(cell).strip() for cell in value[0]]
        first = 1
        if not looks_like_spreadsheet(header, least=2):
            return None
    rows = [
        (f"{start}[{number}]", {column: cell for column, cell in zip(header, row, strict=False) if column})
        for number, row in enumerate(value)
        if number >= first
    ]
    return LiftedTable("rows of cells", rows)


def _column(item: Any) -> str:
    if isinstance(item, dict):
        return next(
            (item[key] for key in ("name", "id", "label", "key") if isinstance(item.get(key), str)), ""
        )
    return cell_of(item)


def columns_of_cells(value: Any) -> LiftedTable | None:
    """Return the rows of columns that are objects, whose keys are the numbers of rows."""
    if not (
        isinstance(value, dict)
        and len(value) > 1
        and all(isinstance(cells, dict) for cells in value.values())
    ):
        return None
    numbers = list(dict.fromkeys(key for cells in value.values() for key in cells))
    if not numbers or not all(number.isdigit() for number in numbers) or not any(map(meaning_of, value)):
        return None
    rows = [
        (f"$.*['{number}']", {key: cells.get(number) for key, cells in value.items()}) for number in numbers
    ]
    return LiftedTable("columns of cells", rows)
