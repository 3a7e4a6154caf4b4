"""Shortcuts to answers: arrays that answer for many facts at once what a criterion answers for one.

There are shortcuts for weekly hours and for areas. Facts that they leave undecided go to the criterion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.answers import Reason
from communityconnector.matching.criteria import AREA, OPEN_AT, Facts, areas
from communityconnector.matching.criteria.opening import OpenQuery, open_then
from communityconnector.matching.criteria.whereabouts import Whereabouts
from communityconnector.matching.schedules.weekly_hours import NEVER, weekly_rows
from communityconnector.model.extents import polygons

UNMET, MET, UNKNOWN, SILENT, POSSIBLE, DOUBTFUL, UNLIKELY = 0, 1, 2, 3, 4, 5, 6
"""Kinds of answers as numbers; `SILENT` means that the criterion does not apply to the offer."""
UNDECIDED: Final = -1
"""Means that only the criterion itself can answer."""

Numbers = NDArray[np.int8]


def _starts(owners: Sequence[int], count: int) -> NDArray[np.int64]:
    """Return where the rows of each of so many facts begin, and where the last end, in rows sorted by their facts."""
    return np.searchsorted(np.array(owners, dtype=np.int64), np.arange(count + 1))


class _Table:
    """Rows that belong to facts: any number to each.

    Args:
        starts: where the rows of each facts begin, and where the last end.
        rows: the rows.
    """

    def __init__(self, starts: NDArray[np.int64], rows: NDArray[Any]) -> None:
        self._starts = starts
        self._rows = rows

    def rows_of(self, codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.int64]]:
        """Return which of some facts have rows, those rows, and where among them those of each begin."""
        begins, lengths = self._starts[codes], self._starts[codes + 1] - self._starts[codes]
        owners = np.flatnonzero(lengths)
        begins, lengths = begins[owners], lengths[owners]
        offsets = np.cumsum(lengths) - lengths
        rows = np.repeat(begins - offsets, lengths) + np.arange(int(lengths.sum()))
        return owners, self._rows[rows], offsets


class WeeklyHours:
    """Hours that only name days of the week, as columns.

    Most have at most one span a day and are always valid: those are looked up by the day. Others have rows.

    Args:
        opens: by facts and weekday (Monday is 0), seconds of opening since that day's midnight; `NEVER` if closed, or if
            the facts have rows or say more.
        closes: the same for closing, beyond 86,400 on the next day; 0 if closed.
        starts: where the rows of each facts begin; facts that say more have none.
        rows: a row for each rule and day (see `weekly_rows`).
    """

    ARRAYS: Final = 4
    AT_ONCE: Final = 4096
    """Up to so many facts are all answered when a question comes: moments are often asked again, and arrays are fast."""

    def __init__(
        self,
        opens: NDArray[np.int32],
        closes: NDArray[np.int32],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
    ) -> None:
        self.mute = False
        """Whether the criterion applies to none of the facts."""
        self.opens = opens
        self.closes = closes
        self.closed = np.where(closes.any(axis=1), np.int8(UNMET), np.int8(UNDECIDED))
        """The answer if no span by the day covers a moment: facts that have such spans are closed."""
        self.reasons = _OpenReasons()
        self.table = _Table(starts, rows)

    @staticmethod
    def columns_of(facts: Sequence[Facts]) -> tuple[NDArray[Any], ...]:
        """Return the columns of facts."""
        opens = np.full((len(facts), 7), NEVER, dtype=np.int32)
        closes = np.zeros((len(facts), 7), dtype=np.int32)
        rows: list[tuple[int, ...]] = []
        owners: list[int] = []
        for number, (zone, rules) in enumerate(facts):
            week = (None if zone else weekly_rows(rules)) or []
            if all(row[3:] == _ALWAYS for row in week) and len({row[0] for row in week}) == len(week):
                for day, begin, end, *_ in week:
                    opens[number, day], closes[number, day] = begin, end
            else:
                rows += week
                owners += [number] * len(week)
        return opens, closes, _starts(owners, len(facts)), np.array(rows, dtype=np.int32).reshape(-1, 7)

    def to(self, required: OpenQuery) -> _HoursAtMoment | None:
        """Return the answers to a query; `None` for a window, or for a moment near a change of the clocks."""
        if required.ends is not None or required.least is not None or required.holidays is not None:
            return None
        zone = required.zone or required.begins.tzinfo
        moment = required.begins.astimezone(zone)
        offset = moment.utcoffset()
        around = (moment + timedelta(hours=ahead) for ahead in (-48, -36, -24, -12, 12, 24, 36, 48))
        if any(other.astimezone(zone).utcoffset() != offset for other in around):
            return None
        return _HoursAtMoment(self, moment)


class _HoursAtMoment:
    """What weekly hours say of a moment that is not near a change of the clocks."""

    def __init__(self, weeks: WeeklyHours, moment: datetime) -> None:
        self._weeks = weeks
        self._today, self._weekday = moment.toordinal(), moment.weekday()
        self._second = moment.hour * 3600 + moment.minute * 60 + moment.second
        day, before = self._weekday, (self._weekday - 1) % 7
        self._opens, self._closes = weeks.opens[:, day], weeks.closes[:, day]
        self._late = weeks.closes[:, before]

    def answers(self, codes: NDArray[Any]) -> Numbers:
        """Return the answers to facts, by their numbers, or `UNDECIDED`."""
        second = self._second
        closes = self._closes[codes]
        is_open = (self._opens[codes] <= second) & (second < closes)
        is_open |= second + _DAY < self._late[codes]
        answers = np.where(is_open, np.int8(MET), np.int8(UNDECIDED))
        left = (~is_open).nonzero()[0]
        if len(left):
            answers[left] = self._answers_by_rows(codes[left])
        return answers

    def _answers_by_rows(self, codes: NDArray[Any]) -> Numbers:
        """Return the answers to facts that no span by the day makes open."""
        answers = self._weeks.closed.take(codes)
        owners, rows, begins = self._weeks.table.rows_of(codes)
        if not len(owners):
            return answers
        day, opens, closes, first, last, valid_from, valid_to = rows.T
        today, weekday, second = self._today, self._weekday, self._second

        def on(today: int, weekday: int) -> NDArray[np.bool_]:
            occurs = (day == weekday) & (today >= first) & (today <= last)
            return np.asarray(occurs & (today >= valid_from) & (today <= valid_to))

        here = on(today, weekday) & (second >= opens) & (second < closes)
        late = on(today - 1, (weekday - 1) % 7) & (second + _DAY < closes)
        doubt = (today < valid_from) | (today > valid_to)
        is_open = np.logical_or.reduceat(here | late, begins)
        in_doubt = np.logical_or.reduceat(doubt, begins)
        answers[owners] = np.where(is_open, MET, np.where(in_doubt, UNKNOWN, UNMET))
        return answers

    def reason(self, code: int) -> Reason | None:
        """Return the reason if one span of today covers the moment and no other goes on; else `None`."""
        opens, closes = int(self._opens[code]), int(self._closes[code])
        if not opens <= self._second < closes < _DAY or self._late[code] > opens + _DAY:
            return None
        return self._weeks.reasons[opens, closes]


_DAY: Final = 86_400
_ALWAYS: Final = (0, NEVER, 0, NEVER)
"""The dates of a row that is always valid."""


class _OpenReasons(dict[tuple[int, int], Reason]):
    """Reasons of being open, by the seconds of opening and closing, each made when it is first looked up."""

    def __missing__(self, span: tuple[int, int]) -> Reason:
        reason = self[span] = open_then(*(time(s // 3600, s // 60 % 60, s % 60) for s in span))
        return reason


class AreaBoxes:
    """The boxes around areas. If all shapes of an offer can be read, a point outside all its boxes is not served.

    Args:
        starts: where the boxes of each facts begin; facts with a shape that cannot be read have none.
        boxes: a row for each box: south, north, west and east.
        silent: by facts, whether the criterion does not apply.
    """

    ARRAYS: Final = 3
    AT_ONCE: Final = 16
    """Up to so many facts are all answered when a question comes: each place is another question."""

    def __init__(
        self, starts: NDArray[np.int64], boxes: NDArray[np.float64], silent: NDArray[np.bool_]
    ) -> None:
        self.mute = bool(silent.all())
        """Whether the criterion applies to none of the facts."""
        self.silent = silent
        self.table = _Table(starts, boxes)

    @staticmethod
    def columns_of(facts: Sequence[Facts]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return the columns of facts."""
        boxes: list[tuple[float, ...]] = []
        owners: list[int] = []
        silent = [not served and not placeless and not told for served, placeless, told in facts]
        for number, (served, _, _) in enumerate(facts):
            shapes = [polygons(extent) if areas.may_be_shape(form) else () for _, extent, form in served]
            if all(shapes):
                of_facts = [(p.south, p.north, p.west, p.east) for shape in shapes for p in shape]
                boxes += of_facts
                owners += [number] * len(of_facts)
        starts = _starts(owners, len(facts))
        return starts, np.array(boxes, dtype=np.float64).reshape(-1, 4), np.array(silent, dtype=bool)

    def to(self, required: Whereabouts) -> _AreasAtPoint | None:
        """Return the answers for a point. Names of areas do not matter if all shapes can be read."""
        return None if required.point is None else _AreasAtPoint(self, *required.point)


