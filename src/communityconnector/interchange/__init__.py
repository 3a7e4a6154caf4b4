"""Directories read and written: HSDS JSON and tables in all their forms, recognised by content, judged and written."""

from __future__ import annotations

import gc
import itertools
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from communityconnector.errors import InvalidDirectoryError, UnknownFormError
from communityconnector.interchange.checks.duplicates import duplicates
from communityconnector.interchange.checks.lint import lint
from communityconnector.interchange.files.encodings import Encoding, decoded
from communityconnector.interchange.files.foreign_forms import foreign_form
from communityconnector.interchange.files.sources import Source, SourceFile, UnreadableError, opened
from communityconnector.interchange.files.workbooks import is_workbook, sheets_of
from communityconnector.interchange.forms import file_form
from communityconnector.interchange.forms.content import (
    FileForm,
    FormNote,
    LiftedRecord,
    LiftedRecords,
    LiftedTable,
)
from communityconnector.interchange.reading.chunks import Elsewhere
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.json_reader import read_json
from communityconnector.interchange.reading.json_text import looks_like_json
from communityconnector.interchange.reading.sheet_reader import read_lifted
from communityconnector.interchange.reading.spool import Spool
from communityconnector.interchange.reading.table_reader import read_tables
from communityconnector.interchange.reading.table_start import looks_like_table
from communityconnector.interchange.sheets.column_mapping import ColumnGuess, ColumnMapping
from communityconnector.interchange.structuring.mode import Mode
from communityconnector.interchange.writing.conform import Conformer
from communityconnector.interchange.writing.json_writer import documents, left_out, page
from communityconnector.interchange.writing.raw import converter, to_raw
from communityconnector.interchange.writing.table_writer import TABLE_NAMES, tables
from communityconnector.model import Audience, Directory, Finding, Record, Severity

__all__ = [
    "ColumnGuess",
    "ColumnMapping",
    "FileForm",
    "FormNote",
    "LiftedRecord",
    "LiftedRecords",
    "LiftedTable",
    "Mode",
    "Source",
    "SourceFile",
    "columns_of",
    "converter",
    "documents",
    "duplicates",
    "page",
    "read",
    "records",
    "tables",
    "to_raw",
    "write",
]

MappingSource = ColumnMapping | str | os.PathLike[str] | None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the search for cyclic garbage: all that is made stays, and the search would take a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not gc.get_freeze_count():
                # What was made counts as old, so that the next search for garbage does not begin with all of it.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@_uncollected()
def read(
    source: Source,
    *,
    mode: Mode | str = Mode.REPAIR,
    mapping: MappingSource = None,
    forms: Sequence[FileForm] = (),
) -> Directory:
    r"""Read a directory of human services in whatever form it comes.

    JSON: one record, a list, an API page, tables in one object, or a record a line (ndjson). Tables: a folder
    or a zip of CSV files, or one CSV. A plain spreadsheet: one CSV, a service a row. The form is recognised from
    the content. HSDS 3.0, 3.1 and 3.2 are one model; older forms become it (see the page on dialects).

    Example:
        >>> import io
        >>> import communityconnector as cc
        >>> directory = cc.read(io.StringIO("Agency,Program,ZIP\nLaurel Pantry,Food Pantry,28694\n"))
        >>> [service.name for service in directory.services.values()]
        ['Food Pantry']

    Args:
        source: a path, a package resource or an open file.
        mode: `repair` mends what is certain and reports it; `collect` mends nothing; `strict` raises in the end
            if there was an error.
        mapping: what the columns of a spreadsheet mean, or the file that says it; by default it is guessed.
        forms: forms of files that are known beside the built-in ones; they are asked first.

    Returns:
        The directory. What was wrong is in `Directory.findings`; bad data never raises, and one bad row
        never sinks a file.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidDirectoryError: in mode `strict`, if there was any error.
        InvalidMappingError: the mapping is invalid.
    """
    mode = Mode(mode)
    reading = Reading(mode, _mapping(mapping), forms)
    with opened(source) as files:
        gathered = list(_read_files(files, reading))
    roots = {record.entity for record in gathered}
    root = roots.pop() if len(roots) == 1 and not reading.tabular else "service"
    directory = Directory.of(
        gathered,
        findings=reading.findings,
        dataset=reading.dataset,
        root=root,
        partial=reading.partial,
        stated=reading.stated,
    )
    directory = directory.with_findings(lint(directory, tabular=reading.tabular))
    if mode is Mode.STRICT:
        _refuse(directory, source)
    return directory


def columns_of(source: Source, *, mapping: MappingSource = None) -> Mapping[str, ColumnGuess]:
    """Return what the columns of a spreadsheet are taken for, how sure that is, and samples of their cells.

    Args:
        source: a path, a package resource or an open file.
        mapping: what some columns mean, where that is known.

    Returns:
        The guesses by column, in the order of the columns; empty for a source that has no columns of its own.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidMappingError: the mapping is invalid.
    """
    reading = Reading(Mode.REPAIR, _mapping(mapping))
    with opened(source) as files:
        for _ in _read_files(files, reading):
            pass
    return reading.guesses


