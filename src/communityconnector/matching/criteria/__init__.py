"""The criteria: each looks at one offer and answers met, unmet or unknown, with its evidence.

A criterion that was not asked gives no reason. What the directory does not say is unknown.
"""

from __future__ import annotations

from typing import Final

from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.offering import (
    ACCESSIBILITY,
    ASSURED,
    CAPACITY,
    COST,
    DOCUMENTS,
)
from communityconnector.matching.criteria.opening import OPEN_AT
from communityconnector.matching.criteria.person import AGE, LANGUAGE, SITUATION
from communityconnector.matching.criteria.place import AREA, Locate, Spot, distance_reason, spot_of
from communityconnector.matching.criteria.running import STATUS

CRITERIA: Final = (
    STATUS,
    AREA,
    AGE,
    LANGUAGE,
    OPEN_AT,
    COST,
    ACCESSIBILITY,
    DOCUMENTS,
    CAPACITY,
    SITUATION,
    ASSURED,
)
"""All criteria whose answer many offers share, in the order of their reasons. Two stand apart: `need`, which is
answered by a service's purpose, and `distance`, which is another for every offer."""

BEFORE_DISTANCE: Final = frozenset({"status", "area"})
"""The criteria whose reasons stand before that of the distance."""

__all__ = [
    "AREA",
    "BEFORE_DISTANCE",
    "CRITERIA",
    "OPEN_AT",
    "Criterion",
    "Facts",
    "Locate",
    "Spot",
    "distance_reason",
    "spot_of",
]
