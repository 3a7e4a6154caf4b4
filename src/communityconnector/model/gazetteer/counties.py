"""Counties of the United States and what counts as one: parishes, boroughs, independent cities, municipios."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from communityconnector.model.gazetteer.names import county_keys, keys_of
from communityconnector.model.gazetteer.states import split_state, state
from communityconnector.model.gazetteer.tables import read_columns
from communityconnector.model.geography import Point


class County(NamedTuple):
    """A county or its equivalent, as of 2020.

    Attributes:
        fips: its five digits in federal tables; the first two are the state's.
        name: its full name, such as "Ashe County" or "Baltimore city".
        state: the two letters of its state.
        point: the centre of its population.
        people: the number of its people; `None` if unknown.
        radius_km: within how many km of the point 99 in 100 of its people live.
    """

    fips: str
    name: str
    state: str
    point: Point
    people: int | None
    radius_km: float


def county(fips: str) -> County | None:
    """Return the county of a FIPS number of five digits; `None` if there is none."""
    row = _table().rows.get(fips)
    return None if row is None else _table().county(row)


def find_counties(name: str, state_name: str = "") -> tuple[County, ...]:
    """Return all counties of a name, those of most people first.

    "Ashe", "Ashe County", "County of Ashe" and "Ashe County, NC" are read, "St." as "Saint". Where several states have a
    county of the name, all are returned.

    Args:
        name: the name, which may end in a state.
        state_name: the state, by name or letters; "" for any.
    """
    plain, its_state = split_state(name)
    if state_name:
        its_state = state(state_name)
        if its_state is None:
            return ()
    table = _table()
    rows: list[int] = next(filter(None, (table.named.get(key) for key in county_keys(plain))), [])
    counties = [table.county(row) for row in rows]
    if its_state is not None:
        counties = [county for county in counties if county.state == its_state.code]
    return tuple(sorted(counties, key=lambda county: (-(county.people or 0), county.fips)))


class _Counties:
    """The table of counties."""

    def __init__(self) -> None:
        self._columns = columns = read_columns("counties")
        names = columns["name"][:]
        self.rows: Mapping[str, int] = {fips: row for row, fips in enumerate(columns["fips"])}
        self.named: dict[str, list[int]] = {}
        plain = (county_keys(name.removesuffix(" city"))[-1] for name in names)
        for row, keys in enumerate(zip(keys_of(names), plain, strict=True)):
            for key in dict.fromkeys(keys):
                self.named.setdefault(key, []).append(row)

    def county(self, row: int) -> County:
        """Return the county of a row."""
        columns = self._columns
        fips = columns["fips"][row]
        its_state = state(fips[:2])
        return County(
            fips,
            columns["name"][row],
            its_state.code if its_state else "",
            Point(columns["latitude"].number(row), columns["longitude"].number(row)),
            columns["people"].whole(row),
            columns["radius_km"].number(row),
        )


@cache
def _table() -> _Counties:
    return _Counties()
