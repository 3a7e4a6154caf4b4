"""Whether something is open at a moment, from HSDS schedules.

A schedule is the parts of an RFC 5545 recurrence rule (`dateutil.rrule` expands it) with a time of opening and
of closing. Where the rule is incomplete or impossible the answer is unknown, never closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final, NoReturn

import attrs

from communityconnector.model import Schedule, Weekday


class Open(StrEnum):
    """What schedules say of a moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@attrs.frozen
class Hours:
    """What schedules say of a moment, and which span says it.

    Attributes:
        state: open, closed or unknown.
        opens_at: local time at which the span that covers the moment began.
        closes_at: local time at which it ends.
        note: why the state is unknown, for people.
    """

    state: Open
    opens_at: time | None = None
    closes_at: time | None = None
    note: str = ""


def at(schedules: Iterable[Schedule], moment: datetime, zone: tzinfo | None = None) -> Hours:
    """What schedules say of a moment.

    One span that covers the moment is enough to be open. Closed means that every schedule is understood and
    none covers it.

    Args:
        schedules: the hours of one offer.
        moment: when, with a zone.
        zone: zone of the schedules' wall-clock times. Default: a schedule's own offset from UTC, and without
            one the zone of `moment`, since the desk that asks is where the service is.
    """
    found = [_one(schedule, moment, zone) for schedule in schedules]
    for state in (Open.OPEN, Open.UNKNOWN, Open.CLOSED):
        for hours in found:
            if hours.state is state:
                return hours
    return Hours(Open.UNKNOWN, note="no hours are given")


def _one(schedule: Schedule, moment: datetime, zone: tzinfo | None) -> Hours:
    try:
        return _covering(schedule, moment, _zone(schedule, moment, zone))
    except _NotUnderstoodError as reason:
        return Hours(Open.UNKNOWN, note=str(reason))


class _NotUnderstoodError(Exception):
    """The schedule cannot be expanded; the message says why."""


def _not_understood(why: str) -> NoReturn:
    raise _NotUnderstoodError(why)


def _covering(schedule: Schedule, moment: datetime, zone: tzinfo) -> Hours:
    if schedule.until is not None and schedule.count is not None:
        _not_understood("the schedule contradicts itself")
    opens, closes = _time(schedule.opens_at), _time(schedule.closes_at)
    today = moment.astimezone(zone).date()
    # A span that began yesterday may run past midnight into the moment.
    for day in (today - timedelta(days=1), today):
        if not _occurs(schedule, day):
            continue
        if opens is None or closes is None:
            if day == today:
                _not_understood("open that day, but the times are not given")
            continue
        begins = datetime.combine(day, opens, opens.tzinfo or zone)
        ends = datetime.combine(day, closes, closes.tzinfo or zone)
        if closes.replace(tzinfo=None) <= opens.replace(tzinfo=None):
            ends = datetime.combine(day + timedelta(days=1), closes, closes.tzinfo or zone)
        if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
            # Sources write "00:00 to 23:59" for round the clock.
            ends = datetime.combine(day + timedelta(days=1), time.min, closes.tzinfo or zone)
        if begins.astimezone(UTC) <= moment.astimezone(UTC) < ends.astimezone(UTC):
            return Hours(Open.OPEN, opens.replace(tzinfo=None), closes.replace(tzinfo=None))
    return Hours(Open.CLOSED)


def _zone(schedule: Schedule, moment: datetime, zone: tzinfo | None) -> tzinfo:
    if zone is not None:
        return zone
    if schedule.timezone is not None and -24 < schedule.timezone < 24:
        return timezone(timedelta(hours=schedule.timezone))
    return moment.tzinfo or UTC


def _time(text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        _not_understood("a date of the schedule cannot be read")


def _occurs(schedule: Schedule, day: date) -> bool:
    """Whether the rule has an occurrence on a day.

    `valid_to` in the past means that nobody has checked since: unknown. `until` in the past means stopped.
    """
    first, last = _date(schedule.dtstart), _date(schedule.until)
    valid_from, valid_to = _date(schedule.valid_from), _date(schedule.valid_to)
    if valid_from is not None and day < valid_from:
        return False
    if valid_to is not None and day > valid_to:
        _not_understood("the hours were only given until an earlier day")
    if (last is not None and day > last) or (first is not None and day < first):
        return False
    if schedule.freq is None:
        if schedule.byday or schedule.bymonthday or first is None:
            _not_understood("the schedule does not say how often it repeats")
        return day == first
    return _expands_to(schedule, day, first or valid_from)


_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_WEEK: Final = tuple(Weekday)


def _expands_to(schedule: Schedule, day: date, start: date | None) -> bool:
    from dateutil.rrule import MONTHLY, WEEKLY, rrule
    from dateutil.rrule import weekday as rule_day

    every = schedule.interval if schedule.interval is not None else 1
    if every != int(every) or every < 1:
        _not_understood("the schedule repeats at an impossible interval")
    counted = every > 1 or schedule.count is not None
    if start is None and counted:
        _not_understood("the schedule does not say when it began")
    monthly = schedule.freq == "MONTHLY"
    byday = [
        rule_day(_WEEK.index(Weekday(name)), number if monthly and number else None)
        for number, name in _days(schedule.byday)
    ]
    bymonthday = _numbers(schedule.bymonthday) if monthly else []
    if not byday and not bymonthday:
        if start is None:
            _not_understood("the schedule does not say on which days")
        # RFC 5545: what the rule leaves open is taken from its first day.
        if monthly:
            bymonthday = [start.day]
        else:
            byday = [rule_day(start.weekday())]
    # Where nothing counts from the first day, the rule is expanded from a week or a month before the day asked.
    begin = start if start is not None and counted else (day - timedelta(days=7)).replace(day=1)
    rule = rrule(
        MONTHLY if monthly else WEEKLY,
        dtstart=datetime.combine(begin, time.min),
        interval=int(every),
        count=int(schedule.count) if schedule.count is not None else None,
        wkst=_WEEK.index(Weekday(schedule.wkst)) if schedule.wkst in _WEEK else None,
        byweekday=byday or None,
        bymonthday=bymonthday or None,
    )
    wanted = datetime.combine(day, time.min)
    return bool(rule.between(wanted, wanted, inc=True))


def _days(text: str | None) -> list[tuple[int, str]]:
    """The days of a `byday`, each with its number in the month or 0."""
    parts = [part.strip().upper() for part in (text or "").split(",") if part.strip()]
    found = [_BYDAY.fullmatch(part) for part in parts]
    if None in found:
        _not_understood("a day of the schedule cannot be read")
    return [(int(match[1] or 0), match[2]) for match in found if match]


def _numbers(text: str | None) -> list[int]:
    try:
        return [int(part) for part in (text or "").split(",") if part.strip()]
    except ValueError:
        _not_understood("a day of the month cannot be read")
