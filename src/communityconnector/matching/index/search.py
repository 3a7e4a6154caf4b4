"""One search: the best rows of a segment for a plan, in order.

It visits only rows that lie both in a posting and in a circle, answers every criterion by looking up the row's facts,
and measures exactly only what may be among the best.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.index.answers import factors_by_number
from communityconnector.matching.index.candidates import (
    NO_CANDIDATES,
    SCORE_DOUBT,
    Candidates,
    distance_keys,
    doubt_of,
    estimate_scores,
    run_starts,
)
from communityconnector.matching.index.geometry import (
    FARTHEST,
    Floats,
    Origin,
    Rows,
    error_km,
    errors_km,
    square_of,
    squares_of,
)
from communityconnector.matching.index.need_postings import Cut, NeedPostings
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.scored_rows import AskedQuestion, ScoredRow, score_rows
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.shortcuts import MET, SILENT, UNMET
from communityconnector.matching.ranking import Rank, highest_score

_ALL_AT_ONCE: Final = {Rank.DISTANCE: 300, Rank.SCORE: 6000, Rank.RELEVANCE: 6000}
"""The largest number of candidates for which no smaller circle is drawn first. Only the order by
distance is complete within a circle; the others visit the same rows again in every circle."""
_FIRST_RING: Final = 120
"""The number of candidates that the first circle should hold."""
_FIRST_RADIUS: Final = 4.0
"""Radius of the first circle if there is no limit, km."""
_WIDER: Final = 2.5
"""The radius of each circle, divided by that of the one before."""
_SPARE: Final = 8
"""The number of spare rows that are measured before the ids decide among equal ones."""


class Search:
    """The search for one plan in one segment.

    Args:
        segment: the segment.
        plan: the plan.
    """

    def __init__(self, segment: Segment, plan: Plan) -> None:
        self._segment = segment
        self._columns = segment.columns
        self._plan = plan
        self._postings = NeedPostings(segment.columns, segment.strength, plan.need)
        self._questions: list[AskedQuestion] = [
            (question, segment.columns.facts[question.criterion.name], segment.answers(question))
            for question in plan.questions
        ]
        self._filters = [
            (question, codes, answers)
            for question, codes, answers in self._questions
            if not answers.harmless and (question.rules_out or question.is_relaxed)
        ]
        # Complete answers come first: of the others, only those are worked out that still matter.
        self._filters.sort(key=lambda asked: asked[2].fits is None)
        self._weighing = [
            (codes, answers, factors)
            for question, codes, answers in self._questions
            if not answers.mute
            and (factors := factors_by_number(plan.weights.of_criterion(question.criterion.name))) is not None
        ]
        self._last_cut: tuple[float, Cut] | None = None
        self._placed = len(segment.columns.keys)
        # An address may be nearer than the point that stands for it, so the circle must be wider.
        self._reach = min(plan.reach_km + segment.columns.rough_km, FARTHEST)
        self._rows = len(segment.columns.place)

    def best(self, count: int | None) -> list[ScoredRow]:
        """Return the best offers, in order.

        Args:
            count: the largest number of offers; `None` for all.
        """
        origin = self._plan.origin
        if count == 0:
            return []
        if origin is None:
            return self._ranked(self._fitting(self._between(0, self._rows)), count)
        elsewhere: Candidates | None = None
        for radius in self._radii(origin, count):
            near = self._near(origin, radius, self._cut(origin, radius))
            if self._plan.rank is Rank.DISTANCE:
                some = near
            else:
                elsewhere = self._elsewhere() if elsewhere is None else elsewhere
                some = near.joined(elsewhere)
            if count is not None and self._is_enough(some, radius, count):
                return self._ranked(some, count)
        near = self._near(origin, self._reach, self._cut(origin, self._reach))
        return self._ranked(near.joined(self._elsewhere() if elsewhere is None else elsewhere), count)

    def among(self, services: Sequence[int]) -> list[ScoredRow]:
        """Return the offers of some services that fit, in order.

        Args:
            services: the numbers of the services.
        """
        rows = self._columns.rows_of(services)
        runs, placed = np.column_stack((rows, rows + 1)).ravel(), 2 * int(rows.searchsorted(self._placed))
        origin = self._plan.origin
        if origin is None:
            return self._ranked(self._fitting(self._postings.candidates(self._postings.cut(runs))), None)
        near = self._near(origin, self._reach, self._postings.cut(runs[:placed]))
        elsewhere = self._postings.candidates(self._postings.cut(runs[placed:]))
        return self._ranked(near.joined(self._fitting(elsewhere)), None)

    def counts(self) -> tuple[int, Counter[str]]:
        """Return how many offers fit, and how many each criterion rules out."""
        plan, dead = self._plan, self._segment.dead
        ruled_out: Counter[str] = Counter()
        rows = self._between(0, self._rows).rows
        if dead is not None:
            rows = rows[~dead[rows]]
        fits = np.ones(len(rows), dtype=bool)
        for question, codes, answers in self._questions:
            if question.rules_out:
                is_out = answers.of(codes.take(rows)) == UNMET
                ruled_out[question.criterion.name] += int(is_out.sum())
                fits &= ~is_out
        if plan.origin is not None and plan.reach_km < FARTHEST:
            is_far = np.zeros(len(rows), dtype=bool)
            placed = rows < self._placed
            squares = plan.origin.squares(self._columns.space, rows[placed])
            is_far[placed] = ~self._may_be_within(plan.origin, rows[placed], squares)
            ruled_out["distance"] += int(is_far.sum())
            fits &= ~is_far
        return int(fits.sum()), +ruled_out

    def score_rows(self, rows: list[int]) -> list[ScoredRow]:
        """Measure and score rows that nothing rules out, and put them in order."""
        scored = score_rows(self._segment, self._plan, self._postings, self._questions, rows)
        scored.sort(key=lambda row: row.key)
        return scored

    def _between(self, first: int, last: int) -> Candidates:
        """Return the candidates in one run of rows."""
        return self._postings.candidates(self._postings.cut(np.array([first, last], dtype=np.int32)))

    def _radii(self, origin: Origin, count: int | None) -> Iterator[float]:
        """Yield radii of circles to visit before all that is in reach."""
        reach, at_once = self._reach, _ALL_AT_ONCE[self._plan.rank]
        if count is None or self._postings.longest <= at_once:
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
        """Return the parts of the postings in the box around a circle."""
        if self._last_cut is None or self._last_cut[0] != radius:
            keys, wide_from = self._columns.keys, self._columns.wide_from
            runs = origin.runs(keys[:wide_from], radius)
            if self._columns.has_wide:
                runs = np.append(runs, np.array([wide_from, self._placed], dtype=runs.dtype))
            self._last_cut = radius, self._postings.cut(runs)
        return self._last_cut[1]

    def _near(self, origin: Origin, radius: float, cut: Cut) -> Candidates:
        """Return the candidates of a cut that lie in a circle and that nothing rules out."""
        some = self._postings.candidates(cut)
        squares = origin.squares(self._columns.space, some.rows)
        is_inside = squares <= square_of(radius)
        if self._plan.reach_km <= radius and self._plan.reach_km < FARTHEST:
            is_within = self._may_be_within(origin, some.rows, squares)
            is_inside = is_within if radius >= self._reach else is_inside & is_within
        return self._fitting(Candidates(some.rows, some.values, squares).take(is_inside.nonzero()[0]))

    def _elsewhere(self) -> Candidates:
        """Return the candidates without a point that nothing rules out."""
        if self._placed == self._rows:
            return NO_CANDIDATES
        return self._fitting(self._between(self._placed, self._rows))

    def _may_be_within(self, origin: Origin, rows: Rows, squares: Floats) -> NDArray[np.bool_]:
        """Return which rows are not known to lie beyond the limit."""
        limit = self._plan.limit_km
        return (
            np.ones(len(rows), dtype=bool) if limit is None else self._within(origin, limit, 1, rows, squares)
        )

    def _within(
        self, origin: Origin, limit: float, sign: int, rows: Rows, squares: Floats
    ) -> NDArray[np.bool_]:
        """Return which rows may lie within a limit (sign 1), or surely do (-1). Rows in doubt are measured."""
        around = self._plan.around_km
        if not (self._columns.has_rough or around):
            doubts, within = np.zeros(len(rows)), squares <= square_of(limit + error_km(limit))
            surely = squares < square_of(max(0.0, limit - error_km(limit)))
        else:
            doubts = sign * (self._columns.radii(rows) + around)
            limits = limit + doubts
            errors = errors_km(limits)
            within, surely = squares <= squares_of(limits + errors), squares < squares_of(limits - errors)
        if np.count_nonzero(within) > np.count_nonzero(surely):
            for number in (within & ~surely).nonzero()[0].tolist():
                km = origin.km(*self._columns.points[rows[number]].tolist())
                within[number] = km - doubts[number] <= limit
        return np.asarray(within)

    def _is_known_within_limit(self, candidates: Candidates) -> NDArray[np.bool_] | None:
        """Return which candidates are known to be as near as the need allows; `None` if it names no place."""
        plan, rows, squares = self._plan, candidates.rows, candidates.squares
        if plan.origin is None:
            return None
        limit = plan.limit_km
        is_placed = squares < np.inf
        if limit is None or (plan.reach_km <= limit and not plan.around_km and not self._columns.has_rough):
            return is_placed
        placed = is_placed.nonzero()[0]
        is_placed[placed] = self._within(plan.origin, limit, -1, rows.take(placed), squares.take(placed))
        return is_placed

    def _fitting(self, candidates: Candidates) -> Candidates:
        """Return the candidates that nothing rules out, weighed; for near misses, those that miss what is relaxed."""
        plan, dead, rows = self._plan, self._segment.dead, candidates.rows
        if dead is None and not plan.only_misses and not self._filters:
            return self._weighed(candidates)
        fits = np.ones(len(rows), dtype=bool) if dead is None else ~dead[rows]
        misses = self._misses_distance(candidates) if plan.only_misses else None
        for question, codes, answers in self._filters:
            if answers.fits is not None:
                is_met = answers.fits.take(codes.take(rows))
            else:
                is_met = answers.of(codes.take(rows), fits) != UNMET
            if question.rules_out:
                fits &= is_met
            if misses is not None and question.is_relaxed:
                misses |= ~is_met
        if misses is not None:
            fits &= misses
        return self._weighed(candidates.take(fits.nonzero()[0]))

    def _weighed(self, candidates: Candidates) -> Candidates:
        """Return candidates with their fit: what the answers about them leave of the worth of their signs."""
        if not self._weighing or not len(candidates):
            return candidates
        left = np.ones(len(candidates))
        for codes, answers, factors in self._weighing:
            left *= factors.take(answers.of(codes.take(candidates.rows)))
        return attrs.evolve(candidates, values=candidates.values * left)

    def _misses_distance(self, candidates: Candidates) -> NDArray[np.bool_]:
        """Return which candidates are known to be farther than the need allows, if the distance gives way."""
        plan = self._plan
        misses = np.zeros(len(candidates), dtype=bool)
        if plan.relaxes_distance and plan.limit_km is not None and plan.origin is not None:
            placed = (candidates.squares < np.inf).nonzero()[0]
            rows, squares = candidates.rows.take(placed), candidates.squares.take(placed)
            misses[placed] = ~self._may_be_within(plan.origin, rows, squares)
        return misses

    def _is_enough(self, candidates: Candidates, radius: float, count: int) -> bool:
        """Return whether nothing beyond a radius can be among the best."""
        plan = self._plan
        sure_km = radius - error_km(radius)
        if plan.rank is not Rank.SCORE:
            least = plan.weights.line if plan.rank is Rank.DISTANCE else self._postings.most
            is_good = (candidates.values >= least) & (candidates.squares <= square_of(sure_km))
            return int(np.count_nonzero(is_good)) >= count
        if len(candidates) < count:
            return False
        scores = self._scores(candidates)
        last = np.partition(scores, len(scores) - count)[len(scores) - count]
        return bool(last > highest_score(plan.weights, self._postings.most, sure_km) + SCORE_DOUBT)

    def _scores(self, candidates: Candidates) -> Floats:
        """Estimate the scores of candidates."""
        met, asked = np.zeros((2, len(candidates)), dtype=np.int16)
        for _, codes, answers in self._questions:
            answer = answers.of(codes.take(candidates.rows))
            met += answer == MET
            asked += answer != SILENT
        counted = Candidates(candidates.rows, candidates.values, candidates.squares, met=met, asked=asked)
        fresh = self._segment.freshness(self._plan.query.now.date())
        return estimate_scores(
            counted, self._columns, self._plan.weights, fresh, self._is_known_within_limit(candidates)
        )

    def _ranked(self, candidates: Candidates, count: int | None) -> list[ScoredRow]:
        """Return the best of the candidates, measured exactly, in order."""
        if count is None or len(candidates) <= count:
            return self.score_rows(candidates.rows.tolist())
        return self.score_rows(self._best_rows(candidates, count).tolist())[:count]

    def _best_rows(self, candidates: Candidates, count: int) -> Rows:
        """Return the rows that may be among the best."""
        rank = self._plan.rank
        if rank is Rank.SCORE:
            keys = -self._scores(candidates)
            squares = candidates.squares
            is_far = (squares >= square_of(_FAR_KM)) & (squares < np.inf)
            doubt = _FAR_SCORE_DOUBT if is_far.any() else SCORE_DOUBT
            limit = np.partition(keys, count - 1)[count - 1] + doubt
        else:
            km = candidates.km
            keys = distance_keys(rank, candidates, km, self._plan.weights.line)
            unplaced = (km == np.inf).nonzero()[0]
            if rank is Rank.DISTANCE and len(unplaced):
                # Among rows without a point, the score decides.
                keys[unplaced] -= self._scores(candidates.take(unplaced))
            last = float(np.partition(keys, count - 1)[count - 1])
            limit = last + doubt_of(last)
        near = (keys <= limit).nonzero()[0]
        if len(near) > count + _SPARE:
            return self._without_surplus(candidates.take(near), keys[near], count)
        rows: Rows = candidates.rows.take(near)
        return rows

    def _without_surplus(self, candidates: Candidates, keys: Floats, count: int) -> Rows:
        """Return the rows without those that follow so many equal ones, in the order of ids."""
        columns = [self._columns.order[candidates.rows], keys]
        if self._plan.rank is Rank.DISTANCE:
            columns.insert(1, -self._scores(candidates))
        order = np.lexsort(columns)
        starts = run_starts(*(column[order] for column in columns[1:]))
        place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        rows: Rows = candidates.rows.take(order[place < count])
        return rows


_FAR_KM: Final = 2000.0
_FAR_SCORE_DOUBT: Final = 1e-2
"""The same where rows are so far away that chords give only rough distances."""
