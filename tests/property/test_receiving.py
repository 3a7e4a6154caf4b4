"""Web hooks that come in: whoever sends them, in whatever order and how often, a referral stands as it should."""

from __future__ import annotations

import base64
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.adapters.crypto import AesGcmKeyring
from communityconnector.desk import ReportResult, WebhookSender
from communityconnector.errors import InvalidSettingsError, PermissionDeniedError
from communityconnector.notification import Receipt, Secret
from communityconnector.referrals import (
    Actor,
    ConsentTerms,
    Event,
    Intake,
    Letterhead,
    Outcome,
    ReferralStatus,
    Role,
)
from communityconnector.referrals.mappings import System, known_words

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAFF = Actor("staff", "desk-2")
OWN, PLATFORM, STRANGER = (f"whsec_{letter * 40}" for letter in "ABC")
PADDED = "whsec_" + base64.b64encode(b"k" * 32).decode()
NUMBERS = count(1)
CANARY = "Zebulon-Quartz-7731"


def _two_services():
    active = [one for one in cc.sample().services.values() if one.status == "active"]
    return active[0], next(one for one in active if one.organization.id != active[0].organization.id)


SERVICES = _two_services()


class Box(list):
    def send(self, message):
        self.append(message)
        return Receipt(accepted=True)


@pytest.fixture(scope="module")
def sample():
    """A storage with the sample in it; each world below has a referral of its own there."""
    with cc.Connector.open() as desk:
        desk.load(cc.sample())
        yield desk.storage


class World:
    """A desk that has sent one referral, and its agency's system."""

    def __init__(self, sample):
        self.now = NOW
        self.box = Box()
        self.service, self.other = SERVICES
        self.agency = self.service.organization.id
        self.desk = cc.Connector(
            sample,
            clock=lambda: self.now,
            messages=cc.MessageOptions(
                notifiers={"box": self.box},
                letterhead=Letterhead(staff_notifier="box", staff_address=Secret("staff@example.org")),
                webhook_senders=[
                    WebhookSender(self.agency, [Secret(OWN)]),
                    WebhookSender("platform", [Secret(PLATFORM)], agencies=[self.agency]),
                ],
            ),
        )
        self.referral = self.sent(self.service)
        self.now += timedelta(hours=1)

    def sent(self, service):
        agency = service.organization.id
        if self.desk.referrals.intake(agency) is None:
            self.desk.referrals.set_intake(Intake(id=agency), actor=STAFF)
        return self.desk.refer(
            service,
            actor=STAFF,
            type="direct",
            concepts=["food-pantry"],
            consent=ConsentTerms(fields=[], purpose="food", method="written"),
        )

    def post(self, said, *, key=OWN, message_id=None, raw=None):
        """What a system sends, signed by the reference implementation."""
        body = json.dumps(said) if raw is None else raw
        name = f"{self.referral.id}-{message_id or next(NUMBERS)}"
        data = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
        headers = {
            "Webhook-Id": name,
            "Webhook-Timestamp": str(int(self.now.timestamp())),
            "Webhook-Signature": standardwebhooks.Webhook(key).sign(name, self.now, data),
        }
        return self.desk.webhooks.receive(headers, body.encode() if isinstance(body, str) else body)

    def told(self, event, minutes=None, **more):
        at = {} if minutes is None else {"at": (NOW + timedelta(minutes=minutes)).isoformat()}
        return {"referral_id": self.referral.id, "event": event, **at, **more}

    def to_review(self):
        return [one for one in self.desk.webhooks.to_review() if one.referral.id == self.referral.id]

    def status(self):
        return self.desk.referrals.get(self.referral.id).status


@pytest.fixture
def world(sample):
    return World(sample)


def test_an_agencys_report_changes_the_referral(world):
    received = world.post(world.told("accept"))
    assert (received.result, received.code, received.http_status) == (ReportResult.ACCEPTED, "", 200)
    assert received.referral.status is ReferralStatus.ACCEPTED
    received = world.post(world.told("complete", outcome="service_received"))
    assert received.referral.status is ReferralStatus.COMPLETED
    assert received.referral.is_loop_closed
    said = [event.role for event in world.desk.referrals.events(world.referral.id)[2:]]
    assert said == [Role.AGENCY, Role.AGENCY]
    assert world.desk.audit.verify().ok
    # Other tests have written into the same log.
    mine = [entry for entry in world.desk.audit.entries() if entry.referral_id == world.referral.id]
    assert [entry.actor_id for entry in mine if entry.action == "receive"] == [world.agency] * 2


