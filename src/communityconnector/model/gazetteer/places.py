"""Where a place is that is known only by its ZIP code, its town or its county: about its middle, with a radius."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.model.gazetteer.counties import County, find_counties
from communityconnector.model.gazetteer.states import split_state, state
from communityconnector.model.gazetteer.towns import Town, find_towns
from communityconnector.model.gazetteer.zip_codes import counties_of_zip, zip_area
from communityconnector.model.geography import Point


class ApproximatePlace(NamedTuple):
    """A place of which only the ZIP code, the town or the county is known.

    Attributes:
        by: what is known: `zip`, `town` or `county`.
        name: the ZIP code, or the name with its state: "Boone, NC".
        point: its middle.
        radius_km: within how many km of the point nearly every address there lies.
        county: the FIPS number of the county, or of the one that most of the town is in; "" for a ZIP code.
    """

    by: str
    name: str
    point: Point
    radius_km: float
    county: str = ""


@lru_cache(maxsize=65_536)
def place_of_address(
    postal_code: str, city: str = "", county_name: str = "", state_name: str = ""
) -> ApproximatePlace | None:
    """Return about where an address is: by its ZIP code, else its town, else its county.

    A ZIP code of another state than the address names is not believed. A town or county needs the state, and must be the
    only one of its name there, or by far the largest.

    Args:
        postal_code: the ZIP code; "" if unknown.
        city: the town; "" if unknown.
        county_name: the county; "" if unknown.
        state_name: the state, by name or letters; "" if unknown.

    Returns:
        The place, or `None` if none of these is known.
    """
    its_state = state(state_name) if state_name else None
    area = zip_area(postal_code)
    if area is not None and (
        its_state is None or any(fips[:2] == its_state.fips for fips in counties_of_zip(area.code))
    ):
        return ApproximatePlace("zip", area.code, area.point, area.radius_km)
    if its_state is None:
        return None
    town = _one(find_towns(city, its_state.code, county_name)) or _one(find_towns(city, its_state.code))
    return _named("town", town) or _named("county", _one(find_counties(county_name or city, its_state.code)))


def place_named(text: str) -> ApproximatePlace | None:
    """Return the place that somebody names: "94601", "Oakland, CA", "Alameda County", "1 Elm St, Boone, NC 28607".

    A name must be that of one place only, or of one with ten times as many people as any other. A town without a state
    must also have 100,000 people: "Mission" may be the town in Texas, or a neighborhood.

    Args:
        text: the words.

    Returns:
        The place, or `None` if it is unknown or there are several of its name.
    """
    code = _LAST_ZIP.search(text)
    area = zip_area(code[1]) if code else None
    if area is not None:
        return ApproximatePlace("zip", area.code, area.point, area.radius_km)
    its_state = split_state(text)[1]
    if _SAYS_COUNTY.search(text):
        return _named("county", _one(find_counties(text)))
    town = _one(find_towns(text))
    if town is not None and (its_state is not None or (town.people or 0) >= _KNOWN_BY_NAME):
        return _named("town", town)
    is_county = its_state is not None and not find_towns(text)
    return _named("county", _one(find_counties(text))) if is_county else None


_LAST_ZIP: Final = re.compile(r"(?:^|[\s,])(\d{5})(?:-\d{4})?\s*$", re.ASCII)
_SAYS_COUNTY: Final = re.compile(r"\b(?:county|parish)\b", re.IGNORECASE)
_BY_FAR: Final = 10
"""How many times as many people the largest of several places has if it is meant without a further word."""
_KNOWN_BY_NAME: Final = 100_000
"""How many people a town has at least that is meant without its state."""


def _one(places: Sequence[Town] | Sequence[County]) -> Town | County | None:
    """Return the only one of places in the order of their people, or the first if it is by far the largest."""
    if len(places) > 1 and (places[0].people or 0) < _BY_FAR * max(places[1].people or 0, 1):
        return None
    return places[0] if places else None


def _named(by: str, found: Town | County | None) -> ApproximatePlace | None:
    if found is None:
        return None
    fips = found.county if isinstance(found, Town) else found.fips
    return ApproximatePlace(by, f"{found.name}, {found.state}", found.point, found.radius_km, fips)
