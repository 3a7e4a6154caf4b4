"""Finds the concepts of the vocabulary in a patron's words: by phrase, longest first, with the words as evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Final

import attrs

from communityconnector.needs.exclusions import denied_positions, given_positions, is_other_script
from communityconnector.needs.interpretation import GUESSED, Interpretation, Understood
from communityconnector.needs.library import spans_of_business
from communityconnector.needs.offered import Offered, OfferReader
from communityconnector.needs.phrases import Hit, PhraseBook, Stems, Word, read_words
from communityconnector.needs.vocabulary import CrisisLine, Vocabulary, vocabulary
from communityconnector.needs.words import STOP_WORDS, content_positions, content_stems, stem, stems, words_of

_SECONDARY: Final = 0.35
"""Concepts below this share of the highest score do not count as understood."""

_LOOSE: Final = 0.45
"""The highest value of scattered words of a phrase, compared with the phrase itself."""
_HINT: Final = 0.05
"""Scattered words with a lower total hint at nothing."""
_WORD: Final = _LOOSE * 0.6
"""The value of one word, such as the singular of a phrase, that alone hints at a concept."""
_VAGUE: Final = 0.8
"""A phrase that means a need less surely only hints at it if most of the text was not understood."""
_FEW: Final = 3
"""The number of other content words beside such a phrase with which it is still sure."""

_SAFETY: Final = frozenset(
    """crisis-support domestic-violence-help safe-house sexual-assault-help trafficking-help abuse-report detox
    emergency-shelter disaster-relief""".split()
)
"""Needs that come before others if the words state them clearly."""
_CLEARLY: Final = 0.9
_AS_MUCH: Final = 0.5
"""The lowest share of the highest score with which a need of safety comes first."""
_BESIDE_SAFETY: Final = 0.8
"""The highest weight of other needs if there is one of safety."""
_BESIDE_CRISIS: Final = 0.6
"""The same if there is danger to life."""
_IN_DANGER: Final[Mapping[str, tuple[str, ...]]] = {
    "suicide": ("crisis-support",),
    "violence": ("domestic-violence-help", "sexual-assault-help", "trafficking-help", "safe-house"),
    "child_danger": ("abuse-report", "domestic-violence-help"),
    "overdose": ("crisis-support", "detox", "harm-reduction"),
}
"""By kind of danger, the needs that come first if they were understood."""
_ALWAYS: Final[Mapping[str, str]] = {"suicide": "crisis-support"}
"""By kind of danger, the need that always comes with it."""


@attrs.define
class _Evidence:
    """The evidence of a text for each concept.

    Attributes:
        scores: the total value.
        surest: the value of its surest phrase.
        phrases: the phrases.
        understood: the positions of the words in phrases without stop words.
    """

    scores: dict[str, float] = attrs.field(factory=dict)
    surest: dict[str, float] = attrs.field(factory=dict)
    phrases: dict[str, list[str]] = attrs.field(factory=dict)
    understood: frozenset[int] = frozenset()

    def add(self, hits: Iterable[Hit]) -> frozenset[int]:
        """Add phrases, each phrase of a concept once, and return the positions of their words."""
        positions: set[int] = set()
        for hit in hits:
            positions.update(range(hit.start, hit.start + hit.length))
            concept, words = hit.phrase.concept, hit.phrase.words
            if words not in self.phrases.setdefault(concept, []):
                value = hit.phrase.weight * (1 + 0.5 * (hit.length - 1))
                self.phrases[concept].append(words)
                self.scores[concept] = self.scores.get(concept, 0.0) + value
                self.surest[concept] = max(self.surest.get(concept, 0.0), value)
        return frozenset(positions)


class PhraseInterpreter:
    """Finds the vocabulary's phrases in a text.

    The longest phrase that begins at a word wins, and its words count for no other phrase. A phrase counts its weight, and
    half as much again for each word after the first, since longer phrases are surer. If no whole phrase is found,
    scattered words of phrases hint at a need, rarer words more; one word alone never does.

    Args:
        vocabulary: the vocabulary.

    Attributes:
        vocabulary: the vocabulary.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._book = PhraseBook(vocabulary.phrases, _keys, in_names=_VAGUE)
        # Not stemmed, since "I overdosed" is danger and an "overdose kit" is not.
        self._crisis = _by_first_word((words_of(phrase), kind) for phrase, kind in vocabulary.crisis_phrases)
        self._business = _by_first_word((stems(phrase), phrase) for phrase in vocabulary.library_business)
        self._place = {concept: number for number, concept in enumerate(vocabulary.concepts)}

    @cached_property
    def _known(self) -> frozenset[str]:
        """The stems of all words of the vocabulary, in any language."""
        texts = [phrase.words for phrase in self.vocabulary.phrases]
        texts += [words for words, _ in self.vocabulary.crisis_phrases]
        texts += self.vocabulary.library_business
        return frozenset(word for text in texts for word in stems(text)).union(map(stem, STOP_WORDS))

    def knows(self, word: str) -> bool:
        """Return whether a stem is that of a word of the vocabulary, in any language."""
        return word in self._known

    @cached_property
    def _loose(self) -> dict[str, dict[str, float]]:
        """The value of each single word of a phrase for each concept, if it stands alone."""
        weights_of: dict[str, dict[str, float]] = {}
        for phrase in self.vocabulary.phrases:
            key = content_stems(phrase.words)
            for word in key:
                weights = weights_of.setdefault(word, {})
                weights[phrase.concept] = max(weights.get(phrase.concept, 0.0), phrase.weight / len(key))
        return {
            word: {concept: weight / len(weights) for concept, weight in weights.items()}
            for word, weights in weights_of.items()
        }

    def interpret(self, text: str) -> Interpretation:
        """Return what the words mean.

        Args:
            text: the words, English or Spanish.
        """
        words = words_of(text)
        positions = content_positions(words)
        every = read_words(words)
        bare = tuple(every[position] for position in positions)
        stemmed = tuple(word.stem for word in every)
        # What is denied, what concerns the library itself, and what a person wants to give is not a need.
        ours = {position for span in spans_of_business(words) for position in range(*span)}
        left_out = denied_positions(stemmed) | ours | given_positions(words)
        bare_left_out = frozenset(new for new, position in enumerate(positions) if position in left_out)
        evidence = _Evidence()
        # Once with every word and once without stop words, so that "bag groceries" matches "bag of groceries".
        evidence.add(self._hits(every, left_out))
        evidence.understood = evidence.add(self._hits(bare, bare_left_out))
        kinds = set(_meanings(words, self._crisis))
        is_business = bool(ours and not evidence.scores) or (
            any(_meanings(stemmed, self._business)) and max(evidence.scores.values(), default=0.0) < 1.0
        )
        most = 1.0
        if is_business:
            evidence = _Evidence()
        elif not evidence.scores:
            most = GUESSED
            evidence.scores, evidence.phrases = self._hints(tuple(word.stem for word in bare), bare_left_out)
        elif max(evidence.surest.values()) < _VAGUE and len(bare) - len(evidence.understood) > _FEW:
            most = GUESSED
        of_danger = {_ALWAYS[kind] for kind in kinds & _ALWAYS.keys()} & self.vocabulary.concepts.keys()
        if kinds and most == GUESSED:
            # In danger, guesses only distract.
            evidence = _Evidence()
        if of_danger:
            evidence.scores |= {concept: evidence.scores.get(concept, 0.0) for concept in of_danger}
            most = 1.0
        return Interpretation(
            concepts=self._ranked(evidence, self._first(evidence, kinds), most),
            words=tuple(dict.fromkeys(word.stem for word in bare)),
            urgent=self._urgent(kinds),
            library_business=is_business and not evidence.scores,
            other_script=not evidence.scores and is_other_script(text),
        )

    def _first(self, evidence: _Evidence, kinds: Iterable[str]) -> tuple[frozenset[str], float]:
        """Return the needs that come before others, and the highest weight of the others."""
        for kind in sorted(kinds):
            urgent = [concept for concept in _IN_DANGER.get(kind, ()) if concept in evidence.scores]
            if urgent:
                return frozenset(urgent), _BESIDE_CRISIS
        top = max(evidence.scores.values(), default=0.0)
        clear = frozenset(
            concept
            for concept in _SAFETY
            if evidence.surest.get(concept, 0.0) >= _CLEARLY and evidence.scores[concept] >= _AS_MUCH * top
        )
        return clear, _BESIDE_SAFETY

    def _ranked(
        self, evidence: _Evidence, first: tuple[frozenset[str], float], most: float
    ) -> tuple[Understood, ...]:
        before, beside = first
        top = max(evidence.scores.values(), default=0.0) or 1.0
        weights = {c: score / top for c, score in evidence.scores.items() if score >= _SECONDARY * top}
        weights |= dict.fromkeys(before, 1.0)
        if before:
            weights = {c: w if c in before else min(w, beside) for c, w in weights.items()}
        # A narrower concept says more of the need.
        for broader in {broader for concept in weights for broader in self.vocabulary.ancestors(concept)}:
            weights.pop(broader, None)
        surest = max(weights.values(), default=1.0)
        ranked = sorted(
            weights,
            key=lambda concept: (
                -weights[concept],
                not self.vocabulary.concepts[concept].parent,
                self._place[concept],
            ),
        )
        return tuple(
            Understood(
                concept=concept,
                name=self.vocabulary.concepts[concept].name,
                weight=round(weights[concept] / surest * most, 6),
                words=tuple(evidence.phrases.get(concept, ())),
            )
            for concept in ranked
        )

    def _hits(self, sequence: tuple[Word, ...], left_out: Collection[int]) -> Iterator[Hit]:
        position = 0
        while position < len(sequence):
            hits = self._book.at(sequence, position)
            if position not in left_out:
                yield from hits
            position += hits[0].length if hits else 1

    def _hints(self, words: Stems, left_out: frozenset[int]) -> tuple[dict[str, float], dict[str, list[str]]]:
        """Return the scores of the concepts that scattered words hint at, with these words."""
        scores: dict[str, float] = {}
        hints: dict[str, list[str]] = {}
        if len(words) == 1:
            return scores, hints
        for position, word in enumerate(words):
            if position in left_out:
                continue
            for concept, weight in self._loose.get(word, {}).items():
                scores[concept] = scores.get(concept, 0.0) + _LOOSE * weight
                hints.setdefault(concept, []).append(word)
        enough = {
            concept: value
            for concept, value in scores.items()
            if value >= _HINT and (len(set(hints[concept])) > 1 or value >= _WORD)
        }
        return enough, hints

    def _urgent(self, kinds: set[str]) -> tuple[CrisisLine, ...]:
        lines: dict[str, CrisisLine] = {}
        for line in self.vocabulary.crisis_lines:
            if line.kind in kinds:
                lines.setdefault(line.name, line)
        return tuple(lines.values())

    @cached_property
    def _offers(self) -> OfferReader:
        return OfferReader(self.vocabulary)

    def offered_in(self, text: str) -> Offered:
        """Return what a text of a record says is offered (see `offered`).

        Args:
            text: a service's name or description.
        """
        return self._offers.read(text)

    def phrases_in(self, text: str, at_least: float) -> dict[str, tuple[float, str]]:
        """Return the concepts that a text says are offered, with the weight and the words of the surest phrase.

        Args:
            text: a service's name or description.
            at_least: the lowest weight of a phrase that counts.
        """
        return {c: phrase for c, phrase in self.offered_in(text).concepts.items() if phrase[0] >= at_least}


def _keys(phrase: str) -> set[Stems]:
    """Return the stems that find a phrase: all of them, and those without stop words if more than one is left.

    One word alone would say too little: "make" is not "make a will".
    """
    whole, bare = stems(phrase), content_stems(phrase)
    return {whole, bare} if len(bare) > 1 else {whole}


def _by_first_word(phrases: Iterable[tuple[Stems, str]]) -> dict[str, list[tuple[Stems, str]]]:
    """Return phrases with their meanings, by their first word."""
    by_first: dict[str, list[tuple[Stems, str]]] = {}
    for phrase, meaning in phrases:
        if phrase:
            by_first.setdefault(phrase[0], []).append((phrase, meaning))
    return by_first


def _meanings(words: Stems, phrases: Mapping[str, list[tuple[Stems, str]]]) -> Iterator[str]:
    """Yield the meanings of the phrases among words."""
    for start, word in enumerate(words):
        for phrase, meaning in phrases.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                yield meaning


@cache
def interpreter() -> PhraseInterpreter:
    """Return the interpreter with the built-in vocabulary."""
    return PhraseInterpreter(vocabulary())
