"""What the text of a record says is offered.

The vocabulary's phrases also occur in names and descriptions for other reasons: a pantry asks for a utility bill, a clinic
is for evicted people, a shelter looks for volunteers, a club is for dogs. A phrase in such a context is not offered. The
words of a record are never corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.needs import contexts as c
from communityconnector.needs.phrases import Hit, PhraseBook, Stems
from communityconnector.needs.sentences import Sentence, is_spanish, sentences_of
from communityconnector.needs.vocabulary import Phrase, Vocabulary
from communityconnector.needs.words import STOP_WORDS, content_positions, content_stems, stem, stems, words_of

CLEAR: Final = 0.8
"""A phrase of one word with at least this weight counts next to any other word."""
FAIR: Final = 0.6
"""One with at least this weight counts next to names and words that say little."""
LEAST: Final = 0.4
"""One with less weight does not count at all."""


class Claim(NamedTuple):
    """What a text says of one concept.

    Attributes:
        weight: how surely its surest phrase means it.
        words: the words of that phrase.
        is_first: whether one of the text's first sentences says it.
        beside: the largest number of other concepts that every sentence that says it names too.
        times: the number of sentences that say it.
    """

    weight: float
    words: str
    is_first: bool
    beside: int
    times: int


class Offered(NamedTuple):
    """What a text says is offered.

    Attributes:
        concepts: the claims, by concept.
        hints: by concept, the weight and the words of the surest phrase whose neighbors may give it another sense.
        mentions: the same for phrases about what others offer, what people buy for less, or animals.
        words: stems of the words that are about what is offered.
        other: stems of phrases that are about something else, such as whom it is for.
        seeks: whether the text asks for volunteers, donations or employees: all of it, or its first sentence, and it gives
            nothing.
        addresses_others: whether its first sentence, or one that is only about whom it is for, is for those who help
            people, employ them or rent to them.
        sentences: the number of its sentences.
        lowers_prices: whether its first sentences are about a lower price for what people buy.
        is_about_animals: whether its first sentences are about animals.
    """

    concepts: Mapping[str, Claim]
    hints: Mapping[str, tuple[float, str]]
    mentions: Mapping[str, tuple[float, str]]
    words: frozenset[str]
    other: frozenset[str]
    seeks: bool
    addresses_others: bool
    sentences: int
    lowers_prices: bool
    is_about_animals: bool

    def only_mentions(self, concept: str) -> bool:
        """Return whether a concept is only mentioned here, or stands in a text about animals that is not for it."""
        if self.is_about_animals and concept not in c.FOR_ANIMALS:
            return True
        return concept in self.mentions and concept not in self.concepts


class OfferReader:
    """Reads what texts of records say is offered.

    Args:
        vocabulary: the vocabulary of the phrases.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        phrases = _in_records(vocabulary)
        self._book = PhraseBook(phrases, _keys, in_names=CLEAR)
        spanish: set[str] = set()
        others: set[str] = set()
        for phrase in phrases:
            (spanish if phrase.language == "es" else others).update(stems(phrase.words))
        self._known = frozenset(spanish | others)
        self._spanish = frozenset(spanish)
        self._apart: dict[str, list[tuple[Stems, Phrase]]] = {}
        for phrase in phrases:
            key = content_stems(phrase.words) if phrase.weight >= CLEAR else ()
            if len(key) > 1:
                self._apart.setdefault(key[0], []).append((key, phrase))
        self._names = {words_of(concept.name): concept for concept in vocabulary.concepts.values()}
        self._short: dict[str, Offered] = {}

    def read(self, text: str) -> Offered:
        """Return what a text says is offered.

        Args:
            text: a name or a description, English or Spanish.
        """
        if len(text) > _SHORT:
            return self._read(text)
        read = self._short.get(text)
        if read is None:
            if len(self._short) >= _MOST_CACHED:
                self._short = {}
            read = self._short[text] = self._read(text)
        return read

    def _read(self, text: str) -> Offered:
        claims: dict[str, Claim] = {}
        hints: dict[str, tuple[float, str]] = {}
        mentions: dict[str, tuple[float, str]] = {}
        words: set[str] = set()
        other: set[str] = set()
        all_words = words_of(text)
        named = self._names.get(all_words)
        if named is not None:
            claims[named.id] = Claim(1.0, named.name, is_first=True, beside=0, times=1)
        spanish = is_spanish(text, all_words)
        numbered = [(number, Sentence(tokens, is_spanish=spanish)) for number, tokens in sentences_of(text)]
        for number, sentence in numbered:
            concepts: dict[str, tuple[float, str]] = {}
            self._add(sentence, concepts, hints, mentions)
            plainer = [word for word in sentence.tokens if word not in c.QUALIFIERS]
            if len(plainer) < len(sentence.tokens):
                for hit in self._hits(Sentence(plainer, is_spanish=spanish)):
                    if hit.length > 1 and hit.start not in sentence.mentions:
                        _keep_surest(concepts, hit.phrase)
            _add_claims(claims, concepts, is_first=number < _FIRST)
            about_other = sentence.about_other
            other.update(sentence.words[position].stem for position in about_other)
            words.update(
                word.stem
                for position, word in enumerate(sentence.words)
                if sentence.offers[position] and position not in about_other and word.stem.isalnum()
            )
        sentences = len({number for number, _ in numbered})
        seeks = bool(numbered) and (
            all(sentence.seeks for _, sentence in numbered)
            or (numbered[0][1].seeks and c.GIVING.isdisjoint(all_words))
        )
        addresses_others = any(
            sentence.addresses_others and (not number or sentence.tokens[0] in c.FOR_WHOM | c.ADDRESSED)
            for number, sentence in numbered
        )
        first = [sentence for number, sentence in numbered if number < _FIRST]
        return Offered(
            claims,
            hints,
            mentions,
            frozenset(words),
            frozenset(other),
            seeks,
            addresses_others,
            sentences,
            lowers_prices=any(sentence.lowers_prices for sentence in first),
            is_about_animals=any(sentence.is_about_animals for sentence in first),
        )

    def _add(
        self,
        sentence: Sentence,
        concepts: dict[str, tuple[float, str]],
        hints: dict[str, tuple[float, str]],
        mentions: dict[str, tuple[float, str]],
    ) -> None:
        """Add what a sentence says is offered, what it hints at, and what it only mentions."""
        hits = self._hits(sentence)
        agreeing = self._agreeing(hits)
        for hit in hits:
            if self._is_mentioned(hit, sentence):
                _keep_surest(mentions, hit.phrase)
                continue
            if hit.phrase.concept in agreeing or self._is_clear(hit, sentence):
                _keep_surest(concepts, hit.phrase)
            elif hit.phrase.weight >= LEAST:
                _keep_surest(hints, hit.phrase)
        if sentence.mentions or sentence.lowers_prices:
            return
        for phrase in self._narrower({**hints, **concepts}, sentence):
            _keep_surest(concepts, phrase)

    def _is_mentioned(self, hit: Hit, sentence: Sentence) -> bool:
        if hit.start in sentence.mentions:
            return True
        if not (sentence.lowers_prices or sentence.asks_for_goods):
            return False
        need = self._vocabulary.main_need(hit.phrase.concept)
        return (sentence.lowers_prices and need in c.BOUGHT) or (sentence.asks_for_goods and need in c.GOODS)

    def _hits(self, sentence: Sentence) -> list[Hit]:
        """Return the phrases about what is offered. Of overlapping ones the one that says most counts, then the last."""
        begins = self._book.begins_with
        usable = [
            self._usable(sentence, start) if begins(word) else [] for start, word in enumerate(sentence.words)
        ]
        at = [
            hits
            for hits in (self._cut(sentence, usable, start) for start, hits in enumerate(usable) if hits)
            if hits
        ]
        at.sort(key=lambda hits: (-_says(hits[0].phrase.words), -hits[0].length, -hits[0].start))
        taken = [False] * len(sentence.words)
        chosen: list[Hit] = []
        for hits in at:
            start, length = hits[0].start, hits[0].length
            free = next((n for n in range(length) if taken[start + n]), length)
            some = hits if free == length else self._usable(sentence, start, free) if free else []
            for hit in some:
                taken[start : start + hit.length] = [True] * hit.length
            chosen += some
        return chosen

    def _cut(self, sentence: Sentence, usable: Sequence[list[Hit]], start: int) -> list[Hit]:
        """Return the phrases that begin at a word, cut where another begins that says as much and ends later."""
        hits = usable[start]
        end = start + hits[0].length
        for later in range(start + 1, end):
            beyond = usable[later]
            if (
                beyond
                and later + beyond[0].length > end
                and _says(beyond[0].phrase.words) >= _says(hits[0].phrase.words)
            ):
                return self._usable(sentence, start, later - start)
        return hits

    def _usable(self, sentence: Sentence, start: int, most: int | None = None) -> list[Hit]:
        hits = self._book.at(sentence.words, start, most=most)
        return [hit for hit in hits if self._may_stand(hit, sentence) and not sentence.is_about_other(hit)]

    def _may_stand(self, hit: Hit, sentence: Sentence) -> bool:
        """Return whether a phrase is in the text's language. If that is unknown, all words may be Spanish: "Despensa"."""
        if hit.phrase.language != "es" or sentence.is_spanish:
            return True
        return hit.phrase.words.isascii() and all(word.stem in self._spanish for word in sentence.words)

    def _is_clear(self, hit: Hit, sentence: Sentence) -> bool:
        """Return whether a phrase has its own sense: it has several words, or its one word has no other sense here."""
        weight = hit.phrase.weight
        if hit.length > 1:
            return True
        first, last = sentence.part_of(hit.start)
        if first < hit.start and self._is_of_another_kind(hit, sentence):
            return False
        if weight >= CLEAR:
            return True
        beside = [n for n in range(first, last) if n != hit.start]
        if last > hit.start + 1 and sentence.tokens[hit.start + 1] in c.PEOPLE:
            return False
        return all(
            sentence.plain[n] in c.GENERIC
            or sentence.plain[n] in c.PEOPLE
            or sentence.tokens[n].isdigit()
            or (weight >= FAIR and sentence.words[n].stem not in self._known)
            for n in beside
        )

    def _is_of_another_kind(self, hit: Hit, sentence: Sentence) -> bool:
        """Return whether the word before changes the sense: "career counseling" is for work, "tax clinic" for money."""
        before = hit.start - 1
        if sentence.plain[before] in c.OF_OTHER_KINDS:
            return True
        if sentence.plain[before] in _NEUTRAL:
            return False
        kinds = {
            self._vocabulary.main_need(other.phrase.concept)
            for other in self._book.at(sentence.words, before, most=1)
            if other.phrase.weight >= LEAST and self._may_stand(other, sentence)
        }
        return bool(kinds) and self._vocabulary.main_need(hit.phrase.concept) not in kinds

    def _agreeing(self, hits: Sequence[Hit]) -> set[str]:
        """Return the concepts that several words mean, or one word and another for something broader: "Food Cupboard"."""
        by_concept: dict[str, set[int]] = {}
        for hit in hits:
            if hit.phrase.weight >= LEAST:
                by_concept.setdefault(hit.phrase.concept, set()).add(hit.start)
        return {
            concept
            for concept, starts in by_concept.items()
            for broader in (concept, *self._vocabulary.ancestors(concept))
            if len(starts | by_concept.get(broader, starts)) > 1
        }

    def _narrower(self, broader: Mapping[str, object], sentence: Sentence) -> Iterator[Phrase]:
        """Yield phrases whose words stand apart in a short name, for something narrower than other concepts in it.

        Of several only the surest: "Residential Drug Use Treatment" has "residential treatment" and "drug treatment".
        """
        if not broader or len(sentence.tokens) > _NAME:
            return
        usable = {
            _PLAINER.get(word.stem, word.stem)
            for position, word in enumerate(sentence.words)
            if sentence.offers[position] and position not in sentence.about_other
        }
        phrases = [
            phrase
            for first in sorted(usable & self._apart.keys())
            for key, phrase in self._apart[first]
            if usable.issuperset(key) and self._is_narrower(phrase.concept, broader)
        ]
        surest = max((phrase.weight for phrase in phrases), default=0.0)
        yield from (phrase for phrase in phrases if phrase.weight == surest)

    def _is_narrower(self, concept: str, broader: Mapping[str, object]) -> bool:
        return any(ancestor in broader for ancestor in self._vocabulary.ancestors(concept))


