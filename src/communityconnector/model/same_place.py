"""When two records stand at one place: by their streets, however they are written, or by their points.

The one comparison of places. Suspected duplicates and redaction both ask it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.model.geography import Point, distance
from communityconnector.model.location import Address, Location

NEAR_METERS: Final = 100.0
"""How near two points may lie to be one place, in metres."""


class Street(NamedTuple):
    """A street address as it is compared.

    Attributes:
        core: house number and street, in plain letters and the shortest usual forms: `77 hidden ln`.
        unit: what stands behind "suite", "apartment" and the like; "" where nothing does.
        areas: postal code (five digits) and city, as far as they are known.
    """

    core: str
    unit: str
    areas: tuple[str, ...]

    @property
    def numbered(self) -> bool:
        """Whether a house number stands in it: without one, a street is no single place."""
        return _has_digit(self.core)


def plain(text: str) -> str:
    """A text in lower case, without accents, every sign in its plainest form. It keeps its length."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain_letter, text))


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    if letter in _DASHES:
        return "-"
    if letter in _APOSTROPHES:
        return "'"
    if letter in _QUOTES:
        return '"'
    lowered = unicodedata.normalize("NFKD", letter).lower()[:1]
    return " " if not lowered or lowered.isspace() else lowered


_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES: Final = "\u2018\u2019\u201b\u02bc\u00b4\u0060\uff07\u2032"
_QUOTES: Final = "\u201c\u201d\u201f\u2033\uff02"

_FORMS: Final = """
    alley aly; avenue av aven avenida ave; boulevard boul blv blvd; branch br; bridge brg; center centre ctr;
    circle circ cir; court crt ct; cove cv; creek crk; crescent cres; crossing xing; drive drv dr; expressway expy;
    extension ext; freeway fwy; heights hts; highway hiway hwy; hill hl; hollow holw; junction jct; lane ln; loop lp;
    mount mt; mountain mtn; parkway pkway pkwy; place pl; plaza plz; point pt; ridge rdg; road rd; route rte;
    square sq; street str saint st; terrace ter; trail tr trl; turnpike tpke; valley vly; view vw; village vlg;
    north n; south s; east e; west w; northeast ne; northwest nw; southeast se; southwest sw; county co cnty;
    fort ft; first 1st; second 2nd; third 3rd; fourth 4th; fifth 5th; sixth 6th; seventh 7th; eighth 8th; ninth 9th;
    tenth 10th
"""
_GROUPS: Final = tuple(tuple(group.split()) for group in _FORMS.split(";"))
_SHORT: Final = {form: group[-1] for group in _GROUPS for form in group}
FORMS: Final = {group[-1]: group for group in _GROUPS}
"""The ways in which a word of a street is written, by the shortest usual one."""

TYPES: Final = frozenset(
    "aly ave blvd br brg ctr cir ct cv crk cres xing dr expy ext fwy hts hwy hl holw jct ln lp mtn pkwy pl plz pt rdg rd rte sq st ter trl "
    "tpke vly vw vlg way row run path pass pike walk trace".split()
)
"""Kinds of streets, in their shortest usual forms: the last word of most names, and often left out."""

_UNITS: Final = frozenset(
    "apt apartment unit ste suite rm room fl floor bldg building lot trailer trlr spc space dept no number piso "
    "apartamento oficina ofc office".split()
)
"""Words behind which a part of a building is named."""

_WORD: Final = re.compile(r"[^\W_]+")
_DOTS: Final = re.compile(r"['.]")
_BOX: Final = re.compile(r"\s*(?:p\.?\s*o\.?\s*(?:box|drawer)|post office box|apartado|box \d)")


def street_of(address: Address) -> Street | None:
    """The street of an address; `None` where it has none that tells a place, as with a post office box."""
    return _street(address.address_1, address.address_2 or "", address.postal_code, address.city)


@lru_cache(maxsize=65_536)
def _street(first: str, second: str, postal_code: str, city: str) -> Street | None:
    core, unit = _parts(first, second)
    if not core:
        return None
    areas = (postal_code.strip()[:5].casefold(), " ".join(_words(city)))
    return Street(core, unit, tuple(area for area in areas if area))


def _parts(first: str, second: str) -> tuple[str, str]:
    """Core and unit of the lines of an address."""
    cores: list[str] = []
    units: list[str] = []
    for part in re.split(r"[,;\n]", f"{plain(first)}\n{plain(second)}"):
        words = _words(part)
        if not words or _BOX.match(part):
            continue
        cut = next((at for at, word in enumerate(words) if word in _UNITS), len(words))
        if cut > 1:
            cores.append(" ".join(words[:cut]))
        if cut < len(words) or (len(words) == 1 and _has_digit(words[0])):
            units += words[cut:] if cut > 1 else words
    core = next(filter(_has_digit, cores), cores[0] if cores else "")
    return core, " ".join(word for word in units if word not in _UNITS)


def _words(text: str) -> list[str]:
    """The words of a line, each in its shortest usual form."""
    plainly = _DOTS.sub("", plain(text)).replace("#", " unit ")
    return [_SHORT.get(word, word) for word in _WORD.findall(plainly)]


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def same_street(one: Street, other: Street) -> bool:
    """Whether two streets are one: the same number and name in the same postal code or city, and no two units."""
    if not _one_name(one.core, other.core) or (one.unit and other.unit and one.unit != other.unit):
        return False
    return bool(set(one.areas) & set(other.areas)) or not (one.areas or other.areas)


def _one_name(one: str, other: str) -> bool:
    """Whether two names are one, though one of them may leave out what kind of street it is: "41 Oak", "41 Oak St"."""
    return one == other or without_type(one) == other or without_type(other) == one


def without_type(core: str) -> str:
    """The core of a street without its last word, where that says what kind of street it is."""
    name, _, last = core.rpartition(" ")
    return name if last in TYPES and " " in name else core


def streets_of(location: Location) -> tuple[Street, ...]:
    """The streets of a location's addresses."""
    return tuple(dict.fromkeys(filter(None, map(street_of, location.addresses))))


def cells(point: Point) -> Iterator[str]:
    """Cells of about 110 m, the point's own and its neighbours: points near each other share one."""
    for north in (-0.0005, 0.0005):
        for east in (-0.0005, 0.0005):
            yield f"{round(point.latitude + north, 3)} {round(point.longitude + east, 3)}"


def near(one: Point, other: Point) -> bool:
    """Whether two points are near enough to be one place."""
    return bool(distance(one, other).meters <= NEAR_METERS)
