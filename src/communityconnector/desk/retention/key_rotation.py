"""Wrapping data keys with the newest of the host's keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from communityconnector.desk.casework.due_work import SYSTEM
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.record_kinds import DATA_KEY
from communityconnector.errors import InvalidReferralError
from communityconnector.storage import Put

_BATCH: Final = 50
"""So many keys are wrapped in one commit, so that other processes can write in between."""


def rewrap_keys(context: DeskContext) -> int:
    """See `Privacy.rewrap_keys`."""
    ledger = context.ledger
    if ledger.keyring is None:
        message = "the desk has no keyring: open it with one"
        raise InvalidReferralError(message)
    keyring, rewrapped, after = ledger.keyring, 0, ""

    def write(ids: Sequence[str]) -> int:
        records = ledger.storage.get(DATA_KEY, ids).values()
        pairs = [(one, keyring.rewrap(one.document["wrapped"], one.id)) for one in records]
        puts = [
            Put(DATA_KEY, one.id, {"wrapped": wrapped}, one.version, one.keys)
            for one, wrapped in pairs
            if wrapped != one.document["wrapped"]
        ]
        if puts:
            ledger.commit(
                [*puts, LegalHolds.read(ledger).guard_write({}, unwiped=True)],
                [Fact(actor=SYSTEM, action="rewrap", fields=(f"{DATA_KEY}:{len(puts)}",))],
            )
        return len(puts)

    while page := list(ledger.storage.scan(DATA_KEY, after=after, limit=_BATCH)):
        rewrapped += ledger.retry(partial(write, [one.id for one in page]))
        after = page[-1].id
    return rewrapped
