"""Forms of JSON with a structure of their own: OpenStreetMap, schema.org, iCarol's API, Norse and Ohana."""

from __future__ import annotations

import io
import json

import pytest

import communityconnector as cc
from communityconnector import interchange


def read(value):
    file = io.BytesIO(json.dumps(value).encode())
    file.name = "answer.json"
    return cc.read(file)


def only(directory):
    (service,) = directory.services.values()
    return service


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


def public(directory, tmp_path):
    interchange.write(directory, tmp_path / "out.json", audience="public")
    return (tmp_path / "out.json").read_text()


def osm(**tags):
    told = {key.replace("__", ":"): text for key, text in tags.items()}
    return {
        "elements": [
            {"type": "node", "id": 1, "lat": 36.4, "lon": -81.5, "tags": told},
            {"type": "node", "id": 2, "lat": 1, "lon": 1},
        ]
    }


def test_an_element_of_openstreetmap_is_a_service():
    service = only(
        read(
            osm(
                amenity="social_facility", social_facility="food_bank", social_facility__for="senior;homeless", name="Laurel Pantry",
                operator="Laurel Help", opening_hours="Mo-Fr 09:00-12:00; PH off", addr__housenumber="1", addr__street="Elm Street",
                addr__city="Boone", addr__state="NC", addr__postcode="28607", contact__phone="+1-828-555-0100", wheelchair="limited",
                fee="no", note="ask the mapper at 828-555-0177", language__es="yes",
            )
        )
    )  # fmt: skip
    place = service.service_at_locations[0].location
    assert (service.name, service.organization.name, service.fees_description) == (
        "Laurel Pantry",
        "Laurel Help",
        "Free",
    )
    assert (place.latitude, place.addresses[0].address_1, place.addresses[0].postal_code) == (
        36.4,
        "1 Elm Street",
        "28607",
    )
    assert [(s.byday, s.opens_at, s.closes_at) for s in service.schedules] == [
        ("MO,TU,WE,TH,FR", "09:00", "12:00")
    ]
    assert service.eligibility_description == "For: senior, homeless"
    assert [a.label for a in service.attributes] == ["food bank", "social facility"]
    assert place.accessibility[0].description == "Wheelchair access is limited"
    assert [language.code for language in service.languages] == ["es"]
    assert "0177" not in repr(interchange.to_raw(service))


def test_what_is_gone_is_not_offered_and_what_is_for_members_says_so():
    gone = read(osm(disused__amenity="social_facility", name="Food Pantry"))
    assert only(gone).status == "defunct"
    assert not list(cc.Matcher(gone).match("food pantry"))
    members = read(
        osm(amenity="social_facility", social_facility="food_bank", name="Food Pantry", access="members")
    )
    assert cc.Matcher(members).match("food pantry")[0].alert == "For members or clients only."


SCHEMA = {
    "@context": "https://schema.org",
    "@type": "GovernmentService",
    "name": "Food Pantry",
    "provider": {"@type": "NGO", "name": "Laurel Help"},
    "areaServed": [{"@type": "AdministrativeArea", "name": "Ashe County"}, "Wilkes County"],
    "availableChannel": {
        "servicePhone": {"telephone": "828-555-0100"},
        "serviceUrl": "https://laurel.example.org",
        "availableLanguage": ["en", {"@type": "Language", "name": "Spanish"}],
        "serviceLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "streetAddress": "1 Elm Street", "addressLocality": "Boone", "addressRegion": "NC", "postalCode": "28607"},
            "geo": {"latitude": "36.4", "longitude": "-81.5"},
            "openingHoursSpecification": [{"dayOfWeek": ["Monday", "https://schema.org/Tuesday"], "opens": "09:00:00", "closes": "12:00"}],
            "specialOpeningHoursSpecification": {"validFrom": "2026-12-25", "validThrough": "2026-12-25", "opens": "00:00", "closes": "00:00"},
        },
    },
}  # fmt: skip


def test_a_service_in_the_words_of_schema_org():
    service = only(read(SCHEMA))
    link = service.service_at_locations[0]
    assert (service.name, service.organization.name, service.url) == (
        "Food Pantry",
        "Laurel Help",
        "https://laurel.example.org",
    )
    assert (link.location.latitude, link.location.addresses[0].city) == (36.4, "Boone")
    assert [area.name for area in service.service_areas] == ["Ashe County", "Wilkes County"]
    assert (link.schedules[0].byday, link.schedules[0].opens_at, link.schedules[0].closes_at) == (
        "MO,TU",
        "09:00",
        "12:00",
    )
    assert [phone.number for phone in service.phones] == ["828-555-0100"]
    offer = cc.Offer(service, link)
    from datetime import UTC, datetime

    from communityconnector.matching.schedules.hours import Open, status

    assert status(offer, datetime(2026, 12, 22, 10, tzinfo=UTC)).state is Open.OPEN
    assert status(offer, datetime(2026, 12, 25, 10, tzinfo=UTC)).state is Open.CLOSED


