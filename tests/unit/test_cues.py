"""Cues: what a patron's words say about the person and the circumstances, each with its words."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from importlib.resources import files

import pytest

from communityconnector.needs import Cues, vocabulary
from communityconnector.needs.cues import read_cues
from communityconnector.needs.cues.ages import age_group
from communityconnector.needs.cues.model import KINDS
from communityconnector.needs.cues.table import table

AGES = {
    "food for my dad, he's 84": (84, "Seniors"),
    "Pt 71, lives alone": (71, "Seniors"),
    "Client, 38, wants classes": (38, "Adults"),
    "i'm twenty-two and broke": (22, "Young Adults"),
    "job for a 16 yr old": (16, "Teens"),
    "15yo needs a tutor": (15, "Teens"),
    "shoes for my 9-year-old": (9, "Children"),
    "mi hija de 13 no quiere ir a la escuela": (13, "Teens"),
    "tengo sesenta y ocho años y vivo sola": (68, "Seniors"),
    "she's 18 months and does not walk": (1, "Infants"),
    "a los 70 uno ya no maneja": (70, "Seniors"),
    "un niño como de 7, no habla": (7, "Children"),
    "una muchacha de 16 años": (16, "Teens"),
    "laid off at 58": (58, "Adults"),
    "F34, two kids": (34, "Adults"),
}


@pytest.mark.parametrize("text", AGES)
def test_an_age_is_read_with_its_group(text):
    cues = read_cues(text)
    assert (cues.age, cues.age_groups[0]) == AGES[text]


@pytest.mark.parametrize(
    "text",
    [
        "i am 3 months behind",
        "it's 16 miles away",
        "rent is 80 dollars more",
        "open at 9 am",
        "i'm 22 weeks along",
        "tengo veinte años viviendo aquí",
        "después de 20 años me corrieron",
        "my house of 40 years",
        "we are 7 in two rooms",
        "keep it at 68 in here",
        "when i was 16 i left",
    ],
)
def test_other_numbers_are_no_age(text):
    assert read_cues(text).age is None


@pytest.mark.parametrize(
    ("age", "group"),
    [(0, "Infants"), (3, "Children"), (13, "Teens"), (18, "Young Adults"), (59, "Adults"), (60, "Seniors")],
)
def test_each_age_has_one_group(age, group):
    assert age_group(age) == group


def test_a_decade_gives_a_group_without_an_age():
    cues = read_cues("Couple in their 80s want meals")
    assert (cues.age, cues.age_groups) == (None, ("Seniors",))


SITUATIONS = {
    "army veteran looking for work": "Veterans",
    "six months pregnant": "Pregnant",
    "sleeping in my car": "Homeless",
    "couch surfing for now": "Near Homeless",
    "my landlord will not fix the heat": "Home Renters",
    "behind on the mortgage": "Home Owners",
    "got laid off": "Unemployed",
    "green card renewal": "Immigrants",
    "out of prison last week": "Ex Offenders",
    "my daughter needs shoes": "Parents",
    "taking care of my mother": "Caregivers",
    "i get ssi": "Benefit Recipients",
    "uninsured": "Uninsured",
    "soy veterano": "Veterans",
    "estoy embarazada": "Pregnant",
    "me despidieron": "Unemployed",
    "mi casero me quiere sacar": "Home Renters",
    "necesito comida para mis hijos": "Parents",
}


@pytest.mark.parametrize("text", SITUATIONS)
def test_a_situation_is_read(text):
    assert SITUATIONS[text] in read_cues(text).situations


BARRIERS = {
    "no car": "no_car",
    "i dont drive": "no_car",
    "no tengo carro": "no_car",
    "without ID": "no_id",
    "no insurance": "no_insurance",
    "sin seguro": "no_insurance",
    "no wifi at home": "no_internet",
    "i have no phone": "no_phone",
    "no mailing address": "no_address",
    "she speaks no English": "language",
    "no sitter": "childcare",
    "no money till payday": "no_money",
}


@pytest.mark.parametrize("text", BARRIERS)
def test_a_barrier_is_read(text):
    assert BARRIERS[text] in read_cues(text).barriers


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("i use a wheelchair", "wheelchair"),
        ("my son is deaf", "deaf"),
        ("legally blind", "blind"),
        ("bring an interpreter", "interpreter"),
        ("i have a service dog", "service-animal"),
        ("silla de ruedas", "wheelchair"),
    ],
)
def test_access_is_read(text, access):
    assert access in read_cues(text).accessibility


@pytest.mark.parametrize(
    ("text", "urgency", "times"),
    [
        ("a bed tonight", "today", ("tonight",)),
        ("i need it today", "today", ("today",)),
        ("they shut us off friday", "soon", ("friday",)),
        ("evening classes", "none", ("evening",)),
        ("algo para el fin de semana", "none", ("weekend",)),
        ("clases por la mañana", "none", ("morning",)),
        ("cita mañana", "soon", ("tomorrow",)),
        ("it broke last friday", "none", ()),
    ],
)
def test_times_and_urgency_are_read(text, urgency, times):
    cues = read_cues(text)
    assert cues.time == times
    assert cues.urgency == urgency


def test_a_deadline_is_read():
    assert read_cues("we must leave by Friday").deadline == "friday"
    assert read_cues("hay que pagar antes del viernes").deadline == "friday"
    assert read_cues("the hearing is on 3/2").deadline == "3/2"


def test_children_household_and_places_are_read():
    cues = read_cues("Family of five with three kids near Fall River, 02720")
    assert (cues.household, cues.children, cues.places) == (5, 3, ("Fall River", "02720"))
    assert read_cues("mom of 2").children == 2
    assert read_cues("tengo tres hijos").children == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("busco una despensa", "es"),
        ("necesito ayuda con la luz", "es"),
        ("salud mental", "es"),
        ("a doctor who speaks Vietnamese", "vi"),
        ("notary who speaks creole", "ht"),
        ("food pantry on Main Street", None),
        ("my polish is better than my nails", None),
        ("french bread", None),
    ],
)
def test_a_language_is_read(text, language):
    assert read_cues(text).language == language


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("not a veteran, need work", "Veterans"),
        ("i'm not homeless", "Homeless"),
        ("no soy veterano", "Veterans"),
        ("my landlord is a veteran", "Veterans"),
        ("no kids", "Parents"),
        ("vet for my dog", "Veterans"),
        ("steve jobs biography", "Employed"),
    ],
)
def test_what_is_denied_or_another_persons_is_no_cue(text, situation):
    assert situation not in read_cues(text).situations


def test_a_negative_inside_a_phrase_stands():
    assert read_cues("ain't got no car").barriers == ("no_car",)


@pytest.mark.parametrize(
    "text",
    [
        "Señora de 71 años, sin carro, cerca de Fall River",
        "I\u2019m a Veteran w/ 3 kids, İstanbul, no ID tonight",
        "\uff21\uff22 \ufb01 84 yo",
    ],
)
def test_spans_point_at_the_words(text):
    cues = read_cues(text)
    for cue in cues.spans:
        assert 0 <= cue.start < cue.end <= len(text)
        assert cue.kind in KINDS
    values = {cue.value: text[cue.start : cue.end] for cue in cues.spans}
    if "Veterans" in values:
        assert values["Veterans"] == "Veteran"
        assert values["no_id"] == "no ID"
    if "no_car" in values:
        assert values["no_car"] == "sin carro"
        assert values["Fall River"] == "Fall River"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("cerca de San Juan la semana que viene", ("San Juan",)),
        ("near St. Louis", ("St. Louis",)),
        ("I live in Oregon. Is there help", ("Oregon",)),
        ("read me a letter in Russian", ()),
        ("it's cold in Grandma's house", ()),
        ("at McDonald's in May", ()),
        ("rent is $12000", ()),
    ],
)
def test_places_are_read_as_written(text, places):
    assert read_cues(text).places == places


def test_every_value_has_its_words():
    text = "Army vet, 62, two kids, no car, needs a wheelchair ramp by friday"
    cues = read_cues(text)
    spoken = {(cue.kind, cue.value) for cue in cues.spans}
    for kind in KINDS:
        value = getattr(cues, kind)
        values = value if isinstance(value, tuple) else (value,)
        assert {(kind, entry) for entry in values if entry not in {None, "none"}} <= spoken


@pytest.mark.parametrize("text", ["", "   ", "?!", "0", "'", "\n\n", "\x00"])
def test_a_text_without_words_has_no_cues(text):
    assert read_cues(text) == Cues()


def test_a_repr_shows_no_words_of_a_patron():
    cues = read_cues("Army vet in Tulsa, 62")
    assert "62" not in repr(cues)
    assert "Tulsa" not in repr(cues.spans)


def test_the_table_loads_at_the_first_use():
    code = (
        "import sys, communityconnector.needs; print('communityconnector.needs.cues.reading' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "False"


def test_the_table_has_classes_of_words():
    assert "other" in table().word("landlord").classes
    assert "other" not in table().word("pantry").classes


DANGERS = {
    "suicide": {"In Crisis"},
    "overdose": {"In Crisis", "Substance Dependency"},
    "home_violence": {"In Danger", "Domestic Violence Survivors"},
    "stalking": {"In Danger"},
    "sexual_assault": {"In Danger", "Sexual Assault Survivors"},
    "elder_abuse": {"In Danger", "Abuse or Neglect Survivors"},
    "trafficking": {"In Danger", "Human Trafficking Survivors"},
    "runaway": {"Runaways", "Homeless"},
    "exposure": {"Homeless"},
}


@pytest.mark.parametrize("kind", DANGERS)
def test_danger_makes_a_crisis_with_its_situations(kind):
    cues = Cues(urgency="soon", situations=("Veterans",)).with_danger([kind])
    assert cues.urgency == "crisis"
    assert set(cues.situations) == {"Veterans"} | DANGERS[kind]
    assert cues.spans == ()


def test_words_of_danger_are_marked_where_they_stand():
    text = "my husband choked me, I have two kids"
    before = read_cues(text)
    cues = before.with_danger(["home_violence"], [(3, 20)])
    added = {cue.value for cue in set(cues.spans) - set(before.spans)}
    assert {"crisis", "In Danger"} <= added
    assert {(cue.start, cue.end) for cue in set(cues.spans) - set(before.spans)} == {(3, 20)}
    assert list(cues.spans) == sorted(cues.spans, key=lambda cue: cue.start)


def test_no_danger_and_an_unknown_kind_add_no_situation():
    cues = read_cues("army veteran")
    assert cues.with_danger([]) is cues
    assert cues.with_danger(["fire"]).situations == cues.situations


def test_every_kind_of_danger_in_the_corpus_has_situations():
    kinds = """suicide self_harm home_violence coercive_control stalking assault sexual_assault child_danger elder_abuse
    trafficking psychosis overdose withdrawal medical exposure runaway threat""".split()
    assert set(vocabulary().dangers) == set(kinds)


def table_rows():
    """Return the rows of the table of wording."""
    data = files("communityconnector.needs") / "data" / "situations.csv"
    return list(csv.DictReader(io.StringIO(data.read_text(encoding="utf-8"))))


def test_phrases_name_classes_that_exist():
    rows = table_rows()
    classes = {row["value"] for row in rows if row["kind"] == "class"}
    named = {
        name for row in rows if row["kind"] != "class" for name in re.findall(r"<([^>]+)>", row["phrase"])
    }
    assert named <= classes


def test_rows_of_the_table_are_of_known_kinds_and_none_stands_twice():
    rows = table_rows()
    assert {row["kind"] for row in rows} <= {*KINDS, "class", "none"}
    assert {row["language"] for row in rows} == {"en", "es"}
    keys = [(row["phrase"], row["kind"], row["value"], row["language"]) for row in rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("homless and need a bed", "Homeless"),
        ("evction papers what do i do", "Home Renters"),
        ("frunace out in my own home", "Home Owners"),
        ("boyfreind hit me", "Domestic Violence Survivors"),
        ("raisin my grandkids", "Caregivers"),
        ("no insurace", "Uninsured"),
    ],
)
def test_a_slip_of_spelling_is_read(text, situation):
    assert situation in read_cues(text).situations


@pytest.mark.parametrize(
    "word", ["supper", "bother", "winter", "window", "strange", "finance", "x" * 30, "it's", "9"]
)
def test_a_word_of_its_own_is_no_slip(word):
    assert table().word(word).word == word


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("get it notarized friday", ("friday",)),
        ("they said to come back monday", ("monday",)),
        ("the clinic is closed saturday", ("saturday",)),
        ("friday my car broke", ()),
        ("me corrieron el lunes", ()),
        ("llegué el viernes con mis hijos", ()),
        ("the food bank opens saturday at 9am", ("saturday", "morning")),
        ("a group that meets at 7:30 pm", ("evening",)),
        ("somewhere to sit till morning", ("tonight",)),
        ("i work every night", ()),
    ],
)
def test_a_day_is_past_where_a_verb_in_the_past_governs_it(text, times):
    assert read_cues(text).time == times


@pytest.mark.parametrize(
    ("text", "children"),
    [
        ("coats for my boys 4, 7 and 9", 3),
        ("I have 2 hungry little kids", 2),
        ("mother of three", 3),
        ("my two need shoes", 2),
        ("we had twins", 2),
        ("rent for 2 weeks", None),
        ("4 cans a week", None),
    ],
)
def test_children_are_counted(text, children):
    assert read_cues(text).children == children


@pytest.mark.parametrize(
    "text",
    [
        "my baby is 6 months old",
        "mi bebé de 8 meses",
        "she is 4 months and coughs",
        "a 9 month baby seat",
        "my niece's baby is 5 months",
    ],
)
def test_months_are_a_baby_without_an_age_in_years(text):
    cues = read_cues(text)
    assert (cues.age, cues.age_groups[0]) == (None, "Infants")


@pytest.mark.parametrize(
    "text", ["six months pregnant", "3 months behind on rent", "in 2 months i move", "40 months of payments"]
)
def test_other_months_are_no_age(text):
    cues = read_cues(text)
    assert (cues.age, "Infants" in cues.age_groups) == (None, False)


@pytest.mark.parametrize("text", ["testamento sencillo", "fumigando cucarachitas", "vacunación"])
def test_spanish_is_known_by_its_endings(text):
    assert read_cues(text).language == "es"


@pytest.mark.parametrize("text", ["algebra diploma", "colorado", "a corolla from mexico", "umbrella"])
def test_english_and_names_with_such_an_ending_are_not_spanish(text):
    assert read_cues(text).language is None
