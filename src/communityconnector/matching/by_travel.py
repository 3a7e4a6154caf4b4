"""A re-ranker that puts the matches first that take the least time to reach."""

from __future__ import annotations

from collections.abc import Sequence

from communityconnector.matching.engine import Reranker
from communityconnector.matching.query import Query
from communityconnector.matching.result import Match
from communityconnector.travel import Mode, TravelTimes


def by_travel_time(times: TravelTimes, mode: Mode | str = Mode.WALKING) -> Reranker:
    """Return a re-ranker that puts the matches first that take the least time to reach. Others follow in their order.

    Args:
        times: the source of travel times; called once for each search, with the best matches.
        mode: the way of travelling.

    Returns:
        A re-ranker for `Matcher(rerankers=[...])`.
    """
    mode = Mode(mode)

    def quickest_first(matches: Sequence[Match], query: Query) -> Sequence[Match]:
        placed = [(match, point) for match in matches if (point := match.offer.point) is not None]
        if query.point is None or not placed:
            return matches
        minutes = times.minutes(query.point, [point for _, point in placed], mode)
        known = {
            id(match): time for (match, _), time in zip(placed, minutes, strict=True) if time is not None
        }
        return sorted(matches, key=lambda match: (id(match) not in known, known.get(id(match), 0.0)))

    return quickest_first
