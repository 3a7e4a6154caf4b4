"""A desk with something of everything that is to be let go of, and private strings in every private field of it."""

from __future__ import annotations

from datetime import timedelta

from desks import PATRON, STAFF, desk_at, found, preference, send, take_referrals, terms

import communityconnector as cc
from communityconnector.desk.store import record_kinds
from communityconnector.storage import Put

ROOTS = ("zq7ref", "zq7name", "zq7phone", "zq7mail", "zq7sms", "zq7note", "zq7reason")
"""How the planted strings begin: a reference, what an agency is told, ways to be reached, and words."""
TOKEN = "zq7ref-Patron-0001"  # noqa: S105  # a reference to nobody
KEEP_ALL = timedelta(days=1300)
"""After so long nothing of a patron is kept."""


def long(root: str, number: int) -> str:
    """A private string, of a length of its own, so that pages of a database are filled in many ways."""
    return f"{root}-{number}-" + "x" * (number * 37 % 900)


def told(number: int = 1):
    return {"first_name": long("zq7name", number), "phone": long("zq7phone", number)}


def private(desk, number: int = 1, patron: str = TOKEN):
    """A referral that an agency has, with something in every private field."""
    return send(
        desk,
        patron=patron,
        shared_fields=told(number),
        contacts=[
            preference(desk, address=cc.Secret(long("zq7mail", number))),
            preference(desk, channel="sms", address=cc.Secret(long("zq7sms", number))),
        ],
        consent=terms(fields=["first_name", "phone"]),
        follow_up_allowed=True,
        idempotency_key=f"request {number}",
    )


def ended(desk, number: int = 1, patron: str = TOKEN):
    """The same, come to its end, with words on the way."""
    referral = private(desk, number, patron)
    desk.record_event(
        referral.id, "hold", actor=_agency(referral), hold_reason="waitlisted", text=long("zq7note", number)
    )
    return desk.record_event(
        referral.id,
        "complete",
        actor=_agency(referral),
        outcome="service_received",
        text=long("zq7reason", number),
    )


def _agency(referral):
    return cc.Actor("agency", referral.organization_id)


def opened(storage=None, **parts):
    desk = desk_at(storage, **parts)
    take_referrals(desk, found(desk), optional_fields=["phone"])
    return desk


def filled(desk, ends: int = 4):
    """Put some of everything into a desk: 4 that are ended, one of each other kind."""
    for number in range(1, ends + 1):
        referral = ended(desk, number)
        desk.follow_up(referral.id, cc.FollowUp(reached=True, helped="yes"), actor=PATRON)
    given = desk.refer(found(desk), actor=STAFF)
    desk.record_event(
        given.id, "close_given", actor=STAFF, outcome="information_sufficient", outcome_source="patron"
    )
    draft = desk.refer(found(desk), actor=STAFF, type="direct", patron=TOKEN, shared_fields=told())
    desk.referrals.consent(draft.id, terms(), actor=STAFF)
    desk.referrals.consent(draft.id, terms(purpose="food, again"), actor=STAFF)
    desk.referrals.revoke_consent(private(desk, ends + 1).id, actor=PATRON)
    wrong = private(desk, ends + 2)
    desk.record_event(
        wrong.id, "void", actor=cc.Actor("staff", "desk-2", frozenset({"void"})), text=long("zq7note", 2)
    )
    lapsed = private(desk, ends + 3)
    desk.time.pass_by(days=30)
    desk.referrals.run_due()
    assert desk.referrals.get(lapsed.id).status == "expired"
    desk.dispatch_once(limit=1000)
    return desk


def broken(desk, referral_id: str):
    """Make the record of a referral one that cannot be read."""
    (record,) = desk.storage.get(record_kinds.REFERRAL, [referral_id]).values()
    said = {**record.document, "referral": {**record.document["referral"], "status": "paused"}}
    desk.storage.commit([Put(record_kinds.REFERRAL, referral_id, said, record.version, record.keys)])
