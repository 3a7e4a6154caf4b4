"""Whether a score means what it says: the chance that a librarian would hand the service over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from communityconnector.testing.relevance.services.judging import GOOD, JudgedAnswer

BINS: Final = 10
"""The number of ranges of scores."""


@attrs.frozen
class ReliabilityRow:
    """The judged services whose scores lie in one range.

    Attributes:
        low: the lower end of the range.
        high: the upper end.
        count: the number of services.
        mean_score: the mean of their scores: what was promised.
        good_share: the share of them that help: what was true.
    """

    low: float
    high: float
    count: int
    mean_score: float
    good_share: float


@attrs.frozen
class Calibration:
    """How far a score is the chance that a service helps.

    Attributes:
        rows: the ranges that have services, the lowest first.
        brier: the mean of (score - truth) squared, where truth is 1 for a service that helps; 0 is perfect. `None` if
            nothing that is shown is judged.
        brier_of_mean: what the mean of all truths as the score of each service would have.
    """

    rows: tuple[ReliabilityRow, ...]
    brier: float | None
    brier_of_mean: float | None


def calibrate(answers: Iterable[JudgedAnswer]) -> Calibration:
    """Return how far the scores of the judged services that are shown are the chance that they help.

    Murphy and Winkler, "Reliability of subjective probability forecasts", Applied Statistics 26, 1977; Brier,
    "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.

    Args:
        answers: the needs with what is shown for them.
    """
    pairs = [
        (service.score, answer.need.grades[service.service_id] >= GOOD)
        for answer in answers
        for service in answer.services
        if service.service_id in answer.need.grades
    ]
    if not pairs:
        return Calibration((), None, None)
    bins: dict[int, list[tuple[float, bool]]] = {}
    for score, is_good in pairs:
        bins.setdefault(min(BINS - 1, int(score * BINS)), []).append((score, is_good))
    rows = tuple(
        ReliabilityRow(number / BINS, (number + 1) / BINS, len(members), *_means(members))
        for number, members in sorted(bins.items())
    )
    share = sum(is_good for _, is_good in pairs) / len(pairs)
    brier = math.fsum((score - is_good) ** 2 for score, is_good in pairs) / len(pairs)
    return Calibration(rows, brier, share * (1 - share))


def _means(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    count = len(pairs)
    return math.fsum(score for score, _ in pairs) / count, sum(is_good for _, is_good in pairs) / count
