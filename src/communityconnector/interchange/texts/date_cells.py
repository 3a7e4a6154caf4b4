"""Cells that hold a day, as people and spreadsheet programs write it: read whole, or not at all."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.texts.cells import without_fraction
from communityconnector.interchange.texts.days import MONTHS

_ISO: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].{0,30})?", re.ASCII)
_SLASHED: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:,? .{0,20})?", re.ASCII)
_NAMED: Final = re.compile(
    r"([A-Za-z]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? .{0,20})?", re.ASCII
)
_NAMED_LAST: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -](?:de )?([A-Za-z]{3,10})\.?,?[ -](?:de )?(\d{4}|\d{2})", re.ASCII
)


@lru_cache(maxsize=4096)
def day_of(cell: str) -> tuple[str, str]:
    """Return the day in a cell of dates, as YYYY-MM-DD ("" for no day), and what was guessed for it.

    Returns:
        The day, and "" where it can only be this one, "order" where month and day could be the other way round, or
        "serial" where it is a spreadsheet program's count of days.
    """
    text = cell[:60].strip()
    if match := _ISO.fullmatch(text):
        return _day(match[1], match[2], match[3]), ""
    if match := _SLASHED.fullmatch(text):
        month, day, year = int(match[1]), int(match[2]), match[3]
        if month > 12:
            return _day(year, day, month), ""
        return _day(year, month, day), "order" if day <= 12 and day != month else ""
    if match := _NAMED.fullmatch(text):
        return _day(match[3], MONTHS.get(match[1].lower(), 0), match[2]), ""
    if match := _NAMED_LAST.fullmatch(text):
        return _day(match[3], MONTHS.get(match[2].lower(), 0), match[1]), ""
    return _counted(without_fraction(text))


def _day(year: Any, month: Any, day: Any) -> str:
    number = int(year)
    try:
        return date(number + (2000 if number < 100 else 0), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _counted(text: str) -> tuple[str, str]:
    if not (text.isascii() and text.isdigit()):
        return "", ""
    if len(text) == 5 and 30_000 <= int(text) <= 60_000:
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat(), "serial"
    if len(text) in {10, 13} and text[0] == "1":
        seconds = int(text[:10])
        return datetime.fromtimestamp(seconds, UTC).date().isoformat(), ""
    if len(text) == 8 and text[:2] in {"19", "20"}:
        return _day(text[:4], text[4:6], text[6:]), ""
    return "", ""


_MANGLED: Final = re.compile(r"\d{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-\d{1,2}", re.ASCII)


def is_mangled_span(cell: str) -> bool:
    """Return whether a cell is what a spreadsheet program makes of "5-12" or "9-5": a date such as "12-May"."""
    return bool(_MANGLED.fullmatch(cell)) and cell.strip("0123456789-").lower() in MONTHS
