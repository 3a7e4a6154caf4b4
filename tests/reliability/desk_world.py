"""A desk for the tests of reliability: all of its real parts but the directory, and a look at whether all of it agrees."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from uuid import uuid4

from communityconnector import needs
from communityconnector.desk import Desk, DeskContext, Ledger, OutboxMessage, ServiceSummary
from communityconnector.desk.store.record_kinds import CONSENT, DISCLOSURE, EVENT, OUTBOX, PRIVATE, REFERRAL
from communityconnector.notification import Receipt, Secret
from communityconnector.referrals import (
    Actor,
    ConsentTerms,
    ContactPreference,
    Intake,
    Letterhead,
    Policy,
    Referral,
    ReferralEvent,
)

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAFF, PATRON = Actor("staff", "desk-1"), Actor("patron")
LETTERHEAD = Letterhead(
    library="Ashe County Library",
    link_base="https://ref.example.org/r/",
    staff_notifier="post",
    staff_address=Secret("desk@library.example.org"),
    channels={"email": "post", "sms": "post"},
)
TERMS = ConsentTerms(fields=["first_name"], purpose="food", method="verbal")
vocabulary = cache(needs.vocabulary)


class Post:
    """A notifier that keeps what it took on, in the order that it came."""

    def __init__(self):
        self.messages = []

    def send(self, message):
        self.messages.append(message)
        return Receipt(accepted=True, reference="post")


class Hands:
    """A clock that is moved by hand."""

    def __init__(self, start=START):
        self.now = start

    def __call__(self):
        return self.now

    def on(self, **later):
        self.now += timedelta(**later)


def agency(number):
    return Actor("agency", f"o-{number}")


def find_service(service_id):
    """Service `s-N` is of agency `o-N`."""
    return ServiceSummary(
        service_id, f"Pantry {service_id}", service_id.replace("s-", "o-"), active=True, confidential=False
    )


def made(storage, *, clock=None, post=None, seed=None, ledger: Callable[..., Ledger] = Ledger) -> Desk:
    """A desk over a storage: with a seed, the same ids and pauses each time."""
    rng = Random(seed)  # noqa: S311  # chance, not secrecy
    new_id = (lambda: uuid4().hex) if seed is None else lambda: f"{rng.getrandbits(128):032x}"
    return Desk(
        DeskContext(
            ledger=ledger(
                storage,
                policy=Policy(),
                clock=clock or (lambda: datetime.now(UTC)),
                secret=Secret("of the tests"),
                keyring=None,
                ids=new_id,
            ),
            find_service=find_service,
            letterhead=LETTERHEAD,
            notifiers={"post": post or Post()},
            vocabulary=vocabulary(),
            random=Random(seed),  # noqa: S311  # it spreads tries
            has_term=lambda _: True,
            has_agency=lambda _: True,
        )
    )


def take_referrals(desk, agencies=1):
    """Say how agencies take referrals."""
    for number in range(1, agencies + 1):
        desk.referrals.set_intake(
            Intake(
                id=f"o-{number}",
                notifier="post",
                address=Secret(f"o-{number}@agency.example.org"),
                optional_fields=["first_name"],
            ),
            actor=STAFF,
        )


def contact(name="p", **terms):
    fields = {"safe": "yes", "verified_at": START - timedelta(days=1), **terms}
    return ContactPreference(channel="email", address=Secret(f"{name}@patron.example.org"), **fields)


def refer(desk, number=1, *, key="", contacts=(), consent=TERMS, **asked) -> Referral:
    """Refer a patron to the service of an agency, and send it."""
    return desk.referrals.refer(
        f"s-{number}",
        actor=STAFF,
        type="direct",
        concepts=("food-pantry",),
        shared_fields={"first_name": "Zed"},
        contacts=tuple(contacts),
        consent=consent,
        idempotency_key=key,
        **asked,
    )


def faults(storage, desk=None, only=None) -> Counter[str]:
    """What does not agree in a storage, counted by kind; nothing where all is sound.

    Args:
        storage: where.
        desk: looks whether the log is whole; by default a desk of its own.
        only: only these referrals, for a quick look.
    """
    counts: Counter[str] = Counter()
    desk = desk or made(storage)
    logged = Counter((e.referral_id, e.version) for e in desk.audit.entries() if e.version)
    counts["a log that does not verify"] += len(desk.audit.verify().broken)
    referrals = {one.id: Referral.from_dict(one.document["referral"]) for one in storage.scan(REFERRAL)}
    events: dict[str, list[ReferralEvent]] = {key: [] for key in referrals}
    for one in storage.scan(EVENT):
        event = ReferralEvent.from_dict(one.document)
        events.setdefault(event.referral_id, []).append(event)
        counts["an event that is not logged once"] += logged.pop((event.referral_id, event.version), 0) != 1
    counts["an entry of the log without its event"] += sum(key in referrals for key, _ in logged)
    rows: dict[str, list[OutboxMessage]] = {}
    for record in storage.scan(OUTBOX):
        row = OutboxMessage.from_dict(record.document)
        rows.setdefault(row.referral_id, []).append(row)
        counts["a row that waits and is not due"] += (row.status == "pending") != ("due" in record.keys)
    consents = Counter(one.document["referral_id"] for one in storage.scan(CONSENT))
    disclosures = Counter(one.document["referral_id"] for one in storage.scan(DISCLOSURE))
    kept = {one.id for one in storage.scan(PRIVATE)}
    for key in {*events, *rows, *consents, *disclosures, *kept} if only is None else only:
        if key not in referrals:
            counts["something without its referral"] += 1
            continue
        one, did = referrals[key], events[key]
        counts["a state that its events do not make"] += folded(did) != (one.status, one.version)
        sent = sum(event.event == "send" for event in did)
        counts["a sending without its consent or its disclosure"] += (
            sent > consents[key] or sent != disclosures[key]
        )
        told = Counter(row.template.value for row in rows.get(key, ()))
        intake = desk.referrals.intake(one.organization_id) is not None
        tried = any(row.recipient == "agency" and row.attempts for row in rows.get(key, ()))
        least = expected_rows(did, intake=intake, heard=tried)
        # A worker that died may have sent a message, and has left no word of it.
        most = expected_rows(did, intake=intake, heard=True)
        for template, number in least.items():
            counts[f"{template}: too few"] += told[template] < number
            counts[f"{template}: too many"] += (
                template != "staff_attention" and told[template] > most[template]
            )
        counts["what is private after its consent was revoked"] += (
            one.outcome == "consent_revoked" and key in kept
        )
    return +counts


def folded(events):
    """State and version that events make; nothing where they do not follow from each other."""
    status, version = None, 0
    for event in events:
        if event.before != status or event.version != version + 1:
            return None
        status, version = event.after, event.version
    return status, version


def expected_rows(events, *, intake, heard):
    """How many messages of which kind events have made; those that clocks make are not counted.

    Args:
        events: first to last.
        intake: whether the agency is told by messages.
        heard: whether it has heard of the referral by a message.
    """
    wanted = Counter({"agency_request": 0, "agency_withdrawn": 0, "staff_attention": 0})
    was_sent = was_closed = False
    for event in events:
        ends = event.event in ("cancel", "revoke_consent", "void", "expire")
        wanted["agency_request"] += event.event == "send" and intake
        wanted["agency_withdrawn"] += (
            ends and was_sent and not was_closed and event.role != "agency" and intake and heard
        )
        heard |= event.role == "agency"
        wanted["staff_attention"] += event.event in ("reject", "fail", "cancel", "expire") and event.role in (
            "agency",
            "system",
        )
        was_sent |= event.event == "send"
        was_closed |= event.after in (
            "completed",
            "failed",
            "rejected",
            "cancelled",
            "expired",
            "entered_in_error",
        )
    return wanted


def is_damaged(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]


def say(*words):
    """Write a line in one stroke, so that a reader has all of it or nothing whenever this process dies."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())
