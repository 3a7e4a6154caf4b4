"""Corrects the spelling of words that no record has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import ascii_lowercase
from typing import Final

SHORTEST: Final = 5
"""Shorter words are not corrected, since one letter makes them another word."""
LONGEST: Final = 30
"""Longer words are not corrected: no word is so long, and every letter makes 54 variants to look up."""


def correct(word: str, count: Callable[[str], int]) -> str:
    """Return a word unchanged if a service has it, else the most common word that is one slip away, else unchanged.

    A slip is a letter too many or too few, a wrong letter, or two letters in the wrong order (Damerau 1964). The first
    letter is assumed to be right.

    Args:
        word: a stem that no known language has.
        count: returns the number of offers that have a stem.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or count(word):
        return word
    known = [(-number, other) for other in set(_slips(word)) if (number := count(other))]
    return min(known)[1] if known else word


def _slips(word: str) -> Iterator[str]:
    for cut in range(1, len(word) + 1):
        head, tail = word[:cut], word[cut:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