def records(
    source: Source,
    *,
    mode: Mode | str = Mode.REPAIR,
    mapping: MappingSource = None,
    forms: Sequence[FileForm] = (),
    on_finding: Callable[[Finding], object] | None = None,
) -> Iterator[Record]:
    """Return the top-level records of a source of any size, one after the other, in bounded memory.

    ndjson is read a line at a time. Tables are laid out in a temporary file on disk and come back as nested
    services, then whatever no service leads to. A JSON file that is one value is read whole. A record that occurs
    twice comes twice, and nothing that takes the whole directory is checked: `read` does both.

    Args:
        source: a path, a package resource or an open file.
        mode: `repair` or `collect` (see `read`).
        mapping: what the columns of a spreadsheet mean.
        forms: forms of files that are known beside the built-in ones (see `read`).
        on_finding: takes each finding as it is made.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidMappingError: the mapping is invalid.
        ValueError: the mode is `strict`, which takes the whole directory.
    """
    return stream(source, mode=mode, mapping=mapping, forms=forms, on_finding=on_finding)


def stream(  # noqa: PLR0913  # what `records` takes, and who reads chunks
    source: Source,
    *,
    mode: Mode | str,
    mapping: MappingSource,
    forms: Sequence[FileForm] = (),
    on_finding: Callable[[Finding], object] | None,
    elsewhere: Elsewhere | None = None,
) -> Iterator[Any]:
    """See `records`. Where other processes read chunks of ndjson, what they make of the records is yielded instead."""
    if Mode(mode) is Mode.STRICT:
        message = "records() cannot be strict, since it never sees the whole; use read(), or mode='collect'"
        raise ValueError(message)
    reading = Reading(Mode(mode), _mapping(mapping), forms, elsewhere=elsewhere)
    with opened(source) as files, closing(Spool()) as spool:
        for record in _read_files(files, reading, spool):
            _report(reading, on_finding)
            yield record
        for record in spool.records(reading):
            _report(reading, on_finding)
            yield record
    _report(reading, on_finding)


def _report(reading: Reading, on_finding: Callable[[Finding], object] | None) -> None:
    if on_finding is not None:
        for finding in reading.findings:
            on_finding(finding)
    reading.findings.clear()


def _mapping(mapping: MappingSource) -> ColumnMapping | None:
    return mapping if mapping is None or isinstance(mapping, ColumnMapping) else ColumnMapping.load(mapping)


def _read_files(
    entries: Iterable[SourceFile | Finding], reading: Reading, spool: Spool | None = None
) -> Iterator[Record]:
    """Yield the records of all files; those of tables go to the spool, where there is one."""
    files: list[SourceFile] = []
    for file in _with_sheets(entries):
        if isinstance(file, Finding):
            reading.findings.append(file)
        else:
            files.append(file)
    by_kind: dict[str, list[SourceFile]] = {"csv": [], "package": [], "json": []}
    for file in files:
        kind = _kind_of(file, reading, alone=len(files) == 1)
        if isinstance(kind, Finding):
            reading.findings.append(kind)
        elif isinstance(kind, FileForm):
            yield from _read_form(kind, file, reading)
        else:
            by_kind[kind].append(file)
    csvs, packages, jsons = by_kind.values()
    if csvs:
        flat = read_tables([*csvs, *packages], reading)
        if spool is None:
            yield from flat
        else:
            spool.fill(flat, reading)
    else:
        jsons += packages
    for file in jsons:
        yield from read_json(file, reading)
    reading.findings.extend(reading.pages.missing())


def _with_sheets(entries: Iterable[SourceFile | Finding]) -> Iterator[SourceFile | Finding]:
    """Yield files, and in place of a workbook its sheets."""
    for file in entries:
        if isinstance(file, Finding):
            yield file
            continue
        try:
            with file.open() as stream:
                start = stream.read(8)
            if is_workbook(file, start):
                yield from sheets_of(file)
            else:
                yield file
        except UnreadableError as error:
            yield error.finding


def _kind_of(
    file: SourceFile, reading: Reading, *, alone: bool
) -> FileForm | Finding | Literal["csv", "json", "package"]:
    """Return what a file is, by its first bytes; a finding where it is not read."""
    try:
        with file.open() as stream:
            start = stream.read(1 << 16)
    except UnreadableError as error:
        return error.finding
    form = file_form(start, file.base, reading.forms)
    problem = form or _problem(file, start)
    if problem is not None:
        return problem
    if file.is_table:
        return "csv"
    if looks_like_json(start):
        return "package" if file.base == "datapackage.json" else "json"
    if reading.mapping is not None or _is_table(file, start, alone=alone):
        return "csv"
    return _unusable(
        file, "unknown-form", "neither JSON nor a table; line 1 column 1 begins with something else"
    )


