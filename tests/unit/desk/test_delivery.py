"""Delivery: each message is checked when it leaves, and every sent message is recorded, whatever a notifier does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

import communityconnector as cc
from builders import (
    LINK_BASE,
    MONDAY,
    PATRON,
    STAFF,
    best_match,
    consent_terms,
    contact_preference,
    make_desk,
    not_delivered,
    send_referral,
    take_referrals,
)
from communityconnector.desk import MessageStatus, OutboxMessage
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.record_kinds import stamp
from communityconnector.errors import InvalidReferralError, PermissionDeniedError
from communityconnector.notification import Receipt
from communityconnector.storage import Delete, Put

DAY = timedelta(days=1)


def rows(desk, status=None):
    messages = [OutboxMessage.from_dict(record.document) for record in desk.storage.scan(record_kinds.OUTBOX)]
    return [row for row in messages if status in (None, row.status)]


def due(desk, key):
    return desk.storage.get(record_kinds.OUTBOX, [key])[key].keys.get(record_kinds.BY_DUE)


class Answers:
    """A notifier that takes messages on, and does something odd with the second one that it sees."""

    def __init__(self, odd):
        self.odd, self.order, self.sent = odd, [], []

    def send(self, message):
        if message.id not in self.order:
            self.order.append(message.id)
        self.sent.append(self.order.index(message.id))
        if self.order.index(message.id) == 1:
            return self.odd(message)
        return Receipt(accepted=True)


def odd_desk(odd):
    box = Answers(odd)
    desk = make_desk(box=box)
    for _ in range(3):
        send_referral(desk)
    return desk


def gives(answer):
    return lambda _: answer


def raises(error):
    def odd(_):
        raise error

    return odd


# What a notifier gives back


class Lookalike:
    accepted, reference = True, "r"


@pytest.mark.parametrize(
    ("answer", "name"), [(None, "NoneType"), ({"accepted": True}, "dict"), (Lookalike(), "Lookalike")]
)
def test_an_invalid_receipt_sets_aside_only_its_message(answer, name, caplog):
    desk = odd_desk(gives(answer))
    done = desk.dispatch_once(limit=3)
    assert (done.sent, done.dead) == (2, 1)
    (dead,) = desk.messages.dead_letters()
    assert (dead.last, dead.attempts) == ("broken-notifier", 1)
    assert f"notifier box gave {name} for message {dead.id}, and no Receipt" in caplog.text
    desk.clock.advance(days=2)
    desk.dispatch_once()
    assert [desk.box.sent.count(number) for number in range(3)] == [1, 1, 1], "it may have been sent"


def test_a_notifier_that_must_be_awaited_leaves_no_warning_behind(caplog):
    async def later(_):
        return Receipt(accepted=True)

    desk = odd_desk(later)
    assert desk.dispatch_once(limit=3).dead == 1
    assert "gave coroutine for message" in caplog.text


class Unspeakable:
    def __str__(self):
        raise OSError


@pytest.mark.parametrize(
    ("reference", "kept"),
    [
        (5, "5"),
        (None, ""),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Unspeakable(), ""),
        ("a\x00b\udc80c\nd", "a b c d"),
        (10**254, "1" + "0" * 254),
        ("x" * 300, "x" * 255),
    ],
    ids=["number", "nothing", "uuid", "breaks", "unprintable", "long number", "long text"],
)
def test_a_providers_message_id_is_stored_as_valid_text(reference, kept):
    desk = odd_desk(gives(Receipt(accepted=True, reference=reference)))
    assert desk.dispatch_once(limit=3).sent == 3
    (row,) = [row for row in rows(desk) if row.id == desk.box.order[1]]
    assert (row.status, row.reference) == (MessageStatus.SENT, kept)


@pytest.mark.parametrize(
    ("after", "waits"),
    [
        (float("inf"), DAY),
        (1e18, DAY),
        (10**400, DAY),
        (float("nan"), timedelta(0)),
        ("5", timedelta(0)),
        (-5, timedelta(0)),
        (900, timedelta(minutes=15)),
    ],
    ids=str,
)
def test_an_odd_retry_time_of_a_provider_means_a_retry_within_a_day(after, waits):
    desk = odd_desk(raises(not_delivered(retry=True, after=after)))
    done = desk.dispatch_once(limit=3)
    assert (done.sent, done.again) == (2, 1)
    waited = datetime.fromisoformat(due(desk, desk.box.order[1])) - MONDAY
    assert waits <= waited <= waits + timedelta(minutes=1)


class Stopped(BaseException):
    """As a server's reload may raise it."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, Stopped])
