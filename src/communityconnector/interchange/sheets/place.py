"""The place of a row: its address in one cell or in several, and its point, wherever that stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from communityconnector.interchange.texts.cells import degrees, is_inhabited, point_in, postal_code
from communityconnector.interchange.texts.regions import LONGEST_NAME, region_code
from communityconnector.model import Severity

if TYPE_CHECKING:
    from communityconnector.interchange.sheets.row import Cells

_ADDRESS: Final = ("address_1", "address_2", "city", "region", "state_province", "postal_code", "country")
_COUNTRIES: Final = frozenset({"usa", "us", "u.s.a.", "united states", "united states of america"})
_LONGEST: Final = 300
"""Most characters of a cell that is taken apart as an address."""


def place_of(cells: Cells, child: Callable[[str], str]) -> dict[str, Any]:
    """Return the raw location of a row; empty where the row has none.

    Args:
        cells: the row's cells by meaning.
        child: makes the id of something within the service.
    """
    point = _point(cells)
    address = _address(cells)
    place: dict[str, Any] = {
        part: text for part in ("name", "transportation") if (text := cells.first(f"location.{part}"))
    }
    place.update(_right_way_round(point, address, cells))
    if address:
        place["addresses"] = [{"id": child("address"), "address_type": "physical", **address}]
    access = cells.joined("location.accessibility")
    if access and access.lower() not in {"no", "n", "none", "false", "f", "0"}:
        words = (
            "Wheelchair accessible"
            if access.lower() in {"yes", "y", "x", "true", "t", "1", "si", "checked"}
            else access
        )
        place["accessibility"] = [{"id": child("accessibility"), "description": words}]
    return place


def _point(cells: Cells) -> dict[str, Any]:
    """Return the row's point: of its two columns, else of the first cell that holds one."""
    position: dict[str, Any] = {}
    for field in ("location.point", "location.address", "location.name", "location.address_1"):
        for column, text in cells.of(field):
            point = point_in(text)
            if point is None:
                continue
            cells.replace(field, column, point.rest)
            if not position:
                position = {"latitude": point.latitude, "longitude": point.longitude}
                if point.swapped:
                    message = "a point that can only be on land if its longitude comes first"
                    cells.note("point-turned", message, "read so", column, "")
    angles = {part: _angle(cells, part) for part in ("latitude", "longitude")}
    if not any(angles.values()):
        # Programs write two zeros for a missing point.
        return position
    return {part: angle for part, angle in angles.items() if angle is not None} or position


def _angle(cells: Cells, part: str) -> float | None:
    for column, text in cells.of(f"location.{part}"):
        angle = degrees(text)
        if angle is not None and abs(angle) <= 180:
            return angle
        cells.refuse(column, f"no {part} in degrees")
    return None


def _right_way_round(point: dict[str, Any], address: dict[str, str], cells: Cells) -> dict[str, Any]:
    """Return a row's point, whose axes or whose minus are mended where it can be nowhere else; {} where it is nowhere.

    A row of the United States or Canada lies west of Greenwich, but for islands at the other end of the Pacific.
    """
    north, east = point.get("latitude"), point.get("longitude")
    if north is None or east is None:
        return point if abs(north or 0) <= 90 else {}
    if not is_inhabited(north, east) and is_inhabited(east, north):
        cells.note("point-turned", "latitude and longitude stand in each other's place", "read so", "", "")
        north, east = east, north
    if not abs(north) <= 90:
        message = "no latitude in degrees"
        cells.note("implausible-cell", message, "not used", "", "", Severity.WARNING)
        return {}
    if 50 < east < 170 and north > 15 and region_code(address.get("state_province", "")) not in {"", "GU"}:
        message = "a longitude without its minus: the address lies west of Greenwich"
        cells.note("point-turned", message, "read so", "", "")
        east = -east
    return {"latitude": north, "longitude": east}


