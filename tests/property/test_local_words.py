"""Words that a library adds change the answers to texts that have them, and to no other text."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.needs import Lexicon, PatronInterpreter, interpreter

SAID = (
    "landlord taped a pay or quit to my door", "where is the printer", "i need food", "necesito comida para mis hijos",
    "my boyfriend hit me", "lost my job and the lights are off", "a ride to dialysis", "glass", "zxqv", "renew my card",
    "no tengo papeles", "is there a place to sleep tonight", "tax form 1040", "kids are hungry after school", "",
    "i have to talk to someone about my drinking", "un abogado", "do you have harry potter", "warm coat size 8",
)  # fmt: skip
"""What people say, none of it with a word of `NAMES`."""
NAMES = ("wobblet", "juniper", "quillory", "marmot", "sundial")
WORDS = sorted({word for text in SAID for word in text.split()})
CONCEPTS = [*sorted(cc.vocabulary().concepts), "not-a-need", "juniper-house"]

texts = st.one_of(
    st.sampled_from(SAID), st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
)
# A local name has a word that the texts lack, and may have others that they have.
phrases = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=2), st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=2)
).map(lambda parts: " ".join((*parts[0], parts[1], *parts[2])))  # fmt: skip
rows = st.lists(
    st.tuples(phrases, st.sampled_from(CONCEPTS), st.sampled_from(["", "0.3", "0.8"]), st.sampled_from(["", "en", "es"])),
    min_size=1, max_size=8,
)  # fmt: skip


def interpreter_with(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.csv"
        lines = [
            f"{phrase},{concept},{weight},{language},{'Juniper House' if concept == 'juniper-house' else ''}"
            for phrase, concept, weight, language in rows
        ]
        path.write_text("\n".join(["phrase,concept,weight,language,name", *lines]), encoding="utf-8")
        return PatronInterpreter(Lexicon(cc.vocabulary().with_words(path)))


@settings(max_examples=settings().max_examples // 4)
@given(rows, st.lists(texts, min_size=5, max_size=20))
def test_added_words_change_no_answer_to_a_text_without_them(rows, texts):
    theirs = interpreter_with(rows)
    for text in texts:
        assert theirs.interpret(text) == interpreter().interpret(text)


@cache
def with_a_name_for_each_need():
    return interpreter_with([(f"marmot{n}", concept, "", "") for n, concept in enumerate(CONCEPTS)])


@given(texts, st.integers(0, len(CONCEPTS) - 3), texts)
def test_an_added_name_is_understood_in_any_text_and_takes_no_crisis_line_away(before, number, after):
    concept = CONCEPTS[number]
    plain = interpreter().interpret(f"{before}. marmot. {after}")
    reading = with_a_name_for_each_need().interpret(f"{before}. marmot{number}. {after}")
    assert concept in [understood.concept for understood in (*reading.concepts, *reading.related)]
    assert reading.urgent == plain.urgent
    assert reading.dangers == plain.dangers
