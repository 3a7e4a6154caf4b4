"""GeoJSON: a collection of features, a list of them, or one."""

from __future__ import annotations

from typing import Any

from communityconnector.interchange.forms.content import LiftedTable
from communityconnector.interchange.forms.points import degrees, geometries_not_read
from communityconnector.interchange.forms.values import are_objects


def geojson(value: Any) -> LiftedTable | None:
    """Return the features of GeoJSON as rows; `None` for another value."""
    if (
        isinstance(value, dict)
        and value.get("type") == "Feature"
        and isinstance(value.get("properties"), dict)
    ):
        value = {"type": "FeatureCollection", "features": [value]}
    elif are_objects(value) and all(item.get("type") == "Feature" for item in value):
        value = {"type": "FeatureCollection", "features": value}
    if not (isinstance(value, dict) and value.get("type") == "FeatureCollection"):
        return None
    features = value.get("features")
    crs = str(value.get("crs") or "")
    metres = any(code in crs for code in ("3857", "900913", "102100"))
    rows, unread = [], 0
    for number, feature in enumerate(features if isinstance(features, list) else []):
        if isinstance(feature, dict):
            point = _point_of(feature.get("geometry"), metres=metres)
            unread += feature.get("geometry") is not None and not point
            own = feature.get("properties")
            named = {"id": feature["id"]} if isinstance(feature.get("id"), (str, int)) else {}
            rows.append(
                (f"$.features[{number}]", {**named, **point, **(own if isinstance(own, dict) else {})})
            )
    return LiftedTable("GeoJSON features", rows, notes=geometries_not_read(unread))


def _point_of(geometry: Any, *, metres: bool) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    pair = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(pair, list) and len(pair) == 1:
        pair = pair[0]
    elif geometry.get("type") != "Point":
        return {}
    return degrees(pair[0], pair[1], metres=metres) if isinstance(pair, list) and len(pair) >= 2 else {}
