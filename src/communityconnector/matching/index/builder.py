"""Services into columns, one after the other: the services themselves need not be kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria import CRITERIA, Facts, place_of
from communityconnector.matching.criteria.place import PLACES
from communityconnector.matching.index.answers import AnswerTable
from communityconnector.matching.index.geometry import keys, through_the_earth
from communityconnector.matching.index.segment import Columns, Postings, Segment
from communityconnector.matching.purpose import Listed, Sign, purpose_of, term_keys
from communityconnector.model import Offer, Service, TaxonomyTerm
from communityconnector.needs import PhraseInterpreter

_NONE: Final[Mapping[str, TaxonomyTerm]] = {}


class Builder:
    """Gathers services, and makes a segment of them.

    Args:
        phrases: finds the phrases of a vocabulary in names and descriptions.
        terms: taxonomy terms by id, for broader terms; those of the services are added.
    """

    def __init__(self, phrases: PhraseInterpreter, terms: Mapping[str, TaxonomyTerm] = _NONE) -> None:
        self._phrases = phrases
        self.terms: dict[str, TaxonomyTerm] = dict(terms)
        self.service_ids: list[str] = []
        self.offer_ids: list[str] = []
        self._latitude, self._longitude = array("d"), array("d")
        self._place = array("B")
        self._service, self._agency = array("i"), array("i")
        self._agencies: dict[str, int] = {}
        self._facts: dict[str, array[int]] = {criterion.name: array("i") for criterion in CRITERIA}
        self._tables: dict[str, dict[Facts, int]] = {criterion.name: {} for criterion in CRITERIA}
        self._signs: dict[Sign, int] = {}
        self._concepts: dict[str, tuple[array[int], array[int]]] = {}
        self._terms: dict[str, array[int]] = {}
        self._words: dict[str, array[int]] = {}
        self._undescribed = array("i")

    def add(self, service: Service) -> int:
        """Take a service in; gives its number."""
        number = len(self.service_ids)
        self.service_ids.append(service.id)
        purpose = purpose_of(service, _NONE, self._phrases)
        listed = {
            a.taxonomy_term.id: a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None
        }
        for key, term in listed.items():
            self.terms.setdefault(key, term)
        agency = service.organization
        agency_number = -1 if agency is None else self._agencies.setdefault(agency.id, len(self._agencies))
        signs = {c: self._signs.setdefault(s, len(self._signs)) for c, s in purpose.signs.items()}
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            row = len(self.offer_ids)
            self.offer_ids.append(offer.id)
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
        point = offer.point
        self._place.append(PLACES.index(place_of(offer)))
        self._latitude.append(0.0 if point is None else point.latitude)
        self._longitude.append(0.0 if point is None else point.longitude)

    def finish(self) -> tuple[Segment, NDArray[Any]]:
        """The segment, and for each of its rows the number of the offer in `offer_ids`."""
        count = len(self.offer_ids)
        place = _array(self._place, np.uint8)
        latitude, longitude = _array(self._latitude, np.float64), _array(self._longitude, np.float64)
        # Ids in order, and under equal ones those of their services.
        services = self.service_ids
        by_id = sorted(range(count), key=lambda row: (self.offer_ids[row], services[self._service[row]]))
        order = np.empty(count, dtype=np.int32)
        order[by_id] = np.arange(count, dtype=np.int32)
        key = keys(latitude, longitude)
        key[place != PLACES.index("point")] = np.inf
        old = np.lexsort((order, key))
        new = np.empty(count, dtype=np.int32)
        new[old] = np.arange(count, dtype=np.int32)
        placed = int((place == PLACES.index("point")).sum())
        latitude, longitude = latitude[old][:placed], longitude[old][:placed]
        terms, listed = self._term_postings(new)
        columns = Columns(
            keys=key[old][:placed],
            space=np.stack(through_the_earth(latitude, longitude), axis=1),
            points=np.stack((latitude, longitude), axis=1),
            place=place[old],
            facts={name: _array(codes, np.int32)[old] for name, codes in self._facts.items()},
            service=_array(self._service, np.int32)[old],
            agency=_array(self._agency, np.int32)[old],
            order=order[old],
            concepts=_postings(
                {c: (_array(r, np.int32), _array(n, np.int32)) for c, (r, n) in self._concepts.items()},
                new,
                np.int32,
            ),
            terms=terms,
            words=_postings(
                {
                    w: (at // 2, at % 2 + 1)
                    for w, both in self._words.items()
                    for at in [_array(both, np.int32)]
                },
                new,
                np.uint8,
            ),
            undescribed=np.sort(new[_array(self._undescribed, np.int32)]),
            signs=list(self._signs),
            listed=listed,
        )
        tables = {c.name: AnswerTable(c, list(self._tables[c.name])) for c in CRITERIA}
        offers = old.tolist()
        ids = self.offer_ids
        segment = Segment(columns, tables, lambda row: ids[offers[row]], services.__getitem__)
        return segment, old

    def _term_postings(self, new: NDArray[np.int32]) -> tuple[Postings, list[Listed]]:
        """Rows by the keys of the terms that they are listed under, themselves or by a narrower one."""
        holders: dict[str, list[tuple[bool, str, Listed, str]]] = {}
        for own in self._terms:
            for found in term_keys(self.terms[own], self.terms):
                holders.setdefault(found.key, []).append((found.derived, found.id, found.listed, own))
        listed: dict[Listed, int] = {}
        made: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for key, entries in holders.items():
            entries.sort()
            rows = [_array(self._terms[own], np.int32) for *_, own in entries]
            numbers = [
                np.full(len(some), listed.setdefault(told, len(listed)), dtype=np.int32)
                for some, (_, _, told, _) in zip(rows, entries, strict=True)
            ]
            unique, first = np.unique(np.concatenate(rows), return_index=True)
            made[key] = (unique, np.concatenate(numbers)[first])
        return _postings(made, new, np.int32), list(listed)


def _array(values: array[Any], kind: Any) -> NDArray[Any]:
    return np.frombuffer(values, dtype=kind) if len(values) else np.empty(0, dtype=kind)


def _postings(
    made: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], new: NDArray[np.int32], kind: Any
) -> Postings:
    size = sum(len(rows) for rows, _ in made.values())
    all_rows, all_data = np.empty(size, dtype=np.int32), np.empty(size, dtype=kind)
    spans: dict[str, tuple[int, int]] = {}
    first = 0
    for key in sorted(made):
        rows, data = made[key]
        renumbered = new[rows]
        order = np.argsort(renumbered)
        last = first + len(rows)
        all_rows[first:last], all_data[first:last] = renumbered[order], data[order]
        spans[key] = (first, last)
        first = last
    return Postings(spans, all_rows, all_data)


def segment_of(
    services: Iterable[Service], phrases: PhraseInterpreter, terms: Mapping[str, TaxonomyTerm] = _NONE
) -> tuple[Segment, Sequence[Service]]:
    """A segment of services that are kept beside it."""
    builder, kept = Builder(phrases, terms), list(services)
    for service in kept:
        builder.add(service)
    return builder.finish()[0], kept
