"""The learned model: what it was made from, what it reads, and what it shows of its reasons."""

from __future__ import annotations

import importlib.util
import math
import string
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.needs import vocabulary
from communityconnector.needs.language import is_spanish
from communityconnector.needs.learned.features import LONGEST_CLASS, read_features, read_words
from communityconnector.needs.learned.labels import DANGER, NOT_A_NEED
from communityconnector.needs.learned.model import FILE, LearnedModel, model
from communityconnector.needs.learned.spelling import repair

CORPUS = Path(__file__).parents[2] / "corpus"
PLAIN = "my landlord put a padlock on my unit and all my meds are inside"


@pytest.fixture(scope="module")
def builder():
    pytest.importorskip("scipy", reason="building the model needs scipy")
    spec = importlib.util.spec_from_file_location("build_model", CORPUS / "build_model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_model"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["build_model"]


def test_the_model_was_built_from_the_corpus_and_the_vocabulary_as_they_are(builder):
    """After a change of either, `python corpus/build_model.py` builds it anew."""
    assert model().header["digest"] == builder.digest()
    assert model().header["examples"] == len(builder.read_examples())


def test_it_knows_every_concept_and_every_kind_of_danger():
    labels = set(model().labels)
    assert vocabulary().concepts.keys() <= labels
    assert {DANGER + kind for kind in vocabulary().dangers} <= labels
    assert labels == vocabulary().concepts.keys() | {NOT_A_NEED} | {DANGER + k for k in vocabulary().dangers}


def test_the_file_is_small():
    path = Path(sys.modules["communityconnector"].__file__).parent / "needs" / "data" / FILE
    assert path.stat().st_size < 4_000_000


EXAMPLES = [
    ("the cupboard is bare and the kids are hungry", {"food-pantry": 1.0}),
    ("nothing left to cook for the kids", {"food-pantry": 1.0}),
    ("my gums bleed and a tooth is loose", {"dental-care": 1.0}),
    ("a tooth broke and my gums hurt", {"dental-care": 1.0}),
    ("the copier eats my pages", {NOT_A_NEED: 1.0}),
    ("the copier is out of paper and pages stick", {NOT_A_NEED: 1.0}),
    ("he hit me and locked the door", {DANGER + "home_violence": 1.0}),
    ("she locked the door and hit me again", {DANGER + "home_violence": 1.0}),
]


@pytest.fixture(scope="module")
def small(builder):
    return builder.train([builder.Example(text, labels) for text, labels in EXAMPLES])


def test_a_small_model_learns_its_examples(small):
    taught = LearnedModel(small)
    for text, labels in EXAMPLES:
        chances = taught.read(text).chances()
        assert taught.labels[int(np.argmax(chances))] in labels


def test_the_same_examples_give_the_same_file(builder, small):
    again = builder.train([builder.Example(text, labels) for text, labels in EXAMPLES])
    assert again.keys() == small.keys()
    assert all(np.array_equal(again[name], small[name]) for name in small)


def test_a_weight_that_is_left_out_changes_no_other_label(builder):
    few = builder.train([builder.Example(text, labels) for text, labels in EXAMPLES], kept=200)
    assert 0 < len(few["weights"]) <= 220
    assert len(few["starts"]) == len(few["keys"]) + 1
    assert few["starts"][-1] == len(few["weights"]) == len(few["labels"])


def test_chances_add_up_to_one():
    chances = model().read(PLAIN).chances()
    assert sum(chances) == pytest.approx(1, abs=1e-5)
    assert all(0 <= chance <= 1 for chance in chances)


def test_what_is_added_to_a_score_raises_its_chance():
    reading = model().read(PLAIN)
    number = model().numbers["eviction-defense"]
    assert reading.chances({"eviction-defense": 1.0})[number] > reading.chances()[number]
    assert reading.chances({"no such label": 1.0}) == reading.chances()


def test_the_evidence_is_words_of_the_text():
    reading = model().read(PLAIN)
    assert "landlord" in " ".join(reading.evidence("eviction-defense"))
    assert "meds" in " ".join(reading.evidence("prescription-help"))
    for label in model().labels:
        assert set(" ".join(reading.evidence(label)).split()) <= set(reading.words)


CALM = "the bus was late and the sky was clear over the river road "


@pytest.mark.parametrize("before", [0, 1, 5, 40])
@pytest.mark.parametrize("after", [0, 1, 5, 40])
def test_danger_is_heard_in_any_part_of_a_long_text(before, after):
    reading = model().read(f"{CALM * before} i swallowed all my pills and i want to die {CALM * after}")
    chances = dict(zip(model().labels, reading.chances(), strict=True))
    assert sum(chance for label, chance in chances.items() if label.startswith(DANGER)) > 0.3


def test_an_empty_text_has_the_chances_of_no_words():
    reading = model().read("")
    assert (reading.words, reading.known, reading.evidence(NOT_A_NEED)) == ((), 0.0, ())


@given(st.text(max_size=300))
def test_any_text_is_read_the_same_twice(text):
    one, two = model().read(text), model().read(text)
    assert np.array_equal(one.scores, two.scores)
    assert np.isfinite(one.scores).all()
    assert 0 <= one.known <= 1


@given(st.lists(st.sampled_from("rent food my the no lights off dentist kids work".split()), max_size=12))
def test_every_feature_stands_within_the_text(words):
    features = read_features(words, words, model().classes_of, spanish=False)
    assert len(features.keys) == len(features.first) == len(features.last)
    assert all(
        0 <= first <= last <= len(words) for first, last in zip(features.first, features.last, strict=True)
    )
    assert all(0 <= key < 2**32 for key in features.keys)


def test_a_word_of_8000_letters_has_as_many_features_as_one_of_30():
    counts = []
    for count in (8_000, 30):
        words = read_words("x" * count)
        counts.append(len(read_features(words, words, model().classes_of, spanish=False).keys))
    assert counts[0] == counts[1]


COMMON = {
    "husband": 1.0,
    "chest": 2.0,
    "dentist": 1.5,
    "suicidal": 3.0,
    "hits": 2.0,
    "hats": 4.0,
    "violaron": 2.0,
}


def rarity_of(words):
    return [COMMON.get(word, math.inf) for word in words]


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("hubsand", "husband"),
        ("cheast", "chest"),
        ("denitst", "dentist"),
        ("sucidal", "suicidal"),
        ("hitts", "hits"),
        ("biolaron", "violaron"),
    ],
)
def test_a_slip_is_read_as_the_common_word_one_edit_away(slip, word):
    assert repair(slip, rarity_of, 5.0) == word