def test_things_of_a_graph_name_each_other():
    graph = {
        "@context": {"@vocab": "https://schema.org/"},
        "@graph": [
            {"@id": "#a", "@type": "NGO", "name": "Laurel Help", "telephone": "828-555-0100"},
            {
                "@id": "#s",
                "@type": ["Service"],
                "name": "Food Pantry",
                "provider": {"@id": "#a"},
                "isAccessibleForFree": True,
            },
            {"@type": "WebSite", "name": "Site"},
        ],
    }
    directory = read(graph)
    service = only(directory)
    assert (service.organization.name, service.fees_description) == ("Laurel Help", "Free")
    assert "WebSite" in rules(directory)["nested-not-read"].message


def test_an_agency_alone_stands_for_what_it_offers():
    service = only(
        read(
            {
                "@context": "http://schema.org",
                "@type": "MedicalClinic",
                "name": "Free Clinic",
                "telephone": "828-555-0100",
                "openingHours": ["Mo-Fr 09:00-17:00", "by appointment"],
                "address": "1 Elm Street, Boone",
            }
        )
    )
    assert (service.name, service.organization.name) == ("Free Clinic", "Free Clinic")
    assert [s.byday for s in service.schedules if s.byday] == ["MO,TU,WE,TH,FR"]


ICAROL = [
    {
        "id": 4, "databaseID": 1, "type": "Program", "status": "Active", "names": [{"value": "Food Pantry", "purpose": "Primary"}],
        "descriptionText": "Free groceries", "languagesOffered": "English; Spanish", "taxonomy": ["BD-1800.2000"],
        "contactDetails": [
            {"contact": {"type": "PhoneNumber", "number": "828-555-0100", "label": "Main"}, "isConfidential": False},
            {"contact": {"type": "PhoneNumber", "number": "828-555-0199"}, "isConfidential": True},
            {"contact": {"type": "PhysicalLocation", "line1": "9 Hidden Road", "city": "Boone", "latitude": 36.4111, "longitude": -81.5111}, "isConfidential": True},
        ],
        "hours": {"days": [{"dayOfWeek": "Mon", "opens": "9", "closes": "12"}]},
        "coverage": [{"county": "Ashe", "stateProvince": "NC"}], "related": [{"id": 1, "type": "Agency", "name": "Laurel Help"}],
        "lastVerifiedOn": "2026-04-01T08:00:00Z", "modified": "2026-09-12T10:11:00Z",
    },
    {"id": 9, "databaseID": 1, "type": "Site", "status": "Active", "names": [{"value": "Alone"}], "contactDetails": [], "descriptionText": ""},
]  # fmt: skip


def test_a_program_of_icarol_has_its_agency_and_hides_what_is_confidential(tmp_path):
    directory = read(ICAROL)
    service = only(directory)
    assert (service.name, service.organization.name, service.status) == (
        "Food Pantry",
        "Laurel Help",
        "active",
    )
    assert (service.assured_date, service.last_modified) == ("2026-04-01", "2026-09-12T10:11:00Z")
    assert [area.name for area in service.service_areas] == ["Ashe County, NC"]
    assert [(s.byday, s.opens_at, s.closes_at) for s in service.schedules] == [("MO", "09:00", "12:00")]
    shown = public(directory, tmp_path)
    assert not [trace for trace in ("Hidden", "36.41", "0199") if trace in shown]
    assert rules(directory)["level-not-read"].message.startswith("1 sites")


@pytest.mark.parametrize("status", ["Inactive", "Active, but do not refer"])
def test_what_icarol_does_not_refer_to_is_not_offered(status):
    directory = read([{**ICAROL[0], "status": status}])
    assert not list(cc.Matcher(directory).match("food pantry"))


def test_sites_of_icarol_are_joined_to_their_programs():
    site = {
        "id": 2,
        "databaseID": 1,
        "type": "Site",
        "names": [{"value": "Hall"}],
        "descriptionText": "",
        "contactDetails": [
            {"contact": {"type": "PhysicalLocation", "line1": "1 Elm Street", "city": "Boone"}}
        ],
    }
    link = {
        "id": 6,
        "databaseID": 1,
        "type": "ProgramAtSite",
        "names": [],
        "descriptionText": "",
        "contactDetails": [],
        "related": [{"id": 4, "type": "Program"}, {"id": 2, "type": "Site"}],
    }
    program = {**ICAROL[0], "contactDetails": []}
    service = only(read([program, site, link]))
    assert [at.location.addresses[0].address_1 for at in service.service_at_locations] == ["1 Elm Street"]


