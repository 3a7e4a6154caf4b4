"""An accepted referral is followed to its end: the agency is asked for progress, and nothing is stored for ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

import communityconnector as cc
from builders import (
    LINK_BASE,
    STAFF,
    agency_of,
    best_match,
    consent_terms,
    contact_preference,
    letterhead,
    make_desk,
    send_referral,
    take_referrals,
)
from communityconnector.desk.store import record_kinds
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import Clock
from private_records import break_referral

ANSWERS = "Please answer"


def accepted_referral(desk, event="accept", told=None, **asked):
    referral = send_referral(desk, **asked)
    return desk.record_event(referral.id, event, actor=agency_of(referral), **(told or {}))


def held_referral(desk, **told):
    return accepted_referral(desk, "hold", {"hold_reason": "waitlisted", **told})


def due(desk):
    return [one.clock for one in desk.due()]


def sent_since(desk):
    """What is sent by now, and was not before: to whom, and whether it has a link."""
    desk.box.clear()
    desk.referrals.run_due()
    desk.dispatch_once()
    return [(to.partition("@")[0], LINK_BASE in body) for to, body in desk.box.texts]


# Asked how it stands


@pytest.mark.parametrize("event", ["accept", "start"])
def test_an_agency_is_asked_for_progress_monthly_and_staff_alerted_the_second_time(desk, event):
    referral = accepted_referral(desk, event)
    desk.dispatch_once()
    sent_by_day = {}
    for day in range(1, 84):
        desk.clock.advance(days=1)
        sent_by_day |= {day: found_ones} if (found_ones := sent_since(desk)) else {}
    assert {day: sorted(one) for day, one in sent_by_day.items()} == {
        30: [("agency", True)],
        60: [("agency", True), ("staff", False)],
        83: [("staff", False)],  # the consent ends in a week
    }
    assert desk.referrals.get(referral.id).status in ("accepted", "in_progress")


def test_the_link_in_a_progress_question_takes_an_answer(desk):
    referral = accepted_referral(desk)
    desk.clock.advance(days=30)
    sent_since(desk)
    assert desk.links.answer(desk.box.token(), "complete", outcome="enrolled").referral.id == referral.id


def test_an_agency_that_reported_is_not_asked_for_another_month(desk):
    referral = accepted_referral(desk)
    desk.clock.advance(days=29)
    desk.record_event(referral.id, "start", actor=agency_of(referral))
    desk.clock.advance(days=29)
    assert due(desk) == []
    desk.clock.advance(days=1)
    assert due(desk) == [Clock.ASK_PROGRESS]


def test_staff_are_alerted_for_an_agency_without_a_notifier(desk):
    take_referrals(desk, best_match(), notifier="", address=cc.Secret(""))
    accepted_referral(desk)
    desk.clock.advance(days=60)
    assert sent_since(desk) == [("staff", False)]


@pytest.mark.parametrize("every", [timedelta(), timedelta(hours=23)])
def test_no_agency_is_asked_more_than_once_a_day(every):
    with pytest.raises(InvalidReferralError, match="at least one day"):
        cc.Policy(progress_every=every)


# The end of the consent


def test_staff_are_alerted_before_a_consent_ends_and_while_the_referral_is_open(desk):
    referral = accepted_referral(desk, consent=consent_terms(days=20))
    desk.dispatch_once()
    desk.clock.advance(days=13)
    assert sent_since(desk) == [("staff", False)]
    desk.clock.advance(days=7)
    assert sent_since(desk) == [("staff", False)]
    assert sent_since(desk) == []
    assert due(desk) == [Clock.CONSENT_ENDED]
    desk.clock.advance(days=400)
    assert sent_since(desk) == []
    assert due(desk) == [Clock.CONSENT_ENDED]
    desk.record_event(referral.id, "fail", actor=STAFF, outcome="unknown", outcome_source="staff")
    assert due(desk) == []


def test_a_new_consent_moves_the_due_dates(desk):
    referral = accepted_referral(desk, consent=consent_terms(days=20))
    desk.clock.advance(days=21)
    desk.referrals.run_due()
    desk.referrals.consent(referral.id, consent_terms(days=20), actor=STAFF)
    assert due(desk) == []
    desk.clock.advance(days=20)
    assert set(due(desk)) >= {Clock.CONSENT_ENDING, Clock.CONSENT_ENDED}


def test_a_consent_of_one_day_has_only_its_end_as_due(desk):
    accepted_referral(desk, consent=consent_terms(days=1))
    assert due(desk) == []
    desk.clock.advance(days=1)
    assert due(desk) == [Clock.CONSENT_ENDED]


def test_private_data_goes_a_month_after_consent_ends_even_if_the_referral_is_open(desk):
    referral = accepted_referral(desk, patron="opaque-4d7e2b", contacts=[contact_preference(desk)])
    desk.clock.advance(days=119)
    desk.purge()
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    desk.clock.advance(days=1)
    assert desk.purge().gone[record_kinds.PRIVATE] == 1
    own = desk.privacy.read_private(referral.id, actor=STAFF)
    assert (own.patron, own.shared_fields, own.contacts) == ("", {}, ())
    assert desk.referrals.get(referral.id).status == "accepted"
    assert due(desk)[-1] is Clock.CONSENT_ENDED


def test_a_new_consent_extends_the_retention_of_private_data(desk):
    referral = accepted_referral(desk)
    desk.clock.advance(days=80)
    desk.referrals.consent(referral.id, consent_terms(), actor=STAFF)
    desk.clock.advance(days=119)
    desk.purge()
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    desk.clock.advance(days=1)
    desk.purge()
    assert not desk.privacy.read_private(referral.id, actor=STAFF).shared_fields


def test_contacts_are_deleted_even_if_due_work_never_runs(desk):
    referral = desk.refer(
        best_match(), actor=STAFF, contacts=[contact_preference(desk)], follow_up_allowed=True
    )
    desk.clock.advance(days=91)
    assert desk.purge().gone[record_kinds.PRIVATE] == 1
    assert not desk.privacy.read_private(referral.id, actor=STAFF).contacts


# On hold


@pytest.mark.parametrize("by", ["staff", "agency"])
def test_a_review_of_a_hold_sets_the_next_review_date(desk, by):
    referral = held_referral(desk)
    desk.clock.advance(days=31)
    assert due(desk) == [Clock.REVIEW_HOLD]
    actor = STAFF if by == "staff" else agency_of(referral)
    fields = {"hold_reason": "awaiting_documents", "review_on": date(2026, 6, 1)}
    again = desk.record_event(referral.id, "hold", actor=actor, **fields)
    assert (again.status, again.hold_reason, again.review_on) == (
        "on_hold",
        "awaiting_documents",
        date(2026, 6, 1),
    )
    assert due(desk) == []
    later = desk.record_event(referral.id, "hold", actor=actor, hold_reason="waitlisted")
    assert later.review_on == (desk.clock.now + timedelta(days=30)).date()


def test_only_the_agency_may_put_a_referral_on_hold(desk):
    referral = accepted_referral(desk)
    with pytest.raises(IllegalTransitionError):
        desk.record_event(referral.id, "hold", actor=STAFF, hold_reason="waitlisted")


def test_a_review_sends_the_agency_one_fresh_link_and_stays_due(desk):
    referral = held_referral(desk)
    desk.dispatch_once()
    desk.clock.advance(days=31)
    assert sent_since(desk) == [("agency", True)]
    assert desk.links.answer(desk.box.token(), "hold", hold_reason="waitlisted").referral.id == referral.id
    desk.clock.advance(days=31)
    assert sent_since(desk) == [("agency", True)]
    assert sent_since(desk) == []
    assert due(desk) == [Clock.REVIEW_HOLD]


# A link that can be used no more


def renewed(desk, token):
    desk.box.clear()
    assert desk.links.renew(token) is None
    desk.dispatch_once()
    return list(desk.box.texts)


def first_token(desk, **asked):
    referral = send_referral(desk, **asked)
    desk.dispatch_once()
    return referral, desk.box.token()


def test_an_expired_link_is_renewed_to_the_intakes_address(desk):
    referral, token = first_token(desk)
    desk.clock.advance(days=12)
    ((to, body),) = renewed(desk, token)
    assert to == "agency@example.org"
    assert ANSWERS in body
    assert desk.links.answer(desk.box.token(), "accept").referral.id == referral.id
    assert [entry.action for entry in desk.audit.of(referral.id)].count("renew") == 1


def test_a_used_link_is_renewed_to_the_intakes_address(desk):
    _, token = first_token(desk)
    desk.links.answer(token, "accept")
    desk.clock.advance(hours=2)
    assert [to for to, _ in renewed(desk, token)] == ["agency@example.org"]


def test_a_link_is_renewed_at_most_once_an_hour(desk):
    _, token = first_token(desk)
    desk.links.answer(token, "accept")
    assert renewed(desk, token) == [], "the first link went a moment ago"
    desk.clock.advance(minutes=59, hours=1)
    assert len(renewed(desk, token)) == 1
    desk.clock.advance(minutes=2)
    assert renewed(desk, token) == []
    desk.clock.advance(minutes=59)
    assert len(renewed(desk, token)) == 1


def test_a_token_that_cannot_be_renewed_gets_the_same_answer_and_no_message(desk):
    referral, token = first_token(desk)
    desk.clock.advance(hours=2)
    assert renewed(desk, token) == [], "it can still be used"
    for other in ("", "x" * 27, "\ud800", "nobody's"):
        assert renewed(desk, other) == []
    desk.clock.advance(days=4)
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.dispatch_once()
    assert renewed(desk, token) == [], "it is closed"
    asked = desk.refer(
        record.document["referral"]["service_id"],
        actor=STAFF,
        concepts=["food-pantry"],
        follow_up_allowed=True,
        contacts=[contact_preference(desk)],
    )
    desk.clock.advance(days=14)
    desk.referrals.run_due()
    desk.box.clear()
    desk.dispatch_once()
    patrons = desk.box.token()
    assert asked.follow_up_allowed
    desk.clock.advance(days=4)
    assert renewed(desk, patrons) == [], "it is a patron's"


def test_a_link_is_not_renewed_for_an_agency_that_takes_no_messages(desk):
    referral, token = first_token(desk)
    desk.referrals.set_intake(
        cc.Intake(id=referral.organization_id, required_fields=["first_name"]), actor=STAFF
    )
    desk.clock.advance(days=4)
    assert renewed(desk, token) == []


def test_a_link_to_an_unreadable_referral_is_not_renewed(desk):
    referral, token = first_token(desk)
    desk.clock.advance(days=4)
    break_referral(desk, referral.id)
    assert renewed(desk, token) == []


def test_due_work_runs_without_a_staff_notifier():
    with make_desk(letterhead=letterhead(staff_notifier="", staff_address=cc.Secret(""))) as desk:
        accepted_referral(desk, consent=consent_terms(days=70))
        desk.clock.advance(days=61)
        assert desk.referrals.run_due().alerted == 1
