"""Slips of spelling that leave no doubt which word was meant.

Two letters are exchanged ("shleter"), one is left out ("asistance", "evction"), one is doubled ("appartment"), or the g
is dropped ("workin"). The first letter is right, and short words stay as they are: most are words themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

_SHORTEST: Final = 6
_LONG: Final = 7
"""A shorter word without a letter, or with one doubled, is often another word: "super" and "supper"."""
_LONGEST: Final = 20


class Spelling:
    """Words, and which of them a slip of spelling means.

    Args:
        words: folded words as they are spelled.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if word.isalpha())
        self._shortened: dict[str, str] = {}
        for word in sorted(self._words):
            if len(word) > _LONG or _has_double(word):
                for shorter in _without_a_letter(word):
                    self._shortened.setdefault(shorter, word)

    def meant(self, word: str) -> str:
        """Return the word that is meant: the one given, unless it is unknown and one slip away from a known one."""
        if word in self._words or not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return word
        return next((known for known in self._candidates(word) if known in self._words), word)

    def _candidates(self, word: str) -> Iterator[str]:
        if word.endswith("in"):
            yield f"{word}g"
        for position in range(1, len(word) - 1):
            first, second = word[position], word[position + 1]
            yield f"{word[:position]}{second}{first}{word[position + 2 :]}"
            if first == second and len(word) >= _LONG:
                yield word[:position] + word[position + 1 :]
        if word in self._shortened:
            yield self._shortened[word]


def _has_double(word: str) -> bool:
    return len(word) >= _SHORTEST and any(first == second for first, second in pairwise(word))


def _without_a_letter(word: str) -> Iterator[str]:
    """Yield a word without one of its inner letters; a shorter one only without one of two that are the same."""
    for position in range(1, len(word) - 2):
        if len(word) > _LONG or word[position] == word[position + 1]:
            yield word[:position] + word[position + 1 :]
