"""A message that this version cannot read delays no other and is not lost."""

from __future__ import annotations

import json
import threading
from datetime import time, timedelta

import pytest

import communityconnector as cc
from builders import (
    PATRON,
    STAFF,
    best_match,
    contact_preference,
    keyring,
    letterhead,
    make_desk,
    send_referral,
    take_referrals,
)
from communityconnector.desk import MessageStatus, OutboxMessage, UnreadableMessage
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.record_kinds import stamp
from communityconnector.errors import InvalidReferralError, StorageError
from communityconnector.referrals import ReferralStatus
from communityconnector.storage import Delete, Put

MONTH = timedelta(days=30)


def stored_messages(desk, referral_id):
    """The messages about a referral as they are kept."""
    return [
        one
        for one in desk.storage.scan(record_kinds.OUTBOX)
        if one.keys[record_kinds.BY_REFERRAL] == referral_id
    ]


def rewritten(desk, kind, key, **said):
    """Write something as another version may have it."""
    record = desk.storage.get(kind, [key])[key]
    desk.storage.commit([Put(kind, key, {**record.document, **said}, record.version, record.keys)])


def strange(desk, **said):
    """A referral whose message another version wrote."""
    referral = send_referral(desk)
    (record,) = stored_messages(desk, referral.id)
    rewritten(desk, record_kinds.OUTBOX, record.id, **(said or {"template": "agency_survey"}))
    return referral, record.id


@pytest.mark.parametrize(
    "fields",
    [
        {"template": "agency_survey"},
        {"recipient": "council"},
        {"status": "paused"},
        {"shiny": 1},
        {"attempts": "2"},
        {"attempts": -1},
        {"reason": None},
        {"referral_id": 5},
        {"last": 1},
        {"reference": 1},
        {"id": 1},
        {"created_at": 1},
    ],
    ids=str,
)
def test_an_unreadable_message_delays_no_other(desk, fields, caplog):
    strange(desk, **fields)
    first, second = send_referral(desk), send_referral(desk)
    done = desk.dispatch_once()
    assert (done.dead, done.sent) == (1, 3), "the two, and the word to staff"
    assert {one.id for one in (first, second)} <= {message.referral_id for message in desk.box}
    assert desk.dispatch_once().total == 0
    ((record),) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert record.getMessage().startswith("message m-")
    assert record.getMessage().rpartition(": ")[2] in ("TypeError", "InvalidReferralError")


def test_staff_are_alerted_to_an_unreadable_message_shown_by_its_keys(desk, caplog):
    referral, key = strange(desk)
    desk.dispatch_once()
    assert desk.box.texts == [
        ("staff@example.org", f"Referral {referral.id} needs attention: message not delivered.")
    ]
    (dead,) = desk.messages.dead_letters()
    assert dead == UnreadableMessage(
        id=key, referral_id=referral.id, since=stamp(desk.clock.now), why="InvalidReferralError"
    )
    assert dead.last == "unreadable"
    assert [one.getMessage() for one in caplog.records] == [
        f"message {key} cannot be read: InvalidReferralError"
    ]


def test_without_a_staff_notifier_an_unreadable_message_is_still_set_aside():
    with make_desk(letterhead=letterhead(staff_notifier="", staff_address=cc.Secret(""))) as desk:
        strange(desk)
        assert desk.dispatch_once().dead == 1
        assert len(desk.messages.dead_letters()) == 1


def test_a_newer_versions_message_is_stored_unchanged(desk):
    referral, key = strange(desk)
    before = desk.storage.get(record_kinds.OUTBOX, [key])[key].document
    desk.dispatch_once(limit=1)
    (record,) = [one for one in stored_messages(desk, referral.id) if one.id == key]
    assert record.document == {**before, "status": "dead", "last": "unreadable"}
    assert dict(record.keys) == {
        record_kinds.BY_REFERRAL: referral.id,
        record_kinds.BY_DEAD: stamp(desk.clock.now),
        record_kinds.BY_PURGE: stamp(desk.clock.now + MONTH),
    }


