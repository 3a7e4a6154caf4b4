"""Delivery reports of providers: each counts once, in any order, and a STOP is always respected."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from builders import (
    MONDAY,
    PATRON,
    STAFF,
    Mailbox,
    agency_of,
    contact_preference,
    keyring,
    letterhead,
    make_desk,
    not_delivered,
    send_referral,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import DeliveryStatus, MessageStatus, OutboxMessage
from communityconnector.desk.store import record_kinds
from communityconnector.errors import InvalidReferralError, PermissionDeniedError
from communityconnector.notification import Receipt
from communityconnector.referrals import Clock
from communityconnector.storage import Delete, Put

MAIL = cc.Actor("adapter", "mail")
SMS = {"channel": "sms", "address": cc.Secret("555-0100")}


@pytest.fixture
def desk():
    with make_desk(letterhead=letterhead(channels={"email": "box", "sms": "box"})) as opened:
        yield opened


def row_of(desk, key):
    return OutboxMessage.from_dict(desk.storage.get(record_kinds.OUTBOX, [key])[key].document)


def to_agency(desk):
    """A referral, and the id of the message that has told the agency of it."""
    referral = send_referral(desk)
    desk.dispatch_once()
    (message,) = desk.box
    desk.box.clear()
    return referral, message.id


def to_patron(desk, *contacts, **asked):
    """A referral that was accepted, and the id of the message that has told the patron."""
    ways = contacts or (contact_preference(desk), contact_preference(desk, **SMS))
    referral = send_referral(desk, contacts=ways, **asked)
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    (key,) = (message.id for message in desk.box if not message.referral_id)
    desk.box.clear()
    return referral, key


def recipients(desk):
    desk.box.clear()
    desk.dispatch_once()
    return [to for to, _ in desk.box.texts]


def test_a_delivery_status_is_stored_with_the_message_and_changes_nothing_else(desk):
    _, key = to_agency(desk)
    before = desk.storage.get(record_kinds.OUTBOX, [key])[key]
    assert desk.messages.record_delivery_status(key, "deferred", actor=MAIL)
    assert desk.messages.record_delivery_status(key, DeliveryStatus.DELIVERED, actor=MAIL)
    after = desk.storage.get(record_kinds.OUTBOX, [key])[key]
    assert after.document == {**before.document, "tracked": "delivered"}
    assert after.keys == before.keys
    assert [entry.because for entry in desk.audit.entries() if entry.action == "track"] == [
        "deferred",
        "delivered",
    ]
    assert recipients(desk) == []


def test_a_message_can_be_named_by_the_providers_id(desk):
    _, key = to_agency(desk)
    name = row_of(desk, key).reference
    assert name == "ref-1"
    assert desk.messages.record_delivery_status(name, "delivered", actor=MAIL)
    assert row_of(desk, key).tracked == "delivered"


def test_a_provider_id_shared_by_two_messages_names_neither():
    class Same(Mailbox):
        def send(self, message):
            super().send(message)
            return Receipt(accepted=True, reference="same")

    with make_desk(box=Same()) as desk:
        send_referral(desk), send_referral(desk)
        desk.dispatch_once()
        with pytest.raises(InvalidReferralError):
            desk.messages.record_delivery_status("same", "bounced", actor=MAIL)


@pytest.mark.parametrize("status", ["bounced", "rejected"])
def test_a_bounced_message_is_set_aside_and_staff_are_alerted(desk, status):
    referral, key = to_agency(desk)
    assert desk.messages.record_delivery_status(key, status, actor=MAIL)
    (dead,) = desk.messages.dead_letters()
    assert (dead.id, dead.last, dead.tracked) == (key, status, status)
    assert recipients(desk) == ["staff@example.org"]
    assert "message not delivered" in desk.box[0].body
    desk.messages.retry(key, actor=STAFF)
    assert recipients(desk) == ["agency@example.org"]
    row = row_of(desk, key)
    assert (row.status, row.tracked, row.reference) == (MessageStatus.SENT, None, "ref-1")
    assert desk.messages.record_delivery_status(key, status, actor=MAIL), "of what was sent anew it is news"
    assert desk.referrals.get(referral.id).status == "requested"


def test_a_bounced_message_has_the_retention_of_a_dead_letter(desk):
    _, key = to_agency(desk)
    desk.clock.advance(days=1)
    desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    keys = desk.storage.get(record_kinds.OUTBOX, [key])[key].keys
    kept = MONDAY + timedelta(days=1) + cc.Policy().keep_messages
    assert keys[record_kinds.BY_PURGE] == record_kinds.stamp(kept)
    assert keys[record_kinds.BY_DEAD] == record_kinds.stamp(desk.clock.now)


@pytest.mark.parametrize("status", ["unsubscribed", "complained"])
def test_a_stop_ends_messages_to_that_contact_for_every_referral_of_the_patron(desk, status):
    mail, text = contact_preference(desk), contact_preference(desk, **SMS)
    other = send_referral(desk, patron="token-5f3a9c", contacts=[mail, text])
    nobodys = send_referral(desk, contacts=[mail])
    somebody_elses = send_referral(desk, patron="token-7b2e4d", contacts=[mail])
    referral, key = to_patron(desk, mail, text, patron="token-5f3a9c")
    assert row_of(desk, key).channel == "email"
    assert desk.messages.record_delivery_status(key, status, actor=MAIL)
    assert recipients(desk) == ["staff@example.org"]
    assert "patron wants no messages" in desk.box[0].body
    for one in (referral, other):
        desk.record_event(one.id, "hold", actor=agency_of(one), hold_reason="awaiting_patron")
        assert recipients(desk) == ["555-0100"]
        ways = desk.privacy.read_private(one.id, actor=STAFF).contacts
        assert [(way.channel, way.safe) for way in ways] == [("email", "no"), ("sms", "yes")]
    # Nobody can tell that the first is the same patron; and the other is none.
    for one in (nobodys, somebody_elses):
        desk.record_event(one.id, "accept", actor=agency_of(one))
        assert recipients(desk) == ["patron@example.org"]
    logged = [
        (entry.action, entry.referral_id, entry.fields, entry.because)
        for entry in desk.audit.entries()
        if entry.role == "adapter"
    ]
    spared = [("contacts", one, ("email",), status) for one in sorted((referral.id, other.id))]
    assert logged == [*spared, ("track", referral.id, (key,), status)]
    assert desk.audit.verify().ok


def test_a_stop_counts_for_a_message_not_known_to_be_sent(desk):
    taken = desk.box.send
    desk.box.send = lambda message: None if not message.referral_id else taken(message)
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    (dead,) = desk.messages.dead_letters()
    assert (dead.last, dead.channel) == ("broken-notifier", "email")
    desk.box.send = taken
    assert desk.messages.record_delivery_status(dead.id, "unsubscribed", actor=MAIL)
    desk.messages.retry(dead.id, actor=STAFF)
    assert "patron@example.org" not in recipients(desk)


def test_a_stop_counts_while_the_message_waits_for_a_retry(desk):
    taken = desk.box.send

    def lost(message):
        if message.referral_id:
            return taken(message)
        raise not_delivered(retry=True)

    desk.box.send = lost
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, "accept", actor=agency_of(referral))
    desk.dispatch_once()
    (key,) = (
        one.id for one in desk.storage.scan(record_kinds.OUTBOX) if one.document["recipient"] == "patron"
    )
    desk.box.send = taken
    with pytest.raises(InvalidReferralError):
        desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    assert desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
    row = row_of(desk, key)
    assert (row.status, row.tracked) == (MessageStatus.PENDING, "unsubscribed")
    desk.clock.advance(hours=1)
    assert recipients(desk) == ["staff@example.org"]
    assert row_of(desk, key).status is MessageStatus.WITHDRAWN
    assert desk.messages.record_delivery_status(key, "complained", actor=MAIL) is False


def test_a_stop_counts_for_a_discarded_message(desk):
    other = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    _, key = to_patron(desk, contact_preference(desk), patron="token-5f3a9c")
    desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    desk.messages.discard(key, actor=STAFF)
    assert desk.messages.record_delivery_status(key, "complained", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(other.id, actor=STAFF).contacts] == ["no"]


def test_a_late_bounce_leaves_a_newer_contact_safe(desk):
    referral, key = to_patron(desk, contact_preference(desk))
    desk.clock.advance(days=1)
    new = contact_preference(desk, address=cc.Secret("new@example.org"))
    desk.referrals.set_contacts(referral.id, [new], actor=STAFF)
    assert desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(referral.id, actor=STAFF).contacts] == ["yes"]
    desk.messages.retry(key, actor=STAFF)
    assert "new@example.org" in recipients(desk)


def test_a_report_on_an_earlier_attempt_does_not_apply_to_a_later_one(desk):
    _, key = to_agency(desk)
    first = desk.clock.now
    assert desk.messages.record_delivery_status(key, "bounced", actor=MAIL, at=first)
    desk.clock.advance(hours=1)
    desk.messages.retry(key, actor=STAFF)
    desk.dispatch_once()
    assert not desk.messages.record_delivery_status(key, "bounced", actor=MAIL, at=first)
    assert row_of(desk, key).status is MessageStatus.SENT
    # The provider's clock may be a little slow.
    assert desk.messages.record_delivery_status(
        key, "bounced", actor=MAIL, at=desk.clock.now - timedelta(minutes=4)
    )


def test_a_message_bounced_after_closing_is_not_resent(desk):
    referral, key = to_agency(desk)
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    desk.messages.retry(key, actor=STAFF)
    assert set(recipients(desk)) == {"agency@example.org", "staff@example.org"}
    assert not [body for _, body in desk.box.texts if "new referral" in body], "but that it was taken back"
    assert (row_of(desk, key).status, row_of(desk, key).last) == (MessageStatus.WITHDRAWN, "closed")


def test_a_desk_without_the_keyring_refuses_a_stop():
    storage = MemoryStorage()
    with make_desk(storage, keyring=keyring()) as sealed:
        referral, key = to_patron(sealed, contact_preference(sealed), patron="token-5f3a9c")
        with pytest.raises(InvalidReferralError):
            make_desk(storage, clock=sealed.clock).messages.record_delivery_status(
                key, "unsubscribed", actor=MAIL
            )
        assert sealed.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
        assert [way.safe for way in sealed.privacy.read_private(referral.id, actor=STAFF).contacts] == ["no"]


@pytest.mark.parametrize("reference", ["x" * 300, "tab\there", "line\r\nend", "\u200b", "half \ud83d"])
def test_an_odd_provider_id_still_names_its_message(reference):
    class Odd(Mailbox):
        def send(self, message):
            super().send(message)
            return Receipt(accepted=True, reference=reference)

    with make_desk(box=Odd()) as desk:
        send_referral(desk)
        desk.dispatch_once()
        assert desk.messages.record_delivery_status(reference, "delivered", actor=MAIL)


def test_a_stop_counts_after_the_referrals_private_data_was_deleted(desk):
    other = send_referral(desk, patron="token-5f3a9c", contacts=[contact_preference(desk)])
    referral, key = to_patron(desk, contact_preference(desk), patron="token-5f3a9c")
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.dispatch_once()
    assert desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(other.id, actor=STAFF).contacts] == ["no"]


def test_a_bounced_contact_is_not_used_until_confirmed_again(desk):
    referral, key = to_patron(desk, contact_preference(desk), follow_up_allowed=True)
    desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(referral.id, actor=STAFF).contacts] == ["unknown"]
    desk.messages.retry(key, actor=STAFF)
    assert recipients(desk) == ["staff@example.org"]
    assert row_of(desk, key).last == "no-safe-contact"
    desk.clock.advance(days=90)
    assert Clock.VERIFY_CONTACT not in {one.clock for one in desk.due()}, "no word counts that could grow old"
    desk.referrals.set_contacts(referral.id, [contact_preference(desk)], actor=STAFF)
    desk.record_event(referral.id, "hold", actor=agency_of(referral), hold_reason="awaiting_patron")
    assert recipients(desk) == ["patron@example.org"]


def test_a_complaint_of_an_agency_alerts_staff(desk):
    _, key = to_agency(desk)
    assert desk.messages.record_delivery_status(key, "complained", actor=STAFF)
    assert recipients(desk) == ["staff@example.org"]
    assert "agency wants no messages" in desk.box[0].body
    assert desk.messages.dead_letters() == ()


def test_a_bounced_alert_to_staff_causes_no_further_alert(desk):
    desk.box.failures = [not_delivered()]
    send_referral(desk)
    desk.dispatch_once()
    (message,) = desk.box
    assert message.to.reveal() == "staff@example.org"
    assert desk.messages.record_delivery_status(message.id, "bounced", actor=MAIL)
    assert recipients(desk) == []
    assert message.id in {dead.id for dead in desk.messages.dead_letters()}


def test_a_message_can_be_bounced_and_complained_about(desk):
    _, key = to_agency(desk)
    desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    desk.messages.record_delivery_status(key, "complained", actor=MAIL)
    (dead,) = desk.messages.dead_letters()
    assert (dead.last, dead.tracked) == ("bounced", "complained")
    assert recipients(desk) == ["staff@example.org"] * 2


# In any order


WEIGHT = {"deferred": 1, "delivered": 2, "bounced": 3, "rejected": 3, "unsubscribed": 4, "complained": 4}


@given(st.lists(st.sampled_from(sorted(DeliveryStatus)), max_size=6))
def test_in_any_order_the_gravest_status_counts_and_none_twice(said):
    with make_desk(MemoryStorage()) as desk:
        _, key = to_agency(desk)
        news = [desk.messages.record_delivery_status(key, one, actor=MAIL) for one in said]
        highest = list(itertools.accumulate((WEIGHT[one] for one in said), max))
        assert news == [weight > before for weight, before in zip(highest, [0, *highest], strict=False)]
        row = row_of(desk, key)
        assert (WEIGHT[row.tracked] if row.tracked else 0) == (highest[-1] if said else 0)
        first_grave = next((n for n, one in enumerate(said) if WEIGHT[one] == 4), len(said))
        set_aside = any(one in ("bounced", "rejected") for one in said[:first_grave])
        assert (row.status is MessageStatus.DEAD) == set_aside
        assert desk.audit.verify().ok


# What cannot be


@pytest.mark.parametrize("actor", [PATRON, cc.Actor("agency", "o-1"), cc.Actor("system", "clock")], ids=str)
def test_only_staff_and_adapters_may_report_a_delivery_status(desk, actor):
    _, key = to_agency(desk)
    with pytest.raises(PermissionDeniedError):
        desk.messages.record_delivery_status(key, "bounced", actor=actor)
    assert row_of(desk, key).tracked is None


@pytest.mark.parametrize("message", ["", "m-0", "ref-9", "\0", "x" * 300])
def test_a_status_of_an_unknown_message_is_refused(desk, message):
    to_agency(desk)
    with pytest.raises(InvalidReferralError, match="no such message that has been sent") as caught:
        desk.messages.record_delivery_status(message, "bounced", actor=MAIL)
    assert not message or message not in str(caught.value)


@pytest.mark.parametrize("status", ["opened", "", "Bounced"])
def test_an_invalid_status_is_refused(desk, status):
    _, key = to_agency(desk)
    with pytest.raises(InvalidReferralError, match="delivered"):
        desk.messages.record_delivery_status(key, status, actor=MAIL)


def test_a_time_without_a_zone_is_refused(desk):
    _, key = to_agency(desk)
    with pytest.raises(InvalidReferralError, match="zone"):
        desk.messages.record_delivery_status(
            key, "bounced", actor=MAIL, at=desk.clock.now.replace(tzinfo=None)
        )


def test_a_status_of_an_unsent_message_is_refused(desk):
    send_referral(desk)
    (record,) = desk.storage.scan(record_kinds.OUTBOX)
    with pytest.raises(InvalidReferralError):
        desk.messages.record_delivery_status(record.id, "delivered", actor=MAIL)
    newer = {**record.document, "newer": True}
    desk.storage.commit([Put(record_kinds.OUTBOX, record.id, newer, record.version, record.keys)])
    with pytest.raises(InvalidReferralError):
        desk.messages.record_delivery_status(record.id, "delivered", actor=MAIL)


def test_a_report_on_a_purged_referral_writes_nothing(desk):
    referral, key = to_patron(desk, contact_preference(desk), patron="token-5f3a9c")
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    desk.storage.commit([Delete(record_kinds.REFERRAL, referral.id, record.version)])
    assert desk.messages.record_delivery_status(key, "complained", actor=MAIL)
    assert recipients(desk) == []
    assert row_of(desk, key).tracked == "complained"


def test_an_unreadable_record_does_not_prevent_a_stop(desk, caplog):
    mail = contact_preference(desk)
    broken = send_referral(desk, patron="token-5f3a9c", contacts=[mail])
    referral, key = to_patron(desk, mail, patron="token-5f3a9c")
    record = desk.storage.get(record_kinds.REFERRAL, [broken.id])[broken.id]
    desk.storage.commit(
        [Put(record_kinds.REFERRAL, broken.id, {"of": "a newer version"}, record.version, record.keys)]
    )
    for _ in range(2):
        with pytest.raises(InvalidReferralError, match="staff are alerted"):
            desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(referral.id, actor=STAFF).contacts] == ["no"]
    assert recipients(desk) == ["staff@example.org"], "once"
    assert "patron wants no messages: use that way no more" in desk.box[0].body
    assert "cannot be worked on" in caplog.text
    assert "patron@example.org" not in caplog.text
    held = desk.storage.get(record_kinds.REFERRAL, [broken.id])[broken.id]
    desk.storage.commit([Put(record_kinds.REFERRAL, broken.id, record.document, held.version, record.keys)])
    assert desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL), (
        "the provider tells it again"
    )
    assert [way.safe for way in desk.privacy.read_private(broken.id, actor=STAFF).contacts] == ["no"]


def test_an_interrupted_report_is_completed_when_repeated(desk, monkeypatch):
    referral, key = to_patron(desk, contact_preference(desk), patron="token-5f3a9c")
    commit = desk.storage.commit

    def cut_off(writes):
        if any(write.kind == record_kinds.OUTBOX and write.id == key for write in writes):
            raise KeyboardInterrupt
        return commit(writes)

    with monkeypatch.context() as patched:
        patched.setattr(desk.storage, "commit", cut_off)
        with pytest.raises(KeyboardInterrupt):
            desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
    assert [way.safe for way in desk.privacy.read_private(referral.id, actor=STAFF).contacts] == ["no"]
    assert desk.messages.record_delivery_status(key, "unsubscribed", actor=MAIL)
    assert recipients(desk) == ["staff@example.org"]


def test_two_simultaneous_reports_count_once(desk, monkeypatch):
    _, key = to_agency(desk)
    get = desk.storage.get

    def after_another(kind, ids):
        """Between the first look and the writing somebody else reports it."""
        found = get(kind, ids)
        if kind == record_kinds.OUTBOX:
            monkeypatch.setattr(desk.storage, "get", get)
            assert desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
        return found

    monkeypatch.setattr(desk.storage, "get", after_another)
    assert not desk.messages.record_delivery_status(key, "bounced", actor=MAIL)
    assert recipients(desk) == ["staff@example.org"]
    assert len([entry for entry in desk.audit.entries() if entry.action == "track"]) == 1
