"""Capacity for each person, where those who live near share it: the two-step floating catchment area."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def step(limit: float) -> Callable[[Floats], Floats]:
    """Return a weight of distances: 1 up to a limit, 0 beyond (Luo and Wang, 2003).

    Args:
        limit: the limit, in the unit of the distances.
    """
    return lambda distance: (distance <= limit).astype(np.float64)


def gaussian(limit: float) -> Callable[[Floats], Floats]:
    """Return a weight of distances that falls from 1 to 0 at a limit (Dai, 2010).

    (exp(-1/2 (d/limit)^2) - exp(-1/2)) / (1 - exp(-1/2)) up to the limit, 0 beyond.

    Args:
        limit: the limit, in the unit of the distances.
    """
    end = np.exp(-0.5)

    def weight(distance: Floats) -> Floats:
        falling = (np.exp(-0.5 * (distance / limit) ** 2) - end) / (1.0 - end)
        return np.asarray(np.where(distance <= limit, falling, 0.0))

    return weight


def catchment_scores(
    distance: Floats, people: Floats, capacity: Floats, weight: Callable[[Floats], Floats]
) -> Floats:
    """Return the capacity for each person of each place, by the two-step floating catchment area method.

    First each offer's capacity is divided by the people in its catchment, then each place adds up what it has a share of
    (Luo and Wang, 2003: "Measures of spatial accessibility to health care in a GIS environment"). The sum of people times
    score is the capacity of all offers that reach anybody.

    Args:
        distance: from each place, a row, to each offer, a column; infinite where there is no way.
        people: the people of each place.
        capacity: the capacity of each offer, in any unit.
        weight: what a distance counts (`step`, `gaussian`).

    Returns:
        The unit of capacity for each person, by place; 0 where nothing is in reach.
    """
    share = weight(distance)
    demand = people @ share
    rate = np.divide(capacity, demand, out=np.zeros(len(capacity)), where=demand > 0.0)
    return np.asarray(share @ rate)
