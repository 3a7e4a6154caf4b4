"""Places of the United States: ZIP codes lead to counties and towns, names to all places that have them."""

from __future__ import annotations

import csv
import math
from importlib.resources import files

import pytest

from communityconnector.model import Point
from communityconnector.model.gazetteer import (
    counties_at,
    counties_of_zip,
    county,
    find_counties,
    find_towns,
    place_named,
    place_of_address,
    split_state,
    state,
    towns_at,
    towns_of_zip,
    zip_area,
)
from communityconnector.model.gazetteer.tables import read_columns


def names(chances):
    return [f"{found.name}, {found.state}" for found in map(county, chances) if found]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("28694", ["Ashe County, NC"]),
        ("10001", ["New York County, NY"]),
        ("99501", ["Anchorage Municipality, AK"]),
        ("70112", ["Orleans Parish, LA"]),
        ("20001", ["District of Columbia, DC"]),
        ("00901", ["San Juan Municipio, PR"]),
        ("28694-1234", ["Ashe County, NC"]),
    ],
)
def test_a_zip_code_leads_to_its_county(code, expected):
    assert names(counties_of_zip(code)) == expected


def test_a_zip_code_across_a_border_has_shares():
    shares = counties_of_zip("94303")
    assert names(shares) == ["San Mateo County, CA", "Santa Clara County, CA"]
    assert all(0.2 < share < 0.8 for share in shares.values())


def test_shares_of_every_zip_code_add_up_and_name_known_counties():
    columns = read_columns("zips")
    assert len(columns["zip"]) > 40_000
    for code in list(columns["zip"])[::97]:
        shares = counties_of_zip(code)
        assert shares
        assert math.isclose(sum(shares.values()), 1.0)
        assert all(county(fips) is not None for fips in shares)
        assert math.isclose(sum(towns_of_zip(code).values()), 1.0)


@pytest.mark.parametrize("code", ["", "00000", "2869", "286940", "K1A 0B1", "abcde"])
def test_what_is_no_zip_code_leads_nowhere(code):
    assert not counties_of_zip(code)
    assert not towns_of_zip(code)
    assert zip_area(code) is None


def test_a_column_ends():
    cells = read_columns("counties")["fips"]
    assert len(list(cells)) == len(cells)
    with pytest.raises(IndexError):
        cells[len(cells)]


def test_a_point_leads_to_its_county_and_town():
    assert names(counties_at(Point(36.40, -81.49)))[0] == "Ashe County, NC"
    assert next(iter(towns_at(Point(37.77, -122.42)))).name == "San Francisco"
    assert not counties_at(Point(0.0, 0.0))


@pytest.mark.parametrize(
    "text", ["Ashe", "Ashe County", "County of Ashe", "ashe county, NC", "Ashe County NC", "Ashe Co."]
)
def test_a_county_is_found_by_any_form_of_its_name(text):
    assert [found.fips for found in find_counties(text)] == ["37009"]


def test_a_name_of_several_places_finds_them_all():
    washingtons = find_counties("Washington County")
    assert len(washingtons) > 25
    assert len({found.state for found in washingtons}) == len(washingtons)
    assert [found.state for found in find_counties("Washington County", "Oregon")] == ["OR"]
    assert {"OR", "ME"} <= {found.state for found in find_towns("Portland")}


def test_saints_and_cities_are_read():
    assert find_towns("Saint Louis, MO") == find_towns("St. Louis, MO") != ()
    assert find_towns("City of Boone, NC")[0].name == "Boone"
    assert any(found.name == "Baltimore city" for found in find_counties("City of Baltimore"))


def test_a_state_is_split_from_a_name():
    found = split_state("Boone, NC")
    assert found[0] == "Boone"
    assert found[1] == state("North Carolina") == state("37")
    assert split_state("Food in Me")[1] is None


def test_every_state_has_counties():
    text = (files("communityconnector.model.gazetteer") / "data" / "states.csv").read_text(encoding="utf-8")
    codes = {row["code"] for row in csv.DictReader(text.splitlines())}
    assert len(codes) == 56
    having = {fips[:2] for fips in read_columns("counties")["fips"]}
    assert {found.fips for found in map(state, codes) if found} <= having


@pytest.mark.parametrize(
    ("text", "by", "name"),
    [
        ("94601", "zip", "94601"),
        ("1 Elm St, Boone, NC 28607-1234", "zip", "28607"),
        ("Oakland", "town", "Oakland, CA"),
        ("Boone NC", "town", "Boone, NC"),
        ("Alameda County", "county", "Alameda County, CA"),
        ("Washington County, OR", "county", "Washington County, OR"),
    ],
)
def test_a_place_is_named_by_zip_code_town_or_county(text, by, name):
    found = place_named(text)
    assert (found.by, found.name) == (by, name)
    assert found.radius_km > 0


@pytest.mark.parametrize(
    "text", ["", "Mission", "Boone", "Washington County", "Portland", "food", "12345678"]
)
def test_a_name_that_may_be_several_places_is_none(text):
    assert place_named(text) is None


def test_an_address_is_placed_by_the_surest_part_that_is_known():
    assert place_of_address("94601", "Oakland", "", "CA").name == "94601"
    assert place_of_address("", "Oakland", "", "California").name == "Oakland, CA"
    assert place_of_address("", "", "Alameda County", "CA").name == "Alameda County, CA"
    assert place_of_address("94601", "Boone", "", "NC").name == "Boone, NC"
    assert place_of_address("", "Oakland", "", "") is None
    assert place_of_address("", "Atlantis", "Nowhere", "NC") is None
