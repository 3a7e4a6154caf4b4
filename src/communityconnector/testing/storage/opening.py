"""What every test of the contract starts from: an empty storage, and what to say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from communityconnector.storage import Record, Storage


class Opening:
    """How the tests get at a storage.

    Attributes:
        durable: whether what was committed outlives the storage object; if so, `reopen` must be there.
    """

    durable: ClassVar[bool] = False

    def open_storage(self) -> Storage:
        """An empty storage, another one at each call."""
        message = "a StorageContract has to say how to open an empty storage"
        raise NotImplementedError(message)

    def reopen(self, storage: Storage) -> Storage | None:
        """Another storage object on the same data; the first may be closed by then, or still be open.

        Args:
            storage: what `open_storage` gave.

        Returns:
            The second object; `None` where the data ends with the first.
        """
        del storage
        return None

    @contextmanager
    def fresh(self) -> Iterator[Storage]:
        """An empty storage, closed at the end."""
        storage = self.open_storage()
        try:
            yield storage
        finally:
            storage.close()

    def again(self, storage: Storage) -> Storage:
        """The same data by another object; a test of a storage that claims no durability ends here."""
        if not self.durable:
            pytest.skip("durable is False: not tested that commits outlive the storage object")
        second = self.reopen(storage)
        assert second is not None, "durable is True, so reopen must return a storage"
        return second


def exact(value: Any) -> str:
    """A JSON value as text that tells `1`, `1.0`, `-0.0` and `true` apart."""
    return json.dumps(value, sort_keys=True)


def found(storage: Storage, kind: str, key: str) -> Record:
    """The record of an id that is there."""
    records = storage.get(kind, [key])
    assert list(records) == [key], f"{kind} {key!r} is not there"
    return records[key]


def ids(records: Iterable[Record]) -> list[str]:
    """The ids of records, in their order."""
    return [record.id for record in records]


def told(records: Iterable[Record]) -> list[tuple[str, str, int, str, dict[str, str]]]:
    """All that records say, in a form that can be compared."""
    return [(r.kind, r.id, r.version, exact(dict(r.document)), dict(r.keys)) for r in records]
