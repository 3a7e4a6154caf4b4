"""Whether a table is a list of services, by the names of its columns and, where these leave it open, by its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from communityconnector.interchange.sheets.column_meaning import (
    BOUNDS,
    UNSPECIFIC,
    Rows,
    meaning_of,
    meanings,
)
from communityconnector.interchange.texts.cells import degrees, point_in


def looks_like_spreadsheet(header: Sequence[str], least: int = 3) -> bool:
    """Return whether column names are those of a sheet of services: something that names, and further columns.

    Args:
        header: the columns' names.
        least: how many fields they must fill, the name among them. An id and a point say nothing about a service.
    """
    fields = specific_fields(header)
    return bool(fields & {"service.name", "organization.name"}) and len(fields) >= least


def lists_services(header: Sequence[str], rows: Rows) -> bool:
    """Return whether a table is of services, by its cells: something that names, and two more fields, or points.

    Args:
        header: the columns' names.
        rows: some rows, cells by column.
    """
    fields = set(meanings(header, rows).values()) - UNSPECIFIC
    named = bool(fields & {"service.name", "organization.name"})
    return named and (len(fields) >= 3 or lists_places(header, rows))


def lists_places(header: Sequence[str], rows: Rows) -> bool:
    """Return whether a table is of named points: something that names, and degrees with a fraction in most rows.

    Args:
        header: the columns' names.
        rows: some rows, cells by column.
    """
    if not _POINTS & set(map(meaning_of, header)):
        return False
    fields = meanings(header, rows)
    if not {"service.name", "organization.name"} & set(fields.values()):
        return False
    angles = {
        field: [column for column, own in fields.items() if own == field]
        for field in (*BOUNDS, "location.point")
    }
    pointed = sum(_has_point(row, angles) for row in rows)
    return pointed * 2 > len(rows)


_POINTS: Final = frozenset({"location.latitude", "location.longitude", "location.point"})


def _has_point(row: Mapping[str, str], angles: Mapping[str, Sequence[str]]) -> bool:
    if any(point_in(row.get(column, "")) for column in angles["location.point"]):
        return True
    return all(
        any(
            degrees(cell) is not None and _PARTED[len(column.strip()) == 1].search(cell)
            for column in angles[field]
            if (cell := row.get(column, "").strip())
        )
        for field in BOUNDS
    )


_PARTED: Final = (re.compile(r"[.,]\d|\u00b0"), re.compile(r"[.,]\d{2}"))
"""In an angle with a fraction of a degree; under X and Y other numbers may have a fraction too."""


def specific_fields(header: Sequence[str]) -> frozenset[str]:
    """Return the fields that columns fill, but for those that any table may have."""
    return frozenset(meanings([column for column in header if column.strip()]).values()) - UNSPECIFIC
