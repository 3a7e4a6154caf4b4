"""Writing one load: a new generation beside the current one, and in the end the step to it."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from communityconnector.directory_store.generations import (
    ABOUT,
    AMENDED,
    CURRENT,
    DISCLOSED,
    DirectoryStore,
    confidential_id,
    generation_kind,
    read_record,
    storage_id,
)
from communityconnector.directory_store.load_rows import LoadRow, make_row
from communityconnector.model import ENTITIES, Finding
from communityconnector.model.claims import statements_of
from communityconnector.model.doubts import doubts
from communityconnector.model.hiding import Hiding
from communityconnector.storage import ABSENT, Delete, Put, Storage, Write
from communityconnector.storage import Record as Stored

_LOADING: Final = "loading"
_PAGE: Final = 1000
"""So many records of the generation before are looked at in one go."""
COUNTED: Final = ("added", "changed", "same", "missing")
"""What a load tells of, by the names that `Loaded` has for it."""
_GONE_KEY: Final = "not_in_file_since"
"""Look-up key of what is kept though the last file did not hold it."""


class GenerationWriter:
    """One load, from where an earlier one of the same source was cut off.

    Args:
        storage: where to.
        fingerprint: tells the source, and how it is read, from others; empty where one cannot tell.
        now: the moment.

    Attributes:
        store: where the directory is stored.
        before: the generation that counted when the load began.
        number: that of the new one.
        token: its token.
        counts: how many records were added, and so on.
        records: how many it has by entity.
        resumed: how many records of the source had been written before.
        alone: entities of which records stood alone, so that those embedded now have to be known (`LoadRow`).
    """

    def __init__(self, storage: Storage, fingerprint: str, now: datetime) -> None:
        self._storage = storage
        self.store = DirectoryStore(storage)
        self._now = now
        self._fingerprint = fingerprint
        self.before = self.store.current()
        self._hiding = Hiding(self.store.hidden_before(self.before))
        self._opened, self._opened_version = self.store.opened()
        loading = self.store.about(_LOADING)
        abandoned: tuple[int, ...] = ()
        if loading is not None and fingerprint and loading.document["source"] == fingerprint:
            state = loading.document
            self.number: int = state["number"]
            self.token: str = state["token"]
            self.done: int = state["done"]
            self.counts, self.records = Counter(state["told"]), Counter(state["records"])
        else:
            abandoned = () if loading is None else (loading.document["number"],)
            self.number = max(self.before.number if self.before else 0, *abandoned, 0) + 1
            self.token = hashlib.sha256(
                f"{fingerprint} {self.number} {now.isoformat()}".encode()
            ).hexdigest()[:12]
            self.done = 0
            self.counts, self.records = Counter(dict.fromkeys(COUNTED, 0)), Counter()
        self.resumed = self.done
        # From here on no other load goes on: its next commit is stale. Only then is anything deleted.
        self._state = ABSENT if loading is None else loading.version
        self._state = storage.commit([self._note()])
        for number in (*abandoned, *(self.before.old if self.before else ())):
            self.store.forget(number)
        # A record that stood alone before, and that another one embeds now, is not to be kept beside itself.
        self._alone = self._alone_before()
        self.alone = frozenset(entity for entity, _ in self._alone)

    def _alone_before(self) -> set[tuple[str, str]]:
        if self.before is None:
            return set()
        number = self.before.number
        return {
            (entity, stored.id)
            for entity in ENTITIES
            if entity != "service"
            for stored in self.store.documents(number, entity)
        }

    def take_in(self, row: LoadRow) -> None:
        """Gather what a record tells of hidden places, and of records that it embeds."""
        self._hiding.take(*statements_of(row.places))
        if row.embedded:
            self._alone.difference_update((entity, storage_id(key)) for entity, key in row.embedded)

    def write(self, batch: list[LoadRow], read_so_far: int) -> None:
        """Write a batch, and in the same commit how far one has come."""
        items = list({(item.entity, item.id): item for item in batch}.values())
        # A file can hold a record twice.
        again = self._held(self.number, items) if self.done else {}
        self._compare(items, again)
        writes: list[Write] = [
            Put(
                generation_kind(item.entity, self.number),
                item.id,
                item.document,
                again[item.entity, item.id].version if (item.entity, item.id) in again else ABSENT,
            )
            for item in items
        ]
        self.records.update(item.entity for item in items if (item.entity, item.id) not in again)
        self.done = read_so_far
        self._state = self._storage.commit([*writes, self._note()])

    def _held(self, generation: int, items: Iterable[LoadRow]) -> dict[tuple[str, str], Stored]:
        ids: dict[str, list[str]] = {}
        for item in items:
            ids.setdefault(item.entity, []).append(item.id)
        return {
            (entity, key): stored
            for entity, keys in ids.items()
            for key, stored in self._storage.get(generation_kind(entity, generation), keys).items()
        }

    def _compare(self, items: list[LoadRow], again: Mapping[tuple[str, str], Stored]) -> None:
        old = self._held(self.before.number, items) if self.before else {}
        for item in items:
            name = (item.entity, item.id)
            if name in again:
                continue
            stored = old.get(name)
            what = "added" if stored is None else "same" if stored.document == item.document else "changed"
            self.counts[what] += 1

    def _note(self) -> Put:
        state = {
            "source": self._fingerprint,
            "number": self.number,
            "token": self.token,
            "done": self.done,
            "told": dict(self.counts),
            "records": dict(self.records),
        }
        return Put(ABOUT, _LOADING, state, self._state)

    def carry_over(self, *, drop: bool) -> None:
        """Keep, or only count, what the file no longer holds. Done again, it takes what was amended meanwhile."""
        self.counts["missing"] = 0
        if self.before is None:
            return
        for entity in ENTITIES:
            for page in _pages(self.store.documents(self.before.number, entity)):
                self._carry(entity, page, drop=drop)

    def _carry(self, entity: str, page: Sequence[Stored], *, drop: bool) -> None:
        kind = generation_kind(entity, self.number)
        here = self._storage.get(kind, [one.id for one in page])
        kept: list[Write] = []
        for old in page:
            new = here.get(old.id)
            if (new is not None and _GONE_KEY not in new.keys) or (
                entity != "service" and (entity, old.id) not in self._alone
            ):
                continue
            self.counts["missing"] += 1
            if drop:
                continue
            self.take_in(make_row(read_record(entity, old.document), self.alone, written=False))
            if new is None or new.document != old.document:
                since = {_GONE_KEY: self._now.date().isoformat(), **old.keys}
                kept.append(Put(kind, old.id, old.document, ABSENT if new is None else new.version, since))
                self.records[entity] += new is None
        if kept:
            self._state = self._storage.commit([*kept, self._note()])

    def confidential(self) -> list[Finding]:
        """Note what must be hidden, which only the whole tells; gives what is to be looked at (`model.doubts`)."""
        if self._hiding.any_place:
            for entity in ENTITIES:
                for record in self.store.read(self.number, entity):
                    self._hiding.look_at(record)
        self._opened, self._opened_version = self.store.opened()
        self._hiding.opened = self._opened
        confidential = self._hiding.decide()
        key = confidential_id(self.number)
        before = self.store.about(key)
        version = ABSENT if before is None else before.version
        self._storage.commit([Put(ABOUT, key, confidential.to_dict(), version)])
        return list(doubts(confidential, self._hiding.still))

    def finish(self, amended: int) -> None:
        """Have the new generation count.

        Args:
            amended: what `DirectoryStore.amendments` was before anything was carried over.
        """
        before = self.before
        generation = {
            "number": self.number,
            "token": self.token,
            "previous": before.number if before else 0,
            "old": [before.previous] if before and before.previous else [],
            "records": dict(self.records),
            "loaded_at": self._now.isoformat(),
        }
        current = Put(ABOUT, CURRENT, generation, before.version if before else ABSENT)
        note = Put(ABOUT, AMENDED, {"generation": self.number}, amended)
        opened: list[Write] = []
        if self._hiding.opened != self._opened:
            # What a record hides outright once more is no longer shown by an earlier decision.
            opened.append(
                Put(ABOUT, DISCLOSED, {"records": sorted(self._hiding.opened)}, self._opened_version)
            )
        self._storage.commit([current, note, *opened, Delete(ABOUT, _LOADING, self._state)])
        if before is not None and before.previous:
            self.store.forget(before.previous)


def _pages(stored: Iterator[Stored]) -> Iterator[tuple[Stored, ...]]:
    while page := tuple(itertools.islice(stored, _PAGE)):
        yield page
