"""An order of matches: among those that fit equally well, records that were checked within a year come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from communityconnector.matching import Match, Query

_FRESH_DAYS: Final = 365


def fresh_first(matches: Sequence[Match], query: Query) -> Sequence[Match]:
    """Return the matches with records assured within the last 365 days before others of the same relevance.

    Each relevance keeps its ranks, so a service that fits better never falls behind one that fits less well.

    Args:
        matches: the best matches, in order.
        query: the query and its time.

    Returns:
        All of the matches, each once.
    """
    today = query.now.date()
    ranks: defaultdict[float, list[int]] = defaultdict(list)
    for rank, match in enumerate(matches):
        ranks[match.contributions[0].value].append(rank)
    placed = list(matches)
    for same_relevance in ranks.values():
        # A stable sort keeps the order among equals.
        ordered = sorted(
            (matches[rank] for rank in same_relevance), key=lambda match: not _is_fresh(match, today)
        )
        for rank, match in zip(same_relevance, ordered, strict=True):
            placed[rank] = match
    return placed


def _is_fresh(match: Match, today: date) -> bool:
    try:
        assured = date.fromisoformat(match.service.assured_date or "")
    except ValueError:
        return False
    return 0 <= (today - assured).days <= _FRESH_DAYS
