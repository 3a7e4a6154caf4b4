"""The model is HSDS 3.2: all of it, by its own names."""

from __future__ import annotations

import copy
import json
import pickle

import attrs
import pytest

from communityconnector import model
from communityconnector.errors import InvalidPointError
from communityconnector.model import (
    ENTITIES,
    Address,
    Attribute,
    Contact,
    Directory,
    Disclosure,
    Kind,
    Location,
    Offer,
    Organization,
    Phone,
    Point,
    Schedule,
    Service,
    ServiceAtLocation,
    columns,
    required,
    specs,
)


def test_there_are_24_entities_with_202_columns():
    assert len(ENTITIES) == 24
    assert sum(len(columns(cls)) for cls in ENTITIES.values()) == 202


def test_tables_columns_and_foreign_keys_are_those_of_the_official_data_package(official):
    package = json.loads((official / "csv" / "datapackage.json").read_text())
    assert {r["name"] for r in package["resources"]} == set(ENTITIES)
    for resource in package["resources"]:
        cls, schema = ENTITIES[resource["name"]], resource["schema"]
        assert cls.table == resource["path"]
        assert columns(cls) == tuple(field["name"] for field in schema["fields"])
        declared = {(key["fields"], key["reference"]["resource"]) for key in schema.get("foreignKeys", ())}
        ours = {(n, f.target) for n, f in specs(cls).items() if f.kind is Kind.REFERENCE and f.foreign_key}
        assert ours == declared


def test_required_fields_and_embedding_are_those_of_the_official_schemas(shared_data):
    for entity, cls in ENTITIES.items():
        schema = json.loads((shared_data / "hsds-3.1-schema" / f"{entity}.json").read_text())
        # The one exception: in tables a capacity has the id of its unit in place of the unit.
        assert set(required(cls)) | ({"unit"} if entity == "service_capacity" else set()) == set(
            schema["required"]
        )
        embedded = {
            name: (facts.get("items") or facts)["$ref"].removesuffix(".json")
            for name, facts in schema["properties"].items()
            if "$ref" in (facts.get("items") or facts)
        }
        ours = {
            n: f.target
            for n, f in specs(cls).items()
            if f.kind in (Kind.ONE, Kind.MANY) and not f.compiled_only
        }
        assert ours == embedded
        assert set(specs(cls)) - {n for n, f in specs(cls).items() if f.compiled_only or not f.hsds} == set(
            schema["properties"]
        )


@pytest.mark.parametrize("cls", ENTITIES.values(), ids=lambda cls: cls.entity)
def test_records_are_frozen_slotted_and_documented(cls):
    values = dict.fromkeys(required(cls), "")
    record = cls(**{**values, "id": "1"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        record.id = "2"
    assert not hasattr(record, "__dict__")
    documented = cls.__doc__ or ""
    assert f"HSDS 3.2 `{cls.entity}`" in documented
    missing = [name for name in specs(cls) if f"{name}:" not in documented]
    assert missing == []


def test_agency_is_the_fields_word_for_organization():
    assert model.Agency is Organization


def test_records_can_be_copied_and_pickled():
    service = Service(id="1", name="Pantry", status="active", phones=(Phone(id="2", number="336-555-0100"),))
    assert pickle.loads(pickle.dumps(service)) == copy.deepcopy(service) == service  # noqa: S301  # our own bytes


def test_reprs_name_no_place_and_no_person():
    private = [
        Location(id="1", location_type="physical", name="12 Hidden Lane", latitude=36.1, longitude=-81.2),
        Contact(id="2", name="A. Person", email="person@example.org"),
        Phone(id="3", number="336-555-0100"),
    ]
    for record in private:
        assert repr(record) == f"{type(record).__name__}({record.id!r})"


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(None, None), (36.0, None), (None, -81.0), (0, 0), (91, 0), (36, -181), (float("nan"), 1.0)],
)
def test_an_unknown_place_has_no_point(latitude, longitude):
    assert Location(id="1", location_type="physical", latitude=latitude, longitude=longitude).point is None


