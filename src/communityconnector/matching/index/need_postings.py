"""The postings of one need: the rows that may fit it, by terms, concepts and words, and how well they fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from communityconnector.matching import need_criteria as fit
from communityconnector.matching import purpose
from communityconnector.matching.answers import Reason
from communityconnector.matching.index.candidates import NO_CANDIDATES, Candidates, run_starts, unmeasured
from communityconnector.matching.index.columns import IN_NAME, IN_TEXT, Columns, Numbers
from communityconnector.matching.index.geometry import Floats, Rows
from communityconnector.matching.need_criteria import NeedCriteria
from communityconnector.matching.ranking import IN_DOUBT


class Posting(NamedTuple):
    """The rows of a term or a concept.

    Attributes:
        rows: the rows, ascending.
        signs: the number of the sign of each; `None` if all are worth the same.
        worth: the relevance of each sign, by its number, or of all rows.
    """

    rows: Rows
    signs: Numbers | None
    worth: Floats | float

    def values(self, numbers: Numbers) -> Floats:
        """Return the relevance of some of the rows, by their places in the posting."""
        if self.signs is None or isinstance(self.worth, float):
            return np.full(len(numbers), self.worth)
        return self.worth[self.signs[numbers]]


class NeedPostings:
    """The postings of one need.

    Args:
        columns: the rows.
        strength: how surely each sign says what a service is for, by its number.
        need: what is needed.

    Attributes:
        parts: the postings of terms and concepts.
        most: the highest relevance that a row may have.
        longest: the largest number of rows that may fit; some may count twice.
    """

    def __init__(self, columns: Columns, strength: Floats, need: NeedCriteria) -> None:
        self._columns = columns
        self._need = need
        self._reasons: dict[tuple[str, int, bool], Reason] = {}
        self._words = [posting for word in need.words if (posting := columns.words.of(word))]
        self.parts: list[Posting] = []
        for term in need.terms:
            if posting := columns.terms.of(term):
                self.parts.append(Posting(posting[0], None, purpose.TERM))
        for wanted in need.wanted:
            if posting := columns.concepts.of(wanted.concept):
                self.parts.append(Posting(*posting, wanted.weight * strength))
        for concept in need.broader:
            if posting := columns.concepts.of(concept):
                rows = self._listed_broadly(concept, *posting)
                if len(rows):
                    self.parts.append(Posting(rows, None, 0.0))
        if need.is_understood and len(columns.undescribed):
            self.parts.append(Posting(columns.undescribed, None, 0.0))
        self.most = max(
            [1.0] if need.terms or need.words else [wanted.weight for wanted in need.wanted] or [IN_DOUBT]
        )
        self.longest = sum(len(part.rows) for part in self.parts) + sum(len(rows) for rows, _ in self._words)

    def _listed_broadly(self, concept: str, rows: Rows, numbers: Numbers) -> Rows:
        known = np.unique(numbers)
        signs = self._columns.signs
        broad = [fit.is_listed_broadly(signs[number], concept) for number in known.tolist()]
        return rows[np.isin(numbers, known[np.array(broad, dtype=bool)])]

    def cut(self, runs: Rows) -> Cut:
        """Return the parts of the postings that lie in runs of rows."""
        return Cut(
            [_at(part.rows, runs) for part in self.parts], [_at(rows, runs) for rows, _ in self._words]
        )

    def candidates(self, cut: Cut) -> Candidates:
        """Return the rows of a cut that fit the need or may fit it, ascending, each once."""
        all_rows: list[Rows] = []
        all_values: list[Floats] = []
        for part, at in zip(self.parts, cut.parts, strict=True):
            rows = _take(part.rows, at)
            if not len(rows):
                continue
            all_rows.append(rows)
            if part.signs is None or isinstance(part.worth, float):
                all_values.append(np.full(len(rows), part.worth))
            else:
                all_values.append(part.worth[_take(part.signs, at)])
        if self._words:
            rows, values = self._by_words(cut.words)
            if len(rows):
                all_rows.append(rows)
                all_values.append(values)
        if not all_rows:
            return NO_CANDIDATES
        if len(all_rows) == 1:
            return unmeasured(all_rows[0], all_values[0])
        return unmeasured(np.concatenate(all_rows), np.concatenate(all_values)).unique()

    def _by_words(self, cut: list[list[int]]) -> tuple[Rows, Floats]:
        pieces, places = [], []
        for (rows, numbers), at in zip(self._words, cut, strict=True):
            taken = _take(rows, at)
            if len(taken):
                pieces.append(taken)
                places.append(_take(numbers, at))
        if not pieces:
            return NO_CANDIDATES.rows, NO_CANDIDATES.values
        words = len(self._need.words)
        if len(pieces) == 1:
            rows, where = pieces[0], places[0]
            in_name, in_text = (where == IN_NAME).astype(np.int64), (where == IN_TEXT).astype(np.int64)
        else:
            # Words in names are counted in steps of 65,536 and words in texts in ones, so that one sum holds both.
            together = np.concatenate(pieces)
            order = together.argsort(kind="stable")
            together = together[order]
            starts = run_starts(together)
            sums = np.add.reduceat(_COUNTS[np.concatenate(places)[order]], starts)
            rows, in_name, in_text = together[starts], sums >> 16, sums & 0xFFFF
        values = (in_name * purpose.IN_NAME + in_text * purpose.IN_TEXT) / words
        is_named = np.zeros(len(rows), dtype=bool)
        if self._need.is_exact and words > 1:
            is_named = (in_name > 0) & (in_name + in_text == words)
        if not self._need.has_hints:
            return rows[is_named], values[is_named]
        enough = is_named | (in_name + in_text >= 0.5 * words)
        return rows[enough], np.where(is_named, values, purpose.HINT * values)[enough]

    def explained(self, rows: Rows, left: Iterable[float], line: float) -> list[tuple[float, Reason]]:
        """Return the fit of some rows with the reason for it, as `need_criteria.assess` does.

        Args:
            rows: the rows.
            left: what the other answers about each leave of its fit.
            line: the lowest fit with which the need is met.
        """
        columns, need = self._columns, self._need
        best: list[tuple[float, str, int]] = [_NOTHING] * len(rows)
        for term in need.terms:
            best = [
                (purpose.TERM, "", number) if number != _NONE and before is _NOTHING else before
                for number, before in zip(columns.terms.numbers(term, rows), best, strict=True)
            ]
        for wanted in need.wanted:
            for at, number in enumerate(columns.concepts.numbers(wanted.concept, rows)):
                if number != _NONE:
                    value = wanted.weight * columns.signs[number].strength
                    if value > best[at][0]:
                        best[at] = (value, wanted.concept, number)
        if need.words:
            places = [columns.words.numbers(word, rows) for word in need.words]
            for at, of_row in enumerate(zip(*places, strict=True)):
                in_name = of_row.count(IN_NAME)
                value = fit.value_of_words(in_name, of_row.count(IN_TEXT), need)
                if value > best[at][0]:
                    best[at] = (value, _NAMED, in_name)
        return [
            (value * share, self._reason(kind, number, value * share >= line))
            if value
            else (0.0, self._reason_in_doubt(row))
            for (value, kind, number), row, share in zip(best, rows.tolist(), left, strict=True)
        ]

    def _reason(self, kind: str, number: int, is_sure: bool) -> Reason:  # noqa: FBT001  # part of a key
        reason = self._reasons.get((kind, number, is_sure))
        if reason is None:
            reason = self._reasons[kind, number, is_sure] = self._new_reason(kind, number, is_sure)
        return reason

    def _new_reason(self, kind: str, number: int, is_sure: bool) -> Reason:  # noqa: FBT001  # as above
        if kind == _NAMED:
            return fit.has_words(number, is_sure)
        if not kind:
            return fit.is_listed(self._columns.listed[number], is_sure)
        wanted = next(wanted for wanted in self._need.wanted if wanted.concept == kind)
        return fit.is_offered(wanted, self._columns.signs[number], is_sure)

    def _reason_in_doubt(self, row: int) -> Reason:
        columns, need = self._columns, self._need
        rows = np.array([row], dtype=np.int32)
        for concept in need.broader:
            (number,) = columns.concepts.numbers(concept, rows)
            if number != _NONE and fit.is_listed_broadly(columns.signs[number], concept):
                return fit.is_broader(columns.signs[number], need)
        return fit.is_undescribed(need)


_NONE: Final = -1
_NOTHING: Final = (0.0, "", _NONE)
_NAMED: Final = " "
"""Stands in place of a concept for the words of the need."""
_COUNTS = np.array([0, 1 << 16, 1], dtype=np.int64)
"""What a word counts, by where a row has it (see `NeedPostings._by_words`)."""


class Cut(NamedTuple):
    """The parts of postings in some runs of rows: for each posting the beginnings and ends of the runs, in turn.

    Attributes:
        parts: those of terms and concepts.
        words: those of words.
    """

    parts: list[list[int]]
    words: list[list[int]]

    @property
    def total(self) -> int:
        """The number of rows; some may count twice."""
        return sum(sum(at[1::2]) - sum(at[0::2]) for kind in self for at in kind)


def _at(rows: Rows, runs: Rows) -> list[int]:
    at: list[int] = rows.searchsorted(runs).tolist()
    return at


def _take(column: Numbers, at: list[int]) -> Numbers:
    cuts = [column[first:last] for first, last in zip(at[0::2], at[1::2], strict=True) if last > first]
    return cuts[0] if len(cuts) == 1 else np.concatenate(cuts) if cuts else column[:0]
