"""Tables of map programs (dBase III and later, `.dbf`): fixed fields, deleted rows, names cut at ten letters."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.interchange.forms.content import FileForm, FormNote, LiftedTable
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.model import Severity

_VERSIONS: Final = frozenset({0x03, 0x30, 0x31, 0x43, 0x83, 0x8B, 0xF5})
_HEADER: Final = 32
_END: Final = 0x0D
_DELETED: Final = b"*"
_MOST_FIELDS: Final = 255


class _Field(NamedTuple):
    name: str
    kind: str
    width: int


def _recognises(start: bytes, name: str) -> bool:
    """Return whether a file is a dBase table: its header gives its own length, which ends with the mark of the end."""
    if len(start) < _HEADER + 33 or start[0] not in _VERSIONS or not name.endswith(".dbf"):
        return False
    length = int(struct.unpack_from("<H", start, 8)[0])
    return _HEADER < length <= len(start) and _END in (start[length - 1], start[min(length, len(start) - 1)])


def _lift(file: SourceFile) -> Iterator[LiftedTable]:
    content = file.read()
    count, length, width = struct.unpack_from("<IHH", content, 4)
    fields = _fields(content[_HEADER:length])
    rows: list[tuple[str, dict[str, str]]] = []
    deleted = 0
    broken = sum(field.width for field in fields) + 1 > width or not fields
    at = length
    for number in range(1, count + 1):
        record = content[at : at + width]
        at += width
        if broken or len(record) < width:
            broken = True
            break
        if record[:1] == _DELETED:
            deleted += 1
            continue
        rows.append((f"row {number}", _cells(record, fields)))
    notes: list[FormNote] = []
    if deleted:
        notes.append(FormNote("deleted-rows", f"{deleted:,} rows that are marked as deleted"))
    if broken:
        message = f"the table ends before its {count:,} rows, or its fields do not fit its rows"
        notes.append(FormNote("broken-table", message, "read as far as it is whole", Severity.ERROR))
    labels = {field.name: label for field in fields if (label := _whole(field.name))}
    yield LiftedTable("rows of a map program's table (dBase)", rows, labels, tuple(notes))


def _whole(name: str) -> str:
    """Return a name that was cut at ten letters with its last word whole; "" where it needs none or none fits."""
    if len(name) < _LONGEST_NAME or meaning_of(name):
        return ""
    before, _, cut = name.replace("_", " ").rpartition(" ")
    whole = (f"{before} {word}".strip() for word in _WORDS if word.startswith(cut.lower()) and len(cut) > 1)
    return next((label for label in whole if meaning_of(label)), "")


_LONGEST_NAME: Final = 10
_WORDS: Final = (
    "address name number phone hours street city county state code description organization agency program service website "
    "email category eligibility requirements languages latitude longitude notes contact information days distribution"
).split()
"""Words that end names of columns."""


def _fields(header: bytes) -> list[_Field]:
    fields: list[_Field] = []
    for at in range(0, min(len(header) - 31, _MOST_FIELDS * 32), 32):
        one = header[at : at + 32]
        if one[0] == _END:
            break
        name = one[:11].split(b"\0")[0].decode("ascii", "replace").strip()
        fields.append(_Field(name, chr(one[11]), one[16]))
    return fields


def _cells(record: bytes, fields: list[_Field]) -> dict[str, str]:
    cells: dict[str, str] = {}
    at = 1
    for field in fields:
        raw = record[at : at + field.width].strip(b" \0")
        at += field.width
        if not raw or field.kind in "GMBP0":
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
        if field.kind == "D" and len(text) == 8 and text.isdigit():
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        elif field.kind == "L":
            text = {"T": "Yes", "Y": "Yes", "F": "No", "N": "No"}.get(text.upper(), "")
        if text and text.strip("*"):
            cells[field.name] = text
    return cells


DBASE: Final = FileForm("dbase", _recognises, _lift)
"""Tables of map programs."""
