"""Names of places as they are compared: "St. Louis" and "Saint Louis" are one, and so are "DeKalb" and "De Kalb"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from communityconnector.model.folding import fold

_LEADING: Final = re.compile(r"^the\s+(?=\w)", re.MULTILINE)
_SHORT: Final = re.compile(r"\b(?:ste?|ft|mtn?|pt)\b|^[nsew]\b(?=\.?\s)", re.MULTILINE)
_LONG: Final = {
    "st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "mtn": "mountain", "pt": "point",
    "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
_OTHER: Final = re.compile(r"[^a-z0-9\n]+")
_DELETED: Final = {number: None for number in range(128) if _OTHER.match(chr(number))}

_CITY_OF: Final = re.compile(r"^(?:the\s+)?(?:city|town|village|borough|township|municipality)\s+of\s+(?=\w)")
_CITY: Final = re.compile(r"(?<=\w)\s+(?:city|town|village|borough|township|twp|cdp)\.?$")
_COUNTY_OF: Final = re.compile(
    r"^(?:the\s+)?(?:city\s+and\s+)?(?:county|parish|borough|municipio)\s+of\s+(?=\w)"
)
_COUNTY: Final = re.compile(
    r"(?<=\w)\s+(?:county|co|cnty|parish|city\s+and\s+borough|borough|census\s+area|municipality|municipio"
    r"|planning\s+region)\.?$"
)


def keys_of(names: Iterable[str]) -> list[str]:
    """Return the letters and digits by which names of places are compared, for names without line breaks."""
    # All names are read as one text, since 36,000 short ones take ten times as long.
    text = _LEADING.sub("", "\n".join(name if name.isascii() else fold(name) for name in names).lower())
    text = _SHORT.sub(lambda match: _LONG[match[0]], text.replace("'", ""))
    return (text.translate(_DELETED) if text.isascii() else _OTHER.sub("", text)).split("\n")


def key_of(name: str) -> str:
    """Return the letters and digits by which the name of a place is compared."""
    return keys_of([" ".join(name.split())])[0]


def town_keys(name: str) -> tuple[str, ...]:
    """Return the keys of a town's name, the plainest last: "City of Boone" is also "boone"."""
    folded = fold(name).strip()
    plain = _CITY_OF.sub("", folded)
    return tuple(dict.fromkeys(filter(None, map(key_of, (folded, plain, _CITY.sub("", plain))))))


def county_keys(name: str) -> tuple[str, ...]:
    """Return the keys of a county's name, the plainest last: "Orleans Parish" is also "orleans".

    "City of Richmond" is also "richmondcity", for some cities belong to no county and count as one.
    """
    folded = fold(name).strip()
    city = _CITY_OF.sub("", folded)
    if city != folded:
        return tuple(map(key_of, (f"{city} city", city)))
    plain = _COUNTY.sub("", _COUNTY_OF.sub("", folded))
    return tuple(dict.fromkeys(filter(None, map(key_of, (folded, plain)))))
