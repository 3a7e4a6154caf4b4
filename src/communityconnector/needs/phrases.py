"""The vocabulary's phrases by their stems, and the phrases at a position of a text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from communityconnector.needs.vocabulary import Phrase
from communityconnector.needs.words import ending, stem, words_of

Stems = tuple[str, ...]


class Word(NamedTuple):
    """A word of a text.

    Attributes:
        stem: its stem.
        ending: the ending that the stem lacks (`words.ending`).
    """

    stem: str
    ending: str


class Hit(NamedTuple):
    """A phrase in a text.

    Attributes:
        start: the position of its first word.
        length: the number of its words there.
        phrase: the phrase.
    """

    start: int
    length: int
    phrase: Phrase


def read_words(words: Iterable[str]) -> tuple[Word, ...]:
    """Return folded words with their stems."""
    return tuple(map(_read, words))


@lru_cache(maxsize=65_536)
def _read(word: str) -> Word:
    return Word(stem(word), ending(word))


class PhraseBook:
    """Phrases by their stems.

    A phrase of one word matches the word's other forms; one with an ending matches only words with that ending:
    "dentist" matches "dentists", but "glasses" does not match "glass", nor "drugged" "drugs".

    Args:
        phrases: the phrases.
        keys: returns the sequences of stems that find a phrase.
        in_names: the lowest weight of phrases of one word that also match the singular, as in names before other words:
            "Utility Assistance". By default none do.
    """

    def __init__(
        self,
        phrases: Iterable[Phrase],
        keys: Callable[[str], Iterable[Stems]],
        *,
        in_names: float = math.inf,
    ) -> None:
        self._in_names = in_names
        self._entries: dict[Stems, dict[tuple[str, str, str], Phrase]] = {}
        for phrase in phrases:
            for key in keys(phrase.words):
                form = ending(words_of(phrase.words)[-1]) if len(key) == 1 else ""
                entries = self._entries.setdefault(key, {})
                before = entries.get(kind := (phrase.concept, phrase.language, form))
                if before is None or phrase.weight > before.weight:
                    entries[kind] = phrase
        self._lengths: dict[str, list[int]] = {}
        for length, first in sorted({(len(key), key[0]) for key in self._entries}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def begins_with(self, word: Word) -> bool:
        """Return whether any phrase begins with a word."""
        return word.stem in self._lengths

    def at(self, text: Sequence[Word], start: int, *, most: int | None = None) -> list[Hit]:
        """Return the longest phrases that begin at a word, if any.

        Args:
            text: the words.
            start: the position of the word.
            most: the largest number of words in a phrase; by default any.
        """
        room = len(text) - start if most is None else min(most, len(text) - start)
        lengths = [n for n in self._lengths.get(text[start].stem, ()) if n <= room]
        if not lengths:
            return []
        following = tuple([word.stem for word in text[start : start + lengths[0]]])
        for length in lengths:
            entries = self._entries.get(following[:length])
            if not entries:
                continue
            ending_here = text[start].ending
            hits: dict[str, Phrase] = {}
            for (concept, _, form), phrase in entries.items():
                if form in {"", ending_here} or (form == "s" and phrase.weight >= self._in_names):
                    before = hits.get(concept)
                    hits[concept] = phrase if before is None or phrase.weight > before.weight else before
            if hits:
                return [Hit(start, length, phrase) for phrase in hits.values()]
        return []
