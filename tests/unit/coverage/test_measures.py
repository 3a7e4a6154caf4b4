"""The measures of coverage, by their laws and by values that were worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from communityconnector.coverage import measures as m

VALUES = st.floats(0, 100).map(lambda value: round(value, 6))
PEOPLE = st.integers(0, 1000)
SPREADS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        st.lists(VALUES, min_size=n, max_size=n), st.lists(st.integers(1, 1000), min_size=n, max_size=n)
    )
)


@given(SPREADS)
def test_gini_lies_between_none_and_one_and_is_free_of_scale(spread):
    values, people = map(np.array, spread)
    gini = m.gini(values, people)
    assert -1e-9 <= gini < 1
    assert math.isclose(gini, m.gini(values * 3.0, people), abs_tol=1e-9)


@given(SPREADS)
def test_splitting_a_place_changes_neither_gini_nor_concentration(spread):
    values, people = map(np.array, spread)
    twice = np.concatenate((values, values)), np.concatenate((people / 2, people / 2))
    assert math.isclose(m.gini(values, people), m.gini(*twice), abs_tol=1e-9)
    rank = np.arange(len(values))
    index = m.concentration_index(values, people, rank)
    assert math.isclose(index, m.concentration_index(*twice, np.concatenate((rank, rank))), abs_tol=1e-9)


@given(SPREADS)
def test_the_concentration_index_changes_its_sign_with_the_rank(spread):
    values, people = map(np.array, spread)
    rank = np.arange(len(values))
    assert math.isclose(
        m.concentration_index(values, people, rank),
        -m.concentration_index(values, people, -rank),
        abs_tol=1e-9,
    )


def test_gini_by_hand():
    assert m.gini([5, 5, 5], [1, 2, 3]) == pytest.approx(0.0)
    assert m.gini([0, 1], [1, 1]) == pytest.approx(0.5)
    assert m.gini([0, 0], [1, 1]) == 0.0
    assert m.concentration_index([0, 1], [1, 1], [1, 1]) == pytest.approx(0.0)


def test_quantiles_count_people_and_not_places():
    assert m.weighted_quantile([1.0, 9.0], [1, 99], 0.5) == 9.0
    assert m.weighted_quantile([1.0, 9.0], [99, 1], 0.9) == 1.0
    assert m.weighted_quantile([1.0, math.inf], [50, 50], 0.9) == math.inf
    assert m.weighted_quantile([], [], 0.5) == math.inf
    assert m.weighted_mean([1.0, 3.0], [3, 1]) == 1.5
    assert m.weighted_mean([], []) == 0.0


@given(
    arrays.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(0, 30)),
    st.data(),
    st.sampled_from([m.step(10.0), m.gaussian(10.0)]),
)
def test_people_times_score_is_the_capacity_that_reaches_anybody(distance, data, weight):
    people = np.array(
        data.draw(st.lists(PEOPLE, min_size=distance.shape[0], max_size=distance.shape[0])), dtype=float
    )
    capacity = np.array(data.draw(st.lists(VALUES, min_size=distance.shape[1], max_size=distance.shape[1])))
    scores = m.catchment_scores(distance, people, capacity, weight)
    reached = people @ weight(distance) > 1e-9
    assert math.isclose(float(people @ scores), float(capacity[reached].sum()), rel_tol=1e-6, abs_tol=1e-6)


def test_catchments_by_hand():
    """Two places of 10 people share one offer of 4; only the first has the other, of 5."""
    distance = np.array([[1.0, 1.0], [1.0, math.inf]])
    scores = m.catchment_scores(distance, np.array([10.0, 10.0]), np.array([4.0, 5.0]), m.step(2.0))
    assert scores.tolist() == pytest.approx([0.7, 0.2])


def test_weights_fall_to_nothing_at_the_limit():
    assert m.gaussian(10.0)(np.array([0.0, 10.0, 11.0])).tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert m.step(10.0)(np.array([0.0, 10.0, 10.1])).tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("gaps", "days"), [([7.0], 3.5), ([7.0] * 52, 3.5), ([1.0, 13.0], 6.0714), ([91.0], 45.5)]
)
def test_the_wait_for_a_visit(gaps, days):
    assert m.expected_wait(gaps) == pytest.approx(days, abs=1e-3)


def test_without_visits_there_is_no_end_of_waiting():
    assert m.expected_wait([]) == math.inf


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_of_a_rate(successes, trials, low, high):
    assert m.wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-3)
