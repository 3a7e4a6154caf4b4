"""Storage of partnerships and visits: one record each, written only by a caller that has read its latest version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import attrs

from communityconnector.errors import CommunityConnectorError
from communityconnector.partners.partnership import Partnership
from communityconnector.partners.visit import Visit
from communityconnector.storage import Delete, KeyRange, Put, Record, Storage, fetch

T = TypeVar("T", Partnership, Visit)


@attrs.frozen
class RecordRepository(Generic[T]):
    """The values of one kind in a storage.

    Attributes:
        storage: the storage.
        kind: the kind of their records.
        id_of: returns the id of a value.
        write: turns a value into a document.
        read: turns a document into a value.
        keys: returns the keys by which a value can be looked up.
        missing: the exception to raise if a value is not stored.
    """

    storage: Storage
    kind: str
    id_of: Callable[[T], str]
    write: Callable[[T], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], T]
    keys: Callable[[T], dict[str, str]]
    missing: type[CommunityConnectorError]

    def put(self, value: T) -> T:
        """Store a value and return it with its new version.

        Raises:
            StaleRecordError: another writer has changed it since it was read, or a new value is already stored.
        """
        write = Put(self.kind, self.id_of(value), self.write(value), value.version, self.keys(value))
        return attrs.evolve(value, version=self.storage.commit([write]))

    def get(self, key: str) -> T:
        """Return the value with an id, and its version. Raise `missing` if there is none."""
        record = fetch(self.storage, self.kind, key)
        if record is None:
            message = f"no {self.kind} {key!r} is stored"
            raise self.missing(message)
        return self._value(record)

    def scan(self, key: str, value: str | None) -> Iterator[T]:
        """Return the values with this value of a key, or all for `None`, in the order of their ids."""
        key_range = None if value is None else KeyRange(key, value, value)
        return map(self._value, self.storage.scan(self.kind, key_range))

    def remove(self, value: T) -> None:
        """Delete a value.

        Raises:
            StaleRecordError: another writer has changed it since it was read, or it is already deleted.
        """
        self.storage.commit([Delete(self.kind, self.id_of(value), value.version)])

    def _value(self, record: Record) -> T:
        return attrs.evolve(self.read(record.document), version=record.version)
