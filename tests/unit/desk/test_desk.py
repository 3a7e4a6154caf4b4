"""Referring: what is sent, to whom and with whose consent; what is stored, and what is not."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import attrs
import pytest
from sqlalchemy import create_engine

import communityconnector as cc
from builders import (
    LINK_BASE,
    MONDAY,
    PATRON,
    STAFF,
    agency,
    best_match,
    consent_terms,
    contact_preference,
    location,
    make_desk,
    pantries,
    send_referral,
    service,
    take_referrals,
)
from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store import record_kinds
from communityconnector.errors import (
    AgencyNotFoundError,
    IdempotencyConflictError,
    IllegalTransitionError,
    InvalidConsentError,
    InvalidPatronRefError,
    InvalidReferralError,
    PermissionDeniedError,
    ReferralNotFoundError,
    ServiceNotFoundError,
    StaleRecordError,
    StorageError,
)
from communityconnector.model import Disclosure, Organization, Service
from communityconnector.referrals import Event, ReferralStatus, derived_ref, patron_ref


def rows(desk, kind):
    return list(desk.storage.scan(kind))


# Information: the patron has the details, and nothing else happens


def test_by_default_a_referral_gives_details_and_sends_nothing(desk):
    referral = desk.refer(best_match(), actor=STAFF)
    assert referral.status is ReferralStatus.GIVEN
    assert referral.concepts == ("food-pantry",)
    assert [event.event for event in desk.referrals.events(referral.id)] == [Event.CREATE, Event.GIVE]
    assert rows(desk, record_kinds.OUTBOX) == []
    assert rows(desk, record_kinds.PRIVATE) == []
    assert desk.dispatch_once().total == 0


@pytest.mark.parametrize(
    "asked",
    [{"patron": "token-5f3a9c"}, {"shared_fields": {"first_name": "Quill"}}, {"consent": consent_terms()}],
)
def test_an_information_referral_has_no_patron(desk, asked):
    with pytest.raises(InvalidReferralError, match="another type"):
        desk.refer(best_match(), actor=STAFF, **asked)


def test_a_referral_by_service_or_id_must_name_the_need(desk):
    match = best_match()
    with pytest.raises(InvalidReferralError, match="say what is needed"):
        desk.refer(match.service, actor=STAFF)
    by_service = desk.refer(match.service, actor=STAFF, concepts=["food-pantry"])
    by_id = desk.refer(match.service_id, actor=STAFF, concepts=["food-pantry"])
    assert by_service.organization_id == by_id.organization_id == match.organization.id
    with pytest.raises(ServiceNotFoundError):
        desk.refer("no-such-service", actor=STAFF, concepts=["food-pantry"])


def test_given_details_close_as_completed_on_success_and_as_failed_otherwise(desk):
    for outcome, status in (("service_received", "completed"), ("transport_barrier", "failed")):
        referral = desk.refer(best_match(), actor=STAFF)
        closed = desk.record_event(
            referral.id, "close_given", actor=STAFF, outcome=outcome, outcome_source="patron"
        )
        assert closed.status == status
        assert closed.is_loop_closed


# Sending: with consent, what the agency asks for, and nothing else


def test_one_commit_writes_a_sent_referral_with_event_log_message_and_disclosure(desk):
    referral = send_referral(desk)
    assert referral.status is ReferralStatus.REQUESTED
    (row,) = rows(desk, record_kinds.OUTBOX)
    (disclosure,) = rows(desk, record_kinds.DISCLOSURE)
    (event,) = [one for one in rows(desk, record_kinds.EVENT) if one.document["event"] == "send"]
    entry = next(one for one in desk.audit.entries() if one.action == "send")
    assert disclosure.document["fields"] == ["first_name"]
    assert (entry.fields, entry.to) == (("first_name",), referral.organization_id)
    written = {
        desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id].version,
        row.version,
        event.version,
    }
    assert written == {disclosure.version}, "not in one commit"


def test_a_draft_is_sent_once_there_is_consent(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    assert draft.status is ReferralStatus.DRAFT
    with pytest.raises(IllegalTransitionError) as refused:
        desk.record_event(draft.id, "send", actor=STAFF)
    assert refused.value.guard == "consent"
    consent = desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    assert consent.expires_at - consent.granted_at == timedelta(days=90)
    assert desk.record_event(draft.id, "send", actor=STAFF).status is ReferralStatus.REQUESTED


def test_an_expired_consent_sends_nothing(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.referrals.consent(draft.id, consent_terms(days=1), actor=STAFF)
    desk.clock.advance(days=1)
    with pytest.raises(IllegalTransitionError) as refused:
        desk.record_event(draft.id, "send", actor=STAFF)
    assert refused.value.guard == "consent"


def test_a_field_without_consent_is_not_sent(desk):
    match = best_match()
    take_referrals(desk, match, optional_fields=["phone"])
    fields = {"first_name": "Quill", "phone": "336-555-0101"}
    with pytest.raises(IllegalTransitionError) as refused:
        send_referral(desk, match, shared_fields=fields)
    assert refused.value.guard == "consent"
    assert rows(desk, record_kinds.REFERRAL) == [], "a refused referral leaves something behind"
    send_referral(desk, match, shared_fields=fields, consent=consent_terms(fields=["first_name", "phone"]))


@pytest.mark.parametrize(
    ("fields", "says"),
    [({}, "the agency requires first_name"), ({"first_name": "Q", "diagnosis": "x"}, "ask for diagnosis")],
)
def test_an_agency_gets_only_fields_that_its_intake_asks_for(desk, fields, says):
    with pytest.raises(InvalidReferralError, match=says):
        send_referral(desk, shared_fields=fields, consent=consent_terms(fields=sorted(fields)))


def test_an_agency_without_an_intake_cannot_be_sent_a_referral(desk):
    with pytest.raises(InvalidReferralError, match="it is not known how"):
        desk.refer(best_match(), actor=STAFF, type="direct", consent=consent_terms(fields=[]))
    with pytest.raises(InvalidReferralError, match="no notifier 'pigeon'"):
        desk.referrals.set_intake(
            cc.Intake(id="o", notifier="pigeon", address=cc.Secret("loft")), actor=STAFF
        )
    with pytest.raises(InvalidReferralError, match="either both a notifier and an address or neither"):
        cc.Intake(id="o", notifier="box")


def test_a_warm_handoff_sends_no_message(desk):
    match = best_match()
    take_referrals(desk, match, notifier="", address=cc.Secret(""))
    assert send_referral(desk, match, type="warm_handoff").status is ReferralStatus.REQUESTED
    assert rows(desk, record_kinds.OUTBOX) == []


def test_a_services_own_intake_takes_precedence_over_its_agencys(desk):
    match = best_match()
    take_referrals(desk, match)
    own = cc.Secret("service@example.org")
    desk.referrals.set_intake(
        cc.Intake(id=match.service_id, entity="service", notifier="box", address=own), actor=STAFF
    )
    send_referral(desk, match, shared_fields={}, consent=consent_terms(fields=[]))
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts] == ["service@example.org"]
    with pytest.raises(AgencyNotFoundError):
        desk.referrals.intake(match.service_id)
    assert desk.referrals.intake(match.service_id, "service").entity == "service"
    with pytest.raises(InvalidReferralError, match="unknown Taker"):
        desk.referrals.intake(match.service_id, "programme")


def test_a_service_and_an_agency_with_the_same_id_have_separate_intakes(desk):
    """Ids such as 1, 2, 3 are usual where a directory was a spreadsheet."""
    match = best_match()
    take_referrals(desk, match)
    sheriff = Organization(id=match.service_id, name="Sheriff", description="For tests.")
    desk.load(cc.Directory.of([Service(id="patrol", name="Patrol", status="active", organization=sheriff)]))
    other = cc.Secret("sheriff@example.org")
    desk.referrals.set_intake(cc.Intake(id=match.service_id, notifier="box", address=other), actor=STAFF)
    send_referral(desk, match)
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts] == ["agency@example.org"]


def refuge(name="Harbor Shelter", **fields):
    house = location(name="House", disclosure=Disclosure.NEVER)
    return service("s", house, name=name, organization=agency(), **fields)


def test_a_confidential_service_needs_a_channel_approved_for_it(desk):
    desk.load(cc.Directory.of([refuge()]))
    desk.referrals.set_intake(
        cc.Intake(id="o", notifier="box", address=cc.Secret("a@example.org")), actor=STAFF
    )
    asked = {"type": "direct", "concepts": ["emergency-shelter"], "consent": consent_terms(fields=[])}
    with pytest.raises(IllegalTransitionError) as refused:
        desk.refer("s", actor=STAFF, **asked)
    assert refused.value.guard == "channel_allowed"
    desk.referrals.set_intake(
        cc.Intake(id="o", notifier="box", address=cc.Secret("a@example.org"), takes_confidential=True),
        actor=STAFF,
    )
    desk.refer("s", actor=STAFF, **asked)


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_no_referral_is_sent_to_an_inactive_service(desk, status):
    desk.load(cc.Directory.of([attrs.evolve(refuge(), status=status, service_at_locations=())]))
    desk.referrals.set_intake(cc.Intake(id="o"), actor=STAFF)
    with pytest.raises(IllegalTransitionError) as refused:
        desk.refer(
            "s", actor=STAFF, type="warm_handoff", concepts=["food-pantry"], consent=consent_terms(fields=[])
        )
    assert refused.value.guard == "service_active"


@pytest.mark.parametrize("concept", ["safe-house", "detox"])
def test_sensitive_needs_require_written_consent(desk, concept):
    match = best_match()
    take_referrals(desk, match)
    for method in ("verbal", "electronic"):
        with pytest.raises(InvalidConsentError, match="written"):
            send_referral(desk, match, concepts=[concept], consent=consent_terms(method=method))
    send_referral(desk, match, concepts=[concept], consent=consent_terms(method="written"))


def test_a_service_named_like_a_refuge_requires_written_consent(desk):
    desk.load(cc.Directory.of([refuge("Domestic Violence Program")]))
    desk.referrals.set_intake(cc.Intake(id="o", takes_confidential=True), actor=STAFF)
    asked = {"type": "warm_handoff", "concepts": ["food-pantry"]}
    with pytest.raises(InvalidConsentError, match="written"):
        desk.refer("s", actor=STAFF, consent=consent_terms(fields=[]), **asked)
    desk.refer("s", actor=STAFF, consent=consent_terms(fields=[], method="written"), **asked)


def test_a_guardian_consents_for_a_young_child(desk):
    with pytest.raises(InvalidConsentError, match="guardian"):
        send_referral(desk, age_band="under_13")
    send_referral(desk, age_band="under_13", consent=consent_terms(given_by="guardian"))
    send_referral(desk, age_band="13_17")


def test_a_library_decides_when_a_guardian_consents():
    seen = []

    def needs_guardian(age, tags):
        seen.append((age, tags))
        return age == "13_17" and "mental_health" not in tags

    with make_desk(policy=cc.Policy(needs_guardian=needs_guardian)) as desk:
        with pytest.raises(InvalidConsentError, match="guardian"):
            send_referral(desk, age_band="13_17")
        send_referral(desk, age_band="13_17", consent=consent_terms(given_by="guardian"))
        send_referral(desk, age_band="13_17", concepts=["counseling"])
        send_referral(desk, age_band="under_13")
        with pytest.raises(InvalidConsentError, match="guardian"):
            send_referral(desk, age_band="13_17", terms=["BH-1800"])
        assert seen[-1] == ("13_17", frozenset({"unclassified"}))


@pytest.mark.parametrize("days", [0, 366])
def test_a_consent_ends_within_a_year(days):
    with pytest.raises(InvalidConsentError, match="365"):
        consent_terms(days=days)
    with pytest.raises(InvalidConsentError, match="purpose"):
        consent_terms(purpose=" ")


def test_a_newer_consent_replaces_the_older_for_one_referral(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    first = desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    second = desk.referrals.consent(draft.id, consent_terms(purpose="other"), actor=STAFF)
    kept = {record.id: record.document for record in rows(desk, record_kinds.CONSENT)}
    assert "revoked_at" in kept[first.id]
    assert "revoked_at" not in kept[second.id]
    given = desk.refer(match, actor=STAFF)
    with pytest.raises(InvalidReferralError):
        desk.referrals.consent(given.id, consent_terms(), actor=STAFF)


# Taking back


def test_a_revoked_consent_stops_unsent_messages_and_deletes_private_data(desk):
    referral = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    after = desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert (after.status, after.outcome) == ("cancelled", "consent_revoked")
    assert rows(desk, record_kinds.PRIVATE) == []
    desk.dispatch_once()
    assert desk.box == [], "an agency that has heard of nothing has nothing to delete"
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields == {}


def test_consent_can_be_revoked_before_sending_and_after_closing(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    assert desk.referrals.revoke_consent(draft.id, actor=PATRON).status is ReferralStatus.DRAFT
    with pytest.raises((IllegalTransitionError, InvalidReferralError)):
        desk.record_event(draft.id, "send", actor=STAFF)
    over = send_referral(desk, match)
    agency = cc.Actor("agency", over.organization_id)
    desk.record_event(over.id, "complete", actor=agency, outcome="service_received")
    assert desk.referrals.revoke_consent(over.id, actor=STAFF).status is ReferralStatus.COMPLETED
    assert rows(desk, record_kinds.PRIVATE) == []
    with pytest.raises(PermissionDeniedError):
        desk.referrals.revoke_consent(over.id, actor=agency)


@pytest.mark.parametrize(
    ("event", "fields"), [("cancel", {"outcome": "patron_declined"}), ("void", {"text": "wrong patron"})]
)
def test_an_agency_is_notified_of_a_revoked_referral(desk, event, fields):
    referral = send_referral(desk)
    desk.dispatch_once()
    boss = cc.Actor("staff", "desk-1", frozenset({"void"}))
    desk.record_event(referral.id, event, actor=boss, **fields)
    desk.dispatch_once()
    assert desk.box.texts[-1] == (
        "agency@example.org",
        f"Referral {referral.id} was withdrawn. Please delete your records of it.",
    )


def test_discarding_a_draft_leaves_only_a_log_entry(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    with pytest.raises(IllegalTransitionError) as refused:
        desk.referrals.discard(draft.id, actor=cc.Actor("staff", "desk-9"))
    assert refused.value.guard == "creator"
    desk.referrals.discard(draft.id, actor=STAFF)
    for kind in (record_kinds.REFERRAL, record_kinds.EVENT, record_kinds.PRIVATE, record_kinds.CONSENT):
        assert rows(desk, kind) == []
    assert [entry.action for entry in desk.audit.entries()] == [
        "put_intake",
        "create",
        "consent",
        "discard",
    ]
    with pytest.raises(ReferralNotFoundError):
        desk.referrals.get(draft.id)


# Who may do what


def test_an_agency_may_act_on_its_own_referrals_only(desk):
    referral = send_referral(desk)
    with pytest.raises(IllegalTransitionError) as refused:
        desk.record_event(referral.id, "accept", actor=cc.Actor("agency", "another"))
    assert refused.value.guard == "own_referral"
    agency = cc.Actor("agency", referral.organization_id)
    assert desk.record_event(referral.id, "accept", actor=agency).status is ReferralStatus.ACCEPTED


@pytest.mark.parametrize("role", ["agency", "patron", "system", "adapter"])
def test_only_staff_read_private_data_and_each_reading_is_logged(desk, role):
    referral = send_referral(desk)
    with pytest.raises(PermissionDeniedError):
        desk.privacy.read_private(referral.id, actor=cc.Actor(role))
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields["first_name"].reveal() == "Quill"
    last = list(desk.audit.entries())[-1]
    assert (last.action, last.fields) == ("read", ("first_name",))


@pytest.mark.parametrize("event", ["create", "re_refer", "discard"])
def test_events_with_a_call_of_their_own_are_refused_by_record_event(desk, event):
    with pytest.raises(InvalidReferralError, match="call of its own"):
        desk.record_event(desk.refer(best_match(), actor=STAFF).id, event, actor=STAFF)


# Twice the same, and two at once


def test_a_repeated_request_with_the_same_key_counts_once(desk):
    match = best_match()
    asked = {
        "type": "direct",
        "shared_fields": {"first_name": "Quill"},
        "contacts": [contact_preference(desk)],
        "consent": consent_terms(),
    }
    take_referrals(desk, match)
    first = desk.refer(match, actor=STAFF, idempotency_key="form-1", **asked)
    assert desk.refer(match, actor=STAFF, idempotency_key="form-1", **asked) == first
    assert len(rows(desk, record_kinds.REFERRAL)) == 1
    with pytest.raises(IdempotencyConflictError):
        desk.refer(
            match,
            actor=STAFF,
            idempotency_key="form-1",
            **{**asked, "shared_fields": {"first_name": "Rowan"}},
        )
    done = {"actor": STAFF, "outcome": "patron_declined", "idempotency_key": "form-2"}
    assert desk.record_event(first.id, "cancel", **done) == desk.record_event(first.id, "cancel", **done)
    remembered = json.dumps([dict(record.document) for record in rows(desk, record_kinds.REQUEST)])
    assert "Quill" not in remembered
    assert "form-1" not in remembered


def test_a_refused_request_does_not_use_up_its_key(desk):
    match = best_match()
    with pytest.raises(InvalidReferralError):
        desk.refer(match, actor=STAFF, type="direct", consent=consent_terms(fields=[]), idempotency_key="k")
    desk.refer(match, actor=STAFF, idempotency_key="k")


def test_a_change_of_an_older_version_is_refused(desk):
    referral = send_referral(desk)
    agency = cc.Actor("agency", referral.organization_id)
    desk.record_event(referral.id, "accept", actor=agency, expected_version=2)
    with pytest.raises(StaleRecordError) as stale:
        desk.record_event(referral.id, "start", actor=agency, expected_version=2)
    assert (stale.value.expected, stale.value.found) == (2, 3)


def test_a_clock_that_was_set_back_does_not_stop_the_desk(desk):
    referral = send_referral(desk)
    desk.clock.advance(hours=-1)
    agency = cc.Actor("agency", referral.organization_id)
    assert desk.record_event(referral.id, "accept", actor=agency).responded_at == MONDAY


# What is kept where


def test_texts_are_stored_as_private_data_and_not_with_the_event(desk):
    referral = desk.refer(best_match(), actor=STAFF)
    desk.record_event(
        referral.id,
        "close_given",
        actor=STAFF,
        outcome="other",
        outcome_source="staff",
        text="Came with Rowan.",
    )
    assert all("Rowan" not in json.dumps(dict(one.document)) for one in rows(desk, record_kinds.EVENT))
    assert desk.privacy.read_private(referral.id, actor=STAFF).notes["3"].reveal() == "Came with Rowan."


def test_the_inbox_lists_sent_open_referrals(desk):
    first, second = send_referral(desk), send_referral(desk)
    agency = cc.Actor("agency", first.organization_id)
    desk.record_event(first.id, "reject", actor=agency, outcome="no_capacity")
    assert [one.id for one in desk.referrals.inbox(first.organization_id)] == [second.id]
    other = next(
        one.organization.id for one in pantries().services.values() if one.organization.id != agency.id
    )
    assert desk.referrals.inbox(other) == ()


@pytest.mark.parametrize(
    "ref",
    ["rowan@example.org", "336-555-0101", "078-05-1120", "20001234567890", "Rowan Quill", "short", "x" * 129],
)
def test_a_patron_reference_that_is_not_opaque_is_refused(desk, ref):
    with pytest.raises(InvalidPatronRefError) as refused:
        desk.refer(best_match(), actor=STAFF, type="direct", patron=ref)
    assert ref not in str(refused.value)


def test_library_card_numbers_are_refused_as_patron_references():
    with make_desk(policy=cc.Policy(cards=r"D\dE\d{5}")) as desk:
        with pytest.raises(InvalidPatronRefError):
            desk.refer(best_match(), actor=STAFF, type="direct", patron="D1E23456")
        desk.refer(best_match(), actor=STAFF, type="direct", patron="D1F2E456")


# Again, elsewhere


def test_a_new_attempt_is_a_new_referral_elsewhere_with_new_consent(desk):
    first = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)], area="286")
    agency = cc.Actor("agency", first.organization_id)
    desk.record_event(first.id, "reject", actor=agency, outcome="no_capacity")
    with pytest.raises(InvalidReferralError, match="tried before"):
        desk.referrals.re_refer(first.id, best_match(), actor=STAFF, type="direct")
    other = next(
        match for match in desk.match("food pantry") if match.organization.id != first.organization_id
    )
    take_referrals(desk, other)
    again = desk.referrals.re_refer(first.id, other, actor=STAFF, type="direct")
    assert (again.status, again.replaces, again.tried) == ("draft", first.id, (first.organization_id,))
    own = desk.privacy.read_private(again.id, actor=STAFF)
    assert own.shared_fields["first_name"].reveal() == "Quill"
    assert own.patron == "token-5f3a9c"
    with pytest.raises(IllegalTransitionError) as refused:
        desk.record_event(again.id, "send", actor=STAFF)
    assert refused.value.guard == "consent"
    with pytest.raises(IllegalTransitionError):
        desk.referrals.re_refer(again.id, other, actor=STAFF)


# With the host's own rows


def test_a_referral_commits_with_the_rows_of_its_host_or_not_at_all(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    with make_desk(create_storage(url)) as desk:
        match = best_match()
        engine = create_engine(url)
        for ends in ("rollback", "commit"):
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                referral = desk.referrals.within(connection).refer(match, actor=STAFF)
                getattr(connection, ends)()
            if ends == "rollback":
                with pytest.raises(ReferralNotFoundError):
                    desk.referrals.get(referral.id)
        assert desk.referrals.get(referral.id) == referral
        assert desk.audit.verify().ok
        engine.dispose()
    with make_desk() as desk, pytest.raises(StorageError, match="SQL database"):
        desk.referrals.within(object())


# Nothing private where it can be seen


def test_no_repr_or_log_identifies_the_patron(desk, caplog):
    caplog.set_level(logging.DEBUG)
    private = ("Quill", "patron@example.org", "token-5f3a9c", "agency@example.org")
    contact = contact_preference(desk)
    referral = send_referral(desk, patron=private[2], contacts=[contact])
    own = desk.privacy.read_private(referral.id, actor=STAFF)
    desk.dispatch_once()
    page = desk.links.open(desk.box.token())
    printed = " ".join(
        map(
            repr,
            [
                desk,
                own,
                contact,
                referral,
                page,
                *desk.referrals.events(referral.id),
                *rows(desk, record_kinds.PRIVATE),
            ],
        )
    )
    assert not [word for word in private if word in printed + caplog.text]


def test_an_unknown_id_is_repeated_only_if_it_could_be_an_id(desk):
    with pytest.raises(ReferralNotFoundError, match="'r-1'"):
        desk.referrals.get("r-1")
    with pytest.raises(ReferralNotFoundError, match="of that id"):
        desk.referrals.get("x" * 300)


def test_links_begin_with_the_letterheads_base(desk):
    send_referral(desk)
    desk.dispatch_once()
    assert LINK_BASE in desk.box.texts[0][1]


def test_a_derived_reference_is_opaque_and_serves_one_purpose():
    secret = cc.Secret("a secret of the library's")
    ref = derived_ref(secret, "referrals", "20001234567890")
    assert ref == patron_ref(ref)
    assert ref == derived_ref(secret, "referrals", "20001234567890")
    others = {
        derived_ref(secret, "surveys", "20001234567890"),
        derived_ref(secret, "referrals", "20001234567891"),
        derived_ref(cc.Secret("another secret of the library"), "referrals", "20001234567890"),
        derived_ref(secret, "referral", "s20001234567890"),
    }
    assert len(others | {ref}) == 5
    for bad in (
        ("short", "referrals", "1"),
        ("a secret of the library's", "", "1"),
        ("a secret of the library's", "r", ""),
    ):
        with pytest.raises(InvalidPatronRefError):
            derived_ref(cc.Secret(bad[0]), *bad[1:])


def test_a_large_directory_too_is_asked_for_an_agency():
    """With many services, the index answers for an agency that only services name."""
    services = [
        Service(id=f"s-{n}", name="Class", status="active", organization_id="o") for n in range(1_001)
    ]
    with cc.Connector.open() as desk:
        desk.load(cc.Directory.of(services))
        assert desk.referrals.intake("o") is None
        with pytest.raises(AgencyNotFoundError):
            desk.referrals.intake("elsewhere")
