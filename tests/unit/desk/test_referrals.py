"""Referrals: every transition, code, status word, due time, document and FHIR export."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from fhir.resources.R4B.task import Task

from communityconnector.adapters.us_federal_holidays import us_federal_holiday
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidPatronRefError,
    InvalidReferralError,
    PermissionDeniedError,
)
from communityconnector.referrals import (
    MEANINGS,
    TABLE,
    Actor,
    Clock,
    CodeClass,
    Consent,
    DeclinedBy,
    Details,
    Event,
    HoldReason,
    Next,
    Outcome,
    Policy,
    Proposal,
    Referral,
    ReferralEvent,
    ReferralStatus,
    Role,
    Sending,
    Source,
    UnmetReason,
    add_business_days,
    advance,
    check_discard,
    create,
    due,
    fhir,
    mappings,
    re_refer,
)

S, E, O = ReferralStatus, Event, Outcome  # noqa: E741  # short, for they stand in every line
T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
STAFF, PATRON, AGENCY = Actor("staff", "desk-2"), Actor("patron"), Actor("agency", "o-1")
SYSTEM, ADAPTER = Actor("system"), Actor("adapter", "mail")
SUPERVISOR = Actor("staff", "desk-1", frozenset({"void"}))
BY_ROLE = {"staff": SUPERVISOR, "patron": PATRON, "agency": AGENCY, "system": SYSTEM, "adapter": ADAPTER}
CONSENT = Consent(
    id="c-1",
    referral_id="r-1",
    agency_id="o-1",
    service_id="s-1",
    method="verbal",
    given_by="patron",
    fields=["first_name", "phone"],
    purpose="referral",
    granted_at=T0 - HOUR,
    expires_at=T0 + timedelta(days=90),
)
SENDING = Sending(
    consent=CONSENT, fields=["phone"], purpose="referral", service_active=True, confidential=False
)
SEND = Details(sending=SENDING)
HELPED = Details(outcome="service_received", outcome_source="patron")
FULL = Details(outcome="no_capacity")


def proposal(kind="direct", **changes):
    about = {"id": "r-1", "type": kind, "service_id": "s-1", "organization_id": "o-1", "concepts": ["food"]}
    return Proposal(**(about | changes))


def drafted(kind="direct", **changes):
    return create(proposal(kind, **changes), STAFF, T0).referral


def after(*steps, kind="direct"):
    """The referral that steps lead to, an hour apart; a step is an event, who, and what was told."""
    referral = drafted(kind)
    for event, actor, *details in steps:
        referral = advance(referral, event, actor, referral.last_at + HOUR, *details).referral
    return referral


ASKED = ((E.SEND, STAFF, SEND),)
TAKEN = (*ASKED, (E.ACCEPT, AGENCY))
WAITS = (*TAKEN, (E.HOLD, AGENCY, Details(hold_reason="waitlisted")))
WAYS = {
    S.DRAFT: (),
    S.GIVEN: ((E.GIVE, STAFF),),
    S.REQUESTED: ASKED,
    S.ACCEPTED: TAKEN,
    S.IN_PROGRESS: (*TAKEN, (E.START, AGENCY)),
    S.ON_HOLD: WAITS,
    S.COMPLETED: (*TAKEN, (E.COMPLETE, AGENCY, Details(outcome="enrolled"))),
    S.FAILED: (*TAKEN, (E.FAIL, AGENCY, FULL)),
    S.REJECTED: (*ASKED, (E.REJECT, AGENCY, FULL)),
    S.CANCELLED: (*ASKED, (E.CANCEL, STAFF, Details(outcome="duplicate"))),
}


def standing(status):
    if status is S.EXPIRED:
        asked = after(*ASKED)
        return advance(asked, E.EXPIRE, SYSTEM, asked.respond_by).referral
    if status is S.ENTERED_IN_ERROR:
        return after((E.VOID, SUPERVISOR, Details(text="wrong patron")))
    return after(*WAYS[status], kind="information" if status is S.GIVEN else "direct")


def details_for(row, role):
    """Details that a row of the table takes from a role."""
    ready = {
        "outcome": next((o for o in O if MEANINGS[o].side in row.classes), None),
        "outcome_source": Source(role) if role in set(Source) else None,
        "hold_reason": "awaiting_patron",
        "to": row.after,
        "sending": SENDING,
        "text": "because",
    }
    return Details(**{name: ready[name] for name in row.needs})


MADE_ELSEWHERE = {E.CREATE, E.RE_REFER, E.DISCARD}


@pytest.mark.parametrize(
    ("row", "role"),
    [(row, role) for row in TABLE if row.event not in MADE_ELSEWHERE for role in row.who],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_move_of_the_table_can_be_made(row, role):
    referral = drafted("information") if row.event is E.GIVE else standing(row.before)
    if "follow_up_allowed" in row.guards:
        referral = attrs.evolve(referral, follow_up_allowed=True)
    at = max(referral.last_at, referral.respond_by or T0, referral.expires_at or T0)
    moved, events = advance(referral, row.event, BY_ROLE[role], at, details_for(row, role))
    assert moved.status is row.after
    assert moved.version == referral.version + 1
    assert [(e.event, e.before, e.after, e.inferred) for e in events] == [
        (row.event, row.before, row.after, False)
    ]


@pytest.mark.parametrize(
    ("row", "role"),
    [(row, role) for row in TABLE if row.event not in MADE_ELSEWHERE for role in Role if role not in row.who],
    ids=lambda value: getattr(value, "name", value),
)
def test_no_other_role_can_make_a_move(row, role):
    referral = drafted("information") if row.event is E.GIVE else standing(row.before)
    with pytest.raises(IllegalTransitionError) as refused:
        advance(
            referral,
            row.event,
            BY_ROLE[role],
            referral.last_at + timedelta(days=99),
            details_for(row, row.who[0]),
        )
    assert (refused.value.status, refused.value.event, refused.value.role) == (row.before, row.event, role)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (row, name)
        for row in TABLE
        if row.event not in MADE_ELSEWHERE
        for name in row.needs
        if not (row.who == (Role.AGENCY,) and name == "outcome_source")
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_required_detail_cannot_be_left_out(row, name):
    role = next(role for role in row.who if role is not Role.AGENCY or name != "outcome_source")
    details = details_for(row, role)
    without = attrs.evolve(details, **{name: attrs.fields_dict(Details)[name].default})
    referral = standing(row.before)
    at = max(referral.last_at, referral.expires_at or T0)
    with pytest.raises(InvalidReferralError, match=name):
        advance(referral, row.event, BY_ROLE[role], at, without)


def test_the_table_is_frozen():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        TABLE[0].after = S.COMPLETED
    assert isinstance(TABLE, tuple)


@pytest.mark.parametrize("event", sorted(MADE_ELSEWHERE))
def test_create_re_refer_and_discard_are_refused_by_advance(event):
    with pytest.raises(IllegalTransitionError):
        advance(drafted(), event, STAFF, T0)


# Consent and other conditions of sending


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent", {"consent": None}),
        ("consent", {"consent": attrs.evolve(CONSENT, agency_id="o-2")}),
        ("consent", {"consent": attrs.evolve(CONSENT, referral_id="r-2")}),
        ("consent", {"consent": attrs.evolve(CONSENT, fields=["first_name"])}),
        ("consent", {"consent": attrs.evolve(CONSENT, purpose="newsletter")}),
        ("consent", {"consent": attrs.evolve(CONSENT, granted_at=T0 + HOUR)}),
        ("consent", {"consent": attrs.evolve(CONSENT, expires_at=T0)}),
        ("consent", {"consent": attrs.evolve(CONSENT, revoked_at=T0)}),
        ("service_active", {"service_active": False}),
        ("channel_allowed", {"confidential": True}),
    ],
)
def test_a_referral_is_not_sent_while_a_condition_is_unmet(guard, changes):
    details = Details(sending=attrs.evolve(SENDING, **changes))
    with pytest.raises(IllegalTransitionError) as refused:
        advance(drafted(), E.SEND, STAFF, T0, details)
    assert refused.value.guard == guard


def test_sending_cannot_be_backdated_into_an_expired_consent():
    with pytest.raises(IllegalTransitionError, match="consent"):
        advance(drafted(), E.SEND, STAFF, T0, SEND, recorded_at=CONSENT.expires_at)


def test_a_confidential_service_needs_an_approved_channel():
    sending = attrs.evolve(SENDING, confidential=True, channel_allowed=True)
    assert advance(drafted(), E.SEND, STAFF, T0, Details(sending=sending)).referral.status is S.REQUESTED


def test_information_referrals_are_given_and_all_others_are_sent():
    with pytest.raises(IllegalTransitionError, match="leaves_the_library"):
        advance(drafted("information"), E.SEND, STAFF, T0, SEND)
    with pytest.raises(IllegalTransitionError, match="is_information"):
        advance(drafted(), E.GIVE, STAFF, T0)


# Steps that are inferred


@pytest.mark.parametrize(
    ("event", "actor", "details"),
    [
        (E.COMPLETE, AGENCY, Details(outcome="service_received")),
        (E.COMPLETE, STAFF, HELPED),
        (E.COMPLETE, PATRON, HELPED),
        (E.FAIL, AGENCY, FULL),
        (E.FAIL, STAFF, attrs.evolve(FULL, outcome_source="agency")),
        (E.START, AGENCY, Details()),
        (E.HOLD, AGENCY, Details(hold_reason="awaiting_documents")),
    ],
)
def test_an_update_that_skips_the_answer_records_the_implied_answer(event, actor, details):
    asked = after(*ASKED)
    moved, events = advance(asked, event, actor, asked.last_at + HOUR, details)
    assert [(e.event, e.inferred) for e in events] == [(E.ACCEPT, True), (event, False)]
    assert [e.version for e in events] == [asked.version + 1, moved.version]
    assert moved.responded_at == asked.last_at + HOUR


def test_a_report_of_not_being_helped_does_not_imply_acceptance():
    details = Details(outcome="no_show", outcome_source="patron")
    with pytest.raises(IllegalTransitionError):
        advance(after(*ASKED), E.FAIL, PATRON, T0 + 2 * HOUR, details)


def test_an_error_in_a_later_step_names_the_stored_state():
    with pytest.raises(IllegalTransitionError) as refused:
        advance(after(*ASKED), E.START, PATRON, T0 + 2 * HOUR)
    assert refused.value.status == S.REQUESTED


# Outcomes

CLASSES = """
    success: service_received service_received_partly enrolled information_sufficient
    agency: not_eligible no_capacity no_funds waitlist_too_long out_of_area wrong_service service_ended
        documents_missing agency_unreachable agency_no_response referred_onward
    patron: patron_declined need_met_elsewhere no_show unable_to_contact_patron consent_revoked
    access: language_barrier disability_access_barrier transport_barrier cost_barrier hours_barrier safety_concern
    admin: duplicate sent_in_error unknown other
