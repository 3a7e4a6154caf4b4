"""What many plans ask of one criterion, and the answers to all of them at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.index.answers import Answers
from communityconnector.matching.index.columns import Numbers
from communityconnector.matching.index.geometry import Floats
from communityconnector.matching.index.plan import Question
from communityconnector.matching.index.shortcuts import SILENT, UNDECIDED

_MOST_ANSWERS: Final = 32_000_000
"""The largest number of cells in a table of the answers to all questions of a batch."""


class BatchQuestions:
    """What many plans ask of one criterion.

    Args:
        name: the criterion's name.
        factors: what its answers leave of a fit, by their numbers; `None` if all leave all of it.
        plans: the number of plans.

    Attributes:
        name: the criterion's name.
        factors: as given.
        rules_out: by plan, whether an offer that is known not to meet the criterion is ruled out.
    """

    def __init__(self, name: str, factors: Floats | None, plans: int) -> None:
        self.name = name
        self.factors = factors
        self.rules_out = np.zeros(plans, dtype=bool)
        self._all_answers: list[Answers] = []
        self._numbers: dict[int, int] = {}
        self._which = np.full(plans, -1, dtype=np.int64)

    def add(self, plan: int, question: Question, answers: Answers) -> None:
        """Add the question of a plan, with the answers to it."""
        number = self._numbers.get(id(answers))
        if number is None:
            number = self._numbers[id(answers)] = len(self._all_answers)
            self._all_answers.append(answers)
        self._which[plan] = number
        self.rules_out[plan] = question.rules_out

    def answers(self, plans: NDArray[np.int64], codes: Numbers) -> NDArray[np.int8]:
        """Return the answers to facts, each as its plan asks; `SILENT` if the plan asks nothing."""
        which = self._which.take(plans)
        silent = np.full(len(self._all_answers[0].numbers), SILENT, dtype=np.int8)
        if (len(self._all_answers) + 1) * len(silent) <= _MOST_ANSWERS:
            every = np.concatenate([*(answers.numbers for answers in self._all_answers), silent])
            # If a plan asks nothing, -1 counts from the end, where the silent answers are.
            numbers = every.take(which * len(silent) + codes, mode="wrap")
        else:
            numbers = np.where(which < 0, np.int8(SILENT), np.int8(UNDECIDED))
        left = (numbers == UNDECIDED).nonzero()[0]
        asked = which[left]
        for number in np.unique(asked).tolist():
            mine = left[asked == number]
            numbers[mine] = self._all_answers[number].of(codes[mine])
        return numbers
