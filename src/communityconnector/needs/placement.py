"""The places of a directory's terms in the needs vocabulary, and the terms without a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from communityconnector.model import Directory, TaxonomyTerm
from communityconnector.model.codes import is_hierarchical
from communityconnector.needs.lexicon import Lexicon
from communityconnector.needs.vocabulary import Vocabulary, vocabulary

_SURE_ENOUGH = 0.5
"""The lowest weight of a phrase in a term's name; the same as in matching."""


@attrs.frozen
class PlacedTerm:
    """One term of a directory.

    Attributes:
        term: the term.
        services: the number of services that use it.
        concepts: the ids of its concepts; empty if it has no place.
        how: how it was placed: `crosswalk` (by its id), `words` (by its name), "" (not placed) or `code only` (not placed:
            a code without a name, of a taxonomy that this library has no crosswalk for).
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
        return tuple(placed for placed in self.terms if placed.concepts)

    @property
    def unplaced(self) -> tuple[PlacedTerm, ...]:
        """The terms without a place, those that most services use first: what to add to the vocabulary."""
        return tuple(placed for placed in self.terms if not placed.concepts)

    @property
    def share(self) -> float | None:
        """The share of the uses of terms by services whose term was placed; `None` if no service uses any."""
        uses = sum(placed.services for placed in self.terms)
        return sum(placed.services for placed in self.placed) / uses if uses else None

    def table(self) -> list[dict[str, Any]]:
        """Return a row for each term, for a notebook."""
        return [
            {
                "term_id": placed.term.id,
                "code": placed.term.code or "",
                "name": placed.term.name,
                "taxonomy": _taxonomy(placed.term),
                "services": placed.services,
                "concepts": ", ".join(placed.concepts),
                "how": placed.how,
            }
            for placed in self.terms
        ]

    def summary(self) -> str:
        """Return one line: the number of terms that were placed, and the share of their uses."""
        share = "" if self.share is None else f"; {self.share:.0%} of their uses by services"
        return f"{len(self.placed)} of {len(self.terms)} terms placed{share}"


def placement(directory: Directory, words: Vocabulary | None = None) -> Placement:
    """Place a directory's taxonomy terms in the needs vocabulary, as matching does.

    Args:
        directory: the directory.
        words: the vocabulary; by default the built-in one.
    """
    used = words or vocabulary()
    lexicon = Lexicon(used)
    uses: Counter[str] = Counter()
    for service in directory.services.values():
        uses.update({a.taxonomy_term.id for a in service.attributes if a.taxonomy_term is not None})
    placed = [_placed(term, uses[key], used, lexicon) for key, term in directory.taxonomy_terms.items()]
    return Placement(tuple(sorted(placed, key=lambda item: (-item.services, item.term.name, item.term.id))))


def _placed(term: TaxonomyTerm, services: int, words: Vocabulary, lexicon: Lexicon) -> PlacedTerm:
    known = words.place(term)
    if known is not None:
        return PlacedTerm(term, services, (known,), "crosswalk")
    concepts: Iterable[str] = lexicon.phrases_in(term.name, _SURE_ENOUGH)
    if concepts:
        return PlacedTerm(term, services, tuple(sorted(concepts)), "words")
    code_only = is_hierarchical(term.name) or (not term.name and is_hierarchical(term.code or ""))
    return PlacedTerm(term, services, (), "code only" if code_only else "")


def _taxonomy(term: TaxonomyTerm) -> str:
    return term.taxonomy or (term.taxonomy_detail.name if term.taxonomy_detail else "")
