"""Files, folders, zips and file objects: what there is to read, each as something that can be opened."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

import attrs

from communityconnector.errors import SourceNotFoundError
from communityconnector.interchange.files.foreign_forms import document_in
from communityconnector.model import Finding, Severity

Source = str | os.PathLike[str] | Traversable | IO[bytes] | IO[str]
"""What `read` takes: a path, a package resource, or an open file."""

MOST_BYTES: Final = 4 * 1024**3
"""Largest file, unpacked, that is read; a zip whose files unpack to more together is refused."""

_MOST_RATIO: Final = 200
"""How many times its packed size a file may unpack to. Tables and JSON pack to a tenth or so; a bomb to a thousandth."""

SMALL: Final = 16 * 1024**2
"""A file that unpacks to no more than this may have any ratio."""

_MOST_FILES: Final = 10_000
"""Most files looked at in one folder or zip."""

_DEEPEST: Final = 20
"""Most folders within folders; links that lead back into their own folder end here."""


class UnreadableError(Exception):
    """Inside this room: a file whose content cannot be had. Carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@attrs.frozen
class SourceFile:
    """One file that can be opened, as often as need be.

    Attributes:
        name: its name, as findings give it.
        opener: opens it, unpacked, as bytes.
        document: what it is and what to do with it where nothing reads it, of a zip that is one document, such as a workbook.
        is_table: whether it is known to be a table, such as a sheet of a workbook.
    """

    name: str
    opener: Callable[[], IO[bytes]]
    document: str = ""
    is_table: bool = False

    def open(self) -> IO[bytes]:
        """Return the file's bytes.

        Raises:
            UnreadableError: here or while it is read: no permission, a broken archive, more than `MOST_BYTES`.
        """
        with _errors_as_findings(self.name):
            return io.BufferedReader(_Guarded(self.name, self.opener()), 1 << 18)

    def read(self) -> bytes:
        """Return all of it (see `open` for what it raises)."""
        with self.open() as stream:
            return stream.read()

    @property
    def base(self) -> str:
        """Its name without folders, lower case."""
        return self.name.rsplit("/", 1)[-1].lower()


@contextmanager
def _errors_as_findings(name: str) -> Iterator[None]:
    """Turn the errors of a broken or hostile file into a finding."""
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno:
            finding = refused(name, "cannot-open", f"cannot be read ({error.strerror})")
        else:
            finding = refused(name, "broken-archive", f"cannot be unpacked ({error})")
        raise UnreadableError(finding) from error


class _KeptOpen(io.RawIOBase):
    """A view of a file that stays open when the view is closed."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: Any) -> int:
        chunk = self._inner.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Guarded(_KeptOpen):
    """A stream whose errors become findings, and which ends before it fills the memory. It closes its file."""

    def __init__(self, name: str, inner: IO[bytes]) -> None:
        super().__init__(inner)
        self._name = name
        self._size = 0

    def readinto(self, buffer: Any) -> int:
        with _errors_as_findings(self._name):
            size = super().readinto(buffer)
        self._size += size
        if self._size > MOST_BYTES:
            raise UnreadableError(refused(self._name, "too-large", f"larger than {MOST_BYTES:,} bytes"))
        return size

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


_BROKEN: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What opening and unpacking a hostile file raises. A zip with a password is a RuntimeError."""


@contextmanager
def opened(source: Source) -> Iterator[Iterator[SourceFile | Finding]]:
    """Return every file of a source that may hold data, in order of name, and what is wrong with the others.

    The files can be opened as long as the context lasts.

    Raises:
        SourceNotFoundError: there is no such file or folder, or it may not be opened.
    """
    with ExitStack() as stack:
        yield _files(source, stack)


def _files(source: Source, stack: ExitStack) -> Iterator[SourceFile | Finding]:
    if hasattr(source, "read"):
        yield from _unpacked(_from_object(cast("IO[Any]", source), stack), stack)
        return
    tree: Any = Path(source) if isinstance(source, (str, os.PathLike)) else source
    if isinstance(source, str) and not source.strip():
        message = "no file is named: the path is empty"
        raise SourceNotFoundError(message)
    try:
        if tree.is_dir():
            yield from _folder(tree, stack)
            return
        is_odd = isinstance(tree, Path) and not stat.S_ISREG(tree.stat().st_mode)
        if not is_odd:
            with tree.open("rb"):
                pass
    except FileNotFoundError:
        message = f"{source}: no such file or folder"
        raise SourceNotFoundError(message) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "not a possible path"
        message = f"{_printable(source)}: cannot be opened ({what})"
        raise SourceNotFoundError(message) from error
    if is_odd:
        # A pipe or a device would wait for ever.
        message = f"{source}: neither a file nor a folder"
        raise SourceNotFoundError(message)
    yield from _unpacked(SourceFile(tree.name, lambda: tree.open("rb")), stack)


def _printable(source: object) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(source))[:200]


def _from_object(source: IO[Any], stack: ExitStack) -> SourceFile:
    """Return a file object, copied to where it can be read more than once; on disk once it is large."""
    name = str(getattr(source, "name", "") or "file object").replace("\\", "/").rsplit("/", 1)[-1]
    copy = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=SMALL))  # noqa: SIM115  # the stack closes it
    while chunk := source.read(1 << 20):
        copy.write(chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk)
        if copy.tell() > MOST_BYTES:
            break

    def again() -> IO[bytes]:
        copy.seek(0)
        return cast("IO[bytes]", _KeptOpen(cast("IO[bytes]", copy)))

    return SourceFile(name, again)


