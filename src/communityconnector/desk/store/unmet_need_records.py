"""Unmet needs, stored so that nothing leads from one back to a referral, not even when it was written.

A record's version is the number of the commit that wrote it. One that was written as a referral closes would share that
number with the entry of the log about it, and through it lead to the patron. So such a need waits beside its referral
until its month is over. Then those of the whole month are written anew, in commits that hold nothing else: what they say,
and when they were written, tells no more than the month.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from communityconnector.desk.store.failure_isolator import read_each
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.record_kinds import BY_DUE, BY_REFERRAL, UNMET_NEED, UNMET_PENDING, stamp
from communityconnector.desk.store.referral_record import ReferralMetadata
from communityconnector.referrals import Referral, UnmetReason, UnmetRecord
from communityconnector.storage import ABSENT, Delete, KeyRange, Put, Record, Write

_BATCH: Final = 500
_MORE_THAN_A_MONTH: Final = timedelta(days=32)


def read_unmet_needs(ledger: Ledger) -> Iterator[UnmetRecord]:
    """All needs that stayed unmet, those too that still wait for their month to end."""
    for kind in (UNMET_PENDING, UNMET_NEED):
        yield from read_each(ledger.storage.scan(kind), _read)


def pending_write(  # noqa: PLR0913, PLR0917  # what is known of the need, and when it was
    ledger: Ledger,
    referral: Referral,
    metadata: ReferralMetadata,
    reason: UnmetReason,
    at: datetime,
    recorded_at: datetime,
) -> Put:
    """The write by which a need that stayed unmet waits beside its referral until the month is over.

    Args:
        ledger: where it is stored.
        referral: whose need it is.
        metadata: what is stored beside the referral.
        reason: why it could not be met.
        at: when that was.
        recorded_at: when it is recorded. It waits for the end of that month, so that a late one is not alone.
    """
    need = UnmetRecord(
        concepts=referral.concepts,
        terms=referral.terms,
        reason=reason,
        **({"basis": metadata.basis} if metadata.basis else {}),
        month=stamp(at)[:7],
        area=metadata.area,
        language=metadata.language,
        channel=metadata.channel,
    )
    keys = {BY_REFERRAL: referral.id, BY_DUE: stamp(_month_after(recorded_at))}
    return Put(UNMET_PENDING, ledger.new_id(), need.to_dict(), ABSENT, keys)


def cancel_writes(ledger: Ledger, referral_id: str) -> list[Write]:
    """The writes by which needs that still wait beside a referral do not count."""
    records = ledger.storage.scan(UNMET_PENDING, KeyRange(BY_REFERRAL, referral_id, referral_id))
    return [Delete(one.kind, one.id, one.version) for one in records]


def detach_due_needs(ledger: Ledger, now: datetime) -> None:
    """Take needs whose month is over away from their referrals."""
    due, after = KeyRange(BY_DUE, "", stamp(now)), ""
    while page := list(ledger.storage.scan(UNMET_PENDING, due, after=after, limit=_BATCH)):
        ledger.retry(partial(_detach, ledger, [one.id for one in page]))
        after = page[-1].id


def _detach(ledger: Ledger, ids: list[str]) -> None:
    holds = LegalHolds.read(ledger)
    records = ledger.storage.get(UNMET_PENDING, ids).values()
    free = [one for one in records if not holds.cover_record(one)]
    if not free:
        return
    # New ids, in the order of what the records say, which tells nothing of when each came.
    documents = sorted((one.document for one in free), key=partial(json.dumps, sort_keys=True))
    writes: list[Write] = [Put(UNMET_NEED, ledger.new_id(), one, ABSENT) for one in documents]
    writes += [Delete(one.kind, one.id, one.version) for one in free]
    ledger.commit([*writes, holds.guard_write({}, unwiped=True)])


def _month_after(moment: datetime) -> datetime:
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + _MORE_THAN_A_MONTH).replace(day=1)


def _read(record: Record) -> UnmetRecord:
    return UnmetRecord.from_dict(record.document)
