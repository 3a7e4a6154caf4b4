"""The travel port: how long a way takes; and budgets of time as distances, where nobody knows the ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from communityconnector.choices import Choice
from communityconnector.errors import InvalidNeedError
from communityconnector.model import Point, kilometers

if TYPE_CHECKING:
    from geopy.distance import Distance

DETOUR: Final = 1.3
"""How much longer ways are than straight lines, if nothing else is said. Studies of road networks in the United States
find 1.2 to 1.4 (Boscoe, Henry and Zdeb 2012; Giacomin and Levinson 2015)."""


class Mode(Choice):
    """How one travels."""

    WALKING = "walking"
    CYCLING = "cycling"
    DRIVING = "driving"
    TRANSIT = "transit"


@runtime_checkable
class TravelTimes(Protocol):
    """Knows how long ways take: a routing engine, a timetable."""

    def minutes(self, origin: Point, destinations: Sequence[Point], mode: Mode) -> Sequence[float | None]:
        """How long it takes to some places.

        Args:
            origin: where one sets out.
            destinations: where to.
            mode: how.

        Returns:
            Minutes a destination; `None` where it is not known or there is no way. It sends nothing over the network
            unless the host set it up to do so: the origin may be where a patron lives.
        """
        ...


def walking(minutes: float, *, kmh: float = 4.8, detour: float = DETOUR) -> Distance:
    """How far one gets on foot in so many minutes, as a straight line, for `Need(within=...)`.

    A budget, not a promise: hills, rivers and roads are not known. An hour is 3.7 km, or 2.3 miles.

    Args:
        minutes: how long.
        kmh: speed in km an hour.
        detour: how much longer the way is than the straight line.

    Raises:
        InvalidNeedError: the time is negative, or the speed or the detour makes no sense.
    """
    return _reached(minutes, kmh, detour)


def cycling(minutes: float, *, kmh: float = 15.0, detour: float = DETOUR) -> Distance:
    """How far one gets by bicycle in so many minutes, as a straight line (see `walking`)."""
    return _reached(minutes, kmh, detour)


def driving(minutes: float, *, kmh: float = 50.0, detour: float = DETOUR) -> Distance:
    """How far one gets by car in so many minutes, as a straight line (see `walking`).

    The speed is between that of a town and that of a country road; say your own where you know it.
    """
    return _reached(minutes, kmh, detour)


def _reached(minutes: float, kmh: float, detour: float) -> Distance:
    if not (minutes >= 0 and kmh > 0 and detour >= 1):
        message = "a budget of time needs 0 minutes or more, a speed above 0 and a detour of 1 or more"
        raise InvalidNeedError(message)
    return kilometers(minutes / 60.0 * kmh / detour)
