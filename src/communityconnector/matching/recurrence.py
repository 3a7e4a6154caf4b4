"""On which days a schedule occurs, and from when to when: HSDS schedules are the parts of a recurrence rule.

The rule is that of RFC 5545; `dateutil.rrule` expands what counts weeks or months. Where it is incomplete or impossible
nobody can say: `NotUnderstoodError`, which is an answer of *unknown* and never leaves the room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

from communityconnector.model import Schedule, Weekday

Holidays = Callable[[date], str | None]
"""Says which holiday a day is; `None` for an ordinary day."""


class Rule(NamedTuple):
    """A schedule's parts, as HSDS has them."""

    opens_at: str | None
    closes_at: str | None
    freq: str | None
    byday: str | None
    valid_from: str | None
    valid_to: str | None
    dtstart: str | None
    until: str | None
    occurrences: float | None
    interval: float | None
    wkst: str | None
    bymonthday: str | None
    byyearday: str | None
    byweekno: str | None
    timezone: float | None


_PARTS: Final = {"occurrences": "count"}
"""Parts that are called otherwise in HSDS; `count` is a method of every tuple."""


def rule_of(schedule: Schedule) -> Rule:
    """The parts of a schedule that say when it is open."""
    return Rule._make(getattr(schedule, _PARTS.get(part, part)) for part in Rule._fields)


class NotUnderstoodError(Exception):
    """The schedule does not say; the message says why."""


def not_understood(why: str) -> NoReturn:
    """Give up on a schedule: nobody can say."""
    raise NotUnderstoodError(why)


def spans(
    rule: Rule, day: date, zone: tzinfo, holidays: Holidays | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """The span of opening that begins on a day, if one does.

    Raises:
        NotUnderstoodError: the rule does not say whether there is one, or when.
    """
    if not _occurs(rule, day):
        return
    if holidays is not None and (name := holidays(day)) and rule.dtstart != day.isoformat():
        not_understood(f"it is {name}")
    opens, closes = _time(rule.opens_at), _time(rule.closes_at)
    if opens is None or closes is None:
        not_understood("open that day, but the times are not given")
    begins = datetime.combine(day, opens, opens.tzinfo or zone)
    next_day = closes.replace(tzinfo=None) <= opens.replace(tzinfo=None)
    if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
        # Sources write "00:00 to 23:59" for round the clock.
        next_day, closes = True, closes.replace(hour=0, minute=0, second=0, microsecond=0)
    last = day + timedelta(days=1) if next_day else day
    ends = datetime.combine(last, closes, closes.tzinfo or zone)
    yield begins.astimezone(UTC).astimezone(zone), ends.astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=4096)
