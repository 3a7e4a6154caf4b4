"""Places as the Ohana API answers with them: services within, times with a date that says nothing, and private addresses."""

from __future__ import annotations

import copy
import json

import communityconnector as cc
from communityconnector import interchange

PLACE = {
    "id": 1,
    "active": True,
    "admin_emails": ["keeper@laurel.example.org"],
    "coordinates": [-81.5, 36.4],
    "name": "Laurel Hall",
    "slug": "laurel-hall",
    "updated_at": "2026-09-12T10:11:00.000Z",
    "url": "http://example.org/api/locations/laurel-hall",
    "address": {
        "id": 1,
        "address_1": "1 Elm Street",
        "city": "Elk",
        "state_province": "NC",
        "postal_code": "28607",
    },
    "organization": {"id": 7, "name": "Laurel Help"},
    "phones": [{"number": "828-555-0100"}],
    "services": [
        {
            "id": 2,
            "name": "Food Pantry",
            "regular_schedules": [
                {
                    "weekday": 7,
                    "opens_at": "2000-01-01T09:30:00.000Z",
                    "closes_at": "2000-01-01T12:00:00.000Z",
                }
            ],
            "holiday_schedules": [{"closed": True, "start_date": "2026-12-25", "end_date": "2026-12-25"}],
        }
    ],
}


def read(tmp_path, **changes):
    (tmp_path / "locations.json").write_text(json.dumps([{**copy.deepcopy(PLACE), **changes}]))
    return cc.read(tmp_path / "locations.json")


def only(directory):
    (service,) = directory.services.values()
    return service


def test_a_service_within_a_place_is_of_the_agency_of_the_place(tmp_path):
    directory = read(tmp_path)
    service = only(directory)
    place = service.service_at_locations[0].location
    assert (service.id, service.organization.id, service.organization.name) == ("2", "7", "Laurel Help")
    assert (place.latitude, place.longitude, place.addresses[0].address_1) == (36.4, -81.5, "1 Elm Street")
    assert "no-organization" not in {finding.rule for finding in directory.findings}


def test_only_the_clock_of_a_time_counts_and_the_week_ends_with_sunday(tmp_path):
    weekly, closed = only(read(tmp_path)).schedules
    assert (weekly.byday, weekly.opens_at, weekly.closes_at) == ("SU", "09:30", "12:00")
    assert (closed.dtstart, closed.until, closed.extra["closed"]) == ("2026-12-25", "2026-12-25", True)


def test_a_point_may_be_a_pair_or_two_numbers(tmp_path):
    place = (
        only(read(tmp_path, coordinates=None, latitude=36.4, longitude=-81.5))
        .service_at_locations[0]
        .location
    )
    assert (place.latitude, place.longitude) == (36.4, -81.5)


def test_the_address_of_a_record_in_its_api_is_no_website(tmp_path):
    assert not only(read(tmp_path)).service_at_locations[0].location.url
    place = only(read(tmp_path, website="https://laurel.example.org")).service_at_locations[0].location
    assert place.url == "https://laurel.example.org"


def test_a_service_in_a_place_that_is_not_active_is_not_active(tmp_path):
    assert only(read(tmp_path, active=False)).status == "inactive"
    assert only(read(tmp_path)).status == ""
    said = [{**PLACE["services"][0], "status": "active"}]
    assert only(read(tmp_path, active=True, services=said)).status == "active"


def test_the_addresses_of_keepers_are_never_public(tmp_path):
    directory = read(tmp_path)
    interchange.write(directory, tmp_path / "out.json", audience="public")
    assert "keeper@" not in (tmp_path / "out.json").read_text()
    assert directory.for_audience("public").services


def test_a_shared_answer_is_read_field_by_field(shared_data):
    service = only(cc.read(shared_data / "formats" / "ohana.json"))
    place = service.service_at_locations[0].location
    assert (service.name, service.organization.name, place.name, place.url) == (
        "Food Pantry", "Alder Help", "Alder Help", None,
    )  # fmt: skip
    assert (place.latitude, place.longitude, place.phones[0].number) == (36.4, -81.5, "336-555-0100")
    assert [(s.byday, s.opens_at, s.closes_at, s.dtstart) for s in service.schedules] == [
        ("MO", "09:00", "12:00", None), (None, None, None, "2026-12-25"),
    ]  # fmt: skip
