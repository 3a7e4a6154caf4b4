"""Suspected duplicates come with their evidence, and what only looks alike does not come at all."""

from __future__ import annotations

import sys

import pytest

from communityconnector.interchange import duplicates
from communityconnector.model import (
    Address,
    Directory,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
)

duplicates_module = sys.modules[duplicates.__module__]


def agency(key, name="Laurel Pantry", **more):
    return Organization(id=key, name=name, description="Food", **more)


def place(key, street="1 Laurel Lane", **more):
    address = Address(
        id=f"{key}-a", address_1=street, city="Jefferson", state_province="NC", postal_code="28640", country="US",
        address_type="physical",
    )  # fmt: skip
    return Location(id=key, location_type="physical", addresses=(address,), **more)


def service(key, name="Food Pantry", organization=None, location=None):
    links = () if location is None else (ServiceAtLocation(id=f"{key}-l", location=location),)
    return Service(id=key, name=name, status="active", organization=organization, service_at_locations=links)


def found(*directories):
    return {
        (f.rule, f.record_id, f.value["other"]): f.value["evidence"]
        for f in duplicates(*directories)
        if f.value
    }


def phone(number):
    return (Phone(id=f"p{number}", number=number),)


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        (
            {"website": "https://www.laurel.example.org/a"},
            {"website": "http://laurel.example.org"},
            "same website",
        ),
        ({"phones": phone("(828) 555-0101")}, {"phones": phone("+1 828 555 0101")}, "same phone"),
        ({"email": "a@laurel.example.org"}, {"email": "A@laurel.example.org"}, "same e-mail address"),
    ],
)
def test_two_agencies_with_names_alike_and_one_more_thing_are_suspects(one, other, evidence):
    directory = Directory.of([agency("a", **one), agency("b", name="The Laurel Pantry, Inc.", **other)])
    assert evidence in found(directory)["duplicate-organization", "b", "a"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"phones": phone("828-555-0101")}, {"name": "Cedar Clinic", "phones": phone("828-555-0101")}),
        (
            {"website": "https://facebook.com/laurel"},
            {"name": "Laurels", "website": "https://facebook.com/other"},
        ),
        (
            {"phones": phone("828-555-0101")},
            {"name": "Laurel Pantries West", "phones": phone("828-555-0199")},
        ),
    ],
)
def test_a_shared_line_or_platform_alone_makes_no_suspects(one, other):
    assert found(Directory.of([agency("a", **one), agency("b", **other)])) == {}


def test_places_on_one_street_or_near_each_other_are_suspects():
    street = Directory.of([place("a"), place("b", "1 Laurel Ln.")])
    assert found(street)["duplicate-location", "b", "a"] == ["same street"]
    near = Directory.of(
        [
            place("a", latitude=36.42, longitude=-81.47, name="Town Hall"),
            place("b", "Box 9", latitude=36.4201, longitude=-81.4701, name="The Town Hall"),
            place("c", "Box 8", latitude=36.43, longitude=-81.47, name="Town Hall"),
        ]
    )
    assert found(near) == {("duplicate-location", "b", "a"): ["near each other", "same name"]}


def test_services_are_suspects_through_their_suspected_agencies_and_places():
    one = Directory.of([service("s", organization=agency("a", tax_id="12-3"), location=place("x"))])
    other = Directory.of(
        [service("t", "Food pantry", agency("b", tax_id="123"), place("y", "1 laurel lane"))]
    )
    suspects = found(one, other)
    assert suspects["duplicate-organization", "b", "a"][0:1]
    assert suspects["duplicate-location", "y", "x"] == ["same street"]
    assert {"same organization", "same place"} <= set(suspects["duplicate-service", "t", "s"])


def test_the_same_service_at_two_places_is_no_suspect():
    laurel = agency("a")
    two = [
        service("s", organization=laurel, location=place("x")),
        service("t", organization=laurel, location=place("y", "9 Oak St")),
    ]
    assert not any(key[0] == "duplicate-service" for key in found(Directory.of(two)))


def test_one_id_in_two_sources_is_no_suspect():
    directory = Directory.of([service("s", organization=agency("a"), location=place("x"))])
    assert found(directory, Directory.of(list(directory.services.values()))) == {}


def test_values_shared_by_hundreds_are_not_compared_and_reported():
    many = [agency(str(n), f"Agency {n}", phones=phone("828-555-0100")) for n in range(60)]
    (finding,) = duplicates(Directory.of(many))
    assert (finding.rule, finding.entity) == ("duplicates-not-compared", "organization")


def test_evidence_carries_no_values():
    directory = Directory.of(
        [agency("a", phones=phone("828-555-0101")), agency("b", phones=phone("828-555-0101"))]
    )
    (finding,) = duplicates(directory)
    assert "0101" not in finding.message + str(finding.value)


def test_only_what_something_brings_together_is_compared(monkeypatch):
    compared = []
    monkeypatch.setattr(
        duplicates_module, "likeness", lambda one, other: compared.append((one, other)) or 0.0
    )
    many = [
        agency(str(n), f"Agency number {n}", website=f"https://a{n // 2}.example.org") for n in range(2000)
    ]
    assert duplicates(Directory.of(many)) == ()
    assert len(compared) == 1000
