"""What was understood of a patron's words, and the port of an interpreter."""

from __future__ import annotations

from typing import Final, Protocol

import attrs

from communityconnector.needs.phrases import Stems
from communityconnector.needs.vocabulary import CrisisLine

GUESSED: Final = 0.25
"""The highest weight of a concept at which the words only hint. A service for it is a question, never an answer."""


@attrs.frozen
class Understood:
    """One concept that was understood.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant, relative to the surest, which has 1; at most `GUESSED` if the words only hint at
            it.
        words: the phrases that mean it.
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
        words: stems of the words that carry meaning, for searching names and descriptions.
        urgent: crisis lines to show before anything else.
        library_business: whether the words ask for ordinary library business, not for a service.
        other_script: whether the words are in another script than that of English and Spanish.
    """

    concepts: tuple[Understood, ...] = ()
    words: Stems = ()
    urgent: tuple[CrisisLine, ...] = ()
    library_business: bool = False
    other_script: bool = False

    @property
    def is_guessed(self) -> bool:
        """Whether the words only hint at the need."""
        return bool(self.concepts) and max(concept.weight for concept in self.concepts) <= GUESSED

    def __repr__(self) -> str:
        # What was understood is as private as the words.
        return f"<Interpretation with {len(self.concepts)} concepts{', urgent' if self.urgent else ''}>"


class Interpreter(Protocol):
    """Anything that interprets words."""

    def interpret(self, text: str) -> Interpretation:
        """Return what the words mean."""
        ...
