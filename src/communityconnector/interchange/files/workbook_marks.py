"""What a workbook shows by its looks: rows and columns that are hidden, rows that are struck through.

Readers of workbooks give the values of cells alone, so the parts of the package (ECMA-376, Office Open XML) are looked at
here. It also says how large a sheet claims to be, before anything is unpacked for it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Final
from xml.parsers import expat

import attrs

MOST_CELLS: Final = 20_000_000
"""A sheet whose last cell would make it larger is not read: it would fill the memory with blanks."""
_CHUNK: Final = 1 << 16
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MOST_COLUMNS: Final = 16_384
_MOST_REPEATED: Final = 100_000
_MOST_XML: Final = 400 * 1024**2


class TooWideError(Exception):
    """A sheet claims more cells than are read."""


@attrs.frozen
class SheetMarks:
    """What a sheet shows by its looks.

    Attributes:
        struck: the rows in which every cell that has a value is struck through, from 1.
        hidden_rows: the rows that are hidden, from 1.
        hidden_columns: the columns that are hidden, from 0.
    """

    struck: frozenset[int] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def marks_of(content: bytes) -> dict[str, SheetMarks]:
    """Return the marks of each sheet, by its name; nothing for a workbook in another form than Office Open XML.

    Args:
        content: the workbook.

    Raises:
        TooWideError: a sheet has a cell so far out that it would not fit into memory.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "xl/workbook.xml" in names:
                return {
                    name: _marks_of_sheet(package, path, _struck_styles(package, names))
                    for name, path in _sheets(package, names).items()
                }
            if "content.xml" in names:
                _check_open_document(package)
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        OSError,
        LookupError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
    ):
        # Whatever is wrong with it, the reader of workbooks says so.
        return {}
    return {}


def _elements(stream: IO[bytes], *wanted: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the beginnings of elements by their local names, with their attributes; declarations are refused."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in wanted:
            found.append((local, attributes))

    def refuse(*_: object) -> None:
        raise expat.ExpatError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    read = 0
    while chunk := stream.read(_CHUNK):
        read += len(chunk)
        if read > _MOST_XML:
            message = "a sheet of more than 400 MB: save its list as CSV (UTF-8)"
            raise TooWideError(message)
        parser.Parse(chunk)
        yield from found
        found.clear()


def _sheets(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Return where the part of each sheet is, by its name."""
    with package.open("xl/_rels/workbook.xml.rels") as stream:
        targets = {a.get("Id", ""): a.get("Target", "") for _, a in _elements(stream, "Relationship")}
    with package.open("xl/workbook.xml") as stream:
        sheets = {
            a.get("name", ""): targets.get(next((v for k, v in a.items() if k.endswith(":id")), ""), "")
            for _, a in _elements(stream, "sheet")
        }
    paths = {
        name: target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for name, target in sheets.items()
    }
    return {name: path for name, path in paths.items() if path in names}


def _struck_styles(package: zipfile.ZipFile, names: set[str]) -> frozenset[str]:
    """Return the numbers of the cell styles whose font is struck through."""
    if "xl/styles.xml" not in names:
        return frozenset()
    fonts: list[bool] = []
    styles: list[str] = []
    part = ""
    with package.open("xl/styles.xml") as stream:
        for name, attributes in _elements(
            stream, "fonts", "font", "strike", "fills", "cellStyleXfs", "cellXfs", "xf", "dxfs"
        ):
            if name in {"fonts", "fills", "cellStyleXfs", "cellXfs", "dxfs"}:
                part = name
            elif name == "font" and part == "fonts":
                fonts.append(False)
            elif name == "strike" and part == "fonts" and fonts:
                fonts[-1] = attributes.get("val", "1") not in {"0", "false"}
            elif name == "xf" and part == "cellXfs":
                styles.append(attributes.get("fontId", "0"))
    struck = {str(number) for number, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(number) for number, font in enumerate(styles) if font in struck)


def _marks_of_sheet(package: zipfile.ZipFile, path: str, struck_styles: frozenset[str]) -> SheetMarks:
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    plain: set[int] = set()
    struck: set[int] = set()
    row, last_row, last_column, at_cell = 0, 0, 0, False
    with package.open(path) as stream:
        for name, attributes in _elements(stream, "col", "row", "c", "v", "is"):
            if name == "col" and _is_on(attributes.get("hidden")):
                first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
                hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
            elif name == "row":
                row = int(attributes.get("r", row + 1))
                if _is_on(attributes.get("hidden")):
                    hidden_rows.add(row)
            elif name == "c":
                at_cell = attributes.get("s", "0") in struck_styles
                column = _column(attributes.get("r", ""))
                last_row, last_column = max(last_row, row), max(last_column, column)
                if last_row * last_column > MOST_CELLS:
                    message = f"a sheet of more than {MOST_CELLS:,} cells: save its list as CSV (UTF-8)"
                    raise TooWideError(message)
            elif name in {"v", "is"}:
                (struck if at_cell else plain).add(row)
    return SheetMarks(frozenset(struck - plain), frozenset(hidden_rows), frozenset(hidden_columns))


def _check_open_document(package: zipfile.ZipFile) -> None:
    """Refuse a sheet of OpenOffice that repeats cells or rows so often that it would not fit into memory."""
    with package.open("content.xml") as stream:
        columns = rows = 0
        for name, attributes in _elements(stream, "table", "table-row", "table-cell", "p"):
            repeated = int(next((v for k, v in attributes.items() if k.endswith("-repeated")), "1"))
            if name == "table":
                columns = rows = 0
            elif name == "table-row":
                rows = repeated
            elif name == "table-cell":
                columns = repeated
            elif rows * columns > _MOST_REPEATED:
                message = "a sheet that repeats a cell with a text too often: save its list as CSV (UTF-8)"
                raise TooWideError(message)


def _is_on(value: str | None) -> bool:
    return value in {"1", "true"}


def _column(reference: str) -> int:
    """Return the number of a column from 1: "AB12" is 28."""
    match = _CELL.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "A":
        number = number * 26 + ord(letter) - 64
    return number
