"""The index of a directory: its parts, how they change, and searches over all of them.

An index does not change. `update` returns another one that shares the columns and holds the changed services in a second
part, so that running searches go on undisturbed. `save` writes an index to a folder, `build` makes one there from
services as they stream by, and `open` maps it into memory, which many processes can share.
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

from communityconnector.matching.criteria import Locate, OfferPlace, place_of
from communityconnector.matching.criteria.person import LANGUAGE, names_language
from communityconnector.matching.index.batch import best_rows
from communityconnector.matching.index.builder import Builder
from communityconnector.matching.index.part import Part, Result
from communityconnector.matching.index.persistence import saved
from communityconnector.matching.index.persistence.saved import FetchService
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.scored_rows import ScoredRow
from communityconnector.matching.index.search import Search
from communityconnector.matching.index.spelling import correct
from communityconnector.model import Audience, Directory, Offer, Service, TaxonomyTerm
from communityconnector.model.zips import zip_point
from communityconnector.needs import Lexicon
from communityconnector.needs import lexicon as shipped_lexicon

_NO_TERMS: Final[Mapping[str, TaxonomyTerm]] = {}


class Index:
    """A directory's offers as columns.

    Args:
        parts: its parts. If a service is in several parts, only one of them is current.
        lexicon: finds the phrases of a vocabulary.
        terms: the taxonomy terms by id.
        audience: the audience of the services.
        locate: returns the points that stand for postal codes, for services that are added.
    """

    def __init__(
        self,
        parts: tuple[Part, ...],
        lexicon: Lexicon,
        terms: Mapping[str, TaxonomyTerm],
        audience: Audience = Audience.PUBLIC,
        locate: Locate = zip_point,
    ) -> None:
        self.locate = locate
        self.parts = parts
        self.lexicon = lexicon
        self.terms = terms
        self.audience = audience

    @classmethod
    def of(
        cls,
        directory: Directory,
        lexicon: Lexicon,
        audience: Audience = Audience.PUBLIC,
        locate: Locate = zip_point,
    ) -> Index:
        """Return the index of a directory in memory.

        Args:
            directory: the directory, already redacted for its audience (`Directory.for_audience`).
            lexicon: finds the phrases of a vocabulary in names and descriptions of services.
            audience: the audience.
            locate: returns the points that stand for postal codes, by default of US ZIP codes, so that an address without
                a point has an approximate distance.
        """
        part = _part_of(directory.services.values(), lexicon, directory.taxonomy_terms, locate)
        return cls((part,), lexicon, directory.taxonomy_terms, audience, locate)

    @classmethod
    def build(  # noqa: PLR0913  # what `of` and `open` take
        cls,
        services: Iterable[Service],
        folder: str | os.PathLike[str],
        lexicon: Lexicon | None = None,
        *,
        terms: Mapping[str, TaxonomyTerm] = _NO_TERMS,
        audience: Audience = Audience.PUBLIC,
        fetch: FetchService | None = None,
        locate: Locate = zip_point,
        durable: bool = True,
    ) -> Index:
        """Index services as they stream by, in a folder, and open the index. No service is kept in memory.

        Args:
            services: the services, each once, already redacted for their audience. All records of a confidential place
                are needed to recognize it, so redact whole directories (`Directory.for_audience`), not single services.
            folder: the folder. Its former content is replaced in one step.
            lexicon: finds the phrases of a vocabulary in names and descriptions; by default the built-in one.
            terms: taxonomy terms by id, for the broader terms of those that services are listed under.
            audience: the audience of the services.
            fetch: returns services by their ids when they are accessed. Without it, the folder stores them.
            locate: returns the points that stand for postal codes (see `of`).
            durable: whether to wait until the index is on the disk. One that is rebuilt at every start need not be.

        Raises:
            UnusableIndexError: the folder is a file.
        """
        lexicon = lexicon or shipped_lexicon()
        saved.build(
            Path(folder), services, Builder(lexicon, terms, locate), audience, fetch=fetch, durable=durable
        )
        return cls.open(folder, lexicon, fetch=fetch, locate=locate)

    def save(self, folder: str | os.PathLike[str], *, services: bool = True) -> None:
        """Write the index to a folder. Processes that have the former content open can go on with it.

        Args:
            folder: the folder. Its former content is replaced in one step.
            services: whether to write the services too. Without them, `open` needs `fetch`.

        Raises:
            UnusableIndexError: the folder is a file.
        """
        saved.save(
            Path(folder), self.parts, self.lexicon.vocabulary, self.terms, self.audience, services=services
        )

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        lexicon: Lexicon | None = None,
        *,
        fetch: FetchService | None = None,
        locate: Locate = zip_point,
    ) -> Index:
        """Open a saved index. Its columns are mapped, so processes that open the same one share them.

        Every page of the columns is compared with its checksum, at the speed of memory. Pages of services are compared
        when they are read, and raise `UnusableIndexError` then.

        Args:
            folder: the folder.
            lexicon: finds the phrases of the vocabulary that the index was made with; by default the built-in one.
            fetch: returns services by their ids, if the folder does not store them.
            locate: returns the points that stand for postal codes, for services that are added.

        Raises:
            UnusableIndexError: there is no index; it is damaged or of another version, vocabulary or set of criteria; or
                there are no services in it and no `fetch`.
        """
        lexicon = lexicon or shipped_lexicon()
        parts, terms, audience = saved.open_parts(Path(folder), lexicon.vocabulary, fetch)
        return cls(parts, lexicon, terms, audience, locate)

    def with_locate(self, locate: Locate) -> Index:
        """Return this index with another source of points for the postal codes of services that are added."""
        return Index(self.parts, self.lexicon, self.terms, self.audience, locate)

    def place_of(self, offer: Offer) -> OfferPlace:
        """Return what the index knows of the place of an offer of one of its services."""
        for part, number in self._current(offer.service.id):
            return part.segment.columns.place_of(number, offer.id)
        return place_of(offer, self.locate)

    def update(
        self,
        changed: Iterable[Service] = (),
        removed: Iterable[str] = (),
        terms: Mapping[str, TaxonomyTerm] | None = None,
    ) -> Index:
        """Return this index with services added, changed and removed.

        Args:
            changed: services that are new, or whose own or embedded records have changed; all of them, if `terms` are
                given.
            removed: ids of services to remove.
            terms: all taxonomy terms by id, where they have changed; by default those that are known, with the services'.
        """
        services = {service.id: service for service in changed}
        gone = {*services, *removed}
        terms = dict(self.terms if terms is None else terms)
        for service in services.values():
            terms.update(
                (a.taxonomy_term.id, a.taxonomy_term)
                for a in service.attributes
                if a.taxonomy_term is not None
            )
        parts: list[Part] = []
        # The newer part is built again with the changes, so that there are never more than two.
        older, newer = self.parts[:1], self.parts[1:]
        for part in older:
            numbers = {number for key in gone if (number := part.number(key)) is not None}
            parts.append(attrs.evolve(part, segment=part.segment.without(numbers)) if numbers else part)
        unchanged = {s.id: s for part in newer for s in map(part.service, part.numbers) if s.id not in gone}
        services = {**unchanged, **services}
        if services:
            parts.append(_part_of(services.values(), self.lexicon, terms, self.locate))
        return Index(tuple(parts), self.lexicon, terms, self.audience, self.locate)

    def service(self, key: str) -> Service | None:
        """Return the service of an id, or `None`."""
        for part, number in self._current(key):
            return part.service(number)
        return None

    def _current(self, key: str) -> Iterator[tuple[Part, int]]:
        """Yield the part that holds the current state of a service, with its number there."""
        for part in reversed(self.parts):
            number = part.number(key)
            if number is not None and part.segment.is_alive(number):
                yield part, number

    def services(self) -> Iterator[Service]:
        """Yield all services."""
        for part in self.parts:
            for number in part.numbers:
                if part.segment.is_alive(number):
                    yield part.service(number)

    def has_agency(self, key: str) -> bool:
        """Return whether an organization runs any of the services, or ran one before it was changed."""
        for part in self.parts:
            ids = part.segment.columns.agency_ids
            at = bisect_left(ids, key)
            if at < len(ids) and ids[at] == key:
                return True
        return False

    def has_term(self, key: str) -> bool:
        """Return whether a need may name a term: the vocabulary or the directory has it, or a service is listed there."""
        return (
            key in self.lexicon.vocabulary.concepts
            or key in self.terms
            or key in self._codes
            or any(part.segment.columns.terms.count(key) for part in self.parts)
        )

    def term_names(self) -> dict[str, str]:
        """Return the directory's own terms as a need may name them: by name, by code and by id."""
        names = {term.name: term.code or term.id for term in self.terms.values() if term.name}
        return {**names, **{code: code for code in self._codes}, **{key: key for key in self.terms}}

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(term.code for term in self.terms.values() if term.code)

    def has_language(self, name: str) -> bool:
        """Return whether any offer names a language, as the directory writes it."""
        return any(
            names_language(facts, name)
            for part in self.parts
            for facts in part.segment.tables[LANGUAGE.name].facts
        )

    def corrected(self, word: str) -> str:
        """Return a stem unchanged if it means something anywhere, else without its slip (see `spelling.correct`)."""
        if self.lexicon.knows(word):
            return word
        return correct(word, lambda stem: sum(part.segment.rows_with(stem) for part in self.parts))

    def search(self, plan: Plan, count: int | None) -> list[Result]:
        """Return the best offers for a plan, in order.

        Args:
            plan: the plan.
            count: the largest number of offers; `None` for all.
        """
        return _merged([_results(Search(part.segment, plan).best(count), part) for part in self.parts])[
            :count
        ]

    def among(self, plan: Plan, services: Collection[str]) -> list[Result]:
        """Return all offers of some services that fit a plan, in order.

        Args:
            plan: the plan.
            services: ids of the services; unknown ones are ignored.
        """
        runs = []
        for part in self.parts:
            numbers = [number for key in services if (number := part.number(key)) is not None]
            runs.append(_results(Search(part.segment, plan).among(numbers), part))
        return _merged(runs)

    def search_many(self, plans: Sequence[Plan], count: int) -> Callable[[int], list[Result]]:
        """Search for many plans. Work that they share is done once; offers are measured when they are accessed.

        Args:
            plans: the plans, all of one rank.
            count: the largest number of offers for each.

        Returns:
            A function that returns the offers of a plan by its number.
        """
        rows: list[list[int] | None] = [None] * len(plans)
        if count and len(self.parts) == 1:
            rows = best_rows(self.parts[0].segment, plans, count)
        alone = {n: self.search(plans[n], count) for n, batch_rows in enumerate(rows) if batch_rows is None}

        def results(number: int) -> list[Result]:
            batch_rows = rows[number]
            if batch_rows is None:
                return list(alone[number])
            (part,) = self.parts
            return _results(Search(part.segment, plans[number]).score_rows(batch_rows)[:count], part)

        return results

    def counts(self, plan: Plan) -> tuple[int, Counter[str]]:
        """Return how many offers fit a plan, and how many each criterion rules out."""
        total, ruled_out = 0, Counter[str]()
        for part in self.parts:
            fitting, out = Search(part.segment, plan).counts()
            total += fitting
            ruled_out.update(out)
        return total, ruled_out


def _part_of(
    services: Iterable[Service],
    lexicon: Lexicon,
    terms: Mapping[str, TaxonomyTerm],
    locate: Locate,
) -> Part:
    builder, in_memory = Builder(lexicon, terms, locate), list(services)
    for service in in_memory:
        builder.add(service)
    return Part(builder.finish(), in_memory.__getitem__)


def _results(rows: Iterable[ScoredRow], part: Part) -> list[Result]:
    return [Result(row, part) for row in rows]


def _merged(runs: list[list[Result]]) -> list[Result]:
    """Return the results of all parts in one order."""
    return list(heapq.merge(*runs, key=lambda result: result.scored.key)) if len(runs) > 1 else runs[0]
