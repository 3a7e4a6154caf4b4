"""Places as they are written: after "in", "near", "at" with a capital, and ZIP codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.model import PLACE, Cue
from communityconnector.needs.cues.text import Text

_WORD: Final = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ'.]{1,24}"
_NAMED: Final = re.compile(
    rf"\b(?:in|near|around|by|outside|cerca de|en) (?:the )?(?P<place>{_WORD}(?:[ -](?:{_WORD}|de|del|la)){{0,3}}(?:, [A-Z]{{2}}\b)?)"
)
_ZIP: Final = re.compile(
    r"(?<![\d$#.,-])\b(?P<zip>\d{5})(?:-\d{4})?\b(?![,.]?\d| (?:dollars|bucks|miles|dolares))"
)
_NO_PLACE: Final = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday english spanish ingles espanol enero febrero marzo abril mayo junio julio agosto"
    " septiembre octubre noviembre diciembre medicaid medicare i section christmas easter thanksgiving god jesus"
    " walmart dad mom snap wic va er".split()
)


def read_places(text: Text) -> Iterator[Cue]:
    """Yield places as written and ZIP codes."""
    for match in _NAMED.finditer(text.written):
        if text.plain[slice(*match.span("place"))].split(" ")[0].strip(".,'") not in _NO_PLACE:
            yield Cue(
                PLACE,
                match["place"].rstrip(".'"),
                match.start("place"),
                match.start("place") + len(match["place"].rstrip(".'")),
            )
    for match in _ZIP.finditer(text.written):
        yield Cue(PLACE, match["zip"], *match.span("zip"))
