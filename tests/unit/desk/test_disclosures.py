"""What an agency sees while consent is in force and afterwards, and what it is asked to delete."""

from __future__ import annotations

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
    consent_terms,
    contact_preference,
    make_desk,
    not_delivered,
    send_referral,
    take_referrals,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import AgencyPage
from communityconnector.desk.store import record_kinds
from communityconnector.directory_store import load
from communityconnector.errors import IllegalTransitionError, LinkNotValidError, ServiceNotFoundError
from communityconnector.referrals import Event, ReferralStatus
from communityconnector.storage import Delete, Put

TOKEN = "token-5f3a9c"  # noqa: S105  # a reference to nobody
BOSS = cc.Actor("staff", "desk-1", frozenset({"void"}))


def informed_agency(desk, **asked):
    """A referral whose message has gone out, and the link in it."""
    referral = send_referral(desk, patron=TOKEN, **asked)
    desk.dispatch_once()
    return referral, desk.box.token()


def reads(desk):
    return [(one.role, one.fields, one.because) for one in desk.audit.entries() if one.action == "read"]


def asked_to_delete(desk):
    """Ids of the referrals of which the agency is asked to delete what it holds, in order."""
    while desk.dispatch_once().total:
        pass
    return [
        body.split()[1]
        for to, body in desk.box.texts
        if to == "agency@example.org" and "was withdrawn" in body
    ]


# What a link shows


def test_an_agencys_page_shows_what_it_needs_and_no_other_agency():
    assert set(attrs.fields_dict(AgencyPage)) == {
        "referral_id",
        "status",
        "service_name",
        "needs",
        "is_urgent",
        "shared_fields",
        "notice",
        "events",
        "expires_at",
    }


def test_while_consent_is_in_force_a_link_shows_the_shared_fields(desk):
    referral, token = informed_agency(desk, priority="urgent")
    page = desk.links.open(token)
    assert (page.referral_id, page.status) == (referral.id, ReferralStatus.REQUESTED)
    assert page.service_name == best_match().service.name
    assert page.needs == ("Groceries from a food pantry",)
    assert page.is_urgent
    assert page.shared_fields["first_name"].reveal() == "Quill"
    (consent,) = desk.storage.scan(record_kinds.CONSENT)
    assert reads(desk) == [("agency", ("first_name",), consent.id)]


def shows_nothing(page):
    return (page.service_name, page.needs, page.is_urgent, dict(page.shared_fields), page.notice) == (
        "",
        (),
        False,
        {},
        "",
    )


def test_after_consent_expires_a_link_shows_nothing_and_still_takes_answers(desk):
    referral, token = informed_agency(desk, consent=consent_terms(days=1), priority="urgent")
    desk.clock.advance(days=1)
    page = desk.links.open(token)
    assert shows_nothing(page)
    assert (page.referral_id, page.status) == (referral.id, ReferralStatus.REQUESTED)
    assert Event.ACCEPT in page.events
    assert reads(desk) == [("agency", (), "")]
    assert desk.links.answer(token, "accept").referral.status is ReferralStatus.ACCEPTED


def test_a_link_to_a_closed_referral_shows_only_its_outcome(desk):
    referral, token = informed_agency(desk)
    desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="service_received")
    page = desk.links.open(token)
    assert shows_nothing(page)
    assert (page.status, page.events) == (ReferralStatus.COMPLETED, ())
    assert reads(desk) == [("agency", (), "")]
    amended = desk.record_event(referral.id, "amend_outcome", actor=agency_of(referral), outcome="enrolled")
    assert amended.outcome == "enrolled"


ENDS = {
    "revoked": lambda desk, referral: desk.referrals.revoke_consent(referral.id, actor=PATRON),
    "erased": lambda desk, _: desk.privacy.erase(TOKEN, actor=STAFF),
    "voided": lambda desk, referral: desk.record_event(referral.id, "void", actor=BOSS, text="wrong agency"),
}


