"""Days on which agencies may be closed for a holiday, for hours that only say "closed on holidays".

The list is long on purpose: federal and bank holidays of the United States, Canada and the United Kingdom, the days that
replace them, and days around them on which offices often close. On such a day the hours are unknown.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_FIXED: Final = {
    (1, 1): "New Year's Day",
    (1, 2): "the day after New Year's Day",
    (6, 19): "Juneteenth",
    (6, 24): "Saint-Jean-Baptiste Day",
    (7, 1): "Canada Day",
    (7, 4): "Independence Day",
    (9, 30): "National Day for Truth and Reconciliation",
    (11, 11): "Veterans Day",
    (12, 24): "Christmas Eve",
    (12, 25): "Christmas Day",
    (12, 26): "the day after Christmas Day",
    (12, 31): "New Year's Eve",
}
"""By month and day."""
_MONDAYS: Final = {
    (1, 3): "Martin Luther King Jr. Day",
    (2, 3): "Presidents' Day",
    (5, 1): "the May bank holiday",
    (8, 1): "the August bank holiday",
    (9, 1): "Labor Day",
    (10, 2): "Columbus Day",
}
"""By month and number of the Monday in the month."""
_LAST_MONDAYS: Final = {5: "Memorial Day", 8: "the August bank holiday"}
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=4096)
def possible_holiday(day: date) -> str:
    """Return the holiday for which agencies may be closed on a day; "" for an ordinary day."""
    return _fixed(day) or _replaced(day) or _monday(day) or _thanksgiving(day) or _easter(day)


def _fixed(day: date) -> str:
    return _FIXED.get((day.month, day.day), "")


def _replaced(day: date) -> str:
    """Return the holiday on the weekend that the Friday before or the Monday after replaces."""
    if day.weekday() == 0:
        return _fixed(day - _DAY) or _fixed(day - 2 * _DAY)
    return _fixed(day + _DAY) if day.weekday() == 4 and day < date.max else ""


def _monday(day: date) -> str:
    if day.weekday() != 0:
        return ""
    if day.month == 5 and 18 <= day.day <= 24:
        return "Victoria Day"
    last = _LAST_MONDAYS.get(day.month, "") if day.day > 24 else ""
    return last or _MONDAYS.get((day.month, (day.day - 1) // 7 + 1), "")


def _thanksgiving(day: date) -> str:
    if day.month == 11 and 22 <= day.day - (day.weekday() == 4) <= 28 and day.weekday() in {3, 4}:
        return "Thanksgiving" if day.weekday() == 3 else "the day after Thanksgiving"
    return ""


def _easter(day: date) -> str:
    from dateutil.easter import easter

    if day.month not in {3, 4}:
        return ""
    away = (day - easter(day.year)).days
    return {-2: "Good Friday", 0: "Easter Sunday", 1: "Easter Monday"}.get(away, "")
