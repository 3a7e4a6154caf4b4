"""Rows measured exactly: every criterion's reason, the distance, and what the score is made of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import BEFORE_DISTANCE, distance_reason
from communityconnector.matching.criteria.place import PLACES
from communityconnector.matching.index.answers import Answers
from communityconnector.matching.index.columns import Columns, Numbers
from communityconnector.matching.index.gathering import Gathering
from communityconnector.matching.index.geometry import Origin, Rows
from communityconnector.matching.index.plan import Plan, Question
from communityconnector.matching.ranking import SortKey, Worth, proximity_of, score, sort_key

if TYPE_CHECKING:
    from communityconnector.matching.index.segment import Segment

Answered = tuple[Question, Numbers, Answers]
"""What is asked of a criterion, the number of every row's facts about it, and the answers of those."""

_MET: Final = Answer.MET
_ANSWER: Final = attrgetter("answer")


class Found(NamedTuple):
    """An offer that was found.

    Attributes:
        key: its place in the order.
        row: its row.
        offer_id: its id.
        service_id: id of its service.
        reasons: all criteria's answers, the need's first.
        km: how far away it is; `None` where that is unknown or there is nowhere to go.
        worth: what its score is made of.
        total: its score.
    """

    key: SortKey
    row: int
    offer_id: str
    service_id: str
    reasons: tuple[Reason, ...]
    km: float | None
    worth: Worth
    total: float


_ENDLESS: Final[Iterator[tuple[Reason | None, ...]]] = itertools.repeat(())


def measured(
    segment: Segment, plan: Plan, gather: Gathering, asked: Sequence[Answered], rows: Sequence[int]
) -> list[Found]:
    """Rows as they are found. What they have in columns is taken for all at once.

    Args:
        segment: where they are.
        plan: what is searched for.
        gather: what is needed.
        asked: what is asked of every criterion, in the order of the criteria.
        rows: the rows.
    """
    columns, origin, rank = segment.columns, plan.origin, plan.rank
    weights, stated = plan.weights, plan.stated
    fresh_by_date = segment.freshness(plan.query.now.date())
    some = np.array(rows, dtype=np.int32)
    places = [PLACES[number] for number in columns.place.take(some).tolist()]
    words = list(map(columns.where_words.__getitem__, columns.where.take(some).tolist()))
    kms = _kms(columns, origin, rows, some)
    before: list[list[Reason | None]] = []
    after: list[list[Reason | None]] = []
    gaps = False
    for question, codes, answers in asked:
        if answers.mute:
            continue
        reasons = list(map(answers.reasons.__getitem__, codes.take(some).tolist()))
        gaps = gaps or not all(reasons)
        (before if question.criterion.name in BEFORE_DISTANCE else after).append(reasons)
    fresh = fresh_by_date.take(columns.facts["assured"].take(some)).tolist()
    services = list(map(columns.service_ids.__getitem__, columns.service.take(some).tolist()))
    offers = list(map(columns.offer_ids.__getitem__, rows))
    made = []
    for row, offer, service, (relevance, need), place, where, km, freshness, early, late in zip(
        rows, offers, services, gather.judged(some), places, words, kms, fresh,
        zip(*before, strict=True) if before else _ENDLESS,
        zip(*after, strict=True) if after else _ENDLESS, strict=False,
    ):  # fmt: skip
        distance = None if origin is None else distance_reason(place, km, stated, where)
        every = (need, *early, distance, *late)
        told = tuple([r for r in every if r is not None]) if gaps or distance is None else every
        met = list(map(_ANSWER, told)).count(_MET)
        near = None if origin is None else proximity_of(place, km)
        worth = Worth(relevance, near, met / len(told), freshness)
        total = score(weights, worth)
        key = sort_key(rank, need.answer is _MET, relevance, km, total, offer, service)
        made.append(Found(key, row, offer, service, told, km, worth, total))
    return made


def _kms(columns: Columns, origin: Origin | None, rows: Sequence[int], some: Rows) -> Sequence[float | None]:
    """How far rows are; `None` where one does not know or there is nowhere to go."""
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
