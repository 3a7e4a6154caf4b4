"""The parts of a schedule's rule as values: those with a field in HSDS, and others.

This is the one reading of a schedule. A part that contradicts another or cannot be read makes the whole rule unknown,
since leaving it out would make the hours longer.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

import attrs

from communityconnector.model import Schedule, Weekday
from communityconnector.model.rule_parts import parts_of
from communityconnector.model.spans import time_of
from communityconnector.model.zone_labels import knows_zone


class Rule(NamedTuple):
    """A schedule's parts as HSDS has them; `beyond` holds those without a field in HSDS (see `rule_parts`)."""

    opens_at: str | None = None
    closes_at: str | None = None
    freq: str | None = None
    byday: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    dtstart: str | None = None
    until: str | None = None
    occurrences: float | None = None
    interval: float | None = None
    wkst: str | None = None
    bymonthday: str | None = None
    byyearday: str | None = None
    byweekno: str | None = None
    timezone: float | None = None
    beyond: str = ""


_OTHER_NAMES: Final = {"occurrences": "count", "beyond": "beyond_hsds"}
"""Parts with another name in a schedule; `count` is a method of every tuple."""


def rule_of(schedule: Schedule) -> Rule:
    """Return the parts of a schedule that say when it is open."""
    return Rule._make(getattr(schedule, _OTHER_NAMES.get(part, part)) for part in Rule._fields)


class NotUnderstoodError(Exception):
    """The schedule does not say when it is open; the message says why."""


def not_understood(why: str) -> NoReturn:
    """Raise `NotUnderstoodError`: the schedule is unknown."""
    raise NotUnderstoodError(why)


FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEK: Final = tuple(Weekday)

Moment = date | datetime


@attrs.frozen
class Parts:
    """The parts of a rule as values.

    Attributes:
        freq: one of `FREQUENCIES`; `None` for single days.
        every: the interval in days, weeks, months or years.
        count: the number of occurrences, if it is limited.
        wkst: number of the first day of the week (Monday is 0).
        days: weekdays, each with its number in the month or year, or 0.
        bymonthday, byyearday, byweekno, bymonth, bysetpos: as in RFC 5545.
        excluded: days, or moments, on which it does not occur after all.
        added: days on which it occurs in addition.
        first: the day from which it counts.
        last: the last day on which it may occur.
        ends: the moment after which nothing begins, if the rule names one on `last`.
        valid_from, valid_to: the days between which it is valid.
        opens, closes: times of the day.
        zone: the label of its zone, or "".
        closed: whether it says when an offer is closed.
        not_on_holidays: whether it says that it does not apply on holidays.
        unsure: why its hours may not apply as written, or "".
    """

    freq: str | None
    every: int
    count: int | None
    wkst: int
    days: tuple[tuple[int, int], ...]
    bymonthday: tuple[int, ...]
    byyearday: tuple[int, ...]
    byweekno: tuple[int, ...]
    bymonth: tuple[int, ...]
    bysetpos: tuple[int, ...]
    excluded: tuple[Moment, ...]
    added: tuple[Moment, ...]
    first: date | None
    last: date | None
    ends: datetime | None
    valid_from: date | None
    valid_to: date | None
    opens: time | None
    closes: time | None
    zone: str
    closed: bool
    not_on_holidays: bool
    unsure: str

    @property
    def counted(self) -> bool:
        """Whether it counts from its first day."""
        return self.every > 1 or self.count is not None


def parts(rule: Rule) -> Parts:
    """Return the parts of a rule.

    Raises:
        NotUnderstoodError: one of them cannot be read or contradicts another.
    """
    read = _read(rule)
    if isinstance(read, str):
        not_understood(read)
    return read


@lru_cache(maxsize=65_536)
def _read(rule: Rule) -> Parts | str:
    """Return the parts of a rule, or why they cannot be read."""
    try:
        return _parts(rule)
    except NotUnderstoodError as reason:
        return str(reason)


