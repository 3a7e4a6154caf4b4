"""No hidden count can be worked out: whoever tries every table that looks the same finds more than one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communityconnector.errors import InvalidStatisticsError
from communityconnector.referrals import Table, suppress

K = 3


def tables_that_look_the_same(table: Table, most: int) -> Iterator[dict[tuple[str, ...], int]]:
    """Every table of whole numbers up to one that shows what is shown, row by row."""
    if not table.rows:
        yield from _one_way(table, most)
        return
    rows, columns = list(table.rows), list(table.columns)

    def spread(row: str) -> list[tuple[int, ...]]:
        cells = [table.cells.get((row, *column), 0) for column in columns]
        choices = [range(most + 1) if cell is None else (cell,) for cell in cells]
        total = table.rows[row]
        return [one for one in product(*choices) if total is None or sum(one) == total]

    def complete(at: int, so_far: tuple[int, ...]) -> Iterator[list[tuple[int, ...]]]:
        ends = [table.columns[column] for column in columns]
        if any(end is not None and so > end for so, end in zip(so_far, ends, strict=True)):
            return
        if at == len(rows):
            fits = all(end is None or so == end for so, end in zip(so_far, ends, strict=True))
            if fits and table.total in (None, sum(so_far)):
                yield []
            return
        for one in spread(rows[at]):
            for rest in complete(at + 1, tuple(a + b for a, b in zip(so_far, one, strict=True))):
                yield [one, *rest]

    for found in complete(0, (0,) * len(columns)):
        yield {
            (row, *column): value
            for row, values in zip(rows, found, strict=True)
            for column, value in zip(columns, values, strict=True)
        }


def _one_way(table: Table, most: int) -> Iterator[dict[tuple[str, ...], int]]:
    choices = [range(most + 1) if cell is None else (cell,) for cell in table.cells.values()]
    for values in product(*choices):
        if table.total in (None, sum(values)):
            yield dict(zip(table.cells, values, strict=True))


def totals_of(cells: Mapping[tuple[str, ...], int], table: Table) -> dict[object, int]:
    """Cells and totals of a table, all by a name of their own."""
    counts: dict[object, int] = {("cell", *key): cells.get(key, 0) for key in table.cells}
    counts |= {("row", key): sum(v for k, v in cells.items() if k[0] == key) for key in table.rows}
    counts |= {("column", *key): sum(v for k, v in cells.items() if k[1:] == key) for key in table.columns}
    return counts | {"total": sum(cells.values())}


def given_away(counts: Mapping[tuple[str, ...], int], table: Table) -> str:
    """What of a table can be worked out, or is shown and must not be; empty where nothing is."""
    truth = totals_of(counts, table)
    shown: dict[object, int | None] = {("cell", *key): value for key, value in table.cells.items()}
    shown |= {("row", key): value for key, value in table.rows.items()}
    shown |= {("column", *key): value for key, value in table.columns.items()}
    shown["total"] = table.total
    for name, value in shown.items():
        if value is not None and (value != truth[name] or 0 < value < K):
            return f"{name} is shown"
    missing = {name: set() for name, value in shown.items() if value is None}
    for cells in tables_that_look_the_same(table, max(truth.values()) + K):
        for name, value in totals_of(cells, table).items():
            if name in missing:
                missing[name].add(value)
        if all(len(values) > 1 and max(values) >= K for values in missing.values()):
            return ""
    return next((str(name) for name, values in missing.items() if len(values) < 2 or max(values) < K), "")


VALUES = st.integers(0, 4)
ONE_WAY = st.dictionaries(st.tuples(st.sampled_from("abcd")), VALUES, max_size=4)
TWO_WAY = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), VALUES, max_size=7)


@given(counts=st.one_of(ONE_WAY, TWO_WAY))
@settings(max_examples=150)
def test_no_hidden_count_can_be_worked_out(counts):
    assert given_away(counts, suppress(counts, K)) == ""


def only_small(counts: Mapping[tuple[str, ...], int], k: int) -> Table:
    """Hides the small and nothing else, as is often done."""
    whole = suppress(dict(counts) | {}, K)
    truth = totals_of(counts, whole)

    def shown(name: object) -> int | None:
        return None if 0 < truth[name] < k else truth[name]

    return Table(
        {key: shown(("cell", *key)) for key in whole.cells},
        {key: shown(("row", key)) for key in whole.rows},
        {key: shown(("column", *key)) for key in whole.columns},
        shown("total"),
    )


def small_and_one_more(counts: Mapping[tuple[str, ...], int], k: int) -> Table:
    """Hides another cell in each row that hides one, and forgets the columns."""
    table = only_small(counts, k)
    cells = dict(table.cells)
    for row in table.rows:
        others = [key for key, value in cells.items() if key[0] == row and value]
        if others and any(value is None for key, value in cells.items() if key[0] == row):
            cells[min(others)] = None
    return Table(cells, table.rows, table.columns, table.total)


@pytest.mark.parametrize("faulty", [only_small, small_and_one_more], ids=lambda method: method.__name__)
def test_hiding_too_little_is_caught(faulty: Callable[[Mapping[tuple[str, ...], int], int], Table]):
    """Shows that the check above can fail."""
    tables = (
        {("a", "x"): 1, ("a", "y"): 4, ("b", "x"): 4, ("b", "y"): 4},
        {("a", "x"): 1, ("a", "y"): 4, ("a", "z"): 4, ("b", "x"): 4, ("b", "y"): 4, ("b", "z"): 4},
    )
    assert any(given_away(counts, faulty(counts, K)) for counts in tables)


@given(counts=st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(10, 99)))
def test_nothing_is_hidden_where_nothing_is_small(counts):
    assert suppress(counts).hidden == 0


@given(counts=TWO_WAY)
def test_the_order_in_which_counts_come_makes_no_difference(counts):
    assert suppress(dict(reversed(counts.items())), K) == suppress(counts, K)


def test_the_cheapest_is_hidden_with_a_small_count():
    table = suppress({("food",): 4, ("housing",): 60, ("legal",): 25})
    assert dict(table.cells) == {("food",): None, ("housing",): 60, ("legal",): None}
    assert table.total == 89


def test_a_whole_that_is_small_is_hidden_whole():
    table = suppress({("food", "2026-01"): 2, ("legal", "2026-01"): 1})
    assert table.total is None
    assert set(table.cells.values()) == {None}


def test_zeros_are_shown():
    assert suppress({("food",): 0, ("legal",): 40}).cell("food") == 0
    assert suppress({("food",): 12}).cell("elsewhere") == 0


@pytest.mark.parametrize(
    ("counts", "k"), [({("a",): 1}, 2), ({("a",): -1}, 10), ({("a",): 1, ("a", "b"): 1}, 10)]
)
def test_invalid_counts_are_refused(counts, k):
    with pytest.raises(InvalidStatisticsError):
        suppress(counts, k)
