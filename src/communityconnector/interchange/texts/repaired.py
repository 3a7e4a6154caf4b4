"""The result of reading a single value: the value to keep, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs


class _Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""Nothing is kept."""

NOTHING: Final = (None, "", ())
"""The values that state nothing, in a raw object or in a record."""


@attrs.frozen(slots=True)
class Problem:
    """What was wrong with a raw value.

    Attributes:
        rule: stable name of the rule.
        message: what was wrong and what would be right.
        mended: whether the value that is kept is certainly what was meant.
    """

    rule: str
    message: str
    mended: bool = True


Repaired = tuple[Any, Problem | None]
"""The value to keep, and what was wrong; without a problem the raw value was right."""
Repair = Callable[[Any], Repaired]
"""Takes a raw value."""
