"""The storage port: what a database has to do so that the library can keep its records there.

A storage holds dumb, versioned records. It knows none of the library's classes: what a document means is decided above
it, so whoever writes an adapter learns this page and nothing else. `communityconnector.testing.StorageContract` proves
an adapter.

**Versions.** A commit is numbered by the storage: every one with a larger number than any before it, whatever was
deleted meanwhile. The number of the commit that last wrote a record is the record's version. So a version is never
used again, and "what has changed since" is a question about numbers.

**Order.** Ids are compared by Unicode code points (as Python compares them, and as UTF-8 bytes do), never by a
language's rules: a small and a capital letter, one with an accent, and one with a blank after it are four ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from communityconnector.errors import InvalidRecordError

API_VERSION: Final = 1
"""Number of this page. A backend that was written to another one is refused."""

MOST_LETTERS: Final = 255
"""Longest id, and longest value of a look-up key, in characters: what an index of MariaDB can hold."""

MOST_NAME_LETTERS: Final = 64
"""Longest kind, and longest name of a look-up key."""

ABSENT: Final = 0
"""The version that a record has which is not there."""


@attrs.frozen(repr=False)
class Record:
    """A record as it is stored.

    Attributes:
        kind: what it is, such as `referral`.
        id: tells it from others of its kind.
        version: number of the commit that last wrote it, 1 or more.
        document: what it says: a JSON object, as `json` reads it. Numbers, nulls and texts come back as they went in.
        keys: what it can be looked up by, and under which value: texts, compared as ids are.
    """

    kind: str
    id: str
    version: int
    document: Mapping[str, Any]
    keys: Mapping[str, str] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        # What a record says, and what it is looked up by, may be private.
        return f"<Record {self.kind} {self.id!r}, version {self.version}>"


@attrs.frozen(repr=False)
class Put:
    """A record to be written.

    Attributes:
        kind: what it is.
        id: tells it from others of its kind.
        document: what it says, all of it: nothing is merged. A dictionary, or `Encoded`; `encoded` writes either.
        expected: the version that it has now; `ABSENT` where there must be none.
        keys: what it can be looked up by; those of the version before do not stay.
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
    """A record to be taken away.

    Attributes:
        kind: what it is.
        id: tells it from others of its kind.
        expected: the version that it has now.
    """

    kind: str
    id: str
    expected: int


Write = Put | Delete


@attrs.frozen(repr=False)
class KeyRange:
    """Which records to look up by one of their keys.

    Attributes:
        name: the key.
        first: the least value that counts.
        last: the greatest value that counts, itself included; `None` for any.
    """

    name: str
    first: str = ""
    last: str | None = None

    def holds(self, keys: Mapping[str, str]) -> bool:
        """Whether a record with these keys counts."""
        value = keys.get(self.name)
        return value is not None and self.first <= value and (self.last is None or value <= self.last)

    def __repr__(self) -> str:
        return f"<KeyRange of {self.name}>"


@attrs.frozen
class Change:
    """What became of a record.

    Attributes:
        version: number of the commit that last wrote or deleted it.
        kind: what it is.
        id: tells it from others of its kind.
        deleted: whether it is gone.
    """

    version: int
    kind: str
    id: str
    deleted: bool


class Storage(Protocol):
    """What a storage does. It may be shared between threads.

    Whatever goes wrong in the database itself raises `StorageError` or a leaf of it, never the driver's own error.
    """

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """The records of some ids, by id; those that are not there are left out."""
        ...

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """The records of a kind in the order of their ids.

        A record that is there all the while comes once; one that is written meanwhile may come or not.

        Args:
            kind: which.
            key: only those with such a key.
            after: only those with a greater id: the last id of an earlier scan goes on from there.
            limit: how many at most.
        """
        ...

    def commit(self, writes: Sequence[Write]) -> int:
        """Write all of it or nothing, and only return once it is kept.

        Args:
            writes: the writes, each of another record.

        Returns:
            The number of the commit: the version of every record that it wrote. Without any writes, the number of the
            last commit that there was, or 0.

        Raises:
            StaleRecordError: a record has another version than was expected; nothing was written.
            InvalidRecordError: a write cannot be stored anywhere (see `checked`).
        """
        ...

    def drop(self, kind: str) -> None:
        """Forget all records of a kind, whatever their versions: no change of theirs is told any more.

        All are gone when the call returns, though meanwhile some may be and others not: for what nobody reads any more.
        """
        ...

    def close(self) -> None:
        """Let go of everything. May be called again. Whatever is called afterwards raises `StorageClosedError`."""
        ...


