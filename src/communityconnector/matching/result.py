"""Matches and results: offers with their reasons, in order, and what was understood of the need."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import attrs

from communityconnector.interchange import to_raw
from communityconnector.matching.advice import NOTHING_FITS
from communityconnector.matching.answers import KINDS, Answer, Reason
from communityconnector.matching.ranking import IN_DOUBT, Contribution, Factor, ScoreInputs, contributions
from communityconnector.matching.weights import Weights
from communityconnector.model import Location, Offer, Organization, Service, kilometers
from communityconnector.model.geography import Distance
from communityconnector.needs import CrisisLine, Interpretation
from communityconnector.needs.words import fold

_UNKNOWN = KINDS.index("unknown")


@attrs.frozen(repr=False, slots=False)
class Match:
    """An offer that fits, and why. Its records are fetched at the first access.

    Attributes:
        offer_id: id of the service at the location, else of the service.
        service_id: id of the service.
        score: between 0 and 1; exactly the sum of the contributions' points.
        reasons: the answers of all criteria.
        km: the distance in km; `None` if it is unknown or there is nowhere to go (a reason says which).
        needs: the ids of the needs in the query, surest first, whether or not this offer meets all of them.
        terms: the taxonomy terms in the query.
        unanswered: the criteria that only a cue asks and that the record leaves open: no reasons, but a part of the
            certainty.
    """

    offer_id: str
    service_id: str
    score: float
    reasons: tuple[Reason, ...]
    km: float | None
    _weights: Weights
    _inputs: ScoreInputs
    _fetch: Callable[[], Offer] = attrs.field(eq=False)
    needs: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Match {self.offer_id!r}, score {self.score:.3f}>"

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The parts of the score."""
        return contributions(self._weights, self._inputs)

    @property
    def fit(self) -> float:
        """The chance that the service is for this need of this person, 0 to 1: the product of the factors."""
        return self._inputs.relevance or IN_DOUBT

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What the fit is the product of: the purpose first, then each criterion whose answer lowers it."""
        if not self._inputs.relevance:
            return (Factor("purpose", IN_DOUBT),)
        answers = [(reason.criterion, self._weights.factor(reason)) for reason in self.reasons]
        answers += [(name, self._weights.of_criterion(name)[_UNKNOWN]) for name in self.unanswered]
        lowering = [Factor(name, value) for name, value in answers if value != 1]
        left = math.prod(value for _, value in lowering)
        return (Factor("purpose", self.fit / left), *lowering)

    @cached_property
    def offer(self) -> Offer:
        """The service at a location, or the service that has none."""
        return self._fetch()

    @property
    def distance(self) -> Distance | None:
        """The distance; `None` if it is unknown or there is nowhere to go (a reason says which)."""
        return None if self.km is None else kilometers(self.km)

    @property
    def service(self) -> Service:
        """The service."""
        return self.offer.service

    @property
    def location(self) -> Location | None:
        """The location, if there is one."""
        return self.offer.location

    @property
    def organization(self) -> Organization | None:
        """The organization (agency) that provides the service."""
        return self.offer.organization

    @property
    def agency_id(self) -> str:
        """The id of the organization; empty if the directory names none."""
        return self.organization.id if self.organization else ""

    @property
    def agency_name(self) -> str:
        """The name of the organization, to be shown; empty if the directory names none."""
        return self.organization.name if self.organization else ""

    @property
    def alert(self) -> str:
        """Urgent, temporary news of the service in the record's words, such as a closure; "" if there is none."""
        return self.service.alert or ""

    @property
    def is_approximate(self) -> bool:
        """Whether the distance is that of the postal code, because the place has no point."""
        return any(r.criterion == "distance" and r.evidence.get("approximate") for r in self.reasons)

    @property
    def questions(self) -> tuple[str, ...]:
        """What the directory does not say, as questions for the desk to ask."""
        return tuple(reason.text for reason in self.reasons if reason.answer is Answer.UNKNOWN)

    @property
    def gives(self) -> tuple[str, ...]:
        """The criteria that are known not to be met: those only preferred, or those that a near miss misses."""
        return tuple(reason.criterion for reason in self.reasons if reason.answer is Answer.UNMET)

    def to_dict(self) -> dict[str, Any]:
        """Return this match as JSON values: the records as HSDS, the rest by the names of this class."""
        link, place = self.offer.service_at_location, self.location
        service = attrs.evolve(self.service, service_at_locations=())
        if service.organization is not None:
            service = attrs.evolve(service, organization=attrs.evolve(service.organization, locations=()))
        return {
            "offer_id": self.offer_id,
            "score": self.score,
            "distance": None
            if self.km is None
            else {
                "miles": self.distance.miles if self.distance else None,
                "km": self.km,
                "approximate": self.is_approximate,
            },
            "alert": self.alert,
            "factors": [factor._asdict() for factor in self.factors],
            "contributions": [part._asdict() for part in self.contributions],
            "reasons": [
                {
                    "criterion": r.criterion,
                    "answer": r.answer.value,
                    "text": r.text,
                    "evidence": dict(r.evidence),
                }
                for r in self.reasons
            ],
            "unanswered": list(self.unanswered),
            "gives": list(self.gives),
            "service": to_raw(service),
            "service_at_location": None
            if link is None
            else to_raw(attrs.evolve(link, location=None, service=None)),
            "location": None if place is None else to_raw(place),
        }


@attrs.frozen
class Explanation:
    """Why an offer fits or does not.

    Attributes:
        offer: the offer.
        fits: whether nothing rules it out.
        reasons: the answers of all criteria.
        score: its score, or the score that it would have if it fitted.
        unanswered: the criteria that only a cue asks and that the record leaves open.
    """

    offer: Offer
    fits: bool
    reasons: tuple[Reason, ...]
    score: float
    unanswered: tuple[str, ...] = ()

    @property
    def alert(self) -> str:
        """Urgent, temporary news of the service in the record's words; "" if there is none."""
        return self.offer.service.alert or ""