def test_an_interrupted_run_records_every_sent_message(error, caplog):
    desk = odd_desk(raises(error()))
    with pytest.raises(error):
        desk.dispatch_once()
    assert [row.id for row in rows(desk, MessageStatus.SENT)] == [desk.box.order[0]]
    (tried,) = [row for row in rows(desk) if row.id == desk.box.order[1]]
    assert (tried.status, tried.last, tried.attempts) == (MessageStatus.PENDING, "failed", 1)
    assert [one.getMessage() for one in caplog.records] == [
        f"notifier box failed on message {tried.id}: {error.__name__}"
    ]
    desk.box.odd = gives(Receipt(accepted=True))
    desk.clock.advance(minutes=6)
    assert desk.dispatch_once().sent == 2
    assert [desk.box.sent.count(number) for number in range(3)] == [1, 2, 1]


def test_a_message_that_ends_every_run_is_given_up_and_staff_are_alerted():
    desk = odd_desk(raises(Stopped()))
    desk.box.pauses = (1,)
    for _ in range(2):
        with pytest.raises(Stopped):
            desk.dispatch_once()
        desk.clock.advance(minutes=6)
    assert [dead.last for dead in desk.messages.dead_letters()] == ["given-up"]
    assert desk.dispatch_once().sent == 2, "the third message, and the word to staff"


def test_a_storage_failure_loses_no_record_of_a_sent_message(desk, monkeypatch):
    for _ in range(3):
        send_referral(desk)
    commit = desk.storage.commit

    def broken(writes):
        if not writes and len(desk.box) == 2:
            raise KeyboardInterrupt
        return commit(writes)

    with monkeypatch.context() as patched:
        patched.setattr(desk.storage, "commit", broken)
        with pytest.raises(KeyboardInterrupt):
            desk.dispatch_once()
    assert len(rows(desk, MessageStatus.SENT)) == 2


# What counts is what is so when a message leaves


def slowly(desk, minutes=0, then=None):
    """Each message takes some minutes; something else happens while the first one is sent."""
    taken = desk.box.send

    def send_it(message):
        desk.clock.advance(minutes=minutes)
        if then is not None and not desk.box:
            then()
        return taken(message)

    desk.box.send = send_it


def accepted(desk, count=2, **contact):
    """Referrals of which patrons are to be told."""
    made = [
        send_referral(desk, patron=f"token-5f3a{n}", contacts=[contact_preference(desk, **contact)])
        for n in range(count)
    ]
    desk.dispatch_once()
    desk.box.clear()
    for one in made:
        desk.record_event(one.id, "accept", actor=cc.Actor("agency", one.organization_id))
    return made


def test_safe_hours_that_end_during_a_run_are_respected(desk):
    desk.clock.now = datetime(2026, 3, 2, 16, 58, 30, tzinfo=UTC)
    accepted(desk, 3, safe_from=time(9), safe_until=time(17))
    slowly(desk, minutes=1)
    done = desk.dispatch_once()
    assert (done.sent, done.again) == (2, 1)
    (row,) = rows(desk, MessageStatus.PENDING)
    assert (row.last, due(desk, row.id)) == ("safe-hours", stamp(datetime(2026, 3, 3, 9, tzinfo=UTC)))


def test_a_consent_that_ends_during_a_run_stops_the_rest(desk):
    for _ in range(2):
        send_referral(desk, consent=consent_terms(days=1))
    desk.clock.now = MONDAY + DAY - timedelta(minutes=1)
    slowly(desk, minutes=2)
    done = desk.dispatch_once()
    assert (done.sent, done.withdrawn) == (1, 1)


def test_a_message_taken_over_by_another_worker_is_left_to_it(desk):
    for _ in range(2):
        send_referral(desk)

    def taken_over():
        (other,) = (
            record
            for record in desk.storage.scan(record_kinds.OUTBOX)
            if record.document["referral_id"] != desk.box_is_for
        )
        desk.storage.commit([Put(record_kinds.OUTBOX, other.id, other.document, other.version, other.keys)])

    taken = desk.box.send

    def send_it(message):
        desk.box_is_for = message.referral_id
        if not desk.box:
            taken_over()
        return taken(message)

    desk.box.send = send_it
    assert desk.dispatch_once().total == 1
    assert len(desk.box) == 1


def test_an_address_changed_during_a_run_is_used(desk):
    match = best_match()
    for _ in range(2):
        send_referral(desk, match)
    slowly(desk, then=lambda: take_referrals(desk, match, address=cc.Secret("new@example.org")))
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts] == ["agency@example.org", "new@example.org"]


def test_a_contact_declared_unsafe_during_a_run_is_not_used(desk):
    made = accepted(desk)

    def unsafe():
        for one in made:
            desk.referrals.set_contacts(one.id, [contact_preference(desk, safe="no")], actor=STAFF)

    slowly(desk, then=unsafe)
    done = desk.dispatch_once()
    assert (done.sent, done.withdrawn) == (1, 1)


