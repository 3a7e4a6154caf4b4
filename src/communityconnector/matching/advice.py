"""The advice if a need was not understood, or only guessed: a plain sentence, and what to do next."""

from __future__ import annotations

from typing import Final

from communityconnector.needs import Certainty, Interpretation, Vocabulary

_TRY: Final = "Try plain words: food, rent, a bed tonight; or in Spanish: comida, renta, albergue."


NOTHING_FITS: Final = "Nothing in this directory is known to fit. In the US and Canada, 211 may know more."
"""The advice if the need is understood, and no offer is known to meet it."""


def advice(meaning: Interpretation, vocabulary: Vocabulary, *, has_terms: bool, has_matches: bool) -> str:
    """Return a sentence for the person who asked; "" if the need was understood.

    Args:
        meaning: what was understood.
        vocabulary: the needs that can be understood.
        has_terms: whether the need also has terms.
        has_matches: whether there are matches all the same.
    """
    if has_terms or (meaning.concepts and not meaning.is_guessed):
        return ""
    if meaning.urgent:
        return "Call one of these lines first. Any other need was not understood."
    if meaning.certainty is Certainty.NOT_A_NEED:
        return "This does not sound like a need for a service: ask the library's staff, or say it in other words."
    if meaning.concepts:
        return (
            f"The need is not clear. Did you mean: {_choices(meaning)}? Until then nothing is known to fit."
        )
    if has_matches:
        return f"The need was not understood: only the same words were searched. {_TRY}"
    why = "Only English and Spanish are" if meaning.other_script else "The need was not"
    return f"{why} understood. {_TRY} {_understood(vocabulary)}"


def _choices(meaning: Interpretation) -> str:
    *names, last = (concept.name for concept in meaning.concepts)
    return f"{', '.join(names)} or {last}" if names else last


def _understood(vocabulary: Vocabulary) -> str:
    names = [concept.name for concept in vocabulary.concepts.values() if not concept.parent]
    return f"These needs are understood: {'; '.join(names)}."
