"""Weekly hours as numbers, for those who answer many at once with arrays."""

from __future__ import annotations

from datetime import time
from typing import Any, Final

from communityconnector.matching.schedules.rules import NotUnderstoodError, Rule, day_of, weekdays
from communityconnector.model.spans import implausible, time_of

NEVER: Final = 9_999_999
"""Ordinal of a day that never comes."""


def plain_weeks(rules: tuple[Any, ...]) -> list[tuple[int, int, int, int, int, int, int]] | None:
    """Rules that only name days of the week, as numbers; `None` where any rule says more.

    Returns:
        A row a rule and day: weekday (Monday is 0), seconds of opening and of closing since that day's
        midnight (beyond 86,400 on the next day), ordinals of the first and last day of occurrence and of validity.
    """
    rows = []
    limits: set[tuple[int, ...]] = set()
    for rule in rules:
        week = _plain_week(rule)
        if week is None:
            return None
        rows += week
        limits.update(row[3:] for row in week)
    # Of rules that hold at different times, the one for the shorter time may outrank the other.
    return rows if len(limits) <= 1 else None


def _plain_week(rule: Rule) -> list[tuple[int, int, int, int, int, int, int]] | None:
    if rule.freq != "WEEKLY" or rule.interval not in (None, 1) or rule.occurrences is not None or rule.beyond:
        return None
    if not rule.byday or rule.bymonthday or rule.byyearday or rule.byweekno or rule.timezone is not None:
        return None
    try:
        days = weekdays(rule.byday)
        first, last, valid_from, valid_to = map(
            day_of, (rule.dtstart, rule.until, rule.valid_from, rule.valid_to)
        )
    except NotUnderstoodError:
        return None
    opens, closes = time_of(rule.opens_at), time_of(rule.closes_at)
    if opens is None or closes is None or opens.tzinfo or closes.tzinfo or any(number for number, _ in days):
        return None
    if opens.microsecond or closes.microsecond or implausible(opens, closes):
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
    return [(weekday, begin, end, *limits) for _, weekday in days]


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
