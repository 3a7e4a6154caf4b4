"""The index: a directory's offers as columns, searched without looking at most of them.

An index does not change. `update` makes another one that shares the columns and holds the changed services beside
them, so that whoever is reading the old one goes on undisturbed.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from communityconnector.matching.index.builder import Builder
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.search import Found
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.texts import number_of
from communityconnector.matching.index.words import repaired
from communityconnector.matching.ranking import Rank
from communityconnector.model import Directory, Offer, Service, TaxonomyTerm
from communityconnector.needs import PhraseInterpreter

__all__ = ["Index", "Plan", "Result", "Segment"]

_ALIKE_KM: Final = 2e-7
"""Distances closer to each other than this, in km, are told apart by geopy itself."""


@attrs.frozen(slots=True)
class Result:
    """An offer that was found, and how to get at its records.

    Attributes:
        found: what was found.
        part: the part of the index that it is in.
    """

    found: Found
    part: Part

    @property
    def offer_id(self) -> str:
        """Id of the offer."""
        return self.part.segment.columns.offer_ids[self.found.row]

    @property
    def service_id(self) -> str:
        """Id of its service."""
        columns = self.part.segment.columns
        return columns.service_ids[int(columns.service[self.found.row])]

    @property
    def agency(self) -> tuple[int, int]:
        """What tells its organization from others'."""
        number = int(self.part.segment.columns.agency[self.found.row])
        return (id(self.part), number if number >= 0 else -1 - self.found.row)

    def offer(self) -> Offer:
        """The offer with its records."""
        service = self.part.service(int(self.part.segment.columns.service[self.found.row]))
        wanted = self.offer_id
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            if offer.id == wanted:
                return offer
        message = f"the records of {wanted} are not those that were indexed"
        raise LookupError(message)


@attrs.frozen(eq=False)
class Part:
    """Some services of an index.

    Attributes:
        segment: their offers as columns.
        service: gives a service by its number.
    """

    segment: Segment
    service: Callable[[int], Service]

    def number(self, key: str) -> int | None:
        """The number of a service by its id; `None` where it is not here."""
        columns = self.segment.columns
        return number_of(key, columns.service_ids, columns.by_service_id)

    @property
    def numbers(self) -> range:
        """All numbers of its services."""
        return range(len(self.segment.columns.service_ids))


class Index:
    """A directory's offers as columns.

    Args:
        parts: its parts; of services in several parts only one is alive.
        phrases: finds the phrases of a vocabulary.
        terms: the taxonomy terms by id.
    """

    def __init__(
        self, parts: tuple[Part, ...], phrases: PhraseInterpreter, terms: Mapping[str, TaxonomyTerm]
    ) -> None:
        self.parts = parts
        self.phrases = phrases
        self.terms = terms

    @classmethod
    def of(cls, directory: Directory, phrases: PhraseInterpreter) -> Index:
        """The index of a directory in memory, already fit for whoever will see the results."""
        part = _kept(directory.services.values(), phrases, directory.taxonomy_terms)
        return cls((part,), phrases, directory.taxonomy_terms)

    def update(self, changed: Iterable[Service] = (), removed: Iterable[str] = ()) -> Index:
        """This index with services added, changed and removed.

        Args:
            changed: services that are new, or whose records, or those that they embed, are no longer the same.
            removed: ids of services that are gone.
        """
        services = {service.id: service for service in changed}
        gone = {*services, *removed}
        terms = dict(self.terms)
        for service in services.values():
            terms.update(
                (a.taxonomy_term.id, a.taxonomy_term)
                for a in service.attributes
                if a.taxonomy_term is not None
            )
        parts: list[Part] = []
        # The newer part is made anew with the changes, so that there are never more than two.
        older, newer = self.parts[:1], self.parts[1:]
        for part in older:
            numbers = {number for key in gone if (number := part.number(key)) is not None}
            parts.append(attrs.evolve(part, segment=part.segment.without(numbers)) if numbers else part)
        kept = {s.id: s for part in newer for s in map(part.service, part.numbers) if s.id not in gone}
        services = {**kept, **services}
        if services:
            parts.append(_kept(services.values(), self.phrases, terms))
        return Index(tuple(parts), self.phrases, terms)

    def service(self, key: str) -> Service | None:
        """The service of an id, or `None`."""
        for part in reversed(self.parts):
            number = part.number(key)
            if number is not None and part.segment.is_alive(number):
                return part.service(number)
        return None

    def services(self) -> Iterator[Service]:
        """All services."""
        for part in self.parts:
            for number in part.numbers:
                if part.segment.is_alive(number):
                    yield part.service(number)

    def repaired(self, word: str) -> str:
        """A word as it stands, or without its slip, where nobody has it as it stands (see `words.repaired`)."""
        return repaired(word, lambda stem: sum(part.segment.columns.words.count(stem) for part in self.parts))

    def search(self, plan: Plan, count: int | None) -> list[Result]:
        """The best offers of a plan, in order.

        Args:
            plan: the plan.
            count: how many at most; `None` for all.
        """
        runs = [[Result(found, part) for found in part.segment.search(plan, count)] for part in self.parts]
        merged = list(heapq.merge(*runs, key=lambda result: result.found.key)) if len(runs) > 1 else runs[0]
        if plan.rank is Rank.DISTANCE:
            _settle(merged, plan)
        return merged if count is None else merged[:count]

    def counts(self, plan: Plan) -> tuple[int, Counter[str]]:
        """How many offers fit a plan, and how many each criterion rules out."""
        total, ruled_out = 0, Counter[str]()
        for part in self.parts:
            fitting, out = part.segment.counts(plan)
            total += fitting
            ruled_out.update(out)
        return total, ruled_out


def _kept(services: Iterable[Service], phrases: PhraseInterpreter, terms: Mapping[str, TaxonomyTerm]) -> Part:
    builder, kept = Builder(phrases, terms), list(services)
    for service in kept:
        builder.add(service)
    return Part(builder.finish(), kept.__getitem__)


def _settle(results: list[Result], plan: Plan) -> None:
    """Put distances that differ by less than our formula's error in the order that geopy has."""
    origin = plan.origin
    if origin is None:
        return

    def exact(result: Result) -> tuple[object, ...]:
        from geopy.distance import geodesic

        key = result.found.key
        latitude, longitude = result.part.segment.columns.points[result.found.row].tolist()
        line = geodesic((origin.latitude, origin.longitude), (latitude, longitude))
        return (*key[:2], line.km, *key[3:])

    first = 0
    for last in range(1, len(results) + 1):
        if last < len(results) and _alike(results[last - 1].found, results[last].found):
            continue
        if last - first > 1 and len({result.found.km for result in results[first:last]}) > 1:
            results[first:last] = sorted(results[first:last], key=exact)
        first = last


def _alike(one: Found, other: Found) -> bool:
    a, b = one.km, other.km
    return a is not None and b is not None and abs(a - b) < _ALIKE_KM and one.key[:2] == other.key[:2]
