"""How right a directory's answers are, measured by typical needs and a librarian's grades.

`write_sheet` writes what is to be graded, `read` reads a judged set, `score` scores a matcher on it, `compare` compares two
runs, and `tune` fits the weights of the ranking. Without code: `python -m communityconnector.testing.relevance sheet`,
`services` and `tune`.
"""

from communityconnector.testing.relevance.groups import Comparison, Group
from communityconnector.testing.relevance.services.calibration import Calibration, ReliabilityRow
from communityconnector.testing.relevance.services.judged_sets import GradedNeed, JudgedSet, read
from communityconnector.testing.relevance.services.judging import (
    JudgedAnswer,
    MissingService,
    ShownService,
    judge,
)
from communityconnector.testing.relevance.services.mending import WrongAnswer, wrong_answers
from communityconnector.testing.relevance.services.report import Form, report
from communityconnector.testing.relevance.services.scores import ServiceScores, compare, score, together
from communityconnector.testing.relevance.services.sheet import write_sheet
from communityconnector.testing.relevance.services.tuning import (
    LeftOut,
    Rankable,
    Tuned,
    answers,
    leave_one_set_out,
    objective,
    rankable,
    tune,
)

__all__ = [
    "Calibration",
    "Comparison",
    "Form",
    "GradedNeed",
    "Group",
    "JudgedAnswer",
    "JudgedSet",
    "LeftOut",
    "MissingService",
    "Rankable",
    "ReliabilityRow",
    "ServiceScores",
    "ShownService",
    "Tuned",
    "WrongAnswer",
    "answers",
    "compare",
    "judge",
    "leave_one_set_out",
    "objective",
    "rankable",
    "read",
    "report",
    "score",
    "together",
    "tune",
    "write_sheet",
    "wrong_answers",
]
