"""Fields that this library adds to the records it writes, and their way back when it reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

FILLED_IN: Final = "x_filled_in"
"""Field of a written record that lists the fields which HSDS requires and the source lacks."""

SOURCE_ID: Final = "x_source_id"
"""Field of a written record that holds the id of its source, where that is not a UUID."""

STATE: Final = "x_status"
"""Field of a record that holds its state in its source's own words; for an organization or a location, in HSDS words."""

EXTENSION: Final = "x_extension"
"""Field of a written phone that holds an extension which is not a number."""

NOT_READ: Final = "x_not_read"
"""Field of a written record that holds, by field, the values of its source that could not be used."""


def restore(entity: str, name: str, item: Any, values: dict[str, Any], extra: dict[str, Any]) -> bool:
    """Undo what a writer did to hold to HSDS, if a field says what that was.

    Args:
        entity: the entity of the record.
        name: the field.
        item: its value.
        values: the record's values by field, which are changed.
        extra: its values that no field holds, which are changed.

    Returns:
        Whether the field was one of a writer's.
    """
    if name == FILLED_IN and isinstance(item, list):
        for field in item:
            if isinstance(field, str):
                values.pop(field, None)
    elif name == NOT_READ and isinstance(item, dict):
        extra.update((field, value) for field, value in item.items() if field not in extra)
    elif name == EXTENSION and isinstance(item, str) and entity == "phone":
        phone = restored_extension(item, values.get("description"))
        values.update({name: value for name, value in phone.items() if value is not None})
        if phone["description"] is None:
            values.pop("description", None)
    else:
        return False
    return True


def restored_extension(text: str, description: str | None) -> dict[str, str | None]:
    """Return a phone's extension and description as they were before a writer moved the one into the other."""
    moved = f"ext. {text}"
    if description == moved:
        return {"extension": text, "description": None}
    return {"extension": text, "description": (description or "").removesuffix(f"; {moved}") or None}


def filled_in(raw: Mapping[str, Any]) -> Iterable[Any]:
    """Return the fields that a writer filled in because HSDS requires them."""
    fields = raw.get(FILLED_IN)
    return fields if isinstance(fields, list) else ()
