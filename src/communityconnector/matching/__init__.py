"""The engine: criteria with three answers, hours, areas, ranking and reasons, over a directory in memory."""

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.engine import Engine
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import WEIGHTS, Contribution, Rank
from communityconnector.matching.result import Explanation, Match, MatchResult

__all__ = [
    "WEIGHTS",
    "Answer",
    "Contribution",
    "Engine",
    "Explanation",
    "Match",
    "MatchResult",
    "Query",
    "Rank",
    "Reason",
]
