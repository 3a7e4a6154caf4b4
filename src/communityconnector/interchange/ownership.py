"""Keys that distinguish the children of records without ids from each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def has_id(raw: Mapping[str, Any]) -> bool:
    """Return whether a raw record has an id that reading keeps."""
    key = raw.get("id")
    return bool(key.strip()) if isinstance(key, str) else isinstance(key, (int, float))


def parent_key(entity: str, raw: Mapping[str, Any], seed: str) -> str:
    """Return a key that distinguishes a record's children from those of every other record.

    Args:
        entity: its entity; the same number may be the id of a service and of a location.
        raw: its fields.
        seed: what distinguishes it from others, should it have no id.
    """
    return f"{entity} {str(raw['id']).strip()}" if has_id(raw) else f"{entity}/{seed}"