def _address(cells: Cells) -> dict[str, str]:
    address = {part: text for part in _ADDRESS if (text := cells.first(f"location.{part}"))}
    number = cells.first("location.house_number")
    if number and "address_1" in address and not address["address_1"].startswith(number):
        address["address_1"] = f"{number} {address['address_1']}"
    whole = cells.joined("location.address", ", ")
    if whole:
        parts = one_line(whole)
        if any(address.get(part, text).casefold() != text.casefold() for part, text in parts.items()):
            # The sheet's own columns say otherwise, so the text is not what it looks like.
            parts = {}
        address = {**(parts or {"address_1": _flat(whole)}), **address}
    line = cells.joined("location.city_line", ", ")
    if line:
        address = {**_city_line(_flat(line)), **address}
    if "postal_code" in address:
        _mend_postal(cells, address)
    return address


def _mend_postal(cells: Cells, address: dict[str, str]) -> None:
    fields = ("location.postal_code", "location.city_line", "location.address")
    column = next((column for field in fields for column, _ in cells.of(field)), "")
    code, mended = postal_code(address["postal_code"], address.get("state_province", ""))
    if mended == "zero":
        message = "a ZIP code without its leading zero, as spreadsheet programs leave it"
        cells.note("zip-without-zero", message, "the zero put back", column, "")
    if code:
        address["postal_code"] = code
    else:
        del address["postal_code"]
        cells.refuse(column, "four digits are not a ZIP code" if mended else "not a postal code")


def _flat(text: str) -> str:
    return ", ".join(part for line in text.split("\n") if (part := line.strip(" ,;\t\r")))


_ZIP: Final = re.compile(r"\d{5}(?:-\d{4})?", re.ASCII)
_SHORT_ZIP: Final = re.compile(r"\d{4}(?:-\d{4})?", re.ASCII)
_SECOND: Final = re.compile(r"(?:suite|ste|unit|apt|room|rm|floor|fl|bldg|building|#)", re.IGNORECASE)


def one_line(text: str) -> dict[str, str]:
    """Return an address in one text, in parts, where it ends with a state or a ZIP code; else nothing.

    "12 Main St, Suite 4, Jefferson, NC 28640" and the same on several lines. Where no comma separates the street from the
    city, they stay together.
    """
    parts = _parts(text)
    if parts and parts[-1].casefold() in _COUNTRIES:
        parts.pop()
    before, area = _ended(parts)
    if "state_province" not in area or not before or not any(letter.isdigit() for letter in before[0]):
        return {}
    if len(before) == 1:
        return {"address_1": before[0], **area} if "postal_code" in area else {}
    city = before.pop()
    if any(letter.isdigit() for letter in city) or not all(_SECOND.match(part) for part in before[1:]):
        return {}
    second = {"address_2": ", ".join(before[1:])} if len(before) > 1 else {}
    return {"address_1": before[0], **second, "city": city, **area}


def _city_line(text: str) -> dict[str, str]:
    """Return city, state and ZIP code of one text ("Jefferson, NC 28640"); nothing where it ends otherwise."""
    before, area = _ended(_parts(text))
    return {"city": ", ".join(before), **area} if area and before else area


def _parts(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in _flat(text[:_LONGEST]).split(",")) if part]


def _ended(parts: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the parts of an address before its state and ZIP code, and these, by its last words."""
    if not parts:
        return [], {}
    *before, last = parts
    words = last.split()
    area: dict[str, str] = {}
    if _ZIP.fullmatch(words[-1]) or (_SHORT_ZIP.fullmatch(words[-1]) and (len(words) > 1 or len(before) > 1)):
        area["postal_code"] = words.pop()
    if not words and before:
        words = before.pop().split()
    for size in range(min(LONGEST_NAME, len(words)), 0, -1):
        name = " ".join(words[-size:])
        # Two letters of the other kind may be a word: "in", "or".
        if region_code(name) and (len(name) > 2 or name.isupper() or area):
            area["state_province"] = name.rstrip(".")
            words = words[:-size]
            break
    if "state_province" not in area and "postal_code" in area and not _ZIP.fullmatch(area["postal_code"]):
        return parts, {}
    return [*before, *([" ".join(words)] if words else [])], area
