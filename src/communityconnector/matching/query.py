"""A need with everything resolved that the engine must not look up: what was meant, from where, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

import attrs

from communityconnector.model import Point
from communityconnector.needs import Interpretation, Need


@attrs.frozen(repr=False)
class Query:
    """A need as the engine takes it.

    Attributes:
        need: what the patron asked.
        meaning: what was understood of it.
        now: the present moment, for how fresh a record is.
        point: where from, if that was said.
        zone: zone of the directory's wall-clock times, if it is known.
        holidays: names the days on which the usual hours may not hold.
    """

    need: Need
    meaning: Interpretation
    now: datetime
    point: Point | None = None
    zone: tzinfo | None = None
    holidays: Callable[[date], str | None] | None = None
