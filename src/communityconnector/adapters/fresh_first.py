"""An order of matches: of those that fit equally well, the ones whose record was checked within a year come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from communityconnector.matching import Match, Query

_FRESH_DAYS: Final = 365


def fresh_first(matches: Sequence[Match], query: Query) -> Sequence[Match]:
    """Put matches whose record was assured within the last 365 days before the others of the same relevance.

    Each relevance keeps the ranks that it had, so a service that fits better never falls behind one that fits less.

    Args:
        matches: the best matches, in order.
        query: what was asked, and when.

    Returns:
        All of the matches, each once.
    """
    today = query.now.date()
    ranks: defaultdict[float, list[int]] = defaultdict(list)
    for rank, match in enumerate(matches):
        ranks[match.contributions[0].value].append(rank)
    placed = list(matches)
    for those in ranks.values():
        # The sort keeps the order of those that are alike.
        ordered = sorted((matches[rank] for rank in those), key=lambda match: not _is_fresh(match, today))
        for rank, match in zip(those, ordered, strict=True):
            placed[rank] = match
    return placed


def _is_fresh(match: Match, today: date) -> bool:
    try:
        assured = date.fromisoformat(match.service.assured_date or "")
    except ValueError:
        return False
    return 0 <= (today - assured).days <= _FRESH_DAYS
