"""Ages as people write them, and limits that are none."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

import communityconnector as cc
from communityconnector.interchange.texts.ages import age_limits
from communityconnector.matching.criteria.no_rule import says_no_rule
from communityconnector.model import Directory, Service

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)


def answer(criterion, need, **more):
    service = Service(**{"id": "1", "name": "Play Group", "status": "active", **more})
    (explained,) = cc.Matcher(Directory.of([service]), clock=lambda: NOW).explain(need, "1")
    return next((reason.answer.value for reason in explained.reasons if reason.criterion == criterion), None)


@pytest.mark.parametrize(
    ("low", "high", "age", "expected"),
    [
        (0.5, None, 0, "unknown"), (0.5, None, 0.25, "unmet"), (0.5, None, 0.75, "met"), (0.5, None, 1, "met"),
        (1.5, None, 1, "unknown"), (1.5, None, 0, "unmet"), (1.5, None, 2, "met"), (1.0, None, 0, "unmet"),
        (None, 2.5, 2, "unknown"), (None, 2.5, 3, "unmet"), (None, 2.5, 1, "met"), (None, 0.25, 0, "unknown"),
        (60, 99, 101, "met"), (60, 99, 59, "unmet"), (18, 100, 104, "met"), (18, 110, 120, "met"), (0, 120, 121, "met"),
        (0, 999, 40, "met"), (None, 999, 40, "met"), (60, 98, 99, "unmet"), (999, None, 40, "unknown"),
    ],
)  # fmt: skip
def test_a_whole_year_of_age_may_lie_on_both_sides_of_a_limit_in_months(low, high, age, expected):
    assert answer("age", cc.Need("play group", age=age), minimum_age=low, maximum_age=high) == expected


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("6 months - 5 years", (0.5, 5)), ("6-18 mos", (0.5, 1.5)), ("18 months to 4", (1.5, 4)), ("Birth to 5", (0, 5)),
        ("newborn - 12 months", (0, 1)), ("Infants-3 yrs", (0, 3)), ("3 yrs 6 mos to 5 yrs", (3.5, 5)), ("1\u00bd - 3", (1.5, 3)),
        ("between 5 and 12", (5, 12)), ("16\u201324 years", (16, 24)), ("Ages 5 & up", (5, None)), ("60 plus", (60, None)),
        ("17 and under", (None, 17)), ("up to age 17", (None, 17)), ("at least 21", (21, None)),
        ("de 6 meses a 5 a\u00f1os", (0.5, 5)), ("entre 5 y 12 a\u00f1os", (5, 12)), ("60 y m\u00e1s", (60, None)),
        ("18 a\u00f1os en adelante", (18, None)), ("Todas las edades", (None, None)), ("N/A", (None, None)),
    ],
)  # fmt: skip
def test_ages_in_words_are_read_in_years(text, limits):
    found = age_limits(text)
    assert (found.get("minimum_age"), found.get("maximum_age")) == limits


@pytest.mark.parametrize(
    "text", ["seniors", "over 18", "under 5", "K-12", "24-18", "12", "18-24; women", "adults and children"]
)
def test_ages_that_are_not_certain_stay_words(text):
    assert age_limits(text) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("6 months", 0.5), ("18 mos", 1.5), ("Birth", 0), ("infants", 0), ("65+", 65), ("18 years", 18), ("1.5", 1.5),
        ("None", None), ("no limit", None), ("All", None), ("ninguna", None), ("adults", None),
    ],
)  # fmt: skip
def test_a_limit_in_words_is_read_as_years(written, read):
    raw = [{"id": "1", "name": "Play Group", "status": "active", "minimum_age": written}]
    directory = cc.read(io.BytesIO(json.dumps(raw).encode()))
    assert directory.services["1"].minimum_age == read


NO_RULE = [
    "None", "N/A", "Everyone", "All", "Open to all", "anyone", "No restrictions", "Open to the public.", "Everyone welcome",
    "No eligibility requirements", "None required", "General public", "Anyone in need", "Anyone who needs food",
    "Anyone, regardless of income or immigration status", "Ages: all", "None; everyone welcome",
    "Ninguno", "Todos", "Abierto a todos", "Para todas las personas", "Sin restricciones", "No hay requisitos",
    "Cualquier persona que necesite ayuda", "Any one in need", "No one turned away", "Nobody is refused",
]  # fmt: skip
A_RULE = [
    "All veterans", "Everyone over 60", "Anyone who lives in Ashe County", "Open to all women", "All residents of Boone",
    "None under 18", "No men", "Members only", "Low income", "Public housing residents", "General public 55+",
    "No restrictions except residency", "Anyone who is homeless", "Todas las mujeres", "Familias",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_RULE)
def test_words_that_say_that_there_is_no_rule_ask_no_question(text):
    need = cc.Need("play group", situations=("nursing mothers",))
    assert answer("situation", need, eligibility_description=text) in (None, "met")


@pytest.mark.parametrize("text", A_RULE)
def test_words_that_may_hold_a_rule_still_ask(text):
    assert says_no_rule(text) is None
    need = cc.Need("play group", situations=("nursing mothers",))
    assert answer("situation", need, eligibility_description=text) == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Men only, no women", "unknown"), ("Women are not served.", "unknown"), ("Everyone except women", "unknown"),
        ("All adults other than women", "unknown"), ("Men; women can't stay here", "unknown"), ("Excludes women", "unknown"),
        ("Solo hombres, no se aceptan mujeres ni women", "unknown"), ("Open to men but not women", "unknown"),
        ("Women, no men", "met"), ("Women and children without housing", "met"), ("No fee; women of any age", "met"),
        ("Not a shelter. Serves women.", "met"), ("Women (no pets)", "met"),
    ],
)  # fmt: skip
def test_a_text_can_exclude_people(text, expected):
    need = cc.Need("play group", situations=("women",))
    assert answer("situation", need, eligibility_description=text) == expected
