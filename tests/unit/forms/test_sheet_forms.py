"""Forms of tables: meetings, lists of federal agencies, trees of providers."""

from __future__ import annotations

import io
import json

import pytest

import communityconnector as cc


def read(text, name="list.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return cc.read(file)


def by_name(directory):
    return {service.name: service for service in directory.services.values()}


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


MEETINGS = [
    {"name": "Morning", "slug": "morning", "day": 0, "time": "18:00", "end_time": "19:00", "location": "Hall", "types": ["O", "S", "X"],
     "formatted_address": "1 Elm Street, Boone, NC 28607, USA", "group": "Laurel Group", "contact_1_name": "Somebody", "contact_1_phone": "828-555-0177"},
    {"name": "Online", "slug": "online", "day": 2, "time": "12:00", "types": ["C", "TC"], "conference_url": "https://meet.example.org/1",
     "formatted_address": "Boone, NC, USA", "approximate": "yes"},
    {"name": "Shut", "slug": "shut", "day": 3, "time": "12:00", "end_time": "13:00", "types": ["TC"], "formatted_address": "2 Elm Street, Boone, NC 28607, USA"},
    {"name": "Sometimes", "slug": "sometimes", "time": "", "types": ["O"], "formatted_address": "3 Elm Street, Boone, NC 28607, USA"},
]  # fmt: skip


def test_meetings_of_json():
    directory = read(json.dumps(MEETINGS), "meetings.json")
    services = by_name(directory)
    morning, online = services["Morning"], services["Online"]
    place = morning.service_at_locations[0].location
    assert (morning.schedules[0].byday, morning.schedules[0].opens_at, morning.schedules[0].closes_at) == (
        "SU",
        "18:00",
        "19:00",
    )
    assert (place.name, place.addresses[0].city, place.addresses[0].postal_code) == ("Hall", "Boone", "28607")
    assert (morning.organization.name, morning.languages[0].name) == ("Laurel Group", "Spanish")
    assert "anybody may come" in morning.description
    assert (online.status, online.service_at_locations[0].location.location_type) == ("active", "virtual")
    assert "members only" in online.description
    assert services["Shut"].status == "temporarily closed"
    assert services["Sometimes"].schedules[0].byday is None


def test_members_stay_anonymous():
    directory = read(json.dumps(MEETINGS), "meetings.json")
    whole = repr(
        [cc.interchange.to_raw(s) if hasattr(cc, "interchange") else s for s in directory.services.values()]
    )
    assert not [trace for trace in ("Somebody", "0177") if trace in whole + repr(directory.findings)]
    assert rules(directory)["private-field"].message.startswith("names and numbers of members at 1 meetings")


def test_meetings_of_a_sheet_without_an_end_are_in_doubt():
    text = 'Time,End Time,Day,Name,Location,Address,Types,Slug,Updated\n6:00 PM,,Sunday,Evening,Hall,"1 Elm Street, Boone, NC 28607",Open,evening,2026-09-01\n'
    (service,) = read(text).services.values()
    assert (service.schedules[0].byday, service.schedules[0].opens_at) == ("SU", "18:00")
    assert service.last_modified.startswith("2026-09-01")
    assert service.assured_date is None


def test_a_tree_of_providers_has_its_root_as_agency():
    text = (
        "provider_id,date_added,date_updated,parent_provider_id,provider_name,telephone_number,provider_description,hours,line1,city,province\n"
        '7,2010-03-30,2026-07-24 10:15:49 -0400,,LAUREL HELP,828-555-0100,Helps.,"Mon-Fri 9am-5pm\\nclosed Wed",1 Elm Street,Boone,NC\n'
        "8,2010-03-30,2026-07-24 10:15:49 -0400,7,LAUREL HELP - FOOD PANTRY,828-555-0101,Groceries,,,,\n"
        "9,2010-03-30,2026-07-24 10:15:49 -0400,9,CIRCLE,828-555-0102,,,,,\n"
    )
    directory = read(text)
    services = by_name(directory)
    assert services["FOOD PANTRY"].organization.name == "LAUREL HELP"
    assert services["FOOD PANTRY"].description == "Groceries"
    assert services["LAUREL HELP"].last_modified.startswith("2026-07-24")
    assert "CIRCLE" in services
    assert "conflicting-records" not in rules(directory)


@pytest.mark.parametrize(
    "name",
    ["meetings.json", "tsml.csv", "hrsa.csv", "samhsa.csv", "summer_meals.csv", "servicepoint_provider.csv"],
)
def test_the_examples_are_read_without_an_error(shared_data, name):
    directory = cc.read(shared_data / "formats" / name)
    assert directory.services
    assert not [finding for finding in directory.findings if finding.severity is cc.Severity.ERROR]
