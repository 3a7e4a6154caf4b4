"""What is kept about the messages that come next, read for several of them at once.

It is believed for as long as nobody has written anything: the number of the last commit tells. So a message is judged by
what is kept at the moment when it leaves, and mostly that takes one short question instead of a read of its own for each
thing that it rests on.
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
"""So many messages are read for. More would be read in vain where others write all the time."""


class ReadCache:
    """A storage to read from while messages are sent.

    Args:
        storage: what it reads.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._number = -1
        self._known: dict[str, dict[str, Record | None]] = {}

    def coming(self, claimed: Sequence[ClaimedMessage]) -> None:
        """Know what is kept now of what the first of some messages rests on, and of the next ones.

        Args:
            claimed: the messages that have not been looked at, at least one.
        """
        number = self._storage.commit([])
        if number != self._number:
            self._known, self._number = {}, number
        if claimed[0].record.id not in self._known.get(OUTBOX, {}):
            self._read(claimed[:_AT_ONCE])

    def _read(self, claimed: Sequence[ClaimedMessage]) -> None:
        # It saves time and nothing else: what cannot be read is told of when its message's turn comes.
        with suppress(StorageError):
            self.get(OUTBOX, [one.record.id for one in claimed])
            about = {one.row.referral_id for one in claimed if isinstance(one.row, OutboxMessage)}
            consents: set[str] = set()
            intakes: set[str] = set()
            for record in self.get(REFERRAL, about).values():
                with suppress(Exception):
                    held = read_referral(record)
                    intakes.update(intake_keys(held.referral))
                    consents.add(held.about.consent_id)
            self.get(CONSENT, consents - {""})
            self.get(INTAKE, intakes)

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """See `Storage.get`. What has been read is not read again."""
        known = self._known.setdefault(kind, {})
        wanted = list(ids)
        new = [each for each in wanted if each not in known]
        if new:
            found = self._storage.get(kind, new)
            known.update({each: found.get(each) for each in new})
        return {each: record for each in wanted if (record := known[each]) is not None}

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """See `Storage.scan`."""
        return self._storage.scan(kind, key, after=after, limit=limit)

    def commit(self, writes: Sequence[Write]) -> int:
        """See `Storage.commit`. Whether or not it is done, what was known has passed."""
        self._known = {}
        return self._storage.commit(writes)

    def drop(self, kind: str) -> None:
        """See `Storage.drop`."""
        self._storage.drop(kind)

    def close(self) -> None:
        """See `Storage.close`."""
        self._storage.close()
