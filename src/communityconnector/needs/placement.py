"""The places of a directory's terms and categories in the needs vocabulary, and those without a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.model import Directory, Service, TaxonomyTerm
from communityconnector.needs.lexicon import Lexicon
from communityconnector.needs.lexicon import lexicon as shipped_lexicon
from communityconnector.needs.term_places import How
from communityconnector.needs.vocabulary import Vocabulary, vocabulary

_SURE_ENOUGH: Final = 0.5
"""The lowest weight of a phrase in a service's name that counts."""


@attrs.frozen
class PlacedTerm:
    """One term or category of a directory.

    Attributes:
        name: its name.
        term: the taxonomy term; `None` for a category without one, as a cell of a plain list has it.
        service_ids: the ids of the services listed under it, in the directory's order.
        concepts: by id of a concept, how surely it is for it, 0 to 1; surest first; empty if it has no place.
        how: how its place was found.
        suggested: the ids of the concepts that the names of several of its services share, most frequent first, if it has
            no place: what may be put into the library's own table (`Vocabulary.with_terms`). Matching does not use them.
    """

    name: str
    term: TaxonomyTerm | None
    service_ids: tuple[str, ...]
    concepts: Mapping[str, float]
    how: How
    suggested: tuple[str, ...] = ()

    @property
    def services(self) -> int:
        """The number of services listed under it."""
        return len(self.service_ids)


@attrs.frozen
class Placement:
    """The terms and categories of a directory, those that most services use first.

    Attributes:
        terms: every term and category, placed or not.
    """

    terms: tuple[PlacedTerm, ...]

    @property
    def placed(self) -> tuple[PlacedTerm, ...]:
        """Those that were placed."""
        return tuple(placed for placed in self.terms if placed.concepts)

    @property
    def unplaced(self) -> tuple[PlacedTerm, ...]:
        """Those without a place, those that most services use first: what to put into the library's own table.

        Neither terms that say for whom a service is nor those that the table already names are among them.
        """
        return tuple(placed for placed in self.terms if not placed.concepts and placed.how in _UNKNOWN)

    @property
    def share(self) -> float | None:
        """The share of the uses by services that were of something placed; `None` if no service uses any."""
        uses = sum(placed.services for placed in self.terms)
        return sum(placed.services for placed in self.placed) / uses if uses else None

    def table(self) -> list[dict[str, Any]]:
        """Return a row for each term or category, for a notebook."""
        return [
            {
                "term_id": placed.term.id if placed.term else "",
                "code": (placed.term.code or "") if placed.term else "",
                "name": placed.name,
                "taxonomy": _taxonomy(placed.term) if placed.term else "",
                "services": placed.services,
                "concepts": ", ".join(placed.concepts),
                "how": placed.how.value,
                "suggested": ", ".join(placed.suggested),
            }
            for placed in self.terms
        ]

    def summary(self) -> str:
        """Return one line: the number of terms that were placed, and the share of their uses."""
        share = "" if self.share is None else f"; {self.share:.0%} of their uses by services"
        return f"{len(self.placed)} of {len(self.terms)} terms placed{share}"


def placement(directory: Directory, words: Vocabulary | None = None) -> Placement:
    """Place a directory's taxonomy terms and categories in the needs vocabulary, as matching does.

    Args:
        directory: the directory.
        words: the vocabulary; by default the built-in one.
    """
    lexicon = shipped_lexicon() if words is None or words is vocabulary() else Lexicon(words)
    places = lexicon.term_places(directory.taxonomy_terms)
    by_term: dict[str, list[str]] = {key: [] for key in directory.taxonomy_terms}
    by_category: dict[str, list[str]] = {}
    for key, service in directory.services.items():
        for term_id in dict.fromkeys(a.taxonomy_term.id for a in service.attributes if a.taxonomy_term):
            by_term.setdefault(term_id, []).append(key)
        for category in dict.fromkeys(categories_of(service)):
            by_category.setdefault(category, []).append(key)
    found = []
    for term_id, services in by_term.items():
        term = directory.taxonomy_terms[term_id]
        place = places.of_term(term)
        found.append(PlacedTerm(term.name, term, tuple(services), place.concepts, place.how))
    for category, services in by_category.items():
        place = places.of_category(category)
        found.append(PlacedTerm(category, None, tuple(services), place.concepts, place.how))
    found.sort(key=lambda item: (-item.services, item.name, item.term.id if item.term else ""))
    return Placement(tuple(_with_suggestions(item, directory, lexicon) for item in found))


def categories_of(service: Service) -> Iterator[str]:
    """Yield the categories of a service that are no taxonomy terms, as plain lists have them."""
    for attribute in service.attributes:
        category = attribute.label or attribute.value
        if attribute.taxonomy_term is None and category:
            yield category


def _with_suggestions(placed: PlacedTerm, directory: Directory, lexicon: Lexicon) -> PlacedTerm:
    """Return a term without a place with what the names of most of its services say, if there are several."""
    if placed.concepts or placed.how not in _UNKNOWN:
        return placed
    names = (directory.services[key].name for key in placed.service_ids)
    said = Counter(concept for name in names for concept in lexicon.phrases_in(name, _SURE_ENOUGH))
    most = [concept for concept, count in said.most_common() if count >= max(2, placed.services / 2)]
    return attrs.evolve(placed, suggested=tuple(most[:_MOST_SUGGESTED]))


_MOST_SUGGESTED: Final = 3
_UNKNOWN: Final = (How.NONE, How.CODE_ONLY)


def _taxonomy(term: TaxonomyTerm) -> str:
    return term.taxonomy or (term.taxonomy_detail.name if term.taxonomy_detail else "")
