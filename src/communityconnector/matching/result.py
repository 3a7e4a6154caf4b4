"""What a match is: offers with their reasons, in order, and what was understood of the need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import attrs

from communityconnector.interchange import to_raw
from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.ranking import Contribution, Weights, Worth, contributions
from communityconnector.model import Location, Offer, Organization, Service, kilometers
from communityconnector.model.geography import Distance
from communityconnector.needs import CrisisLine, Interpretation


@attrs.frozen(repr=False, slots=False)
class Match:
    """An offer that fits, and why. Its records are fetched when they are first looked at.

    Attributes:
        offer_id: id of the service at the location, else of the service.
        service_id: id of the service.
        score: between 0 and 1; exactly the sum of the contributions' points.
        reasons: every criterion's answer.
        km: how far away, in km; `None` where that is unknown or there is nowhere to go (a reason says which).
        needs: what was asked for, whatever this offer is known to offer: ids of needs, surest first.
        terms: taxonomy terms that were asked for.
    """

    offer_id: str
    service_id: str
    score: float
    reasons: tuple[Reason, ...]
    km: float | None
    _weights: Weights
    _worth: Worth
    _fetch: Callable[[], Offer] = attrs.field(eq=False)
    needs: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Match {self.offer_id!r}, score {self.score:.3f}>"

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The parts of the score."""
        return contributions(self._weights, self._worth)

    @cached_property
    def offer(self) -> Offer:
        """The service at a location, or the service that has none."""
        return self._fetch()

    @property
    def distance(self) -> Distance | None:
        """How far away; `None` where that is unknown or there is nowhere to go (a reason says which)."""
        return None if self.km is None else kilometers(self.km)

    @property
    def service(self) -> Service:
        """The service."""
        return self.offer.service

    @property
    def location(self) -> Location | None:
        """The location, where there is one."""
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
        """What is urgent and passing about the service, in the record's words, such as a closure; "" for nothing."""
        return self.service.alert or ""

    @property
    def is_approximate(self) -> bool:
        """Whether the distance is that of the postal code, for want of a point."""
        return any(r.criterion == "distance" and r.evidence.get("approximate") for r in self.reasons)

    @property
    def questions(self) -> tuple[str, ...]:
        """What nobody knows yet, as questions for the desk to ask."""
        return tuple(reason.text for reason in self.reasons if reason.answer is Answer.UNKNOWN)

    @property
    def gives(self) -> tuple[str, ...]:
        """The criteria that are known not to be met: what was only preferred, or what a near miss has to give."""
        return tuple(reason.criterion for reason in self.reasons if reason.answer is Answer.UNMET)

    def to_dict(self) -> dict[str, Any]:
        """This match as JSON values: the records as HSDS, the rest in the words of this class."""
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
            "gives": list(self.gives),
            "service": to_raw(service),
            "service_at_location": None
            if link is None
            else to_raw(attrs.evolve(link, location=None, service=None)),
            "location": None if place is None else to_raw(place),
        }


@attrs.frozen
class Explanation:
    """Why an offer was returned, or why not.

    Attributes:
        offer: the offer.
        fits: whether nothing rules it out.
        reasons: every criterion's answer.
        score: what it scores, or would if it fitted.
    """

    offer: Offer
    fits: bool
    reasons: tuple[Reason, ...]
    score: float

    @property
    def alert(self) -> str:
        """What is urgent and passing about the service, in the record's words; "" for nothing."""
        return self.offer.service.alert or ""


@attrs.frozen
class UnmetNeed:
    """A need that the directory cannot meet, as it may be recorded: nothing in it says who asked or where.

    Attributes:
        concepts: ids of the needs that were understood.
        terms: taxonomy terms that were asked for.
        asked: names of the criteria that were asked, without what was asked.
        ruled_out: how many offers for this need each criterion ruled out.
        near_misses: how many offers would do if something gave way.
    """

    concepts: tuple[str, ...]
    terms: tuple[str, ...]
    asked: tuple[str, ...]
    ruled_out: Mapping[str, int]
    near_misses: int


@attrs.frozen(repr=False, slots=False)
class MatchResult(Sequence[Match]):
    """The answer to a need: matches, best first.

    Attributes:
        matches: this page of matches.
        interpretation: what was understood of the words.
        advice: where they were not understood, or only guessed at, a plain sentence that says so and what to do; else "".
    """

    matches: tuple[Match, ...]
    interpretation: Interpretation
    _count: Callable[[], tuple[int, Mapping[str, int]]] = attrs.field(eq=False)
    _widen: Callable[[], tuple[Match, ...]] = attrs.field(eq=False)
    _is_met: Callable[[], bool] = attrs.field(eq=False)
    _asked: tuple[str, ...] = ()
    _terms: tuple[str, ...] = ()
    advice: str = attrs.field(default="", kw_only=True)

    @cached_property
    def _counts(self) -> tuple[int, Mapping[str, int]]:
        return self._count()

    @property
    def total(self) -> int:
        """How many offers fit in all; counted when it is first asked for."""
        return self._counts[0]

    @property
    def ruled_out(self) -> Mapping[str, int]:
        """How many offers for this need each criterion ruled out, such as `{"distance": 4}`."""
        return self._counts[1]

    @cached_property
    def widened(self) -> tuple[Match, ...]:
        """Near misses where little is known to fit: each says in `gives` what would have to give way.

        First distance, then hours, then cost, room and the age of the record; never what makes somebody eligible.
        Empty where enough fits.
        """
        return self._widen()

    @property
    def unmet(self) -> UnmetNeed | None:
        """The need as it may be recorded, where nothing is known to fit; `None` where something is."""
        if self._is_met():
            return None
        return UnmetNeed(
            concepts=tuple(found.concept for found in self.interpretation.concepts),
            terms=self._terms,
            asked=self._asked,
            ruled_out=dict(self.ruled_out),
            near_misses=len(self.widened),
        )

    @property
    def urgent(self) -> tuple[CrisisLine, ...]:
        """Crisis lines to show before anything else; empty where the words show no danger."""
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
        """This result as JSON values."""
        return {
            "understood": [attrs.asdict(found) for found in self.interpretation.concepts],
            "urgent": [attrs.asdict(line) for line in self.urgent],
            "advice": self.advice,
            "total": self.total,
            "ruled_out": dict(self.ruled_out),
            "matches": [match.to_dict() for match in self.matches],
            "widened": [match.to_dict() for match in self.widened],
        }


class MatchResults(Sequence[MatchResult]):
    """The answers to many needs, in their order. Each is made whenever it is looked at, with its matches and reasons.

    Args:
        make: makes the answer to a need by its number.
        numbers: which.
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
