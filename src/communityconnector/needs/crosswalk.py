"""What was understood, in the codes of Open Eligibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Final

from communityconnector.needs.interpretation import Interpretation
from communityconnector.needs.learned.labels import DANGER
from communityconnector.needs.tables import rows_of

_SHARES: Final = (1.0, 0.6, 0.35, 0.25, 0.2, 0.15)
"""What the first, second, ... code of a concept gets of the concept's weight."""


def open_eligibility_codes(interpretation: Interpretation) -> tuple[str, ...]:
    """Return the Open Eligibility ids of what was understood, best first: the surest code of each concept before others.

    Codes of `related` concepts come too, as far as their weight goes. If nothing was understood, there are no codes.

    Args:
        interpretation: what was understood.
    """
    if not interpretation.concepts and not interpretation.dangers:
        return ()
    weights = [(DANGER + danger.kind, 1.0) for danger in interpretation.dangers]
    weights += [(u.concept, u.weight) for u in (*interpretation.concepts, *interpretation.related)]
    values: defaultdict[str, float] = defaultdict(float)
    for key, weight in weights:
        for code, share in zip(_codes().get(key, ()), _SHARES, strict=False):
            values[code] += weight * share
    return tuple(sorted(values, key=lambda code: -values[code]))


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of each concept and of dangers without one, best first, from `needs/data/open_eligibility_answers.csv`."""
    rows = rows_of("open_eligibility_answers.csv")
    return {row["concept"]: tuple(row["oe_ids"].split(";")) for row in rows}
