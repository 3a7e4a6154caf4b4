"""Whatever a match can be, it can be referred to: nothing is asked again that the match already says."""

from __future__ import annotations

import io
import json

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.errors import InvalidReferralError
from communityconnector.model import Directory
from communityconnector.testing import strategies

STAFF = cc.Actor("staff", "desk-2")
ODD_IDS = [
    "a b",
    "x" * 400,
    "é\u2028\n",
    "a/b?c#d",
    "sha256:" + "0" * 64,
    " padded ",
    "\ud800",
    "0",
    "None",
    "F" * 8 + "-AAAA-4AAA-8AAA-" + "B" * 12,
]


def desk_of(directory, **parts):
    desk = cc.Connector(MemoryStorage(), **parts)
    desk.load(directory)
    return desk


def offered(desk, need):
    """All that a match can give: what fits, and what would if something gave."""
    result = desk.match(need, limit=None)
    return [*result, *result.widened]


def refer_to_all(desk, need):
    for match in offered(desk, need):
        referral = desk.refer(match, actor=STAFF)
        assert (referral.status, referral.service_id) == ("given", match.service_id)
        assert desk.referrals.get(referral.id) == referral
        again = desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="no"), actor=STAFF)
        assert again.is_closed
        assert desk.referrals.re_refer(again.id, match, actor=STAFF, allow_tried=True).status == "given"


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(directory=strategies.matchable_directories(), need=strategies.needs())
def test_every_match_of_a_directory_can_be_referred_to(directory, need):
    with desk_of(directory) as desk:
        refer_to_all(desk, attrs.evolve(need, prefer=()))
        refer_to_all(desk, "food")


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(directory=strategies.directories(), key=st.sampled_from(ODD_IDS), bare=st.booleans())
def test_services_with_odd_ids_or_without_an_agency_can_be_referred_to(directory, key, bare):
    first, *rest = directory.services.values()
    more = {"organization": None, "organization_id": None} if bare else {}
    odd = attrs.evolve(first, id=key, name="Food pantry", status="active", **more)
    with desk_of(Directory.of([odd, *rest])) as desk:
        refer_to_all(desk, "food pantry")
        assert desk.refer(key, actor=STAFF, concepts=["food-pantry"]).status == "given"
        assert desk.refer(odd, actor=STAFF, concepts=["food-pantry"]).status == "given"


PANTRY = {"id": "a", "name": "Food Pantry", "status": "active", "organization": {"id": "o", "name": "Laurel"}}


@pytest.mark.parametrize("text", ["food", "club", "book", "help", "kitchen", "safe house", "hotline"])
def test_words_without_a_known_need_still_allow_a_referral(desk, text):
    matches = offered(desk, text)
    assert matches
    for match in matches[:10]:
        assert desk.refer(match, actor=STAFF).status == "given"


@pytest.fixture(scope="module")
def desk():
    with desk_of(cc.sample()) as opened:
        yield opened


def test_a_referral_from_an_uncertain_match_is_for_the_requested_need(desk):
    asked = [match for match in desk.match("soup kitchen", limit=None) if match.reasons[0].answer != "met"]
    assert asked
    for match in asked:
        assert desk.refer(match, actor=STAFF).concepts[0] == match.needs[0]
    unknown = desk.refer(desk.match("club")[0], actor=STAFF)
    assert (unknown.concepts, unknown.terms) == ((), ())


def test_a_match_for_staff_can_be_referred_to_at_a_desk_for_the_public(desk):
    hidden = cc.Matcher(cc.sample(), audience="steward")
    for match in hidden.match("safe house", limit=None):
        assert desk.refer(match, actor=STAFF).status == "given"


def test_a_match_by_a_term_is_referred_with_that_term():
    term = {"id": "t-1", "name": "Soups", "code": "soups"}
    listed = {
        **PANTRY,
        "attributes": [{"id": "x", "link_id": "a", "link_entity": "service", "taxonomy_term": term}],
    }
    with desk_of(cc.read(io.StringIO(json.dumps([listed])))) as desk:
        match = desk.match(cc.Need(terms=["soups"]))[0]
        referral = desk.refer(match, actor=STAFF)
        assert referral.terms == ("soups",)


def test_reordered_matches_are_the_same_to_refer_to():
    with desk_of(
        cc.sample(), matching=cc.MatchingOptions(rerankers=[lambda matches, _: tuple(reversed(matches))])
    ) as desk:
        assert desk.refer(desk.match("food")[0], actor=STAFF).status == "given"


def test_nothing_is_sent_without_a_known_need_and_agency(desk):
    with pytest.raises(InvalidReferralError, match="say what is needed"):
        desk.refer(desk.match("club")[0], actor=STAFF, type="direct")
    with pytest.raises(InvalidReferralError, match="say what is needed"):
        desk.refer(desk.match("club")[0].service_id, actor=STAFF)
