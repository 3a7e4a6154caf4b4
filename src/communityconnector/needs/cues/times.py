"""When it suits, and by when it is needed.

A day is past where "last" or "since" stands before it, or where a verb in the past governs it: "the heater broke friday",
"friday he hit me". What comes after "to", "will" or "by" is to come: "told to come friday".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from communityconnector.needs.cues.model import DEADLINE, TIME, URGENCY, Cue
from communityconnector.needs.cues.table import Hit, Rule, longest
from communityconnector.needs.cues.text import Text, Token
from communityconnector.needs.cues.verbs import is_past

_DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_PARTS: Final = frozenset("morning afternoon evening daytime".split())
_NAMED: Final = _DAYS | {"tomorrow"}
_NOW: Final = frozenset({"today", "tonight"})
_NOT_PAST: Final = frozenset({"tomorrow", "weekday"})
_FAR: Final = 6
"""A verb governs a day at most so many words away."""
_MOST_DIGITS: Final = 2
_HOURS: Final = {
    "morning": ("am", range(5, 12)),
    "afternoon": ("pm", range(1, 5)),
    "evening": ("pm", range(5, 10)),
}
_DATE: Final = re.compile(
    r"\b(?:by|until|till?|before|due(?: on)?|(?:is|are|court|hearing) on|expires?|ends?|dated?|antes del?|para el|pal|(?:vence|acaba|corte) el|hasta el) (?:the )?"
    r"(?P<date>\d{1,2}/\d{1,2}|\d{1,2}(?:st|nd|rd|th)|first(?= of the month|[,.;]|$| and | or )"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,2}|\d{1,2} de [a-z]{4,10}|(?<=el )\d{1,2})\b"
    r"(?! (?:de la|am|pm|fl|grade|floor|st|street|ave|time|shift))"
)
"""A date by which something is needed."""


def read_times(text: Text, hits: Sequence[Hit]) -> Iterator[Cue]:
    """Yield the times that suit, the deadline and how soon it is.

    Args:
        text: the text.
        hits: where the table finds words of time in it.
    """
    deadline: Cue | None = None
    for hit in longest((*hits, *_hours(text))):
        due = _before_article(text, hit.first)
        is_due = "by" in due.classes
        is_counted = "each" in text.token(hit.first - 1).classes and not text.ends_before(hit.first)
        start, end = text.tokens[hit.first].start, text.tokens[hit.last].end
        for name in hit.rule.values:
            if name in _PARTS and (is_counted or (is_due and due.word != "before")):
                continue
            if name not in _NOT_PAST and not is_due and _is_past(text, hit):
                continue
            yield Cue(TIME, name, start, end)
            is_deadline = name in _NAMED and (is_due or _presses(text, hit))
            if is_deadline:
                deadline = deadline or Cue(DEADLINE, name, start, end)
            if name in _NOW:
                yield Cue(URGENCY, "today", start, end)
            elif is_deadline or name == "tomorrow":
                yield Cue(URGENCY, "soon", start, end)
    if deadline:
        yield deadline
    elif date := _DATE.search(text.plain):
        yield Cue(DEADLINE, date["date"], *date.span("date"))
        yield Cue(URGENCY, "soon", *date.span("date"))


def _before_article(text: Text, position: int) -> Token:
    before = text.token(position - 1)
    return (
        text.token(position - 2)
        if before.word in {"el", "the", "this", "next", "on", "este", "proximo", "del"}
        else before
    )


def _presses(text: Text, hit: Hit) -> bool:
    """Return whether something ends or begins on a day, by a word in its clause."""
    around = (*text.back(hit.first, _FAR), *text.ahead(hit.last, _FAR))
    return any("pressing" in token.classes for token in around)


def _is_past(text: Text, hit: Hit) -> bool:
    """Return whether a day is past, by a word before or after it, or by the verb that governs it."""
    lead, after = _before_article(text, hit.first), text.token(hit.last + 1)
    if "before" in lead.classes or after.word in {"pasado", "pasada", "ago"}:
        return True
    has_past = False
    for distance, token in enumerate(text.back(hit.first, _FAR), 1):
        if "future" in token.classes:
            return False
        if "and" in token.classes:
            break
        governs = is_past(text, hit.first - distance)
        has_past = has_past or (governs and "copula" not in text.token(hit.first - distance - 1).classes)
    if has_past or not (text.ends_before(hit.first) or hit.first == 0 or lead.word == "on"):
        return has_past
    for distance, token in enumerate(text.ahead(hit.last, _FAR - 1), 1):
        if "future" in token.classes or "copula" in token.classes:
            return False
        if is_past(text, hit.last + distance):
            return True
    return False


def _hours(text: Text) -> Iterator[Hit]:
    """Yield the part of the day of each hour: "6am", "7:30 pm"."""
    for number in text.numbers:
        half = text.token(number.last + 1).word
        if half not in {"am", "pm"} or text.ends_before(number.last + 1):
            continue
        first = number.first - 1 if text.between(number.first) == ":" else number.first
        word = text.token(first).word
        hour = int(word) if word.isdigit() and len(word) <= _MOST_DIGITS else number.value
        name = next((name for name, (part, hours) in _HOURS.items() if part == half and hour in hours), "")
        if name:
            yield Hit(Rule(TIME, (name,), frozenset(), negates=False), first, number.last + 1)
