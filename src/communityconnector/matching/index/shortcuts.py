"""Sooner ways to answers: arrays that say of many facts at once what a criterion says of one.

The weekly hours, and the boxes around areas. What they do not tell, the criterion is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.answers import Reason
from communityconnector.matching.criteria import AREA, OPEN_AT, Facts, areas
from communityconnector.matching.criteria.opening import Asked, open_then
from communityconnector.matching.criteria.place import Whereabouts
from communityconnector.matching.schedules.plain_weeks import NEVER, plain_weeks
from communityconnector.model.extents import polygons

UNMET, MET, UNKNOWN, SILENT = 0, 1, 2, 3
"""Answers as numbers; the last is for a criterion that does not bear on the offer."""
OPEN: Final = -1
"""Stands where an answer is not told."""

Numbers = NDArray[np.int8]


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

    Most have at most one span a day and hold for ever: those are looked up by the day. The others have rows.

    Args:
        opens: by facts and weekday (Monday is 0), seconds of opening since that day's midnight; `NEVER` where it is
            closed, or where the facts are not of that kind.
        closes: the same for closing, beyond 86,400 on the next day; 0 where it is closed.
        starts: where the rows of the other facts begin; none where more has to be said than days of the week.
        table: a row a rule and day: what `plain_weeks` has.
    """

    ARRAYS: Final = 4
    AT_ONCE: Final = 4096
    """So many facts are answered as soon as a question comes: moments are often asked again, and arrays are quick."""

    def __init__(
        self,
        opens: NDArray[np.int32],
        closes: NDArray[np.int32],
        starts: NDArray[np.int64],
        table: NDArray[np.int32],
    ) -> None:
        self.mute = False
        """Whether the criterion says nothing to any of the facts."""
        self.opens = opens
        self.closes = closes
        self.closed = np.where(closes.any(axis=1), np.int8(UNMET), np.int8(OPEN))
        """The answer where no span of such facts holds a moment: those that have any are closed."""
        self.spans = _Spans()
        self._starts = starts
        self._table = table

    @staticmethod
    def columns_of(facts: Sequence[Facts]) -> tuple[NDArray[Any], ...]:
        """The columns of facts."""
        opens = np.full((len(facts), 7), NEVER, dtype=np.int32)
        closes = np.zeros((len(facts), 7), dtype=np.int32)
        rows: list[tuple[int, ...]] = []
        owners: list[int] = []
        for number, (zone, rules) in enumerate(facts):
            week = (None if zone else plain_weeks(rules)) or []
            if all(row[3:] == _ALWAYS for row in week) and len({row[0] for row in week}) == len(week):
                for day, begin, end, *_ in week:
                    opens[number, day], closes[number, day] = begin, end
            else:
                rows += week
                owners += [number] * len(week)
        table = np.array(rows, dtype=np.int32).reshape(-1, 7)
        return opens, closes, _starts(np.array(owners, dtype=np.int64), len(facts)), table

    def to(self, asked: Asked) -> _Moment | None:
        """What can be told here of a moment: of one beside a change of the clocks, of a window, nothing."""
        if asked.ends is not None or asked.least is not None or asked.holidays is not None:
            return None
        zone = asked.zone or asked.begins.tzinfo
        moment = asked.begins.astimezone(zone)
        offset = moment.utcoffset()
        around = (moment + timedelta(hours=ahead) for ahead in (-48, -36, -24, -12, 12, 24, 36, 48))
        if any(other.astimezone(zone).utcoffset() != offset for other in around):
            return None
        return _Moment(self, moment)

    def all_rows(self, codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """Which of some facts have rows, those rows, and where in them those of each begin."""
        if not len(self._table):
            return _NONE, self._table, _NONE
        having = np.flatnonzero(self._starts[codes + 1] > self._starts[codes])
        rows, begins = _rows_of(self._starts, codes[having])
        return having, self._table[rows], begins


_NONE: Final = np.empty(0, dtype=np.int64)


class _Moment:
    """What weekly hours say of a moment, far from any change of the clocks."""

    def __init__(self, weeks: Weeks, moment: datetime) -> None:
        self._weeks = weeks
        self._today, self._weekday = moment.toordinal(), moment.weekday()
        self._second = moment.hour * 3600 + moment.minute * 60 + moment.second
        day, before = self._weekday, (self._weekday - 1) % 7
        self._opens, self._closes = weeks.opens[:, day], weeks.closes[:, day]
        self._late = weeks.closes[:, before]

    def answers(self, codes: NDArray[Any]) -> Numbers:
        """The answers to facts by their numbers, as far as they are told here; else `OPEN`."""
        second = self._second
        closes = self._closes[codes]
        is_open = (self._opens[codes] <= second) & (second < closes)
        is_open |= second + _DAY < self._late[codes]
        told = np.where(is_open, np.int8(MET), np.int8(OPEN))
        left = (~is_open).nonzero()[0]
        if len(left):
            told[left] = self._otherwise(codes[left])
        return told

    def _otherwise(self, codes: NDArray[Any]) -> Numbers:
        """The same for facts of which none is open by the day."""
        told = self._weeks.closed.take(codes)
        plain, rows, begins = self._weeks.all_rows(codes)
        if not len(plain):
            return told
        day, opens, closes, first, last, valid_from, valid_to = rows.T
        today, weekday, second = self._today, self._weekday, self._second

        def on(today: int, weekday: int) -> NDArray[np.bool_]:
            held = (day == weekday) & (today >= first) & (today <= last)
            return np.asarray(held & (today >= valid_from) & (today <= valid_to))

        here = on(today, weekday) & (second >= opens) & (second < closes)
        late = on(today - 1, (weekday - 1) % 7) & (second + _DAY < closes)
        doubt = (today < valid_from) | (today > valid_to)
        is_open = np.logical_or.reduceat(here | late, begins)
        in_doubt = np.logical_or.reduceat(doubt, begins)
        told[plain] = np.where(is_open, MET, np.where(in_doubt, UNKNOWN, UNMET))
        return told

    def reason(self, code: int) -> Reason | None:
        """The answer to facts in words, where one span of today holds the moment and no other goes on; else `None`."""
        opens, closes = int(self._opens[code]), int(self._closes[code])
        if not opens <= self._second < closes < _DAY or self._late[code] > opens + _DAY:
            return None
        return self._weeks.spans[opens, closes]


_DAY: Final = 86_400
_ALWAYS: Final = (0, NEVER, 0, NEVER)
"""Limits of a row that has none."""


class _Spans(dict[tuple[int, int], Reason]):
    """The reasons of what is open from one second of a day to another, each made when it is first looked up."""

    def __missing__(self, span: tuple[int, int]) -> Reason:
        reason = self[span] = open_then(*(time(s // 3600, s // 60 % 60, s % 60) for s in span))
        return reason


class Boxes:
    """The boxes around areas whose every shape can be read: a point outside all of them is not served.

    Args:
        starts: where the boxes of each facts begin; none where a shape cannot be read.
        boxes: a row a box: south, north, west and east.
        silent: whether the criterion says nothing to the facts.
    """

    ARRAYS: Final = 3
    AT_ONCE: Final = 16
    """So many facts are answered as soon as a question comes: each place is another question."""

    def __init__(
        self, starts: NDArray[np.int64], boxes: NDArray[np.float64], silent: NDArray[np.bool_]
    ) -> None:
        self.mute = bool(silent.all())
        """Whether the criterion says nothing to any of the facts."""
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
            shapes = [polygons(extent) if areas.may_be_shape(form) else () for _, extent, form in served]
            if all(shapes):
                found = [(p.south, p.north, p.west, p.east) for shape in shapes for p in shape]
                boxes += found
                owners += [number] * len(found)
        starts = _starts(np.array(owners, dtype=np.int64), len(facts))
        return starts, np.array(boxes, dtype=np.float64).reshape(-1, 4), np.array(silent, dtype=bool)

    def to(self, asked: Whereabouts) -> _Spot | None:
        """What can be told here of a point. Names of areas do not matter to shapes that can be read."""
        return None if asked.point is None else _Spot(self, *asked.point)

    def is_silent(self, codes: NDArray[Any]) -> NDArray[np.bool_]:
        """To which facts by their numbers the criterion says nothing."""
        return np.asarray(self._silent[codes])

    def all_rows(
        self, codes: NDArray[Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Which of some facts have boxes, those boxes, and where in them those of each begin."""
        having = np.flatnonzero(self._starts[codes + 1] > self._starts[codes])
        rows, begins = _rows_of(self._starts, codes[having])
        return having, self._boxes[rows], begins


class _Spot:
    """What boxes around areas say of a point."""

    def __init__(self, boxes: Boxes, latitude: float, longitude: float) -> None:
        self._boxes = boxes
        self._latitude, self._longitude = latitude, longitude

    def answers(self, codes: NDArray[Any]) -> Numbers:
        """The answers to facts by their numbers, as far as they are told here; else `OPEN`."""
        told = np.where(self._boxes.is_silent(codes), SILENT, OPEN).astype(np.int8)
        read, rows, begins = self._boxes.all_rows(codes)
        if len(read):
            south, north, west, east = rows.T
            level = (south <= self._latitude) & (self._latitude <= north)
            beside = np.zeros(len(rows), dtype=bool)
            for longitude in (self._longitude, self._longitude + 360.0, self._longitude - 360.0):
                beside |= (west <= longitude) & (longitude <= east)
            # With its axes swapped, a shape may hold the point after all.
            turned = (south <= self._longitude) & (self._longitude <= north)
            turned &= (west <= self._latitude) & (self._latitude <= east)
            held = np.logical_or.reduceat((level & beside) | turned, begins)
            told[read[~held]] = UNMET
        return told

    def reason(self, _: int) -> None:
        """Boxes have no words."""
        return


SHORTCUTS: Final[Mapping[str, type[Weeks | Boxes]]] = {OPEN_AT.name: Weeks, AREA.name: Boxes}
"""Sooner ways to answers, by criterion."""
