"""Offers as columns, with the distinct facts about them and what was lately asked of those.

Nothing here changes once it is made, but for answers that are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

import numpy as np

from communityconnector.matching.index.answers import Answers, AnswerTable
from communityconnector.matching.index.columns import Columns
from communityconnector.matching.index.geometry import Floats
from communityconnector.matching.index.measuring import Found
from communityconnector.matching.index.plan import Plan, Question
from communityconnector.matching.index.search import Search
from communityconnector.matching.ranking import freshness_of


class Segment:
    """Offers as columns.

    Args:
        columns: the columns.
        tables: the distinct facts by criterion.
        gone: services that are no longer so, by their numbers.

    Attributes:
        dead: which rows are no longer so; `None` where all are.
        strength: by sign, how surely it tells what a service is for.
    """

    def __init__(
        self, columns: Columns, tables: Mapping[str, AnswerTable], gone: frozenset[int] = frozenset()
    ) -> None:
        self.columns = columns
        self.tables = tables
        self.gone = gone
        # What is no longer so would be found with the rest, so it is marked row by row.
        self.dead = np.isin(columns.service, list(gone)) if gone else None
        self.strength = np.array([sign.strength for sign in columns.signs], dtype=np.float64)
        self._fresh: tuple[date, Floats] | None = None

    def without(self, services: set[int]) -> Segment:
        """This segment without some services, by their numbers."""
        return Segment(self.columns, self.tables, self.gone | services)

    def is_alive(self, service: int) -> bool:
        """Whether a service is still so, by its number."""
        return service not in self.gone

    def rows_with(self, stem: str) -> int:
        """How many rows that are still so have a word, by its stem."""
        found = self.columns.words.of(stem)
        if found is None or self.dead is None:
            return self.columns.words.count(stem)
        return int(np.count_nonzero(~self.dead[found[0]]))

    def answers(self, question: Question) -> Answers:
        """The answers of all facts to a question."""
        return self.tables[question.criterion.name].ask(question.asked)

    def freshness(self, today: date) -> Floats:
        """How fresh records are, by the number of their facts about it."""
        kept = self._fresh
        if kept is None or kept[0] != today:
            values = [freshness_of(assured, today) for (assured,) in self.tables["assured"].facts]
            self._fresh = kept = (today, np.array(values, dtype=np.float64))
        return kept[1]

    def search(self, plan: Plan, count: int | None) -> list[Found]:
        """The best offers of a plan, in order.

        Args:
            plan: the plan.
            count: how many at most; `None` for all.
        """
        return Search(self, plan).best(count)

    def counts(self, plan: Plan) -> tuple[int, Counter[str]]:
        """How many offers fit a plan, and how many each criterion rules out."""
        return Search(self, plan).counts()
