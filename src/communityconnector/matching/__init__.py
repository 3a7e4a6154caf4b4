"""The engine: criteria with three answers, hours, areas, an index of offers, ranking and reasons."""

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.by_travel import by_travel_time
from communityconnector.matching.completeness import Aspect, Share, completeness
from communityconnector.matching.engine import Engine
from communityconnector.matching.index import Index
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import Contribution, Factor, Rank
from communityconnector.matching.result import Explanation, Match, MatchResult, MatchResults, UnmetNeed
from communityconnector.matching.reweighing import Reweighable
from communityconnector.matching.trips.itinerary import Errand, Itinerary, Stop
from communityconnector.matching.weights import WEIGHTS, read_weights, write_weights

__all__ = [
    "WEIGHTS",
    "Answer",
    "Aspect",
    "Contribution",
    "Engine",
    "Errand",
    "Explanation",
    "Factor",
    "Index",
    "Itinerary",
    "Match",
    "MatchResult",
    "MatchResults",
    "Query",
    "Rank",
    "Reason",
    "Reweighable",
    "Share",
    "Stop",
    "UnmetNeed",
    "by_travel_time",
    "completeness",
    "read_weights",
    "write_weights",
]
