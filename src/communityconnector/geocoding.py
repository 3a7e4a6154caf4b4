"""The geocoding port: how a place in words becomes a point."""

from __future__ import annotations

import re
from typing import Final, Protocol, runtime_checkable

from communityconnector.errors import PlaceNotFoundError
from communityconnector.model import Point


@runtime_checkable
class Geocoder(Protocol):
    """Turns a place in words into a point."""

    def locate(self, place: str) -> Point | None:
        """Where a place is.

        Args:
            place: a ZIP code, a town, an address: what the geocoder understands.

        Returns:
            The point, or `None` where the geocoder does not know the place. A geocoder never answers with a
            made-up point, and it sends nothing over the network unless the host set it up to do so.
        """
        ...


_PAIR: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*")


def locate(place: str | Point, geocoder: Geocoder | None = None) -> Point:
    """The point of a place.

    Args:
        place: a point; "latitude,longitude"; or words for the geocoder.
        geocoder: who knows places in words.

    Raises:
        PlaceNotFoundError: nobody knows the place.
        InvalidPointError: a pair of numbers that is no point on the earth.
    """
    if isinstance(place, Point):
        return place
    pair = _PAIR.fullmatch(place)
    if pair:
        return Point(float(pair[1]), float(pair[2]))
    point = geocoder.locate(place) if geocoder is not None else None
    if point is None:
        # The place may be where a patron lives, so the message does not repeat it.
        message = "the place given as `near` is not known; give a US ZIP code, or latitude and longitude"
        raise PlaceNotFoundError(message)
    return point
