"""Contacts, shared fields and follow-up: checked when set, and changeable at any time."""

from __future__ import annotations

import asyncio
import copy
import pickle
import traceback
from datetime import UTC, time, timedelta

import pytest

import communityconnector as cc
from builders import (
    MONDAY,
    PATRON,
    STAFF,
    agency_of,
    best_match,
    consent_terms,
    contact_preference,
    send_referral,
    take_referrals,
)
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.referral_record import StoredPrivate
from communityconnector.errors import IllegalTransitionError, InvalidReferralError, PermissionDeniedError
from communityconnector.referrals import Clock, Private

DAY = timedelta(days=1)


def refused(call):
    """The words of a refusal, with all that a log would show of it."""
    with pytest.raises(InvalidReferralError) as caught:
        call()
    return "".join(traceback.format_exception(caught.value))


# Checked


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"safe_from": time(9, tzinfo=UTC), "safe_until": time(17)}, "without a time zone"),
        ({"safe_from": time(9), "safe_until": time(17, tzinfo=UTC)}, "without a time zone"),
        ({"safe_from": "09:00", "safe_until": "17:00"}, "safe_from"),
        ({"safe_from": time(3), "safe_until": time(3)}, "must not begin and end at the same time"),
        ({"language": None}, "language"),
        ({"address": "quill@example.org"}, "address"),
    ],
)
def test_an_unusable_contact_is_refused_when_created(desk, wrong, words):
    message = refused(lambda: contact_preference(desk, **wrong))
    assert words in message
    assert "quill" not in message


@pytest.mark.parametrize(
    ("wrong", "words"), [({"language": None}, "language"), ({"address": "a@b.org"}, "address")]
)
def test_an_unusable_intake_is_refused_when_created(wrong, words):
    message = refused(
        lambda: cc.Intake(**{"id": "o-1", "notifier": "box", "address": cc.Secret("x"), **wrong})
    )
    assert words in message
    assert "a@b.org" not in message


def test_a_verification_in_the_future_is_refused_and_does_not_count(desk):
    ahead = contact_preference(desk, verified_at=MONDAY + 365 * DAY)
    assert "future" in refused(lambda: send_referral(desk, contacts=[ahead]))
    assert not ahead.may_be_used(MONDAY, 90 * DAY)
    assert ahead.may_be_used(MONDAY + 366 * DAY, 90 * DAY)
    # Clocks of two machines are never quite the same.
    send_referral(desk, contacts=[contact_preference(desk, verified_at=MONDAY + timedelta(minutes=5))])


# Nothing leaves by accident


def test_private_data_is_neither_pickled_nor_copied(desk):
    way = contact_preference(desk)
    own = Private(contacts=(way,))
    for held in (way, own, Private(), consent_terms(), StoredPrivate(Private(), 0), cc.Secret("x")):
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                leave(held)


def test_the_repr_of_consent_terms_shows_neither_purpose_nor_witness():
    shown = repr(consent_terms(purpose="treatment of Quill", witnessed_by="Rowan", text_version="v-Quill"))
    assert shown == "<ConsentTerms, verbal, for 90 days>"


# Changed


def rows(desk, kind):
    return list(desk.storage.scan(kind))


def accepted(desk, **asked):
    """A referral that its agency has accepted, of which the patron has a message to come."""
    referral = send_referral(desk, **asked)
    desk.dispatch_once()
    desk.box.clear()
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    return referral


def recipients(desk):
    desk.dispatch_once()
    return [to for to, _ in desk.box.texts if to.endswith("@patron.org")]


def contact(desk, name, **parts):
    return contact_preference(desk, address=cc.Secret(f"{name}@patron.org"), **parts)


def refer(desk, **asked):
    return desk.refer(best_match(), actor=STAFF, **{"follow_up_allowed": True, **asked})


def last_entry(desk):
    *_, entry = desk.audit.entries()
    return entry


@pytest.mark.parametrize("actor", [STAFF, PATRON])
def test_a_contact_that_is_no_longer_safe_is_not_used(desk, actor):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.referrals.set_contacts(
        referral.id, [contact(desk, "old", safe="no"), contact(desk, "new")], actor=actor
    )
    assert recipients(desk) == ["new@patron.org"]
    entry = last_entry(desk)
    assert (entry.action, entry.role, entry.fields) == ("contacts", actor.role, ("email",))
    assert "patron.org" not in repr(entry)