def test_a_repeated_report_counts_once_and_gets_the_same_answer(world):
    first = world.post(world.told("accept"), message_id="m-1")
    world.post(world.told("start"))
    again = world.post(world.told("accept"), message_id="m-1")
    assert (again.result, again.http_status) == (ReportResult.DUPLICATE, 200)
    assert again.referral == first.referral
    assert world.status() is ReferralStatus.IN_PROGRESS
    other = world.post(world.told("start"), message_id="m-1")
    assert (other.result, other.code, other.http_status) == (
        ReportResult.REFUSED,
        "idempotency-conflict",
        409,
    )


def test_a_report_of_the_present_state_is_accepted_and_changes_nothing(world):
    world.post(world.told("hold", minutes=1, hold_reason="waitlisted"))
    version = world.desk.referrals.get(world.referral.id).version
    again = world.post(world.told("hold", minutes=3, hold_reason="waitlisted"))
    assert (again.result, again.referral.version) == (ReportResult.ACCEPTED, version)
    assert world.post(world.told("start", minutes=2)).code == "out-of-order"
    # Another reason is news, and so is another day to look at it again.
    assert world.post(world.told("hold", hold_reason="agency_paused")).referral.version == version + 1
    later = world.told("hold", hold_reason="agency_paused", review_on="2026-05-01")
    assert world.post(later).referral.review_on.isoformat() == "2026-05-01"
    world.post(world.told("complete", outcome="enrolled"))
    assert world.post(world.told("complete", outcome="enrolled")).result is ReportResult.ACCEPTED
    assert world.post(world.told("complete", outcome="service_received")).code == "illegal-transition"
    assert world.post(world.told("amend_outcome", outcome="service_received")).result is ReportResult.ACCEPTED


def test_the_same_report_at_once_counts_once(world):
    said = world.told("accept")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: world.post(said, message_id="m-1").result, range(16)))
    assert sorted(found) == [ReportResult.ACCEPTED] + [ReportResult.DUPLICATE] * 15
    assert len(world.desk.referrals.events(world.referral.id)) == 3


STEPS = [
    ("acknowledge", {}),
    ("accept", {}),
    ("hold", {"hold_reason": "waitlisted"}),
    ("start", {}),
    ("attempt_contact", {}),
    ("hold", {"hold_reason": "awaiting_documents", "review_on": "2026-04-01"}),
    ("start", {}),
]
ENDS = [
    ("complete", {"outcome": "service_received"}),
    ("fail", {"outcome": "no_funds"}),
    ("cancel", {"outcome": "patron_declined"}),
]
AFTER = {
    "hold": "on_hold",
    "start": "in_progress",
    "accept": "accepted",
    "complete": "completed",
    "fail": "failed",
    "cancel": "cancelled",
}


@given(st.data())
def test_reports_out_of_order_leave_the_state_of_the_latest(sample, data):
    world = World(sample)
    length = data.draw(st.integers(0, len(STEPS)))
    steps = (
        [*STEPS[:length], data.draw(st.sampled_from(ENDS))] if data.draw(st.booleans()) else STEPS[:length]
    )
    reports = [(f"m-{n}", world.told(event, n + 1, **more)) for n, (event, more) in enumerate(steps)]
    deliveries = data.draw(
        st.permutations(
            [*reports, *data.draw(st.lists(st.sampled_from(reports)) if reports else st.just([]))]
        )
    )
    answers = []
    while deliveries:
        # A sender tries again what was not taken, until nothing comes of it any more.
        again, taken = [], False
        for name, said in deliveries:
            answers.append(world.post(said, message_id=name))
            taken = taken or answers[-1].result is ReportResult.ACCEPTED
            if answers[-1].code == "illegal-transition":
                again.append((name, said))
        deliveries = again if taken else []
    assert {one.code for one in answers} <= {"", "out-of-order", "illegal-transition"}
    moves = [event for event, _ in steps if event in AFTER]
    assert world.status() == (AFTER[moves[-1]] if moves else "requested")
    written = world.desk.referrals.events(world.referral.id)
    assert [one.at for one in written] == sorted(one.at for one in written)
    told = [(one.event, one.hold_reason) for one in written[2:] if not one.inferred]
    assert all(
        told.count(one) <= [(event, more.get("hold_reason")) for event, more in steps].count(one)
        for one in told
    )
    assert world.desk.audit.verify().ok


def test_a_report_is_accepted_after_changes_at_the_desk(world):
    world.desk.record_event(world.referral.id, "attempt_contact", actor=STAFF)
    received = world.post(world.told("accept", minutes=5))
    assert received.result is ReportResult.ACCEPTED
    *_, called, accepted = world.desk.referrals.events(world.referral.id)
    assert accepted.at == called.at
    assert accepted.recorded_at == world.now


