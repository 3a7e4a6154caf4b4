"""The interpreter of patrons' words: danger first, then needs, by the learned model and the lexicon together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from communityconnector.needs.cues import Cues, read_cues
from communityconnector.needs.exclusions import is_other_script
from communityconnector.needs.interpretation import GUESSED, Certainty, Danger, Interpretation, Understood
from communityconnector.needs.judging import Judge, Judgment
from communityconnector.needs.learned.labels import DANGER
from communityconnector.needs.lexicon import Lexicon
from communityconnector.needs.lexicon import lexicon as shipped_lexicon
from communityconnector.needs.vocabulary import CrisisLine

if TYPE_CHECKING:
    from communityconnector.needs.learned.model import LearnedModel
    from communityconnector.needs.semantic.encoder import Encoder
    from communityconnector.needs.semantic.head import Head

_MOST_BEGINNING: Final = 30_000
_MOST_END: Final = 10_000
"""The numbers of letters that are read at the beginning and at the end of a long text."""
_SAFETY: Final = (
    "crisis-support",
    "domestic-violence-help",
    "safe-house",
    "sexual-assault-help",
    "trafficking-help",
    "abuse-report",
    "detox",
    "emergency-shelter",
    "disaster-relief",
)
"""Needs that come before others if phrases state them."""
_LEAST_SAFETY: Final = 0.05
"""Such a need has this share of the chance of the first need, or more."""
_BESIDE_SAFETY: Final = 0.8
"""What other needs weigh beside one of safety."""
_AFTER: Final = 0.1
"""In danger each further need that it brings weighs this much less than the one before it."""
_BESIDE: Final = 0.5
"""The weight of the needs of other dangers, and of those that phrases state, beside the first danger."""
_SECONDARY: Final = 0.35
"""Concepts below this share of the first do not count as understood."""
_LEAST: Final = 0.01
"""Concepts with less chance are not worth showing."""
_MOST_RELATED: Final = 8
_MOST_GUESSES: Final = 3

_NO_NEED: Final = 0.6
"""From this chance on, words are no need."""
_NO_NEED_STATED: Final = 0.8
"""The same if a phrase states a need."""
_SURE: Final = 0.5
"""From this chance of the first concept on, or of several that phrases state, a need is understood. By cross-validation on
the corpus the first concept is then right in 72 of 100 cases (docs/explanation/what-is-understood.md)."""
_STATES: Final = 0.8
"""A phrase of this value states a need, whatever else the words may be."""
_STATED: Final = 0.6
"""A phrase states a concept from this weight on."""
_GUESS: Final = 0.08
"""With less chance nothing was understood."""
_KNOWN_ENOUGH: Final = 0.6
"""If a smaller share of the words is known, they may be the name of a service."""
_STRANGE: Final = 0.34
_CLEAR_ALL_THE_SAME: Final = 0.7
"""If a smaller share of the words is known, as in another language, only this chance is enough: that of a word misspelt."""

_ALARM: Final = 0.48
"""From this chance of danger on, crisis lines are shown. A missed cry costs more than a false alarm."""
_ALSO: Final = 0.3
"""Other kinds of danger are named from this share of the surest on."""
_FEWEST_KNOWN: Final = 0.4
"""No danger is read from words of which fewer are known."""


class PatronInterpreter:
    """Understands what patrons say: danger first, then needs, with the words that decided.

    A linear model that was trained on utterances, and the phrases of the vocabulary, give each need a chance. A library's
    own phrases outrank both. Danger is judged apart from needs and before them.

    Args:
        lexicon: the lexicon of a vocabulary; by default of the built-in one.
        learned: the model; by default the built-in one, which is read at the first use.
        encoder: a sentence encoder that adds to the chances of needs; by default none.
        head: what the encoder's vectors mean; by default the built-in one if it is for this encoder, otherwise anchors
            (`needs.semantic.anchors`), which are made at the first use.

    Example:
        >>> from communityconnector.needs import interpreter
        >>> understood = interpreter().interpret("landlord taped a pay or quit to my door")
        >>> understood.concepts[0].name, understood.certainty.value
        ('Fighting an eviction', 'sure')
    """

    def __init__(
        self,
        lexicon: Lexicon | None = None,
        learned: LearnedModel | None = None,
        *,
        encoder: Encoder | None = None,
        head: Head | None = None,
    ) -> None:
        self.lexicon = lexicon or shipped_lexicon()
        self._has_own_lexicon = lexicon is not None
        self._parts = (learned, encoder, head)
        self._judge = Judge(self.lexicon, *self._parts)

    def with_lexicon(self, lexicon: Lexicon) -> PatronInterpreter:
        """Return the same interpreter with another lexicon, or itself if it was made with one.

        Args:
            lexicon: the lexicon of a vocabulary.
        """
        if self._has_own_lexicon or lexicon is self.lexicon:
            return self
        learned, encoder, head = self._parts
        return PatronInterpreter(lexicon, learned, encoder=encoder, head=head)

    def judge(self, text: str) -> Judgment:
        """Return the chances of needs and dangers, the surest need first.

        Args:
            text: the words, English or Spanish.
        """
        return self._judge.judge(text)

    def interpret(self, text: str) -> Interpretation:
        """Return what the words mean.

        Of a text of more than 40,000 letters only the first 30,000 and the last 10,000 are read, which takes a second at
        most.

        Args:
            text: the words, English or Spanish.
        """
        if not any(map(str.isalnum, text)):
            return Interpretation()
        if len(text) > _MOST_BEGINNING + _MOST_END:
            text = f"{text[:_MOST_BEGINNING]} {text[-_MOST_END:]}"
        judgment = self.judge(text)
        dangers = self._dangers(judgment)
        certainty, concepts = self._concepts(judgment, dangers)
        is_need = certainty is not Certainty.NOT_A_NEED
        shown = {understood.concept for understood in concepts}
        others = (pair for pair in judgment.chances.items() if pair[1] >= _LEAST and pair[0] not in shown)
        related = dict(islice(others, _MOST_RELATED)) if is_need else {}
        return Interpretation(
            concepts=concepts,
            words=() if judgment.phrases.is_business else judgment.phrases.words,
            urgent=self._lines(dangers, spanish=judgment.reading.spanish),
            other_script=certainty is Certainty.NOT_UNDERSTOOD and is_other_script(text),
            certainty=certainty,
            confidence=round(_confidence(judgment, dangers), 6) if concepts or dangers else 0.0,
            related=self._understood(
                judgment, related, scale=GUESSED if certainty is Certainty.DID_YOU_MEAN else 1.0, most=GUESSED
            ),
            dangers=dangers,
            cues=read_cues(text).with_danger(danger.kind for danger in dangers) if is_need else Cues(),
        )

    def _dangers(self, judgment: Judgment) -> tuple[Danger, ...]:
        """Return the dangers to name, the surest first."""
        by_model = judgment.danger >= _ALARM and (
            len(judgment.phrases.words) > 1 and judgment.reading.known >= _FEWEST_KNOWN
        )
        by_phrase = judgment.alarms
        least = _ALSO * max(judgment.dangers.values(), default=0.0)
        named = {k: chance for k, chance in judgment.dangers.items() if by_model and chance >= least}
        named |= {kind: max(named.get(kind, 0.0), _ALARM) for kind in by_phrase}
        kinds = self.lexicon.vocabulary.dangers
        alarming = judgment.reading.alarming or judgment.reading
        language = "es" if judgment.reading.spanish else "en"
        return tuple(
            Danger(
                kind=kind,
                name=kinds[kind].name,
                question=kinds[kind].questions.get(language, ""),
                words=by_phrase.get(kind) or alarming.evidence(DANGER + kind),
            )
            for kind in sorted(named, key=lambda kind: -named[kind])
            if kind in kinds
        )

    def _concepts(
        self, judgment: Judgment, dangers: tuple[Danger, ...]
    ) -> tuple[Certainty, tuple[Understood, ...]]:
        chances = judgment.chances
        if dangers:
            return self._in_danger(judgment, dangers)
        top = max(chances.values(), default=0.0)
        if _is_strange(judgment, top):
            return Certainty.NOT_UNDERSTOOD, ()
        if _is_no_need(judgment):
            return Certainty.NOT_A_NEED, ()
        if top < _GUESS or self._is_one_loose_word(judgment):
            return Certainty.NOT_UNDERSTOOD, ()
        if not judgment.phrases.is_whole and max(top, _stated(judgment)) < _SURE:
            guesses = dict(islice(chances.items(), _MOST_GUESSES))
            return Certainty.DID_YOU_MEAN, self._understood(judgment, guesses, scale=GUESSED)
        understood = {concept: chance for concept, chance in chances.items() if chance >= _SECONDARY * top}
        understood = _with_safety_first(understood, judgment)
        # A narrower concept says more of the need.
        for concept in tuple(understood):
            for broader in self.lexicon.vocabulary.ancestors(concept):
                understood.pop(broader, None)
        return Certainty.SURE, self._understood(judgment, understood)

    def _in_danger(
        self, judgment: Judgment, dangers: tuple[Danger, ...]
    ) -> tuple[Certainty, tuple[Understood, ...]]:
        """Return the needs that the dangers bring, one after another, and then those that phrases state."""
        words = self.lexicon.vocabulary
        wordings: dict[str, tuple[str, ...]] = {}
        weights: dict[str, float] = {}
        for danger in dangers:
            for place, need in enumerate(words.dangers[danger.kind].needs):
                if need in words.concepts and need not in weights:
                    wordings[need] = danger.words
                    weights[need] = 1.0 - _AFTER * place if danger is dangers[0] else _BESIDE
        if weights:
            weights |= dict.fromkeys(sorted(judgment.phrases.stated - weights.keys()), _BESIDE)
        understood = tuple(
            Understood(
                concept=need,
                name=words.concepts[need].name,
                weight=weight,
                words=wordings.get(need) or judgment.phrases.phrases[need],
            )
            for need, weight in weights.items()
        )
        return Certainty.SURE, understood

    def _is_one_loose_word(self, judgment: Judgment) -> bool:
        """Return whether the text is one real word that by itself is no need: "glass", "lost", "print"."""
        words = judgment.phrases.words
        return (
            len(words) == 1
            and max(judgment.phrases.weights.values(), default=0.0) <= GUESSED
            and (judgment.reading.knows(judgment.reading.words[0]))
        )

    def _understood(
        self, judgment: Judgment, chances: Mapping[str, float], *, scale: float = 1.0, most: float = 1.0
    ) -> tuple[Understood, ...]:
        """Return concepts with their words, and weights relative to the first of all."""
        top = max(judgment.chances.values(), default=0.0) or 1.0
        concepts = self.lexicon.vocabulary.concepts
        return tuple(
            Understood(
                concept=concept,
                name=concepts[concept].name,
                weight=round(min(chance / top * scale, most), 6),
                words=judgment.phrases.phrases.get(concept) or judgment.reading.evidence(concept),
            )
            for concept, chance in chances.items()
        )

    def _lines(self, dangers: Iterable[Danger], *, spanish: bool) -> tuple[CrisisLine, ...]:
        """Return the crisis lines for dangers, each number once: in the patron's language where there are such."""
        lines: dict[str, CrisisLine] = {}
        for danger in dangers:
            of_kind = [line for line in self.lexicon.vocabulary.crisis_lines if line.kind == danger.kind]
            spoken = [line for line in of_kind if (line.language == "es") == spanish]
            for line in spoken or of_kind:
                lines.setdefault(line.phone or line.text, line)
        return tuple(lines.values())


