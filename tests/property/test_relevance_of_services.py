"""Measures of services agree with an oracle of their own, and weights put services in order as a matcher with them does."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching import WEIGHTS
from communityconnector.matching.sharing import SHARED, in_turns
from communityconnector.matching.weights import LINE, Weights
from communityconnector.testing.relevance import services as judged
from communityconnector.testing.relevance.measures import pooled, pooled_gain
from communityconnector.testing.relevance.services.calibration import calibrate
from communityconnector.testing.relevance.services.measured import value_of

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
IDS = "abcdefgh"
IS_BOOLEAN = st.booleans()


@st.composite
def answers(draw: st.DrawFn) -> judged.JudgedAnswer:
    grades = draw(st.dictionaries(st.sampled_from(IDS), st.integers(0, 3)))
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=7))
    services = tuple(
        judged.ShownService(key, "", "", is_met=draw(IS_BOOLEAN), score=draw(st.floats(0, 1)), reasons=())
        for key in ids
    )
    need = judged.GradedNeed("n", "x", grades=grades, none_fits=draw(IS_BOOLEAN))
    return judged.JudgedAnswer(need, services, nothing_fits=draw(IS_BOOLEAN))


def expected(given_answers: list[judged.JudgedAnswer]) -> dict[str, float]:
    """Each measure, by loops over what is shown."""
    sums: dict[str, list[float]] = {}

    def add(name: str, *values: float) -> None:
        sums.setdefault(name, []).extend(values)

    def gain(grades: list[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))

    for answer in given_answers:
        need, first = answer.need, answer.services[:5]
        add("unjudged5", *(service.service_id not in need.grades for service in first))
        add("wrong_met5", *(service.is_met and need.grades.get(service.service_id) == 0 for service in first))
        if need.none_fits:
            add("honest", answer.nothing_fits or not any(service.is_met for service in answer.services[:3]))
        elif any(need.grades.values()):
            got = [need.grades.get(service.service_id, 0) for service in answer.services]
            best = sorted(need.grades.values(), reverse=True)
            add("ndcg5", gain(got[:5]) / gain(best[:5]))
            add("ndcg10", gain(got[:10]) / gain(best[:10]))
            add("precision5", sum(grade >= 2 for grade in got[:5]) / 5)
            add("ceiling5", sum(grade >= 2 for grade in best[:5]) / 5)
            add("success1", bool(got) and got[0] >= 2)
    return {name: sum(values) / len(values) for name, values in sums.items() if values}


@given(st.lists(answers(), max_size=4))
def test_measures_are_those_of_an_oracle(given_answers):
    names = ("ndcg5", "ndcg10", "precision5", "ceiling5", "success1", "wrong_met5", "unjudged5", "honest")
    values = {name: value_of(name, given_answers) for name in names}
    known = {name: value for name, value in values.items() if value is not None}
    assert known == pytest.approx(expected(given_answers))
    assert all(0 <= value <= 1 for value in known.values())


@given(st.lists(answers(), min_size=1, max_size=4))
@settings(max_examples=25)
def test_an_interval_holds_the_figure_that_is_the_mean(given_answers):
    estimates = judged.ServiceScores(tuple(given_answers)).estimates
    assert {name: each.value for name, each in estimates.items()} == pytest.approx(expected(given_answers))
    assert all(0 <= each.low <= each.high <= 1 for each in estimates.values())


@given(st.lists(answers(), max_size=6))
def test_calibration_loses_no_judged_service(given_answers):
    calibration = calibrate(given_answers)
    count = sum(s.service_id in a.need.grades for a in given_answers for s in a.services)
    assert sum(row.count for row in calibration.rows) == count
    for row in calibration.rows:
        assert row.low - 1e-9 <= row.mean_score <= row.high + 1e-9
        assert 0 <= row.good_share <= 1


PARTS = st.lists(st.integers(0, 5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=6)


@given(PARTS)
@settings(max_examples=25)
def test_a_run_gains_nothing_over_itself(parts):
    whole = pooled(parts)
    gain = pooled_gain(parts, parts)
    assert (whole is None) == (gain is None)
    if gain is not None:
        assert gain.value == gain.low == gain.high == 0


@given(st.lists(st.sampled_from(["food", "rent", "", None]), max_size=SHARED + 5))
def test_needs_take_turns_and_nothing_else_moves(needs):
    order = in_turns(needs)
    assert sorted(order) == list(range(len(needs)))
    for place, taken in enumerate(order):
        if needs[taken] is None or place >= SHARED:
            assert place == taken
    met = [needs[taken] for taken in order[:SHARED] if needs[taken] is not None]
    for need in set(met):
        places = [taken for taken in order[:SHARED] if needs[taken] == need]
        assert places == sorted(places)
    several = len(set(met))
    assert len(set(met[:several])) == several


MATCHER = cc.Matcher(cc.sample(), clock=lambda: NOON)
ASKED = (
    cc.Need("food and rent", near="28640", age=70),
    cc.Need("I am a veteran and need a counselor who speaks Spanish", near="28694", language="es"),
    cc.Need("somewhere to sleep tonight", near="28675", prefer=("age",), age=12),
    cc.Need("zzyx", near="28640"),
    cc.Need("dentist"),
)
REWEIGHABLE = tuple(map(MATCHER.reweighable, ASKED))
NUMBERS = st.fixed_dictionaries(
    {name: st.floats(0.01 if name == "relevance" else 0, 1).map(lambda x: round(x, 3)) for name in WEIGHTS}
)


@given(NUMBERS, st.integers(0, len(ASKED) - 1))
def test_services_are_put_in_order_as_a_matcher_with_these_weights_does(numbers, number):
    other = cc.Matcher(MATCHER.index, clock=lambda: NOON, weights=numbers)
    result = other.match(ASKED[number], limit=None)
    assert [tuple(offer) for offer in REWEIGHABLE[number].ranked(Weights.of(numbers))] == [
        (match.service_id, match.reasons[0].answer is cc.Answer.MET, match.score) for match in result
    ]


def test_the_oracle_of_weights_can_fail():
    first, second = (REWEIGHABLE[0].ranked(Weights.of({LINE: line})) for line in (0.01, 0.9))
    assert first != second
