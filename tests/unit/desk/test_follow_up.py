"""After an outcome: patrons are asked whether it helped, disputes reach staff, and legal holds list what they keep."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

import communityconnector as cc
from builders import (
    MONDAY,
    PATRON,
    STAFF,
    agency_of,
    best_match,
    contact_preference,
    letterhead,
    make_desk,
    send_referral,
)
from communityconnector.desk import Ending, WebhookSender
from communityconnector.desk.store import record_kinds
from communityconnector.errors import IllegalTransitionError, InvalidReferralError, PermissionDeniedError
from communityconnector.referrals import Clock
from communityconnector.webhooks import sign, timestamp
from private_records import PAST_RETENTION, PATRON_TOKEN, ended_referral, make_private_desk, private_referral

FEW = cc.Policy(small_cell=3)
NO = cc.FollowUp(reached=True, helped="no", problem="no_funds")


@pytest.fixture
def desk():
    with make_desk(policy=FEW) as opened_one:
        yield opened_one


def done(desk, event="complete", **asked):
    """A referral of which the agency says how it came out."""
    outcome = "service_received" if event == "complete" else "no_capacity"
    referral = send_referral(
        desk, **{"follow_up_allowed": True, "contacts": [contact_preference(desk)], **asked}
    )
    return desk.record_event(referral.id, event, actor=agency_of(referral), outcome=outcome)


def to_ask(desk):
    return [one.referral.id for one in desk.due() if one.clock is Clock.FOLLOW_UP]


def to_staff(desk):
    desk.box.clear()
    desk.dispatch_once()
    return [body.rpartition(": ")[2] for to, body in desk.box.texts if to == "staff@example.org"]


# Did it help?


@pytest.mark.parametrize("event", ["complete", "fail"])
def test_the_patron_is_asked_whether_it_helped_once_the_agency_reports_an_outcome(desk, event):
    referral = done(desk, event)
    desk.dispatch_once()
    desk.box.clear()
    desk.clock.advance(days=13)
    assert desk.referrals.run_due().asked == 0
    desk.clock.advance(days=1)
    assert desk.referrals.run_due().asked == 1
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts] == ["patron@example.org"]
    page = desk.links.open(desk.box.token())
    assert page.asks
    desk.links.answer_follow_up(desk.box.token(), cc.FollowUp(reached=True, helped="yes"))
    assert desk.referrals.get(referral.id).outcome_source == "agency"
    desk.clock.advance(days=200)
    assert to_ask(desk) == []


def test_the_patron_is_asked_after_the_outcome_however_late_it_comes(desk):
    referral = send_referral(desk, follow_up_allowed=True, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.clock.advance(days=50)
    desk.referrals.run_due()
    desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="enrolled")
    desk.clock.advance(days=14)
    assert desk.referrals.run_due().asked == 1


def test_no_patron_is_asked_once_private_data_is_deleted(desk):
    done(desk)
    desk.clock.advance(days=14)
    desk.referrals.run_due()
    desk.clock.advance(days=100)
    assert to_ask(desk) == []


@pytest.mark.parametrize(
    ("event", "fields"), [("reject", {"outcome": "no_funds"}), ("cancel", {"outcome": "patron_declined"})]
)
def test_no_patron_is_asked_about_a_rejected_or_revoked_referral(desk, event, fields):
    referral = send_referral(desk, follow_up_allowed=True, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, event, actor=agency_of(referral), **fields)
    desk.clock.advance(days=100)
    assert to_ask(desk) == []


def test_a_patron_is_asked_only_with_agreement_and_only_once(desk):
    done(desk, follow_up_allowed=False)
    referral = send_referral(desk, follow_up_allowed=True)
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=PATRON)
    desk.clock.advance(days=100)
    assert to_ask(desk) == []


@pytest.mark.parametrize("helped", ["yes", "no"])
def test_a_patron_who_answered_early_is_not_asked(desk, helped):
    referral = done(desk)
    desk.clock.advance(days=3)
    desk.follow_up(referral.id, cc.FollowUp(reached=True, helped=helped), actor=STAFF)
    desk.clock.advance(days=30)
    assert to_ask(desk) == []
    assert desk.referrals.run_due().asked == 0


# The patron says otherwise


@pytest.mark.parametrize(
    ("answer", "unmet"),
    [
        (NO, ["no_funds"]),
        (cc.FollowUp(reached=True, helped="no"), ["unknown"]),
        (cc.FollowUp(reached=False, helped="no"), ["unknown"]),
        (cc.FollowUp(reached=False, helped="yes"), []),
    ],
)
def test_a_disputed_outcome_alerts_staff_and_records_an_unmet_need(desk, answer, unmet):
    referral = done(desk)
    desk.dispatch_once()
    desk.clock.advance(days=14)
    desk.follow_up(referral.id, answer, actor=PATRON)
    assert to_staff(desk) == ["patron says otherwise."]
    assert [one.reason for one in desk.referrals.unmet_needs()] == unmet
    assert [one.clock for one in desk.due()] == [Clock.DISPUTED]
    desk.referrals.run_due()
    assert [one.clock for one in desk.due()] == [Clock.DISPUTED], "it takes somebody"
    desk.follow_up(referral.id, answer, actor=PATRON)
    assert to_staff(desk) == [], "they are told once"
    assert len(list(desk.referrals.unmet_needs())) == len(unmet)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("attempt_contact", {}),
        ("amend_outcome", {"outcome": "service_received_partly", "outcome_source": "patron"}),
    ],
)
def test_a_disputed_outcome_stays_due_until_staff_review_it(desk, event, fields):
    referral = done(desk)
    desk.clock.advance(days=14)
    desk.follow_up(referral.id, NO, actor=PATRON)
    desk.clock.advance(hours=1)
    desk.record_event(referral.id, event, actor=STAFF, **fields)
    assert desk.due() == ()


def test_without_a_staff_notifier_a_disputed_outcome_is_listed_as_due():
    silent = letterhead(staff_notifier="", staff_address=cc.Secret(""))
    with make_desk(letterhead=silent) as desk:
        referral = done(desk)
        desk.follow_up(referral.id, NO, actor=PATRON)
        assert [one.clock for one in desk.due()] == [Clock.DISPUTED]


def test_a_changed_answer_ends_the_dispute(desk):
    referral = done(desk)
    desk.follow_up(referral.id, NO, actor=PATRON)
    desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=PATRON)
    assert desk.due() == ()


def test_a_patron_who_was_not_helped_does_not_dispute_a_failure(desk):
    referral = done(desk, "fail")
    desk.dispatch_once()
    desk.follow_up(referral.id, NO, actor=PATRON)
    assert to_staff(desk) == []
    assert len(list(desk.referrals.unmet_needs())) == 1, "that of the agency"


# Nobody reached


def test_a_failed_attempt_to_reach_a_patron_can_be_recorded(desk):
    given = desk.refer(best_match(), actor=STAFF, follow_up_allowed=True)
    sent = done(desk, contacts=[])
    desk.clock.advance(days=14)
    assert set(to_ask(desk)) == {given.id, sent.id}
    for one in (given, sent):
        tried = desk.record_event(one.id, "attempt_contact", actor=STAFF)
        assert (tried.status, tried.contact_attempts) == (one.status, 1)
        assert tried.closed_at == one.closed_at
    assert to_ask(desk) == []


def test_a_patron_who_refused_follow_up_is_not_called(desk):
    given = desk.refer(best_match(), actor=STAFF)
    with pytest.raises(IllegalTransitionError, match="follow_up_allowed"):
        desk.record_event(given.id, "attempt_contact", actor=STAFF)
    asked = done(desk)
    with pytest.raises(IllegalTransitionError):
        desk.record_event(asked.id, "attempt_contact", actor=agency_of(asked))


# How it counts


def test_disputed_and_late_outcomes_do_not_count_as_closed_loops(desk):
    referrals = [done(desk) for _ in range(12)]
    for referral in referrals[:3]:
        desk.follow_up(referral.id, NO, actor=PATRON)
    late = [send_referral(desk, follow_up_allowed=True) for _ in range(4)]
    for referral in late:
        desk.record_event(referral.id, "accept", actor=agency_of(referral))
    for _ in range(5):
        desk.refer(best_match(), actor=STAFF)
    desk.clock.advance(days=60, seconds=1)
    desk.referrals.run_due()
    for referral in late:
        desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="enrolled")
    expected = {
        ("loop_closed",): 9,
        ("disputed",): 3,
        ("late",): 4,
        ("expired",): 5,
    }
    statistics = desk.statistics.referrals()
    assert dict(statistics.table.cells) == expected
    assert statistics.loop_closed() == 9 / 21
    assert statistics.expired() == 5 / 21
    desk.clock.advance(days=181)
    assert desk.purge().counted == 21
    assert dict(desk.statistics.referrals().table.cells) == expected


def test_an_answer_on_the_last_day_of_the_window_is_in_time(desk):
    for _ in range(3):
        referral = send_referral(desk)
        desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.clock.advance(days=60)
    for one in desk.referrals.inbox(referral.organization_id):
        desk.record_event(one.id, "complete", actor=agency_of(one), outcome="enrolled")
    assert dict(desk.statistics.referrals().table.cells) == {(Ending.LOOP_CLOSED,): 3}


# Another system's words


KEY = cc.Secret("whsec_" + base64.b64encode(b"k" * 24).decode())
SENDERS = [WebhookSender(best_match().organization.id, [KEY])]


def reported(desk, referral, word):
    """Have another system say something that nobody understands."""
    text = json.dumps({"referral_id": referral.id, "system": "findhelp", "status": word}).encode()
    headers = {
        "webhook-id": "m-1",
        "webhook-timestamp": timestamp(desk.clock.now),
        "webhook-signature": sign([KEY], "m-1", desk.clock.now, text),
    }
    assert desk.webhooks.receive(headers, text).result == "accepted"


WORDS = "spoke to Quillwort Smith"


@pytest.mark.parametrize("with_private", [True, False])
@pytest.mark.parametrize("goes", ["erase", "revoke", "purge"])
def test_another_systems_wording_is_deleted_with_private_data(goes, with_private):
    with make_private_desk(webhook_senders=SENDERS) as desk:
        referral = (
            private_referral(desk)
            if with_private
            else send_referral(desk, shared_fields={"first_name": "Q"}, patron=PATRON_TOKEN)
        )
        reported(desk, referral, WORDS)
        assert [one.word for one in desk.webhooks.to_review()] == [WORDS]
        if goes == "erase":
            desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
        elif goes == "revoke":
            desk.referrals.revoke_consent(referral.id, actor=PATRON)
        else:
            desk.clock.now = MONDAY + timedelta(days=120)
            desk.purge()
        assert desk.webhooks.to_review() == ()
        assert "Quillwort" not in str([one.document for one in desk.storage.scan(record_kinds.REFERRAL)])


def test_another_systems_wording_is_deleted_even_without_other_private_data():
    with make_private_desk(webhook_senders=SENDERS) as desk:
        desk.referrals.set_intake(cc.Intake(id=best_match().organization.id), actor=STAFF)
        terms = cc.ConsentTerms(fields=[], purpose="food", method="verbal")
        referral = send_referral(desk, shared_fields={}, consent=terms)
        reported(desk, referral, WORDS)
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
        desk.clock.advance(days=29)
        desk.purge()
        assert len(desk.webhooks.to_review()) == 1
        desk.clock.advance(days=1)
        desk.purge()
        assert desk.webhooks.to_review() == ()
        assert "Quillwort" not in str([one.document for one in desk.storage.scan(record_kinds.REFERRAL)])


def test_a_stop_deletes_contacts_and_leaves_another_systems_wording():
    """The contacts are all that is the patron's own, and the words stay until their time comes."""
    with make_private_desk(webhook_senders=SENDERS) as desk:
        desk.referrals.set_intake(cc.Intake(id=best_match().organization.id), actor=STAFF)
        terms = cc.ConsentTerms(fields=[], purpose="food", method="verbal")
        referral = send_referral(desk, shared_fields={}, consent=terms, contacts=[contact_preference(desk)])
        reported(desk, referral, WORDS)
        desk.referrals.set_contacts(referral.id, [], actor=PATRON)
        assert desk.privacy.read_private(referral.id, actor=STAFF).is_empty
        assert [one.word for one in desk.webhooks.to_review()] == [WORDS]
        desk.clock.now = MONDAY + timedelta(days=120)
        desk.purge()
        assert desk.webhooks.to_review() == ()


