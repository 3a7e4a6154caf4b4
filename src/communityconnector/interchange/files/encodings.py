"""How a file's bytes are text, and its lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Final

import attrs

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.model import Finding, Severity

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@attrs.frozen
class Encoding:
    """How a file's bytes are text.

    Attributes:
        name: the codec, for `decode` and `io.TextIOWrapper`.
        findings: what was wrong with it.
    """

    name: str
    findings: tuple[Finding, ...] = ()


def encoding_of(file: SourceFile) -> Encoding:
    """Return how a file is encoded: UTF-8, another Unicode that its byte-order mark names, or else Windows-1252.

    A file of the last kind may have been put together from several, so each of its lines that is UTF-8 is read so.

    JSON must be UTF-8 without a mark (RFC 8259 section 8.1), so either is an error there though it is read;
    spreadsheets write a mark before CSV, where it is only worth knowing. The whole file is looked at, in pieces.

    Raises:
        UnreadableError: the file cannot be read.
    """
    findings: list[Finding] = []
    with file.open() as stream:
        chunk = stream.read(1 << 20)
        name = "utf-8"
        for mark, encoding in _MARKS:
            if chunk.startswith(mark):
                findings.append(_mark_found(file.name, encoding, chunk[len(mark) :]))
                if encoding != "utf-8-sig":
                    return Encoding(encoding, tuple(findings))
                name = encoding
                break
        decoder = codecs.getincrementaldecoder("utf-8")()
        before, line = 0, 1
        while True:
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # The decoder may hold some bytes of the piece before.
                start = max(error.start - (len(error.object) - len(chunk)), 0)
                line += chunk.count(b"\n", 0, start)
                message = f"byte {before + start} (0x{error.object[error.start]:02X}) is not UTF-8; save the file as UTF-8"
                finding = Finding(
                    Severity.ERROR,
                    "not-utf-8",
                    message,
                    "lines that are not UTF-8 read as Windows-1252",
                    file=file.name,
                    line=line,
                )
                return Encoding(WINDOWS_1252, (*findings, finding))
            if not chunk:
                return Encoding(name, tuple(findings))
            before += len(chunk)
            line += chunk.count(b"\n")
            chunk = stream.read(1 << 20)


def _mark_found(name: str, encoding: str, rest: bytes) -> Finding:
    is_json = rest.lstrip()[:1] in (b"{", b"[") or encoding != "utf-8-sig"
    shown = encoding.removesuffix("-sig")
    return Finding(
        Severity.ERROR if is_json else Severity.INFO,
        "byte-order-mark",
        f"the file begins with a byte-order mark ({shown}), at byte 0; save it as plain UTF-8",
        "read without it",
        file=name,
        line=1,
    )


WINDOWS_1252: Final = "windows-1252"


def decoded(content: bytes, encoding: Encoding) -> str:
    """Bytes as text."""
    if encoding.name == WINDOWS_1252:
        return "".join(map(_line_of, content.splitlines(keepends=True))).removeprefix("\ufeff")
    return content.decode(encoding.name, errors="replace").removeprefix("\ufeff")


def lines(file: SourceFile, encoding: Encoding) -> Iterator[str]:
    """Yield a file's lines as text, with their ends, in bounded memory.

    Raises:
        UnreadableError: the file cannot be read.
    """
    with file.open() as stream:
        if encoding.name == WINDOWS_1252:
            for piece in stream:
                for line in piece.splitlines(keepends=True):
                    yield _line_of(line).removeprefix("\ufeff")
            return
        with io.TextIOWrapper(stream, encoding.name, errors="replace", newline="") as text:
            yield from text


def _line_of(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1").translate(_WINDOWS_1252)


_WINDOWS_1252: Final = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""What differs from Latin-1. The five bytes that Windows-1252 leaves open stay as they are, so that nothing is lost."""
