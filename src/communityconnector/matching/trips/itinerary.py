"""An itinerary: the fewest stops that meet several needs, what can be had without going anywhere, and what is left."""

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
"""So many offers a need are considered, the nearest."""


@attrs.frozen
class Errand:
    """One need and the offer that meets it.

    Attributes:
        need: number of the need, in the order in which the needs were given.
        match: the offer, with its reasons.
    """

    need: int
    match: Match


@attrs.frozen
class Stop:
    """A place to go to, and what can be done there.

    Attributes:
        point: where it is.
        errands: what can be done there.
        km: how far it is from the stop before, or from where one sets out, straight line; 0 for the first where
            nobody said from where.
    """

    point: Point
    errands: tuple[Errand, ...]
    km: float

    @property
    def location(self) -> Location | None:
        """The place: that of its first errand, where several share a point."""
        return self.errands[0].match.location

    @property
    def distance(self) -> Distance:
        """How far it is from the stop before."""
        return kilometers(self.km)


@attrs.frozen
class Itinerary:
    """The fewest stops that meet several needs.

    Attributes:
        stops: where to go, in order.
        calls: what is had by phone, online, by post or at home, or at a place that one learns by calling: for the
            needs that nothing at a known place meets.
        unmet: numbers of the needs that nothing is known to meet.
        km: how far it is through all stops, straight lines.
        bound: how many times the fewest stops there are at most; 1 where there cannot be fewer.
        exact: whether all offers were considered and no way is better.
    """

    stops: tuple[Stop, ...]
    calls: tuple[Errand, ...]
    unmet: tuple[int, ...]
    km: float
    bound: float
    exact: bool

    @property
    def distance(self) -> Distance:
        """How far it is through all stops."""
        return kilometers(self.km)

    def to_dict(self) -> dict[str, Any]:
        """This itinerary as JSON values."""

        def told(errands: Sequence[Errand]) -> list[dict[str, Any]]:
            return [{"need": errand.need, "match": errand.match.to_dict()} for errand in errands]

        return {
            "stops": [
                {
                    "latitude": stop.point.latitude,
                    "longitude": stop.point.longitude,
                    "km": stop.km,
                    "errands": told(stop.errands),
                }
                for stop in self.stops
            ],
            "calls": told(self.calls),
            "unmet": list(self.unmet),
            "km": self.km,
            "bound": self.bound,
            "exact": self.exact,
        }


def itinerary(results: Sequence[MatchResult], origin: Point | None) -> Itinerary:
    """The itinerary for several needs.

    Whatever can be had at a known place is had there. A need that nothing at a known place meets wants a call: to a
    service that comes, or is had by phone, online or by post; else to one whose place is confidential or unknown.

    Args:
        results: by need, what fits it, nearest first, and at most `CONSIDERED` of it.
        origin: where one sets out; by default at the first stop.
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
    # In the order of ids, so that of equal ways always the same is taken.
    points = sorted(places, key=lambda point: min((m.offer_id, m.service_id) for m in places[point].values()))
    met = [frozenset(places[point]) for point in points]
    needs = frozenset().union(*met)
    here = None if origin is None else (origin.latitude, origin.longitude)
    way = shortest_way(met, points, needs, here)
    stops: list[Stop] = []
    held: set[int] = set()
    for spot in (points[stop] for stop in way.stops):
        errands = [
            Errand(number, match) for number, match in sorted(places[spot].items()) if number not in held
        ]
        held.update(errand.need for errand in errands)
        km = 0.0 if here is None else geodesic_km(*here, *spot)
        stops.append(Stop(Point(*spot), tuple(errands), km))
        here = spot
    return Itinerary(
        stops=tuple(stops),
        calls=tuple(Errand(number, match) for number, match in sorted(calls.items()) if number not in held),
        unmet=tuple(number for number in range(len(results)) if number not in held and number not in calls),
        km=way.km,
        bound=way.bound,
        exact=way.exact and all(result.total <= CONSIDERED for result in results),
    )
