"""JSON that is not HSDS is read as a table where it is one, and named once where it is not."""

from __future__ import annotations

import io
import json

import pytest

import communityconnector as cc

PANTRY = {"Name": "Food Pantry", "Phone": "828-555-0101", "Hours": "Mon-Fri 9-5"}
PLACE = {
    "name": "Food Pantry",
    "address": "1 Oak St, Boone, NC 28607",
    "phone": "828-555-0101",
    "web": "example.org",
}


def read(value, name="list.json"):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    file = io.BytesIO(content)
    file.name = name
    return cc.read(file)


def only(directory):
    (service,) = directory.services.values()
    return service


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


FORMS = {
    "a list": [PANTRY],
    "a list under a key": {"pantries": [PANTRY], "updated": "2026-11-01"},
    "a page": {"results": [PANTRY], "count": 1},
    "two levels down": {"data": {"items": [PANTRY]}},
    "online table": {"records": [{"id": "recA1", "createdTime": "2026-01-02T03:04:05.000Z", "fields": PANTRY}]},
    "online table, bare": [{"id": "recA1", "fields": PANTRY}],
    "portal with records": {"success": True, "result": {"records": [{"_id": 1, **PANTRY}], "total": 1}},
    "portal with columns": {
        "meta": {"view": {"columns": [{"name": "sid", "dataTypeName": "meta_data"}, *({"name": key} for key in PANTRY)]}},
        "data": [["row-1", *PANTRY.values()]],
    },
    "cells": {"range": "A1:C2", "values": [list(PANTRY), list(PANTRY.values()), []]},
    "bare cells": [list(PANTRY), list(PANTRY.values())],
    "columns and data": {"columns": list(PANTRY), "data": [list(PANTRY.values())]},
    "features": {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None, "properties": PANTRY}]},
    "one feature": {"type": "Feature", "geometry": None, "properties": PANTRY},
    "map server": {"features": [{"attributes": PANTRY}]},
    "enveloped": {"data": [{"type": "pantry", "id": "1", "attributes": PANTRY}]},
    "edges": {"data": {"pantries": {"edges": [{"node": PANTRY}]}}},
    "hits": {"hits": {"hits": [{"_id": "1", "_source": PANTRY}]}},
    "a line a feature": [{"type": "Feature", "properties": PANTRY, "geometry": None}],
    "columns": {key: {"0": text} for key, text in PANTRY.items()},
    "rendered": [{"id": 5, "title": {"rendered": "Food Pantry"}, "acf": {"phone": "828-555-0101", "hours": "Mon-Fri 9-5", "zip": "28607"}}],
    "keyed": {"p1": PANTRY, "p2": {**PANTRY, "Name": "Other Pantry", "Phone": "828-555-0102"}},
    "keyed by name": {"Boone": {"Food Pantry": {"telephone": "828-555-0101", "hours": "Mon-Fri 9-5", "street": "1 Oak St"}}},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_table_in_json_is_read_as_a_sheet_is(form):
    directory = read(FORMS[form])
    service = next(iter(directory.services.values()))
    assert service.name == "Food Pantry"
    assert [phone.number for phone in service.phones] == ["828-555-0101"]
    assert service.schedules[0].byday == "MO,TU,WE,TH,FR"
    assert "form-read" in rules(directory)
    assert not {"missing-id", "missing-field"} & rules(directory).keys()


def test_rows_of_lines_are_a_table_too_and_a_broken_line_sinks_no_other():
    lines = [json.dumps({**PLACE, "name": f"Pantry {n}", "phone": f"828-555-010{n}"}) for n in range(3)]
    directory = read("\n".join([lines[0], "{broken", *lines[1:]]).encode(), "list.ndjson")
    assert [service.name for service in directory.services.values()] == ["Pantry 0", "Pantry 1", "Pantry 2"]
    assert rules(directory)["not-json"].line == 2


def feature(geometry, **more):
    return {"type": "Feature", "geometry": geometry, "properties": {**PLACE, **more}}


def point_of(directory):
    location = only(directory).service_at_locations[0].location
    return location.latitude, location.longitude


def test_a_feature_brings_its_point_longitude_first():
    directory = read(
        {"type": "FeatureCollection", "features": [feature({"type": "Point", "coordinates": [-81.5, 36.4]})]}
    )
    assert point_of(directory) == (36.4, -81.5)
    assert only(directory).service_at_locations[0].location.addresses[0].city == "Boone"


@pytest.mark.parametrize(
    "geometry", [{"type": "Polygon", "coordinates": [[[-81, 36], [-82, 36], [-82, 37], [-81, 36]]]}, {"type": "Point", "coordinates": [1.5e6, 9e5]}]
)  # fmt: skip
def test_a_shape_that_is_not_a_point_in_degrees_is_reported_and_ignored(geometry):
    directory = read({"type": "FeatureCollection", "features": [feature(geometry)]})
    assert point_of(directory) == (None, None)
    assert "geometry-not-read" in rules(directory)


