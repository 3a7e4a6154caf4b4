"""ZIP codes of the United States: where they are, and their counties and towns with chances."""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from communityconnector.model.gazetteer.tables import read_columns
from communityconnector.model.gazetteer.towns import Town, table_of_towns
from communityconnector.model.geography import Point

_ZIP: Final = re.compile(r"\s*(\d{5})(?:-?\d{4})?\s*", re.ASCII)


class ZipArea(NamedTuple):
    """Where the addresses of a ZIP code are.

    Attributes:
        code: its five digits.
        point: a point inside its area; for codes of post-office boxes, that of their town.
        radius_km: within how many km of the point 98 in 100 of its addresses lie.
    """

    code: str
    point: Point
    radius_km: float


def zip_area(code: str) -> ZipArea | None:
    """Return where the addresses of a ZIP code are ("28640", "28640-1234"); `None` for anything else."""
    row = _row(code)
    return None if row is None else _table().area(row)


@lru_cache(maxsize=4096)
def counties_of_zip(code: str) -> Mapping[str, float]:
    """Return the FIPS numbers of a ZIP code's counties, each with the share of its people there, the largest first.

    The shares add up to 1. They are estimates: each block group of the census counts for the ZIP codes whose areas are
    near it.

    Args:
        code: the ZIP code. For an unknown one nothing is returned.
    """
    row = _row(code)
    return _NOTHING if row is None else MappingProxyType(_shares(_table().counties[row]))


@lru_cache(maxsize=4096)
def towns_of_zip(code: str) -> Mapping[Town, float]:
    """Return the towns of a ZIP code, each with the chance that someone there lives in or by it, the likeliest first.

    The chances add up to 1. Half of each is the town that postal addresses name, half is how near the people of the ZIP
    code live to a town, where one of many people reaches farther. A chance does not say who lives inside a town's limits.

    Args:
        code: the ZIP code. For an unknown one nothing is returned.
    """
    row = _row(code)
    if row is None:
        return _NOTHING
    towns = table_of_towns()
    return MappingProxyType(
        {towns.town(int(key)): share for key, share in _shares(_table().towns[row]).items()}
    )


@lru_cache(maxsize=4096)
def counties_at(point: Point) -> Mapping[str, float]:
    """Return the FIPS numbers of the counties that a point may be in, each with a chance, the likeliest first.

    The point is compared with the ZIP codes near it, so that near a border there are several counties. The chances add up
    to 1.

    Args:
        point: the point. Far from any ZIP code nothing is returned.
    """
    chances: dict[str, float] = {}
    for row, weight in _table().near(point):
        for fips, share in _shares(_table().counties[row]).items():
            chances[fips] = chances.get(fips, 0.0) + weight * share
    return MappingProxyType(_ordered(chances))


@lru_cache(maxsize=4096)
def towns_at(point: Point) -> Mapping[Town, float]:
    """Return the towns that a point may be in or by, each with a chance, as `towns_of_zip` has them, the likeliest first.

    Args:
        point: the point. Far from any ZIP code nothing is returned.
    """
    chances: dict[str, float] = {}
    for row, weight in _table().near(point):
        for key, share in _shares(_table().towns[row]).items():
            chances[key] = chances.get(key, 0.0) + weight * share
    towns = table_of_towns()
    return MappingProxyType({towns.town(int(key)): chance for key, chance in _ordered(chances).items()})


_NOTHING: Final[Mapping[Any, float]] = MappingProxyType({})

_CELL: Final = 0.1
"""Degrees of a cell of the grid in which ZIP codes are looked for near a point."""
_RINGS: Final = (1, 3, 10)
"""How many cells around that of the point are looked at, if the ZIP codes in fewer are too far."""
_FAR: Final = 4.0
"""A point so many radii from a ZIP code has nothing to do with it. Radii here are those of a circle of its area."""
_SHARPNESS: Final = 6
"""How fast the weight of a ZIP code falls with the distance, measured in radii."""
_LEAST: Final = 0.02
"""Smaller chances are left out."""


class _Zips:
    """The table of ZIP codes."""

    def __init__(self) -> None:
        self._columns = columns = read_columns("zips")
        self.codes, self.counties, self.towns = columns["zip"], columns["counties"], columns["towns"]
        self._latitude, self._longitude = array("d"), array("d")
        self._radius = array("d")
        self._grid: dict[tuple[int, int], list[int]] = {}

    def area(self, row: int) -> ZipArea:
        """Return the area of a row."""
        columns = self._columns
        point = Point(columns["latitude"].number(row), columns["longitude"].number(row))
        return ZipArea(self.codes[row], point, columns["radius_km"].number(row))

    def near(self, point: Point) -> list[tuple[int, float]]:
        """Return the rows of the ZIP codes whose areas a point may be in, with weights that add up to 1."""
        weights: dict[int, float] = {}
        for ring in _RINGS:
            weights = {row: max(radii, 0.05) for row, radii in self._radii(point, ring) if radii < _FAR}
            if weights and min(weights.values()) < 1.0:
                break
        weights = {row: radii**-_SHARPNESS for row, radii in weights.items()}
        total = sum(weights.values())
        return [(row, weight / total) for row, weight in weights.items() if weight > _LEAST * total]

    def _radii(self, point: Point, ring: int) -> Iterator[tuple[int, float]]:
        """Yield the rows in the cells around a point, with their distances in radii of their areas."""
        grid = self._grid or self._fill()
        north, east = math.floor(point.latitude / _CELL), math.floor(point.longitude / _CELL)
        up = math.radians(1.0) * 6371.0
        across = up * math.cos(math.radians(point.latitude))
        latitudes, longitudes, far = self._latitude, self._longitude, self._radius
        for i in range(north - ring, north + ring + 1):
            for j in range(east - ring, east + ring + 1):
                for row in grid.get((i, j), ()):
                    km = math.hypot(
                        (latitudes[row] - point.latitude) * up, (longitudes[row] - point.longitude) * across
                    )
                    # The radius of the table is twice that of a circle of the area.
                    yield row, 2.0 * km / far[row]

    def _fill(self) -> Mapping[tuple[int, int], list[int]]:
        columns = self._columns
        self._latitude, self._longitude, self._radius = (
            array("d", map(float, columns[name])) for name in ("latitude", "longitude", "radius_km")
        )
        grid: dict[tuple[int, int], list[int]] = {}
        boxes = columns["boxes"]
        for row, (latitude, longitude) in enumerate(zip(self._latitude, self._longitude, strict=True)):
            # Codes of post-office boxes have no area.
            if boxes[row] == "0":
                cell = math.floor(latitude / _CELL), math.floor(longitude / _CELL)
                grid.setdefault(cell, []).append(row)
        self._grid = grid
        return grid


def _row(code: str) -> int | None:
    match = _ZIP.fullmatch(code)
    if match is None:
        return None
    codes = _table().codes
    row = bisect_left(codes, match[1])
    return row if row < len(codes) and codes[row] == match[1] else None


def _shares(text: str) -> dict[str, float]:
    """Return the shares that a cell lists: "37009", or "37009:88;37189:12" in percent."""
    if ":" not in text:
        return {text: 1.0} if text else {}
    pairs = [part.split(":") for part in text.split(";")]
    total = sum(float(share) for _, share in pairs)
    return {key: float(share) / total for key, share in pairs}


def _ordered(chances: Mapping[str, float]) -> dict[str, float]:
    kept = {key: chance for key, chance in chances.items() if chance >= _LEAST}
    total = sum(kept.values())
    return {key: chance / total for key, chance in sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))}


@cache
def _table() -> _Zips:
    return _Zips()
