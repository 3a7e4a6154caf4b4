"""The engine: a resolved need in, matches with their reasons out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidNeedError, ServiceNotFoundError
from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.index import Index, Plan, Result
from communityconnector.matching.judgement import judge, worth_of
from communityconnector.matching.purpose import Asked, asked_of, purpose_of
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank, Weights, score
from communityconnector.matching.result import Explanation, Match, MatchResult, MatchResults
from communityconnector.matching.trips.itinerary import CONSIDERED, Itinerary, itinerary
from communityconnector.matching.understanding import advice
from communityconnector.model import Directory, Offer, Point, Service
from communityconnector.needs import PhraseInterpreter, interpreter
from communityconnector.needs.limits import MOST

FEW: Final = 3
"""With fewer matches than this that are known to be for what is needed, near misses are offered."""
NEAR_MISSES: Final = 5
"""Most near misses that are offered."""

_STAGES: Final = (
    frozenset({"distance"}),
    frozenset({"distance", "open_at"}),
    frozenset({"distance", "open_at", "cost", "capacity", "assured"}),
)
"""What gives way to find near misses, stage by stage. Never what makes somebody eligible, nor a language."""

Reranker = Callable[[Sequence[Match], Query], Sequence[Match]]
"""Puts matches in another order; sees the best of them, and may leave none out."""

_SEEN_BY_RERANKERS: Final = 50

NOBODY: Final[Mapping[str, Reason]] = {}
"""No service comes before others."""


class Engine:
    """Matches queries against an index.

    Args:
        source: a directory, already fit for whoever will see the results (`Directory.for_audience`), or an index.
        phrases: finds the phrases of a vocabulary in services' names and descriptions. By default those of the
            vocabulary that ships.
        weights: what each part adds to a score (`WEIGHTS`), by name.
        rerankers: each in turn may put the best matches in another order.

    Raises:
        InvalidWeightsError: the weights are none.
    """

    def __init__(
        self,
        source: Directory | Index,
        phrases: PhraseInterpreter | None = None,
        *,
        weights: Mapping[str, float] | None = None,
        rerankers: Iterable[Reranker] = (),
    ) -> None:
        self._weights = Weights.of(weights)
        self._rerankers = tuple(rerankers)
        self.index = source if isinstance(source, Index) else Index.of(source, phrases or interpreter())
        self._words = self.index.phrases.vocabulary

    def update(self, changed: Iterable[Service] = (), removed: Iterable[str] = ()) -> None:
        """Take in changes. Whoever is matching meanwhile sees the old state or the new one, and never waits.

        Args:
            changed: services that are new or changed, fit for whoever will see the results.
            removed: ids of services that are gone.
        """
        self.index = self.index.update(changed, removed)

    def match(  # noqa: PLR0913  # what may be asked of an answer, all with a default
        self,
        query: Query,
        *,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank = Rank.SCORE,
        per_agency: int | None = None,
        first: Mapping[str, Reason] = NOBODY,
    ) -> MatchResult:
        """The offers that fit a query, best first.

        Args:
            query: the need, resolved.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over, for the next page.
            rank: the order.
            per_agency: how many matches of one organization stand together before others get a turn: the best so
                many of each come first, then the next so many, and so on. `None` for the plain order.
            first: services that have something going for them which no directory knows, such as being in the building
                today: by their ids, what. Each match of theirs has it as its second reason; those that are known to be
                for what is needed, and whose reason is met, come before all others. It adds nothing to any score, and
                lets nothing in that does not fit.

        Raises:
            InvalidNeedError: a number is negative, or larger than `needs.limits.MOST`.
        """
        for name, value, least in (("limit", limit, 0), ("offset", offset, 0), ("per_agency", per_agency, 1)):
            if value is not None and not _is_count(value, least):
                message = f"`{name}` must be a whole number from {least} to {MOST:,}"
                raise InvalidNeedError(message)
        index, asked = self.index, self._asked(query, self.index)
        plan = Plan.of(query, asked, self._weights, rank)
        end = None if limit is None else offset + limit
        return self._result(index, plan, self._ordered(index, plan, end, per_agency), offset, end, first)

    def _result(  # noqa: PLR0913, PLR0917  # what was found, and which of it to give
        self,
        index: Index,
        plan: Plan,
        found: Sequence[Result],
        offset: int,
        end: int | None,
        first: Mapping[str, Reason] = NOBODY,
    ) -> MatchResult:
        query = plan.query
        matches = self._reranked([_match(result, self._weights, first, query) for result in found], query)
        if first:
            matches = _with_ahead(self._ahead(index, plan, first), matches)
        sure = sum(match.reasons[0].answer is Answer.MET for match in matches)
        return MatchResult(
            tuple(matches[offset:end]),
            query.meaning,
            partial(index.counts, plan),
            partial(self._widened, index, query, plan.purpose, sure, first),
            (lambda: True) if sure else partial(_is_met, index, plan),
            tuple(
                question.criterion.name for question in plan.questions if question.criterion.name != "status"
            ),
            query.need.terms,
            advice=advice(
                query.meaning, self._words, has_terms=bool(query.need.terms), has_matches=bool(matches)
            ),
        )

    def match_many(
        self, queries: Iterable[Query], *, limit: int = 10, rank: Rank = Rank.SCORE
    ) -> MatchResults:
        """The answers to many queries, in their order. What they ask alike is worked out once.

        Args:
            queries: the needs, resolved.
            limit: most matches to give for each.
            rank: the order.

        Raises:
            InvalidNeedError: the limit is negative.
        """
        if not _is_count(limit, 0):
            message = f"`limit` must be a whole number from 0 to {MOST:,}"
            raise InvalidNeedError(message)
        index = self.index
        asked: dict[tuple[object, ...], Asked] = {}
        plans = []
        for query in queries:
            key = (query.need.terms, query.meaning)
            if key not in asked:
                asked[key] = self._asked(query, index)
            plans.append(Plan.of(query, asked[key], self._weights, rank))
        seen = max(limit, _SEEN_BY_RERANKERS) if self._rerankers else limit
        found = index.search_many(plans, seen)

        def made(number: int) -> MatchResult:
            return self._result(index, plans[number], found(number), 0, limit)

        return MatchResults(made, range(len(plans)))

    def explain(self, query: Query, service_id: str) -> tuple[Explanation, ...]:
        """Why each offer of a service fits a query, or why not.

        Raises:
            ServiceNotFoundError: the directory has no such service.
        """
        index = self.index
        service = index.service(service_id)
        if service is None:
            message = f"no service with id {service_id!r} in this directory"
            raise ServiceNotFoundError(message)
        asked = self._asked(query, index)
        purpose = purpose_of(service, index.terms, index.phrases)
        explained = []
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            judgement = judge(offer, purpose, asked, query, index.spot(offer))
            total = score(self._weights, worth_of(judgement, query))
            explained.append(Explanation(offer, judgement.fits(query.need.prefer), judgement.reasons, total))
        return tuple(explained)

    def plan(self, queries: Iterable[Query], origin: Point | None = None) -> Itinerary:
        """The fewest stops that meet several needs (see `itinerary`).

        Args:
            queries: the needs, resolved.
            origin: where one sets out.
        """
        results = [self.match(query, limit=CONSIDERED, rank=Rank.DISTANCE) for query in queries]
        return itinerary(results, origin)

    def _asked(self, query: Query, index: Index) -> Asked:
        asked = asked_of(query, self._words)
        words = tuple(dict.fromkeys(map(index.repaired, asked.words)))
        return asked if words == asked.words else attrs.evolve(asked, words=words, exact=False)

    def _ordered(self, index: Index, plan: Plan, end: int | None, per_agency: int | None) -> list[Result]:
        if per_agency is None:
            seen = end if end is None or not self._rerankers else max(end, _SEEN_BY_RERANKERS)
            return index.search(plan, seen)
        seen = None if end is None else 4 * end
        while True:
            found = index.search(plan, seen)
            turns: Counter[tuple[int, int]] = Counter()
            placed = []
            for number, result in enumerate(found):
                placed.append((turns[result.agency] // per_agency, number, result))
                turns[result.agency] += 1
            # Whatever comes later has a later place, or a later turn.
            if seen is None or len(found) < seen or sum(turn == 0 for turn, *_ in placed) >= seen // 4:
                placed.sort(key=lambda one: one[:2])
                return [result for *_, result in placed]
            seen *= 4

    def _reranked(self, matches: list[Match], query: Query) -> list[Match]:
        for rerank in self._rerankers:
            head = matches[:_SEEN_BY_RERANKERS]
            again = list(rerank(tuple(head), query))
            if sorted(map(id, again)) != sorted(map(id, head)):
                message = "a re-ranker must give back the matches that it was given, each once"
                raise ValueError(message)
            matches = again + matches[_SEEN_BY_RERANKERS:]
        return matches

    def _ahead(self, index: Index, plan: Plan, first: Mapping[str, Reason]) -> list[Match]:
        """All matches that come before others, in their order."""
        services = [key for key, reason in first.items() if reason.answer is Answer.MET]
        found = [_match(result, self._weights, first, plan.query) for result in index.among(plan, services)]
        # What only may be for the need is a question to ask, wherever it is today.
        return self._reranked([match for match in found if match.reasons[0].answer is Answer.MET], plan.query)

    def _widened(
        self, index: Index, query: Query, asked: Asked, found: int, first: Mapping[str, Reason]
    ) -> tuple[Match, ...]:
        if found >= FEW:
            return ()
        misses: dict[str, Match] = {}
        for relaxed in _STAGES:
            plan = Plan.of(query, asked, self._weights, Rank.DISTANCE, relaxed)
            for result in index.search(plan, NEAR_MISSES + len(misses)):
                if result.found.reasons[0].answer is Answer.MET and len(misses) < NEAR_MISSES:
                    misses.setdefault(result.offer_id, _match(result, self._weights, first, query))
        return tuple(misses.values())


def _is_met(index: Index, plan: Plan) -> bool:
    """Whether any offer is known to fit: by distance those come first."""
    found = index.search(attrs.evolve(plan, rank=Rank.DISTANCE), 1)
    return any(result.found.reasons[0].answer is Answer.MET for result in found)


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST


def _with_ahead(ahead: Sequence[Match], matches: Sequence[Match]) -> list[Match]:
    """Some matches before the others, each once."""
    known = {(match.offer_id, match.service_id) for match in ahead}
    return [*ahead, *(match for match in matches if (match.offer_id, match.service_id) not in known)]


def _match(result: Result, weights: Weights, first: Mapping[str, Reason], query: Query) -> Match:
    found = result.found
    reasons = found.reasons
    if first and found.service_id in first:
        # The need's own reason stays the first: by it everybody knows what is sure.
        reasons = (reasons[0], first[found.service_id], *reasons[1:])
    return Match(
        found.offer_id,
        found.service_id,
        found.total,
        reasons,
        found.km,
        weights,
        found.worth,
        result.offer,
        tuple(understood.concept for understood in query.meaning.concepts),
        query.need.terms,
    )