def _read_form(form: FileForm, file: SourceFile, reading: Reading) -> Iterator[Record]:
    """Yield the records of a file in a form that is not HSDS."""
    try:
        for lifted in form.lift(file):
            yield from read_lifted(lifted, file.name, reading)
    except UnreadableError as error:
        reading.findings.append(error.finding)


def _problem(file: SourceFile, start: bytes) -> Finding | None:
    """Return why a file that begins so is not read."""
    document = file.document or foreign_form(start)
    if document:
        return _unusable(file, "unknown-form", document)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return _unusable(file, "empty-file", "the file is empty")
    return None


def _is_table(file: SourceFile, start: bytes, *, alone: bool) -> bool:
    text = decoded(start, Encoding("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"))
    is_named_so = file.base.endswith((".csv", ".tsv", ".txt", ".tab"))
    return looks_like_table(text.lstrip("\r\n"), is_named_so=is_named_so) or (not alone and is_named_so)


def _unusable(file: SourceFile, rule: str, message: str) -> Finding:
    return Finding(Severity.ERROR, rule, message, "not read", file=file.name, line=1)


def _refuse(directory: Directory, source: Source) -> None:
    errors = [f for f in directory.findings if f.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        name = Path(source).name if isinstance(source, (str, os.PathLike)) else "the source"
        message = f"{name} has {len(errors)} errors; the first: {first.where}: {first.message}"
        raise InvalidDirectoryError(message, directory.findings)


def write(
    directory: Directory,
    path: str | os.PathLike[str],
    *,
    audience: Audience | str = Audience.PUBLIC,
    root: str = "",
) -> tuple[Finding, ...]:
    """Write a directory as HSDS 3.2.

    The name decides the form: `.json` a list of nested records, `.ndjson` or `.jsonl` one a line, `.zip` a zip
    of tables with their data package, a name without a suffix a folder of them. All of it holds to HSDS 3.2, and
    what had to be filled in for that is marked (see `documents`). An existing file is replaced only once
    the new one is whole; HSDS tables of an earlier copy do not stay in a folder.

    Args:
        directory: what to write.
        path: where to.
        audience: for whom. The default leaves out what the public may not learn about confidential places;
            `steward` writes everything.
        root: entity of the top-level JSON records (see `documents`).

    Returns:
        Findings of what the form cannot hold, and of what was filled in.

    Raises:
        UnknownFormError: the path's suffix names no form.
    """
    shown = directory.for_audience(audience)
    target = Path(path)
    is_folder = target.is_dir() or not target.suffix
    form = _write_folder if is_folder else _FORMS.get(target.suffix.lower())
    if form is None:
        message = f"{target.name}: no form is named {target.suffix}; write .json, .ndjson, .zip, or a folder"
        raise UnknownFormError(message)
    return form(shown, target, root or shown.root)


def _write_list(directory: Directory, path: Path, root: str) -> tuple[Finding, ...]:
    conformer = Conformer()
    texts = (
        json.dumps(d, ensure_ascii=False, indent=1) for d in documents(directory, root, conformer=conformer)
    )
    _replace(path, itertools.chain(("[\n",), _between(",\n", texts), ("\n]\n",)))
    return (*conformer.findings(), *left_out(directory, root))


def _between(mark: str, texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number:
            yield mark
        yield text


def _write_lines(directory: Directory, path: Path, root: str) -> tuple[Finding, ...]:
    conformer = Conformer()
    objects = documents(directory, root, conformer=conformer)
    _replace(path, (json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n" for raw in objects))
    return (*conformer.findings(), *left_out(directory, root))


def _write_zip(directory: Directory, path: Path, _root: str) -> tuple[Finding, ...]:
    conformer = Conformer(tabular=True)
    beside = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables(directory, conformer=conformer).items():
            # A fixed time: the same directory makes the same bytes.
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, text.encode("utf-8", "replace"), zipfile.ZIP_DEFLATED)
    beside.replace(path)
    return tuple(conformer.findings())


def _write_folder(directory: Directory, path: Path, _root: str) -> tuple[Finding, ...]:
    conformer = Conformer(tabular=True)
    path.mkdir(parents=True, exist_ok=True)
    written = tables(directory, conformer=conformer)
    for name, text in written.items():
        _replace(path / name, (text,))
    # A table of an earlier copy must not stay: it may hold what this audience may not see.
    for name in TABLE_NAMES - set(written):
        (path / name).unlink(missing_ok=True)
    return tuple(conformer.findings())


def _replace(path: Path, texts: Iterable[str]) -> None:
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        for text in texts:
            # Half a letter, which a program may have put together, cannot be written.
            file.write(text.encode("utf-8", "replace"))
    beside.replace(path)


_FORMS: Final[dict[str, Callable[[Directory, Path, str], tuple[Finding, ...]]]] = {
    ".json": _write_list,
    ".ndjson": _write_lines,
    ".jsonl": _write_lines,
    ".zip": _write_zip,
}