def _in_records(vocabulary: Vocabulary) -> list[Phrase]:
    """Return the phrases that are read in records; those of agencies replace everyday phrases of the same words."""
    by_meaning = {
        (stems(phrase.words), phrase.concept, phrase.language): phrase
        for phrase in vocabulary.provider_phrases
    }
    everyday = (
        phrase
        for phrase in vocabulary.phrases
        if (stems(phrase.words), phrase.concept, phrase.language) not in by_meaning
    )
    return [*everyday, *(phrase for phrase in by_meaning.values() if phrase.weight)]


_NEUTRAL: Final = c.GENERIC | c.PEOPLE | c.VOLUNTEER
"""Words that do not change the sense of the next word."""
_SHORT: Final = 120
"""Texts of at most so many letters, such as names of terms, often recur, so their results are cached."""
_MOST_CACHED: Final = 20_000
_FIRST: Final = 2
"""The number of sentences at the start of a text that say what it is about."""
_NAME: Final = 10
"""The largest number of words in a name."""
_PLAINER: Final = {"payment": "pay"}
"""Stems of nouns in names, with the stems in phrases."""


@lru_cache(maxsize=20_000)
def _says(phrase: str) -> int:
    """Return the number of words of a phrase that are not `STOP_WORDS`."""
    return sum(word not in STOP_WORDS for word in words_of(phrase))


