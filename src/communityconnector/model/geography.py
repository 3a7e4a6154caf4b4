"""Points on the earth and distances between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import attrs

from communityconnector.errors import InvalidPointError

if TYPE_CHECKING:
    from geopy.distance import Distance


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        message = f"a coordinate must be a number of degrees, not {type(value).__name__}"
        raise InvalidPointError(message)
    return float(value)


@attrs.frozen(slots=True)
class Point:
    """A place on the earth, WGS-84.

    Attributes:
        latitude: degrees north, -90 to 90.
        longitude: degrees east, -180 to 180.

    Raises:
        InvalidPointError: a coordinate is not a number or is out of range.
    """

    latitude: float = attrs.field(converter=_degrees)
    longitude: float = attrs.field(converter=_degrees)

    def __attrs_post_init__(self) -> None:
        if not -90 <= self.latitude <= 90:
            message = f"latitude {self.latitude} is out of range: it runs from -90 (south) to 90 (north)"
            raise InvalidPointError(message)
        if not -180 <= self.longitude <= 180:
            message = f"longitude {self.longitude} is out of range: it runs from -180 (west) to 180 (east)"
            raise InvalidPointError(message)


def distance(a: Point, b: Point) -> Distance:
    """Length of the shortest line between two points on the WGS-84 ellipsoid (see `geodesic_km`)."""
    return kilometers(geodesic_km(a.latitude, a.longitude, b.latitude, b.longitude))


EQUATORIAL: Final = 6378.137
"""Half the equatorial axis of the WGS-84 ellipsoid, km."""
FLATTENING: Final = 1 / 298.257223563
"""Flattening of the WGS-84 ellipsoid."""
_POLAR: Final = EQUATORIAL * (1 - FLATTENING)


def geodesic_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Length of the shortest line between two points on the WGS-84 ellipsoid, in km.

    Vincenty's inverse formula (Survey Review 23, 1975), within 0.1 mm of Karney's algorithm (as geopy has it) and
    a tenth of its time; near antipodes, where the formula does not settle, Karney's is taken.

    Args:
        latitude: degrees north of the one point.
        longitude: degrees east of it.
        other_latitude: degrees north of the other.
        other_longitude: degrees east of it.
    """
    if latitude == other_latitude and longitude == other_longitude:
        return 0.0
    u1 = math.atan((1 - FLATTENING) * math.tan(math.radians(latitude)))
    u2 = math.atan((1 - FLATTENING) * math.tan(math.radians(other_latitude)))
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    span = math.radians(math.remainder(other_longitude - longitude, 360.0))
    turn = span
    for _ in range(20):
        sin_turn, cos_turn = math.sin(turn), math.cos(turn)
        across, along = cos2 * sin_turn, cos1 * sin2 - sin1 * cos2 * cos_turn
        sin_arc = math.sqrt(across * across + along * along)
        if sin_arc == 0.0:
            return 0.0
        cos_arc = sin1 * sin2 + cos1 * cos2 * cos_turn
        arc = math.atan2(sin_arc, cos_arc)
        sin_azimuth = cos1 * cos2 * sin_turn / sin_arc
        cos_azimuth_2 = 1.0 - sin_azimuth * sin_azimuth
        middle = cos_arc - 2.0 * sin1 * sin2 / cos_azimuth_2 if cos_azimuth_2 > 1e-15 else 0.0
        c = FLATTENING / 16.0 * cos_azimuth_2 * (4.0 + FLATTENING * (4.0 - 3.0 * cos_azimuth_2))
        before = turn
        bend = middle + c * cos_arc * (2.0 * middle * middle - 1.0)
        turn = span + (1.0 - c) * FLATTENING * sin_azimuth * (arc + c * sin_arc * bend)
        if abs(turn - before) < 1e-12:
            break
    else:
        from geopy.distance import geodesic

        line: Distance = geodesic((latitude, longitude), (other_latitude, other_longitude))
        return float(line.km)
    u = cos_azimuth_2 * (EQUATORIAL * EQUATORIAL / (_POLAR * _POLAR) - 1.0)
    a = 1.0 + u / 16384.0 * (4096.0 + u * (-768.0 + u * (320.0 - 175.0 * u)))
    b = u / 1024.0 * (256.0 + u * (-128.0 + u * (74.0 - 47.0 * u)))
    third = b / 6.0 * middle * (4.0 * sin_arc * sin_arc - 3.0) * (4.0 * middle * middle - 3.0)
    correction = b * sin_arc * (middle + b / 4.0 * (cos_arc * (2.0 * middle * middle - 1.0) - third))
    return _POLAR * a * (arc - correction)


def miles(number: float) -> Distance:
    """A distance of so many statute miles, for `Need(within=...)`."""
    from geopy.distance import Distance as GeopyDistance

    return GeopyDistance(miles=number)


def kilometers(number: float) -> Distance:
    """A distance of so many kilometres, for `Need(within=...)`."""
    from geopy.distance import Distance as GeopyDistance

    return GeopyDistance(kilometers=number)
