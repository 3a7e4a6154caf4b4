"""Sites of summer meals: in their season, on their days, and nowhere after it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import communityconnector as cc

ROW = {
    "Site_Name": "LAUREL SCHOOL", "Site_Street": "1 ELM STREET", "Site_Street2": "", "Site_City": "BOSTON", "Site_State": "MA",
    "Site_Zip": "2118", "Site_County": "Suffolk", "Service_Type": "Grab and Go", "Site_Hours": "Monday and Wednesday 11-12",
    "Site_Instructions": "", "Comments": "Bring a bag", "Start_Date": "1780272000000", "End_Date": "1787270400000",
    "Latitude": "42.34", "Longitude": "-71.07", "Site_ID_External": "site-9",
}  # fmt: skip


def read(tmp_path, **changes):
    path = tmp_path / "sites.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerow({**ROW, **changes})
    return cc.read(path)


def only(directory):
    (service,) = directory.services.values()
    return service


def season(service):
    return {(schedule.valid_from, schedule.valid_to) for schedule in service.schedules}


def answers(directory, day):
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    return [
        match.service.name
        for match in cc.Matcher(directory, clock=lambda: noon).match(cc.Need("summer meals"))
    ]


def test_a_site_has_its_hours_within_its_season(tmp_path):
    service = only(read(tmp_path))
    assert (service.id, service.name) == ("site-9", "Summer meals: Laurel School")
    assert service.description == "Grab and Go; Bring a bag; First day: 2026-06-01"
    assert [(s.byday, s.opens_at, s.closes_at) for s in service.schedules] == [("MO,WE", "11:00", "12:00")]
    assert season(service) == {("2026-06-01", "2026-08-21")}
    assert [attribute.label for attribute in service.attributes] == ["Summer meals for children"]
    (address,) = service.service_at_locations[0].location.addresses
    assert (address.address_1, address.city, address.postal_code) == ("1 Elm Street", "Boston", "02118")


def test_names_in_capitals_are_written_as_names_are(tmp_path):
    written = only(read(tmp_path, Site_Name="ST. MARY'S YMCA - PS 12", Site_Street2="P.O. BOX 5/O'NEIL HALL"))
    assert written.name == "Summer meals: St. Mary's YMCA - PS 12"
    assert written.service_at_locations[0].location.addresses[0].address_2 == "P.O. Box 5/O'Neil Hall"
    club = only(read(tmp_path, Site_Name="1ST CLUB OF THE ISD"))
    assert club.name == "Summer meals: 1st Club of the ISD"
    assert only(read(tmp_path, Site_Name="McDowell Park")).name == "Summer meals: McDowell Park"


def test_days_are_read_as_people_write_them(tmp_path):
    directory = read(tmp_path, Start_Date="6/8/2026", End_Date="2026-08-21")
    assert season(only(directory)) == {("2026-06-08", "2026-08-21")}
    assert "date-guessed" in {finding.rule for finding in directory.findings}


def test_a_day_that_cannot_be_read_is_told(tmp_path):
    directory = read(tmp_path, Start_Date="when school is out")
    assert season(only(directory)) == {(None, "2026-08-21")}
    assert [f.action for f in directory.findings if f.rule == "not-a-date"] == ["kept as it was"]


def test_a_site_is_an_answer_in_its_season_only(tmp_path):
    directory = read(tmp_path)
    assert answers(directory, "2026-07-01") == ["Summer meals: Laurel School"]
    assert answers(directory, "2026-12-01") == []


def test_the_map_of_the_department_is_read_as_its_table_is(tmp_path):
    attributes = {**ROW, "Start_Date": int(ROW["Start_Date"]), "End_Date": int(ROW["End_Date"])}
    dates = [{"name": name, "type": "esriFieldTypeDate"} for name in ("Start_Date", "End_Date")]
    (tmp_path / "map.json").write_text(
        json.dumps({"fields": dates, "features": [{"attributes": attributes}]})
    )
    service = only(cc.read(tmp_path / "map.json"))
    assert (service.id, season(service)) == ("site-9", {("2026-06-01", "2026-08-21")})


def test_a_shared_list_is_read_field_by_field(shared_data):
    service = only(cc.read(shared_data / "formats" / "summer_meals.csv"))
    place = service.service_at_locations[0].location
    assert (service.id, service.name, service.alert) == (
        "9",
        "Summer meals: Alder School",
        "Last day: 2026-08-21",
    )
    assert season(service) == {("2026-06-01", "2026-08-21")}
    assert (place.latitude, place.longitude, place.addresses[0].region) == (36.4, -81.5, "Ashe")
