"""Records of an open data portal (CKAN)."""

from __future__ import annotations

from typing import Any

from communityconnector.interchange.forms.content import FormNote, LiftedTable


def ckan(value: Any) -> LiftedTable | None:
    """Return the records of a CKAN answer as rows; `None` for another value."""
    result = value.get("result") if isinstance(value, dict) and "success" in value else None
    if not (isinstance(result, dict) and isinstance(result.get("records"), list)):
        return None
    rows = [(f"$.result.records[{number}]", raw) for number, raw in enumerate(result["records"])]
    total = result.get("total")
    notes: tuple[FormNote, ...] = ()
    if isinstance(total, int) and total > len(rows):
        notes = (FormNote("more-pages", f"a page of {len(rows):,} records out of {total:,}"),)
    return LiftedTable("records of an open data portal (CKAN)", rows, notes=notes)
