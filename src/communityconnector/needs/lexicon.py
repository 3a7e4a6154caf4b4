"""Finds the vocabulary's phrases in a patron's words: longest first, with the words as evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Final

import attrs

from communityconnector.model import TaxonomyTerm
from communityconnector.needs.exclusions import DENIALS, denied_positions, denied_words, given_positions
from communityconnector.needs.interpretation import GUESSED
from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.library import spans_of_business
from communityconnector.needs.offered import Claim, Offered, OfferReader
from communityconnector.needs.phrases import Hit, PhraseBook, Stems, Word, read_words
from communityconnector.needs.term_names import TermNameReader
from communityconnector.needs.term_places import TermPlaces
from communityconnector.needs.vocabulary import Phrase, Vocabulary, vocabulary
from communityconnector.needs.words import STOP_WORDS, content_positions, content_stems, stem, stems, words_of

_LOOSE: Final = 0.45
"""The highest value of scattered words of a phrase, compared with the phrase itself."""
_HINT: Final = 0.05
"""Scattered words with a lower total hint at nothing."""
_WORD: Final = _LOOSE * 0.6
"""The value of one word, such as the singular of a phrase, that alone hints at a concept."""
_VAGUE: Final = 0.8
"""A phrase of one word with less weight is found in the singular only as it stands in the vocabulary."""
_STATES: Final = 1.0
"""Phrases of this total value state a need."""
_OUTRANKS: Final = 0.6
"""From this weight on, a library's own phrase outranks the built-in ones."""
_TWINS: Final = frozenset("currículum kínder leña".split())
"""Spanish words that without their accents are English words or names with another meaning."""


@attrs.define
class _Evidence:
    """The evidence of a text for each concept.

    Attributes:
        scores: the total value.
        phrases: the phrases.
        local: the total value of the library's own phrases.
        surest: the value of the surest phrase.
    """

    scores: dict[str, float] = attrs.field(factory=dict)
    phrases: dict[str, list[str]] = attrs.field(factory=dict)
    local: dict[str, float] = attrs.field(factory=dict)
    surest: dict[str, float] = attrs.field(factory=dict)

    def add(self, phrase: Phrase, length: int, *, is_local: bool) -> None:
        """Add a phrase, once for each concept."""
        concept = phrase.concept
        if phrase.words in self.phrases.setdefault(concept, []):
            return
        value = phrase.weight * (1 + 0.5 * (length - 1))
        self.phrases[concept].append(phrase.words)
        self.scores[concept] = self.scores.get(concept, 0.0) + value
        self.surest[concept] = max(self.surest.get(concept, 0.0), value)
        if is_local:
            self.local[concept] = self.local.get(concept, 0.0) + value


@attrs.frozen(repr=False)
class LexiconReading:
    """What the phrases of the vocabulary say about a text. The repr does not show it.

    Attributes:
        weights: by concept, how surely its phrases mean it, relative to the surest, which has 1; at most `GUESSED` where
            scattered words only hint at it.
        phrases: by concept, the phrases.
        local: the same weights for the library's own phrases alone.
        dangers: by kind of danger, the phrases.
        words: stems of the words that carry meaning.
        surest: the value of the surest phrase.
        stated: the concepts that a sure phrase of several words, or several phrases together, state.
        is_whole: whether the phrases have all words that carry meaning.
        denied: the positions of the words that the text says not to need.
        is_business: whether the text asks for ordinary library business.
        is_denied: whether all that it says is denied, or is what a person wants to give.
    """

    weights: Mapping[str, float]
    phrases: Mapping[str, tuple[str, ...]]
    local: Mapping[str, float]
    dangers: Mapping[str, tuple[str, ...]]
    words: Stems
    surest: float
    stated: frozenset[str]
    is_whole: bool
    denied: frozenset[int]
    is_business: bool
    is_denied: bool


