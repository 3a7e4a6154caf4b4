"""Words of a text that do not state a need: what is denied, and what a person wants to give."""

from __future__ import annotations

import unicodedata
from typing import Final

from communityconnector.needs.phrases import Stems
from communityconnector.needs.words import fold, stems

_NEGATED: Final = tuple(
    stems(words)
    for words in (
        "not", "do not need", "don't need", "do not want", "don't want", "doesn't need", "doesn't want", "other than",
        "instead of", "except", "no necesito", "no quiero", "no soy",
    )
)  # fmt: skip
_NOT_NEGATED: Final = frozenset(
    stems("enough able have eat eating sure working sleep safe afford going getting know")
)
_SCOPE_ENDS: Final = frozenset(stems("but just only pero sino"))
_SCOPE: Final = 4
"""The number of words that a negation denies."""


def denied_positions(words: Stems) -> frozenset[int]:
    """Return the positions of words that are said not to be the need: "not homeless", "I don't need food"."""
    positions: set[int] = set()
    for start in range(len(words)):
        for marker in _NEGATED:
            end = start + len(marker)
            if words[start:end] != marker or (end < len(words) and words[end] in _NOT_NEGATED):
                continue
            for position in range(end, min(end + _SCOPE, len(words))):
                if words[position] in _SCOPE_ENDS:
                    break
                positions.add(position)
    return frozenset(positions)


DENIALS: Final = frozenset(
    "not don't doesn't do other than instead except no donate donating donar volunteer used".split()
)
"""Words that by themselves only deny something, or say that it is given."""

_GIVING: Final = frozenset("donate donating donar".split())
_TO_VOLUNTEER: Final = frozenset("to can could volunteering".split())
_NEEDED: Final = frozenset("need needs but necesito necesitamos pero".split())


def given_positions(words: Stems) -> set[int]:
    """Return the positions of what a person wants to give, or to do for others: "where can I donate furniture"."""
    positions: set[int] = set()
    for start, word in enumerate(words):
        if word in _GIVING or (word == "volunteer" and start and words[start - 1] in _TO_VOLUNTEER):
            ends = (n for n in range(start + 1, len(words)) if words[n] in _NEEDED)
            positions.update(range(start + 1, next(ends, len(words))))
    return positions


def is_other_script(text: str) -> bool:
    """Return whether most letters of a text are not Latin."""
    letters = [letter for letter in fold(text) if unicodedata.category(letter).startswith("L")]
    return sum("a" <= letter <= "z" for letter in letters) * 2 < len(letters)
