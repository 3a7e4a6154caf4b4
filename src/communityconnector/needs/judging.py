"""What the learned model, the lexicon and, if wanted, an encoder together make of a text, in chances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import attrs

from communityconnector.needs.background import without_background
from communityconnector.needs.cues import read_cues
from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.lexicon import Lexicon, LexiconReading
from communityconnector.needs.parts import parts_of

if TYPE_CHECKING:
    from communityconnector.needs.learned.model import LearnedModel, ModelReading
    from communityconnector.needs.semantic.encoder import Encoder
    from communityconnector.needs.semantic.head import Head
    from communityconnector.needs.semantic.semantics import Semantics

_PHRASES: Final = 1.0
"""What the phrases of the lexicon add to the score of the concept that they surely mean."""
_RELATED: Final = 0.25
"""The share of a need that is only worth showing in danger, beside 1 for one that comes first."""
_OUTRANKED: Final = 0.17
"""What is left of other chances beside a library's own phrases: none of them is then understood."""
_MOST_DENIED: Final = 6
_DENIED: Final = 0.5
_LEFT: Final = 0.05
"""Of the first six concepts those keep a twentieth of their chance for which more than half is said by denied words."""
_ALARM_BY_PHRASE: Final = 0.1
"""A phrase of danger counts if the text, or one part of it, has this chance of danger: an idiom, a title or a joke has
less."""


_LONG: Final = 1_000
"""A text of more letters is read once."""
_BACKGROUND: Final = 0.15
"""The share of a text's chances that what it says of the person has, where the rest states a need."""
_RESTS: Final = 0.2
"""A need that keeps less of its chance rests on what the text says of the person."""
_LIKELY: Final = 0.5
_STATED: Final = 0.6
"""The rest of a text states a need with this chance, of which phrases say it with this weight at least."""


@attrs.frozen(repr=False)
class Judgment:
    """What the model and the lexicon together make of a text. The repr does not show it.

    Attributes:
        chances: the chance of each concept that was meant, with what danger asks for.
        no_need: the chance that the words are no need.
        dangers: the chance of each kind of danger.
        alarms: by kind of danger, the phrases that name it, if they count.
        reading: what the model alone says.
        phrases: what the lexicon alone says.
    """

    chances: Mapping[str, float]
    no_need: float
    dangers: Mapping[str, float]
    alarms: Mapping[str, tuple[str, ...]]
    reading: ModelReading
    phrases: LexiconReading

    @property
    def danger(self) -> float:
        """The chance of any danger."""
        return min(sum(self.dangers.values()), 1.0)


