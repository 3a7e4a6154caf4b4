"""Whether something is open, and when next, from HSDS schedules.

A schedule is the parts of an RFC 5545 recurrence rule (`dateutil.rrule` expands it) with a time of opening and
of closing. Where the rule is incomplete or impossible the answer is unknown, never closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

import attrs

from communityconnector.model import Offer, Schedule, Weekday

Holidays = Callable[[date], str | None]
"""Says which holiday a day is; `None` for an ordinary day."""

_AHEAD: Final = timedelta(days=14)
"""How far `status` looks for the next opening."""


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
        since: when the span that covers the moment began.
        until: when it ends; where spans follow on each other, the last of them.
        next: when it opens next, if it is closed.
        note: why the state is unknown, for people.
    """

    state: Open
    since: datetime | None = None
    until: datetime | None = None
    next: datetime | None = None
    note: str = ""


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


def status(
    offer: Offer, moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """Open until when, closed and opening when next, or unknown and why.

    One span that covers the moment is enough to be open. Closed means that every schedule is understood and
    none covers it.

    Args:
        offer: the offer; its own hours count, else its service's, else its location's.
        moment: when, with a zone.
        zone: zone of the schedules' wall-clock times, unless the location names its own (`timezone`, an IANA name,
            as HSDS directories write it beside the standard's fields). Default: a schedule's own offset from UTC, and
            without one the zone of `moment`, since the desk that asks is where the service is.
        holidays: names the days on which the usual hours may not hold: then the state is unknown, unless a
            schedule is for that very day.
    """
    rules = tuple(map(rule_of, offer.schedules))
    there = zone_named(zone_name(offer)) or zone
    found = at(rules, moment, there, holidays)
    if found.state is Open.CLOSED:
        return attrs.evolve(found, next=_next(rules, moment, there, holidays))
    return found


def zone_name(offer: Offer) -> str:
    """The IANA name of the zone that an offer's location says it is in; "" where it says none."""
    place = offer.location
    named = place.extra.get("timezone") if place is not None else None
    return named if isinstance(named, str) else ""


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of a name, or `None` where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, LookupError, OSError):
        return None


