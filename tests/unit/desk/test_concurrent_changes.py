"""Changes by other processes between two steps of a desk: nothing fails and nothing private leaves."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

import communityconnector as cc
from builders import (
    MONDAY,
    STAFF,
    StorageWithoutClaims,
    agency_of,
    best_match,
    consent_terms,
    contact_preference,
    keyring,
    letterhead,
    make_desk,
    not_delivered,
    send_referral,
    take_referrals,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import MessageStatus, WebhookSender
from communityconnector.desk.messages.claims import claim_records
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.outbox import OutboxMessage
from communityconnector.errors import LinkNotValidError, SealBrokenError, StaleRecordError
from communityconnector.referrals import Consent, ReferralStatus
from communityconnector.storage import ABSENT, Delete, Put
from private_records import PATRON_TOKEN, ended_referral, make_private_desk


class Between(MemoryStorage):
    """Lets somebody else do something once, right before a record of a kind is read."""

    kind = ""
    count = 0
    do = None

    def before(self, kind, do, count=1):
        """Do it before the first, or a later, reading by id of such records."""
        self.kind, self.do, self.count = kind, do, count

    def get(self, kind, ids):
        if self.do is not None and kind == self.kind:
            self.count -= 1
            if not self.count:
                do, self.do = self.do, None
                do()
        return super().get(kind, ids)


@pytest.fixture
def storage():
    return Between()


@pytest.fixture
def desk(storage):
    with make_desk(storage) as opened:
        yield opened


def rows(desk):
    return [OutboxMessage.from_dict(record.document) for record in desk.storage.scan(record_kinds.OUTBOX)]


def purged(desk, days=181):
    """What lets go of closed referrals, as another worker of the same desk would after half a year."""

    def purge():
        desk.clock.advance(days=days)
        desk.purge()

    return purge


# Links and messages


@pytest.mark.parametrize("party", ["agency", "patron"])
def test_a_link_to_a_purged_referral_cannot_be_used(party):
    with make_desk(policy=cc.Policy(keep_closed=timedelta(days=1))) as desk:
        referral = send_referral(desk, contacts=[contact_preference(desk)])
        desk.dispatch_once()
        if party == "patron":
            desk.record_event(referral.id, "hold", actor=agency_of(referral), hold_reason="awaiting_patron")
            desk.dispatch_once()
        token = desk.box.token()
        assert desk.links.open(token)
        desk.record_event(referral.id, "complete", actor=agency_of(referral), outcome="service_received")
        assert desk.links.open(token)
        purged(desk, days=1)()
        assert list(desk.storage.scan(record_kinds.REFERRAL)) == []
        with pytest.raises(LinkNotValidError):
            desk.links.open(token)


def test_a_view_that_coincides_with_an_answer_is_not_recorded(desk, storage):
    referral = send_referral(desk)
    desk.dispatch_once()
    storage.before(
        record_kinds.REFERRAL, lambda: desk.record_event(referral.id, "accept", actor=agency_of(referral)), 2
    )
    desk.links.open(desk.box.token())
    assert storage.do is None
    assert desk.referrals.get(referral.id).status is ReferralStatus.ACCEPTED
    assert [event.event for event in desk.referrals.events(referral.id)][-1] == "accept"


def test_a_claimed_message_of_a_purged_referral_is_not_sent(desk, storage):
    referral = send_referral(desk)
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    storage.before(record_kinds.REFERRAL, purged(desk))
    done = desk.dispatch_once()
    assert storage.do is None
    assert (done.sent, done.withdrawn, desk.box, rows(desk)) == (0, 1, [], [])


def test_an_agency_that_stops_taking_messages_gets_none_and_staff_are_alerted(desk):
    match = best_match()
    send_referral(desk, match)
    take_referrals(desk, match, notifier="", address=cc.Secret(""))
    done = desk.dispatch_once()
    assert (done.dead, done.sent) == (1, 1)
    assert [dead.last for dead in desk.messages.dead_letters()] == ["no-intake"]
    assert [to for to, _ in desk.box.texts] == ["staff@example.org"]


def test_staff_get_no_messages_once_their_notifier_is_removed():
    storage = MemoryStorage()
    before = make_desk(storage)
    send_referral(before)
    before.box.failures = [not_delivered()]
    before.dispatch_once(limit=1)
    with make_desk(storage, letterhead=letterhead(staff_notifier="", staff_address=cc.Secret(""))) as desk:
        assert desk.dispatch_once().withdrawn == 1
        assert (MessageStatus.WITHDRAWN, "no-staff-address") in {(row.status, row.last) for row in rows(desk)}


def test_staff_are_alerted_each_time_a_message_is_set_aside(desk):
    send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once()
    (dead,) = desk.messages.dead_letters()
    desk.messages.retry(dead.id, actor=STAFF)
    desk.box.failures = [not_delivered()]
    assert desk.dispatch_once().dead == 1
    assert [to for to, _ in desk.box.texts] == ["staff@example.org"] * 2


def test_one_of_two_workers_claims_a_message_in_a_storage_without_claims():
    class Late(StorageWithoutClaims):
        """Another worker comes first with every second message."""

        def commit(self, writes):
            if writes[0].id.endswith("-2"):
                self.inner.commit(writes)
            return self.inner.commit(writes)

    inner = MemoryStorage()
    inner.commit(
        [
            Put(record_kinds.OUTBOX, f"m-{number}", {}, ABSENT, {record_kinds.BY_DUE: f"{number}"})
            for number in (1, 2, 3)
        ]
    )
    taken = claim_records(Late(inner), "5", "9", 10)
    assert [one.id for one in taken] == ["m-1", "m-3"]
    assert {one.id: one.version for one in taken} == {
        key: one.version for key, one in inner.get(record_kinds.OUTBOX, ["m-1", "m-3"]).items()
    }


def test_a_dispatcher_waits_where_nothing_is_due(desk):
    class Once(threading.Event):
        """Is set by waiting for it."""

        waited = None

        def wait(self, timeout=None):
            self.waited = timeout
            self.set()
            return True

    stop = Once()
    assert desk.messages.run_dispatcher(stop, every=7.0).total == 0
    assert stop.waited == 7.0


# What is due


def test_a_referral_purged_during_a_run_is_no_longer_due():
    with make_desk(Between(), policy=cc.Policy(keep_closed=timedelta(days=1))) as desk:
        desk.refer(best_match(), actor=STAFF)
        desk.clock.advance(days=61)

        def another():
            desk.referrals.run_due()
            purged(desk, days=1)()

        desk.storage.before(record_kinds.REFERRAL, another, 2)
        assert desk.referrals.run_due().expired == 0
        assert desk.storage.do is None
        assert list(desk.storage.scan(record_kinds.REFERRAL)) == []


def test_an_agency_without_a_notifier_is_not_reminded_by_message(desk):
    match = best_match()
    take_referrals(desk, match, notifier="", address=cc.Secret(""))
    send_referral(desk, match)
    desk.clock.advance(days=4)
    assert desk.referrals.run_due().reminded == 1
    assert not [row for row in rows(desk) if row.recipient == "agency"]
    assert desk.referrals.run_due().reminded == 0


# Two desks


def test_two_desks_append_to_one_log(storage):
    with make_desk(storage) as one, make_desk(storage, clock=one.clock) as other:
        for _ in range(3):
            send_referral(one), send_referral(other)
        assert one.audit.verify() == other.audit.verify()
        numbers = [entry.number for entry in one.audit.entries()]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_writer_that_always_loses_the_race_gets_an_error(desk, monkeypatch):
    tries = 0

    def overtaken(_):
        nonlocal tries
        tries += 1
        raise StaleRecordError(record_kinds.REFERRAL, "r-1", 1, 2)

    take_referrals(desk, best_match())
    monkeypatch.setattr(desk.storage, "commit", overtaken)
    with pytest.raises(StaleRecordError):
        send_referral(desk)
    assert tries > 10


# What is private


def test_without_its_data_key_a_referral_has_no_private_data_and_nothing_fails(storage):
    with make_desk(storage, keyring=keyring()) as desk:
        referral = send_referral(desk)
        (key,) = storage.get(record_kinds.DATA_KEY, [referral.id]).values()
        storage.commit([Delete(record_kinds.DATA_KEY, referral.id, key.version)])
        assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields == {}
        assert (
            desk.record_event(referral.id, "accept", actor=agency_of(referral)).status
            is ReferralStatus.ACCEPTED
        )


def test_encrypted_data_needs_the_keyring(storage):
    referral = send_referral(make_desk(storage, keyring=keyring()))
    with make_desk(storage) as desk, pytest.raises(SealBrokenError, match="open the desk with the keyring"):
        desk.privacy.read_private(referral.id, actor=STAFF)


def test_only_one_of_two_simultaneous_purges_deletes(storage):
    with make_private_desk(storage) as desk:
        ended_referral(desk)
        desk.clock.now = MONDAY + timedelta(days=31)
        storage.before(record_kinds.REFERRAL, purged(desk))
        report = desk.purge()
        assert storage.do is None
        assert (list(storage.scan(record_kinds.PRIVATE)), dict(report.gone)) == ([], {})


# Taking back, twice


def test_a_draft_takes_a_new_consent_after_the_first_was_revoked(desk):
    match = best_match()
    take_referrals(desk, match)
    draft = desk.refer(match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"})
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    desk.referrals.revoke_consent(draft.id, actor=STAFF)
    (first,) = (one.document["revoked_at"] for one in desk.storage.scan(record_kinds.CONSENT))
    desk.clock.advance(hours=1)
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    moments = sorted(str(one.document.get("revoked_at")) for one in desk.storage.scan(record_kinds.CONSENT))
    assert moments == [first, "None"], "the first keeps the moment at which it was taken back"


# Printing


def test_reprs_show_record_ids_and_nothing_else(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)], patron=PATRON_TOKEN)
    (consent,) = (Consent.from_dict(one.document) for one in desk.storage.scan(record_kinds.CONSENT))
    desk.dispatch_once()
    token = desk.box.token()
    page = desk.links.open(token)
    replied = desk.links.answer(token, "hold", hold_reason="awaiting_documents")
    desk.dispatch_once()
    patron_page = desk.links.open(desk.box.token())
    sender = WebhookSender(id="agency-1", keys=[cc.Secret("whsec_" + "c2VjcmV0" * 4)])
    intake = desk.referrals.intake(referral.organization_id)
    assert not page.is_urgent
    own = desk.privacy.read_private(referral.id, actor=STAFF)
    assert list(map(repr, (own, own.contacts[0], consent, page, replied, patron_page, sender, intake))) == [
        "<Private>",
        "<ContactPreference by email>",
        f"<Consent {consent.id!r} for referral {referral.id!r}>",
        f"<AgencyPage of referral {referral.id!r}>",
        f"<LinkReply to referral {referral.id!r}>",
        "<PatronPage>",
        "<WebhookSender 'agency-1'>",
        f"<Intake of organization {referral.organization_id!r}>",
    ]
