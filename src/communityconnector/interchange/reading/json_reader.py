"""JSON read: one record, a list, an API page, a package, tables in one object, or a record a line."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.files.encodings import decoded, encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.forms.content import LiftedRecords
from communityconnector.interchange.legacy.rails import TAIL, bare_names
from communityconnector.interchange.legacy.repairs import has_services, split_place
from communityconnector.interchange.notes import UPGRADED, Draft
from communityconnector.interchange.reading.chunks import (
    LINES,
    LONGEST_LINE,
    Chunk,
    ChunkMerge,
    ChunkNotes,
    ChunkRead,
    Chunks,
    Elsewhere,
    lines_of,
)
from communityconnector.interchange.reading.flat_json import UnknownJson, WrappedRecords, flat_json
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.json_text import loads, not_json, salvage
from communityconnector.interchange.reading.lifted_records import read_records
from communityconnector.interchange.reading.sheet_reader import read_flat
from communityconnector.interchange.structuring.mode import Mode
from communityconnector.interchange.structuring.shapes import (
    ApiPage,
    TableContainer,
    entity_named,
    entity_of,
    shape_of,
)
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.model import ENTITIES, Finding, Record, Severity
from communityconnector.model.apart import WHOLES, owners_of


def read_json(file: SourceFile, reading: Reading) -> Iterator[Record]:
    """Yield the top-level records of a JSON or ndjson file; a record a line is read a line at a time."""
    structurer = reading.structurer()
    try:
        yield from _JsonFile(file, structurer, reading).records()
    except UnreadableError as error:
        reading.findings.append(error.finding)
    reading.findings.extend(structurer.counted())


def read_chunk(
    chunk: Chunk,
    make: Callable[[Record], Any] = lambda record: record,
    *,
    unnamed: dict[str, int] | None = None,
) -> ChunkRead:
    """Read a chunk of ndjson by itself.

    Args:
        chunk: the chunk.
        make: what to make of each record.
        unnamed: how many records of each name came without an id before; `None` where that is unknown.

    Raises:
        UncountedError: it is unknown, and a record of the chunk has no id.
    """
    notes = ChunkNotes()
    reading = Reading(Mode(chunk.mode))
    structurer = Structurer(reading.mode, notes=notes)
    structurer.ids.unnamed = unnamed
    file = _JsonFile(SourceFile(chunk.name, lambda: io.BytesIO(chunk.content)), structurer, reading)
    items: list[Any] = []
    findings: list[tuple[int, Draft | Finding]] = []
    with file.file.open() as stream:
        for number, line in enumerate(lines_of(stream), start=chunk.before + 1):
            for record in file.lined(number, line, chunk.hint):
                _move(reading.findings, findings, len(items))
                items.append(make(record))
    _move(reading.findings, findings, len(items))
    return ChunkRead(items, findings, notes.visits)


def _move(source: list[Finding], findings: list[tuple[int, Draft | Finding]], place: int) -> None:
    if source:
        findings.extend((place, finding) for finding in source)
        source.clear()


@attrs.define
class _JsonFile:
    """One JSON file while it is read.

    Attributes:
        file: the file.
        structurer: makes records.
        reading: takes findings and what the source says of itself.
        line: the line being read, in ndjson.
    """

    file: SourceFile
    structurer: Structurer
    reading: Reading
    line: int | None = None

    def records(self) -> Iterator[Record]:
        *_, folder, name = ("", *self.file.name.split("/"))
        hint = entity_named(name.split(".")[0]) or entity_named(folder)
        if self._is_lines():
            yield from self._lines(hint)
            return
        content = self.file.read()
        try:
            value = loads(content)
        except (ValueError, RecursionError):
            encoding = encoding_of(self.file)
            self.reading.findings.extend(encoding.findings)
            text = decoded(content, encoding)
            try:
                value = loads(text)
            except (ValueError, RecursionError) as error:
                yield from self._salvaged(text, error, hint)
                return
        yield from self._whole(self._bare(value, content), hint)

    def _whole(self, value: Any, hint: str) -> Iterator[Record]:
        """Yield the records of all that a file holds, HSDS or a table in another form."""
        if isinstance(value, dict):
            self.reading.pages.add(value, self.file.name)
        content = flat_json(value, hint)
        if content is None:
            yield from self.value(value, "$", hint)
        elif isinstance(content, WrappedRecords):
            for path, item in content.records:
                yield from self.value(item, path, hint)
        elif isinstance(content, LiftedRecords):
            yield from read_records(content, self.file.name, self.reading)
        elif isinstance(content, UnknownJson):
            message = f"neither HSDS nor a table of services: {content.what}; {content.count:,} records"
            self._report(Severity.ERROR, "unknown-form", message, "not read", "$")
        else:
            yield from read_flat(content, self.file.name, self.reading)

    def _bare(self, value: Any, content: bytes) -> Any:
        """Return a value as HSDS nests it, should it be nested as Rails does it."""
        if _RAILS not in content or not self.structurer.repairs:
            return value
        bare, renamed = bare_names(value)
        for name, count in renamed.items():
            message = f"a field of an older or another form: {name} is {name.removesuffix(TAIL)}"
            draft = Draft(Severity.INFO, "older-form", message, UPGRADED, name)
            first = self.structurer.notes.tally("", draft)
            first.count += count - 1
        return bare

    def _is_lines(self) -> bool:
        """Return whether the file has a value a line, as its first two lines show."""
        with self.file.open() as stream:
            values: list[Any] = []
            for _ in range(50):
                line = stream.readline(LONGEST_LINE)
                if not line:
                    break
                if line.strip():
                    try:
                        values.append(loads(line))
                    except (ValueError, RecursionError):
                        values.append(None if line.strip() not in _OPENING else _OPENED)
                if len(values) == 2:
                    break
        # One line may be broken; two are another form, pretty-printed JSON perhaps.
        return len(values) == 2 and _OPENED not in values and any(isinstance(value, dict) for value in values)

    def _lines(self, hint: str) -> Iterator[Record]:
        if flat_json(self._first_lines(), hint) is not None:
            yield from self._whole(list(self._values()), hint)
            return
        if self.reading.elsewhere is not None:
            yield from self._elsewhere(self.reading.elsewhere, hint)
            return
        with self.file.open() as stream:
            for number, line in enumerate(lines_of(stream), start=1):
                yield from self.lined(number, line, hint)
                if number % LINES == 0:
                    self.structurer.pause()

    def _first_lines(self) -> list[Any]:
        """Return the values of some lines, by which the others are judged."""
        with self.file.open() as stream:
            values: list[Any] = []
            for line in itertools.islice(lines_of(stream), _JUDGED):
                try:
                    values.append(loads(line))
                except (ValueError, RecursionError):
                    continue
        return values

    def _values(self) -> Iterator[Any]:
        """Yield the values of all lines, and report each line that is not JSON."""
        with self.file.open() as stream:
            for number, line in enumerate(lines_of(stream), start=1):
                try:
                    if line.strip():
                        yield loads(line)
                except (ValueError, RecursionError) as error:
                    text = line.decode("utf-8", "replace")
                    self.reading.findings.append(not_json(self.file.name, text, error, number))

    def _elsewhere(self, elsewhere: Elsewhere, hint: str) -> Iterator[Any]:
        """Yield what other processes make of the records, in their order."""
        chunks = Chunks(Chunk(self.file.name, hint, str(self.reading.mode)), self.file)
        notes = self.structurer.notes
        for chunk, done in elsewhere(iter(chunks)):
            if chunk.before % LINES == 0:
                notes.pause()
            read = read_chunk(chunk, unnamed=self.structurer.ids.unnamed) if done is None else done
            merging = ChunkMerge(notes, read)
            for number, item in enumerate(read.items):
                self.reading.findings.extend(merging.findings(number))
                yield item
            self.reading.findings.extend(merging.findings(len(read.items)))
            merging.end()
        if chunks.trouble is not None:
            raise chunks.trouble

    def lined(self, number: int, line: bytes, hint: str) -> Iterator[Record]:
        """Yield the records of a line."""
        if not line.strip():
            return
        self.line = number
        try:
            value = loads(line)
        except (ValueError, RecursionError):
            text = line.decode("utf-8", "replace").removeprefix("\ufeff")
            try:
                value = loads(text)
            except (ValueError, RecursionError) as error:
                self.reading.findings.append(not_json(self.file.name, text, error, number))
                return
        yield from self.value(self._bare(value, line), "$", hint)

    def _salvaged(self, text: str, error: Exception, hint: str) -> Iterator[Record]:
        """Yield the records of a text that is not JSON, as far as they are whole."""
        self.reading.findings.append(not_json(self.file.name, text, error))
        value = salvage(text) if self.structurer.repairs else None
        if value is not None:
            finding = self.reading.findings.pop()
            self.reading.findings.append(attrs.evolve(finding, action="read as far as it is whole"))
            yield from self._whole(value, hint)

    def value(self, value: Any, path: str, hint: str) -> Iterator[Record]:
        """Yield the records of a JSON value, in any wrapping."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, (dict, list)):
                    yield from self.value(item, f"{path}[{index}]", hint)
                else:
                    self._report_no_record(item, f"{path}[{index}]")
            return
        if not isinstance(value, dict):
            self._report_no_record(value, path)
            return
        shape = shape_of(value, hint)
        if isinstance(shape, ApiPage):
            self.reading.dataset.update(shape.about)
            yield from self.value(shape.contents, f"{path}.{shape.key}", hint)
        elif isinstance(shape, TableContainer):
            self.reading.tabular = self.reading.tabular or shape.tabular
            self.reading.dataset.update(shape.about)
            for note in shape.notes:
                self._report(Severity.INFO, "linked-by-container", note, "linked", path)
            for key, entity in shape.tables.items():
                step = f"{path}.{key}" if key.isidentifier() else f"{path}['{key}']"
                yield from self.value(shape.value[key], step, entity)
        elif "openapi_url" in value and "name" not in value:
            self.reading.dataset.update(value)
        else:
            yield from self._entity(value, path, entity_of(value, hint))

    def _entity(self, value: Mapping[str, Any], path: str, entity: str) -> Iterator[Record]:
        """Yield the record of an object; of a location that holds services, the services."""
        if entity != "location" or not has_services(value):
            yield self._record(value, path, entity)
            return
        _, services = split_place(value, self.structurer.ids.root_seed("location", value))
        for index, service in enumerate(services):
            yield self._record(service, f"{path}.services[{index}]", entity_of(service, "service"))

    def _record(self, item: Mapping[str, Any], path: str, entity: str) -> Record:
        record = self.structurer.record(ENTITIES[entity], item)
        if entity not in WHOLES and not any(
            item.get(name) or item.get(name.removesuffix("_id")) for name in owners_of(entity)
        ):
            message = f"a record of {entity} that does not name the record it belongs to"
            action = "kept, but no answer shows it"
            self.structurer.notes.draft(Severity.ERROR, "row-without-owner", message, action, "")
            draft = self.structurer.notes.drafts[-1]
            draft.entity, draft.record_id = entity, record.id
        if self.structurer.notes.drafts:
            here = self.structurer.notes.finish(
                self.file.name, lambda draft: (self.line, f"{path}.{draft.path}".removesuffix("."))
            )
            self.reading.findings.extend(here)
        return record

    def _report_no_record(self, item: Any, path: str) -> None:
        message = "an HSDS record (a JSON object) expected"
        self._report(Severity.ERROR, "not-a-record", message, "dropped", path, item)

    def _report(  # noqa: PLR0913, PLR0917  # the parts of a finding, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        finding = Finding(
            severity, rule, message, action, file=self.file.name, line=self.line, path=path, value=value
        )
        self.reading.findings.append(finding)


_JUDGED: Final = 50
"""Lines by which a file of lines is judged."""

_RAILS: Final = f'{TAIL}"'.encode()
_OPENING: Final = (b"{", b"[")
_OPENED: Final = object()
"""Stands for a line that only opens a value which goes on."""
