"""Scores of all and of a part of what was judged, and of two systems in comparison, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from communityconnector.testing.relevance.measures import Estimate
from communityconnector.testing.relevance.tables import Cells, aligned, of_estimate, of_gain


@attrs.frozen
class Group:
    """The scores of some of the utterances or needs.

    Attributes:
        name: what they have in common, such as the register `slang` or the language `es`.
        count: how many they are.
        values: each measure that applies, by its name.
    """

    name: str
    count: int
    values: Mapping[str, float]


@attrs.frozen
class Comparison:
    """What one system gains over another on the same utterances or needs.

    Attributes:
        gains: the difference of each measure, by its name. Its interval holds 0 if the difference may be chance.
        titles: the name of each measure in a report, in the order of the report.
    """

    gains: Mapping[str, Estimate]
    titles: Mapping[str, str]

    def report(self) -> str:
        """Return the differences as plain text in aligned columns."""
        return aligned(self.rows())

    def rows(self) -> Cells:
        """Return the differences as a table."""
        gains = [
            [title, *of_gain(self.gains[name])] for name, title in self.titles.items() if name in self.gains
        ]
        return [["measure", "gain", "95 %", "of"], *gains]


def of_measures(titles: Mapping[str, str], estimates: Mapping[str, Estimate]) -> Cells:
    """Return the table of measures.

    Args:
        titles: the name of each measure in a report, in the order of the report.
        estimates: the measures that apply, by name.
    """
    measured = [[title, *of_estimate(estimates[name])] for name, title in titles.items() if name in estimates]
    return [["measure", "value", "95 %", "of"], *measured]


def of_groups(by: str, counted: str, titles: Mapping[str, str], groups: Sequence[Group]) -> Cells:
    """Return the table of groups, with the measures that apply to any of them.

    Args:
        by: what the members of a group have in common, the head of the first column.
        counted: what a group has so many of, the head of the second.
        titles: the heads of the other columns, by the name of their measure.
        groups: the groups.
    """
    shown = [name for name in titles if any(name in group.values for group in groups)]
    rows = [[by, counted, *(titles[name] for name in shown)]]
    for group in groups:
        cells = [f"{group.values[name]:.3f}" if name in group.values else "-" for name in shown]
        rows.append([group.name, str(group.count), *cells])
    return rows
