"""A query as an index takes it: what is asked of purposes, of facts, and of places, and what may give way.

No repr shows what it holds: it is what a patron said.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import attrs

from communityconnector.matching.criteria import CRITERIA, Criterion
from communityconnector.matching.index.geometry import FARTHEST, Origin
from communityconnector.matching.purpose import Asked
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Rank, Weights

_CRITERIA: Final = [(criterion, criterion.name, criterion.asked) for criterion in CRITERIA]


class Question(NamedTuple):
    """What is asked of one criterion.

    Attributes:
        criterion: which.
        asked: what.
        rules_out: whether an offer that is known not to meet it is ruled out.
        relaxed: whether it gives way, to find near misses.
    """

    criterion: Criterion
    asked: Any
    rules_out: bool
    relaxed: bool

    def __repr__(self) -> str:
        return f"<Question about {self.criterion.name}>"


@attrs.frozen(repr=False, slots=False)
class Plan:
    """A query as an index takes it.

    Attributes:
        query: the query.
        purpose: what is asked of what services are for.
        questions: what is asked of facts.
        weights: what each part adds to a score.
        rank: the order.
        origin: where from.
        stated: how far at most was said, in km.
        reach: how far an offer may be, in km; farther than any where distance rules nothing out.
        misses: only offers that miss something which is relaxed.
        distance_relaxed: whether distance gives way.
    """

    query: Query
    purpose: Asked
    questions: tuple[Question, ...]
    weights: Weights
    rank: Rank
    origin: Origin | None
    stated: float | None
    reach: float
    misses: bool = False
    distance_relaxed: bool = False

    @classmethod
    def of(
        cls, query: Query, purpose: Asked, weights: Weights, rank: Rank, relaxed: frozenset[str] = frozenset()
    ) -> Plan:
        """The plan of a query.

        Args:
            query: the query.
            purpose: what it asks of what services are for.
            weights: what each part adds to a score.
            rank: the order.
            relaxed: names of criteria that give way: then only offers that miss one of them are found.
        """
        prefer = relaxed.union(query.need.prefer)
        stated = None if query.need.within is None else float(query.need.within.km)
        bound = stated is not None and "distance" not in prefer
        return cls(
            query=query,
            purpose=purpose,
            questions=tuple(
                Question(criterion, asked, name not in prefer, name in relaxed)
                for criterion, name, ask in _CRITERIA
                if (asked := ask(query)) is not None
            ),
            weights=weights,
            rank=rank,
            origin=None if query.point is None else Origin(query.point.latitude, query.point.longitude),
            stated=stated,
            reach=stated if bound and stated is not None else FARTHEST,
            misses=bool(relaxed),
            distance_relaxed="distance" in relaxed,
        )
