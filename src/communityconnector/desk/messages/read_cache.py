"""What the next messages depend on, read for several of them at once.

The cache is valid until the next commit, whose number tells. So a message is judged by what is stored at the moment when
it is sent, and mostly that takes one short query instead of one read for each record that it depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from communityconnector.desk.messages.claims import ClaimedMessage
from communityconnector.desk.store.ledger import intake_keys
from communityconnector.desk.store.outbox import OutboxMessage
from communityconnector.desk.store.record_kinds import CONSENT, INTAKE, OUTBOX, REFERRAL
from communityconnector.desk.store.referral_record import read_referral
from communityconnector.errors import StorageError
from communityconnector.storage import KeyRange, Record, Storage, Write

_AT_ONCE: Final = 32
"""So many messages are read ahead. More would be wasted where other processes write all the time."""


class ReadCache:
    """A storage to read from while messages are sent.

    Args:
        storage: what it reads.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._number = -1
        self._known: dict[str, dict[str, Record | None]] = {}

    def prepare(self, claimed: Sequence[ClaimedMessage]) -> None:
        """Read what the first of some messages depends on, and the next ones.

        Args:
            claimed: the messages that are still to be sent, at least one.
        """
        number = self._storage.commit([])
        if number != self._number:
            self._known, self._number = {}, number
        if claimed[0].record.id not in self._known.get(OUTBOX, {}):
            self._read(claimed[:_AT_ONCE])

    def _read(self, claimed: Sequence[ClaimedMessage]) -> None:
        # This only saves time: what cannot be read is reported when its message's turn comes.
        with suppress(StorageError):
            self.get(OUTBOX, [one.record.id for one in claimed])
            referrals = {one.message.referral_id for one in claimed if isinstance(one.message, OutboxMessage)}
            consents: set[str] = set()
            intakes: set[str] = set()
            for record in self.get(REFERRAL, referrals).values():
                with suppress(Exception):
                    stored = read_referral(record)
                    intakes.update(intake_keys(stored.referral))
                    consents.add(stored.metadata.consent_id)
            self.get(CONSENT, consents - {""})
            self.get(INTAKE, intakes)

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """See `Storage.get`. What has been read is not read again."""
        known = self._known.setdefault(kind, {})
        ids = list(ids)
        new = [each for each in ids if each not in known]
        if new:
            records = self._storage.get(kind, new)
            known.update({each: records.get(each) for each in new})
        return {each: record for each in ids if (record := known[each]) is not None}

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """See `Storage.scan`."""
        return self._storage.scan(kind, key, after=after, limit=limit)

    def commit(self, writes: Sequence[Write]) -> int:
        """See `Storage.commit`. Whether or not it succeeds, the cache is emptied."""
        self._known = {}
        return self._storage.commit(writes)

    def drop(self, kind: str) -> None:
        """See `Storage.drop`."""
        self._storage.drop(kind)

    def close(self) -> None:
        """See `Storage.close`."""
        self._storage.close()
