"""Setting and releasing legal holds, and reporting what they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.desk.store.legal_holds import REFERRAL_KINDS, LegalHolds, owner_of
from communityconnector.desk.store.record_kinds import EVERYTHING, LEGAL_HOLD, stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, Role
from communityconnector.storage import ABSENT, Delete, Put, Write, fetch


@attrs.frozen
class LegalHold:
    """A legal hold.

    Attributes:
        referral_id: which referral it is on; `None` for all.
        reason: why, as a code.
        since: when it was set.
    """

    referral_id: str | None
    reason: str
    since: datetime


@attrs.frozen
class LegalHoldReport:
    """What is kept of a referral that is under a legal hold.

    Attributes:
        referral_id: which referral.
        holds: the holds on it.
        kept: ids of the records that are kept, by their kind; entries of the log among them, by their numbers.
    """

    referral_id: str
    holds: tuple[LegalHold, ...]
    kept: Mapping[str, tuple[str, ...]]


def set_legal_hold(context: DeskContext, referral_id: str | None, *, actor: Actor, reason: str) -> None:
    """See `Privacy.set_legal_hold`."""
    scope = _checked_scope(referral_id, "set_legal_hold", actor, reason)
    ledger = context.ledger

    def write() -> None:
        guard = LegalHolds.read(ledger).guard_write({}, unwiped=False)
        record = fetch(ledger.storage, LEGAL_HOLD, scope)
        now = ledger.now()
        if referral_id is not None:
            ledger.get_referral(referral_id)
        document = {"reason": reason, "since": stamp(now) if record is None else record.document["since"]}
        put = Put(LEGAL_HOLD, scope, document, ABSENT if record is None else record.version)
        ledger.commit([guard, put], [_fact(actor, "freeze", referral_id, reason)], now)

    ledger.retry(write)


def release_legal_hold(context: DeskContext, referral_id: str | None, *, actor: Actor, reason: str) -> None:
    """See `Privacy.release_legal_hold`."""
    scope = _checked_scope(referral_id, "release_legal_hold", actor, reason)
    ledger = context.ledger

    def write() -> None:
        guard = LegalHolds.read(ledger).guard_write({}, unwiped=False)
        record = fetch(ledger.storage, LEGAL_HOLD, scope)
        if record is None:
            message = "there is no such legal hold to release (`legal_holds`)"
            raise InvalidReferralError(message)
        writes: list[Write] = [guard, Delete(LEGAL_HOLD, scope, record.version)]
        ledger.commit(writes, [_fact(actor, "unfreeze", referral_id, reason)], ledger.now())

    ledger.retry(write)


def list_legal_holds(context: DeskContext) -> tuple[LegalHold, ...]:
    """See `Privacy.legal_holds`."""
    return tuple(
        LegalHold(
            None if record.id == EVERYTHING else record.id,
            record.document["reason"],
            datetime.fromisoformat(record.document["since"]),
        )
        for record in context.ledger.storage.scan(LEGAL_HOLD)
    )


def release_report(
    context: DeskContext, referral_id: str | None, *, actor: Actor
) -> tuple[LegalHoldReport, ...]:
    """See `Privacy.release_report`."""
    ledger = context.ledger
    check_role(actor, "release_report", Role.STAFF)
    holds = {one.referral_id: one for one in list_legal_holds(context)}
    on_all = holds.get(None)
    kept: dict[str, dict[str, list[str]]] = {key: {} for key in holds if key is not None}
    for kind in REFERRAL_KINDS:
        for record in ledger.storage.scan(kind):
            owner = owner_of(record)
            if owner and (on_all is not None or owner in holds):
                kept.setdefault(owner, {}).setdefault(kind, []).append(record.id)
    reported = {key: ids for key, ids in sorted(kept.items()) if referral_id in (None, key)}
    if referral_id is not None and not reported:
        ledger.get_referral(referral_id)
    facts = [
        Fact(actor=actor, action="release_report", referral_id=key, fields=tuple(ids))
        for key, ids in reported.items()
    ]
    ledger.commit([], facts or [Fact(actor=actor, action="release_report")], ledger.now())
    return tuple(
        LegalHoldReport(
            key, tuple(one for one in (holds.get(key), on_all) if one is not None), _read_only(ids)
        )
        for key, ids in reported.items()
    )


def _checked_scope(referral_id: str | None, action: str, actor: Actor, reason: str) -> str:
    """Check a call, and give the id of the hold's record."""
    check_role(actor, action, Role.STAFF)
    if not CODE.fullmatch(reason):
        message = "the reason of a legal hold is a code, such as a case number: letters, digits and . _ -"
        raise InvalidReferralError(message)
    if referral_id == EVERYTHING:
        message = "a hold on all referrals takes None as the id"
        raise InvalidReferralError(message)
    return EVERYTHING if referral_id is None else referral_id


def _fact(actor: Actor, action: str, referral_id: str | None, reason: str) -> Fact:
    return Fact(actor=actor, action=action, referral_id=referral_id or "", because=reason)


def _read_only(ids: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({kind: tuple(of_kind) for kind, of_kind in ids.items()})
