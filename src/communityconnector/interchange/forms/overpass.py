"""Elements of OpenStreetMap, as Overpass gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import LiftedTable
from communityconnector.interchange.forms.points import degrees
from communityconnector.interchange.forms.values import are_objects
from communityconnector.interchange.sheets.flat_cells import cell_of


def overpass(value: Any) -> LiftedTable | None:
    """Return the elements that have tags as rows; `None` for another value."""
    elements = value.get("elements") if isinstance(value, dict) else None
    if not are_objects(elements) or not all(
        item.get("type") in {"node", "way", "relation"} for item in elements
    ):
        return None
    rows = []
    for number, item in enumerate(elements):
        tags = item.get("tags")
        if isinstance(tags, dict):  # the others are only corners of shapes
            center = item.get("center")
            center = center if isinstance(center, dict) else item
            point = degrees(center.get("lon"), center.get("lat"), metres=False)
            own = {"id": f"{item['type']}/{item.get('id')}", **point}
            rows.append((f"$.elements[{number}]", {**own, **_tags(tags)}))
    return LiftedTable("elements of OpenStreetMap", rows)


_KINDS: Final = ("social_facility", "healthcare", "office", "amenity")
_GONE: Final = ("disused:", "abandoned:", "was:", "demolished:", "removed:")


def _tags(tags: Mapping[str, Any]) -> dict[str, Any]:
    cells = {key: item for key, item in tags.items() if key not in {*_KINDS, "social_facility:for"}}
    kind = next((tags[key] for key in _KINDS if tags.get(key)), "")
    if kind:
        cells["category"] = cell_of(kind).replace("_", " ")
    if tags.get("social_facility:for"):
        cells["target population"] = cell_of(tags["social_facility:for"]).replace("_", " ")
    if any(key.startswith(_GONE) for key in tags):
        cells.setdefault("status", "permanently closed")
    return cells
