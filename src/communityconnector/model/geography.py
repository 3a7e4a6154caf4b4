"""Points on the earth and distances between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
    """Length of the shortest line between two points on the WGS-84 ellipsoid (Karney 2013, as geopy has it)."""
    from geopy.distance import geodesic

    line: Distance = geodesic((a.latitude, a.longitude), (b.latitude, b.longitude))
    return line


def miles(number: float) -> Distance:
    """A distance of so many statute miles, for `Need(within=...)`."""
    from geopy.distance import Distance as GeopyDistance

    return GeopyDistance(miles=number)


def kilometers(number: float) -> Distance:
    """A distance of so many kilometres, for `Need(within=...)`."""
    from geopy.distance import Distance as GeopyDistance

    return GeopyDistance(kilometers=number)
