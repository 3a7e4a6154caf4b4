"""Whom offers serve by where they live: the answers of the criterion `area` for the people of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.places import Places
from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria import AREA
from communityconnector.matching.criteria.whereabouts import Whereabouts
from communityconnector.model.extents import polygons

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

IS_OUT: Final = 0
IS_OPEN: Final = 1
IS_SERVED: Final = 2
"""The answers: people there are not served; that is not sure; they are, or the record makes no difference."""

HALF: Final = 0.5
"""The chance that an offer serves people where its record leaves it open."""


class AreaAnswers:
    """Whether offers serve the people of places, worked out once for each county and each thing that records say.

    Where a record gives a shape, each place is asked by its point.

    Args:
        areas: facts of the criterion `area`, by number.
        places: the places.
    """

    def __init__(self, areas: Sequence[Any], places: Places) -> None:
        self._areas = areas
        self._places = places
        self._has_shape = any(_has_shape(facts) for facts in areas)
        names = [
            (str(number) if self._has_shape else "") + county for number, county in enumerate(places.counties)
        ]
        unique, self._group = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
        self._member = np.zeros(len(unique), dtype=np.int64)
        self._member[self._group] = np.arange(len(places))
        self._answers = np.full((len(unique), len(areas)), -1, dtype=np.int8)

    def of(self, places: Ints, areas: Ints) -> NDArray[np.int8]:
        """Return the answers: a row for each place, a column for each offer.

        Args:
            places: numbers of places.
            areas: for each offer, the number of its facts.
        """
        groups, back = np.unique(self._group[places], return_inverse=True)
        wanted = np.unique(areas)
        for group in groups.tolist():
            row = self._answers[group]
            left = wanted[row[wanted] < 0]
            if len(left):
                person = self._person(int(self._member[group]))
                row[left] = [self._answer(int(number), person) for number in left.tolist()]
        return np.asarray(self._answers[groups][:, areas][back])

    def chances(self, answers: NDArray[np.int8]) -> Floats:
        """Return the chance that people are served, by the answers."""
        return np.array([0.0, HALF, 1.0])[answers]

    def _person(self, number: int) -> Whereabouts:
        places = self._places
        county = places.counties[number]
        point = (
            (float(places.latitude[number]), float(places.longitude[number]))
            if self._has_shape or not county
            else None
        )
        return Whereabouts(point, frozenset(), ((county, 1.0),) if county else ())

    def _answer(self, number: int, person: Whereabouts) -> int:
        reason = AREA.answer(self._areas[number], person)
        if reason is None or reason.answer is Answer.MET:
            return IS_SERVED
        return IS_OUT if reason.answer is Answer.UNMET else IS_OPEN


def _has_shape(facts: Any) -> bool:
    served, _, _ = facts
    return any(polygons(extent) for _, extent, _ in served if extent)
