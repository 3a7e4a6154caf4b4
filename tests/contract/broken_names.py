"""Storages with a fault in what becomes of ids, kinds and the values of keys."""

from __future__ import annotations

import unicodedata

import attrs
from faults import fault

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.storage import KeyRange


class ChangesNames(MemoryStorage):
    """Takes some ids for others."""

    def name(self, text):
        return text

    def commit(self, writes):
        return super().commit([attrs.evolve(w, id=self.name(w.id)) for w in writes])

    def get(self, kind, ids):
        with self._lock:
            records = {key: super(ChangesNames, self).get(kind, [self.name(key)]) for key in ids}
        return {key: attrs.evolve(one, id=key) for key, found in records.items() for one in found.values()}


@fault
class FoldsCaseOfIds(ChangesNames):
    def name(self, text):
        return text.casefold()


@fault
class StripsIds(ChangesNames):
    def name(self, text):
        return text.strip() or text


@fault
class IgnoresBlanksAtTheEndOfIds(ChangesNames):
    def name(self, text):
        return text.rstrip(" ") or text


@fault
class NormalisesIds(ChangesNames):
    def name(self, text):
        return unicodedata.normalize("NFC", text)


@fault
class NormalisesCompatibleIds(ChangesNames):
    def name(self, text):
        return unicodedata.normalize("NFKC", text)


@fault
class CutsIds(ChangesNames):
    def name(self, text):
        return text[:254]


@fault
class StripsAccentsOfIds(ChangesNames):
    def name(self, text):
        return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode() or text


@fault
class LeavesTheKindOut(MemoryStorage):
    def commit(self, writes):
        return super().commit([attrs.evolve(write, kind="all") for write in writes])

    def get(self, kind, ids):
        return {key: attrs.evolve(one, kind=kind) for key, one in super().get("all", ids).items()}

    def scan(self, kind, key=None, **more):
        return (attrs.evolve(one, kind=kind) for one in super().scan("all", key, **more))


@fault
class FoldsCaseOfKinds(MemoryStorage):
    def _of(self, kind):
        return super()._of(kind.casefold())

    def commit(self, writes):
        return super().commit([attrs.evolve(write, kind=write.kind.casefold()) for write in writes])


@fault
class FoldsCaseOfKeyValues(MemoryStorage):
    def scan(self, kind, key=None, **more):
        if key is not None:
            key = _Folded(key.name, key.first, key.last)
        return super().scan(kind, key, **more)


class _Folded(KeyRange):
    def holds(self, keys):
        last = None if self.last is None else self.last.casefold()
        range_ = KeyRange(self.name, self.first.casefold(), last)
        return range_.holds({name: value.casefold() for name, value in keys.items()})


@fault
class CutsUnlawfulIds(ChangesNames):
    def name(self, text):
        return text.replace("\0", "")[:255]
