"""Months in which hours hold, in words: "April-October", "Sept to May", "in July and August", "closed in December".

Only whole months: "until April 15" or "9-5 Apr" are not such words, and what is left of them makes a text uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from communityconnector.interchange.texts.days import MONTHS
from communityconnector.interchange.texts.opening_hours.doubts import doubt

_ALL: Final = frozenset(range(1, 13))

_NAME: Final = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![a-z'])\.?"
_TO: Final = r"\s*(?:-|\u2013|\u2014|\b(?:to|through|thru|until|till|a|al|hasta)\b)\s*"
_AND: Final = r"\s*(?:,\s*(?:and|y|&)?|&|/|\b(?:and|y|or|o)\b)\s*"
_ONE: Final = rf"{_NAME}(?:{_TO}{_NAME})?"
_SHUT: Final = r"(?:closed|except|excluding|cerrad[oa]s?|excepto|salvo|menos)"
_IN: Final = r"(?:in|during|for|from|of|en|durante|de|desde)"
_THE: Final = r"(?:\s*(?:the|los|el)?\s*(?:months?|mes(?:es)?)\s+(?:of|de))?"
_SEASONAL: Final = r"(?:seasonal(?:ly)?|season|temporada)"
_EXPRESSION: Final = re.compile(
    rf"(?P<shut>\b{_SHUT}\s+)?(?P<between>\b(?:between|entre)\s+)?(?:\b{_SEASONAL}\b\s*[:,(]?\s*)?(?P<in>\b{_IN}\b{_THE}\s*)?"
    rf"\b(?P<months>{_ONE}(?:{_AND}{_ONE})*)(?:\s*\b(?:only|solamente|season|seasonally)\b)?(?P<colon>\s*:)?"
)
_DAY_OF_MONTH: Final = re.compile(r"\s*\d")
_AFTER_DAY: Final = re.compile(r"\d(?:st|nd|rd|th)?\s*(?:of|de)?\s*$")
_JOINED: Final = re.compile(_TO)
_SPLIT: Final = re.compile(r"[;\n\r|]+|(?<=[a-z]{6})\.\s+|(?<=\d[ap]m)\.\s+|(?<=[\d)])\.\s+")
"""Between pieces of a text; a period after a short word cuts it off."""


@attrs.frozen
class Season:
    """A text in two: its months, and what else it says.

    Attributes:
        months: the numbers of the months in which it holds.
        rest: the text without them.
        leads: whether they stand before everything else, which is in one piece, so that they are of all of it.
    """

    months: frozenset[int]
    rest: str
    leads: bool


def seasons_of(text: str) -> list[Season]:
    """Return the parts of a text that are for months of their own; [] where it names no months.

    Raises:
        DoubtError: it names months, and it is not certain what they are of.
    """
    expressions = list(_expressions(text))
    if not expressions:
        return []
    parts = (
        [_season(text, expressions[0])]
        if len(expressions) == 1
        else [_season(*piece) for piece in _pieces(text)]
    )
    if len(expressions) == 1 and not _is_of_all(text, expressions[0]):
        doubt("which hours the months are of")
    taken: set[int] = set()
    for part in parts:
        if taken & part.months:
            doubt("which months")
        taken |= part.months
    return parts


def _pieces(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the pieces of a text that each have months of their own."""
    for piece in _SPLIT.split(text):
        if piece.strip(" ,."):
            own = _expressions(piece)
            if len(own) != 1:
                doubt("which months")
            yield piece, own[0]


def _is_of_all(text: str, match: re.Match[str]) -> bool:
    """Return whether months are of a text in one piece, or are a piece of their own."""
    before, after = text[: match.start()], text[match.end() :]
    pieces = [*_SPLIT.split(before), *_SPLIT.split(after)]
    if sum(1 for piece in pieces if piece.strip(" ,.()")) < 2:
        return True
    last, first = _SPLIT.split(before)[-1], _SPLIT.split(after)[0]
    is_one = not (_SPLIT.search(before) or _SPLIT.search(after))
    return is_one or (not (last.strip(" ,.()") or first.strip(" ,.()")) and not match["colon"])


def _expressions(text: str) -> list[re.Match[str]]:
    return [match for match in _EXPRESSION.finditer(text) if _is_of_months(text, match)]


def _is_of_months(text: str, match: re.Match[str]) -> bool:
    """Return whether months are meant, and neither a date nor a word that is written like one ("may", "mar" for a Tuesday)."""
    names = re.findall(r"[a-z]+", re.sub(rf"{_TO}|{_AND}", " ", match["months"]))
    if _DAY_OF_MONTH.match(text, match.end()) and not match["colon"]:
        return False
    if _AFTER_DAY.search(text[: match.start("months")]):
        return False
    if len(names) == 1:
        return bool(match["shut"] or match["in"] or match["colon"]) and names[0] != "mar"
    return "mar" not in names or ("martes" not in text and bool(_JOINED.search(match["months"])))


def _season(text: str, match: re.Match[str]) -> Season:
    months = _months_in(match["months"], between=bool(match["between"]))
    before = text[: match.start()].strip(" ,(-")
    rest = f"{text[: match.start()].rstrip(' ,(-')} {text[match.end() :].lstrip(' ,)-')}".strip(" ,;.-")
    if match["shut"]:
        months = _ALL - months
    if not months:
        doubt("which months")
    return Season(months, rest, leads=not before and not _SPLIT.search(rest))


def _months_in(words: str, *, between: bool) -> frozenset[int]:
    if between:
        words = re.sub(r"\s*\b(?:and|y)\b\s*|\s*&\s*", " to ", words, count=1)
    months: set[int] = set()
    for piece in re.split(_AND, words):
        ends = [MONTHS[name] for name in re.findall(r"[a-z]+", _JOINED.sub(" ", piece))]
        if len(ends) == 2:
            first, last = ends
            months |= {(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)}
        else:
            months |= set(ends)
    return frozenset(months)
