"""What must not be let go of, and how whoever lets go of something heeds it.

A legal hold may be set while something is being let go of. So all that lets go of private things also writes one small
record, of the version that it read before it looked for holds, and so does whoever sets a hold: of the two, the later
one begins again.
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
"""What was deleted of these is worth writing a file anew."""


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
"""Kinds of what belongs to a referral."""


@attrs.frozen
class LegalHolds:
    """The legal holds that there are, and what has been let go of since the log last told.

    Attributes:
        scopes: ids of the referrals that are held; `*` for all.
        gone: how many records of each kind were let go of by a purge that is not in the log yet.
        unwiped: whether something private was let go of that a storage's files may still hold.
        version: the version of the record that says so.
    """

    scopes: frozenset[str]
    gone: Mapping[str, int]
    unwiped: bool
    version: int

    @classmethod
    def found(cls, ledger: Ledger) -> Self:
        """The holds as they stand. What rests on them is committed with `guards`, `guard` or `settled`."""
        # The order counts: a hold that is set after this first look makes the guard stale.
        state = fetch(ledger.storage, RETENTION, _STATE)
        said: Mapping[str, Any] = {} if state is None else state.document
        scopes = frozenset(record.id for record in ledger.storage.scan(LEGAL_HOLD))
        version = ABSENT if state is None else state.version
        return cls(scopes, said.get("gone", {}), said.get("unwiped", False), version)

    def keep(self, referral_id: str) -> bool:
        """Whether nothing of a referral may be let go of."""
        return EVERYTHING in self.scopes or referral_id in self.scopes

    def keep_record(self, record: Record) -> bool:
        """Whether a record may not be let go of. Nobody knows whose it is where that cannot be read: any hold keeps it."""
        owner = owner_of(record)
        return bool(self.scopes) if owner is None else self.keep(owner)

    def guard(self, gone: Mapping[str, int], *, unwiped: bool) -> Put:
        """The write that comes to nothing where a hold was set meanwhile.

        Args:
            gone: what the log is to tell of later.
            unwiped: whether something private is let go of.
        """
        added = dict(sorted((Counter(self.gone) + Counter(gone)).items()))
        return Put(
            RETENTION, _STATE, {"gone": added, "unwiped": self.unwiped or unwiped}, expected=self.version
        )

    def guards(self, writes: Sequence[Write]) -> list[Write]:
        """The same for whoever writes into the log himself: nothing, where nothing is let go of."""
        return [self.guard({}, unwiped=leaves_traces(writes))] if writes else []

    def settled(self, *, unwiped: bool) -> Put:
        """The write by which nothing is left to be told."""
        return Put(RETENTION, _STATE, {"gone": {}, "unwiped": unwiped}, expected=self.version)


def leaves_traces(writes: Iterable[Write]) -> bool:
    """Whether writes let go of something that may be private."""
    return any(isinstance(one, Delete) and one.kind in _LEAVES_TRACES for one in writes)


def owner_of(record: Record) -> str | None:
    """The id of the referral that a record belongs to; `None` where that cannot be read."""
    if record.kind in (REFERRAL, PRIVATE, DATA_KEY):
        return record.id
    if BY_REFERRAL in record.keys:
        return record.keys[BY_REFERRAL]
    if record.kind in (EVENT, DISCLOSURE):
        return record.id.rpartition(".")[0]
    said = record.document
    held = said.get("referral") if record.kind in (LINK, REQUEST) else said.get("referral_id")
    owner = held.get("id") if isinstance(held, Mapping) else held
    return owner if isinstance(owner, str) else None


def delete_writes(ledger: Ledger, key: str, version: int, *, is_draft: bool) -> list[Write]:
    """The writes that let go of a referral with all that belongs to it. It need not be readable.

    Consents outlive it, as disclosures do, for a list of them can be asked for later; but not those of a draft, from
    which nobody was told anything.

    Args:
        ledger: where it is kept.
        key: the referral's id.
        version: the version of its record.
        is_draft: whether it is a draft.
    """
    found: list[Record] = [*ledger.under(EVENT, key), *ledger.under(FOLLOW_UP, key)]
    found += message_records(ledger.storage, key)
    if is_draft:
        found += ledger.storage.scan(CONSENT, KeyRange(BY_REFERRAL, key, key))
    return [
        Delete(REFERRAL, key, version),
        *ledger.forget_private(key),
        *(Delete(one.kind, one.id, one.version) for one in found),
    ]
