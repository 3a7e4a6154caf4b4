"""All offers for a need at once, with the answer of every criterion, wherever a person may be: for analyses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.index import Index
from communityconnector.matching.index.answers import factors_by_number
from communityconnector.matching.index.geometry import Floats, Rows
from communityconnector.matching.index.need_postings import NeedPostings
from communityconnector.matching.index.part import Part
from communityconnector.matching.index.plan import Plan
from communityconnector.matching.index.shortcuts import UNMET
from communityconnector.matching.need_criteria import need_criteria
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank
from communityconnector.matching.weights import Weights


@attrs.frozen(eq=False)
class SurveyedPart:
    """The offers of a part of an index that may meet a need: none is known not to.

    Attributes:
        part: the part.
        rows: their rows, ascending.
        fits: how well each fits, 0 to 1 (`Match.fit`); 0 where the record does not say what it is for.
        answers: by criterion, the number of the answer of each, as `index.shortcuts` has them.
        ruled_out: by criterion, how many offers it rules out; an offer may count for several.
    """

    part: Part
    rows: Rows
    fits: Floats
    answers: Mapping[str, NDArray[np.int8]]
    ruled_out: Mapping[str, int]


def survey(index: Index, query: Query, weights: Weights) -> Iterator[SurveyedPart]:
    """Yield the offers that may meet a need, part by part.

    Args:
        index: the index.
        query: the need, without a place: where a person is, is the caller's question.
        weights: the numbers of the ranking.
    """
    plan = Plan.of(query, need_criteria(query, index.lexicon.vocabulary), weights, Rank.SCORE)
    for part in index.parts:
        segment = part.segment
        postings = NeedPostings(segment.columns, segment.strength, plan.need)
        every = np.array([0, len(segment.columns.place)], dtype=np.int32)
        found = postings.candidates(postings.cut(every))
        rows, fits = found.rows, found.values
        if segment.dead is not None:
            alive = ~segment.dead[rows]
            rows, fits = rows[alive], fits[alive]
        may_fit = np.ones(len(rows), dtype=bool)
        answers: dict[str, NDArray[np.int8]] = {}
        ruled_out: dict[str, int] = {}
        for question in plan.questions:
            name = question.criterion.name
            numbers = segment.answers(question).of(segment.columns.facts[name].take(rows))
            answers[name] = numbers
            is_out = numbers == UNMET
            ruled_out[name] = int(is_out.sum())
            may_fit &= ~is_out
            factors = factors_by_number(weights.of_criterion(name))
            if factors is not None:
                fits = fits * factors.take(numbers)
        yield SurveyedPart(
            part,
            rows[may_fit],
            fits[may_fit],
            {name: numbers[may_fit] for name, numbers in answers.items()},
            ruled_out,
        )
