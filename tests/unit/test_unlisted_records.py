"""A record that is not for the public is not offered; a place that it has is hidden, and the rest of it still is."""

from __future__ import annotations

import csv
import json

import pytest

import communityconnector as cc
from communityconnector import interchange

NOT_FOR_THE_PUBLIC = [
    ("published", "no"), ("Public", "FALSE"), ("is_visible", "0"), ("Visibility", "hidden"), ("Unlisted", "yes"),
    ("Hidden?", "x"), ("exclude_from_directory", "true"), ("ExcludeFromWebsite", "Yes"), ("Do not publish", "Y"),
    ("Show on website", "No"), ("Suppressed", "Yes"), ("Listed", "N"), ("For internal use only", "yes"), ("Publicado", "No"),
    ("No publicar", "S\u00ed"), ("Oculto", "s\u00ed"), ("AvailableForDirectory", "No"),
]  # fmt: skip
FOR_THE_PUBLIC = [
    ("published", "yes"), ("Public", "TRUE"), ("Visibility", "public"), ("Unlisted", "no"), ("Published on", "2024-01-01"),
    ("Show on website", "Yes"), ("Confidential", "Yes"), ("Private", "TRUE"), ("Publicado", "S\u00ed"),
]  # fmt: skip


def read(tmp_path, form, name, value, *, first="", placed=False):
    """A directory of one pantry and another whose record says more, in a form."""
    more = {"address_1": "41 Wren Hollow Rd", "city": "Boone"} if placed else {}
    if form == "sheet":
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["Program", "Phone", "Street Address", "City", name])
            writer.writeheader()
            writer.writerow({"Program": "Food Pantry", "Phone": "828-555-0101", name: first})
            writer.writerow({
                "Program": "Second Food Pantry", "Phone": "828-555-0102", name: value,
                "Street Address": more.get("address_1", ""), "City": more.get("city", ""),
            })  # fmt: skip
        return cc.read(path)
    if form == "tables":
        (tmp_path / "organizations.csv").write_text("id,name,description\no,Laurel,Helps\n", encoding="utf-8")
        with (tmp_path / "services.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "organization_id", "name", "status", name])
            writer.writerow(["1", "o", "Food Pantry", "active", ""])
            writer.writerow(["2", "o", "Second Food Pantry", "active", value])
        return cc.read(tmp_path)
    agency = {"id": "o", "name": "Laurel", "description": "Helps"}
    services = [{"id": "1", "name": "Food Pantry"}, {"id": "2", "name": "Second Food Pantry", name: value}]
    if placed:
        place = {"id": "l", "addresses": [{"id": "d", **more}]}
        services[1]["service_at_locations"] = [{"id": "a", "location": place}]
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([{**s, "status": "active", "organization": agency} for s in services]), encoding="utf-8"
    )
    return cc.read(path)


def offered(directory):
    return {match.service.name for match in cc.Matcher(directory).match("food pantry")}


@pytest.mark.parametrize("form", ["sheet", "tables", "nested"])
@pytest.mark.parametrize(("name", "value"), NOT_FOR_THE_PUBLIC, ids=str)
def test_a_record_that_is_not_for_the_public_and_has_no_place_is_not_offered(tmp_path, form, name, value):
    assert offered(read(tmp_path, form, name, value)) == {"Food Pantry"}


@pytest.mark.parametrize("form", ["sheet", "nested"])
@pytest.mark.parametrize(("name", "value"), FOR_THE_PUBLIC, ids=str)
def test_a_public_or_confidential_record_without_a_place_is_offered(tmp_path, form, name, value):
    assert offered(read(tmp_path, form, name, value, first=value)) == {"Food Pantry", "Second Food Pantry"}


@pytest.mark.parametrize("form", ["sheet", "nested"])
@pytest.mark.parametrize(("name", "value"), NOT_FOR_THE_PUBLIC[1:12], ids=str)
def test_a_non_public_record_with_a_place_has_the_place_hidden(tmp_path, form, name, value):
    result = cc.Matcher(read(tmp_path, form, name, value, placed=True)).match("food pantry")
    assert {match.service.name for match in result} == {"Food Pantry", "Second Food Pantry"}
    assert "Wren Hollow" not in json.dumps([match.to_dict() for match in result], default=str)


@pytest.mark.parametrize(
    ("owner", "column", "value"),
    [
        ("services", "phone_is_private", "TRUE"), ("services", "hide_phone", "1"), ("services", "show_phone", "no"),
        ("organizations", "Phone confidential", "Y"), ("locations", "do_not_publish_phone", "yes"),
        ("services", "contact_is_private", "TRUE"), ("organizations", "hide_contacts", "x"),
        ("locations", "mailing_address_private", "yes"), ("locations", "show_mailing_address", "No"),
    ],
)  # fmt: skip
def test_a_rows_mark_on_phones_and_contacts_reaches_their_rows(tmp_path, owner, column, value):
    tables = {
        "organizations": [("id", "name", "description"), ("o", "Laurel", "Helps")],
        "services": [("id", "organization_id", "name", "status"), ("s", "o", "Food Pantry", "active")],
        "locations": [("id", "name"), ("l", "Main site")],
        "service_at_locations": [("id", "service_id", "location_id"), ("a", "s", "l")],
        "addresses": [
            ("id", "location_id", "address_1", "city", "address_type"),
            ("d", "l", "9 Main St", "Boone", "physical"), ("e", "l", "PO Box 481", "Boone", "postal"),
        ],
    }  # fmt: skip
    key = f"{owner[:-1]}_id"
    tables["phones"] = [("id", key, "number"), ("p", owner[0], "828-555-0140")]
    tables["contacts"] = [("id", key, "name"), ("c", owner[0], "Ann Birch")]
    head, row = tables[owner]
    tables[owner] = [(*head, column), (*row, value)]
    for name, rows in tables.items():
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    shown = json.dumps(list(interchange.documents(cc.read(tmp_path).for_audience("public"))))
    private = {"phone": "828-555-0140", "contact": "Ann Birch", "mailing": "PO Box 481"}
    hidden = next(text for word, text in private.items() if word in column.lower())
    left = {text for text in (*private.values(), "9 Main St") if text in shown}
    assert left == {*private.values(), "9 Main St"} - {hidden}
