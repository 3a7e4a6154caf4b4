"""A need with its words, its place and its time resolved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

import attrs

from communityconnector.model import Point
from communityconnector.needs import Interpretation, Need
from communityconnector.needs.populations import NOBODY, Person


@attrs.frozen(repr=False)
class Query:
    """A need with everything resolved that the engine does not look up.

    Attributes:
        need: the need.
        meaning: what was understood of its words.
        now: the present moment, for how fresh a record is.
        point: the point of its place, if it names one.
        around_km: within how many km of the point the person is, if the place is a town or a county. A ZIP code counts
            from its middle.
        zone: time zone of the directory's wall-clock times, if it is known.
        holidays: names the days on which the usual hours may not apply.
        noted: names of the criteria that only cues ask (`cue_criteria`). Their unknown answers are no questions for staff.
        person: what is known of the person whom it is for.
    """

    need: Need
    meaning: Interpretation
    now: datetime
    point: Point | None = None
    around_km: float = 0.0
    zone: tzinfo | None = None
    holidays: Callable[[date], str | None] | None = None
    noted: frozenset[str] = frozenset()
    person: Person = NOBODY
