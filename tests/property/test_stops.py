"""The planner takes the fewest stops and the shortest way, as trying all of them shows."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from communityconnector.matching.trips import stops
from communityconnector.matching.trips.stops import shortest_way
from communityconnector.model.geography import geodesic_km

points = st.tuples(st.floats(36.3, 36.6), st.floats(-81.7, -81.2))


@st.composite
def tasks(draw, most_needs=5, most_stops=7):
    """Which needs each stop meets, where the stops are, and where one sets out."""
    count = draw(st.integers(1, most_needs))
    met = draw(
        st.lists(st.frozensets(st.integers(0, count - 1), min_size=1), min_size=1, max_size=most_stops)
    )
    places = draw(st.lists(points, min_size=len(met), max_size=len(met)))
    needs = frozenset().union(*met)
    assume(needs)
    return met, places, needs, draw(st.none() | points)


def length(way, places, origin):
    spots = ([] if origin is None else [origin]) + [places[stop] for stop in way]
    return math.fsum(geodesic_km(*a, *b) for a, b in itertools.pairwise(spots))


def by_trying(met, places, needs, origin):
    for count in range(1, len(met) + 1):
        ways = [
            length(way, places, origin)
            for way in itertools.permutations(range(len(met)), count)
            if needs <= frozenset().union(*(met[stop] for stop in way))
        ]
        if ways:
            return count, min(ways)
    raise AssertionError


def holds(task):
    met, places, needs, origin = task
    way = shortest_way(met, places, needs, origin)
    fewest, km = by_trying(met, places, needs, origin)
    assert needs <= frozenset().union(*(met[stop] for stop in way.stops))
    assert len(way.stops) == fewest
    assert way.km == pytest.approx(km, abs=1e-9)
    assert way.km == pytest.approx(length(way.stops, places, origin), abs=1e-9)
    assert (way.exact, way.bound) == (True, 1.0)


@given(tasks())
def test_no_way_has_fewer_stops_or_is_shorter(task):
    holds(task)


@given(tasks(most_needs=12, most_stops=7))
def test_with_many_needs_the_bound_holds(task):
    met, places, needs, origin = task
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stops, "MOST_EXACT", 0)
        way = shortest_way(met, places, needs, origin)
    assert needs <= frozenset().union(*(met[stop] for stop in way.stops))
    assert len(way.stops) <= way.bound * by_trying(met, places, needs, origin)[0] + 1e-9
    assert way.km == pytest.approx(length(way.stops, places, origin), abs=1e-9)
    assert not way.exact


def test_a_greedy_planner_is_caught(monkeypatch):
    monkeypatch.setattr(stops, "MOST_EXACT", 0)

    @settings(max_examples=500, phases=[Phase.generate], database=None, derandomize=True)
    @given(tasks())
    def check(task):
        met, places, needs, origin = task
        way = shortest_way(met, places, needs, origin)
        assert (len(way.stops), way.km) == pytest.approx(by_trying(met, places, needs, origin))

    with pytest.raises(AssertionError):
        check()