def test_a_map_servers_metres_words_and_days_are_read():
    directory = read({
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "fields": [
            {"name": "STATUS", "alias": "Status", "domain": {"codedValues": [{"code": "1", "name": "active"}]}},
            {"name": "EditDate", "type": "esriFieldTypeDate"},
            {"name": "F_7", "alias": "Telephone"},
        ],
        "features": [{
            "attributes": {"SITE_name": "Pantry", "STATUS": "1", "EditDate": 1790000000000, "F_7": "828-555-0101"},
            "geometry": {"x": -9072540.0, "y": 4357000.0},
        }],
        "exceededTransferLimit": True,
    })  # fmt: skip
    service = only(directory)
    assert (service.status, service.last_modified, service.phones[0].number) == (
        "active", "2026-09-21T00:00:00Z", "828-555-0101",
    )  # fmt: skip
    latitude, longitude = point_of(directory)
    assert (round(latitude, 3), round(longitude, 3)) == (36.409, -81.5)
    assert "more-pages" in rules(directory)


def test_coordinates_of_an_unknown_kind_are_no_degrees():
    value = {
        "spatialReference": {"wkid": 2264},
        "features": [{"attributes": PLACE, "geometry": {"x": 81.5, "y": 36.4}}],
    }
    assert point_of(read(value)) == (None, None)


def test_map_elements_are_read_and_corners_of_shapes_are_not_services():
    directory = read({
        "elements": [
            {"type": "node", "id": 30, "lat": 36.4, "lon": -81.5, "tags": {
                "social_facility": "food_bank", "name": "Food Pantry", "operator": "Laurel", "addr:housenumber": "1",
                "addr:street": "Oak St", "addr:city": "Boone", "opening_hours": "Mo-Fr 09:00-17:00", "check_date": "2026-05-01",
            }},
            {"type": "node", "id": 31, "lat": 36.4, "lon": -81.5},
        ]
    })  # fmt: skip
    service = only(directory)
    assert (service.name, service.organization.name, service.assured_date) == (
        "Food Pantry",
        "Laurel",
        "2026-05-01",
    )
    assert service.service_at_locations[0].location.addresses[0].address_1 == "1 Oak St"
    assert [attribute.label for attribute in service.attributes] == ["food bank"]


def test_values_that_a_portal_wraps_are_unwrapped():
    service = only(read([{
        "program": "Food Pantry", "phone": {"phone_number": "828-555-0101"}, "website": {"url": "http://example.org"},
        "location": {"latitude": "36.4", "longitude": "-81.5", "human_address": '{"address": "1 Oak St", "city": "Boone"}'},
        ":@computed_region": "3",
    }]))  # fmt: skip
    place = service.service_at_locations[0].location
    assert (service.phones[0].number, service.url) == ("828-555-0101", "http://example.org")
    assert (place.latitude, place.addresses[0].address_1, place.addresses[0].city) == (
        36.4,
        "1 Oak St",
        "Boone",
    )
    assert not service.extra


def test_a_pointer_to_another_table_is_no_name():
    record = {"id": "recA1", "fields": {**PANTRY, "Organization": ["rec00000000000009"]}}
    directory = read({"records": [record], "offset": "itr1/recA1"})
    assert only(directory).organization is None
    assert "more-pages" in rules(directory)


def test_nested_values_are_left_out_except_for_privacy_marks():
    contacts = [
        {"number": "828-555-0101", "isConfidential": False},
        {"street": "9 Hidden Rd", "isConfidential": True},
    ]
    directory = read([{**PLACE, "contactDetails": contacts}])
    assert "nested-not-read" in rules(directory)
    assert "9 Hidden Rd" not in repr(dict(only(directory).extra))
    assert any(finding.rule in {"privacy-not-understood", "hidden-by-flag"} for finding in directory.findings)


STRANGE = {
    "a package": {"name": "site", "version": "1.0", "scripts": {"build": "x"}, "dependencies": {"a": "1"}},
    "a schema": {"$schema": "x", "title": "Service", "type": "object", "properties": {"id": {"type": "string"}}},
    "places": {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"GEOID": "37009", "ALAND": 5}, "geometry": None}, {"type": "Feature", "properties": {}},
    ]},
    "stops": {"stops": [{"stop_code": "a", "stop_seq": 1}, {"stop_code": "b", "stop_seq": 2}]},
    "settings": {"theme": {"dark": True}, "pages": [1, 2]},
    "books": [{"isbn": "1", "author": {"first": "A"}}, {"isbn": "2", "author": {"first": "B"}}],
    "figures": [{"year": 2020, "people": 5}, {"year": 2021, "people": 6}],
}  # fmt: skip


@pytest.mark.parametrize("form", STRANGE)
def test_json_that_is_not_a_directory_gives_no_service_and_one_finding(form):
    directory = read(STRANGE[form])
    assert not directory.services
    findings = [finding for finding in directory.findings if finding.rule == "unknown-form"]
    assert len(findings) == 1


def test_the_number_of_unread_records_is_reported():
    assert "2 records" in rules(read(STRANGE["books"]))["unknown-form"].message
    assert "2 records" in rules(read(STRANGE["stops"]))["unknown-form"].message


