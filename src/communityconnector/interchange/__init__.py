"""Directories in and out: HSDS JSON and tables, recognised by their content, judged and written."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from communityconnector.errors import InvalidDirectoryError
from communityconnector.interchange.lint import lint
from communityconnector.interchange.nested import (
    Reading,
    documents,
    left_out,
    looks_like_json,
    page,
    read_json,
)
from communityconnector.interchange.records import Mode, Structurer, converter, to_raw
from communityconnector.interchange.sources import Source, TextFile, files
from communityconnector.interchange.tabular_reader import looks_like_csv, read_tables
from communityconnector.interchange.tabular_writer import TABLE_NAMES, tables
from communityconnector.model import Audience, Directory, Finding, Severity

__all__ = ["Mode", "Source", "converter", "documents", "page", "read", "tables", "to_raw", "write"]


def read(source: Source, *, mode: Mode | str = Mode.REPAIR) -> Directory:
    """Read a directory of human services in whatever HSDS form it comes.

    JSON: one record, a list, an API page, tables in one object, or a record a line (ndjson). Tables: a folder
    or a zip of CSV files, or one CSV. The form is recognised from the content. HSDS 3.0, 3.1 and 3.2 are one
    model.

    Args:
        source: a path, a package resource or an open file.
        mode: `repair` mends what is certain and says so; `collect` mends nothing; `strict` raises in the end
            if there was an error.

    Returns:
        The directory. What was wrong is in `Directory.findings`; bad data never raises, and one bad row
        never sinks a file.

    Raises:
        SourceNotFoundError: there is no such file, or it may not be opened.
        InvalidDirectoryError: in mode `strict`, if there was any error.
    """
    mode = Mode(mode)
    reading = Reading()
    found: list[TextFile] = []
    for file in files(source):
        reading.findings.extend(file.findings)
        if isinstance(file, TextFile):
            found.append(file)
    _read_files(found, mode, reading)
    directory = _tie(reading)
    if mode is Mode.STRICT:
        _refuse(directory, source)
    return directory


def _read_files(found: list[TextFile], mode: Mode, reading: Reading) -> None:
    csvs = [
        file
        for file in found
        if not looks_like_json(file.text) and _tabular_name(file, alone=len(found) == 1)
    ]
    if csvs:
        packages = [file for file in found if file.name.rsplit("/", 1)[-1] == "datapackage.json"]
        read_tables([*csvs, *packages], Structurer(mode, tabular=True), reading)
        found = [file for file in found if file not in csvs and file not in packages]
    for file in found:
        if looks_like_json(file.text):
            read_json(file, Structurer(mode), reading)
        elif not file.text.strip():
            reading.findings.append(_unusable(file, "empty-file", "the file is empty"))
        else:
            message = "neither JSON nor an HSDS table; line 1 column 1 begins with something else"
            reading.findings.append(_unusable(file, "unknown-form", message))


def _tabular_name(file: TextFile, *, alone: bool) -> bool:
    return bool(file.text.strip()) and (
        looks_like_csv(file.text) or (not alone and file.name.lower().endswith(".csv"))
    )


def _unusable(file: TextFile, rule: str, message: str) -> Finding:
    return Finding(
        severity=Severity.ERROR, rule=rule, message=message, action="not read", file=file.name, line=1
    )


def _tie(reading: Reading) -> Directory:
    roots = {record.entity for record in reading.records}
    root = roots.pop() if len(roots) == 1 and not reading.tabular else "service"
    directory = Directory.of(reading.records, findings=reading.findings, dataset=reading.dataset, root=root)
    return directory.with_findings(lint(directory, tabular=reading.tabular))


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
    of tables with their data package, anything else a folder of them. An existing file is replaced only once
    the new one is whole; HSDS tables of an earlier copy do not stay in a folder.

    Args:
        directory: what to write.
        path: where to.
        audience: for whom. The default leaves out what the public may not learn about confidential places;
            `steward` writes everything.
        root: entity of the top-level JSON records (see `documents`).

    Returns:
        Findings of what the form cannot hold.
    """
    shown = directory.for_audience(audience)
    target = Path(path)
    form = _FORMS.get(target.suffix.lower(), _write_folder)
    return form(shown, target, root or shown.root)


def _write_list(directory: Directory, path: Path, root: str) -> tuple[Finding, ...]:
    text = json.dumps(list(documents(directory, root)), ensure_ascii=False, indent=1)
    _replace(path, (text + "\n").encode())
    return tuple(left_out(directory, root))


def _write_lines(directory: Directory, path: Path, root: str) -> tuple[Finding, ...]:
    lines = (json.dumps(raw, ensure_ascii=False, separators=(",", ":")) for raw in documents(directory, root))
    _replace(path, "".join(f"{line}\n" for line in lines).encode())
    return tuple(left_out(directory, root))


def _write_zip(directory: Directory, path: Path, _root: str) -> tuple[Finding, ...]:
    beside = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables(directory).items():
            # A fixed time: the same directory makes the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    beside.replace(path)
    return ()


def _write_folder(directory: Directory, path: Path, _root: str) -> tuple[Finding, ...]:
    path.mkdir(parents=True, exist_ok=True)
    written = tables(directory)
    for name, text in written.items():
        _replace(path / name, text.encode())
    # A table of an earlier copy must not stay: it may hold what this audience may not see.
    for name in TABLE_NAMES - set(written):
        (path / name).unlink(missing_ok=True)
    return ()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


_FORMS: Final[dict[str, Callable[[Directory, Path, str], tuple[Finding, ...]]]] = {
    ".json": _write_list,
    ".ndjson": _write_lines,
    ".jsonl": _write_lines,
    ".zip": _write_zip,
}
