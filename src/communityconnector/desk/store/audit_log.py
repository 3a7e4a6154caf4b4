"""The audit log: who did what, when, to which referral, and which fields were disclosed to whom. It only grows.

Each entry holds the hash of the one before it, so that an entry that was changed, removed or inserted shows. Entries
hold ids and names of fields, never what stood in a field. An entry that was taken off the end shows where its event is
still kept, or by a head that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import attrs

from communityconnector.desk.store.record_kinds import ANCHOR, AUDIT, EVENT, stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor
from communityconnector.referrals.fields import texts
from communityconnector.serialization import Document, DocumentForm
from communityconnector.storage import ABSENT, Delete, Put, Record, Storage, Write, fetch

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A reason as the log takes it: a code, and not words, which may describe a person."""

_START: Final = "0" * 64
_BITS: Final = 40
"""The log has less than 2 to the power of so many entries."""


class Head(NamedTuple):
    """The last entry of the log. Write it down elsewhere, and `verify` shows later that nothing before it was lost.

    Attributes:
        number: its number; 0 where there is none.
        hash: its hash.
    """

    number: int
    hash: str


@attrs.frozen(kw_only=True)
class Fact:
    """Something that is to be written into the log.

    Attributes:
        actor: who did it.
        action: what, as a code: an event of a referral, or an act of the desk such as `put_intake`. Codes stay as they
            are, whatever the calls are named, for logs are kept for years.
        referral_id: to which referral; empty where to none.
        version: the version that the referral has since; 0 where it is none the newer.
        fields: names of what was disclosed or read; or the id of a message.
        to: to whom, by id.
        because: what allowed it: the id of a consent; or the code of a reason.
    """

    actor: Actor
    action: str
    referral_id: str = ""
    version: int = 0
    fields: tuple[str, ...] = ()
    to: str = ""
    because: str = ""


@attrs.frozen(kw_only=True)
class Entry(Document):
    """An entry of the log.

    Attributes:
        number: counts up from 1, without a gap.
        at: when it was written, in UTC.
        role: in what capacity they acted.
        actor_id: who, by an id; empty for a patron.
        action: what was done.
        referral_id: to which referral.
        version: the version that the referral has since.
        fields: names of what was disclosed or read.
        to: to whom.
        because: what allowed it.
        previous: the hash of the entry before.
        hash: the hash of all this.
    """

    FORM = DocumentForm(error=InvalidReferralError)

    number: int
    at: str
    role: str
    actor_id: str = ""
    action: str
    referral_id: str = ""
    version: int = 0
    fields: tuple[str, ...] = attrs.field(default=(), converter=texts)
    to: str = ""
    because: str = ""
    previous: str
    hash: str = ""

    def digest(self) -> str:
        """The hash that it should have: SHA-256 of the rest of it as JSON, names in order."""
        fields = attrs.asdict(self, filter=lambda field, _: field.name != "hash")
        return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@attrs.frozen
class Verification:
    """What a look at the whole log showed.

    Attributes:
        head: its last entry.
        entries: how many there are.
        broken: what is wrong, in words, first to last; empty where nothing is.
    """

    head: Head
    entries: int
    broken: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken


