"""The storage port: what a database must do so that the library can store its records there.

A storage holds plain, versioned records. It knows none of the library's classes: the code above it decides what a
document means. So the author of an adapter needs only this module. `communityconnector.testing.StorageContract` tests an
adapter.

**Versions.** The storage numbers its commits. Each number is larger than all before it, even after deletions. The
version of a record is the number of the commit that last wrote it. So a version is never reused, and "what has changed
since" is a comparison of numbers.

**Order.** Ids are compared by Unicode code points (as Python and UTF-8 bytes compare), never by the rules of a language:
a small letter, a capital, a letter with an accent and a letter followed by a blank are four different ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from communityconnector.errors import InvalidRecordError

API_VERSION: Final = 1
"""Version of this port. A backend that was written for another version is refused."""

MOST_LETTERS: Final = 255
"""The longest id, and the longest value of a look-up key, in characters: what an index of MariaDB can hold."""

MOST_NAME_LETTERS: Final = 64
"""The longest kind, and the longest name of a look-up key, in characters."""

ABSENT: Final = 0
"""The version of a record that does not exist."""


@attrs.frozen(repr=False)
class Record:
    """A stored record.

    Attributes:
        kind: its kind, such as `referral`.
        id: its id, unique within its kind.
        version: number of the commit that last wrote it, 1 or more.
        document: its content: a JSON object, as `json` reads it. Numbers, nulls and strings come back unchanged.
        keys: its look-up keys, by name: strings that are compared like ids.
    """

    kind: str
    id: str
    version: int
    document: Mapping[str, Any]
    keys: Mapping[str, str] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        # The content and the look-up keys may be private.
        return f"<Record {self.kind} {self.id!r}, version {self.version}>"


@attrs.frozen(repr=False)
class Put:
    """A record to write.

    Attributes:
        kind: its kind.
        id: its id, unique within its kind.
        document: its whole content: nothing is merged. A dictionary or `Encoded`; `encoded` writes both.
        expected: the current version; `ABSENT` if the record must not exist.
        keys: its look-up keys. They replace those of the earlier version.
    """

    kind: str
    id: str
    document: Mapping[str, Any]
    expected: int = ABSENT
    keys: Mapping[str, str] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        return f"<Put {self.kind} {self.id!r}, expected {self.expected}>"


@attrs.frozen
class Delete:
    """A record to delete.

    Attributes:
        kind: its kind.
        id: its id, unique within its kind.
        expected: the current version.
    """

    kind: str
    id: str
    expected: int


Write = Put | Delete


@attrs.frozen(repr=False)
class KeyRange:
    """A range of values of one look-up key.

    Attributes:
        name: the key.
        first: the least value in the range.
        last: the greatest value in the range; `None` for no limit.
    """

    name: str
    first: str = ""
    last: str | None = None

    def holds(self, keys: Mapping[str, str]) -> bool:
        """Return whether a record with these keys is in the range."""
        value = keys.get(self.name)
        return value is not None and self.first <= value and (self.last is None or value <= self.last)

    def __repr__(self) -> str:
        return f"<KeyRange of {self.name}>"


@attrs.frozen
class Change:
    """A change of a record.

    Attributes:
        version: number of the commit that last wrote or deleted it.
        kind: its kind.
        id: its id, unique within its kind.
        deleted: whether it was deleted.
    """

    version: int
    kind: str
    id: str
    deleted: bool


class Storage(Protocol):
    """A database of records. It may be shared between threads.

    A failure of the database raises `StorageError` or a subclass, never the driver's own error.
    """

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """Return the records with these ids, by id. Missing records are left out."""
        ...

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """Return the records of a kind in the order of their ids.

        A record that exists during the whole scan comes exactly once. One that is written meanwhile may come or not.

        Args:
            kind: the kind.
            key: only records with a key in this range.
            after: only records with a greater id. The last id of an earlier scan continues that scan.
            limit: the largest number of records.
        """
        ...

    def commit(self, writes: Sequence[Write]) -> int:
        """Write all records or none, and return only once they are durable.

        Args:
            writes: the writes, each to a different record.

        Returns:
            The number of the commit, which is the version of every record that it wrote. Without any writes, the number
            of the last commit, or 0.

        Raises:
            StaleRecordError: a record does not have the expected version. Nothing was written.
            InvalidRecordError: a write cannot be stored anywhere (see `checked`).
        """
        ...

    def drop(self, kind: str) -> None:
        """Delete all records of a kind without checking versions, together with the history of their changes.

        All are deleted when the call returns. Until then some may still be there, so use it for kinds that are no longer
        read.
        """
        ...

    def close(self) -> None:
        """Close the storage. May be called again. All other calls then raise `StorageClosedError`."""
        ...


def fetch(storage: Storage, kind: str, id: str) -> Record | None:  # noqa: A002  # the field's own word
    """Return one record, or `None` if it does not exist.

    Args:
        storage: the storage.
        kind: its kind.
        id: its id.
    """
    return storage.get(kind, [id]).get(id)


@runtime_checkable
class SupportsChanges(Protocol):
    """A storage that can list what has changed since a commit."""

    def changes(self, since: int = 0, *, limit: int | None = None) -> Iterator[Change]:
        """Return the last change of each record that was changed after a commit, ordered by commit, kind and id.

        Args:
            since: number of the commit.
            limit: the largest number of changes.
        """
        ...


@runtime_checkable
class SupportsClaims(Protocol):
    """A storage whose workers can claim records, so that no two work on the same record at once."""

    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> list[Record]:
        """Claim records that are due, which means that their key is at most `now`. Set their key to `until`.

        A claim is a commit, so the claimed records get its number as their version. A worker finishes a record by a
        write that expects this version. If another worker has claimed it since, that write is stale.

        Args:
            kind: the kind of records.
            key: the key that holds the time at which a record is due.
            now: the current time, in the format of the key.
            until: the end of the claim, when the records are due again.
            count: the largest number of records, those due longest first, then by id.
        """
        ...


@runtime_checkable
class SupportsWiping(Protocol):
    """A storage that can make deleted data unreadable in its files."""

    def wipe(self) -> bool:
        """Remove data that was deleted before the call from its files, and from all copies that it made itself.

        The data is gone from the files as programs read them. Traces on disks, in file systems and in backups are the
        responsibility of their administrator.

        Returns:
            Whether it is done. It is not if readers were active all the time: then call it again.

        Raises:
            StorageError: the database cannot do it, for example because the disk is full. No data is lost.
        """
        ...


@runtime_checkable
class SupportsHost(Protocol):
    """A storage that can write in a transaction of its host."""

    def within(self, connection: Any) -> Storage:
        """Return this storage within a transaction that the host has begun and will commit or roll back itself.

        Args:
            connection: the host's connection.
        """
        ...


OpenStorage = Callable[[str], Storage]
"""Opens the storage at a URL."""


def checked(writes: Sequence[Write]) -> Sequence[Write]:
    """Return the same writes, if every storage can store them. Adapters call it; callers of a storage need not.

    Raises:
        InvalidRecordError: a kind, id or look-up key is empty or too long (`MOST_NAME_LETTERS`, `MOST_LETTERS`), a value
            is too long, or one of them has a NUL or a lone surrogate. A record is written twice. A version is negative,
            or a delete expects no record. Documents are checked by `encoded`.
    """
    seen: set[tuple[str, str]] = set()
    for write in writes:
        name = (_lawful(write.kind, "kind", 1, MOST_NAME_LETTERS), _lawful(write.id, "id", 1, MOST_LETTERS))
        if name in seen:
            message = f"{write.kind} {write.id!r} is written twice in one commit"
            raise InvalidRecordError(message)
        seen.add(name)
        expected: Any = write.expected
        if not isinstance(expected, int) or expected < (ABSENT if isinstance(write, Put) else 1):
            message = (
                f"{write.kind} {write.id!r}: {write.expected} is not a version that this write can expect"
            )
            raise InvalidRecordError(message)
        if isinstance(write, Put):
            for key, value in write.keys.items():
                _lawful(key, "look-up key", 1, MOST_NAME_LETTERS)
                _lawful(value, "value of a look-up key", 0, MOST_LETTERS)
    return writes


class Encoded(Mapping[str, Any]):
    """A document whose JSON text is already known, as `encoded` returns it. It is parsed when it is first read.

    Args:
        text: the JSON text.
    """

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed: dict[str, Any] | None = None

    def _document(self) -> dict[str, Any]:
        if self._parsed is None:
            self._parsed = json.loads(self.text)
        return self._parsed

    def __getitem__(self, name: str) -> Any:
        return self._document()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document())

    def __len__(self) -> int:
        return len(self._document())

    def __repr__(self) -> str:
        # The content of a document may be private.
        return "<Encoded>"


def encoded(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text in ASCII, which every database accepts.

    Raises:
        InvalidRecordError: it is not a JSON object, or contains a number that JSON cannot write.
    """
    if isinstance(document, Encoded):
        return document.text
    if not isinstance(document, Mapping):
        message = "a document must be a JSON object"
        raise InvalidRecordError(message)
    try:
        return json.dumps(document, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        message = f"a document cannot be written as JSON ({type(error).__name__})"
        raise InvalidRecordError(message) from None


def lawful_id(text: str) -> bool:
    """Return whether every storage can use a text as an id."""
    try:
        _lawful(text, "id", 1, MOST_LETTERS)
    except InvalidRecordError:
        return False
    return True


def _lawful(text: Any, what: str, least: int, most: int) -> str:
    if not isinstance(text, str) or not least <= len(text) <= most:
        message = f"a {what} must be a string of {least} to {most} characters"
        raise InvalidRecordError(message)
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"a {what} must not contain a lone surrogate"
        raise InvalidRecordError(message) from None
    if "\0" in text:
        message = f"a {what} must not contain a NUL character"
        raise InvalidRecordError(message)
    return text
