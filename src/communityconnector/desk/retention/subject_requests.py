"""What patrons may ask of a desk: what it stores about them, who received it, and to be erased."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.consent import revoke_consent
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator, read_each
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.legal_holds import LegalHolds, owner_of
from communityconnector.desk.store.outbox import message_records
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    CONSENT,
    DISCLOSURE,
    EVENT,
    FOLLOW_UP,
    PRIVATE,
    REFERRAL,
)
from communityconnector.desk.store.referral_record import read_referral
from communityconnector.referrals import Actor, Private, Role
from communityconnector.referrals.fields import texts
from communityconnector.storage import Put, Record, Write, fetch

_KINDS: Final = (PRIVATE, CONSENT, DISCLOSURE)


@attrs.frozen(kw_only=True)
class Erasure:
    """What an erasure did.

    Attributes:
        erased: ids of the referrals that no longer lead to the patron.
        cancelled: ids of those that an agency had, and that were open.
        kept: ids of those under a legal hold, which were left as they are: erase again when it ends.
        failed: ids of those that could not be read. They no longer lead to the patron either, but an agency that has one
            could not be asked to delete it: call the agency.
    """

    erased: tuple[str, ...] = attrs.field(default=(), converter=texts)
    cancelled: tuple[str, ...] = attrs.field(default=(), converter=texts)
    kept: tuple[str, ...] = attrs.field(default=(), converter=texts)
    failed: tuple[str, ...] = attrs.field(default=(), converter=texts)


def read_private(context: DeskContext, referral_id: str, *, actor: Actor) -> Private:
    """See `Privacy.read_private`."""
    check_role(actor, "read_private", Role.STAFF)
    ledger = context.ledger
    ledger.get_referral(referral_id)
    private = ledger.read_private(referral_id).private
    fact = Fact(actor=actor, action="read", referral_id=referral_id, fields=tuple(private.shared_fields))
    ledger.commit([], [fact], ledger.now())
    return private


def export_for(context: DeskContext, patron: str, *, actor: Actor) -> dict[str, Any]:
    """See `Privacy.export_for`."""
    check_role(actor, "export_for", Role.STAFF)
    ledger = context.ledger
    records = _patron_records(ledger, patron)
    referrals = [_export_referral(ledger, key, of_referral) for key, of_referral in records.items()]
    facts = [
        Fact(actor=actor, action="export", referral_id=key, fields=tuple(one["private"].get("told", ())))
        for key, one in zip(records, referrals, strict=True)
    ]
    ledger.commit([], facts or [Fact(actor=actor, action="export")], ledger.now())
    # Through JSON, so that the result can be written and handed over as it is.
    return dict(json.loads(json.dumps({"patron": patron, "referrals": referrals})))


def disclosures_of(context: DeskContext, patron: str, *, actor: Actor) -> tuple[dict[str, Any], ...]:
    """See `Privacy.disclosures_of`."""
    check_role(actor, "disclosures_of", Role.STAFF)
    ledger = context.ledger
    documents = [dict(one.document) for one in ledger.patron_records(DISCLOSURE, patron)]
    made = [one for one in documents if "withdrawn_at" not in one]
    ids = dict.fromkeys(one["referral_id"] for one in made)
    facts = [Fact(actor=actor, action="disclosures", referral_id=key) for key in ids]
    ledger.commit([], facts or [Fact(actor=actor, action="disclosures")], ledger.now())
    return tuple(sorted(made, key=lambda one: (one["at"], one["referral_id"])))


def erase(context: DeskContext, patron: str, *, actor: Actor) -> Erasure:
    """See `Privacy.erase`."""
    check_role(actor, "erase", Role.STAFF)
    ledger, isolator = context.ledger, FailureIsolator()
    erased, cancelled, kept = [], [], []
    for key in _patron_records(ledger, patron):
        if LegalHolds.read(ledger).cover(key):
            kept.append(key)
            ledger.commit([], [Fact(actor=actor, action="keep", referral_id=key)])
            continue
        if isolator.attempt(REFERRAL, key, partial(_revoke, context, key, actor)):
            cancelled.append(key)
        if ledger.retry(partial(_forget_patron, ledger, key, patron, actor)):
            erased.append(key)
        else:
            kept.append(key)
    failed = sorted(key for _, key in isolator.failed)
    return Erasure(erased=erased, cancelled=cancelled, kept=kept, failed=failed)


def _revoke(context: DeskContext, referral_id: str, actor: Actor) -> bool:
    """Take the consent to a referral back; gives whether that cancelled it with an agency."""
    stored = context.ledger.find_referral(referral_id)
    if stored is None:
        return False
    revoke_consent(context, referral_id, actor=actor)
    return stored.referral.sent_at is not None and not stored.referral.is_closed


def _patron_records(ledger: Ledger, patron: str) -> dict[str, list[Record]]:
    """Find the records of a patron, by the ids of their referrals."""
    by_referral: dict[str, list[Record]] = {}
    for kind in _KINDS:
        for record in ledger.patron_records(kind, patron):
            by_referral.setdefault(owner_of(record) or record.id, []).append(record)
    return dict(sorted(by_referral.items()))


def _export_referral(ledger: Ledger, referral_id: str, records: Iterable[Record]) -> dict[str, Any]:
    # As it is stored: what a newer version wrote belongs to the patron's copy, too.
    record = fetch(ledger.storage, REFERRAL, referral_id)
    document = {} if record is None else record.document
    by_kind = {kind: [one.document for one in records if one.kind == kind] for kind in _KINDS}
    return {
        "referral": document.get("referral", {"id": referral_id}),
        "about": document.get("about", {}),
        "events": [one.document for one in ledger.records_under(EVENT, referral_id)],
        "private": ledger.read_private(referral_id).private.to_dict() if by_kind[PRIVATE] else {},
        "answers": [one.document for one in ledger.records_under(FOLLOW_UP, referral_id)],
        "messages": [one.document for one in message_records(ledger.storage, referral_id)],
        "consents": by_kind[CONSENT],
        "disclosures": by_kind[DISCLOSURE],
    }


def _forget_patron(ledger: Ledger, referral_id: str, patron: str, actor: Actor) -> bool:
    """Remove what leads from a referral to its patron; `False` if a legal hold was set meanwhile."""
    holds = LegalHolds.read(ledger)
    if holds.cover(referral_id):
        return False
    writes: list[Write] = ledger.delete_private_writes(referral_id)
    records = ledger.storage.get(REFERRAL, [referral_id]).values()
    writes += [
        ledger.referral_write(stored.referral, stored.metadata.bare(), stored.version)
        for stored in read_each(records, read_referral)
        if stored.metadata != stored.metadata.bare()
    ]
    for record in _patron_records(ledger, patron).get(referral_id, ()):
        if record.kind != PRIVATE:
            keys = {name: value for name, value in record.keys.items() if name != BY_PATRON}
            writes.append(Put(record.kind, record.id, record.document, record.version, keys))
    fact = Fact(actor=actor, action="erase", referral_id=referral_id)
    ledger.commit([*writes, holds.guard_write({}, unwiped=True)], [fact])
    return True
