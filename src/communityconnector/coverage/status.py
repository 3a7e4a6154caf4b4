"""The status of a cell, a need at a place, and why it is so."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.reach import Reach


class Status(StrEnum):
    """How a need is met for the people of a place."""

    COVERED = "covered"
    """Two agencies or more surely serve them from within reach."""
    THIN = "thin"
    """One agency surely does. If it closes, nobody does."""
    REMOTE = "remote"
    """Nobody does from within reach, but somebody surely serves them by phone, online or at home."""
    UNKNOWN = "unknown"
    """Nobody surely does, and records leave open whether somebody does. Asking would tell."""
    GAP = "gap"
    """Nobody does, as far as the records say."""

    @property
    def mark(self) -> str:
        """One letter or sign for tables: blank, 1, t, ?, \u00d7."""
        return _MARKS[self]


_MARKS = {
    Status.COVERED: "", Status.THIN: "1", Status.REMOTE: "t", Status.UNKNOWN: "?", Status.GAP: "\u00d7",
}  # fmt: skip

ORDER: tuple[Status, ...] = tuple(Status)
"""The statuses by their numbers in arrays."""


class Why(StrEnum):
    """Why a cell has its status."""

    SEVERAL_AGENCIES = "several-agencies"
    ONE_AGENCY = "one-agency"
    WITHOUT_A_TRIP = "without-a-trip"
    RECORDS_SILENT = "records-silent"
    TOO_FAR = "too-far"
    NOBODY_OFFERS_IT = "nobody-offers-it"


def statuses(reach: Reach, limit: int) -> NDArray[np.int8]:
    """Return the number of the status of each cell in `ORDER`, by need and place.

    Args:
        reach: what reaches each place.
        limit: the number of the distance that counts as reach.
    """
    sure, possible = reach.sure[:, limit], reach.possible[:, limit]
    number = np.full(sure.shape, ORDER.index(Status.GAP), dtype=np.int8)
    number[(possible > 0) | reach.maybe_remote] = ORDER.index(Status.UNKNOWN)
    number[reach.remote & (possible == 0)] = ORDER.index(Status.REMOTE)
    number[sure == 1] = ORDER.index(Status.THIN)
    number[sure > 1] = ORDER.index(Status.COVERED)
    return number


def why(status: Status, nearest_km: float) -> Why:
    """Return why a cell has its status.

    Args:
        status: its status.
        nearest_km: the distance to the nearest offer that is sure; infinite for none.
    """
    if status is Status.GAP:
        return Why.TOO_FAR if np.isfinite(nearest_km) else Why.NOBODY_OFFERS_IT
    return _WHY[status]


_WHY = {
    Status.COVERED: Why.SEVERAL_AGENCIES,
    Status.THIN: Why.ONE_AGENCY,
    Status.REMOTE: Why.WITHOUT_A_TRIP,
    Status.UNKNOWN: Why.RECORDS_SILENT,
}
