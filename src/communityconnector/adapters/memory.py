"""A storage in memory, gone with the process: for notebooks and tests, and what `StorageContract` is measured by."""

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


class _Kept(NamedTuple):
    version: int
    document: str
    keys: dict[str, str]


class MemoryStorage:
    """A storage in memory. Documents are kept as text, so that nobody changes one by changing what he was given."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kinds: dict[str, dict[str, _Kept]] = {}
        self._ids: dict[str, list[str]] = {}
        self._last = 0
        self._changed: dict[tuple[str, str], tuple[int, bool]] = {}
        self._closed = False

    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """See `Storage.get`."""
        with self._lock:
            kept = self._of(kind)
            return {key: _record(kind, key, kept[key]) for key in ids if key in kept}

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """See `Storage.scan`."""
        found = self._pages(kind, key, after)
        return found if limit is None else itertools.islice(found, limit)

    def _pages(self, kind: str, key: KeyRange | None, after: str) -> Iterator[Record]:
        while True:
            with self._lock:
                kept, ids = self._of(kind), self._ids.get(kind, [])
                start = bisect.bisect_right(ids, after)
                page = ids[start : start + _PAGE]
                found = [
                    _record(kind, each, kept[each])
                    for each in page
                    if key is None or key.holds(kept[each].keys)
                ]
            yield from found
            if len(page) < _PAGE:
                return
            after = page[-1]

    def commit(self, writes: Sequence[Write]) -> int:
        """See `Storage.commit`."""
        texts = [encoded(write.document) if isinstance(write, Put) else "" for write in checked(writes)]
        with self._lock:
            self._of("")
            for write in writes:
                kept = self._of(write.kind).get(write.id)
                found = ABSENT if kept is None else kept.version
                if found != write.expected:
                    raise StaleRecordError(write.kind, write.id, write.expected, found)
            self._last += bool(writes)
            for write, text in zip(writes, texts, strict=True):
                self._write(write, text)
            return self._last

    def _write(self, write: Write, text: str) -> None:
        kept, ids = self._kinds.setdefault(write.kind, {}), self._ids.setdefault(write.kind, [])
        if isinstance(write, Put):
            if write.id not in kept:
                bisect.insort(ids, write.id)
            kept[write.id] = _Kept(self._last, text, dict(write.keys))
        else:
            del kept[write.id]
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
            found = sorted((v, *name, gone) for name, (v, gone) in self._changed.items() if v > since)
        return (Change(*one) for one in found[:limit])

    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> list[Record]:
        """See `SupportsClaims.claim`."""
        with self._lock:
            kept = self._of(kind)
            due = sorted(
                (k.keys[key], each) for each, k in kept.items() if k.keys.get(key, "\U0010ffff") <= now
            )
            taken = [(each, kept[each]) for _, each in due[:count]]
            self.commit(
                [
                    Put(kind, each, json.loads(k.document), k.version, {**k.keys, key: until})
                    for each, k in taken
                ]
            )
            return [_record(kind, each, kept[each]) for each, _ in taken]

    def close(self) -> None:
        """See `Storage.close`."""
        self._closed = True

    def _of(self, kind: str) -> dict[str, _Kept]:
        if self._closed:
            message = "this storage is closed"
            raise StorageClosedError(message)
        return self._kinds.get(kind, {})


def _record(kind: str, key: str, kept: _Kept) -> Record:
    return Record(kind, key, kept.version, json.loads(kept.document), dict(kept.keys))
