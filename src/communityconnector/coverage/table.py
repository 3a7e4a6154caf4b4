"""A small table: columns with names, as HTML, CSV, rows, and for pandas, Polars and Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import attrs

_MOST_SHOWN: Final = 60
"""Most rows that a notebook shows; the others are counted."""

STYLE: Final = """<style>
.cc-table{border-collapse:collapse;font:14px/1.4 system-ui,sans-serif;color:inherit;background:transparent}
.cc-table caption{text-align:left;padding:.3em 0;font-weight:600}
.cc-table th,.cc-table td{padding:.25em .6em;border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent);text-align:left}
.cc-table td.n,.cc-table th.n{text-align:right;font-variant-numeric:tabular-nums}
</style>"""
"""Colours come from the page, so that it is readable in light and dark."""


@attrs.frozen(eq=False)
class Table:
    """Columns of equal length.

    Attributes:
        columns: the cells of each column, by its name.
        title: what it shows, with its basis.
    """

    columns: Mapping[str, Sequence[Any]]
    title: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dictionary."""
        names = list(self.columns)
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, cells, strict=True))

    def __repr__(self) -> str:
        names = list(self.columns)
        rows = [[_text(cell) for cell in row.values()] for row in _first(self, _MOST_SHOWN)]
        widths = [max([len(name), *(len(row[at]) for row in rows)]) for at, name in enumerate(names)]
        lines = [self.title] if self.title else []
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (names, *rows)
        ]
        return "\n".join([*lines, *self._more()])

    def _repr_html_(self) -> str:
        numeric = {
            name
            for name, cells in self.columns.items()
            if any(isinstance(cell, (int, float)) for cell in cells)
        }
        head = "".join(f'<th scope="col"{_class(name, numeric)}>{escape(name)}</th>' for name in self.columns)
        body = "".join(
            "<tr>"
            + "".join(f"<td{_class(name, numeric)}>{escape(_text(cell))}</td>" for name, cell in row.items())
            + "</tr>"
            for row in _first(self, _MOST_SHOWN)
        )
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        more = "".join(f"<p>{escape(line)}</p>" for line in self._more())
        return f'{STYLE}<table class="cc-table">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'

    def _more(self) -> list[str]:
        left = len(self) - _MOST_SHOWN
        return [f"and {left:,} more rows: to_csv(), to_pandas()"] if left > 0 else []

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return all rows as dictionaries."""
        return list(self)

    def to_csv(self) -> str:
        """Return the table as CSV, with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue()

    def to_pandas(self) -> Any:
        """Return it as a pandas `DataFrame`; pandas is yours to install."""
        import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return pd.DataFrame({name: list(cells) for name, cells in self.columns.items()})

    def to_polars(self) -> Any:
        """Return it as a Polars `DataFrame`; Polars is yours to install."""
        import polars as pl  # type: ignore[import-not-found, unused-ignore]

        return pl.DataFrame({name: list(cells) for name, cells in self.columns.items()})

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return it as an Arrow stream, by pyarrow, which is yours to install."""
        import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return pa.table({name: list(cells) for name, cells in self.columns.items()}).__arrow_c_stream__(
            requested_schema
        )


def _first(table: Table, count: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(table):
        if number == count:
            return
        yield row


def _class(name: str, numeric: set[str]) -> str:
    return ' class="n"' if name in numeric else ""


def _text(cell: Any) -> str:
    if cell is None:
        return "\u2013"
    if isinstance(cell, float):
        return f"{cell:,.3f}" if abs(cell) < 1 else f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
