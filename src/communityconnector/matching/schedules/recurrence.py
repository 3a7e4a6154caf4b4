"""On which days a schedule occurs, and from when to when: HSDS schedules are the parts of a recurrence rule.

The rule is that of RFC 5545. Where it is incomplete or impossible the answer is *unknown*: `NotUnderstoodError`, which
never leaves the room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from communityconnector.matching.schedules.expansion import has_day
from communityconnector.matching.schedules.holidays_kept import perhaps_a_holiday
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
"""Says which holiday a day is; `None` for an ordinary day."""


class Span(NamedTuple):
    """What a rule says of a day: that it is open for a span that begins on it, or that this is not sure.

    Attributes:
        begins: when the span begins; where it is not sure, when the doubt does.
        ends: when it ends.
        doubt: why it is not sure; "" where it is.
    """

    begins: datetime
    ends: datetime
    doubt: str = ""


_DAY: Final = timedelta(days=1)


def spans(
    rule: Rule, day: date, zone: tzinfo, holidays: Holidays | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """The span of opening that begins on a day, if one does: what the rule says, likely or not.

    Raises:
        NotUnderstoodError: the rule does not say whether there is one, or when.
    """
    found = parts(rule)
    if found.closed or not occurs(rule, day, zone):
        return
    if doubt := found.unsure or _holiday(found, day, holidays):
        not_understood(doubt)
    if found.opens is None or found.closes is None:
        not_understood("open that day, perhaps; the times are not given")
    yield _ends_of(found.opens, found.closes, day, zone)


def span_on(rule: Rule, day: date, zone: tzinfo, holidays: Holidays | None = None) -> Span | None:
    """What a rule says of a day, as far as it may be believed; `None` where it says nothing of it.

    A rule that is closed gives the days of that. Never raises for what the rule holds: what is not understood is a
    doubt of the whole day.
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


def _unlikely(found: Parts) -> str:
    """Why the span of a rule is not believed, or ""."""
    opens, closes = found.opens, found.closes
    if opens is None or closes is None:
        return ""
    if found.freq is None and opens == closes:
        return "from midnight to midnight on a certain day may mean that it is closed"
    return implausible(opens, closes)


def _wall(day: date, clock: time, zone: tzinfo) -> datetime:
    """A moment of the clock on the wall. A time that the change of clocks leaves out is moved on."""
    return datetime.combine(day, clock, clock.tzinfo or zone).astimezone(UTC).astimezone(zone)


def _ends_of(opens: time, closes: time, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    next_day = closes.replace(tzinfo=None) <= opens.replace(tzinfo=None)
    if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
        # Sources write "00:00 to 23:59" for round the clock.
        next_day, closes = True, closes.replace(hour=0, minute=0, second=0, microsecond=0)
    return _wall(day, opens, zone), _wall(day + _DAY if next_day else day, closes, zone)


def _holiday(found: Parts, day: date, holidays: Holidays | None) -> str:
    if found.not_on_holidays and (kept := perhaps_a_holiday(day)):
        return f"closed on holidays, and it is {kept}"
    name = None if holidays is None or found.first == day else holidays(day)
    return f"it is {name}" if name else ""


def occurs(rule: Rule, day: date, zone: tzinfo = UTC) -> bool:
    """Whether the rule has an occurrence on a day.

    Before `valid_from` and after `valid_to` it is unknown. After `until` it has stopped.

    Args:
        rule: the rule.
        day: the day.
        zone: the zone of its times, for what it leaves out by the moment.

    Raises:
        NotUnderstoodError: the rule does not say.
    """
    found = parts(rule)
    _check_validity(found, day)
    if any(_is_on(moment, day, zone) for moment in found.excluded):
        return False
    if any(_is_on(moment, day, zone) for moment in found.added):
        return True
    if not _is_within(found, day, zone):
        return False
    if found.freq is None:
        return _is_single_day(found, day)
    if found.freq == "WEEKLY" and found.days and not found.counted and not (found.bymonth or found.bysetpos):
        return any(weekday == day.weekday() for _, weekday in found.days)
    return has_day(found, day)


def _check_validity(found: Parts, day: date) -> None:
    if found.valid_to is not None and day > found.valid_to:
        not_understood("the hours were only given until an earlier day")
    if found.valid_from is not None and day < found.valid_from:
        not_understood("the hours are only given from a later day")


def _is_within(found: Parts, day: date, zone: tzinfo) -> bool:
    """Whether a day lies between the first and the last on which a rule may occur."""
    if (found.last is not None and day > found.last) or (found.first is not None and day < found.first):
        return False
    return found.ends is None or found.last != day or _begins_before(found, day, zone)


def _is_single_day(found: Parts, day: date) -> bool:
    first, last = found.first or found.valid_from, found.last or found.valid_to
    if found.first is not None and found.last is None:
        return day == found.first
    if first is None or last is None:
        return False
    if (last - first).days > FEW_DAYS and not found.closed:
        not_understood("the schedule does not say how often it repeats")
    return first <= day <= last


def _is_on(moment: Moment, day: date, zone: tzinfo) -> bool:
    if not isinstance(moment, datetime):
        return moment == day
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date() == day


def _begins_before(found: Parts, day: date, zone: tzinfo) -> bool:
    ends = found.ends
    if ends is None or found.opens is None:
        not_understood("the schedule ends in the middle of a day")
    begins = _wall(day, found.opens, zone)
    return begins <= (ends if ends.tzinfo is not None else _wall(ends.date(), ends.time(), zone))
