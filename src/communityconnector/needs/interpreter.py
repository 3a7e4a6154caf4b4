"""From what a patron says to concepts of the vocabulary: by phrase, longest first, with the words as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Final, Protocol

import attrs

from communityconnector.needs.vocabulary import CrisisLine, Vocabulary, vocabulary
from communityconnector.needs.words import STOP_WORDS, stem, stems, telling, telling_positions, words_of

Stems = tuple[str, ...]


@attrs.frozen
class Understood:
    """One concept that was understood.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant, relative to the surest, which has 1.
        words: the phrases that said so.
    """

    concept: str
    name: str
    weight: float
    words: tuple[str, ...]


@attrs.frozen(repr=False)
class Interpretation:
    """What was understood of a patron's words.

    Attributes:
        concepts: what was understood, surest first.
        words: stems of the words that say something, for searching names and descriptions.
        urgent: crisis lines to show before anything else.
        library_business: the words ask for ordinary library business, not for a service.
    """

    concepts: tuple[Understood, ...] = ()
    words: Stems = ()
    urgent: tuple[CrisisLine, ...] = ()
    library_business: bool = False

    def __repr__(self) -> str:
        # What was understood is as private as what was said.
        return f"<Interpretation with {len(self.concepts)} concepts{', urgent' if self.urgent else ''}>"


class Interpreter(Protocol):
    """Whatever makes an `Interpretation` of words."""

    def interpret(self, text: str) -> Interpretation:
        """Say what the words mean."""
        ...


@attrs.frozen
class _Hit:
    start: int
    length: int
    concept: str
    weight: float
    words: str


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

_SECONDARY: Final = 0.35
"""Concepts below this share of the surest one's score are not taken as understood."""

_LOOSE: Final = 0.45
"""Most that scattered words of a phrase count, against the phrase itself."""