def test_a_slightly_fast_clock_is_accepted_and_a_wrong_one_is_not(world):
    assert world.post(world.told("accept", minutes=64)).result is ReportResult.ACCEPTED
    assert world.desk.referrals.get(world.referral.id).last_at == world.now
    assert world.post(world.told("start", minutes=66)).code == "invalid-referral"


WORDS = [
    ("fhir_task", "accepted", "accepted"),
    ("fhir_task", "in-progress", "in_progress"),
    ("findhelp", "Needs client action", "on_hold"),
    ("findhelp", "Got help", "completed"),
    ("findhelp", "No capacity", "rejected"),
    ("unite_us", "forwarded", "rejected"),
    ("primero", "done/lack_of_capacity", "failed"),
]


@pytest.mark.parametrize(("system", "word", "status"), WORDS)
def test_another_systems_status_word_is_understood(world, system, word, status):
    options = {"identifier": world.referral.id, "system": system, "status": word}
    assert world.post(options, key=PLATFORM).result is ReportResult.ACCEPTED
    assert world.status() == status
    assert world.to_review() == []


@pytest.mark.parametrize(
    ("system", "word"),
    [
        ("findhelp", "got help"),
        ("findhelp", CANARY),
        ("fhir_task", "completed"),
        ("fhir_task", "draft"),
        ("unite_us", "auto-recalled"),
        ("unite_us", "off-platform"),
        ("findhelp", "Couldn't contact"),
        ("fhir_service_request", "active"),
    ],
)
def test_an_unknown_or_impossible_status_word_is_left_for_staff_to_review(world, system, word):
    """`completed` does not say how; nobody has tried three times to reach the patron; and so on."""
    options = {"referral_id": world.referral.id, "system": system, "status": word}
    received = world.post(options)
    assert (received.result, world.status()) == (ReportResult.ACCEPTED, "requested")
    ((referral, kept_system, kept_word),) = world.to_review()
    assert (referral.id, kept_system, kept_word) == (world.referral.id, system, word)
    world.post(options)
    world.desk.dispatch_once()
    (message,) = [one for one in world.box if world.referral.id in one.body]
    assert "word of another system" in message.body
    assert word not in message.body
    with pytest.raises(PermissionDeniedError):
        world.desk.webhooks.mark_reviewed(world.referral.id, actor=Actor("agency", world.agency))
    world.desk.webhooks.mark_reviewed(world.referral.id, actor=STAFF)
    assert world.to_review() == []
    assert world.desk.audit.verify().ok


def test_a_later_understood_status_word_ends_the_review(world):
    options = {"referral_id": world.referral.id, "system": "findhelp"}
    world.post({**options, "status": "Elsewhere"})
    world.post({**options, "status": "Pending"})
    assert world.to_review() == []
    world.post({**options, "status": "Pending"})
    assert (world.status(), world.to_review()) == ("in_progress", [])


def test_without_a_staff_notifier_the_review_is_still_listed(sample):
    world = World(sample)
    desk = cc.Connector(
        world.desk.storage,
        messages=cc.MessageOptions(
            webhook_senders=[WebhookSender("p", [Secret(PLATFORM)], agencies=[world.agency])]
        ),
        clock=lambda: NOW,
    )
    world.desk, world.now = desk, NOW
    world.post({"referral_id": world.referral.id, "system": "findhelp", "status": "?"}, key=PLATFORM)
    assert len(world.to_review()) == 1


def test_another_agencys_referral_is_answered_as_unknown(world):
    other = world.sent(world.other)
    draft = world.desk.refer(world.service, actor=STAFF, type="direct", concepts=["food-pantry"])
    given_ = world.desk.refer(world.service, actor=STAFF, concepts=["food-pantry"])
    heads = world.desk.audit.head()
    answers = [
        world.post({"referral_id": name, **said}, key=key)
        for name in (other.id, draft.id, given_.id, "nobody", "x" * 255)
        for said in ({"event": "accept"}, {"event": "give"}, {"system": "findhelp", "status": "Pending"})
        for key in (OWN, PLATFORM)
    ]
    assert {(one.result, one.code, one.http_status, one.referral) for one in answers} == {
        (ReportResult.REFUSED, "referral-not-found", 404, None)
    }
    assert world.desk.audit.head() == heads
    assert world.desk.referrals.get(other.id).status == "requested"


