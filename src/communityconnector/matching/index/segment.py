"""Offers as columns, with the distinct facts about them and the answers to recent questions.

Nothing here changes once it is made, except for the answers that are cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from communityconnector.matching.index.answers import Answers, AnswerTable
from communityconnector.matching.index.columns import Columns
from communityconnector.matching.index.geometry import Floats
from communityconnector.matching.index.plan import Question
from communityconnector.matching.ranking import freshness_of


class Segment:
    """Offers as columns.

    Args:
        columns: the columns.
        tables: the distinct facts by criterion.
        gone: the numbers of the services that have been removed or replaced.

    Attributes:
        dead: which rows have been removed or replaced; `None` if none has.
        strength: how surely each sign says what a service is for, by its number.
    """

    def __init__(
        self, columns: Columns, tables: Mapping[str, AnswerTable], gone: frozenset[int] = frozenset()
    ) -> None:
        self.columns = columns
        self.tables = tables
        self.gone = gone
        self.dead = np.isin(columns.service, list(gone)) if gone else None
        self.strength = np.array([sign.strength for sign in columns.signs], dtype=np.float64)
        self._fresh: tuple[date, Floats] | None = None

    def without(self, services: set[int]) -> Segment:
        """Return this segment without some services, by their numbers."""
        return Segment(self.columns, self.tables, self.gone | services)

    def is_alive(self, service: int) -> bool:
        """Return whether a service is still current, by its number."""
        return service not in self.gone

    def rows_with(self, stem: str) -> int:
        """Return the number of current rows that have a word, by its stem."""
        posting = self.columns.words.of(stem)
        if posting is None or self.dead is None:
            return self.columns.words.count(stem)
        return int(np.count_nonzero(~self.dead[posting[0]]))

    def answers(self, question: Question) -> Answers:
        """Return the answers of all facts to a question."""
        return self.tables[question.criterion.name].ask(question.requirement)

    def freshness(self, today: date) -> Floats:
        """Return how fresh records are, by the number of their facts about it."""
        fresh = self._fresh
        if fresh is None or fresh[0] != today:
            values = [freshness_of(assured, today) for (assured,) in self.tables["assured"].facts]
            self._fresh = fresh = (today, np.array(values, dtype=np.float64))
        return fresh[1]
