"""Spans of the day: what their times are, and which ones are not believed."""

from __future__ import annotations

from datetime import time, timedelta
from functools import lru_cache
from typing import Final

LONGEST: Final = timedelta(hours=16)
"""A span as long as this is not believed, unless it is the whole day from midnight to midnight: opening and closing
were most likely confused, or am and pm."""


@lru_cache(maxsize=4096)
def time_of(text: str | None) -> time | None:
    """A time of the day as HSDS writes it; `None` where it is none."""
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def implausible(opens: time, closes: time) -> str:
    """Why a span from one time of the day to another is not believed, or ""."""
    if opens.tzinfo != closes.tzinfo:
        return ""
    begin, end = (at.hour * 3600 + at.minute * 60 + at.second for at in (opens, closes))
    if begin < 60 and (end < 60 or end >= 86_340):
        return ""
    if begin == end:
        return "it opens and closes at the same time"
    length = timedelta(seconds=(end - begin) % 86_400)
    return f"a span of {length.seconds // 3600} hours" if length >= LONGEST else ""
