"""JSON in: one record, a list, an API page, a package, tables in one object, or a record a line."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.files.encodings import decoded, encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.legacy.rails import TAIL, bare_names
from communityconnector.interchange.legacy.repairs import offers, split_place
from communityconnector.interchange.notes import Draft
from communityconnector.interchange.reading.chunks import (
    LINES,
    LONGEST_LINE,
    Chunk,
    ChunkNotes,
    ChunkRead,
    Chunks,
    Elsewhere,
    Merging,
    lines_of,
)
from communityconnector.interchange.reading.flat_json import Strange, Wrapped, flat_json
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.sheet_reader import read_flat
from communityconnector.interchange.structuring.shapes import (
    Container,
    Page,
    entity_named,
    entity_of,
    shape_of,
)
from communityconnector.interchange.structuring.structurer import Mode, Structurer
from communityconnector.model import ENTITIES, Finding, Record, Severity
from communityconnector.model.apart import WHOLES, owners_of


def looks_like_json(start: bytes) -> bool:
    """Whether a file that begins so can only be meant as JSON."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()[:1] in {b"{", b"["}


def read_json(file: SourceFile, reading: Reading) -> Iterator[Record]:
    """The top-level records of a JSON or ndjson file; a record a line is read a line at a time."""
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
        unnamed: how many records like each were without an id before, to be counted on; `None` where nobody knows.

    Raises:
        UncountedError: nobody knows, and there is one.
    """
    notes = ChunkNotes()
    reading = Reading(Mode(chunk.mode))
    structurer = Structurer(reading.mode, notes=notes)
    structurer.unnamed = unnamed
    file = _JsonFile(SourceFile(chunk.name, lambda: io.BytesIO(chunk.content)), structurer, reading)
    items: list[Any] = []
    said: list[tuple[int, Draft | Finding]] = []
    with file.file.open() as stream:
        for number, line in enumerate(lines_of(stream), start=chunk.before + 1):
            for record in file.lined(number, line, chunk.hint):
                _move(reading.findings, said, len(items))
                items.append(make(record))
    _move(reading.findings, said, len(items))
    return ChunkRead(items, said, notes.visits)


def _move(findings: list[Finding], said: list[tuple[int, Draft | Finding]], place: int) -> None:
    if findings:
        said.extend((place, found) for found in findings)
        findings.clear()


def _constant(word: str) -> str:
    """NaN and Infinity are no JSON; kept as text they are reported like any other wrong value."""
    return word


def loads(content: bytes | str) -> Any:
    """Parse JSON, with orjson where it is installed: same values, several times the speed.

    Raises:
        ValueError: the text is not JSON (a `json.JSONDecodeError`, which knows where).
        RecursionError: it is nested deeper than Python can follow.
    """
    try:
        import orjson
    except ImportError:
        pass
    else:
        try:
            return orjson.loads(content)
        except ValueError:
            # orjson is stricter (numbers beyond 64 bits, lone surrogates) and says less of where.
            pass
    if isinstance(content, bytes):
        content = content.decode("utf-8")
    return _whole_letters(json.loads(content, parse_constant=_constant))


def _whole_letters(value: Any) -> Any:
    """A value whose texts have no halves of letters (lone surrogates), which no file can be written with."""
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, list):
        return [_whole_letters(item) for item in value]
    if isinstance(value, dict):
        return {_whole_letters(key): _whole_letters(item) for key, item in value.items()}
    return value


def _syntax(name: str, text: str, error: Exception, line: int | None = None) -> Finding:
    if isinstance(error, json.JSONDecodeError):
        rest = text[error.pos :].strip()
        what = error.msg if rest else f"the file ends in the middle ({error.msg})"
        what += f"; line {line or error.lineno} column {error.colno}, character {error.pos}"
        line = line or error.lineno
    elif isinstance(error, RecursionError):
        what, line = "nested too deep", line or 1
    else:
        what, line = "a number too long to read", line or 1
    return Finding(
        severity=Severity.ERROR,
        rule="not-json",
        message=f"not JSON: {what}",
        action="not read",
        file=name,
        line=line,
    )


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
        """The records of all that a file holds, HSDS or a table in another form."""
        found = flat_json(value, hint)
        if found is None:
            yield from self.value(value, "$", hint)
        elif isinstance(found, Wrapped):
            for path, item in found.records:
                yield from self.value(item, path, hint)
        elif isinstance(found, Strange):
            message = f"neither HSDS nor a table of services: {found.what}; {found.count:,} records"
            self._found(Severity.ERROR, "unknown-form", message, "not read", "$")
        else:
            yield from read_flat(found, self.file.name, self.reading)

    def _bare(self, value: Any, content: bytes) -> Any:
        """A value as HSDS nests it, should it be nested as Rails does it."""
        if _RAILS not in content or not self.structurer.repairs:
            return value
        bare, renamed = bare_names(value)
        for name, count in renamed.items():
            message = f"a field of an older or another form: {name} is {name.removesuffix(TAIL)}"
            draft = Draft(Severity.INFO, "older-form", message, "read as HSDS 3.2", name)
            first = self.structurer.notes.tally("", draft)
            first.count += count - 1
        return bare

    def _is_lines(self) -> bool:
        """Whether the file has a value a line: the first two lines tell."""
        with self.file.open() as stream:
            found: list[Any] = []
            for _ in range(50):
                line = stream.readline(LONGEST_LINE)
                if not line:
                    break
                if line.strip():
                    try:
                        found.append(loads(line))
                    except (ValueError, RecursionError):
                        found.append(None if line.strip() not in _OPENING else _OPENED)
                if len(found) == 2:
                    break
        # One line may be broken; two are another form, pretty-printed JSON perhaps.
        return len(found) == 2 and _OPENED not in found and any(isinstance(value, dict) for value in found)

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
        """The values of some lines, by which the others are judged."""
        with self.file.open() as stream:
            found: list[Any] = []
            for line in itertools.islice(lines_of(stream), _JUDGED):
                try:
                    found.append(loads(line))
                except (ValueError, RecursionError):
                    continue
        return found

    def _values(self) -> Iterator[Any]:
        """The values of all lines; a line that is not JSON is told of."""
        with self.file.open() as stream:
            for number, line in enumerate(lines_of(stream), start=1):
                try:
                    if line.strip():
                        yield loads(line)
                except (ValueError, RecursionError) as error:
                    text = line.decode("utf-8", "replace")
                    self.reading.findings.append(_syntax(self.file.name, text, error, number))

    def _elsewhere(self, elsewhere: Elsewhere, hint: str) -> Iterator[Any]:
        """What others make of the records, in their order."""
        chunks = Chunks(Chunk(self.file.name, hint, str(self.reading.mode)), self.file)
        notes = self.structurer.notes
        for chunk, done in elsewhere(iter(chunks)):
            if chunk.before % LINES == 0:
                notes.pause()
            read = read_chunk(chunk, unnamed=self.structurer.unnamed) if done is None else done
            merging = Merging(notes, read)
            for number, item in enumerate(read.items):
                self.reading.findings.extend(merging.findings(number))
                yield item
            self.reading.findings.extend(merging.findings(len(read.items)))
            merging.end()
        if chunks.trouble is not None:
            raise chunks.trouble

    def lined(self, number: int, line: bytes, hint: str) -> Iterator[Record]:
        """The records of a line."""
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
                self.reading.findings.append(_syntax(self.file.name, text, error, number))
                return
        yield from self.value(self._bare(value, line), "$", hint)

    def _salvaged(self, text: str, error: Exception, hint: str) -> Iterator[Record]:
        """The records of a text that is not JSON, as far as they are whole."""
        self.reading.findings.append(_syntax(self.file.name, text, error))
        value = salvage(text) if self.structurer.repairs else None
        if value is not None:
            found = self.reading.findings.pop()
            self.reading.findings.append(attrs.evolve(found, action="read as far as it is whole"))
            yield from self._whole(value, hint)

    def value(self, value: Any, path: str, hint: str) -> Iterator[Record]:
        """The records of a JSON value, whatever they are wrapped in."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, (dict, list)):
                    yield from self.value(item, f"{path}[{index}]", hint)
                else:
                    self._no_record(item, f"{path}[{index}]")
            return
        if not isinstance(value, dict):
            self._no_record(value, path)
            return
        shape = shape_of(value, hint)
        if isinstance(shape, Page):
            self.reading.dataset.update(shape.about)
            yield from self.value(shape.contents, f"{path}.{shape.key}", hint)
        elif isinstance(shape, Container):
            self.reading.tabular = self.reading.tabular or shape.tabular
            self.reading.dataset.update(shape.about)
            for note in shape.notes:
                self._found(Severity.INFO, "linked-by-container", note, "linked", path)
            for key, entity in shape.tables.items():
                step = f"{path}.{key}" if key.isidentifier() else f"{path}['{key}']"
                yield from self.value(shape.value[key], step, entity)
        elif "openapi_url" in value and "name" not in value:
            self.reading.dataset.update(value)
        else:
            yield from self._entity(value, path, entity_of(value, hint))

    def _entity(self, value: Mapping[str, Any], path: str, entity: str) -> Iterator[Record]:
        """The record of an object of an entity; the services of a place that holds them."""
        if entity != "location" or not offers(value):
            yield self._record(value, path, entity)
            return
        _, services = split_place(value, self.structurer.root("location", value))
        for index, service in enumerate(services):
            yield self._record(service, f"{path}.services[{index}]", entity_of(service, "service"))

    def _record(self, item: Mapping[str, Any], path: str, entity: str) -> Record:
        record = self.structurer.record(ENTITIES[entity], item)
        if entity not in WHOLES and not any(
            item.get(name) or item.get(name.removesuffix("_id")) for name in owners_of(entity)
        ):
            message = f"a record of {entity} that names no record which it belongs to"
            action = "kept, but no answer shows it"
            self.structurer.notes.note(Severity.ERROR, "row-without-owner", message, action, "")
            draft = self.structurer.notes.drafts[-1]
            draft.entity, draft.record_id = entity, record.id
        if self.structurer.notes.drafts:
            here = self.structurer.notes.finish(
                self.file.name, lambda draft: (self.line, f"{path}.{draft.path}".removesuffix("."))
            )
            self.reading.findings.extend(here)
        return record

    def _no_record(self, item: Any, path: str) -> None:
        message = "an HSDS record (a JSON object) expected"
        self._found(Severity.ERROR, "not-a-record", message, "dropped", path, item)

    def _found(  # noqa: PLR0913, PLR0917  # the parts of a finding, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        finding = Finding(
            severity=severity,
            rule=rule,
            message=message,
            action=action,
            file=self.file.name,
            line=self.line,
            path=path,
            value=value,
        )
        self.reading.findings.append(finding)


_JUDGED: Final = 50
"""Lines by which a file of lines is judged."""

_RAILS: Final = f'{TAIL}"'.encode()
_OPENING: Final = (b"{", b"[")
_OPENED: Final = object()
"""Stands for a line that only opens a value which goes on."""


def salvage(text: str) -> Any:
    """The value that a text of broken JSON holds, as far as that is certain; `None` if there is none.

    Read: what stands between the marks of a code block, what follows a value, and a value that breaks off. Of the
    last, what is cut short is dropped and what is whole is kept.
    """
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        value, _ = json.JSONDecoder(parse_constant=_constant).raw_decode(text, start)
    except (ValueError, RecursionError):
        closed = _closed(text[start:])
        if closed is None:
            return None
        try:
            value = json.loads(closed, parse_constant=_constant)
        except (ValueError, RecursionError):
            return None
    found = _whole_letters(value)
    return found if isinstance(found, (dict, list)) and found else None


def _closed(text: str) -> str | None:
    """A text that breaks off, cut after the last whole value and closed."""
    open_brackets: list[str] = []
    in_text = escaped = False
    cut, pending = -1, ""
    for at, letter in enumerate(text):
        if in_text:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                in_text = False
        elif letter == '"':
            in_text = True
        elif letter in "{[":
            open_brackets.append("}" if letter == "{" else "]")
        elif letter in "}]":
            if not open_brackets or open_brackets.pop() != letter:
                break
            cut, pending = at + 1, "".join(reversed(open_brackets))
    return None if cut < 0 else text[:cut] + pending
