"""The fewest stops that together meet several needs, and the shortest route through them.

This is a weighted set cover with a path through the chosen sets. With few needs it is solved exactly, by dynamic
programming over the needs that are met and the current stop, as Held and Karp (1962) do for the travelling salesman.
With more needs, the stop that meets the most open needs is chosen next, which never takes more than `bound` times the
fewest stops (Chvatal, Mathematics of Operations Research 4, 1979).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.model.geography import geodesic_km

MOST_EXACT: Final = 8
"""With more needs than this, the route may not be the best."""


@attrs.frozen
class Way:
    """Stops in the order in which to visit them.

    Attributes:
        stops: the numbers of the stops.
        km: the distance from the start through all stops, in straight lines.
        bound: an upper bound for the number of stops, as a multiple of the fewest; 1 if there cannot be fewer.
        exact: whether no route through as few stops is shorter.
    """

    stops: tuple[int, ...]
    km: float
    bound: float
    exact: bool


def shortest_way(
    met: Sequence[frozenset[int]],
    points: Sequence[tuple[float, float]],
    needs: frozenset[int],
    origin: tuple[float, float] | None = None,
) -> Way:
    """Return the shortest route through the fewest stops that meet all needs.

    Args:
        met: by stop, the needs that it meets.
        points: by stop, latitude and longitude.
        needs: the needs; some stop meets each.
        origin: the start; by default the first stop.
    """
    if not needs:
        return Way((), 0.0, 1.0, exact=True)
    apart = _distances(points)
    begin = np.array([0.0 if origin is None else geodesic_km(*origin, *point) for point in points])
    if len(needs) <= MOST_EXACT:
        return _exactly([stop_needs & needs for stop_needs in met], apart, begin, sorted(needs))
    return _greedily(met, apart, begin, needs)


def _distances(points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    apart = np.zeros((len(points), len(points)))
    for one, point in enumerate(points):
        for other in range(one):
            apart[one, other] = apart[other, one] = geodesic_km(*point, *points[other])
    return apart


def _exactly(
    met: Sequence[frozenset[int]], apart: NDArray[Any], begin: NDArray[Any], needs: Sequence[int]
) -> Way:
    masks = np.array(
        [sum(1 << number for number, need in enumerate(needs) if need in stop_needs) for stop_needs in met]
    )
    whole = (1 << len(needs)) - 1
    # The shortest route by the needs that are met (rows) and the current stop (columns).
    km = np.full((whole + 1, len(met)), math.inf)
    km[masks, np.arange(len(met))] = begin
    km[0] = math.inf
    came: list[NDArray[np.int64]] = []
    while not np.isfinite(km[whole]).any():
        onward = np.full_like(km, math.inf)
        back = np.full((whole + 1, len(met), 2), -1)
        for mask in range(1, whole):
            if not np.isfinite(km[mask]).any():
                continue
            ways = km[mask][:, None] + apart
            last = ways.argmin(axis=0)
            length = ways[last, np.arange(len(met))]
            then = masks | mask
            better = (then != mask) & (length < onward[then, np.arange(len(met))])
            stops = better.nonzero()[0]
            onward[then[stops], stops] = length[stops]
            back[then[stops], stops, 0], back[then[stops], stops, 1] = mask, last[stops]
        km = onward
        came.append(back)
    stop = int(km[whole].argmin())
    length, mask, stops_back = float(km[whole, stop]), whole, [stop]
    for back in reversed(came):
        mask, stop = back[mask, stop].tolist()
        stops_back.append(stop)
    return Way(tuple(reversed(stops_back)), length, 1.0, exact=True)


def _greedily(
    met: Sequence[frozenset[int]], apart: NDArray[Any], begin: NDArray[Any], needs: frozenset[int]
) -> Way:
    left, chosen, km, ahead = set(needs), [], 0.0, begin
    most = max(len(stop_needs & needs) for stop_needs in met)
    while left:
        stop = min(range(len(met)), key=lambda number: (-len(met[number] & left), ahead[number], number))
        km += float(ahead[stop])
        left -= met[stop]
        chosen.append(stop)
        ahead = apart[stop]
    bound = math.fsum(1 / number for number in range(1, most + 1))
    return Way(tuple(chosen), km, bound, exact=False)
