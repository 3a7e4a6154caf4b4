"""The score: how likely it is that a librarian would hand an offer over.

    fit   = purpose x what each answer leaves of it (area, age, situation)
    score = fit x (relevance + proximity x nearness + certainty x known + freshness x checked)

The fit is the chance that the service is for this need of this person; the rest is the share of such services that would
be handed over, by how near, certain and fresh they are. The words in the second line are weights (`matching.weights`),
together 1, and all values lie between 0 and 1. The fit multiplies the rest, so that a service next door which hardly fits
never comes before one that does. `Match` shows the score as a sum of four contributions, and the fit as a product. For many
rows at once, `matching.index.candidates` estimates it.
"""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.matching.weights import Weights


class Rank(StrEnum):
    """The order of results."""

    SCORE = "score"
    DISTANCE = "distance"
    """Nearest first by WGS-84 geodesic, then offers whose need or distance is unknown."""
    RELEVANCE = "relevance"


class Contribution(NamedTuple):
    """One part of a score.

    Attributes:
        name: `relevance`, `proximity`, `certainty` or `freshness`.
        weight: what it can add at most.
        value: how much of it the offer has, 0 to 1.
        points: what it adds: `weight x value`, multiplied by the relevance for all parts except relevance itself.
    """

    name: str
    weight: float
    value: float
    points: float


class Factor(NamedTuple):
    """One factor of a fit.

    Attributes:
        name: `purpose`: how surely the service is for what is needed; or a criterion whose answer lowers the fit.
        value: what it leaves of the fit, 0 to 1.
    """

    name: str
    value: float


IN_DOUBT: Final = 0.05
"""The relevance, for the score, of an offer whose record does not say what it is for."""

HALF_WAY: Final = 10.0
"""Miles at which proximity is one half: `10 / (10 + miles)`. A phone or online service counts as this far."""

ROUGH_SHARE: Final = 0.1
"""The share of an approximate place's radius that is added to its distance, for proximity: most addresses lie near its
middle."""

STALE_AFTER: Final = 730.0
"""Days after which an assurance counts nothing for freshness."""


class ScoreInputs(NamedTuple):
    """What the score of an offer is made of, each from 0 to 1.

    Attributes:
        relevance: the fit; 0 if the record does not say what it is for.
        proximity: how near it is; `None`, and left out, if the need names no place.
        certainty: the share of its reasons that are met, those that are not shown (`Match.unanswered`) included.
        freshness: how recently its record was checked.
    """

    relevance: float
    proximity: float | None
    certainty: float
    freshness: float


def contributions(weights: Weights, inputs: ScoreInputs) -> tuple[Contribution, ...]:
    """Return the parts of an offer's score.

    Args:
        weights: what each part can add.
        inputs: how much of each part the offer has.
    """
    relevance, proximity, certainty, freshness = inputs
    fit = relevance or IN_DOUBT
    whole = Contribution("relevance", weights.relevance, fit, weights.relevance * fit)
    sure = Contribution("certainty", weights.certainty, certainty, weights.certainty * certainty * fit)
    fresh = Contribution("freshness", weights.freshness, freshness, weights.freshness * freshness * fit)
    if proximity is None:
        return (whole, sure, fresh)
    near = Contribution("proximity", weights.proximity, proximity, weights.proximity * proximity * fit)
    return (whole, near, sure, fresh)


def score(weights: Weights, inputs: ScoreInputs) -> float:
    """Return the sum of the contributions' points, exactly rounded (`math.fsum`)."""
    relevance, proximity, certainty, freshness = inputs
    fit = relevance or IN_DOUBT
    return math.fsum(
        (
            weights.relevance * fit,
            weights.certainty * certainty * fit,
            weights.freshness * freshness * fit,
            0.0 if proximity is None else weights.proximity * proximity * fit,
        )
    )


def highest_score(weights: Weights, relevance: float, km: float) -> float:
    """Return the highest score of an offer of some relevance that is at least so far away."""
    near = HALF_WAY / (HALF_WAY + km / KM_A_MILE)
    return relevance * (weights.relevance + weights.proximity * near + weights.certainty + weights.freshness)


def proximity_of(place: str, km: float | None, radius_km: float = 0.0) -> float:
    """Return how near an offer is: `10 / (10 + miles)`, one half if there is nowhere to go, 0 if it is unknown.

    Args:
        place: the kind of its place.
        km: the distance.
        radius_km: the radius of an approximate place, of which a share (`ROUGH_SHARE`) is added.
    """
    if km is not None:
        return HALF_WAY / (HALF_WAY + (km + ROUGH_SHARE * radius_km) / KM_A_MILE)
    return 0.5 if place == "remote" else 0.0


def freshness_of(assured_date: str, today: date) -> float:
    """Return how fresh a record is: 1 if assured today, falling evenly to 0; 0 without a date or with a later one."""
    try:
        assured = date.fromisoformat(assured_date)
    except ValueError:
        return 0.0
    days = (today - assured).days
    return 0.0 if days < 0 else max(0.0, 1.0 - days / STALE_AFTER)


SortKey = tuple[object, ...]


def sort_key(  # noqa: PLR0913, PLR0917  # all that may decide, and called for every match
    rank: Rank,
    sure: bool,  # noqa: FBT001  # as above
    relevance: float,
    km: float | None,
    total: float,
    offer_id: str,
    service_id: str,
) -> SortKey:
    """Return the key that puts offers in order, best first and equal ones by their ids.

    Args:
        rank: the order.
        sure: whether the offer is known to be for what is needed.
        relevance: how well it fits.
        km: the distance; `None` if it is unknown or there is nowhere to go.
        total: the score.
        offer_id: the id of the offer.
        service_id: the id of its service.
    """
    if rank is Rank.SCORE:
        return (-total, offer_id, service_id)
    away = (km is None, 0.0 if km is None else km)
    if rank is Rank.DISTANCE:
        return (not sure, *away, -total, offer_id, service_id)
    return (-relevance, *away, offer_id, service_id)
