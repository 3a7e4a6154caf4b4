"""The contract of the geocoding port, as tests.

Two lines test a geocoder:

class TestMine(GeocoderContract):
    def make_geocoder(self):
        return MyGeocoder()
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import pytest

from communityconnector.geocoding import Geocoder
from communityconnector.model import Point, distance
from communityconnector.testing.watching import watched

NOWHERE: Final = (
    "",
    " ",
    "\n",
    "zzqx vrrk 71",
    "00000",
    "nowhere at all",
    "0",
    "null",
    "None",
    "'; DROP TABLE places; --",
    "%s %d {0}",
    "../../etc/passwd",
    "ज़्ज़्ज़्क्ष",
    "\u202e\u0000\ud800",
    "x" * 10_000,
)
"""Texts that name no place and must not break a geocoder."""


class GeocoderContract:
    """The tests for every geocoder. Subclass it under a name that begins with `Test`, and define `make_geocoder`.

    Attributes:
        known: places that the geocoder knows, with latitude and longitude. Without any, answers are not tested.
        within_km: how far an answer may be from there, in km.
        may_connect: whether the host has set it up to use the network. If not, a connection is a fault.
    """

    known: ClassVar[Mapping[str, tuple[float, float]]] = {}
    within_km: ClassVar[float] = 25.0
    may_connect: ClassVar[bool] = False

    def make_geocoder(self) -> Geocoder:
        """Return a geocoder without any settings of the host."""
        message = "a GeocoderContract must define make_geocoder"
        raise NotImplementedError(message)

    @pytest.mark.parametrize("place", NOWHERE, ids=lambda place: ascii(place[:12]))
    def test_a_place_that_it_does_not_know_is_none(self, place: str) -> None:
        """An unknown place is `None`: never an error, and never a point, such as (0, 0)."""
        point = self.make_geocoder().locate(place)
        assert point is None, f"this place does not exist, so the answer must be None, not {point}"

    def test_a_place_that_it_knows_is_a_point_near_it(self) -> None:
        """A known place has a point near it."""
        if not self.known:
            pytest.skip("known is empty: not tested that places are found")
        geocoder = self.make_geocoder()
        for place, (latitude, longitude) in self.known.items():
            point = geocoder.locate(place)
            assert isinstance(point, Point), f"the place {place!r} is known, so the answer must be a Point"
            away = distance(point, Point(latitude, longitude)).km
            assert away <= self.within_km, f"the answer for {place!r} is {away:.0f} km from the right point"

    def test_the_same_place_is_always_at_the_same_point(self) -> None:
        """The same text has the same answer, also from a second geocoder."""
        places = (*self.known, *NOWHERE)
        first, second = self.make_geocoder(), self.make_geocoder()
        answers = [first.locate(place) for place in places]
        assert answers == [first.locate(place) for place in places]
        assert answers == [second.locate(place) for place in places]

    def test_nothing_is_sent_over_the_network(self) -> None:
        """A place may be a patron's home, so it is sent nowhere unless the host set the geocoder up to do so."""
        if self.may_connect:
            pytest.skip("may_connect is True: not tested that nothing is sent")
        with watched() as connections:
            geocoder = self.make_geocoder()
            for place in (*self.known, *NOWHERE, "1600 Pennsylvania Avenue, Washington", "28640"):
                geocoder.locate(place)
        assert connections == [], f"the geocoder used the network ({connections[0]})"