@given(st.sampled_from(Event), st.sampled_from([None, *Outcome]))
def test_an_agency_may_report_only_an_agencys_events(sample, event, outcome):
    world = World(sample)
    told = world.told(event.value, **({} if outcome is None else {"outcome": outcome.value}))
    received = world.post(told)
    assert received.code in ("", "illegal-transition", "invalid-referral")
    if event in (
        Event.CREATE,
        Event.GIVE,
        Event.SEND,
        Event.REVOKE_CONSENT,
        Event.EXPIRE,
        Event.VOID,
        Event.DISCARD,
    ):
        assert received.code == "illegal-transition"
    assert (len(world.desk.referrals.events(world.referral.id)) > 2) == (
        received.result is ReportResult.ACCEPTED
    )


@given(st.sampled_from(System), st.data())
def test_any_sequence_of_reports_follows_the_table(sample, system, data):
    world = World(sample)
    words = st.sampled_from([*known_words(system), "?"])
    for word in data.draw(st.lists(words, min_size=1, max_size=6)):
        received = world.post(
            {"identifier": world.referral.id, "system": system.value, "status": word}, key=PLATFORM
        )
        assert received.result is ReportResult.ACCEPTED
    written = world.desk.referrals.events(world.referral.id)
    assert all(one.before is two.after for two, one in pairwise(written))
    assert written[-1].after == world.status()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(
    [
        "referral_id",
        "identifier",
        "event",
        "outcome",
        "hold_reason",
        "review_on",
        "text",
        "at",
        "system",
        "status",
    ]
)
known = st.sampled_from(
    [
        "accept",
        "complete",
        "service_received",
        "findhelp",
        "Got help",
        "2026-03-02T12:01:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\ud800",
        "\0",
        "ID",
    ]
)


@given(
    st.binary(max_size=300)
    | st.dictionaries(fields, json_values | known).map(lambda said: json.dumps(said).encode())
)
def test_no_body_makes_the_desk_raise(shared, body):
    body = body.replace(b'"ID"', json.dumps(shared.referral.id).encode())
    received = shared.desk.webhooks.receive(_signed(shared, body), body)
    assert received.result in ReportResult
    assert received.http_status in (200, 400, 404, 409)


@pytest.fixture(scope="module")
def shared(sample):
    return World(sample)


def _signed(world, body):
    from communityconnector.webhooks import sign, timestamp

    name = f"f-{next(NUMBERS)}"
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp(world.now),
        "webhook-signature": sign([Secret(OWN)], name, world.now, body),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"accept"',
        b"[" * 19_000,
        b'{"a":' * 3_000,
        b"9" * 19_000,
        b'{"referral_id": NaN, "event": "accept"}',
        b'{"referral_id": "ID", "referral_id": "ID", "event": "accept"}',
        b'{"referral_id": "ID", "identifier": "other", "event": "accept"}',
        b'{"referral_id": "ID"}',
        b'{"referral_id": "ID", "event": "accept", "status": "Pending", "system": "findhelp"}',
        b'{"referral_id": "ID", "event": ["accept"]}',
        b'{"referral_id": "ID", "event": "accept", "at": "2026-03-02T12:30:00"}',
        b'{"referral_id": "ID", "event": "accept", "at": 1772454600}',
        b'{"referral_id": "ID", "event": "accept", "text": "\\ud800"}',
        b'{"referral_id": "ID", "event": "accept", "text": "\\u0000"}',
        b'{"referral_id": "ID", "event": "hold", "hold_reason": "waitlisted", "review_on": 3}',
        b'{"referral_id": "ID", "event": "reject", "outcome": {}}',
        b'{"referral_id": "ID", "status": "Pending"}',
        b'{"referral_id": "ID", "status": "Pending", "system": "nobody"}',
        b'{"referral_id": "ID", "status": "", "system": "findhelp"}',
        b'{"referral_id": "ID", "status": "a\\nb", "system": "findhelp"}',
        b'{"referral_id": "", "event": "accept"}',
        b"\xff\xfe",
    ],
)
def test_an_invalid_report_is_refused_and_changes_nothing(shared, body):
    before = shared.desk.referrals.get(shared.referral.id)
    body = body.replace(b"ID", shared.referral.id.encode())
    received = shared.desk.webhooks.receive(_signed(shared, body), body)
    assert (received.result, received.code, received.http_status) == (
        ReportResult.REFUSED,
        "invalid-referral",
        400,
    )
    assert shared.desk.referrals.get(shared.referral.id) == before


def test_an_overlong_body_is_refused_before_verification(world):
    received = world.desk.webhooks.receive({}, b" " * 20_001)
    assert (received.code, received.http_status) == ("too-large", 413)
    long = {"referral_id": world.referral.id, "system": "findhelp", "status": "x" * 101}
    assert world.post(long).code == "invalid-referral"
    assert world.post(world.told("accept", text="x" * 2_001)).code == "invalid-referral"


