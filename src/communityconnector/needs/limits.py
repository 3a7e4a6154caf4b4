"""How large each part of a need may be. Every limit is far above what is said at a desk, and is refused in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

LONGEST_TEXT: Final = 5_000
"""Most letters of a need's text: about two pages."""
LONGEST_ENTRY: Final = 500
"""Most letters of a term, an area, a place, a language or any other short text."""
MOST_ENTRIES: Final = 100
"""Most entries of a list, such as terms or situations."""
MOST: Final = 1_000_000_000
"""The largest number that means anything: a price, a count, a distance in km."""
LONGEST_SPAN: Final = timedelta(days=36_525)
"""The longest span of time: a hundred years."""
YEARS: Final = range(1900, 2201)
"""Years in which a moment may lie."""


def is_number(value: Any) -> bool:
    """Whether a value is a number of use: no truth value, not infinite, from 0 to `MOST`."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 <= value <= MOST
        and math.isfinite(value)
    )


def is_span(value: Any) -> bool:
    """Whether a value is a span of time of use: from 0 to a hundred years."""
    return isinstance(value, timedelta) and timedelta(0) <= value <= LONGEST_SPAN


def is_moment(value: Any) -> bool:
    """Whether a value is a moment in a year of use."""
    return isinstance(value, datetime) and value.year in YEARS


def entries(value: Any) -> tuple[str, ...] | None:
    """One text or several, as those that say something; `None` where it is anything else, or too much."""
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, Iterable):
        return None
    texts: list[str] = []
    for text in values:
        if not isinstance(text, str) or len(text) > LONGEST_ENTRY or len(texts) >= MOST_ENTRIES:
            return None
        texts.append(text)
    return tuple(text for text in texts if text.strip())