# What a court asks for


def test_a_legal_hold_report_lists_records_without_their_contents():
    with make_private_desk() as desk:
        referral, other = ended_referral(desk), ended_referral(desk, 2)
        desk.dispatch_once()
        desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
        (one,) = desk.privacy.release_report(actor=STAFF)
        assert one.referral_id == referral.id
        assert [hold.reason for hold in one.holds] == ["case-1"]
        assert set(one.kept) >= {
            record_kinds.REFERRAL,
            record_kinds.EVENT,
            record_kinds.PRIVATE,
            record_kinds.CONSENT,
            record_kinds.DISCLOSURE,
            record_kinds.OUTBOX,
            record_kinds.REQUEST,
            record_kinds.AUDIT,
        }
        assert len(one.kept[record_kinds.EVENT]) == referral.version
        assert "zq7" not in str(one)
        assert other.id not in str(one)
        assert [entry.action for entry in desk.audit.of(referral.id)][-1] == "release_report"
        assert desk.privacy.release_report(other.id, actor=STAFF) == ()
        desk.privacy.set_legal_hold(None, actor=STAFF, reason="order-9")
        report = desk.privacy.release_report(actor=STAFF)
        assert {one.referral_id for one in report} == {referral.id, other.id}
        assert [hold.reason for hold in desk.privacy.release_report(other.id, actor=STAFF)[0].holds] == [
            "order-9"
        ]


