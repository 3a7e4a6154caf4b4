"""Whether an area that a service serves holds a point."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from communityconnector.matching.answers import Answer
from communityconnector.model import Point, ServiceArea

Ring = tuple[tuple[float, float], ...]
Polygon = tuple[Ring, ...]


def serves(areas: Iterable[ServiceArea], point: Point) -> tuple[Answer, str]:
    """Whether any of the areas holds the point, and the name of the area that decided.

    An area with a name but without a shape that can be read might hold it: unknown.
    """
    name, open_question = "", False
    for area in areas:
        shape = polygons(area.extent or "") if (area.extent_type or "geojson").lower() == "geojson" else ()
        if any(holds(polygon, point) for polygon in shape):
            return Answer.MET, area.name or ""
        open_question = open_question or not shape
        name = name or area.name or ""
    return (Answer.UNKNOWN if open_question else Answer.UNMET), name


@lru_cache(maxsize=4096)
def polygons(extent: str) -> tuple[Polygon, ...]:
    """The polygons of a GeoJSON text (RFC 7946: geometry, feature or collection); none where it is not that."""
    try:
        return tuple(_polygons(json.loads(extent)))
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()


def _polygons(shape: Any) -> Iterator[Polygon]:
    kind = shape["type"]
    if kind == "Polygon":
        yield _rings(shape["coordinates"])
    elif kind == "MultiPolygon":
        yield from (_rings(rings) for rings in shape["coordinates"])
    elif kind == "Feature":
        yield from _polygons(shape["geometry"])
    elif kind == "FeatureCollection":
        for feature in shape["features"]:
            yield from _polygons(feature)
    elif kind == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _polygons(part)


def _rings(coordinates: Any) -> Polygon:
    return tuple(tuple((float(spot[0]), float(spot[1])) for spot in ring) for ring in coordinates)


def holds(polygon: Polygon, point: Point) -> bool:
    """Whether a point is inside the outer ring and in no hole (even-odd rule on longitude and latitude)."""
    inside = False
    for ring in polygon:
        inside ^= _in_ring(ring, point.longitude, point.latitude)
    return inside


def _in_ring(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
