"""A re-ranker: the quickest to reach first, by whoever knows how long ways take."""

from __future__ import annotations

from collections.abc import Sequence

from communityconnector.matching.engine import Reranker
from communityconnector.matching.query import Query
from communityconnector.matching.result import Match
from communityconnector.travel import Mode, TravelTimes


def by_travel_time(times: TravelTimes, mode: Mode | str = Mode.WALKING) -> Reranker:
    """Put the matches that are reached soonest first; those of which no time is known follow in their old order.

    Args:
        times: who knows how long ways take; asked once a search, for the best matches.
        mode: how one travels.

    Returns:
        What `Matcher(rerankers=[...])` takes.
    """
    way = Mode(mode)

    def quickest_first(matches: Sequence[Match], query: Query) -> Sequence[Match]:
        placed = [(match, point) for match in matches if (point := match.offer.point) is not None]
        if query.point is None or not placed:
            return matches
        minutes = times.minutes(query.point, [point for _, point in placed], way)
        known = {
            id(match): time for (match, _), time in zip(placed, minutes, strict=True) if time is not None
        }
        return sorted(matches, key=lambda match: (id(match) not in known, known.get(id(match), 0.0)))

    return quickest_first
