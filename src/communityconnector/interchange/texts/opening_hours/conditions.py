"""What words say beside hours in fields: that it is closed, or that the hours do not always hold.

A schedule may say "Saturday 8:30 to 12" in its fields and "only the second Saturday" in its description. Such words are
not read into the fields; the hours are unknown while they hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.texts.opening_hours import read_days, read_hours
from communityconnector.interchange.texts.opening_hours.tokens import without_holidays
from communityconnector.interchange.texts.opening_hours.vocabulary import DAY_NAMES, ORDINALS
from communityconnector.model.folding import fold
from communityconnector.model.rule_parts import CLOSED_ON_HOLIDAYS, UNSURE, beyond_hsds

_SHUT: Final = re.compile(
    r"\b(?:closed|cerrad[oa]s?|shut|not open|no (?:service|services|food|distribution|pantry|clinic|meals?|hours|classes|"
    r"appointments|servicio|hay servicio))\b"
)
_NOT_SHUT: Final = re.compile(
    r"\d|\b(?:early|until|hasta|noon|half|may be|might|unless|except|not closed|first|second|third|last)\b"
)


def says_closed(text: Any) -> bool:
    """Return whether words say that it is closed then, and nothing that would limit this."""
    if not isinstance(text, str) or len(text) > 200:
        return False
    bare = re.sub(
        r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}(?:st|nd|rd|th)?,? \d{4})\b",
        " ",
        fold(text),
    )
    return bool(_SHUT.search(bare)) and not _NOT_SHUT.search(bare)


def _either(words: Any) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DAY: Final = _either(name for name in DAY_NAMES if len(name) > 1)
_NTH: Final = _either(ORDINALS)
_MONTH: Final = (
    "january|february|march|april|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_WEEKS: Final = rf"(?:{_NTH})(?:\s*(?:,|&|/|and|y|or|-)+\s*(?:{_NTH}))*"
_DATE: Final = (
    r"(?:[6-9]|[12]\d|3[01])(?:st|nd|rd|th)(?!\s+(?:street|st|avenue|ave|floor|fl|grade|ward|district)\b)"
)
_FROM_OR_TO: Final = r"(?:start(?:s|ing|ed)?|begin(?:s|ning)?|began|end(?:s|ed|ing)?|effective|as of|(?:first|last) day|a partir del?)"
_NOT_WEEKLY: Final = "not every week"
_OTHERWISE: Final = "its words say otherwise"
_SEASON: Final = "only in a season"
_CONDITIONS: Final = tuple(
    (re.compile(rf"\b(?:{'|'.join(patterns)})\b"), why)
    for why, patterns in {
        _NOT_WEEKLY: (
            rf"{_WEEKS}\s+(?:and\s+)?(?:{_DAY})",
            rf"{_WEEKS}\s+(?:weeks?\s+)?(?:of|in|del?)\s+(?:the|each|every|a|cada)?\s*(?:month|mes)",
            r"every (?:other|second|third|two|2|three|3|four|4)|alternat\w*|bi-?\s?(?:week|month)ly|fortnight\w*|monthly",
            r"(?:a|per|each|al|por|cada)\s+(?:month|mes)|(?<=/)\s*(?:month|mo|mes)|(?:odd|even)(?:[- ]numbered)? weeks?|some weeks",
            rf"{_WEEKS}\s+(?:weeks?|wks?|semanas?)|alt\.?\s+(?:weeks?|{_DAY})|(?:before|after) (?:payday|the)|payday",
            r"quarterly|annual\w*|yearly|semi-?(?:monthly|annual\w*)|trimestral\w*|mensual\w*|anual\w*",
            r"(?:weeks?|wks?|semanas?) (?:[ab]|[1-5])|every \d+ (?:days|weeks|months)|(?:week|month)s? (?:on|off)|rotat\w+",
            r"quincenal\w*|cada (?:dos|2|otr[oa]|tres|segund[oa]|quince|\d+)|de por medio|por medio",
            rf"(?:{_NTH}|{_DATE})(?:\s*(?:,|&|/|and|y|-)+\s*(?:{_NTH}|{_DATE}))*\s+(?:of|del?)\s+(?:the|each|every|a|cada)?\s*(?:month|mes)",
            rf"on (?:the )?{_DATE}|{_DATE}\s*(?:,|&|and)",
        ),
        "by appointment": (
            r"by (?:appoin?tments?|appt)|(?:appoin?tments?|appt\.?) (?:only|required|needed|necessary|is|are)",
            r"con cita|cita previa|previa cita",
        ),
        "hours vary": (
            r"var(?:y|ies|iable|ied|ying|ian?)|irregular|subject to change|may change|changes? (?:weekly|monthly|often)",
            r"as needed|on demand|on call|(?:when|as) available|depend(?:s|ing)|usually|generally|sometimes|tbd|tba|most \w+s",
        ),
        "call first": (
            r"call\b[^.;]{1,40}?\bfor (?:the |our |current )?(?:hours|times?|days|dates?|schedules?|availability)",
            r"call (?:first|ahead|before|(?:us )?(?:for|about) (?:the )?(?:hours|times?|days|dates?|schedules?|availability|an? app))|call or|please call|phone first|llame (?:antes|para|primero)",
            r"contact (?:us )?for hours|check (?:website|online|calendar|facebook)",
        ),
        _SEASON: (
            r"seasonal\w*|summer|winter|(?:spring|fall) (?:break|hours|semester)|autumn|school (?:year|days?|is|in)|semester",
            r"(?:lent|advent|ramadan|hanukkah|cuaresma|adviento)|season|(?:cold|hot|inclement|freezing|bad|severe) weather",
            r"weather (?:permitting|dependent|only)|temperatures?",
            rf"verano|invierno|temporada|academic year|(?:{_MONTH})\s*(?:-|to|through|thru|until|till|a|al|y|and|,|only|\d)",
            rf"(?:in|during|from|until|through|en|desde|hasta)\s+(?:{_MONTH}|may)",
            rf"(?:may|mar)\.?\s*(?:-|to|through|thru|a|al)\s*(?:{_MONTH})",
        ),
        "for the time being otherwise": (
            r"temporar\w+|until further notice|suspended|on hold|paused|hasta nuevo aviso",
            rf"{_FROM_OR_TO}\s+(?:on |in |of )?(?:the )?(?:{_DAY}[,.]? )?(?:\d{{1,4}}[/-]\d|\d{{4}}|{_MONTH}|may|next)",
        ),
        _OTHERWISE: (
            r"(?:opens?|starts?|begins?|closes?|ends?|abre|cierra|empieza)\s+(?:at|a las?)\s+(?:\d{1,2}|noon|midnight)",
        ),
        "with exceptions": (r"except|excluding|excepto|salvo",),
        "closed at times": (r"closed|cerrad[oa]s?|not open",),
        "while supplies last": (
            r"(?:until|while|till) (?:gone|sold out|supplies|food|we run|they run|it)|supplies last|runs? out|hasta agotar",
        ),
    }.items()
)
"""What the words of a schedule may say that makes its hours hold less often than they stand."""


def conditions(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the words of a raw schedule with times add to it, as unknown fields; empty where they add nothing."""
    fields: dict[str, Any] = {}
    for name in ("description", "notes", "group", "name", "label"):
        text = raw.get(name)
        if isinstance(text, str) and text and len(text) < 2_000:
            shut, whys = _conditions_in(text)
            if shut:
                fields[CLOSED_ON_HOLIDAYS] = True
            left = [why for why in whys if not _holds(why, raw, text)]
            if left and not _is_what_stands(text, raw):
                fields.setdefault(UNSURE, left[0])
    return fields


