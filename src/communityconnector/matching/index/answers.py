"""What a criterion answers to facts that offers share: worked out once for each, and kept while it is asked again.

The answers come from the criterion itself, one by one; where there are many distinct facts and arrays can say the same
sooner (weekly hours, the boxes around areas), they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
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
_AT_ONCE: Final = 16
"""So few facts are asked as soon as a question comes."""


class Answers:
    """One question's answers to all facts of a criterion.

    Args:
        table: the facts.
        asked: what is asked.
    """

    __slots__ = ("_asked", "_numbers", "_open", "_reasons", "_table", "harmless")

    def __init__(self, table: AnswerTable, asked: Any) -> None:
        self._table = table
        self._asked = asked
        self._reasons: dict[int, Reason | None] = {}
        self._numbers: Numbers = np.full(len(table.facts), _OPEN, dtype=np.int8)
        self._open = True
        self.harmless = False
        """Whether it is known that no fact is against what is asked."""
        if len(table.facts) <= _AT_ONCE:
            self._work_out(np.arange(len(table.facts)))
            self._open = False
            self.harmless = not (self._numbers == UNMET).any()

    def of(self, codes: NDArray[Any], wanted: NDArray[np.bool_] | None = None) -> Numbers:
        """The answers to facts by their numbers.

        Args:
            codes: the numbers.
            wanted: which of them count; what the others say is left open.
        """
        found: Numbers = self._numbers[codes]
        if self._open:
            left = found == _OPEN
            if wanted is not None:
                left &= wanted
            if left.any():
                self._work_out(np.unique(codes[left]).astype(np.int64))
                found = self._numbers[codes]
        return found

    def _work_out(self, codes: NDArray[Any]) -> None:
        shortcut = self._table.shortcut
        if shortcut is not None:
            self._numbers[codes] = shortcut.answers(self._asked, codes)
            codes = codes[self._numbers[codes] == _OPEN]
        for code in codes.tolist():
            reason = self.reason(code)
            self._numbers[code] = SILENT if reason is None else _CODES[reason.answer]

    def reason(self, code: int) -> Reason | None:
        """The answer to facts in words."""
        try:
            return self._reasons[code]
        except KeyError:
            table = self._table
            reason = self._reasons[code] = table.criterion.answer(table.facts[code], self._asked)
            return reason


class AnswerTable:
    """The distinct facts of one criterion, and the answers to what was lately asked of them.

    Args:
        criterion: the criterion.
        facts: its distinct facts.
        columns: the same facts as arrays, where that is a sooner way to answers (`SHORTCUTS`) and they are at hand.

    May be shared between threads: what two work out at once is the same.
    """

    def __init__(
        self, criterion: Criterion, facts: Sequence[Facts], columns: Sequence[NDArray[Any]] | None = None
    ) -> None:
        self.criterion = criterion
        self.facts = facts
        self._kept: dict[Any, Answers] = {}
        self._columns = columns

    @cached_property
    def shortcut(self) -> Weeks | Boxes | None:
        """The sooner way to answers, where there is one."""
        kind = SHORTCUTS.get(self.criterion.name)
        if kind is None:
            return None
        return kind(*(kind.columns_of(self.facts) if self._columns is None else self._columns))

    def ask(self, asked: Any) -> Answers:
        """The answers to a question."""
        kept = self._kept.get(asked)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {}
            kept = self._kept[asked] = Answers(self, asked)
        return kept


def _starts(owners: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Where the rows of each of so many facts begin, and where the last ends, in rows sorted by their facts."""
    return np.searchsorted(owners, np.arange(count + 1))


