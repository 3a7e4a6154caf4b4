"""A text of opening hours, cut into the words that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from communityconnector.interchange.texts.opening_hours import vocabulary
from communityconnector.interchange.texts.opening_hours.clock import ClockTime, clock_of
from communityconnector.interchange.texts.opening_hours.doubts import doubt
from communityconnector.model.rule_parts import CLOSED_ON_HOLIDAYS

_SHUT: Final = r"(?:closed|except(?:ing)?|excluding|excl\.?|cerrad[oa]s?|excepto|salvo)"
_KINDS: Final = r"(?:\s+(?:all|most|major|federal|public|national|legal|bank|state|official|observed|school|county|city|and|&))*"
_NAMED: Final = rf"(?:the\s+)?(?:{vocabulary.HOLIDAY_NAMES})"
# Marks and blanks before the words are bounded: in a long run of them, each would be tried as a beginning to its end.
_HOLIDAYS: Final = re.compile(
    rf"[,;.(]{{0,5}}\s{{0,5}}\(?(?:{_SHUT}(?:\s+(?:on|for|los|en|dias|the))*{_KINDS}\s+(?:holidays?|feriados|festivos|dias festivos|{_NAMED}"
    rf"(?:\s*(?:,|and|&|or|y)+\s*{_NAMED})*)|holidays?\s*[:-]?\s*closed)(?![a-z])\)?[.;]?"
)
_ALL_YEAR: Final = re.compile(r"\(?\b(?:year[- ]round|all year(?: (?:long|round))?|todo el ano)\b\)?")


def without_holidays(text: str) -> tuple[str, dict[str, Any]]:
    """Return a text without what it says of holidays, which no rule of a schedule can hold, and that as fields of it."""
    rest = _HOLIDAYS.sub(" ", _ALL_YEAR.sub(" ", text))
    shut = _HOLIDAYS.search(text) is not None
    return rest, {"notes": "Closed on holidays", CLOSED_ON_HOLIDAYS: True} if shut else {}


@attrs.frozen
class HoursToken:
    """A word.

    Attributes:
        kind: what it is.
        days: the days that it names.
        clock: the time that it names.
        number: the number that it names.
        numbers: the dates of a month that it names.
    """

    kind: str
    days: tuple[str, ...] = ()
    clock: ClockTime | None = None
    number: int = 0
    numbers: tuple[int, ...] = ()


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_TOKEN: Final = re.compile(
    rf"""[ \t]*(?:
      (?P<always>24\s*/\s*7(?:\s*/\s*365)?\b|24\s*(?:hours|hrs|hr|h)\s*/\s*7(?:\s*days)?\b|(?:around|round)\ the\ clock)
    | (?P<allday>(?:open\s+)?24[\s-]*(?:hours?|hrs?|horas)(?:\s*(?:a|per|/)\s*day|\s+al\s+dia)?(?![a-z]))
    | (?P<set>(?:{_either(vocabulary.SETS)})(?![a-z]))
    | (?P<month>(?:(?:of|de|in|per|en)?\s*(?:the|each|every|cada|del|todo|el)?\s*(?:months?|mes|monthly|mensual|mensualmente)
        |(?:of|per|each|every|del?)\s+(?:the\s+|cada\s+)?mo)(?![a-z])\.?)
    | (?P<dates>(?:dias?|days?)\s+\d{{1,2}}(?:\s*(?:,|&|\b(?:y|e|and)\b)\s*\d{{1,2}})*(?=\s+(?:of|de|del)\b))
    | (?P<date>(?:[6-9]|[12]\d|3[01])(?:st|nd|rd|th)(?![a-z]))
    | (?P<ordinal>(?:{_either(vocabulary.ORDINALS)})(?![a-z]))
    | (?P<noon>(?:12\s*(?::00)?\s*)?(?:noon|(?:el\ )?mediodia|midday)(?![a-z]))
    | (?P<midnight>(?:12\s*(?::00)?\s*)?(?:midnight|(?:la\ )?medianoche)(?![a-z]))
    | (?P<time>\d{{1,2}}\s*[:.]\s*\d{{2}}(?!\d)|\d{{3,4}}(?!\d)|\d{{1,2}}(?!\d))(?:\s*:\s*00(?!\d))?
      (?:\s*(?P<half>[ap])\.?\s*m\b\.?|(?P<short>[ap])(?![a-z])\.?|\s*de\s+la\s+(?P<part>manana|tarde|noche)(?![a-z])
        |\s*(?P<hour>h|hs|hrs|horas|hours)(?![a-z]))?
    | (?P<word>[a-z]+)\.?(?=[^a-z]|$)
    | (?P<dash>-|\u2013|\u2014|\u2012)
    | (?P<and>&|/|\+|,)
    | (?P<opening>\()
    | (?P<closing>\))
    | (?P<stop>[;.|\n\r])
    | (?P<colon>:)
    | (?P<bullet>[\u2022*](?=\s*[a-z0-9]))
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_PARTS: Final = {"manana": "a", "tarde": "p", "noche": "p"}
_LETTERS: Final = re.compile(_either(vocabulary.RUN))
_RUN: Final = re.compile(f"(?:{_either(vocabulary.RUN)})+")
_WORDS: Final = (
    (vocabulary.RANGES, "dash"),
    (vocabulary.ANDS, "and"),
    (vocabulary.EVERY, "every"),
    (vocabulary.CLOSED, "closed"),
    (vocabulary.EXCEPT, "except"),
    (vocabulary.WEEKLY, "weekly"),
)


def tokens_of(text: str) -> Iterator[HoursToken]:
    """Yield the words of a text, fillers left out.

    Raises:
        DoubtError: one is not known.
    """
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return
        start, at = at, match.end()
        kind = match.lastgroup or ""
        if match["time"] is not None:
            half = match["half"] or match["short"] or _PARTS.get(match["part"] or "", "")
            yield HoursToken("time", clock=clock_of(match["time"], half, named_hours=bool(match["hour"])))
        elif kind in {"noon", "midnight"}:
            yield HoursToken("time", clock=ClockTime(12, 0, "p" if kind == "noon" else "a", in_words=True))
        elif kind == "set":
            yield HoursToken("days", days=vocabulary.SETS[match["set"]])
        elif kind == "ordinal":
            yield HoursToken("ordinal", number=vocabulary.ORDINALS[match["ordinal"]])
        elif kind in {"date", "dates"}:
            yield HoursToken("dates", numbers=tuple(map(int, re.findall(r"\d+", match[kind]))))
        elif kind == "word":
            if match["word"] not in vocabulary.FILLERS:
                yield _word(match["word"])
        elif kind == "other":
            doubt(f"what {match['other']!r} means")
        elif kind != "bullet":
            yield HoursToken(kind)
        elif text[:start].strip() and "\n" not in text[:start][-3:]:
            doubt("what the mark means")


def _word(word: str) -> HoursToken:
    day = vocabulary.DAY_NAMES.get(word)
    if day is not None:
        return HoursToken("days", days=(day,))
    kind = next((kind for words, kind in _WORDS if word in words), "")
    if kind:
        return HoursToken(kind)
    if _RUN.fullmatch(word) and word not in vocabulary.AMBIGUOUS_RUNS:
        days = tuple(vocabulary.DAY_NAMES[letter] for letter in _LETTERS.findall(word))
        if len(set(days)) == len(days):
            return HoursToken("days", days=days)
    return doubt(f"the word {word!r}")
