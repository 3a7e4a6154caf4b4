"""Rows of an open data portal (Socrata), whose columns stand apart from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communityconnector.interchange.forms.content import LiftedTable
from communityconnector.interchange.forms.values import are_objects


def socrata(value: Any) -> LiftedTable | None:
    """Return rows that are lists, whose columns stand apart from them; `None` for another value."""
    meta = value.get("meta") if isinstance(value, dict) else None
    view = meta.get("view") if isinstance(meta, dict) else None
    columns = view.get("columns") if isinstance(view, dict) else None
    if not (are_objects(columns) and isinstance(value.get("data"), list)):
        return None
    rows = []
    for number, cells in enumerate(value["data"]):
        if isinstance(cells, list):
            raw: dict[str, Any] = {}
            for column, cell in zip(columns, cells, strict=False):
                if column.get("dataTypeName") != "meta_data":
                    raw[str(column.get("name"))] = _named_parts(column, cell)
            rows.append((f"$.data[{number}]", raw))
    return LiftedTable("rows of an open data portal (Socrata)", rows)


def _named_parts(column: Mapping[str, Any], cell: Any) -> Any:
    parts = column.get("subColumnTypes")
    if isinstance(cell, list) and isinstance(parts, list):
        return {
            str(part): item
            for part, item in zip(parts, cell, strict=False)
            if item is not None and part not in {"machine_address", "needs_recoding"}
        }
    return cell
