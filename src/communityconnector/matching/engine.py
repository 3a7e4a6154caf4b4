"""The plain engine: looks at every service, asks every criterion, sorts. Clear and correct first."""

from __future__ import annotations

from collections import Counter

from communityconnector.errors import ServiceNotFoundError
from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria import Judgement, for_need, judge
from communityconnector.matching.meaning import Meaning, meaning_of
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank, contributions, score, sort_key
from communityconnector.matching.result import Explanation, Match, MatchResult
from communityconnector.model import Directory, Offer
from communityconnector.needs import PhraseInterpreter, interpreter


class Engine:
    """Matches queries against a directory.

    Args:
        directory: the directory, already fit for whoever will see the results (`Directory.for_audience`).
        phrases: finds the phrases of a vocabulary in services' names and descriptions. By default those of the
            vocabulary that ships.
    """

    def __init__(self, directory: Directory, phrases: PhraseInterpreter | None = None) -> None:
        self.directory = directory
        phrases = phrases or interpreter()
        self._words = phrases.vocabulary
        terms = directory.taxonomy_terms
        self._purposes: dict[str, Meaning] = {
            key: meaning_of(service, terms, phrases) for key, service in directory.services.items()
        }

    def match(
        self, query: Query, *, limit: int | None = 10, offset: int = 0, rank: Rank = Rank.SCORE
    ) -> MatchResult:
        """The offers that fit a query, best first.

        Args:
            query: the need, resolved.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over, for the next page.
            rank: the order.
        """
        key = sort_key(rank)
        found: list[tuple[tuple[object, ...], Match]] = []
        ruled_out: Counter[str] = Counter()
        for service_id, purpose in self._purposes.items():
            need = for_need(purpose, query, self._words)
            if need[1].answer is Answer.UNMET:
                continue
            for offer in self.directory.offers_of(service_id):
                judgement = judge(offer, need, query)
                if judgement.fits:
                    match = self._match(offer, judgement, query)
                    found.append((key(offer.id, match.score, judgement), match))
                else:
                    ruled_out.update(r.criterion for r in judgement.reasons if r.answer is Answer.UNMET)
        found.sort(key=lambda pair: pair[0])
        end = None if limit is None else offset + limit
        matches = tuple(match for _, match in found[offset:end])
        return MatchResult(matches, query.meaning, len(found), ruled_out)

    def explain(self, query: Query, service_id: str) -> tuple[Explanation, ...]:
        """Why each offer of a service fits a query, or why not.

        Raises:
            ServiceNotFoundError: the directory has no such service.
        """
        if service_id not in self.directory.services:
            message = f"no service with id {service_id!r} in this directory"
            raise ServiceNotFoundError(message)
        need = for_need(self._purposes[service_id], query, self._words)
        explained = []
        for offer in self.directory.offers_of(service_id):
            judgement = judge(offer, need, query)
            match = self._match(offer, judgement, query)
            explained.append(Explanation(offer, judgement.fits, match.reasons, match.score))
        return tuple(explained)

    @staticmethod
    def _match(offer: Offer, judgement: Judgement, query: Query) -> Match:
        parts = contributions(offer, judgement, query)
        return Match(offer, score(parts), parts, judgement.reasons, judgement.distance)