def test_a_patron_who_says_stop_gets_no_messages(desk):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.referrals.set_contacts(referral.id, [], actor=PATRON)
    assert recipients(desk) == []
    assert desk.privacy.read_private(referral.id, actor=STAFF).contacts == ()
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    (row,) = [row for row in rows(desk, record_kinds.OUTBOX) if row.document["recipient"] == "patron"]
    assert (row.document["status"], row.document["last"]) == ("withdrawn", "no-safe-contact")


@pytest.mark.parametrize("left", [[], ["new"]])
def test_changed_contacts_count_while_a_worker_sends(desk, left):
    referrals = [send_referral(desk, contacts=[contact(desk, "old")]) for _ in range(2)]
    desk.dispatch_once()
    desk.box.clear()
    for referral in referrals:
        desk.record_event(referral.id, "accept", actor=agency_of(referral))
    taken = desk.box.send

    def send_it(message):
        if not desk.box:
            # The other message is claimed by now.
            for referral in referrals:
                desk.referrals.set_contacts(referral.id, [contact(desk, name) for name in left], actor=PATRON)
        return taken(message)

    desk.box.send = send_it
    assert recipients(desk) == ["old@patron.org", *(f"{name}@patron.org" for name in left)]


def test_an_old_verification_is_due_and_can_be_renewed(desk):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.dispatch_once()
    agency = agency_of(referral)
    desk.clock.advance(days=89)
    assert Clock.VERIFY_CONTACT not in {one.clock for one in desk.due()}
    desk.clock.advance(days=1)
    assert [one.at for one in desk.due() if one.clock is Clock.VERIFY_CONTACT] == [MONDAY + 90 * DAY]
    desk.referrals.run_due()
    assert Clock.VERIFY_CONTACT in {one.clock for one in desk.due()}, "it is for staff to do"
    desk.referrals.set_contacts(referral.id, [contact(desk, "old")], actor=STAFF)
    assert Clock.VERIFY_CONTACT not in {one.clock for one in desk.due()}
    desk.dispatch_once()
    desk.box.clear()
    desk.record_event(referral.id, "hold", actor=agency, hold_reason="awaiting_patron")
    assert recipients(desk) == ["old@patron.org"]


