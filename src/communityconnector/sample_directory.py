"""The directory that ships with the library."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from communityconnector import interchange
from communityconnector.model import Directory


@cache
def sample() -> Directory:
    """Return a fictional directory of human services in and around Ashe County, North Carolina.

    The places are real and the agencies invented: for demonstrations, documentation and tests. Times are wall-clock times
    in the time zone `America/New_York`.
    """
    return interchange.read(files("communityconnector") / "sample")
