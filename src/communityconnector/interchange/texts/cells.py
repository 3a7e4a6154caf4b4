"""Single cells of a spreadsheet: points, postal codes and phones as people and spreadsheet programs write them."""

from __future__ import annotations

import html
import re
from typing import Final

import attrs

from communityconnector.interchange.texts.regions import loses_zero

LONGEST: Final = 4_000
"""Most characters of a cell in which a point, a phone or a date is looked for."""

_NOTHING: Final = frozenset({
    "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#error!", "null", "(null)", "<null>", "nan", "\\n",
})  # fmt: skip


def is_blank(cell: str) -> bool:
    """Return whether a cell holds nothing, or what programs write in the place of nothing."""
    return not cell or cell.casefold() in _NOTHING or (cell[0] == "#" and not cell.strip("#"))


_TAGS: Final = frozenset(
    "a abbr article b blockquote body br center div em font h1 h2 h3 h4 h5 h6 hr html i img li ol p pre section small span "
    "strong sub sup table tbody td th thead time tr u ul".split()
)
_BREAKING: Final = frozenset("br div h1 h2 h3 h4 h5 h6 hr li p table tr".split())
_TAG: Final = re.compile(r"<!--.{0,2000}?-->|</?([A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]{0,2000})?/?>", re.DOTALL)
_HIDDEN: Final = re.compile(r"<(script|style)\b[^<>]{0,500}>.{0,2000}?</\1>", re.DOTALL | re.IGNORECASE)
"""What a web page holds and does not show."""
_ENTITY: Final = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_BLANKS: Final = re.compile(r"[^\S\n]+")


def without_markup(cell: str) -> str:
    """Return a cell's text without the marks of a web page; where these break lines, the text does."""
    if "<" not in cell and "&" not in cell:
        return cell
    text = _HIDDEN.sub(" ", cell)
    for _ in range(2):  # an export may write marks that were written once already
        text = _TAG.sub(_unmarked, text)
        if not _ENTITY.search(text):
            break
        text = html.unescape(text).replace("\u00a0", " ")
    if text == cell:
        return cell
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


_LINK: Final = re.compile(r"https?://[^\s\"'<>()\[\]]{3,2000}", re.IGNORECASE)


def link_in(cell: str) -> str:
    """Return the one link in a cell that holds more: `<a href="...">Visit</a>`, `=HYPERLINK("...","Visit")`; "" for any other cell."""
    if "://" not in cell:
        return ""
    links = set(_LINK.findall(cell[:LONGEST]))
    return links.pop() if len(links) == 1 and _LINK.fullmatch(cell) is None else ""


def _unmarked(match: re.Match[str]) -> str:
    name = (match[1] or "").lower()
    if match[1] is None:
        return " "
    if name not in _TAGS:
        return match[0]
    return "\n" if name in _BREAKING else " " if name in {"td", "th"} else ""


@attrs.frozen
class PointCell:
    """A point that stands in a cell.

    Attributes:
        latitude: in degrees, north positive.
        longitude: in degrees, east positive.
        rest: what else the cell says.
        swapped: the cell gave the longitude first without saying so, which only its size shows.
    """

    latitude: float
    longitude: float
    rest: str = ""
    swapped: bool = False


