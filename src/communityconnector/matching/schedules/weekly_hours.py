"""Weekly hours as numbers, so that arrays can answer for many offers at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Final

from communityconnector.matching.schedules.rules import NotUnderstoodError, Parts, Rule, parts
from communityconnector.model.spans import implausible

NEVER: Final = 9_999_999
"""Ordinal of a day that never comes."""

WeeklyRow = tuple[int, int, int, int, int, int, int]
"""A weekday (Monday is 0); seconds of opening and closing since its midnight, beyond 86,400 on the next day; ordinals of
the first and the last day of occurrence and of validity."""


def weekly_rows(rules: Iterable[Rule]) -> list[WeeklyRow] | None:
    """Return a row for each rule and day; `None` if any rule says more than weekdays and times."""
    rows = []
    limits: set[tuple[int, ...]] = set()
    for rule in rules:
        week = _rows_of(rule)
        if week is None:
            return None
        rows += week
        limits.update(row[3:] for row in week)
    # If rules hold at different times, the one for the shorter time may outrank the other.
    return rows if len(limits) <= 1 else None


def _rows_of(rule: Rule) -> list[WeeklyRow] | None:
    if rule.freq != "WEEKLY" or rule.beyond or rule.timezone is not None:
        return None
    try:
        read = parts(rule)
    except NotUnderstoodError:
        return None
    opens, closes = read.opens, read.closes
    if opens is None or closes is None or not _is_plain(read) or implausible(opens, closes):
        return None
    if opens.tzinfo or closes.tzinfo or opens.microsecond or closes.microsecond:
        return None
    begin, end = _seconds(opens), _seconds(closes)
    if begin == 0 and (closes.hour, closes.minute) == (23, 59) and opens.minute == 0:
        end = 86_400
    elif end <= begin:
        end += 86_400
    limits = (
        _ordinal(read.first, 0),
        _ordinal(read.last, NEVER),
        _ordinal(read.valid_from, 0),
        _ordinal(read.valid_to, NEVER),
    )
    return [(weekday, begin, end, *limits) for _, weekday in read.days]


def _is_plain(read: Parts) -> bool:
    """Return whether a weekly rule only names days of the week."""
    by_other_days = read.bymonthday or read.byyearday or read.byweekno
    return bool(read.days) and not read.counted and not by_other_days


def _ordinal(day: date | None, missing: int) -> int:
    return missing if day is None else day.toordinal()


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
