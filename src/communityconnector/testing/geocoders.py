"""The contract of the geocoding port, as tests: whoever writes a geocoder proves it in two lines.

class TestMine(GeocoderContract):
    def make_geocoder(self):
        return MyGeocoder()
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, Final

import pytest

from communityconnector.geocoding import Geocoder
from communityconnector.model import Point, distance

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
"""What nobody knows as a place, and what must not break a geocoder."""

_connections: Final[list[list[str]]] = []
_installed: Final[list[bool]] = []


class GeocoderContract:
    """What every geocoder must do. Subclass it under a name that begins with `Test`, and say `make_geocoder`.

    Attributes:
        known: places that the geocoder knows, with latitude and longitude; without any, that is not tested.
        within_km: how far from there an answer may lie, in km.
        may_connect: whether the host has set it up to use the network; if not, a connection is a fault.
    """

    known: ClassVar[Mapping[str, tuple[float, float]]] = {}
    within_km: ClassVar[float] = 25.0
    may_connect: ClassVar[bool] = False

    def make_geocoder(self) -> Geocoder:
        """A geocoder as a host gets it that has set nothing."""
        message = "a GeocoderContract has to say how to make a geocoder"
        raise NotImplementedError(message)

    @pytest.mark.parametrize("place", NOWHERE, ids=lambda place: ascii(place[:12]))
    def test_a_place_that_it_does_not_know_is_none(self, place: str) -> None:
        """Unknown is `None`: never an error, and never a point, least of all (0, 0)."""
        found = self.make_geocoder().locate(place)
        assert found is None, f"nobody knows this place, so the answer must be None, not {found}"

    def test_a_place_that_it_knows_is_a_point_near_it(self) -> None:
        """What it knows, it finds."""
        if not self.known:
            pytest.skip("known is empty: not tested that places are found")
        geocoder = self.make_geocoder()
        for place, (latitude, longitude) in self.known.items():
            found = geocoder.locate(place)
            assert isinstance(found, Point), f"the place {place!r} is known, so the answer must be a Point"
            away = distance(found, Point(latitude, longitude)).km
            assert away <= self.within_km, f"{place!r} is found {away:.0f} km away from where it is"

    def test_the_same_place_is_always_at_the_same_point(self) -> None:
        """The same words have the same answer, also from a second geocoder."""
        places = (*self.known, *NOWHERE)
        first, second = self.make_geocoder(), self.make_geocoder()
        answers = [first.locate(place) for place in places]
        assert answers == [first.locate(place) for place in places]
        assert answers == [second.locate(place) for place in places]

    def test_nothing_is_sent_over_the_network(self) -> None:
        """A place may be where a patron lives: it stays in the house unless the host set the geocoder up otherwise."""
        if self.may_connect:
            pytest.skip("may_connect is True: not tested that nothing is sent")
        with watched() as connections:
            geocoder = self.make_geocoder()
            for place in (*self.known, *NOWHERE, "1600 Pennsylvania Avenue, Washington", "28640"):
                geocoder.locate(place)
        assert connections == [], f"the geocoder used the network ({connections[0]})"


@contextmanager
def watched() -> Iterator[list[str]]:
    """Lists what is done with sockets meanwhile, also in code that keeps the errors to itself."""
    if not _installed:
        # An audit hook cannot be taken away again, so there is one, and it is idle between tests.
        sys.addaudithook(_audit)
        _installed.append(True)
    seen: list[str] = []
    _connections.append(seen)
    try:
        yield seen
    finally:
        _connections.remove(seen)


def _audit(event: str, _: tuple[object, ...]) -> None:
    if _connections and event.startswith("socket."):
        for seen in _connections:
            seen.append(event)
