"""The answers of all criteria about one offer, and what its score is made of."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import CRITERIA, OfferPlace, distance_reason, place_of
from communityconnector.matching.need_criteria import NeedCriteria, assess
from communityconnector.matching.purpose import Purpose
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import ScoreInputs, freshness_of, proximity_of
from communityconnector.matching.weights import Weights
from communityconnector.model import Offer
from communityconnector.model.geography import geodesic_km


@attrs.frozen(slots=True)
class Judgement:
    """The answers of all criteria about one offer.

    Attributes:
        reasons: the answers, in the order of the criteria; the need's comes first.
        relevance: the fit, 0 to 1 (see `ranking`).
        place: the kind of its place (`criteria.place.PLACES`).
        km: the distance; `None` if it is unknown or there is nowhere to go.
        radius_km: within how many km of its point the place is.
        assured: when its record was last checked, as the directory has it.
    """

    reasons: tuple[Reason, ...]
    relevance: float
    place: str
    km: float | None
    radius_km: float
    assured: str

    def fits(self, prefer: Iterable[str] = ()) -> bool:
        """Return whether no criterion is unmet, except for those that are only preferred."""
        return all(r.answer is not Answer.UNMET or r.criterion in prefer for r in self.reasons)


def judge(  # noqa: PLR0913, PLR0917  # all that a judgement is of
    offer: Offer,
    purpose: Purpose,
    need: NeedCriteria,
    query: Query,
    weights: Weights,
    place: OfferPlace | None = None,
) -> Judgement:
    """Ask every criterion about one offer.

    Args:
        offer: the offer.
        purpose: what its service is for.
        need: what the query asks of the purpose.
        query: the query.
        weights: what each answer leaves of the fit, and the line of the fit.
        place: what is known of its place; by default what its records say.
    """
    before: list[Reason] = []
    after: list[Reason] = []
    left = 1.0
    for criterion in CRITERIA:
        requirement = criterion.requirement(query)
        answer = None if requirement is None else criterion.answer(criterion.facts(offer), requirement)
        if answer is not None:
            left *= weights.factor(answer)
            (before if criterion.is_before_distance else after).append(answer)
    relevance, reason = assess(purpose, need, left, weights.line)
    kind, point, words, radius_km = place_of(offer) if place is None else place
    km = None
    if query.point is not None:
        if point is not None:
            km = geodesic_km(query.point.latitude, query.point.longitude, point.latitude, point.longitude)
        limit = None if query.need.within is None else float(query.need.within.km)
        before.append(distance_reason(kind, km, limit, words, radius_km, query.around_km))
    return Judgement(
        (reason, *before, *after), relevance, kind, km, radius_km, offer.service.assured_date or ""
    )


def score_inputs(judgement: Judgement, query: Query) -> ScoreInputs:
    """Return what the score of an offer is made of."""
    met = sum(reason.answer is Answer.MET for reason in judgement.reasons)
    return ScoreInputs(
        judgement.relevance,
        None if query.point is None else proximity_of(judgement.place, judgement.km, judgement.radius_km),
        met / len(judgement.reasons),
        freshness_of(judgement.assured, query.now.date()),
    )
