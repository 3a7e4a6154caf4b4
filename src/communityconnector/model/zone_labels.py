"""Labels of zones as sources write them: IANA names, "Eastern Time", "EST", offsets such as "UTC-08:00"."""

from __future__ import annotations

import re
from datetime import tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of a name, or `None` where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, LookupError, OSError):
        return None


_REGIONS: Final = {
    "eastern": ("America/New_York", "E", -5),
    "central": ("America/Chicago", "C", -6),
    "mountain": ("America/Denver", "M", -7),
    "pacific": ("America/Los_Angeles", "P", -8),
    "alaska": ("America/Anchorage", "AK", -9),
    "hawaii": ("Pacific/Honolulu", "H", -10),
    "atlantic": ("America/Halifax", "A", -4),
    "newfoundland": ("America/St_Johns", "N", -3.5),
}
"""Zones of North America: their names as people say them, the letters of their abbreviations, and their offset."""
_ABBREVIATIONS: Final = {
    f"{letters}{season}T".casefold(): (name, offset + (season == "D") if season else None)
    for name, letters, offset in _REGIONS.values()
    for season in ("", "S", "D")
}
_LONDON: Final = {
    "gmt": ("Europe/London", 0.0),
    "bst": ("Europe/London", 1.0),
    "utc": ("UTC", None),
    "z": ("UTC", None),
}
_SPELLED: Final = re.compile(
    r"(?:us/|canada/)?([a-z]+)(?:[ _](standard|daylight))?(?:[ _]time)?(?:[ _]\(.*\))?"
)
_OFFSET: Final = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2}|\d{1,2}:\d{2}|\d{4})", re.ASCII)


def offset_of(label: str) -> float | None:
    """Return the hours that a label such as `-8`, `UTC-08:00` or `-0800` states; `None` for another label."""
    match = _OFFSET.fullmatch(label.strip().casefold().replace("\u2212", "-"))
    if not match:
        return None
    digits = match[2].replace(":", "")
    hours = int(digits[:-2] or 0) + int(digits[-2:]) / 60 if len(digits) > 2 else float(digits)
    return (hours if match[1] == "+" else -hours) if hours <= 14 else None


@lru_cache(maxsize=1024)
def meaning_of(label: str) -> tuple[tzinfo | None, float | None]:
    """What a label means.

    Returns:
        The zone, and the hours from UTC that the label itself says, such as -5 for "EST", which sources write in summer
        too; `None` for what it does not say.
    """
    if (offset := offset_of(label)) is not None:
        return None, offset
    low = label.strip().casefold()
    if low in _ABBREVIATIONS or low in _LONDON:
        name, offset = {**_ABBREVIATIONS, **_LONDON}[low]
        return zone_named(name), offset
    match = _SPELLED.fullmatch(low)
    if match and match[1] in _REGIONS:
        name, _, standard = _REGIONS[match[1]]
        season = match[2]
        return zone_named(name), standard + (season == "daylight") if season else None
    return zone_named(label.strip()), None


def knows_zone(label: str) -> bool:
    """Whether it is known what zone a label means."""
    return meaning_of(label) != (None, None)
