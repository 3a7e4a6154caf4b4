"""The engine: takes a query and returns matches with their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidNeedError, ServiceNotFoundError
from communityconnector.matching.advice import advice
from communityconnector.matching.answers import Answer, Doubt, Reason
from communityconnector.matching.index import Index, Plan, Result
from communityconnector.matching.judgement import judge, score_inputs
from communityconnector.matching.need_criteria import NeedCriteria, also_helping, need_criteria
from communityconnector.matching.purpose import purpose_of
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank, score
from communityconnector.matching.result import Explanation, Match, MatchResult, MatchResults
from communityconnector.matching.reweighing import EVEN, Reweighable
from communityconnector.matching.sharing import SHARED, has_several, share
from communityconnector.matching.trips.itinerary import CONSIDERED, Itinerary, itinerary
from communityconnector.matching.weights import Weights
from communityconnector.matching.widening import FEW, near_misses
from communityconnector.model import Directory, Offer, Point, Service, TaxonomyTerm
from communityconnector.needs import Lexicon
from communityconnector.needs import lexicon as shipped_lexicon
from communityconnector.needs.limits import MOST

Reranker = Callable[[Sequence[Match], Query], Sequence[Match]]
"""Reorders the best matches; returns all of them."""

_SEEN_BY_RERANKERS: Final = 50
"""The number of best matches that a re-ranker gets."""

NONE_FIRST: Final[Mapping[str, Reason]] = {}
"""No service comes before others."""


class Engine:
    """Matches queries against an index.

    Args:
        source: a directory, already redacted for its audience (`Directory.for_audience`), or an index.
        lexicon: finds the phrases of a vocabulary in names and descriptions. By default the built-in vocabulary's.
        weights: numbers of the ranking to replace, by name (`WEIGHTS`).
        rerankers: each in turn may reorder the best matches.

    Raises:
        InvalidWeightsError: a weight is unknown, negative or not a number.
    """

    def __init__(
        self,
        source: Directory | Index,
        lexicon: Lexicon | None = None,
        *,
        weights: Mapping[str, float] | None = None,
        rerankers: Iterable[Reranker] = (),
    ) -> None:
        self._weights = Weights.of(weights)
        self._rerankers = tuple(rerankers)
        self.index = source if isinstance(source, Index) else Index.of(source, lexicon or shipped_lexicon())

    def update(
        self,
        changed: Iterable[Service] = (),
        removed: Iterable[str] = (),
        terms: Mapping[str, TaxonomyTerm] | None = None,
    ) -> None:
        """Apply changes. Searches that run meanwhile see the old state or the new one, and never wait.

        Args:
            changed: services that are new or changed, redacted for the audience.
            removed: ids of services to remove.
            terms: all taxonomy terms by id, where they have changed (`Index.update`).
        """
        self.index = self.index.update(changed, removed, terms)

    def match(  # noqa: PLR0913  # options of the result, all with a default
        self,
        query: Query,
        *,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank = Rank.SCORE,
        per_agency: int | None = None,
        first: Mapping[str, Reason] = NONE_FIRST,
    ) -> MatchResult:
        """Return the offers that fit a query, best first.

        Args:
            query: the query.
            limit: the largest number of matches; `None` for all.
            offset: the number of best matches to skip, for the next page.
            rank: the order.
            per_agency: the number of matches of one organization before those of others get a turn: first the best of
                each organization, up to this number, then the next best, and so on. `None` for the plain order.
            first: reasons to put services first, by service id, for reasons outside the directory, such as that the agency
                is in the building today. The reason becomes the second one of each match. Services that are known to
                fit the need and whose reason is met come before all others. No score changes, and no service is
                added that does not fit.

        Raises:
            InvalidNeedError: a number is negative, or larger than `needs.limits.MOST`.
        """
        for name, value, least in (("limit", limit, 0), ("offset", offset, 0), ("per_agency", per_agency, 1)):
            if value is not None and not _is_count(value, least):
                message = f"`{name}` must be a whole number from {least} to {MOST:,}"
                raise InvalidNeedError(message)
        index = self.index
        plan = Plan.of(query, self._need_criteria(query, index), self._weights, rank)
        end = None if limit is None else offset + limit
        return self._result(index, plan, self._ordered(index, plan, end, per_agency), offset, end, first)

    def _result(  # noqa: PLR0913, PLR0917  # the results, and which of them to return
        self,
        index: Index,
        plan: Plan,
        results: Sequence[Result],
        offset: int,
        end: int | None,
        first: Mapping[str, Reason] = NONE_FIRST,
    ) -> MatchResult:
        query = plan.query
        matches = self._reranked([_match(result, self._weights, first, query) for result in results], query)
        if first:
            matches = _with_ahead(self._ahead(index, plan, first), matches)
        sure = sum(match.reasons[0].answer is Answer.MET for match in matches)
        return MatchResult(
            tuple(matches[offset:end]),
            query.meaning,
            partial(index.counts, plan),
            partial(self._widened, index, plan, sure, first),
            partial(self._also_helping, index, plan),
            (lambda: True) if sure else partial(_is_met, index, plan),
            # What a cue asks is not recorded: it says something of the person.
            tuple(
                question.criterion.name
                for question in plan.questions
                if question.criterion.name not in {"status", *query.noted}
                and (question.criterion.name != "situation" or query.need.situations)
            ),
            query.need.terms,
            advice=advice(
                query.meaning,
                index.lexicon.vocabulary,
                has_terms=bool(query.need.terms),
                has_matches=bool(matches),
            ),
        )

    def match_many(
        self, queries: Iterable[Query], *, limit: int = 10, rank: Rank = Rank.SCORE
    ) -> MatchResults:
        """Return the results for many queries, in their order. Work that they share is done once.

        Args:
            queries: the queries.
            limit: the largest number of matches for each.
            rank: the order.

        Raises:
            InvalidNeedError: the limit is negative.
        """
        if not _is_count(limit, 0):
            message = f"`limit` must be a whole number from 0 to {MOST:,}"
            raise InvalidNeedError(message)
        index = self.index
        needs: dict[tuple[object, ...], NeedCriteria] = {}
        plans = []
        for query in queries:
            key = (query.need.terms, query.meaning)
            if key not in needs:
                needs[key] = self._need_criteria(query, index)
            plans.append(Plan.of(query, needs[key], self._weights, rank))
        seen = max(limit, _SEEN_BY_RERANKERS) if self._rerankers else limit
        if any(map(_shares, plans)):
            seen = max(seen, SHARED)
        results = index.search_many(plans, seen)

        def result(number: int) -> MatchResult:
            found = results(number)
            return self._result(
                index, plans[number], share(found) if _shares(plans[number]) else found, 0, limit
            )

        return MatchResults(result, range(len(plans)))

    def explain(self, query: Query, service_id: str) -> tuple[Explanation, ...]:
        """Return why each offer of a service fits a query or does not.

        Raises:
            ServiceNotFoundError: the directory has no such service.
        """
        index = self.index
        service = index.service(service_id)
        if service is None:
            message = f"no service with id {service_id!r} in this directory"
            raise ServiceNotFoundError(message)
        need = self._need_criteria(query, index)
        purpose = purpose_of(service, index.terms, index.lexicon)
        explained = []
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            judgement = judge(offer, purpose, need, query, self._weights, index.place_of(offer))
            total = score(self._weights, score_inputs(judgement, query))
            reasons, unanswered = _shown(judgement.reasons, query)
            explained.append(
                Explanation(offer, judgement.fits(query.need.prefer), reasons, total, unanswered)
            )
        return tuple(explained)

    def reweighable(self, query: Query) -> Reweighable:
        """Return all offers for a query, to be put in order by any weights.

        Args:
            query: the query.
        """
        index = self.index
        plan = Plan.of(query, self._need_criteria(query, index), EVEN, Rank.SCORE)
        return Reweighable.of(index.search(plan, None), shares=_shares(plan))

    def plan(self, queries: Iterable[Query], origin: Point | None = None) -> Itinerary:
        """Return the fewest stops that meet several needs (see `itinerary`).

        Args:
            queries: the queries.
            origin: the start.
        """
        results = [self.match(query, limit=CONSIDERED, rank=Rank.DISTANCE) for query in queries]
        return itinerary(results, origin)

    def _need_criteria(self, query: Query, index: Index) -> NeedCriteria:
        need = need_criteria(query, index.lexicon.vocabulary)
        words = tuple(dict.fromkeys(map(index.corrected, need.words)))
        return need if words == need.words else attrs.evolve(need, words=words, is_exact=False)

    def _ordered(self, index: Index, plan: Plan, end: int | None, per_agency: int | None) -> list[Result]:
        if per_agency is None:
            seen = end if end is None or not self._rerankers else max(end, _SEEN_BY_RERANKERS)
            if not _shares(plan):
                return index.search(plan, seen)
            return share(index.search(plan, seen if seen is None else max(seen, SHARED)))
        seen = None if end is None else 4 * end
        while True:
            results = index.search(plan, seen)
            turns: Counter[tuple[int, int]] = Counter()
            placed = []
            for number, result in enumerate(results):
                placed.append((turns[result.agency] // per_agency, number, result))
                turns[result.agency] += 1
            # All that follow have a later place, or a later turn.
            if seen is None or len(results) < seen or sum(turn == 0 for turn, *_ in placed) >= seen // 4:
                placed.sort(key=lambda turn: turn[:2])
                return [result for *_, result in placed]
            seen *= 4

    def _reranked(self, matches: list[Match], query: Query) -> list[Match]:
        for rerank in self._rerankers:
            head = matches[:_SEEN_BY_RERANKERS]
            reordered = list(rerank(tuple(head), query))
            if sorted(map(id, reordered)) != sorted(map(id, head)):
                message = "a re-ranker must return all matches that it is passed, each once"
                raise ValueError(message)
            matches = reordered + matches[_SEEN_BY_RERANKERS:]
        return matches

    def _ahead(self, index: Index, plan: Plan, first: Mapping[str, Reason]) -> list[Match]:
        """Return all matches that come before others, in their order."""
        services = [key for key, reason in first.items() if reason.answer is Answer.MET]
        matches = [_match(result, self._weights, first, plan.query) for result in index.among(plan, services)]
        # A match that is only a question stays one, wherever the agency is today.
        return self._reranked(
            [match for match in matches if match.reasons[0].answer is Answer.MET], plan.query
        )

    def _also_helping(self, index: Index, plan: Plan) -> tuple[Match, ...]:
        query = plan.query
        if query.meaning.is_guessed:
            return ()
        need = also_helping(plan.need, index.lexicon.vocabulary)
        if need is None:
            return ()
        results = index.search(attrs.evolve(plan, need=need, rank=Rank.SCORE), 4 * _ALSO_SHOWN)
        matches = [_match(result, self._weights, NONE_FIRST, query) for result in results]
        asked = {result.service_id for result in index.search(plan, _SEEN_BY_RERANKERS)}
        services: dict[str, Match] = {}
        for match in matches:
            if match.service_id not in asked and match.reasons[0].answer is Answer.MET:
                services.setdefault(match.service_id, match)
        return tuple(services.values())[:_ALSO_SHOWN]

    def _widened(self, index: Index, plan: Plan, sure: int, first: Mapping[str, Reason]) -> tuple[Match, ...]:
        if sure >= FEW:
            return ()
        return tuple(_match(result, self._weights, first, plan.query) for result in near_misses(index, plan))


_ALSO_SHOWN: Final = 3
"""The largest number of offers that were not asked for but also help."""


def _shares(plan: Plan) -> bool:
    """Return whether several needs share the first results."""
    return plan.rank is Rank.SCORE and has_several(plan.need)


def _is_met(index: Index, plan: Plan) -> bool:
    """Return whether any offer is known to fit: by distance those come first."""
    nearest = index.search(attrs.evolve(plan, rank=Rank.DISTANCE), 1)
    return any(result.scored.reasons[0].answer is Answer.MET for result in nearest)


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST


def _with_ahead(ahead: Sequence[Match], matches: Sequence[Match]) -> list[Match]:
    """Return some matches before the others, each once."""
    known = {(match.offer_id, match.service_id) for match in ahead}
    return [*ahead, *(match for match in matches if (match.offer_id, match.service_id) not in known)]


def _shown(reasons: tuple[Reason, ...], query: Query) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Return the reasons to show, and the criteria that only a cue asks and that the record leaves open.

    These would make a question for staff at every offer.
    """
    if not query.noted:
        return reasons, ()
    is_open = [
        reason.answer is Answer.UNKNOWN and reason.doubt is Doubt.OPEN and reason.criterion in query.noted
        for reason in reasons
    ]
    return (
        tuple(reason for reason, left in zip(reasons, is_open, strict=True) if not left),
        tuple(reason.criterion for reason, left in zip(reasons, is_open, strict=True) if left),
    )


def _match(result: Result, weights: Weights, first: Mapping[str, Reason], query: Query) -> Match:
    scored = result.scored
    reasons, unanswered = _shown(scored.reasons, query)
    if first and scored.service_id in first:
        # The need's own reason stays the first, since callers read there whether the match is sure.
        reasons = (reasons[0], first[scored.service_id], *reasons[1:])
    return Match(
        scored.offer_id,
        scored.service_id,
        scored.score,
        reasons,
        scored.km,
        weights,
        scored.inputs,
        result.offer,
        tuple(understood.concept for understood in query.meaning.concepts),
        query.need.terms,
        unanswered,
    )