class Audit:
    """The log in a storage.

    Args:
        storage: where it is stored.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def chained(self, facts: Sequence[Fact], head: Head, at: datetime) -> tuple[list[Write], Head]:
        """The writes that add facts to the log behind a head, and the head that it has then."""
        writes: list[Write] = []
        for fact in facts:
            entry = Entry(
                number=head.number + 1,
                at=stamp(at),
                role=fact.actor.role.value,
                actor_id=fact.actor.id,
                action=fact.action,
                referral_id=fact.referral_id,
                version=fact.version,
                fields=fact.fields,
                to=fact.to,
                because=fact.because,
                previous=head.hash,
            )
            entry = attrs.evolve(entry, hash=entry.digest())
            writes.append(Put(AUDIT, _id(entry.number), entry.to_dict(), ABSENT))
            head = Head(entry.number, entry.hash)
        return writes, head

    def head(self, known: Head | None = None) -> Head:
        """The last entry.

        Args:
            known: an earlier head, to begin from.
        """
        start = self._anchor() if known is None else known
        # Numbers have no gaps, so the last is found by doubling steps, and then by halving them.
        step = 1 << _BITS
        number, last_hash = start.number, start.hash
        while step:
            steps = [number + (step >> down) for down in range(step.bit_length())]
            entries = self._storage.get(AUDIT, [_id(each) for each in steps])
            there = next((each for each in steps if _id(each) in entries), None)
            if there is None:
                break
            step = (there - number) >> 1
            number, last_hash = there, entries[_id(there)].document["hash"]
        return Head(number, last_hash)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries, first to last.

        Args:
            after: only those with a greater number.
        """
        return (_entry(record) for record in self._storage.scan(AUDIT, after=_id(after)))

    def of(self, referral_id: str) -> tuple[Entry, ...]:
        """The entries about one referral, first to last. The whole log is read for it."""
        return tuple(entry for entry in self.entries() if entry.referral_id == referral_id)

    def verify(self, head: Head | None = None) -> Verification:
        """Look whether the log is whole: every entry in its place, unchanged, and every event of a referral in it.

        Args:
            head: an earlier head that was written down elsewhere.
        """
        broken: list[str] = []
        last = self._anchor()
        logged: set[tuple[str, int]] = set()
        found_head = head is None or head.number <= last.number
        count = 0
        for record in self._storage.scan(AUDIT):
            count += 1
            try:
                entry = _entry(record)
            except InvalidReferralError:
                number = record.id.lstrip("0")
                broken.append(
                    f"entry {number} cannot be read: a newer version wrote it, or it has been changed"
                )
                last = Head(last.number + 1, str(record.document.get("hash", "")))
                continue
            if entry.number != last.number + 1:
                broken.append(f"entries {last.number + 1} to {entry.number - 1} are missing")
            elif entry.previous != last.hash:
                broken.append(f"entry {entry.number} does not follow from the one before it")
            if entry.digest() != entry.hash:
                broken.append(f"entry {entry.number} has been changed")
            found_head = found_head or (
                head is not None and entry.number == head.number and entry.hash == head.hash
            )
            logged.add((entry.referral_id, entry.version))
            last = Head(entry.number, entry.hash)
        if not found_head:
            broken.append("the head that was written down is not in the log")
        anchor = fetch(self._storage, ANCHOR, ANCHOR)
        deleted_until = "" if anchor is None else anchor.document["at"]
        for record in self._storage.scan(EVENT):
            event = record.document
            try:
                name = (event["referral_id"], event["version"])
                recorded = stamp(datetime.fromisoformat(event["recorded_at"]))
            except (KeyError, TypeError, ValueError):
                broken.append(f"event {record.id!r} cannot be read")
                continue
            if name not in logged and recorded > deleted_until:
                broken.append(f"version {name[1]} of referral {name[0]!r} is not in the log")
        return Verification(last, count, tuple(broken))

    def oldest(self, before: datetime, batch: int = 500) -> list[Write]:
        """Make the writes that delete the oldest entries, if written before a moment; the first is the anchor.

        Args:
            before: the moment.
            batch: how many entries at most.
        """
        old = list(itertools.takewhile(self._is_before(before), self._storage.scan(AUDIT, limit=batch)))
        if not old:
            return []
        stored = fetch(self._storage, ANCHOR, ANCHOR)
        last = _entry(old[-1])
        document = {"number": last.number, "hash": last.hash, "at": last.at}
        anchor = Put(ANCHOR, ANCHOR, document, ABSENT if stored is None else stored.version)
        return [anchor, *(Delete(AUDIT, each.id, each.version) for each in old)]

    def count_before(self, moment: datetime) -> int:
        """How many entries were written before a moment."""
        return sum(1 for _ in itertools.takewhile(self._is_before(moment), self._storage.scan(AUDIT)))

    @staticmethod
    def _is_before(moment: datetime) -> Callable[[Record], bool]:
        end = stamp(moment)
        return lambda record: bool(record.document["at"] < end)

    def _anchor(self) -> Head:
        anchor = fetch(self._storage, ANCHOR, ANCHOR)
        if anchor is None:
            return Head(0, _START)
        return Head(anchor.document["number"], anchor.document["hash"])


def _id(number: int) -> str:
    return f"{number:013d}"


def _entry(record: Record) -> Entry:
    return Entry.from_dict(record.document)
