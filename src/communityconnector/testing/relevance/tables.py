"""Tables of text, in aligned columns or in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from communityconnector.testing.relevance.measures import Estimate

Cells = list[list[str]]
"""A table: its rows, the heads first."""


def aligned(rows: Cells) -> str:
    """Return a table as text in columns as wide as their widest cell: words to the left, figures to the right."""
    columns = list(zip(*rows, strict=True))
    padded = [
        [cell.ljust(width) if _is_of_words(column) else cell.rjust(width) for cell in column]
        for column, width in zip(columns, (max(map(len, column)) for column in columns), strict=True)
    ]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*padded, strict=True))


def _is_of_words(column: Sequence[str]) -> bool:
    return any(cell[:1].isalpha() or cell[:1] == "(" for cell in column[1:])


def markdown(rows: Cells) -> str:
    """Return a table in Markdown."""
    heads, *others = (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    return "\n".join([heads, "|" + "---|" * len(rows[0]), *others])


def of_estimate(estimate: Estimate) -> list[str]:
    """Return the cells of a figure: its value, its interval and of how many it is."""
    return [f"{estimate.value:.3f}", f"{estimate.low:.3f} to {estimate.high:.3f}", str(estimate.count)]


def of_gain(gain: Estimate) -> list[str]:
    """Return the cells of a difference, with signs."""
    return [f"{gain.value:+.3f}", f"{gain.low:+.3f} to {gain.high:+.3f}", str(gain.count)]
