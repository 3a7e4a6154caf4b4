"""Each message's state, reason, attempts, due time and retention, at every step."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest

import communityconnector as cc
from builders import (
    MONDAY,
    PATRON,
    STAFF,
    StorageWithoutClaims,
    best_match,
    contact_preference,
    make_desk,
    not_delivered,
    send_referral,
    take_referrals,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.webhook import WebhookNotifier
from communityconnector.desk import MessageStatus
from communityconnector.desk.messages.delivery import PAUSES
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.outbox import OutboxMessage
from communityconnector.desk.store.record_kinds import stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Receipt
from communityconnector.referrals import Template
from communityconnector.storage import ABSENT, Delete, Put

MONTH = timedelta(days=30)


class Killed(BaseException):
    """This process is no more."""


class Longest(Random):
    """Makes every pause as long as it may be, and notes how short it might have been."""

    def uniform(self, a, b):
        assert a == 0
        return b


def records(desk, template=None):
    """The rows with their keys, of one template or of all."""
    messages = [
        (OutboxMessage.from_dict(one.document), one.keys) for one in desk.storage.scan(record_kinds.OUTBOX)
    ]
    return [(row, keys) for row, keys in messages if template in (None, row.template)]


def message_state(desk, template):
    """State, why, tries and reference of the one message of a template, when it is due and when it goes."""
    ((row, keys),) = records(desk, template)
    return (
        row.status,
        row.last,
        row.attempts,
        row.reference,
        keys.get(record_kinds.BY_DUE),
        keys.get(record_kinds.BY_PURGE),
    )


def after_a_month(desk):
    return stamp(desk.clock.now + MONTH)


REQUEST, PATRONS = Template.AGENCY_REQUEST, Template.PATRON_MESSAGE


def test_a_pending_message_is_due_at_once_and_deleted_with_its_referral(desk):
    send_referral(desk)
    assert message_state(desk, REQUEST) == (MessageStatus.PENDING, "", 0, "", stamp(MONDAY), None)


def test_a_sent_message_has_the_providers_id_and_is_deleted_after_a_month(desk):
    send_referral(desk)
    desk.dispatch_once()
    assert message_state(desk, REQUEST) == (MessageStatus.SENT, "sent", 1, "ref-1", None, after_a_month(desk))


def test_a_providers_id_is_cut_to_255_letters(desk):
    send_referral(desk)
    taken = desk.box.send
    desk.box.send = lambda message: Receipt(accepted=taken(message).accepted, reference="é" * 300)
    desk.dispatch_once()
    assert message_state(desk, REQUEST)[3] == "é" * 255


def test_an_unfinished_claim_can_be_taken_over_after_five_minutes(desk):
    send_referral(desk)

    def die(_):
        desk.storage.commit = fail
        raise KeyboardInterrupt

    def fail(_):
        raise Killed

    taken, desk.box.send = desk.box.send, die
    commit = desk.storage.commit
    with pytest.raises(Killed):
        desk.dispatch_once()
    desk.storage.commit = commit
    assert message_state(desk, REQUEST) == (
        MessageStatus.PENDING,
        "",
        0,
        "",
        stamp(MONDAY + timedelta(minutes=5)),
        None,
    )
    desk.box.send = taken
    desk.clock.advance(minutes=5, seconds=-1)
    assert desk.dispatch_once().total == 0
    desk.clock.advance(seconds=1)
    assert desk.dispatch_once().sent == 1


@pytest.mark.parametrize(
    ("declared", "pauses"),
    [
        ({}, PAUSES),
        ({"pauses": (5, 300.5)}, (5, 300.5)),
        ({"pauses": [7]}, (7,)),
        ({"pauses": ()}, ()),
        ({"pauses": (-1, float("nan"), float("inf"), 1e18, 10**400, "5")}, (0, 0, 86400, 86400, 86400, 0)),
        ({"pauses": "soon"}, PAUSES),
        ({"pauses": None}, PAUSES),
    ],
    ids=["none", "a tuple", "a list", "never", "strange ones", "a text", "nothing"],
)
@pytest.mark.parametrize(
    "error", [lambda: not_delivered(retry=True), lambda: OSError("no route")], ids=["told", "broken"]
)
def test_pauses_grow_by_the_notifiers_schedule(declared, pauses, error):
    """The notifier says, whatever name a host gives it."""
    with make_desk(random=Longest()) as desk:
        vars(desk.box).update(declared)
        send_referral(desk)
        for number, pause in enumerate(pauses, start=1):
            desk.box.failures = [error()]
            assert desk.dispatch_once(limit=1).again == 1
            due = stamp(desk.clock.now + timedelta(seconds=pause))
            assert message_state(desk, REQUEST) == (MessageStatus.PENDING, "failed", number, "", due, None)
            desk.clock.advance(seconds=pause)
        desk.box.failures = [error()]
        assert desk.dispatch_once(limit=1).dead == 1
        dead = (MessageStatus.DEAD, "given-up", len(pauses) + 1, "", None, after_a_month(desk))
        assert message_state(desk, REQUEST) == dead


def test_web_hooks_are_retried_on_the_standard_webhooks_schedule():
    with make_desk(random=Longest()) as desk:
        desk.box.pauses = WebhookNotifier.pauses
        send_referral(desk)
        waited = []
        while True:
            desk.box.failures, since = [not_delivered(retry=True)], desk.clock.now
            if not desk.dispatch_once(limit=1).again:
                break
            due = datetime.fromisoformat(message_state(desk, REQUEST)[4])
            waited.append(int((due - since).total_seconds()))
            desk.clock.now = due
        assert waited == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


def test_a_provider_cannot_shorten_the_pause():
    with make_desk(random=Longest()) as desk:
        send_referral(desk)
        desk.box.failures = [not_delivered(retry=True, after=1)]
        desk.dispatch_once()
        assert message_state(desk, REQUEST)[4] == stamp(MONDAY + timedelta(seconds=PAUSES[0]))


def test_a_refused_message_is_dead_at_once_and_retries_from_the_first_pause():
    with make_desk(random=Longest()) as desk:
        send_referral(desk)
        desk.box.failures = [not_delivered(retry=True), not_delivered()]
        desk.dispatch_once(limit=1)
        desk.clock.advance(seconds=PAUSES[0])
        desk.dispatch_once(limit=1)
        assert message_state(desk, REQUEST) == (
            MessageStatus.DEAD,
            "refused",
            2,
            "",
            None,
            after_a_month(desk),
        )
        (row,) = desk.messages.dead_letters()
        assert desk.dispatch_once().sent == 1, "the word to staff"
        desk.clock.advance(days=1)
        desk.messages.retry(row.id, actor=STAFF)
        assert desk.messages.dead_letters() == ()
        assert message_state(desk, REQUEST) == (
            MessageStatus.PENDING,
            "refused",
            0,
            "",
            stamp(desk.clock.now),
            None,
        )
        desk.box.failures = [not_delivered(retry=True)]
        desk.dispatch_once(limit=1)
        again = stamp(desk.clock.now + timedelta(seconds=PAUSES[0]))
        assert message_state(desk, REQUEST) == (MessageStatus.PENDING, "failed", 1, "", again, None)


def test_a_discarded_message_has_its_reason_and_is_deleted_after_a_month(desk):
    send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once(limit=1)
    (row,) = desk.messages.dead_letters()
    desk.clock.advance(days=2)
    desk.messages.discard(row.id, actor=STAFF)
    assert message_state(desk, REQUEST) == (
        MessageStatus.WITHDRAWN,
        "discarded",
        1,
        "",
        None,
        after_a_month(desk),
    )
    for settle in (desk.messages.retry, desk.messages.discard):
        for which in (row.id, "m-none"):
            with pytest.raises(
                InvalidReferralError, match=r"^there is no such message among those .*dead_letters"
            ):
                settle(which, actor=STAFF)


def test_a_message_without_consent_is_withdrawn_before_an_attempt(desk):
    send_referral(desk)
    desk.clock.advance(days=91)
    assert desk.dispatch_once().withdrawn == 1
    assert message_state(desk, REQUEST) == (
        MessageStatus.WITHDRAWN,
        "consent",
        0,
        "",
        None,
        after_a_month(desk),
    )


def test_a_revoked_message_is_withdrawn_with_the_reason(desk):
    referral = send_referral(desk)
    desk.referrals.revoke_consent(referral.id, actor=PATRON)
    assert message_state(desk, REQUEST) == (
        MessageStatus.WITHDRAWN,
        "consent-revoked",
        0,
        "",
        None,
        after_a_month(desk),
    )
    other = send_referral(desk)
    desk.record_event(other.id, "cancel", actor=STAFF, outcome="patron_declined")
    ((row, _),) = [one for one in records(desk, REQUEST) if one[0].referral_id == other.id]
    assert (row.status, row.last) == (MessageStatus.WITHDRAWN, "closed")


def test_a_message_outside_safe_hours_is_due_when_they_begin(desk):
    safe = contact_preference(desk, safe_from=time(17), safe_until=time(20))
    referral = send_referral(desk, contacts=[safe])
    desk.record_event(
        referral.id, "hold", actor=cc.Actor("agency", referral.organization_id), hold_reason="awaiting_patron"
    )
    desk.dispatch_once()
    evening = datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert message_state(desk, PATRONS) == (MessageStatus.PENDING, "safe-hours", 0, "", stamp(evening), None)
    desk.clock.now = evening
    desk.dispatch_once()
    assert message_state(desk, PATRONS) == (MessageStatus.SENT, "sent", 1, "ref-2", None, after_a_month(desk))


def test_a_patron_without_a_safe_contact_by_then_gets_no_message(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.record_event(
        referral.id, "hold", actor=cc.Actor("agency", referral.organization_id), hold_reason="awaiting_patron"
    )
    desk.clock.advance(days=89)
    assert records(desk, PATRONS)
    desk.clock.advance(days=2)
    desk.dispatch_once()
    expected = (MessageStatus.WITHDRAWN, "no-safe-contact", 0, "", None, after_a_month(desk))
    assert message_state(desk, PATRONS) == expected


def test_staff_are_alerted_once_for_each_dead_message(desk):
    """Two messages about the same version of a referral: an alert for each."""
    referral = send_referral(desk)
    desk.clock.advance(days=2)
    desk.referrals.run_due()
    desk.box.failures = [not_delivered(), not_delivered()]
    desk.dispatch_once(limit=2)
    alerts = records(desk, Template.STAFF_ATTENTION)
    assert {row.reason for row, _ in alerts} == {"message not delivered"}
    assert len(alerts) == 2
    assert {row.referral_id for row, _ in alerts} == {referral.id}
    assert {keys[record_kinds.BY_DUE] for _, keys in alerts} == {stamp(desk.clock.now)}


def test_a_dead_message_to_staff_alerts_no_one(desk):
    send_referral(desk)
    desk.box.failures = [not_delivered(), not_delivered()]
    desk.dispatch_once()
    assert [row.status for row, _ in records(desk, Template.STAFF_ATTENTION)] == [MessageStatus.DEAD]


def test_a_message_has_its_recipients_language(desk):
    match = best_match()
    take_referrals(desk, match, language="es")
    send_referral(desk, match)
    desk.dispatch_once()
    assert [message.language for message in desk.box] == ["es"]


def test_no_more_is_sent_than_the_limit(desk):
    for _ in range(3):
        send_referral(desk)
    assert desk.dispatch_once(limit=0).total == 0
    assert desk.dispatch_once(limit=2).total == 2
    assert desk.dispatch_once().total == 1


def test_a_hundred_messages_are_sent_by_default(monkeypatch, desk):
    asked = []
    monkeypatch.setattr(
        "communityconnector.desk.messages.dispatcher.claim_messages",
        lambda _, count: asked.append(count) or [],
    )
    desk.dispatch_once()
    desk.dispatch_once(limit=1000)
    desk.dispatch_once(limit=7)
    assert asked == [100, 100, 7]


def test_a_dispatch_stopped_at_once_claims_nothing(desk):
    stop = threading.Event()
    stop.set()
    send_referral(desk)
    assert desk.dispatch_once(stop=stop).total == 0
    assert message_state(desk, REQUEST)[4] == stamp(MONDAY)


def test_sent_messages_are_recorded_though_the_rest_is_released(desk):
    stop = threading.Event()
    for _ in range(3):
        send_referral(desk)
    taken = desk.box.send

    def second(message):
        if len(desk.box) == 1:
            stop.set()
        return taken(message)

    desk.box.send = second
    assert desk.messages.run_dispatcher(stop).sent == 2
    assert sorted(row.status for row, _ in records(desk)) == ["pending", "sent", "sent"]
    ((_, keys),) = [one for one in records(desk) if one[0].status is MessageStatus.PENDING]
    assert keys[record_kinds.BY_DUE] == stamp(MONDAY)


def test_sent_messages_are_recorded_though_time_runs_out(desk):
    for _ in range(3):
        send_referral(desk)
    taken = desk.box.send

    def slowly(message):
        desk.clock.advance(minutes=2)
        return taken(message)

    desk.box.send = slowly
    assert desk.dispatch_once(limit=3).sent == 2
    assert sorted(row.status for row, _ in records(desk)) == ["pending", "sent", "sent"]


def test_a_message_withdrawn_by_another_process_delays_no_other(desk):
    first, *_ = [send_referral(desk) for _ in range(3)]
    rows = [row for row, _ in records(desk)]
    order = sorted(rows, key=lambda row: row.id)
    taken = desk.box.send

    def and_revoke(message):
        if len(desk.box) == 0:
            other = next(row for row in order if row.id != message.id)
            desk.referrals.revoke_consent(other.referral_id, actor=PATRON)
        return taken(message)

    desk.box.send = and_revoke
    assert desk.dispatch_once(limit=3).sent == 2
    assert first
    assert sorted(row.status for row, _ in records(desk, REQUEST)) == ["sent", "sent", "withdrawn"]


def test_the_log_names_messages_and_notifiers_and_no_person(desk, caplog):
    caplog.set_level(logging.INFO, logger="communityconnector")
    send_referral(desk), send_referral(desk)
    ids = sorted(row.id for row, _ in records(desk))
    desk.box.failures = [OSError("agency@example.org"), not_delivered()]
    desk.dispatch_once(limit=2)
    said = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert sorted(said) == sorted(
        [
            ("WARNING", f"notifier box failed on message {ids[0]}: OSError"),
            ("WARNING", f"message {ids[1]} cannot be delivered"),
        ]
    )


def test_the_log_says_which_message_another_worker_took_over(desk, caplog):
    caplog.set_level(logging.INFO, logger="communityconnector")
    send_referral(desk)
    ((row, _),) = records(desk)
    taken = desk.box.send

    def while_another_takes_over(message):
        if not desk.box:
            desk.box.append(message)
            desk.clock.advance(minutes=6)
            desk.dispatch_once()
        return taken(message)

    desk.box.send = while_another_takes_over
    desk.dispatch_once()
    assert [one.getMessage() for one in caplog.records] == [
        f"message {row.id} was taken over by another worker"
    ]


def test_without_storage_claims_the_first_due_are_claimed_and_keep_other_keys():
    from communityconnector.desk.messages.claims import claim_records

    storage = StorageWithoutClaims(MemoryStorage())
    storage.commit(
        [
            Put(
                record_kinds.OUTBOX,
                f"m-{number}",
                {"n": number},
                ABSENT,
                {record_kinds.BY_DUE: due, record_kinds.BY_REFERRAL: "r"},
            )
            for number, due in enumerate(["5", "3", "3", "7"])
        ]
    )
    taken = claim_records(storage, "5", "9", 2)
    assert [(one.kind, one.id, dict(one.keys)) for one in taken] == [
        (record_kinds.OUTBOX, "m-1", {record_kinds.BY_DUE: "9", record_kinds.BY_REFERRAL: "r"}),
        (record_kinds.OUTBOX, "m-2", {record_kinds.BY_DUE: "9", record_kinds.BY_REFERRAL: "r"}),
    ]
    assert [dict(one.keys) for one in storage.scan(record_kinds.OUTBOX)] == [
        {record_kinds.BY_DUE: due, record_kinds.BY_REFERRAL: "r"} for due in ("5", "9", "9", "7")
    ]
    assert [one.id for one in claim_records(storage, "6", "9", 5)] == ["m-0"]


def test_a_remaining_message_of_a_deleted_referral_is_withdrawn(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.record_event(
        referral.id, "hold", actor=cc.Actor("agency", referral.organization_id), hold_reason="awaiting_patron"
    )
    (record,) = desk.storage.scan(record_kinds.REFERRAL)
    desk.storage.commit([Delete(record_kinds.REFERRAL, referral.id, record.version)])
    assert desk.dispatch_once().withdrawn == 2
    assert {(row.status, row.last) for row, _ in records(desk)} == {(MessageStatus.WITHDRAWN, "purged")}
