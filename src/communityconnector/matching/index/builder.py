"""Builds columns from services, one after the other, without keeping the services."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria import CRITERIA, Facts, Locate, place_of
from communityconnector.matching.criteria.place import PLACES
from communityconnector.matching.index.answers import AnswerTable
from communityconnector.matching.index.columns import Gathered
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.purpose import ListedTerm, Sign, purpose_of, term_keys
from communityconnector.model import Offer, Point, Service, TaxonomyTerm
from communityconnector.model.zips import zip_point
from communityconnector.needs import Lexicon

_NONE: Final[Mapping[str, TaxonomyTerm]] = {}


class Builder:
    """Builds a segment from services.

    Args:
        lexicon: finds the phrases of a vocabulary in names and descriptions.
        terms: taxonomy terms by id, for broader terms; those of the services are added.
        locate: returns the points that stand for postal codes, by default of US ZIP codes; called once for each.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        terms: Mapping[str, TaxonomyTerm] = _NONE,
        locate: Locate = zip_point,
    ) -> None:
        self._lexicon = lexicon
        self.vocabulary = lexicon.vocabulary
        self._locate = _Located(locate).__getitem__
        self._given_terms = terms
        self.terms: dict[str, TaxonomyTerm] = dict(terms)
        self._service_ids: list[str] = []
        self._offer_ids: list[str] = []
        self._latitude, self._longitude = array("d"), array("d")
        self._place = array("B")
        self._where = array("i")
        self._where_keys: dict[tuple[str, float], int] = {("", 0.0): 0}
        self._service, self._agency = array("i"), array("i")
        self._agencies: dict[str, int] = {}
        self._agency_ids: set[str] = set()
        self._facts: dict[str, array[int]] = {criterion.name: array("i") for criterion in CRITERIA}
        self._tables: dict[str, dict[Facts, int]] = {criterion.name: {} for criterion in CRITERIA}
        self._signs: dict[Sign, int] = {}
        self._concepts: dict[str, tuple[array[int], array[int]]] = {}
        self._terms: dict[str, array[int]] = {}
        self._words: dict[str, array[int]] = {}
        self._undescribed = array("i")

    def add(self, service: Service) -> int:
        """Add a service and return its number."""
        number = len(self._service_ids)
        self._service_ids.append(service.id)
        purpose = purpose_of(service, self._given_terms, self._lexicon)
        listed = {
            a.taxonomy_term.id: a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None
        }
        for key, term in listed.items():
            self.terms.setdefault(key, term)
        agency = service.organization
        if agency_id := service.organization_id if agency is None else agency.id:
            self._agency_ids.add(agency_id)
        agency_number = -1 if agency is None else self._agencies.setdefault(agency.id, len(self._agencies))
        signs = {c: self._signs.setdefault(s, len(self._signs)) for c, s in purpose.signs.items()}
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            row = len(self._offer_ids)
            self._offer_ids.append(offer.id)
            self._service.append(number)
            self._agency.append(agency_number)
            self._add_place(offer)
            for criterion in CRITERIA:
                table = self._tables[criterion.name]
                self._facts[criterion.name].append(table.setdefault(criterion.facts(offer), len(table)))
            for concept, sign in signs.items():
                rows, numbers = self._concepts.setdefault(concept, (array("i"), array("i")))
                rows.append(row)
                numbers.append(sign)
            for key in listed:
                self._terms.setdefault(key, array("i")).append(row)
            for word in purpose.name_words:
                self._words.setdefault(word, array("i")).append(2 * row)
            for word in purpose.text_words:
                self._words.setdefault(word, array("i")).append(2 * row + 1)
            if not purpose.described:
                self._undescribed.append(row)
        return number

    def _add_place(self, offer: Offer) -> None:
        place, point, words, radius_km = place_of(offer, self._locate)
        self._place.append(PLACES.index(place))
        self._where.append(self._where_keys.setdefault((words, radius_km), len(self._where_keys)))
        self._latitude.append(0.0 if point is None else point.latitude)
        self._longitude.append(0.0 if point is None else point.longitude)

    def finish(self) -> Segment:
        """Return the segment of the services."""
        terms, listed = self._listings()
        gathered = Gathered(
            latitude=_array(self._latitude, np.float64),
            longitude=_array(self._longitude, np.float64),
            place=_array(self._place, np.uint8),
            where=_array(self._where, np.int32),
            facts={name: _array(codes, np.int32) for name, codes in self._facts.items()},
            service=_array(self._service, np.int32),
            agency=_array(self._agency, np.int32),
            concepts={c: (_array(r, np.int32), _array(n, np.int32)) for c, (r, n) in self._concepts.items()},
            terms=terms,
            words={word: _array(rows, np.int32) for word, rows in self._words.items()},
            undescribed=_array(self._undescribed, np.int32),
            signs=list(self._signs),
            listed=listed,
            where_words=[words for words, _ in self._where_keys],
            where_radii=np.array([radius_km for _, radius_km in self._where_keys]),
            offer_ids=self._offer_ids,
            service_ids=self._service_ids,
            agency_ids=tuple(sorted(self._agency_ids)),
        )
        tables = {c.name: AnswerTable(c, list(self._tables[c.name])) for c in CRITERIA}
        return Segment(gathered.arranged(), tables)

    def _listings(self) -> tuple[dict[str, tuple[NDArray[Any], NDArray[Any]]], list[ListedTerm]]:
        """Return the rows by the keys of their terms and of broader terms."""
        by_key: dict[str, list[tuple[bool, str, ListedTerm, str]]] = {}
        for own in self._terms:
            for term in term_keys(self.terms[own], self.terms):
                by_key.setdefault(term.key, []).append((term.is_derived, term.id, term.listed, own))
        listed: dict[ListedTerm, int] = {}
        postings: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for key, entries in by_key.items():
            entries.sort()
            rows = [_array(self._terms[own], np.int32) for *_, own in entries]
            numbers = [
                np.full(len(some), listed.setdefault(term, len(listed)), dtype=np.int32)
                for some, (_, _, term, _) in zip(rows, entries, strict=True)
            ]
            unique, first = np.unique(np.concatenate(rows), return_index=True)
            postings[key] = (unique, np.concatenate(numbers)[first])
        return postings, list(listed)


class _Located(dict[str, Point | None]):
    """The points of postal codes, each located once."""

    def __init__(self, locate: Locate) -> None:
        super().__init__()
        self._locate = locate

    def __missing__(self, code: str) -> Point | None:
        self[code] = point = self._locate(code)
        return point


def _array(values: array[Any], kind: Any) -> NDArray[Any]:
    return np.frombuffer(values, dtype=kind) if len(values) else np.empty(0, dtype=kind)
