"""The days on which a schedule occurs, and its times on them. An HSDS schedule is the parts of a recurrence rule.

The rules are those of RFC 5545. If one is incomplete or impossible, the answer is *unknown*: `NotUnderstoodError`, which
never leaves `matching`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from communityconnector.matching.schedules.expansion import has_day
from communityconnector.matching.schedules.possible_holidays import possible_holiday
from communityconnector.matching.schedules.rules import (
    FEW_DAYS,
    Moment,
    NotUnderstoodError,
    Parts,
    Rule,
    not_understood,
    parts,
    rule_of,
)
from communityconnector.model.spans import implausible

__all__ = [
    "Holidays",
    "NotUnderstoodError",
    "Rule",
    "Span",
    "not_understood",
    "occurs",
    "rule_of",
    "span_on",
    "spans",
]

Holidays = Callable[[date], str | None]
"""Returns the name of the holiday on a day; `None` for an ordinary day."""


class Span(NamedTuple):
    """What a rule says of a day: a span of opening that begins on it, or a doubt.

    Attributes:
        begins: when the span or the doubt begins.
        ends: when it ends.
        doubt: why the span is not sure; "" if it is.
    """

    begins: datetime
    ends: datetime
    doubt: str = ""


_DAY: Final = timedelta(days=1)


def spans(
    rule: Rule, day: date, zone: tzinfo, holidays: Holidays | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the span of opening that begins on a day, if one does, plausible or not.

    Raises:
        NotUnderstoodError: the rule does not say whether there is one, or when.
    """
    read = parts(rule)
    if read.closed or not occurs(rule, day, zone):
        return
    if doubt := read.unsure or _holiday(read, day, holidays):
        not_understood(doubt)
    if read.opens is None or read.closes is None:
        not_understood("open that day, perhaps; the times are not given")
    yield _ends_of(read.opens, read.closes, day, zone)


def span_on(rule: Rule, day: date, zone: tzinfo, holidays: Holidays | None = None) -> Span | None:
    """Return what a rule says of a day, as far as it is plausible; `None` if it says nothing of that day.

    A rule that says when an offer is closed gives those days. A rule that is not understood gives a doubt for the whole
    day.
    """
    midnight, next_midnight = (_wall(at, time.min, zone) for at in (day, day + _DAY))
    try:
        if parts(rule).closed:
            return Span(midnight, next_midnight) if occurs(rule, day, zone) else None
        begins, ends = next(spans(rule, day, zone, holidays), (None, None))
    except NotUnderstoodError as reason:
        return Span(midnight, next_midnight, str(reason))
    if begins is None or ends is None:
        return None
    doubt = _unlikely(parts(rule))
    return Span(midnight, max(next_midnight, ends), doubt) if doubt else Span(begins, ends)


def _unlikely(read: Parts) -> str:
    """Return why the span of a rule is implausible, or ""."""
    opens, closes = read.opens, read.closes
    if opens is None or closes is None:
        return ""
    if read.freq is None and opens == closes:
        return "from midnight to midnight on a certain day may mean that it is closed"
    return implausible(opens, closes)


def _wall(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return a moment of local time. A time that a change of clocks skips is moved later."""
    return datetime.combine(day, clock, clock.tzinfo or zone).astimezone(UTC).astimezone(zone)


def _ends_of(opens: time, closes: time, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    next_day = closes.replace(tzinfo=None) <= opens.replace(tzinfo=None)
    if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
        # Sources write "00:00 to 23:59" for around the clock.
        next_day, closes = True, closes.replace(hour=0, minute=0, second=0, microsecond=0)
    return _wall(day, opens, zone), _wall(day + _DAY if next_day else day, closes, zone)


def _holiday(read: Parts, day: date, holidays: Holidays | None) -> str:
    if read.not_on_holidays and (holiday := possible_holiday(day)):
        return f"closed on holidays, and it is {holiday}"
    name = None if holidays is None or read.first == day else holidays(day)
    return f"it is {name}" if name else ""


def occurs(rule: Rule, day: date, zone: tzinfo = UTC) -> bool:
    """Return whether a rule has an occurrence on a day.

    Before `valid_from` and after `valid_to` that is unknown. After `until` the rule has ended.

    Args:
        rule: the rule.
        day: the day.
        zone: the time zone of its times, for days that it excludes by the moment.

    Raises:
        NotUnderstoodError: the rule does not say.
    """
    read = parts(rule)
    _check_validity(read, day)
    if any(_is_on(moment, day, zone) for moment in read.excluded):
        return False
    if any(_is_on(moment, day, zone) for moment in read.added):
        return True
    if not _is_within(read, day, zone):
        return False
    if read.freq is None:
        return _is_single_day(read, day)
    if read.freq == "WEEKLY" and read.days and not read.counted and not (read.bymonth or read.bysetpos):
        return any(weekday == day.weekday() for _, weekday in read.days)
    return has_day(read, day)


def _check_validity(read: Parts, day: date) -> None:
    if read.valid_to is not None and day > read.valid_to:
        not_understood("the hours were only given until an earlier day")
    if read.valid_from is not None and day < read.valid_from:
        not_understood("the hours are only given from a later day")


def _is_within(read: Parts, day: date, zone: tzinfo) -> bool:
    """Return whether a day lies between the first and the last on which a rule may occur."""
    if (read.last is not None and day > read.last) or (read.first is not None and day < read.first):
        return False
    return read.ends is None or read.last != day or _begins_before(read, day, zone)


def _is_single_day(read: Parts, day: date) -> bool:
    first, last = read.first or read.valid_from, read.last or read.valid_to
    if read.first is not None and read.last is None:
        return day == read.first
    if first is None or last is None:
        return False
    if (last - first).days > FEW_DAYS and not read.closed:
        not_understood("the schedule does not say how often it repeats")
    return first <= day <= last


def _is_on(moment: Moment, day: date, zone: tzinfo) -> bool:
    if not isinstance(moment, datetime):
        return moment == day
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date() == day


def _begins_before(read: Parts, day: date, zone: tzinfo) -> bool:
    ends = read.ends
    if ends is None or read.opens is None:
        not_understood("the schedule ends in the middle of a day")
    begins = _wall(day, read.opens, zone)
    return begins <= (ends if ends.tzinfo is not None else _wall(ends.date(), ends.time(), zone))
