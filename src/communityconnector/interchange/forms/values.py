"""Values of JSON that several forms look at."""

from __future__ import annotations

from typing import Any, TypeGuard


def are_objects(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Return whether a value is a list of objects, and not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
