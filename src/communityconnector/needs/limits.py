"""Limits for the parts of a need, far above what is asked at a desk. A larger value raises an error that names the limit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

LONGEST_TEXT: Final = 5_000
"""The largest number of letters in the text of a need: about two pages."""
LONGEST_ENTRY: Final = 500
"""The largest number of letters in a term, an area, a place, a language or another short text."""
MOST_ENTRIES: Final = 100
"""The largest number of entries in a list, such as terms or situations."""
MOST: Final = 1_000_000_000
"""The largest price, count or distance in km."""
OLDEST: Final = 130
"""The highest age in years."""
LONGEST_SPAN: Final = timedelta(days=36_525)
"""The longest span of time: a hundred years."""
YEARS: Final = range(1900, 2201)
"""Years in which a moment may lie."""


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number from 0 to `MOST`, and not a boolean."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 <= value <= MOST
        and math.isfinite(value)
    )


def is_span(value: Any) -> bool:
    """Return whether a value is a time span from 0 to a hundred years."""
    return isinstance(value, timedelta) and timedelta(0) <= value <= LONGEST_SPAN


def is_moment(value: Any) -> bool:
    """Return whether a value is a moment in one of `YEARS`."""
    return isinstance(value, datetime) and value.year in YEARS


def entries(value: Any) -> tuple[str, ...] | None:
    """Return one text or several as a tuple, without empty ones; `None` if a value is not a text or a limit is passed."""
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, Iterable):
        return None
    texts: list[str] = []
    for text in values:
        if not isinstance(text, str) or len(text) > LONGEST_ENTRY or len(texts) >= MOST_ENTRIES:
            return None
        texts.append(text)
    return tuple(text for text in texts if text.strip())
