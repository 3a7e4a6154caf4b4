"""All criteria's answers about one offer, and what its score is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import BEFORE_DISTANCE, CRITERIA, Spot, distance_reason, spot_of
from communityconnector.matching.purpose import Asked, Purpose, for_need
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Worth, freshness_of, proximity_of
from communityconnector.model import Offer
from communityconnector.model.geography import geodesic_km


@attrs.frozen(slots=True)
class Judgement:
    """All criteria's answers about one offer.

    Attributes:
        reasons: the answers, in the order of the criteria; the need's comes first.
        relevance: how well the offer fits the need itself, 0 to 1.
        place: what is known of its place (`criteria.place.PLACES`).
        km: how far away it is; `None` where that is unknown or there is nowhere to go.
        assured: when its record was last checked, as the directory has it.
    """

    reasons: tuple[Reason, ...]
    relevance: float
    place: str
    km: float | None
    assured: str

    def fits(self, prefer: Iterable[str] = ()) -> bool:
        """Whether nothing rules the offer out, but for what is only preferred."""
        return all(r.answer is not Answer.UNMET or r.criterion in prefer for r in self.reasons)


def judge(offer: Offer, purpose: Purpose, asked: Asked, query: Query, spot: Spot | None = None) -> Judgement:
    """Ask every criterion about one offer.

    Args:
        offer: the offer.
        purpose: what its service is for.
        asked: what is asked of that.
        query: the need, resolved.
        spot: what is known of where it is; by default what its records say.
    """
    relevance, need = for_need(purpose, asked)
    given = {}
    for criterion in CRITERIA:
        question = criterion.asked(query)
        if question is not None:
            given[criterion.name] = criterion.answer(criterion.facts(offer), question)
    place, there, words = spot_of(offer) if spot is None else spot
    km, distance = None, None
    if query.point is not None:
        if there is not None:
            km = geodesic_km(query.point.latitude, query.point.longitude, there.latitude, there.longitude)
        limit = None if query.need.within is None else float(query.need.within.km)
        distance = distance_reason(place, km, limit, words)
    return Judgement(in_order(need, given, distance), relevance, place, km, offer.service.assured_date or "")


def in_order(need: Reason, given: Mapping[str, Reason | None], distance: Reason | None) -> tuple[Reason, ...]:
    """All reasons in their order: the need, the status, the area, the distance, then what else was asked."""
    before = [given.get(criterion.name) for criterion in CRITERIA if criterion.name in BEFORE_DISTANCE]
    after = [given.get(criterion.name) for criterion in CRITERIA if criterion.name not in BEFORE_DISTANCE]
    return tuple(reason for reason in (need, *before, distance, *after) if reason is not None)


def worth_of(judgement: Judgement, query: Query) -> Worth:
    """What an offer's score is made of."""
    met = sum(reason.answer is Answer.MET for reason in judgement.reasons)
    return Worth(
        judgement.relevance,
        None if query.point is None else proximity_of(judgement.place, judgement.km),
        met / len(judgement.reasons),
        freshness_of(judgement.assured, query.now.date()),
    )
