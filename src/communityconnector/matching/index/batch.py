"""The batch search: the steps of `Search`, each taken for hundreds of plans at once.

A plan that a batch cannot finish is left to `Search`: its place is at the end of a band, more rows are equal than there
are spare ones, or the circle was too small.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.index.answers import factors_by_number
from communityconnector.matching.index.batch_questions import BatchQuestions
from communityconnector.matching.index.candidates import (
    GROUP,
    NO_CANDIDATES,
    SCORE_DOUBT,
    Candidates,
    distance_keys,
    doubts_of,
    estimate_scores,
    unmeasured,
)
from communityconnector.matching.index.geometry import Floats, boxes, errors_km
from communityconnector.matching.index.need_postings import NeedPostings, Posting
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.shortcuts import MET, SILENT, UNMET
from communityconnector.matching.need_criteria import NeedCriteria
from communityconnector.matching.ranking import Rank

_BATCH_SIZE: Final = 512
"""The number of plans in a batch."""
_DENSE: Final = 300
"""With more candidates than this, a smaller circle is drawn first if the nearest are wanted."""
_FIRST_RING: Final = 150
"""The number of candidates that the first circle should hold."""
_WIDER: Final = 5
"""How many times as many candidates the second circle should hold."""
_MOST: Final = 1_000_000
"""The largest number of candidates in a batch. Plans beyond it are left to `Search`."""
_FARTHEST: Final = 2000.0
"""The largest reach of a plan in a batch, km. Beyond it, chords give distances too roughly for scores."""
_SPARE: Final = 4
"""The number of spare rows that are measured. If more are equal, the plan is left to `Search`."""

_Flags = NDArray[np.bool_]
_PlanNumbers = NDArray[np.int64]


def best_rows(segment: Segment, plans: Sequence[Plan], count: int) -> list[list[int] | None]:
    """Return for each plan the rows that may be among the best; `None` for a plan that is left to `Search`.

    Args:
        segment: the segment.
        plans: the plans, all of one rank.
        count: the number of offers that is wanted for each.
    """
    rows: list[list[int] | None] = [None] * len(plans)
    open_plans = [number for number, plan in enumerate(plans) if _is_suitable(segment, plan)]
    # Plans for one need stand together, and so do their candidates.
    kinds: dict[NeedCriteria, int] = {}
    open_plans.sort(key=lambda number: kinds.setdefault(plans[number].need, len(kinds)))
    # If a smaller circle did not hold enough, a wider one is drawn, and then the whole one.
    for ring in (1, _WIDER, None):
        for first in range(0, len(open_plans), _BATCH_SIZE):
            numbers = open_plans[first : first + _BATCH_SIZE]
            search = BatchSearch(segment, [plans[number] for number in numbers], count, ring)
            for number, rows_of_plan in zip(numbers, search.best_rows(), strict=True):
                rows[number] = rows_of_plan
        open_plans = [number for number in open_plans if rows[number] is None]
    return rows


def _is_suitable(segment: Segment, plan: Plan) -> bool:
    is_limited = plan.origin is not None and plan.reach_km <= _FARTHEST
    is_plain = plan.rank is not Rank.RELEVANCE and not (plan.only_misses or plan.need.words or plan.around_km)
    return is_limited and is_plain and segment.dead is None and len(segment.columns.keys) > 0


class _Cut(NamedTuple):
    """The parts of a posting in some runs of rows: where each begins, how long it is, and the plan that it is for."""

    posting: Posting
    begins: _PlanNumbers
    lengths: _PlanNumbers
    plans: _PlanNumbers


@attrs.frozen(eq=False)
class _Near:
    """What lies in the boxes around circles.

    Attributes:
        are_plain: by plan, whether its box is plain (see `boxes`).
        totals: by plan, the number of rows; some may count twice.
        cuts: the parts of the postings in the boxes.
    """

    are_plain: _Flags
    totals: _PlanNumbers
    cuts: Sequence[_Cut]

    def not_too_many(self, wanted: _Flags) -> _Flags:
        """Return those of the wanted plans with plain boxes that together have no more rows than a batch may have."""
        wanted = wanted & self.are_plain
        return np.asarray(wanted & (np.cumsum(np.where(wanted, self.totals, 0)) <= _MOST))

    def candidates(self, wanted: _Flags) -> Candidates:
        """Return the candidates of some plans, without distances."""
        pieces = []
        for posting, begins, all_lengths, owners in self.cuts:
            lengths = np.where(wanted[owners], all_lengths, 0)
            total = int(lengths.sum())
            if total:
                offsets = np.cumsum(lengths) - lengths
                where = np.repeat(begins - offsets, lengths) + np.arange(total)
                pieces.append((posting.rows[where], posting.values(where), np.repeat(owners, lengths)))
        return _concatenated(pieces)


def _concatenated(pieces: Sequence[tuple[NDArray[Any], ...]]) -> Candidates:
    """Return candidates from pieces of rows, values and plans."""
    rows, values, plans = map(np.concatenate, zip(_NO_PIECE, *pieces, strict=True))
    return unmeasured(rows, values, plans)


class BatchSearch:
    """The search for many plans in one segment.

    Args:
        segment: the segment.
        plans: the plans, those for one need together.
        count: the number of offers that is wanted for each.
        ring: if the nearest are wanted, a smaller circle is drawn first, which should hold this many times the
            candidates of the smallest; `None` for no smaller circle.
    """

    def __init__(self, segment: Segment, plans: Sequence[Plan], count: int, ring: int | None) -> None:
        self._segment = segment
        self._columns = segment.columns
        self._plans = plans
        self._count = count
        self._ring = ring
        origins = [plan.origin for plan in plans if plan.origin is not None]
        self._latitudes = np.array([origin.latitude for origin in origins])
        self._longitudes = np.array([origin.longitude for origin in origins])
        self._spots = np.array([origin.spot for origin in origins])
        self._limit = np.array([plan.reach_km for plan in plans])
        # An address may be nearer than the point that stands for it, so the circle must be wider.
        self._reach = self._limit + segment.columns.rough_km
        self._is_by_distance = plans[0].rank is Rank.DISTANCE
        self._placed = len(self._columns.keys)
        self._groups = list(self._by_need())

    def _by_need(self) -> Iterator[tuple[int, int, NeedPostings]]:
        first = 0
        for last in range(1, len(self._plans) + 1):
            need = self._plans[first].need
            if last == len(self._plans) or (
                self._plans[last].need is not need and self._plans[last].need != need
            ):
                yield first, last, NeedPostings(self._columns, self._segment.strength, need)
                first = last

    def best_rows(self) -> list[list[int] | None]:
        """Return for each plan the rows that may be among the best; `None` for a plan that is not finished."""
        km = self._reach
        whole = self._near(km, np.arange(len(km)))
        is_dense = np.zeros(len(km), dtype=bool)
        if self._is_by_distance and self._ring is not None:
            wanted = self._ring * self._first_ring
            is_dense = whole.totals > max(_DENSE, 2 * wanted)
            km = np.where(is_dense, km * np.sqrt(wanted / np.maximum(whole.totals, 1)), km)
        is_done = whole.not_too_many(~is_dense)
        candidates = whole.candidates(is_done)
        if is_dense.any():
            ring = self._near(km, is_dense.nonzero()[0])
            is_in_ring = ring.not_too_many(is_dense)
            candidates = candidates.joined(ring.candidates(is_in_ring))
            is_done |= is_in_ring
        if any(len(postings.parts) > 1 for *_, postings in self._groups):
            candidates = candidates.unique()
        near = self._fitting(self._within(candidates, km, is_done))
        if self._placed < len(self._columns.place):
            sure = np.bincount(
                _plans(near)[near.values >= self._plans[0].weights.line], minlength=len(is_done)
            )
            near = near.joined(self._fitting(self._elsewhere(is_done, sure)))
        sure_km = np.where(km < self._reach, km - 2.0 * errors_km(km), np.inf)
        return self._best(near, is_done, sure_km)

    @property
    def _first_ring(self) -> int:
        """The number of candidates that a smaller circle should hold: more if some of them may be ruled out."""
        return max(_FIRST_RING if self._filters else 0, 6 * self._count)

    def _near(self, km: Floats, which: _PlanNumbers) -> _Near:
        """Return what lies in the boxes around the circles of some plans."""
        are_plain, owner, low, high = boxes(self._latitudes[which], self._longitudes[which], km[which])
        owner = which[owner]
        keys = self._columns.keys
        begins, ends = keys.searchsorted(low).astype(np.int32), keys.searchsorted(high).astype(np.int32)
        ends_of_plans = np.searchsorted(owner, np.arange(len(self._plans) + 1)).tolist()
        totals = np.zeros(len(self._plans), dtype=np.int64)
        cuts = []
        wide = np.array([self._columns.wide_from, self._placed], dtype=np.int32)
        for first, last, postings in self._groups:
            runs = slice(ends_of_plans[first], ends_of_plans[last])
            if runs.start == runs.stop:
                continue
            plans = owner[runs]
            for posting in postings.parts:
                at = posting.rows.searchsorted(begins[runs])
                lengths = posting.rows.searchsorted(ends[runs]) - at
                counts = np.bincount(plans - first, weights=lengths, minlength=last - first)
                totals[first:last] += counts.astype(np.int64)
                cuts.append(_Cut(posting, at, lengths, plans))
                if self._columns.has_wide:
                    wanted = np.unique(plans)
                    begin, end = posting.rows.searchsorted(wide).tolist()
                    totals[wanted] += end - begin
                    same = np.full(len(wanted), begin), np.full(len(wanted), end - begin)
                    cuts.append(_Cut(posting, *same, wanted))
        is_plain = np.zeros(len(self._plans), dtype=bool)
        is_plain[which] = are_plain
        return _Near(is_plain, totals, cuts)

    def _within(self, candidates: Candidates, km: Floats, is_done: _Flags) -> Candidates:
        """Return the candidates in their circles, with distances.

        A plan with candidates in doubt at the edge of all that is in reach is not done.
        """
        plans = _plans(candidates)
        steps = self._columns.space.take(candidates.rows, axis=0)
        steps -= self._spots.take(plans, axis=0)
        squares = np.asarray(np.einsum("ij,ij->i", steps, steps))
        measured = Candidates(candidates.rows, candidates.values, squares, plans)
        limit, away = km[plans], measured.km
        allowed = self._limit[plans]
        if self._columns.has_rough:
            allowed = allowed + self._columns.radii(candidates.rows)
        # Where everything in reach is visited, a wide place may be farther than the circle.
        limit = np.where(limit >= self._reach[plans], allowed, np.minimum(limit, allowed))
        is_last = limit >= allowed
        is_done[plans[is_last & (np.abs(away - limit) <= errors_km(limit))]] = False
        return measured.take((away <= limit).nonzero()[0])

    def _elsewhere(self, is_done: _Flags, near: _PlanNumbers) -> Candidates:
        """Return the candidates without a point. If the nearest are wanted and there are enough, none are needed."""
        pieces = []
        run = np.array([self._placed, len(self._columns.place)], dtype=np.int32)
        for first, last, postings in self._groups:
            plans = [
                number
                for number in range(first, last)
                if is_done[number] and not (self._is_by_distance and near[number] >= self._count)
            ]
            if not plans:
                continue
            some = postings.candidates(postings.cut(run))
            if len(some) > _DENSE:
                is_done[plans] = False
                continue
            pieces.append(
                (
                    np.tile(some.rows, len(plans)),
                    np.tile(some.values, len(plans)),
                    np.repeat(plans, len(some)),
                )
            )
        return _concatenated(pieces)

    def _fitting(self, candidates: Candidates) -> Candidates:
        """Return the candidates that nothing rules out, weighed, with the numbers of criteria that they meet and that apply."""
        rows, plans, kept = candidates.rows, _plans(candidates), np.arange(len(candidates))
        met, asked = np.zeros((2, len(kept)), dtype=np.int16)
        left_of_fit = np.ones(len(kept))
        for questions in self._filters:
            answers = questions.answers(plans, self._columns.facts[questions.name].take(rows))
            met += answers == MET
            asked += answers != SILENT
            if questions.factors is not None:
                left_of_fit *= questions.factors.take(answers)
            is_out = answers == UNMET
            is_out &= questions.rules_out.take(plans)
            if is_out.any():
                left = (~is_out).nonzero()[0]
                rows, plans, kept = rows.take(left), plans.take(left), kept.take(left)
                met, asked, left_of_fit = met.take(left), asked.take(left), left_of_fit.take(left)
        fitting = candidates.take(kept)
        return attrs.evolve(fitting, values=fitting.values * left_of_fit, met=met, asked=asked)

    @cached_property
    def _filters(self) -> Sequence[BatchQuestions]:
        """What the plans ask of each criterion that may change the result."""
        by_criterion: dict[str, BatchQuestions] = {}
        for number, plan in enumerate(self._plans):
            for question in plan.questions:
                answers = self._segment.answers(question)
                name = question.criterion.name
                factors = factors_by_number(plan.weights.of_criterion(name))
                if answers.mute or (self._is_by_distance and answers.harmless and factors is None):
                    continue
                questions = by_criterion.get(name)
                if questions is None:
                    questions = by_criterion[name] = BatchQuestions(name, factors, len(self._plans))
                questions.add(number, question, answers)
        return tuple(by_criterion.values())

    def _best(self, candidates: Candidates, is_done: _Flags, sure_km: Floats) -> list[list[int] | None]:
        """Return for each plan that is done its best candidates.

        Args:
            candidates: the candidates.
            is_done: which plans are done so far.
            sure_km: by plan, the distance up to which everything was visited.
        """
        if self._is_by_distance:
            keys, spread = (
                distance_keys(Rank.DISTANCE, candidates, candidates.km, self._plans[0].weights.line),
                4.0 * GROUP,
            )
        else:
            keys, spread = -self._scores(candidates), 4.0
        likely = self._likely(_plans(candidates), keys)
        # One number holds the plan and the key: it still separates a tenth of a millimeter.
        order = likely[np.argsort(_plans(candidates)[likely] * spread + keys[likely])]
        keys = keys[order]
        starts = np.searchsorted(_plans(candidates)[order], np.arange(len(is_done) + 1))
        first, last, end = starts[:-1], starts[1:], starts[:-1] + self._count
        if len(order):
            worst = keys[np.minimum(end - 1, len(order) - 1)]
            beyond = keys[np.minimum(end + _SPARE, len(order) - 1)]
            # What follows the spare rows must surely be worse than what is wanted.
            doubt = doubts_of(beyond) if self._is_by_distance else 2.0 * SCORE_DOUBT
            is_done &= (last <= end + _SPARE) | (beyond > worst + doubt)
            # Nothing was visited beyond a smaller circle.
            is_done &= ~np.isfinite(sure_km) | ((last >= end) & (worst <= sure_km))
        else:
            is_done &= ~np.isfinite(sure_km)
        rows = candidates.rows[order].tolist()
        cuts = zip(is_done.tolist(), first.tolist(), np.minimum(last, end + _SPARE).tolist(), strict=True)
        return [rows[begin:until] if done else None for done, begin, until in cuts]

    def _likely(self, plans: _PlanNumbers, keys: Floats) -> _PlanNumbers:
        """Return the candidates that hold the best of each plan, without putting all in order."""
        wanted = self._count + _SPARE
        by_plan = np.argsort(plans, kind="stable")
        keys_by_plan = keys[by_plan]
        starts = np.searchsorted(plans[by_plan], np.arange(len(self._plans) + 1)).tolist()
        limit = np.full(len(self._plans), np.inf)
        for number, (begin, end) in enumerate(itertools.pairwise(starts)):
            if end - begin > 2 * wanted:
                limit[number] = np.partition(keys_by_plan[begin:end], wanted)[wanted]
        return (keys <= limit[plans]).nonzero()[0]

    def _scores(self, candidates: Candidates) -> Floats:
        """Estimate the scores of candidates."""
        km = candidates.km
        is_within = km < np.inf
        if self._columns.has_rough:
            radii = self._columns.radii(candidates.rows)
            is_within &= (radii == 0.0) | (km + radii <= self._limit[_plans(candidates)])
        first = self._plans[0]
        fresh = self._segment.freshness(first.query.now.date())
        return estimate_scores(candidates, self._columns, first.weights, fresh, is_within)


def _plans(candidates: Candidates) -> _PlanNumbers:
    """Return the plans of the candidates of a batch, which always have them."""
    return _NO_PLANS if candidates.plans is None else candidates.plans


_NO_PLANS: Final = np.empty(0, dtype=np.int64)
_NO_PIECE: Final = (NO_CANDIDATES.rows, NO_CANDIDATES.values, _NO_PLANS)
