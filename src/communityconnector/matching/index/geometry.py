"""Points as columns: which rows lie near a point, and how far, at array speed.

Rows are numbered by band of latitude and then by longitude, so that a circle is a few runs of rows. Distances are
first taken through the earth, from point to point of the ellipsoid, and bent to its surface: within a millimetre up
to 100 km, and with a known error beyond. That error decides which rows are measured exactly (`geodesic_km`).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.model.geography import EQUATORIAL, FLATTENING

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

BAND: Final = 0.1
"""Degrees of latitude in a band of rows."""
RADIUS: Final = 6371.0
"""Mean radius of the earth, km."""
FARTHEST: Final = 20_038.0
"""No two points are farther from each other, km."""
_SPREAD: Final = 1000.0
"""What a band adds to the key of a row, more than longitudes do."""
_NEAR: Final = 3000.0


def error_km(km: float) -> float:
    """How far off `arcs` may be at a distance: measured against geodesics, and twice as much.

    Up to 3,000 km it grows with the cube of the distance (4.7e-4 x (km / 6371)^2 of it); beyond, 3 % are enough.
    """
    if km < _NEAR:
        return 1e-6 + km * 1e-3 * (km / RADIUS) ** 2
    return 0.03 * km


def keys(latitudes: Floats, longitudes: Floats) -> Floats:
    """What rows are sorted by: band of latitude, then longitude."""
    return np.asarray(np.floor((latitudes + 90.0) / BAND) * _SPREAD + (longitudes + 180.0), dtype=np.float64)


def through_the_earth(latitudes: Any, longitudes: Any) -> tuple[Floats, Floats, Floats]:
    """Points of the WGS-84 ellipsoid in space, km from its centre."""
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    square = FLATTENING * (2.0 - FLATTENING)
    normal = EQUATORIAL / np.sqrt(1.0 - square * np.sin(phi) ** 2)
    across = normal * np.cos(phi)
    return across * np.cos(lam), across * np.sin(lam), normal * (1.0 - square) * np.sin(phi)


class Origin:
    """The point that is asked from.

    Args:
        latitude: degrees north.
        longitude: degrees east.
    """

    __slots__ = ("_x", "_y", "_z", "latitude", "longitude")

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude = latitude
        self.longitude = longitude
        phi, lam = math.radians(latitude), math.radians(longitude)
        square = FLATTENING * (2.0 - FLATTENING)
        normal = EQUATORIAL / math.sqrt(1.0 - square * math.sin(phi) ** 2)
        across = normal * math.cos(phi)
        self._x, self._y = across * math.cos(lam), across * math.sin(lam)
        self._z = normal * (1.0 - square) * math.sin(phi)

    def arcs(self, space: Floats, rows: Rows) -> Floats:
        """About how far rows are, in km (see `error_km`).

        Args:
            space: points in space, a row each of x, y and z.
            rows: which.
        """
        points = space[rows]
        points -= (self._x, self._y, self._z)
        chord = np.sqrt(np.einsum("ij,ij->i", points, points))
        chord *= 0.5 / RADIUS
        np.minimum(chord, 1.0, out=chord)
        arc = np.arcsin(chord)
        arc *= 2.0 * RADIUS
        return np.asarray(arc)

    def runs(self, key: Floats, km: float) -> Rows:
        """The runs of rows that a circle may touch, as a flat array of beginnings and ends, ascending.

        Args:
            key: the rows' keys, ascending.
            km: radius of the circle.
        """
        # Radii of curvature of the ellipsoid differ by less than 0.6 %.
        angle = km * 1.006 / RADIUS + 1e-9
        reach = math.degrees(angle)
        south, north = max(self.latitude - reach, -90.0), min(self.latitude + reach, 90.0)
        first, last = math.floor((south + 90.0) / BAND), math.floor((north + 90.0) / BAND)
        if reach >= 60.0:
            return np.array([0, len(key)], dtype=np.int32)
        bands = np.arange(first, last + 1, dtype=np.float64)
        if south <= -90.0 or north >= 90.0:
            wide = np.full(len(bands), 180.0)
        else:
            wide = self._half_widths(bands, angle)
        west, east = self.longitude - wide, self.longitude + wide
        start = bands * _SPREAD
        low = start + np.maximum(west, -180.0) + 180.0
        high = start + np.minimum(east, 180.0) + 180.0
        edges = np.empty(2 * len(bands))
        edges[0::2], edges[1::2] = low, high
        if west.min() >= -180.0 and east.max() <= 180.0:
            found = key.searchsorted(edges[0::2], "left"), key.searchsorted(edges[1::2], "right")
        else:
            # Across the antimeridian: the rest of each run lies at the other end of its band.
            more_low = start + np.where(west < -180.0, np.minimum(west + 360.0, 180.0) + 180.0, 360.0)
            more_high = start + np.where(east > 180.0, np.maximum(east - 360.0, -180.0) + 180.0, -1.0)
            beginnings = np.concatenate((low, more_low, start))
            ends = np.concatenate((high, start + 360.0, more_high))
            found = key.searchsorted(beginnings, "left"), key.searchsorted(ends, "right")
            order = np.argsort(found[0], kind="stable")
            found = found[0][order], found[1][order]
        return _joined(found[0], found[1])

    def _half_widths(self, bands: Floats, angle: float) -> Floats:
        """How many degrees of longitude the circle reaches on both sides, in each band."""
        here = math.radians(self.latitude)
        edges = np.radians(np.arange(bands[0], bands[-1] + 2.0) * BAND - 90.0)
        np.clip(edges, here - angle, here + angle, out=edges)
        cosine = (math.cos(angle) - math.sin(here) * np.sin(edges)) / (math.cos(here) * np.cos(edges))
        np.clip(cosine, -1.0, 1.0, out=cosine)
        widths = np.degrees(np.arccos(cosine))
        wide = np.maximum(widths[:-1], widths[1:])
        # The circle is widest where a meridian touches it; only the band that holds that is wider than its edges.
        sine = math.sin(here) / math.cos(angle)
        if abs(sine) < 1.0:
            touch = math.floor((math.degrees(math.asin(sine)) + 90.0) / BAND) - int(bands[0])
            widest = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(here))))
            for band in (touch - 1, touch, touch + 1):
                if 0 <= band < len(wide):
                    wide[band] = max(wide[band], widest)
        return np.asarray(wide + 1e-9)


def _joined(beginnings: NDArray[Any], ends: NDArray[Any]) -> Rows:
    """Runs without the empty ones, as beginnings and ends in turn; those that overlap made one."""
    full = ends > beginnings
    beginnings, ends = beginnings[full], ends[full]
    if len(beginnings) > 1 and (beginnings[1:] < ends[:-1]).any():
        reached = np.maximum.accumulate(ends)
        new = np.concatenate(([True], beginnings[1:] > reached[:-1]))
        beginnings = beginnings[new]
        ends = reached[np.concatenate((np.flatnonzero(new)[1:] - 1, [len(ends) - 1]))]
    made = np.empty(2 * len(beginnings), dtype=np.int32)
    made[0::2], made[1::2] = beginnings, ends
    return made