def test_a_verification_that_nothing_depends_on_is_not_due(desk):
    with_nothing_to_come = [
        refer(desk, follow_up_allowed=False, contacts=[contact(desk, "a")]),
        refer(desk, contacts=[contact(desk, "b", safe="no")]),
        refer(desk),
        accepted(desk, contacts=[contact(desk, "c")]),
        accepted(desk, contacts=[contact(desk, "d")]),
    ]
    desk.record_event(with_nothing_to_come[3].id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.referrals.set_contacts(with_nothing_to_come[4].id, [], actor=PATRON)
    asked = refer(desk, contacts=[contact(desk, "e", verified_at=MONDAY - 80 * DAY)])
    desk.clock.advance(days=20)
    verify = [one.referral.id for one in desk.due() if one.clock is Clock.VERIFY_CONTACT]
    assert verify == [asked.id]
    desk.referrals.revoke_consent(asked.id, actor=PATRON)
    assert not [one for one in desk.due() if one.clock is Clock.VERIFY_CONTACT]


def test_contacts_of_an_expired_referral_can_change_before_the_follow_up(desk):
    referral = send_referral(desk, follow_up_allowed=True)
    desk.clock.advance(days=19)
    desk.referrals.run_due()
    assert desk.referrals.get(referral.id).status == "expired"
    desk.clock.advance(days=11)
    desk.referrals.set_contacts(referral.id, [contact(desk, "new")], actor=STAFF)
    assert desk.referrals.run_due().asked == 1
    assert recipients(desk) == ["new@patron.org"]


def test_new_contacts_are_stored_only_while_the_referral_is_open(desk):
    referral = send_referral(desk, contacts=[contact(desk, "old")])
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.referrals.set_contacts(referral.id, [], actor=PATRON)
    assert "closed" in refused(
        lambda: desk.referrals.set_contacts(referral.id, [contact(desk, "new")], actor=STAFF)
    )
    assert not rows(desk, record_kinds.PRIVATE)
    alone = refer(desk, contacts=[contact(desk, "old")])
    desk.referrals.set_contacts(alone.id, [], actor=PATRON)
    assert not rows(desk, record_kinds.PRIVATE)
    desk.referrals.set_contacts(alone.id, [contact(desk, "new")], actor=PATRON)
    assert desk.privacy.read_private(alone.id, actor=STAFF).contacts == (contact(desk, "new"),)


def test_wrong_contacts_change_nothing(desk):
    referral = send_referral(desk, contacts=[contact(desk, "old")])
    for wrong in (["old@patron.org"], [contact(desk, "new", verified_at=MONDAY + DAY)]):
        assert (
            "old@"
            not in refused(
                lambda wrong=wrong: desk.referrals.set_contacts(referral.id, wrong, actor=STAFF)
            ).splitlines()[-1]
        )
    assert desk.privacy.read_private(referral.id, actor=STAFF).contacts == (contact(desk, "old"),)


def test_under_a_legal_hold_removed_contacts_are_stored_as_not_safe(desk):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    for _ in range(2):
        desk.referrals.set_contacts(referral.id, [], actor=PATRON)
    assert desk.privacy.read_private(referral.id, actor=STAFF).contacts == (contact(desk, "old", safe="no"),)
    assert recipients(desk) == []


def test_under_a_legal_hold_new_contacts_do_not_revive_revoked_data(desk):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.referrals.set_contacts(referral.id, [], actor=PATRON)
    desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.clock.advance(minutes=1)
    desk.purge()
    assert not rows(desk, record_kinds.PRIVATE)


def test_contacts_changed_after_revocation_lose_no_data_under_a_legal_hold(desk):
    referral = accepted(desk, contacts=[contact(desk, "old")])
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    before = desk.privacy.read_private(referral.id, actor=STAFF)
    desk.referrals.set_contacts(referral.id, [], actor=PATRON)
    after = desk.privacy.read_private(referral.id, actor=STAFF)
    assert (after.shared_fields, [one.address for one in after.contacts]) == (
        before.shared_fields,
        [one.address for one in before.contacts],
    )
    assert after.shared_fields
    assert "taken back" in refused(
        lambda: desk.referrals.set_contacts(referral.id, [contact(desk, "new")], actor=PATRON)
    )


def test_later_shared_fields_do_not_overwrite_those_under_a_legal_hold(desk):
    draft = desk.refer(
        best_match(),
        actor=STAFF,
        type="direct",
        shared_fields={"first_name": "Quill"},
        contacts=[contact(desk, "old")],
    )
    desk.privacy.set_legal_hold(draft.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(draft.id, actor=PATRON)
    with pytest.raises(IllegalTransitionError):
        desk.referrals.set_shared_fields(draft.id, {"first_name": "Other"}, actor=PATRON)
    assert desk.privacy.read_private(draft.id, actor=STAFF).shared_fields["first_name"].reveal() == "Quill"


# Asked how it went


def test_a_patron_who_ends_follow_up_is_listed_nowhere(desk):
    referral = refer(desk)
    desk.clock.advance(days=15)
    assert [one.clock for one in desk.due()] == [Clock.FOLLOW_UP]
    asked_no_more = desk.referrals.allow_follow_up(referral.id, allowed=False, actor=PATRON)
    assert desk.due() == ()
    assert (asked_no_more.follow_up_allowed, asked_no_more.follow_up_due_at) == (False, None)
    assert (last_entry(desk).action, last_entry(desk).referral_id) == ("no_follow_up", referral.id)
    again = desk.referrals.allow_follow_up(referral.id, allowed=True, actor=STAFF)
    assert again == desk.referrals.get(referral.id) == referral
    assert last_entry(desk).action == "allow_follow_up"
    assert desk.audit.verify().ok


def test_ending_follow_up_withdraws_the_waiting_question_only(desk):
    hours = {"safe_from": time(18), "safe_until": time(20)}
    referral = send_referral(desk, follow_up_allowed=True, contacts=[contact(desk, "a", **hours)])
    desk.clock.advance(days=14)
    desk.referrals.run_due()
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    desk.referrals.allow_follow_up(referral.id, allowed=False, actor=PATRON)
    desk.clock.advance(hours=7)
    desk.box.clear()
    assert recipients(desk) == ["a@patron.org"]


def test_a_patron_who_revokes_everything_is_asked_nothing(desk):
    referral = refer(desk, contacts=[contact(desk, "a")])
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.clock.advance(days=15)
    assert desk.due() == ()


def test_a_patron_without_contacts_has_none_to_confirm(desk):
    referral = refer(desk, shared_fields={}, contacts=[contact(desk, "a")], patron="")
    desk.referrals.set_contacts(referral.id, [], actor=STAFF)
    desk.clock.advance(days=91)
    assert Clock.VERIFY_CONTACT not in {one.clock for one in desk.due()}


def test_follow_up_of_a_draft_is_decided_when_it_is_sent(desk):
    draft = desk.refer(best_match(), actor=STAFF, type="direct")
    with pytest.raises(IllegalTransitionError):
        desk.referrals.allow_follow_up(draft.id, allowed=True, actor=STAFF)
    referral = refer(desk)
    refused(lambda: desk.referrals.allow_follow_up(referral.id, allowed="no", actor=STAFF))


# What an agency is told


def test_shared_fields_can_be_completed_before_sending(desk):
    take_referrals(desk, best_match(), required_fields=["first_name", "size"])
    draft = desk.refer(
        best_match(), actor=STAFF, type="direct", shared_fields={"first_name": "Quil", "phone": "555-0100"}
    )
    desk.referrals.consent(draft.id, consent_terms(fields=["first_name", "size"]), actor=STAFF)
    desk.referrals.set_shared_fields(
        draft.id, {"first_name": "Quill", "size": cc.Secret("3"), "phone": None}, actor=PATRON
    )
    entry = last_entry(desk)
    assert (entry.action, entry.fields) == ("tell", ("first_name", "phone", "size"))
    assert "Quill" not in repr(list(desk.audit.entries()))
    sent = desk.record_event(draft.id, "send", actor=STAFF)
    shown = desk.privacy.read_private(sent.id, actor=STAFF).shared_fields
    assert {name: text.reveal() for name, text in shown.items()} == {"first_name": "Quill", "size": "3"}
    with pytest.raises(IllegalTransitionError):
        desk.referrals.set_shared_fields(sent.id, {"first_name": "Rowan"}, actor=STAFF)


@pytest.mark.parametrize("wrong", ["Quill", {"first_name": 5}, {5: "Quill"}])
def test_shared_fields_are_text(desk, wrong):
    draft = desk.refer(best_match(), actor=STAFF, type="direct")
    refused(lambda: desk.referrals.set_shared_fields(draft.id, wrong, actor=STAFF))
    assert not desk.privacy.read_private(draft.id, actor=STAFF).shared_fields


def test_under_a_legal_hold_shared_fields_are_added_and_none_removed(desk):
    draft = desk.refer(best_match(), actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.privacy.set_legal_hold(draft.id, actor=STAFF, reason="case-1")
    for lost in ("Rowan", None):
        with pytest.raises(IllegalTransitionError, match="no_legal_hold"):
            desk.referrals.set_shared_fields(draft.id, {"first_name": lost}, actor=STAFF)
    desk.referrals.set_shared_fields(draft.id, {"size": "3"}, actor=STAFF)
    assert set(desk.privacy.read_private(draft.id, actor=STAFF).shared_fields) == {"first_name", "size"}


@pytest.mark.parametrize("role", ["agency", "system", "adapter"])
def test_only_patron_and_staff_may_change_contacts(desk, role):
    draft = desk.refer(best_match(), actor=STAFF, type="direct")
    actor = cc.Actor(role, draft.organization_id)
    for say in (
        lambda: desk.referrals.set_shared_fields(draft.id, {}, actor=actor),
        lambda: desk.referrals.set_contacts(draft.id, [], actor=actor),
        lambda: desk.referrals.allow_follow_up(draft.id, allowed=False, actor=actor),
    ):
        with pytest.raises(PermissionDeniedError):
            say()


def test_an_asynchronous_desk_changes_contacts_too(desk):
    async def go():
        asynchronous = cc.AsyncConnector(desk)
        draft = await asynchronous.refer(best_match(), actor=STAFF, type="direct")
        referrals = desk.referrals
        fields = {"first_name": "Quill"}
        await asynchronous.run(referrals.set_shared_fields, draft.id, fields, actor=STAFF)
        await asynchronous.run(referrals.set_contacts, draft.id, [contact(desk, "a")], actor=STAFF)
        other = await asynchronous.refer(best_match(), actor=STAFF)
        return draft, await asynchronous.run(referrals.allow_follow_up, other.id, allowed=True, actor=STAFF)

    draft, other = asyncio.run(go())
    own = desk.privacy.read_private(draft.id, actor=STAFF)
    assert (set(own.shared_fields), len(own.contacts), other.follow_up_allowed) == ({"first_name"}, 1, True)