"""


def test_every_outcome_has_its_class():
    side, expected = "", {}
    for word in CLASSES.split():
        if word.endswith(":"):
            side = word[:-1]
        else:
            expected[word] = side
    assert {outcome.value: meaning.side.value for outcome, meaning in MEANINGS.items()} == expected
    assert set(MEANINGS) == set(Outcome)


def test_only_refusals_count_as_declined_and_only_by_their_own_side():
    for outcome, meaning in MEANINGS.items():
        if meaning.side is CodeClass.SUCCESS:
            assert meaning.declined_by is DeclinedBy.NONE
        if meaning.side is CodeClass.PATRON and outcome is not O.UNABLE_TO_CONTACT_PATRON:
            assert meaning.declined_by is DeclinedBy.PATRON
    assert MEANINGS[O.AGENCY_NO_RESPONSE].declined_by is DeclinedBy.SYSTEM
    assert MEANINGS[O.SERVICE_ENDED].suggest_next is Next.FIX_DIRECTORY


def test_no_contact_is_suggested_after_a_consent_is_revoked():
    assert MEANINGS[O.CONSENT_REVOKED].suggest_next is Next.NONE


def test_reasons_to_hold_and_for_unmet_needs_are_as_published():
    assert (
        " ".join(HoldReason)
        == "waitlisted awaiting_patron awaiting_documents agency_paused"  # codes are stored
    )
    assert len(UnmetReason) == 12


def test_giving_up_on_a_patron_requires_three_recorded_attempts():
    details = Details(outcome="unable_to_contact_patron")
    referral = after(*TAKEN, (E.ATTEMPT_CONTACT, AGENCY), (E.ATTEMPT_CONTACT, STAFF))
    for event in (E.FAIL, E.CANCEL):
        with pytest.raises(IllegalTransitionError, match="contact_attempts"):
            advance(referral, event, AGENCY, T0 + 9 * HOUR, details)
    lenient = Policy(contact_attempts=2)
    assert (
        advance(referral, E.FAIL, AGENCY, T0 + 9 * HOUR, details, policy=lenient).referral.status is S.FAILED
    )
    third = advance(referral, E.ATTEMPT_CONTACT, AGENCY, T0 + 9 * HOUR).referral
    assert advance(third, E.FAIL, AGENCY, T0 + 9 * HOUR, details).referral.status is S.FAILED


def test_consent_is_revoked_only_by_its_own_event():
    for event in (E.CANCEL, E.FAIL):
        with pytest.raises(InvalidReferralError, match="outcome"):
            advance(
                after(*TAKEN),
                event,
                PATRON,
                T0 + 9 * HOUR,
                Details(outcome="consent_revoked", outcome_source="patron"),
            )
    revoked = after(*TAKEN, (E.REVOKE_CONSENT, STAFF))
    assert (revoked.status, revoked.outcome, revoked.outcome_source) == (
        S.CANCELLED,
        O.CONSENT_REVOKED,
        Source.PATRON,
    )


def test_patrons_and_agencies_act_for_themselves_only():
    for actor, source in ((PATRON, "agency"), (AGENCY, "patron")):
        with pytest.raises(InvalidReferralError, match="outcome_source"):
            advance(
                after(*TAKEN),
                E.COMPLETE,
                actor,
                T0 + 9 * HOUR,
                Details(outcome="enrolled", outcome_source=source),
            )


@pytest.mark.parametrize(
    ("event", "details"),
    [
        (E.ACCEPT, Details(outcome="enrolled")),
        (E.ACCEPT, Details(to="accepted")),
        (E.START, Details(hold_reason="waitlisted")),
        (E.ACKNOWLEDGE, Details(follow_up_allowed=True)),
        (E.REJECT, Details(outcome="patron_declined")),
        (E.COMPLETE, FULL),
        (E.FAIL, Details(outcome="enrolled")),
    ],
)
def test_an_unexpected_detail_is_refused(event, details):
    with pytest.raises(InvalidReferralError):
        advance(after(*ASKED), event, AGENCY, T0 + 9 * HOUR, details)


def test_an_outcome_can_be_corrected_for_ninety_days():
    failed = after(*WAYS[S.FAILED])
    details = Details(outcome="no_funds")
    last = failed.closed_at + timedelta(days=90)
    amended, _ = advance(failed, E.AMEND_OUTCOME, AGENCY, last, details)
    assert (amended.status, amended.outcome, amended.closed_at) == (S.FAILED, O.NO_FUNDS, failed.closed_at)
    with pytest.raises(IllegalTransitionError, match="amend_window"):
        advance(failed, E.AMEND_OUTCOME, AGENCY, last, details, recorded_at=last + HOUR)


def test_an_agency_cannot_report_on_a_referral_that_it_was_not_sent():
    given = after(*WAYS[S.GIVEN], kind="information")
    closed = advance(
        given, E.CLOSE_GIVEN, STAFF, given.last_at, attrs.evolve(HELPED, to=S.COMPLETED)
    ).referral
    with pytest.raises(IllegalTransitionError, match="agency_was_told"):
        advance(closed, E.AMEND_OUTCOME, AGENCY, closed.last_at, Details(outcome="enrolled"))


# The loop


@pytest.mark.parametrize("status", S)
def test_the_loop_is_closed_by_a_reported_outcome(status):
    closed = {S.COMPLETED, S.FAILED, S.REJECTED, S.CANCELLED}
    assert standing(status).is_loop_closed == (status in closed)


def test_expiry_closes_the_record_and_a_late_answer_closes_the_loop():
    expired = standing(S.EXPIRED)
    assert (expired.outcome, expired.outcome_source) == (O.AGENCY_NO_RESPONSE, None)
    late, _ = advance(expired, E.AMEND_OUTCOME, STAFF, expired.last_at + HOUR, HELPED)
    assert late.status is S.EXPIRED
    assert late.is_loop_closed


def test_a_request_does_not_expire_early():
    asked = after(*ASKED)
    with pytest.raises(IllegalTransitionError, match="response_overdue"):
        advance(asked, E.EXPIRE, SYSTEM, asked.respond_by - timedelta(seconds=1))


def test_details_without_an_answer_are_closed_only_after_the_window():
    given = after(*WAYS[S.GIVEN], kind="information")
    with pytest.raises(IllegalTransitionError, match="window_over"):
        advance(given, E.CLOSE_GIVEN, SYSTEM, given.expires_at - HOUR, Details(to="expired"))
    closed, _ = advance(given, E.CLOSE_GIVEN, SYSTEM, given.expires_at, Details(to="expired"))
    assert (closed.outcome, closed.is_loop_closed) == (O.UNKNOWN, False)


def test_a_referral_entered_in_error_has_no_outcome_but_its_events_do():
    failed = after(*WAYS[S.FAILED])
    void, events = advance(failed, E.VOID, SUPERVISOR, failed.last_at, Details(text="wrong patron"))
    assert (void.outcome, void.outcome_source, void.outcome_recorded_at) == (None, None, None)
    assert void.closed_at == failed.closed_at
    assert events[0].text == "wrong patron"
    with pytest.raises(IllegalTransitionError, match="void_right"):
        advance(failed, E.VOID, STAFF, failed.last_at, Details(text="wrong patron"))


def test_the_agencys_task_keeps_the_state_that_the_agency_set():
    by_patron = after(*TAKEN, (E.COMPLETE, PATRON, HELPED))
    assert (by_patron.status, by_patron.task_status) == (S.COMPLETED, S.ACCEPTED)
    by_agency = after(*TAKEN, (E.COMPLETE, AGENCY, Details(outcome="enrolled")))
    assert by_agency.task_status is S.COMPLETED


# Times


def test_a_referral_records_the_time_of_each_step():
    referral = after(
        *ASKED,
        (E.ACKNOWLEDGE, ADAPTER),
        (E.ACKNOWLEDGE, AGENCY),
        (E.ACCEPT, AGENCY),
        (E.START, AGENCY),
        (E.HOLD, AGENCY, Details(hold_reason="waitlisted", review_on=date(2026, 4, 1))),
        (E.ATTEMPT_CONTACT, STAFF),
    )
    assert [
        referral.created_at,
        referral.sent_at,
        referral.acknowledged_at,
        referral.responded_at,
        referral.started_at,
        referral.held_at,
    ] == [T0 + n * HOUR for n in (0, 1, 2, 4, 5, 6)]
    assert (referral.hold_reason, referral.review_on) == (HoldReason.WAITLISTED, date(2026, 4, 1))
    again = advance(referral, E.START, AGENCY, T0 + 9 * HOUR).referral
    assert (again.started_at, again.hold_reason, again.review_on) == (T0 + 5 * HOUR, None, None)
    done = advance(again, E.COMPLETE, PATRON, T0 + 10 * HOUR, HELPED, recorded_at=T0 + 30 * HOUR).referral
    assert (done.closed_at, done.outcome_recorded_at) == (T0 + 10 * HOUR, T0 + 30 * HOUR)
    assert done.purge_after == T0 + 10 * HOUR + timedelta(days=180)


def test_a_draft_is_stored_for_a_week_and_a_sent_referral_until_closed():
    assert drafted().purge_after == T0 + timedelta(days=7)
    assert after(*ASKED).purge_after is None


@pytest.mark.parametrize(
    ("at", "recorded_at"),
    [(T0 - HOUR, None), (T0 - HOUR, T0), (T0 + HOUR, T0), (T0.replace(tzinfo=None), None)],
)
def test_an_event_cannot_precede_the_last_one_or_follow_its_recording(at, recorded_at):
    with pytest.raises(InvalidReferralError):
        advance(drafted(), E.SEND, STAFF, at, SEND, recorded_at=recorded_at)


def test_a_call_of_yesterday_is_recorded_today():
    asked = after(*ASKED)
    _, (event,) = advance(asked, E.ACCEPT, AGENCY, T0 + 2 * HOUR, recorded_at=T0 + 26 * HOUR)
    assert event.recorded_at - event.at == 24 * HOUR


# Clocks

NEW_YORK = Policy(zone=ZoneInfo("America/New_York"), is_holiday=us_federal_holiday)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02T12:00-05:00", 2, "2026-03-04T12:00-05:00"),
        ("2026-03-06T16:30-05:00", 1, "2026-03-09T16:30-04:00"),  # over a weekend in which the clocks change
        ("2026-03-07T12:00-05:00", 1, "2026-03-09T12:00-04:00"),  # a Saturday
        ("2026-11-25T09:00-05:00", 1, "2026-11-27T09:00-05:00"),  # over Thanksgiving
        ("2026-03-06T23:30-05:00", 1, "2026-03-09T23:30-04:00"),  # Saturday already in UTC
        ("2026-03-07T12:00-05:00", 0, "2026-03-07T12:00-05:00"),
    ],
)
def test_business_days_are_counted_where_the_library_is(start, days, end):
    moment = add_business_days(datetime.fromisoformat(start), days, NEW_YORK)
    assert moment == datetime.fromisoformat(end)
    assert moment.tzinfo is UTC


def test_a_calendar_without_a_business_day_is_refused():
    with pytest.raises(InvalidReferralError, match="calendar"):
        add_business_days(T0, 1, Policy(is_holiday=lambda _: True))


def test_a_request_has_two_reminders_an_alert_and_an_end():
    asked = after((E.SEND, STAFF, attrs.evolve(SEND, follow_up_allowed=True)))
    due_days = [(d.clock, (d.at - asked.sent_at).days) for d in due(asked, Policy())]
    assert due_days == [
        (Clock.REMIND_AGENCY, 2),
        (Clock.REMIND_AGENCY, 4),
        (Clock.ALERT_STAFF, 7),
        (Clock.FOLLOW_UP, 14),
        (Clock.EXPIRE, 18),
        (Clock.FOLLOW_UP, 30),
    ]
    assert asked.follow_up_due_at == asked.sent_at + timedelta(days=14)
    endless = {d.clock for d in due(attrs.evolve(asked, respond_by=None), Policy())}
    assert endless == {clock for clock, _ in due_days} - {Clock.EXPIRE}


def test_a_patron_who_refused_follow_up_is_not_asked():
    assert Clock.FOLLOW_UP not in {d.clock for d in due(after(*ASKED), Policy())}


def test_a_patron_is_asked_after_silence_and_not_once_the_loop_is_closed():
    asked = after((E.SEND, STAFF, attrs.evolve(SEND, follow_up_allowed=True)))
    expired = advance(asked, E.EXPIRE, SYSTEM, asked.respond_by).referral
    assert [d.clock for d in due(expired, Policy())] == [Clock.FOLLOW_UP] * 2
    done = advance(asked, E.COMPLETE, PATRON, asked.last_at, HELPED).referral
    assert due(done, Policy()) == ()


def test_a_referral_on_hold_is_reviewed_every_thirty_days():
    waiting = after(*WAITS)
    assert waiting.review_on == date(2026, 4, 1)
    assert due(waiting, NEW_YORK) == ((datetime(2026, 4, 1, 4, tzinfo=UTC), Clock.REVIEW_HOLD),)


def test_given_details_expire_once():
    given = after(*WAYS[S.GIVEN], kind="information")
    assert due(given, Policy()) == ((given.expires_at, Clock.EXPIRE),)


def test_a_policy_refuses_negative_values():
    for wrong in ({"contact_attempts": -1}, {"remind_after": (2, -4)}, {"keep_closed": -HOUR}):
        with pytest.raises(InvalidReferralError):
            Policy(**wrong)


# Another try


def test_a_new_attempt_replaces_the_old_one_and_lists_agencies_tried():
    first = after(*WAYS[S.REJECTED])
    second, (event,) = re_refer(first, proposal(id="r-2", organization_id="o-2"), STAFF, first.last_at)
    assert (second.status, second.replaces, second.tried, second.version) == (S.DRAFT, "r-1", ("o-1",), 1)
    assert (event.event, event.before, event.after) == (E.RE_REFER, None, S.DRAFT)
    closed = advance(second, E.CANCEL, STAFF, second.last_at, Details(outcome="duplicate")).referral
    third, _ = re_refer(closed, proposal(id="r-3", organization_id="o-3"), PATRON, closed.last_at)
    assert third.tried == ("o-1",), "a draft was never tried"


def test_an_agency_is_tried_again_only_if_explicitly_allowed():
    first = after(*WAYS[S.REJECTED])
    again = proposal(id="r-2")
    with pytest.raises(
        InvalidReferralError, match=r"^this agency was tried before for the same need: .*allow_tried=True$"
    ):
        re_refer(first, again, STAFF, first.last_at)
    assert re_refer(first, again, STAFF, first.last_at, allow_tried=True).referral.tried == ("o-1",)


def test_an_open_referral_is_not_replaced_and_none_replaces_itself():
    other = proposal(id="r-2", organization_id="o-2")
    with pytest.raises(
        IllegalTransitionError, match=r"^a referral in state requested does not take re_refer from staff$"
    ):
        re_refer(after(*ASKED), other, STAFF, T0 + 9 * HOUR)
    closed = after(*WAYS[S.REJECTED])
    with pytest.raises(
        InvalidReferralError, match=r"^the new referral has the id of the one it replaces: give it a new id$"
    ):
        re_refer(closed, proposal(organization_id="o-2"), STAFF, closed.last_at)
    with pytest.raises(
        InvalidReferralError, match=r"^an event must not be earlier than the one before it, nor be rec"
    ):
        re_refer(closed, other, STAFF, T0)
    for actor in (AGENCY, SYSTEM, ADAPTER):
        with pytest.raises(PermissionDeniedError):
            re_refer(closed, other, actor, closed.last_at)


def test_a_draft_is_discarded_only_by_its_creator():
    check_discard(drafted(), STAFF, T0)
    for referral, actor in (
        (drafted(), PATRON),
        (drafted(), Actor("staff", "desk-9")),
        (after(*ASKED), STAFF),
    ):
        with pytest.raises(IllegalTransitionError):
            check_discard(referral, actor, T0 + 9 * HOUR)


def test_agencies_and_clocks_cannot_create_referrals():
    for actor in (AGENCY, SYSTEM, ADAPTER):
        with pytest.raises(PermissionDeniedError):
            create(proposal(), actor, T0)


# Nobody is named


def test_a_patron_acts_without_an_id():
    with pytest.raises(InvalidReferralError, match="patron"):
        Actor("patron", "card-1234")


def test_a_repr_shows_neither_need_nor_agency_nor_text():
    referral = drafted()
    void, (event,) = advance(referral, E.VOID, SUPERVISOR, T0, Details(text="secret words"))
    details = Details(text="secret words")
    shown = " ".join(map(repr, (referral, void, event, details, STAFF, proposal())))
    for private in ("food", "s-1", "o-1", "secret", "desk-2"):
        assert private not in shown


def test_no_field_of_a_referral_or_an_event_identifies_a_patron():
    for cls in (Referral, ReferralEvent, Proposal):
        names = set(attrs.fields_dict(cls))
        assert not [
            n for n in names if any(w in n for w in ("patron", "name", "phone", "mail", "birth", "address"))
        ]


def test_errors_name_state_event_role_and_condition_and_survive_pickling():
    with pytest.raises(IllegalTransitionError) as refused:
        advance(drafted(), E.ACCEPT, AGENCY, T0)
    assert str(refused.value) == "a referral in state draft does not take accept from agency"
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301  # our own bytes
    assert (again.status, again.event, again.role, again.guard) == ("draft", "accept", "agency", "")
    assert refused.value.code == "illegal-transition"


def test_an_invalid_code_is_refused_without_being_repeated():
    with pytest.raises(InvalidReferralError) as refused:
        Details(outcome="she moved away")
    assert "moved" not in str(refused.value)


def test_a_string_is_refused_where_a_list_is_expected():
    with pytest.raises(InvalidReferralError):
        proposal(concepts="food")


# Documents


@pytest.mark.parametrize("status", S)
def test_a_referral_survives_json(status):
    referral = standing(status)
    assert Referral.from_dict(json.loads(json.dumps(referral.to_dict()))) == referral


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"schema": None},
        {"patron": "p-1"},
        {"status": "lost"},
        {"version": "1"},
        {"version": True},
        {"version": 0},
        {"created_at": "yesterday"},
        {"created_at": "2026-03-02T15:00:00"},
        {"concepts": "food"},
        {"concepts": [1]},
        {"concepts": []},
        {"id": ""},
        {"status": "given"},
        {"status": "requested"},
        {"status": "completed"},
        {"hold_reason": "waitlisted"},
        {"outcome": "enrolled"},
        {"outcome_source": "staff"},
        {"contact_attempts": -1},
        {"creator_role": "patron"},
        {"last_at": "2020-01-01T00:00:00+00:00"},
        {"follow_up_allowed": 1},
    ],
    ids=str,
)
def test_an_invalid_referral_document_is_refused(change):
    with pytest.raises(InvalidReferralError):
        Referral.from_dict(drafted().to_dict() | change)


def test_a_document_that_lacks_a_field_is_refused():
    for name in ("id", "type", "last_at"):
        document = drafted().to_dict()
        del document[name]
        with pytest.raises(InvalidReferralError, match=name):
            Referral.from_dict(document)


def test_an_event_survives_json_and_a_contradictory_one_is_refused():
    _, (event,) = advance(drafted(), E.VOID, SUPERVISOR, T0, Details(text="wrong patron"))
    document = json.loads(json.dumps(event.to_dict()))
    assert ReferralEvent.from_dict(document) == event
    for change in (
        {"referral_id": ""},
        {"version": 0},
        {"role": "patron"},
        {"recorded_at": "2020-01-01T00:00:00+00:00"},
    ):
        with pytest.raises(InvalidReferralError):
            ReferralEvent.from_dict(document | change)


# Words of other systems


@pytest.mark.parametrize("row", mappings.WORDINGS, ids=lambda row: f"{row.status}/{row.reason}")
def test_every_wording_is_found_for_the_referral_that_it_is_about(row):
    referral = standing(row.status)
    if isinstance(row.reason, Outcome):
        referral = attrs.evolve(referral, outcome=row.reason)
    elif row.reason is not None:
        referral = attrs.evolve(referral, hold_reason=row.reason)
    elif referral.hold_reason:
        referral = attrs.evolve(referral, hold_reason=HoldReason.AGENCY_PAUSED)
    elif referral.outcome:
        referral = attrs.evolve(referral, outcome=O.SAFETY_CONCERN)
    assert mappings.wording(referral) is row


@pytest.mark.parametrize(
    ("system", "word"),
    [(system, word) for system in mappings.System for word in mappings.known_words(system)],
)
def test_every_known_word_means_a_state_whose_own_words_include_it(system, word):
    for current in (S.REQUESTED, S.ACCEPTED):
        report = mappings.reported(system, word, current)
        words = {getattr(row, system) for row in mappings.WORDINGS if row.status is report.status}
        assert word in words | {"sent", "in review"}
        if report.outcome is not None and report.status is not S.EXPIRED:
            referral = attrs.evolve(
                standing(report.status), outcome=report.outcome, outcome_source=Source.AGENCY
            )
            assert getattr(mappings.wording(referral), system) == word


@pytest.mark.parametrize("system", mappings.System)
@pytest.mark.parametrize(
    "word", ["", "received", "ready", "REQUESTED", "done", "done/services_no_longer_needed"]
)
def test_an_unknown_word_is_reported_and_never_guessed(system, word):
    report = mappings.reported(system, word, S.REQUESTED)
    assert (report.word, report.status, report.outcome, report.needs_review) == (word, None, None, True)


def test_a_word_without_a_reason_needs_review():
    reported = mappings.reported
    assert reported("fhir_task", "failed", S.ACCEPTED).needs_review
    assert reported("fhir_task", "on-hold", S.ACCEPTED).needs_review
    assert reported("primero", "revoked", S.REQUESTED).needs_review
    assert not reported("fhir_task", "accepted", S.REQUESTED).needs_review
    assert not reported("findhelp", "Got help", S.REQUESTED).needs_review
    assert not reported("findhelp", "Needs client action", S.ACCEPTED).needs_review


def test_a_refusal_after_the_answer_is_a_failure():
    assert mappings.reported("findhelp", "No capacity", S.REQUESTED).status is S.REJECTED
    assert mappings.reported("findhelp", "No capacity", S.ON_HOLD).status is S.FAILED


def test_an_unknown_system_and_a_word_that_is_no_string_are_refused():
    for system, word in (("fax", "sent"), ("findhelp", None)):
        with pytest.raises(InvalidReferralError):
            mappings.reported(system, word, S.REQUESTED)


OURS = {
    ("our_system", "Helped"): mappings.Meant("completed", "service_received"),
    ("our_system", "Full"): mappings.Meant("rejected", "no_capacity", once_accepted="failed"),
    ("findhelp", "Pending"): mappings.Meant("on_hold", hold_reason="waitlisted"),
}


def test_a_table_can_add_systems_and_replace_meanings():
    words = mappings.with_words(OURS, {("our_system", "Helped"): mappings.Meant("completed", "enrolled")})
    assert mappings.reported("our_system", "Helped", S.REQUESTED, words).outcome is O.ENROLLED
    for current, status in ((S.REQUESTED, S.REJECTED), (S.ACCEPTED, S.FAILED)):
        assert mappings.reported("our_system", "Full", current, words).status is status
    assert mappings.reported("findhelp", "Pending", S.ACCEPTED, words).hold_reason is HoldReason.WAITLISTED
    assert mappings.reported("findhelp", "Got help", S.ACCEPTED, words).outcome is O.SERVICE_RECEIVED
    assert mappings.reported("our_system", "helped", S.REQUESTED, words).needs_review
    assert mappings.known_words("our_system", words) == ("Helped", "Full")
    with pytest.raises(InvalidReferralError):
        mappings.reported("our_system", "Helped", S.REQUESTED)


@pytest.mark.parametrize(
    "table",
    [{("a", ""): OURS["our_system", "Full"]}, {"a": OURS["our_system", "Full"]}, {("a", "b"): "completed"},
     {("a",): OURS["our_system", "Full"]}, {(1, "b"): OURS["our_system", "Full"]}],
)  # fmt: skip
def test_an_invalid_table_is_refused(table):
    with pytest.raises(InvalidReferralError, match="table of words"):
        mappings.with_words(table)


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        ("helped", {}),
        ("completed", {"outcome": "helped"}),
        ("accepted", {"outcome": "enrolled"}),
        ("rejected", {"outcome": "no_capacity", "once_accepted": "on_hold"}),
        ("completed", {"hold_reason": "waitlisted"}),
    ],
)
def test_a_meaning_must_fit_its_state(status, fields):
    with pytest.raises(InvalidReferralError):
        mappings.Meant(status, **fields)


# FHIR

TASK_STATUSES = (
    "draft requested accepted rejected cancelled in-progress on-hold failed completed entered-in-error"
)
REQUEST_STATUSES = "draft active on-hold revoked completed entered-in-error unknown"


@pytest.mark.parametrize("status", [status for status in S if status is not S.GIVEN])
@pytest.mark.parametrize(
    "patron", [None, "Patient/7f3a-9c2e-41d0", "urn:uuid:0d9f3c1e-7a52-4f7e-9a3b-5c6d7e8f9a0b"]
)
def test_an_export_is_valid_fhir_and_identifies_no_patron(status, patron):
    referral = standing(status)
    task = fhir.task(referral, requester="Organization/library", patron=patron)
    request = fhir.service_request(referral, requester="Organization/library", patron=patron)
    assert Task.model_validate(task).get_resource_type() == "Task"
    assert ServiceRequest.model_validate(request).get_resource_type() == "ServiceRequest"
    assert task["status"] in TASK_STATUSES.split()
    assert request["status"] in REQUEST_STATUSES.split()
    assert task["intent"] == request["intent"] == "order"
    assert [coding["code"] for coding in task["code"]["coding"]] == ["fulfill"]
    assert task["focus"] == {"reference": f"ServiceRequest/{request['id']}"}
    assert "owner" not in task
    subject = {"reference": patron} if patron else task["for"]
    assert task["for"] == request["subject"] == subject
    if not patron:
        assert task["for"]["extension"][0]["valueCode"] == "masked"
    assert "desk-2" not in json.dumps([task, request])


def test_the_validator_detects_faults():
    task = fhir.task(after(*ASKED), requester="Organization/library")
    for change in ({"focus": "ServiceRequest/1"}, {"authoredOn": "noon"}, {"outcome": "x"}):
        with pytest.raises(ValueError, match="validation error"):
            Task.model_validate(task | change)


def test_a_reason_is_given_for_the_current_state_only():
    waiting = after(*WAITS)
    assert fhir.task(waiting, requester="Organization/l")["statusReason"] == {"text": "waitlisted"}
    started = advance(waiting, E.START, AGENCY, T0 + 9 * HOUR).referral
    assert "statusReason" not in fhir.task(started, requester="Organization/l")
    expired = fhir.task(standing(S.EXPIRED), requester="Organization/l")
    assert (expired["status"], expired["statusReason"]["text"]) == ("cancelled", "expired: no response")
    full = fhir.task(standing(S.REJECTED), requester="Organization/l")["statusReason"]
    assert (full["coding"][0]["code"], full["text"]) == ("no-capacity", "no_capacity")


def test_a_loop_that_the_patron_closed_leaves_the_agencys_task_alone():
    done = after(*TAKEN, (E.COMPLETE, PATRON, HELPED))
    task = fhir.task(done, requester="Organization/l", owner="Organization/o-1")
    assert task["status"] == "accepted"
    assert "businessStatus" not in task
    assert task["owner"] == {"reference": "Organization/o-1"}
    assert fhir.service_request(done, requester="Organization/l")["status"] == "completed"


def test_an_outcome_reported_by_staff_leaves_the_agencys_task_alone():
    failed = standing(S.FAILED)
    amended = advance(
        failed,
        E.AMEND_OUTCOME,
        STAFF,
        failed.last_at,
        Details(outcome="no_show", outcome_source="staff"),
    ).referral
    task = fhir.task(amended, requester="Organization/l")
    assert "statusReason" not in task
    assert "businessStatus" not in task


def test_the_agencys_outcome_is_exported():
    task = fhir.task(standing(S.COMPLETED), requester="Organization/l")
    assert task["businessStatus"] == {"text": "enrolled"}


def test_a_new_request_names_the_one_that_it_replaces():
    first = standing(S.REJECTED)
    second = re_refer(first, proposal(id="r-2", organization_id="o-2"), STAFF, first.last_at).referral
    request = fhir.service_request(second, requester="Organization/l")
    assert request["replaces"] == [{"reference": "ServiceRequest/r-1"}]
    assert ServiceRequest.model_validate(request).replaces


def test_information_is_not_exported():
    for write in (fhir.task, fhir.service_request):
        with pytest.raises(InvalidReferralError, match="information"):
            write(standing(S.GIVEN), requester="Organization/l")


@pytest.mark.parametrize(
    "reference",
    [
        "someone@example.org",
        "555-0100",
        "Patient/",
        "Patient/a b",
        "",
        "Patient/555-123-4567",
        "Patient/jane.smith",
    ],
)
def test_a_reference_that_could_identify_a_person_is_refused(reference):
    for write in (fhir.task, fhir.service_request):
        with pytest.raises((InvalidReferralError, InvalidPatronRefError)):
            write(after(*ASKED), requester="Organization/l", patron=reference)


def test_an_id_that_fhir_does_not_allow_is_refused():
    with pytest.raises(InvalidReferralError, match="id for FHIR"):
        fhir.task(drafted(id="r 1"), requester="Organization/l")


@pytest.mark.parametrize("missing", ["organization_id", "concepts"])
def test_a_sent_referral_needs_an_agency_and_a_need(missing):
    empty = {"organization_id": "", "concepts": []}[missing]
    with pytest.raises(InvalidReferralError, match=missing):
        drafted("direct", **{missing: empty})
    assert drafted("information", **{missing: empty}).id == "r-1"
