"""Legal holds: what must not be deleted, and how deletions heed it.

Deletions and legal holds share a guard record. A hold may be set while private data is being deleted, so both write that
record, of the version that they read before they looked: the later one of the two finds it changed and begins again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

import attrs

from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.outbox import message_records
from communityconnector.desk.store.record_kinds import (
    AUDIT,
    BY_REFERRAL,
    CONSENT,
    DATA_KEY,
    DISCLOSURE,
    EVENT,
    EVERYTHING,
    FOLLOW_UP,
    LEGAL_HOLD,
    LINK,
    OUTBOX,
    PRIVATE,
    REFERRAL,
    REQUEST,
    RETENTION,
    UNMET_PENDING,
)
from communityconnector.storage import ABSENT, Delete, KeyRange, Put, Record, Write, fetch

_STATE: Final = "state"
_LEAVES_TRACES: Final = frozenset({PRIVATE, DATA_KEY, CONSENT, DISCLOSURE, REFERRAL})
"""Deleted records of these kinds are worth rewriting a file for."""


REFERRAL_KINDS: Final = (
    REFERRAL,
    EVENT,
    PRIVATE,
    DATA_KEY,
    CONSENT,
    DISCLOSURE,
    FOLLOW_UP,
    OUTBOX,
    LINK,
    REQUEST,
    UNMET_PENDING,
    AUDIT,
)
"""Kinds of the records that belong to a referral."""


@attrs.frozen
class LegalHolds:
    """The legal holds, and what has been deleted since the last entry in the log.

    Attributes:
        scopes: ids of the referrals under a hold; `*` for all.
        gone: how many records of each kind were deleted by a purge that is not in the log yet.
        unwiped: whether private data was deleted that a storage's files may still hold.
        version: the version of the guard record.
    """

    scopes: frozenset[str]
    gone: Mapping[str, int]
    unwiped: bool
    version: int

    @classmethod
    def read(cls, ledger: Ledger) -> Self:
        """The holds as they stand. What rests on them is committed with `guards`, `guard` or `settled`."""
        # The order counts: a hold that is set after this first look makes the guard stale.
        state = fetch(ledger.storage, RETENTION, _STATE)
        document: Mapping[str, Any] = {} if state is None else state.document
        scopes = frozenset(record.id for record in ledger.storage.scan(LEGAL_HOLD))
        version = ABSENT if state is None else state.version
        return cls(scopes, document.get("gone", {}), document.get("unwiped", False), version)

    def cover(self, referral_id: str) -> bool:
        """Whether a referral is under a hold, so that nothing of it may be deleted."""
        return EVERYTHING in self.scopes or referral_id in self.scopes

    def cover_record(self, record: Record) -> bool:
        """Whether a record is under a hold. If it cannot be read whose it is, any hold keeps it."""
        owner = owner_of(record)
        return bool(self.scopes) if owner is None else self.cover(owner)

    def guard_write(self, gone: Mapping[str, int], *, unwiped: bool) -> Put:
        """The write that comes to nothing where a hold was set meanwhile.

        Args:
            gone: what the log is to tell of later.
            unwiped: whether private data is deleted.
        """
        added = dict(sorted((Counter(self.gone) + Counter(gone)).items()))
        return Put(
            RETENTION, _STATE, {"gone": added, "unwiped": self.unwiped or unwiped}, expected=self.version
        )

    def guard_writes(self, writes: Sequence[Write]) -> list[Write]:
        """Make the same write for callers that log themselves; none if nothing is deleted."""
        return [self.guard_write({}, unwiped=leaves_traces(writes))] if writes else []

    def clear_write(self, *, unwiped: bool) -> Put:
        """Make the write after which nothing is left to be logged."""
        return Put(RETENTION, _STATE, {"gone": {}, "unwiped": unwiped}, expected=self.version)


def leaves_traces(writes: Iterable[Write]) -> bool:
    """Whether writes delete something that may be private."""
    return any(isinstance(one, Delete) and one.kind in _LEAVES_TRACES for one in writes)


def owner_of(record: Record) -> str | None:
    """The id of the referral that a record belongs to; `None` where that cannot be read."""
    if record.kind in (REFERRAL, PRIVATE, DATA_KEY):
        return record.id
    if BY_REFERRAL in record.keys:
        return record.keys[BY_REFERRAL]
    if record.kind in (EVENT, DISCLOSURE):
        return record.id.rpartition(".")[0]
    document = record.document
    name = "referral" if record.kind in (LINK, REQUEST) else "referral_id"
    value = document.get(name)
    owner = value.get("id") if isinstance(value, Mapping) else value
    return owner if isinstance(owner, str) else None


def delete_writes(ledger: Ledger, key: str, version: int, *, is_draft: bool) -> list[Write]:
    """Make the writes that delete a referral with all that belongs to it. It need not be readable.

    Consents outlive it, as disclosures do, for a list of them can be asked for later; but not those of a draft, from
    nothing was disclosed.

    Args:
        ledger: where it is stored.
        key: the referral's id.
        version: the version of its record.
        is_draft: whether it is a draft.
    """
    records: list[Record] = [*ledger.records_under(EVENT, key), *ledger.records_under(FOLLOW_UP, key)]
    records += message_records(ledger.storage, key)
    if is_draft:
        records += ledger.storage.scan(CONSENT, KeyRange(BY_REFERRAL, key, key))
    return [
        Delete(REFERRAL, key, version),
        *ledger.delete_private_writes(key),
        *(Delete(one.kind, one.id, one.version) for one in records),
    ]
