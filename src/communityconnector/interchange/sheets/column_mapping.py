"""What the columns of a plain spreadsheet mean: guessed from their names, and saved and loaded for editing."""

from __future__ import annotations

import csv
import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from communityconnector.errors import InvalidMappingError, SourceNotFoundError
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.column_meaning import meanings


@attrs.frozen
class ColumnMapping:
    """What the columns of a spreadsheet mean.

    Attributes:
        columns: meaning by column name: one of `FIELDS`, or "" for a column that is kept as it is.
    """

    columns: Mapping[str, str]

    @classmethod
    def guess(cls, header: Sequence[str], rows: Sequence[Mapping[str, str]] = ()) -> ColumnMapping:
        """Guess it from the column names, and from some rows where a name leaves it open.

        Args:
            header: the column names.
            rows: some rows, cells by column name.
        """
        return cls(meanings(header, rows))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ColumnMapping:
        """Read a mapping that `save` wrote and a person may have edited: a CSV of `column,field`.

        Raises:
            SourceNotFoundError: there is no such file.
            InvalidMappingError: a row lacks a second cell, or names a field that is not in `FIELDS`.
        """
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
        except OSError as error:
            message = f"{path}: cannot be opened ({error.strerror})"
            raise SourceNotFoundError(message) from error
        except (UnicodeDecodeError, csv.Error) as error:
            message = f"{path}: not a table of columns ({error})"
            raise InvalidMappingError(message) from error
        columns: dict[str, str] = {}
        for number, row in enumerate(rows[1:], start=2):
            if len(row) < 2:
                message = f"{path} line {number}: two cells expected, the column and its field"
                raise InvalidMappingError(message)
            columns[row[0]] = row[1].strip()
        return cls(columns)

    def __attrs_post_init__(self) -> None:
        for column, field in self.columns.items():
            if field and field not in FIELDS:
                near = difflib.get_close_matches(field, FIELDS, n=3, cutoff=0.3)
                message = f"column {column!r}: {field!r} is not a field; perhaps {', '.join(near) or 'one of FIELDS'}"
                raise InvalidMappingError(message)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mapping as a CSV of two columns, to be edited in any spreadsheet program."""
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("column", "field"))
            writer.writerows(self.columns.items())

    def __str__(self) -> str:
        """Return one line a column."""
        width = max(map(len, self.columns), default=0)
        return "\n".join(
            f"{column:{width}}  {field or '(kept as it is)'}" for column, field in self.columns.items()
        )
