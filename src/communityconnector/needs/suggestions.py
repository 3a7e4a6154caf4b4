"""Suggestions for an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from communityconnector.needs.words import fold

_MOST: Final = 3
_NEAR: Final = 0.55
"""The lowest similarity of two names, 0 to 1 (`difflib`): "fud" is similar to "food"."""
_LONGEST: Final = 100
"""Longer names are not compared, which would take too long."""


def did_you_mean(name: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """Return a question with the known names that are most similar to an unknown one; "" if none is similar.

    Args:
        name: the unknown name.
        known: the known names; in a mapping, each with what to write for it.
    """
    if len(name) > _LONGEST:
        return ""
    names = known if isinstance(known, Mapping) else {other: other for other in known}
    by_fold = {fold(other): names[other] for other in sorted(names, reverse=True)}
    near = difflib.get_close_matches(fold(name), by_fold, n=_MOST, cutoff=_NEAR)
    answers = dict.fromkeys(repr(by_fold[other]) for other in near)
    return f"did you mean {' or '.join(answers)}?" if answers else ""
