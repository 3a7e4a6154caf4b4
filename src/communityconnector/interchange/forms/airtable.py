"""Records of an online table (Airtable), as its API gives them."""

from __future__ import annotations

import re
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedTable
from communityconnector.interchange.forms.values import are_objects

_LINK: Final = re.compile(r"rec[A-Za-z0-9]{14}")


def airtable(value: Any) -> LiftedTable | None:
    """Return the records of an online table as rows; `None` for another value."""
    records = value.get("records") if isinstance(value, dict) else value
    if isinstance(value, dict) and value.keys() == {"id", "createdTime", "fields"}:
        records = [value]
    if not are_objects(records) or not all(
        isinstance(item.get("fields"), dict) and isinstance(item.get("id"), str) for item in records
    ):
        return None
    start = "$.records" if isinstance(value, dict) else "$"
    rows = [
        (
            f"{start}[{number}]",
            {"id": item["id"], **{_linked(key, cell): cell for key, cell in item["fields"].items()}},
        )
        for number, item in enumerate(records)
    ]
    notes: tuple[FormNote, ...] = ()
    if isinstance(value, dict) and value.get("offset"):
        notes = (FormNote("more-pages", "one page of an online table; it says that there are more"),)
    return LiftedTable("records of an online table (Airtable)", rows, notes=notes)


def _linked(key: str, cell: Any) -> str:
    """Return a column's name; one that only points to records of another table says so, for such a pointer names nothing."""
    links = (
        isinstance(cell, list)
        and cell
        and all(isinstance(part, str) and _LINK.fullmatch(part) for part in cell)
    )
    return f"{key} record ids" if links else key
