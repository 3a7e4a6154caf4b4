"""Near misses: what gives way, in which order, if few offers are known to fit.

To change how a search is widened, change `STAGES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from communityconnector.matching.answers import Answer
from communityconnector.matching.index import Index, Plan, Result
from communityconnector.matching.ranking import Rank

FEW: Final = 3
"""If fewer offers are known to fit, near misses are shown."""
NEAR_MISSES: Final = 5
"""The largest number of near misses."""

STAGES: Final = (
    frozenset({"distance"}),
    frozenset({"distance", "open_at"}),
    frozenset({"distance", "open_at", "cost", "capacity", "assured"}),
)
"""The criteria that give way, stage by stage. Never those that make a person eligible, nor the language."""


def near_misses(index: Index, plan: Plan) -> Iterator[Result]:
    """Yield the nearest offers that are known to be for the need but miss a criterion that gives way."""
    seen: set[str] = set()
    for relaxed in STAGES:
        wider = Plan.of(plan.query, plan.need, plan.weights, Rank.DISTANCE, relaxed)
        for result in index.search(wider, NEAR_MISSES + len(seen)):
            if len(seen) < NEAR_MISSES and result.offer_id not in seen and _is_sure(result):
                seen.add(result.offer_id)
                yield result


def _is_sure(result: Result) -> bool:
    return result.scored.reasons[0].answer is Answer.MET
