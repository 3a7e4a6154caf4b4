"""Times of the day in words. All hours that people read are written here."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

ALWAYS: Final = "around the clock"

_DAY: Final = timedelta(days=1)


def clock(at: time | datetime) -> str:
    """Return a time of the day in words: `9 am`, `9:30 am`, `noon`, `midnight`."""
    if at.minute == 0 and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'pm' if at.hour >= 12 else 'am'}"


def span(since: time | datetime, until: time | datetime) -> str:
    """Return a span in words: `9 am to 5 pm`, `all day`, `around the clock until Friday at 6 am`; `ALWAYS` for a week or more."""
    if not (isinstance(since, datetime) and isinstance(until, datetime)) or until - since < _DAY:
        return f"{clock(since)} to {clock(until)}"
    if until - since >= 7 * _DAY:
        return ALWAYS
    if until - since == _DAY and not (since.hour or since.minute):
        return "all day"
    if until.hour or until.minute:
        return f"around the clock until {until:%A} at {clock(until)}"
    return f"around the clock until the end of {until - _DAY:%A}"
