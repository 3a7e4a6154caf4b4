"""Due work: reminders, alerts, follow-up and expiry; unmet needs; and a log that loses nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import attrs
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
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.audit_log import Audit, Fact, Head
from communityconnector.errors import InvalidReferralError, PermissionDeniedError
from communityconnector.referrals import (
    MEANINGS,
    Basis,
    Clock,
    CodeClass,
    Outcome,
    ReferralStatus,
    UnmetReason,
    UnmetRecord,
    reason_for,
)
from communityconnector.referrals.unmet import UNMET_BY
from communityconnector.storage import Delete, Put


def bodies(desk):
    return [body for _, body in desk.box.texts]


# What is due


def test_an_unanswered_referral_is_reminded_then_staff_alerted_then_it_expires(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    did = {}
    for day in range(1, 22):
        desk.clock.advance(days=1)
        done = desk.referrals.run_due()
        did |= (
            {day: {name: n for name, n in attrs.asdict(done).items() if n}}
            if any(attrs.astuple(done))
            else {}
        )
    # Business days after a Monday: 2, 4, 5 and 14.
    assert did == {2: {"reminded": 1}, 4: {"reminded": 1}, 7: {"alerted": 1}, 18: {"expired": 1}}
    expired = desk.referrals.get(referral.id)
    assert (expired.status, expired.outcome, expired.is_loop_closed) == (
        "expired",
        "agency_no_response",
        False,
    )
    desk.dispatch_once()
    assert sorted({body.partition(" ")[0] for body in bodies(desk)}) == ["A", "Referral"]
    assert any("was withdrawn" in body for body in bodies(desk))


def test_missed_steps_are_done_once(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    desk.clock.advance(days=8)
    assert desk.referrals.run_due().reminded == 1
    assert desk.referrals.run_due().reminded == 0
    assert desk.due() == ()
    desk.dispatch_once()
    (reminder,) = [body for body in bodies(desk) if "Please answer" in body]
    assert reminder.startswith(f"Please answer referral {referral.id}: https://ref.example.org/r/")


def test_an_agency_that_answered_is_not_reminded(desk):
    referral = send_referral(desk)
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.clock.advance(days=8)
    assert attrs.astuple(desk.referrals.run_due()) == (0, 0, 0, 0, 0)


def test_a_waiting_message_is_not_sent_once_the_referral_is_closed(desk):
    referral = send_referral(desk)
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.dispatch_once()
    assert [body for body in bodies(desk) if "new referral" in body] == []


def test_given_details_expire_without_an_answer(desk):
    referral = desk.refer(best_match(), actor=STAFF)
    desk.clock.advance(days=60)
    assert desk.referrals.run_due().expired == 1
    assert desk.referrals.get(referral.id).outcome == "unknown"


def test_only_a_patron_who_agreed_is_asked_how_it_went(desk):
    asked = send_referral(desk, follow_up_allowed=True, contacts=[contact_preference(desk)])
    send_referral(desk, contacts=[contact_preference(desk)])
    silent = send_referral(desk, follow_up_allowed=True)
    for referral in (asked, silent):
        desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    desk.box.clear()
    desk.clock.advance(days=14)
    assert desk.referrals.run_due().asked == 1
    desk.dispatch_once()
    assert [to for to, body in desk.box.texts if "message" in body and to != "staff@example.org"] == [
        "patron@example.org"
    ]
    assert [(one.clock, one.referral.id) for one in desk.due()] == [(Clock.FOLLOW_UP, silent.id)]
    desk.record_event(silent.id, "attempt_contact", actor=STAFF)
    assert desk.due() == ()
    desk.clock.advance(days=16)
    assert [one.referral.id for one in desk.due() if one.clock is Clock.FOLLOW_UP] == sorted(
        [asked.id, silent.id]
    )


def test_a_referral_on_hold_stays_due_until_reviewed(desk):
    referral = send_referral(desk)
    desk.record_event(referral.id, "hold", actor=agency_of(referral), hold_reason="waitlisted")
    desk.clock.advance(days=31)
    assert [one.clock for one in desk.due()] == [Clock.REVIEW_HOLD]
    desk.referrals.run_due()
    assert [one.clock for one in desk.due()] == [Clock.REVIEW_HOLD]
    desk.record_event(referral.id, "start", actor=agency_of(referral))
    assert desk.due() == ()


def test_due_work_can_be_listed_for_another_moment(desk):
    send_referral(desk)
    assert desk.due() == ()
    assert [one.clock for one in desk.due(MONDAY + timedelta(days=3))] == [Clock.REMIND_AGENCY]


def test_without_a_staff_notifier_due_work_is_only_listed():
    with make_desk(letterhead=letterhead(staff_notifier="", staff_address=cc.Secret(""))) as desk:
        referral = send_referral(desk)
        desk.clock.advance(days=8)
        assert desk.referrals.run_due().alerted == 1
        desk.record_event(referral.id, "reject", actor=agency_of(referral), outcome="no_funds")
        desk.dispatch_once()
        assert not [to for to, _ in desk.box.texts if to == "staff@example.org"]


# How it went


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"reached": True, "helped": "yes"}, "service_received"),
        ({"reached": True, "helped": "partly", "waited_days": 3}, "service_received_partly"),
        ({"reached": True, "helped": "no", "problem": "no_funds"}, "no_funds"),
        ({"reached": True, "helped": "no"}, "unknown"),
        ({"reached": False, "helped": "no"}, "agency_unreachable"),
    ],
)
def test_a_patrons_answer_closes_given_details(desk, answer, outcome):
    referral = desk.refer(best_match(), actor=STAFF)
    closed = desk.follow_up(referral.id, cc.FollowUp(**answer), actor=STAFF)
    assert (closed.outcome, closed.outcome_source, closed.is_loop_closed) == (outcome, "patron", True)
    (kept,) = desk.referrals.follow_up_answers(referral.id)
    assert kept.waited_days == answer.get("waited_days")


@pytest.mark.parametrize(
    ("agency", "helped", "status"),
    [
        ((), "yes", "completed"),
        ((), "no", "requested"),
        (("accept",), "partly", "completed"),
        (("accept",), "no", "failed"),
        (("accept", "start"), "no", "failed"),
    ],
)
def test_a_patrons_answer_closes_an_accepted_referral(desk, agency, helped, status):
    referral = send_referral(desk)
    for event in agency:
        desk.record_event(referral.id, event, actor=agency_of(referral))
    after = desk.follow_up(referral.id, cc.FollowUp(reached=True, helped=helped), actor=PATRON)
    assert after.status == status
    assert after.is_closed == (after.outcome_source == "patron")
    # FHIR leaves it to the agency to say that its task is done.
    assert after.task_status in ("requested", "accepted", "in_progress")


def test_a_closed_referral_keeps_its_outcome_beside_the_patrons_answer(desk):
    referral = send_referral(desk)
    desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="enrolled")
    after = desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="no"), actor=PATRON)
    assert (after.status, after.outcome) == ("completed", "enrolled")
    assert len(desk.referrals.follow_up_answers(referral.id)) == 1


def test_only_staff_may_answer_for_a_patron(desk):
    referral = send_referral(desk)
    with pytest.raises(PermissionDeniedError):
        desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=agency_of(referral))


@pytest.mark.parametrize(
    "fields", [{"waited_days": -1}, {"problem": "enrolled"}, {"helped": "perhaps"}, {"problem": "x"}]
)
def test_a_contradictory_answer_is_refused(fields):
    with pytest.raises(InvalidReferralError):
        cc.FollowUp(**{"reached": True, "helped": "no", **fields})


# Needs that stayed unmet


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_due_to_agency_or_access_is_an_unmet_need(desk, outcome):
    meaning = MEANINGS[outcome]
    counted = meaning.side in (CodeClass.AGENCY, CodeClass.ACCESS) and outcome is not Outcome.REFERRED_ONWARD
    assert (outcome in UNMET_BY) == counted
    if meaning.side is CodeClass.SUCCESS:
        return
    referral = desk.refer(best_match(), actor=STAFF, area="286", language="es")
    desk.record_event(referral.id, "close_given", actor=STAFF, outcome=outcome, outcome_source="patron") if (
        outcome is not Outcome.CONSENT_REVOKED
    ) else None
    kept = list(desk.referrals.unmet_needs())
    assert kept == (
        [
            UnmetRecord(
                concepts=["food-pantry"], reason=UNMET_BY[outcome], month="2026-03", area="286", language="es"
            )
        ]
        if counted
        else []
    )


def test_an_unmet_need_identifies_no_one(desk):
    referral = send_referral(desk, patron="token-5f3a9c", basis="perceived")
    desk.record_event(referral.id, "reject", actor=agency_of(referral), outcome="no_capacity")
    desk.clock.advance(days=31)
    desk.referrals.run_due()
    (record,) = desk.storage.scan(record_kinds.UNMET_NEED)
    text = json.dumps([record.id, dict(record.document), dict(record.keys)])
    for private in (referral.id, "token-5f3a9c", referral.organization_id, referral.service_id, "2026-03-02"):
        assert private not in text
    assert record.document["basis"] == Basis.PERCEIVED


def test_an_empty_result_is_an_unmet_need_and_any_other_is_not(desk):
    nothing = desk.match(cc.Need("dentist", near="28640"))
    record = desk.referrals.record_unmet_need(nothing, area="286", channel="desk")
    assert (record.concepts, record.reason, record.basis) == (
        ("dental-care",),
        "no_such_service",
        "presented",
    )
    assert desk.referrals.record_unmet_need(desk.match("food pantry")) is None
    seen = desk.referrals.record_unmet_need(
        concepts=("food-pantry",), reason="no_transport", basis="perceived"
    )
    assert {one.basis for one in desk.referrals.unmet_needs()} == {"presented", "perceived"}
    assert seen.reason is UnmetReason.NO_TRANSPORT


@pytest.mark.parametrize(
    ("ruled_out", "reason"),
    [
        ({}, "no_such_service"),
        ({"distance": 0}, "no_such_service"),
        ({"distance": 4, "open_at": 2}, "none_in_area"),
        ({"open_at": 5, "age": 1}, "none_open_when_needed"),
        ({"age": 3}, "not_eligible_anywhere"),
        ({"language": 3, "cost": 1}, "no_language_or_access"),
        ({"cost": 3}, "cost"),
        ({"capacity": 1}, "all_at_capacity"),
    ],
)
def test_an_empty_result_is_recorded_with_its_reason(ruled_out, reason):
    assert reason_for(ruled_out) == reason


# The log


def test_every_event_is_in_the_log_in_order(desk):
    for _ in range(3):
        referral = send_referral(desk)
        desk.record_event(referral.id, "accept", actor=agency_of(referral))
    found_ones = desk.audit.verify()
    assert found_ones.ok
    entries = list(desk.audit.entries())
    assert [entry.number for entry in entries] == list(range(1, found_ones.entries + 1))
    assert [entry.action for entry in desk.audit.of(referral.id)] == ["create", "consent", "send", "accept"]
    assert desk.audit.head() == found_ones.head


def long_log(length=40):
    storage = MemoryStorage()
    audit = Audit(storage)
    facts = [Fact(actor=STAFF, action=f"do-{n}", referral_id=f"r-{n}") for n in range(length)]
    writes, head = audit.chained(facts, audit.head(), MONDAY)
    storage.commit(writes)
    return storage, audit, head


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 9, 40, 100])
def test_the_logs_head_is_read_without_reading_the_log(length):
    _, audit, head = long_log(length)
    assert audit.head() == head
    assert audit.head(Head(0, "0" * 64)) == head


def changed(storage, number, **said):
    (record,) = storage.get(record_kinds.AUDIT, [f"{number:013d}"]).values()
    storage.commit([Put(record_kinds.AUDIT, record.id, {**record.document, **said}, record.version)])


def removed(storage, *numbers):
    for number in numbers:
        (record,) = storage.get(record_kinds.AUDIT, [f"{number:013d}"]).values()
        storage.commit([Delete(record_kinds.AUDIT, record.id, record.version)])


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda s: changed(s, 7, action="nothing"), "entry 7 has been changed"),
        (lambda s: changed(s, 7, fields=["first_name"]), "entry 7 has been changed"),
        (lambda s: changed(s, 7, hash="0" * 64), "entry 7 has been changed"),
        (lambda s: removed(s, 7, 8), "entries 7 to 8 are missing"),
        (lambda s: removed(s, 1), "entries 1 to 1 are missing"),
        (lambda s: changed(s, 7, previous="0" * 64), "entry 7 does not follow"),
        (lambda s: changed(s, 7, signed="of a newer version"), "entry 7 cannot be read"),
        (lambda s: changed(s, 7, fields="first_name"), "entry 7 cannot be read"),
    ],
)
def test_a_tampered_log_fails_verification(tamper, says):
    storage, audit, _ = long_log()
    assert audit.verify().ok
    tamper(storage)
    found_ones = audit.verify()
    assert not found_ones.ok
    assert says in " ".join(found_ones.broken)


def test_an_unreadable_entry_is_one_fault_and_the_rest_is_verified(desk):
    storage, audit, head = long_log()
    changed(storage, 7, signed="of a newer version")
    assert audit.verify().broken == (
        "entry 7 cannot be read: a newer version wrote it, or it has been changed",
    )
    changed(storage, 9, action="nothing")
    assert len(audit.verify(head).broken) == 2
    referral = desk.refer(best_match(), actor=STAFF)
    (event,) = desk.storage.get(record_kinds.EVENT, [f"{referral.id}.00000002"]).values()
    desk.storage.commit([Put(record_kinds.EVENT, event.id, {"version": 2}, event.version)])
    assert desk.audit.verify().broken == (f"event '{event.id}' cannot be read",)


def test_rewritten_entries_do_not_follow_from_earlier_ones():
    storage, audit, head = long_log()
    (record,) = storage.get(record_kinds.AUDIT, [f"{7:013d}"]).values()
    entry = next(one for one in audit.entries() if one.number == 7)
    forged = attrs.evolve(entry, action="nothing")
    forged = attrs.evolve(forged, hash=forged.digest())
    storage.commit([Put(record_kinds.AUDIT, record.id, forged.to_dict(), record.version)])
    assert audit.verify(head).broken == ("entry 8 does not follow from the one before it",)


def test_a_truncated_log_is_detected_by_its_head_or_by_events(desk):
    storage, audit, head = long_log()
    removed(storage, 40)
    assert audit.verify().ok
    assert audit.verify(head).broken == ("the head that was written down is not in the log",)
    referral = desk.refer(best_match(), actor=STAFF)
    removed(desk.storage, desk.audit.head().number)
    assert desk.audit.verify().broken == (f"version 2 of referral {referral.id!r} is not in the log",)


def test_old_entries_can_be_deleted_and_the_rest_still_verifies():
    with make_desk(policy=cc.Policy(keep_audit=timedelta(days=300))) as desk:
        desk.refer(best_match(), actor=STAFF)
        desk.clock.advance(days=400)
        desk.refer(best_match(), actor=STAFF)
        head = desk.audit.head()
        assert desk.purge().gone == {record_kinds.AUDIT: 2}
        verified = desk.audit.verify(head)
        assert (verified.ok, verified.entries) == (True, 3), "the second referral's, and the purge's own"
        assert desk.purge().gone == {}
        desk.refer(best_match(), actor=STAFF)
        assert desk.audit.verify(head).ok
        assert desk.referrals.get(next(iter(desk.audit.entries())).referral_id).status is ReferralStatus.GIVEN
