"""Areas in words and rules of residence are compared with a person's ZIP code or point; what is vague asks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching.criteria.residence import residences
from communityconnector.model import (
    Address,
    Directory,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from communityconnector.model.gazetteer import counties_at, county
from communityconnector.model.gazetteer.tables import read_columns

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)
OAKLAND, ASHE = "94601", "28694"


def explained(near, *areas, **told):
    service = Service(
        id="1",
        name=told.pop("name", "Food Pantry"),
        status="active",
        service_areas=tuple(ServiceArea(id=str(n), name=name) for n, name in enumerate(areas)),
        **told,
    )
    matcher = cc.Matcher(Directory.of([service]), clock=lambda: NOW)
    (explanation,) = matcher.explain(cc.Need("food pantry", near=near), "1")
    return explanation


def reason(near, *areas, **told):
    reasons = explained(near, *areas, **told).reasons
    return next((found for found in reasons if found.criterion == "area"), None)


def answer(near, *areas, **told):
    return reason(near, *areas, **told).answer.value


@pytest.mark.parametrize(
    "area",
    [
        "Alameda County", "Alameda County, CA", "County of Alameda", "Alameda and Contra Costa Counties",
        "Contra Costa, Solano and Alameda counties", "Counties of Marin, Napa and Alameda, California", "City of Oakland",
        "Oakland", "Oakland, CA", "Berkeley; Oakland", "Oakland, Alameda County", "California", "State of California", "CA",
        "Alameda County and surrounding counties", "Greater Oakland area", "United States", "Nationwide", "USA",
        "All of Alameda County", "Alameda County residents only", "condado de Alameda",
    ],
)  # fmt: skip
def test_an_area_that_holds_the_person_is_met(area):
    assert answer(OAKLAND, area) == "met"
    assert answer(cc.Point(37.7758, -122.2186), area) == "met"


@pytest.mark.parametrize(
    "area",
    [
        "Sonoma County", "San Mateo and Santa Clara Counties", "City of San Jose", "Berkeley", "Oregon", "NC, VA and TN",
        "Northern Oregon", "rural Napa County", "Napa, Marin and Sonoma Counties, California", "City of Oakland, Maine",
    ],
)  # fmt: skip
def test_an_area_that_is_plainly_elsewhere_is_unmet(area):
    found = explained(OAKLAND, area)
    assert answer(OAKLAND, area) == "unmet"
    assert not found.fits


@pytest.mark.parametrize(
    "area",
    [
        "San Francisco Bay Area", "Sonoma County and surrounding counties", "the Valley", "Northern California",
        "East Oakland", "Parts of Alameda County", "Oakland Unified School District", "Peninsula", "ALL", "Greater Fresno area",
        "Alameda",
    ],
)  # fmt: skip
def test_what_is_vague_is_a_question(area):
    assert answer(OAKLAND, area) == "unknown"


def test_a_zip_code_in_two_counties_is_a_question_for_each():
    assert answer("94303", "San Mateo County") == "unknown"
    assert answer("94303", "San Mateo and Santa Clara Counties") == "met"
    assert answer("94303", "Alameda County") == "unmet"


def test_statewide_is_the_state_of_the_address():
    place = Location(
        id="l", location_type="physical", addresses=(Address(id="a", address_1="1 Main St", city="Boone", state_province="NC", postal_code="28607", country="US", address_type="physical"),)
    )  # fmt: skip
    service = Service(
        id="1", name="Food Pantry", status="active", service_areas=(ServiceArea(id="s", name="Statewide"),),
        service_at_locations=(ServiceAtLocation(id="x", location=place),),
    )  # fmt: skip
    matcher = cc.Matcher(Directory.of([service]), clock=lambda: NOW)

    def told(near):
        (found,) = matcher.explain(cc.Need("food pantry", near=near), "1")
        return next(r.answer.value for r in found.reasons if r.criterion == "area")

    assert told(ASHE) == "met"
    assert told(OAKLAND) == "unmet"


@pytest.mark.parametrize(
    "text",
    [
        "Residents of Alameda County", "Alameda County residents only", "Must live in Oakland, CA", "Must reside in 94601 or 94602",
        "Low-income residents of Alameda and Contra Costa Counties", "Para residentes del condado de Alameda",
    ],
)  # fmt: skip
def test_a_rule_of_residence_decides(text):
    assert answer(OAKLAND, eligibility_description=text) == "met"
    assert answer(ASHE, eligibility_description=text) == "unmet"


@pytest.mark.parametrize(
    "text",
    [
        "You do not have to be a resident of Sonoma County", "No need to live in Sonoma County",
        "Not limited to residents of Sonoma County", "Non-residents of Sonoma County welcome",
        "Open to all; priority to residents of Sonoma County", "Residents of Sonoma County preferred",
        "Residents of Sonoma County pay nothing; others pay $5", "Fees are lower for Sonoma County residents",
        "Open to everyone. Sonoma County residents should bring proof of address", "Former residents of Napa County",
        "Must live in Sonoma, Napa or a neighboring county", "Residents of Sonoma County and their families anywhere in California",
        "Anyone except residents of Alameda County",
    ],
)  # fmt: skip
def test_a_sentence_that_only_speaks_of_residents_rules_nobody_out(text):
    assert answer(OAKLAND, eligibility_description=text) == "unknown"
    assert explained(OAKLAND, eligibility_description=text).fits


def test_what_a_description_says_of_its_area_is_a_doubt_and_rules_nobody_out():
    told = "A pantry with fresh food. Serves Alameda County."
    assert answer(OAKLAND, description=told) == "met"
    found = explained(ASHE, description=told)
    assert found.fits
    assert reason(ASHE, description=told).doubt.value == "unlikely"


def test_a_county_in_a_name_is_only_a_hint():
    agency = Organization(id="o", name="San Mateo County Food Bank", description="Food.")
    assert reason(OAKLAND, organization=agency).doubt.value == "doubtful"
    assert reason("94063", organization=agency).doubt.value == "open"
    assert reason(OAKLAND, name="Cook County Food Pantry").doubt.value == "doubtful"


@pytest.mark.parametrize(
    "text",
    ["Residents of Maple Court", "living in Poverty Free Homes", "Serving Hot Meals", "People who live in a Shelter", "residents"],
)  # fmt: skip
def test_words_that_name_no_place_say_nothing(text):
    assert not residences(text, "", ())
    assert not residences("", text, ())


counties = st.sampled_from(
    [fips for fips in read_columns("counties")["fips"] if fips[:2] not in {"72", "60", "66", "69", "78"}]
)


@given(counties, st.booleans())
def test_a_county_elsewhere_is_unmet_unless_more_is_meant(fips, more):
    other = county(fips)
    if "Alameda" in other.name:
        return
    name = f"{other.name}, {other.state}"
    assert answer(OAKLAND, name) == "unmet"
    if more:
        assert answer(OAKLAND, f"{name} and surrounding counties") == "unknown"
        assert answer(OAKLAND, f"{name} and Alameda County, CA") == "met"


@given(counties)
def test_a_state_includes_all_its_counties_and_no_other(fips):
    point = county(fips).point
    its_state = county(fips).state
    inside = sum(chance for other, chance in counties_at(point).items() if other[:2] == fips[:2])
    # Near a border, and far from any ZIP code, the state is not certain.
    assert answer(point, its_state) == ("met" if inside >= 0.75 else "unknown")
    far = "HI" if its_state != "HI" else "ME"
    assert answer(point, far) == ("unmet" if inside else "unknown")
