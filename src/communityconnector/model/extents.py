"""Shapes of areas: GeoJSON and well-known text as polygons, and whether a point lies in them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import attrs

Ring = tuple[tuple[float, float], ...]


@attrs.frozen
class Polygon:
    """A polygon of longitude and latitude; its outer ring first, then its holes.

    Attributes:
        rings: the rings. Longitudes run on across the antimeridian instead of jumping.
        west: least longitude.
        east: greatest longitude; may be beyond 180.
        south: least latitude.
        north: greatest latitude.
    """

    rings: tuple[Ring, ...]
    west: float
    east: float
    south: float
    north: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether a point is inside the outer ring, or on its edge, and in no hole."""
        if not self.south <= latitude <= self.north:
            return False
        turns = (longitude, longitude + 360.0, longitude - 360.0)
        return any(self.west <= x <= self.east and self._inside(x, latitude) for x in turns)

    def _inside(self, x: float, y: float) -> bool:
        if any(_on_edge(ring, x, y) for ring in self.rings):
            return True
        return sum(_in_ring(ring, x, y) for ring in self.rings) % 2 == 1


@lru_cache(maxsize=65_536)
def polygons(extent: str) -> tuple[Polygon, ...]:
    """The polygons of a GeoJSON text (RFC 7946: geometry, feature or collection), or of well-known text.

    None where it is not that, where any polygon of it is none, or where its axes are swapped: half a shape must not
    rule anybody out.
    """
    try:
        polygons = tuple(_shapes(extent))
    except _UNREADABLE:
        return ()
    return () if any(polygon.north < SOUTHERNMOST for polygon in polygons) else polygons


def is_swapped(extent: str) -> bool:
    """Whether a shape certainly has latitudes where its longitudes should be.

    As it is written it lies beyond a pole, or in Antarctica, and the other way round it does not.
    """
    first = _FIRST_PAIR.search(extent)
    if first is None or SOUTHERNMOST <= float(first[2]) <= 90 or not SOUTHERNMOST <= float(first[1]) <= 90:
        return False
    try:
        turned = tuple(_shapes(extent, swap=True))
    except _UNREADABLE:
        return False
    return bool(turned) and all(polygon.south > SOUTHERNMOST for polygon in turned)


SOUTHERNMOST: Final = -60.0
"""Nobody is served south of this latitude."""
_UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError)
_NUMBER: Final = r"-?\d{1,3}(?:\.\d*)?(?:[eE]-?\d+)?"
_FIRST_PAIR: Final = re.compile(rf"[\[(]\s*({_NUMBER})\s*[,\s]\s*({_NUMBER})")
_TEXT: Final = re.compile(
    r"\s*(?:SRID=4326;)?\s*(MULTI)?POLYGON\s*(?:ZM?|M)?\s*(\(.*\))\s*;?\s*", re.IGNORECASE | re.DOTALL
)
_PAIR: Final = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}")


def _shapes(extent: str, *, swap: bool = False) -> Iterator[Polygon]:
    text = _TEXT.fullmatch(extent)
    if text is None:
        yield from _polygons(json.loads(extent), swap=swap)
        return
    # Well-known text (OGC 06-103r4) has the brackets of GeoJSON in round, and pairs without commas.
    pairs = _PAIR.sub(r"[\1,\2]", text[2])
    coordinates = json.loads(pairs.replace("(", "[").replace(")", "]"))
    kind = "MultiPolygon" if text[1] else "Polygon"
    yield from _polygons({"type": kind, "coordinates": coordinates}, swap=swap)


def _polygons(shape: Any, *, swap: bool) -> Iterator[Polygon]:
    kind = shape["type"]
    if kind == "Polygon":
        yield _polygon(shape["coordinates"], swap=swap)
    elif kind == "MultiPolygon":
        yield from (_polygon(rings, swap=swap) for rings in shape["coordinates"])
    elif kind == "Feature":
        yield from _polygons(shape["geometry"], swap=swap)
    elif kind == "FeatureCollection":
        for feature in shape["features"]:
            yield from _polygons(feature, swap=swap)
    elif kind == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _polygons(part, swap=swap)
    else:
        message = "a shape without an inside"
        raise ValueError(message)


_LEAST: Final = 3


def _polygon(coordinates: Any, *, swap: bool) -> Polygon:
    rings = tuple(_ring(ring, swap=swap) for ring in coordinates)
    outer = rings[0]
    longitudes = [x for x, _ in outer]
    # A hole drawn on the other side of the antimeridian is brought to the ring that it lies in.
    rings = (outer, *(_beside(hole, min(longitudes), max(longitudes)) for hole in rings[1:]))
    latitudes = [y for _, y in outer]
    return Polygon(rings, min(longitudes), max(longitudes), min(latitudes), max(latitudes))


def _ring(coordinates: Any, *, swap: bool) -> Ring:
    east, north = (1, 0) if swap else (0, 1)
    spots = [(float(spot[east]), float(spot[north])) for spot in coordinates]
    if any(not (math.isfinite(x) and abs(x) <= 540 and abs(y) <= 90) for x, y in spots):
        message = "a position that is none"
        raise ValueError(message)
    if len(spots) > 1 and spots[0] == spots[-1]:
        spots.pop()
    if len(set(spots)) < _LEAST:
        message = "a ring of fewer than three positions has no inside"
        raise ValueError(message)
    made = [spots[0]]
    for x, y in spots[1:]:
        # More than half round the world in one step: the ring crosses the antimeridian.
        made.append((x + 360.0 * round((made[-1][0] - x) / 360.0), y))
    if abs(made[-1][0] - made[0][0]) > 180:
        message = "a ring around a pole"
        raise ValueError(message)
    return tuple(made)


def _beside(ring: Ring, west: float, east: float) -> Ring:
    for turn in (0.0, 360.0, -360.0):
        if all(west <= x + turn <= east for x, _ in ring):
            return tuple((x + turn, y) for x, y in ring)
    return ring


def _edges(ring: Ring) -> Iterator[tuple[float, float, float, float]]:
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        yield x1, y1, x2, y2
        x1, y1 = x2, y2


def _in_ring(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for x1, y1, x2, y2 in _edges(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _on_edge(ring: Ring, x: float, y: float) -> bool:
    return any(
        min(x1, x2) <= x <= max(x1, x2)
        and min(y1, y2) <= y <= max(y1, y2)
        and (x2 - x1) * (y - y1) == (y2 - y1) * (x - x1)
        for x1, y1, x2, y2 in _edges(ring)
    )
