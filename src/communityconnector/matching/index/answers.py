"""The answers of a criterion to the facts that offers share: each is worked out once, and cached for later questions.

The criterion itself gives the answers, one by one. If there are many distinct facts, and arrays can answer faster
(weekly hours, boxes around areas), they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.answers import KINDS, Reason, kind_of
from communityconnector.matching.criteria import Criterion, Facts
from communityconnector.matching.index.geometry import Floats
from communityconnector.matching.index.shortcuts import (
    DOUBTFUL,
    MET,
    POSSIBLE,
    SHORTCUTS,
    SILENT,
    UNDECIDED,
    UNKNOWN,
    UNLIKELY,
    UNMET,
    AreaBoxes,
    Numbers,
    WeeklyHours,
)

_NUMBERS: Final = {
    "unmet": UNMET, "met": MET, "unknown": UNKNOWN, "possible": POSSIBLE, "doubtful": DOUBTFUL, "unlikely": UNLIKELY
}  # fmt: skip
"""The number of each of `answers.KINDS`."""

_UNDECIDED_BYTE: Final = np.int8(UNDECIDED).tobytes()

_MOST_QUESTIONS: Final = 256
"""The largest number of questions of a criterion whose answers are cached."""
_MOST_CACHED: Final = 16_000_000
"""The largest number of cached answers of a criterion, of one byte each."""
_AT_ONCE: Final = 16
"""Up to so many facts are all answered when a question comes."""


@lru_cache(maxsize=256)
def factors_by_number(of_kinds: tuple[float, ...]) -> Floats | None:
    """Return what an answer leaves of a fit, by its number; `None` if every answer leaves all of it.

    Args:
        of_kinds: the same in the order of `answers.KINDS`.
    """
    if all(factor == 1.0 for factor in of_kinds):
        return None
    factors = np.ones(len(_NUMBERS) + 1)
    for kind, factor in zip(KINDS, of_kinds, strict=True):
        factors[_NUMBERS[kind]] = factor
    factors.flags.writeable = False  # all searches share it
    return factors


class Answers:
    """The answers of all facts of a criterion to one question.

    Args:
        table: the facts.
        requirement: what is required.

    Attributes:
        numbers: by facts, the answer, or `UNDECIDED` if it has not been worked out.
        reasons: by facts, the answer in words, made when it is looked up; `None` if the criterion does not apply.
        fits: by facts, whether they are not unmet; `None` unless all are worked out.
        harmless: whether it is known that no facts are unmet.
        mute: whether the criterion applies to none of the facts.
    """

    __slots__ = ("_shortcut", "fits", "harmless", "mute", "numbers", "reasons")

    def __init__(self, table: AnswerTable, requirement: Any) -> None:
        shortcut = table.shortcut
        self.mute = shortcut is not None and shortcut.mute
        self._shortcut = None if shortcut is None or self.mute else shortcut.to(requirement)
        self.numbers: Numbers = np.full(len(table.facts), SILENT if self.mute else UNDECIDED, dtype=np.int8)
        self.reasons = _Reasons(table, requirement, self._shortcut, self.numbers)
        self.fits: NDArray[np.bool_] | None = None
        at_once = _AT_ONCE if shortcut is None else shortcut.AT_ONCE
        if not self.mute and len(table.facts) <= at_once:
            self._work_out(np.arange(len(table.facts)))
            self.fits = self.numbers != UNMET
        self.harmless = self.mute or (self.fits is not None and bool(self.fits.all()))

    def of(self, codes: NDArray[Any], wanted: NDArray[np.bool_] | None = None) -> Numbers:
        """Return the answers to facts, by their numbers.

        Args:
            codes: the numbers.
            wanted: which of them matter; answers to the others may stay `UNDECIDED`.
        """
        answers: Numbers = self.numbers.take(codes)
        # Mostly none is undecided, and searching for the byte is the fastest way to see that.
        if _UNDECIDED_BYTE in answers.tobytes():
            left = answers == UNDECIDED
            if wanted is not None:
                left &= wanted
            self._work_out(codes[left])
            answers = self.numbers.take(codes)
        return answers

    def _work_out(self, codes: NDArray[Any]) -> None:
        if self._shortcut is not None:
            codes = codes.astype(np.int64)
            answers = self._shortcut.answers(codes)
            # Only decided answers are stored: another thread may have worked out the rest meanwhile.
            is_sure = answers != UNDECIDED
            self.numbers[codes[is_sure]] = answers[is_sure]
            codes = codes[~is_sure]
        for code in set(codes.tolist()):
            reason = self.reasons[code]
            self.numbers[code] = SILENT if reason is None else _NUMBERS[kind_of(reason)]


class _Reasons(dict[int, Reason | None]):
    """Answers in words by the numbers of facts, each made when it is first looked up."""

    __slots__ = ("_numbers", "_requirement", "_shortcut", "_table")

    def __init__(self, table: AnswerTable, requirement: Any, shortcut: Any, numbers: Numbers) -> None:
        super().__init__()
        self._table = table
        self._requirement = requirement
        self._shortcut = shortcut
        self._numbers = numbers

    def __missing__(self, code: int) -> Reason | None:
        reason: Reason | None = None
        if self._numbers[code] != SILENT:
            if self._shortcut is not None:
                reason = self._shortcut.reason(code)
            if reason is None:
                reason = self._table.criterion.answer(self._table.facts[code], self._requirement)
        self[code] = reason
        return reason


class AnswerTable:
    """The distinct facts of one criterion, and the answers to recent questions about them.

    Threads may share it, since the answers that two work out at once are equal.

    Args:
        criterion: the criterion.
        facts: its distinct facts.
        columns: the same facts as arrays, if the criterion has a shortcut and they are at hand.
    """

    def __init__(
        self, criterion: Criterion, facts: Sequence[Facts], columns: Sequence[NDArray[Any]] | None = None
    ) -> None:
        self.criterion = criterion
        self.facts = facts
        self._cache: dict[Any, Answers] = {}
        self._columns = columns

    @staticmethod
    def column_count(criterion: Criterion) -> int:
        """Return the number of arrays in the shortcut of a criterion."""
        kind = SHORTCUTS.get(criterion.name)
        return 0 if kind is None else kind.ARRAYS

    @cached_property
    def columns(self) -> Sequence[NDArray[Any]]:
        """The facts as arrays; empty if the criterion has no shortcut."""
        kind = SHORTCUTS.get(self.criterion.name)
        if kind is None:
            return ()
        return kind.columns_of(self.facts) if self._columns is None else self._columns

    @cached_property
    def shortcut(self) -> WeeklyHours | AreaBoxes | None:
        """The shortcut of the criterion, if it has one."""
        kind = SHORTCUTS.get(self.criterion.name)
        return None if kind is None else kind(*self.columns)

    def ask(self, requirement: Any) -> Answers:
        """Return the answers to a question."""
        if self.shortcut is not None and self.shortcut.mute:
            # All questions have the same answers.
            requirement = None
        answers = self._cache.get(requirement)
        if answers is None:
            if len(self._cache) >= min(_MOST_QUESTIONS, max(1, _MOST_CACHED // max(1, len(self.facts)))):
                self._cache = {}
            answers = self._cache[requirement] = Answers(self, requirement)
        return answers
