"""Towns of the United States and Puerto Rico, and other places that postal addresses name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import NamedTuple

from communityconnector.model.gazetteer.counties import find_counties
from communityconnector.model.gazetteer.names import keys_of, town_keys
from communityconnector.model.gazetteer.states import split_state, state
from communityconnector.model.gazetteer.tables import read_columns
from communityconnector.model.geography import Point


class Town(NamedTuple):
    """A town, or another place that postal addresses name.

    Attributes:
        name: its name.
        state: the two letters of its state.
        county: the FIPS number of its county, or of the one in which most of it lies.
        point: the middle of the town, else of its ZIP codes.
        people: the number of its people; `None` if unknown.
        radius_km: within how many km of the point nearly all addresses lie that name it.
    """

    name: str
    state: str
    county: str
    point: Point
    people: int | None
    radius_km: float


def find_towns(name: str, state_name: str = "", county_name: str = "") -> tuple[Town, ...]:
    """Return all towns of a name, those of most people first.

    "Boone", "Town of Boone", "Boone, NC" and "Boone NC" are read, "St." as "Saint". Where several states or counties have
    a town of the name, all are returned.

    Args:
        name: the name, which may end in a state.
        state_name: the state, by name or letters; "" for any.
        county_name: the county, by name or FIPS number; "" for any.
    """
    plain, its_state = split_state(name)
    if state_name:
        its_state = state(state_name)
        if its_state is None:
            return ()
    table = table_of_towns()
    rows: list[int] = next(filter(None, (table.named.get(key) for key in town_keys(plain))), [])
    towns = [table.town(row) for row in rows]
    if its_state is not None:
        towns = [town for town in towns if town.state == its_state.code]
    if county_name:
        letters = "" if its_state is None else its_state.code
        counties = {county_name} | {county.fips for county in find_counties(county_name, letters)}
        towns = [town for town in towns if town.county in counties]
    return tuple(sorted(towns, key=lambda town: (-(town.people or 0), town.state, town.county)))


class Towns:
    """The table of towns."""

    def __init__(self) -> None:
        self._columns = read_columns("towns")

    @cached_property
    def named(self) -> Mapping[str, list[int]]:
        """The rows by the keys of their names."""
        named: dict[str, list[int]] = {}
        for row, key in enumerate(keys_of(self._columns["name"][:])):
            named.setdefault(key, []).append(row)
        return named

    def town(self, row: int) -> Town:
        """Return the town of a row."""
        columns = self._columns
        return Town(
            columns["name"][row],
            columns["state"][row],
            columns["county"][row],
            Point(columns["latitude"].number(row), columns["longitude"].number(row)),
            columns["people"].whole(row),
            columns["radius_km"].number(row),
        )


@cache
def table_of_towns() -> Towns:
    """Return the table of towns, which is read once."""
    return Towns()
