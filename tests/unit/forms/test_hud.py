"""Lists of HUD: codes in words, no people, and no place of a provider for victims of violence."""

from __future__ import annotations

import json

import pytest

import communityconnector as cc
from communityconnector import interchange

COUNSELOR = {
    "nme": "LAUREL HOUSING HELP", "agcid": "80001", "parentid": "80000", "adr1": "1 Elm Street", "adr2": " ", "city": "Boone",
    "statecd": "NC", "zipcd": "28607-1234", "phone1": "828-555-0101", "phone2": " ", "fax": "828-555-0102",
    "email": "help@laurel.example.org", "weburl": "https://laurel.example.org", "languages": "ENG,SPA,OTH",
    "services": "RHC,PPC", "agc_ADDR_LATITUDE": "36.2", "agc_ADDR_LONGITUDE": "-81.6",
}  # fmt: skip
AUTHORITY = {
    "PARTICIPANT_CODE": "NC999", "FORMAL_PARTICIPANT_NAME": "Housing Authority of Elk", "STD_ADDR": "1 Elm Street",
    "STD_CITY": "Elk", "STD_ST": "NC", "STD_ZIP5": "28607", "HA_PHN_NUM": "(828) 555-0101",
    "HA_EMAIL_ADDR_TEXT": "office@elk.example.org", "HA_PROGRAM_TYPE": "Combined",
    "EXEC_DIR_EMAIL": "director@elk.example.org",
}  # fmt: skip


def read(tmp_path, value):
    (tmp_path / "list.json").write_text(json.dumps(value))
    return cc.read(tmp_path / "list.json")


def on_a_map(attributes):
    point = {"x": -81.6, "y": 36.2}
    return {"features": [{"attributes": attributes, "geometry": point}], "spatialReference": {"wkid": 4326}}


def only(directory):
    (service,) = directory.services.values()
    return service


def kinds(service):
    return [attribute.label for attribute in service.attributes]


def public(directory, tmp_path):
    interchange.write(directory, tmp_path / "out.json", audience="public")
    return (tmp_path / "out.json").read_text()


def test_counselors_say_in_words_what_they_offer_and_in_which_languages(tmp_path):
    service = only(read(tmp_path, [COUNSELOR]))
    place = service.service_at_locations[0].location
    assert (service.id, service.organization.name) == ("80001", "LAUREL HOUSING HELP")
    assert kinds(service) == ["Housing counseling", "Rental Housing Counseling", "Pre-purchase Counseling"]
    assert [language.name for language in service.languages] == ["English", "Spanish"]
    assert [(phone.number, phone.type) for phone in service.phones] == [
        ("828-555-0101", None),
        ("828-555-0102", "fax"),
    ]
    assert (service.email, service.url) == ("help@laurel.example.org", "https://laurel.example.org")
    assert (place.latitude, place.longitude, place.addresses[0].postal_code) == (36.2, -81.6, "28607-1234")


def test_counselors_in_a_wrapper_with_lists_are_the_same(tmp_path):
    spelled = {**COUNSELOR, "services": ["Rental Housing Counseling"], "languages": ["English", "Spanish"]}
    service = only(read(tmp_path, {"zip": {"zipcode": "28607"}, "counseling_agencies": [spelled]}))
    assert kinds(service) == ["Housing counseling", "Rental Housing Counseling"]
    assert [language.name for language in service.languages] == ["English", "Spanish"]


def test_a_code_that_is_not_known_is_told_and_is_no_word(tmp_path):
    directory = read(tmp_path, [{**COUNSELOR, "services": "RHC,ZZZ"}])
    assert kinds(only(directory)) == ["Housing counseling", "Rental Housing Counseling"]
    (finding,) = [f for f in directory.findings if f.rule == "columns-not-understood"]
    assert "ZZZ" in finding.message


def test_an_authority_has_its_programs_and_not_its_director(tmp_path):
    directory = read(tmp_path, on_a_map(AUTHORITY))
    service = only(directory)
    assert (service.id, service.name, service.email) == (
        "NC999",
        "Housing Authority of Elk",
        "office@elk.example.org",
    )
    assert kinds(service) == ["Public housing authority", "Public housing", "Housing vouchers (Section 8)"]
    assert service.service_at_locations[0].location.latitude == 36.2
    assert "director@" not in public(directory, tmp_path)


def test_a_development_is_of_its_authority(tmp_path):
    service = only(
        read(
            tmp_path, on_a_map({**AUTHORITY, "PROJECT_NAME": "Elm Homes", "DEVELOPMENT_CODE": "NC999000001"})
        )
    )
    assert (service.id, service.name, service.organization.name) == (
        "NC999000001", "Elm Homes", "Housing Authority of Elk",
    )  # fmt: skip
    assert kinds(service) == ["Public housing"]


HOMELESS = "ProgType,Agency,ProgName,TargetPop,Beds,VictimServiceProvider,Address1,City,State,Zip\n"


def inventory(tmp_path, *rows):
    (tmp_path / "hic.csv").write_text(HOMELESS + "".join(f"{row}\n" for row in rows))
    return cc.read(tmp_path / "hic.csv")


def test_a_project_for_the_homeless_is_of_its_kind_and_beds_are_no_vacancies(tmp_path):
    directory = inventory(tmp_path, "ES,Laurel Help,Laurel Nights,SMF,20,0,1 Elm Street,Boone,NC,28607")
    service = only(directory)
    assert (service.name, service.organization.name, kinds(service)) == (
        "Laurel Nights", "Laurel Help", ["Emergency shelter"],
    )  # fmt: skip
    assert service.extra["Beds"] == "20"
    assert "1 Elm Street" in public(directory, tmp_path)


def test_a_kind_of_project_that_is_not_known_is_no_word(tmp_path):
    (tmp_path / "p.csv").write_text(
        "OrganizationName,ProjectName,ProjectType\nLaurel Help,Laurel Nights,77\n"
    )
    assert kinds(only(cc.read(tmp_path / "p.csv"))) == []


def test_kinds_of_projects_may_be_numbers(tmp_path):
    (tmp_path / "p.csv").write_text(
        "OrganizationName,ProjectName,ProjectType\nLaurel Help,Laurel Nights,13\n"
    )
    assert kinds(only(cc.read(tmp_path / "p.csv"))) == ["Rapid re-housing"]


@pytest.mark.parametrize("marks", ["SMF,20,1", "SMF,20,99", "DV,20,0", "DV,20,"])
def test_the_place_of_a_provider_for_victims_is_hidden(tmp_path, marks):
    directory = inventory(tmp_path, f"TH,Laurel Help,Laurel Homes,{marks},1 Elm Street,Boone,NC,28607")
    assert only(directory).name == "Laurel Homes"
    assert "Elm Street" not in public(directory, tmp_path)
    assert "28607" not in public(directory, tmp_path)
    seen = only(directory.for_audience("public"))
    assert not [a for link in seen.service_at_locations for a in link.location.addresses]
