"""The vocabulary is whole, and plain words are understood in it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector
from communityconnector.errors import UnknownNeedError
from communityconnector.model import Taxonomy, TaxonomyTerm
from communityconnector.needs import (
    Certainty,
    Lexicon,
    PatronInterpreter,
    Phrase,
    Wellness,
    interpreter,
    lexicon,
    load,
    vocabulary,
)
from communityconnector.needs.exclusions import denied_words
from communityconnector.needs.words import content_stems, fold, stems, words_of

DATA = Path(communityconnector.__file__).parent / "needs" / "data"
WORDS = vocabulary()


def understood(text):
    return [found.concept for found in interpreter().interpret(text).concepts]


def test_there_are_at_least_60_concepts_with_everyday_phrases():
    assert len(WORDS.concepts) >= 60
    with_words = {phrase.concept for phrase in WORDS.phrases if phrase.language == "en"}
    assert with_words == set(WORDS.concepts)


def test_every_concept_has_its_place_among_the_seven_dimensions():
    assert len(Wellness) == 7
    for concept in WORDS.concepts.values():
        assert sum(concept.wellness.values()) == pytest.approx(1)
        assert all(0 < share <= 1 for share in concept.wellness.values())
    leading = {max(concept.wellness, key=concept.wellness.__getitem__) for concept in WORDS.concepts.values()}
    assert leading == set(Wellness)


def test_parents_exist_and_lead_to_a_root():
    for key in WORDS.concepts:
        above = list(WORDS.ancestors(key))
        assert key not in above
        assert all(key in WORDS.with_descendants(parent) for parent in above)


def test_every_phrase_is_plain_and_says_how_sure_it_is():
    seen = set()
    for phrase in WORDS.phrases:
        assert phrase.concept in WORDS.concepts
        assert 0 < phrase.weight <= 1
        assert phrase.words == phrase.words.strip().lower()
        assert stems(phrase.words)
        assert (phrase.words, phrase.concept) not in seen
        seen.add((phrase.words, phrase.concept))


def test_the_crosswalk_leads_from_every_open_eligibility_id(shared_data):
    with (shared_data / "openeligibility" / "taxonomy-2020.csv").open(encoding="utf-8") as stream:
        published = {row["id"] for row in csv.DictReader(stream)}
    assert set(WORDS.open_eligibility) == published
    assert set(WORDS.open_eligibility.values()) <= set(WORDS.concepts)


def test_the_crosswalk_holds_ids_only():
    """Open Eligibility's names are under another licence and are not in our tables."""
    header = (DATA / "open_eligibility.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "oe_id,concept,relation"


def test_no_211_code_is_in_the_tables():
    for path in DATA.glob("*.csv"):
        assert not re.search(r"\b[A-Z]{1,2}-\d{4}(\.\d{4})?\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("soup kitchen", "community-meal"),
        ("Where can I get a bag of groceries?", "food-pantry"),
        ("somewhere to sleep tonight", "emergency-shelter"),
        ("the power company shut off my lights", "utility-bill-help"),
        ("I got an eviction notice", "eviction-defense"),
        ("free dentist", "dental-care"),
        ("someone to talk to", "counseling"),
        ("GED classes", "high-school-equivalency"),
        ("my tooth hurts", "dental-care"),
        ("AA meeting", "recovery-group"),
        ("lost my social security card", "identity-documents"),
        ("despensa de comida", "food-pantry"),
        ("clases de ingl\u00e9s", "english-classes"),
    ],
)
def test_plain_words_are_understood(text, concept):
    assert concept in understood(text)[:2]


def test_the_words_that_were_understood_are_kept_as_evidence():
    (first, *_) = interpreter().interpret("we need a soup kitchen").concepts
    assert first.words == ("soup kitchen",)
    assert first.weight == 1.0


def test_words_that_are_not_a_need_are_not_taken_for_one():
    assert "emergency-shelter" not in understood("not homeless, just need a cheaper apartment")
    assert "affordable-housing" in understood("not homeless, just need a cheaper apartment")
    assert "food-pantry" not in understood("I don't need a food pantry")
    assert understood("not enough food")


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("I don't need a food pantry, I need a dentist", "dental-care"),
        ("no necesito comida, necesito un abogado", "legal-aid"),
        ("already have food stamps, its the light bill thats killing me", "utility-bill-help"),
        ("ya tengo medicaid, ocupo lentes", "eye-care"),
        ("instead of rehab is there a meeting i can go to", "recovery-group"),
        ("no quiero refugio, quiero un cuarto barato", "affordable-housing"),
        ("i dont want to lose my apartment", "rent-help"),
    ],
)
def test_what_is_denied_or_there_already_is_not_the_need(text, concept):
    assert understood(text)[0] == concept


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("I don't need a food pantry, I need a dentist", "a food pantry"),
        ("we already have food stamps but the rent is late", "food stamps"),
        ("ya tengo medicaid, ocupo lentes", "medicaid"),
        ("not looking for a bed just a shower", "a bed"),
        ("I don't want to lose my home", ""),
        ("don't want my kids to go hungry", ""),
        ("need a ride", ""),
        ("", ""),
    ],
)
def test_a_denial_ends_with_its_clause(text, denied):
    words = words_of(text)
    assert " ".join(words[position] for position in sorted(denied_words(text))) == denied