def _rows_of(starts: NDArray[np.int64], codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of some facts, one after the other, and where in them those of each begin."""
    begins, lengths = starts[codes], starts[codes + 1] - starts[codes]
    offsets = np.cumsum(lengths) - lengths
    return np.repeat(begins - offsets, lengths) + np.arange(int(lengths.sum())), offsets


class Weeks:
    """Facts of hours that only name days of the week, as columns.

    Args:
        starts: where the rows of each facts begin; no rows where more has to be said than days of the week.
        table: a row a rule and day: what `hours.plain_weeks` has.
    """

    def __init__(self, starts: NDArray[np.int64], table: NDArray[np.int32]) -> None:
        self._starts = starts
        self._table = table

    @staticmethod
    def columns_of(facts: Sequence[Facts]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The columns of facts."""
        rows: list[tuple[int, ...]] = []
        owners: list[int] = []
        for number, (zone, rules) in enumerate(facts):
            week = (None if zone else hours.plain_weeks(rules)) or ()
            rows += week
            owners += [number] * len(week)
        table = np.array(rows, dtype=np.int32).reshape(-1, 7)
        return _starts(np.array(owners, dtype=np.int64), len(facts)), table

    def answers(self, asked: Asked, codes: NDArray[Any]) -> Numbers:
        """The answers to facts by their numbers, as far as they are told here; else -1."""
        told = np.full(len(codes), _OPEN, dtype=np.int8)
        zone = asked.zone or asked.begins.tzinfo
        moment = asked.begins.astimezone(zone)
        offsets = {
            (moment + timedelta(hours=ahead)).astimezone(zone).utcoffset() for ahead in range(-48, 49, 12)
        }
        # Beside a change of the clocks, and for a window, a length or holidays, the criterion is asked itself.
        special = asked.ends is not None or asked.least is not None or asked.holidays is not None
        plain = np.flatnonzero(self._starts[codes + 1] > self._starts[codes])
        if special or len(offsets) > 1 or not len(plain):
            return told
        rows, begins = _rows_of(self._starts, codes[plain])
        day, opens, closes, first, last, valid_from, valid_to = self._table[rows].T

        def on(today: int, weekday: int) -> NDArray[np.bool_]:
            held = (day == weekday) & (today >= first) & (today <= last)
            return np.asarray(held & (today >= valid_from) & (today <= valid_to))

        today = moment.toordinal()
        second = moment.hour * 3600 + moment.minute * 60 + moment.second
        here = on(today, moment.weekday()) & (second >= opens) & (second < closes)
        late = on(today - 1, (moment.weekday() - 1) % 7) & (second + 86_400 < closes)
        doubt = (today < valid_from) | (today > valid_to)
        is_open = np.logical_or.reduceat(here | late, begins)
        in_doubt = np.logical_or.reduceat(doubt, begins)
        told[plain] = np.where(is_open, MET, np.where(in_doubt, UNKNOWN, UNMET))
        return told


class Boxes:
    """The boxes around areas whose every shape can be read: a point outside all of them is not served.

    Args:
        starts: where the boxes of each facts begin; none where a shape cannot be read.
        boxes: a row a box: south, north, west and east.
        silent: whether the criterion says nothing to the facts.
    """

    def __init__(
        self, starts: NDArray[np.int64], boxes: NDArray[np.float64], silent: NDArray[np.bool_]
    ) -> None:
        self._starts = starts
        self._boxes = boxes
        self._silent = silent

    @staticmethod
    def columns_of(facts: Sequence[Facts]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The columns of facts."""
        boxes: list[tuple[float, ...]] = []
        owners: list[int] = []
        silent = [not served and not placeless for served, placeless in facts]
        for number, (served, _) in enumerate(facts):
            shapes = [
                areas.polygons(extent) if form.lower() in ("", "geojson") else ()
                for _, extent, form in served
            ]
            if all(shapes):
                found = [(p.south, p.north, p.west, p.east) for shape in shapes for p in shape]
                boxes += found
                owners += [number] * len(found)
        starts = _starts(np.array(owners, dtype=np.int64), len(facts))
        return starts, np.array(boxes, dtype=np.float64).reshape(-1, 4), np.array(silent, dtype=bool)

    def answers(self, asked: tuple[float, float], codes: NDArray[Any]) -> Numbers:
        """The answers to facts by their numbers, as far as they are told here; else -1."""
        latitude, longitude = asked
        told = np.where(self._silent[codes], SILENT, _OPEN).astype(np.int8)
        read = np.flatnonzero(self._starts[codes + 1] > self._starts[codes])
        if len(read):
            rows, begins = _rows_of(self._starts, codes[read])
            south, north, west, east = self._boxes[rows].T
            level = (south <= latitude) & (latitude <= north)
            beside = (west <= longitude) & (longitude <= east)
            for turn in (360.0, -360.0):
                beside |= (west <= longitude + turn) & (longitude + turn <= east)
            held = np.logical_or.reduceat(level & beside, begins)
            told[read[~held]] = UNMET
        return told


SHORTCUTS: Final[Mapping[str, type[Weeks | Boxes]]] = {OPEN_AT.name: Weeks, AREA.name: Boxes}
"""Sooner ways to answers, by criterion."""
