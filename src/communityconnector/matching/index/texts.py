"""Many texts as two arrays, so that a million texts are not a million objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class Texts(Sequence[str]):
    """Texts as their bytes, one after the other, and where each ends.

    Args:
        letters: the bytes of all texts, UTF-8.
        ends: where each text ends in them.
        check: raises if bytes from one place to another are not as they were written; called before each reading.
    """

    __slots__ = ("_check", "_ends", "_letters")

    def __init__(
        self,
        letters: NDArray[np.uint8],
        ends: NDArray[np.int64],
        check: Callable[[int, int], None] | None = None,
    ) -> None:
        self._letters = letters
        self._ends = ends
        self._check = check

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        end = int(self._ends[index])
        begin = int(self._ends[index - 1]) if index % len(self._ends) else 0
        return self._read(begin, end)

    def _read(self, begin: int, end: int) -> str:
        if self._check is not None:
            self._check(begin, end)
        return self._letters[begin:end].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for end in self._ends.tolist():
            yield self._read(begin, end)
            begin = end


def encoded(texts: Iterable[str]) -> Iterator[bytes]:
    """Encode texts for `Texts`. Lone surrogates, which a program may have produced, are preserved."""
    return (text.encode("utf-8", "surrogatepass") for text in texts)


def number_of(wanted: str, texts: Sequence[str], order: NDArray[Any]) -> int | None:
    """Return the number of a text among many, the last of equal ones; `None` if it is not among them.

    Args:
        wanted: the text.
        texts: the texts.
        order: their numbers, in the order of the texts.
    """
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if texts[int(order[middle])] <= wanted:
            low = middle + 1
        else:
            high = middle
    number = int(order[low - 1]) if low else None
    return number if number is not None and texts[number] == wanted else None