@given(st.text(max_size=200))
def test_denied_words_are_words_of_the_text(text):
    assert denied_words(text) <= set(range(len(words_of(text))))


@pytest.mark.parametrize(
    "text", ["renew my book", "how do I pay an overdue fine", "who wrote pride and prejudice"]
)
def test_library_business_is_no_need(text):
    assert interpreter().interpret(text).certainty is Certainty.NOT_A_NEED
    assert understood(text) == []


@pytest.mark.parametrize("text", ["print my resume", "learn to use a computer"])
def test_a_need_that_sounds_like_the_library_is_a_need(text):
    assert understood(text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("I want to kill myself", "988"),
        ("thinking about ending it all", "988"),
        ("he hit me and I am scared", "911"),
        ("quiero morir", "988"),
        ("my hubsand hitts me", "911"),
    ],
)
def test_danger_brings_the_crisis_lines_first(text, phone):
    assert phone in [line.phone for line in interpreter().interpret(text).urgent]


@pytest.mark.parametrize(
    "text", ["food pantry", "a film about suicide", "hit the gym", "kill time", "dying to read it"]
)
def test_ordinary_words_bring_no_crisis_line(text):
    assert interpreter().interpret(text).urgent == ()


def test_crisis_lines_can_be_reached():
    assert {kind for _, kind in WORDS.crisis_phrases} <= WORDS.dangers.keys()
    for language in ("en", "es"):
        kinds = {line.kind for line in WORDS.crisis_lines if line.language == language}
        assert kinds == WORDS.dangers.keys()
    assert all(line.phone or line.text for line in WORDS.crisis_lines)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "???", "x" * 10_000, "\u4f60\u597d", "a " * 5_000])
def test_any_text_has_an_interpretation(text):
    interpreter().interpret(text)


def test_the_same_text_has_the_same_interpretation():
    text = "food and a place to stay and a lawyer"
    assert interpreter().interpret(text) == PatronInterpreter(Lexicon(WORDS)).interpret(text)


def test_local_words_can_be_added():
    import attrs

    local = attrs.evolve(WORDS, phrases=(*WORDS.phrases, Phrase("3squares", "food-benefits", 1.0)))
    assert [
        f.concept for f in PatronInterpreter(Lexicon(local)).interpret("3SquaresVT? 3squares!").concepts
    ] == ["food-benefits"]


def test_a_vocabulary_is_a_folder_of_tables():
    assert load(DATA).concepts == WORDS.concepts


def test_an_unknown_need_is_reported():
    with pytest.raises(UnknownNeedError, match="no need 'castle' in the vocabulary"):
        WORDS.concept("castle")


@pytest.mark.parametrize(
    ("term", "placed"),
    [
        ({"code": "food-pantry", "taxonomy": "communityconnector needs"}, "food-pantry"),
        ({"code": "food-pantry", "taxonomy": "Another list"}, None),
        ({"code": "1130", "taxonomy": "Open Eligibility"}, "food-pantry"),
        ({"code": " 1130 ", "taxonomy": "open-eligibility 2020"}, "food-pantry"),
        ({"code": "1130"}, None),
        ({"code": "99999", "taxonomy": "Open Eligibility"}, None),
        (
            {"code": "1130", "taxonomy_detail": Taxonomy(id="x", name="Open Eligibility", description="d")},
            "food-pantry",
        ),
    ],
)
def test_a_directorys_terms_are_placed_by_their_codes(term, placed):
    assert WORDS.place(TaxonomyTerm(id="t", name="x", description="x", **term)) == placed


def test_words_are_compared_folded_and_stemmed():
    assert fold("Caf\u00c9 d\u2019Or") == "cafe d'or"
    assert stems("Pantries") == stems("pantry")
    assert content_stems("I need the food") == ("food",)
    assert content_stems("who is it") == stems("who is it")


@pytest.mark.parametrize(
    "text", ["can", "doc", "glass", "coffee", "die", "gum", "home", "the", "ok", "hello", "pizza"]
)
def test_one_word_that_may_mean_anything_is_no_need(text):
    assert understood(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "???",
        "1234",
        "\U0001f600\U0001f389",
        "asdkjh qwe zxcv",
        "Jerome Quillpen",
        "Ich brauche Essen",
        "je cherche un logement",
    ],
)
def test_unrelated_words_are_not_understood(text):
    interpretation = interpreter().interpret(text)
    assert (
        interpretation.concepts,
        interpretation.urgent,
        interpretation.other_script,
    ) == ((), (), False)


