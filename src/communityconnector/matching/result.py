"""What a match is: offers with their reasons, in order, and what was understood of the need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import attrs

from communityconnector.interchange import to_raw
from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.ranking import Contribution
from communityconnector.model import Location, Offer, Organization, Service
from communityconnector.needs import CrisisLine, Interpretation

if TYPE_CHECKING:
    from geopy.distance import Distance


@attrs.frozen(repr=False)
class Match:
    """An offer that fits, and why.

    Attributes:
        offer: the service at a location, or the service that has none.
        score: between 0 and 1; exactly the sum of the contributions' points.
        contributions: the parts of the score.
        reasons: every criterion's answer.
        distance: how far away; `None` where that is unknown or there is nowhere to go (a reason says which).
    """

    offer: Offer
    score: float
    contributions: tuple[Contribution, ...]
    reasons: tuple[Reason, ...]
    distance: Distance | None = None

    def __repr__(self) -> str:
        return f"<Match {self.service.name!r}, score {self.score:.3f}>"

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
    def questions(self) -> tuple[str, ...]:
        """What nobody knows yet, as questions for the desk to ask."""
        return tuple(reason.text for reason in self.reasons if reason.answer is Answer.UNKNOWN)

    def to_dict(self) -> dict[str, Any]:
        """This match as JSON values: the records as HSDS, the rest in the words of this class."""
        place = self.location
        return {
            "offer_id": self.offer.id,
            "score": self.score,
            "distance": None
            if self.distance is None
            else {"miles": self.distance.miles, "km": self.distance.km},
            "contributions": [attrs.asdict(part) for part in self.contributions],
            "reasons": [
                {
                    "criterion": r.criterion,
                    "answer": r.answer.value,
                    "text": r.text,
                    "evidence": dict(r.evidence),
                }
                for r in self.reasons
            ],
            "service": to_raw(attrs.evolve(self.service, service_at_locations=())),
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


@attrs.frozen(repr=False)
class MatchResult(Sequence[Match]):
    """The answer to a need: matches, best first.

    Attributes:
        matches: this page of matches.
        interpretation: what was understood of the words.
        total: how many offers fit in all.
        ruled_out: how many offers for this need each criterion ruled out, such as `{"distance": 4}`.
    """

    matches: tuple[Match, ...]
    interpretation: Interpretation
    total: int
    ruled_out: Mapping[str, int] = attrs.field(factory=dict, hash=False)

    @property
    def urgent(self) -> tuple[CrisisLine, ...]:
        """Crisis lines to show before anything else; empty where the words show no danger."""
        return self.interpretation.urgent

    def __repr__(self) -> str:
        return f"<MatchResult with {len(self.matches)} of {self.total} matches>"

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
            "total": self.total,
            "ruled_out": dict(self.ruled_out),
            "matches": [match.to_dict() for match in self.matches],
        }
