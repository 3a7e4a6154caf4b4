"""The tables of the gazetteer, read when they are first used."""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import overload


class Column(Sequence[str]):
    """A column of a table, read from one line of text.

    Where all cells are equally wide, a cell is cut from the line, so that 40,000 rows need no 40,000 texts.

    Args:
        line: the cells, separated by tabs.
        count: the number of cells.
    """

    def __init__(self, line: str, count: int) -> None:
        self._line, self._count = line, count
        width = line.find("\t")
        self._step = width + 1 if line[width :: width + 1] == "\t" * (count - 1) else 0

    @cached_property
    def _cells(self) -> list[str]:
        return self._line.split("\t")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, int) and self._step and 0 <= row < self._count:
            return self._line[row * self._step : (row + 1) * self._step - 1]
        return self._cells[row]

    def number(self, row: int) -> float:
        """Return the number of a row."""
        return float(self[row])

    def whole(self, row: int) -> int | None:
        """Return the whole number of a row; `None` if it is missing."""
        text = self[row].strip()
        return int(text) if text else None


def read_columns(name: str) -> Mapping[str, Column]:
    """Return the columns of a table by name. Each line of the file is a column, its name first."""
    packed = (files(__package__) / "data" / f"{name}.tsv.xz").read_bytes()
    lines = lzma.decompress(packed).decode().rstrip("\n").split("\n")
    columns = {header: cells for header, _, cells in (line.partition("\t") for line in lines)}
    count = next(iter(columns.values())).count("\t") + 1
    return {header: Column(cells, count) for header, cells in columns.items()}
