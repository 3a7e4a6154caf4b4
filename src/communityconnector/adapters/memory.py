"""A storage in memory, lost when the process ends: for notebooks and tests, and the model for `StorageContract`."""

from __future__ import annotations

import bisect
import itertools
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from communityconnector.errors import StaleRecordError, StorageClosedError
from communityconnector.storage import (
    ABSENT,
    Change,
    KeyRange,
    Put,
    Record,
    Write,
    checked,
    encoded,
)

_PAGE: Final = 500


class _Row(NamedTuple):
    version: int
    document: str
    keys: dict[str, str]


class MemoryStorage:
    """A storage in memory. Documents are stored as text, so that changes to a returned document have no effect on it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kinds: dict[str, dict[str, _Row]] = {}
        self._ids: dict[str, list[str]] = {}
        self._last = 0
        self._changed: dict[tuple[str, str], tuple[int, bool]] = {}
        self._closed = False

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """See `Storage.get`."""
        with self._lock:
            rows = self._of(kind)
            return {key: _record(kind, key, rows[key]) for key in ids if key in rows}

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """See `Storage.scan`."""
        records = self._pages(kind, key, after)
        return records if limit is None else itertools.islice(records, limit)

    def _pages(self, kind: str, key: KeyRange | None, after: str) -> Iterator[Record]:
        while True:
            with self._lock:
                rows, ids = self._of(kind), self._ids.get(kind, [])
                start = bisect.bisect_right(ids, after)
                page = ids[start : start + _PAGE]
                records = [
                    _record(kind, record_id, rows[record_id])
                    for record_id in page
                    if key is None or key.holds(rows[record_id].keys)
                ]
            yield from records
            if len(page) < _PAGE:
                return
            after = page[-1]

    def commit(self, writes: Sequence[Write]) -> int:
        """See `Storage.commit`."""
        texts = [encoded(write.document) if isinstance(write, Put) else "" for write in checked(writes)]
        with self._lock:
            self._of("")
            for write in writes:
                row = self._of(write.kind).get(write.id)
                stored = ABSENT if row is None else row.version
                if stored != write.expected:
                    raise StaleRecordError(write.kind, write.id, write.expected, stored)
            self._last += bool(writes)
            for write, text in zip(writes, texts, strict=True):
                self._write(write, text)
            return self._last

    def _write(self, write: Write, text: str) -> None:
        rows, ids = self._kinds.setdefault(write.kind, {}), self._ids.setdefault(write.kind, [])
        if isinstance(write, Put):
            if write.id not in rows:
                bisect.insort(ids, write.id)
            rows[write.id] = _Row(self._last, text, dict(write.keys))
        else:
            del rows[write.id]
            ids.remove(write.id)
        self._changed[write.kind, write.id] = (self._last, not isinstance(write, Put))

    def drop(self, kind: str) -> None:
        """See `Storage.drop`."""
        with self._lock:
            self._of(kind)
            self._kinds.pop(kind, None)
            self._ids.pop(kind, None)
            self._changed = {name: last for name, last in self._changed.items() if name[0] != kind}

    def changes(self, since: int = 0, *, limit: int | None = None) -> Iterator[Change]:
        """See `SupportsChanges.changes`."""
        with self._lock:
            self._of("")
            changes = sorted((v, *name, gone) for name, (v, gone) in self._changed.items() if v > since)
        return (Change(*change) for change in changes[:limit])

    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> list[Record]:
        """See `SupportsClaims.claim`."""
        with self._lock:
            rows = self._of(kind)
            due = sorted(
                (row.keys[key], record_id)
                for record_id, row in rows.items()
                if row.keys.get(key, "\U0010ffff") <= now
            )
            claimed = [(record_id, rows[record_id]) for _, record_id in due[:count]]
            self.commit(
                [
                    Put(kind, record_id, json.loads(row.document), row.version, {**row.keys, key: until})
                    for record_id, row in claimed
                ]
            )
            return [_record(kind, record_id, rows[record_id]) for record_id, _ in claimed]

    def close(self) -> None:
        """See `Storage.close`."""
        self._closed = True

    def _of(self, kind: str) -> dict[str, _Row]:
        if self._closed:
            message = "this storage is closed"
            raise StorageClosedError(message)
        return self._kinds.get(kind, {})


def _record(kind: str, key: str, row: _Row) -> Record:
    return Record(kind, key, row.version, json.loads(row.document), dict(row.keys))
