"""The rows of a librarian's CSV, and what is wrong with them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from communityconnector.errors import InvalidWordsError, SourceNotFoundError
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.needs.vocabulary import Concept

_MOST_SHOWN: Final = 5


@attrs.frozen
class Row:
    """A row of the file.

    Attributes:
        number: its number, the header being row 1.
        cells: its cells by column, without white space around them.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class Problems:
    """Collects what is wrong with the rows of a file.

    Args:
        path: the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._problems: list[str] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._problems)

    def add(self, row: Row, what: str) -> None:
        """Add what is wrong with a row."""
        self._problems.append(f"row {row.number}: {what}")

    def raise_if_any(self) -> None:
        """Raise an error if something is wrong.

        Raises:
            InvalidWordsError: a row cannot be used. The message lists the first few.
        """
        if self._problems:
            shown = "; ".join(self._problems[:_MOST_SHOWN])
            more = len(self._problems) - _MOST_SHOWN
            message = f"{self._path}: {shown}{f'; and {more} more' if more > 0 else ''}"
            raise InvalidWordsError(message)


def suggestion(key: str, concepts: Mapping[str, Concept], others: Iterable[str] = ()) -> str:
    """Return the ids of needs that an unknown id may mean, in words.

    Args:
        key: the unknown id.
        concepts: the concepts by id.
        others: further ids.
    """
    names = {concept.name: concept.id for concept in concepts.values()} | {k: k for k in (*concepts, *others)}
    near = did_you_mean(key, names) if key else ""
    return near or "`communityconnector.vocabulary().concepts` lists the ids."


def is_weight(text: str) -> bool:
    """Return whether a cell is a number above 0, at most 1."""
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False


def read_rows(path: str | os.PathLike[str], required: Sequence[str], optional: Sequence[str]) -> list[Row]:
    """Return the rows of a file that are not empty.

    Args:
        path: the file.
        required: the columns that it must have.
        optional: the columns that it may have.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidWordsError: it is no CSV in UTF-8, or its columns are not these.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise SourceNotFoundError(message) from None
    except (ValueError, csv.Error):
        message = f"{path}: is no CSV in UTF-8: in a spreadsheet program, save it as `CSV UTF-8`"
        raise InvalidWordsError(message) from None
    header = [column.lower() for column in rows[0]] if rows else []
    _check_header(path, header, required, optional)
    wide = [number for number, row in enumerate(rows, start=1) if any(row[len(header) :])]
    if wide:
        message = f"{path}: row {wide[0]}: has more cells than there are columns: put a cell that has a comma in quotes"
        raise InvalidWordsError(message)
    return [
        Row(number, dict(zip(header, row, strict=False)))
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]


def _check_header(
    path: str | os.PathLike[str], header: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    missing = [f"`{column}`" for column in required if column not in header]
    unknown = [column for column in header if column and column not in (*required, *optional)]
    known = ", ".join((*required, *optional))
    if missing:
        message = f"{path}: row 1: the column {' and '.join(missing)} is missing: row 1 names the columns, parted by commas ({known})"
    elif unknown:
        near = did_you_mean(unknown[0], (*required, *optional))
        message = f"{path}: row 1: {len(unknown)} unknown {'column' if len(unknown) == 1 else 'columns'}; {near or f'there are: {known}'}"
    elif len(set(header)) < len(header) and len(set(filter(None, header))) < len(list(filter(None, header))):
        message = f"{path}: row 1: a column stands twice: keep one"
    else:
        return
    raise InvalidWordsError(message)
