"""The measures of relevance have the values that are computed by hand."""

from __future__ import annotations

import math

import pytest

from communityconnector.testing.relevance.measures import (
    Agreement,
    agreement,
    condense,
    estimate,
    is_hit,
    ndcg,
    recall,
    reciprocal_rank,
)

GRADES = {"food-pantry": 2, "community-meal": 2, "food-benefits": 1}
IDEAL = 3 + 3 / math.log2(3) + 1 / 2


@pytest.mark.parametrize(
    ("concepts", "gain"),
    [
        (("food-pantry", "community-meal", "food-benefits"), IDEAL),
        (("food-pantry",), 3),
        (("diapers", "food-pantry"), 3 / math.log2(3)),
        (("food-benefits", "food-pantry"), 1 + 3 / math.log2(3)),
        (("a", "b", "c", "d", "food-pantry"), 3 / math.log2(6)),
        (("a", "b", "c", "d", "e", "food-pantry"), 0),
        ((), 0),
    ],
)
def test_ndcg_is_the_discounted_gain_by_the_best_possible(concepts, gain):
    assert ndcg(concepts, GRADES) == pytest.approx(gain / IDEAL)


def test_the_ideal_of_ndcg_has_no_more_places_than_the_answer():
    grades = {str(number): 2 for number in range(7)}
    assert ndcg(("0", "1", "2", "3", "4"), grades) == 1


@pytest.mark.parametrize(
    ("concepts", "direct", "expected"),
    [
        (("a", "x", "b"), ("a", "b"), 1),
        (("a", "x"), ("a", "b"), 1 / 2),
        (("x", "x2", "x3", "x4", "x5", "a"), ("a",), 0),
        (tuple("abcde"), tuple("abcdefg"), 1),
        ((), ("a",), 0),
    ],
)
def test_recall_is_the_share_of_direct_concepts_among_the_first_five(concepts, direct, expected):
    assert recall(concepts, direct) == expected


@pytest.mark.parametrize(
    ("concepts", "rank", "top", "three"),
    [
        (("a", "x"), 1, True, True),
        (("x", "a"), 1 / 2, False, True),
        (("x", "y", "z", "a"), 1 / 4, False, False),
        (("x",), 0, False, False),
        ((), 0, False, False),
    ],
)
def test_rank_and_hits_are_of_the_first_direct_concept(concepts, rank, top, three):
    assert reciprocal_rank(concepts, ("a", "b")) == rank
    assert is_hit(concepts, ("a", "b"), 1) is top
    assert is_hit(concepts, ("a", "b"), 3) is three


def test_a_neutral_concept_takes_no_place_and_each_other_one_its_best():
    assert condense(("food", "food-pantry", "diapers", "food-pantry"), {"food"}) == ("food-pantry", "diapers")


def test_agreement_counts_values():
    both = agreement({"veterans", "parents"}, {"veterans", "homeless", "women"}) + agreement({"men"}, {"men"})
    assert both == Agreement(right=2, wrong=1, missed=2)
    assert both.labelled == 4
    assert both.precision == pytest.approx(2 / 3)
    assert both.recall == pytest.approx(2 / 4)
    assert both.f1 == pytest.approx(4 / 7)


def test_agreement_without_values_has_no_share():
    empty = agreement((), ())
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)
    assert (agreement({"a"}, ()).precision, agreement({"a"}, ()).recall) == (0, None)


def test_the_interval_of_a_share_is_wilsons():
    """8 of 10, as in Brown, Cai and DasGupta's formula by hand; 8 of 8 is not certain."""
    eight = estimate([True] * 8 + [False] * 2)
    assert (eight.value, eight.count) == (0.8, 10)
    assert (eight.low, eight.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    every = estimate([True] * 8)
    assert (every.value, every.high) == (1, 1)
    assert every.low == pytest.approx(0.6756, abs=1e-4)
    assert estimate([False] * 8).low == 0


def test_the_interval_of_a_mean_is_drawn_from_the_values():
    values = [0.0, 0.25, 0.5, 0.75, 1.0] * 40
    mean = estimate(values)
    half = 1.96 * math.sqrt(0.125 / len(values))
    assert mean.value == 0.5
    assert (mean.low, mean.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.01)
    assert estimate([0.3] * 9).low == pytest.approx(0.3)


def test_the_same_values_have_the_same_interval():
    values = [0.1, 0.9, 0.4, 0.7]
    assert estimate(values) == estimate(list(values))
