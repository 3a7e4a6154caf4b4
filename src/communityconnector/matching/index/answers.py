"""What a criterion answers to facts that offers share: worked out once for each, and kept while it is asked again.

The answers come from the criterion itself, one by one; where there are many distinct facts and arrays can say the same
sooner (weekly hours, the boxes around areas), they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.answers import Answer, Reason
from communityconnector.matching.criteria import Criterion, Facts
from communityconnector.matching.index.shortcuts import (
    MET,
    OPEN,
    SHORTCUTS,
    SILENT,
    UNKNOWN,
    UNMET,
    Boxes,
    Numbers,
    Weeks,
)

_CODES: Final = {Answer.UNMET: UNMET, Answer.MET: MET, Answer.UNKNOWN: UNKNOWN}

_MOST_QUESTIONS: Final = 256
"""How many questions' answers are kept a criterion, at most."""
_MOST_KEPT: Final = 16_000_000
"""How many answers are kept a criterion, a byte each."""
_AT_ONCE: Final = 16
"""So few facts are asked as soon as a question comes."""


class Answers:
    """One question's answers to all facts of a criterion.

    Args:
        table: the facts.
        asked: what is asked.

    Attributes:
        numbers: by facts, the answer, or `OPEN` where it has not been worked out.
    """

    __slots__ = ("_asked", "_open", "_reasons", "_table", "_told", "harmless", "numbers")

    def __init__(self, table: AnswerTable, asked: Any) -> None:
        self._table = table
        self._asked = asked
        self._reasons: dict[int, Reason | None] = {}
        shortcut = table.shortcut
        self._told = None if shortcut is None or shortcut.mute else shortcut.to(asked)
        self.numbers: Numbers = np.full(len(table.facts), OPEN, dtype=np.int8)
        self._open = True
        self.harmless = False
        """Whether it is known that no fact is against what is asked."""
        if shortcut is not None and shortcut.mute:
            self.numbers[:] = SILENT
            self._open = False
            self.harmless = True
        elif len(table.facts) <= _AT_ONCE:
            self._work_out(np.arange(len(table.facts)))
            self._open = False
            self.harmless = not (self.numbers == UNMET).any()

    def of(self, codes: NDArray[Any], wanted: NDArray[np.bool_] | None = None) -> Numbers:
        """The answers to facts by their numbers.

        Args:
            codes: the numbers.
            wanted: which of them count; what the others say is left open.
        """
        found: Numbers = self.numbers.take(codes)
        if self._open:
            left = found == OPEN
            if wanted is not None:
                left &= wanted
            if left.any():
                self._work_out(codes[left])
                found = self.numbers[codes]
        return found

    def _work_out(self, codes: NDArray[Any]) -> None:
        if self._told is not None:
            codes = codes.astype(np.int64)
            told = self._told.answers(codes)
            # Only what is told is written down: another thread may have worked out the rest meanwhile.
            sure = told != OPEN
            self.numbers[codes[sure]] = told[sure]
            codes = codes[~sure]
        if not len(codes):
            return
        for code in np.unique(codes).tolist():
            reason = self.reason(code)
            self.numbers[code] = SILENT if reason is None else _CODES[reason.answer]

    def reason(self, code: int) -> Reason | None:
        """The answer to facts in words."""
        try:
            return self._reasons[code]
        except KeyError:
            if self.numbers[code] == SILENT:
                return None
            reason = None if self._told is None else self._told.reason(code)
            if reason is None:
                table = self._table
                reason = table.criterion.answer(table.facts[code], self._asked)
            self._reasons[code] = reason
            return reason


class AnswerTable:
    """The distinct facts of one criterion, and the answers to what was lately asked of them.

    Args:
        criterion: the criterion.
        facts: its distinct facts.
        columns: the same facts as arrays, where that is a sooner way to answers (`SHORTCUTS`) and they are at hand.

    May be shared between threads: what two work out at once is the same.
    """

    def __init__(
        self, criterion: Criterion, facts: Sequence[Facts], columns: Sequence[NDArray[Any]] | None = None
    ) -> None:
        self.criterion = criterion
        self.facts = facts
        self._kept: dict[Any, Answers] = {}
        self._columns = columns

    @staticmethod
    def columns_held(criterion: Criterion) -> int:
        """How many arrays say the same as the facts of a criterion."""
        kind = SHORTCUTS.get(criterion.name)
        return 0 if kind is None else kind.ARRAYS

    @cached_property
    def columns(self) -> Sequence[NDArray[Any]]:
        """The facts as arrays, where that is a sooner way to answers."""
        kind = SHORTCUTS.get(self.criterion.name)
        if kind is None:
            return ()
        return kind.columns_of(self.facts) if self._columns is None else self._columns

    @cached_property
    def shortcut(self) -> Weeks | Boxes | None:
        """The sooner way to answers, where there is one."""
        kind = SHORTCUTS.get(self.criterion.name)
        return None if kind is None else kind(*self.columns)

    def ask(self, asked: Any) -> Answers:
        """The answers to a question."""
        if self.shortcut is not None and self.shortcut.mute:
            # Whatever is asked, nothing is said.
            asked = None
        kept = self._kept.get(asked)
        if kept is None:
            if len(self._kept) >= min(_MOST_QUESTIONS, max(1, _MOST_KEPT // max(1, len(self.facts)))):
                self._kept = {}
            kept = self._kept[asked] = Answers(self, asked)
        return kept