def _parts(rule: Rule) -> Parts:
    beyond = parts_of(rule.beyond)
    if "UNREAD" in beyond:
        not_understood("a part of the schedule cannot be read")
    if "TZID" in beyond and not knows_zone(beyond["TZID"]):
        not_understood("the zone of the schedule is not known")
    if rule.timezone is not None and abs(rule.timezone) > 14:
        not_understood("no zone is so far from UTC")
    freq = _one(rule.freq, beyond.get("FREQ"))
    if freq is not None and freq not in FREQUENCIES:
        not_understood("the schedule repeats in a way that is not known")
    every = _whole(_one(rule.interval, beyond.get("INTERVAL")), 1_000, "an impossible interval") or 1
    count = _whole(_one(rule.occurrences, beyond.get("COUNT")), 100_000, "an impossible count")
    until, ends = _until(rule.until, beyond.get("UNTIL"))
    if count is not None and until is not None:
        not_understood("the schedule contradicts itself")
    opens, closes = _clock(rule.opens_at, beyond.get("OPENS")), _clock(rule.closes_at, beyond.get("CLOSES"))
    _same_time(opens, beyond)
    read = Parts(
        freq=freq,
        every=every,
        count=count,
        wkst=_week_start(_one(rule.wkst, beyond.get("WKST"))),
        days=weekdays(_one(rule.byday, beyond.get("BYDAY"), loose=True)),
        bymonthday=_numbers(_one(rule.bymonthday, beyond.get("BYMONTHDAY"), loose=True), 31, signed=True),
        byyearday=_numbers(_one(rule.byyearday, beyond.get("BYYEARDAY"), loose=True), 366, signed=True),
        byweekno=_numbers(_one(rule.byweekno, beyond.get("BYWEEKNO"), loose=True), 53, signed=True),
        bymonth=_numbers(beyond.get("BYMONTH"), 12, signed=False),
        bysetpos=_numbers(beyond.get("BYSETPOS"), 366, signed=True),
        excluded=_moments(beyond.get("EXDATE")),
        added=_moments(beyond.get("RDATE")),
        first=_one_day(day_of(rule.dtstart), beyond.get("DTSTART")),
        last=until,
        ends=ends,
        valid_from=day_of(rule.valid_from),
        valid_to=day_of(rule.valid_to),
        opens=opens,
        closes=closes,
        zone=beyond.get("TZID", ""),
        closed="CLOSED" in beyond,
        not_on_holidays="HOLIDAYS" in beyond,
        unsure=beyond.get("UNSURE", ""),
    )
    _check(read)
    return read


def _check(read: Parts) -> None:
    """Refuse what RFC 5545 section 3.3.10 forbids, and a rule without a first day to count from."""
    if read.first is not None and read.last is not None and read.last < read.first:
        not_understood("the schedule ends before it begins")
    freq = read.freq
    if freq is None:
        by = (read.days, read.bymonthday, read.byyearday, read.byweekno, read.bymonth, read.bysetpos)
        if read.unsure and not read.first:
            not_understood(read.unsure)
        if any(by) or (read.first is None and not read.added and not _is_short(read)):
            not_understood("the schedule does not say how often it repeats")
        return
    _check_days(read, freq)
    if read.bysetpos and not (
        read.days or read.bymonthday or read.byyearday or read.byweekno or read.bymonth
    ):
        not_understood("the schedule picks from nothing")
    if read.first is None and read.counted:
        not_understood("the schedule does not say when it began")


def _check_days(read: Parts, freq: str) -> None:
    """Refuse what RFC 5545 forbids for the days of a rule."""
    numbered = any(number for number, _ in read.days)
    if (read.byyearday or read.byweekno) and freq != "YEARLY":
        not_understood("the schedule counts days or weeks of the year, which it may not")
    if numbered and freq not in {"MONTHLY", "YEARLY"}:
        not_understood("the schedule numbers the days of a week or a day")
    if numbered and not all(number for number, _ in read.days):
        # By RFC 5545 days of either kind count, but programs that expand rules take only days that are both.
        not_understood("the schedule has days with and without a number")
    if read.bymonthday and freq == "WEEKLY":
        not_understood("the schedule has days of the month in a week")
    if numbered and read.byweekno:
        not_understood("the schedule numbers the days of a week")
    if read.bysetpos and read.byweekno:
        not_understood("the schedule picks from weeks that may begin in another year")
    if any(abs(number) > (5 if freq == "MONTHLY" or read.bymonth else 53) for number, _ in read.days):
        not_understood("a day of the schedule cannot be read")


