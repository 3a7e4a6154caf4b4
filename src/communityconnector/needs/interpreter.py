"""From what a patron says to concepts of the vocabulary: by phrase, longest first, with the words as evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Final, Protocol

import attrs

from communityconnector.needs.library import spans_of_business
from communityconnector.needs.offered import Offered, OfferReader
from communityconnector.needs.phrases import Hit, PhraseBook, Stems, Word, read_words
from communityconnector.needs.vocabulary import CrisisLine, Vocabulary, vocabulary
from communityconnector.needs.words import STOP_WORDS, fold, stem, stems, telling, telling_positions, words_of

GUESSED: Final = 0.25
"""Most weight of a concept that the words only hint at. What fits it is a question, never an answer."""


@attrs.frozen
class Understood:
    """One concept that was understood.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant, relative to the surest, which has 1; at most `GUESSED` where the words only
            hint at it.
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
        concepts: what was understood, the most urgent first, then the surest.
        words: stems of the words that say something, for searching names and descriptions.
        urgent: crisis lines to show before anything else.
        library_business: the words ask for ordinary library business, not for a service.
        other_script: the words are in another script than English and Spanish, which are understood.
    """

    concepts: tuple[Understood, ...] = ()
    words: Stems = ()
    urgent: tuple[CrisisLine, ...] = ()
    library_business: bool = False
    other_script: bool = False

    @property
    def is_guessed(self) -> bool:
        """Whether the words only hint at what is needed."""
        return bool(self.concepts) and max(found.weight for found in self.concepts) <= GUESSED

    def __repr__(self) -> str:
        # What was understood is as private as what was said.
        return f"<Interpretation with {len(self.concepts)} concepts{', urgent' if self.urgent else ''}>"


class Interpreter(Protocol):
    """Whatever makes an `Interpretation` of words."""

    def interpret(self, text: str) -> Interpretation:
        """Say what the words mean."""
        ...


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
_HINT: Final = 0.05
"""Scattered words that count less together hint at nothing."""
_WORD: Final = _LOOSE * 0.6
"""One that counts so much, such as the singular of a phrase, hints at it beside other words."""
_VAGUE: Final = 0.8
"""A word that means a need less surely, and is most of what was not understood of a text, only hints at it, too."""
_FEW: Final = 3
"""So many words that say something may stand beside such a word, and it is still sure."""

_SAFETY: Final = frozenset(
    """crisis-support domestic-violence-help safe-house sexual-assault-help trafficking-help abuse-report detox
    emergency-shelter disaster-relief""".split()
)
"""Needs that come before others, where the words say them clearly."""
_CLEARLY: Final = 0.9
_AS_MUCH: Final = 0.5
"""The least share of the surest one's score with which a need of safety comes before it."""
_BESIDE_SAFETY: Final = 0.8
"""Most weight of other needs beside one of safety."""
_BESIDE_CRISIS: Final = 0.6
"""And beside one of danger to life."""
_IN_DANGER: Final[Mapping[str, tuple[str, ...]]] = {
    "suicide": ("crisis-support",),
    "violence": ("domestic-violence-help", "sexual-assault-help", "trafficking-help", "safe-house"),
    "child_danger": ("abuse-report", "domestic-violence-help"),
    "overdose": ("crisis-support", "detox", "harm-reduction"),
}
"""By kind of danger, the needs that come first where they were understood."""
_ALWAYS: Final[Mapping[str, str]] = {"suicide": "crisis-support"}
"""By kind of danger, a need that was said with it, whatever else was."""


@attrs.define
class _Evidence:
    """What a text says for each concept.

    Attributes:
        scores: how much, in all.
        surest: how much its surest phrase does.
        said: the phrases.
        understood: the words, by their numbers, that phrases without stop words take up.
    """

    scores: dict[str, float] = attrs.field(factory=dict)
    surest: dict[str, float] = attrs.field(factory=dict)
    said: dict[str, list[str]] = attrs.field(factory=dict)
    understood: frozenset[int] = frozenset()

    def add(self, hits: Iterable[Hit]) -> frozenset[int]:
        """Take phrases in, each phrase of a concept once; gives the words that they take up."""
        taken: set[int] = set()
        for hit in hits:
            taken.update(range(hit.start, hit.start + hit.length))
            concept, words = hit.phrase.concept, hit.phrase.words
            if words not in self.said.setdefault(concept, []):
                value = hit.phrase.weight * (1 + 0.5 * (hit.length - 1))
                self.said[concept].append(words)
                self.scores[concept] = self.scores.get(concept, 0.0) + value
                self.surest[concept] = max(self.surest.get(concept, 0.0), value)
        return frozenset(taken)


