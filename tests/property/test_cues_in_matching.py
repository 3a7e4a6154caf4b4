"""What a patron's words say of the person moves offers and excludes none; a field of the need outranks it."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import plain_match

import communityconnector as cc
from communityconnector.matching.cue_criteria import add_cues
from communityconnector.model.zips import zip_point
from communityconnector.needs import interpreter, lexicon
from communityconnector.testing import strategies as cc_st

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SAID = (
    "I am 83 and need a food pantry", "food for my son who is 7, we have no money", "I use a wheelchair and need a dentist",
    "soy veterano y necesito comida", "pregnant and homeless, a bed tonight near 28640", "no ID, where can I get groceries",
    "just got out of prison and need food", "refugee family needs a lawyer, we speak Dari", "my husband hit me, I am in 28694",
    "deaf, 19, looking for a job", "necesito una despensa, no tengo dinero", "food pantry", "I am a gay teen and need counseling",
)  # fmt: skip
ranks = st.sampled_from(list(cc.Rank))


@st.composite
def needs_in_words(draw):
    """A need with a text that says something of the person, and with any other fields."""
    return attrs.evolve(draw(cc_st.needs()), text=draw(st.sampled_from(SAID)))


def matchers(directory):
    return (cc.Matcher(directory, clock=lambda: NOW, cues=cues) for cues in (True, False))


def offers(result):
    return {(match.offer_id, match.service_id) for match in result}


@given(cc_st.matchable_directories(), needs_in_words(), ranks)
def test_the_same_offers_fit_with_and_without_cues(directory, need, rank):
    with_cues, without = matchers(directory)
    noted = with_cues.match(need, limit=None, rank=rank)
    plain = without.match(need, limit=None, rank=rank)
    assert offers(noted) == offers(plain)
    assert (noted.total, noted.ruled_out) == (plain.total, plain.ruled_out)
    assert noted.interpretation == plain.interpretation


@given(cc_st.matchable_directories(), needs_in_words(), ranks)
def test_what_only_a_cue_asks_is_not_recorded(directory, need, rank):
    with_cues, without = matchers(directory)
    noted = with_cues.match(need, rank=rank).unmet
    plain = without.match(need, rank=rank).unmet
    assert (noted and attrs.evolve(noted, near_misses=0)) == (plain and attrs.evolve(plain, near_misses=0))


@given(cc_st.matchable_directories(), needs_in_words())
def test_no_question_is_asked_for_a_cue_alone(directory, need):
    with_cues, _ = matchers(directory)
    _, noted, _ = add_cues(need, interpreter().interpret(need.text).cues)
    for match in with_cues.match(need, limit=None):
        unknown = {reason.criterion for reason in match.reasons if reason.answer is cc.Answer.UNKNOWN}
        assert not unknown & noted
        for explanation in with_cues.explain(need, match.service_id):
            assert not noted & {r.criterion for r in explanation.reasons if r.answer is cc.Answer.UNKNOWN}


@given(needs_in_words())
def test_the_need_s_own_fields_outrank_cues(need):
    filled, noted, _ = add_cues(need, interpreter().interpret(need.text).cues)
    for field in attrs.fields(cc.Need):
        own = getattr(need, field.name)
        if field.name == "prefer":
            assert set(own) <= set(filled.prefer)
            assert set(filled.prefer) == set(own) | noted
        elif own not in {None, ()}:
            assert getattr(filled, field.name) == own
    asked = {
        f.metadata["criterion"]
        for f in attrs.fields(cc.Need)
        if f.metadata and getattr(need, f.name) not in {None, ()}
    }
    assert not noted & asked


@given(cc_st.matchable_directories(), needs_in_words())
def test_the_score_is_the_sum_of_its_contributions_with_cues(directory, need):
    for match in next(matchers(directory)).match(need, limit=None):
        assert match.score == math.fsum(part.points for part in match.contributions)
        assert 0 < match.score <= 1
        met = sum(reason.answer is cc.Answer.MET for reason in match.reasons)
        certainty = next(part for part in match.contributions if part.name == "certainty")
        assert certainty.value == met / (len(match.reasons) + len(match.unanswered))


@given(cc_st.matchable_directories(), needs_in_words(), ranks, st.none() | st.integers(1, 3))
def test_the_index_finds_what_the_plain_matcher_finds_with_cues(directory, need, rank, limit):
    matcher = next(matchers(directory))
    query = matcher._query(need)  # noqa: SLF001  # the need as the engine gets it
    plain, ruled_out = plain_match(matcher.directory, query, lexicon(), rank, locate=zip_point)
    result = matcher.match(need, limit=limit, rank=rank)
    assert [(m.offer_id, m.service_id, m.score, m.contributions, m.km) for m in result] == [
        (offer.id, offer.service.id, total, parts, judgement.km)
        for _, offer, judgement, parts, total in plain
    ][:limit]
    assert result.ruled_out == ruled_out


@given(cc_st.matchable_directories(), st.sampled_from(SAID), ranks)
def test_a_cue_asks_what_the_same_field_would_prefer(directory, text, rank):
    """As if staff had filled in the form, and only preferred what they filled in."""
    cues = interpreter().interpret(text).cues
    filled, noted, _ = add_cues(cc.Need(text), cues)
    assume(noted)
    with_cues, without = matchers(directory)
    by_cue = with_cues.match(text, limit=None, rank=rank)
    by_form = without.match(filled, limit=None, rank=rank)
    assert [(m.offer_id, m.score, m.km) for m in by_cue] == [(m.offer_id, m.score, m.km) for m in by_form]
