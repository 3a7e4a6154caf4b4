"""Resources of Norse: texts by language, points with the longitude first, original ids, and no private address."""

from __future__ import annotations

import json

import pytest

import communityconnector as cc
from communityconnector import interchange

SQUARE = {"type": "MultiPolygon", "coordinates": [[[[-82, 36], [-81, 36], [-81, 37], [-82, 37], [-82, 36]]]]}
RESOURCE = {
    "_id": "a1",
    "originalId": "vendor-4",
    "serviceAtLocationId": "at-6",
    "tenant_id": "t1",
    "displayName": "Pantry",
    "displayPhonenumber": "828-555-0100",
    "hours": "Mon 9-12",
    "fees": "None",
    "languages": ["English", "Spanish"],
    "location": {"type": "Point", "coordinates": [-81.5, 36.4]},
    "serviceArea": {"description": ["Ashe County"], "extent": SQUARE},
    "organizationName": "Laurel Help",
    "addresses": [
        {"address_1": "1 Elm Street", "city": "Elk", "stateProvince": "NC", "postalCode": "28607", "country": "US", "type": "physical"},
        {"address_1": "PO Box 5", "city": "Elk", "stateProvince": "NC", "postalCode": "28607", "country": "US", "type": "mailing"},
    ],
    "translations": [
        {"locale": "es", "serviceName": "Despensa", "serviceDescription": "Comida"},
        {
            "locale": "en",
            "serviceName": "Food Pantry",
            "serviceDescription": "Groceries",
            "taxonomies": [{"code": "BD-1800.2000", "name": "Food Pantries"}],
        },
    ],
    "last_assured_date": "2026-04-01",
    "priority": 1,
}  # fmt: skip


def read(tmp_path, value):
    (tmp_path / "norse.json").write_text(json.dumps(value))
    return cc.read(tmp_path / "norse.json")


def only(directory):
    (service,) = directory.services.values()
    return service


def test_a_resource_is_a_service_at_a_location(tmp_path):
    service = only(read(tmp_path, RESOURCE))
    (link,) = service.service_at_locations
    assert (service.id, link.id, service.organization.name) == ("vendor-4", "at-6", "Laurel Help")
    assert (link.location.latitude, link.location.longitude, link.location.location_type) == (
        36.4,
        -81.5,
        "physical",
    )
    assert [(a.address_1, a.address_type, a.state_province, a.postal_code) for a in link.location.addresses] == [
        ("1 Elm Street", "physical", "NC", "28607"), ("PO Box 5", "postal", "NC", "28607"),
    ]  # fmt: skip
    assert [(s.byday, s.opens_at, s.closes_at) for s in link.schedules] == [("MO", "09:00", "12:00")]
    assert [phone.number for phone in service.phones] == ["828-555-0100"]
    assert [language.name for language in service.languages] == ["English", "Spanish"]
    assert (service.assured_date, service.last_modified) == ("2026-04-01", None)
    assert service.extra["priority"] == 1


def test_texts_are_english_and_names_in_other_languages_are_kept(tmp_path):
    service = only(read(tmp_path, RESOURCE))
    assert (service.name, service.description, service.alternate_name) == (
        "Food Pantry",
        "Groceries",
        "Despensa",
    )
    assert [text["locale"] for text in service.extra["x_translations"]] == ["es", "en"]
    spanish = {**RESOURCE, "translations": RESOURCE["translations"][:1]}
    assert (only(read(tmp_path, spanish)).name, only(read(tmp_path, spanish)).description) == (
        "Despensa",
        "Comida",
    )


def test_terms_have_their_codes(tmp_path):
    (attribute,) = only(read(tmp_path, RESOURCE)).attributes
    assert (attribute.taxonomy_term.code, attribute.taxonomy_term.name) == ("BD-1800.2000", "Food Pantries")


def test_the_area_has_its_shape(tmp_path):
    directory = read(tmp_path, RESOURCE)
    (area,) = only(directory).service_areas
    assert (area.name, area.extent_type, json.loads(area.extent)) == ("Ashe County", "geojson", SQUARE)
    there, elsewhere = ((36.5, -81.5), (40.0, -75.0))
    names = [
        [m.service.name for m in cc.Matcher(directory).match(cc.Need("food pantry", near=p))]
        for p in (there, elsewhere)
    ]
    assert names == [["Food Pantry"], []]


@pytest.mark.parametrize("wrap", [lambda r: [r], lambda r: {"results": [r], "total": 1}, lambda r: {"hits": {"hits": [{"_id": "a1", "_source": r}]}}])  # fmt: skip
def test_resources_are_found_in_what_a_server_wraps_them_in(tmp_path, wrap):
    assert only(read(tmp_path, wrap(RESOURCE))).name == "Food Pantry"


def test_resources_of_one_service_are_its_places(tmp_path):
    other = {**RESOURCE, "_id": "a2", "serviceAtLocationId": "at-7", "displayPhonenumber": "828-555-0199"}
    service = only(read(tmp_path, [RESOURCE, other]))
    assert [link.id for link in service.service_at_locations] == ["at-6", "at-7"]
    assert [phone.number for phone in service.phones] == ["828-555-0100", "828-555-0199"]
    assert len(service.service_areas) == 1


def test_a_resource_without_a_name_is_told(tmp_path):
    nameless = {"tenant_id": "t1", "serviceAtLocationId": "9", "translations": [{"locale": "en"}]}
    directory = read(tmp_path, [RESOURCE, nameless])
    assert len(directory.services) == 1
    assert [f.message for f in directory.findings if f.rule == "row-without-name"] == [
        "resources without a name: $[1]"
    ]


def test_an_address_that_is_marked_private_is_not_shown(tmp_path):
    address = {**RESOURCE["addresses"][0], "isPrivate": True}
    directory = read(tmp_path, {**RESOURCE, "addresses": [address]})
    interchange.write(directory, tmp_path / "out.json", audience="public")
    shown = (tmp_path / "out.json").read_text()
    assert "Food Pantry" in shown
    assert "Elm Street" not in shown
    assert "36.4" not in shown


@pytest.mark.parametrize("odd", [{"translations": 5}, {"addresses": ["x"]}, {"location": {"coordinates": ["a"]}}, {"serviceArea": []}, {"languages": {"a": 1}}])  # fmt: skip
def test_parts_of_another_kind_break_nothing(tmp_path, odd):
    assert len(read(tmp_path, {**RESOURCE, **odd}).services) == 1


def test_a_shared_resource_is_read_field_by_field(shared_data):
    service = only(cc.read(shared_data / "formats" / "norse.json"))
    (link,) = service.service_at_locations
    assert (service.id, service.name, service.description, service.fees_description) == (
        "4", "Food Pantry", "Groceries", "none",
    )  # fmt: skip
    assert (link.id, link.location.latitude, link.location.longitude) == ("6", 36.4, -81.5)
    assert (link.location.addresses[0].address_1, link.location.addresses[0].country) == ("1 Alder Way", "US")
    assert [(s.byday, s.opens_at, s.closes_at) for s in link.schedules] == [("MO", "09:00", "12:00")]
    assert (service.organization.name, service.assured_date, service.service_areas[0].name) == (
        "Alder Help", "2026-04-01", "Ashe County",
    )  # fmt: skip
    assert service.attributes[0].taxonomy_term.code == "BD-1800.2000"