class PhraseInterpreter:
    """Finds the vocabulary's phrases in a text.

    The longest phrase that begins at a word wins, and its words serve no other. A phrase counts its weight,
    and half as much again for each word beyond the first, since longer phrases are surer. Where no phrase is
    found whole, scattered words of phrases hint at a need, the rarer in the vocabulary the more; one word alone never
    does.

    Args:
        words: the vocabulary.

    Attributes:
        vocabulary: the same.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.vocabulary = words
        self._book = PhraseBook(words.phrases, _keys, in_names=_VAGUE)
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
        every = read_words(words)
        bare = tuple(every[position] for position in kept)
        stemmed = tuple(word.stem for word in every)
        # What is denied, what is asked of the library itself, and what one wants to give is no need.
        denied = _negated(stemmed)
        ours = {position for span in spans_of_business(words) for position in range(*span)}
        left_out = denied | ours | _given(words)
        bare_left_out = frozenset(new for new, position in enumerate(kept) if position in left_out)
        evidence = _Evidence()
        # Once with every word and once without stop words, so that "bag of groceries" and "bag groceries" meet.
        evidence.add(self._hits(every, left_out))
        evidence.understood = evidence.add(self._hits(bare, bare_left_out))
        kinds = set(_found(words, self._crisis))
        is_business = bool(ours and not evidence.scores) or (
            any(_found(stemmed, self._business)) and max(evidence.scores.values(), default=0.0) < 1.0
        )
        most = 1.0
        if is_business:
            evidence = _Evidence()
        elif not evidence.scores:
            most = GUESSED
            evidence.scores, evidence.said = self._loosely(tuple(word.stem for word in bare), bare_left_out)
        elif max(evidence.surest.values()) < _VAGUE and len(bare) - len(evidence.understood) > _FEW:
            most = GUESSED
        said_with_danger = {
            _ALWAYS[kind] for kind in kinds & _ALWAYS.keys()
        } & self.vocabulary.concepts.keys()
        if kinds and most == GUESSED:
            # Beside danger no guess is worth a word.
            evidence = _Evidence()
        if said_with_danger:
            evidence.scores |= {concept: evidence.scores.get(concept, 0.0) for concept in said_with_danger}
            most = 1.0
        return Interpretation(
            concepts=self._ranked(evidence, self._first(evidence, kinds), most),
            words=tuple(dict.fromkeys(word.stem for word in bare)),
            urgent=self._urgent(kinds),
            library_business=is_business and not evidence.scores,
            other_script=not evidence.scores and _is_other_script(text),
        )

    def _first(self, evidence: _Evidence, kinds: Iterable[str]) -> tuple[frozenset[str], float]:
        """The needs that come before others, and the most weight that others have beside them."""
        for kind in sorted(kinds):
            found = [concept for concept in _IN_DANGER.get(kind, ()) if concept in evidence.scores]
            if found:
                return frozenset(found), _BESIDE_CRISIS
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
        # What is narrower says more of what is needed.
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
                words=tuple(evidence.said.get(concept, ())),
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
        hinted = {
            c for c, value in scores.items() if value >= _HINT and (len(set(said[c])) > 1 or value >= _WORD)
        }
        if len(words) == 1:
            return {}, {}
        return {concept: scores[concept] for concept in scores if concept in hinted}, said

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
        """What a text of a record says is offered (see `offered`).

        Args:
            text: a service's name or description.
        """
        return self._offers.read(text)

    def phrases_in(self, text: str, at_least: float) -> dict[str, tuple[float, str]]:
        """Concepts that a text says are offered, with the surest phrase's weight and words.

        Args:
            text: a service's name or description.
            at_least: phrases of less weight than this are too vague to count.
        """
        return {c: found for c, found in self.offered_in(text).found.items() if found[0] >= at_least}


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


_GIVING: Final = frozenset("donate donating donar".split())
_TO_VOLUNTEER: Final = frozenset("to can could volunteering".split())


def _given(words: Stems) -> set[int]:
    """Positions of what somebody wants to give, or to do for others: "where can I donate furniture"."""
    found: set[int] = set()
    for start, word in enumerate(words):
        if word in _GIVING or (word == "volunteer" and start and words[start - 1] in _TO_VOLUNTEER):
            ends = (n for n in range(start + 1, len(words)) if words[n] in _NEEDED)
            found.update(range(start + 1, next(ends, len(words))))
    return found


_NEEDED: Final = frozenset("need needs but necesito necesitamos pero".split())


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


def _is_other_script(text: str) -> bool:
    """Whether most letters of a text are of another script than the Latin one."""
    letters = [letter for letter in fold(text) if unicodedata.category(letter).startswith("L")]
    return sum("a" <= letter <= "z" for letter in letters) * 2 < len(letters)
