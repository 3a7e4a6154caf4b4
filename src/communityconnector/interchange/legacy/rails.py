"""Nested records as programs in Ruby on Rails take them: `phones_attributes` for `phones`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from communityconnector.interchange.legacy.fields import FIELDS
from communityconnector.interchange.legacy.tables import OLD_TABLES
from communityconnector.model import ENTITIES, specs

TAIL: Final = "_attributes"


def bare_names(value: Any) -> tuple[Any, dict[str, int]]:
    """Return a JSON value with such fields under their bare names, and how often each was renamed.

    A list may also come as an object whose keys are numbers. What has a bare name that no record knows stays as it is,
    and so does a field of which the bare one is there too.
    """
    renamed: dict[str, int] = {}
    return _bare(value, renamed), renamed


def _bare(value: Any, renamed: dict[str, int]) -> Any:
    if isinstance(value, list):
        return [_bare(item, renamed) for item in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, item in value.items():
        inner = _bare(item, renamed)
        bare = name.removesuffix(TAIL)
        if bare != name and bare not in value and isinstance(item, (dict, list)) and _is_known(name, bare):
            renamed[name] = renamed.get(name, 0) + 1
            made[bare] = _listed(inner)
        else:
            made[name] = inner
    return made


def _listed(value: Any) -> Any:
    """Records under numbers as a list."""
    if isinstance(value, dict) and value and all(key.isdigit() for key in value):
        return list(value.values())
    return value


@cache
def _is_known(name: str, bare: str) -> bool:
    """Return whether a name means a field of records, and is not a field or table itself."""
    if name in OLD_TABLES or any(
        name in specs(cls) or (entity, name) in FIELDS for entity, cls in ENTITIES.items()
    ):
        return False
    return any(bare in specs(cls) or (entity, bare) in FIELDS for entity, cls in ENTITIES.items())