def test_a_sender_without_the_secret_is_always_refused(world):
    answers = [
        world.post(world.told("accept"), key=STRANGER),
        world.desk.webhooks.receive({}, b"{}"),
        world.desk.webhooks.receive(
            {"webhook-id": "a", "webhook-timestamp": "x", "webhook-signature": "v1,"}, b"{}"
        ),
    ]
    assert {(one.code, one.http_status, one.sender) for one in answers} == {("invalid-signature", 401, "")}
    assert world.status() == "requested"


def test_a_secret_is_changed_without_a_gap(sample):
    world = World(sample)
    both = WebhookSender(world.agency, [Secret(STRANGER), Secret(OWN)])
    world.desk = cc.Connector(
        sample, messages=cc.MessageOptions(webhook_senders=[both]), clock=lambda: world.now
    )
    assert world.post(world.told("accept"), key=OWN).result is ReportResult.ACCEPTED
    assert world.post(world.told("start"), key=STRANGER).result is ReportResult.ACCEPTED


def test_a_desk_without_senders_reports_it():
    with cc.Connector.open() as desk, pytest.raises(InvalidSettingsError, match="senders"):
        desk.webhooks.receive({}, b"{}")


@pytest.mark.parametrize(
    "senders",
    [
        lambda: [WebhookSender("", [Secret(OWN)])],
        lambda: [WebhookSender("a", [])],
        lambda: [WebhookSender("a", [Secret(CANARY)])],
        lambda: [WebhookSender("a", [Secret(OWN)]), WebhookSender("a", [Secret(PLATFORM)])],
        lambda: [WebhookSender("a", [Secret(OWN)]), WebhookSender("b", [Secret(OWN)])],
        lambda: [WebhookSender("a", [Secret(PADDED)]), WebhookSender("b", [Secret(PADDED.rstrip("="))])],
    ],
)
def test_senders_with_a_shared_secret_are_refused(senders):
    with pytest.raises(InvalidSettingsError) as caught:
        cc.Connector.open(messages=cc.MessageOptions(webhook_senders=senders()))
    assert CANARY not in str(caught.value)


def test_no_contents_of_a_report_are_in_a_log_or_an_answer(world, caplog):
    caplog.set_level(logging.DEBUG)
    answers = [
        world.post(world.told("accept", text=CANARY)),
        world.post(world.told("reject", outcome=CANARY)),
        world.post(world.told(CANARY)),
        world.post({"referral_id": CANARY, "event": "accept"}),
        world.post({"referral_id": world.referral.id, "system": CANARY, "status": "x"}),
        world.post({"referral_id": world.referral.id, "system": "findhelp", "status": CANARY}),
        world.post(None, raw=CANARY),
        world.post(None, raw=CANARY, key=STRANGER),
    ]
    assert [one.result for one in answers].count(ReportResult.ACCEPTED) == 2
    assert caplog.records
    assert CANARY not in caplog.text
    assert CANARY not in repr(answers)
    assert all(CANARY not in repr(entry) for entry in world.desk.audit.entries())
    # What the agency wrote is private, and there for staff.
    assert CANARY in [
        note.reveal()
        for note in world.desk.privacy.read_private(world.referral.id, actor=STAFF).notes.values()
    ]
    assert all(
        CANARY not in repr(event.to_dict()) for event in world.desk.referrals.events(world.referral.id)
    )


def test_a_report_that_needs_the_missing_keyring_is_deferred(world):
    """The desk was opened without the keyring: nothing is taken, and no error goes to who sent it."""
    agency = world.agency
    before = world.desk.referrals.intake(agency)
    world.desk.referrals.set_intake(Intake(id=agency, optional_fields=["first_name"]), actor=STAFF)
    key = Secret(base64.b64encode(b"a" * 32).decode())
    sealed = cc.Connector(world.desk.storage, clock=lambda: world.now, keyring=AesGcmKeyring({"a": key}, key))
    referral = sealed.refer(
        world.service,
        actor=STAFF,
        type="direct",
        concepts=["food-pantry"],
        shared_fields={"first_name": "Quill"},
        consent=ConsentTerms(fields=["first_name"], purpose="food", method="written"),
    )
    world.desk.referrals.set_intake(before, actor=STAFF)
    received = world.post({"referral_id": referral.id, "event": "accept", "text": "soon"})
    assert (received.result, received.code, received.http_status) == (
        ReportResult.REFUSED,
        "seal-broken",
        503,
    )
    assert world.desk.referrals.get(referral.id).status is ReferralStatus.REQUESTED
