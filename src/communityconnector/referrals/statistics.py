"""Counts that are safe to publish: small counts are hidden, and so are others that would reveal them.

In a small town, a count of one can identify the patron who asked for shelter in March. So a count below `k` is hidden,
and so are other counts from which, with the totals, it could be worked out. A table is treated as a flow from its rows
to its columns. A hidden cell can have another value, with every shown count unchanged, if it lies on a circle of hidden
cells around which a little flow can be sent. Where there is no such circle, the cheapest one is hidden.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from communityconnector.errors import InvalidStatisticsError

LEAST_K: Final = 3
"""With 2, a hidden count would be known to be 1."""

Names = tuple[str, ...]
"""The key of a cell: one name for each dimension."""


@attrs.frozen
class Table:
    """Counts with their totals. A hidden count is `None`. A missing cell is 0.

    Attributes:
        cells: the counts by all names of the cell.
        rows: totals by the first name; empty if cells have only one name.
        columns: totals by the other names; empty if cells have only one name.
        total: the total of all cells.
    """

    cells: Mapping[Names, int | None]
    rows: Mapping[str, int | None]
    columns: Mapping[Names, int | None]
    total: int | None

    def cell(self, *names: str) -> int | None:
        """Return a count, or `None` if it is hidden."""
        return self.cells.get(names, 0)

    @property
    def hidden(self) -> int:
        """The number of hidden counts and totals."""
        shown = [*self.cells.values(), *self.rows.values(), *self.columns.values(), self.total]
        return shown.count(None)


class _Arc(NamedTuple):
    """A cell or a total as part of a circular flow: source, row, column, sink, and back to the source."""

    tail: Names
    head: Names
    value: int


_SOURCE: Final = ("source",)
_SINK: Final = ("sink",)
_TOTAL: Final = ("total",)


def suppress(counts: Mapping[Names, int], k: int = 10) -> Table:
    """Return a table in which no count from 1 to k - 1 is shown or can be worked out from what is shown.

    For every count that is hidden because it is small, the table would look the same if the count were k. So a reader
    learns neither the count nor that it is small. Other counts that are hidden with it are not small. There is no such
    promise against a reader who has other tables about the same patrons: publish few tables.

    Zeros are shown, because they stand for no patron. A row whose patrons are all in one cell is therefore visible too.

    Args:
        counts: counts of 0 or more by their names. All keys have the same number of names, at least one. Totals are
            worked out by the first name, and by the others taken together.
        k: the smallest count to be shown, 3 or more.

    Raises:
        InvalidStatisticsError: k is too small, a count is negative, or the names differ in number.
    """
    if (
        k < LEAST_K
        or any(value < 0 for value in counts.values())
        or len({len(key) for key in counts} - {0}) > 1
    ):
        message = f"every count must be 0 or more, all keys must have equally many names, and k must be at least {LEAST_K}"
        raise InvalidStatisticsError(message)
    rows: dict[str, int] = defaultdict(int)
    columns: dict[Names, int] = defaultdict(int)
    for names, value in counts.items():
        if len(names) > 1:
            rows[names[0]] += value
            columns[names[1:]] += value
    total = sum(counts.values())
    flow = _Flow(_arcs(counts, rows, columns, total))
    hidden = flow.hidden(k)
    return Table(
        MappingProxyType({key: _shown(("cell", *key) in hidden, counts[key]) for key in sorted(counts)}),
        MappingProxyType({key: _shown(("row", key) in hidden, rows[key]) for key in sorted(rows)}),
        MappingProxyType({key: _shown(("column", *key) in hidden, columns[key]) for key in sorted(columns)}),
        _shown(_TOTAL in hidden, total),
    )


def _shown(is_hidden: bool, value: int) -> int | None:  # noqa: FBT001  # a helper of two words
    return None if is_hidden else value


def _arcs(
    counts: Mapping[Names, int], rows: Mapping[str, int], columns: Mapping[Names, int], total: int
) -> dict[Names, _Arc]:
    arcs: dict[Names, _Arc] = {}
    for names, value in counts.items():
        ends = (("row", names[0]), ("column", *names[1:])) if len(names) > 1 else (_SOURCE, _SINK)
        arcs["cell", *names] = _Arc(ends[0], ends[1], value)
    arcs |= {("row", key): _Arc(_SOURCE, ("row", key), value) for key, value in rows.items()}
    arcs |= {("column", *key): _Arc(("column", *key), _SINK, value) for key, value in columns.items()}
    arcs[_TOTAL] = _Arc(_SINK, _SOURCE, total)
    # Zeros are shown, so no flow can be moved through them.
    return {name: arc for name, arc in arcs.items() if arc.value}


class _Flow:
    def __init__(self, arcs: Mapping[Names, _Arc]) -> None:
        self._arcs = arcs
        self._at: dict[Names, list[tuple[Names, int, Names]]] = defaultdict(list)
        """For each node: the arcs at it, with 1 to follow an arc or -1 to go against it, and the node it leads to."""
        for name, arc in arcs.items():
            self._at[arc.tail].append((name, 1, arc.head))
            self._at[arc.head].append((name, -1, arc.tail))

    def hidden(self, k: int) -> set[Names]:
        """Return the cells and totals to hide."""
        small = sorted((arc.value, name) for name, arc in self._arcs.items() if arc.value < k)
        hidden = {name for _, name in small}
        # Hiding more only adds freedom, so a cell that is protected once stays protected.
        for value, name in small:
            self._protect(name, k - value, hidden)
        return hidden

    def _protect(self, name: Names, wanted: int, hidden: set[Names]) -> None:
        """Hide enough cells that this cell could be larger by `wanted`."""
        moved: dict[Names, int] = defaultdict(int)
        while wanted > 0:
            way = self._cheapest(name, hidden, moved)
            room = [self._arcs[arc].value + moved[arc] for arc, sign in way if sign < 0]
            step = min([wanted, *room])
            for arc, sign in way:
                moved[arc] += sign * step
                hidden.add(arc)
            wanted -= step

    def _cheapest(
        self, name: Names, hidden: Iterable[Names], moved: Mapping[Names, int]
    ) -> list[tuple[Names, int]]:
        """Return the path from a cell's head back to its tail that hides least. One always exists: through the totals."""
        start, end = self._arcs[name].head, self._arcs[name].tail
        # Of paths with equal cost, the newest is followed first: through cells that are already hidden it ends soon.
        order = count(0, -1)
        waiting: list[tuple[int, int, Names, tuple[Names, int, Names] | None]] = [
            (0, next(order), start, None)
        ]
        by: dict[Names, tuple[Names, int, Names] | None] = {}
        while True:
            cost, _, here, last = heapq.heappop(waiting)
            if here in by:
                continue
            by[here] = last
            if here == end:
                return _steps(by, end)
            for arc, sign, there in self._at[here]:
                empty = sign < 0 and self._arcs[arc].value + moved.get(arc, 0) <= 0
                if arc == name or there in by or empty:
                    continue
                dear = 0 if arc in hidden else 1 + self._arcs[arc].value
                if there == end and not dear:
                    by[end] = (arc, sign, here)
                    return _steps(by, end)
                heapq.heappush(waiting, (cost + dear, next(order), there, (arc, sign, here)))


def _steps(by: Mapping[Names, tuple[Names, int, Names] | None], end: Names) -> list[tuple[Names, int]]:
    """Return the arcs that led to an end, each with its sign."""
    way = []
    step = by[end]
    while step is not None:
        way.append((step[0], step[1]))
        step = by[step[2]]
    return way
