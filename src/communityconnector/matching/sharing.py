"""Several needs in one query share the first results, so that none of them fills the page alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.index import Result
from communityconnector.matching.need_criteria import NeedCriteria

SHARED: Final = 20
"""The number of best results that several needs share. All later ones stay in their order."""
_MEANT: Final = 0.5
"""The lowest weight of a concept that is a need of its own; with less, it may only be another reading of the words."""


def has_several(need: NeedCriteria) -> bool:
    """Return whether a query asks for several things."""
    meant = (wanted.concept for wanted in need.wanted if wanted.weight >= _MEANT)
    return len({*need.terms, *meant}) > 1


def share(results: Sequence[Result]) -> list[Result]:
    """Return results with those of several needs taking turns (see `in_turns`)."""
    return [results[place] for place in in_turns([_asked_by(result) for result in results])]


def in_turns(needs: Sequence[str | None]) -> list[int]:
    """Return the order of results in which several needs take turns: the best of each, then the next best.

    Results that are only a question keep their places. So do those after the first `SHARED`.

    Args:
        needs: the need that each result meets, best first; `None` for a question.
    """
    turns: Counter[str] = Counter()
    sure: list[tuple[int, int]] = []
    for place, need in enumerate(needs[:SHARED]):
        if need is not None:
            sure.append((turns[need], place))
            turns[need] += 1
    order = list(range(len(needs)))
    for place, (_, taken) in zip(sorted(place for _, place in sure), sorted(sure), strict=True):
        order[place] = taken
    return order


def _asked_by(result: Result) -> str | None:
    reason = result.scored.reasons[0]
    return need_of(reason) if reason.answer is Answer.MET else None


def need_of(reason: Reason) -> str:
    """Return which need the first reason of a result is about; "" if the record only has its words."""
    return str(reason.evidence.get("concept") or reason.evidence.get("term") or "")
