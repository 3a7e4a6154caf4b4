"""Rows that may be among the best, with the estimate of their scores and their order.

`Search` looks for one plan, `BatchSearch` for hundreds at once. They share what is stated here. `matching.ranking`
states the same score and order for one offer, exactly.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.matching.index.columns import REMOTE, Columns, Numbers
from communityconnector.matching.index.geometry import FARTHEST, Floats, Rows, arcs_of, error_km, errors_km
from communityconnector.matching.ranking import HALF_WAY, IN_DOUBT, ROUGH_SHARE, Rank
from communityconnector.matching.weights import Weights

NO_DISTANCE: Final = 50_000.0
"""Stands for the km to a row without a point: farther than any distance on the earth."""
GROUP: Final = 100_000.0
"""Km that separate the groups of an order: rows of one group stand before all rows of the next."""
SCORE_DOUBT: Final = 1e-6
"""By how much an estimated score may be wrong."""
ROUNDING: Final = 1e-9
"""Estimates that differ by no more than this may be equal."""


@attrs.frozen(eq=False, slots=True)
class Candidates:
    """Rows that may fit a need.

    Attributes:
        rows: the rows.
        values: how well each is for the need; once weighed, its fit: less than the line where it is a question, 0 where the
            record does not say.
        squares: the squares of the chords to them (`Origin.squares`); infinite without a point, or if they are unmeasured.
        plans: the number of the plan that each is for; `None` if there is only one plan.
        met: the number of criteria that each meets, without the need and the distance; `None` if uncounted.
        asked: the number of criteria that apply to each, likewise.
    """

    rows: Rows
    values: Floats
    squares: Floats
    plans: NDArray[np.int64] | None = None
    met: Numbers | None = None
    asked: Numbers | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, numbers: NDArray[Any]) -> Candidates:
        """Return some of the candidates, by their numbers."""
        more = [None if column is None else column.take(numbers) for column in self._more()]
        return Candidates(
            self.rows.take(numbers), self.values.take(numbers), self.squares.take(numbers), *more
        )

    def joined(self, others: Candidates) -> Candidates:
        """Return the candidates and others with the same columns."""
        if not len(others):
            return self
        more = [
            None if column is None or other is None else np.concatenate((column, other))
            for column, other in zip(self._more(), others._more(), strict=True)
        ]
        return Candidates(
            np.concatenate((self.rows, others.rows)),
            np.concatenate((self.values, others.values)),
            np.concatenate((self.squares, others.squares)),
            *more,
        )

    def unique(self) -> Candidates:
        """Return each row once for each plan, ascending, with the best of its values."""
        keys: list[NDArray[Any]] = [-self.values, self.rows]
        if self.plans is not None:
            keys.append(self.plans)
        order = np.lexsort(keys)
        return self.take(order[run_starts(*(key.take(order) for key in keys[1:]))])

    @property
    def km(self) -> Floats:
        """The approximate distance to each row in km; infinite without a point."""
        km = arcs_of(self.squares)
        km[self.squares == np.inf] = np.inf
        return km

    def _more(self) -> tuple[NDArray[Any] | None, ...]:
        return self.plans, self.met, self.asked


NO_CANDIDATES: Final = Candidates(np.empty(0, dtype=np.int32), np.empty(0), np.empty(0))


def run_starts(*columns: NDArray[Any]) -> NDArray[np.intp]:
    """Return where the runs of equal rows begin in columns."""
    is_new = np.zeros(len(columns[0]), dtype=bool)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_new)


def unmeasured(rows: Rows, values: Floats, plans: NDArray[np.int64] | None = None) -> Candidates:
    """Return candidates without distances."""
    return Candidates(rows, values, np.full(len(rows), np.inf), plans)


def estimate_scores(
    candidates: Candidates,
    columns: Columns,
    weights: Weights,
    freshness: Floats,
    is_within: NDArray[np.bool_] | None,
) -> Floats:
    """Estimate the scores of candidates whose criteria are counted. Only the distance is approximate.

    Args:
        candidates: the candidates.
        columns: the columns of their rows.
        weights: what each part adds to a score.
        freshness: how fresh records are, by the number of their facts about it.
        is_within: which candidates are known to be near enough; `None` if the need names no place.
    """
    rows, values = candidates.rows, candidates.values
    met, asked = candidates.met + (values >= weights.line), candidates.asked + 1  # type: ignore[operator]  # they are counted
    total = np.full(len(rows), weights.relevance)
    if is_within is not None:
        is_remote = columns.place.take(rows) == REMOTE
        met, asked = met + (is_within | is_remote), asked + 1
        # Without a point the distance is infinite, which adds nothing.
        near = candidates.km
        if columns.has_rough:
            near += ROUGH_SHARE * columns.radii(rows)
        near /= KM_A_MILE
        near += HALF_WAY
        np.divide(weights.proximity * HALF_WAY, near, out=near)
        total += near
        if is_remote.any():
            total[is_remote] += 0.5 * weights.proximity
    total += weights.certainty * (met / asked)
    if weights.freshness:
        total += weights.freshness * freshness.take(columns.facts["assured"].take(rows))
    return np.asarray(total * np.where(values > 0.0, values, IN_DOUBT))


def distance_keys(rank: Rank, candidates: Candidates, km: Floats, line: float) -> Floats:
    """Return one number for each candidate, less for a better one, for the orders in which distance decides.

    By distance, rows that are only a question form a second group. By relevance, each value forms a group.

    Args:
        rank: the order.
        candidates: the candidates.
        km: their distances.
        line: the lowest fit with which a need is met.
    """
    keys = np.minimum(km, NO_DISTANCE)
    if rank is Rank.DISTANCE:
        is_unsure = candidates.values < line
        if is_unsure.any():
            keys[is_unsure] += GROUP
    else:
        keys += np.unique(-candidates.values, return_inverse=True)[1] * GROUP
    return np.asarray(keys)


def doubt_of(key: float) -> float:
    """Return by how much one of `distance_keys` may be wrong, compared with another."""
    km = key % GROUP
    return ROUNDING if km > FARTHEST else 2.0 * error_km(km)


def doubts_of(keys: Floats) -> Floats:
    """Return `doubt_of` for many keys."""
    km = np.mod(keys, GROUP)
    return np.where(km > FARTHEST, ROUNDING, 2.0 * errors_km(km))
