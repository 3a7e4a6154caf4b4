"""Maps in KML and KMZ, and the tables of map programs."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

import communityconnector as cc

MARK = "<Placemark><name>{0}</name>{1}</Placemark>"
POINT = "<Point><coordinates>-81.5,36.4,0</coordinates></Point>"


def kml(body):
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Map</name>{body}</Document></kml>'.encode()


def read(content, name="map.kml"):
    file = io.BytesIO(content)
    file.name = name
    return cc.read(file)


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


def data(**cells):
    inner = "".join(
        f'<Data name="{key.replace("_", " ")}"><value>{value}</value></Data>' for key, value in cells.items()
    )
    return f"<ExtendedData>{inner}</ExtendedData>"


def test_a_placemark_is_a_service_with_its_folder_as_category():
    body = f"<Folder><name>Food Pantries</name>{MARK.format('Laurel Pantry', POINT + data(Phone='828-555-0100', City='Boone'))}</Folder>"
    (service,) = read(kml(body)).services.values()
    place = service.service_at_locations[0].location
    assert (service.name, place.latitude, place.longitude) == ("Laurel Pantry", 36.4, -81.5)
    assert service.phones[0].number == "828-555-0100"
    assert [a.label or a.value for a in service.attributes] == ["Food Pantries"]


def test_lines_of_a_description_that_name_what_they_say_are_cells():
    described = "<description><![CDATA[Hours: Mon 9am-12pm<br>Phone: 828-555-0100<br>Free food for all.]]></description>"
    (service,) = read(kml(MARK.format("Laurel Pantry", POINT + described))).services.values()
    assert service.phones[0].number == "828-555-0100"
    assert [(s.byday, s.opens_at) for s in service.schedules] == [("MO", "09:00")]
    assert service.description == "Free food for all."


def test_a_first_placemark_that_is_the_header_is_told():
    header = MARK.format("Agency Name", "<address>Address</address>" + data(County="County"))
    row = MARK.format(
        "Laurel Pantry", "<address>1 Elm Street, Boone, NC 28607</address>" + data(County="Watauga")
    )
    directory = read(kml(header + row))
    assert [s.name for s in directory.services.values()] == ["Laurel Pantry"]
    assert "repeated-header" in rules(directory)


def test_a_placemark_without_a_point_is_read_and_a_shape_is_told():
    shape = "<Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,2 3,1</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    body = MARK.format("Laurel Pantry", data(Phone="828-555-0100")) + MARK.format(
        "Elm Pantry", data(Phone="828-555-0101") + shape
    )
    directory = read(kml(body))
    assert {s.name for s in directory.services.values()} == {"Laurel Pantry", "Elm Pantry"}
    assert "geometry-not-read" in rules(directory)


def test_kmz_is_a_zip_of_it():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("doc.kml", kml(MARK.format("Laurel Pantry", POINT + data(City="Boone"))))
        archive.writestr("images/x.png", b"x")
    (service,) = read(file.getvalue(), "map.kmz").services.values()
    assert service.name == "Laurel Pantry"


@pytest.mark.parametrize(
    "broken", [b"<kml><Document><Placemark><name>x", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml/>', b"<kml/>"]
)
def test_a_broken_or_empty_map_raises_nothing(broken):
    directory = read(broken)
    assert not directory.services
    assert {"broken-xml", "unknown-form"} & rules(directory).keys()


def dbf(fields, rows, deleted=()):
    """A dBase III table of text fields."""
    head = b"".join(
        name.encode()[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15)
        for name, width in fields
    )
    width = 1 + sum(size for _, size in fields)
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(
            cell.encode("cp1252")[:size].ljust(size) for cell, (_, size) in zip(row, fields, strict=True)
        )
        for number, row in enumerate(rows)
    )
    start = struct.pack("<BBBBIHH", 3, 126, 10, 1, len(rows), 32 + len(head) + 1, width) + bytes(20)
    return start + head + b"\r" + body + b"\x1a"


FIELDS = [("Program_Na", 30), ("Address", 30), ("City", 15), ("Organizati", 20), ("Phone", 14)]
ROW = ["Caf\u00e9 Pantry", "1 Elm Street", "Boone", "Laurel Help", "828-555-0100"]


def test_a_table_of_a_map_program_is_read_with_its_cut_names():
    directory = read(dbf(FIELDS, [ROW, ["Gone Pantry", "", "", "", ""]], deleted={1}), "pantries.dbf")
    (service,) = directory.services.values()
    assert (service.name, service.organization.name, service.phones[0].number) == (
        "Caf\u00e9 Pantry",
        "Laurel Help",
        "828-555-0100",
    )
    assert rules(directory)["deleted-rows"].message == "1 rows that are marked as deleted"


def test_a_table_that_breaks_off_is_read_as_far_as_it_is_whole():
    content = dbf(FIELDS, [ROW] * 3)
    directory = read(content[:-60], "pantries.dbf")
    assert rules(directory)["broken-table"].action == "read as far as it is whole"
    assert directory.services
    for size in range(0, len(content), 7):
        read(content[:size], "pantries.dbf")


def test_the_examples_are_read_right(shared_data):
    for name in ("mymaps.kml", "mymaps.kmz"):
        (service,) = cc.read(shared_data / "formats" / name).services.values()
        address = service.service_at_locations[0].location.addresses[0]
        assert (service.name, address.city, address.postal_code) == ("Alder Pantry", "Alderton", "28600")
        assert {(s.byday, s.opens_at, s.closes_at) for s in service.schedules} == {
            ("MO", "09:00", "12:00"),
            ("2SA", "09:00", "11:00"),
        }
        assert service.phones[0].number == "336-555-0100"
    (service,) = cc.read(shared_data / "formats" / "pantries.dbf").services.values()
    assert (service.name, service.phones[0].number, service.schedules[0].byday) == (
        "Alder Pantry",
        "336-555-0100",
        "3SA",
    )
