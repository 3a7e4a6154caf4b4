"""Messages that are claimed for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.outbox import OutboxMessage, UnreadableMessage, read_message
from communityconnector.desk.store.record_kinds import BY_DUE, OUTBOX, stamp
from communityconnector.errors import StaleRecordError
from communityconnector.storage import KeyRange, Put, Record, Storage, SupportsClaims

LEASE: Final = timedelta(minutes=5)
"""How long a worker has for what it has claimed, before others may take it."""


@attrs.frozen
class ClaimedMessage:
    """A message that is ours for a while.

    Attributes:
        record: as it is stored.
        message: the message in it.
        until: until when it is ours.
    """

    record: Record
    message: OutboxMessage | UnreadableMessage
    until: datetime


def claim_messages(ledger: Ledger, count: int) -> list[ClaimedMessage]:
    """Claim messages that are due."""
    now = ledger.now()
    records = claim_records(ledger.storage, stamp(now), stamp(now + LEASE), count)
    return [ClaimedMessage(record, read_message(record), now + LEASE) for record in records]


def claim_records(storage: Storage, now: str, until: str, count: int) -> list[Record]:
    """Take messages that are due: by the storage's own claims, or else by writing that they are ours.

    Args:
        storage: where they are.
        now: the moment.
        until: until when they are ours.
        count: how many at most.
    """
    if isinstance(storage, SupportsClaims):
        return storage.claim(OUTBOX, BY_DUE, now, until, count)
    due = sorted(storage.scan(OUTBOX, KeyRange(BY_DUE, "", now)), key=lambda one: (one.keys[BY_DUE], one.id))
    taken = []
    for record in due[:count]:
        put = Put(OUTBOX, record.id, record.document, record.version, {**record.keys, BY_DUE: until})
        try:
            version = storage.commit([put])
        except StaleRecordError:
            continue  # another worker was faster
        taken.append(Record(OUTBOX, record.id, version, record.document, put.keys))
    return taken
