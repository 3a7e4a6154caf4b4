"""The matcher: takes a need as it was said, resolves its words and its place, and asks the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from communityconnector import needs
from communityconnector.adapters.us_zip import UsZipGeocoder
from communityconnector.errors import InvalidNeedError, UnusableIndexError
from communityconnector.geocoding import Geocoder, locate
from communityconnector.matching import (
    Engine,
    Explanation,
    Index,
    Itinerary,
    MatchResult,
    MatchResults,
    Query,
    Rank,
    Reason,
)
from communityconnector.matching.asking import check_need, rank_of
from communityconnector.matching.engine import NOBODY, Reranker
from communityconnector.model import Audience, Difference, Directory, Point
from communityconnector.needs import (
    Interpretation,
    Interpreter,
    Need,
    PhraseInterpreter,
    Understood,
    Vocabulary,
)

MOST_PLANNED: Final = 50
"""So many needs may be planned at once."""


def _now() -> datetime:
    return datetime.now(UTC)


class Matcher:
    """Finds the services of a directory that fit a need, and says why.

    Args:
        directory: where to look; or its index, such as one that was saved.
        audience: who will see the results. By default the public: confidential places stay hidden. An index is for
            the audience that it was made for.
        geocoder: who knows places in words. By default US ZIP codes, offline.
        vocabulary: the needs that there are and the words for them, in what patrons say and in what services
            are called. By default the one that ships; an index has that which it was made with.
        interpreter: who understands what patrons say. By default the vocabulary's phrases.
        zone: zone of the directory's wall-clock times, IANA name or `tzinfo`. By default the zone of the
            moment that is asked about.
        clock: gives the present moment, with a zone.
        weights: what each part adds to a score, by name (`matching.WEIGHTS`).
        rerankers: each in turn may put the best matches in another order; it is called with the matches and the
            query, and gives all of them back.
        holidays: names the days on which the usual hours may not hold; hours are then unknown.

    May be shared between threads.

    Raises:
        InvalidWeightsError: the weights are none.
        UnusableIndexError: the index was made for another audience, or a vocabulary is given beside it.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace, all with a default
        self,
        directory: Directory | Index,
        *,
        audience: Audience | str = Audience.PUBLIC,
        geocoder: Geocoder | None = None,
        vocabulary: Vocabulary | None = None,
        interpreter: Interpreter | None = None,
        zone: str | tzinfo | None = None,
        clock: Callable[[], datetime] = _now,
        weights: Mapping[str, float] | None = None,
        rerankers: Iterable[Reranker] = (),
        holidays: Callable[[date], str | None] | None = None,
    ) -> None:
        self._directory: Directory | None = None
        self._geocoder = geocoder or UsZipGeocoder()
        if isinstance(directory, Index):
            index = directory
            if index.audience != audience:
                message = f"this index was made for the audience {index.audience}, not for {audience}"
                raise UnusableIndexError(message)
            if vocabulary is not None:
                message = "an index has the vocabulary that it was made with: give it to `Index.open` instead"
                raise UnusableIndexError(message)
            index = index if geocoder is None else index.locating(geocoder.locate)
        else:
            phrases = needs.interpreter() if vocabulary is None else PhraseInterpreter(vocabulary)
            self._directory = directory.for_audience(audience)
            index = Index.of(self._directory, phrases, Audience(audience), self._geocoder.locate)
        self._engine = Engine(index, weights=weights, rerankers=rerankers)
        self._interpreter = interpreter or index.phrases
        self._zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self._clock = clock
        self._holidays = holidays

    @property
    def index(self) -> Index:
        """The index that is searched. Save it, and other processes open it at once (`Index.save`, `Index.open`)."""
        return self._engine.index

    @property
    def directory(self) -> Directory:
        """The directory as the audience may see it. Of an index it is made when it is first asked for."""
        if self._directory is None:
            self._directory = Directory.of([*self.index.services(), *self.index.terms.values()])
        return self._directory

    def update(self, directory: Directory) -> Difference:
        """Take in a newer directory. Only what differs is indexed; whoever is matching meanwhile never waits.

        Args:
            directory: the whole of it.

        Returns:
            What changed for the audience.
        """
        new = directory.for_audience(self.index.audience)
        old = self.directory
        if old.taxonomy_terms != new.taxonomy_terms:
            # A term may stand above those of any service.
            self._engine.update(new.services.values(), old.services.keys() - new.services.keys())
        else:
            changed = [service for key, service in new.services.items() if old.services.get(key) != service]
            self._engine.update(changed, old.services.keys() - new.services.keys())
        self._directory = new
        return old.diff(new)

    def match(  # noqa: PLR0913  # what may be asked of an answer, all with a default
        self,
        need: Need | str,
        *,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank | str = Rank.SCORE,
        per_agency: int | None = None,
        first: Mapping[str, Reason] = NOBODY,
    ) -> MatchResult:
        """The services that fit a need, best first, each with its reasons.

        Args:
            need: what the patron needs; a text alone will do.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over, for the next page.
            rank: `score` (fit and distance together), `distance` or `relevance`.
            per_agency: how many matches of one organization come before others get a turn; `None` for the plain
                order.
            first: reasons to put services first, by the services' ids: what no directory knows, such as that they are
                in the building today. Those that are known to be for what is needed, and whose reason is met, come
                before all others; no score changes.

        Raises:
            PlaceNotFoundError: nobody knows the place given as `near`.
            InvalidNeedError: a number is negative, or a name is not known: the order's, or that of a language.
            UnknownNeedError: a term is neither in the vocabulary nor in the directory.
        """
        return self._engine.match(
            self._query(need),
            limit=limit,
            offset=offset,
            rank=rank_of(rank),
            per_agency=per_agency,
            first=first,
        )

    def match_many(
        self, needs: Iterable[Need | str], *, limit: int = 10, rank: Rank | str = Rank.SCORE
    ) -> MatchResults:
        """The answers to many needs, in their order.

        What the needs ask alike is worked out once, and needs given as terms, with a place and a limit of distance,
        are searched hundreds in a stroke. The answers are those of `match`; each is made whenever it is looked at.

        Args:
            needs: the needs.
            limit: most matches to give for each.
            rank: the order.

        Raises:
            PlaceNotFoundError: nobody knows a place given as `near`.
            InvalidNeedError: the limit is negative, or a name is not known, as for `match`.
            UnknownNeedError: a term is not known.
        """
        return self._engine.match_many(map(self._query, needs), limit=limit, rank=rank_of(rank))

    def plan(self, needs: Iterable[Need | str], *, near: str | Point | None = None) -> Itinerary:
        """The fewest stops that meet several needs, and of such the shortest way.

        Up to eight needs are planned exactly, of the 40 nearest offers for each; `Itinerary.exact` says whether
        those were all, and `Itinerary.bound` how many times the fewest stops there are at most.

        Args:
            needs: the needs.
            near: where the patron sets out, also for needs that do not say where; by default where the first need
                that says so is asked from.

        Raises:
            PlaceNotFoundError: nobody knows a place given as `near`.
            InvalidNeedError: there are more than `MOST_PLANNED` needs, or a name in one is not known, as for `match`.
            UnknownNeedError: a term is not known.
        """
        asked = [check_need(need, self.index) for need in needs]
        if len(asked) > MOST_PLANNED:
            message = f"at most {MOST_PLANNED} needs are planned at once"
            raise InvalidNeedError(message)
        if near is not None:
            asked = [need if need.near is not None else attrs.evolve(need, near=near) for need in asked]
        queries = [self._query(need) for need in asked]
        points = (query.point for query in queries if query.point is not None)
        origin = next(points, None) if near is None else locate(near, self._geocoder)
        return self._engine.plan(queries, origin)

    def explain(self, need: Need | str, service_id: str) -> tuple[Explanation, ...]:
        """Why a service fits a need, or why not: every criterion's answer, one explanation an offer.

        Raises:
            ServiceNotFoundError: the directory has no such service.
            PlaceNotFoundError: nobody knows the place given as `near`.
        """
        return self._engine.explain(self._query(need), service_id)

    def _query(self, need: Need | str) -> Query:
        need = check_need(need, self.index)
        return Query(
            need=need,
            meaning=self._meaning(need),
            point=None if need.near is None else locate(need.near, self._geocoder),
            now=self._clock(),
            zone=self._zone,
            holidays=self._holidays,
        )

    def _meaning(self, need: Need) -> Interpretation:
        understood = self._interpreter.interpret(need.text) if need.text.strip() else Interpretation()
        concepts = self.index.phrases.vocabulary.concepts
        named = tuple(
            Understood(key, concepts[key].name, 1.0, (key,)) for key in need.terms if key in concepts
        )
        if not named:
            return understood
        rest = tuple(found for found in understood.concepts if found.concept not in need.terms)
        return attrs.evolve(understood, concepts=named + rest)
