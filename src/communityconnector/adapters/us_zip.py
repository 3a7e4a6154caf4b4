"""US ZIP codes, towns and counties as places, offline (see `model.zips` and `model.gazetteer`)."""

from __future__ import annotations

from communityconnector.model import Point
from communityconnector.model.gazetteer import place_named
from communityconnector.model.geography import MiddlePoint
from communityconnector.model.zips import zip_point


class UsZipGeocoder:
    """Knows US ZIP codes ("28640", "28640-1234"), towns ("Boone, NC") and counties ("Ashe County, NC")."""

    def locate(self, place: str) -> Point | None:
        """Return the point that stands for a place, or `None` if it is unknown or could be several.

        A ZIP code is its point; a town or a county is a `MiddlePoint`, with its radius. A name must be that of one place,
        or of one with ten times as many people as any other; a town without its state also needs 100,000 people.

        Args:
            place: a ZIP code, a town or a county. An address counts as its ZIP code, if it ends in one.
        """
        point = zip_point(place)
        if point is not None:
            return point
        named = place_named(place)
        if named is None:
            return None
        if named.by == "zip":
            return named.point
        return MiddlePoint(named.point.latitude, named.point.longitude, named.radius_km)
