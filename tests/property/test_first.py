"""Services that come first: those that fit, in the order that they have, and nothing else about the answer changes."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching import Index, engine
from communityconnector.testing import strategies as cc_st

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MET = cc.Reason("visiting", cc.Answer.MET, "In the building today")
ASK = cc.Reason("visiting", cc.Answer.UNKNOWN, "Ask whether they come today")
ranks = st.sampled_from(list(cc.Rank))


def matcher_of(directory, **parts):
    return cc.Matcher(directory, audience="steward", clock=lambda: NOW, **parts)


@st.composite
def searches(draw):
    """A directory, a need, and which of the services have something going for them."""
    directory = draw(cc_st.matchable_directories() | cc_st.crowded_directories())
    keys = draw(st.lists(st.sampled_from([*sorted(directory.services), "none"]), max_size=4, unique=True))
    first = {key: draw(st.sampled_from([MET, MET, ASK])) for key in keys}
    return directory, draw(cc_st.needs()), {**first, "of another directory": MET}


def labelled(match, first):
    if match.service_id not in first:
        return match
    return attrs.evolve(match, reasons=(match.reasons[0], first[match.service_id], *match.reasons[1:]))


def is_ahead(match, first):
    return first.get(match.service_id) == MET and match.reasons[0].answer is cc.Answer.MET


def expected(plain, first):
    """A stable partition of the plain answer."""
    return [labelled(m, first) for ahead in (True, False) for m in plain if is_ahead(m, first) is ahead]


@given(searches(), ranks)
def test_fitting_services_come_first_and_all_else_is_unchanged(case, rank):
    directory, need, first = case
    matcher = matcher_of(directory)
    plain = matcher.match(need, limit=None, rank=rank)
    result = matcher.match(need, limit=None, rank=rank, first=first)
    assert list(result) == expected(plain, first)
    assert (result.total, result.ruled_out) == (plain.total, plain.ruled_out)
    assert [m.offer_id for m in result.widened] == [m.offer_id for m in plain.widened]
    assert (result.unmet is None) == (plain.unmet is None)


@given(searches(), ranks, st.none() | st.integers(1, 2), st.integers(1, 7))
def test_pages_partition_the_list_however_far_down_those_stood(case, rank, per_agency, size):
    directory, need, first = case
    matcher = matcher_of(directory)
    whole = list(matcher.match(need, limit=None, rank=rank, per_agency=per_agency, first=first))
    pages = []
    for offset in range(0, len(whole) + size, size):
        pages += matcher.match(need, limit=size, offset=offset, rank=rank, per_agency=per_agency, first=first)
    assert pages == whole
    assert len({(m.offer_id, m.service_id) for m in whole}) == len(whole)
    ahead = [is_ahead(m, first) for m in whole]
    assert ahead == sorted(ahead, reverse=True)


@given(searches())
def test_a_score_is_still_the_sum_of_its_parts_and_being_here_adds_nothing(case):
    directory, need, first = case
    matcher = matcher_of(directory)
    plain = {(m.offer_id, m.service_id): m.score for m in matcher.match(need, limit=None)}
    for match in matcher.match(need, limit=None, first=first):
        assert math.fsum(part.points for part in match.contributions) == match.score
        assert plain[match.offer_id, match.service_id] == match.score
        assert match.reasons[0].criterion == "need"


@given(searches(), ranks)
def test_fitting_services_come_first_in_a_changed_directory(case, rank):
    directory, need, first = case
    services = list(directory.services.values())
    matcher = matcher_of(cc.Directory.of(services[: len(services) // 2]))
    matcher.update(cc.Directory.of(services))
    plain = matcher.match(need, limit=None, rank=rank)
    assert list(matcher.match(need, limit=None, rank=rank, first=first)) == expected(plain, first)


@given(searches())
def test_a_reranker_orders_those_ahead_and_the_rest_each_among_themselves(case):
    directory, need, first = case

    def by_id(matches, _):
        return sorted(matches, key=lambda m: m.offer_id, reverse=True)

    matcher = matcher_of(directory, rerankers=[by_id])
    found = list(matcher.match(need, limit=None, first=first))
    number = sum(is_ahead(m, first) for m in found)
    assert found[:number] == by_id(found[:number], None)
    assert {m.offer_id for m in found} == {m.offer_id for m in matcher.match(need, limit=None)}


def unasked(among):
    return lambda self, plan, services: among(self, attrs.evolve(plan, questions=()), services)


def twice(_):
    return lambda ahead, matches: [*ahead, *matches]


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [(Index, "among", unasked), (engine, "_with_ahead", twice)],
    ids=["what is ruled out comes first", "a match stands twice"],
)
def test_a_fault_in_the_order_is_caught(where, name, fault):
    """Shows that the properties above can fail."""

    @settings(
        max_examples=1000,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
    )
    @given(cc_st.matchable_directories(), cc_st.needs())
    def find_it(directory, need):
        first = dict.fromkeys(directory.services, MET)
        matcher = matcher_of(directory)
        plain = matcher.match(need, limit=None)
        assert list(matcher.match(need, limit=None, first=first)) == expected(plain, first)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, fault(getattr(where, name)))
        with pytest.raises(AssertionError):
            find_it()