def test_the_equator_and_greenwich_are_places():
    assert Location(id="1", location_type="physical", latitude=0.0, longitude=32.5).point == Point(0, 32.5)
    assert Location(id="1", location_type="physical", latitude=51.5, longitude=0).point == Point(51.5, 0)


@pytest.mark.parametrize(
    "bad", [(91, 0), (-91, 0), (0, 181), (0, -181), (float("inf"), 0), ("36", "-81"), (True, 0)]
)
def test_an_impossible_point_is_refused_in_words(bad):
    with pytest.raises(InvalidPointError, match=r"latitude|longitude|number of degrees"):
        Point(*bad)


def test_an_offer_takes_the_most_specific_hours_and_phones():
    def hours(key):
        return (Schedule(id=key),)

    def phone(key):
        return (Phone(id=key, number=key),)

    place = Location(id="l", location_type="physical", schedules=hours("l"), phones=phone("l"))
    link = ServiceAtLocation(id="s", location=place, schedules=hours("sal"), phones=phone("sal"))
    agency = Organization(id="o", name="Agency", description="x", phones=phone("o"))
    service = Service(
        id="v", name="Service", status="active", schedules=hours("v"), phones=phone("v"), organization=agency
    )
    assert [s.id for s in Offer(service, link).schedules] == ["sal"]
    assert [s.id for s in Offer(service, attrs.evolve(link, schedules=())).schedules] == ["v"]
    bare = attrs.evolve(service, schedules=())
    assert [s.id for s in Offer(bare, attrs.evolve(link, schedules=())).schedules] == ["l"]
    assert [p.id for p in Offer(service, link).phones] == ["sal", "v", "l", "o"]


def test_a_virtual_location_is_nowhere_to_go():
    online = Location(id="l", location_type="virtual", latitude=36.0, longitude=-81.0)
    service = Service(id="v", name="Online", status="active")
    offer = Offer(service, ServiceAtLocation(id="s", location=online))
    assert offer.placeless
    assert offer.point is None


def directory() -> Directory:
    agency = Organization(id="o", name="Agency", description="x", parent_organization_id="p")
    place = Location(id="l", location_type="physical", organization_id="o")
    flat = [
        agency,
        place,
        Service(id="v", name="Service", status="active", organization_id="o"),
        Service(id="w", name="Hotline", status="active", organization_id="o"),
        ServiceAtLocation(id="s", service_id="v", location_id="l"),
        Phone(id="n", number="1", service_id="v", location_id="missing"),
        Attribute(id="a", link_id="l", link_entity="location", value="x"),
    ]
    return Directory.of(flat)


def test_flat_records_become_one_graph_with_links_both_ways():
    graph = directory()
    service = graph.services["v"]
    assert service.organization is graph.organizations["o"]
    assert service.service_at_locations[0].location is graph.locations["l"]
    assert graph.organizations["o"].locations[0] is graph.locations["l"]
    assert [s.id for s in graph.services_of("o")] == ["v", "w"]
    assert [o.id for o in graph.offers_at("l")] == ["s"]
    assert graph.locations["l"].attributes[0].value == "x"
    assert list(graph.offers) == ["s", "w"]
    assert [o.id for o in graph.offers_of("w")] == ["w"]


def test_a_reference_that_leads_nowhere_is_kept():
    assert directory().services["v"].phones[0].location_id == "missing"
    assert directory().organizations["o"].parent_organization_id == "p"


def test_records_are_interned():
    same = {"id": "l", "location_type": "physical"}
    links = [ServiceAtLocation(id=key, location=Location(**same)) for key in ("a", "b")]
    services = [
        Service(id=f"v{link.id}", name="Service", status="active", service_at_locations=(link,))
        for link in links
    ]
    graph = Directory.of(services)
    first, second = (s.service_at_locations[0].location for s in graph.services.values())
    assert first is second
    assert len(graph.locations) == 1


