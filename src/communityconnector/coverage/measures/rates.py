"""Rates of few, and waits for visits."""

from __future__ import annotations

import math
from collections.abc import Sequence

_Z = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the interval that holds a rate with 95 % confidence (Wilson, 1927); (0, 1) without trials.

    Args:
        successes: how many of the trials succeeded.
        trials: how many there were.
    """
    if not trials:
        return 0.0, 1.0
    rate, z2 = successes / trials, _Z * _Z
    middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z * math.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def expected_wait(gaps: Sequence[float]) -> float:
    """Return how long somebody waits on average who comes at any time: the sum of squares of the gaps by twice their sum.

    Weekly visits mean 3.5 days.

    Args:
        gaps: the times between one visit and the next, in any unit; the result has the same. Infinite for none.
    """
    whole = math.fsum(gaps)
    return math.fsum(gap * gap for gap in gaps) / (2.0 * whole) if whole else math.inf
