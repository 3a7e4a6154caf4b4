"""Areas given as ZIP codes: "94118", "ZIP codes 28694, 28640 and 28617", "94110-94118", "941xx"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.needs.words import fold

_CODE: Final = r"\d{5}(?:-\d{4})?"
_ITEM: Final = re.compile(
    rf"(?<![\d$#-])(?:(?P<first>\d{{5}})\s*(?:-|\u2013|to|through|thru|a|al)\s*(?P<last>\d{{5}})(?![\d-])"
    rf"|(?P<prefix>\d{{3}})(?:xx|\*{{1,2}}|##)|(?P<code>{_CODE})(?![\d-]))"
)
_BETWEEN: Final = re.compile(
    r"[\s,;/&|.:()+]+|\b(?:and|y|e|or|o|zips?|codes?|zipcodes?|postal|postcodes?|codigos?|postales|the|in|within|for|of|served?|serves"
    r"|serving|areas?|following|these|only|residents?|who|live|people|addresses|los|las|el|la|de|en|solo|residentes|que|viven)\b"
)


@attrs.frozen
class Zips:
    """The ZIP codes of an area.

    Attributes:
        codes: single codes.
        ranges: the first and the last of each range.
        prefixes: the first digits of groups of ZIP codes.
        is_whole: whether the area is only these.
    """

    codes: frozenset[str]
    ranges: tuple[tuple[str, str], ...]
    prefixes: tuple[str, ...]
    is_whole: bool

    def has(self, code: str) -> bool:
        """Return whether a ZIP code is one of them."""
        ranged = any(first <= code <= last for first, last in self.ranges)
        return code in self.codes or ranged or code.startswith(self.prefixes)


def is_zip(code: str) -> bool:
    """Return whether a text is a ZIP code of five digits."""
    return len(code) == 5 and code.isascii() and code.isdigit()


def zip_of(place: object) -> str:
    """Return the five digits of a place given as a ZIP code; "" for any other place."""
    text = place.strip() if isinstance(place, str) else ""
    return text[:5] if re.fullmatch(_CODE, text, re.ASCII) else ""


@lru_cache(maxsize=65_536)
def zips_in(text: str) -> Zips | None:
    """Return the ZIP codes that a text names; `None` if it names none. Long texts do not name areas."""
    if len(text) > _LONGEST or not any(letter.isdigit() for letter in text):
        return None
    folded = fold(text)
    items = list(_ITEM.finditer(folded))
    if not items:
        return None
    rest = _BETWEEN.sub("", _ITEM.sub(" ", folded))
    return Zips(
        frozenset(item["code"][:5] for item in items if item["code"]),
        tuple((item["first"], item["last"]) for item in items if item["first"]),
        tuple(item["prefix"] for item in items if item["prefix"]),
        not rest,
    )


_LONGEST: Final = 20_000