class Lexicon:
    """Finds the vocabulary's phrases in what patrons say and in the records of services.

    In a patron's words the longest phrase that begins at a word wins, and its words count for no other phrase. A phrase
    counts its weight, and half as much again for each word after the first, since longer phrases are surer. If no whole
    phrase is found, scattered words of phrases hint at a need, rarer words more; one word alone never does.

    Args:
        vocabulary: the vocabulary.

    Attributes:
        vocabulary: the vocabulary.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._places: TermPlaces | None = None
        self._local = _local_phrases(vocabulary)
        names = (Phrase(words, NOT_A_NEED, 1.0) for words in sorted(_local_business(vocabulary)))
        self._book = PhraseBook((*vocabulary.phrases, *names), _keys, in_names=_VAGUE)
        # Not stemmed, since "I overdosed" is danger and an "overdose kit" is not.
        self._crisis = _by_first_word((words_of(phrase), kind) for phrase, kind in vocabulary.crisis_phrases)
        self._business = _by_first_word((stems(phrase), phrase) for phrase in vocabulary.library_business)

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
            # Words of a local name are no hints, so that a name changes no answer to a text without it.
            if phrase in self._local:
                continue
            key = content_stems(phrase.words)
            for word in key:
                weights = weights_of.setdefault(word, {})
                weights[phrase.concept] = max(weights.get(phrase.concept, 0.0), phrase.weight / len(key))
        return {
            word: {concept: weight / len(weights) for concept, weight in weights.items()}
            for word, weights in weights_of.items()
        }

    def read(self, text: str, *, spanish: bool) -> LexiconReading:
        """Return what the phrases say about a patron's words.

        Args:
            text: the words.
            spanish: whether they are Spanish.
        """
        words = words_of(text)
        positions = content_positions(words)
        every = read_words(words)
        bare = tuple(every[position] for position in positions)
        stemmed = tuple(word.stem for word in every)
        # What is denied, what concerns the library itself, and what a person wants to give is not a need.
        ours = {position for span in spans_of_business(words) for position in range(*span)}
        ours -= self._local_positions(every)
        denied = denied_words(text)
        given = given_positions(words)
        left_out = denied_positions(stemmed) | denied | ours | given
        bare_left_out = frozenset(new for new, position in enumerate(positions) if position in left_out)
        evidence = _Evidence()
        # Once with every word and once without stop words, so that "bag groceries" matches "bag of groceries".
        of_bare = list(self._hits(bare, bare_left_out))
        covered = {n for hit in of_bare for n in range(hit.start, hit.start + hit.length)}
        for hit in (*self._hits(every, left_out), *of_bare):
            if hit.phrase.concept != NOT_A_NEED and (spanish or not _is_twin(hit.phrase, text)):
                evidence.add(
                    hit.phrase,
                    hit.length,
                    is_local=hit.phrase in self._local and hit.phrase.weight >= _OUTRANKS,
                )
        is_business = not evidence.local and (
            bool(ours and not evidence.scores)
            or (any(_meanings(stemmed, self._business)) and max(evidence.scores.values(), default=0.0) < 1.0)
        )
        surest = max(evidence.surest.values(), default=0.0)
        most = 1.0
        if is_business:
            evidence = _Evidence()
        elif not evidence.scores:
            most = GUESSED
            evidence.scores, evidence.phrases = self._hints(tuple(word.stem for word in bare), bare_left_out)
        top = max(evidence.scores.values(), default=0.0) or 1.0
        return LexiconReading(
            weights={concept: score / top * most for concept, score in evidence.scores.items()},
            phrases={concept: tuple(phrases) for concept, phrases in evidence.phrases.items()},
            local=dict(evidence.local),
            dangers=self._dangers_among(words),
            words=tuple(dict.fromkeys(word.stem for word in bare)),
            surest=surest,
            stated=frozenset(concept for concept, score in evidence.scores.items() if score >= _STATES),
            is_whole=bool(evidence.scores) and covered.issuperset(range(len(bare))),
            denied=denied,
            is_business=is_business,
            is_denied=bool(denied or given)
            and all(n in denied | given or words[n] in DENIALS for n in positions),
        )

    def dangers_in(self, text: str) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of danger in a text, by kind of danger."""
        return self._dangers_among(words_of(text))

    def _dangers_among(self, words: Stems) -> Mapping[str, tuple[str, ...]]:
        dangers: dict[str, tuple[str, ...]] = {}
        for kind, phrase in _meanings(words, self._crisis):
            dangers[kind] = (*dangers.get(kind, ()), " ".join(phrase))
        return dangers

    def _local_positions(self, words: tuple[Word, ...]) -> set[int]:
        """Return the positions of the library's own phrases."""
        if not self._local:
            return set()
        hits = [hit for start in range(len(words)) for hit in self._book.at(words, start)]
        return {hit.start + n for hit in hits if hit.phrase in self._local for n in range(hit.length)}

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

    @cached_property
    def _offers(self) -> OfferReader:
        return OfferReader(self.vocabulary)

    @cached_property
    def term_names(self) -> TermNameReader:
        """Reads the names of taxonomy terms and categories."""
        return TermNameReader(self)

    def term_places(self, terms: Mapping[str, TaxonomyTerm]) -> TermPlaces:
        """Return what finds the places of terms; the last one is kept, since one directory follows itself.

        Args:
            terms: the directory's taxonomy terms by id.
        """
        places = self._places
        if places is None or places.terms is not terms:
            self._places = places = TermPlaces(self, terms)
        return places

    def offered_in(self, text: str) -> Offered:
        """Return what a text of a record says is offered (see `offered`).

        Args:
            text: a service's name or description.
        """
        return self._offers.read(text)

    def phrases_in(self, text: str, at_least: float) -> dict[str, Claim]:
        """Return what a text says is offered, by concept.

        Args:
            text: a service's name or description.
            at_least: the lowest weight of a phrase that counts.
        """
        return {c: claim for c, claim in self.offered_in(text).concepts.items() if claim.weight >= at_least}


