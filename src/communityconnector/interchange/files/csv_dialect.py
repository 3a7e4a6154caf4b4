"""How a CSV file separates its cells, by a look at its first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

SAMPLE: Final = 50
"""Lines that are looked at."""

_DELIMITERS: Final = ",;\t|"
_SEPARATOR: Final = re.compile(r"\ufeff?\"?sep=(.)\"?;{0,50}\s{0,5}", re.IGNORECASE)
"""The line that names the delimiter to a spreadsheet program."""


@attrs.frozen
class Dialect:
    """How cells are separated.

    Attributes:
        delimiter: the character between cells.
        skips_blanks: whether blanks after it belong to no cell, so that a quote after them opens one.
        width: how many cells most lines have.
        says_separator: whether the first line only names the delimiter.
    """

    delimiter: str = ","
    skips_blanks: bool = False
    width: int = 0
    says_separator: bool = False


def dialect_of(sample: Sequence[str]) -> Dialect:
    """Return the dialect of a file that begins with these lines.

    The delimiter is the one that most lines have equally often outside of quotes; of several the more frequent one.
    """
    named = _SEPARATOR.fullmatch(sample[0]) if sample else None
    lines = [line for line in sample[bool(named) :] if line.strip()]
    delimiter = named[1] if named else max(_DELIMITERS, key=lambda mark: _fit(lines, mark))
    return Dialect(delimiter, _skips_blanks(lines, delimiter), _width(lines, delimiter), named is not None)


def _counts(lines: Sequence[str], mark: str) -> list[int]:
    """Return how often each line has a mark outside of quotes; lines that go on inside of a quote count with the first."""
    counts: list[int] = []
    open_quote = False
    for number, line in enumerate(lines):
        pieces = line.split('"')
        count = sum(piece.count(mark) for piece in pieces[open_quote::2])
        if open_quote and counts:
            counts[-1] += count
        else:
            counts.append(count)
        open_quote ^= len(pieces) % 2 == 0
        if open_quote and number > 0 and len(counts) == 1 and number > SAMPLE // 2:
            return [counts[0]]
    return counts


def _fit(lines: Sequence[str], mark: str) -> tuple[int, int]:
    counts = _counts(lines, mark)
    if not any(counts):
        return (0, 0)
    usual, times = Counter(filter(None, counts)).most_common(1)[0]
    # The first line is most often the header, in which nothing but delimiters stands as often as in other lines.
    return (times + (counts[0] == usual), usual)


def _width(lines: Sequence[str], mark: str) -> int:
    counts = [count for count in _counts(lines, mark) if count]
    return Counter(counts).most_common(1)[0][0] + 1 if counts else 1


def _skips_blanks(lines: Sequence[str], mark: str) -> bool:
    spaced = direct = 0
    for line in lines:
        for piece in _after(line, mark):
            spaced += piece.startswith(" ") and piece.lstrip(" ").startswith('"')
            direct += piece.startswith('"')
    return spaced > 0 and direct == 0


def _after(line: str, mark: str) -> Iterator[str]:
    start = line.find(mark)
    while start >= 0:
        yield line[start + 1 : start + 40]
        start = line.find(mark, start + 1)
