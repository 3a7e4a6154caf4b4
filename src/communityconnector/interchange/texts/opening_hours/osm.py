"""The `opening_hours` of OpenStreetMap, as schedules of HSDS, where these can say the same.

Read: weekdays, weekdays of a month (`Sa[1,3]`, `We[-1]`), times, after midnight too, months (`Apr-Oct`), `24/7`, `off`, and
`PH off`. A later rule replaces what an earlier one says of its days; one after a comma adds to it. Everything else (open
ends, sunrise, weeks, dates, comments, fallbacks) leaves the whole text unread: half of it would be certain and wrong.
Grammar: wiki.openstreetmap.org, Key:opening_hours/specification.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from communityconnector.model.rule_parts import CLOSED_ON_HOLIDAYS, RULE

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY: Final = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
_SPAN: Final = rf"{_DAY}(?:-{_DAY}|\[-?\d(?:[,-]-?\d){{0,4}}\])?"
_TIME: Final = r"\d{1,2}:\d{2}-\d{1,2}:\d{2}"
_RULE: Final = re.compile(
    rf"(?P<months>(?:{'|'.join(_MONTHS)})(?:-(?:{'|'.join(_MONTHS)}))?)?:?\s{{0,3}}"
    rf"(?P<days>{_SPAN}(?:\s?,\s?{_SPAN}){{0,9}})?\s{{0,3}}"
    rf"(?P<times>24/7|off|closed|{_TIME}(?:\s?,\s?{_TIME}){{0,5}})"
)
_LONGEST: Final = 1_000
_MOST_RULES: Final = 30
_NEXT_RULE: Final = re.compile(rf",\s?(?={_DAY}|(?:{'|'.join(_MONTHS)})\b)")
_MIDNIGHT: Final = 24 * 60

Times = tuple[tuple[str, str], ...]


class _Day(NamedTuple):
    """A day of the week, of every week or of one of the month.

    Attributes:
        number: 0 for Monday.
        week: which of the month, -1 for the last; 0 for every.
    """

    number: int
    week: int = 0


def read_osm_hours(text: str) -> list[dict[str, Any]]:
    """Return schedules that say what a text says; none where they cannot say all of it.

    Args:
        text: the value of an `opening_hours` tag.
    """
    if len(text) > _LONGEST or "||" in text or '"' in text:
        return []
    rules = [
        (part, number > 0)
        for rule in text.split(";")
        for number, part in enumerate(_additions(rule.strip()))
        if part
    ]
    week: dict[tuple[str, _Day], Times] = {}
    on_holidays = False
    for rule, adds in rules if len(rules) <= _MOST_RULES else ():
        found = _RULE.fullmatch(rule)
        days = None if found is None else _days(found["days"] or "")
        times = None if found is None else _times(found["times"])
        if found is None or days is None or times is None:
            return []
        is_holiday = "PH" in (found["days"] or "")
        if is_holiday and (times or days):
            return []
        on_holidays = on_holidays or is_holiday
        if not _take(week, found["months"] or "", days, times, adds=adds):
            return []
    return _schedules(week, on_holidays=on_holidays)


def _additions(rule: str) -> list[str]:
    """Return a rule, and those that follow it after a comma."""
    parts = _NEXT_RULE.split(rule)
    joined: list[str] = []
    for part in parts:
        # A comma between days is none between rules: "Mo,We 09:00-12:00".
        if joined and not re.search(r"\d{1,2}:\d{2}|24/7|off|closed", joined[-1]):
            joined[-1] += f",{part}"
        else:
            joined.append(part)
    return [part.strip() for part in joined]


def _take(
    week: dict[tuple[str, _Day], Times], months: str, days: list[_Day], times: Times, *, adds: bool
) -> bool:
    """Take in a rule; return whether schedules can say it beside the others."""
    for day in days:
        # Days of a month beside the same day of every week would replace only some of them.
        others = {
            other.week
            for other_months, other in week
            if other.number == day.number and other_months == months
        }
        if (day.week and 0 in others) or (not day.week and others - {0}):
            return False
        if any(other.number == day.number and other_months != months for other_months, other in week):
            return False
        week[months, day] = (*week.get((months, day), ()), *times) if adds else times
    return True


def _days(text: str) -> list[_Day] | None:
    """Return the days of a rule; all for none, and `None` for what is no day of the week."""
    if not text:
        return [_Day(number) for number in range(7)]
    days: list[_Day] = []
    for part in re.findall(_SPAN, text):
        if part == "PH":
            continue
        if "H" in part:
            return None
        if "[" in part:
            numbers = part[3:-1]
            if re.search(r"\d-", numbers):
                return None
            days += [_Day(_DAYS.index(part[:2]), int(number)) for number in numbers.split(",")]
            continue
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days += [_Day(at % 7) for at in range(start, (end if end >= start else end + 7) + 1)]
    return days if all(-5 <= day.week <= 5 for day in days) else None


def _times(text: str) -> Times | None:
    """Return spans of a day; none for closed, and `None` for times that no clock has."""
    if text in {"off", "closed"}:
        return ()
    if text == "24/7":
        return (("00:00", "00:00"),)
    spans: list[tuple[str, str]] = []
    for span in text.split(","):
        opens, closes = (_minutes(clock) for clock in span.strip().split("-"))
        if opens is None or closes is None or opens >= _MIDNIGHT or closes > 2 * _MIDNIGHT:
            return None
        spans.append((_clock(opens), _clock(closes)))
    return tuple(spans)


def _minutes(clock: str) -> int | None:
    hours, minutes = map(int, clock.split(":"))
    return hours * 60 + minutes if minutes < 60 else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _schedules(week: dict[tuple[str, _Day], Times], *, on_holidays: bool) -> list[dict[str, Any]]:
    """Return schedules, days with equal times together."""
    together: dict[tuple[str, bool, tuple[str, str]], list[str]] = {}
    for (months, day), times in week.items():
        code = f"{day.week or ''}{_CODES[day.number]}"
        for span in times:
            together.setdefault((months, bool(day.week), span), []).append(code)
    made: list[dict[str, Any]] = []
    for (months, is_monthly, (opens, closes)), codes in together.items():
        schedule: dict[str, Any] = {
            "freq": "MONTHLY" if is_monthly else "WEEKLY", "byday": ",".join(codes), "opens_at": opens, "closes_at": closes,
        }  # fmt: skip
        if months:
            schedule[RULE] = f"BYMONTH={_of_months(months)}"
        if on_holidays:
            schedule[CLOSED_ON_HOLIDAYS] = True
        made.append(schedule)
    return made


def _of_months(text: str) -> str:
    first, _, last = text.partition("-")
    start, end = _MONTHS.index(first), _MONTHS.index(last or first)
    return ",".join(str(at % 12 + 1) for at in range(start, (end if end >= start else end + 12) + 1))
