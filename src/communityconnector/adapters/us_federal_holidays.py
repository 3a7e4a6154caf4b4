"""The legal public holidays of the United States: 5 U.S.C. 6103(a), including Juneteenth, which was added in 2021.

If a holiday falls on a Saturday, federal offices observe it on the Friday before (5 U.S.C. 6103(b)). If it falls on a
Sunday, they observe it on the Monday after (Executive Order 11582, section 3). Both days are named here, because some
agencies observe one and some the other. Inauguration Day, which only offices in the District of Columbia observe, is
left out, and so are the holidays of states.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

_FIXED: Final = (
    ((1, 1), "New Year's Day"),
    ((6, 19), "Juneteenth"),
    ((7, 4), "Independence Day"),
    ((11, 11), "Veterans Day"),
    ((12, 25), "Christmas Day"),
)
"""Month and day."""

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6

_MOVING: Final = (
    ((1, _MONDAY, 3), "Birthday of Martin Luther King, Jr."),
    ((2, _MONDAY, 3), "Washington's Birthday"),
    ((5, _MONDAY, -1), "Memorial Day"),
    ((9, _MONDAY, 1), "Labor Day"),
    ((10, _MONDAY, 2), "Columbus Day"),
    ((11, _THURSDAY, 4), "Thanksgiving Day"),
)
"""Month, weekday, and its number in the month; -1 for the last."""

_DAY: Final = timedelta(days=1)


def us_federal_holiday(day: date) -> str | None:
    """Return the name of the federal holiday on a day.

    Args:
        day: any day. The current law is applied to earlier days too.

    Returns:
        The holiday's name in the law, with "(observed)" if offices observe it on this day instead; `None` for an
        ordinary day.
    """
    if named := _exactly(day):
        return named
    if day.weekday() == _MONDAY:
        holiday = _fixed(day - _DAY)
    elif day.weekday() == _SATURDAY - 1 and day < date.max:
        holiday = _fixed(day + _DAY)
    else:
        holiday = None
    return f"{holiday} (observed)" if holiday else None


def _exactly(day: date) -> str | None:
    return _fixed(day) or next(
        (
            name
            for rule, name in _MOVING
            if (day.month, day.weekday()) == rule[:2] and rule[2] in _numbers(day)
        ),
        None,
    )


def _fixed(day: date) -> str | None:
    return next((name for when, name in _FIXED if (day.month, day.day) == when), None)


def _numbers(day: date) -> Iterator[int]:
    """Yield the number of a day among the same weekdays of its month, counted from either end."""
    yield (day.day - 1) // 7 + 1
    if day.day > 31 - 7 and (day + 7 * _DAY).month != day.month:
        yield -1
