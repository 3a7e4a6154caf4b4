"""Tables of fitted weights, and of what they are worth on sets that they were not fitted on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from communityconnector.matching import WEIGHTS
from communityconnector.testing.relevance.services.measured import MEASURES, value_of
from communityconnector.testing.relevance.services.tuning import LeftOut, Tuned
from communityconnector.testing.relevance.tables import Cells

SHOWN: Final = ("ndcg5", "success1", "wrong_met5", "honest")
"""The measures of sets that were left out."""


def of_weights(tuned: Tuned) -> Cells:
    """Return the table of the numbers that differ from those that ship, and of the objective."""
    rows = [["number", "shipped", "fitted"]]
    rows += [
        [name, f"{WEIGHTS[name]:g}", f"{value:g}"]
        for name, value in tuned.weights.items()
        if value != WEIGHTS[name]
    ]
    return [*rows, ["objective", f"{tuned.before:.3f}", f"{tuned.after:.3f}"]]


def of_sets_left_out(sets: Iterable[LeftOut]) -> Cells:
    """Return the table of sets: each measure at the start, fitted on the others, fitted on all, and the drop between."""
    titles = {measure.name: measure.title for measure in MEASURES}
    rows = [["set", "measure", "start", "fitted on the others", "fitted on all", "drop"]]
    for each in sets:
        for name in SHOWN:
            values = [value_of(name, given) for given in (each.start, each.others, each.own)]
            if None not in values:
                start, others, own = (float(value or 0) for value in values)
                rows.append(
                    [
                        each.name,
                        titles[name],
                        f"{start:.3f}",
                        f"{others:.3f}",
                        f"{own:.3f}",
                        f"{own - others:+.3f}",
                    ]
                )
    return rows