@pytest.mark.parametrize("over", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize("end", ENDS)
def test_a_revoked_referral_is_neither_shown_nor_answered_by_link(desk, end, over):
    referral, token = informed_agency(desk)
    if over:
        desk.record_event(referral.id, "fail", actor=agency_of(referral), outcome="no_funds")
    ENDS[end](desk, referral)
    for use in (lambda: desk.links.open(token), lambda: desk.links.answer(token, "accept")):
        with pytest.raises(LinkNotValidError, match="cannot be used any more"):
            use()
    assert reads(desk) == []


def test_a_link_to_a_deleted_referral_cannot_be_used(desk):
    referral, patrons = patrons_link(desk, follow_up_allowed=True)
    agencys = desk.box.token(0)
    (record,) = desk.storage.scan(record_kinds.REFERRAL)
    desk.storage.commit([Delete(record_kinds.REFERRAL, referral.id, record.version)])
    for use in (
        lambda: desk.links.open(agencys),
        lambda: desk.links.answer(agencys, "start"),
        lambda: desk.links.open(patrons),
        lambda: desk.links.answer_follow_up(patrons, cc.FollowUp(reached=True, helped="yes")),
    ):
        with pytest.raises(LinkNotValidError):
            use()


def test_a_link_still_names_a_service_that_left_the_directory(desk):
    match = best_match()
    _, token = informed_agency(desk)
    rest = cc.Directory.of(one for one in cc.sample().services.values() if one.id != match.service.id)
    load(desk.storage, rest, now=MONDAY, drop_missing=True)
    with pytest.raises(ServiceNotFoundError):
        desk.refer(match.service_id, actor=STAFF, concepts=["food-pantry"])
    page = desk.links.open(token)
    assert page.service_name == match.service.name
    assert page.shared_fields["first_name"].reveal() == "Quill"
    assert desk.links.answer(token, "accept").referral.status is ReferralStatus.ACCEPTED


def patrons_link(desk, **asked):
    referral, _ = informed_agency(desk, contacts=[contact_preference(desk)], **asked)
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    return referral, desk.box.token()


def test_a_patrons_view_is_logged(desk):
    referral, token = patrons_link(desk)
    desk.links.open(token)
    last = list(desk.audit.entries())[-1]
    assert (last.action, last.role, last.actor_id, last.referral_id) == ("read", "patron", "", referral.id)


def test_a_patron_who_did_not_agree_to_follow_up_is_not_asked(desk):
    referral, token = patrons_link(desk)
    assert not desk.links.open(token).asks
    answer = cc.FollowUp(reached=True, helped="no")
    with pytest.raises(IllegalTransitionError) as refusal:
        desk.links.answer_follow_up(token, answer)
    assert (refusal.value.status, refusal.value.guard) == ("accepted", "follow_up_allowed")
    assert desk.referrals.follow_up_answers(referral.id) == ()
    assert desk.links.open(token).words, "the link is used up"
    assert desk.follow_up(referral.id, answer, actor=STAFF).status is ReferralStatus.FAILED


def test_the_actor_who_issues_a_link_is_logged(desk):
    take_referrals(desk, best_match())
    (entry,) = desk.audit.entries()
    assert (entry.action, entry.role, entry.actor_id) == ("put_intake", "staff", STAFF.id)
    assert best_match().organization.id in entry.to
    assert "agency@example.org" not in str(entry)


# What has been disclosed, and is asked back


def test_a_referral_withdrawn_before_delivery_is_no_disclosure(desk):
    referral = send_referral(desk, patron=TOKEN)
    assert len(desk.privacy.disclosures_of(TOKEN, actor=STAFF)) == 1, "it may go out at any moment"
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert asked_to_delete(desk) == []
    assert desk.box == []
    assert desk.privacy.disclosures_of(TOKEN, actor=STAFF) == ()
    (entry,) = [one for one in desk.audit.entries() if one.action == "withhold"]
    assert (entry.role, entry.referral_id, entry.to) == ("patron", referral.id, referral.organization_id)
    (kept,) = desk.privacy.export_for(TOKEN, actor=STAFF)["referrals"][0]["disclosures"]
    assert kept["withdrawn_at"] == record_kinds.stamp(desk.clock.now)
    desk.privacy.erase(TOKEN, actor=STAFF)
    assert asked_to_delete(desk) == []


def _sent(desk, _):
    desk.dispatch_once()


def _tried(desk, _):
    desk.box.failures = [not_delivered(retry=True)]
    desk.dispatch_once()


def _given_up(desk, _):
    desk.box.failures = [not_delivered()]
    desk.dispatch_once()


def _tried_again(desk, _):
    _given_up(desk, _)
    (row,) = desk.messages.dead_letters()
    desk.messages.retry(row.id, actor=STAFF)


def _claimed(desk, _):
    def die(_):
        raise KeyboardInterrupt

    sends, desk.box.send = desk.box.send, die
    with pytest.raises(KeyboardInterrupt):
        desk.dispatch_once()
    desk.box.send = sends


def _invited(desk, referral):
    desk.links.issue_agency_link(referral.id, actor=STAFF)


def _answered(desk, referral):
    desk.record_event(referral.id, "accept", actor=agency_of(referral))


def _long_ago(desk, _):
    desk.dispatch_once()
    desk.clock.advance(days=40)
    desk.purge()
    assert not list(desk.storage.scan(record_kinds.OUTBOX))


def _written_by_a_newer_version(desk, _):
    (record,) = desk.storage.scan(record_kinds.OUTBOX)
    newer = {**record.document, "newer": True}
    desk.storage.commit([Put(record_kinds.OUTBOX, record.id, newer, record.version, record.keys)])


@pytest.mark.parametrize(
    "receive",
    [
        _sent,
        _tried,
        _given_up,
        _tried_again,
        _claimed,
        _invited,
        _answered,
        _long_ago,
        _written_by_a_newer_version,
    ],
)
def test_an_agency_that_may_have_received_data_is_asked_to_delete_it(desk, receive):
    referral = send_referral(desk, patron=TOKEN)
    receive(desk, referral)
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert asked_to_delete(desk) == [referral.id]
    assert len(desk.privacy.disclosures_of(TOKEN, actor=STAFF)) == 1
    assert "withhold" not in [one.action for one in desk.audit.entries()]


def _never(desk, _):
    """Nobody has sent anything."""


def _no_notifier(desk, _):
    make_desk(desk.storage, clock=desk.clock, notifiers={}).dispatch_once()


def _consent_over(desk, _):
    desk.clock.advance(days=2)
    desk.dispatch_once()


@pytest.mark.parametrize("unheard", [_never, _no_notifier, _consent_over])
@pytest.mark.parametrize("end", ["cancel", "void", "follow_up"])
def test_an_agency_that_received_nothing_is_asked_nothing(desk, unheard, end):
    referral = send_referral(desk, patron=TOKEN, consent=consent_terms(days=2))
    unheard(desk, referral)
    if end == "cancel":
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    elif end == "void":
        ENDS["voided"](desk, referral)
    else:
        desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=STAFF)
    assert asked_to_delete(desk) == []
    assert desk.privacy.disclosures_of(TOKEN, actor=STAFF) == ()


