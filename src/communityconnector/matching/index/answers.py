"""What a criterion answers to facts that offers share: worked out once for each, and kept while it is asked again.

The answers come from the criterion itself, one by one; where there are many distinct facts and arrays can say the same
sooner (weekly hours, the boxes around areas), they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching import areas, hours
from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import AREA, OPEN_AT, Criterion, Facts
from communityconnector.matching.criteria.opening import Asked

UNMET, MET, UNKNOWN, SILENT = 0, 1, 2, 3
"""Answers as numbers; the last is for a criterion that does not bear on the offer."""
_OPEN: Final = -1
_CODES: Final = {Answer.UNMET: UNMET, Answer.MET: MET, Answer.UNKNOWN: UNKNOWN}

Numbers = NDArray[np.int8]

_MOST_KEPT: Final = 64
"""How many different questions' answers are kept a criterion."""


class Answers:
    """One question's answers to all facts of a criterion.

    Args:
        criterion: the criterion.
        facts: the facts.
        asked: what is asked.
        numbers: the answers so far, as numbers; -1 where it has not been worked out.
    """

    __slots__ = ("_asked", "_criterion", "_facts", "_open", "_reasons", "numbers")

    def __init__(self, criterion: Criterion, facts: Sequence[Facts], asked: Any, numbers: Numbers) -> None:
        self._criterion = criterion
        self._facts = facts
        self._asked = asked
        self._reasons: dict[int, Reason | None] = {}
        self._open = bool((numbers == _OPEN).any())
        self.numbers = numbers

    def of(self, codes: NDArray[Any]) -> Numbers:
        """The answers to facts by their numbers."""
        found: Numbers = self.numbers[codes]
        if self._open and (found == _OPEN).any():
            for code in np.unique(codes[found == _OPEN]).tolist():
                reason = self.reason(code)
                self.numbers[code] = SILENT if reason is None else _CODES[reason.answer]
            found = self.numbers[codes]
        return found

    def reason(self, code: int) -> Reason | None:
        """The answer to facts in words."""
        if code not in self._reasons:
            self._reasons[code] = self._criterion.answer(self._facts[code], self._asked)
        return self._reasons[code]


class AnswerTable:
    """The distinct facts of one criterion, and the answers to what was lately asked of them.

    Args:
        criterion: the criterion.
        facts: its distinct facts.

    May be shared between threads: what two work out at once is the same.
    """

    def __init__(self, criterion: Criterion, facts: Sequence[Facts]) -> None:
        self.criterion = criterion
        self.facts = facts
        self._kept: dict[Any, Answers] = {}
        self._weeks: _Weeks | None = None
        self._boxes: _Boxes | None = None

    def ask(self, asked: Any) -> Answers:
        """The answers to a question."""
        kept = self._kept.get(asked)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {}
            kept = Answers(self.criterion, self.facts, asked, self._at_once(asked))
            self._kept[asked] = kept
        return kept

    def _at_once(self, asked: Any) -> Numbers:
        if self.criterion is OPEN_AT:
            if self._weeks is None:
                self._weeks = _Weeks(self.facts)
            return self._weeks.at(asked)
        if self.criterion is AREA:
            if self._boxes is None:
                self._boxes = _Boxes(self.facts)
            return self._boxes.around(*asked)
        return np.full(len(self.facts), _OPEN, dtype=np.int8)


class _Weeks:
    """Facts of hours that only name days of the week, as columns."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._count = len(facts)
        rows: list[tuple[int, ...]] = []
        owners: list[int] = []
        for number, (zone, rules) in enumerate(facts):
            week = None if zone else hours.plain_weeks(rules)
            if week:
                rows += week
                owners += [number] * len(week)
        table = np.array(rows, dtype=np.int64).reshape(-1, 7)
        self._day, self._opens, self._closes, self._first, self._last, self._from, self._to = table.T.copy()
        self._owner = np.array(owners, dtype=np.int64)
        plain, self._starts = np.unique(self._owner, return_index=True)
        self._plain = plain

    def at(self, asked: Asked) -> Numbers:
        numbers = np.full(self._count, _OPEN, dtype=np.int8)
        zone = asked.zone or asked.begins.tzinfo
        moment = asked.begins.astimezone(zone)
        offsets = {
            (moment + timedelta(hours=ahead)).astimezone(zone).utcoffset() for ahead in range(-48, 49, 12)
        }
        # Beside a change of the clocks, and for a window, a length or holidays, the criterion is asked itself.
        special = asked.ends is not None or asked.least is not None or asked.holidays is not None
        if special or len(offsets) > 1 or not len(self._plain):
            return numbers
        today = moment.toordinal()
        second = moment.hour * 3600 + moment.minute * 60 + moment.second
        after = (second > self._opens) if moment.microsecond else (second >= self._opens)
        after |= second == self._opens
        on = self._on(today, moment.weekday()) & after & (second < self._closes)
        late = self._on(today - 1, (moment.weekday() - 1) % 7) & (second + 86_400 < self._closes)
        doubt = (today < self._from) | (today > self._to)
        is_open = np.logical_or.reduceat(on | late, self._starts)
        in_doubt = np.logical_or.reduceat(doubt, self._starts)
        numbers[self._plain] = np.where(is_open, MET, np.where(in_doubt, UNKNOWN, UNMET))
        return numbers

    def _on(self, day: int, weekday: int) -> NDArray[np.bool_]:
        held = (self._day == weekday) & (day >= self._first) & (day <= self._last)
        return np.asarray(held & (day >= self._from) & (day <= self._to))


class _Boxes:
    """The boxes around areas whose every shape can be read: a point outside all of them is not served."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._count = len(facts)
        boxes: list[tuple[float, float, float, float]] = []
        owners: list[int] = []
        silent: list[int] = []
        for number, (served, placeless) in enumerate(facts):
            shapes = [
                areas.polygons(extent) if form.lower() in ("", "geojson") else ()
                for _, extent, form in served
            ]
            if not served and not placeless:
                silent.append(number)
            elif served and all(shapes):
                found = [(p.south, p.north, p.west, p.east) for shape in shapes for p in shape]
                boxes += found
                owners += [number] * len(found)
        self._silent = np.array(silent, dtype=np.int64)
        self._south, self._north, self._west, self._east = np.array(boxes).reshape(-1, 4).T.copy()
        self._read, self._starts = np.unique(np.array(owners, dtype=np.int64), return_index=True)

    def around(self, latitude: float, longitude: float) -> Numbers:
        numbers = np.full(self._count, _OPEN, dtype=np.int8)
        numbers[self._silent] = SILENT
        if len(self._read):
            level = (self._south <= latitude) & (latitude <= self._north)
            beside = np.zeros(len(level), dtype=bool)
            for turn in (0.0, 360.0, -360.0):
                beside |= (self._west <= longitude + turn) & (longitude + turn <= self._east)
            held = np.logical_or.reduceat(level & beside, self._starts)
            numbers[self._read[~held]] = UNMET
        return numbers
