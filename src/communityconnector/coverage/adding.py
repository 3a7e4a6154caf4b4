"""Where one more would help most: candidates by the people whom they would newly cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.reach import kilometres
from communityconnector.coverage.result import Coverage
from communityconnector.errors import InvalidPlacesError
from communityconnector.matching.index.geometry import through_the_earth
from communityconnector.model import Location, Point

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MOST_SWAPS: Final = 1_000
"""Most rounds of swaps; each gains people, so that they end by themselves."""
_NEARLY: Final = 0.05
"""An alternative that loses no more than this share of the people is nearly as good."""


@attrs.frozen
class Candidate:
    """A place where something could be offered: an agency's, a branch, a hall.

    Attributes:
        name: what it is called.
        point: where it is.
    """

    name: str
    point: Point


@attrs.frozen
class Addition:
    """A candidate that was chosen.

    Attributes:
        name: its name.
        people: how many people it covers that neither the directory nor the others chosen surely cover.
        alternatives: the names of candidates that would cover nearly as many in its place, the best first.
    """

    name: str
    people: int
    alternatives: tuple[str, ...]


@attrs.frozen
class Plan:
    """Where to add, and what it gains.

    Attributes:
        need: the need.
        additions: the chosen ones, that of most people first.
        people: how many people are newly covered by all of them.
        uncovered: how many are not surely covered without any.
        is_exact: whether no other choice covers more; else it was found by steps and swaps, which are nearly as good.
    """

    need: str
    additions: tuple[Addition, ...]
    people: int
    uncovered: int
    is_exact: bool


def where_to_add(
    coverage: Coverage,
    need: str,
    candidates: Iterable[Candidate | Location],
    *,
    count: int = 1,
    exact: bool = False,
) -> Plan:
    """Return where to add a service for a need so that most people are newly covered within reach.

    The maximal covering location problem (Church and ReVelle, 1974). By default one is added after the other, each where it
    gains most, and then swapped with others as long as that gains (Teitz and Bart, 1968).

    Args:
        coverage: the coverage without it.
        need: the id of the need.
        candidates: where it could be: candidates, or locations with a point.
        count: how many to choose.
        exact: whether to prove that there is no better choice, by scipy's integer solver.

    Raises:
        KeyError: the coverage was not asked for this need.
        InvalidPlacesError: no candidate has a point, or `count` is not a number from 1.
    """
    number = [concept.id for concept in coverage.concepts].index(coverage[need].need)
    known = _with_points(candidates)
    if not known or count < 1:
        message = "candidates with points are needed, and a count of at least 1"
        raise InvalidPlacesError(message)
    weights = np.where(coverage.reach.sure[number, -1] == 0, coverage.places.people, 0)
    covers = _incidence(coverage, known)
    chosen = _exactly(covers, weights, count) if exact else _by_steps(covers, weights, count)
    return _plan(need, known, covers, weights, chosen, is_exact=exact)


def _with_points(candidates: Iterable[Candidate | Location]) -> list[Candidate]:
    known: list[Candidate] = []
    for one in candidates:
        if isinstance(one, Candidate):
            known.append(one)
        elif one.latitude is not None and one.longitude is not None:
            known.append(Candidate(one.name or one.id, Point(one.latitude, one.longitude)))
    return known


def _incidence(coverage: Coverage, candidates: Sequence[Candidate]) -> Flags:
    """Return which candidate, a row, covers which place, a column."""
    latitude = np.array([each.point.latitude for each in candidates])
    longitude = np.array([each.point.longitude for each in candidates])
    places = through_the_earth(coverage.places.latitude, coverage.places.longitude)
    return np.asarray(
        kilometres(through_the_earth(latitude, longitude), places) <= coverage.reach.limits_km[-1]
    )


def _by_steps(covers: Flags, weights: NDArray[Any], count: int) -> list[int]:
    """Return candidates chosen one by one, then swapped while that gains."""
    chosen: list[int] = []
    for _ in range(min(count, len(covers))):
        left = np.where(_covered(covers, chosen), 0, weights)
        gains = _gains(covers, left)
        gains[chosen] = -1
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        chosen.append(best)
    for _ in range(_MOST_SWAPS):
        swap = _better_swap(covers, weights, chosen)
        if swap is None:
            break
        chosen[swap[0]] = swap[1]
    return chosen


def _better_swap(covers: Flags, weights: NDArray[Any], chosen: Sequence[int]) -> tuple[int, int] | None:
    """Return the place among the chosen and the candidate whose swap gains most; `None` if none does."""
    now = int(weights[_covered(covers, chosen)].sum())
    best: tuple[int, int] | None = None
    for at in range(len(chosen)):
        rest = [one for number, one in enumerate(chosen) if number != at]
        covered = _covered(covers, rest)
        gains = _gains(covers, np.where(covered, 0, weights)) + int(weights[covered].sum())
        gains[list(chosen)] = -1
        candidate = int(gains.argmax())
        if gains[candidate] > now:
            best, now = (at, candidate), int(gains[candidate])
    return best


def _gains(covers: Flags, left: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many of the people who are left each candidate covers."""
    return np.asarray(covers @ left, dtype=np.int64)


def _covered(covers: Flags, chosen: Sequence[int]) -> Flags:
    return np.asarray(covers[list(chosen)].any(axis=0)) if chosen else np.zeros(covers.shape[1], dtype=bool)


def _exactly(covers: Flags, weights: NDArray[Any], count: int) -> list[int]:
    """Return the choice that covers most, by scipy's `milp`."""
    try:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array, eye_array, hstack
    except ImportError:
        message = "`exact=True` uses scipy: install communityconnector[analysis]"
        raise ModuleNotFoundError(message) from None
    wanted = np.flatnonzero(weights > 0)
    options, needy = len(covers), len(wanted)
    if not needy:
        return []
    # A place counts if one of the candidates that cover it is chosen; no more than `count` are.
    objective = np.concatenate((np.zeros(options), -weights[wanted].astype(np.float64)))
    linked = hstack((csr_array(covers[:, wanted].T.astype(np.float64)), -eye_array(needy)))
    limited = csr_array(np.concatenate((np.ones(options), np.zeros(needy)))[None, :])
    found = milp(
        objective,
        constraints=[LinearConstraint(linked, lb=0.0), LinearConstraint(limited, ub=float(count))],
        integrality=np.concatenate((np.ones(options), np.zeros(needy))),
        bounds=Bounds(0.0, 1.0),
    )
    if found.x is None:
        message = f"scipy found no choice: {found.message}"
        raise RuntimeError(message)
    return np.flatnonzero(found.x[:options] > 0.5).tolist()


def _plan(  # noqa: PLR0913  # what was asked, and what was chosen
    need: str,
    candidates: Sequence[Candidate],
    covers: Flags,
    weights: NDArray[Any],
    chosen: Sequence[int],
    *,
    is_exact: bool,
) -> Plan:
    gained = int(weights[_covered(covers, chosen)].sum())
    additions: list[Addition] = []
    for one in chosen:
        rest = [other for other in chosen if other != one]
        left = np.where(_covered(covers, rest), 0, weights)
        gains = _gains(covers, left)
        own = int(gains[one])
        others = [
            at
            for at in np.argsort(-gains, kind="stable").tolist()
            if at not in chosen and gains[at] > 0 and gains[at] >= own * (1.0 - _NEARLY)
        ]
        additions.append(Addition(candidates[one].name, own, tuple(candidates[at].name for at in others[:5])))
    additions.sort(key=lambda addition: (-addition.people, addition.name))
    return Plan(need, tuple(additions), gained, int(weights.sum()), is_exact)
