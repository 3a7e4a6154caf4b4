"""What was understood of a patron's words, and the port of an interpreter."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

import attrs

from communityconnector.needs.cues import Cues
from communityconnector.needs.phrases import Stems
from communityconnector.needs.populations import populations
from communityconnector.needs.vocabulary import CrisisLine

GUESSED: Final = 0.25
"""The highest weight of a concept that is only guessed. A service for it is a question, never an answer."""


_SHOWN: Final = frozenset(
    "veterans service-members first-responders seniors youth parents pregnant farm-workers caregivers students"
    " college-students homeowners tenants unemployed disabilities blind deaf".split()
)
"""The populations that may be named on a screen at which others may look."""


class Certainty(StrEnum):
    """How well words were understood."""

    SURE = "sure"
    DID_YOU_MEAN = "did you mean"
    NOT_UNDERSTOOD = "not understood"
    NOT_A_NEED = "not a need"


@attrs.frozen
class Understood:
    """One concept that was understood.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant, relative to the surest, which has 1; at most `GUESSED` if it is only guessed.
        words: the patron's words that decided.
    """

    concept: str
    name: str
    weight: float
    words: tuple[str, ...]


@attrs.frozen(repr=False)
class Danger:
    """A kind of danger that the words may tell of. The repr does not show it.

    Attributes:
        kind: its id (`Vocabulary.dangers`).
        name: its plain name, for staff.
        question: the sentence above the crisis lines, in the patron's language: it asks, and does not claim to know.
        words: the patron's words that decided, for staff.
    """

    kind: str
    name: str
    question: str = ""
    words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Danger>"


@attrs.frozen(repr=False)
class Interpretation:
    """What was understood of a patron's words.

    Attributes:
        concepts: what was understood, the most urgent first, then the surest; or the guesses, if the certainty is
            `DID_YOU_MEAN`.
        words: stems of the words that carry meaning, for searching names and descriptions.
        urgent: crisis lines to show before anything else.
        other_script: whether the words are in another script than that of English and Spanish.
        certainty: how well the words were understood; by default by the weights of `concepts`.
        confidence: the chance, 0 to 1, that the first concept is what was meant.
        related: concepts that are worth showing beside the others, the surest first.
        dangers: what danger the words may tell of, the surest first.
        cues: what the words say about the person and the circumstances.
    """

    concepts: tuple[Understood, ...] = ()
    words: Stems = ()
    urgent: tuple[CrisisLine, ...] = ()
    other_script: bool = False
    certainty: Certainty = attrs.field(kw_only=True)
    confidence: float = attrs.field(default=0.0, kw_only=True)
    related: tuple[Understood, ...] = attrs.field(default=(), kw_only=True)
    dangers: tuple[Danger, ...] = attrs.field(default=(), kw_only=True)
    cues: Cues = attrs.field(factory=Cues, kw_only=True)

    @certainty.default
    def _certainty(self) -> Certainty:
        if not self.concepts:
            return Certainty.NOT_UNDERSTOOD
        is_guessed = max(concept.weight for concept in self.concepts) <= GUESSED
        return Certainty.DID_YOU_MEAN if is_guessed else Certainty.SURE

    @property
    def is_guessed(self) -> bool:
        """Whether the concepts are guesses."""
        return self.certainty is Certainty.DID_YOU_MEAN

    @property
    def asks_for(self) -> str:
        """Whom the words ask for, in words that the patron may read: "someone aged 79 (seniors)"; "" if they do not say.

        What others at the desk should not see is left out.
        """
        of = self.cues
        said = {*of.situations, *of.age_groups, *of.accessibility}
        groups = [
            one.name for key, one in populations().items() if key in _SHOWN and said.intersection(one.cues)
        ]
        aged = "someone" if of.age is None else f"someone aged {of.age}"
        if of.age is None and not groups:
            return ""
        return f"{aged} ({', '.join(groups)})" if groups else aged

    def __repr__(self) -> str:
        # What was understood is as private as the words.
        return f"<Interpretation with {len(self.concepts)} concepts{', urgent' if self.urgent else ''}>"


class Interpreter(Protocol):
    """Anything that interprets words."""

    def interpret(self, text: str) -> Interpretation:
        """Return what the words mean."""
        ...
