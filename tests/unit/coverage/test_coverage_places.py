"""Where people live: what is shipped, what is read from a folder, and what any table may hold."""

from __future__ import annotations

import gzip

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from communityconnector import coverage
from communityconnector.errors import InvalidPlacesError, PlaceNotFoundError, SourceNotFoundError

ROWS = [
    {"id": "north", "people": 100, "latitude": 36.5, "longitude": -81.5, "county": "37009"},
    {"id": "south", "people": 300, "latitude": 36.3, "longitude": -81.4, "county": "37009"},
]


@pytest.mark.parametrize(
    ("fips", "count", "people"), [("37009", 26, 26_577), ("37005", 11, 10_888), ("37189", 32, 54_086)]
)
def test_the_block_groups_of_three_counties_are_shipped(fips, count, people):
    found = coverage.places(fips)
    assert (len(found), found.total) == (count, people)
    assert set(found.counties) == {fips}


def test_the_tracts_of_north_carolina_are_shipped():
    found = coverage.places("37")
    assert (len(found), found.total, found.title) == (2_672, 10_439_388, "North Carolina")
    assert len(set(found.counties)) == 100


def test_any_county_is_read_from_a_folder(tmp_path):
    table = "geoid,population,latitude,longitude\n510770601001,900,36.6,-81.4\n370099701001,5,36.4,-81.5\n"
    with gzip.open(tmp_path / coverage.BLOCK_GROUPS, "wt") as file:
        file.write(table)
    found = coverage.places("51077", folder=tmp_path)
    assert (found.total, found.county_name(0)) == (900, "Grayson County")
    assert coverage.places("us", folder=tmp_path).total == 905


def test_the_census_of_the_country_has_all_its_people(shared_data):
    assert coverage.places("us", folder=shared_data / "census").total == 334_735_155


def test_a_county_that_is_not_shipped_says_what_to_do():
    with pytest.raises(PlaceNotFoundError, match=r"Grayson County, VA are not shipped .*`folder`"):
        coverage.places("51077")


def test_a_number_of_no_place_is_refused():
    for wrong in ("99999", "3700", "Ashe", ""):
        with pytest.raises(PlaceNotFoundError, match="no county and no state"):
            coverage.places(wrong)


def test_a_folder_without_the_table_says_which_one_is_missing(tmp_path):
    with pytest.raises(SourceNotFoundError, match=r"us_block_group_centers_2020\.csv\.gz"):
        coverage.places("37009", folder=tmp_path)


@pytest.mark.parametrize(
    "frame",
    [list, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist],
    ids=["rows", "pandas", "polars", "arrow"],
)
def test_any_table_of_people_will_do(frame):
    found = coverage.Places.of(frame(ROWS))
    assert (found.ids, found.total, found.county_name(0)) == (("north", "south"), 400, "Ashe County")
    assert found.latitude.tolist() == [36.5, 36.3]


def test_a_table_of_the_census_has_the_county_in_its_number():
    found = coverage.Places.of(
        [{"geoid": "370099701001", "population": 5, "latitude": 36.4, "longitude": -81.5}]
    )
    assert found.counties == ("37009",)


@pytest.mark.parametrize(
    "row", [{"id": "a", "people": 3}, {"id": "a", "people": "many", "latitude": 1, "longitude": 2}]
)
def test_a_row_without_numbers_is_named(row):
    with pytest.raises(InvalidPlacesError, match="row 2 of the places"):
        coverage.Places.of([ROWS[0], row])


def test_the_repr_says_what_they_are():
    assert repr(coverage.places("37009")) == "<26 places of Ashe County, NC: 26,577 people>"
