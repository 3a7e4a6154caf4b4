"""A query as an index takes it: what it asks of purposes, facts and places, and which criteria may give way.

The reprs show nothing of it, since it is what a patron said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs

from communityconnector.matching.criteria import CRITERIA, Criterion
from communityconnector.matching.index.geometry import FARTHEST, Origin
from communityconnector.matching.need_criteria import NeedCriteria
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank
from communityconnector.matching.weights import Weights


class Question(NamedTuple):
    """What a plan asks of one criterion.

    Attributes:
        criterion: the criterion.
        requirement: what is required.
        rules_out: whether an offer that is known not to meet it is ruled out.
        is_relaxed: whether it gives way, to find near misses.
    """

    criterion: Criterion
    requirement: Any
    rules_out: bool
    is_relaxed: bool

    def __repr__(self) -> str:
        return f"<Question about {self.criterion.name}>"


@attrs.frozen(repr=False, slots=False)
class Plan:
    """A query as an index takes it.

    Attributes:
        query: the query.
        need: what it asks of the purpose of a service.
        questions: what it asks of the other criteria.
        weights: what each part adds to a score.
        rank: the order.
        origin: the place that is asked from.
        limit_km: the largest distance that the need allows.
        around_km: within how many km of the origin the person is.
        reach_km: the largest distance of an offer's point that is not ruled out; beyond any distance if none is.
        only_misses: whether only offers are wanted that do not meet a criterion that is relaxed.
        relaxes_distance: whether the distance gives way.
    """

    query: Query
    need: NeedCriteria
    questions: tuple[Question, ...]
    weights: Weights
    rank: Rank
    origin: Origin | None
    limit_km: float | None
    reach_km: float
    around_km: float = 0.0
    only_misses: bool = False
    relaxes_distance: bool = False

    @classmethod
    def of(
        cls,
        query: Query,
        need: NeedCriteria,
        weights: Weights,
        rank: Rank,
        relaxed: frozenset[str] = frozenset(),
    ) -> Plan:
        """Return the plan of a query.

        Args:
            query: the query.
            need: what it asks of the purpose of a service.
            weights: what each part adds to a score.
            rank: the order.
            relaxed: names of criteria that give way: only offers that do not meet one of them are wanted.
        """
        prefer = relaxed.union(query.need.prefer)
        limit = None if query.need.within is None else float(query.need.within.km)
        return cls(
            query=query,
            need=need,
            questions=tuple(
                Question(criterion, requirement, criterion.name not in prefer, criterion.name in relaxed)
                for criterion in CRITERIA
                if (requirement := criterion.requirement(query)) is not None
            ),
            weights=weights,
            rank=rank,
            origin=None if query.point is None else Origin(query.point.latitude, query.point.longitude),
            limit_km=limit,
            reach_km=FARTHEST if limit is None or "distance" in prefer else limit + query.around_km,
            around_km=query.around_km,
            only_misses=bool(relaxed),
            relaxes_distance="distance" in relaxed,
        )
