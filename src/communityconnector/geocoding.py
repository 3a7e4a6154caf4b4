"""The geocoding port: turn the name of a place into a point."""

from __future__ import annotations

import re
from typing import Final, Protocol, runtime_checkable

from communityconnector.errors import PlaceNotFoundError
from communityconnector.model import Point


@runtime_checkable
class Geocoder(Protocol):
    """Turns the name of a place into a point."""

    def locate(self, place: str) -> Point | None:
        """Return the point of a place.

        Args:
            place: a ZIP code, a town or an address, as far as the geocoder understands them.

        Returns:
            The point, or `None` if the geocoder does not know the place. A geocoder never invents a point, and sends
            nothing over the network unless the host set it up to do so. For a place that is large, such as a town, it
            may be a `model.geography.MiddlePoint`, which has a radius: then what may lie within a distance of the patron is
            kept.
        """
        ...


_PAIR: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*")


def locate(place: str | Point, geocoder: Geocoder | None = None) -> Point:
    """Return the point of a place.

    Args:
        place: a point, "latitude,longitude", or a name for the geocoder.
        geocoder: the geocoder for names.

    Raises:
        PlaceNotFoundError: the place is unknown.
        InvalidPointError: the pair of numbers is not a point on the earth.
    """
    if isinstance(place, Point):
        return place
    pair = _PAIR.fullmatch(place)
    if pair:
        return Point(float(pair[1]), float(pair[2]))
    point = geocoder.locate(place) if geocoder is not None else None
    if point is None:
        # The place may be a patron's home, so the message does not repeat it.
        message = (
            "the place given as `near` is unknown: "
            "give a US ZIP code, a town or county with its state, or latitude and longitude"
        )
        raise PlaceNotFoundError(message)
    return point
