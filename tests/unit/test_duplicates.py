"""Suspected duplicates come with their evidence, and what only looks alike does not come at all."""

from __future__ import annotations

import sys

import pytest

from builders import agency, location, service
from communityconnector.interchange import duplicates
from communityconnector.model import (
    Directory,
    Phone,
)

LAUREL, LANE = "Laurel Pantry", "1 Laurel Lane"
duplicates_module = sys.modules[duplicates.__module__]


def find_suspects(*directories):
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
    directory = Directory.of(
        [agency("a", LAUREL, **one), agency("b", name="The Laurel Pantry, Inc.", **other)]
    )
    assert evidence in find_suspects(directory)["duplicate-organization", "b", "a"]


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
    assert (
        find_suspects(Directory.of([agency("a", LAUREL, **one), agency("b", **{"name": LAUREL, **other})]))
        == {}
    )


def test_places_on_one_street_or_near_each_other_are_suspects():
    street = Directory.of([location("a", LANE), location("b", "1 Laurel Ln.")])
    assert find_suspects(street)["duplicate-location", "b", "a"] == ["same street"]
    near = Directory.of(
        [
            location("a", LANE, latitude=36.42, longitude=-81.47, name="Town Hall"),
            location("b", "Box 9", latitude=36.4201, longitude=-81.4701, name="The Town Hall"),
            location("c", "Box 8", latitude=36.43, longitude=-81.47, name="Town Hall"),
        ]
    )
    assert find_suspects(near) == {("duplicate-location", "b", "a"): ["near each other", "same name"]}


def test_services_are_suspects_through_their_suspected_agencies_and_places():
    one = Directory.of([service("s", location("x", LANE), organization=agency("a", LAUREL, tax_id="12-3"))])
    other = Directory.of(
        [
            service(
                "t",
                location("y", "1 laurel lane"),
                name="Food pantry",
                organization=agency("b", LAUREL, tax_id="123"),
            )
        ]
    )
    suspects = find_suspects(one, other)
    assert suspects["duplicate-organization", "b", "a"][0:1]
    assert suspects["duplicate-location", "y", "x"] == ["same street"]
    assert {"same organization", "same place"} <= set(suspects["duplicate-service", "t", "s"])


def test_the_same_service_at_two_places_is_no_suspect():
    laurel = agency("a", LAUREL)
    two = [
        service("s", location("x", LANE), organization=laurel),
        service("t", location("y", "9 Oak St"), organization=laurel),
    ]
    assert not any(key[0] == "duplicate-service" for key in find_suspects(Directory.of(two)))


def test_one_id_in_two_sources_is_no_suspect():
    directory = Directory.of([service("s", location("x", LANE), organization=agency("a", LAUREL))])
    assert find_suspects(directory, Directory.of(list(directory.services.values()))) == {}


def test_values_shared_by_hundreds_are_not_compared_and_reported():
    many = [agency(str(n), f"Agency {n}", phones=phone("828-555-0100")) for n in range(60)]
    (finding,) = duplicates(Directory.of(many))
    assert (finding.rule, finding.entity) == ("duplicates-not-compared", "organization")


def test_evidence_carries_no_values():
    directory = Directory.of(
        [agency("a", LAUREL, phones=phone("828-555-0101")), agency("b", LAUREL, phones=phone("828-555-0101"))]
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
