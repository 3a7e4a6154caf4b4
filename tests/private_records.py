"""A desk with something of everything that a purge deletes, and recognizable strings in every private field."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import communityconnector as cc
from builders import (
    PATRON,
    STAFF,
    BuiltDesk,
    agency_of,
    best_match,
    consent_terms,
    contact_preference,
    make_desk,
    send_referral,
    take_referrals,
)
from communityconnector.connector import Connector
from communityconnector.desk.store import record_kinds
from communityconnector.storage import Put, Storage

PRIVATE_PREFIXES = ("zq7ref", "zq7name", "zq7phone", "zq7mail", "zq7sms", "zq7note", "zq7reason")
"""How the planted strings begin: a reference, shared fields, addresses and texts."""
PATRON_TOKEN = "zq7ref-Patron-0001"  # noqa: S105  # a reference to no one
PAST_RETENTION = timedelta(days=1300)
"""After so long no record of a patron is stored."""
KINDS = [
    value
    for name, value in vars(record_kinds).items()
    if name.isupper() and not name.startswith("BY_") and name != "EVERYTHING"
]
"""Every kind of record that a desk stores."""
KINDS_WITHOUT_PATRONS = {
    record_kinds.AUDIT,
    record_kinds.ANCHOR,
    record_kinds.OWN,
    record_kinds.INTAKE,
    record_kinds.UNMET_NEED,
    record_kinds.COUNT,
    record_kinds.RETENTION,
}
"""Records of no patron: they stay, or have a retention time of their own."""


def private_text(root: str, number: int) -> str:
    """Return a private string whose length depends on the number, so that database pages fill in many ways."""
    return f"{root}-{number}-" + "x" * (number * 37 % 900)


def private_fields(number: int = 1) -> dict[str, str]:
    """Return fields to share with an agency."""
    return {"first_name": private_text("zq7name", number), "phone": private_text("zq7phone", number)}


def private_referral(desk: BuiltDesk, number: int = 1, patron: str = PATRON_TOKEN) -> cc.Referral:
    """Send a referral with something in every private field."""
    return send_referral(
        desk,
        patron=patron,
        shared_fields=private_fields(number),
        contacts=[
            contact_preference(desk, address=cc.Secret(private_text("zq7mail", number))),
            contact_preference(desk, channel="sms", address=cc.Secret(private_text("zq7sms", number))),
        ],
        consent=consent_terms(fields=["first_name", "phone"]),
        follow_up_allowed=True,
        idempotency_key=f"request {number}",
    )


def ended_referral(desk: BuiltDesk, number: int = 1, patron: str = PATRON_TOKEN) -> cc.Referral:
    """Send such a referral and complete it, with an agency's texts on the way."""
    referral = private_referral(desk, number, patron)
    desk.record_event(
        referral.id,
        "hold",
        actor=agency_of(referral),
        hold_reason="waitlisted",
        text=private_text("zq7note", number),
    )
    return desk.record_event(
        referral.id,
        "complete",
        actor=agency_of(referral),
        outcome="service_received",
        text=private_text("zq7reason", number),
    )


def make_private_desk(storage: Storage | None = None, **options: Any) -> BuiltDesk:
    """Return a desk whose agency takes a phone number too."""
    desk = make_desk(storage, **options)
    take_referrals(desk, best_match(), optional_fields=["phone"])
    return desk


def fill_desk(desk: BuiltDesk, ends: int = 4) -> BuiltDesk:
    """Put completed referrals into a desk, and one referral of each other end."""
    for number in range(1, ends + 1):
        referral = ended_referral(desk, number)
        desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=PATRON)
    given = desk.refer(best_match(), actor=STAFF)
    desk.record_event(
        given.id, "close_given", actor=STAFF, outcome="information_sufficient", outcome_source="patron"
    )
    draft = desk.refer(
        best_match(), actor=STAFF, type="direct", patron=PATRON_TOKEN, shared_fields=private_fields()
    )
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    desk.referrals.consent(draft.id, consent_terms(purpose="food, again"), actor=STAFF)
    desk.referrals.revoke_consent(private_referral(desk, ends + 1).id, actor=PATRON)
    wrong = private_referral(desk, ends + 2)
    desk.record_event(
        wrong.id,
        "void",
        actor=cc.Actor("staff", "desk-2", frozenset({"void"})),
        text=private_text("zq7note", 2),
    )
    lapsed = private_referral(desk, ends + 3)
    desk.clock.advance(days=30)
    desk.referrals.run_due()
    assert desk.referrals.get(lapsed.id).status == "expired"
    desk.dispatch_once(limit=1000)
    return desk


def break_referral(desk: Connector, referral_id: str) -> None:
    """Give the record of a referral a state that does not exist."""
    (record,) = desk.storage.get(record_kinds.REFERRAL, [referral_id]).values()
    document = {**record.document, "referral": {**record.document["referral"], "status": "paused"}}
    desk.storage.commit([Put(record_kinds.REFERRAL, referral_id, document, record.version, record.keys)])


def stored_records(
    storage: Storage, *, without: Collection[str] = ()
) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return every document of a desk and its keys, by kind and id."""
    return {
        (kind, record.id): (record.document, record.keys)
        for kind in KINDS
        if kind not in without
        for record in storage.scan(kind)
    }
