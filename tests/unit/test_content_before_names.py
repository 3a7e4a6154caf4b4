"""What a record is, its fields say; the name of its file only breaks ties. Rails' names are read."""

from __future__ import annotations

import json

import pytest

from communityconnector import interchange

SERVICE = {"id": "s1", "name": "Corner Pantry", "status": "active", "description": "Groceries"}
AGENCY = {"id": "o1", "name": "Agency", "description": "Helps"}
NAMES = [
    "schedule.json",
    "phone.json",
    "organizations.json",
    "location.ndjson",
    "contacts.json",
    "anything.json",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_a_service_whatever_its_file_is_called(tmp_path, name):
    raw = {
        **SERVICE,
        "schedules": [{"id": "t", "freq": "WEEKLY"}],
        "phones": [{"id": "p", "number": "555-0101"}],
    }
    (tmp_path / name).write_text(
        json.dumps(raw) + ("\n" + json.dumps({**raw, "id": "s2"}) if "nd" in name else "")
    )
    directory = interchange.read(tmp_path / name)
    assert directory.services["s1"].phones[0].number == "555-0101"
    assert not directory.organizations


def test_agencies_in_a_file_of_services_are_agencies(tmp_path):
    (tmp_path / "services.json").write_text(json.dumps([{**AGENCY, "services": [SERVICE]}]))
    directory = interchange.read(tmp_path / "services.json")
    assert directory.services["s1"].organization.name == "Agency"


@pytest.mark.parametrize(
    ("name", "raw", "table"),
    [
        ("organizations.json", {**AGENCY, "status": "active"}, "organization"),
        ("contact.json", {"id": "c", "name": "A", "email": "a@example.org", "service_id": "s"}, "contact"),
        ("programs.json", {"id": "p", "name": "P", "description": "d", "organization_id": "o"}, "program"),
        ("locations.json", {"id": "l", "name": "L", "description": "d", "phones": []}, "location"),
    ],
)
def test_the_name_decides_where_the_fields_leave_it_open(tmp_path, name, raw, table):
    (tmp_path / name).write_text(json.dumps(raw))
    assert len(interchange.read(tmp_path / name).table(table)) == 1


RAILS = {
    "name": "Laurel House",
    "urls": ["http://example.org", "http://www.example.org"],
    "contacts_attributes": [{"name": "Ann"}],
    "locations_attributes": {
        "0": {
            "name": "Main",
            "coordinates": [-81.49, 36.4],
            "address_attributes": {"street": "1 Laurel Lane", "city": "Elk"},
            "mail_address_attributes": {"street": "PO Box 5"},
            "phones_attributes": {"0": {"number": "555-0101"}, "1": {"number": "555-0102"}},
            "services_attributes": [
                {"name": "Pantry", "regular_schedules_attributes": [{"weekday": 1, "opens_at": "09:00", "closes_at": "17:00"}]},
                {"name": "Closet"},
            ],
            "own_attributes": {"a": 1},
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("lines", [1, 2])
def test_fields_of_records_may_be_named_as_rails_names_them(tmp_path, lines):
    (tmp_path / "a.json").write_text("\n".join([json.dumps(RAILS)] * lines))
    directory = interchange.read(tmp_path / "a.json")
    assert sorted({s.name for s in directory.services.values()}) == ["Closet", "Pantry"]
    pantry = next(s for s in directory.services.values() if s.name == "Pantry")
    (place,) = (link.location for link in pantry.service_at_locations)
    assert (place.latitude, place.longitude) == (36.4, -81.49)
    assert {(a.address_1, a.address_type) for a in place.addresses} >= {("PO Box 5", "postal")}
    assert [p.number for p in place.phones] == ["555-0101", "555-0102"]
    assert pantry.schedules[0].byday == "MO"
    assert place.extra["own_attributes"] == {"a": 1}
    assert pantry.organization.contacts[0].name == "Ann"
    assert pantry.organization.website == "http://example.org"
    assert pantry.organization.additional_websites[0].url == "http://www.example.org"
    assert any("phones_attributes is phones" in f.message for f in directory.findings)


def test_a_service_within_a_place_is_of_its_agency_and_closed_with_it(tmp_path):
    place = {
        "id": "1",
        "name": "Hall",
        "organization": {"id": "7", "name": "Laurel Help"},
        "address": {"street": "1 Elm Street"},
    }
    for is_active, status in ((True, ""), (False, "inactive")):
        path = tmp_path / "places.json"
        path.write_text(
            json.dumps([{**place, "active": is_active, "services": [{"id": "2", "name": "Pantry"}]}])
        )
        (service,) = interchange.read(path).services.values()
        assert (service.name, service.organization.name, service.status) == ("Pantry", "Laurel Help", status)
