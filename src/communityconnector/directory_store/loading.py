"""Taking a directory into storage: as a stream, so that its size does not matter, and in one step for those who read."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import attrs

from communityconnector.directory_store.generation_writer import COUNTED, GenerationWriter
from communityconnector.directory_store.generations import ABOUT, AMENDED
from communityconnector.directory_store.load_rows import LoadRow, make_row
from communityconnector.directory_store.reader_pool import ReaderPool, usable_cores
from communityconnector.errors import StaleRecordError
from communityconnector.interchange import ColumnMapping, Mode, read, stream
from communityconnector.model import Audience, Directory, Finding, Record, Severity
from communityconnector.model.doubts import OF_ALL
from communityconnector.storage import Storage
from communityconnector.version import installed_version

Source = Directory | str | os.PathLike[str]
Columns = ColumnMapping | str | os.PathLike[str] | None

READ_WHOLE: Final = 64 * 1024 * 1024
"""Files of up to so many bytes are read whole: then all is checked that takes the whole directory (`read`)."""

PROCESSES: Final = 4
"""Most processes that read a file which is read as a stream. One process has to write in the file's order, and that takes
a fifth of the time: more would wait for it."""

_BATCH: Final = 1000
"""So many records are written in one commit."""
_TRIES: Final = 5
"""How often a load takes over what was amended while it was indexed."""


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


def load(  # noqa: PLR0913  # what `read` takes, and where to
    storage: Storage,
    source: Source,
    *,
    now: datetime,
    mode: Mode | str = Mode.REPAIR,
    mapping: Columns = None,
    drop_missing: bool = False,
    audience: Audience = Audience.PUBLIC,
    on_finding: Callable[[Finding], object] | None = None,
    on_progress: Callable[[int], object] | None = None,
    prepare: Callable[[int, str], object] | None = None,
) -> Loaded:
    """Load a directory into storage. Readers see the old one or the new one, never half of either.

    A file of more than `READ_WHOLE` bytes is read as a stream, in bounded memory (see `interchange.records` for what is
    then not checked). ndjson is then read by as many processes as there are cores, up to `PROCESSES`. A load that was
    cut off goes on where it was when the same file is loaded again.

    Args:
        storage: where to.
        source: a directory, or a file or folder that `read` can read.
        now: the moment, with a zone.
        mode: how to read (`read`).
        mapping: what the columns of a spreadsheet mean.
        drop_missing: whether to delete stored records that the source does not hold. By default
            they are kept.
        audience: who will see the findings: without raw values of what they may not see, and of a file that is read as
            a stream without any, since what is confidential is only known in the end.
        on_finding: takes each finding as it is made.
        on_progress: takes the number of records that were read, after every batch.
        prepare: called with the number and the token of the new generation when all of it is written, before it counts;
            called again where something was amended meanwhile.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidDirectoryError: in mode `strict`, if there was any error. Nothing has changed.
        InvalidMappingError: the mapping is invalid.
        StaleRecordError: another directory was loaded meanwhile; that one counts.
        LoadCutOffError: a process that was reading the file was ended.
    """
    findings: Counter[str] = Counter({str(severity): 0 for severity in Severity})

    def tell(finding: Finding) -> None:
        findings[str(finding.severity)] += 1
        if on_finding is not None:
            on_finding(finding)

    @cache
    def writing() -> GenerationWriter:
        # Nothing is touched before there is something to read.
        return GenerationWriter(storage, _fingerprint(source, str(mode), mapping, drop=drop_missing), now)

    with ReaderPool(min(PROCESSES, usable_cores()), lambda: writing().alone) as readers:
        records = _read_records(source, Mode(mode), mapping, tell, readers, audience)
        with closing(records):
            _write_all(records, writing, on_progress)
    doing = writing()
    doubtful: list[Finding] = []
    for tried in range(1, _TRIES + 1):
        amended = doing.store.amendments()
        doing.carry_over(drop=drop_missing)
        doubtful = doing.confidential()
        if prepare is not None:
            prepare(doing.number, doing.token)
        try:
            doing.finish(amended)
            break
        except StaleRecordError as error:
            # What was amended meanwhile may have been carried over as it was before.
            if (error.kind, error.id) != (ABOUT, AMENDED) or tried == _TRIES:
                raise
    for finding in doubtful:
        tell(finding)
    return Loaded(
        generation=doing.number,
        records=dict(doing.records),
        **{name: doing.counts[name] for name in COUNTED},
        dropped=drop_missing,
        findings=dict(findings),
        resumed=doing.resumed,
    )


def _write_all(
    stream: Iterator[Record | LoadRow],
    writing: Callable[[], GenerationWriter],
    on_progress: Callable[[int], object] | None,
) -> None:
    """Write all records of a source, as far as that was not done before."""
    batch: list[LoadRow] = []
    number = 0
    for number, item in enumerate(stream, start=1):
        doing = writing()
        fresh = number > doing.resumed
        row = item if isinstance(item, LoadRow) else make_row(item, doing.alone, written=fresh)
        doing.take_in(row)
        if fresh:
            batch.append(row)
        if len(batch) == _BATCH:
            doing.write(batch, number)
            batch = []
        if on_progress is not None and number % _BATCH == 0:
            on_progress(number)
    if batch:
        writing().write(batch, number)
    if on_progress is not None:
        on_progress(number)


def _read_records(  # noqa: PLR0913, PLR0917  # what is read, how, and for whom
    source: Source,
    mode: Mode,
    mapping: Columns,
    tell: Callable[[Finding], object],
    readers: ReaderPool,
    audience: Audience,
) -> Generator[Record | LoadRow]:
    """Read the records of a source, or their rows if other processes have made them, with findings."""

    def without_value(finding: Finding) -> None:
        # What is confidential is only known when all is read.
        tell(finding if audience is Audience.STEWARD else finding.without_value())

    if not isinstance(source, Directory) and mode is not Mode.STRICT and _size(source) > READ_WHOLE:
        elsewhere = readers if readers.useful else None
        yield from stream(source, mode=mode, mapping=mapping, on_finding=without_value, elsewhere=elsewhere)
        return
    directory = source if isinstance(source, Directory) else read(source, mode=mode, mapping=mapping)
    for finding in directory.findings_for(audience):
        # Findings about hidden places are made when it is decided for all that is stored.
        if finding.rule not in OF_ALL:
            tell(finding)
    yield from directory.roots()


def _size(source: str | os.PathLike[str]) -> int:
    """Bytes of a file, or of all files in a folder; 0 if there is none: reading it raises the error."""
    path = Path(source)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _fingerprint(source: Source, mode: str, mapping: Columns, *, drop: bool) -> str:
    """What tells a file, and how it is read, from others, and from itself once it was changed."""
    if isinstance(source, Directory):
        return ""
    path = Path(source)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stamps = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()]
    columns = (
        mapping if mapping is None or isinstance(mapping, ColumnMapping) else ColumnMapping.load(mapping)
    )
    how = (str(path.resolve()), stamps, mode, repr(columns), drop, installed_version())
    return hashlib.sha256(repr(how).encode("utf-8", "surrogatepass")).hexdigest()
