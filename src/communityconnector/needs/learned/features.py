"""What the learned model sees of a text: words, pairs of words, runs of letters, and classes of words, as numbers.

A feature is the CRC-32 of its description, so that no list of all features has to be stored or searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from communityconnector.needs.words import words_of

VERSION: Final = 3
"""Another number for other features: a model knows only those that it was trained on."""
LONG: Final = 8
"""Texts of this number of words or more are long."""
LONGEST_CLASS: Final = 3
"""The largest number of words in an entry of a class, such as "last straw"."""
_LONGEST_WORD: Final = 30
"""Of a longer word only the beginning is read."""
_RUNS: Final = (3, 4, 5)
"""The lengths of runs of letters, with a mark at the beginning and the end of a word: they survive slips of the thumb."""
_APART: Final = 6
"""Classes of words make a pair if they stand less than this number of words apart."""
_MOST_CLASSES: Final = 4_096
_ALONE: Final = _MOST_CLASSES - 1
"""In place of another class, that a class counts for itself."""
_CACHED: Final = 20_000
_FACTOR: Final = 2_654_435_761
"""Knuth's multiplier, which spreads small numbers over 32 bits."""

ClassesOf = Callable[[str], Sequence[int]]
"""Returns the numbers of the classes of a word, or of two or three words joined by blanks."""


class Features(NamedTuple):
    """The features of a text, one at each place: three lists of the same length.

    Attributes:
        keys: their numbers, 32 bits.
        first: the positions of their first words; the number of words for the text as a whole.
        last: the positions of their last words.
    """

    keys: list[int]
    first: list[int]
    last: list[int]

    def add(self, key: int, first: int, last: int) -> None:
        """Add a feature."""
        self.keys.append(key)
        self.first.append(first)
        self.last.append(last)


def read_words(text: str) -> list[str]:
    """Return the words of a text as features read them: folded, without apostrophes ("don't" and "dont" are one)."""
    return [word.replace("'", "") for word in words_of(text)]


def read_features(
    words: Sequence[str], meant: Sequence[str], classes_of: ClassesOf, *, spanish: bool
) -> Features:
    """Return the features of words.

    Args:
        words: the words as they are spelled (`read_words`), for runs of letters.
        meant: the same words without slips (`spelling.repair`).
        classes_of: returns the classes of a word.
        spanish: whether the text is Spanish. A word of one language is another word in the other: "pan", "once".
    """
    features = Features([], [], [])
    features.add(length_key(len(words)), len(words), len(words))
    for position, word in enumerate(meant):
        features.add(word_key(word, spanish=spanish), position, position)
        letters = _letters(words[position][:_LONGEST_WORD])
        features.keys.extend(letters)
        features.first.extend([position] * len(letters))
        features.last.extend([position] * len(letters))
        if position > 0:
            features.add(crc32(f"b{meant[position - 1]} {word}".encode()), position - 1, position)
        if position > 1:
            features.add(crc32(f"t{meant[position - 2]} {word}".encode()), position - 2, position)
    _add_classes(features, [_classes_at(meant, position, classes_of) for position in range(len(meant))])
    return features


def word_key(word: str, *, spanish: bool) -> int:
    """Return the key of the feature that a word is in a text.

    Args:
        word: the word (`read_words`).
        spanish: whether the text is Spanish.
    """
    return crc32(f"w{'s' if spanish else 'e'}{word[:_LONGEST_WORD]}".encode())


@lru_cache(_CACHED)
def _letters(word: str) -> tuple[int, ...]:
    marked = f"<{word}>".encode()
    return tuple(
        crc32(b"c" + marked[start : start + length])
        for length in _RUNS
        for start in range(len(marked) - length + 1)
    )


def _classes_at(words: Sequence[str], position: int, classes_of: ClassesOf) -> set[int]:
    """Return the classes of a word and of the two or three words that begin with it."""
    classes = set(classes_of(words[position]))
    for length in range(2, LONGEST_CLASS + 1):
        if position + length <= len(words):
            classes.update(classes_of(" ".join(words[position : position + length])))
    return classes


def _add_classes(features: Features, classes: Sequence[set[int]]) -> None:
    """Add the classes of words, and each ordered pair of different classes near each other."""
    for position, here in enumerate(classes):
        for one in here:
            features.add(class_key(one), position, position)
            for other_position in range(position + 1, min(len(classes), position + _APART)):
                for other in classes[other_position]:
                    if other != one:
                        features.add(_key_of_pair(one, other), position, other_position)


def length_key(count: int) -> int:
    """Return the key of the feature that a number of words is: a title is short, a story is long."""
    return crc32(b"n%d" % min(count, LONG))


def class_key(number: int) -> int:
    """Return the key of the feature that a class of words is."""
    return _key_of_pair(number, _ALONE)


def _key_of_pair(one: int, other: int) -> int:
    return (one * _MOST_CLASSES + other) * _FACTOR & 0xFFFFFFFF
