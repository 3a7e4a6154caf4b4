"""A consent: what it is for, since when and until when it counts, and what the log says of it."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from desks import PATRON, STAFF, desk_at, found, preference, send, take_referrals, terms

import communityconnector as cc
from communityconnector.desk import kinds
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import Consent


@pytest.fixture
def desk():
    with desk_at() as opened:
        yield opened


def kept(desk, kind):
    return [one.document for one in desk.storage.scan(kind)]


@pytest.mark.parametrize("closed", [False, True])
def test_a_consent_is_for_what_is_open_and_tells_an_agency_something(desk, closed):
    match = found(desk)
    take_referrals(desk, match)
    referral = send(desk, match) if closed else desk.refer(match, actor=STAFF)
    if closed:
        desk.apply(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    with pytest.raises(
        InvalidReferralError, match=r"^a consent is for a referral that is open and that tells"
    ):
        desk.consent(referral.id, terms(), actor=STAFF)


def test_a_consent_counts_from_when_it_was_given_and_until_when_it_was_taken_back(desk):
    match = found(desk)
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", told={"first_name": "Quill"})
    desk.time.pass_by(hours=2)
    given = desk.consent(draft.id, terms(days=30), actor=STAFF, at=desk.time.now - timedelta(hours=1))
    assert given.granted_at == desk.time.now - timedelta(hours=1)
    assert given.expires_at == given.granted_at + timedelta(days=30)
    desk.time.pass_by(hours=2)
    back = desk.time.now - timedelta(hours=1)
    desk.revoke_consent(draft.id, actor=PATRON, at=back)
    (held,) = map(Consent.from_dict, kept(desk, kinds.CONSENT))
    assert held == attrs.evolve(given, revoked_at=back)


def test_what_was_agreed_to_and_taken_back_is_in_the_log(desk):
    match = found(desk)
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", told={"first_name": "Quill"})
    given = desk.consent(draft.id, terms(), actor=STAFF)
    with pytest.raises(IllegalTransitionError) as refusal:
        desk.revoke_consent(draft.id, actor=cc.Actor("agency", draft.organization_id))
    assert (refusal.value.status, refusal.value.event, refusal.value.role) == (
        "draft",
        "revoke_consent",
        "agency",
    )
    desk.revoke_consent(draft.id, actor=PATRON)
    said = [
        (one.action, one.role, one.referral_id, one.fields, one.to, one.because)
        for one in desk.audit.entries()
        if one.action in ("consent", "revoke")
    ]
    assert said == [
        ("consent", "staff", draft.id, ("first_name",), draft.organization_id, given.id),
        ("revoke", "patron", draft.id, (), "", given.id),
    ]


def test_what_a_hold_keeps_of_a_consent_that_is_taken_back_is_in_the_log_with_who_took_it_back(desk):
    referral = send(desk, patron="token-abc123")
    desk.freeze(referral.id, actor=STAFF, reason="case-1")
    desk.revoke_consent(referral.id, actor=PATRON)
    said = [(one.role, one.referral_id) for one in desk.audit.entries() if one.action == "keep"]
    assert said == [("patron", referral.id)]
    assert desk.private(referral.id, actor=STAFF).told["first_name"].reveal() == "Quill"


def test_nothing_is_said_to_be_kept_of_a_patron_whose_consent_was_taken_back(desk):
    referral = send(desk, patron="token-abc123", contacts=[preference(desk)])
    desk.revoke_consent(referral.id, actor=PATRON)
    (document,) = kept(desk, kinds.REFERRAL)
    assert "private" not in document["about"]
    assert desk.private(referral.id, actor=STAFF).is_empty
