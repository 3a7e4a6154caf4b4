"""Taking a directory into storage: as a stream, so that its size does not matter, and in one step for those who read."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import attrs

from communityconnector.errors import StaleRecordError
from communityconnector.interchange import ColumnMapping, Mode, read, records, to_raw
from communityconnector.model import ENTITIES, Directory, Finding, Record, Service, Severity
from communityconnector.model.audience import Confidential, locations_in
from communityconnector.model.graph import children
from communityconnector.storage import ABSENT, Delete, Put, Storage, Write
from communityconnector.storage import Record as Stored
from communityconnector.stored.generations import (
    ABOUT,
    AMENDED,
    CURRENT,
    Shelf,
    confidential_id,
    id_of,
    kind_of,
    record_of,
)

Source = Directory | str | os.PathLike[str]
Columns = ColumnMapping | str | os.PathLike[str] | None

READ_WHOLE: Final = 64 * 1024 * 1024
"""Files of up to so many bytes are read whole: then all is checked that takes the whole directory (`read`)."""

_LOADING: Final = "loading"
_BATCH: Final = 1000
"""So many records are written in one commit."""
_TOLD: Final = ("added", "changed", "same", "missing")
_TRIES: Final = 5
"""How often a load takes over what was amended while it was indexed."""
_GONE_KEY: Final = "not_in_file_since"
"""Look-up key of what is kept though the last file did not hold it."""


@attrs.frozen
class Loaded:
    """What a load did.

    Attributes:
        generation: number of the generation that counts now.
        records: how many records it has, by entity.
        added: how many of them are new.
        changed: how many say something else than before.
        same: how many say the same.
        missing: how many the file no longer holds; they are kept, unless they were to be dropped.
        dropped: whether they were.
        findings: how many findings there were, by severity.
        resumed: how many records had been written by a load of the same file that was cut off.
    """

    generation: int
    records: Mapping[str, int]
    added: int
    changed: int
    same: int
    missing: int
    dropped: bool
    findings: Mapping[str, int]
    resumed: int


@attrs.frozen
class _Item:
    """A record on its way into storage."""

    entity: str
    id: str
    document: Mapping[str, Any]


class _Load:
    """One load, from where an earlier one of the same source was cut off.

    Args:
        storage: where to.
        fingerprint: tells the source, and how it is read, from others; empty where one cannot tell.
        now: the moment.
        found: gathers what must be hidden.
    """

    def __init__(self, storage: Storage, fingerprint: str, now: datetime, found: Confidential) -> None:
        self._storage = storage
        self._shelf = Shelf(storage)
        self._now = now
        self._found = found
        self._fingerprint = fingerprint
        self.before = self._shelf.current()
        held = self._shelf.about(_LOADING)
        abandoned: tuple[int, ...] = ()
        if held is not None and fingerprint and held.document["source"] == fingerprint:
            said = held.document
            self.number: int = said["number"]
            self.token: str = said["token"]
            self.done: int = said["done"]
            self.told, self.records = Counter(said["told"]), Counter(said["records"])
        else:
            abandoned = () if held is None else (held.document["number"],)
            self.number = max(self.before.number if self.before else 0, *abandoned, 0) + 1
            self.token = hashlib.sha256(
                f"{fingerprint} {self.number} {now.isoformat()}".encode()
            ).hexdigest()[:12]
            self.done = 0
            self.told, self.records = Counter(dict.fromkeys(_TOLD, 0)), Counter()
        self.resumed = self.done
        # From here on nobody else's load goes on: its next commit is stale. Only then is anything let go.
        self._state = ABSENT if held is None else held.version
        self._state = storage.commit([self._note()])
        for number in (*abandoned, *(self.before.old if self.before else ())):
            self._shelf.forget(number)
        # A record that stood alone before, and that another one embeds now, is not to be kept beside itself.
        self._alone = self._alone_before()

    def _alone_before(self) -> set[tuple[str, str]]:
        if self.before is None:
            return set()
        number = self.before.number
        return {
            (entity, stored.id)
            for entity in ENTITIES
            if entity != "service"
            for stored in self._shelf.documents(number, entity)
        }

    def take_in(self, record: Record) -> None:
        """Gather what a record tells of hidden places, and of records that it embeds."""
        if isinstance(record, Service):
            self._found.add(record)
        else:
            for location in locations_in(record):
                self._found.add_place(location)
        if self._alone:
            self._alone.difference_update((entity, id_of(key)) for entity, key in _embedded(record))

    def write(self, batch: list[_Item], read_so_far: int) -> None:
        """Write a batch, and in the same commit how far one has come."""
        items = list({(item.entity, item.id): item for item in batch}.values())
        # A file can hold a record twice.
        again = self._held(self.number, items) if self.done else {}
        self._compare(items, again)
        writes: list[Write] = [
            Put(
                kind_of(item.entity, self.number),
                item.id,
                item.document,
                again[item.entity, item.id].version if (item.entity, item.id) in again else ABSENT,
            )
            for item in items
        ]
        self.records.update(item.entity for item in items if (item.entity, item.id) not in again)
        self.done = read_so_far
        self._state = self._storage.commit([*writes, self._note()])

    def _held(self, generation: int, items: Iterable[_Item]) -> dict[tuple[str, str], Stored]:
        ids: dict[str, list[str]] = {}
        for item in items:
            ids.setdefault(item.entity, []).append(item.id)
        return {
            (entity, key): stored
            for entity, keys in ids.items()
            for key, stored in self._storage.get(kind_of(entity, generation), keys).items()
        }

    def _compare(self, items: list[_Item], again: Mapping[tuple[str, str], Stored]) -> None:
        old = self._held(self.before.number, items) if self.before else {}
        for item in items:
            name = (item.entity, item.id)
            if name in again:
                continue
            held = old.get(name)
            what = "added" if held is None else "same" if held.document == item.document else "changed"
            self.told[what] += 1

    def _note(self) -> Put:
        said = {
            "source": self._fingerprint,
            "number": self.number,
            "token": self.token,
            "done": self.done,
            "told": dict(self.told),
            "records": dict(self.records),
        }
        return Put(ABOUT, _LOADING, said, self._state)

    def amendments(self) -> int:
        """See `Shelf.amendments`."""
        return self._shelf.amendments()

    def carry_over(self, *, drop: bool) -> None:
        """Keep, or only count, what the file no longer holds. Done again, it takes what was amended meanwhile."""
        self.told["missing"] = 0
        if self.before is None:
            return
        for entity in ENTITIES:
            for page in _pages(self._shelf.documents(self.before.number, entity)):
                self._carry(entity, page, drop=drop)

    def _carry(self, entity: str, page: Sequence[Stored], *, drop: bool) -> None:
        kind = kind_of(entity, self.number)
        here = self._storage.get(kind, [one.id for one in page])
        kept: list[Write] = []
        for old in page:
            new = here.get(old.id)
            if (new is not None and _GONE_KEY not in new.keys) or (
                entity != "service" and (entity, old.id) not in self._alone
            ):
                continue
            self.told["missing"] += 1
            if drop:
                continue
            self.take_in(record_of(entity, old.document))
            if new is None or new.document != old.document:
                since = {_GONE_KEY: self._now.date().isoformat(), **old.keys}
                kept.append(Put(kind, old.id, old.document, ABSENT if new is None else new.version, since))
                self.records[entity] += new is None
        if kept:
            self._state = self._storage.commit([*kept, self._note()])

    def confidential(self) -> None:
        """Add what only the whole tells, and note what must be hidden."""
        if self._found.levels:
            for entity in ENTITIES:
                for record in self._shelf.read(self.number, entity):
                    for location in locations_in(record):
                        self._found.add_twin(location)
        key = confidential_id(self.number)
        held = self._shelf.about(key)
        self._storage.commit(
            [Put(ABOUT, key, self._found.to_dict(), ABSENT if held is None else held.version)]
        )

    def finish(self, amended: int) -> None:
        """Have the new generation count.

        Args:
            amended: what `Shelf.amendments` was before anything was carried over.
        """
        before = self.before
        said = {
            "number": self.number,
            "token": self.token,
            "previous": before.number if before else 0,
            "old": [before.previous] if before and before.previous else [],
            "records": dict(self.records),
            "loaded_at": self._now.isoformat(),
        }
        current = Put(ABOUT, CURRENT, said, before.version if before else ABSENT)
        note = Put(ABOUT, AMENDED, {"generation": self.number}, amended)
        self._storage.commit([current, note, Delete(ABOUT, _LOADING, self._state)])
        if before is not None and before.previous:
            self._shelf.forget(before.previous)


def load(  # noqa: PLR0913  # what `read` takes, and where to
    storage: Storage,
    source: Source,
    *,
    now: datetime,
    mode: Mode | str = Mode.REPAIR,
    mapping: Columns = None,
    drop_missing: bool = False,
    on_finding: Callable[[Finding], object] | None = None,
    on_progress: Callable[[int], object] | None = None,
    prepare: Callable[[int, str], object] | None = None,
) -> Loaded:
    """Take a directory into storage. Whoever reads sees the old one or the new one, never half of either.

    A file of more than `READ_WHOLE` bytes is read as a stream, in bounded memory (see `interchange.records` for what is
    then not checked). A load that was cut off goes on where it was when the same file is loaded again.

    Args:
        storage: where to.
        source: a directory, or a file or folder that `read` can read.
        now: the moment, with a zone.
        mode: how to read (`read`).
        mapping: what the columns of a spreadsheet mean.
        drop_missing: whether to let go of records that are stored and that the source does not hold. By default
            they are kept.
        on_finding: takes each finding as it is made.
        on_progress: takes the number of records that were read, after every batch.
        prepare: called with the number and the token of the new generation when all of it is written, before it counts;
            called again where something was amended meanwhile.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidDirectoryError: in mode `strict`, if there was any error. Nothing has changed.
        InvalidMappingError: the mapping is none.
        StaleRecordError: somebody else loaded a directory meanwhile; theirs counts.
    """
    findings: Counter[str] = Counter({str(severity): 0 for severity in Severity})

    def tell(finding: Finding) -> None:
        findings[str(finding.severity)] += 1
        if on_finding is not None:
            on_finding(finding)

    found = Confidential()
    stream = _records(source, Mode(mode), mapping, tell)
    # Nothing is touched before there is something to read.
    first = next(stream, None)
    doing = _Load(storage, _fingerprint(source, str(mode), mapping, drop=drop_missing), now, found)
    batch: list[_Item] = []
    number = 0
    for number, record in enumerate(itertools.chain(() if first is None else (first,), stream), start=1):
        doing.take_in(record)
        if number > doing.resumed:
            batch.append(_Item(record.entity, id_of(record.id), to_raw(record)))
        if len(batch) == _BATCH:
            doing.write(batch, number)
            batch = []
        if on_progress is not None and number % _BATCH == 0:
            on_progress(number)
    if batch:
        doing.write(batch, number)
    if on_progress is not None:
        on_progress(number)
    for tried in range(1, _TRIES + 1):
        amended = doing.amendments()
        doing.carry_over(drop=drop_missing)
        doing.confidential()
        if prepare is not None:
            prepare(doing.number, doing.token)
        try:
            doing.finish(amended)
            break
        except StaleRecordError as error:
            # What was amended meanwhile may have been carried over as it was before.
            if (error.kind, error.id) != (ABOUT, AMENDED) or tried == _TRIES:
                raise
    return Loaded(
        generation=doing.number,
        records=dict(doing.records),
        **{name: doing.told[name] for name in _TOLD},
        dropped=drop_missing,
        findings=dict(findings),
        resumed=doing.resumed,
    )


def _records(
    source: Source, mode: Mode, mapping: Columns, tell: Callable[[Finding], object]
) -> Iterator[Record]:
    """The records of a source, told of what was wrong."""
    if not isinstance(source, Directory) and mode is not Mode.STRICT and _size(source) > READ_WHOLE:
        yield from records(source, mode=mode, mapping=mapping, on_finding=tell)
        return
    directory = source if isinstance(source, Directory) else read(source, mode=mode, mapping=mapping)
    for finding in directory.findings:
        tell(finding)
    yield from directory.roots()


def _embedded(record: Record) -> Iterator[tuple[str, str]]:
    for _, child in children(record):
        yield child.entity, child.id
        yield from _embedded(child)


def _size(source: str | os.PathLike[str]) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none: whoever reads it says so."""
    path = Path(source)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _fingerprint(source: Source, mode: str, mapping: Columns, *, drop: bool) -> str:
    """What tells a file, and how it is read, from others, and from itself once it was changed."""
    if isinstance(source, Directory):
        return ""
    path = Path(source)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    columns = (
        mapping if mapping is None or isinstance(mapping, ColumnMapping) else ColumnMapping.load(mapping)
    )
    how = (str(path.resolve()), told, mode, repr(columns), drop, version("communityconnector"))
    return hashlib.sha256(repr(how).encode("utf-8", "surrogatepass")).hexdigest()


def _pages(stored: Iterator[Stored]) -> Iterator[tuple[Stored, ...]]:
    while page := tuple(itertools.islice(stored, _BATCH)):
        yield page
