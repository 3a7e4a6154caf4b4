"""The matcher: takes a need as it was said, resolves its words and its place, and asks the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import attrs

from communityconnector import needs
from communityconnector.adapters.us_zip import UsZipGeocoder
from communityconnector.geocoding import Geocoder, locate
from communityconnector.matching import Engine, Explanation, MatchResult, Query, Rank
from communityconnector.model import Audience, Directory
from communityconnector.needs import (
    Interpretation,
    Interpreter,
    Need,
    PhraseInterpreter,
    Understood,
    Vocabulary,
)


def _now() -> datetime:
    return datetime.now(UTC)


class Matcher:
    """Finds the services of a directory that fit a need, and says why.

    Args:
        directory: where to look.
        audience: who will see the results. By default the public: confidential places stay hidden.
        geocoder: who knows places in words. By default US ZIP codes, offline.
        vocabulary: the needs that there are and the words for them, in what patrons say and in what services
            are called. By default the one that ships.
        interpreter: who understands what patrons say. By default the vocabulary's phrases.
        zone: zone of the directory's wall-clock times, IANA name or `tzinfo`. By default the zone of the
            moment that is asked about.
        clock: gives the present moment, with a zone.

    A matcher does not change and may be shared between threads.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace, all with a default
        self,
        directory: Directory,
        *,
        audience: Audience | str = Audience.PUBLIC,
        geocoder: Geocoder | None = None,
        vocabulary: Vocabulary | None = None,
        interpreter: Interpreter | None = None,
        zone: str | tzinfo | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        phrases = needs.interpreter() if vocabulary is None else PhraseInterpreter(vocabulary)
        self._engine = Engine(directory.for_audience(audience), phrases)
        self._concepts = phrases.vocabulary.concepts
        self._geocoder = geocoder or UsZipGeocoder()
        self._interpreter = interpreter or phrases
        self._zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self._clock = clock

    @property
    def directory(self) -> Directory:
        """The directory as the audience may see it."""
        return self._engine.directory

    def match(
        self, need: Need | str, *, limit: int | None = 10, offset: int = 0, rank: Rank | str = Rank.SCORE
    ) -> MatchResult:
        """The services that fit a need, best first, each with its reasons.

        Args:
            need: what the patron needs; a text alone will do.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over, for the next page.
            rank: `score` (fit and distance together), `distance` or `relevance`.

        Raises:
            PlaceNotFoundError: nobody knows the place given as `near`.
        """
        return self._engine.match(self._query(need), limit=limit, offset=offset, rank=Rank(rank))

    def explain(self, need: Need | str, service_id: str) -> tuple[Explanation, ...]:
        """Why a service fits a need, or why not: every criterion's answer, one explanation an offer.

        Raises:
            ServiceNotFoundError: the directory has no such service.
            PlaceNotFoundError: nobody knows the place given as `near`.
        """
        return self._engine.explain(self._query(need), service_id)

    def _query(self, need: Need | str) -> Query:
        need = Need(need) if isinstance(need, str) else need
        return Query(
            need=need,
            meaning=self._meaning(need),
            point=None if need.near is None else locate(need.near, self._geocoder),
            now=self._clock(),
            zone=self._zone,
        )

    def _meaning(self, need: Need) -> Interpretation:
        understood = self._interpreter.interpret(need.text) if need.text.strip() else Interpretation()
        concepts = self._concepts
        named = tuple(
            Understood(key, concepts[key].name, 1.0, (key,)) for key in need.terms if key in concepts
        )
        if not named:
            return understood
        rest = tuple(found for found in understood.concepts if found.concept not in need.terms)
        return attrs.evolve(understood, concepts=named + rest)
