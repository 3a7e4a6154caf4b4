"""An itinerary: the fewest stops that meet several needs, the calls to make, and the needs that nothing meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from communityconnector.matching.answers import Answer
from communityconnector.matching.result import Match, MatchResult
from communityconnector.matching.trips.stops import shortest_way
from communityconnector.model import Location, Point, kilometers
from communityconnector.model.geography import geodesic_km

if TYPE_CHECKING:
    from communityconnector.model.geography import Distance

CONSIDERED: Final = 40
"""The number of nearest offers that are considered for each need."""


@attrs.frozen
class Errand:
    """One need and the offer that meets it.

    Attributes:
        need: the number of the need, in the order of the query.
        match: the offer, with its reasons.
    """

    need: int
    match: Match


@attrs.frozen
class Stop:
    """A place to go to, and the errands there.

    Attributes:
        point: its point.
        errands: the errands.
        km: the distance from the stop before, or from the start, in a straight line; 0 for the first stop if there is no
            start.
    """

    point: Point
    errands: tuple[Errand, ...]
    km: float

    @property
    def location(self) -> Location | None:
        """The location; that of the first errand if several share a point."""
        return self.errands[0].match.location

    @property
    def distance(self) -> Distance:
        """The distance from the stop before."""
        return kilometers(self.km)


@attrs.frozen
class Itinerary:
    """The fewest stops that meet several needs.

    Attributes:
        stops: where to go, in order.
        calls: errands without a trip (by phone, online, by mail or at home), or at a place that one learns by calling, for
            the needs that no offer at a known place meets.
        unmet: the numbers of the needs that nothing is known to meet.
        km: the distance through all stops, in straight lines.
        bound: an upper bound for the number of stops, as a multiple of the fewest; 1 if there cannot be fewer.
        exact: whether all offers were considered and no route is better.
    """

    stops: tuple[Stop, ...]
    calls: tuple[Errand, ...]
    unmet: tuple[int, ...]
    km: float
    bound: float
    exact: bool

    @property
    def distance(self) -> Distance:
        """The distance through all stops."""
        return kilometers(self.km)

    def to_dict(self) -> dict[str, Any]:
        """Return this itinerary as JSON values."""

        def values_of(errands: Sequence[Errand]) -> list[dict[str, Any]]:
            return [{"need": errand.need, "match": errand.match.to_dict()} for errand in errands]

        return {
            "stops": [
                {
                    "latitude": stop.point.latitude,
                    "longitude": stop.point.longitude,
                    "km": stop.km,
                    "errands": values_of(stop.errands),
                }
                for stop in self.stops
            ],
            "calls": values_of(self.calls),
            "unmet": list(self.unmet),
            "km": self.km,
            "bound": self.bound,
            "exact": self.exact,
        }


def itinerary(results: Sequence[MatchResult], origin: Point | None) -> Itinerary:
    """Return the itinerary for several needs.

    If an offer at a known place meets a need, the itinerary goes there. Other needs become calls: to a service that comes,
    or that works by phone, online or by mail; otherwise to one whose place is confidential or unknown.

    Args:
        results: the result for each need, nearest first, with at most `CONSIDERED` matches.
        origin: the start; by default the first stop.
    """
    places: dict[tuple[float, float], dict[int, Match]] = {}
    calls: dict[int, Match] = {}
    for number, result in enumerate(results):
        for match in result:
            if match.reasons[0].answer is not Answer.MET:
                continue
            point = match.offer.point
            if point is not None:
                places.setdefault((point.latitude, point.longitude), {}).setdefault(number, match)
            elif number not in calls or (match.offer.remote and not calls[number].offer.remote):
                calls[number] = match
    # In the order of ids, so that the same of equal routes is always chosen.
    points = sorted(places, key=lambda point: min((m.offer_id, m.service_id) for m in places[point].values()))
    met = [frozenset(places[point]) for point in points]
    needs = frozenset().union(*met)
    here = None if origin is None else (origin.latitude, origin.longitude)
    way = shortest_way(met, points, needs, here)
    stops: list[Stop] = []
    done: set[int] = set()
    for spot in (points[stop] for stop in way.stops):
        errands = [
            Errand(number, match) for number, match in sorted(places[spot].items()) if number not in done
        ]
        done.update(errand.need for errand in errands)
        km = 0.0 if here is None else geodesic_km(*here, *spot)
        stops.append(Stop(Point(*spot), tuple(errands), km))
        here = spot
    return Itinerary(
        stops=tuple(stops),
        calls=tuple(Errand(number, match) for number, match in sorted(calls.items()) if number not in done),
        unmet=tuple(number for number in range(len(results)) if number not in done and number not in calls),
        km=way.km,
        bound=way.bound,
        exact=way.exact and all(result.total <= CONSIDERED for result in results),
    )
