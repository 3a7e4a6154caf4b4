"""Storages with a fault in how they commit, drop and close."""

from __future__ import annotations

import itertools
import threading
import time

import attrs
from faults import fault

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.errors import StaleRecordError, StorageClosedError
from communityconnector.storage import ABSENT, Delete, Put, checked, encoded


@fault
class LastWriterWins(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            known = [attrs.evolve(w, expected=self._now(w)) for w in writes]
            return super().commit([w for w in known if isinstance(w, Put) or w.expected])

    def _now(self, write):
        kept = self._of(write.kind).get(write.id)
        return kept.version if kept else ABSENT


@fault
class LastWriterWinsWhereNothingIsExpected(LastWriterWins):
    def _now(self, write):
        return write.expected or super()._now(write)


@fault
class DeletesWhateverTheVersion(LastWriterWins):
    def _now(self, write):
        return super()._now(write) if isinstance(write, Delete) else write.expected


@fault
class AppliesHalfACommit(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            number = super().commit([])
            for write in writes:
                number = super().commit([write])
            return number


@fault
class StaleCommitsLeaveTheirDeletes(MemoryStorage):
    def commit(self, writes):
        try:
            return super().commit(writes)
        except StaleRecordError:
            for write in writes:
                kept = self._of(write.kind).get(write.id)
                if isinstance(write, Delete) and kept and kept.version == write.expected:
                    super().commit([write])
            raise


@fault
class TwoCommitsShareANumber(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            self._last -= self._last % 2 if writes else 0
            return super().commit(writes)


@fault
class ReusesVersionsAfterDeletion(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            versions = [kept.version for kind in self._kinds.values() for kept in kind.values()]
            self._last = max(versions, default=0) if writes else self._last
            return super().commit(writes)


@fault
class RestartsNumbersAfterDrop(MemoryStorage):
    def drop(self, kind):
        super().drop(kind)
        versions = [kept.version for kept in itertools.chain(*(k.values() for k in self._kinds.values()))]
        self._last = max(versions, default=0)


@fault
class CountsEmptyCommits(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            self._of("")
            self._last += not writes
            return super().commit(writes)


@fault
class ReturnsBeforeItIsVisible(MemoryStorage):
    waiting = ()

    def commit(self, writes):
        with self._lock:
            waiting, self.waiting = self.waiting, ()
            if waiting:
                super().commit(waiting)
            self._last += 1
            stale = [w for w in writes if self._version(w) != w.expected]
            if stale:
                self._last -= 1
                return super().commit(stale)
            self._last -= 1
            self.waiting = writes
            return self._last + bool(writes)

    def _version(self, write):
        kept = self._of(write.kind).get(write.id)
        return kept.version if kept else ABSENT


@fault
class AcceptsDoubleWrites(MemoryStorage):
    def commit(self, writes):
        return super().commit(list({(w.kind, w.id): w for w in writes}.values()))


@fault
class SwapsTheNumbersOfAStaleWrite(MemoryStorage):
    def commit(self, writes):
        try:
            return super().commit(writes)
        except StaleRecordError as error:
            raise StaleRecordError(error.kind, error.id, error.found, error.expected) from None


@fault
class NamesTheFirstRecordAsStale(MemoryStorage):
    def commit(self, writes):
        try:
            return super().commit(writes)
        except StaleRecordError as error:
            raise StaleRecordError(writes[0].kind, writes[0].id, error.expected, error.found) from None


@fault
class DropForgetsNothing(MemoryStorage):
    def drop(self, kind):
        self._of(kind)


@fault
class DropForgetsEverything(MemoryStorage):
    def drop(self, kind):
        for each in list(self._kinds):
            super().drop(each)
        self._of(kind)


@fault
class DropLeavesChanges(MemoryStorage):
    def drop(self, kind):
        changed = self._changed
        super().drop(kind)
        self._changed = changed


@fault
class CloseDoesNothing(MemoryStorage):
    def close(self):
        return


@fault
class ClosesOnlyOnce(MemoryStorage):
    def close(self):
        self._of("")
        super().close()


@fault
class ReadsAfterItWasClosed(MemoryStorage):
    def _of(self, kind):
        return self._kinds.get(kind, {})

    def commit(self, writes):
        if self._closed:
            message = "this storage is closed"
            raise StorageClosedError(message)
        return super().commit(writes)


@fault
class ChecksBeforeItLocks(MemoryStorage):
    def commit(self, writes):
        for write in writes:
            kept = self._of(write.kind).get(write.id)
            if (kept.version if kept else ABSENT) != write.expected:
                return super().commit(writes)
        time.sleep(0.0005)
        with self._lock:
            now = [self._of(write.kind).get(write.id) for write in writes]
            return super().commit(
                [
                    attrs.evolve(w, expected=kept.version if kept else ABSENT)
                    for w, kept in zip(writes, now, strict=True)
                ]
            )


@fault
class ShowsHalfACommit(MemoryStorage):
    def __init__(self):
        super().__init__()
        self._lock = threading.RLock()
        self._writers = threading.RLock()

    def commit(self, writes):
        with self._writers:
            number = super().commit([])
            if len(checked(writes)) != 2 or any(self._now(write) != write.expected for write in writes):
                return super().commit(writes)
            texts = [encoded(write.document) if isinstance(write, Put) else "" for write in writes]
            self._last = number + 1
            for write, text in zip(writes, texts, strict=True):
                with self._lock:
                    self._write(write, text)
                time.sleep(0.0005)
            return number + 1

    def claim(self, *what):
        # Both locks in the order that commits take them.
        with self._writers:
            return super().claim(*what)

    def _now(self, write):
        kept = self._of(write.kind).get(write.id)
        return kept.version if kept else ABSENT


@fault
class NumbersCommitsOutsideTheLock(MemoryStorage):
    def commit(self, writes):
        before = self._last
        time.sleep(0.0005 if writes else 0)
        with self._lock:
            if writes and self._last != before:
                self._last = before
            return super().commit(writes)
