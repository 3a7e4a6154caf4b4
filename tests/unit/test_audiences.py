"""Whom a record is for, and what that answers to a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import communityconnector as cc
from builders import service, tagged
from communityconnector.needs.audience import audience_of
from communityconnector.needs.prose_ages import prose_ages

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)
DENTIST = "dentist"


def reason_of(text, criterion="situation", **record):
    clinic = service(**{"key": "c", "name": "Laurel Dental Clinic", "attributes": tagged("dental"), **record})
    matcher = cc.Matcher(cc.Directory.of([clinic]), clock=lambda: NOW)
    (explained,) = matcher.explain(cc.Need(text), "c")
    return next((reason for reason in explained.reasons if reason.criterion == criterion), None)


@pytest.mark.parametrize(
    ("eligibility", "only"),
    [
        ("Veterans only", {"veterans"}),
        ("For veterans", {"veterans"}),
        ("Must be enrolled in Medicare", {"medicare-members"}),
        ("Women experiencing domestic violence", {"women", "survivors"}),
        ("People living with HIV", {"hiv"}),
        ("Enrolled members of a tribe", {"tribal-members"}),
        ("Solo para veteranos", {"veterans"}),
        ("Everyone welcome", set()),
        ("Low-income residents", set()),
        ("Open to the public; veterans welcome", set()),
        ("You need not be a veteran", set()),
        ("Seniors and people with low income", set()),
        ("All residents, especially seniors", set()),
        ("Men and women", set()),
        ("", set()),
    ],
)
def test_a_record_says_whom_it_is_for(eligibility, only):
    audience = audience_of(("Laurel Clinic",), (), eligibility)
    assert {one for statement in audience.only for of in statement for one in of} == only


def test_a_name_says_whom_it_is_for():
    assert audience_of(("Laurel Women's Shelter",), ()).only == ((("women",),),)
    assert audience_of(("Veterans Memorial Library",), ()).only == ()


def test_one_of_a_list_is_enough():
    assert audience_of((), (), "Seniors or people with disabilities").only == (
        (("disabilities",), ("seniors",)),
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Seniors 60+", 60, None),
        ("Youth ages 13 to 24", 13, 24),
        ("Children under 5", None, 4),
        ("65 years or older", 65, None),
        ("Young people up to age 21", None, 21),
        ("Children ages 6 months to 5 years", 0.5, 5),
        ("Personas mayores de 60 anos", 60, None),
        ("Seniors 60+ and people with disabilities 18+", 18, None),
    ],
)
def test_ages_are_read_in_prose(text, low, high):
    assert prose_ages((), text, "") == (low, high, True)


@pytest.mark.parametrize(
    "text",
    [
        "Open to all ages", "24+ hours", "200+ languages", "Over 30 years of service", "$60 and up",
        "People under 40% of the median income", "Families with children under 5", "Households with 1-4 people",
    ],
)  # fmt: skip
def test_other_numbers_are_no_ages(text):
    assert prose_ages((), text, "") is None


def test_a_service_for_others_is_doubtful_if_nothing_is_known_of_the_person():
    reason = reason_of(DENTIST, eligibility_description="Veterans only")
    assert (reason.answer, reason.doubt, reason.text) == (
        "unknown",
        "doubtful",
        "Says that it is for veterans: ask whether they help others",
    )


def test_a_service_for_women_is_possible_if_nothing_is_known_of_the_person():
    reason = reason_of(DENTIST, eligibility_description="Women only")
    assert (reason.answer, reason.doubt) == ("unknown", "possible")
    assert reason.text == "Says that it is for women: ask whether they help others"


@pytest.mark.parametrize(
    ("text", "eligibility"),
    [
        ("i'm a man and need a dentist", "Women only"),
        ("my dad is 79 and needs a dentist", "Youth only"),
        ("dentist for my 8 year old", "For seniors"),
    ],
)
def test_a_service_for_others_is_unlikely_if_the_words_contradict(text, eligibility):
    assert reason_of(text, eligibility_description=eligibility).doubt == "unlikely"


@pytest.mark.parametrize(
    ("text", "eligibility"),
    [
        ("im a vet and my tooth hurts", "Veterans only"),
        ("single mom, my tooth hurts", "For parents"),
        ("my dad is 79 and needs a dentist", "For seniors"),
        ("dentist for homeless veterans", "Homeless veterans"),
    ],
)
def test_a_service_for_people_like_the_person_is_met(text, eligibility):
    assert reason_of(text, eligibility_description=eligibility).answer == "met"


def test_a_service_for_everyone_has_no_answer():
    assert reason_of(DENTIST, eligibility_description="Everyone welcome") is None
    assert reason_of(DENTIST) is None


def test_a_denied_population_is_not_known():
    assert (
        reason_of("i am not a veteran, my tooth hurts", eligibility_description="Veterans only").doubt
        == "doubtful"
    )


def test_a_service_for_veterans_is_first_for_a_veteran_and_last_for_others():
    both = [
        service("a", name="Dental Clinic", attributes=tagged("dental")),
        service(
            "z", name="Dental Clinic", attributes=tagged("dental"), eligibility_description="Veterans only"
        ),
    ]
    matcher = cc.Matcher(cc.Directory.of(both), clock=lambda: NOW)
    assert [match.service_id for match in matcher.match("im a vet and need a dentist")] == ["z", "a"]
    assert [match.service_id for match in matcher.match(DENTIST)] == ["a", "z"]


def test_ages_in_words_are_a_doubt_and_limits_of_age_rule_out():
    need = "my dad is 79 and needs a dentist"
    in_words = reason_of(need, "age", eligibility_description="Ages 13 to 24")
    assert (in_words.answer, in_words.doubt) == ("unknown", "unlikely")
    assert reason_of(need, "age", eligibility_description="Ages 13 to 24", minimum_age=18).answer == "met"
    assert reason_of(need, "age", minimum_age=13, maximum_age=24).answer == "unmet"


def test_an_explicit_age_excludes_nothing_by_words():
    clinic = service(
        name="Dental Clinic", attributes=tagged("dental"), eligibility_description="Ages 13 to 24"
    )
    found = cc.Matcher(cc.Directory.of([clinic]), clock=lambda: NOW).match(cc.Need(DENTIST, age=79))
    assert [match.service_id for match in found] == ["s"]


def test_what_is_known_of_a_person_is_not_asked_if_cues_are_off_and_never_recorded():
    clinic = service(
        name="Dental Clinic", attributes=tagged("dental"), eligibility_description="Veterans only"
    )
    matcher = cc.Matcher(cc.Directory.of([clinic]), clock=lambda: NOW, cues=False)
    need = cc.Need("im a vet and need a dentist")
    (match,) = matcher.match(need)
    assert next(r.doubt for r in match.reasons if r.criterion == "situation") == "doubtful"
    query = cc.Matcher(cc.Directory.of([clinic]))._query(need)  # noqa: SLF001  # what hosts do not see, logs may
    assert query.person.said
    assert "veteran" not in repr(query.person)
