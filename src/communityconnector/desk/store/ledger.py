"""The ledger: referrals and what belongs to them in a storage, every change with its log entry in one commit."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import attrs

from communityconnector.desk.store.audit_log import Audit, Fact, Head
from communityconnector.desk.store.record_kinds import (
    AUDIT,
    BY_DUE,
    BY_INBOX,
    BY_PATRON,
    BY_PURGE,
    BY_REVIEW,
    CONSENT,
    DATA_KEY,
    EVENT,
    INTAKE,
    OWN,
    PRIVATE,
    REFERRAL,
    REQUEST,
    stamp,
)
from communityconnector.desk.store.referral_record import (
    ReferralMetadata,
    StoredPrivate,
    StoredReferral,
    open_tasks,
    read_referral,
)
from communityconnector.encryption import Keyring
from communityconnector.errors import (
    InvalidReferralError,
    ReferralNotFoundError,
    SealBrokenError,
    StaleRecordError,
)
from communityconnector.notification import Secret
from communityconnector.referrals import (
    SENT,
    Consent,
    Intake,
    Policy,
    Private,
    Referral,
    ReferralEvent,
)
from communityconnector.referrals.fields import CLOCKS_DIFFER, as_utc
from communityconnector.referrals.intake import Taker, intake_key
from communityconnector.storage import ABSENT, Delete, KeyRange, Put, Record, Storage, Write, fetch, lawful_id

_TRIES: Final = 50
"""How often work begins again if others write in between."""
_MADE: Final = "made"
"""Id of the desk's own secret."""

T = TypeVar("T")


class OvertakenError(StaleRecordError):
    """A record was changed between our reading and our writing: begin again."""