NORSE = {
    "_id": "x", "originalId": "4", "serviceAtLocationId": "6", "tenant_id": "t1", "displayName": "Food Pantry", "displayPhonenumber": "828-555-0100",
    "hours": "Mon 9am-12pm", "languages": ["English"], "location": {"type": "Point", "coordinates": [-81.5, 36.4]}, "organizationName": "Laurel Help",
    "serviceArea": {"description": ["Ashe County"]}, "addresses": [{"address_1": "1 Elm Street", "city": "Boone", "stateProvince": "NC", "postalCode": "28607", "type": "physical"}],
    "translations": [
        {"locale": "es", "serviceName": "Despensa"},
        {"locale": "en", "serviceName": "Food Pantry", "serviceDescription": "Groceries", "taxonomies": [{"code": "BD-1800.2000", "name": "Food Pantries"}]},
    ],
    "last_assured_date": "2026-04-01",
}  # fmt: skip


@pytest.mark.parametrize("value", [NORSE, [NORSE]])
def test_a_resource_of_norse_is_a_service(value):
    service = only(read(value))
    place = service.service_at_locations[0].location
    assert (service.id, service.name, service.description, service.organization.name) == (
        "4",
        "Food Pantry",
        "Groceries",
        "Laurel Help",
    )
    assert (place.latitude, place.longitude, place.addresses[0].postal_code) == (36.4, -81.5, "28607")
    assert (
        service.assured_date,
        service.phones[0].number,
        service.service_at_locations[0].schedules[0].byday,
    ) == (
        "2026-04-01",
        "828-555-0100",
        "MO",
    )
    assert service.attributes[0].taxonomy_term.name == "Food Pantries"


OHANA = {
    "id": 1, "active": True, "admin_emails": ["secret@example.org"], "coordinates": [-81.5, 36.4], "latitude": 36.4, "longitude": -81.5,
    "name": "Laurel Hall", "slug": "laurel-hall", "address": {"id": 1, "address_1": "1 Elm Street", "city": "Boone", "state_province": "NC", "postal_code": "28607"},
    "organization": {"id": 3, "name": "Laurel Help", "slug": "laurel"}, "phones": [{"number": "828-555-0100"}],
    "services": [{"id": 5, "name": "Food Pantry", "regular_schedules": [{"weekday": 1, "opens_at": "2000-01-01T09:00:00.000Z", "closes_at": "2000-01-01T12:00:00.000Z"}]}],
}  # fmt: skip


def test_a_location_of_ohana_holds_its_services(tmp_path):
    directory = read([OHANA])
    service = only(directory)
    assert (service.name, service.organization.name) == ("Food Pantry", "Laurel Help")
    assert (service.schedules[0].byday, service.schedules[0].opens_at, service.schedules[0].closes_at) == (
        "MO",
        "09:00",
        "12:00",
    )
    assert service.service_at_locations[0].location.phones[0].number == "828-555-0100"
    assert not [finding for finding in directory.findings if finding.severity is cc.Severity.ERROR]
    assert "secret@" not in public(directory, tmp_path)
    assert "secret@" not in repr(directory.findings)
    assert only(read([{**OHANA, "active": False}])).status == "inactive"


@pytest.mark.parametrize(
    "name",
    [
        "overpass.json",
        "schemaorg.jsonld",
        "icarol_api.json",
        "norse.json",
        "ohana.json",
        "hsds_page.json",
        "oruk1_page.json",
        "hsds33.json",
    ],
)
def test_the_examples_are_read_without_an_error(shared_data, name):
    directory = cc.read(shared_data / "formats" / name)
    assert any("pantry" in service.name.lower() for service in directory.services.values())
    assert not [finding for finding in directory.findings if finding.severity is cc.Severity.ERROR]


@pytest.mark.parametrize(
    "value",
    [osm(name="x"), SCHEMA, ICAROL, [NORSE], [OHANA]],
    ids=["osm", "schema", "icarol", "norse", "ohana"],
)
def test_values_of_any_kind_raise_nothing(value):
    """Each value in turn is something else."""
    for odd in (None, 1, "x", [], {}, [[]], {"a": {"b": 1}}, True, "\u0000"):
        for changed in replaced(value, odd):
            read(changed)


def replaced(value, odd):
    if isinstance(value, dict):
        for key, item in value.items():
            yield {**value, key: odd}
            for inner in replaced(item, odd):
                yield {**value, key: inner}
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield [*value[:number], odd, *value[number + 1 :]]
            for inner in replaced(item, odd):
                yield [*value[:number], inner, *value[number + 1 :]]
