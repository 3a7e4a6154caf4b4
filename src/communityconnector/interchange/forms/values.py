"""Values of JSON that several forms look at."""

from __future__ import annotations

from typing import Any, TypeGuard


def are_objects(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Return whether a value is a list of objects, and not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def list_of(value: Any) -> list[Any]:
    """Return a value that should be a list: what it is, or nothing."""
    return value if isinstance(value, list) else []


def objects_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a value that should be a list of objects."""
    return [item for item in list_of(value) if isinstance(item, dict)]
