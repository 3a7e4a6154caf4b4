"""Many searches at once: the same steps as `search`, each done for hundreds of plans in one stroke.

What a stroke cannot settle (a place at the end of a band, ties beyond the spare rows, a circle that was drawn too
small) is left to be searched one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria.place import KM_A_MILE, ROUGH_KM, USUAL_KM
from communityconnector.matching.index.columns import ABOUT, REMOTE, Numbers
from communityconnector.matching.index.gathering import Gathering
from communityconnector.matching.index.geometry import Floats, Rows, arcs_of, boxes, errors_km
from communityconnector.matching.index.plan import Plan, Question
from communityconnector.matching.index.shortcuts import MET, OPEN, SILENT, UNMET
from communityconnector.matching.purpose import Asked
from communityconnector.matching.ranking import HALF_WAY, IN_DOUBT, SURE_ENOUGH, Rank

if TYPE_CHECKING:
    from communityconnector.matching.index.answers import Answers
    from communityconnector.matching.index.segment import Segment

_AT_ONCE: Final = 512
"""So many plans make a stroke."""
_DENSE: Final = 300
"""With more candidates than this, a smaller circle is drawn first where the nearest are wanted."""
_FIRST_RING: Final = 150
_WIDER: Final = 5
"""A second smaller circle should hold so many times as many candidates as the first."""
_MOST: Final = 1_000_000
"""A stroke has no more candidates than this; plans beyond it are searched by themselves."""
_FARTHEST: Final = 2000.0
"""Plans that reach farther, in km, are searched by themselves: there chords tell distances too roughly for scores."""
_SPARE: Final = 4
"""So many more rows than asked for are measured; with more that are alike, a plan is searched by itself."""
_UNSURE: Final = 100_000.0
"""In an order by distance, km that stand before those that only may fit; more than twice the way round the earth."""
_MOST_ANSWERS: Final = 32_000_000
"""A table of the answers to all questions of a stroke has no more cells than this."""


def rows_of(segment: Segment, plans: Sequence[Plan], count: int) -> list[list[int] | None]:
    """For each plan the rows that may be among its best, as `Search` would measure them; `None` to search by itself.

    Args:
        segment: where to look.
        plans: what for; all of one rank.
        count: how many are wanted of each.
    """
    found: list[list[int] | None] = [None] * len(plans)
    fit = [number for number, plan in enumerate(plans) if _is_fit(segment, plan)]
    # Plans for one purpose stand together, and so do their candidates.
    kinds: dict[Asked, int] = {}
    fit.sort(key=lambda number: kinds.setdefault(plans[number].purpose, len(kinds)))
    # Where a smaller circle did not hold enough, a wider one is drawn, and then the whole one.
    for ring in (1, _WIDER, None):
        for first in range(0, len(fit), _AT_ONCE):
            some = fit[first : first + _AT_ONCE]
            stroke = _Stroke(segment, [plans[n] for n in some], count, ring)
            for number, rows in zip(some, stroke.rows(), strict=True):
                found[number] = rows
        fit = [number for number in fit if found[number] is None]
    return found


def _is_fit(segment: Segment, plan: Plan) -> bool:
    limited = plan.origin is not None and plan.reach <= _FARTHEST
    plain = plan.rank is not Rank.RELEVANCE and not plan.misses and not plan.purpose.words
    return limited and plain and segment.dead is None and len(segment.columns.keys) > 0


@attrs.frozen(eq=False)
class _Candidates:
    """Rows that may fit, with the number of the plan that they may fit, plan after plan."""

    plan: NDArray[np.int64]
    rows: Rows
    values: Floats

    def only(self, keep: NDArray[Any]) -> _Candidates:
        return _Candidates(self.plan[keep], self.rows[keep], self.values[keep])

    def and_those(self, others: _Candidates) -> _Candidates:
        return _Candidates(
            np.concatenate((self.plan, others.plan)),
            np.concatenate((self.rows, others.rows)),
            np.concatenate((self.values, others.values)),
        )

    def once(self) -> _Candidates:
        """Each row once a plan, with the best of its values."""
        found = self.only(np.lexsort((-self.values, self.rows, self.plan)))
        new = np.ones(len(found.rows), dtype=bool)
        new[1:] = (found.rows[1:] != found.rows[:-1]) | (found.plan[1:] != found.plan[:-1])
        return found.only(new)


class _Cut(NamedTuple):
    """A posting, and where runs of rows cross it: where each begins, how long it is, and whose it is."""

    rows: Rows
    numbers: Numbers | None
    worth: Floats | float
    at: NDArray[np.int64]
    lengths: NDArray[np.int64]
    owners: NDArray[np.int64]


@attrs.frozen(eq=False)
class _Near:
    """What lies in boxes.

    Attributes:
        plain: whose boxes are plain.
        totals: by plan, how many rows there may be; some may count twice.
        cuts: where postings cross the boxes.
    """

    plain: NDArray[np.bool_]
    totals: NDArray[np.int64]
    cuts: Sequence[_Cut]

    def candidates(self, wanted: NDArray[np.bool_]) -> _Candidates:
        """The candidates of some plans."""
        plans, all_rows, values = [_NONE], [_NO_ROWS], [_NO_VALUES]
        for rows, numbers, worth, at, held, owners in self.cuts:
            lengths = np.where(wanted[owners], held, 0)
            total = int(lengths.sum())
            if not total:
                continue
            offsets = np.cumsum(lengths) - lengths
            where = np.repeat(at - offsets, lengths) + np.arange(total)
            plans.append(np.repeat(owners, lengths))
            all_rows.append(rows[where])
            if numbers is None or isinstance(worth, float):
                values.append(np.full(total, worth))
            else:
                values.append(worth[numbers[where]])
        return _Candidates(np.concatenate(plans), np.concatenate(all_rows), np.concatenate(values))


class _Stroke:
    """The searches for many plans.

    Args:
        segment: where to look.
        plans: what for.
        count: how many are wanted of each.
        ring: where the nearest are wanted, a smaller circle comes first, to hold so many times as many candidates as
            the smallest should; `None` for no smaller circle.
    """

    def __init__(self, segment: Segment, plans: Sequence[Plan], count: int, ring: int | None) -> None:
        self._segment = segment
        self._ring = ring
        self._columns = segment.columns
        self._plans = plans
        self._count = count
        origins = [plan.origin for plan in plans if plan.origin is not None]
        self._latitudes = np.array([origin.latitude for origin in origins])
        self._longitudes = np.array([origin.longitude for origin in origins])
        self._spots = np.array([origin.spot for origin in origins])
        self._limit = np.array([plan.reach for plan in plans])
        # What only a postal code places may be nearer than that says: one has to look farther for it.
        self._reach = self._limit + (ROUGH_KM if segment.columns.has_rough else 0.0)
        self._sorts_by_distance = plans[0].rank is Rank.DISTANCE
        self._placed = len(self._columns.keys)
        self._groups = list(self._by_purpose())

    def _by_purpose(self) -> Iterator[tuple[int, int, Gathering]]:
        first = 0
        for last in range(1, len(self._plans) + 1):
            asked = self._plans[first].purpose
            if last == len(self._plans) or (
                self._plans[last].purpose is not asked and self._plans[last].purpose != asked
            ):
                yield first, last, Gathering(self._columns, self._segment.strength, asked)
                first = last

    def rows(self) -> list[list[int] | None]:
        """The rows for each plan."""
        km = self._reach
        whole = self._near(km, np.arange(len(km)))
        dense = np.zeros(len(km), dtype=bool)
        if self._sorts_by_distance and self._ring is not None:
            wanted = self._ring * self._first_ring
            dense = whole.totals > max(_DENSE, 2 * wanted)
            km = np.where(dense, km * np.sqrt(wanted / np.maximum(whole.totals, 1)), km)
        settled = _not_too_many(whole, whole.plain & ~dense)
        found = whole.candidates(settled)
        if dense.any():
            ring = self._near(km, dense.nonzero()[0])
            within = _not_too_many(ring, ring.plain)
            found = found.and_those(ring.candidates(within))
            settled |= within
        if any(len(gather.parts) > 1 for *_, gather in self._groups):
            found = found.once()
        squares = self._squares(found)
        inside, doubtful = self._inside(found, squares, km)
        settled[found.plan[doubtful]] = False
        found, squares = found.only(inside), squares[inside]
        kept, met, asked = self._answered(found)
        found, squares = found.only(kept), squares[kept]
        if self._placed < len(self._columns.place):
            more = self._elsewhere(
                settled, np.bincount(found.plan[found.values >= SURE_ENOUGH], minlength=len(settled))
            )
            kept, more_met, more_asked = self._answered(more)
            found = found.and_those(more.only(kept))
            squares = np.concatenate((squares, np.full(len(kept), np.inf)))
            met, asked = np.concatenate((met, more_met)), np.concatenate((asked, more_asked))
        sure_km = np.where(km < self._reach, km - 2.0 * errors_km(km), np.inf)
        return self._best(found, squares, met, asked, settled, sure_km)

    @property
    def _first_ring(self) -> int:
        """How many candidates a smaller circle should hold: more, where some of them may be ruled out."""
        return max(_FIRST_RING if self._about else 0, 6 * self._count)

    def _near(self, km: Floats, which: NDArray[np.int64]) -> _Near:
        """What lies in the boxes around the circles of some plans."""
        here, owner, low, high = boxes(self._latitudes[which], self._longitudes[which], km[which])
        owner = which[owner]
        keys = self._columns.keys
        begins, ends = keys.searchsorted(low).astype(np.int32), keys.searchsorted(high).astype(np.int32)
        ends_of_plans = np.searchsorted(owner, np.arange(len(self._plans) + 1)).tolist()
        totals = np.zeros(len(self._plans), dtype=np.int64)
        cuts = []
        for first, last, gather in self._groups:
            runs = slice(ends_of_plans[first], ends_of_plans[last])
            if runs.start == runs.stop:
                continue
            mine = owner[runs]
            for rows, numbers, worth in gather.parts:
                at = rows.searchsorted(begins[runs])
                lengths = rows.searchsorted(ends[runs]) - at
                totals[first:last] += np.bincount(
                    mine - first, weights=lengths, minlength=last - first
                ).astype(np.int64)
                cuts.append(_Cut(rows, numbers, worth, at, lengths, mine))
        plain = np.zeros(len(self._plans), dtype=bool)
        plain[which] = here
        return _Near(plain, totals, cuts)

    def _squares(self, found: _Candidates) -> Floats:
        steps = self._columns.space.take(found.rows, axis=0)
        steps -= self._spots.take(found.plan, axis=0)
        return np.asarray(np.einsum("ij,ij->i", steps, steps))

    def _inside(
        self, found: _Candidates, squares: Floats, km: Floats
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which candidates lie in their circles, and which only may, where nothing lies beyond."""
        limit, away = km[found.plan], arcs_of(squares)
        last = limit >= self._reach[found.plan]
        if self._columns.has_rough:
            exact = self._columns.place.take(found.rows) != ABOUT
            stated = self._limit[found.plan]
            last = np.where(exact, limit >= stated, last)
            limit = np.where(exact, np.minimum(limit, stated), limit)
        return away <= limit, last & (np.abs(away - limit) <= errors_km(limit))

    def _elsewhere(self, settled: NDArray[np.bool_], near: NDArray[np.int64]) -> _Candidates:
        """Candidates without a point. Where the nearest are wanted and there are enough, none are needed."""
        plans, all_rows, values = [_NONE], [_NO_ROWS], [_NO_VALUES]
        run = np.array([self._placed, len(self._columns.place)], dtype=np.int32)
        for first, last, gather in self._groups:
            wanting = [
                number
                for number in range(first, last)
                if settled[number] and not (self._sorts_by_distance and near[number] >= self._count)
            ]
            if not wanting:
                continue
            rows, worth = gather.rows(gather.cut(run))
            if len(rows) > _DENSE:
                settled[wanting] = False
                continue
            plans.append(np.repeat(np.array(wanting), len(rows)))
            all_rows.append(np.tile(rows, len(wanting)))
            values.append(np.tile(worth, len(wanting)))
        return _Candidates(np.concatenate(plans), np.concatenate(all_rows), np.concatenate(values))

    def _answered(self, found: _Candidates) -> tuple[NDArray[np.int64], Numbers, Numbers]:
        """Which candidates nothing rules out; how many criteria they meet, and how many bear on them."""
        rows, plans, kept = found.rows, found.plan, np.arange(len(found.rows))
        met, asked = np.zeros(len(kept), dtype=np.int16), np.zeros(len(kept), dtype=np.int16)
        for about in self._about:
            told = about.told(plans, self._columns.facts[about.name].take(rows))
            met += told == MET
            asked += told != SILENT
            out = told == UNMET
            out &= about.strict.take(plans)
            if out.any():
                left = (~out).nonzero()[0]
                rows, plans, kept = rows.take(left), plans.take(left), kept.take(left)
                met, asked = met.take(left), asked.take(left)
        return kept, met, asked

    @cached_property
    def _about(self) -> Sequence[_About]:
        """What the plans ask of each criterion, where that may change the answer."""
        found: dict[str, _About] = {}
        for number, plan in enumerate(self._plans):
            for question in plan.questions:
                answers = self._segment.answers(question)
                if answers.mute or (self._sorts_by_distance and answers.harmless):
                    continue
                name = question.criterion.name
                about = found.get(name)
                if about is None:
                    about = found[name] = _About(name, len(self._plans))
                about.add(number, question, answers)
        return tuple(found.values())

    def _best(  # noqa: PLR0913, PLR0917  # all that tells the best
        self,
        found: _Candidates,
        squares: Floats,
        met: Numbers,
        asked: Numbers,
        settled: NDArray[np.bool_],
        sure_km: Floats,
    ) -> list[list[int] | None]:
        km = arcs_of(np.where(np.isfinite(squares), squares, 0.0))
        km[~np.isfinite(squares)] = np.inf
        if self._sorts_by_distance:
            # One number has both: whether it surely fits, and how far it is.
            worse = np.minimum(km, _UNSURE / 2.0) + np.where(found.values >= SURE_ENOUGH, 0.0, _UNSURE)
            spread = 4.0 * _UNSURE
        else:
            worse, spread = -self._totals(found, km, met, asked), 4.0
        likely = self._likely(found.plan, worse)
        # And so has this: the plan, and what is worse (a tenth of a millimetre still tells distances apart).
        order = likely[np.argsort(found.plan[likely] * spread + worse[likely])]
        if self._sorts_by_distance:
            worse = km
        worse = worse[order]
        starts = np.searchsorted(found.plan[order], np.arange(len(settled) + 1))
        first, last, end = starts[:-1], starts[1:], starts[:-1] + self._count
        if len(order):
            at, beyond = np.minimum(end - 1, len(order) - 1), np.minimum(end + _SPARE, len(order) - 1)
            kth, then = worse[at], worse[beyond]
            # What comes after the spare rows must surely be worse than what is wanted.
            doubt = (
                2.0 * errors_km(np.where(np.isfinite(then), then, 0.0)) if self._sorts_by_distance else 2e-6
            )
            settled &= (last <= end + _SPARE) | (np.isfinite(kth) & (then > kth + doubt))
            # Beyond a smaller circle nothing was looked at.
            sure = (found.values >= SURE_ENOUGH)[order][at]
            settled &= ~np.isfinite(sure_km) | ((last >= end) & sure & (kth <= sure_km))
        else:
            settled &= ~np.isfinite(sure_km)
        rows = found.rows[order].tolist()
        cuts = zip(settled.tolist(), first.tolist(), np.minimum(last, end + _SPARE).tolist(), strict=True)
        return [rows[begin:until] if settles else None for settles, begin, until in cuts]

    def _likely(self, plans: NDArray[np.int64], worse: Floats) -> NDArray[np.int64]:
        """Candidates of which the best are among, plan by plan, without putting all in order."""
        wanted = self._count + _SPARE
        by_plan = np.argsort(plans, kind="stable")
        in_turn = worse[by_plan]
        starts = np.searchsorted(plans[by_plan], np.arange(len(self._plans) + 1)).tolist()
        limit = np.full(len(self._plans), np.inf)
        for number, (begin, end) in enumerate(itertools.pairwise(starts)):
            if end - begin > 2 * wanted:
                limit[number] = np.partition(in_turn[begin:end], wanted)[wanted]
        return (worse <= limit[plans]).nonzero()[0]

    def _totals(self, found: _Candidates, km: Floats, met: Numbers, asked: Numbers) -> Floats:
        """About what candidates score (as `Search` has it)."""
        weights = self._plans[0].weights
        nowhere = ~np.isfinite(km)
        remote = nowhere & (self._columns.place[found.rows] == REMOTE)
        near = np.where(nowhere, np.where(remote, 0.5, 0.0), HALF_WAY / (HALF_WAY + km / KM_A_MILE))
        reached = ~nowhere | remote
        if self._columns.has_rough:
            rough = self._columns.place[found.rows] == ABOUT
            reached &= ~rough | (km <= self._limit[found.plan] - USUAL_KM)
        held = met + (found.values >= SURE_ENOUGH) + reached
        total = weights.relevance + weights.proximity * near + weights.certainty * (held / (asked + 2))
        if weights.freshness:
            fresh = self._segment.freshness(self._plans[0].query.now.date())
            total = total + weights.freshness * fresh[self._columns.facts["assured"][found.rows]]
        return np.asarray(total * np.where(found.values > 0.0, found.values, IN_DOUBT))


