"""Older forms of HSDS arrive as HSDS 3.2, and what has no place there is kept."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

import communityconnector as cc
from communityconnector.interchange.legacy import FIELDS, OLD_TABLES, repair_schedule

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "dialects.md").read_text(encoding="utf-8")


def package(folder, **tables):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text.replace(" | ", ","), encoding="utf-8")
    return cc.read(folder)


def rules(directory):
    return {finding.rule for finding in directory.findings}


@pytest.mark.parametrize("name", sorted(OLD_TABLES | {field for _, field in FIELDS}))
def test_every_old_table_and_field_is_documented(name):
    assert f"`{name}`" in PAGE


def test_hsds_1_tables_arrive_as_one_directory(tmp_path):
    directory = package(
        tmp_path,
        organizations="id,name,description,url\no1,Blue Agency,Helps,http://blue.example.org\n",
        services="id,organization_id,name,status\ns1,o1,Pantry,active\n",
        locations="id,organization_id,name,latitude,longitude\nl1,o1,Hall,36.4,-81.4\n",
        services_at_location="id,service_id,location_id\na1,s1,l1\n",
        physical_addresses="id,location_id,address_1,city,state_province,postal_code,country\n"
        "1,l1,1 Main St,Jefferson,NC,28640,US\n",
        postal_addresses="id,location_id,address_1,city,state_province,postal_code,country\n"
        "1,l1,PO Box 1,Jefferson,NC,28640,US\n",
        regular_schedules="id,service_id,weekday,opens_at,closes_at\n1,s1,Monday-Friday,8:00am,5:00pm\n2,s1,6,0900,1200\n",
        holiday_schedules="id,service_id,closed,start_date,end_date,opens_at,closes_at\n"
        "1,s1,true,2026-12-25,2026-12-25,,\n2,s1,false,12/24/2026,12/24/26,10:00,12:00\n",
        eligibility="id,service_id,eligibility\n1,s1,Residents of the county\n",
        payments_accepted="id,service_id,payment\n1,s1,cash\n",
        languages="id,service_id,language\n1,s1,Spanish\n",
        accessibility_for_disabilities="id,location_id,accessibility,details\n1,l1,ramp,at the back\n",
        service_areas="id,service_id,service_area\n1,s1,Ashe County\n",
        taxonomy="id,name,parent_id,parent_name,vocabulary\nt0,Food,0,,Local\nt1,Pantry,t0,Food,Local\n",
        services_taxonomy="id,service_id,taxonomy_id,taxonomy_detail\n1,s1,t1,\n",
        phones="id,service_id,number,department,language\n1,s1,828-555-0101,Desk,English\n",
    )
    service = directory.services["s1"]
    (link,) = service.service_at_locations
    assert service.organization.website == "http://blue.example.org"
    assert {(a.address_type, a.address_1) for a in link.location.addresses} == {
        ("physical", "1 Main St"),
        ("postal", "PO Box 1"),
    }
    assert {(s.freq, s.byday, s.opens_at, s.closes_at, s.dtstart, s.until) for s in service.schedules} == {
        ("WEEKLY", "MO,TU,WE,TH,FR", "08:00", "17:00", None, None),
        ("WEEKLY", "SA", "09:00", "12:00", None, None),
        (None, None, "10:00", "12:00", "2026-12-24", "2026-12-24"),
        (None, None, None, None, "2026-12-25", "2026-12-25"),
    }
    assert service.eligibility_description == "Residents of the county"
    assert {(a.link_type, a.label) for a in service.attributes if a.label} == {
        ("payment", "cash"),
    }
    (term,) = [a.taxonomy_term for a in service.attributes if a.taxonomy_term]
    assert (term.name, term.parent_id, directory.taxonomy_terms["t0"].parent_id) == ("Pantry", "t0", None)
    assert service.languages[0].name == "Spanish"
    assert service.service_areas[0].name == "Ashe County"
    assert (service.phones[0].description, service.phones[0].languages[0].name) == ("Desk", "English")
    assert (link.location.accessibility[0].description, link.location.accessibility[0].details) == (
        "ramp",
        "at the back",
    )
    assert "older-form" in rules(directory)


def test_a_service_of_ohana_gets_its_location_and_through_it_its_organization(tmp_path):
    directory = package(
        tmp_path,
        organizations="id,name,description\n1,Blue Agency,Helps\n",
        locations="id,organization_id,name,virtual\n7,1,Hall,false\n",
        services="id,location_id,name,status,languages,taxonomy_ids,keywords\n"
        '3,7,Pantry,active,"English, Tagalog","101, 102","food, meals"\n',
        taxonomy="taxonomy_id,name,parent_id,parent_name\n101,Food,,\n102,Meals,101,Food\n",
    )
    service = directory.services["3"]
    assert service.organization.name == "Blue Agency"
    assert service.service_at_locations[0].location.id == "7"
    assert [language.name for language in service.languages] == ["English", "Tagalog"]
    assert [a.taxonomy_term.name for a in service.attributes if a.taxonomy_term] == ["Food", "Meals"]
    assert [a.label for a in service.attributes if a.label] == ["food", "meals"]
    assert "linked-by-location" in rules(directory)


def test_a_page_of_open_referral_uk_1_arrives(tmp_path):
    page = {
        "totalElements": 1,
        "content": [
            {
                "id": "s",
                "name": "Lunch club",
                "status": "active",
                "eligibilitys": [{"id": "e", "eligibility": "Older people", "minimum_age": 60}],
                "regular_schedules": [{"id": "r", "byday": "MO", "opens_at": "11:00", "closes_at": "13:00"}],
                "service_taxonomys": [
                    {"id": "t", "taxonomy": {"id": "n1", "name": "Meals", "vocabulary": "Local"}}
                ],
                "languages": [{"id": "l", "language": "Welsh"}],
                "service_at_locations": [
                    {
                        "id": "a",
                        "location": {
                            "id": "p",
                            "physical_addresses": [{"id": "d", "address_1": "1 High St"}],
                        },
                    }
                ],
            }
        ],
    }
    path = tmp_path / "services.json"
    path.write_text(json.dumps(page))
    service = cc.read(path).services["s"]
    assert (service.eligibility_description, service.minimum_age) == ("Older people", 60)
    assert service.schedules[0].byday == "MO"
    assert (service.attributes[0].taxonomy_term.name, service.attributes[0].taxonomy_term.taxonomy) == (
        "Meals",
        "Local",
    )
    assert service.languages[0].name == "Welsh"
    assert service.service_at_locations[0].location.addresses[0].address_type == "physical"


def test_hours_and_events_of_the_next_hsds_are_schedules_with_a_role(tmp_path):
    raw = {
        "id": "s",
        "name": "Clinic",
        "status": "active",
        "operating_hours": [
            {"id": "h", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
        ],
        "events": [{"id": "e", "dtstart": "2026-12-01", "group": "winter"}],
    }
    path = tmp_path / "service.json"
    path.write_text(json.dumps(raw))
    hours, event = cc.read(path).services["s"].schedules
    assert (hours.byday, hours.extra) == ("MO", {"x_role": "operating_hours"})
    assert event.extra == {"x_role": "events", "group": "winter"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"dtstart": "8:30AM", "until": "5:30PM", "byday": "monday"}, {"byday": "MO", "opens_at": "8:30AM", "closes_at": "5:30PM"}),
        ({"days": ["Wednesday"], "start_time": "17:00", "end_time": "18:00"}, {"byday": "WE", "opens_at": "17:00", "closes_at": "18:00"}),
        ({"freq": "DAILY"}, {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU"}),
        ({"day": "Monday-Friday", "opens_at": 930, "closes_at": 1930}, {"byday": "MO,TU,WE,TH,FR", "opens_at": "09:30", "closes_at": "19:30"}),
        ({"date": "2026-12-01"}, {"dtstart": "2026-12-01", "until": "2026-12-01"}),
        ({"freq": "WEEKLY", "byday": "MO,WE", "opens_at": "09:00"}, None),
        ({"days": "when it suits"}, None),
    ],
)  # fmt: skip
def test_parts_of_a_schedule_find_their_place(raw, expected):
    repaired = repair_schedule(raw)
    if expected is None:
        assert repaired is None
    else:
        assert {name: repaired.get(name) for name in expected} == expected
        assert not repaired.keys() & {"days", "day", "start_time", "end_time", "date"}


def test_an_unconvertible_older_field_is_kept(tmp_path):
    path = tmp_path / "service.json"
    path.write_text(
        json.dumps({"id": "s", "name": "A", "status": "active", "website": {"odd": 1}, "service_name": "B"})
    )
    service = cc.read(path).services["s"]
    assert service.extra == {"website": {"odd": 1}, "service_name": "B"}


def test_collect_lifts_nothing(tmp_path):
    path = tmp_path / "service.json"
    path.write_text(
        json.dumps({"id": "s", "name": "A", "status": "active", "website": "http://a.example.org"})
    )
    service = cc.read(path, mode="collect").services["s"]
    assert (service.url, service.extra) == (None, {"website": "http://a.example.org"})


def test_real_tables_of_ohana_are_read_whole(shared_data, tmp_path):
    directory = cc.read(shared_data / "ohana-sample")
    assert len(directory.services) == 23
    assert all(service.organization for service in directory.services.values())
    assert len(directory.offers) == 23
    left = {
        (entity, field)
        for entity in (
            "service",
            "organization",
            "location",
            "address",
            "phone",
            "schedule",
            "contact",
            "taxonomy_term",
        )
        for record in directory.table(entity).values()
        for field in record.extra
    }
    assert left <= {
        ("location", "admin_emails"),
        ("location", "email"),
        ("location", "short_desc"),  # where there is a description already
        ("phone", "country_prefix"),
        ("phone", "vanity_number"),
        ("schedule", "closed"),  # whether a holiday is a day on which it is closed
    }
    with zipfile.ZipFile(tmp_path / "ohana.zip", "w") as archive:
        for path in (shared_data / "ohana-sample").iterdir():
            archive.write(path, path.name)
    assert cc.read(tmp_path / "ohana.zip") == directory


@pytest.mark.parametrize("days", ["TU,MO", "FR", "2TU", "-1FR,MO"])
def test_weekdays_that_are_lawful_stay_as_they_are(days):
    raw = {"id": "1", "name": "x", "schedules": [{"id": "2", "byday": days, "opens_at": "09:00"}]}
    (service,) = cc.read(io.StringIO(json.dumps(raw))).services.values()
    assert (service.schedules[0].byday, service.schedules[0].freq) == (days, None)
