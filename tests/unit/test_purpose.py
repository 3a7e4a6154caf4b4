"""What a service is for, as patrons are told: fitting, perhaps, or not shown; and nothing understood is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

import builders
import communityconnector as cc
from communityconnector.cli import main
from communityconnector.matching.weights import WEIGHTS
from communityconnector.model import Attribute, Directory

NOTHING = ["", "qwertyuiop", "Jerome Quillpen", "1234", "\U0001f600", "Ich brauche Essen"]


def service(key, name, description=None, category=None, agency=None):
    attributes = (Attribute(id=f"a-{key}", label=category),) if category else ()
    organization = builders.agency(f"o-{key}", agency, description="") if agency else None
    return builders.service(
        key, name=name, description=description, attributes=attributes, organization=organization
    )


def answers(text, *services):
    matcher = cc.Matcher(Directory.of(services), clock=lambda: datetime(2026, 11, 30, tzinfo=UTC))
    return {match.service_id: str(match.reasons[0].answer) for match in matcher.match(text, limit=None)}


PANTRIES = (
    service("by-category", "All Saints Church", category="Food Pantry"),
    service("by-name", "Quillpen Food Pantry"),
    service("by-text", "Copper Kettle", "A food pantry for all."),
    service("by-agency", "Main Program", agency="Bluegrass Food Bank"),
)


def test_a_category_a_name_or_an_agency_says_what_a_service_is_for():
    assert answers("food pantry", *PANTRIES) == dict.fromkeys((s.id for s in PANTRIES), "met")


@pytest.mark.parametrize("text", ["diapers", "an immigration lawyer", "somewhere to sleep tonight"])
def test_a_stated_food_pantry_does_not_match_another_need(text):
    assert answers(text, *PANTRIES) == {}


def test_a_name_alone_answers_unknown_to_related_needs():
    assert answers("soup kitchen", service("bare", "Food Pantry")) == {"bare": "unknown"}
    assert answers("soup kitchen", service("told", "Food Pantry", "Groceries on Tuesdays.")) == {}


def test_a_record_that_says_nothing_is_a_question():
    assert answers("soup kitchen", service("bare", "Blue Door")) == {"bare": "unknown"}


@pytest.mark.parametrize("text", ["I need an ID card", "help with my light bill", "birth certificate"])
def test_a_required_document_is_not_an_offer(text):
    asks = service("v", "Food Pantry", "Groceries. Bring a photo ID, a birth certificate and a light bill.")
    assert answers(text, asks) == {}


def test_an_exact_word_of_either_language_is_not_repaired():
    board = service("board", "Rent School", "Administers the rent ordinance")
    helps = service("helps", "Rental Assistance", "Pays overdue rent for families")
    assert list(answers("ayuda con la renta", board, helps)) == ["helps", "board"]
    assert answers("ayuda con la renta", board, helps)["board"] == "unknown"


def test_danger_is_answered_before_all_else():
    wedding = service("wedding", "Pre-Marital Counseling", "Three sessions before the wedding")
    suicide = service("suicide", "Suicide Prevention", "Crisis line for people who think of suicide")
    assert next(iter(answers("I'm depressed and thinking of suicide", wedding, suicide))) == "suicide"


def test_a_service_that_wants_donations_or_volunteers_does_not_offer_them():
    wants = (
        service("a", "Diaper Donation Site", "Brings diapers together."),
        service("b", "Night Shelter Volunteer Openings", "Volunteers needed."),
    )
    assert answers("diapers", *wants) == {}
    assert answers("night shelter", *wants) == {}


def test_a_service_is_met_from_the_line_up_and_a_question_below():
    both = (
        service("sure", "Food Pantry", "Groceries."),
        service("weak", "Bike Rental", "Bicycles by the day."),
    )
    matcher = cc.Matcher(Directory.of(both))
    for text in ("food pantry", "apartment", "finding a home I can afford", "rental"):
        for match in matcher.match(text):
            met = match.reasons[0].answer is cc.Answer.MET
            relevance = next(part.value for part in match.contributions if part.name == "relevance")
            assert met == (relevance >= WEIGHTS["line"])


def test_a_service_asked_for_by_name_is_met_by_two_words_and_a_question_by_one():
    named = service("named", "Bright Satchel", "Mends shoes.")
    assert answers("bright satchel", named) == {"named": "met"}
    assert answers("satchel", named) == {"named": "unknown"}
    assert answers("bright satchell", named) == {"named": "unknown"}
    assert answers("mends shoelaces", service("other", "Blue Door", "Mends shoes.")) == {"other": "unknown"}


SILENT = (service("silent", "Blue Door"), service("pantry", "Food Pantry", "Groceries."))


@pytest.mark.parametrize("text", NOTHING[1:])
def test_nothing_understood_offers_nothing_and_says_what_to_do(text):
    result = cc.Matcher(Directory.of(SILENT)).match(text)
    assert list(result) == []
    assert result.advice.startswith("The need was not understood. Try plain words: food, rent, a bed tonight")
    assert "Food; Housing; Utilities" in result.advice
    assert result.to_dict()["advice"] == result.advice


def test_another_script_and_library_business_are_reported():
    matcher = cc.Matcher(Directory.of(SILENT))
    for text, said in (
        ("\u043d\u0443\u0436\u043d\u0430 \u0435\u0434\u0430", "Only English and Spanish are understood."),
        ("where is the printer", "This does not sound like a need"),
    ):
        result = matcher.match(text)
        assert (list(result), result.advice.startswith(said)) == ([], True)


def test_an_understood_need_gets_no_advice():
    matcher = cc.Matcher(Directory.of(SILENT))
    assert matcher.match("food pantry").advice == ""
    assert matcher.match(cc.Need("xyzzy", terms="food-pantry")).advice == ""
    assert matcher.match("I want to kill myself").urgent


def test_beside_danger_nothing_is_guessed_and_the_lines_come_first():
    result = cc.Matcher(Directory.of(SILENT)).match("he is not breathing and his lips are blue")
    assert result.urgent
    assert not [match for match in result if match.reasons[0].answer is cc.Answer.MET]
    result = cc.Matcher(Directory.of(SILENT)).match("crushing chest pain")
    assert result.urgent
    assert (list(result), result.advice[:37]) == ([], "Call one of these lines first. Any ot")


def test_a_guess_is_never_met():
    result = cc.Matcher(Directory.of(SILENT)).match("somebody told me there was something for people like us")
    assert {str(match.reasons[0].answer) for match in result} <= {"unknown"}
    assert "not clear" in result.advice


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_reports_what_was_not_understood(as_json):
    options = ["--json"] if as_json else []
    result = CliRunner().invoke(main, ["match", "qwertyuiop", "--near", "28694", *options])
    assert result.exit_code == 1
    if as_json:
        output = json.loads(result.stdout)
        assert (output["matches"], output["advice"][:29]) == ([], "The need was not understood. ")
    else:
        assert result.stdout.startswith("The need was not understood. Try plain words")
        assert "  + " not in result.stdout


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("child support", "Bereaved Child Support Groups"), ("child support", "Support for Caregivers of a Child"),
        ("adult day care", "Adult Tooth Extraction, Day Surgery and Care"), ("group home", "After the Storm Group for a Home Club"),
    ],
)  # fmt: skip
def test_an_understood_need_does_not_match_other_records_by_its_words(asked, name):
    matcher = cc.Matcher(Directory.of((service("1", name, "Weekly."),)))
    assert not [match for match in matcher.match(asked) if match.relevance]


@pytest.mark.parametrize("asked", ["laurel child support", "blue door food pantry", "blue door"])
def test_a_service_is_matched_by_its_name(asked):
    named = (
        service("1", "Laurel Child Support Office", "Weekly."),
        service("2", "Blue Door Food Pantry", "Weekly."),
    )
    match = cc.Matcher(Directory.of(named)).match(asked)[0]
    assert set(asked.split()) <= set(match.service.name.lower().split())


LONG = (
    "The Laurel Center serves the county. {}\n\n- Open to all\n- {}\n- Help in two languages\n- Easy to reach"
)


@pytest.mark.parametrize(
    ("first", "later", "answer"),
    [
        ("We run a food pantry.", "A food pantry every Tuesday", "met"),
        ("We run many programs.", "A food pantry every Tuesday", "unknown"),
        ("Groceries for a week.", "Free groceries on Tuesdays", "met"),
        ("The cheese is good.", "Some cheese", None),
    ],
)
def test_a_long_description_says_again_what_the_service_is_for(first, later, answer):
    described = service("told", "Blue Door", LONG.format(first, later))
    assert answers("food pantry", described).get("told") == answer


def test_what_is_mentioned_once_is_met_if_the_name_or_the_category_agrees():
    text = LONG.format("We run many programs.", "A food pantry every Tuesday")
    assert answers("food pantry", service("a", "Blue Door", text, category="Hot Meals")) == {"a": "met"}
    assert answers("food pantry", service("b", "Food Assistance Center", text)) == {"b": "met"}
    assert answers("food pantry", service("c", "Laurel Tax Help", text)) == {"c": "unknown"}


def test_each_of_many_needs_in_one_sentence_is_a_question():
    text = (
        "Food pantry, legal aid, tax help, english classes, diapers, furniture, job training and counseling."
    )
    assert answers("diapers", service("many", "Blue Door", text)) == {"many": "unknown"}
    assert answers("diapers", service("few", "Blue Door", "Food pantry, legal aid and diapers.")) == {
        "few": "met"
    }
