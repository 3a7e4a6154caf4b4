"""How evenly something is spread over people."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def weighted_mean(values: ArrayLike, people: ArrayLike) -> float:
    """Return the mean of values over people, in the unit of the values; 0 for nobody."""
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(people, dtype=np.float64)
    total = float(weight.sum())
    return float((value * weight)[weight > 0].sum()) / total if total else 0.0


def weighted_quantile(values: ArrayLike, people: ArrayLike, part: float) -> float:
    """Return the least value that at least a part of the people do not exceed; infinite where that many have none.

    Args:
        values: a value for each place, infinite for none.
        people: the people of each place.
        part: the part of the people, 0 to 1.
    """
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(people, dtype=np.float64)
    value, weight = value[weight > 0], weight[weight > 0]
    if not len(value):
        return float("inf")
    order = np.argsort(value, kind="stable")
    so_far = np.cumsum(weight[order])
    at = int(np.searchsorted(so_far, part * so_far[-1] * (1.0 - 1e-12)))
    return float(value[order][min(at, len(value) - 1)])


def gini(values: ArrayLike, people: ArrayLike) -> float:
    """Return the Gini coefficient of values over people: 0 if all have the same, towards 1 if one has all.

    Half the mean difference of two people, by the mean. The people of a place all have its value, so splitting a place into
    two changes nothing.

    Args:
        values: a value for each place, 0 or more.
        people: the people of each place.
    """
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(people, dtype=np.float64)
    return _concentration(value, weight, np.argsort(value, kind="stable"), value)


def concentration_index(values: ArrayLike, people: ArrayLike, rank: ArrayLike) -> float:
    """Return the concentration index of values over people in the order of a rank, such as the share of poor.

    Twice the covariance of the value and the fractional rank, by the mean (Kakwani, Wagstaff and van Doorslaer, 1997).
    Negative if those of low rank have more, positive if those of high rank do. Places of equal rank share one.

    Args:
        values: a value for each place, 0 or more.
        people: the people of each place.
        rank: by what the people are ordered, ascending.
    """
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(people, dtype=np.float64)
    by = np.asarray(rank, dtype=np.float64)
    return _concentration(value, weight, np.argsort(by, kind="stable"), by)


def _concentration(value: np.ndarray, weight: np.ndarray, order: np.ndarray, rank: np.ndarray) -> float:
    value, weight, rank = value[order], weight[order], rank[order]
    total = float(weight.sum())
    mean = float((value * weight).sum()) / total if total else 0.0
    if not mean:
        return 0.0
    share = weight / total
    starts = (
        np.flatnonzero(np.append(True, rank[1:] != rank[:-1])) if len(rank) else np.empty(0, dtype=np.int64)
    )
    mass = np.add.reduceat(share, starts)
    held = np.add.reduceat(share * value, starts)
    middle = np.cumsum(mass) - mass / 2.0
    return float(2.0 * (held * middle).sum() / mean - 1.0)
