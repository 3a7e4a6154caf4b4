"""How well an interpreter understands what patrons say, measured by labelled utterances.

`read` reads a labelled file, `score` scores an interpreter on it, and `compare` compares two. Without code:
`python -m communityconnector.testing.relevance words FILE`.
"""

from communityconnector.testing.relevance.groups import Comparison, Group
from communityconnector.testing.relevance.words.judging import Judged, judge
from communityconnector.testing.relevance.words.scores import Confusion, Scores, compare, score
from communityconnector.testing.relevance.words.utterances import Judgments, Utterance, read

__all__ = [
    "Comparison",
    "Confusion",
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
