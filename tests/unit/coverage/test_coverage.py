"""Coverage of small directories, cell by cell: statuses, reasons, tables, calls and additions."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

import communityconnector as cc
from builders import address, agency, location, pantry, service
from communityconnector import coverage
from communityconnector.coverage import Candidate, Status, Why
from communityconnector.errors import InvalidNeedError, InvalidPlacesError, UnknownNeedError
from communityconnector.model import Directory, Point, ServiceArea

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = (36.40, -81.50)
NEAR = (36.41, -81.50)
FAR = (36.40, -80.00)
PEOPLE = [{"id": "here", "people": 100, "latitude": HERE[0], "longitude": HERE[1], "county": "37009"}]
AT_HOME = {"location_type": "virtual"}


def cell(*services, person=None, **options):
    c = coverage.of(
        Directory.of(services),
        coverage.Places.of(PEOPLE),
        needs=["food-pantry"],
        person=person or {},
        now=NOW,
        **options,
    )
    (row,) = c.table()
    return c, row


def test_two_agencies_cover_and_one_is_thin():
    one = pantry("a", location("p", "1 Elm Street", NEAR))
    other = pantry("b", location("q", "2 Elm Street", NEAR), organization=agency("other"))
    assert cell(one)[1]["status"] == Status.THIN
    assert cell(one)[1]["why"] == Why.ONE_AGENCY
    assert cell(one, other)[1]["status"] == Status.COVERED
    again = pantry("b", location("q", "2 Elm Street", NEAR))
    assert cell(one, again)[1]["status"] == Status.THIN


def test_nobody_and_somebody_far_away_are_gaps_for_different_reasons():
    assert cell()[1]["why"] == Why.NOBODY_OFFERS_IT
    c, row = cell(pantry("a", location("p", "1 Elm Street", FAR)))
    assert (row["status"], row["why"], row["nearest_service"]) == (Status.GAP, Why.TOO_FAR, "a")
    assert row["nearest_miles"] == pytest.approx(83.6, abs=0.2)
    assert c["food-pantry"].median_miles == pytest.approx(83.6, abs=0.2)
    assert cell()[0]["food-pantry"].median_miles is None


def test_a_hotline_is_neither_a_place_nor_a_gap():
    area = ServiceArea(id="area", name="Ashe County, NC")
    row = cell(pantry("a", location("p", **AT_HOME), service_areas=(area,)))[1]
    assert (row["status"], row["why"]) == (Status.REMOTE, Why.WITHOUT_A_TRIP)


def test_a_hotline_that_does_not_say_whom_it_serves_is_a_question():
    row = cell(pantry("a", location("p", **AT_HOME)))[1]
    assert (row["status"], row["open"]) == (Status.UNKNOWN, "area")


def test_a_place_that_is_not_known_is_unknown_and_never_a_gap():
    c, row = cell(pantry("a"))
    assert (row["status"], row["open"]) == (Status.UNKNOWN, "area; place")
    share = c["food-pantry"].share
    assert (share.low, share.high) == (0.0, 1.0)
    assert 0.0 < share.likely < 1.0


def test_a_service_of_another_county_serves_nobody_here():
    other = ServiceArea(id="area", name="Wilkes County, NC")
    assert (
        cell(pantry("a", location("p", "1 Elm Street", NEAR), service_areas=(other,)))[1]["status"]
        == Status.GAP
    )
    own = ServiceArea(id="area", name="Ashe County, NC")
    assert (
        cell(pantry("a", location("p", "1 Elm Street", NEAR), service_areas=(own,)))[1]["status"]
        == Status.THIN
    )


def test_for_somebody_of_sixteen_an_age_that_is_not_said_is_a_question():
    place = location("p", "1 Elm Street", NEAR)
    sixteen = {"age": 16}
    assert cell(pantry("a", place), person=sixteen)[1]["open"] == "age"
    assert (
        cell(pantry("a", place, minimum_age=10.0, maximum_age=99.0), person=sixteen)[1]["status"]
        == Status.THIN
    )
    assert cell(pantry("a", place, minimum_age=18.0), person=sixteen)[1]["status"] == Status.GAP


def test_whom_to_call_first_is_whoever_settles_most():
    places = coverage.Places.of(
        [
            {"id": "many", "people": 900, "latitude": 36.40, "longitude": -81.50, "county": "37009"},
            {"id": "few", "people": 10, "latitude": 36.40, "longitude": -81.00, "county": "37009"},
        ]
    )
    services = [
        pantry("a", location("p", "1 Elm Street", (36.40, -81.01)), organization=agency("one")),
        pantry("b", location("q", "2 Elm Street", NEAR), organization=agency("two")),
        pantry(
            "c",
            location("r", "3 Elm Street", NEAR),
            organization=agency("three"),
            minimum_age=0.0,
            maximum_age=99.0,
        ),
    ]
    c = coverage.of(Directory.of(services[:2]), places, needs=["food-pantry"], person={"age": 16}, now=NOW)
    calls = c.ask_first()
    assert [(call.service_id, call.questions) for call in calls] == [("b", ("age",)), ("a", ("age",))]
    assert calls[0].name == "Food Pantry"
    assert calls[0].people == 900.0
    known = coverage.of(Directory.of(services), places, needs=["food-pantry"], person={"age": 16}, now=NOW)
    assert [call.service_id for call in known.ask_first()] == ["a"]


def test_an_address_with_a_zip_code_alone_may_be_near_enough():
    place = location("p", addresses=(address(id="x", city="", postal_code="28694"),))
    c = coverage.of(
        cc.Directory.of([pantry("a", place)]), coverage.places("37009"), needs=["food-pantry"], now=NOW
    )
    share = c["food-pantry"].shares[5.0]
    assert share.low < share.likely < share.high


def test_wellness_and_counties_are_told_with_their_needs():
    c = coverage.of(cc.sample(), coverage.places("37009"), now=NOW)
    dimensions = {row["dimension"]: row for row in c.by("wellness")}
    assert {"physical", "emotional", "social", "spiritual"} <= dimensions.keys()
    assert all(row["low"] <= row["likely"] <= row["high"] for row in dimensions.values())
    (county,) = c.by("county")
    assert (county["name"], county["people"]) == ("Ashe County", 26_577)
    assert len(c.by("need")) == len(c) > 100
    with pytest.raises(ValueError, match="need, county or wellness"):
        c.by("moon")


def test_gaps_come_with_most_people_first():
    c = coverage.of(cc.sample(), coverage.places("37009"), now=NOW)
    gaps = c.gaps(50)
    people = [row["people"] for row in gaps]
    assert people == sorted(people, reverse=True)
    assert {row["status"] for row in gaps} <= {Status.GAP, Status.UNKNOWN}
    assert all(row["people"] >= 1_500 for row in c.gaps(None, least=1_500))


@pytest.mark.parametrize("exact", [False, True])
def test_one_more_is_added_where_most_people_lack_it(exact):
    places = coverage.Places.of(
        [
            {"id": str(number), "people": people, "latitude": 36.4, "longitude": -81.5 + number * 0.4}
            for number, people in enumerate([50, 900, 20, 400])
        ]
    )
    c = coverage.of(Directory.of([]), places, needs=["food-pantry"], now=NOW)
    candidates = [Candidate(f"hall {number}", Point(36.4, -81.5 + number * 0.4)) for number in range(4)]
    plan = coverage.where_to_add(c, "food-pantry", candidates, count=2, exact=exact)
    assert [(one.name, one.people) for one in plan.additions] == [("hall 1", 900), ("hall 3", 400)]
    assert (plan.people, plan.uncovered, plan.is_exact) == (1300, 1370, exact)


def test_swaps_find_what_steps_alone_miss():
    """The middle hall covers most by itself, but both outer ones together cover all."""
    places = coverage.Places.of(
        [
            {"id": str(number), "people": people, "latitude": 36.4, "longitude": -81.5 + number * 0.1}
            for number, people in enumerate([90, 100, 100, 90])
        ]
    )
    c = coverage.of(Directory.of([]), places, needs=["food-pantry"], within=[3], now=NOW)
    halls = [
        Candidate("west", Point(36.4, -81.45)),
        Candidate("middle", Point(36.4, -81.35)),
        Candidate("east", Point(36.4, -81.25)),
    ]
    plan = coverage.where_to_add(c, "food-pantry", halls, count=2)
    assert (sorted(one.name for one in plan.additions), plan.people) == (["east", "west"], 380)


def test_a_location_without_a_point_is_no_candidate():
    c = cell()[0]
    with pytest.raises(InvalidPlacesError, match="candidates with points"):
        coverage.where_to_add(c, "food-pantry", [location("p", "1 Elm Street")])
    with pytest.raises(KeyError, match="not asked for"):
        coverage.where_to_add(c, "dental-care", [])
    assert coverage.where_to_add(c, "food-pantry", [location("p", "1 Elm Street", NEAR)]).people == 100


def test_wrong_questions_are_refused_with_advice():
    places = coverage.Places.of(PEOPLE)
    with pytest.raises(UnknownNeedError, match="not a concept"):
        coverage.of(Directory.of([]), places, needs=["unicorn-rides"])
    with pytest.raises(UnknownNeedError, match="no need is named"):
        coverage.of(Directory.of([]), places, needs=[])
    with pytest.raises(InvalidNeedError, match="`person` has 'shoe'"):
        coverage.of(Directory.of([]), places, person={"shoe": 12})
    for wrong in ([], [0], [-1], [float("nan")]):
        with pytest.raises(InvalidNeedError, match="distances in miles"):
            coverage.of(Directory.of([]), places, within=wrong)


def test_nothing_confidential_is_placed():
    """A shelter whose place is hidden is unknown everywhere, and no nearer anywhere."""
    hidden = location("p", "1 Elm Street", NEAR, disclosure=cc.Disclosure.NEVER)
    row = cell(pantry("a", hidden))[1]
    assert (row["status"], row["nearest_miles"], row["nearest_service"]) == (Status.UNKNOWN, None, None)


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_a_card_has_no_script_and_nothing_from_outside_and_escapes_names():
    evil = service(
        "a",
        location("p", "1 Elm Street", NEAR),
        name="Food Pantry <script>alert(1)</script>",
        organization=agency(),
    )
    c, _ = cell(evil)
    for html in (c._repr_html_(), c.table()._repr_html_(), c.gaps()._repr_html_()):
        parser = _Tags()
        parser.feed(html)
        names = {tag for tag, _ in parser.tags}
        assert "script" not in names
        assert not {"src", "href"} & {name for _, attributes in parser.tags for name in attributes}
        assert ("caption", {}) in parser.tags


def test_a_terminal_shows_the_sentence_the_table_and_the_basis():
    lines = repr(
        coverage.of(cc.sample(), coverage.places("37009"), needs=["food-pantry", "detox"], now=NOW)
    ).splitlines()
    assert lines[0] == (
        "Of 26,577 people in Ashe County, NC, most lack, within 10 miles: detox: 26,577 have none; "
        "groceries from a food pantry: 1,181 may have one."
    )
    assert lines[1].split() == [
        "need",
        "covered",
        "low",
        "to",
        "high",
        "covered",
        "thin",
        "remote",
        "unknown",
        "gap",
    ]
    assert lines[-1].startswith("Services: ") or "records do not say" in lines[-1]


def test_a_table_is_a_frame_in_any_library():
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    table = coverage.of(cc.sample(), coverage.places("37009"), needs=["food-pantry"], now=NOW).table()
    assert isinstance(table.to_pandas(), pd.DataFrame)
    assert table.to_polars().shape == (26, 12)
    assert pl.DataFrame(table).shape == pa.table(table).shape == (26, 12)
    assert pa.table(table).num_rows == 26, "a second time"
    assert table.to_csv().splitlines()[0].startswith("need,place,county,people,status,why")
    assert table.to_dicts()[0]["need"] == "food-pantry"
    assert repr(table).splitlines()[0] == "Coverage within 10 miles"
    long = coverage.of(cc.sample(), coverage.places("37"), needs=["food-pantry"], now=NOW).table()
    assert repr(long).splitlines()[-1] == "and 2,612 more rows: to_csv(), to_pandas()"