def test_a_legal_hold_report_lists_held_referrals_only_and_is_logged():
    with make_private_desk() as desk:
        ended_referral(desk)
        assert desk.privacy.release_report(actor=STAFF) == ()
        assert list(desk.audit.entries())[-1].action == "release_report"
        with pytest.raises(PermissionDeniedError):
            desk.privacy.release_report(actor=PATRON)


def test_a_legal_hold_report_lists_consents_and_disclosures_of_purged_referrals():
    with make_private_desk() as desk:
        referral = ended_referral(desk)
        desk.clock.advance(days=181)
        desk.purge()
        desk.privacy.set_legal_hold(None, actor=STAFF, reason="order-9")
        desk.clock.now = MONDAY + PAST_RETENTION
        desk.purge()
        (one,) = desk.privacy.release_report(referral.id, actor=STAFF)
        assert set(one.kept) == {record_kinds.CONSENT, record_kinds.DISCLOSURE, record_kinds.AUDIT}


def test_releasing_one_referral_does_not_end_a_hold_on_everything():
    with make_private_desk() as desk:
        desk.privacy.set_legal_hold(None, actor=STAFF, reason="order-9")
        for call in (desk.privacy.set_legal_hold, desk.privacy.release_legal_hold):
            with pytest.raises(InvalidReferralError, match="None"):
                call("*", actor=STAFF, reason="order-9")
        assert len(desk.privacy.legal_holds()) == 1
        desk.privacy.release_legal_hold(None, actor=STAFF, reason="order-9")
        assert desk.privacy.legal_holds() == ()
