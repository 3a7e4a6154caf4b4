"""What a service is for, as far as its record tells: concepts of the vocabulary, and the words of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from communityconnector.model import Service, TaxonomyTerm
from communityconnector.model.codes import ancestors_of
from communityconnector.needs import PhraseInterpreter
from communityconnector.needs.words import stems

TERM: Final = 1.0
"""How surely a taxonomy term says what a service is for."""
NAME: Final = 0.85
"""How surely a phrase in a service's name or a term's name says it."""
DESCRIPTION: Final = 0.6
"""How surely a phrase in its description says it."""

_VAGUE_IN_NAME: Final = 0.5
_VAGUE_IN_DESCRIPTION: Final = 0.75


@attrs.frozen
class Sign:
    """A sign that a service is for something.

    Attributes:
        strength: how surely, 0 to 1.
        source: where it stands: `taxonomy_term`, `name` or `description`.
        words: the term's name, or the phrase that was found.
    """

    strength: float
    source: str
    words: str


@attrs.frozen
class Meaning:
    """What is known of a service's purpose.

    Attributes:
        signs: for each concept the surest sign.
        terms: the service's taxonomy terms, and their broader ones, by id and by code; codes that tell their own
            broader ones (see `model.codes`) stand for those too.
        name_words: stems of its names.
        text_words: stems of its description and of its terms' names.
        described: whether the record says what the service is for at all.
    """

    signs: Mapping[str, Sign]
    terms: Mapping[str, TaxonomyTerm]
    name_words: frozenset[str]
    text_words: frozenset[str]
    described: bool


def meaning_of(
    service: Service, directory_terms: Mapping[str, TaxonomyTerm], phrases: PhraseInterpreter
) -> Meaning:
    """Gather what a service's record says of its purpose.

    Args:
        service: the service.
        directory_terms: the directory's taxonomy terms by id, for broader terms.
        phrases: finds a vocabulary's phrases in texts.
    """
    signs: dict[str, Sign] = {}

    def sign(concept: str, strength: float, source: str, text: str) -> None:
        held = signs.get(concept)
        if held is None or strength > held.strength:
            signs[concept] = Sign(strength, source, text)

    terms: dict[str, TaxonomyTerm] = {}
    own = [a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None]
    for term in own:
        placed = phrases.vocabulary.place(term)
        if placed is not None:
            sign(placed, TERM, "taxonomy_term", term.name)
        else:
            for concept, (weight, _) in phrases.phrases_in(term.name, _VAGUE_IN_NAME).items():
                sign(concept, NAME * weight, "taxonomy_term", term.name)
        for broader in (term, *_broader(term, directory_terms)):
            terms[broader.id] = broader
            if broader.code:
                terms[broader.code] = broader
                for code in ancestors_of(broader.code):
                    terms.setdefault(code, broader)
    names = " . ".join(filter(None, (service.name, service.alternate_name)))
    for concept, (weight, phrase) in phrases.phrases_in(names, _VAGUE_IN_NAME).items():
        sign(concept, NAME * weight, "name", phrase)
    for concept, (weight, phrase) in phrases.phrases_in(
        service.description or "", _VAGUE_IN_DESCRIPTION
    ).items():
        sign(concept, DESCRIPTION * weight, "description", phrase)
    text = " . ".join([service.description or "", *(term.name for term in own)])
    return Meaning(
        signs=signs,
        terms=terms,
        name_words=frozenset(stems(names)),
        text_words=frozenset(stems(text)),
        described=bool(service.description or own),
    )


def _broader(term: TaxonomyTerm, directory_terms: Mapping[str, TaxonomyTerm]) -> list[TaxonomyTerm]:
    """The terms above a term. Published taxonomies hold cycles, so none is visited twice."""
    found: dict[str, TaxonomyTerm] = {}
    parent = directory_terms.get(term.parent_id or "")
    while parent is not None and parent.id not in found and parent.id != term.id:
        found[parent.id] = parent
        parent = directory_terms.get(parent.parent_id or "")
    return list(found.values())
