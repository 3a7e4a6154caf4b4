"""Dates, times of day and timestamps as HSDS writes them, and the days of a recurrence rule."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from communityconnector.interchange.texts.repaired import ABSENT, Problem, Repaired

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def repair_date(raw: str) -> Repaired:
    """Return a date as YYYY-MM-DD."""
    if _DATE.fullmatch(raw):
        try:
            date.fromisoformat(raw)
        except ValueError:
            pass
        else:
            return raw, None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return ABSENT, Problem("not-a-date", "not a date; write YYYY-MM-DD", mended=False)
    return moment.date().isoformat(), Problem("not-a-date", "a date in another form; write YYYY-MM-DD")


_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:\s*[:.]\s*(\d{2}))?(?::\d{2})?\s*(?:([ap])(?:\.?\s*m)?\.?)?", re.IGNORECASE | re.ASCII
)
_NAMED_TIMES: Final = {
    "noon": "12:00",
    "midday": "12:00",
    "midnight": "00:00",
    "24:00": "00:00",
    "24:00:00": "00:00",
}


def repair_time(raw: str) -> Repaired:
    """Return a time of day as HH:MM, or as HSDS has it with seconds and an offset."""
    if _TIME.fullmatch(raw):
        return raw, None
    named = _NAMED_TIMES.get(raw.lower())
    if named:
        return named, Problem("not-a-time", "a time in words; write HH:MM")
    clock = _CLOCK.fullmatch(raw)
    if clock and (clock[2] or clock[3]):
        hour, minute, half = int(clock[1]), int(clock[2] or 0), (clock[3] or "").lower()
        if minute < 60 and (1 <= hour <= 12 if half else hour < 24):
            hour = hour % 12 + (12 if half == "p" else 0) if half else hour
            return f"{hour:02}:{minute:02}", Problem("not-a-time", "a time in another form; write HH:MM")
    return ABSENT, Problem("not-a-time", "not a time of day; write HH:MM", mended=False)


_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def repair_timestamp(raw: str) -> Repaired:
    """Return a date and time with its zone."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return ABSENT, Problem("not-a-timestamp", "not a date and time with a zone (RFC 3339)", mended=False)
    if _TIMESTAMP.fullmatch(raw):
        return raw, None
    offset = moment.utcoffset()
    if offset is None:
        return f"{moment.isoformat()}Z", Problem("timestamp-without-zone", "no zone given; read as UTC")
    if offset % timedelta(minutes=1):
        return ABSENT, Problem("not-a-timestamp", "no zone is off by seconds (RFC 3339)", mended=False)
    return moment.isoformat(), Problem("not-a-timestamp", "a date and time in another form (RFC 3339)")


_RULE_DAYS: Final = re.compile(r"(?:[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,|$))*", re.ASCII)


def is_rule_days(raw: Any) -> bool:
    """Return whether a value is the days of a recurrence rule (RFC 5545), or nothing."""
    return raw is None or (type(raw) is str and _RULE_DAYS.fullmatch(raw) is not None)


def is_plain_date(raw: Any) -> bool:
    """Return whether a value is written YYYY-MM-DD, or is nothing."""
    return raw is None or raw == "" or (type(raw) is str and _DATE.fullmatch(raw) is not None)


def is_plain_time(raw: Any) -> bool:
    """Return whether a value is a time as HSDS writes it, or is nothing."""
    return raw is None or raw == "" or (type(raw) is str and _TIME.fullmatch(raw) is not None)