def fetch(storage: Storage, kind: str, id: str) -> Record | None:  # noqa: A002  # the field's own word
    """One record; `None` where it is not there.

    Args:
        storage: where it would be.
        kind: what it is.
        id: which.
    """
    return storage.get(kind, [id]).get(id)


@runtime_checkable
class SupportsChanges(Protocol):
    """A storage that tells what has changed since a commit."""

    def changes(self, since: int = 0, *, limit: int | None = None) -> Iterator[Change]:
        """The last change of each record that was changed after a commit, in the order of the commits, then by kind and id.

        Args:
            since: number of the commit.
            limit: how many at most.
        """
        ...


@runtime_checkable
class SupportsClaims(Protocol):
    """A storage whose workers can take records to work on, so that no two work on the same one at a time."""

    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> list[Record]:
        """Take records that are due: whose key is `now` at most. Their key becomes `until`, when they are due again.

        Taking is a commit: the records have its number as their version, and whoever wants to finish with one expects
        that version. A worker that was thought dead meanwhile finds it stale.

        Args:
            kind: which records.
            key: the key that says when a record is due.
            now: the moment, as the key has it.
            until: when the claim ends.
            count: how many at most, those that are due longest first, then by id.
        """
        ...


@runtime_checkable
class SupportsWiping(Protocol):
    """A storage that can see to it that what was deleted cannot be read from its files any more."""

    def wipe(self) -> bool:
        """Take out of its files, and of all copies of them that it made itself, what was deleted before the call.

        What is overwritten or deleted is so in the files as programs read them. What disks, file systems and backups
        keep besides is their keeper's to see to.

        Returns:
            Whether it is done. Not so where somebody was reading all the while: then it has to be called again.

        Raises:
            StorageError: the database cannot do it, for want of room for example. Nothing is lost.
        """
        ...


@runtime_checkable
class SupportsHost(Protocol):
    """A storage that can write in a transaction of its host."""

    def within(self, connection: Any) -> Storage:
        """This storage inside a transaction that the host has begun, and will commit or roll back itself.

        Args:
            connection: the host's connection.
        """
        ...


OpenStorage = Callable[[str], Storage]
"""Opens the storage at a URL."""


def checked(writes: Sequence[Write]) -> Sequence[Write]:
    """The same writes, if any storage could store them. Whoever calls a storage need not: every adapter does.

    Raises:
        InvalidRecordError: a kind, id or look-up key is empty or too long (`MOST_NAME_LETTERS`, `MOST_LETTERS`), a
            value too long, or one of them has a NUL or half a surrogate pair; a record is written twice; a version is
            negative, or a record is to be deleted that is expected not to be there. Documents are checked by `encoded`.
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
            message = f"{write.kind} {write.id!r}: no record has version {write.expected}"
            raise InvalidRecordError(message)
        if isinstance(write, Put):
            for key, value in write.keys.items():
                _lawful(key, "look-up key", 1, MOST_NAME_LETTERS)
                _lawful(value, "value of a look-up key", 0, MOST_LETTERS)
    return writes


class Encoded(Mapping[str, Any]):
    """A document whose text, as `encoded` gives it, is known already. Whoever looks into it has the text read first.

    Args:
        text: the text.
    """

    __slots__ = ("_held", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._held: dict[str, Any] | None = None

    def _document(self) -> dict[str, Any]:
        if self._held is None:
            self._held = json.loads(self.text)
        return self._held

    def __getitem__(self, name: str) -> Any:
        return self._document()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document())

    def __len__(self) -> int:
        return len(self._document())

    def __repr__(self) -> str:
        # What a document says may be private.
        return "<Encoded>"


def encoded(document: Mapping[str, Any]) -> str:
    """A document as JSON text, in ASCII: no database can take offence at it.

    Raises:
        InvalidRecordError: it is no JSON object, or holds a number that JSON has no way to write.
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
    """Whether every storage can take a text as an id."""
    try:
        _lawful(text, "id", 1, MOST_LETTERS)
    except InvalidRecordError:
        return False
    return True


def _lawful(text: Any, what: str, least: int, most: int) -> str:
    if not isinstance(text, str) or not least <= len(text) <= most:
        message = f"a {what} must be a text of {least} to {most} characters"
        raise InvalidRecordError(message)
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"a {what} may not have half of a surrogate pair"
        raise InvalidRecordError(message) from None
    if "\0" in text:
        message = f"a {what} may not have a NUL"
        raise InvalidRecordError(message)
    return text
