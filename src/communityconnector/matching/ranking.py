"""The score: how well an offer fits the need, and as far as it fits, how near, certain and fresh it is.

    score = relevance x (0.5 + 0.3 x proximity + 0.15 x certainty + 0.05 x freshness)

All four values lie between 0 and 1. Relevance multiplies the rest, so that a service next door which hardly fits
never stands before one which does; written as a sum of four contributions it is what `Match` shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria import Judgement
from communityconnector.matching.query import Query
from communityconnector.model import Offer

if TYPE_CHECKING:
    from geopy.distance import Distance


class Rank(StrEnum):
    """The order of results."""

    SCORE = "score"
    DISTANCE = "distance"
    """Nearest first by WGS-84 geodesic; offers whose need or distance is unknown follow, labelled so."""
    RELEVANCE = "relevance"


@attrs.frozen
class Contribution:
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

IN_DOUBT: Final = 0.05
"""Relevance, for the score, of an offer whose record does not say what it is for."""

HALF_WAY: Final = 10.0
"""Miles at which proximity is one half: `10 / (10 + miles)`. A phone or online service counts as this far."""

STALE_AFTER: Final = 730.0
"""Days after which an assurance counts nothing for freshness."""


def contributions(offer: Offer, judgement: Judgement, query: Query) -> tuple[Contribution, ...]:
    """The parts of an offer's score. Proximity is left out where no place was given."""
    fit = judgement.relevance or IN_DOUBT
    parts = [Contribution("relevance", WEIGHTS["relevance"], fit, WEIGHTS["relevance"] * fit)]

    def add(name: str, value: float) -> None:
        parts.append(Contribution(name, WEIGHTS[name], value, WEIGHTS[name] * value * fit))

    if query.point is not None:
        add("proximity", _proximity(offer, judgement.distance))
    known = sum(1 for reason in judgement.reasons if reason.answer is Answer.MET)
    add("certainty", known / len(judgement.reasons))
    add("freshness", _freshness(offer, query.now))
    return tuple(parts)


def score(parts: tuple[Contribution, ...]) -> float:
    """The sum of the contributions' points, exactly rounded (`math.fsum`)."""
    return math.fsum(part.points for part in parts)


def _proximity(offer: Offer, away: Distance | None) -> float:
    if away is not None:
        return HALF_WAY / (HALF_WAY + float(away.miles))
    return 0.5 if offer.remote else 0.0


def _freshness(offer: Offer, now: datetime) -> float:
    try:
        assured = date.fromisoformat(offer.service.assured_date or "")
    except ValueError:
        return 0.0
    days = (now.date() - assured).days
    return 0.0 if days < 0 else max(0.0, 1.0 - days / STALE_AFTER)


SortKey = Callable[[str, float, Judgement], tuple[object, ...]]


def sort_key(rank: Rank) -> SortKey:
    """The key that puts offers in order, best first; equal ones stand in order of their ids."""

    def by_score(key: str, total: float, _: Judgement) -> tuple[object, ...]:
        return (-total, key)

    def by_distance(key: str, total: float, judgement: Judgement) -> tuple[object, ...]:
        away = judgement.distance
        unsure = judgement.reasons[0].answer is not Answer.MET
        return (unsure, away is None, away.km if away is not None else 0.0, -total, key)

    def by_relevance(key: str, _: float, judgement: Judgement) -> tuple[object, ...]:
        away = judgement.distance
        return (-judgement.relevance, away is None, away.km if away is not None else 0.0, key)

    return {Rank.SCORE: by_score, Rank.DISTANCE: by_distance, Rank.RELEVANCE: by_relevance}[rank]
