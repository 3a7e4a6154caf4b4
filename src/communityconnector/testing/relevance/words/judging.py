"""One utterance judged: what an interpreter understood of it, ready to be measured."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from communityconnector.needs import Cues, Interpretation, Interpreter, Vocabulary
from communityconnector.testing.relevance.measures import DIRECT, RELATED, condense
from communityconnector.testing.relevance.words.utterances import CUES, Utterance, folded


@attrs.frozen(repr=False)
class Judged:
    """An utterance, and what was understood of it. Its repr shows neither.

    Attributes:
        utterance: the utterance with its labels.
        concepts: what was understood, the best first; empty if the answer declines.
        ranked: the same without neutral concepts, as it is measured.
        is_sure: whether the concepts are an answer, and no question.
        is_flagged: whether danger was noticed.
        dangers: the kinds of danger that were named, the surest first.
        cues: the values of each cue, by field of `Cues`, as they are compared.
    """

    utterance: Utterance
    concepts: tuple[str, ...]
    ranked: tuple[str, ...]
    is_sure: bool
    is_flagged: bool
    dangers: tuple[str, ...]
    cues: Mapping[str, frozenset[str]]

    @property
    def grades(self) -> dict[str, int]:
        """The grade of each labelled concept."""
        return dict.fromkeys(self.utterance.related, RELATED) | dict.fromkeys(self.utterance.needs, DIRECT)

    def __repr__(self) -> str:
        return f"<Judged: {self.utterance!r}>"


def judge(interpreter: Interpreter, utterance: Utterance, vocabulary: Vocabulary) -> Judged:
    """Return an utterance with what is understood of it.

    A broader concept of a direct need is neutral unless it is labelled.

    Args:
        interpreter: the interpreter.
        utterance: the utterance.
        vocabulary: the vocabulary, which says which concepts are broader.
    """
    broader = {concept for need in utterance.needs for concept in vocabulary.ancestors(need)}
    neutral = broader.difference(utterance.needs, utterance.related)
    interpretation = interpreter.interpret(utterance.text)
    concepts = _concepts_of(interpretation)
    return Judged(
        utterance=utterance,
        concepts=concepts,
        ranked=condense(concepts, neutral),
        is_sure=not interpretation.is_guessed,
        is_flagged=bool(interpretation.dangers or interpretation.urgent),
        dangers=tuple(danger.kind for danger in interpretation.dangers),
        cues=_values_of(interpretation.cues),
    )


def _concepts_of(interpretation: Interpretation) -> tuple[str, ...]:
    """Return the concepts that an interpretation shows, the best first; none if it declines."""
    if not interpretation.concepts and not interpretation.dangers:
        return ()
    return tuple(understood.concept for understood in (*interpretation.concepts, *interpretation.related))


def _values_of(cues: Cues) -> dict[str, frozenset[str]]:
    """Return the values of each cue, as they are compared."""
    values: dict[str, frozenset[str]] = {}
    for field in CUES.values():
        value = getattr(cues, field)
        several = value if isinstance(value, tuple) else (value,)
        values[field] = frozenset(folded(each) for each in several if each not in {None, "none"})
    return values
