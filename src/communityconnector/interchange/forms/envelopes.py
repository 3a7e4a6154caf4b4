"""Rows that a server wraps in objects of its own."""

from __future__ import annotations

from typing import Any, Final

_ENVELOPES: Final = ("attributes", "fields", "node", "_source", "properties")
_ON_ENVELOPES: Final = frozenset(
    "id type _id _index _type _score cursor createdTime links relationships sort highlight geometry".split()
)


def opened(row: Any) -> Any:
    """Return a row out of the object that a server wraps it in, with the id that stands there."""
    if not isinstance(row, dict):
        return row
    key = next((key for key in _ENVELOPES if isinstance(row.get(key), dict)), "")
    if not key or not row.keys() <= {key, *_ON_ENVELOPES}:
        return row
    name = next((row[name] for name in ("id", "_id") if isinstance(row.get(name), (str, int))), None)
    return row[key] if name is None or "id" in row[key] else {"id": name, **row[key]}
