"""Every record that can be private says so itself, in every form, and what it hides is hidden."""

from __future__ import annotations

import csv
import json

import attrs
import pytest

import communityconnector as cc
from builders import address
from communityconnector import interchange
from communityconnector.model import (
    Attribute,
    Contact,
    Directory,
    Disclosure,
    Location,
    Organization,
    Phone,
    Program,
    Service,
    ServiceAtLocation,
)

LEVELLED = ("address", "contact", "location", "organization", "phone", "service", "service_at_location")


def directory(entity="", level=Disclosure.NEVER):
    """A service at a place with a phone and a contact, and another agency's beside it; one record states a level."""

    def of(name):
        return {"disclosure": level} if name == entity else {}

    place = Location(
        id="l", location_type="physical", name="The house", latitude=36.41, longitude=-81.46,
        addresses=(address("12 Hidden Lane", **of("address")),), **of("location"),
    )  # fmt: skip
    link = ServiceAtLocation(id="k", location=place, **of("service_at_location"))
    agency = Organization(
        id="o", name="Rowan Aid", description="Help", locations=(place,), **of("organization")
    )
    service = Service(
        id="s", name="Counsel", status="active", organization=agency, service_at_locations=(link,),
        phones=(Phone(id="p", number="336-555-0142", **of("phone")),),
        contacts=(Contact(id="c", name="Ada Ash", email="ada@example.org", **of("contact")),), **of("service"),
    )  # fmt: skip
    hall = Location(
        id="hall", location_type="physical", name="Hall", latitude=36.2, longitude=-81.2,
        addresses=(address("1 Main Street", id="hall-address"),),
    )  # fmt: skip
    other = Service(
        id="other", name="Pantry", status="active", phones=(Phone(id="q", number="336-555-0177"),),
        organization=Organization(id="p", name="Laurel Aid", description="Food", locations=(hall,)),
        service_at_locations=(ServiceAtLocation(id="m", location=hall),),
    )  # fmt: skip
    return Directory.of([service, other])


@pytest.mark.parametrize("entity", LEVELLED)
@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.zip", "folder"])
def test_a_level_comes_back_from_every_form(tmp_path, entity, name):
    made = directory(entity)
    interchange.write(made, tmp_path / name, audience="steward")
    back = interchange.read(tmp_path / name)
    states = {e: [r.disclosure for r in back.table(e).values()] for e in LEVELLED}
    assert [e for e, levels in states.items() if Disclosure.NEVER in levels] == [entity]
    assert all(level in (None, Disclosure.NEVER) for levels in states.values() for level in levels)
    assert not back.table("attribute")


@pytest.mark.parametrize("entity", LEVELLED)
def test_a_disclosure_key_in_json_is_read(tmp_path, entity):
    (raw,) = [r for r in interchange.documents(directory()) if r["name"] == "Counsel"]
    link = raw["service_at_locations"][0]
    held = {
        "service": raw, "organization": raw["organization"], "service_at_location": link, "phone": raw["phones"][0],
        "contact": raw["contacts"][0], "location": link["location"], "address": link["location"]["addresses"][0],
    }[entity]  # fmt: skip
    held["disclosure"] = "Staff only"
    (tmp_path / "a.json").write_text(json.dumps([raw]))
    records = interchange.read(tmp_path / "a.json").table(entity)
    assert Disclosure.STAFF_ONLY in [record.disclosure for record in records.values()]
    assert not any("disclosure" in record.extra for record in records.values())


@pytest.mark.parametrize("entity", LEVELLED)
def test_a_disclosure_column_in_tables_is_read(tmp_path, entity):
    interchange.write(directory(), tmp_path, audience="steward")
    path = tmp_path / cc.model.ENTITIES[entity].table
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["disclosure"] = "never"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    records = interchange.read(tmp_path).table(entity)
    assert [record.disclosure for record in records.values()].count(Disclosure.NEVER) == 1


@pytest.mark.parametrize("entity", LEVELLED)
def test_an_attribute_that_names_the_record_sets_its_level(entity):
    made = directory()
    key = next(iter(made.table(entity)))
    said = Attribute(id="a", link_id=key, link_entity=entity, link_type="disclosure", value="contact_only")
    changed = Directory.of([*made.roots(), said])
    assert changed.table(entity)[key].disclosure is Disclosure.CONTACT_ONLY
    assert not changed.table("attribute")
    others = [r for e in LEVELLED for r in changed.table(e).values() if (e, r.id) != (entity, key)]
    assert {record.disclosure for record in others} == {None}


@pytest.mark.parametrize("entity", ["address", "location", "organization", "service", "service_at_location"])
def test_a_level_hides_its_own_place_and_no_other(tmp_path, entity):
    shown = directory(entity).for_audience("public")
    assert shown.locations["l"].point is None
    assert shown.locations["l"].name == "Confidential location"
    assert shown.locations["hall"] == directory().locations["hall"]
    assert shown.services["s"].phones
    interchange.write(directory(entity), tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    assert "Hidden" not in text
    assert "36.41" not in text


@pytest.mark.parametrize(("entity", "field"), [("phone", "phones"), ("contact", "contacts")])
def test_a_private_phone_or_contact_is_taken_out_and_nothing_else(entity, field):
    made = directory(entity)
    shown = made.for_audience("public")
    assert getattr(shown.services["s"], field) == ()
    assert attrs.evolve(made.services["s"], **{field: ()}) == shown.services["s"]
    assert shown.services["other"] == made.services["other"]
    assert len(shown.table(entity)) == len(made.table(entity)) - 1
    assert made.for_audience("steward") is made


def test_who_may_see_a_phone():
    for level, audiences in [
        (Disclosure.PUBLIC, ["public", "staff", "steward"]), (Disclosure.STAFF_ONLY, ["staff", "steward"]),
        (Disclosure.CONTACT_ONLY, ["steward"]), (Disclosure.NEVER, ["steward"]),
    ]:  # fmt: skip
        made = directory("phone", level)
        seen = [a for a in ("public", "staff", "steward") if made.for_audience(a).services["s"].phones]
        assert seen == audiences


def test_a_private_mailing_address_is_hidden_and_its_place_is_not():
    made = directory()
    letters = address("PO Box 17", id="box", address_type="postal", disclosure=Disclosure.NEVER)
    place = attrs.evolve(made.locations["l"], addresses=(*made.locations["l"].addresses, letters))
    shown = Directory.of([place]).for_audience("public").locations["l"]
    assert [a.id for a in shown.addresses] == ["12 Hidden Lane, Boone"]
    assert shown.point is not None
    alone = Directory.of([attrs.evolve(place, addresses=(letters,))])
    assert alone.for_audience("public").locations["l"].point is None, "the point may be that of the address"


def test_a_record_that_tables_cannot_hold_keeps_its_attributes_without_terms(tmp_path):
    """A program without an organization has no row; all that is said of it stands beside the tables."""
    said = Attribute(id="f7c1bd87-4da5-4709-9471-3d60c8a70639", value="weekly")
    program = Program(
        id="e3e70682-c209-4cac-829f-6fbed82c07cf", name="p", description="p", attributes=(said,)
    )
    made = Directory.of([attrs.evolve(directory("service").services["s"], program=program)])
    interchange.write(made, tmp_path, audience="steward")
    assert next(iter(interchange.read(tmp_path).table("program").values())).attributes == (said,)