@pytest.mark.parametrize(
    "text",
    [
        "\u043d\u0443\u0436\u043d\u0430 \u0435\u0434\u0430",
        "\u6211\u9700\u8981\u98df\u7269",
        "\u0623\u062d\u062a\u0627\u062c \u0625\u0644\u0649 \u0637\u0639\u0627\u0645 24",
        "\u05d0\u05d5\u05db\u05dc",
    ],
    ids=["Cyrillic", "Chinese", "Arabic", "Hebrew"],
)
def test_another_script_is_reported(text):
    interpretation = interpreter().interpret(text)
    assert (interpretation.concepts, interpretation.other_script) == ((), True)


def test_a_word_that_is_understood_counts_beside_another_script():
    interpretation = interpreter().interpret("\u98df\u7269 food")
    assert interpretation.concepts[0].concept in {"food", "food-pantry"}
    assert not interpretation.other_script


@pytest.mark.parametrize(
    "text",
    [
        "where is the printer",
        "where's the bathroom",
        "where are the children's books",
        "renew my card",
        "can I renew these books online",
        "I need to return some dvds",
        "reserve the meeting room",
        "d\u00f3nde est\u00e1n las computadoras",
        "renovar mi tarjeta",
        "the printer is jammed",
        "the copier is out of paper",
        "your printer ate my money",
        "is the wifi down",
        "the internet is not working",
        "this computer is frozen",
        "how do I log off this computer",
        "the scanner won't scan",
        "la impresora no funciona",
        "the printer",
        "scan a document",
        "I want to fax some papers",
        "book club",
        "can I eat in here",
    ],
)
def test_requests_to_the_library_itself_are_library_business(text):
    interpretation = interpreter().interpret(text)
    assert (interpretation.certainty, interpretation.concepts) == (Certainty.NOT_A_NEED, ())


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("where is the food pantry", "food-pantry"),
        ("where is the nearest shelter", "emergency-shelter"),
        ("where can I find a dentist", "dental-care"),
        ("renew my medicaid", "health-insurance"),
        ("renew my green card", "immigration-help"),
        ("lost my ID card", "identity-documents"),
        ("reserve a bed at the shelter", "emergency-shelter"),
        ("return to school for my GED", "high-school-equivalency"),
        ("my computer is broken", "computer-access"),
        ("our internet was shut off", "phone-internet-help"),
        ("I need a computer, mine broke", "computer-access"),
        ("can't use a computer", "computer-skills"),
        ("get a copy of my birth certificate", "identity-documents"),
    ],
)
def test_a_need_in_such_words_is_a_need(text, concept):
    assert understood(text)[0] == concept


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("I'm depressed and thinking of suicide", "crisis-support"),
        ("I want to die and I need a lawyer", "crisis-support"),
        ("quiero morirme y no tengo trabajo", "crisis-support"),
        ("my husband beats me and I need money for gas", "domestic-violence-help"),
        ("mi esposo me golpea y necesito comida", "domestic-violence-help"),
        ("nowhere to sleep tonight and I want to take guitar lessons", "emergency-shelter"),
        ("help with taxes, and we have nowhere to sleep tonight", "emergency-shelter"),
    ],
)
def test_the_most_urgent_of_several_needs_comes_first(text, first):
    concepts = interpreter().interpret(text).concepts
    assert (concepts[0].concept, concepts[0].weight) == (first, 1.0)
    assert len(concepts) == 1 or concepts[1].weight < 1.0


def test_the_narrower_need_stands_for_the_broader():
    assert understood("homeless") == ["emergency-shelter"]
    assert "legal" not in understood("I need legal help with an eviction in court")


def test_words_that_only_hint_at_a_need_are_a_guess():
    interpretation = interpreter().interpret("somebody told me there was something for people like us")
    assert interpretation.is_guessed
    assert all(one.weight <= 0.25 for one in interpretation.concepts)
    assert not interpreter().interpret("food").is_guessed
    assert not interpreter().interpret("nada").is_guessed


@pytest.mark.parametrize("word", ["rent", "renta", "the", "despensa", "biblioteca", "food"])
def test_a_word_of_either_language_is_known(word):
    assert lexicon().knows(next(iter(stems(word))))


def test_a_word_of_neither_language_is_not_known():
    assert not lexicon().knows("carpentri")


def test_plain_words_for_the_main_needs_are_understood_alone():
    words = """food shelter housing clothing rent utilities electricity transportation money taxes insurance dentist
        medicine counseling rehab childcare diapers jobs training lawyer immigration divorce english computers furniture
        comida ropa renta luz trabajo abogado dentista medicina violencia hambre"""
    assert [word for word in words.split() if not understood(word)] == []


@pytest.mark.parametrize(
    "text", ["where can I donate furniture", "I want to volunteer at a food pantry", "quiero donar ropa"]
)
def test_an_offer_to_give_is_not_a_need(text):
    assert set(understood(text)) <= {"volunteering"}


def test_one_may_give_and_need():
    assert "food-pantry" in understood("I used to donate clothes but now I need a food pantry")
    assert "local-ride" in understood("I need a volunteer driver")
