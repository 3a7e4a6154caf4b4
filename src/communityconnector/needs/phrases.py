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
        self._lengths: dict[str, dict[str, list[int]]] = {}
        for key in sorted(self._entries, key=len, reverse=True):
            # By the second word too, since most phrases that begin with a word are told apart there; "" for no second.
            lengths = self._lengths.setdefault(key[0], {}).setdefault(key[1] if len(key) > 1 else "", [])
            if len(key) not in lengths:
                lengths.append(len(key))

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
        by_second = self._lengths.get(text[start].stem)
        if by_second is None:
            return []
        room = len(text) - start if most is None else min(most, len(text) - start)
        several = by_second.get(text[start + 1].stem, ()) if room > 1 else ()
        for length in (*several, *by_second.get("", ())):
            if length > room:
                continue
            entries = self._entries.get(tuple([word.stem for word in text[start : start + length]]))
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
