"""The travel port: travel times, and time budgets as distances if no travel times are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from communityconnector.choices import Choice
from communityconnector.errors import InvalidNeedError
from communityconnector.model import Point, kilometers

if TYPE_CHECKING:
    from geopy.distance import Distance

DETOUR: Final = 1.3
"""How much longer a route is than the straight line, by default. Studies of road networks in the United States report
1.2 to 1.4 (Boscoe, Henry and Zdeb 2012; Giacomin and Levinson 2015)."""


class Mode(Choice):
    """A way of travelling."""

    WALKING = "walking"
    CYCLING = "cycling"
    DRIVING = "driving"
    TRANSIT = "transit"


@runtime_checkable
class TravelTimes(Protocol):
    """A source of travel times, such as a routing engine or a timetable."""

    def minutes(self, origin: Point, destinations: Sequence[Point], mode: Mode) -> Sequence[float | None]:
        """Return the travel times from one place to several others.

        It sends nothing over the network unless the host set it up to do so: the origin may be a patron's home.

        Args:
            origin: the start.
            destinations: the destinations.
            mode: the way of travelling.

        Returns:
            Minutes for each destination; `None` if the time is unknown or there is no route.
        """
        ...


def walking(minutes: float, *, kmh: float = 4.8, detour: float = DETOUR) -> Distance:
    """Return how far one can walk in some minutes, as a straight line, for `Need(within=...)`.

    It is a budget, not a promise: hills, rivers and roads are unknown. An hour is 3.7 km, or 2.3 miles.

    Args:
        minutes: the time in minutes.
        kmh: the speed in km per hour.
        detour: how much longer the route is than the straight line.

    Raises:
        InvalidNeedError: the time is negative, the speed is not above 0, or the detour is below 1.
    """
    return _reached(minutes, kmh, detour)


def cycling(minutes: float, *, kmh: float = 15.0, detour: float = DETOUR) -> Distance:
    """Return how far one can cycle in some minutes, as a straight line (see `walking`)."""
    return _reached(minutes, kmh, detour)


def driving(minutes: float, *, kmh: float = 50.0, detour: float = DETOUR) -> Distance:
    """Return how far one can drive in some minutes, as a straight line (see `walking`).

    The default speed is between that in a town and that on a country road. Pass your own if you know it.
    """
    return _reached(minutes, kmh, detour)


def _reached(minutes: float, kmh: float, detour: float) -> Distance:
    if not (minutes >= 0 and kmh > 0 and detour >= 1):
        message = "a time budget needs 0 minutes or more, a speed above 0 and a detour of 1 or more"
        raise InvalidNeedError(message)
    return kilometers(minutes / 60.0 * kmh / detour)
