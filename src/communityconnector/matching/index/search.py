"""One search: which rows of a segment are the best for a plan, in order.

It looks only at rows that a posting and a circle have in common, answers every criterion by looking its facts up, and
measures exactly only what may be among the best.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria.place import KM_A_MILE, ROUGH_KM, USUAL_KM
from communityconnector.matching.index.columns import ABOUT, REMOTE, Numbers
from communityconnector.matching.index.gathering import Cut, Gathering
from communityconnector.matching.index.geometry import (
    FARTHEST,
    Floats,
    Origin,
    Rows,
    arc_of,
    arcs_of,
    error_km,
    square_of,
)
from communityconnector.matching.index.measuring import Answered, Found, measured
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.shortcuts import MET, SILENT, UNMET
from communityconnector.matching.ranking import (
    HALF_WAY,
    IN_DOUBT,
    SURE_ENOUGH,
    Rank,
)

if TYPE_CHECKING:
    from communityconnector.matching.index.segment import Segment

_ALL_AT_ONCE: Final = {Rank.DISTANCE: 300, Rank.SCORE: 6000, Rank.RELEVANCE: 6000}
"""So many candidates are looked at without drawing a smaller circle first. Only the nearest are told by circles
alone; other orders look at the same rows again in every circle."""
_FIRST_RING: Final = 120
"""How many candidates the first circle should hold."""
_FIRST_RADIUS: Final = 4.0
"""Radius of the first circle where there is no limit, km."""
_WIDER: Final = 2.5
"""Each circle is so many times as wide as the one before."""
_SPARE: Final = 8
"""So many more rows than asked for are measured before those that are alike are told apart by their ids."""


@attrs.frozen(slots=True)
class _Fits:
    """Rows that nothing rules out, as far as it is known without measuring exactly.

    Attributes:
        rows: the rows.
        values: how well each fits the need; less than `SURE_ENOUGH` where it only may.
        squares: squares of the chords to them (`Origin.squares`); `None` where nothing was measured.
    """

    rows: Rows
    values: Floats
    squares: Floats | None


class Search:
    """The search for one plan in one segment.

    Args:
        segment: where to look.
        plan: what for.
    """

    def __init__(self, segment: Segment, plan: Plan) -> None:
        self._segment = segment
        self._columns = segment.columns
        self._plan = plan
        self._gather = Gathering(segment.columns, segment.strength, plan.purpose)
        self._asked: list[Answered] = [
            (question, segment.columns.facts[question.criterion.name], segment.answers(question))
            for question in plan.questions
        ]
        self._narrowing = [
            asked
            for asked in self._asked
            if not asked[2].harmless and (asked[0].rules_out or asked[0].relaxed)
        ]
        # Answers that are all worked out come first: of the rest only those are worked out that still matter.
        self._narrowing.sort(key=lambda asked: asked[2].fits is None)
        self._last_cut: tuple[float, Cut] | None = None
        self._placed = len(segment.columns.keys)
        # What only a postal code places may be nearer than that says: one has to look farther for it.
        self._rough = ROUGH_KM if segment.columns.has_rough else 0.0
        self._reach = min(plan.reach + self._rough, FARTHEST)
        self._rows = len(segment.columns.place)

    def best(self, count: int | None) -> list[Found]:
        """The best offers, in order.

        Args:
            count: how many at most; `None` for all.
        """
        origin = self._plan.origin
        if origin is None or not self._placed:
            return self._in_order([self._fits(*self._gathered(0, self._rows), None)], count)
        elsewhere: _Fits | None = None
        for radius in self._radii(origin, count):
            near = self._near(origin, radius, self._cut(origin, radius))
            if elsewhere is None and self._plan.rank is not Rank.DISTANCE:
                elsewhere = self._elsewhere()
            if count is not None and self._enough(near, elsewhere, radius, count):
                return self._in_order([near] if elsewhere is None else [near, elsewhere], count)
        near = self._near(origin, self._reach, self._cut(origin, self._reach))
        return self._in_order([near, self._elsewhere() if elsewhere is None else elsewhere], count)

    def among(self, services: Sequence[int]) -> list[Found]:
        """The offers of some services that fit, in order.

        Args:
            services: the services, by their numbers.
        """
        rows = self._columns.rows_of(services)
        runs, placed = np.column_stack((rows, rows + 1)).ravel(), 2 * int(rows.searchsorted(self._placed))
        origin = self._plan.origin
        if origin is None:
            return self._in_order([self._fits(*self._gather.rows(self._gather.cut(runs)), None)], None)
        near = self._near(origin, self._reach, self._gather.cut(runs[:placed]))
        elsewhere = self._fits(*self._gather.rows(self._gather.cut(runs[placed:])), None)
        return self._in_order([near, elsewhere], None)

    def counts(self) -> tuple[int, Counter[str]]:
        """How many offers fit, and how many each criterion rules out."""
        plan, dead = self._plan, self._segment.dead
        ruled_out: Counter[str] = Counter()
        rows, _ = self._gathered(0, self._rows)
        if dead is not None:
            rows = rows[~dead[rows]]
        fitting = np.ones(len(rows), dtype=bool)
        for question, codes, answers in self._asked:
            if question.rules_out:
                out = answers.of(codes.take(rows)) == UNMET
                ruled_out[question.criterion.name] += int(out.sum())
                fitting &= ~out
        if plan.origin is not None and plan.reach < FARTHEST:
            far = np.zeros(len(rows), dtype=bool)
            placed = rows < self._placed
            there = rows[placed]
            squares = plan.origin.squares(self._columns.space, there)
            far[placed] = ~self._may_be_within(plan.origin, plan.reach, there, squares)
            ruled_out["distance"] += int(far.sum())
            fitting &= ~far
        return int(fitting.sum()), +ruled_out

    def _gathered(self, first: int, last: int) -> tuple[Rows, Floats]:
        """The rows of one run that may fit what is needed, with how well."""
        return self._gather.rows(self._gather.cut(np.array([first, last], dtype=np.int32)))

    def _radii(self, origin: Origin, count: int | None) -> Iterator[float]:
        """Radii of circles to look in before looking at all that is in reach."""
        reach, at_once = self._reach, _ALL_AT_ONCE[self._plan.rank]
        if count is None or self._gather.longest <= at_once:
            return
        wanted = max(_FIRST_RING, 6 * count)
        if reach >= FARTHEST:
            radius = _FIRST_RADIUS
            while radius < reach and self._cut(origin, radius).total < wanted:
                radius *= _WIDER
        else:
            inside = self._cut(origin, reach).total
            radius = reach if inside <= max(at_once, 2 * wanted) else reach * math.sqrt(wanted / inside)
        while radius < reach / 1.5:
            yield radius
            radius *= _WIDER

    def _cut(self, origin: Origin, radius: float) -> Cut:
        """Where postings cross a circle."""
        if self._last_cut is None or self._last_cut[0] != radius:
            self._last_cut = radius, self._gather.cut(origin.runs(self._columns.keys, radius))
        return self._last_cut[1]

    def _near(self, origin: Origin, radius: float, cut: Cut) -> _Fits:
        """Rows with a point in a circle, of some that may be."""
        rows, values = self._gather.rows(cut)
        squares = origin.squares(self._columns.space, rows)
        inside = squares <= square_of(radius)
        if radius >= self._plan.reach:
            within = self._may_be_within(origin, self._plan.reach, rows, squares)
            inside = within if radius >= self._reach else inside & within
        here = inside.nonzero()[0]
        return self._fits(rows.take(here), values.take(here), squares.take(here))

    def _elsewhere(self) -> _Fits:
        """Rows without a point."""
        if self._placed == self._rows:
            return _NOTHING
        return self._fits(*self._gathered(self._placed, self._rows), None)

    def _may_be_within(self, origin: Origin, km: float, rows: Rows, squares: Floats) -> NDArray[np.bool_]:
        """Which rows are not known to lie farther than so."""
        inside = self._within(origin, km, rows, squares)
        if self._rough:
            rough = (self._columns.place.take(rows) == ABOUT).nonzero()[0]
            inside[rough] = self._within(origin, km + self._rough, rows.take(rough), squares.take(rough))
        return inside

    def _surely_within(self, origin: Origin, km: float, rows: Rows, squares: Floats) -> NDArray[np.bool_]:
        """Which rows are known to lie no farther than so."""
        inside = self._within(origin, km, rows, squares)
        if self._rough:
            rough = (self._columns.place.take(rows) == ABOUT).nonzero()[0]
            inside[rough] = (
                squares.take(rough) <= square_of(max(0.0, km - USUAL_KM)) if km >= USUAL_KM else False
            )
        return inside

    def _within(self, origin: Origin, km: float, rows: Rows, squares: Floats) -> NDArray[np.bool_]:
        """Which rows lie no farther than so; those in doubt are measured."""
        doubt = error_km(km)
        inside = squares <= square_of(km + doubt)
        surely = squares < square_of(max(0.0, km - doubt))
        if np.count_nonzero(inside) == np.count_nonzero(surely):
            return inside
        doubtful = (inside & ~surely).nonzero()[0]
        for number in doubtful.tolist():
            inside[number] = origin.km(*self._columns.points[rows[number]].tolist()) <= km
        return inside

    def _fits(self, rows: Rows, values: Floats, squares: Floats | None) -> _Fits:
        """Those of some rows that nothing rules out."""
        plan, dead = self._plan, self._segment.dead
        if dead is None and not plan.misses and not self._narrowing:
            return _Fits(rows, values, squares)
        keep = np.ones(len(rows), dtype=bool) if dead is None else ~dead[rows]
        missed = self._too_far(rows, squares) if plan.misses else None
        for question, codes, answers in self._narrowing:
            if answers.fits is not None:
                fits = answers.fits.take(codes.take(rows))
            else:
                fits = answers.of(codes.take(rows), keep) != UNMET
            if question.rules_out:
                keep &= fits
            if missed is not None and question.relaxed:
                missed |= ~fits
        if missed is not None:
            keep &= missed
        kept = keep.nonzero()[0]
        return _Fits(rows.take(kept), values.take(kept), None if squares is None else squares.take(kept))

    def _too_far(self, rows: Rows, squares: Floats | None) -> NDArray[np.bool_]:
        """Which rows are known to be farther than was said, where that gives way."""
        plan = self._plan
        if not plan.distance_relaxed or plan.stated is None or plan.origin is None or squares is None:
            return np.zeros(len(rows), dtype=bool)
        return ~self._may_be_within(plan.origin, plan.stated, rows, squares)

    def _enough(self, near: _Fits, elsewhere: _Fits | None, radius: float, count: int) -> bool:
        """Whether nothing beyond a radius can be among the best."""
        plan = self._plan
        sure_km = radius - error_km(radius)
        if plan.rank is not Rank.SCORE:
            good = near.values >= (SURE_ENOUGH if plan.rank is Rank.DISTANCE else self._gather.most)
            return (
                near.squares is not None
                and int(np.count_nonzero(good & (near.squares <= square_of(sure_km)))) >= count
            )
        totals = np.concatenate([self._totals(fits) for fits in (near, elsewhere) if fits is not None])
        if len(totals) < count:
            return False
        weights = plan.weights
        kth = np.partition(totals, len(totals) - count)[len(totals) - count]
        beyond = HALF_WAY / (HALF_WAY + sure_km / KM_A_MILE)
        most = weights.relevance + weights.proximity * beyond + weights.certainty + weights.freshness
        return bool(kth > self._gather.most * most + 1e-6)

    def _totals(self, fits: _Fits) -> Floats:
        """About what rows score."""
        plan, weights, rows = self._plan, self._plan.weights, fits.rows
        met = (fits.values >= SURE_ENOUGH).astype(np.int16)
        asked = np.ones(len(rows), dtype=np.int16)
        for _, codes, answers in self._asked:
            found = answers.of(codes.take(rows))
            met += found == MET
            asked += found != SILENT
        total = np.zeros(len(rows))
        if plan.origin is not None:
            asked += 1
            if fits.squares is None:
                remote = self._columns.place[rows] == REMOTE
                met += remote
                total += weights.proximity * 0.5 * remote
            else:
                km = arcs_of(fits.squares)
                total += weights.proximity * HALF_WAY / (HALF_WAY + km / KM_A_MILE)
                if plan.stated is None or (plan.reach <= plan.stated and not self._rough):
                    met += 1
                else:
                    met += self._surely_within(plan.origin, plan.stated, rows, fits.squares)
        total += weights.relevance
        total += weights.certainty * (met / asked)
        if weights.freshness:
            total += weights.freshness * self._freshness[self._columns.facts["assured"][rows]]
        return total * np.where(fits.values > 0.0, fits.values, IN_DOUBT)

    @property
    def _freshness(self) -> Floats:
        return self._segment.freshness(self._plan.query.now.date())

    def _in_order(self, all_fits: list[_Fits], count: int | None) -> list[Found]:
        """The best of some rows, measured exactly."""
        return self.first_of(self._candidates(all_fits, count), count)

    def first_of(self, rows: list[int], count: int | None) -> list[Found]:
        """The best of rows that nothing rules out, measured exactly, in order."""
        found = measured(self._segment, self._plan, self._gather, self._asked, rows)
        found.sort(key=lambda one: one.key)
        return found if count is None else found[:count]

    def _candidates(self, all_fits: list[_Fits], count: int | None) -> list[int]:
        """Rows that may be among the best."""
        if count is None or sum(len(fits.rows) for fits in all_fits) <= count:
            return [row for fits in all_fits for row in fits.rows.tolist()]
        if self._plan.rank is Rank.SCORE:
            rows = np.concatenate([fits.rows for fits in all_fits])
            totals = np.concatenate([self._totals(fits) for fits in all_fits])
            squares = (fits.squares for fits in all_fits if fits.squares is not None)
            farthest = max((float(some.max(initial=0.0)) for some in squares), default=0.0)
            doubt = 1e-6 if farthest < square_of(2000.0) else 1e-2
            return self._least(rows, -totals, lambda worth: worth + doubt, count)
        chosen: list[int] = []
        for fits, some in self._groups(all_fits):
            left = count - len(chosen)
            if left <= 0:
                break
            chosen += self._first_of(fits, some, left)
        return chosen

    def _groups(self, all_fits: list[_Fits]) -> Iterator[tuple[_Fits, Numbers | slice]]:
        """Rows that stand before all that come after them, whatever their distance or score."""
        if self._plan.rank is Rank.DISTANCE:
            if self._gather.sure:
                for fits in all_fits:
                    yield fits, slice(None)
                return
            for sure in (True, False):
                for fits in all_fits:
                    yield fits, np.flatnonzero((fits.values >= SURE_ENOUGH) == sure)
            return
        values = np.unique(np.concatenate([fits.values for fits in all_fits]))
        for value in values[::-1].tolist():
            for fits in all_fits:
                yield fits, np.flatnonzero(fits.values == value)

    def _first_of(self, fits: _Fits, some: Numbers | slice, count: int) -> list[int]:
        rows = fits.rows[some]
        if len(rows) <= count:
            return list(rows.tolist())
        squares = None if fits.squares is None else fits.squares[some]

        def worse() -> Floats:
            return -self._totals(_Fits(rows, fits.values[some], squares))

        ties = worse if self._plan.rank is Rank.DISTANCE else None
        if squares is not None:
            return self._least(rows, squares, _and_alike, count, ties)
        if ties is not None:
            return self._least(rows, ties(), lambda worth: worth + 1e-9, count)
        return self._least(rows, np.zeros(len(rows)), lambda worth: worth, count)

    def _least(
        self,
        rows: Rows,
        worth: Floats,
        limit: Callable[[float], float],
        count: int,
        ties: Callable[[], Floats] | None = None,
    ) -> list[int]:
        """Rows whose worth may be among the least; of those that are alike, the first by id."""
        kth = float(np.partition(worth, count - 1)[count - 1])
        near = (worth <= limit(kth)).nonzero()[0]
        if len(near) > count + _SPARE:
            keys = [self._columns.order[rows[near]], worth[near]]
            if ties is not None:
                keys.insert(1, ties()[near])
            order = np.lexsort(keys)
            new = np.ones(len(near), dtype=bool)
            new[1:] = False
            for key in keys[1:]:
                ordered = key[order]
                new[1:] |= ordered[1:] != ordered[:-1]
            starts = np.flatnonzero(new)
            place = np.arange(len(near)) - np.repeat(starts, np.diff(np.append(starts, len(near))))
            near = near[order][place < count]
        return list(rows.take(near).tolist())


_NOTHING: Final = _Fits(np.empty(0, dtype=np.int32), np.empty(0), None)


def _and_alike(square: float) -> float:
    """The square of a chord, and of those that may be under no longer line."""
    km = arc_of(square)
    return square_of(km + 2.0 * error_km(km))