def _is_short(read: Parts) -> bool:
    """Return whether a rule is valid, or says closed, on a few days only: then it is for just these days."""
    first, last = read.valid_from, read.valid_to
    return first is not None and last is not None and (read.closed or 0 <= (last - first).days <= FEW_DAYS)


FEW_DAYS: Final = 31
"""A schedule for so many days at most is an exception to one for longer."""


def _one(field: Any, besides: str | None, *, loose: bool = False) -> Any:
    """Return the value of a part that may stand in two places; it must be the same in both."""
    if field is None or field == "":
        return besides
    if besides is not None and _bare(str(field), loose=loose) != _bare(besides, loose=loose):
        not_understood("the schedule contradicts itself")
    return str(field) if isinstance(field, str) else field


def _bare(text: str, *, loose: bool) -> object:
    bare = re.sub(r"\.0$", "", text.strip().upper())
    return frozenset(part.strip() for part in bare.split(",")) if loose else bare


def _whole(value: Any, most: int, what: str) -> int | None:
    if value is None:
        return None
    number = float(value)
    if not 1 <= number <= most or number != int(number):
        not_understood(f"the schedule has {what}")
    return int(number)


def _week_start(text: str | None) -> int:
    if text is None:
        return 0
    if text not in WEEK:
        not_understood("the first day of the week cannot be read")
    return WEEK.index(Weekday(text))


_BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


def weekdays(text: str | None) -> tuple[tuple[int, int], ...]:
    """Return the days of a `byday`: for each its number in the month or year, or 0, and its number in the week."""
    written = [part.strip().upper() for part in (text or "").split(",") if part.strip()]
    matches = [_BYDAY.fullmatch(part) for part in written]
    if None in matches:
        not_understood("a day of the schedule cannot be read")
    return tuple((int(match[1] or 0), WEEK.index(Weekday(match[2]))) for match in matches if match)


def _numbers(text: str | None, most: int, *, signed: bool) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in (text or "").split(",") if part.strip())
    except ValueError:
        not_understood("a number of the schedule cannot be read")
    if any(not 1 <= abs(number) <= most or (number < 0 and not signed) for number in numbers):
        not_understood("a number of the schedule cannot be")
    return numbers


@lru_cache(maxsize=4096)
def day_of(text: str | None) -> date | None:
    """Return a date as HSDS writes it."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return not_understood("a date of the schedule cannot be read")


def _one_day(field: date | None, besides: str | None) -> date | None:
    other = None if besides is None else _moments(besides)[0]
    day = other.date() if isinstance(other, datetime) else other
    if field is not None and day is not None and field != day:
        not_understood("the schedule contradicts itself")
    return field or day


def _moments(text: str | None) -> tuple[Moment, ...]:
    return tuple(_moment(part) for part in (text or "").split(",") if part)


def _moment(text: str) -> Moment:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return not_understood("a date of the schedule cannot be read")


def _until(field: str | None, besides: str | None) -> tuple[date | None, datetime | None]:
    """Return the last day, and the last moment if the rule ends in the middle of a day."""
    last = day_of(field)
    if besides is None:
        return last, None
    other = _moment(besides)
    day = other.date() if isinstance(other, datetime) else other
    if last is not None and last != day:
        not_understood("the schedule contradicts itself")
    return day, other if isinstance(other, datetime) else None


def _clock(field: str | None, besides: str | None) -> time | None:
    at, other = time_of(field), time_of(besides)
    if at is not None and other is not None and at.replace(tzinfo=None) != other:
        not_understood("the schedule contradicts itself")
    return at if field is not None else other


def _same_time(opens: time | None, beyond: dict[str, str]) -> None:
    """Refuse a rule that names an hour other than that of its opening."""
    for name, value in (
        ("BYHOUR", opens and opens.hour), ("BYMINUTE", opens and opens.minute), ("BYSECOND", opens and opens.second),
    ):  # fmt: skip
        if name in beyond and (opens is None or beyond[name] != str(value)):
            not_understood("the schedule occurs at another hour than it opens")