def test_a_patron_erased_during_a_run_gets_no_message(desk):
    made = accepted(desk)
    for one in made:
        desk.record_event(
            one.id, "fail", actor=cc.Actor("agency", one.organization_id), outcome="no_capacity"
        )
    before = len(rows(desk, MessageStatus.PENDING))

    def erase():
        for number in range(len(made)):
            assert desk.privacy.erase(f"token-5f3a{number}", actor=STAFF).erased

    slowly(desk, then=erase)
    desk.dispatch_once()
    assert before > 1
    sent = [to for to, _ in desk.box.texts]
    assert sent.count("patron@example.org") <= 1
    assert "patron@example.org" not in sent[1:]


def test_an_erasure_withdraws_the_patrons_waiting_messages(desk):
    (referral,) = accepted(desk, 1)
    desk.record_event(
        referral.id, "fail", actor=cc.Actor("agency", referral.organization_id), outcome="no_capacity"
    )
    waiting = [row for row in rows(desk, MessageStatus.PENDING) if row.recipient == "patron"]
    assert waiting
    desk.privacy.erase("token-5f3a0", actor=STAFF)
    now = {row.id: row for row in rows(desk)}
    said = {(now[row.id].status, now[row.id].last) for row in waiting}
    assert said == {(MessageStatus.WITHDRAWN, "consent-revoked")}
    # The agency knows of the referral, and is asked to delete what it holds.
    assert {row.recipient.value for row in rows(desk, MessageStatus.PENDING)} == {"agency", "staff"}


# What a message tells a program


def test_a_notifier_gets_the_referral_and_link_as_fields(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    (message,) = desk.box
    assert (message.referral_id, message.template) == (referral.id, "agency_request")
    assert message.link == f"{LINK_BASE}{desk.box.token()}"
    desk.box.clear()
    desk.box.failures = [not_delivered()]
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    desk.dispatch_once()
    (word,) = desk.box
    assert (word.to.reveal(), word.referral_id, word.template, word.link) == (
        "staff@example.org",
        referral.id,
        "staff_attention",
        "",
    )


def test_a_message_has_the_receivers_language_and_its_own_id(desk):
    match = best_match()
    take_referrals(desk, match, language="es")
    referral = send_referral(desk, match, contacts=[contact_preference(desk, language="es")])
    desk.dispatch_once()
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.dispatch_once()
    told = {message.id: (message.to.reveal(), message.language) for message in desk.box}
    assert sorted(told.values()) == [("agency@example.org", "es"), ("patron@example.org", "es")]
    assert told.keys() == {row.id for row in rows(desk)}
    assert all(message.subject and isinstance(message.subject, str) for message in desk.box)


def test_a_patrons_message_has_no_fields_beyond_its_text(desk):
    (referral,) = accepted(desk, 1)
    desk.dispatch_once()
    (message,) = desk.box
    assert (message.referral_id, message.template) == ("", "")
    assert message.link in message.body
    assert message.link == f"{LINK_BASE}{desk.box.token()}"
    assert referral.id not in f"{message.subject}{message.body}{message.link}"
    assert repr(message) == f"<Message {message.id!r}>"


# What staff do with what was set aside


def dead(desk):
    referral = send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once()
    (row,) = desk.messages.dead_letters()
    return referral, row.id


def last_entry(desk):
    entry = list(desk.audit.entries())[-1]
    return entry.role, entry.actor_id, entry.action, entry.referral_id, entry.fields, entry.because


def test_retrying_and_giving_up_a_message_are_logged_with_the_actor(desk):
    referral, key = dead(desk)
    desk.messages.retry(key, actor=STAFF)
    assert last_entry(desk) == ("staff", "desk-2", "retry", referral.id, (key,), "")
    desk.box.failures = [not_delivered()]
    desk.dispatch_once()
    desk.messages.discard(key, "agency-closed", actor=STAFF)
    assert last_entry(desk) == ("staff", "desk-2", "discard_message", referral.id, (key,), "agency-closed")
    assert desk.audit.verify().ok


@pytest.mark.parametrize("actor", [PATRON, cc.Actor("agency", "o-1"), cc.Actor("system", "clock")], ids=str)
def test_only_staff_may_retry_or_give_up_a_message(desk, actor):
    _, key = dead(desk)
    before = desk.audit.head()
    for call in (desk.messages.retry, desk.messages.discard):
        with pytest.raises(PermissionDeniedError):
            call(key, actor=actor)
    assert desk.audit.head() == before
    assert len(desk.messages.dead_letters()) == 1


@pytest.mark.parametrize("reason", ["", "Mr Quill has moved", "-x", "x" * 65])
def test_a_reason_for_giving_up_is_a_code(desk, reason):
    _, key = dead(desk)
    with pytest.raises(InvalidReferralError, match="is a code") as caught:
        desk.messages.discard(key, reason, actor=STAFF)
    assert "Quill" not in str(caught.value)
    assert len(desk.messages.dead_letters()) == 1


def test_staff_are_not_alerted_about_a_purged_referral(desk):
    referral = send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once(limit=1)
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    desk.storage.commit([Delete(record_kinds.REFERRAL, referral.id, record.version)])
    assert desk.dispatch_once().withdrawn == 1
    assert desk.box == []