def _keys(phrase: str) -> set[Stems]:
    """Return the stems that find a phrase: all of them, and those without stop words if more than one is left.

    One word alone would say too little: "make" is not "make a will".
    """
    whole, bare = stems(phrase), content_stems(phrase)
    return {whole, bare} if len(bare) > 1 else {whole}


def _local_phrases(words: Vocabulary) -> frozenset[Phrase]:
    """Return the phrases of a vocabulary that are not built in: the library's own."""
    return frozenset() if words is vocabulary() else frozenset(words.phrases).difference(vocabulary().phrases)


def _local_business(words: Vocabulary) -> frozenset[str]:
    """Return the phrases of library business that are not built in."""
    return frozenset(words.library_business).difference(vocabulary().library_business)


def _is_twin(phrase: Phrase, text: str) -> bool:
    """Return whether a Spanish phrase is only found because accents are left out, and may be an English word."""
    return phrase.words in _TWINS and text.isascii()


def _by_first_word(phrases: Iterable[tuple[Stems, str]]) -> dict[str, list[tuple[Stems, str]]]:
    """Return phrases with their meanings, by their first word."""
    by_first: dict[str, list[tuple[Stems, str]]] = {}
    for phrase, meaning in phrases:
        if phrase:
            by_first.setdefault(phrase[0], []).append((phrase, meaning))
    return by_first


def _meanings(words: Stems, phrases: Mapping[str, list[tuple[Stems, str]]]) -> Iterator[tuple[str, Stems]]:
    """Yield the meanings of the phrases among words, with the phrases."""
    for start, word in enumerate(words):
        for phrase, meaning in phrases.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                yield meaning, phrase


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of the built-in vocabulary."""
    return Lexicon(vocabulary())
