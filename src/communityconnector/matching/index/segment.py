"""Offers as columns: rows in the order of their places, postings by need and word, and the search over them.

Nothing here changes once it is made. A search looks only at rows that a posting and a circle have in common, answers
every criterion by looking its facts up, and measures exactly only what may be among the best.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching import purpose as purposes
from communityconnector.matching.answers import Reason
from communityconnector.matching.criteria import distance_reason
from communityconnector.matching.criteria.place import KM_A_MILE, PLACES
from communityconnector.matching.index.answers import MET, SILENT, UNMET, AnswerTable
from communityconnector.matching.index.geometry import FARTHEST, Floats, Rows, error_km
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.judgement import Judgement, SortKey, in_order, score_parts, sort_key
from communityconnector.matching.purpose import Listed, Sign
from communityconnector.matching.ranking import HALF_WAY, IN_DOUBT, Contribution, Rank, freshness_of, score
from communityconnector.model.geography import geodesic_km

Bytes = NDArray[np.uint8]
Numbers = NDArray[Any]

POINT, REMOTE = PLACES.index("point"), PLACES.index("remote")

_ALL_AT_ONCE: Final = 600
"""So many candidates are looked at without drawing a smaller circle first."""
_FIRST_RING: Final = 200
"""How many candidates the first circle should hold."""
_FIRST_RADIUS: Final = 4.0
"""Radius of the first circle where there is no limit, km."""


@attrs.frozen
class Postings:
    """Which rows have what: for each key the rows, ascending, and a number beside each.

    Attributes:
        spans: where each key's rows stand.
        rows: the rows of all keys.
        data: the numbers.
    """

    spans: Mapping[str, tuple[int, int]]
    rows: Rows
    data: Numbers

    def of(self, key: str) -> tuple[Rows, Numbers] | None:
        """The rows of a key and their numbers."""
        span = self.spans.get(key)
        return None if span is None else (self.rows[span[0] : span[1]], self.data[span[0] : span[1]])

    def count(self, key: str) -> int:
        """How many rows a key has."""
        first, last = self.spans.get(key, (0, 0))
        return last - first


@attrs.frozen
class Found:
    """An offer that was found.

    Attributes:
        key: its place in the order.
        row: its row.
        judgement: all criteria's answers.
        parts: the parts of its score.
        total: its score.
    """

    key: SortKey
    row: int
    judgement: Judgement
    parts: tuple[Contribution, ...]
    total: float


@attrs.frozen
class _Fits:
    """Rows that nothing rules out, as far as it is known without measuring exactly."""

    rows: Rows
    values: Floats
    km: Floats | None
    met: Numbers
    asked: Numbers


@attrs.frozen(eq=False)
class Columns:
    """What a segment holds; every array has a row an offer, unless it says otherwise.

    Attributes:
        keys: for rows with a point, what they are sorted by; the other rows follow.
        space: for rows with a point, where that is in space.
        points: for rows with a point, its latitude and longitude.
        place: number in `PLACES`.
        facts: by criterion, the number of the row's facts in its table.
        service: number of the service.
        agency: number of the organization; -1 where there is none.
        order: place in the order of ids.
        concepts: rows by concept, with the number of a sign.
        terms: rows by taxonomy term, with the number of a `Listed`.
        words: rows by stem, with 1 where a name has it and 2 where another text has it.
        undescribed: rows whose records do not say what they are for.
        signs: the signs.
        listed: what rows are listed under.
    """

    keys: Floats
    space: Floats
    points: Floats
    place: Bytes
    facts: Mapping[str, Numbers]
    service: Numbers
    agency: Numbers
    order: Numbers
    concepts: Postings
    terms: Postings
    words: Postings
    undescribed: Rows
    signs: Sequence[Sign]
    listed: Sequence[Listed]


class Segment:
    """Offers as columns, and the search over them.

    Args:
        columns: the columns.
        tables: the distinct facts by criterion.
        offer_id: the id of a row's offer.
        service_id: the id of a service by its number.
        gone: services that are no longer so, by their numbers.
    """

    def __init__(
        self,
        columns: Columns,
        tables: Mapping[str, AnswerTable],
        offer_id: Callable[[int], str],
        service_id: Callable[[int], str],
        gone: frozenset[int] = frozenset(),
    ) -> None:
        self.columns = columns
        self.tables = tables
        self.offer_id = offer_id
        self.service_id = service_id
        self.gone = gone
        # What is no longer so would be found with the rest, so it is marked row by row.
        self.dead = _among(columns.service, gone) if gone else None
        self._strength = np.array([sign.strength for sign in columns.signs], dtype=np.float64)
        self._fresh: tuple[date, Floats] | None = None
        self._placed = len(columns.keys)
        self._rows = len(columns.place)

    def without(self, services: set[int]) -> Segment:
        """This segment without some services, by their numbers."""
        gone = self.gone | services
        return Segment(self.columns, self.tables, self.offer_id, self.service_id, gone)

    def is_alive(self, service: int) -> bool:
        """Whether a service is still so, by its number."""
        return service not in self.gone

    def search(self, plan: Plan, count: int | None) -> list[Found]:
        """The best offers of a plan, in order.

        Args:
            plan: the plan.
            count: how many at most; `None` for all.
        """
        gather = _Gathering(self, plan)
        if plan.origin is None or not self._placed:
            whole = np.array([0, self._rows], dtype=np.int32)
            km = None if plan.origin is None else _NOWHERE
            return self._best(plan, [self._evaluate(plan, *gather.rows(whole), km)], count)
        others = self._evaluate(
            plan, *gather.rows(np.array([self._placed, self._rows], dtype=np.int32)), _NOWHERE
        )
        *radii, reach = self._radii(plan, gather, count)
        for radius in radii:
            fits = self._near(plan, gather, radius)
            if count is not None and self._enough(plan, gather, fits, others, radius, count):
                return self._best(plan, [fits, others], count)
        return self._best(plan, [self._near(plan, gather, reach), others], count)

    def counts(self, plan: Plan) -> tuple[int, Counter[str]]:
        """How many offers fit a plan, and how many each criterion rules out."""
        gather = _Gathering(self, plan)
        ruled_out: Counter[str] = Counter()
        whole = np.array([0, self._rows], dtype=np.int32)
        rows, _ = gather.rows(whole)
        if self.dead is not None:
            rows = rows[~self.dead[rows]]
        fitting = np.ones(len(rows), dtype=bool)
        for question in plan.questions:
            if question.rules_out:
                out = self._ask(question, rows) == UNMET
                ruled_out[question.criterion.name] += int(out.sum())
                fitting &= ~out
        if plan.origin is not None and plan.reach < FARTHEST:
            placed = rows < self._placed
            far = np.zeros(len(rows), dtype=bool)
            far[placed] = ~self._inside(
                plan, rows[placed], plan.origin.arcs(self.columns.space, rows[placed])
            )
            ruled_out["distance"] += int(far.sum())
            fitting &= ~far
        return int(fitting.sum()), +ruled_out

    def judgement(self, row: int, plan: Plan) -> Judgement:
        """All criteria's answers about a row, measured exactly."""
        columns = self.columns
        relevance, need = self._purpose(row, plan)
        given = {
            q.criterion.name: self.tables[q.criterion.name]
            .ask(q.asked)
            .reason(int(columns.facts[q.criterion.name][row]))
            for q in plan.questions
        }
        place, km, distance = PLACES[columns.place[row]], None, None
        if plan.origin is not None:
            if row < self._placed:
                latitude, longitude = columns.points[row].tolist()
                km = geodesic_km(plan.origin.latitude, plan.origin.longitude, latitude, longitude)
            distance = distance_reason(place, km, plan.stated)
        (assured,) = self.tables["assured"].facts[int(columns.facts["assured"][row])]
        return Judgement(in_order(need, given, distance), relevance, place, km, assured)

    def found(self, row: int, plan: Plan) -> Found:
        """A row as it is found."""
        judgement = self.judgement(row, plan)
        parts = score_parts(judgement, plan.query, plan.weights)
        total = score(parts)
        service = self.service_id(int(self.columns.service[row]))
        return Found(
            sort_key(plan.rank, judgement, total, self.offer_id(row), service), row, judgement, parts, total
        )

    def _purpose(self, row: int, plan: Plan) -> tuple[float, Reason]:
        """As `purposes.for_need` has it, by the postings."""
        columns, asked = self.columns, plan.purpose
        best, reason = 0.0, None
        for term in asked.terms:
            number = _number(columns.terms, term, row)
            if number is not None and best < purposes.TERM:
                best, reason = purposes.TERM, purposes.listed(columns.listed[number])
        for wanted in asked.wanted:
            number = _number(columns.concepts, wanted.concept, row)
            if number is not None:
                sign = columns.signs[number]
                if wanted.weight * sign.strength > best:
                    best, reason = wanted.weight * sign.strength, purposes.offered(wanted, sign)
        fields = [_number(columns.words, word, row) for word in asked.words]
        in_name = fields.count(1)
        value = purposes.by_words(in_name, fields.count(2), asked)
        if value > best:
            best, reason = value, purposes.has_words(in_name)
        if reason is not None:
            return best, reason
        for concept in asked.broader:
            number = _number(columns.concepts, concept, row)
            if number is not None and purposes.is_listed_broadly(columns.signs[number], concept):
                return 0.0, purposes.broadly_listed(columns.signs[number], asked)
        return 0.0, purposes.undescribed(asked)

    def _ask(self, question: Any, rows: Rows) -> Numbers:
        name = question.criterion.name
        return self.tables[name].ask(question.asked).of(self.columns.facts[name][rows])

    def _inside(self, plan: Plan, rows: Rows, km: Floats) -> NDArray[np.bool_]:
        """Which rows lie within reach; those in doubt are measured."""
        inside = km <= plan.reach
        doubtful = np.abs(km - plan.reach) <= error_km(plan.reach)
        if doubtful.any() and plan.origin is not None:
            for number in np.flatnonzero(doubtful).tolist():
                latitude, longitude = self.columns.points[rows[number]].tolist()
                exact = geodesic_km(plan.origin.latitude, plan.origin.longitude, latitude, longitude)
                inside[number] = exact <= plan.reach
        return inside

    def _near(self, plan: Plan, gather: _Gathering, radius: float) -> _Fits:
        assert plan.origin is not None  # noqa: S101  # for the type checker; `search` has looked
        rows, values = gather.rows(plan.origin.runs(self.columns.keys, radius))
        km = plan.origin.arcs(self.columns.space, rows)
        inside = self._inside(plan, rows, km) if radius >= plan.reach else km <= radius
        return self._evaluate(plan, rows[inside], values[inside], km[inside])

    def _evaluate(self, plan: Plan, rows: Rows, values: Floats, km: Floats | None) -> _Fits:
        """Ask every criterion about rows, and keep those that nothing rules out."""
        met = (values > 0.0).astype(np.int16)
        asked = np.ones(len(rows), dtype=np.int16)
        keep = np.ones(len(rows), dtype=bool) if self.dead is None else ~self.dead[rows]
        missed = np.zeros(len(rows), dtype=bool)
        nowhere = km is _NOWHERE
        if km is not None:
            asked += 1
            if nowhere:
                km = np.full(len(rows), np.inf)
                met += self.columns.place[rows] == REMOTE
            elif plan.stated is not None and plan.reach > plan.stated:
                far = ~self._inside(attrs.evolve(plan, reach=plan.stated), rows, km)
                met += ~far
                if plan.distance_relaxed:
                    missed |= far
            else:
                met += 1
        for question in plan.questions:
            answers = self._ask(question, rows)
            met += answers == MET
            asked += answers != SILENT
            unmet = answers == UNMET
            if question.rules_out:
                keep &= ~unmet
            if question.relaxed:
                missed |= unmet
        if plan.misses:
            keep &= missed
        if keep.all():
            return _Fits(rows, values, km, met, asked)
        return _Fits(rows[keep], values[keep], None if km is None else km[keep], met[keep], asked[keep])

    def _radii(self, plan: Plan, gather: _Gathering, count: int | None) -> Iterator[float]:
        """Radii of circles to look in, one after the other, the last being all that is in reach."""
        reach = plan.reach
        assert plan.origin is not None  # noqa: S101  # for the type checker; `search` has looked
        if count is None or gather.longest <= _ALL_AT_ONCE:
            yield reach
            return
        if reach >= FARTHEST:
            radius = _FIRST_RADIUS
        else:
            inside = gather.count(plan.origin.runs(self.columns.keys, reach))
            wanted = max(_FIRST_RING, 8 * count)
            radius = reach if inside <= max(_ALL_AT_ONCE, wanted) else reach * math.sqrt(wanted / inside)
        while radius < reach / 1.5:
            yield radius
            radius *= 2.5
        yield reach

    def _enough(  # noqa: PLR0913, PLR0917  # all of one search
        self, plan: Plan, gather: _Gathering, near: _Fits, others: _Fits, radius: float, count: int
    ) -> bool:
        """Whether nothing beyond a radius can be among the best."""
        if len(near.rows) + len(others.rows) < count or near.km is None:
            return False
        if plan.rank is Rank.DISTANCE:
            return int(((near.values > 0.0) & (near.km <= radius - error_km(radius))).sum()) >= count
        if plan.rank is Rank.RELEVANCE:
            best = (near.values >= gather.most) & (near.km <= radius - error_km(radius))
            return int(best.sum()) >= count
        weights = plan.weights
        totals = np.concatenate([self._totals(plan, fits) for fits in (near, others)])
        least = np.partition(totals, len(totals) - count)[len(totals) - count]
        beyond = HALF_WAY / (HALF_WAY + (radius - error_km(radius)) / KM_A_MILE)
        most = weights.relevance + weights.proximity * beyond + weights.certainty + weights.freshness
        return bool(least > gather.most * most + 1e-6)

    def _totals(self, plan: Plan, fits: _Fits) -> Floats:
        """About what rows score."""
        weights = plan.weights
        total = weights.relevance + weights.certainty * (fits.met / fits.asked)
        if weights.freshness:
            total += weights.freshness * self._freshness(plan)[self.columns.facts["assured"][fits.rows]]
        if fits.km is not None:
            near = HALF_WAY / (HALF_WAY + fits.km / KM_A_MILE)
            remote = self.columns.place[fits.rows] == REMOTE
            total += weights.proximity * np.where(remote, 0.5, near)
        return np.asarray(total * np.where(fits.values > 0.0, fits.values, IN_DOUBT))

    def _freshness(self, plan: Plan) -> Floats:
        today = plan.query.now.date()
        kept = self._fresh
        if kept is None or kept[0] != today:
            values = [freshness_of(assured, today) for (assured,) in self.tables["assured"].facts]
            self._fresh = kept = (today, np.array(values, dtype=np.float64))
        return kept[1]

    def _best(self, plan: Plan, all_fits: Sequence[_Fits], count: int | None) -> list[Found]:
        """The best of some rows, measured exactly."""
        rows = [row for fits in all_fits for row in self._candidates(plan, fits, count)]
        found = [self.found(row, plan) for row in rows]
        found.sort(key=lambda one: one.key)
        return found if count is None else found[:count]

    def _candidates(self, plan: Plan, fits: _Fits, count: int | None) -> list[int]:
        """Rows that may be among the best."""
        if count is None or len(fits.rows) <= count:
            return fits.rows.tolist()  # type: ignore[no-any-return]  # numpy's types lose it
        if plan.rank is Rank.SCORE:
            farthest = float(fits.km[np.isfinite(fits.km)].max(initial=0.0)) if fits.km is not None else 0.0
            worth, doubt = -self._totals(plan, fits), 1e-6 if farthest < 3000.0 else 1e-3
            return self._least(fits.rows, worth, np.full(1, doubt), count)
        placed = np.isfinite(fits.km) if fits.km is not None else np.zeros(len(fits.rows), dtype=bool)
        first = -fits.values if plan.rank is Rank.RELEVANCE else (fits.values <= 0.0).astype(np.float64)
        chosen: list[int] = []
        for value in np.unique(first).tolist():
            for with_point in (True, False):
                here = np.flatnonzero((first == value) & (placed == with_point))
                if not len(here):
                    continue
                chosen += self._nearest(plan, fits, here, count - len(chosen), with_point=with_point)
                if len(chosen) >= count:
                    return chosen
        return chosen

    def _nearest(self, plan: Plan, fits: _Fits, here: Numbers, count: int, *, with_point: bool) -> list[int]:
        rows = fits.rows[here]
        if len(here) <= count:
            return rows.tolist()  # type: ignore[no-any-return]  # numpy's types lose it
        if with_point and fits.km is not None:
            km = fits.km[here]
            nearest = float(np.partition(km, count - 1)[count - 1])
            return self._least(rows, km, np.full(1, error_km(nearest)), count)
        if plan.rank is Rank.RELEVANCE:
            return self._least(rows, np.zeros(len(rows)), np.zeros(1), count)
        some = _Fits(
            rows,
            fits.values[here],
            None if fits.km is None else fits.km[here],
            fits.met[here],
            fits.asked[here],
        )
        return self._least(rows, -self._totals(plan, some), np.full(1, 1e-9), count)

    def _least(self, rows: Rows, worth: Floats, doubt: Floats, count: int) -> list[int]:
        """Rows whose worth may be among the least; of those with the very same worth, the first by id."""
        limit = np.partition(worth, count - 1)[count - 1] + 2.0 * doubt[0]
        near = np.flatnonzero(worth <= limit)
        if len(near) > count + 32:
            order = np.lexsort((self.columns.order[rows[near]], worth[near]))
            near = near[order]
            same = worth[near]
            starts = np.concatenate(([0], np.flatnonzero(same[1:] != same[:-1]) + 1))
            place = np.arange(len(near)) - np.repeat(starts, np.diff(np.concatenate((starts, [len(near)]))))
            near = near[place < count]
        return rows[near].tolist()  # type: ignore[no-any-return]  # numpy's types lose it


