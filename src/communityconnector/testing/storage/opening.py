"""The base of the contract's tests: empty storages, and helpers to compare records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from communityconnector.storage import Record, Storage


class Opening:
    """Opens the storages for the tests.

    Attributes:
        durable: whether commits outlive the storage object. If so, `reopen` must be defined.
    """

    durable: ClassVar[bool] = False

    def open_storage(self) -> Storage:
        """Return an empty storage, a new one at each call."""
        message = "a StorageContract must define open_storage"
        raise NotImplementedError(message)

    def reopen(self, storage: Storage) -> Storage | None:
        """Return another storage object for the same data. The first may be closed already or still be open.

        Args:
            storage: a storage from `open_storage`.

        Returns:
            The second object, or `None` if the data ends with the first.
        """
        del storage
        return None

    @contextmanager
    def fresh(self) -> Iterator[Storage]:
        """Yield an empty storage, and close it at the end."""
        storage = self.open_storage()
        try:
            yield storage
        finally:
            storage.close()

    def again(self, storage: Storage) -> Storage:
        """Return another object for the same data, or skip the test if the storage is not durable."""
        if not self.durable:
            pytest.skip("durable is False: not tested that commits outlive the storage object")
        second = self.reopen(storage)
        assert second is not None, "durable is True, so reopen must return a storage"
        return second


def exact(value: Any) -> str:
    """Return a JSON value as text that distinguishes `1`, `1.0`, `-0.0` and `true`."""
    return json.dumps(value, sort_keys=True)


def stored(storage: Storage, kind: str, key: str) -> Record:
    """Return the record with an id, which must exist."""
    records = storage.get(kind, [key])
    assert list(records) == [key], f"{kind} {key!r} does not exist"
    return records[key]


def ids(records: Iterable[Record]) -> list[str]:
    """Return the ids of records, in their order."""
    return [record.id for record in records]


def contents(records: Iterable[Record]) -> list[tuple[str, str, int, str, dict[str, str]]]:
    """Return everything in records, in a form that can be compared."""
    return [(r.kind, r.id, r.version, exact(dict(r.document)), dict(r.keys)) for r in records]
