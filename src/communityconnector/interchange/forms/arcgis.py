"""Features of a map server (ArcGIS): attributes, coded values, dates in milliseconds, and points of a named projection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedTable
from communityconnector.interchange.forms.points import degrees, geometries_not_read
from communityconnector.interchange.forms.values import are_objects
from communityconnector.interchange.sheets.column_meaning import meaning_of

_MERCATOR: Final = frozenset({3857, 102100, 102113, 900913})
_IN_DEGREES: Final = frozenset({4326, 4269, 4258})


def arcgis(value: Any) -> LiftedTable | None:
    """Return the features of a map server as rows; `None` for another value."""
    if isinstance(value, dict) and value.keys() == {"feature"}:
        value = {"features": [value["feature"]]}
    if not (isinstance(value, dict) and are_objects(value.get("features"))):
        return None
    if not all(isinstance(item.get("attributes"), dict) for item in value["features"]):
        return None
    reference = value.get("spatialReference")
    reference = reference if isinstance(reference, dict) else {}
    code = reference.get("latestWkid") or reference.get("wkid")
    fields = [field for field in value.get("fields") or () if isinstance(field, dict)]
    dates = {field.get("name") for field in fields if field.get("type") == "esriFieldTypeDate"}
    words = {field.get("name"): _coded(field) for field in fields}
    rows, unread = [], 0
    for number, feature in enumerate(value["features"]):
        shape = feature.get("geometry")
        shape = shape if isinstance(shape, dict) else {}
        known = code in _MERCATOR or code in _IN_DEGREES or code is None
        point = degrees(shape.get("x"), shape.get("y"), metres=code in _MERCATOR) if known else {}
        unread += bool(shape) and not point
        own = {
            key: _day(item) if key in dates else words.get(key, {}).get(str(item), item)
            for key, item in feature["attributes"].items()
        }
        rows.append((f"$.features[{number}]", {**point, **own}))
    notes = geometries_not_read(unread)
    if value.get("exceededTransferLimit"):
        notes += (FormNote("more-pages", "the map server gave the first records only; there are more"),)
    labels = {
        field["name"]: field["alias"]
        for field in fields
        if isinstance(field.get("alias"), str) and isinstance(field.get("name"), str)
        and not meaning_of(field["name"]) and meaning_of(field["alias"])
    }  # fmt: skip
    return LiftedTable("features of a map server (ArcGIS)", rows, labels, notes)


def _coded(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a field whose values are codes."""
    domain = field.get("domain")
    values = domain.get("codedValues") if isinstance(domain, dict) else None
    return {str(item.get("code")): item.get("name") for item in values or () if isinstance(item, dict)}


def _day(item: Any) -> Any:
    if isinstance(item, (int, float)) and not isinstance(item, bool) and abs(item) < 1e14:
        try:
            return datetime.fromtimestamp(item / 1000, UTC).date().isoformat()
        except (OverflowError, OSError, ValueError):
            return item
    return item
