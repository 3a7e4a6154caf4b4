"""How well an interpreter understands what patrons say, measured by labelled utterances. Needs no extra.

`read` reads a labelled file, `score` scores an interpreter on it, and `compare` compares two. Without code:
`python -m communityconnector.testing.relevance FILE`.
"""

from communityconnector.testing.relevance.judging import Judged, judge
from communityconnector.testing.relevance.measures import Agreement, Estimate
from communityconnector.testing.relevance.scores import Comparison, Confusion, Group, Scores, compare, score
from communityconnector.testing.relevance.utterances import Judgments, Utterance, read

__all__ = [
    "Agreement",
    "Comparison",
    "Confusion",
    "Estimate",
    "Group",
    "Judged",
    "Judgments",
    "Scores",
    "Utterance",
    "compare",
    "judge",
    "read",
    "score",
]
