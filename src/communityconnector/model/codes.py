"""Codes that tell their own broader terms: those of 211 taxonomies, letters and digits by level.

Only the form of the codes is known here (`BD-1800.2000-620`: one letter, a second letter, then groups of digits);
names and definitions of the licensed 211 taxonomy are not part of this library.
"""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(r"([A-Z])(?:([A-Z])(?:-(\d{4})(?:\.(\d{4})(?:-(\d{3})(?:\.(\d{2}))?)?)?)?)?")


def is_hierarchical(code: str) -> bool:
    """Whether a code is of the form of 211 taxonomies, at any level below the first letter."""
    return len(code) > 1 and _CODE.fullmatch(code) is not None


def ancestors_of(code: str) -> tuple[str, ...]:
    """The codes of the broader terms, broadest first: `B`, `BD`, `BD-1800`, `BD-1800.2000`. Empty for other codes."""
    match = _CODE.fullmatch(code)
    if match is None:
        return ()
    ends = [end for end in (match.end(group) for group in range(1, 7)) if end > 0]
    return tuple(code[:end] for end in ends if end < len(code))