def _keep_surest(phrases: dict[str, tuple[float, str]], phrase: Phrase) -> None:
    if phrase.weight > phrases.get(phrase.concept, (0.0, ""))[0]:
        phrases[phrase.concept] = (phrase.weight, phrase.words)


def _add_claims(
    claims: dict[str, Claim], concepts: Mapping[str, tuple[float, str]], *, is_first: bool
) -> None:
    """Add the concepts of a sentence to the claims of its text."""
    beside = len(concepts) - 1
    for concept, (weight, words) in concepts.items():
        known = claims.get(concept)
        if known is None:
            claims[concept] = Claim(weight, words, is_first, beside, 1)
            continue
        surest = (weight, words) if weight > known.weight else (known.weight, known.words)
        claims[concept] = Claim(
            *surest, known.is_first or is_first, min(known.beside, beside), known.times + 1
        )


def _keys(phrase: str) -> set[Stems]:
    """Return the stems that find a phrase in a record: all of them, and those without articles."""
    words = words_of(phrase)
    bare = tuple(word for word in words if word not in c.ARTICLES)
    # One content word alone would say too little: "caring for her" is not "care for".
    several = len(bare) < len(words) and len(content_positions(words)) > 1
    return {tuple(map(stem, key)) for key in ((words, bare) if several else (words,))}