@attrs.frozen
class UnmetNeed:
    """A need that the directory cannot meet, as it may be recorded: without who asked or where.

    Attributes:
        concepts: the ids of the needs that were understood.
        terms: the taxonomy terms in the query.
        asked: the names of the criteria in the query, without their values.
        ruled_out: the number of offers for this need that each criterion ruled out.
        near_misses: the number of offers that would fit if a criterion gave way.
    """

    concepts: tuple[str, ...]
    terms: tuple[str, ...]
    asked: tuple[str, ...]
    ruled_out: Mapping[str, int]
    near_misses: int


@attrs.frozen(repr=False, slots=False)
class MatchResult(Sequence[Match]):
    """The result for a need: matches, best first.

    Attributes:
        matches: this page of matches.
        interpretation: what was understood of the words.
    """

    matches: tuple[Match, ...]
    interpretation: Interpretation
    _count: Callable[[], tuple[int, Mapping[str, int]]] = attrs.field(eq=False)
    _widen: Callable[[], tuple[Match, ...]] = attrs.field(eq=False)
    _find_also_helping: Callable[[], tuple[Match, ...]] = attrs.field(eq=False)
    _is_met: Callable[[], bool] = attrs.field(eq=False)
    _asked: tuple[str, ...] = ()
    _terms: tuple[str, ...] = ()
    _advice: str = attrs.field(default="", kw_only=True)

    @cached_property
    def _counts(self) -> tuple[int, Mapping[str, int]]:
        return self._count()

    @property
    def total(self) -> int:
        """The number of offers that fit in all; counted at the first access."""
        return self._counts[0]

    @property
    def ruled_out(self) -> Mapping[str, int]:
        """The number of offers for this need that each criterion ruled out, such as `{"distance": 4}`."""
        return self._counts[1]

    @cached_property
    def widened(self) -> tuple[Match, ...]:
        """Near misses, if few offers are known to fit; each says in `gives` what would have to give way.

        First the distance, then hours, then cost, capacity and the age of the record (`matching.widening.STAGES`); never what
        makes a person eligible.
        """
        return self._widen()

    @cached_property
    def also_helping(self) -> tuple[Match, ...]:
        """Up to three offers for what was not asked for but also helps: for an eviction, the fund that pays the rent.

        From the table `needs/data/also_helps.csv`. None of them is among the offers that fit.
        """
        return self._find_also_helping()

    @property
    def unmet(self) -> UnmetNeed | None:
        """The need as it may be recorded, if nothing is known to fit; otherwise `None`."""
        if self._is_met():
            return None
        return UnmetNeed(
            concepts=tuple(concept.concept for concept in self.interpretation.concepts),
            terms=self._terms,
            asked=self._asked,
            ruled_out=dict(self.ruled_out),
            near_misses=len(self.widened),
        )

    @cached_property
    def advice(self) -> str:
        """A plain sentence, and what to do, if the words were not understood or nothing is known to fit; else ""."""
        return self._advice or ("" if self._is_met() else NOTHING_FITS)

    @property
    def programs(self) -> tuple[tuple[Match, ...], ...]:
        """The matches by program: those of one name and one agency together, best first, where the best of them stands."""
        by_program: dict[tuple[str, str], list[Match]] = {}
        for match in self.matches:
            agency, name = match.agency_id or match.service_id, fold(match.service.name)
            by_program.setdefault((agency, name), []).append(match)
        return tuple(map(tuple, by_program.values()))

    @property
    def urgent(self) -> tuple[CrisisLine, ...]:
        """Crisis lines to show before anything else; empty if the words show no danger."""
        return self.interpretation.urgent

    def __repr__(self) -> str:
        return f"<MatchResult with {len(self.matches)} matches>"

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Match, ...]: ...
    def __getitem__(self, index: int | slice) -> Match | tuple[Match, ...]:
        return self.matches[index]

    def to_dict(self) -> dict[str, Any]:
        """Return this result as JSON values. What danger there may be, and the crisis lines, come first."""
        return {
            "dangers": [attrs.asdict(danger) for danger in self.interpretation.dangers],
            "urgent": [attrs.asdict(line) for line in self.urgent],
            "certainty": self.interpretation.certainty.value,
            "understood": [attrs.asdict(concept) for concept in self.interpretation.concepts],
            "related": [attrs.asdict(concept) for concept in self.interpretation.related],
            "cues": self.interpretation.cues.to_dict(),
            "advice": self.advice,
            "total": self.total,
            "ruled_out": dict(self.ruled_out),
            "matches": [match.to_dict() for match in self.matches],
            "widened": [match.to_dict() for match in self.widened],
            "also_helping": [match.to_dict() for match in self.also_helping],
        }


class MatchResults(Sequence[MatchResult]):
    """The results for many needs, in their order. Each is built when it is accessed, with its matches and reasons.

    Args:
        make: builds the result for a need by its number.
        numbers: the numbers of the needs.
    """

    def __init__(self, make: Callable[[int], MatchResult], numbers: Sequence[int]) -> None:
        self._make = make
        self._numbers = numbers

    def __repr__(self) -> str:
        return f"<MatchResults of {len(self._numbers)} needs>"

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> MatchResult: ...
    @overload
    def __getitem__(self, index: slice) -> MatchResults: ...
    def __getitem__(self, index: int | slice) -> MatchResult | MatchResults:
        if isinstance(index, slice):
            return MatchResults(self._make, self._numbers[index])
        return self._make(self._numbers[index])
