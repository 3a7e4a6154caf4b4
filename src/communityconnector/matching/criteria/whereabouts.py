"""Where a person is, as areas are compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from communityconnector.matching.criteria.zip_areas import zip_of
from communityconnector.matching.query import Query
from communityconnector.model import Point
from communityconnector.model.gazetteer import (
    counties_at,
    counties_of_zip,
    place_named,
    towns_at,
    towns_of_zip,
)
from communityconnector.needs.words import fold


class Whereabouts(NamedTuple):
    """Where a person is.

    Attributes:
        point: latitude and longitude, if they are known.
        names: folded names of the areas that the person is in, with the ZIP code if the need has one.
        counties: the FIPS numbers of the counties that the person may be in, each with its chance.
        towns: the towns, by name, state and county, each with its chance.
    """

    point: tuple[float, float] | None
    names: frozenset[str]
    counties: tuple[tuple[str, float], ...] = ()
    towns: tuple[tuple[tuple[str, str, str], float], ...] = ()

    def __repr__(self) -> str:
        # Where a person is must not appear in messages and logs.
        return f"<Whereabouts with {len(self.names)} names>"


def whereabouts(query: Query) -> Whereabouts | None:
    """Return where the person of a query is; `None` if that is unknown."""
    names = frozenset(fold(name).strip() for name in query.need.areas)
    code = zip_of(query.need.near)
    if code:
        names |= {code}
    if query.point is None:
        return Whereabouts(None, names, *_places_of(code, None)) if names else None
    if query.around_km:
        # Somewhere in a town or a county: its middle lies in areas that the person may not be in.
        return Whereabouts(None, names, *_places_named(query.need.near, query.point))
    point = query.point.latitude, query.point.longitude
    return Whereabouts(point, names, *_places_of(code, query.point))


def _places_of(
    code: str, point: Point | None
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[Any, float], ...]]:
    """Return the counties and towns of a ZIP code, else of a point."""
    counties, towns = _in_one_state(counties_of_zip(code)), towns_of_zip(code)
    if not counties and point is not None:
        counties, towns = counties_at(point), towns_at(point)
    return tuple(counties.items()), tuple(
        ((town.name, town.state, town.county), chance) for town, chance in towns.items()
    )


def _places_named(
    near: object, point: Point
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[Any, float], ...]]:
    """Return the county and the town of a place given by name; of one that is unknown, the counties at its middle."""
    named = place_named(near) if isinstance(near, str) else None
    if named is None:
        return tuple(counties_at(point).items()), ()
    name, _, letters = named.name.rpartition(", ")
    towns = (((name, letters, named.county), 1.0),) if named.by == "town" else ()
    return ((named.county, 1.0),), towns


def _in_one_state(counties: Mapping[str, float]) -> Mapping[str, float]:
    """Return the counties of the likeliest state alone: hardly a ZIP code reaches into two, whatever lies near it."""
    if not counties:
        return counties
    fips = next(iter(counties))[:2]
    within = {county: share for county, share in counties.items() if county[:2] == fips}
    whole = sum(within.values())
    return {county: share / whole for county, share in within.items()} if whole >= _MOSTLY else counties


_MOSTLY: Final = 0.8
