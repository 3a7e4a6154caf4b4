"""The vocabulary's phrases by their stems: which of them stand at a place in a text."""

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
    """A phrase that stands in a text.

    Attributes:
        start: where it begins, in words.
        length: how many words it has there.
        phrase: the phrase.
    """

    start: int
    length: int
    phrase: Phrase


def read_words(words: Iterable[str]) -> tuple[Word, ...]:
    """Folded words with their stems."""
    return tuple(map(_read, words))


@lru_cache(maxsize=65_536)
def _read(word: str) -> Word:
    return Word(stem(word), ending(word))


class PhraseBook:
    """Phrases by their stems.

    A phrase of one word is found in that word's other forms, but one that has an ending only where the text has it,
    too: "dentist" is found in "dentists", "glasses" not in "glass", nor "drugged" in "drugs".

    Args:
        phrases: the phrases.
        keys: gives, for the words of a phrase, the sequences of stems by which it is found.
        in_names: phrases of one word that mean a need at least so surely are found in the singular, too, as they stand
            before other words in names: "Utility Assistance". By default none are.
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
                held = entries.get(kind := (phrase.concept, phrase.language, form))
                if held is None or phrase.weight > held.weight:
                    entries[kind] = phrase
        self._lengths: dict[str, list[int]] = {}
        for length, first in sorted({(len(key), key[0]) for key in self._entries}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def begins_with(self, word: Word) -> bool:
        """Whether any phrase begins with a word."""
        return word.stem in self._lengths

    def at(self, text: Sequence[Word], start: int, *, most: int | None = None) -> list[Hit]:
        """The longest phrases that begin at a word; none where no phrase does.

        Args:
            text: the words.
            start: number of the word.
            most: most words of a phrase; any number by default.
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
            found = text[start].ending
            hits: dict[str, Phrase] = {}
            for (concept, _, form), phrase in entries.items():
                if form in {"", found} or (form == "s" and phrase.weight >= self._in_names):
                    held = hits.get(concept)
                    hits[concept] = phrase if held is None or phrase.weight > held.weight else held
            if hits:
                return [Hit(start, length, phrase) for phrase in hits.values()]
        return []