def test_a_version_that_can_read_the_message_can_retry_it(desk):
    referral, key = strange(desk, template="agency_survey")
    desk.dispatch_once(limit=1)
    desk.messages.retry(key, actor=STAFF)
    assert desk.messages.dead_letters() == ()
    (waiting,) = [one for one in stored_messages(desk, referral.id) if one.id == key]
    assert waiting.keys[record_kinds.BY_DUE] == stamp(desk.clock.now)
    rewritten(desk, record_kinds.OUTBOX, key, template="agency_request")
    desk.box.clear()
    desk.dispatch_once()
    assert [message.id for message in desk.box if message.to.reveal() == "agency@example.org"] == [key]
    row = OutboxMessage.from_dict(desk.storage.get(record_kinds.OUTBOX, [key])[key].document)
    assert (row.status, row.attempts) == (MessageStatus.SENT, 1)


def test_an_unreadable_message_can_be_discarded(desk):
    _, key = strange(desk)
    desk.dispatch_once(limit=1)
    desk.messages.discard(key, actor=STAFF)
    assert desk.messages.dead_letters() == ()
    record = desk.storage.get(record_kinds.OUTBOX, [key])[key]
    assert (record.document["status"], record.document["last"]) == ("withdrawn", "discarded")
    desk.clock.advance(days=31)
    desk.dispatch_once()
    assert desk.purge().gone[record_kinds.OUTBOX] >= 1
    assert key not in desk.storage.get(record_kinds.OUTBOX, [key])


def test_a_stopped_dispatch_releases_an_unreadable_message_unchanged(desk):
    stop, (_, key) = threading.Event(), strange(desk)
    before = desk.storage.get(record_kinds.OUTBOX, [key])[key].document
    send_referral(desk)
    desk.clock.advance(minutes=1)
    stop.is_set = iter([False, True, True]).__next__
    assert desk.dispatch_once(stop=stop).total == 0
    record = desk.storage.get(record_kinds.OUTBOX, [key])[key]
    assert (record.document, record.keys[record_kinds.BY_DUE]) == (before, stamp(desk.clock.now))


@pytest.mark.parametrize("how", ["revoke", "close", "erase"])
def test_revocation_withdraws_an_unreadable_message(desk, how):
    """Nobody can tell whether it rests on the consent; so it is taken to."""
    referral = send_referral(desk, patron="token-5f3a9c")
    (record,) = stored_messages(desk, referral.id)
    rewritten(desk, record_kinds.OUTBOX, record.id, template="agency_survey")
    if how == "revoke":
        desk.referrals.revoke_consent(referral.id, actor=PATRON)
    elif how == "close":
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    else:
        desk.privacy.erase("token-5f3a9c", actor=STAFF)
    assert desk.referrals.get(referral.id).status is ReferralStatus.CANCELLED
    now = desk.storage.get(record_kinds.OUTBOX, [record.id])[record.id]
    assert (now.document["status"], now.document["template"]) == ("withdrawn", "agency_survey")
    assert record_kinds.BY_DUE not in now.keys


def test_a_message_already_set_aside_stays_so_after_revocation(desk):
    referral, key = strange(desk)
    desk.dispatch_once(limit=1)
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert [dead.id for dead in desk.messages.dead_letters()] == [key]


def test_a_referral_with_an_unreadable_message_is_purged_and_exported(desk):
    referral = send_referral(desk, patron="token-5f3a9c")
    (record,) = stored_messages(desk, referral.id)
    rewritten(desk, record_kinds.OUTBOX, record.id, template="agency_survey")
    (exported,) = desk.privacy.export_for("token-5f3a9c", actor=STAFF)["referrals"]
    assert [one["template"] for one in exported["messages"]] == ["agency_survey"]
    desk.dispatch_once()
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.clock.advance(days=200)
    desk.purge()
    assert stored_messages(desk, referral.id) == []
    assert desk.storage.get(record_kinds.REFERRAL, [referral.id]) == {}


def test_an_unreadable_message_is_purged_by_its_keys_alone(desk):
    """Even where it says not of which referral it is."""
    _, key = strange(desk)
    record = desk.storage.get(record_kinds.OUTBOX, [key])[key]
    desk.storage.commit([Put(record_kinds.OUTBOX, key, {}, record.version, record.keys)])
    desk.dispatch_once()
    assert [dead.why for dead in desk.messages.dead_letters()] == ["InvalidReferralError"]
    desk.clock.advance(days=31)
    desk.purge()
    assert desk.storage.get(record_kinds.OUTBOX, [key]) == {}


# What it takes to send a message