def _time(text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        not_understood("a date of the schedule cannot be read")


def _occurs(rule: Rule, day: date) -> bool:
    """Whether the rule has an occurrence on a day.

    Before `valid_from` and after `valid_to` nobody has checked: unknown. After `until` it has stopped.
    """
    if rule.until is not None and rule.occurrences is not None:
        not_understood("the schedule contradicts itself")
    first, last = _date(rule.dtstart), _date(rule.until)
    valid_from, valid_to = _date(rule.valid_from), _date(rule.valid_to)
    if valid_to is not None and day > valid_to:
        not_understood("the hours were only given until an earlier day")
    if valid_from is not None and day < valid_from:
        not_understood("the hours are only given from a later day")
    if (last is not None and day > last) or (first is not None and day < first):
        return False
    if rule.freq is None:
        if rule.byday or rule.bymonthday or first is None:
            not_understood("the schedule does not say how often it repeats")
        return day == first
    return _expands_to(rule, day, first or valid_from)


_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_WEEK: Final = tuple(Weekday)


@lru_cache(maxsize=65_536)
def _expands_to(rule: Rule, day: date, start: date | None) -> bool:
    every, count = rule.interval if rule.interval is not None else 1, rule.occurrences
    if not 1 <= every <= 1_000 or every != int(every):
        not_understood("the schedule repeats at an impossible interval")
    if count is not None and not (1 <= count <= 100_000 and count == int(count)):
        not_understood("the schedule has an impossible count")
    if rule.freq not in ("WEEKLY", "MONTHLY"):
        not_understood("the schedule repeats in a way that HSDS does not have")
    if rule.byyearday or rule.byweekno:
        not_understood("the schedule counts days or weeks of the year, which it may not")
    monthly = rule.freq == "MONTHLY"
    counted = every > 1 or count is not None
    if start is None and counted:
        not_understood("the schedule does not say when it began")
    days = [(number if monthly else 0, _WEEK.index(Weekday(name))) for number, name in _days(rule.byday)]
    dates = _dates(rule.bymonthday) if monthly else []
    if not days and not dates:
        if start is None:
            not_understood("the schedule does not say on which days")
        # RFC 5545: what the rule leaves open is taken from its first day.
        if monthly:
            dates = [start.day]
        else:
            days = [(0, start.weekday())]
    if not monthly and not counted:
        return any(weekday == day.weekday() for _, weekday in days)
    return _by_rrule(rule, day, start, days, dates)


def _by_rrule(
    rule: Rule, day: date, start: date | None, days: list[tuple[int, int]], dates: list[int]
) -> bool:
    from dateutil.rrule import MONTHLY, WEEKLY, rrule
    from dateutil.rrule import weekday as rule_day

    every = int(rule.interval) if rule.interval is not None else 1
    counted = every > 1 or rule.occurrences is not None
    # Where nothing counts from the first day, the rule is expanded from a week or a month before the day asked.
    begin = start if start is not None and counted else (day - timedelta(days=7)).replace(day=1)
    wkst = rule.wkst
    made = rrule(
        MONTHLY if rule.freq == "MONTHLY" else WEEKLY,
        dtstart=datetime.combine(begin, time.min),
        interval=every,
        count=int(rule.occurrences) if rule.occurrences is not None else None,
        wkst=_WEEK.index(Weekday(wkst)) if wkst in _WEEK else None,
        byweekday=[rule_day(weekday, number or None) for number, weekday in days] or None,
        bymonthday=dates or None,
    )
    wanted = datetime.combine(day, time.min)
    return bool(made.between(wanted, wanted, inc=True))


_MOST_OF_A_DAY_IN_A_MONTH: Final = 5


def _days(text: str | None) -> list[tuple[int, str]]:
    """The days of a `byday`, each with its number in the month or 0."""
    parts = [part.strip().upper() for part in (text or "").split(",") if part.strip()]
    found = [_BYDAY.fullmatch(part) for part in parts]
    days = [(int(match[1] or 0), match[2]) for match in found if match]
    if None in found or any(abs(number) > _MOST_OF_A_DAY_IN_A_MONTH for number, _ in days):
        not_understood("a day of the schedule cannot be read")
    return days


def _dates(text: str | None) -> list[int]:
    try:
        dates = [int(part) for part in (text or "").split(",") if part.strip()]
    except ValueError:
        not_understood("a day of the month cannot be read")
    if any(not 1 <= abs(number) <= 31 for number in dates):
        not_understood("a day of the month cannot be")
    return dates


NEVER: Final = 9_999_999
"""Ordinal of a day that never comes."""


def plain_weeks(rules: tuple[Any, ...]) -> list[tuple[int, int, int, int, int, int, int]] | None:
    """Rules that only name days of the week, as numbers; `None` where any rule says more.

    Returns:
        A row a rule and day: weekday (Monday is 0), seconds of opening and of closing since that day's
        midnight (beyond 86,400 on the next day), ordinals of the first and last day of occurrence and of validity.
    """
    rows = []
    for rule in rules:
        if rule.freq != "WEEKLY" or rule.interval not in (None, 1) or rule.occurrences is not None:
            return None
        if not rule.byday or rule.byyearday or rule.byweekno or rule.timezone is not None:
            return None
        try:
            days = _days(rule.byday)
            first, last, valid_from, valid_to = (
                _date(d) for d in (rule.dtstart, rule.until, rule.valid_from, rule.valid_to)
            )
        except NotUnderstoodError:
            return None
        opens, closes = _time(rule.opens_at), _time(rule.closes_at)
        if opens is None or closes is None or opens.tzinfo or closes.tzinfo:
            return None
        if opens.microsecond or closes.microsecond:
            return None
        begin, end = _seconds(opens), _seconds(closes)
        if begin == 0 and (closes.hour, closes.minute) == (23, 59) and opens.minute == 0:
            end = 86_400
        elif end <= begin:
            end += 86_400
        limits = (
            first.toordinal() if first else 0,
            last.toordinal() if last else NEVER,
            valid_from.toordinal() if valid_from else 0,
            valid_to.toordinal() if valid_to else NEVER,
        )
        rows += [(_WEEK.index(Weekday(name)), begin, end, *limits) for _, name in days]
    return rows


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
