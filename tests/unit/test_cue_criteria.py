"""What a patron's words say of the person fills in a form: it moves services up or down, and shows why."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

import communityconnector as cc
from builders import location, pantries, pantry
from communityconnector.matching.cue_criteria import _FIELDS, add_cues
from communityconnector.model import Accessibility, CostOption, Language, RequiredDocument
from communityconnector.needs import Cues, interpreter
from communityconnector.needs.cues import read_cues
from communityconnector.needs.need import PREFERABLE

DATA = files("communityconnector") / "needs" / "data"


def rows(name):
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def filled(text, **fields):
    return add_cues(cc.Need(text, **fields), read_cues(text))


def order(text, *services, **options):
    result = cc.Matcher(cc.Directory.of(services), **options).match(text)
    return [match.service_id for match in result]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("I am 83 and need food", "age", 83),
        ("necesito una despensa", "language", "es"),
        ("I use a wheelchair and need a dentist", "accessibility", ("wheelchair",)),
        ("I have no ID, where can I get food", "without_documents", ("photo ID",)),
        ("we have no money for food", "max_cost", 0),
        ("food pantry near 28640", "near", "28640"),
    ],
)
def test_a_cue_fills_in_a_field(text, field, value):
    need, criteria, _ = filled(text)
    assert getattr(need, field) == value
    assert criteria
    assert set(need.prefer) == criteria


def test_a_situation_that_services_are_made_for_is_asked():
    assert "veterans" in filled("I am a veteran and need food").need.situations


def test_a_situation_that_says_little_of_a_service_is_not_asked():
    assert filled("I have a job and need food").need.situations == ()


@pytest.mark.parametrize("text", ["from 28640 or 28694, food", "my zip is 00000, food", "food"])
def test_without_one_known_zip_code_there_is_no_place(text):
    assert filled(text).need.near is None


def test_a_place_that_the_need_names_is_not_replaced():
    assert filled("food in 28640", near="28694").need.near == "28694"
    assert filled("food in 28640", areas="Ashe County").need.near is None


def test_a_language_that_cannot_be_compared_is_left_out():
    assert add_cues(cc.Need("food"), Cues(language="xx-none")).criteria == frozenset()


def test_what_fits_the_person_comes_first_and_says_why():
    access = (Accessibility(id="w", description="Wheelchair accessible"),)
    plain, with_ramp = pantry("a"), pantry("b", location("l", accessibility=access))
    assert order("food pantry", plain, with_ramp) == ["a", "b"]
    assert order("food pantry, I use a wheelchair", plain, with_ramp) == ["b", "a"]
    result = cc.Matcher(cc.Directory.of([plain, with_ramp])).match("food pantry, I use a wheelchair")
    assert "Accessible: wheelchair" in [reason.text for reason in result[0].reasons]
    assert result[1].questions == ()
    assert result.interpretation.cues.accessibility == ("wheelchair",)


def test_what_is_known_not_to_fit_comes_after_what_fits_and_is_shown():
    young, old = pantry("a", minimum_age=5.0, maximum_age=17.0), pantry("b", minimum_age=60.0)
    assert order("I am 83 and need a food pantry", young, old) == ["b", "a"]
    last = cc.Matcher(cc.Directory.of([young, old])).match("I am 83 and need a food pantry")[1]
    assert last.gives == ("age",)
    assert "For people of 5 to 17 years" in [reason.text for reason in last.reasons]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("food pantry, no tengo dinero", {"cost_options": (CostOption(id="c", amount=5.0, option=""),)}),
        (
            "food pantry, I have no ID",
            {"required_documents": (RequiredDocument(id="d", document="Photo ID"),)},
        ),
        ("necesito una despensa de comida", {"languages": (Language(id="l", name="Korean", code="ko"),)}),
    ],
)
def test_no_cue_rules_a_service_out(text, fields):
    assert order(text, pantry("a", **fields)) == ["a"]


def test_cues_can_be_turned_off():
    access = (Accessibility(id="w", description="Wheelchair accessible"),)
    services = pantry("a"), pantry("b", location("l", accessibility=access))
    text = "food pantry, I use a wheelchair"
    assert order(text, *services, cues=False) == ["a", "b"]
    matching = cc.MatchingOptions(cues=False)
    with cc.Connector.open(matching=matching) as desk:
        desk.load(cc.Directory.of(services))
        result = desk.match(text)
    assert [match.service_id for match in result] == ["a", "b"]
    assert result.interpretation.cues.accessibility == ("wheelchair",)


def test_a_zip_code_in_the_words_is_never_sent_to_a_geocoder():
    asked = []

    class Spy:
        def locate(self, place):
            asked.append(place)

    matcher = cc.Matcher(pantries(), geocoder=Spy())
    asked.clear()
    result = matcher.match("food pantry in 28617")
    assert any(match.km is not None for match in result)
    assert asked == []


@pytest.mark.parametrize("row", rows("cue_criteria.csv"), ids=lambda row: row["value"])
def test_the_table_names_cues_and_criteria_that_there_are(row):
    values = {
        (known["kind"], value) for known in rows("situations.csv") for value in known["value"].split(";")
    }
    assert (row["kind"], row["value"]) in values
    assert row["criterion"] in _FIELDS
    assert row["criterion"] in PREFERABLE
    assert all(row["words"].split(";"))


def test_danger_asks_for_services_made_for_survivors():
    cues = interpreter().interpret("my boyfriend hit me").cues
    assert "domestic violence" in add_cues(cc.Need("my boyfriend hit me"), cues).need.situations


def test_no_cues_make_a_need_that_cannot_be():
    every = {
        kind: tuple(row["value"] for row in rows("cue_criteria.csv") if row["kind"] == kind)
        for kind in ("situations", "accessibility", "barriers", "age_groups")
    }
    need, criteria, _ = add_cues(cc.Need("food"), Cues(age=140, **every))
    assert need.age is None
    assert "age" not in criteria
    assert len(need.situations) == 100
