"""What the texts of a record say of whom it serves by where they live: "Residents of Scott County only"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.matching.criteria.served_places import places_in
from communityconnector.matching.criteria.zip_areas import zips_in

REQUIRED, SAID, NAMED = "required", "said", "named"
"""How surely a text rules: as a condition for being served, as what a description says, or only in a name."""


class Residence(NamedTuple):
    """A place in the texts of a record.

    Attributes:
        place: the words that name it.
        force: `REQUIRED`, `SAID` or `NAMED`.
    """

    place: str
    force: str


_WORD: Final = r"(?:(?:Mc|Mac|De|La|Le|O')?[A-Z][\w'\u2019-]*\.?|\d{5})"
_JOINED: Final = rf"{_WORD}(?:(?:,\s+(?:and\s+)?|\s+(?:and|or|y|of|the|de|&)\s+|\s+|,\s*)(?:the\s+|surrounding\s+|county\b|counties\b|{_WORD}))*"
_PLACE: Final = rf"(?P<place>(?:all of |the |most of |parts of |rural |greater )*(?:(?:city|town|village|county|counties|cities) of |(?:condado|ciudad) de )?{_JOINED})"
_WORDINGS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b[Rr]esidents?(?: living)?(?: of| in)(?: the)? {_PLACE}",
        rf"{_PLACE} (?:[a-z-]+ ){{0,2}}residents?\b",
        rf"\b(?:[Ll]iv(?:e|es|ing)|[Rr]esid(?:e|es|ing))(?: in| within)(?: the)? {_PLACE}",
        rf"\b[Rr]esidentes (?:de|del|en)(?: el)? {_PLACE}",
        rf"\b[Vv]iv(?:e|an|en|ir) en(?: el)? {_PLACE}",
    )
)
_SERVES: Final = re.compile(
    rf"\b[Ss]erv(?:es|ing)(?: people| residents| families| individuals| older adults| seniors| clients)?(?: in| of| throughout)?(?: the)? {_PLACE}"
)
_COUNTY: Final = re.compile(
    r"(?<![\w'])((?:[A-Z][\w.'\u2019-]*\s+){1,3})County\b(?!\s+(?:Road|Rd|Line|Fair))"
)
_MAYBE: Final = re.compile(r"resid|liv(?:e|ing) |serv(?:es|ing)|viv(?:e|an|en|ir) en", re.IGNORECASE)


@lru_cache(maxsize=8192)
def residences(eligibility: str, description: str, names: tuple[str, ...]) -> tuple[Residence, ...]:
    """Return the places that the texts of a record name as where the people live whom it serves.

    Only words that the gazetteer knows as places count: "living in Hope House" names none.

    Args:
        eligibility: who is eligible, in words.
        description: what the service is.
        names: the names of the service and its agency.
    """
    found: dict[str, Residence] = {}
    for place in _in_text(eligibility, _WORDINGS):
        found.setdefault(place, Residence(place, REQUIRED))
    for place in _in_text(description, (*_WORDINGS, _SERVES)):
        found.setdefault(place, Residence(place, SAID))
    if not found:
        for name in names:
            for match in _COUNTY.finditer(name):
                words = match[1].split()
                # "San Mateo County": the longest of the last words that is a county.
                tried = (f"{' '.join(words[start:])} County" for start in range(len(words)))
                known = next((place for place in tried if places_in(place).places), None)
                if known is not None:
                    found.setdefault(known, Residence(known, NAMED))
    return tuple(found.values())


def _in_text(text: str, rules: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    if not text or not _MAYBE.search(text):
        return
    for rule in rules:
        for match in rule.finditer(text):
            place = " ".join(match["place"].split()).strip(" ,.")
            if not _LOOSE.search(_sentence_of(text, match)) and _is_place(place):
                yield place


def _sentence_of(text: str, match: re.Match[str]) -> str:
    """Return the sentence in which a place is named."""
    begins = max((end.end() for end in _STOP.finditer(text, 0, match.start())), default=0)
    ends = _STOP.search(text, match.end())
    return text[begins : ends.start() if ends else len(text)]


_STOP: Final = re.compile(r"[.!?\n](?=\s|$)|\n")
_LOOSE: Final = re.compile(
    r"\b(?:not|no need|no tien\w+ que|except|excluding|other than|former|formerly|prefer\w*|priorit\w+|first|pays?|fees?|costs?|lower"
    r"|free|discount\w*|proof|bring|everyone|everybody|anyone|all are|open to all|regardless|neighbou?ring|surrounding|nearby|adjacent"
    r"|anywhere|others?|families anywhere|welcome|encouraged|may also)\b|\bnon-?\s?resident|n't\b",
    re.IGNORECASE,
)
"""Words of a sentence that names a place and yet rules nobody out: denials, exceptions, preferences, fees, papers, and more."""


def _is_place(place: str) -> bool:
    zips = zips_in(place)
    return (zips is not None and zips.is_whole) or places_in(place).is_understood
