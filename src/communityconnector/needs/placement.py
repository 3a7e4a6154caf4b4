"""Which of a directory's terms the needs vocabulary could place, and which it could not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from communityconnector.model import Directory, TaxonomyTerm
from communityconnector.model.codes import is_hierarchical
from communityconnector.needs.interpreter import PhraseInterpreter
from communityconnector.needs.vocabulary import Vocabulary, vocabulary

_SURE_ENOUGH = 0.5
"""How surely a phrase in a term's name must mean a concept; as matching has it for names."""


@attrs.frozen
class PlacedTerm:
    """One term of a directory.

    Attributes:
        term: the term.
        services: how many services use it.
        concepts: ids of the concepts that it was placed in; empty where it was not.
        how: `crosswalk` (its id is known), `words` (its name says it), "" (not placed) or `code only` (a code
            without a name to go by, whose crosswalk is not part of this library).
    """

    term: TaxonomyTerm
    services: int
    concepts: tuple[str, ...]
    how: str


@attrs.frozen
class Placement:
    """The terms of a directory, those that most services use first.

    Attributes:
        terms: every term, placed or not.
    """

    terms: tuple[PlacedTerm, ...]

    @property
    def placed(self) -> tuple[PlacedTerm, ...]:
        """The terms that were placed."""
        return tuple(found for found in self.terms if found.concepts)

    @property
    def unplaced(self) -> tuple[PlacedTerm, ...]:
        """The terms that were not, those that most services use first: what to add to the vocabulary."""
        return tuple(found for found in self.terms if not found.concepts)

    @property
    def share(self) -> float | None:
        """Of the uses of terms by services, the share whose term was placed; `None` where no service uses any."""
        uses = sum(found.services for found in self.terms)
        return sum(found.services for found in self.placed) / uses if uses else None

    def table(self) -> list[dict[str, Any]]:
        """A row a term, for a notebook."""
        return [
            {
                "term_id": found.term.id,
                "code": found.term.code or "",
                "name": found.term.name,
                "taxonomy": _taxonomy(found.term),
                "services": found.services,
                "concepts": ", ".join(found.concepts),
                "how": found.how,
            }
            for found in self.terms
        ]

    def summary(self) -> str:
        """In one line: how many terms were placed, and what share of their uses."""
        share = "" if self.share is None else f"; {self.share:.0%} of their uses by services"
        return f"{len(self.placed)} of {len(self.terms)} terms placed{share}"


def placement(directory: Directory, words: Vocabulary | None = None) -> Placement:
    """Place a directory's taxonomy terms in the needs vocabulary, as matching does.

    Args:
        directory: the directory.
        words: the vocabulary; the one that ships by default.
    """
    held = words or vocabulary()
    phrases = PhraseInterpreter(held)
    uses: Counter[str] = Counter()
    for service in directory.services.values():
        uses.update({a.taxonomy_term.id for a in service.attributes if a.taxonomy_term is not None})
    found = [_placed(term, uses[key], held, phrases) for key, term in directory.taxonomy_terms.items()]
    return Placement(tuple(sorted(found, key=lambda item: (-item.services, item.term.name, item.term.id))))


def _placed(term: TaxonomyTerm, services: int, held: Vocabulary, phrases: PhraseInterpreter) -> PlacedTerm:
    known = held.place(term)
    if known is not None:
        return PlacedTerm(term, services, (known,), "crosswalk")
    concepts: Iterable[str] = phrases.phrases_in(term.name, _SURE_ENOUGH)
    if concepts:
        return PlacedTerm(term, services, tuple(sorted(concepts)), "words")
    code_only = is_hierarchical(term.name) or (not term.name and is_hierarchical(term.code or ""))
    return PlacedTerm(term, services, (), "code only" if code_only else "")


def _taxonomy(term: TaxonomyTerm) -> str:
    return term.taxonomy or (term.taxonomy_detail.name if term.taxonomy_detail else "")
