"""Anywhere on earth, poles and antimeridian included: a circle's runs hold all that is in it, nearest first is geopy's."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import example, given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching.index.geometry import (
    Origin,
    arcs_of,
    boxes,
    error_km,
    errors_km,
    keys,
    square_of,
    through_the_earth,
)
from communityconnector.model import Attribute, Location, Point, Service, ServiceAtLocation, TaxonomyTerm
from communityconnector.model.geography import geodesic_km
from communityconnector.needs.vocabulary import TAXONOMY

edges = st.sampled_from([-180.0, -179.99, 179.99, 180.0, 0.0, -0.05])
heights = st.sampled_from([-90.0, -89.99, 89.99, 90.0, 0.0, 0.1])
longitudes = st.floats(-180, 180) | edges
latitudes = st.floats(-90, 90) | heights
spots = st.tuples(latitudes, longitudes)
radii = st.floats(0.01, 300) | st.floats(300, 20_100)


@st.composite
def near(draw, origin):
    """A point that is rather near another, across whatever edge."""
    latitude = min(90.0, max(-90.0, origin[0] + draw(st.floats(-3, 3))))
    longitude = (origin[1] + draw(st.floats(-5, 5)) + 180.0) % 360.0 - 180.0
    return (latitude, longitude)


@st.composite
def worlds(draw):
    origin = draw(spots)
    places = draw(st.lists(near(origin) | spots, min_size=1, max_size=12))
    return origin, places


def arranged(places):
    table = np.array(places, dtype=np.float64)
    key = keys(table[:, 0], table[:, 1])
    order = np.argsort(key)
    return key[order], [places[number] for number in order]


@given(worlds(), radii)
@example(((0.0, 180.0), [(0.0, -179.9), (0.0, 179.9)]), 20.0)
@example(((90.0, 0.0), [(89.9, 180.0), (89.9, -90.0)]), 20.0)
@example(((36.4, -81.4), [(36.4, -81.4)]), 0.01)
def test_the_runs_of_a_circle_hold_all_that_is_in_it(world, km):
    (latitude, longitude), places = world
    key, places = arranged(places)
    runs = Origin(latitude, longitude).runs(key, km)
    held = {row for first, last in zip(runs[::2], runs[1::2], strict=True) for row in range(first, last)}
    assert len(held) == sum(runs[1::2] - runs[::2])
    for row, place in enumerate(places):
        if geodesic_km(latitude, longitude, *place) <= km:
            assert row in held
    # Many at once: the same, or it says that it cannot.
    (plain,), owner, low, high = boxes(np.array([latitude]), np.array([longitude]), np.array([km]))
    assert not plain or set(owner.tolist()) == {0}
    if plain:
        begins, ends = key.searchsorted(low), key.searchsorted(high)
        assert {row for first, last in zip(begins, ends, strict=True) for row in range(first, last)} == held


@given(spots, spots)
def test_a_chord_tells_a_distance_within_its_error(one, other):
    exact = geodesic(one, other).km
    assert geodesic_km(*one, *other) == pytest.approx(exact, abs=1e-6)
    squares = Origin(*one).squares(
        through_the_earth(np.array([other[0]]), np.array([other[1]])), np.array([0], dtype=np.int32)
    )
    assert abs(arcs_of(squares)[0] - exact) <= error_km(exact)
    assert errors_km(np.array([exact]))[0] == pytest.approx(error_km(exact))
    assert arcs_of(np.array([square_of(exact)]))[0] == pytest.approx(exact, abs=1e-4)


@given(worlds(), radii | st.none())
def test_the_nearest_first_anywhere_on_earth(world, km):
    origin, places = world
    term = TaxonomyTerm(id="t", code="food-pantry", name="x", description="x", taxonomy=TAXONOMY)
    services = [
        Service(
            id=f"{number:02}",
            name="x",
            status="active",
            attributes=(Attribute(id="a", taxonomy_term=term),),
            service_at_locations=(
                ServiceAtLocation(
                    id=f"at-{number:02}",
                    location=Location(
                        id=f"l-{number:02}", location_type="physical", latitude=place[0], longitude=place[1]
                    ),
                ),
            ),
        )
        for number, place in enumerate(places)
        if place != (0.0, 0.0)
    ]
    matcher = cc.Matcher(cc.Directory.of(services), clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    within = None if km is None else cc.kilometers(km)
    need = cc.Need(terms="food-pantry", near=Point(*origin), within=within)
    found = [match for match in matcher.match(need, limit=None, rank="distance") if match.km is not None]
    every = [
        geodesic(
            origin,
            (s.service_at_locations[0].location.latitude, s.service_at_locations[0].location.longitude),
        ).km
        for s in services
    ]
    sure = [far for far in every if km is None or far <= km - 1e-6]
    assert len(sure) <= len(found) <= sum(km is None or far <= km + 1e-6 for far in every)
    assert [match.km for match in found] == pytest.approx(sorted(every)[: len(found)], abs=1e-6)