@pytest.mark.parametrize("word", ["ephemeral", "hit", "kia", "x" * 40, "3d", "lusband", "rats"])
def test_other_words_stay(word):
    assert repair(word, rarity_of, 5.0) == word


def test_a_rare_word_is_not_what_was_meant():
    assert repair("hatss", rarity_of, 3.5) == "hatss"


@given(st.text(string.ascii_lowercase, max_size=16))
def test_a_repair_is_a_common_word_or_the_word_itself(word):
    assert repair(word, rarity_of, 5.0) in {word, *COMMON}


def test_what_stands_only_in_texts_with_slips_is_no_word():
    assert model().knows("husband")
    assert model().knows("lost")
    assert not model().knows("hubsand")


def test_a_slip_is_repaired_in_a_text_as_well():
    reading = model().read("my hubsand won't let me leve")
    assert reading.words[:2] == ("my", "hubsand")
    assert reading.meant[:3] == ("my", "husband", "won't")


def test_the_repr_shows_no_words():
    assert "landlord" not in repr(model().read(PLAIN))


def test_hardly_an_entry_of_a_class_is_too_long_to_be_found():
    words = (CORPUS / "word_classes.csv").read_text("utf-8").splitlines()[1:]
    longer = [row for row in words if len(read_words(row.split(",", 2)[2])) > LONGEST_CLASS]
    assert len(longer) < len(words) / 20


@pytest.mark.parametrize(
    ("text", "spanish"),
    [
        ("necesito comida para mis hijos", True),
        ("donde consigo ropa", True),
        ("currículum", True),
        ("me cortaron la luz y tengo kids", True),
        ("I need food for my kids", False),
        ("curriculum", False),
        ("shelter tonight", False),
        ("", False),
    ],
)
def test_the_language_of_a_text_is_known_by_its_small_words(text, spanish):
    assert is_spanish(text) is spanish
