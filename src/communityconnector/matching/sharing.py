"""Several needs in one query share the first results, so that none of them fills the page alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from communityconnector.matching.answers import Answer
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
    """Return results with those of several needs taking turns: the best of each, then the next best.

    Results that are only a question keep their places. So do those after the first `SHARED`.
    """
    turns: Counter[str] = Counter()
    sure: list[tuple[int, int]] = []
    for place, result in enumerate(results[:SHARED]):
        reason = result.scored.reasons[0]
        if reason.answer is Answer.MET:
            evidence = reason.evidence
            need = evidence.get("concept") or evidence.get("term") or ""
            sure.append((turns[need], place))
            turns[need] += 1
    shared = list(results)
    for place, (_, taken) in zip(sorted(place for _, place in sure), sorted(sure), strict=True):
        shared[place] = results[taken]
    return shared
