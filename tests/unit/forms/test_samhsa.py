"""Treatment facilities: their names, addresses without zeros, intake phones, and codes in words as far as they are known."""

from __future__ import annotations

import csv

import communityconnector as cc

ROW = {
    "name1": "Laurel Recovery", "name2": "Harbor Program", "street1": "1 Elm Street", "street2": "Suite 2", "city": "Boston",
    "state": "MA", "zip": "2118", "zip4": "0001", "county": "Suffolk", "phone": "617-555-0100 x12",
    "intake_prompt": "", "intake1": "617-555-0101", "intake2": "", "website": "http://laurel.example.org",
    "latitude": "42.34", "longitude": "-71.07", "type_facility": "SA", "sa": "1", "mh": "0", "hs": "1", "sf": "1", "md": "1", "sp": "1", "tele": "", "qq": "1",
}  # fmt: skip


def read(tmp_path, *changes):
    path = tmp_path / "FindTreatment.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerows({**ROW, **change} for change in changes)
    return cc.read(path)


def only(directory):
    (service,) = directory.services.values()
    return service


def kinds(service):
    return [attribute.label for attribute in service.attributes]


def test_a_facility_has_its_names_and_its_address(tmp_path):
    directory = read(tmp_path, {})
    service = only(directory)
    place = service.service_at_locations[0].location
    (address,) = place.addresses
    assert (service.name, service.organization.name) == ("Laurel Recovery: Harbor Program", "Laurel Recovery")
    assert (address.address_1, address.address_2, address.city, address.region) == (
        "1 Elm Street", "Suite 2", "Boston", "Suffolk",
    )  # fmt: skip
    assert (address.postal_code, place.latitude, place.longitude) == ("02118", 42.34, -71.07)
    assert "zip-without-zero" in {finding.rule for finding in directory.findings}


def test_a_facility_with_one_name_has_it_twice(tmp_path):
    service = only(read(tmp_path, {"name2": ""}))
    assert (service.name, service.organization.name) == ("Laurel Recovery", "Laurel Recovery")


def test_phones_of_intake_say_so(tmp_path):
    service = only(read(tmp_path, {"intake2": "617-555-0102"}))
    assert [(phone.number, phone.extension, phone.description) for phone in service.phones] == [
        ("617-555-0100", 12, None), ("617-555-0101", None, "Intake"), ("617-555-0102", None, "Intake"),
    ]  # fmt: skip
    assert only(read(tmp_path, {"intake_prompt": "Intake, days"})).phones[1].description == "Intake, days"


def test_codes_that_are_known_are_spelled_out(tmp_path):
    service = only(read(tmp_path, {"mh": "1", "tele": "1"}))
    assert set(kinds(service)) == {
        "Substance use treatment", "Mental health treatment", "Telehealth", "Housing services",
    }  # fmt: skip
    assert service.fees_description == "Sliding fee scale; Medicaid"
    assert [language.name for language in service.languages] == ["Spanish"]


def test_a_no_and_a_blank_offer_nothing(tmp_path):
    no = {"sa": "", "hs": "0", "sf": "0", "md": "", "sp": "0", "type_facility": "MH"}
    service = only(read(tmp_path, no))
    assert kinds(service) == ["Mental health treatment"]
    assert (service.fees_description, service.languages) == (None, ())


def test_codes_that_are_not_known_are_kept_and_told(tmp_path):
    directory = read(tmp_path, {})
    assert only(directory).extra["qq"] == "1"
    (finding,) = [f for f in directory.findings if f.rule == "columns-not-understood"]
    assert "not known here: qq;" in finding.message


def test_two_searches_in_one_folder_stay_apart(tmp_path):
    (tmp_path / "a").mkdir()
    read(tmp_path / "a", {})
    read(tmp_path, {"name1": "Birch Recovery"})
    assert len(cc.read(tmp_path).services) == 2


def test_a_shared_list_is_read_field_by_field(shared_data):
    service = only(cc.read(shared_data / "formats" / "samhsa.csv"))
    (address,) = service.service_at_locations[0].location.addresses
    assert (service.name, service.organization.name, service.url) == (
        "Alder Recovery: Outpatient", "Alder Recovery", "http://alder.example",
    )  # fmt: skip
    assert [(phone.number, phone.extension) for phone in service.phones] == [
        ("336-555-0100", 12), ("336-555-0101", None),
    ]  # fmt: skip
    # No ZIP code of the state has four digits, or begins with a zero.
    assert (address.state_province, address.region, address.postal_code) == ("NC", "Ashe", "")
    assert (kinds(service), service.fees_description) == (
        ["Substance use treatment", "Housing services"],
        "Sliding fee scale",
    )
