"""The places of taxonomy terms and categories in the vocabulary, each with its strength and the way it was found.

In this order, the first that says something counts: the library's own table, the crosswalk by codes, the term's name, the
tree. A parent bounds its children: a name of another kind than all of the term's family is doubted, and a term whose name
says nothing has its parent's place, weakly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from communityconnector.model import TaxonomyTerm
from communityconnector.model.codes import is_hierarchical
from communityconnector.needs.term_names import NameReading
from communityconnector.needs.vocabulary import term_key

if TYPE_CHECKING:
    from communityconnector.needs.lexicon import Lexicon

BROADER: Final = 0.8
"""How surely a term of the crosswalk that is broader than its concept is for it."""
FROM_PARENT: Final = 0.4
"""How surely a term whose name says nothing is for what its parent is for, compared with the parent."""
ODD: Final = 0.75
"""What a phrase in a name counts if it is of another kind than all of the term's family."""
_SURE: Final = 0.8
"""A name that says it so surely is not doubted for its place in the tree."""


class How(StrEnum):
    """How the place of a term was found."""

    TABLE = "local table"
    """The library's own table has it (`Vocabulary.with_terms`)."""
    CROSSWALK = "crosswalk"
    """By its code: one of this vocabulary or of Open Eligibility."""
    NAME = "name"
    """By its name."""
    TREE = "tree"
    """By its parents."""
    FOR_WHOM = "for whom"
    """It says for whom a service is, or in which language; what the service offers, it says weakly or not at all."""
    CODE_ONLY = "code only"
    """It has no place: it is a code without a name, of a taxonomy without a crosswalk."""
    NONE = ""
    """It has no place."""


class TermPlace(NamedTuple):
    """The place of a term.

    Attributes:
        concepts: by id of a concept, how surely the term is for it, 0 to 1; surest first.
        how: how it was found.
    """

    concepts: Mapping[str, float]
    how: How


_NO_PLACE: Final = TermPlace({}, How.NONE)


class TermPlaces:
    """Finds the places of a directory's terms, each once.

    Args:
        lexicon: finds the phrases of a vocabulary.
        terms: the directory's terms by id.

    Attributes:
        terms: the directory's terms by id.
    """

    def __init__(self, lexicon: Lexicon, terms: Mapping[str, TaxonomyTerm]) -> None:
        self.terms = terms
        self._vocabulary = lexicon.vocabulary
        self._names = lexicon.term_names
        self._places: dict[str, TermPlace] = {}

    def of_term(self, term: TaxonomyTerm) -> TermPlace:
        """Return the place of a term."""
        key = f"{term.id}\n{term.name}\n{term.code or ''}\n{term.parent_id or ''}"
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._found(term)
        return place

    def of_category(self, name: str) -> TermPlace:
        """Return the place of a category or keyword without a term, as a cell of a plain list has it."""
        own = self._vocabulary.local_terms.get(term_key(name))
        if own is not None:
            return TermPlace(own, How.TABLE)
        return _by_name(self._names.read(name))

    def _found(self, term: TaxonomyTerm) -> TermPlace:
        own = self._own(term)
        if own.how in (How.TABLE, How.CROSSWALK):
            return own
        broader = list(self._broader(term))
        if any(_FACET.search(each.name) for each in (term, *broader)):
            return TermPlace({}, How.FOR_WHOM)
        parents = [place.concepts for place in map(self._own, broader) if place.concepts]
        if not parents or own.how is How.FOR_WHOM:
            return own
        if max(own.concepts.values(), default=0.0) < _SURE:
            finer = self._finer(term, broader[0], parents)
            if finer:
                return TermPlace(finer, How.TREE)
        if own.concepts:
            return TermPlace(self._bounded(term, own.concepts, parents), own.how)
        weaker = {concept: weight * FROM_PARENT for concept, weight in parents[0].items()}
        return TermPlace(weaker, How.TREE)

    def _finer(
        self, term: TaxonomyTerm, parent: TaxonomyTerm, parents: Sequence[Mapping[str, float]]
    ) -> Mapping[str, float]:
        """Return what a name that says little says beside its parent's: below "Utilities", "Bills" are utility bills."""
        together = self._names.read(f"{parent.name} > {term.name}").concepts
        return {
            concept: weight
            for concept, weight in together.items()
            if weight >= _SURE
            and any(
                concept not in above and self._kinds(above) & self._kinds((concept,)) for above in parents
            )
        }

    def _own(self, term: TaxonomyTerm) -> TermPlace:
        """Return the place that a term has of itself, without its tree."""
        for key in (term.code, term.name, term.id):
            own = self._vocabulary.local_terms.get(term_key(key)) if key else None
            if own is not None:
                return TermPlace(own, How.TABLE)
        known = self._vocabulary.place(term)
        if known is not None:
            is_broader = known != term.code and (term.code or "").strip() in self._vocabulary.broader_codes
            return TermPlace({known: BROADER if is_broader else 1.0}, How.CROSSWALK)
        place = _by_name(self._names.read(term.name))
        is_code = is_hierarchical(term.name) or (not term.name and is_hierarchical(term.code or ""))
        return TermPlace({}, How.CODE_ONLY) if is_code and not place.concepts else place

    def _bounded(
        self, term: TaxonomyTerm, concepts: Mapping[str, float], parents: Sequence[Mapping[str, float]]
    ) -> Mapping[str, float]:
        """Return what a name says, less surely where no ancestor and no sibling is of the same kind."""
        if not parents or min(concepts.values()) >= _SURE:
            return concepts
        kinds = self._kinds(concept for parent in parents for concept in parent)
        odd = {concept for concept in concepts if self._vocabulary.main_need(concept) not in kinds}
        if odd:
            siblings = (
                self._own(self.terms[key])
                for key in self._children.get(term.parent_id or "", ())
                if key != term.id
            )
            beside = self._kinds(concept for place in siblings for concept in place.concepts)
            odd = {concept for concept in odd if self._vocabulary.main_need(concept) not in beside}
        return {
            concept: weight * ODD if concept in odd and weight < _SURE else weight
            for concept, weight in concepts.items()
        }

    def _kinds(self, concepts: Iterable[str]) -> set[str]:
        return {self._vocabulary.main_need(concept) for concept in concepts}

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        children: dict[str, list[str]] = {}
        for key, term in self.terms.items():
            children.setdefault(term.parent_id or "", []).append(key)
        return children

    def _broader(self, term: TaxonomyTerm) -> Iterator[TaxonomyTerm]:
        """Yield the broader terms, nearest first. Published taxonomies have cycles, so none is visited twice."""
        seen = {term.id}
        parent = self.terms.get(term.parent_id or "")
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            yield parent
            parent = self.terms.get(parent.parent_id or "")


def _by_name(reading: NameReading) -> TermPlace:
    if reading.is_for_whom:
        return TermPlace(reading.concepts, How.FOR_WHOM)
    return TermPlace(reading.concepts, How.NAME) if reading.concepts else _NO_PLACE


_FACET: Final = re.compile(
    r"^(?:(?:target|special|priority|service)\s+)?(?:populations?|age groups?|ages?|languages?(?: spoken)?|gender|ethnicity|ethnic groups?"
    r"|eligibility(?: criteria)?|clients?|demographics?|insurance accepted|payment methods?|accessibility)$",
    re.IGNORECASE,
)
"""Names at the top of facets: what stands below them says for whom or how, not what."""
