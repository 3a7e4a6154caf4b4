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

_OPEN_BYTE: Final = np.int8(OPEN).tobytes()

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
        reasons: by facts, the answer in words, worked out when it is looked up; `None` where nothing is said.
        fits: by facts, whether they are not against what is asked; `None` where not all is worked out.
        harmless: whether it is known that no fact is against what is asked.
        mute: whether nothing is said to any fact.
    """

    __slots__ = ("_told", "fits", "harmless", "mute", "numbers", "reasons")

    def __init__(self, table: AnswerTable, asked: Any) -> None:
        shortcut = table.shortcut
        self.mute = shortcut is not None and shortcut.mute
        self._told = None if shortcut is None or self.mute else shortcut.to(asked)
        self.numbers: Numbers = np.full(len(table.facts), SILENT if self.mute else OPEN, dtype=np.int8)
        self.reasons = _Reasons(table, asked, self._told, self.numbers)
        self.fits: NDArray[np.bool_] | None = None
        at_once = _AT_ONCE if shortcut is None else shortcut.AT_ONCE
        if not self.mute and len(table.facts) <= at_once:
            self._work_out(np.arange(len(table.facts)))
            self.fits = self.numbers != UNMET
        self.harmless = self.mute or (self.fits is not None and bool(self.fits.all()))

    def of(self, codes: NDArray[Any], wanted: NDArray[np.bool_] | None = None) -> Numbers:
        """The answers to facts by their numbers.

        Args:
            codes: the numbers.
            wanted: which of them count; what the others say is left open.
        """
        found: Numbers = self.numbers.take(codes)
        # Mostly none is open; the sooner way to see that is to look for the byte.
        if _OPEN_BYTE in found.tobytes():
            left = found == OPEN
            if wanted is not None:
                left &= wanted
            self._work_out(codes[left])
            found = self.numbers.take(codes)
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
        for code in set(codes.tolist()):
            reason = self.reasons[code]
            self.numbers[code] = SILENT if reason is None else _CODES[reason.answer]


class _Reasons(dict[int, Reason | None]):
    """Answers in words by facts' numbers, each made when it is first looked up."""

    __slots__ = ("_asked", "_numbers", "_table", "_told")

    def __init__(self, table: AnswerTable, asked: Any, told: Any, numbers: Numbers) -> None:
        super().__init__()
        self._table = table
        self._asked = asked
        self._told = told
        self._numbers = numbers

    def __missing__(self, code: int) -> Reason | None:
        reason: Reason | None = None
        if self._numbers[code] != SILENT:
            if self._told is not None:
                reason = self._told.reason(code)
            if reason is None:
                reason = self._table.criterion.answer(self._table.facts[code], self._asked)
        self[code] = reason
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