def _not_too_many(near: _Near, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of the wanted plans that together have no more candidates than a stroke may."""
    return np.asarray(wanted & (np.cumsum(np.where(wanted, near.totals, 0)) <= _MOST))


class _About:
    """What many plans ask of one criterion.

    Args:
        name: the criterion's name.
        plans: how many plans there are.

    Attributes:
        name: the same.
        strict: by plan, whether an offer that is known not to meet it is ruled out.
    """

    def __init__(self, name: str, plans: int) -> None:
        self.name = name
        self.strict = np.zeros(plans, dtype=bool)
        self._tables: list[Answers] = []
        self._numbers: dict[int, int] = {}
        self._which = np.full(plans, -1, dtype=np.int64)

    def add(self, plan: int, question: Question, answers: Answers) -> None:
        """Take in what a plan asks, with the answers to it."""
        number = self._numbers.get(id(answers))
        if number is None:
            number = self._numbers[id(answers)] = len(self._tables)
            self._tables.append(answers)
        self._which[plan] = number
        self.strict[plan] = question.rules_out

    def told(self, plans: NDArray[np.int64], codes: Numbers) -> NDArray[np.int8]:
        """The answers to facts, each as its plan asks; where that does not, the criterion is silent."""
        which = self._which.take(plans)
        silent = np.full(len(self._tables[0].numbers), SILENT, dtype=np.int8)
        if (len(self._tables) + 1) * len(silent) <= _MOST_ANSWERS:
            every = np.concatenate([*(table.numbers for table in self._tables), silent])
            # Where a plan asks nothing, -1 counts from the end: that is the silent one.
            told = every.take(which * len(silent) + codes, mode="wrap")
        else:
            told = np.where(which < 0, np.int8(SILENT), np.int8(OPEN))
        left = (told == OPEN).nonzero()[0]
        asked = which[left]
        for number in np.unique(asked).tolist():
            mine = left[asked == number]
            told[mine] = self._tables[number].of(codes[mine])
        return told


_NONE: Final = np.empty(0, dtype=np.int64)
_NO_ROWS: Final = np.empty(0, dtype=np.int32)
_NO_VALUES: Final = np.empty(0)
