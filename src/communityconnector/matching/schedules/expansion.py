"""Whether a rule that repeats has an occurrence on a day, by RFC 5545 section 3.3.10.

A day is looked at by itself: whether its period (day, week, month or year) is one of those that count, whether it fits
every part of the rule, and which of those of its period it is. So a rule without any day ("the 31st of February") costs
no more than another one; an expansion from the first day on would look for it until the year 9999. The tests hold this
to `dateutil` and `icalendar`, which expand.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from communityconnector.matching.schedules.rules import Parts, not_understood

_DAY: Final = timedelta(days=1)
_LONGEST_COUNT: Final = 20_000
"""So many days after the first, occurrences are not counted any more."""


@lru_cache(maxsize=65_536)
def has_day(found: Parts, day: date) -> bool:
    """Whether a rule with a frequency has an occurrence on a day, which is not before its first.

    Raises:
        NotUnderstoodError: the rule does not say.
    """
    if not _is_picked(found, day):
        return False
    return found.count is None or _is_counted(found, day)


def _is_counted(found: Parts, day: date) -> bool:
    first, count = found.first, found.count or 0
    if first is None or not _is_picked(found, first):
        # RFC 5545 counts the first day, other programs do not where the rule has it not.
        not_understood("the schedule does not occur on its first day")
    if (day - first).days > _LONGEST_COUNT:
        not_understood("the schedule began too long ago")
    days = (first + number * _DAY for number in range((day - first).days + 1))
    before = 0
    for other in days:
        before += _is_picked(found, other)
        if before > count:
            return False
    return True


def _is_picked(found: Parts, day: date) -> bool:
    """Whether a day fits the rule, and is one of those that `BYSETPOS` picks of its period."""
    if not (_is_in_turn(found, day) and _fits(found, day)):
        return False
    return not found.bysetpos or day in _picked(found, _period(found, day))


def _is_in_turn(found: Parts, day: date) -> bool:
    """Whether the period of a day is one of those that count from the first."""
    if found.every == 1:
        return True
    first = found.first
    if first is None:
        not_understood("the schedule does not say when it began")
    if found.freq == "DAILY":
        away = (day - first).days
    elif found.freq == "WEEKLY":
        away = (_week(found, day) - _week(found, first)).days // 7
    elif found.freq == "MONTHLY":
        away = 12 * (day.year - first.year) + day.month - first.month
    else:
        away = day.year - first.year
    return away % found.every == 0


def _week(found: Parts, day: date) -> date:
    """The first day of a week."""
    return day - ((day.weekday() - found.wkst) % 7) * _DAY


def _fits(found: Parts, day: date) -> bool:
    """Whether a day fits each part of the rule; what the rule leaves open is taken from its first day."""
    days, dates, months = found.days, found.bymonthday, found.bymonth
    if not (days or dates or found.byyearday or found.freq == "DAILY"):
        first = found.first
        if first is None:
            not_understood("the schedule does not say on which days")
        if found.freq == "WEEKLY" or found.byweekno:
            days = ((0, first.weekday()),)
        else:
            dates = (first.day,)
            months = months or ((first.month,) if found.freq == "YEARLY" else ())
    length = calendar.monthrange(day.year, day.month)[1]
    of_year, year = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return (
        (not months or day.month in months)
        and (not dates or day.day in dates or day.day - length - 1 in dates)
        and (not found.byyearday or of_year in found.byyearday or of_year - year - 1 in found.byyearday)
        and (not found.byweekno or _is_in_weeks(found, day))
        and (not days or any(_is_weekday(found, day, number, weekday) for number, weekday in days))
    )


def _is_weekday(found: Parts, day: date, number: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if not number:
        return True
    if found.freq == "MONTHLY" or found.bymonth:
        at, length = day.day, calendar.monthrange(day.year, day.month)[1]
    else:
        at, length = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return number == ((at - 1) // 7 + 1 if number > 0 else -((length - at) // 7 + 1))


def _is_in_weeks(found: Parts, day: date) -> bool:
    """Whether a day is in one of the weeks of the year. The first week is the first with four days of the year."""
    middle = _week(found, day) + 3 * _DAY
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    if middle.year < day.year and {number, -1} & {*found.byweekno}:
        not_understood(
            "the day is in the last week of the year before"
        )  # Programs do not agree on such days.
    if number in found.byweekno:
        return True
    last = _week(found, date(middle.year, 12, 28)) + 3 * _DAY
    return middle.year <= day.year and number - (last.timetuple().tm_yday - 1) // 7 - 2 in found.byweekno


def _period(found: Parts, day: date) -> tuple[date, date]:
    """The first and the last day of the period in which `BYSETPOS` picks."""
    if found.freq == "DAILY":
        return day, day
    if found.freq == "MONTHLY":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if found.freq == "YEARLY":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    begin = _week(found, day)
    if found.first is not None and begin < found.first <= begin + 6 * _DAY:
        not_understood("the schedule picks from a week that had begun before")
    return begin, begin + 6 * _DAY


@lru_cache(maxsize=4096)
def _picked(found: Parts, period: tuple[date, date]) -> frozenset[date]:
    """The days of a period that `BYSETPOS` picks."""
    first, last = period
    days = (first + number * _DAY for number in range((last - first).days + 1))
    fitting = [day for day in days if _fits(found, day)]
    places = (place - 1 if place > 0 else len(fitting) + place for place in found.bysetpos)
    return frozenset(fitting[place] for place in places if 0 <= place < len(fitting))