HSDS = {
    "a service": {"id": "s1", "name": "Pantry", "status": "active"},
    "a field of one's own": [{"id": "s1", "name": "Pantry", "description": "Food", "status": "active", "x": 1}],
    "an older service": {"id": "s1", "name": "Pantry", "hours": "Mon 9-5", "phone": "828-555-0101"},
    "a list": [{"id": "s1", "name": "Pantry", "description": "Food", "status": "active"}],
    "a page": {"contents": [{"id": "s1", "name": "Pantry", "status": "active"}], "total_items": 1},
    "an agency with services": {"id": "o1", "name": "Laurel", "services": [{"id": "s1", "name": "Pantry", "status": "active"}]},
    "tables": {"services": [{"id": "s1", "name": "Pantry"}], "phones": [{"id": "p1", "service_id": "s1", "number": "1"}]},
    "records under their ids": {"s1": {"id": "s1", "name": "Pantry", "description": "Food", "status": "active"}},
}  # fmt: skip


@pytest.mark.parametrize("form", HSDS)
def test_hsds_stays_hsds(form):
    directory = read(HSDS[form])
    assert set(directory.services) == {"s1"}
    assert not {"form-read", "unknown-form"} & rules(directory).keys()


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "workbook"),
        (b"<!DOCTYPE html><html><body>", "web page"),
        (b"<table><tr><td>Name", "web page"),
        (b"<?xml version='1.0'?><feed>", "XML"),
        (b"{\\rtf1\\ansi Name, Phone", "document"),
        (b"SQLite format 3\x00....", "database"),
    ],
)
def test_a_document_in_another_form_is_called_by_its_name(start, words):
    directory = read(start, "list.csv")
    assert words in rules(directory)["unknown-form"].message


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"],
            "a workbook that cannot be read",
        ),
        (["[Content_Types].xml", "word/document.xml"], "an Office document"),
        (["mimetype", "content.xml"], "a workbook that cannot be read"),
    ],
)
def test_a_document_in_a_zip_is_one_finding_that_says_what_to_do(names, words):
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    directory = read(content.getvalue(), "list.xlsx")
    assert [finding.rule for finding in directory.findings] == ["unknown-form", "no-services"]
    assert words in rules(directory)["unknown-form"].message


def test_a_place_of_a_service_is_no_row_of_a_sheet_though_it_says_little(tmp_path):
    place = {"id": "l1", "location_type": "physical", "url": "https://example.org"}
    path = tmp_path / "service_at_location.json"
    path.write_text(json.dumps({"id": "a1", "location": place}))
    directory = cc.read(path)
    assert set(directory.locations) == {"l1"}
    assert not directory.services


PAIR = [
    {"name": "Laurel Pantry", "phone": "828-555-0101", "address": "1 Oak St"},
    {"name": "Maple Pantry", "phone": "828-555-0102", "address": "2 Oak St"},
]


@pytest.mark.parametrize(
    "value",
    [
        {"Ashe": PAIR[:1], "Wilkes": PAIR[1:]},
        {"meta": {"pages": [{"number": 1}]}, "east": PAIR[:1], "west": PAIR[1:]},
        {"schema": {"fields": [{"name": "name"}]}, "data": PAIR},
        {"range": "A1", "majorDimension": "ROWS", "values": [["Name", "Phone"], ["Laurel Pantry", "828-555-0101"], ["Maple Pantry", "828-555-0102"]]},
        {"majorDimension": "COLUMNS", "values": [["Name", "Laurel Pantry", "Maple Pantry"], ["Phone", "828-555-0101", "828-555-0102"]]},
        [["Name", "Phone"], ["Laurel Pantry", "828-555-0101"], ["Maple Pantry", "828-555-0102"]],
        [{"name": row["name"], "phone": row["phone"], "latlng": [36.4, -81.49]} for row in PAIR],
        [{"name": row["name"], "phone": row["phone"], "website": {"url": "https://example.org"}} for row in PAIR],
    ],
)  # fmt: skip
def test_rows_are_found_wherever_they_stand(value):
    directory = read(value)
    assert {s.name: s.phones[0].number for s in directory.services.values()} == {
        row["name"]: row["phone"] for row in PAIR
    }


@pytest.mark.parametrize(
    "value",
    [
        {"id": "recA", "createdTime": "2026-01-01T00:00:00Z", "fields": {"Name": "Laurel Pantry", "Phone": "828-555-0101"}},
        {"feature": {"attributes": {"Name": "Laurel Pantry", "Phone": "828-555-0101"}}},
    ],
)  # fmt: skip
def test_one_row_alone_is_a_table_too(value):
    assert only(read(value)).name == "Laurel Pantry"


def test_hours_and_events_of_hsds_are_no_cells():
    week = {"freq": "WEEKLY", "byday": "FR", "opens_at": "09:00", "closes_at": "17:00"}
    event = {"dtstart": "2026-12-04", "opens_at": "18:00", "closes_at": "20:00", "description": "Gala"}
    row = {"id": "s", "name": "Laurel Pantry", "operating_hours": [week], "events": [event]}
    schedules = only(read([row])).schedules
    assert [(s.opens_at, s.is_event) for s in schedules] == [("09:00", False), ("18:00", True)]