def test_a_data_key_that_does_not_open_delays_no_other_message(caplog):
    with make_desk(keyring=keyring()) as desk:
        made = [send_referral(desk, contacts=[contact_preference(desk)]) for _ in range(3)]
        desk.dispatch_once()
        for one in made:
            desk.record_event(one.id, "accept", actor=cc.Actor("agency", one.organization_id))
        broken = desk.storage.get(record_kinds.DATA_KEY, [made[1].id])[made[1].id]
        rewritten(
            desk, record_kinds.DATA_KEY, broken.id, wrapped=broken.document["wrapped"][:-8] + "AAAAAAA="
        )
        desk.box.clear()
        caplog.clear()
        done = desk.dispatch_once()
        assert (done.dead, done.sent) == (1, 3)
        assert [to for to, _ in desk.box.texts].count("patron@example.org") == 2
        (dead,) = desk.messages.dead_letters()
        assert (dead.referral_id, dead.last, dead.attempts) == (made[1].id, "unreadable", 0)
        assert [one.getMessage() for one in caplog.records] == [
            f"message {dead.id} cannot be read: SealBrokenError"
        ]


def test_an_unusable_contact_delays_no_other_message(desk):
    odd, fine = (
        send_referral(desk, contacts=[contact_preference(desk, **parts)])
        for parts in ({"safe_from": time(9), "safe_until": time(17)}, {})
    )
    desk.dispatch_once()
    desk.box.clear()
    for one in (odd, fine):
        desk.record_event(one.id, "accept", actor=cc.Actor("agency", one.organization_id))
    record = desk.storage.get(record_kinds.PRIVATE, [odd.id])[odd.id]
    hours = [{**one, "safe_from": "09:00:00+00:00"} for one in record.document["contacts"]]
    rewritten(desk, record_kinds.PRIVATE, odd.id, contacts=hours)
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts].count("patron@example.org") == 1
    assert [dead.last for dead in desk.messages.dead_letters()] == ["unreadable"]


def test_a_text_that_cannot_be_made_delays_no_other_message(desk, monkeypatch):
    first, second = send_referral(desk), send_referral(desk)
    written = cc.Letterhead.written

    def odd(self, template, language, *, referral_id, **parts):
        if referral_id == first.id and template == "agency_request":
            raise KeyError(language)
        return written(self, template, language, referral_id=referral_id, **parts)

    monkeypatch.setattr(cc.Letterhead, "written", odd)
    done = desk.dispatch_once()
    assert (done.dead, done.sent) == (1, 2)
    assert second.id in {message.referral_id for message in desk.box}


def test_staff_are_alerted_to_an_unreadable_referral(desk):
    referral = send_referral(desk)
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    rewritten(desk, record_kinds.REFERRAL, referral.id, about={**record.document["about"], "shiny": 1})
    done = desk.dispatch_once()
    assert (done.dead, done.sent) == (1, 1)
    assert [to for to, _ in desk.box.texts] == ["staff@example.org"]


def test_a_storage_that_fails_sets_nothing_aside(desk, monkeypatch):
    """It is not the message's fault, and the next run sends it."""
    match = best_match()
    take_referrals(desk, match)
    send_referral(desk, match)
    get = desk.storage.get

    def broken(kind, ids):
        if kind == record_kinds.CONSENT:
            message = "out of reach"
            raise StorageError(message)
        return get(kind, ids)

    with monkeypatch.context() as patched:
        patched.setattr(desk.storage, "get", broken)
        with pytest.raises(StorageError):
            desk.dispatch_once()
    assert desk.messages.dead_letters() == ()
    desk.clock.advance(minutes=5)
    assert desk.dispatch_once().sent == 1


def test_an_unreadable_message_reveals_none_of_its_contents(desk, caplog):
    _, key = strange(desk, template="zq7-private", reason="zq7-private", shiny="zq7-private")
    desk.dispatch_once()
    (dead,) = desk.messages.dead_letters()
    assert "zq7" not in repr(dead) + caplog.text + json.dumps([e.to_dict() for e in desk.audit.entries()])
    desk.messages.retry(key, actor=STAFF)
    with pytest.raises(InvalidReferralError) as caught:
        desk.messages.discard(key, actor=STAFF)
    assert "zq7" not in str(caught.value)


def test_no_alert_is_sent_about_a_deleted_referral(desk):
    referral, key = strange(desk)
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    desk.storage.commit([Delete(record_kinds.REFERRAL, referral.id, record.version)])
    assert desk.dispatch_once().dead == 1
    assert [dead.id for dead in desk.messages.dead_letters()] == [key]
    assert desk.box == []
