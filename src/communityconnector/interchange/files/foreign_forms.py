"""Files in forms that are not read, known by their first bytes: what they are, and what to do with them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_SAVE: Final = "save the sheet that holds the list as CSV (UTF-8) and read that file"
_FORMS: Final = (
    (rb"%PDF-", "a PDF document: ask for the list as a spreadsheet, and save it as CSV (UTF-8)"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"a workbook or document of an older Office program (.xls, .doc): {_SAVE}"),
    (rb"\{\\rtf", "a document (RTF): copy its table into a spreadsheet program, and save it as CSV (UTF-8)"),
    (rb"SQLite format 3\0", "an SQLite database: export its tables as CSV"),
    (rb"PAR1", "a Parquet file: export it as CSV"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture: nothing can be read from it"),
    (rb"\s{0,50}<(?:!doctype\s+html|html|table|head|meta)\b", f"a web page, whatever its name ends with: open it in a spreadsheet program, and {_SAVE}"),
    (rb"\s{0,50}<\?xml\b", "XML: export it as HSDS JSON or CSV"),
)  # fmt: skip
_PATTERNS: Final = tuple((re.compile(start, re.IGNORECASE | re.DOTALL), words) for start, words in _FORMS)
_MARKS: Final = (b"\xef\xbb\xbf",)


def foreign_form(start: bytes) -> str:
    """Return what a file is that begins so, and what to do; "" where it may be one that is read.

    Args:
        start: its first bytes.
    """
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return next((words for pattern, words in _PATTERNS if pattern.match(start[:2_000])), "")


def document_in(members: Collection[str]) -> str:
    """Return what a zip is whose files make up one document, and what to do; "" for a zip of files."""
    names = {name.lower() for name in members}
    folders = {name.split("/")[0] for name in names}
    if "[content_types].xml" in names:
        if "xl" in folders:
            return f"an Excel workbook: {_SAVE}"
        return "an Office document: copy its table into a spreadsheet program, and save it as CSV (UTF-8)"
    if "mimetype" in names and "content.xml" in names:
        return f"a spreadsheet or document of OpenOffice or LibreOffice: {_SAVE}"
    if "index" in folders and any(name.endswith(".iwa") for name in names):
        return f"a spreadsheet of Numbers: {_SAVE}"
    if names == {"doc.kml"} or "doc.kml" in names:
        return "a map in KMZ: export it as CSV or GeoJSON"
    return ""
