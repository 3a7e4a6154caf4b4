"""Ages as people write them: "18-24", "6 months to 5 years", "birth - 3", "60 y mas"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.texts.repaired import ABSENT, Problem, Repaired
from communityconnector.interchange.texts.values import repair_number
from communityconnector.model.folding import fold

_UNITS: Final = {"w": 1 / 52, "s": 1 / 52, "m": 1 / 12, "y": 1.0, "a": 1.0, "": 1.0}
_UNIT: Final = r"(?:years?|yrs?|y/?o|y|months?|mos?|m|weeks?|wks?|anos?|mes(?:es)?|semanas?)\b\.?(?:[ -]?old\b|\s+of age\b|\s+de edad\b)?"
_NUMBER: Final = r"\d{1,3}(?:\.\d{1,3})?(?:\s?1/2)?"
_BIRTH: Final = r"birth|newborns?|infants?|infancy|babies|nacimiento|recien nacidos?|bebes?"
_AGE: Final = (
    rf"(?:(?P<birth>{_BIRTH})|(?P<number>{_NUMBER})\s*-?\s*(?P<unit>{_UNIT})?"
    rf"(?:\s*(?:,|and|y)?\s*(?P<more>\d{{1,2}})\s*(?P<months>months?|mos?|mes(?:es)?)\b)?)"
)
_TO: Final = r"\s*(?:-|\u2013|\u2014|to|through|thru|until|a|hasta)\s*(?:los\s+)?"


def _named(suffix: str) -> str:
    return re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{suffix}>", _AGE)


_SPAN: Final = re.compile(rf"(?:(?:from|de|desde)\s+(?:los\s+)?)?{_named('1')}{_TO}{_named('2')}")
_BETWEEN: Final = re.compile(rf"(?:between|entre)\s+(?:los\s+)?{_named('1')}\s+(?:and|&|y)\s+{_named('2')}")
_ONE: Final = re.compile(_AGE)
_OVER: Final = re.compile(
    rf"{_AGE}\s*(?:\+|(?:and|&|or|y|o)\s*(?:over|older|up|above|mas|mayor(?:es)?)|en adelante|plus|\+\s*y mas)"
)
_LEAST: Final = re.compile(
    rf"(?:at least|minimum(?: age)?:?|a partir de(?: los)?|desde(?: los)?|>=)\s*{_AGE}|mayores de {_named('1')}"
)
_MOST: Final = re.compile(
    rf"(?:up to(?: age)?|through(?: age)?|maximum(?: age)?:?|hasta(?: los)?|<=)\s*{_AGE}"
    rf"|{_named('1')}\s*(?:(?:and|&|or|y|o)\s*(?:under|younger|below|menos|menor(?:es)?))"
)
_ALL: Final = re.compile(
    r"all(?: ages)?(?: welcome)?|any(?: age)?|every(?:one|body)|all ages served|no (?:age )?(?:limits?|restrictions?|minimum|maximum)"
    r"|none|n/?a|not applicable|tod[oa]s(?: las edades)?|cualquier(?: edad)?|ningun[oa]?|sin (?:limite|restriccion(?:es)?)(?: de edad)?"
)
_ADULTS: Final = re.compile(r"adults?(?: only)?|adultos?|solo adultos")

NO_LIMIT: Final = 99
"""A greatest age from this on is not a limit: directories write 99, 100, 110, 120 and 999 for "no limit"."""


def age_limits(text: str) -> dict[str, float] | None:
    """Return the ages that a text states ("18-24", "60 and older"), inclusive, in years; `None` where they are not certain.

    An empty answer: all ages.
    """
    plain = _plain(text)
    if _ALL.fullmatch(plain):
        return {}
    if _ADULTS.fullmatch(plain):
        return {"minimum_age": 18}
    span = _SPAN.fullmatch(plain) or _BETWEEN.fullmatch(plain)
    if span:
        high = _years(span, "2")
        low = _years(span, "1", unit=span["unit2"] or "")
        return {"minimum_age": low, "maximum_age": high} if low <= high and not span["birth2"] else None
    for pattern, field in ((_OVER, "minimum_age"), (_LEAST, "minimum_age"), (_MOST, "maximum_age")):
        match = pattern.fullmatch(plain)
        if match:
            named = match.groupdict()
            return {field: _years(match, "" if named["number"] or named["birth"] else "1")}
    return None


def _plain(text: str) -> str:
    bare = fold(text.replace("\u00bd", " 1/2")).strip()
    return re.sub(r"^(?:ages?|aged|edad(?:es)?)\b:?\s*", "", bare).rstrip(". ")


def _years(match: re.Match[str], which: str, *, unit: str = "") -> float:
    if match[f"birth{which}"]:
        return 0
    own = match[f"unit{which}"] or unit
    written = match[f"number{which}"]
    half = 0.5 if written.endswith("1/2") else 0.0
    count = float(written.removesuffix("1/2")) + half
    years = count * _UNITS[_kind(own)] + int(match[f"more{which}"] or 0) / 12
    return int(years) if years.is_integer() else round(years, 3)


def _kind(unit: str) -> str:
    return "m" if unit.startswith("m") else unit[:1]


@lru_cache(maxsize=1_024)
def _in_years(text: str) -> float | str | None:
    """Return an age in years; "" where the text says that there is no limit; `None` where it is not certain."""
    plain = _plain(text)
    if _ALL.fullmatch(plain):
        return ""
    match = _ONE.fullmatch(plain)
    if match:
        return _years(match, "")
    limits = age_limits(text)
    return (
        next(iter(limits.values()))
        if limits is not None and len(limits) == 1 and not _ADULTS.fullmatch(plain)
        else None
    )


def repair_age(raw: Any) -> Repaired:
    """Return a limit of age: a number of years, or words for one ("6 months", "birth", "18+", "none")."""
    value, problem = repair_number(raw)
    if not isinstance(raw, str) or problem is None or problem.rule != "not-a-number":
        return value, problem
    years = _in_years(raw)
    if years is None:
        return value, problem
    message = "an age in words; HSDS has years, as a number"
    return (ABSENT if years == "" else years), Problem("number-as-text", message)
