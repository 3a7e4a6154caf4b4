"""The index: a directory's offers as columns, searched without looking at most of them.

An index does not change. `update` makes another one that shares the columns and holds the changed services beside
them, so that whoever is reading the old one goes on undisturbed. `save` writes it to a folder, `build` makes one there
from services as they stream by, and `open` maps it into memory, which many processes then share.
"""

from __future__ import annotations

import heapq
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import attrs

from communityconnector.errors import UnusableIndexError
from communityconnector.matching.criteria import Locate, Spot, spot_of
from communityconnector.matching.criteria.person import LANGUAGE, names_language
from communityconnector.matching.index.batch import rows_of
from communityconnector.matching.index.builder import Builder
from communityconnector.matching.index.measuring import Found
from communityconnector.matching.index.part import Part, Result
from communityconnector.matching.index.persistence import saved
from communityconnector.matching.index.persistence.folder import Reader, Writer
from communityconnector.matching.index.persistence.saved import FetchService
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.search import Search
from communityconnector.matching.index.words import repaired
from communityconnector.matching.ranking import Rank
from communityconnector.model import Audience, Directory, Offer, Service, TaxonomyTerm
from communityconnector.model.zips import zip_point
from communityconnector.needs import PhraseInterpreter, interpreter

__all__ = ["FetchService", "Index", "Part", "Plan", "Result"]

_ALIKE_KM: Final = 2e-7
"""Distances closer to each other than this, in km, are told apart by geopy itself."""
_NO_TERMS: Final[Mapping[str, TaxonomyTerm]] = {}