class PhraseInterpreter:
    """Finds the vocabulary's phrases in a text.

    The longest phrase that begins at a word wins, and its words serve no other. A phrase counts its weight,
    and half as much again for each word beyond the first, since longer phrases are surer. Where no phrase is
    found whole, scattered words of phrases count a little, the rarer in the vocabulary the more.

    Args:
        words: the vocabulary.

    Attributes:
        vocabulary: the same.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.vocabulary = words
        self._phrases: dict[Stems, list[tuple[str, float, str]]] = {}
        for phrase in words.phrases:
            for key in _keys(phrase.words):
                entries = self._phrases.setdefault(key, [])
                if all(concept != phrase.concept for concept, _, _ in entries):
                    entries.append((phrase.concept, phrase.weight, phrase.words))
        self._longest = max(map(len, self._phrases), default=0)
        # As said, not stemmed: "I overdosed" is danger, an "overdose kit" is not.
        self._crisis = _by_first_word((words_of(phrase), kind) for phrase, kind in words.crisis_phrases)
        self._business = _by_first_word((stems(phrase), phrase) for phrase in words.library_business)
        self._place = {concept: number for number, concept in enumerate(words.concepts)}

    @cached_property
    def _known(self) -> frozenset[str]:
        """The stems of all words that mean something here, in any language."""
        held = self.vocabulary
        texts = [phrase.words for phrase in held.phrases]
        texts += [words for words, _ in held.crisis_phrases]
        texts += held.library_business
        return frozenset(word for text in texts for word in stems(text)).union(map(stem, STOP_WORDS))

    def knows(self, word: str) -> bool:
        """Whether a stem is that of a word which means something here, in any language."""
        return word in self._known

    @cached_property
    def _loose(self) -> dict[str, dict[str, float]]:
        """How much each single word of a phrase says for each concept, if it stands alone."""
        concepts_of: dict[str, dict[str, float]] = {}
        for phrase in self.vocabulary.phrases:
            key = telling(phrase.words)
            for word in key:
                held = concepts_of.setdefault(word, {})
                held[phrase.concept] = max(held.get(phrase.concept, 0.0), phrase.weight / len(key))
        return {
            word: {concept: weight / len(held) for concept, weight in held.items()}
            for word, held in concepts_of.items()
        }

    def interpret(self, text: str) -> Interpretation:
        """Say what the words mean.

        Args:
            text: the words, English or Spanish.
        """
        words = words_of(text)
        kept = telling_positions(words)
        spoken = tuple(map(stem, words))
        negated = _negated(spoken)
        bare = tuple(spoken[position] for position in kept)
        bare_negated = frozenset(new for new, position in enumerate(kept) if position in negated)
        scores: dict[str, float] = {}
        said: dict[str, list[str]] = {}
        # Once with every word and once without stop words, so that "bag of groceries" and "bag groceries" meet.
        best: dict[tuple[str, str], float] = {}
        for sequence, not_meant in ((spoken, negated), (bare, bare_negated)):
            for hit in self._hits(sequence, not_meant):
                value = hit.weight * (1 + 0.5 * (hit.length - 1))
                key = (hit.concept, hit.words)
                best[key] = max(best.get(key, 0.0), value)
        for (concept, phrase), value in best.items():
            scores[concept] = scores.get(concept, 0.0) + value
            said.setdefault(concept, []).append(phrase)
        business = any(_found(spoken, self._business))
        if not scores and not business:
            scores, said = self._loosely(bare, bare_negated)
        if business and max(scores.values(), default=0.0) < 1.0:
            scores = {}
        return Interpretation(
            concepts=self._ranked(scores, said),
            words=tuple(dict.fromkeys(bare)),
            urgent=self._urgent(words),
            library_business=business and not scores,
        )

    def _ranked(self, scores: dict[str, float], said: dict[str, list[str]]) -> tuple[Understood, ...]:
        top = max(scores.values(), default=0.0)
        ranked = sorted(scores, key=lambda concept: (-scores[concept], self._place[concept]))
        return tuple(
            Understood(
                concept=concept,
                name=self.vocabulary.concepts[concept].name,
                weight=round(scores[concept] / top, 6),
                words=tuple(said.get(concept, ())),
            )
            for concept in ranked
            if scores[concept] >= _SECONDARY * top
        )

    def _hits(self, sequence: Stems, negated: frozenset[int]) -> Iterator[_Hit]:
        position = 0
        while position < len(sequence):
            length = self._longest_at(sequence, position)
            if length and position not in negated:
                for concept, weight, phrase in self._phrases[sequence[position : position + length]]:
                    yield _Hit(position, length, concept, weight, phrase)
            position += length or 1

    def _longest_at(self, sequence: Stems, position: int) -> int:
        for length in range(min(self._longest, len(sequence) - position), 0, -1):
            if sequence[position : position + length] in self._phrases:
                return length
        return 0

    def _loosely(
        self, words: Stems, negated: frozenset[int]
    ) -> tuple[dict[str, float], dict[str, list[str]]]:
        scores: dict[str, float] = {}
        said: dict[str, list[str]] = {}
        for position, word in enumerate(words):
            if position in negated:
                continue
            for concept, weight in self._loose.get(word, {}).items():
                scores[concept] = scores.get(concept, 0.0) + _LOOSE * weight
                said.setdefault(concept, []).append(word)
        return scores, said

    def _urgent(self, spoken: tuple[str, ...]) -> tuple[CrisisLine, ...]:
        kinds = set(_found(spoken, self._crisis))
        lines: dict[str, CrisisLine] = {}
        for line in self.vocabulary.crisis_lines:
            if line.kind in kinds:
                lines.setdefault(line.name, line)
        return tuple(lines.values())

    def phrases_in(self, text: str, at_least: float) -> dict[str, tuple[float, str]]:
        """Concepts whose phrases occur in a text, with the surest phrase's weight and words.

        Args:
            text: a service's name or description.
            at_least: phrases of less weight than this are too vague to count.
        """
        found: dict[str, tuple[float, str]] = {}
        for hit in self._hits(stems(text), frozenset()):
            if hit.weight >= at_least and hit.weight > found.get(hit.concept, (0.0, ""))[0]:
                found[hit.concept] = (hit.weight, hit.words)
        return found


def _keys(phrase: str) -> set[Stems]:
    """The stems by which a phrase is found: all of them, and without stop words if more than one is left.

    One word alone would say too little: "make" is not "make a will".
    """
    whole, bare = stems(phrase), telling(phrase)
    return {whole, bare} if len(bare) > 1 else {whole}


def _negated(words: Stems) -> frozenset[int]:
    """Positions of words that are said not to be the need: "not homeless", "I don't need food"."""
    found: set[int] = set()
    for start in range(len(words)):
        for marker in _NEGATED:
            end = start + len(marker)
            if words[start:end] != marker or (end < len(words) and words[end] in _NOT_NEGATED):
                continue
            for position in range(end, min(end + 4, len(words))):
                if words[position] in _SCOPE_ENDS:
                    break
                found.add(position)
    return frozenset(found)


def _by_first_word(phrases: Iterable[tuple[Stems, str]]) -> dict[str, list[tuple[Stems, str]]]:
    """Phrases with what they stand for, by their first word."""
    found: dict[str, list[tuple[Stems, str]]] = {}
    for phrase, told in phrases:
        if phrase:
            found.setdefault(phrase[0], []).append((phrase, told))
    return found


def _found(words: Stems, phrases: Mapping[str, list[tuple[Stems, str]]]) -> Iterator[str]:
    """What the phrases stand for that words hold."""
    for start, word in enumerate(words):
        for phrase, told in phrases.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                yield told


@cache
def interpreter() -> PhraseInterpreter:
    """The interpreter over the vocabulary that ships with the library."""
    return PhraseInterpreter(vocabulary())