def _folder(tree: Any, stack: ExitStack, prefix: str = "", depth: int = 0) -> Iterator[SourceFile | Finding]:
    try:
        entries = sorted(tree.iterdir(), key=lambda entry: str(entry.name))
    except OSError as error:
        yield refused(prefix or tree.name, "cannot-open", f"the folder cannot be read ({error.strerror})")
        return
    if len(entries) > _MOST_FILES:
        message = f"{len(entries):,} files in one folder; the first {_MOST_FILES:,} are read"
        yield refused(prefix or tree.name, "too-many-files", message)
    for entry in entries[:_MOST_FILES]:
        name = f"{prefix}{entry.name}"
        try:
            is_folder = entry.is_dir()
        except OSError:
            is_folder = False
        if is_folder:
            if depth >= _DEEPEST:
                yield refused(name, "too-deep", f"folders within folders, more than {_DEEPEST}")
            elif not entry.name.startswith((".", "__MACOSX")):
                yield from _folder(entry, stack, f"{name}/", depth + 1)
        else:
            yield from _member(SourceFile(name, _opener(entry)), stack)


def _member(file: SourceFile, stack: ExitStack) -> Iterator[SourceFile | Finding]:
    """Yield a file of a folder or of a zip, if it may hold data."""
    if file.base.endswith(_READ):
        yield from _unpacked(file, stack, nested=True)
    elif file.base.endswith(_MAY_HOLD_DATA):
        message = "a form that is not read inside a folder or zip; unpack or convert it"
        yield Finding(Severity.WARNING, "file-not-read", message, "not read", file=file.name)


def _opener(entry: Any) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        # A pipe or a device would wait for ever.
        if isinstance(entry, Path) and not stat.S_ISREG(entry.stat().st_mode):
            raise zipfile.BadZipFile("not a regular file")  # noqa: EM101, TRY003  # becomes a finding's text
        return cast("IO[bytes]", entry.open("rb"))

    return opened


_MAY_HOLD_DATA: Final = (".zip", ".parquet", ".gz", ".yaml", ".yml")
_READ: Final = (
    *(
        ".json",
        ".ndjson",
        ".jsonl",
        ".csv",
        ".tsv",
        ".txt",
        ".geojson",
        ".jsonld",
        ".xml",
        ".kml",
        ".kmz",
        ".dbf",
    ),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".json.gz", ".ndjson.gz", ".jsonl.gz", ".csv.gz"),
)


def _unpacked(file: SourceFile, stack: ExitStack, *, nested: bool = False) -> Iterator[SourceFile | Finding]:
    """Yield a file, or what is in it if it is a zip or a gzip."""
    try:
        with file.open() as stream:
            start = stream.read(4)
        if start == b"PK\x03\x04":
            yield from _zipped(file, stack, nested=nested)
        elif start[:2] == b"\x1f\x8b":
            yield from _gunzipped(file, stack)
        else:
            yield file
    except UnreadableError as error:
        yield error.finding


def _zipped(file: SourceFile, stack: ExitStack, *, nested: bool) -> Iterator[SourceFile | Finding]:
    with _errors_as_findings(file.name):
        archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(file.opener())))
    members = archive.infolist()
    document = document_in([info.filename for info in members[:_MOST_FILES]])
    if nested and not document:
        yield refused(file.name, "file-not-read", "a zip within a folder or zip; unpack it")
        return
    unpacked = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if _is_bomb(packed, unpacked):
        yield _bomb(file.name, packed, unpacked)
        return
    if document:
        yield attrs.evolve(file, document=document)
        return
    if len(members) > _MOST_FILES:
        message = f"{len(members):,} files in one zip; the first {_MOST_FILES:,} are read"
        yield refused(file.name, "too-many-files", message)
    for info in sorted(members[:_MOST_FILES], key=lambda member: member.filename):
        yield from _zip_member(archive, info, stack)


def _is_bomb(packed: int, unpacked: int) -> bool:
    return unpacked > MOST_BYTES or (unpacked > SMALL and unpacked > _MOST_RATIO * packed)


def _bomb(name: str, packed: int, unpacked: int) -> Finding:
    message = (
        f"unpacks to {unpacked:,} bytes or more from {packed:,}; at most {MOST_BYTES:,} bytes and "
        f"{_MOST_RATIO} times the packed size are read"
    )
    return refused(name, "too-large", message)


def _zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, stack: ExitStack
) -> Iterator[SourceFile | Finding]:
    """Yield one file of a zip. Nothing is ever unpacked to disk; still, a name that leads elsewhere marks a hostile file."""
    name = info.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ":" in name or "\0" in info.orig_filename:
        message = "a name that leads out of the zip, or that no file has"
        yield refused(_printable(name), "unsafe-name", message)
        return
    if info.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts):
        return
    yield from _member(SourceFile(name, lambda: archive.open(info)), stack)


def _gunzipped(file: SourceFile, stack: ExitStack) -> Iterator[SourceFile | Finding]:
    """Yield a gzip's content, once it is known to be whole and no bomb."""

    def inside() -> IO[bytes]:
        return cast("IO[bytes]", gzip.open(stack.enter_context(file.opener())))

    packed = unpacked = 0
    with file.open() as stream:
        while chunk := stream.read(1 << 20):
            packed += len(chunk)
    with _errors_as_findings(file.name), inside() as stream:
        while chunk := stream.read(1 << 20):
            unpacked += len(chunk)
            if _is_bomb(packed, unpacked):
                yield _bomb(file.name, packed, unpacked)
                return
    yield SourceFile(file.name.removesuffix(".gz"), inside)


def refused(name: str, rule: str, message: str) -> Finding:
    """Return the finding of a file that is not read."""
    return Finding(Severity.ERROR, rule, message, "not read", file=name)
