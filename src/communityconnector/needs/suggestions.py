"""What was probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from communityconnector.needs.words import fold

_MOST: Final = 3
_NEAR: Final = 0.55
"""How much of two names must be the same, 0 to 1 (`difflib`): "fud" is near "food"."""
_LONGEST: Final = 100
"""Longer names than this are compared with nothing: it would take too long."""


def did_you_mean(name: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """A question after the known names that are nearest to one that is not known; "" where none is near.

    Args:
        name: the name that is not known.
        known: the names that are; in a mapping, each with what is to be written for it.
    """
    if len(name) > _LONGEST:
        return ""
    names = known if isinstance(known, Mapping) else {other: other for other in known}
    by_fold = {fold(other): names[other] for other in sorted(names, reverse=True)}
    near = difflib.get_close_matches(fold(name), by_fold, n=_MOST, cutoff=_NEAR)
    answers = dict.fromkeys(repr(by_fold[other]) for other in near)
    return f"did you mean {' or '.join(answers)}?" if answers else ""
