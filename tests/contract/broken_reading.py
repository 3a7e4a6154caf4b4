"""Storages with a fault in how they are read: by id, in order, by key, by what changed, by what is due."""

from __future__ import annotations

import itertools
import time

import attrs
from faults import fault

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.storage import Change, Delete, KeyRange, Put, Record


@fault
class ReadsFromAStaleCache(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.cache = {}

    def get(self, kind, ids):
        wanted = list(ids)
        fresh = super().get(kind, wanted)
        for key, record in fresh.items():
            self.cache.setdefault((kind, key), record)
        return {key: self.cache[kind, key] for key in wanted if key in fresh}


@fault
class FindsDeletedRecordsInACache(ReadsFromAStaleCache):
    def get(self, kind, ids):
        wanted = list(ids)
        self.cache |= {(kind, key): record for key, record in MemoryStorage.get(self, kind, wanted).items()}
        return {key: self.cache[kind, key] for key in wanted if (kind, key) in self.cache}


@fault
class GetsSoManyAndNoMore(MemoryStorage):
    def get(self, kind, ids):
        return super().get(kind, itertools.islice(ids, 500))


@fault
class MergesKeys(MemoryStorage):
    def _write(self, write, text):
        kept = self._of(write.kind).get(write.id)
        if isinstance(write, Put) and kept:
            write = attrs.evolve(write, keys={**kept.keys, **write.keys})
        super()._write(write, text)


@fault
class NeverUpdatesKeys(MemoryStorage):
    def _write(self, write, text):
        kept = self._of(write.kind).get(write.id)
        super()._write(
            attrs.evolve(write, keys=kept.keys) if isinstance(write, Put) and kept else write, text
        )


@fault
class KeepsKeysOfDeletedRecords(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.left = {}

    def _write(self, write, text):
        name = (write.kind, write.id)
        if isinstance(write, Delete):
            self.left[name] = self._of(write.kind)[write.id].keys
        elif name in self.left:
            write = attrs.evolve(write, keys={**self.left.pop(name), **write.keys})
        super()._write(write, text)


class ChangesRanges(MemoryStorage):
    """Looks up by another range than it was asked for."""

    Range = KeyRange

    def scan(self, kind, key=None, **more):
        return super().scan(kind, key and self.Range(key.name, key.first, key.last), **more)


@fault
class LeavesOutTheLastOfARange(ChangesRanges):
    class Range(KeyRange):
        def holds(self, keys):
            return super().holds(keys) and keys[self.name] != self.last


@fault
class LeavesOutTheFirstOfARange(ChangesRanges):
    class Range(KeyRange):
        def holds(self, keys):
            return super().holds(keys) and (not self.first or keys[self.name] != self.first)


@fault
class TakesAnEmptyKeyForNone(ChangesRanges):
    class Range(KeyRange):
        def holds(self, keys):
            return super().holds(keys) and keys[self.name] != ""


@fault
class LooksUpByAnyKey(ChangesRanges):
    class Range(KeyRange):
        def holds(self, keys):
            return any(super(type(self), self).holds({self.name: value}) for value in keys.values())


class ChangesOrder(MemoryStorage):
    """Scans in another order."""

    def order(self, record):
        raise NotImplementedError

    def scan(self, kind, key=None, *, after="", limit=None):
        found = sorted(super().scan(kind, key, after=after), key=self.order)
        return iter(found[:limit])


@fault
class ScansByVersion(ChangesOrder):
    def order(self, record):
        return (-record.version, record.id)


@fault
class ScansByUtf16(ChangesOrder):
    def order(self, record):
        return record.id.encode("utf-16-be")


@fault
class ScansAsADictionaryDoes(ChangesOrder):
    def order(self, record):
        return (record.id.casefold(), record.id)


@fault
class ScansByKeys(ChangesOrder):
    def order(self, record):
        return (sorted(record.keys.items()), record.id)


@fault
class ScansFromAfterItself(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        return iter([r for r in super().scan(kind, key) if r.id >= after][:limit])


@fault
class IgnoresTheLimit(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        return super().scan(kind, key, after=after, limit=limit and max(limit, 2))


@fault
class LimitsBeforeItLooksUp(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        return (r for r in super().scan(kind, after=after, limit=limit) if key is None or key.holds(r.keys))


@fault
class ScansOnePageOnly(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        return super().scan(kind, key, after=after, limit=1_000 if limit is None else min(limit, 1_000))


@fault
class ScansByPlaceWhileOthersWrite(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        def pages():
            for start in itertools.count(0, 300):
                with self._lock:
                    page = list(super(ScansByPlaceWhileOthersWrite, self).scan(kind, key, after=after))[
                        start:
                    ][:300]
                yield from page
                if len(page) < 300:
                    return

        self._of(kind)
        return itertools.islice(pages(), limit)


@fault
class ScansDeletedRecords(MemoryStorage):
    def scan(self, kind, key=None, *, after="", limit=None):
        found = list(super().scan(kind, key, after=after, limit=limit))
        gone = [
            Record(k, i, v, {}) for (k, i), (v, deleted) in self._changed.items() if k == kind and deleted
        ]
        return iter(sorted([*found, *([] if key else gone)], key=lambda record: record.id))


class ChangesTheFeed(MemoryStorage):
    """Tells changes, but not as they were."""

    def feed(self, found):
        raise NotImplementedError

    def changes(self, since=0, *, limit=None):
        return iter(list(self.feed(super().changes(since)))[:limit])


@fault
class FeedMissesDeletions(ChangesTheFeed):
    def feed(self, found):
        return (change for change in found if not change.deleted)


@fault
class FeedHasDeletionsAsWrites(ChangesTheFeed):
    def feed(self, found):
        return (attrs.evolve(change, deleted=False) for change in found)


@fault
class FeedIsInOrderOfIds(ChangesTheFeed):
    def feed(self, found):
        return sorted(found, key=lambda change: (change.kind, change.id))


@fault
class FeedIsInNoOrderWithinACommit(ChangesTheFeed):
    def feed(self, found):
        return sorted(found, key=lambda change: (change.version, change.id))


@fault
class FeedRepeats(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.all = []

    def _write(self, write, text):
        super()._write(write, text)
        self.all.append(Change(self._last, write.kind, write.id, isinstance(write, Delete)))

    def drop(self, kind):
        super().drop(kind)
        self.all = [change for change in self.all if change.kind != kind]

    def changes(self, since=0, *, limit=None):
        self._of("")
        found = sorted((c for c in self.all if c.version > since), key=lambda c: (c.version, c.kind, c.id))
        return iter(found[:limit])


@fault
class FeedHoldsSinceItself(MemoryStorage):
    def changes(self, since=0, *, limit=None):
        return super().changes(max(0, since - 1), limit=limit)


@fault
class FeedIgnoresTheLimit(MemoryStorage):
    def changes(self, since=0, *, limit=None):
        return super().changes(since, limit=limit and 500)


@fault
class ClaimsTwice(MemoryStorage):
    def claim(self, kind, key, now, until, count):  # noqa: ARG002  # the fault
        return super().claim(kind, key, now, now, count)


@fault
class ClaimsWithoutAVersion(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        with self._lock:
            before = {each: kept.version for each, kept in self._of(kind).items()}
            taken = super().claim(kind, key, now, until, count)
            for record in taken:
                kept = self._kinds[kind][record.id]
                self._kinds[kind][record.id] = kept._replace(version=before[record.id])
            return [attrs.evolve(record, version=before[record.id]) for record in taken]


@fault
class ClaimsTellTheVersionBefore(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        with self._lock:
            before = {each: kept.version for each, kept in self._of(kind).items()}
            return [
                attrs.evolve(r, version=before[r.id]) for r in super().claim(kind, key, now, until, count)
            ]


@fault
class ClaimsInOrderOfIds(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        with self._lock:
            due = list(self.scan(kind, KeyRange(key, last=now)))[:count]
            number = self.commit(
                [Put(kind, r.id, r.document, r.version, {**r.keys, key: until}) for r in due]
            )
            return [attrs.evolve(r, version=number, keys={**r.keys, key: until}) for r in due]


@fault
class ClaimsOnlyWhatIsOverdue(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        due = self._of(kind).values()
        return super().claim(
            kind, key, max((k.keys[key] for k in due if k.keys.get(key, now) < now), default=""), until, count
        )


@fault
class ClaimsLoseOtherKeys(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        with self._lock:
            taken = super().claim(kind, key, now, until, count)
            number = self.commit([Put(kind, r.id, r.document, r.version, {key: until}) for r in taken])
            return [attrs.evolve(r, version=number, keys={key: until}) for r in taken]


@fault
class ClaimsWithoutALock(MemoryStorage):
    def claim(self, kind, key, now, until, count):
        due = sorted((r.keys[key], r.id) for r in self.scan(kind, KeyRange(key, last=now)))[:count]
        time.sleep(0.0005)
        with self._lock:
            found = self.get(kind, [each for _, each in due])
            taken = [found[each] for _, each in due if each in found]
            number = self.commit(
                [Put(kind, r.id, r.document, r.version, {**r.keys, key: until}) for r in taken]
            )
            return [attrs.evolve(r, version=number, keys={**r.keys, key: until}) for r in taken]