def at(
    rules: Iterable[Rule], moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """As `status`, for the rules of an offer, and without a look ahead."""
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    doubt = ""
    covering: tuple[datetime, datetime] | None = None
    for rule in rules:
        try:
            covering = _covering(rule, moment, zone_of(rule, moment, zone), holidays) or covering
        except NotUnderstoodError as reason:
            doubt = doubt or str(reason)
    if covering is not None:
        begins, ends = covering
        return Hours(Open.OPEN, begins, _last_end(rules, ends, zone, holidays))
    return Hours(Open.UNKNOWN, note=doubt) if doubt else Hours(Open.CLOSED)


def within(
    rules: Iterable[Rule],
    begins: datetime,
    ends: datetime,
    zone: tzinfo | None = None,
    holidays: Holidays | None = None,
) -> Hours:
    """What schedules say of a window: open if any span meets it.

    Args:
        rules: the hours of one offer.
        begins: beginning of the window, with a zone.
        ends: its end, which is not part of it.
        zone: as for `status`.
        holidays: as for `status`.
    """
    doubt = ""
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    for rule in rules:
        there = zone_of(rule, begins, zone)
        day, last = _day(begins, there) - timedelta(days=1), _day(ends, there) + timedelta(days=1)
        while day <= last:
            try:
                for start, end in spans(rule, day, there, holidays):
                    if start < ends and end > begins:
                        return Hours(Open.OPEN, start, end)
            except NotUnderstoodError as reason:
                if begins.astimezone(there).date() <= day <= ends.astimezone(there).date():
                    doubt = doubt or str(reason)
            day += timedelta(days=1)
    return Hours(Open.UNKNOWN, note=doubt) if doubt else Hours(Open.CLOSED)


class NotUnderstoodError(Exception):
    """The schedule does not say; the message says why."""


def _not_understood(why: str) -> NoReturn:
    raise NotUnderstoodError(why)


def _day(moment: datetime, zone: tzinfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        _not_understood("the moment lies beyond the calendar")


def _covering(
    rule: Rule, moment: datetime, zone: tzinfo, holidays: Holidays | None
) -> tuple[datetime, datetime] | None:
    today = _day(moment, zone)
    doubt: NotUnderstoodError | None = None
    # A span that began yesterday may run past midnight into the moment; one in another zone may begin "tomorrow".
    for ahead in (-1, 1, 0) if rule.opens_at and rule.opens_at[-1:] in "Zz0123456789" else (-1, 0):
        try:
            for start, end in spans(rule, today + timedelta(days=ahead), zone, holidays):
                if start <= moment < end:
                    return start, end
        except NotUnderstoodError as reason:
            if ahead == 0:
                doubt = reason
        except OverflowError:
            doubt = NotUnderstoodError("the moment lies beyond the calendar")
    if doubt is not None:
        raise doubt
    return None


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
        _not_understood(f"it is {name}")
    opens, closes = _time(rule.opens_at), _time(rule.closes_at)
    if opens is None or closes is None:
        _not_understood("open that day, but the times are not given")
    begins = datetime.combine(day, opens, opens.tzinfo or zone)
    next_day = closes.replace(tzinfo=None) <= opens.replace(tzinfo=None)
    if (opens.hour, opens.minute, closes.hour, closes.minute) == (0, 0, 23, 59):
        # Sources write "00:00 to 23:59" for round the clock.
        next_day, closes = True, closes.replace(hour=0, minute=0, second=0, microsecond=0)
    last = day + timedelta(days=1) if next_day else day
    ends = datetime.combine(last, closes, closes.tzinfo or zone)
    yield begins.astimezone(UTC).astimezone(zone), ends.astimezone(UTC).astimezone(zone)


def _last_end(
    rules: tuple[Rule, ...], ends: datetime, zone: tzinfo | None, holidays: Holidays | None
) -> datetime:
    """The end of a span, or of the spans that follow on it without a gap."""
    limit = ends + _AHEAD
    while ends < limit:
        later = ends
        for rule in rules:
            try:
                found = _covering(rule, ends, zone_of(rule, ends, zone), holidays)
            except NotUnderstoodError:
                continue
            if found is not None:
                later = max(later, found[1])
        if later <= ends:
            break
        ends = later
    return ends


def _next(
    rules: tuple[Rule, ...], moment: datetime, zone: tzinfo | None, holidays: Holidays | None
) -> datetime | None:
    found: list[datetime] = []
    for rule in rules:
        there = zone_of(rule, moment, zone)
        today = _day(moment, there)
        for ahead in range(_AHEAD.days + 1):
            try:
                starts = [
                    s for s, _ in spans(rule, today + timedelta(days=ahead), there, holidays) if s > moment
                ]
            except (NotUnderstoodError, OverflowError):
                break
            if starts:
                found.append(min(starts))
                break
    return min(found, default=None)


def zone_of(rule: Rule, moment: datetime, zone: tzinfo | None) -> tzinfo:
    """The zone of a rule's wall-clock times (see `status`)."""
    if zone is not None:
        return zone
    if rule.timezone is not None and -24 < rule.timezone < 24:
        return timezone(timedelta(hours=rule.timezone))
    return moment.tzinfo or UTC


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
        _not_understood("a date of the schedule cannot be read")


def _occurs(rule: Rule, day: date) -> bool:
    """Whether the rule has an occurrence on a day.

    Before `valid_from` and after `valid_to` nobody has checked: unknown. After `until` it has stopped.
    """
    if rule.until is not None and rule.occurrences is not None:
        _not_understood("the schedule contradicts itself")
    first, last = _date(rule.dtstart), _date(rule.until)
    valid_from, valid_to = _date(rule.valid_from), _date(rule.valid_to)
    if valid_to is not None and day > valid_to:
        _not_understood("the hours were only given until an earlier day")
    if valid_from is not None and day < valid_from:
        _not_understood("the hours are only given from a later day")
    if (last is not None and day > last) or (first is not None and day < first):
        return False
    if rule.freq is None:
        if rule.byday or rule.bymonthday or first is None:
            _not_understood("the schedule does not say how often it repeats")
        return day == first
    return _expands_to(rule, day, first or valid_from)


_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_WEEK: Final = tuple(Weekday)


@lru_cache(maxsize=65_536)
def _expands_to(rule: Rule, day: date, start: date | None) -> bool:
    every, count = rule.interval if rule.interval is not None else 1, rule.occurrences
    if not 1 <= every <= 1_000 or every != int(every):
        _not_understood("the schedule repeats at an impossible interval")
    if count is not None and not (1 <= count <= 100_000 and count == int(count)):
        _not_understood("the schedule has an impossible count")
    if rule.freq not in ("WEEKLY", "MONTHLY"):
        _not_understood("the schedule repeats in a way that HSDS does not have")
    if rule.byyearday or rule.byweekno:
        _not_understood("the schedule counts days or weeks of the year, which it may not")
    monthly = rule.freq == "MONTHLY"
    counted = every > 1 or count is not None
    if start is None and counted:
        _not_understood("the schedule does not say when it began")
    days = [(number if monthly else 0, _WEEK.index(Weekday(name))) for number, name in _days(rule.byday)]
    dates = _dates(rule.bymonthday) if monthly else []
    if not days and not dates:
        if start is None:
            _not_understood("the schedule does not say on which days")
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
        _not_understood("a day of the schedule cannot be read")
    return days


def _dates(text: str | None) -> list[int]:
    try:
        dates = [int(part) for part in (text or "").split(",") if part.strip()]
    except ValueError:
        _not_understood("a day of the month cannot be read")
    if any(not 1 <= abs(number) <= 31 for number in dates):
        _not_understood("a day of the month cannot be")
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
