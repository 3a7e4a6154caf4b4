"""Sites of health centers: whose they are, where, and what is no service, no hours and no verification."""

from __future__ import annotations

import csv

import communityconnector as cc

ROW = {
    "Health Center Type": "Federally Qualified Health Center (FQHC)",
    "Health Center Number": "H80CS99999",
    "BPHC Assigned Number": "BPS-H80-999999",
    "Site Name": "Laurel Clinic",
    "Site Address": "1 Elm Street",
    "Site City": "Boston",
    "Site State Abbreviation": "MA",
    "Site Postal Code": "02118-0001",
    "Site Telephone Number": "617-555-0100",
    "Site Web Address": "https://laurel.example.org",
    "Operating Hours per Week": "40.00",
    "Site Status Description": "Active",
    "Health Center Location Type Description": "Permanent",
    "Health Center Type Description": "Service Delivery Site",
    "Health Center Operating Calendar": "Year-Round",
    "Health Center Name": "Laurel Health",
    "Health Center Organization City": "Worcester",
    "Geocoding Artifact Address Primary X Coordinate": "-71.07",
    "Geocoding Artifact Address Primary Y Coordinate": "42.34",
    "Data Warehouse Record Create Date": "10/01/2026",
    "": "",
}


def read(tmp_path, *changes):
    path = tmp_path / "sites.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerows(
            {**ROW, "BPHC Assigned Number": f"BPS-{n}", **change} for n, change in enumerate(changes)
        )
    return cc.read(path)


def only(directory):
    (service,) = directory.services.values()
    return service


def test_a_site_is_a_service_of_its_health_center(tmp_path):
    service = only(read(tmp_path, {}))
    (link,) = service.service_at_locations
    (address,) = link.location.addresses
    assert (service.id, service.name, service.organization.name) == (
        "BPS-0",
        "Laurel Clinic",
        "Laurel Health",
    )
    assert (service.status, service.url, service.alert) == ("active", "https://laurel.example.org", None)
    assert [phone.number for phone in service.phones] == ["617-555-0100"]
    assert (address.address_1, address.city, address.state_province, address.postal_code) == (
        "1 Elm Street", "Boston", "MA", "02118-0001",
    )  # fmt: skip
    kinds = [attribute.label for attribute in service.attributes]
    assert kinds == ["Federally Qualified Health Center (FQHC)", "Community health center"]


def test_x_is_the_longitude(tmp_path):
    place = only(read(tmp_path, {})).service_at_locations[0].location
    assert (place.latitude, place.longitude) == (42.34, -71.07)


def test_hours_a_week_are_no_hours_and_the_day_of_the_snapshot_is_no_verification(tmp_path):
    service = only(read(tmp_path, {}))
    assert (service.schedules, service.assured_date, service.last_modified) == ((), None, None)
    assert service.extra["Operating Hours per Week"] == "40.00"
    assert service.extra["Data Warehouse Record Create Date"] == "10/01/2026"


def test_offices_are_no_services_and_that_is_told(tmp_path):
    office = {"Site Name": "Laurel Office", "Health Center Type Description": "Administrative"}
    both = {
        "Site Name": "Laurel House",
        "Health Center Type Description": "Administrative/Service Delivery Site",
    }
    directory = read(tmp_path, {}, office, both)
    assert {service.name for service in directory.services.values()} == {"Laurel Clinic", "Laurel House"}
    (finding,) = [f for f in directory.findings if f.rule == "level-not-read"]
    assert (finding.message, finding.action) == (
        "offices, where nobody is treated: 3",
        "not read as services",
    )


def test_a_site_that_moves_or_has_a_season_says_so(tmp_path):
    van = {
        "Health Center Location Type Description": "Mobile Van",
        "Health Center Operating Calendar": "Seasonal",
    }
    camp = {
        "Health Center Location Type Description": "Seasonal",
        "Health Center Operating Calendar": "Seasonal",
    }
    alerts = [service.alert for service in read(tmp_path, {}, van, camp).services.values()]
    assert alerts == [None, "Kind of site: Mobile Van, Seasonal", "Kind of site: Seasonal"]


def test_a_closed_site_is_not_active(tmp_path):
    assert only(read(tmp_path, {"Site Status Description": "Inactive"})).status == "inactive"


def test_a_shared_list_is_read_field_by_field(shared_data):
    directory = cc.read(shared_data / "formats" / "hrsa.csv")
    service = only(directory)
    place = service.service_at_locations[0].location
    assert (service.id, service.name, service.organization.name) == (
        "BPS-H80-000000",
        "Alder Clinic",
        "Alder Health",
    )
    assert (place.latitude, place.longitude, place.addresses[0].postal_code) == (36.4, -81.5, "28600-0001")
    assert (service.url, service.phones[0].number, service.schedules) == (
        "http://alder.example",
        "336-555-0100",
        (),
    )