class Index:
    """A directory's offers as columns.

    Args:
        parts: its parts; of services in several parts only one is alive.
        phrases: finds the phrases of a vocabulary.
        terms: the taxonomy terms by id.
        audience: for whom the services were made fit.
        locate: gives the points that stand for postal codes, for services that are added.
    """

    def __init__(
        self,
        parts: tuple[Part, ...],
        phrases: PhraseInterpreter,
        terms: Mapping[str, TaxonomyTerm],
        audience: Audience = Audience.PUBLIC,
        locate: Locate = zip_point,
    ) -> None:
        self.locate = locate
        self.parts = parts
        self.phrases = phrases
        self.terms = terms
        self.audience = audience

    @classmethod
    def of(
        cls,
        directory: Directory,
        phrases: PhraseInterpreter,
        audience: Audience = Audience.PUBLIC,
        locate: Locate = zip_point,
    ) -> Index:
        """The index of a directory in memory.

        Args:
            directory: the directory, already fit for whoever will see the results (`Directory.for_audience`).
            phrases: finds the phrases of a vocabulary in services' names and descriptions.
            audience: for whom that is.
            locate: gives the points that stand for postal codes, by default of US ZIP codes: so an address without a
                point has about a distance.
        """
        part = _kept(directory.services.values(), phrases, directory.taxonomy_terms, locate)
        return cls((part,), phrases, directory.taxonomy_terms, audience, locate)

    @classmethod
    def build(  # noqa: PLR0913  # what `of` and `open` take
        cls,
        services: Iterable[Service],
        folder: str | os.PathLike[str],
        phrases: PhraseInterpreter | None = None,
        *,
        terms: Mapping[str, TaxonomyTerm] = _NO_TERMS,
        audience: Audience = Audience.PUBLIC,
        fetch: FetchService | None = None,
        locate: Locate = zip_point,
        durable: bool = True,
    ) -> Index:
        """Index services as they stream by, in a folder, and open it. None of them is kept in memory.

        Args:
            services: the services, each once, already fit for whoever will see the results. A confidential place is
                told by all that is known of it, so redact whole directories (`Directory.for_audience`), not services
                one by one.
            folder: where to; what was there before is replaced in one step.
            phrases: finds the phrases of a vocabulary in names and descriptions; by default that which ships.
            terms: taxonomy terms by id, for the broader ones that no service is listed under itself.
            audience: for whom the services are fit.
            fetch: gives services by their ids when they are looked at. Without it the folder keeps them.
            locate: gives the points that stand for postal codes (see `of`).
            durable: whether it is on the disk when it is done; one that is made anew at every start need not be.

        Raises:
            UnusableIndexError: the folder is a file.
        """
        found = phrases or interpreter()
        builder = Builder(found, terms, locate)

        def taken() -> Iterator[Service]:
            for service in services:
                builder.add(service)
                yield service

        with Writer(Path(folder), durable=durable) as writer:
            if fetch is None:
                writer.texts("part-0-services", saved.recorded(taken()), paged=True)
            else:
                for _ in taken():
                    pass
            saved.write_segment(writer, "part-0", builder.finish())
            _finish(writer, 1, found, builder.terms, audience)
        return cls.open(folder, found, fetch=fetch, locate=locate)

    def save(self, folder: str | os.PathLike[str], *, services: bool = True) -> None:
        """Write the index to a folder. Whoever has opened what was there before goes on with that.

        Args:
            folder: where to; what was there before is replaced in one step.
            services: whether to write the services too. Without them, whoever opens the index has to say who gives
                them.

        Raises:
            UnusableIndexError: the folder is a file.
        """
        with Writer(Path(folder)) as writer:
            for number, part in enumerate(self.parts):
                saved.write_segment(writer, f"part-{number}", part.segment)
                if services:
                    services_of = saved.recorded(map(part.service, part.numbers))
                    writer.texts(f"part-{number}-services", services_of, paged=True)
            _finish(writer, len(self.parts), self.phrases, self.terms, self.audience)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        phrases: PhraseInterpreter | None = None,
        *,
        fetch: FetchService | None = None,
        locate: Locate = zip_point,
    ) -> Index:
        """Open a saved index. Its columns are mapped: processes that open the same one share them.

        Every page of the columns is compared with its checksum, at the speed of memory; those of the services are as they
        are read, and raise `UnusableIndexError` then.

        Args:
            folder: where it is.
            phrases: finds the phrases of the vocabulary that it was made with; by default that which ships.
            fetch: gives services by their ids, if not the folder.
            locate: gives the points that stand for postal codes, for services that are added.

        Raises:
            UnusableIndexError: there is no index, or it is damaged, or of another version of this library or of the
                vocabulary, or nothing gives its services.
        """
        found = phrases or interpreter()
        reader = Reader(Path(folder))
        if reader.about["vocabulary"] != saved.fingerprint(found.vocabulary):
            message = f"{folder} holds an index made with another needs vocabulary: build it again"
            raise UnusableIndexError(message)
        parts = tuple(
            saved.read_part(reader, f"part-{number}", fetch) for number in range(reader.about["parts"])
        )
        return cls(parts, found, saved.read_terms(reader), Audience(reader.about["audience"]), locate)

    def locating(self, locate: Locate) -> Index:
        """This index, with what gives the points that stand for postal codes of services that are added."""
        return Index(self.parts, self.phrases, self.terms, self.audience, locate)

    def spot(self, offer: Offer) -> Spot:
        """What the index knows of where an offer of one of its services is."""
        for part in reversed(self.parts):
            number = part.number(offer.service.id)
            if number is not None and part.segment.is_alive(number):
                return part.segment.columns.spot(number, offer.id)
        return spot_of(offer, self.locate)

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
            parts.append(_kept(services.values(), self.phrases, terms, self.locate))
        return Index(tuple(parts), self.phrases, terms, self.audience, self.locate)

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

    def has_agency(self, key: str) -> bool:
        """Whether an organization runs any of the services, or did before they were changed."""
        for part in self.parts:
            ids = part.segment.columns.agency_ids
            found = bisect_left(ids, key)
            if found < len(ids) and ids[found] == key:
                return True
        return False

    def has_term(self, key: str) -> bool:
        """Whether a term can be asked for: the vocabulary has it, or the directory, or a service is listed under it."""
        return (
            key in self.phrases.vocabulary.concepts
            or key in self.terms
            or key in self._codes
            or any(part.segment.columns.terms.count(key) for part in self.parts)
        )

    def term_names(self) -> dict[str, str]:
        """The directory's own terms: what to ask for, by name, by code and by id."""
        names = {term.name: term.code or term.id for term in self.terms.values() if term.name}
        return {**names, **{code: code for code in self._codes}, **{key: key for key in self.terms}}

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(term.code for term in self.terms.values() if term.code)

    def has_language(self, name: str) -> bool:
        """Whether any offer names a language, as the directory writes it."""
        return any(
            names_language(facts, name)
            for part in self.parts
            for facts in part.segment.tables[LANGUAGE.name].facts
        )

    def repaired(self, word: str) -> str:
        """A word as it stands if it means something anywhere, else without its slip (see `words.repaired`)."""
        if self.phrases.knows(word):
            return word
        return repaired(word, lambda stem: sum(part.segment.rows_with(stem) for part in self.parts))

    def search(self, plan: Plan, count: int | None) -> list[Result]:
        """The best offers of a plan, in order.

        Args:
            plan: the plan.
            count: how many at most; `None` for all.
        """
        merged = _merged([_results(part.segment.search(plan, count), part) for part in self.parts], plan)
        return merged if count is None else merged[:count]

    def among(self, plan: Plan, services: Collection[str]) -> list[Result]:
        """The offers of some services that fit a plan, all of them, in order.

        Args:
            plan: the plan.
            services: ids of the services; those that are not here are passed over.
        """
        runs = []
        for part in self.parts:
            numbers = [number for key in services if (number := part.number(key)) is not None]
            runs.append(_results(Search(part.segment, plan).among(numbers), part))
        return _merged(runs, plan)

    def search_many(self, plans: Sequence[Plan], count: int) -> Callable[[int], list[Result]]:
        """The best offers of many plans. What is asked alike is worked out once; offers are measured when called for.

        Args:
            plans: the plans, all of one rank.
            count: how many at most of each.

        Returns:
            What gives the offers of a plan by its number.
        """
        if not count:
            return lambda _: []
        rows: list[list[int] | None] = [None] * len(plans)
        if len(self.parts) == 1:
            rows = rows_of(self.parts[0].segment, plans, count)
        alone = {n: self.search(plans[n], count) for n, some in enumerate(rows) if some is None}

        def found(number: int) -> list[Result]:
            some = rows[number]
            return list(alone[number]) if some is None else self._first_of(plans[number], some, count)

        return found

    def _first_of(self, plan: Plan, rows: list[int], count: int) -> list[Result]:
        (part,) = self.parts
        found = _results(Search(part.segment, plan).first_of(rows, None), part)
        if plan.rank is Rank.DISTANCE:
            _settle(found, plan)
        return found[:count]

    def counts(self, plan: Plan) -> tuple[int, Counter[str]]:
        """How many offers fit a plan, and how many each criterion rules out."""
        total, ruled_out = 0, Counter[str]()
        for part in self.parts:
            fitting, out = part.segment.counts(plan)
            total += fitting
            ruled_out.update(out)
        return total, ruled_out


def _finish(
    writer: Writer,
    parts: int,
    phrases: PhraseInterpreter,
    terms: Mapping[str, TaxonomyTerm],
    audience: Audience,
) -> None:
    saved.write_terms(writer, terms)
    vocabulary = saved.fingerprint(phrases.vocabulary)
    writer.finish({"parts": parts, "vocabulary": vocabulary, "audience": str(audience)})


def _kept(
    services: Iterable[Service],
    phrases: PhraseInterpreter,
    terms: Mapping[str, TaxonomyTerm],
    locate: Locate,
) -> Part:
    builder, kept = Builder(phrases, terms, locate), list(services)
    for service in kept:
        builder.add(service)
    return Part(builder.finish(), kept.__getitem__)


def _results(found: Iterable[Found], part: Part) -> list[Result]:
    return [Result(one, part) for one in found]


def _merged(runs: list[list[Result]], plan: Plan) -> list[Result]:
    """What was found in each part, in one order."""
    merged = list(heapq.merge(*runs, key=lambda result: result.found.key)) if len(runs) > 1 else runs[0]
    if plan.rank is Rank.DISTANCE:
        _settle(merged, plan)
    return merged


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
