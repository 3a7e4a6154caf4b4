"""Taking a directory into storage: as a stream, so that its size does not matter, and in one step for those who read."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import attrs

from communityconnector.interchange import ColumnMapping, Mode, read, records, to_raw
from communityconnector.model import Directory, Finding, Location, Record, Service, Severity
from communityconnector.model.audience import Confidential
from communityconnector.storage import ABSENT, Delete, Put, Storage, Write
from communityconnector.storage import Record as Stored
from communityconnector.stored.generations import ABOUT, CURRENT, Shelf, confidential_id, id_of, kind_of

Source = Directory | str | os.PathLike[str]
Columns = ColumnMapping | str | os.PathLike[str] | None

READ_WHOLE: Final = 64 * 1024 * 1024
"""Files of up to so many bytes are read whole: then all is checked that takes the whole directory (`read`)."""

_LOADING: Final = "loading"
_BATCH: Final = 1000
"""So many records are written in one commit."""
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
    keys: Mapping[str, str] = attrs.field(factory=dict)


class _Load:
    """One load.

    Args:
        storage: where to.
        fingerprint: tells the source from others; empty where one cannot tell.
        now: the moment.
    """

    def __init__(self, storage: Storage, fingerprint: str, now: datetime) -> None:
        self._storage = storage
        self._shelf = Shelf(storage)
        self._now = now
        self.before = self._shelf.current()
        held = self._shelf.about(_LOADING)
        last = self.before.number if self.before else 0
        if held is not None and fingerprint and held.document["source"] == fingerprint:
            self.number: int = held.document["number"]
            self.done: int = held.document["done"]
            self.told = Counter(held.document["told"])
            self.records = Counter(held.document["records"])
        else:
            if held is not None:
                self._shelf.forget(held.document["number"])
            self.number = max(last, held.document["number"] if held else 0) + 1
            self.done = 0
            self.told = Counter({"added": 0, "changed": 0, "same": 0, "missing": 0})
            self.records = Counter()
        self.resumed = self.done
        self._fingerprint = fingerprint
        self._state = ABSENT if held is None else held.version

    def write(self, batch: list[_Item], read_so_far: int) -> None:
        """Write a batch, and in the same commit how far one has come."""
        items = list({(item.entity, item.id): item for item in batch}.values())
        again = self._held(self.number, items) if self._may_repeat(items) else {}
        self._compare(items, again)
        writes: list[Write] = [
            Put(
                kind_of(item.entity, self.number),
                item.id,
                item.document,
                again[item.entity, item.id].version if (item.entity, item.id) in again else ABSENT,
                item.keys,
            )
            for item in items
        ]
        self.records.update(item.entity for item in items if (item.entity, item.id) not in again)
        self.done = read_so_far
        self._state = self._storage.commit([*writes, self._note()])

    def _may_repeat(self, items: list[_Item]) -> bool:
        """Whether a record of these may have been written before: a file can hold one twice."""
        return self.done > 0 and bool(items)

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
            "done": self.done,
            "told": dict(self.told),
            "records": dict(self.records),
        }
        return Put(ABOUT, _LOADING, said, self._state)

    def carry_over(self, *, drop: bool) -> None:
        """Keep, or only count, what the file no longer holds."""
        if self.before is None:
            return
        since = self._now.date().isoformat()
        self.told["missing"] = 0
        for entity in self.before.records:
            old = self._storage.scan(kind_of(entity, self.before.number))
            for page in _pages(old):
                here = self._storage.get(kind_of(entity, self.number), [one.id for one in page])
                lost = [one for one in page if one.id not in here]
                # Some may have been carried over already, by a load that was cut off then.
                self.told["missing"] += len(lost) + sum(_GONE_KEY in one.keys for one in here.values())
                if lost and not drop:
                    kept = [
                        Put(
                            kind_of(entity, self.number),
                            one.id,
                            one.document,
                            ABSENT,
                            {_GONE_KEY: since, **one.keys},
                        )
                        for one in lost
                    ]
                    self.records[entity] += len(kept)
                    self._state = self._storage.commit([*kept, self._note()])

    def confidential(self, found: Confidential) -> None:
        """Add what only the whole tells, and note what must be hidden."""
        for entity, locations in (("service", _places), ("location", lambda record: [record])):
            if found.levels:
                for record in self._shelf.read(self.number, entity):
                    for location in locations(record):
                        found.add_twin(location)
        said = {
            "levels": {key: level.value for key, level in found.levels.items()},
            "streets": {key: list(lines) for key, lines in found.streets.items()},
        }
        key = confidential_id(self.number)
        held = self._shelf.about(key)
        self._storage.commit([Put(ABOUT, key, said, ABSENT if held is None else held.version)])

    def finish(self) -> None:
        """Have the new generation count."""
        before = self.before
        said = {
            "number": self.number,
            "previous": before.number if before else 0,
            "records": dict(self.records),
            "loaded_at": self._now.isoformat(),
        }
        current = Put(ABOUT, CURRENT, said, before.version if before else ABSENT)
        self._storage.commit([current, Delete(ABOUT, _LOADING, self._state)])
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
    prepare: Callable[[int], object] | None = None,
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
        prepare: called with the number of the new generation when all of it is written, before it counts.

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
    doing = _Load(storage, _fingerprint(source), now)
    batch: list[_Item] = []
    number = 0
    for number, record in enumerate(stream, start=1):
        _take_in(found, record)
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
    doing.carry_over(drop=drop_missing)
    doing.confidential(found)
    if prepare is not None:
        prepare(doing.number)
    doing.finish()
    return Loaded(
        generation=doing.number,
        records=dict(doing.records),
        **{name: doing.told[name] for name in ("added", "changed", "same", "missing")},
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


def _take_in(found: Confidential, record: Record) -> None:
    if isinstance(record, Service):
        found.add(record)
    elif isinstance(record, Location):
        found.add_place(record)


def _places(record: Record) -> list[Location]:
    service = cast("Service", record)
    places = [link.location for link in service.service_at_locations if link.location is not None]
    return [*places, *(service.organization.locations if service.organization is not None else ())]


def _size(source: str | os.PathLike[str]) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none: whoever reads it says so."""
    path = Path(source)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _fingerprint(source: Source) -> str:
    """What tells a file from others, and from itself once it was changed."""
    if isinstance(source, Directory):
        return ""
    path = Path(source)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    return hashlib.sha256(repr((str(path.resolve()), told)).encode("utf-8", "surrogatepass")).hexdigest()


def _pages(stored: Iterator[Stored]) -> Iterator[tuple[Stored, ...]]:
    while page := tuple(itertools.islice(stored, _BATCH)):
        yield page
