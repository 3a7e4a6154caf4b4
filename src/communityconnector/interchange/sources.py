"""Files, folders, zips and file objects: what there is to read, as text, whatever it came in."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, Any, Final

import attrs

from communityconnector.errors import SourceNotFoundError
from communityconnector.model import Finding, Severity

Source = str | os.PathLike[str] | Traversable | IO[bytes] | IO[str]
"""What `read` takes: a path, a package resource, or an open file."""

MOST_BYTES: Final = 4 * 1024**3
"""Largest file, unpacked, that is read into memory; a zip or gzip that unpacks to more is refused."""

MOST_FILES: Final = 10_000
"""Most files looked at in one folder or zip."""


@attrs.frozen
class TextFile:
    """One file's text.

    Attributes:
        name: its name, as findings give it.
        text: its content, decoded, without byte-order mark.
        findings: what was wrong with its encoding.
    """

    name: str
    text: str
    findings: tuple[Finding, ...] = ()


@attrs.frozen
class Unreadable:
    """A file that could not be read at all, and why."""

    findings: tuple[Finding, ...]


def files(source: Source) -> Iterator[TextFile | Unreadable]:
    """Every readable file of a source, in order of name.

    Raises:
        SourceNotFoundError: there is no such file or folder, or it may not be opened.
    """
    if hasattr(source, "read"):
        content = source.read()
        name = Path(str(getattr(source, "name", "") or "file object")).name
        if isinstance(content, str):
            yield TextFile(name, content.removeprefix("\ufeff"))
        else:
            yield from _unpack(name, content)
        return
    tree: Any = Path(source) if isinstance(source, (str, os.PathLike)) else source
    if tree.is_dir():
        yield from _folder(tree)
        return
    try:
        with tree.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        message = f"{source}: no such file or folder"
        raise SourceNotFoundError(message) from None
    except OSError as error:
        message = f"{source}: cannot be opened ({error.strerror})"
        raise SourceNotFoundError(message) from error
    yield from _unpack(tree.name, content)


def _folder(tree: Any, prefix: str = "") -> Iterator[TextFile | Unreadable]:
    entries = sorted(tree.iterdir(), key=lambda entry: str(entry.name))
    if len(entries) > MOST_FILES:
        message = f"{len(entries):,} files in one folder; the first {MOST_FILES:,} are read"
        yield Unreadable((_refused(prefix or tree.name, "too-many-files", message),))
    for entry in entries[:MOST_FILES]:
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            if not entry.name.startswith((".", "__MACOSX")):
                yield from _folder(entry, f"{name}/")
        elif name.lower().endswith(_READ):
            with entry.open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
            yield from _unpack(name, content, nested=True)
        elif name.lower().endswith(_MAY_HOLD_DATA):
            message = "a form that is not read inside a folder or zip; unpack or convert it"
            yield Unreadable(
                (attrs.evolve(_refused(name, "file-not-read", message), severity=Severity.WARNING),)
            )


_MAY_HOLD_DATA: Final = (".zip", ".xlsx", ".xls", ".ods", ".xml", ".parquet", ".gz", ".yaml", ".yml")
_READ: Final = (".json", ".ndjson", ".jsonl", ".csv", ".tsv", ".txt", ".json.gz", ".csv.gz")


def _unpack(name: str, content: bytes, *, nested: bool = False) -> Iterator[TextFile | Unreadable]:
    if len(content) > MOST_BYTES:
        yield Unreadable((_refused(name, "too-large", f"larger than {MOST_BYTES:,} bytes"),))
    elif content.startswith(b"PK\x03\x04") and not nested:
        yield from _unzip(name, content)
    elif content.startswith(b"\x1f\x8b"):
        yield from _gunzip(name, content)
    else:
        yield decode(name, content)


def _unzip(name: str, content: bytes) -> Iterator[TextFile | Unreadable]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > MOST_BYTES:
                yield Unreadable((_refused(name, "too-large", f"unpacks to {unpacked:,} bytes"),))
                return
            yield from _folder(zipfile.Path(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        yield Unreadable((_refused(name, "broken-archive", f"not a whole zip file ({error})"),))


def _gunzip(name: str, content: bytes) -> Iterator[TextFile | Unreadable]:
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        yield Unreadable((_refused(name, "broken-archive", f"not a whole gzip file ({error})"),))
        return
    yield from _unpack(name.removesuffix(".gz"), unpacked, nested=True)


def _refused(name: str, rule: str, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, rule=rule, message=message, action="not read", file=name)


_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(name: str, content: bytes) -> TextFile:
    """Bytes to text: UTF-8, another Unicode that its byte-order mark names, or else Windows-1252.

    JSON must be UTF-8 without a mark (RFC 8259 section 8.1), so either is an error there though it is read;
    spreadsheets write a mark before CSV, where it is only worth knowing.
    """
    findings = []
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            is_json = content[len(mark) :].lstrip()[:1] in (b"{", b"[") or encoding != "utf-8"
            findings.append(
                Finding(
                    severity=Severity.ERROR if is_json else Severity.INFO,
                    rule="byte-order-mark",
                    message=f"the file begins with a byte-order mark ({encoding}), at byte 0; save it as plain UTF-8",
                    action="read without it",
                    file=name,
                    line=1,
                )
            )
            content = content[len(mark) :] if encoding == "utf-8" else content
            if encoding != "utf-8":
                text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
                return TextFile(name, text, tuple(findings))
            break
    try:
        return TextFile(name, content.decode("utf-8"), tuple(findings))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.append(
            Finding(
                severity=Severity.ERROR,
                rule="not-utf-8",
                message=f"byte {error.start} (0x{content[error.start]:02X}) is not UTF-8; save the file as UTF-8",
                action="read as Windows-1252",
                file=name,
                line=line,
            )
        )
    return TextFile(name, _windows_1252(content), tuple(findings))


def _windows_1252(content: bytes) -> str:
    """Windows-1252, with the five bytes that it leaves open read as Latin-1, so that nothing is lost."""
    return content.decode("latin-1").translate(_WINDOWS_1252)


_WINDOWS_1252: Final = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
