"""Slips of the thumb and spelling by ear: an unknown word is read as a common word that is one edit away.

After Norvig (2007): all words one letter dropped, doubled, changed or swapped away, of which the most common is meant.
Only words that are no words are repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import ascii_lowercase
from typing import Final

SHORTEST: Final = 4
LONGEST: Final = 14
"""The lengths of words that are repaired."""
_BY_EAR: Final = frozenset(
    {"bv", "vb", "cs", "sc", "cz", "zc", "sz", "zs", "ck", "kc", "kq", "qk", "gj", "jg", "iy", "yi", "fp"}
)
"""First letters that stand for each other by their sound; no other first letter is changed."""

Rarity = Callable[[Sequence[str]], Sequence[float]]
"""Returns how rare words are: the higher the rarer, infinite for words that are not known."""


def repair(word: str, rarity_of: Rarity, most: float) -> str:
    """Return the common word that an unknown word is a slip of, or the word itself.

    Args:
        word: a folded word without apostrophe.
        rarity_of: returns how rare words are.
        most: the highest rarity of a word that counts as common.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or not word.isascii():
        return word
    candidates = sorted(set(_one_edit_away(word)))
    rarities = rarity_of(candidates)
    rarity, best = min(zip(rarities, candidates, strict=True))
    return best if rarity <= most else word


def _one_edit_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if at and after:
            yield before + after[1:]
        if at and len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            if after and (at or letter + after[0] in _BY_EAR):
                yield before + letter + after[1:]
            if at or letter == "h":
                yield before + letter + after
