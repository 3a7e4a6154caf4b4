"""HSDS 3.3 to be, pages of the APIs of HSDS 3 and Open Referral UK 1.0, and places that are withheld by their type."""

from __future__ import annotations

import json

import pytest

import communityconnector as cc
from communityconnector import interchange

SERVICE = {"id": "a", "name": "Food Pantry", "status": "active"}


def read(tmp_path, value, name="a.json"):
    (tmp_path / name).write_text(json.dumps(value))
    return cc.read(tmp_path / name)


def only(directory):
    (service,) = directory.services.values()
    return service


def pages_missing(directory):
    return [finding.message for finding in directory.findings if finding.rule == "more-pages"]


def hsds_page(number, of, **about):
    first_last = {"first_page": number == 1, "last_page": number == of}
    contents = [{**SERVICE, "id": f"s{number}"}]
    return {
        "total_items": of,
        "total_pages": of,
        "page_number": number,
        "size": 1,
        **first_last,
        "contents": contents,
        **about,
    }


def uk_page(number, of):
    about = {
        "totalElements": of,
        "totalPages": of,
        "number": number,
        "size": 1,
        "first": number == 1,
        "last": number == of,
    }
    return {**about, "content": [{**SERVICE, "id": f"s{number}", "eligibilitys": [], "fundings": []}]}


@pytest.mark.parametrize("page", [hsds_page, uk_page])
def test_a_page_among_others_says_how_many_are_missing(tmp_path, page):
    for number in (1, 3):
        assert pages_missing(read(tmp_path, page(number, 3))) == [
            "1 of 3 pages of an API's list are here, as they themselves say, of 3 records in all"
        ]
    assert pages_missing(read(tmp_path, page(1, 1))) == []


@pytest.mark.parametrize("page", [hsds_page, uk_page])
def test_pages_in_a_folder_are_counted_together(tmp_path, page):
    for number in (1, 2):
        read(tmp_path, page(number, 3), f"{number}.json")
    assert pages_missing(cc.read(tmp_path)) == [
        "2 of 3 pages of an API's list are here, as they themselves say, of 3 records in all"
    ]
    read(tmp_path, page(3, 3), "3.json")
    whole = cc.read(tmp_path)
    assert (len(whole.services), pages_missing(whole)) == (3, [])


@pytest.mark.parametrize("value", [{**SERVICE, "last": "Tuesday"}, {**SERVICE, "last": False, "first": True}])
def test_a_record_is_no_page(tmp_path, value):
    assert pages_missing(read(tmp_path, value)) == []


def test_operating_hours_have_their_group_and_events_are_apart(tmp_path):
    value = {
        **SERVICE,
        "operating_hours": [{"id": "h", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00", "group": "week"}],
        "events": [{"id": "e", "dtstart": "2026-12-20", "opens_at": "10:00", "closes_at": "11:00", "description": "Boxes"}],
    }  # fmt: skip
    hours, event = only(read(tmp_path, value)).schedules
    assert (hours.id, hours.byday, hours.extra["x_role"], hours.extra["group"]) == (
        "h",
        "MO",
        "operating_hours",
        "week",
    )
    assert (event.id, event.freq, event.dtstart, event.extra["x_role"]) == ("e", None, "2026-12-20", "events")


@pytest.mark.parametrize("word", ["redacted", "Redacted"])
def test_a_redacted_place_is_hidden_with_its_street_and_its_point(tmp_path, word):
    address = {
        "id": "d",
        "address_1": "1 Elm Street",
        "city": "Elk",
        "state_province": "NC",
        "postal_code": "28607",
    }
    place = {"id": "l", "location_type": word, "latitude": 36.4, "longitude": -81.5, "addresses": [address]}
    directory = read(tmp_path, {**SERVICE, "service_at_locations": [{"id": "x", "location": place}]})
    interchange.write(directory, tmp_path / "out.json", audience="public")
    shown = (tmp_path / "out.json").read_text()
    assert "Food Pantry" in shown
    assert not any(text in shown for text in ("Elm Street", "28607", "36.4", "-81.5"))


def test_shared_pages_are_read_and_told(shared_data):
    for name in ("hsds_page.json", "oruk1_page.json"):
        directory = cc.read(shared_data / "formats" / name)
        assert only(directory).name == "Food Pantry"
        assert len(pages_missing(directory)) == 1


def test_a_shared_record_of_the_next_version_is_read_field_by_field(shared_data):
    service = only(cc.read(shared_data / "formats" / "hsds33.json"))
    hours, event = service.schedules
    assert (service.organization.name, hours.byday, hours.opens_at, hours.closes_at) == (
        "Alder Help",
        "MO",
        "09:00",
        "12:00",
    )
    assert (hours.extra["group"], event.dtstart, event.description) == (
        "winter",
        "2026-12-20",
        "Holiday boxes",
    )


def test_a_shared_redacted_place_is_hidden(shared_data):
    directory = cc.read(shared_data / "formats" / "hsds_redacted_location.json")
    assert [
        f.action for f in directory.findings if f.path == "$.location_type" and f.rule == "hidden-by-words"
    ] == ["hidden"]