def _with_safety_first(understood: Mapping[str, float], judgment: Judgment) -> dict[str, float]:
    """Return concepts with those of safety first, if phrases state them; the others weigh less."""
    weights = judgment.phrases.weights
    safety = [concept for concept in _SAFETY if weights.get(concept, 0.0) >= _STATED]
    top = max(understood.values())
    first = {concept: top for concept in safety if judgment.chances.get(concept, 0.0) >= _LEAST_SAFETY * top}
    beside = _BESIDE_SAFETY if first else 1.0
    return first | {
        concept: chance * beside for concept, chance in understood.items() if concept not in first
    }


def _confidence(judgment: Judgment, dangers: tuple[Danger, ...]) -> float:
    top = max(judgment.chances.values(), default=0.0)
    return max(top, judgment.danger) if dangers else top


def _stated(judgment: Judgment) -> float:
    """Return the chance of all concepts among the first that phrases state: several needs in one sentence share it."""
    weights = judgment.phrases.weights
    first = list(judgment.chances.items())[:_MOST_GUESSES]
    return sum(chance for concept, chance in first if weights.get(concept, 0.0) >= _STATED)


def _is_no_need(judgment: Judgment) -> bool:
    phrases = judgment.phrases
    least = _NO_NEED_STATED if phrases.surest >= _STATES else _NO_NEED
    is_known = judgment.reading.known >= _KNOWN_ENOUGH
    return phrases.is_business or phrases.is_denied or (is_known and judgment.no_need >= least)


def _is_strange(judgment: Judgment, top: float) -> bool:
    """Return whether the words seem to be of another language, or none."""
    is_stated = any(weight >= _STATED for weight in judgment.phrases.weights.values())
    return (
        judgment.reading.known < _STRANGE
        and not (is_stated or judgment.phrases.is_business)
        and top < _CLEAR_ALL_THE_SAME
    )


@cache
def interpreter() -> PatronInterpreter:
    """Return the interpreter with the built-in vocabulary."""
    return PatronInterpreter()