_DEGREES: Final = r"[-+\u2212]?\d{1,3}(?:\.\d{1,20})?"
_WKT: Final = re.compile(
    rf"(?:SRID=\d{{1,6}};)?\s{{0,3}}POINT\s{{0,3}}Z?\s{{0,3}}\(\s{{0,3}}({_DEGREES})\s{{1,5}}({_DEGREES})(?:\s{{1,5}}{_DEGREES})?\s{{0,3}}\)",
    re.IGNORECASE | re.ASCII,
)
_PAIR: Final = re.compile(
    rf"(?<![\w.-])\(?(?:lat(?:itude)?\s{{0,2}}[:=]?\s{{0,2}})?({_DEGREES})\s{{0,2}}\u00b0?\s{{0,2}}([NS])?\s{{0,3}}[,;/]\s{{0,3}}"
    rf"(?:lo?ng?(?:itude)?\s{{0,2}}[:=]?\s{{0,2}})?({_DEGREES})\s{{0,2}}\u00b0?\s{{0,2}}([EW])?\)?(?![\w.])",
    re.IGNORECASE | re.ASCII,
)
_TWO: Final = re.compile(rf"\(?({_DEGREES})\s{{1,3}}({_DEGREES})\)?", re.ASCII)
_GEOMETRY: Final = re.compile(
    rf"coordinates[\"']?\s{{0,3}}:\s{{0,3}}\[\s{{0,3}}({_DEGREES})\s{{0,3}},\s{{0,3}}({_DEGREES})", re.ASCII
)
_NAMED: Final = re.compile(
    rf"[\"']lat(?:itude)?[\"']\s{{0,3}}:\s{{0,3}}[\"']?({_DEGREES})[\"']?\s{{0,3}},\s{{0,3}}[\"']lo?ng?(?:itude)?[\"']\s{{0,3}}:"
    rf"\s{{0,3}}[\"']?({_DEGREES})[\"']?",
    re.IGNORECASE | re.ASCII,
)
"""A point as JSON in a cell, with its parts named."""
_MAP_LINK: Final = re.compile(rf"[@=/]({_DEGREES})(?:,|%2C)({_DEGREES})(?![\d.])", re.ASCII)


def point_in(cell: str) -> PointCell | None:
    """Return the point that a cell holds, alone or after an address: "36.4, -81.5", "POINT (-81.5 36.4)", a link to a map.

    Degrees with a fraction only, so that "9, 5" or a house number is not a point.
    """
    if "." not in cell:
        return None
    text = cell[:LONGEST].replace("\u2212", "-")
    if match := _NAMED.search(text):
        return _point(match[1], match[2], "")
    for pattern in (_WKT, _GEOMETRY):
        if match := pattern.search(text):
            return _point(match[2], match[1], _rest(text, match) if pattern is _WKT else "")
    if "://" in text:
        match = _MAP_LINK.search(text)
        return _point(match[1], match[2], "") if match else None
    return _pair(text)


def _pair(text: str) -> PointCell | None:
    """Return the point of two angles, the latitude first unless that cannot be."""
    alone = _TWO.fullmatch(text.strip())
    match = alone or _PAIR.search(text)
    if not match:
        return None
    first, second = (match[1], match[2]) if alone else (match[1], match[3])
    if "." not in first or "." not in second:
        return None
    if not alone and (match[2] or match[4]):
        first, second = _signed(first, match[2]), _signed(second, match[4])
    rest = "" if alone else _rest(text, match)
    return _point(first, second, rest) or _point(second, first, rest, swapped=True)


def _signed(degrees: str, side: str | None) -> str:
    return f"-{degrees.lstrip('+-')}" if side and side in "SWsw" else degrees


def _rest(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]}{text[match.end() :]}".strip(" \n\r\t,;()")


def _point(latitude: str, longitude: str, rest: str, *, swapped: bool = False) -> PointCell | None:
    north, east = float(latitude), float(longitude)
    if not is_inhabited(north, east) or (north == 0 and east == 0):
        return None
    return PointCell(north, east, rest, swapped)


def is_inhabited(latitude: float, longitude: float) -> bool:
    """Return whether a service may lie there: none lies near a pole."""
    return -60 <= latitude <= 80 and -180 <= longitude <= 180


_ONE_ANGLE: Final = re.compile(
    r"([-+]?\d{1,3}(?:[.,]\d{1,20})?)\s?\u00b0?\s?([NSEW])?", re.IGNORECASE | re.ASCII
)
_MINUTES: Final = re.compile(
    r"(\d{1,3})\s?[\u00b0d]\s?(\d{1,2})\s?['\u2019\u2032m]\s?(?:(\d{1,2}(?:\.\d{1,10})?)\s?[\"\u201d\u2033s]?)?\s?([NSEW])",
    re.IGNORECASE | re.ASCII,
)


def degrees(cell: str) -> float | None:
    """Return an angle as people write it: "36.4", "36,4", "36.4° N", "36°24'N"; `None` for another text."""
    text = cell[:60].strip().replace("\u2212", "-")
    if match := _MINUTES.fullmatch(text):
        value = int(match[1]) + int(match[2]) / 60 + float(match[3] or 0) / 3600
        return -value if match[4] in "SWsw" else value
    match = _ONE_ANGLE.fullmatch(text)
    if not match:
        return None
    value = float(match[1].replace(",", "."))
    return -abs(value) if match[2] and match[2] in "SWsw" else value


