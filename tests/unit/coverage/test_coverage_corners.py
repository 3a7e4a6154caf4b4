"""Coverage where little is there: changed indexes, no services, no counties, areas given as shapes, extras not installed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest

import communityconnector as cc
from builders import agency, location, pantry
from communityconnector import coverage
from communityconnector.coverage import Candidate, Status
from communityconnector.coverage.table import Table
from communityconnector.errors import InvalidPlacesError
from communityconnector.model import Directory, Point, ServiceArea

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = {"id": "here", "people": 100, "latitude": 36.40, "longitude": -81.50, "county": "37009"}
NEAR, ALSO = (36.41, -81.50), (36.42, -81.50)


def cover(source, rows=(HERE,), **options):
    return coverage.of(source, coverage.Places.of(list(rows)), needs=["food-pantry"], now=NOW, **options)


def test_an_index_that_changed_counts_what_is_there_now():
    """The changed services stand in a second part, and one agency in both is still one."""
    first = [
        pantry("a", location("p", "1 Elm Street", NEAR)),
        pantry("b", location("q", "2 Elm Street", ALSO)),
    ]
    matcher = cc.Matcher(Directory.of(first))
    assert cover(matcher.index)["food-pantry"].people[Status.THIN] == 100
    other = pantry("c", location("r", "3 Elm Street", NEAR), organization=agency("other"))
    matcher.update(Directory.of([first[0], other, pantry("d", location("s", "4 Elm Street", ALSO))]))
    c = cover(matcher.index)
    assert c.reach.sure[0, -1, 0] == 2
    assert sorted(c.supply.service_ids) == ["a", "c", "d"]
    matcher.update(Directory.of([first[0]]))
    assert cover(matcher.index).supply.service_ids == ["a"]


def test_without_services_everybody_has_a_gap():
    c = cover(Directory.of([]))
    assert c["food-pantry"].people[Status.GAP] == 100
    assert c.ask_first() == ()
    assert repr(c).startswith("Of 100 people in the places given, most lack, within 10 miles")


def test_services_without_an_agency_are_each_their_own():
    two = [pantry(key, location(f"p{key}", f"{key} Elm Street", NEAR), organization=None) for key in "ab"]
    assert cover(Directory.of(two)).reach.sure[0, -1, 0] == 2


def test_records_that_say_nothing_of_their_purpose_are_counted_apart():
    c = cover(Directory.of([pantry("a", location("p", "1 Elm Street", NEAR), name="Saint Anne")]))
    assert c["food-pantry"].people[Status.GAP] == 100
    assert any("do not say what they are for" in line for line in c.basis)


def test_a_shape_decides_by_the_point_of_each_place():
    square = {"type": "Polygon", "coordinates": [[[-82, 36], [-81.4, 36], [-81.4, 37], [-82, 37], [-82, 36]]]}
    area = ServiceArea(id="area", name="West", extent=json.dumps(square), extent_type="geojson")
    service = pantry("a", location("p", "1 Elm Street", NEAR), service_areas=(area,))
    east = {**HERE, "id": "east", "longitude": -81.38}
    c = cover(Directory.of([service]), (HERE, east))
    assert [row["status"] for row in c.table()] == ["thin", "gap"]


def test_places_of_no_known_county_are_taken_by_their_points():
    rows = ({**HERE, "county": ""}, {**HERE, "id": "there", "county": "", "latitude": 36.5})
    c = cover(Directory.of([pantry("a")]), rows)
    assert [row["status"] for row in c.table()] == ["unknown", "unknown"]
    assert [row["county"] for row in c.table()] == ["", ""]
    assert [row["name"] for row in c.by("county")] == [""]


def test_where_all_is_covered_nothing_is_to_be_added():
    places = [
        pantry(key, location(f"p{key}", f"{key} Elm Street", NEAR), organization=agency(key)) for key in "ab"
    ]
    c = cover(Directory.of(places))
    assert "all have every need" in repr(c)
    for exact in (False, True):
        plan = coverage.where_to_add(c, "food-pantry", [Candidate("hall", Point(*NEAR))], exact=exact)
        assert (plan.additions, plan.people, plan.uncovered) == ((), 0, 0)


def test_a_row_without_an_id_is_called_by_its_number():
    assert coverage.Places.of([{"people": 1, "latitude": 36.4, "longitude": -81.5}]).ids == ("1",)


def test_an_extra_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(InvalidPlacesError, match=r"communityconnector\[analysis\]"):
        coverage.Places.of(iter([HERE]))
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ModuleNotFoundError, match=r"communityconnector\[analysis\]"):
        coverage.where_to_add(
            cover(Directory.of([])), "food-pantry", [Candidate("hall", Point(*NEAR))], exact=True
        )


def test_an_empty_table_is_shown_too():
    table = Table({}, "")
    assert (len(table), repr(table), table.to_dicts()) == (0, "", [])
    assert "<caption>" not in table._repr_html_()
    mixed = Table({"a": [None, 0.25, 12.5, True], "b": ["x", "y", "z", "w"]}, "T")
    assert repr(mixed).splitlines()[2:] == ["\u2013      x", "0.250  y", "12.5   z", "True   w"]


def test_all_needs_show_the_worst_and_count_the_others():
    c = coverage.of(cc.sample(), coverage.places("37009"), now=NOW)
    assert any(line.startswith("and ") and "more needs" in line for line in repr(c).splitlines())
    assert "more needs" in c._repr_html_()


def test_nobody_lives_in_places_without_people():
    c = cover(Directory.of([]), ({**HERE, "people": 0},))
    assert c["food-pantry"].share == (0.0, 0.0, 0.0)
    assert c["food-pantry"].median_miles is None
    assert len(c.gaps()) == 0
