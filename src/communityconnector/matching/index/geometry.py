"""Points as columns: which rows lie near a point, and how far away they are, at the speed of arrays.

Rows are numbered by band of latitude and then by longitude, so that a circle is a few runs of rows. Chords through the
earth give first distances: within a millimetre up to 30 km, and with a known error beyond. That error decides which rows
are measured one by one (`model.geography.geodesic_km`).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.model.geography import chord_km, in_space, line_km

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

BAND: Final = 0.1
"""Degrees of latitude in a band of rows."""
RADIUS: Final = 6371.0
"""Mean radius of the earth, km."""
FARTHEST: Final = 20_038.0
"""No two points are farther from each other, km."""
_SPREAD: Final = 1000.0
"""The distance of two bands in the keys of rows; more than any longitude."""
_WEST, _EAST = -1.0, 361.0
"""Beyond the ends of a band."""
_NEAR: Final = 3000.0
_CHUNK: Final = 65_536


def error_km(km: float) -> float:
    """Return the largest error of a distance by `Origin.squares`: twice what was measured against geodesics.

    Up to 3,000 km it grows with the cube of the distance (4.7e-4 x (km / 6371)^2 of it). Beyond, 5 % are enough, even
    from pole to pole.
    """
    return 1e-6 + km * 1e-3 * (km / RADIUS) ** 2 if km < _NEAR else 0.05 * km


def errors_km(km: Floats) -> Floats:
    """Return `error_km` for many distances."""
    return np.where(km < _NEAR, 1e-6 + km * 1e-3 * (km / RADIUS) ** 2, 0.05 * km)


def square_of(km: float) -> float:
    """Return the square of the chord under an arc, both in km; infinite for half round the earth or more."""
    half = km / (2.0 * RADIUS)
    return math.inf if half >= math.pi / 2.0 else (2.0 * RADIUS * math.sin(half)) ** 2


def squares_of(km: Floats) -> Floats:
    """Return `square_of` for many arcs; -1 for those of less than nothing."""
    half = km / (2.0 * RADIUS)
    squares = (2.0 * RADIUS * np.sin(np.clip(half, 0.0, math.pi / 2.0))) ** 2
    return np.where(half < 0.0, -1.0, np.where(half >= math.pi / 2.0, np.inf, squares))


def arcs_of(squares: Floats) -> Floats:
    """Return the arcs over chords, by the squares of the chords, in km."""
    half = np.sqrt(squares)
    half *= 0.5 / RADIUS
    np.minimum(half, 1.0, out=half)
    arcs = np.arcsin(half)
    arcs *= 2.0 * RADIUS
    return np.asarray(arcs)


def keys(latitudes: Floats, longitudes: Floats) -> Floats:
    """Return what rows are sorted by: band of latitude, then longitude."""
    return np.asarray(np.floor((latitudes + 90.0) / BAND) * _SPREAD + (longitudes + 180.0), dtype=np.float64)


def through_the_earth(latitudes: Floats, longitudes: Floats) -> Floats:
    """Return points in space, one a row, to the last bit as `model.geography.in_space` has them."""
    space = np.empty((len(latitudes), 3))
    for first in range(0, len(latitudes), _CHUNK):
        part = slice(first, first + _CHUNK)
        space[part] = list(map(in_space, latitudes[part].tolist(), longitudes[part].tolist()))
    return space


class Origin:
    """The place that is asked from.

    Args:
        latitude: degrees north.
        longitude: degrees east.
    """

    __slots__ = ("_point", "latitude", "longitude", "spot")

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude = latitude
        self.longitude = longitude
        self._point = (latitude, longitude)
        self.spot = in_space(latitude, longitude)

    def km(self, latitude: float, longitude: float) -> float:
        """Return the distance to a point in km, as `geodesic_km` has it."""
        return line_km(self._point, self.spot, latitude, longitude)

    def kms(self, space: Floats, points: Floats, rows: Rows) -> list[float]:
        """Return the distances to rows in km, as `geodesic_km` has them.

        Args:
            space: all points in space, each a row of x, y and z.
            points: the same points as latitudes and longitudes.
            rows: the rows.
        """
        kms = [chord_km(self.spot, spot) for spot in space.take(rows, axis=0).tolist()]
        for number, km in enumerate(kms):
            if km == math.inf:
                kms[number] = self.km(*points[rows[number]].tolist())
        return kms

    def squares(self, space: Floats, rows: Rows) -> Floats:
        """Return the squares of the chords to rows, in square km: almost in the order of the distances (`error_km`).

        Args:
            space: all points in space, each a row of x, y and z.
            rows: the rows.
        """
        steps = space.take(rows, axis=0)
        steps -= self.spot
        return np.asarray(np.einsum("ij,ij->i", steps, steps))

    def runs(self, key: Floats, km: float) -> Rows:
        """Return the runs of rows in the box around a circle, as a flat array of beginnings and ends, ascending.

        Some runs may be empty.

        Args:
            key: the rows' keys, ascending.
            km: radius of the circle.
        """
        # Radii of curvature of the ellipsoid differ by less than 0.6 %.
        angle = km * 1.006 / RADIUS + 1e-9
        reach = math.degrees(angle)
        if reach >= 60.0:
            return np.array([0, len(key)], dtype=np.int32)
        south, north = max(self.latitude - reach, -90.0), min(self.latitude + reach, 90.0)
        first, last = math.floor((south + 90.0) / BAND), math.floor((north + 90.0) / BAND)
        # A circle is widest where a meridian touches it; a circle around a pole has every longitude.
        ratio = math.sin(angle) / max(math.cos(math.radians(self.latitude)), 1e-12)
        wide = (
            math.degrees(math.asin(ratio)) + 1e-9 if south > -90.0 and north < 90.0 and ratio < 1.0 else 180.0
        )
        west, east = self.longitude + 180.0 - wide, self.longitude + 180.0 + wide
        spans: tuple[float, ...] = (west, east)
        if wide >= 180.0:
            spans = (_WEST, _EAST)
        elif west < 0.0:  # across the antimeridian: the rest of each run lies at the other end of its band
            spans = (_WEST, east, west + 360.0, _EAST)
        elif east > 360.0:
            spans = (_WEST, east - 360.0, west, _EAST)
        starts = np.arange(first, last + 1, dtype=np.float64) * _SPREAD
        edges = np.add.outer(starts, np.array(spans)).ravel()
        return np.asarray(key.searchsorted(edges), dtype=np.int32)


def boxes(
    latitudes: Floats, longitudes: Floats, km: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.int64], Floats, Floats]:
    """Return the boxes around many circles (see `Origin.runs`), if they are plain.

    Args:
        latitudes: the latitudes of the centers.
        longitudes: the longitudes of the centers.
        km: the radii.

    Returns:
        Which boxes are plain: neither around a pole, nor across the antimeridian, nor half the earth. Then, for each band
        of each of these, the number of its circle, and the keys between which its rows lie.
    """
    angle = km * 1.006 / RADIUS + 1e-9
    reach = np.degrees(angle)
    south, north = latitudes - reach, latitudes + reach
    ratio = np.sin(angle) / np.maximum(np.cos(np.radians(latitudes)), 1e-12)
    wide = np.degrees(np.arcsin(np.clip(ratio, 0.0, 1.0))) + 1e-9
    west, east = longitudes + 180.0 - wide, longitudes + 180.0 + wide
    plain = (
        (reach < 60.0) & (south > -90.0) & (north < 90.0) & (ratio < 1.0) & (west >= 0.0) & (east <= 360.0)
    )
    first = np.floor((south + 90.0) / BAND)
    counts = np.where(plain, np.floor((north + 90.0) / BAND) - first + 1, 0).astype(np.int64)
    owner = np.repeat(np.arange(len(km)), counts)
    bands = first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = bands * _SPREAD
    return plain, owner, starts + west[owner], starts + east[owner]
