"""Consents: what they cover, when they are in force, and what the log records of them."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

import communityconnector as cc
from builders import (
    PATRON,
    STAFF,
    best_match,
    consent_terms,
    contact_preference,
    make_desk,
    send_referral,
    take_referrals,
)
from communityconnector.desk import OutboxMessage, Recipient
from communityconnector.desk.store import record_kinds
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidConsentError,
    InvalidReferralError,
    PermissionDeniedError,
)
from communityconnector.referrals import Consent, Template


def documents(desk, kind):
    return [one.document for one in desk.storage.scan(kind)]


@pytest.mark.parametrize("closed", [False, True])
def test_a_consent_needs_an_open_referral_and_a_field_to_share(desk, closed):
    match = best_match()
    take_referrals(desk, match)
    referral = send_referral(desk, match) if closed else desk.refer(match, actor=STAFF)
    if closed:
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    with pytest.raises(
        InvalidReferralError, match=r"^a consent is for a referral that is open and that tells"
    ):
        desk.referrals.consent(referral.id, consent_terms(), actor=STAFF)


def test_a_consent_is_in_force_from_granting_until_revocation(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.clock.advance(hours=2)
    given = desk.referrals.consent(
        draft.id, consent_terms(days=30), actor=STAFF, at=desk.clock.now - timedelta(hours=1)
    )
    assert given.granted_at == desk.clock.now - timedelta(hours=1)
    assert given.expires_at == given.granted_at + timedelta(days=30)
    desk.clock.advance(hours=2)
    back = desk.clock.now - timedelta(hours=1)
    desk.referrals.revoke_consent(draft.id, actor=PATRON, at=back)
    (held,) = map(Consent.from_dict, documents(desk, record_kinds.CONSENT))
    assert held == attrs.evolve(given, revoked_at=back)


def test_granting_and_revoking_consent_are_logged(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    given = desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    with pytest.raises(PermissionDeniedError) as refusal:
        desk.referrals.revoke_consent(draft.id, actor=cc.Actor("agency", draft.organization_id))
    assert (refusal.value.action, refusal.value.role) == ("revoke_consent", "agency")
    desk.referrals.revoke_consent(draft.id, actor=PATRON)
    entries = [
        (one.action, one.role, one.referral_id, one.fields, one.to, one.because)
        for one in desk.audit.entries()
        if one.action in ("consent", "revoke")
    ]
    assert entries == [
        ("consent", "staff", draft.id, ("first_name",), draft.organization_id, given.id),
        ("revoke", "patron", draft.id, (), "", given.id),
    ]


def test_the_log_says_who_revoked_a_consent_under_a_legal_hold_and_what_is_kept(desk):
    referral = send_referral(desk, patron="token-5f3a9c")
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    entries = [(one.role, one.referral_id) for one in desk.audit.entries() if one.action == "keep"]
    assert entries == [("patron", referral.id)]
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields["first_name"].reveal() == "Quill"


def test_after_revocation_no_private_data_is_reported_as_stored(desk):
    referral = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    (document,) = documents(desk, record_kinds.REFERRAL)
    assert "private" not in document["about"]
    assert desk.privacy.read_private(referral.id, actor=STAFF).is_empty


# What is kept for a legal hold alone


def test_data_kept_only_for_a_legal_hold_is_not_used(desk):
    referral = desk.refer(
        best_match(), actor=STAFF, contacts=[contact_preference(desk)], follow_up_allowed=True
    )
    desk.privacy.set_legal_hold(None, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.clock.advance(days=15)
    assert desk.referrals.run_due().asked == 0
    desk.dispatch_once()
    assert desk.box == []
    assert desk.privacy.read_private(referral.id, actor=STAFF).contacts


def test_a_waiting_message_uses_no_contact_kept_only_for_a_legal_hold(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    row = OutboxMessage.of(
        Template.PATRON_MESSAGE, Recipient.PATRON, referral.id, 99, desk.clock.now, occasion="written before"
    )
    desk.storage.commit([row.put(due=desk.clock.now)])
    assert desk.dispatch_once().withdrawn == 1
    assert desk.box == []


def test_a_new_attempt_copies_no_data_kept_only_for_a_legal_hold(desk):
    referral = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    again = desk.referrals.re_refer(referral.id, best_match(), actor=STAFF, type="direct", allow_tried=True)
    assert desk.privacy.read_private(again.id, actor=STAFF).is_empty
    assert desk.privacy.export_for("token-5f3a9c", actor=STAFF)["referrals"][0]["private"]["told"]


def test_later_texts_are_kept_and_deleted_with_data_under_a_legal_hold(desk):
    referral = send_referral(desk)
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    boss = cc.Actor("staff", "desk-1", frozenset({"void"}))
    desk.record_event(referral.id, "void", actor=boss, text="wrong agency")
    kept_own = desk.privacy.read_private(referral.id, actor=STAFF)
    assert kept_own.shared_fields["first_name"].reveal() == "Quill"
    assert [note.reveal() for note in kept_own.notes.values()] == ["wrong agency"]
    desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-1")
    assert desk.purge().gone[record_kinds.PRIVATE] == 1


# What is taken over


def test_an_information_referral_copies_only_the_need(desk):
    first = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    desk.record_event(
        first.id, "reject", actor=cc.Actor("agency", first.organization_id), outcome="no_capacity"
    )
    given = desk.referrals.re_refer(first.id, best_match(), actor=STAFF, allow_tried=True)
    assert (given.status, given.concepts) == ("given", first.concepts)
    assert desk.privacy.read_private(given.id, actor=STAFF).is_empty
    assert given.id not in str(desk.privacy.export_for("token-5f3a9c", actor=STAFF))


# Who must consent, and how


def child(desk, **asked):
    take_referrals(desk, best_match())
    fields = {"first_name": "Quill"}
    return desk.refer(
        best_match(), actor=STAFF, type="direct", age_band="under_13", shared_fields=fields, **asked
    )


def test_a_guardian_consents_for_a_young_child_even_after_the_age_was_deleted(desk):
    draft = child(desk)
    desk.referrals.revoke_consent(draft.id, actor=STAFF)
    with pytest.raises(InvalidConsentError, match="guardian"):
        desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    desk.referrals.consent(draft.id, consent_terms(given_by="guardian"), actor=STAFF)


@pytest.mark.parametrize(("stated_age", "wants"), [("unknown", True), ("under_13", True), ("13_17", False)])
def test_a_new_attempt_needs_a_guardians_consent_unless_another_age_is_given(desk, stated_age, wants):
    first = child(desk, consent=consent_terms(given_by="guardian"))
    desk.referrals.revoke_consent(first.id, actor=STAFF)
    again = desk.referrals.re_refer(
        first.id, best_match(), actor=STAFF, type="direct", allow_tried=True, age_band=stated_age
    )
    if wants:
        with pytest.raises(InvalidConsentError, match="guardian"):
            desk.referrals.consent(again.id, consent_terms(), actor=STAFF)
    else:
        desk.referrals.consent(again.id, consent_terms(), actor=STAFF)


def test_a_librarys_guardian_rule_holds_after_the_age_was_deleted():
    with make_desk(policy=cc.Policy(needs_guardian=lambda age, _: age == "13_17")) as desk:
        take_referrals(desk, best_match())
        first = send_referral(desk, age_band="13_17", consent=consent_terms(given_by="guardian"))
        desk.referrals.revoke_consent(first.id, actor=STAFF)
        again = desk.referrals.re_refer(first.id, best_match(), actor=STAFF, type="direct", allow_tried=True)
        with pytest.raises(InvalidConsentError, match="guardian"):
            desk.referrals.consent(again.id, consent_terms(), actor=STAFF)
        desk.referrals.consent(again.id, consent_terms(given_by="guardian"), actor=STAFF)


def test_a_need_without_a_known_concept_may_require_written_consent():
    with make_desk(policy=cc.Policy(written_for=frozenset({"unclassified"}))) as desk:
        take_referrals(desk, best_match())
        fields = {"type": "direct", "shared_fields": {"first_name": "Quill"}, "terms": ["BH-1800"]}
        service = best_match().service_id
        with pytest.raises(InvalidConsentError, match="written"):
            desk.refer(service, actor=STAFF, consent=consent_terms(), **fields)
        desk.refer(service, actor=STAFF, consent=consent_terms(method="written"), **fields)


def test_identifying_fields_go_with_a_patrons_own_referral_by_their_own_act(desk):
    match = best_match()
    take_referrals(desk, match, required_fields=[], optional_fields=["first_name"])
    with pytest.raises(IllegalTransitionError) as refusal:
        send_referral(desk, match, type="self")
    assert refusal.value.guard == "own_act"
    assert send_referral(desk, match, type="self", shared_fields={}).status == "requested"
    draft = desk.refer(match, actor=STAFF, type="self", shared_fields={"first_name": "Quill"})
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    assert desk.record_event(draft.id, "send", actor=PATRON).status == "requested"
