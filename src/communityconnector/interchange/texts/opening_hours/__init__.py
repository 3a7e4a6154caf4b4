"""Opening hours in words become schedules, where there is one way to read them.

"Mon-Fri 9am-5pm" is certain, "9-5 most days" is not. A wrong hour sends a patron to a closed door, so a text is read
whole or not at all: a word that is not known may be a condition, and to leave it out would make the hours wider.

`months` takes the months out for which a text holds, `vocabulary` has the words, `tokens` cuts a text into them, `clock`
knows what two times of the day mean together, `items` makes days and spans of the words, `weeks` says which spans are of
which days, and `conditions` looks at the words that stand beside hours in fields.
"""

from __future__ import annotations

from functools import lru_cache

import attrs

from communityconnector.interchange.texts.opening_hours.doubts import DoubtError, doubt
from communityconnector.interchange.texts.opening_hours.items import items_of
from communityconnector.interchange.texts.opening_hours.months import Season, seasons_of
from communityconnector.interchange.texts.opening_hours.tokens import without_holidays
from communityconnector.interchange.texts.opening_hours.vocabulary import DAYS
from communityconnector.interchange.texts.opening_hours.weeks import RawSchedule, schedules
from communityconnector.model.folding import fold
from communityconnector.model.rule_parts import RULE

__all__ = ["Hours", "read_days", "read_hours", "read_span"]

_LONGEST = 1_000


@attrs.frozen
class HoursInWords:
    """What a text says of hours.

    Attributes:
        schedules: HSDS schedule parts (`freq`, `byday` or `bymonthday`, `opens_at`, `closes_at`, `notes`), one a span
            of the day, with what HSDS has no field for as unknown fields (see `rule_parts`): the months, that it is
            closed. A span from 00:00 to 00:00 is the whole day: it ends on the next. Days that the text names and
            says no times of have no times here: what they are is unknown.
        certain: whether the whole text was understood, in the only way that it can be.
        doubt: why not, in a few words.
    """

    schedules: tuple[RawSchedule, ...] = ()
    certain: bool = False
    doubt: str = ""


@lru_cache(maxsize=4096)
def read_hours(text: str) -> HoursInWords:
    """Read opening hours in words, in English or Spanish.

    Any text is accepted. Of what cannot be read with certainty there are no schedules, and the doubt is stated.
    """
    if len(text) > _LONGEST:
        return HoursInWords(doubt="too long")
    try:
        bare, notes = without_holidays(fold(text))
        return HoursInWords(tuple({**part, **notes} for part in _parts(bare)), certain=True)
    except DoubtError as doubt:
        return HoursInWords(doubt=str(doubt))


def _parts(text: str) -> list[RawSchedule]:
    schedules_read = []
    for season in seasons_of(text) or [Season(frozenset(), text, leads=True)]:
        parts = schedules(items_of(season.rest))
        if not season.leads and len({part.get("byday") for part in parts}) > 1:
            doubt("which hours the months are of")
        months = ",".join(map(str, sorted(season.months)))
        schedules_read += [{**part, RULE: f"BYMONTH={months}"} if months else part for part in parts]
    return schedules_read


@lru_cache(maxsize=4096)
def read_days(text: str) -> str:
    """Days in words as RFC 5545 writes them ("Monday-Friday" is MO,TU,WE,TH,FR); "" where they are not certain."""
    try:
        items = [item for item in items_of(fold(text[:_LONGEST])) if item.kind != "stop"]
    except DoubtError:
        return ""
    if not items or any(item.kind != "days" for item in items):
        return ""
    days = [day for item in items for day in item.days]
    if all(day.isalpha() for day in days):
        return ",".join(day for day in DAYS if day in days)
    return ",".join(dict.fromkeys(days)) if all(not day.isalpha() for day in days) else ""


@lru_cache(maxsize=4096)
def read_span(text: str) -> tuple[str, str] | None:
    """Return a span of the day in words ("9-5", "24 hours", "00:00-24:00") as two times; `None` where it is not certain."""
    try:
        items = [item for item in items_of(fold(text[:_LONGEST])) if item.kind != "stop"]
    except DoubtError:
        return None
    spans = [item.span for item in items if item.kind == "span"]
    every_day = all(item.kind == "span" or item.days == DAYS for item in items)
    return spans[0] if len(spans) == 1 and every_day else None
