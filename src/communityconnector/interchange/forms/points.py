"""Points of map formats: in degrees, or in the metres of web maps."""

from __future__ import annotations

import math
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote

LATITUDE: Final = "geometry latitude"
LONGITUDE: Final = "geometry longitude"


def geometries_not_read(unread: int) -> tuple[FormNote, ...]:
    """Return the finding of shapes that are no points; none for none."""
    message = f"{unread:,} shapes that are not points in degrees"
    return (FormNote("geometry-not-read", message),) if unread else ()


_EARTH: Final = 6_378_137.0
"""Radius of the sphere of the map projection that web maps use, in metres."""


def degrees(x: Any, y: Any, *, metres: bool) -> dict[str, Any]:
    """Return the cells of a point; none for what is none."""
    if not all(isinstance(part, (int, float)) and math.isfinite(part) for part in (x, y)):
        return {}
    if metres:
        if abs(x) > 20_100_000 or abs(y) > 20_100_000:
            return {}
        x, y = math.degrees(x / _EARTH), math.degrees(math.atan(math.sinh(y / _EARTH)))
        x, y = round(x, 7), round(y, 7)
    return {LATITUDE: y, LONGITUDE: x} if abs(y) <= 90 and abs(x) <= 180 else {}
