"""Scores of a part of what was judged, and of two systems in comparison."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from communityconnector.testing.relevance.measures import Estimate
from communityconnector.testing.relevance.tables import Cells, aligned, of_gain


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