SCIENTIFIC: Final = re.compile(r"[-+]?\d(?:[.,]\d{1,15})?E\+?\d{1,3}", re.IGNORECASE | re.ASCII)
"""A number as a spreadsheet program shows one that is too wide for its column: the other digits are gone."""

_WHOLE: Final = re.compile(r"(\d{1,15})\.0{1,3}", re.ASCII)


def without_fraction(cell: str) -> str:
    """Return a whole number without the ".0" that a program for tables adds."""
    match = _WHOLE.fullmatch(cell)
    return match[1] if match else cell


_ZIP: Final = re.compile(r"\d{5}(?:-\d{4})?", re.ASCII)
_SHORT: Final = re.compile(r"(\d{3,4})(?:-(\d{4}))?", re.ASCII)
_NINE: Final = re.compile(r"(\d{5})(\d{4})", re.ASCII)
_POSTAL: Final = re.compile(r"(?=.{0,9}\d)[A-Za-z0-9][A-Za-z0-9 -]{1,9}", re.ASCII)
_BETWEEN: Final = re.compile(r"[,;/\s]{1,5}")


def postal_code(cell: str, state: str) -> tuple[str, str]:
    """Return a postal code, and what was mended in it ("" where nothing was).

    A ZIP code that lost its leading zero gets it back where the state says so.

    Returns:
        The code and the name of what was done: "zero" or "form"; ("", "short") for a ZIP code without its zero in a
        state that does not say so, ("", "") where the cell holds no postal code.
    """
    text = without_fraction(cell)
    short, nine = _SHORT.fullmatch(text), _NINE.fullmatch(text)
    if short:
        rest = f"-{short[2]}" if short[2] else ""
        return (f"{short[1].zfill(5)}{rest}", "zero") if loses_zero(state) else ("", "short")
    if nine:
        return f"{nine[1]}-{nine[2]}", "form"
    several = [part for part in _BETWEEN.split(text[:200]) if part]
    fits = _POSTAL.fullmatch(text) or all(_ZIP.fullmatch(part) for part in several)
    return (text, "" if text == cell else "form") if fits else ("", "")


_NO_PHONE: Final = (
    re.compile(r"\d{5}(?:-\d{4})?", re.ASCII),  # a ZIP code
    re.compile(r"-?\d{1,3}\.\d{3,20}", re.ASCII),  # degrees
    re.compile(r"\d{4}-\d\d-\d\d.{0,20}|\d{1,2}/\d{1,2}/\d{2,4}", re.ASCII),  # a date
    re.compile(r"\$\s?\d.{0,20}", re.ASCII),
    re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}"),
    re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE),
    SCIENTIFIC,
)
_DIGIT: Final = re.compile(r"\d", re.ASCII)


def is_phone(text: str) -> bool:
    """Return whether a text may be a phone number: it has a digit, and is not plainly something else."""
    return bool(_DIGIT.search(text)) and not any(pattern.fullmatch(text) for pattern in _NO_PHONE)


def split_phones(cell: str) -> list[str]:
    """Return the numbers of a cell; an extension stays with its number."""
    parts: list[str] = []
    for piece in re.split(r"[;|\n]|\s/\s|\sor\s|\so\s", _BLANKS.sub(" ", cell[:LONGEST])):
        for number, part in enumerate(piece.split(", ")):
            text = part.strip(" ,")
            if number and parts and _IS_EXTENSION.match(text):
                parts[-1] = f"{parts[-1]} {text}"
            elif text:
                parts.append(text)
    return parts


_IS_EXTENSION: Final = re.compile(r"(?:ext|x\s?\d|extension)", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(?:ext(?:ension|n)?|x)[.:]? ?(?:# ?)?(\d{1,6})", re.IGNORECASE | re.ASCII)


def extension_of(phone: str) -> tuple[str, str]:
    """Return a phone number, and its extension or ""."""
    for at in range(len(phone) - 1, max(-1, len(phone) - 24), -1):
        if phone[at] in "eExX" and (match := _EXTENSION.fullmatch(phone[at:])):
            return phone[:at].strip(" ,;(-").rstrip(" ,;("), match[1]
    return phone, ""
