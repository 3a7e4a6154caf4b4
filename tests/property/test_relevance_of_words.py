"""Laws of the measures of relevance."""

from __future__ import annotations

import csv
import io
import math

from hypothesis import given
from hypothesis import strategies as st

from communityconnector.testing import relevance
from communityconnector.testing.relevance.measures import (
    DIRECT,
    RELATED,
    condense,
    estimate,
    is_hit,
    ndcg,
    recall,
    reciprocal_rank,
)
from communityconnector.testing.relevance.words.utterances import COLUMNS

CONCEPTS = [f"concept-{number}" for number in range(9)]
ANSWERS = st.lists(st.sampled_from(CONCEPTS), unique=True).map(tuple)
GRADES = st.dictionaries(st.sampled_from(CONCEPTS), st.sampled_from([DIRECT, RELATED]), min_size=1)
CANARY = "canary7q3x"
CELLS = st.sampled_from(
    ["", " ", CANARY, f"{CANARY}, and more", f'{CANARY} "quoted"', f"{CANARY}\nbelow", "food-pantry", f"food-pantry {CANARY}",
     f"age={CANARY};{CANARY}", "age=3", "food-pantry;rent-help", f"={CANARY}"]
)  # fmt: skip
HEADERS = st.lists(st.sampled_from([*COLUMNS, "notes", ""]), unique=True, max_size=12)
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def direct_of(grades):
    return {concept for concept, grade in grades.items() if grade == DIRECT}


@given(ANSWERS, GRADES)
def test_every_measure_lies_between_nothing_and_one(concepts, grades):
    assert 0 <= ndcg(concepts, grades) <= 1 + 1e-12
    direct = direct_of(grades)
    if direct:
        assert 0 <= recall(concepts, direct) <= 1
        assert 0 <= reciprocal_rank(concepts, direct) <= 1
        assert is_hit(concepts, direct, 3) >= is_hit(concepts, direct, 1)
        assert (reciprocal_rank(concepts, direct) == 1) == is_hit(concepts, direct, 1)


@given(GRADES, ANSWERS)
def test_the_ideal_order_has_an_ndcg_of_one(grades, others):
    ideal = sorted(grades, key=lambda concept: -grades[concept])
    assert math.isclose(ndcg((*ideal, *(other for other in others if other not in grades)), grades), 1)


@st.composite
def answers_with_a_fault(draw):
    """Concepts with their grades, and two places of which the later has the better concept."""
    concepts = draw(st.lists(st.sampled_from(CONCEPTS), unique=True, min_size=2))
    first, later = sorted(
        draw(st.lists(st.integers(0, len(concepts) - 1), unique=True, min_size=2, max_size=2))
    )
    worse, better = draw(st.sampled_from([(0, RELATED), (0, DIRECT), (RELATED, DIRECT)]))
    grades = {**draw(GRADES), concepts[first]: worse, concepts[later]: better}
    return tuple(concepts), {concept: grade for concept, grade in grades.items() if grade}, first, later


@given(answers_with_a_fault())
def test_a_better_concept_moved_forward_never_lowers_a_measure(fault):
    concepts, grades, first, later = fault
    swapped = list(concepts)
    swapped[first], swapped[later] = swapped[later], swapped[first]
    direct = direct_of(grades)
    assert ndcg(swapped, grades) >= ndcg(concepts, grades)
    if first < 5:
        assert ndcg(swapped, grades) > ndcg(concepts, grades)
    if direct:
        assert recall(swapped, direct) >= recall(concepts, direct)
        assert reciprocal_rank(swapped, direct) >= reciprocal_rank(concepts, direct)
        assert is_hit(swapped, direct, 3) >= is_hit(concepts, direct, 3)


@given(ANSWERS, GRADES, st.sets(st.sampled_from(CONCEPTS)))
def test_where_neutral_concepts_stand_changes_nothing(concepts, grades, neutral):
    neutral -= grades.keys()
    without = [concept for concept in concepts if concept not in neutral]
    assert condense((*sorted(neutral), *concepts), neutral) == condense(concepts, neutral) == tuple(without)


@given(VALUES)
def test_an_interval_is_the_same_each_time_and_lies_among_the_values(values):
    first = estimate(values)
    assert first == estimate(values)
    assert min(values) - 1e-9 <= first.low <= first.high <= max(values) + 1e-9


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_interval_of_a_share_holds_the_share_and_is_never_a_point(values):
    share = estimate(values)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low < share.high


@given(HEADERS, st.lists(st.lists(CELLS, max_size=13), max_size=6))
def test_every_row_is_an_utterance_or_a_finding_that_repeats_no_word(header, rows):
    sheet = io.StringIO()
    csv.writer(sheet).writerows([header, *rows])
    judgments = relevance.words.read(io.StringIO(sheet.getvalue()))
    assert CANARY not in repr(judgments.findings)
    is_read = "missing-column" not in {finding.rule for finding in judgments.findings}
    if is_read and not any("\n" in cell for row in rows for cell in row):
        used = {utterance.line for utterance in judgments.utterances}
        unused = {finding.line for finding in judgments.findings}
        assert {line for line, row in enumerate(rows, 2) if any(row)} <= used | unused


@given(st.binary(max_size=200))
def test_no_file_makes_reading_raise(content):
    relevance.words.read(io.BytesIO(content))
    relevance.words.read(io.BytesIO(b"text,needs,crisis,cues\n" + content))
