"""Whether an area that a service serves holds a point."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import attrs

from communityconnector.matching.answers import Answer
from communityconnector.needs.words import fold

Ring = tuple[tuple[float, float], ...]
Area = tuple[str, str, str]
"""An area's name, its extent and the extent's form, as HSDS has them; "" where it does not say."""


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


def serves(
    areas: Iterable[Area], point: tuple[float, float] | None, names: frozenset[str] = frozenset()
) -> tuple[Answer, str]:
    """Whether any of the areas takes in where somebody is, and the name of the area that decided.

    A shape that can be read decides for its area. An area without one takes in whoever is in an area of its name,
    and might take in anybody else: unknown.

    Args:
        areas: the areas.
        point: latitude and longitude, if they are known.
        names: folded names of areas that they are in.
    """
    name, open_question = "", False
    for called, extent, form in areas:
        shape = polygons(extent) if point is not None and form.lower() in ("", "geojson") else ()
        if shape and point is not None:
            if any(polygon.holds(*point) for polygon in shape):
                return Answer.MET, called
        elif called and fold(called).strip() in names:
            return Answer.MET, called
        else:
            open_question = True
        name = name or called
    return (Answer.UNKNOWN if open_question else Answer.UNMET), name


@lru_cache(maxsize=65_536)
def polygons(extent: str) -> tuple[Polygon, ...]:
    """The polygons of a GeoJSON text (RFC 7946: geometry, feature or collection).

    None where it is not that, or where any polygon of it is none: half a shape must not rule anybody out.
    """
    try:
        return tuple(_polygons(json.loads(extent)))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return ()


def _polygons(shape: Any) -> Iterator[Polygon]:
    kind = shape["type"]
    if kind == "Polygon":
        yield _polygon(shape["coordinates"])
    elif kind == "MultiPolygon":
        yield from (_polygon(rings) for rings in shape["coordinates"])
    elif kind == "Feature":
        yield from _polygons(shape["geometry"])
    elif kind == "FeatureCollection":
        for feature in shape["features"]:
            yield from _polygons(feature)
    elif kind == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _polygons(part)
    else:
        message = "a shape without an inside"
        raise ValueError(message)


_LEAST: Final = 3


def _polygon(coordinates: Any) -> Polygon:
    rings = tuple(map(_ring, coordinates))
    outer = rings[0]
    longitudes = [x for x, _ in outer]
    # A hole drawn on the other side of the antimeridian is brought to the ring that it lies in.
    rings = (outer, *(_beside(hole, min(longitudes), max(longitudes)) for hole in rings[1:]))
    latitudes = [y for _, y in outer]
    return Polygon(rings, min(longitudes), max(longitudes), min(latitudes), max(latitudes))


def _ring(coordinates: Any) -> Ring:
    spots = [(float(spot[0]), float(spot[1])) for spot in coordinates]
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
