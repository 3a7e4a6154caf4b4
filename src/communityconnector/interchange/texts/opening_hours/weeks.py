"""Which spans of a text are of which days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import attrs

from communityconnector.interchange.texts.opening_hours.clock import WHOLE_DAY
from communityconnector.interchange.texts.opening_hours.doubts import doubt
from communityconnector.interchange.texts.opening_hours.items import HoursItem
from communityconnector.interchange.texts.opening_hours.vocabulary import DAYS
from communityconnector.model.rule_parts import CLOSED, UNSURE

RawSchedule = dict[str, Any]
"""Parts of a schedule."""


@attrs.define
class _Group:
    """Days with their spans."""

    days: list[str] = attrs.field(factory=list)
    spans: list[tuple[str, str]] = attrs.field(factory=list)
    after_stop: bool = True

    @property
    def weekdays(self) -> set[str]:
        return {day[-2:] for day in self.days}

    @property
    def monthly(self) -> bool:
        return any(not day.isalpha() for day in self.days)


def schedules(items: Sequence[HoursItem]) -> list[RawSchedule]:
    """Return the schedules that a text means.

    Raises:
        DoubtError: it is not certain which.
    """
    return _of_dates(items) if any(item.kind == "dates" for item in items) else _Weeks(items).parts()


def _of_dates(items: Sequence[HoursItem]) -> list[RawSchedule]:
    """Return the schedules of a text that names dates of the month, instead of days of the week."""
    dates = [item.numbers for item in items if item.kind == "dates"]
    spans = [item.span for item in items if item.kind == "span"]
    if len(dates) != 1 or not spans or any(item.kind not in {"dates", "span", "stop"} for item in items):
        doubt("which date")
    _check_order(spans)
    bymonthday = ",".join(map(str, dict.fromkeys(dates[0])))
    return [
        {"freq": "MONTHLY", "bymonthday": bymonthday, "opens_at": opens, "closes_at": closes}
        for opens, closes in spans
    ]


class _Weeks:
    """Puts the parts of a text together."""

    def __init__(self, items: Sequence[HoursItem]) -> None:
        self._items = items
        self._groups: list[_Group] = []
        self._shut: set[str] = set()
        self._closed: list[str] = []
        self._doubtful: list[str] = []
        order = [item.kind for item in items if item.kind in {"days", "span"}]
        if "span" not in order:
            doubt(
                "no times"
                if order
                else "closed"
                if any(i.kind == "closed" for i in items)
                else "no hours in it"
            )
        if "days" not in order:
            self._need_whole_day(order)
        self._days_first = order[0] == "days"

    def _need_whole_day(self, order: Sequence[str]) -> None:
        """The whole day alone ("24 hours") is on every day."""
        if any(item.kind == "span" and item.span != WHOLE_DAY for item in self._items) or len(order) > 1:
            doubt("no day")
        self._groups = [_Group([*DAYS])]

    def parts(self) -> list[RawSchedule]:
        at, after_stop = 0, True
        while at < len(self._items):
            item = self._items[at]
            if item.kind in {"closed", "except"}:
                at = self._exception(at)
            elif item.kind == "stop":
                at += 1
            else:
                self._take(item, after_stop=after_stop)
                at += 1
            after_stop = item.kind == "stop"
        self._trailing()
        return list(self._parts())

    def _take(self, item: HoursItem, *, after_stop: bool) -> None:
        last = self._groups[-1] if self._groups else None
        if item.kind == "span":
            if last is None or (not self._days_first and last.days and len(self._groups[0].spans)):
                last = _Group()
                self._groups.append(last)
            last.spans.append(item.span)
        elif item.kind == "which":
            self._narrow(
                last,
                [
                    f"{number}{day}"
                    for number in item.numbers
                    for day in sorted(last.weekdays if last else ())
                ],
            )
        elif item.in_brackets and last is not None and last.days:
            self._narrow(last, item.days)
        else:
            # "Mon 9-5; Tue; Wed 9-1": of Tuesday nothing is known.
            alone = after_stop and any(group.spans for group in self._groups)
            if last is None or (self._days_first and (last.spans or alone)):
                last = _Group(after_stop=after_stop)
                self._groups.append(last)
            last.days += item.days

    @staticmethod
    def _narrow(group: _Group | None, days: Sequence[str]) -> None:
        """Weeks of the month that a text names after their day: "Saturday 10-12 (1st and 3rd)"."""
        monthly = bool(days) and all(not day.isalpha() for day in days)
        if group is None or group.monthly or not monthly or {day[-2:] for day in days} != group.weekdays:
            doubt("which weeks of the month")
        if len(group.weekdays) != 1:
            doubt("which weekday of the month")
        group.days = [*days]

    def _exception(self, at: int) -> int:
        """Read what a text says is closed, or excepts, and return where it goes on."""
        closing = self._items[at].kind == "closed"
        last = self._groups[-1] if self._groups else None
        days, after = self._days_from(at + 1)
        bare = last is not None and bool(last.days) and not last.spans
        if closing and self._days_first and bare and last is not None:
            self._groups.pop()
            self._leave_out(None, last.days, closing=True)
            return at + 1
        if days:
            if after < len(self._items) and self._items[after].kind == "span":
                doubt("what is closed")
            self._leave_out(last, days, closing=closing)
            return after
        spans = []
        after = at + 1
        while closing and after < len(self._items) and self._items[after].kind == "span":
            spans.append(self._items[after].span)
            after += 1
        if not spans:
            doubt("what is closed")
        for span in spans:
            self._pause(span)
        return after

    def _days_from(self, at: int) -> tuple[list[str], int]:
        days: list[str] = []
        while at < len(self._items) and self._items[at].kind == "days":
            days += self._items[at].days
            at += 1
        return days, at

    def _leave_out(self, group: _Group | None, days: Sequence[str], *, closing: bool) -> None:
        monthly = [day for day in days if not day.isalpha()]
        if len(monthly) == len(days):
            # What is only excepted may be open at other times.
            (self._closed if closing else self._doubtful).extend(days)
        elif monthly:
            doubt("which weeks of the month")
        elif closing:
            self._shut.update(days)
        elif group is None or not set(days) < set(group.days) or group.monthly:
            doubt("what is excepted")
        else:
            group.days = [day for day in group.days if day not in days]

    def _pause(self, pause: tuple[str, str]) -> None:
        """Take a pause ("closed 12-1") out of the spans in which it lies."""
        begin, end = pause
        is_within = False
        for group in self._groups:
            for number, (opens, closes) in enumerate(group.spans):
                if opens < begin < end < closes:
                    group.spans[number : number + 1] = [(opens, begin), (end, closes)]
                    is_within = True
                    break
        if not is_within:
            doubt("what is closed")

    def _trailing(self) -> None:
        """Days after the last span of a text that puts days first, or spans after its last day."""
        last = self._groups[-1]
        if not last.days:
            doubt("no day")
        if last.spans:
            return
        before = self._groups[-2] if len(self._groups) > 1 else None
        if before is None:
            doubt("no times")
        if last.monthly and not before.monthly and last.weekdays == before.weekdays:
            self._groups.pop()
            self._narrow(before, last.days)
        elif last.monthly or not last.after_stop or not self._days_first:
            doubt("days without times")

    def _parts(self) -> Iterator[RawSchedule]:
        self._take_out_closed()
        self._check()
        for group in self._groups:
            freq = "MONTHLY" if group.monthly else "WEEKLY"
            byday = ",".join(
                dict.fromkeys(group.days) if group.monthly else [day for day in DAYS if day in group.days]
            )
            for opens, closes in dict.fromkeys(group.spans):
                yield {"freq": freq, "byday": byday, "opens_at": opens, "closes_at": closes}
            if not group.spans:
                yield {"freq": freq, "byday": byday, UNSURE: "no times are given for that day"}
        for days, says in (
            (self._closed, {CLOSED: True}),
            (self._doubtful, {UNSURE: "they say that it is closed that day"}),
        ):
            if days:
                yield {"freq": "MONTHLY", "byday": ",".join(dict.fromkeys(days)), **says}

    def _take_out_closed(self) -> None:
        """Take days out that are called closed beside more of them ("weekdays 9-5, closed Wednesdays")."""
        for group in self._groups:
            left = [day for day in group.days if day not in self._shut]
            if left and group.spans and not group.monthly:
                group.days = left

    def _check(self) -> None:
        """Check that no day is given twice in two ways."""
        weekly: dict[str, list[tuple[str, str]]] = {}
        monthly: dict[str, list[tuple[str, str]]] = {}
        for group in self._groups:
            if group.monthly and any(day.isalpha() for day in group.days):
                doubt("which weeks of the month")
            for day in dict.fromkeys(group.days):
                spans = (monthly if group.monthly else weekly).setdefault(day, [])
                if spans and not group.spans:
                    doubt("a day with times and without")
                spans += group.spans
        for spans in (*weekly.values(), *monthly.values()):
            _check_order(list(dict.fromkeys(spans)))
        if {day[-2:] for day in monthly} & weekly.keys():
            doubt("which weeks of the month")
        if self._shut & weekly.keys() or any(d[-2:] in self._shut for d in monthly):
            doubt("a day both open and closed")
        if not {day[-2:] for day in (*self._closed, *self._doubtful)} <= weekly.keys():
            doubt("what is excepted")
        if not self._groups:
            doubt("closed")


def _check_order(spans: list[tuple[str, str]]) -> None:
    """That the spans of a day do not cross each other."""
    if len(spans) < 2:
        return
    ordered = sorted(spans)
    for (opens, closes), (later, _) in pairwise(ordered):
        if closes <= opens or closes > later:
            doubt("spans that cross each other")
