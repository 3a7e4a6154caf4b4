"""The score: how well an offer fits the need, and as far as it fits, how near, certain and fresh it is.

    score = relevance x (0.5 + 0.3 x proximity + 0.15 x certainty + 0.05 x freshness)

All four values lie between 0 and 1. Relevance multiplies the rest, so that a service next door which hardly fits
never stands before one which does; written as a sum of four contributions it is what `Match` shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.errors import InvalidWeightsError
from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.needs.suggestions import did_you_mean


class Rank(StrEnum):
    """The order of results."""

    SCORE = "score"
    DISTANCE = "distance"
    """Nearest first by WGS-84 geodesic; offers whose need or distance is unknown follow, labelled so."""
    RELEVANCE = "relevance"


class Contribution(NamedTuple):
    """One part of a score.

    Attributes:
        name: `relevance`, `proximity`, `certainty` or `freshness`.
        weight: what it can add at most.
        value: how much of it the offer has, 0 to 1.
        points: what it adds: `weight x value`, and but for relevance itself that times the relevance.
    """

    name: str
    weight: float
    value: float
    points: float


WEIGHTS: Final = {"relevance": 0.5, "proximity": 0.3, "certainty": 0.15, "freshness": 0.05}
"""What each part can add. None depends on the other offers, so a service that is added or taken away never
changes the order of the rest."""

SURE_ENOUGH: Final = 0.3
"""The least relevance with which an offer fits. One of less may fit: it is a question, and never said to be met."""

IN_DOUBT: Final = 0.05
"""Relevance, for the score, of an offer whose record does not say what it is for."""

HALF_WAY: Final = 10.0
"""Miles at which proximity is one half: `10 / (10 + miles)`. A phone or online service counts as this far."""

STALE_AFTER: Final = 730.0
"""Days after which an assurance counts nothing for freshness."""


@attrs.frozen
class Weights:
    """What each part can add to a score; together 1.

    Attributes:
        relevance: for fitting the need.
        proximity: for being near.
        certainty: for what is known.
        freshness: for a record that was checked lately.
    """

    relevance: float
    proximity: float
    certainty: float
    freshness: float

    @classmethod
    def of(cls, weights: Mapping[str, float] | None) -> Weights:
        """Weights from numbers by name, brought to a sum of 1; a part that is not named counts nothing.

        Raises:
            InvalidWeightsError: a part is unknown, a weight is no number of 0 or more, or relevance has none.
        """
        listing = ", ".join(WEIGHTS)
        if weights is not None and not isinstance(weights, Mapping):
            message = f"weights are numbers by name: {listing}"
            raise InvalidWeightsError(message)
        given = dict(WEIGHTS if weights is None else weights)
        strange = sorted(map(str, given.keys() - WEIGHTS.keys()))
        if strange:
            near = did_you_mean(strange[0], tuple(WEIGHTS))
            message = f"a score has no part named {strange[0][:50]}; {near or f'it has {listing}'}"
            raise InvalidWeightsError(message)
        numbers = {name: given.get(name, 0.0) for name in WEIGHTS}
        for name, value in numbers.items():
            if not _is_weight(value):
                message = f"the weight of {name} must be a number from 0 to {_LARGEST_WEIGHT:,}"
                raise InvalidWeightsError(message)
        if not numbers["relevance"]:
            message = "relevance needs a weight: without it a score would not say what fits"
            raise InvalidWeightsError(message)
        whole = math.fsum(numbers.values())
        if whole == 1.0:
            return cls(**numbers)
        return cls(**{name: value / whole for name, value in numbers.items()})


def _is_weight(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= _LARGEST_WEIGHT


_LARGEST_WEIGHT: Final = 1_000_000
"""Weights count beside each other; a larger one says no more."""


class Worth(NamedTuple):
    """What an offer's score is made of, 0 to 1 each.

    Attributes:
        relevance: how well it fits, from `SURE_ENOUGH` up; less where it only may; 0 where the record does not say what
            it is for.
        proximity: how near it is; `None` where no place was given, and then it is left out.
        certainty: the share of its reasons that are met.
        freshness: how lately its record was checked.
    """

    relevance: float
    proximity: float | None
    certainty: float
    freshness: float


def contributions(weights: Weights, worth: Worth) -> tuple[Contribution, ...]:
    """The parts of an offer's score.

    Args:
        weights: what each can add.
        worth: what the offer has of each.
    """
    relevance, proximity, certainty, freshness = worth
    fit = relevance or IN_DOUBT
    whole = Contribution("relevance", weights.relevance, fit, weights.relevance * fit)
    sure = Contribution("certainty", weights.certainty, certainty, weights.certainty * certainty * fit)
    fresh = Contribution("freshness", weights.freshness, freshness, weights.freshness * freshness * fit)
    if proximity is None:
        return (whole, sure, fresh)
    near = Contribution("proximity", weights.proximity, proximity, weights.proximity * proximity * fit)
    return (whole, near, sure, fresh)


def score(weights: Weights, worth: Worth) -> float:
    """The sum of the contributions' points, exactly rounded (`math.fsum`)."""
    relevance, proximity, certainty, freshness = worth
    fit = relevance or IN_DOUBT
    return math.fsum(
        (
            weights.relevance * fit,
            weights.certainty * certainty * fit,
            weights.freshness * freshness * fit,
            0.0 if proximity is None else weights.proximity * proximity * fit,
        )
    )


def proximity_of(place: str, km: float | None) -> float:
    """How near an offer is: `10 / (10 + miles)`; one half where there is nowhere to go; 0 where it is unknown."""
    if km is not None:
        return HALF_WAY / (HALF_WAY + km / KM_A_MILE)
    return 0.5 if place == "remote" else 0.0


def freshness_of(assured_date: str, today: date) -> float:
    """How fresh a record is: 1 for one assured today, falling evenly to 0; 0 without a date or with one to come."""
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
    """What puts offers in order, best first; equal ones stand in order of their ids.

    Args:
        rank: the order.
        sure: whether the offer is known to be for what is needed.
        relevance: how well it fits.
        km: how far away it is; `None` where that is unknown or there is nowhere to go.
        total: its score.
        offer_id: its id.
        service_id: id of its service.
    """
    if rank is Rank.SCORE:
        return (-total, offer_id, service_id)
    away = (km is None, 0.0 if km is None else km)
    if rank is Rank.DISTANCE:
        return (not sure, *away, -total, offer_id, service_id)
    return (-relevance, *away, offer_id, service_id)
