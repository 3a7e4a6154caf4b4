"""The directory that ships with the library."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from communityconnector import interchange
from communityconnector.model import Directory


@cache
def sample() -> Directory:
    """A fictional directory of human services in and around Ashe County, North Carolina.

    Real places, invented agencies: for demonstrations, documentation and tests. Times are wall-clock times of
    the zone `America/New_York`.
    """
    return interchange.read(files("communityconnector") / "sample")
