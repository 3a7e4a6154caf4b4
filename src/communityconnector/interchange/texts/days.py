"""Days as people write them in cells and sentences."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from communityconnector.model.folding import fold

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene", "february feb febrero", "march mar marzo", "april apr abril abr",
            "may mayo", "june jun junio", "july jul julio", "august aug agosto ago",
            "september sep sept septiembre setiembre", "october oct octubre", "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""Names of the months in English and Spanish, and their numbers."""
_MONTH: Final = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DATES: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<m>\d{1,2})(?:-(?P<day>\d{1,2}))?(?!\d)(?:[t ]\d\d:.*)?"),
    re.compile(r"(?P<m>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4}|\d\d)(?!\d)"),
    re.compile(r"(?P<m>\d{1,2})/(?P<year>\d{4})(?!\d)"),
    re.compile(rf"{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s*(?:of\s+|de\s+)?(?P<year>\d{{4}})(?!\d)"),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of |de )?{_MONTH},?\s*(?:of |del? )?(?P<year>\d{{4}})"
    ),
    re.compile(rf"{_MONTH},?\s*(?:of |del? )?(?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?!\d)"),
)


def read_day(text: str, *, last: bool = False) -> str:
    """Return the day at the beginning of a text, ISO 8601; "" where it has no day of a certain year.

    A month or a year alone is its first day, or its last one where `last`. Twelve or thirteen digits are milliseconds
    since 1970, as maps write dates. 3/4/2024 is the fourth of March, as in the United States.
    """
    plain = fold(text).strip()
    if re.fullmatch(r"\d{12,13}(?:\.0+)?", plain):
        return (
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(float(plain)))).date().isoformat()
        )
    for pattern in _DATES:
        match = pattern.match(plain)
        if match:
            return _day(match.groupdict(), last=last)
    return ""


def _day(parts: dict[str, str | None], *, last: bool) -> str:
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    named, number = parts.get("month"), parts.get("m")
    month = MONTHS[named] if named else int(number) if number else 12 if last else 1
    day = int(parts.get("day") or 0)
    if month > 12 >= day > 0:
        month, day = day, month
    try:
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)).isoformat()
    except (ValueError, IndexError):
        return ""
