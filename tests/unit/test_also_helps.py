"""What also helps is knowledge of kinds, held by its form; it leads one step, and never more surely than what was asked."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.needs import FurtherConcept, further_concepts, vocabulary
from communityconnector.needs.tables import rows_of

WORDS = vocabulary()
ROWS = list(rows_of("also_helps.csv"))
PLAIN_IN_NAME = {"mental_health", "hiv"}
"""Tags of concepts whose names give nothing away, such as `support-group` and `chronic-condition-care`."""


def test_every_row_leads_from_one_known_need_to_another_that_is_not_broader_or_narrower():
    for row in ROWS:
        assert {row["concept"], row["also"]} <= set(WORDS.concepts)
        assert row["concept"] not in {row["also"], *WORDS.ancestors(row["also"])}
        assert row["also"] not in set(WORDS.ancestors(row["concept"]))
    assert len({(row["concept"], row["also"]) for row in ROWS}) == len(ROWS)


def test_every_weight_and_reason_has_its_form():
    for row in ROWS:
        assert 0.15 <= float(row["weight"]) <= 0.8
        reason = row["reason"]
        assert reason == reason.strip()
        assert 10 <= len(reason) <= 90
        assert not reason.endswith(".")
        assert reason[0].islower() or reason.startswith("English")


def test_a_need_has_few_rows_surest_first_and_most_needs_have_some():
    by_concept = {
        key: [float(row["weight"]) for row in ROWS if row["concept"] == key] for key in WORDS.concepts
    }
    assert all(
        len(weights) <= 4 and weights == sorted(weights, reverse=True) for weights in by_concept.values()
    )
    assert sum(bool(weights) for weights in by_concept.values()) > 0.9 * len(by_concept)


def test_nothing_that_needs_care_is_suggested_to_one_who_did_not_touch_it():
    for row in ROWS:
        asked, also = WORDS.concepts[row["concept"]], WORDS.concepts[row["also"]]
        assert also.sensitive - PLAIN_IN_NAME <= asked.sensitive


def test_an_eviction_wants_the_lawyer_and_also_the_fund_that_pays_the_rent():
    further = further_concepts({"eviction-defense": 1.0}, WORDS)
    assert {"rent-help", "legal-aid"} <= {also.concept for also in further}
    assert all(also.reason for also in further)


def test_an_unknown_need_and_one_of_the_librarys_own_lead_to_nothing():
    assert further_concepts({"no-such-need": 1.0}, WORDS) == ()
    assert further_concepts({}, WORDS) == ()


def test_what_also_helps_does_not_lead_further():
    table = {
        "a": (FurtherConcept("b", 0.5, "x"),),
        "b": (FurtherConcept("c", 0.5, "y"), FurtherConcept("a", 0.9, "z")),
    }
    words = attrs.evolve(WORDS, also_helps=table)
    assert further_concepts({"a": 1.0}, words) == (FurtherConcept("b", 0.5, "x"),)


@given(st.dictionaries(st.sampled_from(sorted(WORDS.concepts)), st.floats(0, 1), max_size=4))
def test_no_cycle_of_the_table_lifts_a_weight(wanted):
    further = further_concepts(wanted, WORDS)
    most = max(wanted.values(), default=0.0)
    included = {narrower for concept in wanted for narrower in WORDS.with_descendants(concept)}
    for also in further:
        assert also.concept not in included
        assert 0 < also.weight < most
    # Fed back, what also helps only grows weaker.
    again = further_concepts({also.concept: also.weight for also in further}, WORDS)
    assert max((also.weight for also in again), default=0.0) < max(
        (also.weight for also in further), default=1.0
    )


@given(st.sampled_from(sorted({row["concept"] for row in ROWS})), st.floats(0.1, 1))
def test_a_surer_need_leads_more_surely(concept, weight):
    whole = {also.concept: also.weight for also in further_concepts({concept: 1.0}, WORDS)}
    part = {also.concept: also.weight for also in further_concepts({concept: weight}, WORDS)}
    assert part == pytest.approx({key: value * weight for key, value in whole.items()})
