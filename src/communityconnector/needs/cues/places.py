"""Places as they are written: after "in", "near", "at" with a capital, and ZIP codes."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Final

from communityconnector.needs.cues.model import PLACE, Cue
from communityconnector.needs.cues.text import Text

_WORD: Final = r"(?:(?:St|Mt|Ft)\. )?[A-ZÁÉÍÓÚÑ][a-záéíóúñ]{1,24}(?![A-Za-z'\u2019])"
_NAMED: Final = re.compile(
    rf"\b(?:in|near|at|around|outside|cerca de|en) (?:the )?(?P<place>{_WORD}(?:[ -](?:de la |del? |la )?{_WORD}){{0,3}}(?:, [A-Z]{{2}}\b)?)"
)
_ZIP: Final = re.compile(
    r"(?<![\d$#.,-])\b(?P<zip>\d{5})(?:-\d{4})?\b(?![,.]?\d| (?:dollars|bucks|miles|dolares))"
)
_NO_PLACE: Final = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday english spanish ingles espanol enero febrero marzo abril mayo junio julio agosto"
    " septiembre octubre noviembre diciembre medicaid medicare i section christmas easter thanksgiving god jesus"
    " walmart dad mom jan feb mar apr jun jul aug sep sept oct nov dec mondays tuesdays wednesdays thursdays fridays saturdays sundays nam iraq snap wic va er".split()
)


def read_places(text: Text, languages: Container[int]) -> Iterator[Cue]:
    """Yield places as written and ZIP codes.

    Args:
        text: the text.
        languages: where names of languages begin, which are no places: "in Russian".
    """
    for match in _NAMED.finditer(text.written):
        start, end = match.span("place")
        if text.plain[start:end].split(" ")[0] not in _NO_PLACE and start not in languages:
            yield Cue(PLACE, match["place"], start, end)
    for match in _ZIP.finditer(text.written):
        yield Cue(PLACE, match["zip"], *match.span("zip"))
