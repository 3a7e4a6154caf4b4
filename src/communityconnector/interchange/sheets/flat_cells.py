"""The values of a JSON object as the cells of a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_DEEPEST: Final = 3
_MOST: Final = 500
"""Most cells that one object becomes."""


def columns_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return an object's values by column; what is nested has the names of both levels ("address city")."""
    cells: dict[str, str] = {}
    _gather(raw, "", cells, _DEEPEST)
    return cells


def _gather(raw: Mapping[str, Any], before: str, cells: dict[str, str], depth: int) -> None:
    for key, item in raw.items():
        if len(cells) >= _MOST:
            return
        if key.startswith((":", "@type", "@context")):  # what a portal keeps for itself, and names of types
            continue
        name = f"{before} {key}".strip()
        special = _special(item)
        if special is not None:
            cells.update({f"{name} {part}".strip(): text for part, text in special.items()})
        elif isinstance(item, dict) and depth:
            _gather(item, name, cells, depth - 1)
        elif isinstance(item, list) and any(isinstance(part, dict) for part in item):
            _gather_list(item, name, cells, depth)
        elif text := cell_of(item):
            cells[name] = text


def _gather_list(items: list[Any], name: str, cells: dict[str, str], depth: int) -> None:
    """Add a list of objects: the names of things that have little else, or the parts of its only object.

    Of anything else only yes and no are taken, for they may say that something is private.
    """
    objects = [item for item in items if isinstance(item, dict)]
    if all(item.keys() <= _NAMEABLE for item in objects):
        cells[name] = "; ".join(dict.fromkeys(text for item in items if (text := _name_of(item))))
    elif len(items) == 1 and depth:
        _gather(objects[0], name, cells, depth - 1)
    else:
        cells[f"{name}{NOT_TAKEN}"] = f"{len(items)} items"
        for key, texts in _answers(items, name, {}).items():
            cells[key] = "; ".join(dict.fromkeys(texts))


NOT_TAKEN: Final = " (nested, not read)"
"""Ends the name of a column that stands for a list of objects which no cell can hold."""

_NAMEABLE: Final = frozenset(
    "id name label title value text url slug type filename size width height thumbnails".split()
)


def _answers(
    item: Any, name: str, answers: dict[str, list[str]], depth: int = _DEEPEST
) -> dict[str, list[str]]:
    if isinstance(item, list):
        for part in item:
            _answers(part, name, answers, depth)
    elif isinstance(item, dict) and depth:
        for key, part in item.items():
            _answers(part, f"{name} {key}", answers, depth - 1)
    elif isinstance(item, bool):
        answers.setdefault(name, []).append(cell_of(item))
    return answers


def cell_of(item: Any) -> str:
    """Return a value as the text of a cell; "" for nothing."""
    if item is None or isinstance(item, dict):
        return ""
    if isinstance(item, bool):
        return "Yes" if item else "No"
    if isinstance(item, list):
        return "; ".join(dict.fromkeys(text for part in item if (text := cell_of(part))))
    return str(item)


def _name_of(item: Any) -> str:
    """Return what an item of a list is called, where it is an object."""
    if isinstance(item, dict):
        return next(
            (str(item[key]) for key in _NAMES if isinstance(item.get(key), (str, int)) and item[key]), ""
        )
    return cell_of(item)


_NAMES: Final = ("name", "label", "title", "value", "text", "url", "id")


def _special(item: Any) -> dict[str, str] | None:
    """Return the parts of a value that stands for one thing: a point, a link, a phone, a place on a map with its address."""
    if not isinstance(item, dict):
        return None
    if item.get("type") == "Point" and (point := _wkt_of(item.get("coordinates"))):
        return {"point": point}
    for key, beside in _WRAPPED.items():
        if item.keys() <= {key, beside} and isinstance(item.get(key), str):
            return {"": item[key]}
    if "human_address" in item:
        return _place(item)
    return None


def is_wrapped(item: Any) -> bool:
    """Return whether a value stands for one thing in a form that is not HSDS's: a link, a phone, or a point of two angles."""
    return _special(item) is not None or (
        isinstance(item, dict) and len(item) >= 2 and item.keys() <= _ANGLES
    )


_ANGLES: Final = frozenset("lat lng lon long latitude longitude type".split())
_WRAPPED: Final = {"url": "description", "rendered": "protected", "phone_number": "phone_type"}
"""Keys under which portals and web sites wrap a single text, and what may stand beside it."""


def _place(item: Mapping[str, Any]) -> dict[str, str]:
    """Return a place as a well-known portal writes it: a point, and an address as JSON in a text."""
    cells = {key: str(item[key]) for key in ("latitude", "longitude") if item.get(key) not in (None, "")}
    address = item["human_address"]
    if isinstance(address, str):
        try:
            address = json.loads(address)
        except (ValueError, RecursionError):
            return {**cells, "address": address}
    if isinstance(address, dict):
        cells.update({f"address {part}": text for part, value in address.items() if (text := cell_of(value))})
    return cells


def _wkt_of(coordinates: Any) -> str:
    """Return a pair of longitude and latitude as "POINT (-81.5 36.4)"; "" for another value."""
    if (
        isinstance(coordinates, list)
        and len(coordinates) >= 2
        and all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in coordinates[:2])
    ):
        return f"POINT ({coordinates[0]} {coordinates[1]})"
    return ""
