"""Cues of any text: they lie in it, say what their words say, and stay the same however it is typed."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communityconnector.needs.cues import read_cues, text
from communityconnector.needs.cues.model import AGE, KINDS, PLACE
from communityconnector.needs.cues.numbers import numbers_of
from communityconnector.needs.cues.text import plain

SENTENCES = [
    "my mother is eighty-four and cannot walk",
    "Patron, 71, lives alone, no car",
    "job for a 16 yr old",
    "I was laid off and I have 3 kids",
    "army veteran sleeping in my truck tonight",
    "a class for my boys 4 and 6, evenings or Saturdays",
    "they shut off our water friday",
    "my landlord wants us out by the 15th",
    "a doctor who speaks Vietnamese",
    "she speaks no English and uses a wheelchair",
    "tengo sesenta y ocho años y vivo sola en mi casa",
    "mi hija de 13 no quiere ir a la escuela",
    "me despidieron del trabajo y no tengo seguro",
    "necesito pañales para mi bebé antes del viernes",
    "clases de inglés por la noche, no tengo carro",
    "somos cinco y no tenemos dónde dormir esta noche",
]
TRAITS = [
    "a veteran",
    "pregnant",
    "homeless",
    "deaf",
    "blind",
    "unemployed",
    "diabetic",
    "disabled",
    "undocumented",
]
OTHERS = ["landlord", "boss", "neighbor", "doctor", "teacher", "friend", "coworker", "caseworker", "roommate"]
RASGOS = ["veterano", "ciego", "sordo", "discapacitado", "desempleado", "indocumentado"]
OTROS = ["casero", "jefe", "vecino", "maestro", "amigo"]
LACKS = {
    "no_car": ["no car", "i don't drive", "without a ride", "sin carro", "no manejo"],
    "no_id": ["no id", "lost my license", "sin identificación"],
    "no_insurance": ["no insurance", "without coverage", "sin seguro", "no tengo aseguranza"],
    "no_internet": ["no wifi", "don't have internet", "sin internet"],
    "no_phone": ["no phone", "out of minutes", "sin celular"],
    "no_money": ["no money", "not a dime", "sin dinero", "no tengo plata"],
    "no_address": ["no address", "sin domicilio"],
    "language": ["speaks no english", "doesn't speak english", "no habla inglés"],
    "childcare": ["no sitter", "nobody to watch my kids", "no tengo con quien dejar a los niños"],
}  # fmt: skip
CLASSES = ["1", "12 ", "a", "no ", "de ", "mom, ", "sons 4 ", "friday ", "about ", "my ", "vet dog ", "ñ", "no job ", "7:30 pm ", "\n", "'", "In Rome ", "\U0001f600"]  # fmt: skip

words = st.sampled_from(
    """my mom dad she is 84 nine thirty four years old yo and , . not no friday last by 12 kids in spanish broke the tonight
    mi hija de 13 años tiene no viernes antes del hijos con in Tulsa boys months pm $ 3/2 landlord veteran sin carro""".split()
)
texts = st.one_of(st.text(max_size=300), st.lists(words, max_size=30).map(" ".join))


def without_accents(sentence: str) -> str:
    """Return a sentence as it is typed without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", sentence) if not unicodedata.combining(letter)
    )


def values_of(sentence: str) -> set[tuple[str, str | int]]:
    """Return what the cues of a sentence say, but for places, which are known by their capitals."""
    return {(cue.kind, cue.value) for cue in read_cues(sentence).spans if cue.kind != PLACE}


@given(texts)
@example("9" * 4_500 + ":30 pm")
@example("my son is " + "9" * 4_400)
def test_no_text_raises_and_every_span_lies_in_it(sentence):
    for cue in read_cues(sentence).spans:
        assert cue.kind in KINDS
        assert 0 <= cue.start < cue.end <= len(sentence)


@given(texts)
def test_the_words_of_an_age_say_it(sentence):
    for cue in read_cues(sentence).spans:
        if cue.kind == AGE:
            spoken = plain(sentence[cue.start : cue.end]).replace("-", " ").split()
            values = {number.value for number in numbers_of(spoken)}
            assert cue.value in values | {value // 12 for value in values}


@given(st.sampled_from(SENTENCES), st.sampled_from([str.upper, str.lower, without_accents]), st.sampled_from(["", ".", "!", "?", " ...", "  "]))  # fmt: skip
def test_cues_do_not_depend_on_how_a_sentence_is_typed(sentence, typed, ending):
    assert values_of(typed(sentence) + ending) == values_of(sentence)


@given(st.sampled_from(SENTENCES))
def test_the_sentences_above_have_cues(sentence):
    assert values_of(sentence)


@given(
    st.sampled_from(TRAITS), st.sampled_from(["i am not {}", "i'm not {}", "she is not {}", "never been {}"])
)
def test_a_denial_takes_a_trait_back(trait, frame):
    assert not read_cues(frame.format(trait)).situations


@given(st.sampled_from(RASGOS), st.sampled_from(["no soy {}", "no estoy {}", "nunca fui {}"]))
def test_a_denial_takes_a_trait_back_in_spanish(trait, frame):
    assert not read_cues(frame.format(trait)).situations


@given(st.sampled_from(TRAITS), st.sampled_from(OTHERS), st.sampled_from(["my {} is {}", "the {} who is {}", "our {} was {}"]))  # fmt: skip
def test_a_trait_of_another_person_does_not_count(trait, person, frame):
    alone = set(read_cues(f"my {person}").situations)
    assert set(read_cues(frame.format(person, trait)).situations) == alone


@given(st.sampled_from(RASGOS), st.sampled_from(OTROS))
def test_a_trait_of_another_person_does_not_count_in_spanish(trait, person):
    alone = set(read_cues(f"mi {person}").situations)
    assert set(read_cues(f"mi {person} es {trait}").situations) == alone


@given(st.sampled_from([(barrier, lack) for barrier, lacks in LACKS.items() for lack in lacks]), st.sampled_from(["{}", "i have {}", "she has {} at all", "{}."]))  # fmt: skip
def test_a_barrier_with_a_negative_stands(lack, frame):
    barrier, words_of_lack = lack
    assert barrier in read_cues(frame.format(words_of_lack)).barriers


def calls_of(sentence: str) -> int:
    """Return how many calls the reading of a sentence takes."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    read_cues(sentence)
    sys.setprofile(counted)
    try:
        read_cues(sentence)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("letters", CLASSES)
def test_a_text_ten_times_as_long_takes_about_ten_times_the_steps(letters, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_TEXT", 20_000)
    short = letters * (2_000 // len(letters))
    assert calls_of(short * 10) <= 15 * calls_of(short)


def test_only_the_first_letters_of_a_long_text_are_read():
    assert calls_of("friday " * 20_000) <= 2 * calls_of("friday " * 1_000)
