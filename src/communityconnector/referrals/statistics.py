"""Counts that may be published: small ones are hidden, and so is whatever would give them away.

Who knows a town knows who the one patron is that asked for shelter in March. So a count below `k` is not shown; nor are
others, where it could be worked out from them and the totals. A table is a flow from its rows to its columns: to change
a hidden cell and keep what is shown is to send a little around a circle of hidden cells. Where there is no such circle,
the cheapest one is hidden.
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
"""With 2, what is hidden would be known to be 1."""

Names = tuple[str, ...]
"""What a cell is called: one name for each thing that is counted by."""


@attrs.frozen
class Table:
    """Counts with their totals; `None` where one is hidden. A cell that is not there is a 0.

    Attributes:
        cells: the counts, by all their names.
        rows: totals by the first name; none where there is but one.
        columns: totals by the other names; none where there is but one.
        total: the whole.
    """

    cells: Mapping[Names, int | None]
    rows: Mapping[str, int | None]
    columns: Mapping[Names, int | None]
    total: int | None

    def cell(self, *names: str) -> int | None:
        """A count; `None` where it is hidden."""
        return self.cells.get(names, 0)

    @property
    def hidden(self) -> int:
        """How many counts and totals are hidden."""
        shown = [*self.cells.values(), *self.rows.values(), *self.columns.values(), self.total]
        return shown.count(None)


class _Arc(NamedTuple):
    """A cell or a total, as part of a flow that goes round: source, row, column, sink, and back."""

    tail: Names
    head: Names
    value: int


_SOURCE: Final = ("source",)
_SINK: Final = ("sink",)
_TOTAL: Final = ("total",)


def suppress(counts: Mapping[Names, int], k: int = 10) -> Table:
    """A table in which no count from 1 to k - 1 is shown, or can be worked out from what is.

    For every count that is hidden for being small, the table would look the same if it were k. So neither is it known,
    nor is that it is small; and what is hidden with it is no small count either. Nothing is known of somebody who
    has other tables of the same patrons: publish few.

    Zeros are shown: nobody is behind them. That all of a row are in one cell is therefore shown too.

    Args:
        counts: counts of 0 or more by their names, all of the same number of names, one at least. Totals are worked out
            by the first name, and by the others taken together.
        k: the least count to be shown, 3 or more.

    Raises:
        InvalidStatisticsError: k is too small, a count is negative, or the names differ in number.
    """
    if k < LEAST_K or any(one < 0 for one in counts.values()) or len({len(key) for key in counts} - {0}) > 1:
        message = f"counts are 0 or more, have equally many names, and are hidden below {LEAST_K} or more"
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
    found: dict[Names, _Arc] = {}
    for names, value in counts.items():
        ends = (("row", names[0]), ("column", *names[1:])) if len(names) > 1 else (_SOURCE, _SINK)
        found["cell", *names] = _Arc(ends[0], ends[1], value)
    found |= {("row", key): _Arc(_SOURCE, ("row", key), value) for key, value in rows.items()}
    found |= {("column", *key): _Arc(("column", *key), _SINK, value) for key, value in columns.items()}
    found[_TOTAL] = _Arc(_SINK, _SOURCE, total)
    # Zeros are shown, so nothing can be moved there.
    return {name: arc for name, arc in found.items() if arc.value}


class _Flow:
    def __init__(self, arcs: Mapping[Names, _Arc]) -> None:
        self._arcs = arcs
        self._at: dict[Names, list[tuple[Names, int, Names]]] = defaultdict(list)
        """At each end: an arc, 1 for along it and -1 for against it, and where that leads."""
        for name, arc in arcs.items():
            self._at[arc.tail].append((name, 1, arc.head))
            self._at[arc.head].append((name, -1, arc.tail))

    def hidden(self, k: int) -> set[Names]:
        """What to hide."""
        small = sorted((arc.value, name) for name, arc in self._arcs.items() if arc.value < k)
        hidden = {name for _, name in small}
        # Hiding more only leaves more open, so what has been seen to once stays so.
        for value, name in small:
            self._protect(name, k - value, hidden)
        return hidden

    def _protect(self, name: Names, wanted: int, hidden: set[Names]) -> None:
        """Hide what it takes for a cell to be possibly larger by so much."""
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
        """The way from a cell's head back to its tail that hides least. There is one: by the totals alone."""
        start, end = self._arcs[name].head, self._arcs[name].tail
        # Of ways that cost the same, the newest is followed first: through what is hidden already, it is soon at the end.
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
    """The arcs that led to an end, each with its sign."""
    way = []
    step = by[end]
    while step is not None:
        way.append((step[0], step[1]))
        step = by[step[2]]
    return way