def _among(column: Numbers, numbers: frozenset[int]) -> NDArray[np.bool_]:
    return np.isin(column, np.fromiter(numbers, dtype=np.int64, count=len(numbers)))


_NOWHERE: Final[Any] = object()
"""Stands for the distances of rows that have no point."""


def _number(postings: Postings, key: str, row: int) -> int | None:
    """The number that a posting has beside a row; `None` where it does not have the row."""
    span = postings.spans.get(key)
    if span is None:
        return None
    at = span[0] + int(postings.rows[span[0] : span[1]].searchsorted(np.int32(row)))
    return int(postings.data[at]) if at < span[1] and postings.rows[at] == row else None


class _Gathering:
    """Which rows may fit what is needed, and how well, in any runs of rows."""

    def __init__(self, segment: Segment, plan: Plan) -> None:
        columns, asked = segment.columns, plan.purpose
        self._asked = asked
        self._words = [found for word in asked.words if (found := columns.words.of(word))]
        self._parts: list[tuple[Rows, Numbers | None, Floats | None, float]] = []
        for term in asked.terms:
            if found := columns.terms.of(term):
                self._parts.append((found[0], None, None, purposes.TERM))
        for wanted in asked.wanted:
            if found := columns.concepts.of(wanted.concept):
                self._parts.append((found[0], found[1], segment._strength, wanted.weight))  # noqa: SLF001  # its own segment
        for concept in asked.broader:
            if found := columns.concepts.of(concept):
                rows, numbers = found
                broad = np.array(
                    [purposes.is_listed_broadly(columns.signs[n], concept) for n in np.unique(numbers)]
                )
                known = np.unique(numbers)[broad] if len(broad) else numbers[:0]
                rows = rows[np.isin(numbers, known)]
                if len(rows):
                    self._parts.append((rows, None, None, 0.0))
        if len(columns.undescribed):
            self._parts.append((columns.undescribed, None, None, 0.0))
        self.most = max(
            [1.0] if asked.terms or asked.words else [wanted.weight for wanted in asked.wanted] or [IN_DOUBT]
        )
        self.longest = sum(len(part[0]) for part in self._parts) + sum(len(rows) for rows, _ in self._words)

    def count(self, runs: Rows) -> int:
        """How many rows there may be in runs; some may count twice."""
        total = 0
        for rows in (*(part[0] for part in self._parts), *(rows for rows, _ in self._words)):
            at = rows.searchsorted(runs)
            total += int((at[1::2] - at[0::2]).sum())
        return total

    def rows(self, runs: Rows) -> tuple[Rows, Floats]:
        """The rows in runs that fit, or may fit, what is needed, ascending, with how well; 0 where they only may."""
        all_rows: list[Rows] = []
        all_values: list[Floats] = []
        for rows, numbers, strength, weight in self._parts:
            cuts = _cuts(rows, runs)
            if not cuts:
                continue
            taken = _take(rows, cuts)
            all_rows.append(taken)
            if numbers is None or strength is None:
                all_values.append(np.full(len(taken), weight))
            else:
                all_values.append(weight * strength[_take(numbers, cuts)])
        if self._words:
            rows, values = self._by_words(runs)
            if len(rows):
                all_rows.append(rows)
                all_values.append(values)
        if not all_rows:
            return np.empty(0, dtype=np.int32), np.empty(0)
        if len(all_rows) == 1:
            return all_rows[0], all_values[0]
        rows, values = np.concatenate(all_rows), np.concatenate(all_values)
        order = np.lexsort((-values, rows))
        rows, values = rows[order], values[order]
        first = np.empty(len(rows), dtype=bool)
        first[0] = True
        np.not_equal(rows[1:], rows[:-1], out=first[1:])
        return rows[first], values[first]

    def _by_words(self, runs: Rows) -> tuple[Rows, Floats]:
        pieces, fields = [], []
        for rows, numbers in self._words:
            cuts = _cuts(rows, runs)
            if cuts:
                pieces.append(_take(rows, cuts))
                fields.append(_take(numbers, cuts))
        if not pieces:
            return np.empty(0, dtype=np.int32), np.empty(0)
        rows, field = np.concatenate(pieces), np.concatenate(fields)
        order = np.argsort(rows, kind="stable")
        rows, field = rows[order], field[order]
        starts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
        in_name = np.add.reduceat((field == 1).astype(np.int64), starts)
        in_text = np.add.reduceat((field == 2).astype(np.int64), starts)
        words = len(self._asked.words)
        values = (in_name * purposes.IN_NAME + in_text * purposes.IN_TEXT) / words
        enough = in_name + in_text >= self._asked.share * words
        return rows[starts][enough], values[enough]


def _cuts(rows: Rows, runs: Rows) -> list[tuple[int, int]]:
    """Where the rows of a posting stand that lie in runs."""
    at = rows.searchsorted(runs).tolist()
    return [(first, last) for first, last in zip(at[0::2], at[1::2], strict=True) if last > first]


def _take(column: Numbers, cuts: list[tuple[int, int]]) -> Numbers:
    if len(cuts) == 1:
        return column[cuts[0][0] : cuts[0][1]]
    return np.concatenate([column[first:last] for first, last in cuts])