class Ledger:
    """Reads and writes what belongs to referrals. It may be shared between threads.

    Args:
        storage: where everything is stored.
        policy: what the library has decided.
        clock: gives the present moment, with a zone.
        secret: makes links and references that cannot be guessed; by default one that is stored.
        keyring: encrypts private data; by default it is stored unencrypted, and deleted.
        ids: gives new ids.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace
        self,
        storage: Storage,
        *,
        policy: Policy,
        clock: Callable[[], datetime],
        secret: Secret | None,
        keyring: Keyring | None,
        ids: Callable[[], str],
    ) -> None:
        self.storage = storage
        self.policy = policy
        self.keyring = keyring
        self.new_id = ids
        self.audit = Audit(storage)
        self._clock = clock
        self._secret = secret
        self._lock = threading.Lock()
        self._head: Head | None = None

    def with_storage(self, storage: Storage) -> Ledger:
        """The same over another storage."""
        return Ledger(
            storage,
            policy=self.policy,
            clock=self._clock,
            secret=self._secret,
            keyring=self.keyring,
            ids=self.new_id,
        )

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._clock().astimezone(UTC)

    def check_moment(self, at: datetime | None, last: datetime | None = None) -> datetime:
        """Give the moment of an event: the one that was given, or now.

        Args:
            at: the moment that was given; `None` for now.
            last: when the last thing before it happened. A clock that was set back must not keep the desk from going on.

        Raises:
            InvalidReferralError: it has no zone, or has not come yet.
        """
        now = self.now()
        if at is None:
            return now if last is None else max(now, last)
        moment = as_utc(at)
        if moment > now + CLOCKS_DIFFER:
            message = (
                "an event has happened: say when, or leave `at` out for now; it cannot lie in the future"
            )
            raise InvalidReferralError(message)
        return moment

    # Writing

    def commit(self, writes: Sequence[Write], facts: Sequence[Fact] = (), at: datetime | None = None) -> int:
        """Write all of it together with its log entries, or nothing.

        Args:
            writes: the writes.
            facts: what the log is to say.
            at: when, if not now.

        Raises:
            OvertakenError: a record was changed meanwhile.
        """
        with self._lock:
            for tried in range(1, _TRIES + 1):
                if facts and self._head is None:
                    self._head = self.audit.head()
                entries, head = self.audit.chained(facts, self._head or Head(0, ""), at or self.now())
                try:
                    number = self.storage.commit([*writes, *entries])
                except StaleRecordError as error:
                    # Another process has added to the log: chain behind its entry.
                    self._head = None
                    if error.kind != AUDIT or tried == _TRIES:
                        raise OvertakenError(error.kind, error.id, error.expected, error.found) from None
                except BaseException:
                    self._head = None
                    raise
                else:
                    if facts:
                        self._head = head
                    return number
        raise AssertionError  # pragma: no cover  # the last try raises

    def retry(self, work: Callable[[], T]) -> T:
        """Do something that reads and commits, from the beginning where others have written in between.

        Args:
            work: what to do.

        Raises:
            StaleRecordError: others keep writing.
        """
        for tried in range(1, _TRIES + 1):
            try:
                return work()
            except OvertakenError:
                if tried == _TRIES:
                    raise
        raise AssertionError  # pragma: no cover  # the last try raises

    # Referrals

    def find_referrals(self, ids: Iterable[str]) -> dict[str, StoredReferral]:
        """Referrals by id; those that are not there are left out."""
        return {key: read_referral(record) for key, record in self.storage.get(REFERRAL, ids).items()}

    def find_referral(self, referral_id: str) -> StoredReferral | None:
        """A referral; `None` where it never was or has been purged."""
        return self.find_referrals([referral_id]).get(referral_id)

    def get_referral(self, referral_id: str) -> StoredReferral:
        """A referral.

        Raises:
            ReferralNotFoundError: there is no such referral.
        """
        if not isinstance(referral_id, str):
            message = f"a referral is named by its id, such as `referral.id`, and not by a {type(referral_id).__name__}"
            raise ReferralNotFoundError(message)
        stored = self.find_referral(referral_id)
        if stored is None:
            shown = repr(referral_id) if lawful_id(referral_id) else "of that id"
            message = f"there is no referral {shown}: it never was, or has been purged"
            raise ReferralNotFoundError(message)
        return stored

    def referral_write(self, referral: Referral, metadata: ReferralMetadata, expected: int) -> Put:
        """The write of a referral."""
        keys = {}
        if referral.status in SENT:
            keys[BY_INBOX] = referral.organization_id
        todo = open_tasks(referral, metadata, self.policy)
        if todo:
            keys[BY_DUE] = stamp(todo[0].at)
        if referral.purge_after is not None:
            keys[BY_PURGE] = stamp(referral.purge_after)
        if metadata.needs_review:
            keys[BY_REVIEW] = "yes"
        document = {"referral": referral.to_dict(), "about": metadata.to_dict()}
        return Put(REFERRAL, referral.id, document, expected, keys)

    def event_write(self, event: ReferralEvent) -> Put:
        """The write of an event, without the words that were added to it: those are private."""
        bare = attrs.evolve(event, text="")
        return Put(EVENT, f"{event.referral_id}.{event.version:08d}", bare.to_dict(), ABSENT)

    def records_under(self, kind: str, referral_id: str) -> Iterator[Record]:
        """The records of a kind that belong to a referral by their ids, in the order of these: events, first to last."""
        start = f"{referral_id}."
        records = itertools.takewhile(
            lambda record: record.id.startswith(start), self.storage.scan(kind, after=start)
        )
        # Ids may hold full stops: what belongs to `2026.1` begins as what belongs to `2026` does.
        # A record without `referral_id` is recognized by its id alone.
        return (one for one in records if one.document.get("referral_id", referral_id) == referral_id)

    # What is private

    def read_private(self, referral_id: str) -> StoredPrivate:
        """Read the private data of a referral; empty if it was deleted or never stored.

        Raises:
            SealBrokenError: it is sealed, and cannot be opened.
        """
        record = fetch(self.storage, PRIVATE, referral_id)
        if record is None:
            return StoredPrivate(Private(), ABSENT)
        document: Mapping[str, Any] = record.document
        if "sealed" in document:
            key = fetch(self.storage, DATA_KEY, referral_id)
            if key is None:
                return StoredPrivate(Private(), record.version, record.keys.get(BY_PURGE, ""))
            keyring = self._keyring()
            document = json.loads(keyring.unseal(key.document["wrapped"], referral_id, document["sealed"]))
        return StoredPrivate(Private.from_dict(document), record.version, record.keys.get(BY_PURGE, ""))

    def private_writes(
        self, referral_id: str, private: Private, stored: StoredPrivate, purge: str = ""
    ) -> list[Write]:
        """Make the writes of private data, with the data key that encrypts it if there is a keyring."""
        keys = {BY_PURGE: purge} if purge else {}
        if private.patron:
            keys[BY_PATRON] = self.patron_key(private.patron)
        if self.keyring is None:
            return [Put(PRIVATE, referral_id, private.to_dict(), stored.version, keys)]
        data_key = fetch(self.storage, DATA_KEY, referral_id)
        is_new = data_key is None
        wrapped = self.keyring.new_key(referral_id) if data_key is None else data_key.document["wrapped"]
        sealed = self.keyring.seal(wrapped, referral_id, json.dumps(private.to_dict()))
        writes: list[Write] = [Put(PRIVATE, referral_id, {"sealed": sealed}, stored.version, keys)]
        if is_new:
            writes.append(Put(DATA_KEY, referral_id, {"wrapped": wrapped}, ABSENT))
        return writes

    def delete_private_writes(self, referral_id: str) -> list[Write]:
        """Make the writes that delete private data, and the key that encrypted it."""
        return [
            Delete(kind, referral_id, record.version)
            for kind in (PRIVATE, DATA_KEY)
            for record in self.storage.get(kind, [referral_id]).values()
        ]

    def patron_key(self, patron: str) -> str:
        """Give the look-up key of a patron's records."""
        return patron if self.keyring is None else self.keyring.index(patron)

    def patron_records(self, kind: str, patron: str) -> list[Record]:
        """The records of a kind that are a patron's; those too that were written before there was a keyring."""
        records: dict[str, Record] = {}
        for key in {patron, self.patron_key(patron)}:
            records |= {one.id: one for one in self.storage.scan(kind, KeyRange(BY_PATRON, key, key))}
        return sorted(records.values(), key=lambda one: one.id)

    def _keyring(self) -> Keyring:
        if self.keyring is None:
            message = "what is private was sealed: open the desk with the keyring that it was sealed with"
            raise SealBrokenError(message)
        return self.keyring

    # Consents and intakes

    def read_consents(self, ids: Iterable[str]) -> dict[str, tuple[Consent, Record]]:
        """Consents by id, each with its record."""
        records = self.storage.get(CONSENT, ids)
        return {key: (Consent.from_dict(record.document), record) for key, record in records.items()}

    def read_intakes(self, keys: Iterable[str]) -> dict[str, Intake]:
        """How agencies and services take referrals, by `Intake.key`."""
        records = self.storage.get(INTAKE, keys)
        return {key: Intake.from_dict(record.document) for key, record in records.items()}

    def find_intake(self, referral: Referral) -> Intake | None:
        """How the service of a referral, or else its agency, takes referrals; `None` if that is not known."""
        return intake_of(referral, self.read_intakes(intake_keys(referral)))

    # Requests

    def find_request(self, use: str, key: str) -> tuple[str, Record | None]:
        """The id under which a request is remembered, and what is remembered of it."""
        name = self.keyed_hash(use, key)
        return name, fetch(self.storage, REQUEST, name)

    # The desk's own secret

    def keyed_hash(self, use: str, text: str) -> str:
        """Make a code that takes the desk's secret: HMAC-SHA-256 of a text for a use, in hexadecimal."""
        return self.keyed_digest(use, text).hex()

    def keyed_digest(self, use: str, text: str) -> bytes:
        """The same in bytes."""
        message = f"{use}:{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._desk_secret(), message, hashlib.sha256).digest()

    def _desk_secret(self) -> bytes:
        if self._secret is None:
            self._secret = self.retry(self._stored_secret)
        return self._secret.reveal().encode()

    def _stored_secret(self) -> Secret:
        record = fetch(self.storage, OWN, _MADE)
        if record is not None:
            return Secret(record.document["text"])
        made = secrets.token_urlsafe(32)
        self.commit([Put(OWN, _MADE, {"text": made}, ABSENT)])
        return Secret(made)


def intake_of(referral: Referral, intakes: Mapping[str, Intake]) -> Intake | None:
    """Which of some intakes counts for a referral: the service's own before its agency's."""
    return next((intakes[key] for key in intake_keys(referral) if key in intakes), None)


def intake_keys(referral: Referral) -> tuple[str, str]:
    """The keys of the intakes that may count for a referral: its service's, then its agency's."""
    return (
        intake_key(Taker.SERVICE, referral.service_id),
        intake_key(Taker.ORGANIZATION, referral.organization_id),
    )
