"""Whatever is asked is answered, or refused in words at once: every part of a need has a limit, every name is known."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

import communityconnector as cc
from communityconnector.errors import (
    InvalidNeedError,
    InvalidPointError,
    InvalidWeightsError,
    UnknownNeedError,
)
from communityconnector.matching.index.spelling import correct
from communityconnector.model import Attribute, Directory, Language, Service, TaxonomyTerm
from communityconnector.needs import vocabulary

HUGE = 10**400
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def matcher():
    term = TaxonomyTerm(id="t1", code="quilt", name="Quilting bees", description="d", taxonomy="Local")
    service = Service(
        id="s",
        name="Laurel Food Pantry",
        status="active",
        attributes=(Attribute(id="a", taxonomy_term=term),),
        languages=(Language(id="l", name="Valyrian"),),
    )
    return cc.Matcher(Directory.of([service]))


@pytest.mark.parametrize(
    "said",
    [
        {"age": HUGE},
        {"age": -HUGE},
        {"max_cost": HUGE},
        {"max_cost": float("inf")},
        {"capacity": HUGE},
        {"capacity": 1.5},
        {"assured_within": timedelta.max},
        {"open_at": LAST},
        {"open_at": datetime(1, 1, 1, tzinfo=UTC)},
        {"open_at": NEW_YEAR, "open_for": timedelta.max},
        {"open_between": (LAST - timedelta(1), LAST)},
        {"terms": ["food"] * 101},
        {"terms": [5]},
        {"terms": 5},
        {"areas": "x" * 501},
        {"situations": "x " * 1_000_000},
        {"language": "x" * 501},
        {"near": "2" * 501},
        {"text": "x" * 5_001},
        {"text": None},
    ],
    ids=lambda said: next(iter(said)),
)
def test_every_part_of_a_need_has_a_limit(said):
    with pytest.raises(InvalidNeedError):
        cc.Need(**{"text": "food", **said})


@pytest.mark.parametrize("make", [cc.miles, cc.kilometers])
@pytest.mark.parametrize("number", [HUGE, "far", None])
def test_a_distance_is_a_number(make, number):
    with pytest.raises(InvalidNeedError, match="a distance must be a number"):
        make(number)


def test_a_coordinate_too_large_for_any_number_is_refused():
    with pytest.raises(InvalidPointError):
        cc.Need("food", near=(HUGE, 0))


@pytest.mark.parametrize("text", ["x" * 5_000, "food " * 1_000, "not " * 1_250, "a" * 30 + " " + "b" * 31])
def test_the_longest_text_is_answered_at_once(matcher, text):
    begin = time.process_time()
    matcher.match(text)
    assert time.process_time() - begin < 1


def test_a_word_too_long_to_be_one_is_not_repaired():
    asked = []

    def count(word):
        asked.append(word)
        return int(word != "x" * 31)

    assert correct("x" * 31, count) == "x" * 31
    assert asked == []
    assert correct("pantri" * 5, lambda _: 0) == "pantri" * 5


@pytest.mark.parametrize(
    ("term", "near"),
    [
        ("food-pantri", "'food-pantry'"),
        ("Groceries from a food pantry!", "'food-pantry'"),
        ("quit", "'quilt'"),
        ("quilting bee", "'quilt'"),
        ("castle in the air", "vocabulary"),
    ],
)
def test_an_unknown_term_is_refused_with_suggestions(matcher, term, near):
    need = cc.Need(terms=term)
    asks = (
        matcher.match,
        lambda n: matcher.match_many([n]),
        lambda n: matcher.plan([n]),
        lambda n: matcher.explain(n, "s"),
    )
    for ask in asks:
        with pytest.raises(UnknownNeedError, match=near):
            ask(need)


@pytest.mark.parametrize("term", ["food-pantry", "quilt", "t1", "BD-1800.2000", "B"])
def test_a_term_that_is_known_is_answered_even_where_nothing_is_listed_under_it(matcher, term):
    matcher.match(cc.Need(terms=term))


@pytest.mark.parametrize(
    ("language", "near"),
    [
        ("Spansih", "'Spanish'"),
        ("vietnameese", "'Vietnamese'"),
        ("zz", "ISO 639"),
        ("plain words please", "ISO 639"),
    ],
)
def test_an_unknown_language_is_refused_with_suggestions(matcher, language, near):
    with pytest.raises(InvalidNeedError, match=near):
        matcher.match(cc.Need("food", language=language))


@pytest.mark.parametrize(
    "language", ["es", "Spanish", "español", "spa", "es-MX", "mam", "tlh", "Tagalog", "valyrian"]
)
def test_a_language_is_known_by_its_code_its_name_or_the_directory(matcher, language):
    matcher.match(cc.Need("food", language=language))


@pytest.mark.parametrize(
    ("rank", "near"), [("x", "score, distance, relevance"), ("distence", "'distance'"), (5, "score")]
)
def test_an_order_that_is_not_known_is_refused(matcher, rank, near):
    with pytest.raises(InvalidNeedError, match=near):
        matcher.match("food", rank=rank)
    with pytest.raises(InvalidNeedError, match=near):
        matcher.match_many(["food"], rank=rank)


@pytest.mark.parametrize(
    ("weights", "near"),
    [
        ("relevance", "numbers by name"),
        (5, "numbers by name"),
        ({"relevance": HUGE}, "weight of relevance"),
        ({"relevance": 1e308, "proximity": 1e308}, "weight of relevance"),
        ({"relevanse": 1}, "did you mean 'relevance'"),
        ({1: 2}, "no weight named 1"),
        ({"relevance": 0}, "relevance needs a weight"),
        ({"line": 1.5}, "weight of line"),
        ({"area.unknown": -1}, "weight of area.unknown"),
    ],
    ids=str,
)
def test_invalid_weights_are_refused(weights, near):
    with pytest.raises(InvalidWeightsError, match=near):
        cc.Matcher(Directory.of([]), weights=weights)


@pytest.mark.parametrize("need", [5, None, b"food", ["food"]])
def test_a_value_that_is_not_a_need_is_refused(matcher, need):
    with pytest.raises(InvalidNeedError, match="must be a `Need` or a text"):
        matcher.match(need)


def test_the_number_of_planned_needs_is_limited(matcher):
    with pytest.raises(InvalidNeedError, match="at most 50 needs"):
        matcher.plan(["food"] * 51)


def test_the_vocabulary_suggests_similar_terms():
    with pytest.raises(UnknownNeedError, match="did you mean 'food-pantry'"):
        vocabulary().concept("food-pantery")
