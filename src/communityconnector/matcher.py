"""The matcher: takes a need as a patron states it, resolves its words and its place, and queries the engine."""

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
from communityconnector.matching.checks import check_need, check_rank
from communityconnector.matching.cue_criteria import NeedWithCues, add_cues, person_of
from communityconnector.matching.engine import NONE_FIRST, Reranker
from communityconnector.matching.reweighing import Reweighable
from communityconnector.model import Audience, Difference, Directory, Point
from communityconnector.model.geography import MiddlePoint
from communityconnector.needs import (
    Interpretation,
    Interpreter,
    Lexicon,
    Need,
    PatronInterpreter,
    Understood,
    Vocabulary,
)

MOST_PLANNED: Final = 50
"""The largest number of needs that can be planned at once."""


def _now() -> datetime:
    return datetime.now(UTC)


class Matcher:
    """Finds the services of a directory that fit a need, with reasons.

    Args:
        directory: the directory, or its index, such as a saved one.
        audience: who will see the results. By default the public, so confidential places stay hidden. An index can only
            be used for the audience that it was made for.
        geocoder: turns names of places into points. By default US ZIP codes, towns and counties, offline.
        vocabulary: the known needs and the words for them, in patrons' language and in names of services. By default the
            built-in vocabulary. An index has the vocabulary that it was made with.
        interpreter: finds needs in patrons' words. By default by the learned model and the vocabulary's
            phrases (`needs.PatronInterpreter`).
        zone: time zone of the directory's wall-clock times, as IANA name or `tzinfo`. By default the time zone of the
            moment in the query.
        clock: returns the current time, with a time zone.
        weights: what each part adds to a score, by name (`matching.WEIGHTS`).
        rerankers: each in turn may reorder the best matches. It is called with the matches and the query, and returns
            all of the matches.
        holidays: names the days on which the usual hours may not apply. On these days hours are unknown.
        cues: whether what a patron's words say about the person (age, language, a wheelchair, no money, a ZIP code, ...)
            moves offers up or down where the need has no such field. It never rules an offer out.

    May be shared between threads.

    Example:
        >>> import communityconnector as cc
        >>> matcher = cc.Matcher(cc.sample())
        >>> result = matcher.match(cc.Need("dentist", near="28640", within=cc.miles(10)))
        >>> print(result[0].service.name, "|", result[0].reasons[-1].text)
        Dental Clinic | 4.4 miles (7.0 km) away, straight line

    Raises:
        InvalidWeightsError: a weight is unknown, negative or not a number.
        UnusableIndexError: the index was made for another audience, or a vocabulary is given together with an index.
    """

    def __init__(  # noqa: PLR0913  # parts that a host may replace, all with a default
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
        cues: bool = True,
    ) -> None:
        self._directory: Directory | None = None
        self._geocoder = geocoder or UsZipGeocoder()
        if isinstance(directory, Index):
            index = directory
            if index.audience != audience:
                message = f"this index was made for the audience {index.audience}, not for {audience}"
                raise UnusableIndexError(message)
            if vocabulary is not None:
                message = "an index already has the vocabulary that it was made with: pass yours to `Index.open` instead"
                raise UnusableIndexError(message)
            index = index if geocoder is None else index.with_locate(geocoder.locate)
        else:
            lexicon = needs.lexicon() if vocabulary is None else Lexicon(vocabulary)
            self._directory = directory.for_audience(audience)
            index = Index.of(self._directory, lexicon, Audience(audience), self._geocoder.locate)
        self._engine = Engine(index, weights=weights, rerankers=rerankers)
        if isinstance(interpreter, PatronInterpreter):
            # One that is chosen by its name does not know the words of this library.
            interpreter = interpreter.with_lexicon(index.lexicon)
        self._interpreter = interpreter or PatronInterpreter(index.lexicon)
        self._zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self._clock = clock
        self._holidays = holidays
        self._cues = cues

    @property
    def index(self) -> Index:
        """The index that is searched. Saved, it opens in other processes at once (`Index.save`, `Index.open`)."""
        return self._engine.index

    @property
    def directory(self) -> Directory:
        """The directory as the audience may see it. If the matcher has only an index, it is built at the first use."""
        if self._directory is None:
            self._directory = Directory.of([*self.index.services(), *self.index.terms.values()])
        return self._directory

    def update(self, directory: Directory) -> Difference:
        """Replace the directory by a newer one. Only differences are indexed, and running matches never wait.

        Args:
            directory: the complete new directory.

        Returns:
            What changed for the audience.
        """
        new = directory.for_audience(self.index.audience)
        old = self.directory
        if old.taxonomy_terms != new.taxonomy_terms:
            # A changed term may be an ancestor of any service's term, so all services are indexed again.
            gone = old.services.keys() - new.services.keys()
            self._engine.update(new.services.values(), gone, new.taxonomy_terms)
        else:
            changed = [service for key, service in new.services.items() if old.services.get(key) != service]
            self._engine.update(changed, old.services.keys() - new.services.keys())
        self._directory = new
        return old.diff(new)

    def match(  # noqa: PLR0913  # options of the result, all with a default
        self,
        need: Need | str,
        *,
        near: str | Point | None = None,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank | str = Rank.SCORE,
        per_agency: int | None = None,
        first: Mapping[str, Reason] = NONE_FIRST,
    ) -> MatchResult:
        """Return the services that fit a need, best first, each with its reasons.

        Args:
            need: the need, or just its text.
            near: the place to start from, if the need has none.
            limit: the largest number of matches; `None` for all.
            offset: the number of best matches to skip, for the next page.
            rank: `score` (fit and distance together), `distance` or `relevance`.
            per_agency: the number of matches of one organization before those of others get a turn; `None` for the plain
                order.
            first: reasons to put services first, by service id, for reasons outside the directory, such as that the
                agency is in the building today. Services that are known to fit the need and whose reason is met come
                before all others. No score changes.

        Raises:
            PlaceNotFoundError: the place given as `near` is unknown.
            InvalidNeedError: a number is negative, or the name of an order or a language is unknown.
            UnknownNeedError: a term is neither in the vocabulary nor in the directory.
        """
        return self._engine.match(
            self._query(need, near),
            limit=limit,
            offset=offset,
            rank=check_rank(rank),
            per_agency=per_agency,
            first=first,
        )

    def match_many(
        self, needs: Iterable[Need | str], *, limit: int = 10, rank: Rank | str = Rank.SCORE
    ) -> MatchResults:
        """Return the results for many needs, in their order.

        Work that several needs share is done once. Needs that are given as terms, with a place and a limit of distance,
        are searched hundreds at a time. The results are those of `match`. Each is built when it is accessed.

        Args:
            needs: the needs.
            limit: the largest number of matches for each need.
            rank: the order.

        Raises:
            PlaceNotFoundError: a place given as `near` is unknown.
            InvalidNeedError: the limit is negative, or a name is unknown, as for `match`.
            UnknownNeedError: a term is unknown.
        """
        return self._engine.match_many(map(self._query, needs), limit=limit, rank=check_rank(rank))

    def plan(self, needs: Iterable[Need | str], *, near: str | Point | None = None) -> Itinerary:
        """Return the fewest stops that meet several needs, by the shortest route.

        Up to eight needs are planned exactly, from the 40 nearest offers for each. `Itinerary.exact` states whether
        these were all offers. `Itinerary.bound` is an upper bound for the number of stops, as a multiple of the fewest.

        Args:
            needs: the needs.
            near: the patron's start, also used for needs without a place. By default the place of the first need that
                has one.

        Raises:
            PlaceNotFoundError: a place given as `near` is unknown.
            InvalidNeedError: there are more than `MOST_PLANNED` needs, or a name is unknown, as for `match`.
            UnknownNeedError: a term is unknown.
        """
        queries = [self._query(need, near) for need in needs]
        if len(queries) > MOST_PLANNED:
            message = f"at most {MOST_PLANNED} needs can be planned at once"
            raise InvalidNeedError(message)
        points = (query.point for query in queries if query.point is not None)
        origin = next(points, None) if near is None else locate(near, self._geocoder)
        return self._engine.plan(queries, origin)

    def explain(
        self, need: Need | str, service_id: str, *, near: str | Point | None = None
    ) -> tuple[Explanation, ...]:
        """Return why a service fits a need or does not: the answer to every criterion, one explanation for each offer.

        Args:
            need: the need, or just its text.
            service_id: the id of the service.
            near: the place to start from, if the need has none.

        Raises:
            ServiceNotFoundError: the directory has no service with this id.
            PlaceNotFoundError: the place given as `near` is unknown.
        """
        return self._engine.explain(self._query(need, near), service_id)

    def reweighable(self, need: Need | str) -> Reweighable:
        """Return all services that fit a need, to be put in order by any weights: for fitting these on judged needs.

        Args:
            need: the need, or just its text.

        Raises:
            PlaceNotFoundError: the place given as `near` is unknown.
            InvalidNeedError: a number is negative, or the name of a language is unknown.
            UnknownNeedError: a term is neither in the vocabulary nor in the directory.
        """
        return self._engine.reweighable(self._query(need))

    def _query(self, need: Need | str, near: str | Point | None = None) -> Query:
        checked = check_need(need, self.index)
        if near is not None and checked.near is None:
            checked = attrs.evolve(checked, near=near)
        meaning = self._meaning(checked)
        place = None if checked.near is None else locate(checked.near, self._geocoder)
        filled = add_cues(checked, meaning.cues) if self._cues else NeedWithCues(checked)
        return Query(
            need=filled.need,
            meaning=meaning,
            point=place or filled.point,
            around_km=place.radius_km if isinstance(place, MiddlePoint) else 0.0,
            now=self._clock(),
            zone=self._zone,
            holidays=self._holidays,
            noted=filled.criteria,
            person=person_of(filled.need, meaning, cues=self._cues),
        )

    def _meaning(self, need: Need) -> Interpretation:
        understood = self._interpreter.interpret(need.text) if need.text.strip() else Interpretation()
        concepts = self.index.lexicon.vocabulary.concepts
        named = tuple(
            Understood(key, concepts[key].name, 1.0, (key,)) for key in need.terms if key in concepts
        )
        if not named:
            return understood
        rest = tuple(concept for concept in understood.concepts if concept.concept not in need.terms)
        return attrs.evolve(understood, concepts=named + rest)
