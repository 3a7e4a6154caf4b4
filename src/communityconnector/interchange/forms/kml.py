"""Maps in KML and KMZ: a placemark is a row, its folder a category.

Google My Maps writes what a sheet held as `ExtendedData`, and often once more as lines of HTML in the description; its first
placemark may be the header of the sheet (OGC KML 2.2).
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Final
from xml.etree import ElementTree as ET

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.interchange.files.xml_text import BrokenXmlError, UnsafeXmlError, elements, text_of
from communityconnector.interchange.forms.content import FileForm, FormNote, LiftedTable
from communityconnector.interchange.forms.points import LATITUDE, LONGITUDE, geometries_not_read
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.model import Severity

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,50}(?:<\?xml[^>]{0,200}>)?\s{0,50}(?:<!--.{0,500}?-->\s{0,50})?<(?:\w{1,20}:)?kml\b",
    re.DOTALL,
)
_BREAK: Final = re.compile(r"<\s{0,9}(?:br|/p|/div|/tr|/li)\b[^>]{0,200}>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]{0,500}>")
_LINE: Final = re.compile(r"\s{0,9}([^:\n]{2,60}):\s{1,9}(\S.{0,4000})")
_LINKS: Final = "gx_media_links"


def _recognises(start: bytes, name: str) -> bool:
    if _START.match(start):
        return True
    return start.startswith(b"PK\x03\x04") and (name.endswith(".kmz") or b"doc.kml" in start[:4096])


def _lift(file: SourceFile) -> Iterator[LiftedTable]:
    with file.open() as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    content: IO[bytes]
    if is_zip:
        with zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            name = next((n for n in archive.namelist() if n.lower().endswith(".kml")), "")
            content = io.BytesIO(archive.read(name) if name else b"")
    else:
        content = io.BytesIO(file.read())
    yield _table(content)


def _table(stream: IO[bytes]) -> LiftedTable:
    rows: list[tuple[str, dict[str, str]]] = []
    notes: list[FormNote] = []
    unread = 0
    try:
        for root, _ in elements(stream, {"kml"}):
            for number, (folders, placemark) in enumerate(_placemarks(root, ()), start=1):
                cells, has_shape = _cells(placemark)
                unread += has_shape
                if folders:
                    cells.setdefault("category", " / ".join(folders))
                rows.append((f"Placemark {number}", cells))
    except (BrokenXmlError, UnsafeXmlError) as error:
        notes.append(FormNote("broken-xml", str(error), severity=Severity.ERROR))
    if rows and _is_header(rows[0][1]):
        notes.append(
            FormNote(
                "repeated-header",
                "the first placemark holds the names of columns",
                "not read as a service",
                Severity.INFO,
            )
        )
        del rows[0]
    return LiftedTable("placemarks of a map (KML)", rows, notes=(*notes, *geometries_not_read(unread)))


def _placemarks(parent: ET.Element, folders: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ET.Element]]:
    """Yield placemarks with the names of their folders, the outermost first."""
    for child in parent:
        if child.tag == "Placemark":
            yield folders, child
        elif child.tag == "Folder":
            name = text_of(child.find("name"))
            yield from _placemarks(child, (*folders, name) if name else folders)
        elif child.tag == "Document":
            yield from _placemarks(child, folders)


def _cells(placemark: ET.Element) -> tuple[dict[str, str], bool]:
    """Return the cells of a placemark, and whether it has a shape that is no point."""
    cells: dict[str, str] = {}
    for tag in ("name", "address", "phoneNumber"):
        if text := text_of(placemark.find(tag)):
            cells["phone" if tag == "phoneNumber" else tag] = text
    for data in placemark.iter("Data"):
        key, value = data.get("name", ""), text_of(data.find("value"))
        if key and value and key != _LINKS:
            cells[key] = value
    for data in placemark.iter("SimpleData"):
        if (key := data.get("name", "")) and (value := text_of(data)):
            cells[key] = value
    described = placemark.find("description")
    cells = {**_described("" if described is None else "".join(described.itertext())), **cells}
    pair = text_of(placemark.find("Point/coordinates")).split(",")
    if len(pair) >= 2:
        cells[LONGITUDE], cells[LATITUDE] = pair[0].strip(), pair[1].strip()
    has_shape = any(
        placemark.find(f".//{shape}") is not None for shape in ("Polygon", "LineString", "MultiGeometry")
    )
    return cells, has_shape and len(pair) < 2


def _described(markup: str) -> dict[str, str]:
    """Return the lines of a description that name what they say ("Hours: Mon 9-12"), and the rest as description."""
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))
    cells: dict[str, str] = {}
    rest: list[str] = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found and meaning_of(found[1].strip()):
            cells.setdefault(found[1].strip(), found[2].strip())
        elif line.strip():
            rest.append(line.strip())
    if rest:
        cells["description"] = "\n".join(rest)
    return cells


def _is_header(cells: dict[str, str]) -> bool:
    """Return whether the cells of a row are the names of columns."""
    texts = [text for key, text in cells.items() if key not in {LATITUDE, LONGITUDE, "category"}]
    named = sum(1 for text in texts if len(text) <= 40 and meaning_of(text))
    return (
        len(texts) > 1
        and named * 3 >= len(texts) * 2
        and not any(any(map(str.isdigit, text)) for text in texts)
    )


KML: Final = FileForm("kml", _recognises, _lift)
"""Maps in KML and KMZ."""
