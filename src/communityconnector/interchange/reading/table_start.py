"""Whether a text could be that of a table."""

from __future__ import annotations

import csv
from typing import Final

from communityconnector.interchange.files.csv_dialect import dialect_of
from communityconnector.interchange.files.csv_rows import wide_cells
from communityconnector.interchange.sheets.layout import MOST_BEFORE
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet

_LOOKED_AT: Final = 10_000
"""Characters of a file in which the header of a table is looked for."""


def looks_like_table(start: str, *, is_named_so: bool) -> bool:
    """Return whether a text could be that of a table.

    Args:
        start: its first lines.
        is_named_so: whether the file's name ends as that of a table. Then lines that all have equally many cells are
            enough.
    """
    lines = start[:_LOOKED_AT].splitlines()[:MOST_BEFORE]
    dialect = dialect_of(lines)
    with wide_cells():
        parsed = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.skips_blanks)
        cells = [[cell.strip() for cell in row] for row in parsed if row]
    if any(len(row) > 1 and ("id" in map(str.lower, row) or looks_like_spreadsheet(row)) for row in cells):
        return True
    even = sum(1 for row in cells if len(row) == dialect.width)
    return is_named_so and dialect.width > 1 and even > 1 and even * 2 > len(lines)