def test_two_bodies_of_one_id_are_merged_and_what_differs_is_found():
    one = Service(id="v", name="Pantry", status="active", email="a@example.org")
    other = Service(id="v", name="Pantry", status="inactive", url="https://example.org")
    graph = Directory.of([one, other])
    assert graph.services["v"] == attrs.evolve(one, url="https://example.org")
    assert [(f.rule, f.path, f.value) for f in graph.findings] == [
        ("conflicting-records", "status", "inactive")
    ]


def test_a_directorys_repr_shows_its_size_and_nothing_else():
    assert repr(directory()) == "<Directory of 2 services, 1 organizations, 1 locations; 0 findings>"


def test_disclosure_levels_are_words():
    assert [level.value for level in Disclosure] == ["public", "staff_only", "contact_only", "never"]


def test_two_addresses_of_one_id_are_both_kept_and_both_hidden_if_one_is():
    rest = dict.fromkeys(("city", "state_province", "postal_code", "country", "address_type"), "")
    hidden = Address(id="a", address_1="1 Hidden Lane", disclosure="never", **rest)
    other = Address(id="a", address_1="1 Hidden Ln", **rest)
    places = [
        Location(id=str(n), location_type="physical", addresses=(a,)) for n, a in enumerate((other, hidden))
    ]
    graph = Directory.of(places)
    kept = [address for place in graph.locations.values() for address in place.addresses]
    assert [address.address_1 for address in kept] == ["1 Hidden Ln", "1 Hidden Lane"]
    assert [address.disclosure for address in kept] == ["never", "never"]
    assert len({address.id for address in kept}) == 2
    assert [(f.rule, f.entity, f.count) for f in graph.findings] == [("id-used-twice", "address", 1)]


def test_a_phone_that_two_services_share_belongs_to_both():
    flat = [Phone(id="p", number="555-0101", service_id=key) for key in ("a", "b")]
    services = [Service(id=key, name=key, status="active") for key in ("a", "b")]
    graph = Directory.of([*services, *flat])
    assert [[p.number for p in s.phones] for s in graph.services.values()] == [["555-0101"]] * 2
    assert graph.findings == ()


def test_a_link_to_a_location_belongs_to_one_service():
    link = ServiceAtLocation(id="1", location=Location(id="l", location_type="physical"))
    services = [Service(id=k, name=k, status="active", service_at_locations=(link,)) for k in ("a", "b")]
    graph = Directory.of(services)
    assert len({s.service_at_locations[0].id for s in graph.services.values()}) == 2
    assert {s.service_at_locations[0].location.id for s in graph.services.values()} == {"l"}


def test_links_that_two_services_share_keep_their_order_in_each():
    links = tuple(ServiceAtLocation(id=str(n), description=f"Room {n}") for n in range(12))
    services = [Service(id=k, name=k, status="active", service_at_locations=links) for k in ("a", "b")]
    directory = Directory.of(services)
    rooms = [link.description for link in directory.services_at_locations.values()]
    assert rooms == [link.description for link in links] * 2


def test_two_places_of_one_id_whose_names_have_nothing_in_common_are_two():
    places = [Location(id="1", location_type="physical", name=name) for name in ("Main Hall", "Old Mill")]
    links = [ServiceAtLocation(id=key, location=place) for key, place in zip("ab", places, strict=True)]
    services = [Service(id=x.id, name=x.id, status="active", service_at_locations=(x,)) for x in links]
    graph = Directory.of(services)
    assert [s.service_at_locations[0].location.name for s in graph.services.values()] == [
        "Main Hall",
        "Old Mill",
    ]
    assert [(f.rule, f.entity) for f in graph.findings] == [("id-used-twice", "location")]


@pytest.mark.parametrize("other", ["Main Hall, Elk", "main hall", "The Hall", "Mian Hal", None])
def test_two_spellings_of_a_name_are_one_place(other):
    places = [Location(id="1", location_type="physical", name=name) for name in ("Main Hall", other)]
    assert len(Directory.of(places).locations) == 1
