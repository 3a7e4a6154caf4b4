"""Rows of a CSV file, in bounded memory, whatever a hand-made file does with its quotes."""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

import attrs

from communityconnector.interchange.files.csv_dialect import SAMPLE, Dialect, dialect_of
from communityconnector.interchange.files.encodings import Encoding, lines
from communityconnector.interchange.files.sources import SourceFile
from communityconnector.model import Finding, Severity

_WIDEST: Final = 1 << 30
"""Most characters in one cell. Python's default of 131,072 is less than many a county's outline."""

_MOST_LINES: Final = 5_000
"""Most lines that one row may span; a quote that is not closed by then was never meant to open."""

_lock = Lock()
_readers = [0, 0]
"""How many readings are under way, and the limit that stood before the first of them."""


@contextmanager
def wide_cells() -> Iterator[None]:
    """Lift the csv module's limit on the size of a cell while any reading is under way, in any thread."""
    # The csv module keeps this limit for the whole process; the last reading puts it back as it was.
    with _lock:
        if _readers[0] == 0:
            _readers[1] = csv.field_size_limit(_WIDEST)
        _readers[0] += 1
    try:
        yield
    finally:
        with _lock:
            _readers[0] -= 1
            if _readers[0] == 0:
                csv.field_size_limit(_readers[1])


@attrs.frozen
class CsvRow:
    """One row.

    Attributes:
        line: the line on which it begins, counted from 1.
        cells: its cells.
    """

    line: int
    cells: list[str]


def rows(file: SourceFile, encoding: Encoding, note: Callable[[Finding], None]) -> Iterator[CsvRow]:
    """Yield the rows of a CSV file that hold anything.

    A quote that opens by mistake would swallow the rows after it. A row that has not as many cells as the header,
    spans several lines, and whose later lines make whole rows of their own is read again line by line.

    Args:
        file: the file.
        encoding: how it is text.
        note: takes findings.
    """
    with wide_cells():
        yield from _Rows(file, encoding, note).all()


class _Rows:
    def __init__(self, file: SourceFile, encoding: Encoding, note: Callable[[Finding], None]) -> None:
        self.file, self.note = file, note
        # Null bytes stop the csv module, and no cell means them.
        self.text = (line.replace("\0", "") for line in lines(file, encoding))
        self.dialect = Dialect()
        self.width = 0
        self.number = 0
        self.pending: deque[str] = deque()
        self.spanned: list[str] = []

    def _line(self) -> Iterator[str]:
        """Lines for the csv module, remembered as long as their row lasts."""
        while True:
            line = self.pending.popleft() if self.pending else next(self.text, None)
            if line is None:
                return
            self.spanned.append(line)
            if len(self.spanned) > _MOST_LINES:
                return
            yield line

    def all(self) -> Iterator[CsvRow]:
        self.pending.extend(itertools.islice(self.text, SAMPLE))
        self.dialect = dialect = dialect_of(list(self.pending))
        self.width = dialect.width
        if dialect.says_separator:
            self.pending.popleft()
            self.number += 1
        parsed = self._parsed(self._line())
        while True:
            self.spanned = []
            try:
                cells = next(parsed, None)
            except csv.Error as error:
                parsed = self._parsed(self._line())
                self._found("not-csv", f"not CSV: {error}", "the row is not read", self.number + 1)
                self.number += max(len(self.spanned), 1)
                if not self.spanned:
                    return
                continue
            if cells is None:
                return
            spanned = self.spanned
            if len(spanned) > _MOST_LINES:
                # `_line` stopped within the row.
                parsed = self._parsed(self._line())
            if self.width and len(spanned) > 1 and self._is_swallowed(cells, spanned):
                self._found(
                    "stray-quote",
                    "a quote opens here and is never closed where it should be; double it or take it out",
                    "the line read as if it had no quotes",
                    self.number + 1,
                )
                cells = spanned[0].rstrip("\r\n").split(dialect.delimiter)
                self.pending.extendleft(reversed(spanned[1:]))
                spanned = spanned[:1]
            line = self.number + 1
            self.number += len(spanned)
            if any(cells):
                yield CsvRow(line, cells)

    def _parsed(self, lines: Iterable[str]) -> Iterator[list[str]]:
        dialect = self.dialect
        return csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.skips_blanks)

    def _is_swallowed(self, cells: list[str], spanned: list[str]) -> bool:
        """Return whether a row of several lines is really several rows."""
        if len(spanned) > _MOST_LINES:
            return True
        if len(cells) == self.width:
            return False
        alone = (next(self._parsed([line]), []) for line in spanned[1:50])
        return any(len(row) == self.width > 1 for row in alone)

    def _found(self, rule: str, message: str, action: str, line: int) -> None:
        severity = Severity.ERROR
        self.note(Finding(severity, rule, message, action, file=self.file.name, line=line))
