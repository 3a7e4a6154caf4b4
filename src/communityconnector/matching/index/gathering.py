"""Which rows may fit what is needed, and how well: the postings of terms, concepts and words, cut to runs of rows."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from communityconnector.matching import purpose as purposes
from communityconnector.matching.answers import Reason
from communityconnector.matching.index.columns import IN_NAME, IN_TEXT, Columns, Numbers
from communityconnector.matching.index.geometry import Floats, Rows
from communityconnector.matching.purpose import Asked
from communityconnector.matching.ranking import IN_DOUBT, SURE_ENOUGH


class Gathering:
    """Which rows may fit what is needed, and how well.

    Args:
        columns: the rows.
        strength: by sign, how surely it tells what a service is for.
        asked: what is needed.

    Attributes:
        parts: the postings of terms and concepts: rows, and either what each is worth by its sign, or what all are.
        most: no row fits better than this.
        longest: no more rows than this may fit; some may count twice.
        sure: whether all rows that are given fit; else some only may.
    """

    def __init__(self, columns: Columns, strength: Floats, asked: Asked) -> None:
        self._columns = columns
        self._asked = asked
        self._reasons: dict[tuple[str, int], Reason] = {}
        self._words = [found for word in asked.words if (found := columns.words.of(word))]
        self.parts: list[tuple[Rows, Numbers | None, Floats | float]] = []
        for term in asked.terms:
            if found := columns.terms.of(term):
                self.parts.append((found[0], None, purposes.TERM))
        for wanted in asked.wanted:
            if found := columns.concepts.of(wanted.concept):
                self.parts.append((*found, wanted.weight * strength))
        for concept in asked.broader:
            if found := columns.concepts.of(concept):
                rows = self._listed_broadly(concept, *found)
                if len(rows):
                    self.parts.append((rows, None, 0.0))
        if asked.understood and len(columns.undescribed):
            self.parts.append((columns.undescribed, None, 0.0))
        self.most = max(
            [1.0] if asked.terms or asked.words else [wanted.weight for wanted in asked.wanted] or [IN_DOUBT]
        )
        self.sure = not self._words and all(
            (worth if isinstance(worth, float) else worth.min()) >= SURE_ENOUGH for _, _, worth in self.parts
        )
        self.longest = sum(len(part[0]) for part in self.parts) + sum(len(rows) for rows, _ in self._words)

    def _listed_broadly(self, concept: str, rows: Rows, numbers: Numbers) -> Rows:
        known = np.unique(numbers)
        signs = self._columns.signs
        broad = [purposes.is_listed_broadly(signs[number], concept) for number in known.tolist()]
        return rows[np.isin(numbers, known[np.array(broad, dtype=bool)])]

    def cut(self, runs: Rows) -> Cut:
        """Where the postings cross runs of rows."""
        return Cut([_at(part[0], runs) for part in self.parts], [_at(rows, runs) for rows, _ in self._words])

    def rows(self, cut: Cut) -> tuple[Rows, Floats]:
        """The rows in runs that fit, or may fit, what is needed, ascending, with how well; 0 where they only may."""
        all_rows: list[Rows] = []
        all_values: list[Floats] = []
        for (rows, numbers, worth), at in zip(self.parts, cut.parts, strict=True):
            taken = _take(rows, at)
            if not len(taken):
                continue
            all_rows.append(taken)
            if numbers is None or isinstance(worth, float):
                all_values.append(np.full(len(taken), worth))
            else:
                all_values.append(worth[_take(numbers, at)])
        if self._words:
            rows, values = self._by_words(cut.words)
            if len(rows):
                all_rows.append(rows)
                all_values.append(values)
        if not all_rows:
            return np.empty(0, dtype=np.int32), np.empty(0)
        if len(all_rows) == 1:
            return all_rows[0], all_values[0]
        rows, values = np.concatenate(all_rows), np.concatenate(all_values)
        order = np.lexsort((-values, rows))
        rows, values = rows[order], values[order]
        first = np.empty(len(rows), dtype=bool)
        first[0] = True
        np.not_equal(rows[1:], rows[:-1], out=first[1:])
        return rows[first], values[first]

    def _by_words(self, cut: list[list[int]]) -> tuple[Rows, Floats]:
        pieces, worths = [], []
        for (rows, numbers), at in zip(self._words, cut, strict=True):
            taken = _take(rows, at)
            if len(taken):
                pieces.append(taken)
                worths.append(_take(numbers, at))
        if not pieces:
            return np.empty(0, dtype=np.int32), np.empty(0)
        words = len(self._asked.words)
        if len(pieces) == 1:
            rows, field = pieces[0], worths[0]
            in_name, in_text = (field == IN_NAME).astype(np.int64), (field == IN_TEXT).astype(np.int64)
        else:
            # Words in names counted in tens of thousands, words in texts in ones: one sum has both.
            together = np.concatenate(pieces)
            order = together.argsort(kind="stable")
            together = together[order]
            first = np.empty(len(together), dtype=bool)
            first[0] = True
            np.not_equal(together[1:], together[:-1], out=first[1:])
            starts = np.flatnonzero(first)
            sums = np.add.reduceat(_COUNTED[np.concatenate(worths)[order]], starts)
            rows, in_name, in_text = together[starts], sums >> 16, sums & 0xFFFF
        values = (in_name * purposes.IN_NAME + in_text * purposes.IN_TEXT) / words
        by_name = np.zeros(len(rows), dtype=bool)
        if self._asked.exact and words > 1:
            by_name = (in_name > 0) & (in_name + in_text == words)
        if self._asked.understood:
            return rows[by_name], values[by_name]
        enough = by_name | (in_name + in_text >= 0.5 * words)
        return rows[enough], np.where(by_name, values, purposes.HINT * values)[enough]

    def judged(self, rows: Rows) -> list[tuple[float, Reason]]:
        """How well each of some rows fits, and why, as `purpose.for_need` has it."""
        columns, asked = self._columns, self._asked
        best: list[tuple[float, str, int]] = [_NOTHING] * len(rows)
        for term in asked.terms:
            best = [
                (purposes.TERM, "", number) if number != _NONE and held is _NOTHING else held
                for number, held in zip(columns.terms.numbers(term, rows), best, strict=True)
            ]
        for wanted in asked.wanted:
            for at, number in enumerate(columns.concepts.numbers(wanted.concept, rows)):
                if number != _NONE:
                    value = wanted.weight * columns.signs[number].strength
                    if value > best[at][0]:
                        best[at] = (value, wanted.concept, number)
        if asked.words:
            fields = [columns.words.numbers(word, rows) for word in asked.words]
            for at, here in enumerate(zip(*fields, strict=True)):
                in_name = here.count(IN_NAME)
                value = purposes.by_words(in_name, here.count(IN_TEXT), asked)
                if value > best[at][0]:
                    best[at] = (value, _NAMED if value >= SURE_ENOUGH else _HINTED, in_name)
        return [
            (value, self._reason(kind, number)) if value else (0.0, self._in_doubt(row))
            for (value, kind, number), row in zip(best, rows.tolist(), strict=True)
        ]

    def _reason(self, kind: str, number: int) -> Reason:
        reason = self._reasons.get((kind, number))
        if reason is None:
            reason = self._reasons[kind, number] = self._said(kind, number)
        return reason

    def _said(self, kind: str, number: int) -> Reason:
        if kind in {_NAMED, _HINTED}:
            return purposes.has_words(number, SURE_ENOUGH if kind == _NAMED else 0.0)
        if not kind:
            return purposes.listed(self._columns.listed[number])
        wanted = next(wanted for wanted in self._asked.wanted if wanted.concept == kind)
        return purposes.offered(wanted, self._columns.signs[number])

    def _in_doubt(self, row: int) -> Reason:
        columns, asked = self._columns, self._asked
        here = np.array([row], dtype=np.int32)
        for concept in asked.broader:
            (number,) = columns.concepts.numbers(concept, here)
            if number != _NONE and purposes.is_listed_broadly(columns.signs[number], concept):
                return purposes.broadly_listed(columns.signs[number], asked)
        return purposes.undescribed(asked)


_NONE: Final = -1
_NOTHING: Final = (0.0, "", _NONE)
_NAMED: Final = " "
_HINTED: Final = "  "
"""Stand for the patron's own words where a concept stands otherwise: for a name, and for less."""
_COUNTED = np.array([0, 1 << 16, 1], dtype=np.int64)
"""What a word counts, by where a row has it (see `Gathering._by_words`)."""


class Cut(NamedTuple):
    """Where postings cross runs of rows: for each, its beginnings and ends in turn.

    Attributes:
        parts: those of terms and concepts.
        words: those of words.
    """

    parts: list[list[int]]
    words: list[list[int]]

    @property
    def total(self) -> int:
        """How many rows there may be; some may count twice."""
        return sum(sum(at[1::2]) - sum(at[0::2]) for kind in self for at in kind)


def _at(rows: Rows, runs: Rows) -> list[int]:
    at: list[int] = rows.searchsorted(runs).tolist()
    return at


def _take(column: Numbers, at: list[int]) -> Numbers:
    cuts = [column[first:last] for first, last in zip(at[0::2], at[1::2], strict=True) if last > first]
    return cuts[0] if len(cuts) == 1 else np.concatenate(cuts) if cuts else column[:0]
