"""What a text says of the person is not the need."""

from __future__ import annotations

import pytest

from communityconnector.needs import interpreter
from communityconnector.needs.background import without_background
from communityconnector.needs.cues import read_cues


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("im a vet and need food", "food-pantry"),
        ("just got out of prison, my tooth hurts", "dental-care"),
        ("i have diabetes and need food", "food-pantry"),
        ("my dad has dementia and i need a lawyer", "legal-aid"),
        ("im broke and my tooth hurts", "dental-care"),
        ("on medi-cal and need a dentist", "dental-care"),
        ("i lost my job and cant pay rent", "rent-help"),
    ],
)
def test_what_is_said_of_the_person_does_not_replace_the_need(text, need):
    assert [concept.concept for concept in interpreter().interpret(text).concepts] == [need]


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("i am broke", "emergency-cash"),
        ("just got out of prison", "reentry"),
        ("veterans benefits", "veterans-benefits"),
        ("help with my diabetes", "chronic-condition-care"),
        ("homeless, need somewhere to sleep", "emergency-shelter"),
    ],
)
def test_what_is_said_of_the_person_is_the_need_where_nothing_else_is(text, need):
    assert interpreter().interpret(text).concepts[0].concept == need


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("im a vet and need food", "and need food"),
        ("just got out of prison, my tooth hurts", ", my tooth hurts"),
        ("veterans benefits", "veterans benefits"),
        ("help with my diabetes", "help with my diabetes"),
        ("food pantry", "food pantry"),
        ("", ""),
    ],
)
def test_statements_about_the_person_are_left_out(text, rest):
    assert without_background(text, read_cues(text)).strip() == rest


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("my dad is 79 and needs rides to the doctor", "someone aged 79 (seniors)"),
        ("im a vet and need food", "someone (veterans)"),
        ("my husband hits me, i need a lawyer", ""),
        ("food pantry", ""),
    ],
)
def test_whom_the_words_ask_for_is_shown_in_plain_words(text, whom):
    meaning = interpreter().interpret(text)
    assert meaning.asks_for == whom
    assert "79" not in repr(meaning)
