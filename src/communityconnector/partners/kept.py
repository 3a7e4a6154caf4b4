"""How this room's values are kept: one record each, written by whoever has read its latest version."""

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
class Kept(Generic[T]):
    """Values of one kind in a storage.

    Attributes:
        storage: where.
        kind: kind of their records.
        id_of: tells one from others.
        write: makes a document of one.
        read: makes one of a document.
        keys: what one can be looked up by.
        missing: what to raise where one is not there.
    """

    storage: Storage
    kind: str
    id_of: Callable[[T], str]
    write: Callable[[T], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], T]
    keys: Callable[[T], dict[str, str]]
    missing: type[CommunityConnectorError]

    def put(self, value: T) -> T:
        """Write one, and give it back with its new version.

        Raises:
            StaleRecordError: somebody else has written it since it was read, or it is there already.
        """
        write = Put(self.kind, self.id_of(value), self.write(value), value.version, self.keys(value))
        return attrs.evolve(value, version=self.storage.commit([write]))

    def get(self, key: str) -> T:
        """The one of an id, with its version; raises `missing` where there is none."""
        found = fetch(self.storage, self.kind, key)
        if found is None:
            message = f"no {self.kind} {key!r} is kept"
            raise self.missing(message)
        return self._of(found)

    def scan(self, key: str, value: str | None) -> Iterator[T]:
        """Those with a value of a key, or all where none is given, in the order of their ids."""
        chosen = None if value is None else KeyRange(key, value, value)
        return map(self._of, self.storage.scan(self.kind, chosen))

    def remove(self, value: T) -> None:
        """Forget one.

        Raises:
            StaleRecordError: somebody else has written it since it was read, or it is gone.
        """
        self.storage.commit([Delete(self.kind, self.id_of(value), value.version)])

    def _of(self, record: Record) -> T:
        return attrs.evolve(self.read(record.document), version=record.version)
