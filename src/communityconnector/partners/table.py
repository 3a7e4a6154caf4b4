"""Visits from a table: one row each, with the column names of HSDS where it defines them."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from communityconnector.errors import InvalidVisitError, SourceNotFoundError
from communityconnector.model import Schedule
from communityconnector.partners.visit import Visit

_SCHEDULE: Final = ("freq", "byday", "bymonthday", "dtstart", "until", "opens_at", "closes_at")
_PLAIN: Final = ("id", "organization_id", "branch", "role", "zone", "note")
COLUMNS: Final = (*_PLAIN, *_SCHEDULE, "interval", "service_ids", "left_out", "besides", "sign_up")
"""The allowed columns. Several ids or days in a cell are separated by semicolons."""

_YES_OR_NO: Final = {"": False, "no": False, "yes": True}


def read_visits(path: str | os.PathLike[str]) -> list[Visit]:
    """Return the visits of a CSV file in UTF-8 with the columns `COLUMNS`. Unneeded columns may be left out.

    Args:
        path: the file.

    Raises:
        SourceNotFoundError: the file does not exist or cannot be opened.
        InvalidVisitError: a row is not a valid visit (the message names it), or a column is unknown.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            unknown = [name for name in rows.fieldnames or ("",) if name not in COLUMNS]
            if unknown:
                message = f"{path}: unknown column; a table of visits may have {', '.join(COLUMNS)}"
                raise InvalidVisitError(message)
            return [_visit(row, f"{path}, row {number}") for number, row in enumerate(rows, start=2)]
    except OSError as error:
        message = f"{path} cannot be opened: {error.strerror}"
        raise SourceNotFoundError(message) from None
    except (csv.Error, UnicodeDecodeError) as error:
        message = f"{path} is not a CSV file in UTF-8 ({type(error).__name__}): save it again as CSV UTF-8"
        raise InvalidVisitError(message) from None


def _visit(row: Mapping[str | None, str | None], where: str) -> Visit:
    if None in row:
        message = f"{where} has more cells than the header has columns"
        raise InvalidVisitError(message)
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    column = ""
    try:
        column = "interval"
        interval = int(cells[column]) if cells[column] else None
        column = "sign_up"
        sign_up = _YES_OR_NO[cells[column].lower()]
        days: dict[str, Any] = {}
        for column in ("left_out", "besides"):
            days[column] = [date.fromisoformat(day) for day in _several(cells[column])]
    except (ValueError, KeyError):
        message = f"{where}: the column {column} has an invalid value"
        raise InvalidVisitError(message) from None
    rule: dict[str, Any] = {name: cells[name] or None for name in _SCHEDULE}
    plain: dict[str, Any] = {name: cells[name] for name in _PLAIN}
    try:
        return Visit(
            schedule=Schedule(id=cells["id"], interval=interval, **rule),
            service_ids=_several(cells["service_ids"]),
            sign_up=sign_up,
            **days,
            **plain,
        )
    except InvalidVisitError as error:
        message = f"{where}: {error}"
        raise InvalidVisitError(message) from None


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
