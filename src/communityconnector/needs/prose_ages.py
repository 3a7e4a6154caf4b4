"""The ages that a record's words say it is for: "seniors 60+", "ages 13 to 24", "children under 5"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.needs.words import fold


class ProseAges(NamedTuple):
    """The ages that words state, in years, both included; `None` for no limit.

    Attributes:
        low: the least age.
        high: the greatest age.
        is_rule: whether a name or what the record says of eligibility states them.
    """

    low: float | None
    high: float | None
    is_rule: bool


_Span = tuple[float | None, float | None]

_UNIT: Final = r"(?:\s*-?\s*(?P<{0}>years?|yrs?|months?|mos?|weeks?|anos?|meses))?"
_OLD: Final = r"(?:\s*(?:-?\s*old|of age|de edad))?"
_PEOPLE: Final = (
    r"(?:ages?|aged|seniors?|adults?|people|persons?|individuals?|residents?|anyone|those|youth|teens?|children|kids|students"
    r"|infants|toddlers|women|men|girls|boys|young adults|edad(?:es)?|personas?|adultos?|mayores|ninos|jovenes|de|entre)"
)
_AGE_WORD: Final = r"(?:ages?|aged|edad(?:es)?(?: de)?)"


def _number(name: str) -> str:
    return rf"(?P<{name}>\d{{1,2}})(?![\d%])" + _UNIT.format(name + "_unit") + _OLD


_SPAN: Final = re.compile(
    rf"(?:\b{_PEOPLE}\s*:?\s*\(?(?:\s*(?:ages?|aged|between|from|entre|de)\s+)*|\()"
    rf"{_number('low')}\s*(?:-|\u2013|to|through|thru|and|a|y)\s*{_number('high')}(?![\d%,.]*\d)"
    r"(?P<after>\s+\w+)?"
)
_OVER: Final = re.compile(
    rf"(?P<before>\b{_PEOPLE}\s*:?\s*\(?(?:\s*{_AGE_WORD}\s*)?)?(?<![$\d.,]){_number('low')}"
    r"\s*(?P<how>\+|(?:and|&|or|y|o)\s*(?:over|older|up|above|mas|mayor(?:es)?)\b)(?P<after>\s+\w+)?"
)
_LEAST: Final = re.compile(
    rf"\b(?:{_PEOPLE}\s+(?:\w+\s+)?(?:over|above|older than)|(?:at least|over|minimum)(?:\s+the)?(?:\s+age(?:\s+of)?)?|mayores de)"
    rf"\s*{_number('low')}(?P<after>\s+\w+)?"
)
_MOST: Final = re.compile(
    rf"\b(?:(?P<people>{_PEOPLE}(?:\s+and\s+\w+)?\s+)?(?:\(?(?P<under>under|younger than|below|menores de)(?:\s+the)?(?:\s+age(?:\s+of)?)?"
    rf"|(?:up to|through|hasta)(?:\s+the)?\s+(?:age(?:\s+of)?|los)?)\s*{_number('high')}"
    r"|(?<![$\d.,])(?P<high2>\d{1,2})\s*(?:and|&|or|y|o)\s*(?:under|younger|below|menores?)\b)(?P<after>\s+\w+)?"
)
_ALL: Final = re.compile(r"\b(?:all ages|any age|todas las edades|cualquier edad)\b")
_DIGIT: Final = re.compile(r"\d")
_FAMILIES: Final = re.compile(
    r"\b(?:famil\w+|parents?|mothers?|fathers?|households?|caregivers?|guardians?|with (?:\w+ )?(?:child|kid|infant)\w*|padres|hogares"
    r"|pregnant|per|vehicles?|income|fee|cost|hours?|visits?)\b"
)
_OTHER_UNITS: Final = re.compile(
    r"\s+(?:hours?|hrs?|days?|miles?|people|languages?|minutes?|percent|units?|beds?|programs?|locations?|employees|schools?"
    r"|counties|cities|agencies|homes|dollars|meals|sites|partners|pounds|students|members|am|pm|years? of (?!age))\b"
)
_HEAD: Final = 500
"""The number of letters at the beginning of a description in which it says whom it is for."""
_MONTHS: Final = 12
_OLDEST: Final = 90
"""A least age beyond this is none."""


def prose_ages(names: Iterable[str], eligibility: str, description: str) -> ProseAges | None:
    """Return the ages that a record's words say it is for; `None` if they say none.

    Several spans are one: "seniors 60+ or people with disabilities 18+" is from 18 years on. Sentences about families
    say nothing of the person who asks.

    Args:
        names: the names of the service.
        eligibility: what it says of eligibility.
        description: its description.
    """
    ruled = _ages_in(" . ".join((*names, eligibility)))
    low, high = ruled or _ages_in(description[:_HEAD]) or (None, None)
    return None if low is None and high is None else ProseAges(low, high, is_rule=ruled is not None)


@lru_cache(maxsize=20_000)
def _ages_in(text: str) -> _Span | None:
    """Return the least and the greatest age of all spans in a text; `None` if it has none."""
    folded = fold(text)
    if ("age" in folded or "edad" in folded) and _ALL.search(folded):
        return (None, None)
    if _DIGIT.search(folded) is None:
        return None
    spans = [
        span
        for clause in re.split(r"[.;!?\n\u2022]+(?:\s|$)|\n", folded)
        if not _FAMILIES.search(clause)
        for span in _spans(clause)
    ]
    if not spans:
        return None
    lows, highs = zip(*spans, strict=True)
    low = None if None in lows else min(lows)
    high = None if None in highs else max(highs)
    return (low, high)


def _spans(clause: str) -> list[_Span]:
    spans: list[_Span] = []
    rest = clause
    for pattern, read in _PATTERNS:
        kept = []
        at = 0
        for match in pattern.finditer(rest):
            span = None if _OTHER_UNITS.match(match["after"] or "") else read(match)
            if span is not None:
                spans.append(span)
                kept.append(rest[at : match.start()])
                at = match.end()
        rest = " ".join((*kept, rest[at:]))
    return spans


def _from_to(match: re.Match[str]) -> _Span | None:
    unit = match["high_unit"] or ""
    low, high = _years(match["low"], match["low_unit"] or unit), _years(match["high"], unit)
    # "(1-3)" may be anything.
    is_age = match[0][0] != "(" or unit or match["low_unit"]
    return (low, high) if is_age and low < high else None


def _and_over(match: re.Match[str]) -> _Span | None:
    low = _years(match["low"], match["low_unit"] or "")
    is_age = match["how"] == "+" or "old" in match["how"] or "mayor" in match["how"]
    is_age = bool(match["before"]) or (is_age and low >= _LEAST_ALONE)
    return (low, None) if is_age and low <= _OLDEST else None


def _at_least(match: re.Match[str]) -> _Span | None:
    is_age = re.search(rf"\b{_PEOPLE}\b|old|of age", match[0])
    return (_years(match["low"], match["low_unit"] or ""), None) if is_age else None


def _at_most(match: re.Match[str]) -> _Span | None:
    if match["high2"]:
        return (None, float(match["high2"]))
    if not (match["people"] or re.search(r"age|old", match[0])):
        return None
    high = _years(match["high"], match["high_unit"] or "")
    # "Under 5" ends with the fifth birthday.
    return (None, high - 1 if match["under"] and high >= 1 else high)


_PATTERNS: Final = ((_SPAN, _from_to), (_OVER, _and_over), (_LEAST, _at_least), (_MOST, _at_most))
_LEAST_ALONE: Final = 16
"""A number with a plus sign and nothing beside it is an age from this on: "50+"."""


def _years(number: str, unit: str) -> float:
    years = float(number)
    return years / _MONTHS if unit.startswith("m") else years / 52 if unit.startswith("w") else years
