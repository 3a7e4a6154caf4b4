"""Whether a rule that repeats has an occurrence on a day, by RFC 5545 section 3.3.10.

A day is checked by itself: whether its period (day, week, month or year) is one that counts, whether it fits every part
of the rule, and its number among the days of its period. So a rule without any day ("the 31st of February") costs no
more than another rule; an expansion from the first day would search until the year 9999. Tests compare this with
`dateutil` and `icalendar`, which expand.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from communityconnector.matching.schedules.rules import Parts, not_understood

_DAY: Final = timedelta(days=1)
_LONGEST_COUNT: Final = 20_000
"""Occurrences are only counted for so many days after the first."""


@lru_cache(maxsize=65_536)
def has_day(rule: Parts, day: date) -> bool:
    """Return whether a rule with a frequency has an occurrence on a day, which is not before its first.

    Raises:
        NotUnderstoodError: the rule does not say.
    """
    if not _is_picked(rule, day):
        return False
    return rule.count is None or _is_counted(rule, day)


def _is_counted(rule: Parts, day: date) -> bool:
    first, count = rule.first, rule.count or 0
    if first is None or not _is_picked(rule, first):
        # RFC 5545 counts the first day, but other programs do not if it does not fit the rule.
        not_understood("the schedule does not occur on its first day")
    if (day - first).days > _LONGEST_COUNT:
        not_understood("the schedule began too long ago")
    days = (first + number * _DAY for number in range((day - first).days + 1))
    before = 0
    for other in days:
        before += _is_picked(rule, other)
        if before > count:
            return False
    return True


def _is_picked(rule: Parts, day: date) -> bool:
    """Return whether a day fits the rule and is one that `BYSETPOS` picks from its period."""
    if not (_is_in_turn(rule, day) and _fits(rule, day)):
        return False
    return not rule.bysetpos or day in _picked(rule, _period(rule, day))


def _is_in_turn(rule: Parts, day: date) -> bool:
    """Return whether the period of a day is one that counts from the first."""
    if rule.every == 1:
        return True
    first = rule.first
    if first is None:
        not_understood("the schedule does not say when it began")
    if rule.freq == "DAILY":
        away = (day - first).days
    elif rule.freq == "WEEKLY":
        away = (_week(rule, day) - _week(rule, first)).days // 7
    elif rule.freq == "MONTHLY":
        away = 12 * (day.year - first.year) + day.month - first.month
    else:
        away = day.year - first.year
    return away % rule.every == 0


def _week(rule: Parts, day: date) -> date:
    """Return the first day of a week."""
    return day - ((day.weekday() - rule.wkst) % 7) * _DAY


def _fits(rule: Parts, day: date) -> bool:
    """Return whether a day fits each part of the rule; the first day supplies what the rule leaves open."""
    days, dates, months = rule.days, rule.bymonthday, rule.bymonth
    if not (days or dates or rule.byyearday or rule.freq == "DAILY"):
        first = rule.first
        if first is None:
            not_understood("the schedule does not say on which days")
        if rule.freq == "WEEKLY" or rule.byweekno:
            days = ((0, first.weekday()),)
        else:
            dates = (first.day,)
            months = months or ((first.month,) if rule.freq == "YEARLY" else ())
    length = calendar.monthrange(day.year, day.month)[1]
    of_year, year = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return (
        (not months or day.month in months)
        and (not dates or day.day in dates or day.day - length - 1 in dates)
        and (not rule.byyearday or of_year in rule.byyearday or of_year - year - 1 in rule.byyearday)
        and (not rule.byweekno or _is_in_weeks(rule, day))
        and (not days or any(_is_weekday(rule, day, number, weekday) for number, weekday in days))
    )


def _is_weekday(rule: Parts, day: date, number: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if not number:
        return True
    if rule.freq == "MONTHLY" or rule.bymonth:
        at, length = day.day, calendar.monthrange(day.year, day.month)[1]
    else:
        at, length = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return number == ((at - 1) // 7 + 1 if number > 0 else -((length - at) // 7 + 1))


def _is_in_weeks(rule: Parts, day: date) -> bool:
    """Return whether a day is in one of the weeks of the year. Week 1 is the first with four days of the year."""
    middle = _week(rule, day) + 3 * _DAY
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    if middle.year < day.year and {number, -1} & {*rule.byweekno}:
        # Programs disagree on such days.
        not_understood("the day is in the last week of the year before")
    if number in rule.byweekno:
        return True
    last = _week(rule, date(middle.year, 12, 28)) + 3 * _DAY
    return middle.year <= day.year and number - (last.timetuple().tm_yday - 1) // 7 - 2 in rule.byweekno


def _period(rule: Parts, day: date) -> tuple[date, date]:
    """Return the first and the last day of the period from which `BYSETPOS` picks."""
    if rule.freq == "DAILY":
        return day, day
    if rule.freq == "MONTHLY":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if rule.freq == "YEARLY":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    begin = _week(rule, day)
    if rule.first is not None and begin < rule.first <= begin + 6 * _DAY:
        not_understood("the schedule picks from a week that had begun before")
    return begin, begin + 6 * _DAY


@lru_cache(maxsize=4096)
def _picked(rule: Parts, period: tuple[date, date]) -> frozenset[date]:
    """Return the days of a period that `BYSETPOS` picks."""
    first, last = period
    days = (first + number * _DAY for number in range((last - first).days + 1))
    fitting = [day for day in days if _fits(rule, day)]
    places = (place - 1 if place > 0 else len(fitting) + place for place in rule.bysetpos)
    return frozenset(fitting[place] for place in places if 0 <= place < len(fitting))
