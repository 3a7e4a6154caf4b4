"""The criteria: each looks at one offer and answers met, unmet or unknown, with its evidence.

A criterion that the need does not ask gives no reason. What the directory does not say is unknown.
"""

from __future__ import annotations

from typing import Final

from communityconnector.matching.criteria.areas import AREA
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.offering import ASSURED, OFFERING
from communityconnector.matching.criteria.opening import OPEN_AT
from communityconnector.matching.criteria.person import AGE, LANGUAGE
from communityconnector.matching.criteria.place import Locate, OfferPlace, distance_reason, place_of
from communityconnector.matching.criteria.running import STATUS
from communityconnector.matching.criteria.situation import SITUATION

CRITERIA: Final = (STATUS, AREA, AGE, LANGUAGE, OPEN_AT, *OFFERING, SITUATION, ASSURED)
"""All criteria whose answers offers share, in the order of their reasons. Two are apart: the purpose of a service
answers `need`, and `distance` differs for every offer."""

__all__ = [
    "AREA",
    "CRITERIA",
    "OPEN_AT",
    "Criterion",
    "Facts",
    "Locate",
    "OfferPlace",
    "distance_reason",
    "place_of",
]
