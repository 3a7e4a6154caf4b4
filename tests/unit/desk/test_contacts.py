"""What a patron says of being reached, of what an agency is told and of being asked: checked, and changed at any time."""

from __future__ import annotations

import copy
import pickle
import traceback
from datetime import UTC, time, timedelta

import pytest
from desks import MONDAY, desk_at, preference, send, terms

import communityconnector as cc
from communityconnector.desk import ledger
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Private

DAY = timedelta(days=1)


@pytest.fixture
def desk():
    with desk_at() as desk:
        yield desk


def refused(call):
    """The words of a refusal, with all that a log would show of it."""
    with pytest.raises(InvalidReferralError) as caught:
        call()
    return "".join(traceback.format_exception(caught.value))


# Checked


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"safe_from": time(9, tzinfo=UTC), "safe_until": time(17)}, "none of their own"),
        ({"safe_from": time(9), "safe_until": time(17, tzinfo=UTC)}, "none of their own"),
        ({"safe_from": "09:00", "safe_until": "17:00"}, "safe_from"),
        ({"safe_from": time(3), "safe_until": time(3)}, "another time"),
        ({"language": None}, "language"),
        ({"address": "quill@example.org"}, "address"),
    ],
)
def test_a_contact_that_could_not_be_used_is_refused_when_it_is_made(desk, wrong, words):
    said = refused(lambda: preference(desk, **wrong))
    assert words in said
    assert "quill" not in said


@pytest.mark.parametrize(
    ("wrong", "words"), [({"language": None}, "language"), ({"address": "a@b.org"}, "address")]
)
def test_an_intake_that_could_not_be_used_is_refused_when_it_is_made(wrong, words):
    said = refused(lambda: cc.Intake(**{"id": "o-1", "notifier": "box", "address": cc.Secret("x"), **wrong}))
    assert words in said
    assert "a@b.org" not in said


def test_a_word_from_the_future_is_refused_and_would_not_count(desk):
    ahead = preference(desk, verified_at=MONDAY + 365 * DAY)
    assert "future" in refused(lambda: send(desk, contacts=[ahead]))
    assert not ahead.may_be_used(MONDAY, 90 * DAY)
    assert ahead.may_be_used(MONDAY + 366 * DAY, 90 * DAY)
    # Clocks of two machines are never quite the same.
    send(desk, contacts=[preference(desk, verified_at=MONDAY + timedelta(minutes=5))])


# Nothing leaves by accident


def test_what_is_a_patrons_own_is_neither_pickled_nor_copied(desk):
    way = preference(desk)
    own = Private(contacts=(way,))
    for held in (way, own, Private(), terms(), ledger.HeldPrivate(Private(), 0), cc.Secret("x")):
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled or copied"):
                leave(held)


def test_the_terms_of_a_consent_show_neither_its_purpose_nor_who_heard_it():
    shown = repr(terms(purpose="treatment of Quill", witnessed_by="Rowan", text_version="v-Quill"))
    assert shown == "<ConsentTerms, verbal, for 90 days>"
