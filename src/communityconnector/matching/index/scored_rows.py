"""Rows measured exactly: the reason of every criterion, the distance and the score."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import distance_reason
from communityconnector.matching.criteria.place import PLACES
from communityconnector.matching.index.answers import Answers, factors_by_number
from communityconnector.matching.index.columns import Columns, Numbers
from communityconnector.matching.index.geometry import Origin, Rows
from communityconnector.matching.index.need_postings import NeedPostings
from communityconnector.matching.index.plan import Plan, Question
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.ranking import ScoreInputs, SortKey, proximity_of, score, sort_key

AskedQuestion = tuple[Question, Numbers, Answers]
"""A question, the number of each row's facts about it, and the answers to those facts."""

_MET: Final = Answer.MET
_ANSWER: Final = attrgetter("answer")


class ScoredRow(NamedTuple):
    """A row that fits, with its reasons and its score.

    Attributes:
        key: its place in the order.
        row: the row.
        offer_id: the id of the offer.
        service_id: the id of its service.
        reasons: the answers of all criteria, the need's first.
        km: the distance; `None` if it is unknown or there is nowhere to go.
        inputs: what the score is made of.
        score: the score.
    """

    key: SortKey
    row: int
    offer_id: str
    service_id: str
    reasons: tuple[Reason, ...]
    km: float | None
    inputs: ScoreInputs
    score: float


_ENDLESS: Final[Iterator[tuple[Reason | None, ...]]] = itertools.repeat(())


def score_rows(
    segment: Segment,
    plan: Plan,
    postings: NeedPostings,
    questions: Sequence[AskedQuestion],
    rows: Sequence[int],
) -> list[ScoredRow]:
    """Measure and score rows. Columns are read for all rows at once.

    Args:
        segment: the segment of the rows.
        plan: the plan.
        postings: the postings of its need.
        questions: its questions, in the order of the criteria.
        rows: the rows.
    """
    columns, origin, rank = segment.columns, plan.origin, plan.rank
    weights, limit = plan.weights, plan.limit_km
    some = np.array(rows, dtype=np.int32)
    places = [PLACES[number] for number in columns.place.take(some).tolist()]
    words = list(map(columns.where_words.__getitem__, columns.where.take(some).tolist()))
    radii = columns.radii(some).tolist()
    kms = _kms(columns, origin, rows, some)
    before: list[list[Reason | None]] = []
    after: list[list[Reason | None]] = []
    has_gaps = False
    left = np.ones(len(rows))
    for question, codes, answers in questions:
        if answers.mute:
            continue
        factors = factors_by_number(weights.of_criterion(question.criterion.name))
        if factors is not None:
            left *= factors.take(answers.of(codes.take(some)))
        reasons = list(map(answers.reasons.__getitem__, codes.take(some).tolist()))
        has_gaps = has_gaps or not all(reasons)
        (before if question.criterion.is_before_distance else after).append(reasons)
    today = plan.query.now.date()
    fresh = segment.freshness(today).take(columns.facts["assured"].take(some)).tolist()
    services = list(map(columns.service_ids.__getitem__, columns.service.take(some).tolist()))
    offers = list(map(columns.offer_ids.__getitem__, rows))
    scored = []
    for row, offer, service, (relevance, need), place, where, radius, km, freshness, early, late in zip(
        rows, offers, services, postings.explained(some, left.tolist(), weights.line), places, words, radii, kms, fresh,
        zip(*before, strict=True) if before else _ENDLESS,
        zip(*after, strict=True) if after else _ENDLESS, strict=False,
    ):  # fmt: skip
        distance = (
            None if origin is None else distance_reason(place, km, limit, where, radius, plan.around_km)
        )
        every = (need, *early, distance, *late)
        given = tuple([r for r in every if r is not None]) if has_gaps or distance is None else every
        met = list(map(_ANSWER, given)).count(_MET)
        near = None if origin is None else proximity_of(place, km, radius)
        inputs = ScoreInputs(relevance, near, met / len(given), freshness)
        total = score(weights, inputs)
        key = sort_key(rank, need.answer is _MET, relevance, km, total, offer, service)
        scored.append(ScoredRow(key, row, offer, service, given, km, inputs, total))
    return scored


def _kms(columns: Columns, origin: Origin | None, rows: Sequence[int], some: Rows) -> Sequence[float | None]:
    """Return the distances of rows; `None` where one is unknown or there is nowhere to go."""
    if origin is None:
        return [None] * len(rows)
    last = len(columns.keys)
    if max(rows, default=0) < last:
        return origin.kms(columns.space, columns.points, some)
    placed = [number for number, row in enumerate(rows) if row < last]
    kms: list[float | None] = [None] * len(rows)
    for number, km in zip(placed, origin.kms(columns.space, columns.points, some[placed]), strict=True):
        kms[number] = km
    return kms