def test_an_undelivered_message_is_not_retried_after_revocation(desk):
    referral = send_referral(desk)
    _given_up(desk, referral)
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    assert desk.messages.dead_letters() == ()


def test_an_expired_unsent_message_is_no_disclosure(desk):
    send_referral(desk, patron=TOKEN)
    desk.clock.advance(days=30)
    assert desk.referrals.run_due().expired == 1
    assert asked_to_delete(desk) == []
    assert desk.privacy.disclosures_of(TOKEN, actor=STAFF) == ()


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "how", [("complete", "service_received"), ("reject", "no_funds"), ("cancel", "no_show")]
)
def test_after_closing_an_agency_is_asked_once_to_delete_its_data(desk, end, how):
    referral, _ = informed_agency(desk)
    event, outcome = how
    desk.record_event(referral.id, event, actor=agency_of(referral), outcome=outcome)
    desk.clock.advance(days=40)
    assert asked_to_delete(desk) == []
    ENDS[end](desk, referral)
    assert asked_to_delete(desk) == [referral.id]
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert asked_to_delete(desk) == [referral.id], "it was asked before"


def test_a_deletion_request_holds_an_id_and_nothing_else(desk):
    referral, _ = informed_agency(desk)
    desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="service_received")
    desk.privacy.erase(TOKEN, actor=STAFF)
    desk.dispatch_once()
    assert desk.box[-1].body == f"Referral {referral.id} was withdrawn. Please delete your records of it."


@pytest.mark.parametrize("actor", [PATRON, STAFF])
def test_staff_are_alerted_to_a_revocation_that_no_message_can_carry(desk, actor):
    take_referrals(desk, best_match(), notifier="", address=cc.Secret(""))
    referral = send_referral(desk, patron=TOKEN, type="warm_handoff")
    desk.record_event(referral.id, "fail", actor=agency_of(referral), outcome="no_funds")
    desk.dispatch_once()
    desk.box.clear()
    desk.referrals.revoke_consent(referral.id, actor=actor)
    desk.dispatch_once()
    told = [("staff@example.org", f"Referral {referral.id} needs attention: taken back by the patron.")]
    assert desk.box.texts == (told if actor is PATRON else [])
    assert len(desk.privacy.disclosures_of(TOKEN, actor=STAFF)) == 1


def test_a_message_claimed_during_a_revocation_counts_as_a_disclosure():
    class Meanwhile(MemoryStorage):
        """Has a worker claim the message just before the consent is taken back."""

        worker = None

        def commit(self, writes):
            worker = self.worker
            if worker is not None and any(one.kind == record_kinds.OUTBOX for one in writes):
                self.worker = None
                worker()
            return super().commit(writes)

    storage = Meanwhile()
    with make_desk(storage) as desk:
        referral = send_referral(desk, patron=TOKEN)
        storage.worker = lambda: storage.claim(
            record_kinds.OUTBOX,
            record_kinds.BY_DUE,
            record_kinds.stamp(desk.clock.now),
            record_kinds.stamp(desk.clock.now + timedelta(minutes=5)),
            9,
        )
        desk.referrals.revoke_consent(referral.id, actor=PATRON)
        assert asked_to_delete(desk) == [referral.id]


def test_an_erasure_includes_records_that_outlive_a_referral(desk):
    referral, _ = informed_agency(desk)
    desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="service_received")
    desk.clock.advance(days=200)
    desk.purge()
    assert len(desk.privacy.disclosures_of(TOKEN, actor=STAFF)) == 1
    assert desk.privacy.erase(TOKEN, actor=STAFF).erased == (referral.id,)
    assert desk.privacy.disclosures_of(TOKEN, actor=STAFF) == ()
    assert asked_to_delete(desk) == []