class _AreasAtPoint:
    """What boxes around areas say of a point."""

    def __init__(self, boxes: AreaBoxes, latitude: float, longitude: float) -> None:
        self._boxes = boxes
        self._latitude, self._longitude = latitude, longitude

    def answers(self, codes: NDArray[Any]) -> Numbers:
        """Return the answers to facts, by their numbers, or `UNDECIDED`."""
        answers = np.where(self._boxes.silent[codes], SILENT, UNDECIDED).astype(np.int8)
        owners, rows, begins = self._boxes.table.rows_of(codes)
        if len(owners):
            south, north, west, east = rows.T
            level = (south <= self._latitude) & (self._latitude <= north)
            beside = np.zeros(len(rows), dtype=bool)
            for longitude in (self._longitude, self._longitude + 360.0, self._longitude - 360.0):
                beside |= (west <= longitude) & (longitude <= east)
            # With its axes swapped, a shape may hold the point after all.
            turned = (south <= self._longitude) & (self._longitude <= north)
            turned &= (west <= self._latitude) & (self._latitude <= east)
            may_include = np.logical_or.reduceat((level & beside) | turned, begins)
            answers[owners[~may_include]] = UNMET
        return answers

    def reason(self, _: int) -> None:
        """Return `None`: boxes have no words."""
        return


SHORTCUTS: Final[Mapping[str, type[WeeklyHours | AreaBoxes]]] = {
    OPEN_AT.name: WeeklyHours,
    AREA.name: AreaBoxes,
}
"""The shortcuts, by the name of their criterion."""