def limits_in(text: str) -> str:
    """Return why hours may not hold as they stand that such words stand beside; "" where they limit nothing that is known."""
    return next(iter(_conditions_in(text)[1]), "")


@lru_cache(maxsize=4096)
def _conditions_in(text: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether it is closed on holidays, and why the hours may not hold as they stand."""
    bare, notes = without_holidays(fold(text))
    whys = tuple(why for pattern, why in _CONDITIONS if pattern.search(bare))
    return bool(notes), whys or ((_OTHERWISE,) if read_hours(text).certain else ())


def _holds(why: str, raw: Mapping[str, Any], text: str) -> bool:
    """Return whether the fields of a schedule say themselves what its words say: weeks of the month, a season."""
    skips = raw.get("interval") not in (None, "", 1, "1")
    if why == _NOT_WEEKLY and skips:
        return True
    if why == _NOT_WEEKLY:
        named = {str(ORDINALS[word]) for word in re.findall(rf"\b(?:{_NTH})\b", fold(text))}
        numbers = set(re.findall(r"-?\d+", str(raw.get("byday") or "")))
        monthly = str(raw.get("freq") or "").upper() == "MONTHLY" or bool(raw.get("x_freq"))
        return monthly and (not numbers or not named or bool(named & numbers))
    if why == _OTHERWISE:
        own_times = {str(raw.get(name) or "")[:5].lstrip("0") for name in ("opens_at", "closes_at")}
        stated = {f"{match[1]}:{match[2] or '00'}" for match in _AT.finditer(fold(text))}
        return bool(stated) and stated <= own_times
    if why == _SEASON:
        months = skips and str(raw.get("freq") or "").upper() == "MONTHLY"
        bounded = all(map(raw.get, ("valid_from", "valid_to"))) or all(map(raw.get, ("dtstart", "until")))
        return months or bounded or "BYMONTH=" in beyond_hsds(raw)
    return False


_AT: Final = re.compile(r"(?:at|a las?)\s+(\d{1,2}|noon|midnight)(?::(\d\d))?")
_CLOSED_DAYS: Final = re.compile(
    r"(?:(?:we are|office|pantry|oficina) )?(?:closed|cerrado)(?: on| every| los| el)? ([^.;:]+)\.?"
)
_PLAIN: Final = frozenset({"freq", "byday", "opens_at", "closes_at", "notes", CLOSED_ON_HOLIDAYS})


def _is_what_stands(text: str, raw: Mapping[str, Any]) -> bool:
    """Return whether words that are hours themselves say the same as the fields beside them."""
    days = {part.strip().upper() for part in str(raw.get("byday") or "").split(",") if part.strip()}
    if (shut := _CLOSED_DAYS.fullmatch(fold(text).strip())) and (others := read_days(shut[1])):
        return {day[-2:] for day in days}.isdisjoint(day[-2:] for day in others.split(","))
    hours = read_hours(text)
    if any(part.keys() - _PLAIN and _meets(part, days) for part in hours.schedules):
        return False
    times = tuple(str(raw.get(name) or "")[:5] for name in ("opens_at", "closes_at"))
    read = {
        (part["freq"], day)
        for part in hours.schedules
        if (part.get("opens_at"), part.get("closes_at"))
        in {times, (times[0], "00:00") if times[1] == "23:59" else times}
        for day in part.get("byday", "").split(",")
    }
    return (
        hours.certain
        and bool(days)
        and {(str(raw.get("freq") or "WEEKLY").upper(), day) for day in days} <= read
    )


def _meets(part: Mapping[str, Any], days: AbstractSet[str]) -> bool:
    """Return whether a part of hours in words is about one of some weekdays."""
    named = part.get("byday", "")
    return not named or not {day[-2:] for day in days}.isdisjoint(day[-2:] for day in named.split(","))
