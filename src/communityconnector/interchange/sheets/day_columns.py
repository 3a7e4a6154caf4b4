"""Columns that are about days: which days a name is about, and whether its cells are openings, closings or both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.interchange.sheets.column_words import plain_words

WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES: Final = dict(
    zip(WEEK, "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), strict=True)
)
DAYS: Final = {
    word: day
    for day, words in {
        "MO": "monday mondays mon lunes lun",
        "TU": "tuesday tuesdays tues tue martes",
        "WE": "wednesday wednesdays weds wed miercoles mie",
        "TH": "thursday thursdays thurs thur thu jueves jue",
        "FR": "friday fridays fri viernes vie",
        "SA": "saturday saturdays sat sabado sabados sab",
        "SU": "sunday sundays sun domingo domingos dom",
    }.items()
    for word in words.split()
}
_SETS: Final = {
    "weekdays": WEEK[:5],
    "weekend": WEEK[5:],
    "weekends": WEEK[5:],
    "daily": WEEK,
    "everyday": WEEK,
}
_OPENS: Final = frozenset("open opens opening start starts begin begins abre apertura inicio desde".split())
_CLOSES: Final = frozenset("close closes closed closing end ends finish cierra cierre fin hasta".split())
_NEUTRAL: Final = frozenset(
    "hours hour hrs time times horario horarios hora horas am pm on at from to the of a and y through thru by site "
    "location service program operating operation business office schedule status state".split()
)
_LISTED: Final = re.compile(r"[&/,+]|\band\b|\by\b", re.IGNORECASE)


@attrs.frozen
class DayColumn:
    """What the name of a column says of days.

    Attributes:
        group: a word before the day ("summer", "fp"), where a sheet has the week more than once.
        days: the days, as recurrence rules write them.
        part: "opens" or "closes" where the column holds one end of the span, else "".
        number: which span of the day it is.
        afternoon: whether the column is for the afternoon.
    """

    group: str
    days: tuple[str, ...]
    part: str = ""
    number: int = 1
    afternoon: bool = False


@lru_cache(maxsize=4096)
def day_column(column: str) -> DayColumn | None:
    """Return the days that a column's name says it is about; `None` where it says more than that, or names no day."""
    words = plain_words(column)
    places = [at for at, word in enumerate(words) if word in DAYS or word in _SETS]
    if not places or len(column) > 60:
        return None
    rest = {word for word in words if word not in DAYS and word not in _SETS}
    numbers = [int(word) for word in rest if word.isdigit() and len(word) == 1]
    strange = [
        word
        for word in words[places[0] :]
        if word in rest - _NEUTRAL - _OPENS - _CLOSES and not word.isdigit()
    ]
    before = [word for word in words[: places[0]] if word in rest - _NEUTRAL - _OPENS - _CLOSES]
    if (
        strange
        or len(before) > 1
        or sum(map(str.isdigit, words)) > 1
        or any(word.isdigit() and len(word) > 1 for word in rest)
    ):
        return None
    part = "closes" if rest & _CLOSES else "opens" if rest & _OPENS else ""
    if rest & _CLOSES and rest & _OPENS:
        part = ""
    return DayColumn(
        before[0] if before else "",
        _days_in(column, words, places),
        part,
        numbers[0] if numbers else 1,
        afternoon="pm" in words and "am" not in words,
    )


def _days_in(column: str, words: Sequence[str], places: list[int]) -> tuple[str, ...]:
    first = words[places[0]]
    if first in _SETS:
        return _SETS[first]
    days = [DAYS[words[at]] for at in places if words[at] in DAYS]
    if len(days) == 2 and not _LISTED.search(column):
        start, end = WEEK.index(days[0]), WEEK.index(days[1])
        return WEEK[start : end + 1] if start <= end else WEEK[start:] + WEEK[: end + 1]
    return tuple(day for day in WEEK if day in days)


def day_meaning(column: str) -> str:
    """Return the field of a column that holds the hours of a day; "" for any other column."""
    about = day_column(column)
    if about is None:
        return ""
    return {"": "schedules.day", "opens": "schedules.day_opens", "closes": "schedules.day_closes"}[about.part]


_SHORT_WEEKS: Final = (
    ("m", "t", "w", "th", "f", "s", "su"), ("m", "t", "w", "th", "f", "sa", "su"), ("m", "tu", "w", "th", "f", "sa", "su"),
    ("m", "t", "w", "r", "f", "s", "u"), ("mo", "tu", "we", "th", "fr", "sa", "su"), ("m", "t", "w", "t", "f", "s", "s"),
    ("l", "m", "m", "j", "v", "s", "d"), ("l", "m", "x", "j", "v", "s", "d"),
)  # fmt: skip
"""A week in one or two letters a day, from Monday on."""


def short_week(header: Sequence[str]) -> dict[str, str]:
    """Return the columns of a header that are five or more days in a row, in one or two letters each; the name of each day."""
    names = [re.sub(r" \(column \d+\)$", "", column).strip(" .").casefold() for column in header]
    for start in range(len(names)):
        for week in _SHORT_WEEKS:
            for first in (0, 6):  # from Monday, or from Sunday
                days = [(at + first) % 7 for at in range(7)]
                size = next(
                    (n for n, day in enumerate(days) if names[start + n : start + n + 1] != [week[day]]), 7
                )
                if size >= 5:
                    return {header[start + n]: NAMES[WEEK[days[n]]] for n in range(size)}
    return {}


FIELDS_OF_DAYS: Final = ("schedules.day", "schedules.day_opens", "schedules.day_closes")


def week_columns(header: Sequence[str]) -> dict[str, DayColumn]:
    """Return the columns of a header that are about days, and what each says of them."""
    short = short_week(header)
    columns = {column: day_column(short.get(column, column)) for column in header}
    return {column: about for column, about in columns.items() if about is not None}