class Judge:
    """Gives every need and every kind of danger a chance.

    Args:
        lexicon: the lexicon of a vocabulary.
        learned: the model; by default the built-in one, which is read at the first use.
        encoder: a sentence encoder that adds to the chances of needs; by default none.
        head: what the encoder's vectors mean (`PatronInterpreter`).
    """

    def __init__(
        self,
        lexicon: Lexicon,
        learned: LearnedModel | None = None,
        encoder: Encoder | None = None,
        head: Head | None = None,
    ) -> None:
        self.lexicon = lexicon
        self._learned = learned
        self._encoder = encoder
        self._head = head

    @cached_property
    def _model(self) -> LearnedModel:
        # At the first text: numpy and the model's file are not for a process that only asks for terms.
        from communityconnector.needs.learned.model import model

        return self._learned or model()

    @cached_property
    def _semantics(self) -> Semantics | None:
        if self._encoder is None:
            return None
        from communityconnector.needs.semantic.semantics import Semantics

        return Semantics(self._encoder, self._head, self.lexicon.vocabulary, self._model.labels)

    def judge(self, text: str) -> Judgment:
        """Return the chances of needs and dangers, the surest need first.

        Args:
            text: the words, English or Spanish.
        """
        judgment = self._judge(text)
        if len(text) > _LONG or judgment.phrases.local:
            return judgment
        rest = without_background(text, read_cues(text))
        if rest == text:
            return judgment
        chances = judgment.chances
        asked = self._judge(rest)
        first, need = next(iter(chances)), next(iter(asked.chances))
        rests_on_person = asked.chances[first] < _RESTS * chances[first]
        is_stated = asked.chances[need] >= _LIKELY and asked.phrases.weights.get(need, 0.0) >= _STATED
        return (
            attrs.evolve(judgment, chances=_asked_first(chances, asked.chances))
            if rests_on_person and is_stated
            else judgment
        )

    def _judge(self, text: str) -> Judgment:
        reading = self._model.read(text)
        phrases = self.lexicon.read(text, spanish=reading.spanish)
        alarming = (reading.alarming or reading).chances()
        together = reading.chances(
            {concept: _PHRASES * weight for concept, weight in phrases.weights.items()}
        )
        dangers = self._chances_of_danger(alarming)
        if self._semantics is not None and (meaning := self._semantics.read(text)):
            dangers = meaning.raised(dangers, self._chances_of_danger(meaning.pooled(alarming)))
            together = meaning.pooled(together)
        chances = {concept: together[number] for concept, number in self._concepts_of_model}
        for kind, number in self._model.dangers.items():
            self._add_needs(chances, kind, together[number])
        if phrases.local:
            chances = _outranked(chances, phrases.local)
        ranked = dict(sorted(chances.items(), key=itemgetter(1), reverse=True))
        return Judgment(
            chances=self._without_denied(ranked, reading, phrases.denied) if phrases.denied else ranked,
            no_need=0.0 if phrases.local else together[self._model.numbers[NOT_A_NEED]],
            dangers=dangers,
            alarms=self._alarms(text, self._named_in(reading, phrases), sum(dangers.values())),
            reading=reading,
            phrases=phrases,
        )

    def _chances_of_danger(self, chances: Sequence[float]) -> dict[str, float]:
        """Return the chance of each kind of danger, with that of the needs for which people in it ask.

        "Scared of my husband" asks for help against violence at home, and tells of it.
        """
        dangers = {kind: chances[number] for kind, number in self._model.dangers.items()}
        asked: dict[str, list[str]] = {}
        for kind in self.lexicon.vocabulary.dangers.values():
            for need in kind.asked_for:
                if kind.id in dangers and need in self._model.numbers:
                    asked.setdefault(need, []).append(kind.id)
        for need, kinds in asked.items():
            dangers[max(kinds, key=dangers.__getitem__)] += chances[self._model.numbers[need]]
        return dangers

    def _named_in(self, reading: ModelReading, phrases: LexiconReading) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of danger in the words, also in words misspelt: "my hubsand hitts me"."""
        if reading.meant == reading.words:
            return phrases.dangers
        return {**phrases.dangers, **self.lexicon.dangers_in(" ".join(reading.meant))}

    def _alarms(
        self, text: str, phrases: Mapping[str, tuple[str, ...]], danger: float
    ) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of danger that count: all if the text has enough of its chance, or those of a part that has.

        So calm words before or after a cry do not drown it.
        """
        if not phrases or danger >= _ALARM_BY_PHRASE:
            return phrases
        alarms: dict[str, tuple[str, ...]] = {}
        for part in parts_of(text):
            of_part = self.lexicon.dangers_in(part)
            if of_part and self._model.read(part).danger() >= _ALARM_BY_PHRASE:
                alarms |= {k: tuple(dict.fromkeys((*alarms.get(k, ()), *of_part[k]))) for k in of_part}
        return alarms

    @cached_property
    def _concepts_of_model(self) -> list[tuple[str, int]]:
        """The concepts that both the vocabulary and the model know, with their numbers in the model."""
        concepts = self.lexicon.vocabulary.concepts
        return [(label, number) for label, number in self._model.numbers.items() if label in concepts]

    def _without_denied(
        self, chances: Mapping[str, float], reading: ModelReading, denied: Collection[int]
    ) -> dict[str, float]:
        """Return chances in which concepts count little that mostly the denied words speak for."""
        positions = [position for position in denied if position < len(reading.words)]
        kept = dict(chances)
        for concept in islice(chances, _MOST_DENIED):
            shares = reading.shares(concept).clip(min=0) if concept in self._model.numbers else None
            if shares is not None and shares[positions].sum() > _DENIED * shares.sum():
                kept[concept] *= _LEFT
        share = sum(chances.values()) / (sum(kept.values()) or 1.0)
        return {c: chance * share for c, chance in sorted(kept.items(), key=itemgetter(1), reverse=True)}

    def _add_needs(self, chances: dict[str, float], kind: str, chance: float) -> None:
        """Add the chance of a danger to those of the needs that it brings."""
        danger = self.lexicon.vocabulary.dangers.get(kind)
        if danger is None:
            return
        total = len(danger.needs) + _RELATED * len(danger.related)
        for concepts, share in ((danger.needs, 1.0), (danger.related, _RELATED)):
            for concept in concepts:
                if concept in chances:
                    chances[concept] += chance * share / total


def _asked_first(chances: Mapping[str, float], asked: Mapping[str, float]) -> dict[str, float]:
    """Return the chances of a text, mostly as they are without what it says of the person.

    Args:
        chances: those of the text.
        asked: those of the rest of the text.
    """
    together = {
        concept: _BACKGROUND * chance + (1.0 - _BACKGROUND) * asked[concept]
        for concept, chance in chances.items()
    }
    return dict(sorted(together.items(), key=itemgetter(1), reverse=True))


def _outranked(chances: Mapping[str, float], local: Mapping[str, float]) -> dict[str, float]:
    """Return chances in which a library's own phrases come before everything else."""
    total = sum(local.values())
    kept = {concept: chance * _OUTRANKED for concept, chance in chances.items()}
    return kept | {concept: weight / total for concept, weight in local.items()}
