"""A library's own words from one CSV outrank what ships, make needs of its own, and decline what is no need."""

from __future__ import annotations

import pytest
from tests.builders import service, tagged

import communityconnector as cc
from communityconnector.errors import InvalidWordsError, SourceNotFoundError, UnusableIndexError
from communityconnector.needs import Certainty, Lexicon, PatronInterpreter, interpreter


@pytest.fixture
def with_words(tmp_path):
    """Make the vocabulary with the rows of a CSV."""

    def make(*rows, header="phrase,concept"):
        path = tmp_path / "words.csv"
        path.write_text("\n".join((header, *rows)), encoding="utf-8")
        return cc.vocabulary().with_words(path)

    return make


def directory_of(*services):
    return cc.Directory.of(services)


def understood(words, text):
    return PatronInterpreter(Lexicon(words)).interpret(text)


def ids(interpretation):
    return [concept.concept for concept in interpretation.concepts]


# What they do


def test_a_local_name_is_understood_for_sure(with_words):
    words = with_words("copper kettle night,community-meal")
    reading = understood(words, "is it copper kettle night")
    assert ids(reading) == ["community-meal"]
    assert reading.certainty is Certainty.SURE
    assert reading.concepts[0].words == ("copper kettle night",)


def test_local_words_outrank_the_learned_model(with_words):
    text = "landlord taped a pay or quit to my door, is sunshine desk open"
    assert ids(interpreter().interpret(text))[0] == "eviction-defense"
    assert ids(understood(with_words("sunshine desk,tax-help"), text))[0] == "tax-help"


def test_local_words_outrank_built_in_phrases(with_words):
    words = with_words("soup kitchen,job-search")
    assert ids(understood(words, "soup kitchen"))[0] == "job-search"


def test_a_phrase_of_one_common_word_is_understood(with_words):
    words = with_words("compass,detox")
    for text in ("compass", "the compass", "Can I get into Compass tomorrow?"):
        assert "detox" not in ids(interpreter().interpret(text))
        assert ids(understood(words, text))[0] == "detox", text


def test_a_longer_built_in_phrase_has_its_words_for_itself(with_words):
    words = with_words("pantry,volunteering")
    assert "volunteering" not in ids(understood(words, "food pantry"))


def test_local_words_can_be_spanish(with_words):
    words = with_words("la ollita,community-meal,es", header="phrase,concept,language")
    assert ids(understood(words, "¿dónde queda La Ollita?"))[0] == "community-meal"
    assert ids(understood(words, "¿Está abierta la ollita mañana?"))[0] == "community-meal"


def test_accents_and_case_make_no_difference(with_words):
    words = with_words("Café Unión,community-meal")
    assert ids(understood(words, "is cafe union open"))[0] == "community-meal"


def test_a_local_name_that_is_no_need_declines(with_words):
    words = with_words("pantry club,not-a-need", "zorbly,not-a-need")
    for text in ("when is pantry club", "Pantry Club!", "zorbly", "zorbly?"):
        reading = understood(words, text)
        assert reading.certainty is Certainty.NOT_A_NEED, text
        assert reading.concepts == ()


def test_a_need_beside_such_a_name_is_still_understood(with_words):
    words = with_words("pantry club,not-a-need")
    assert "diapers-formula" in ids(understood(words, "after pantry club, where can I get free diapers"))


def test_danger_beside_such_a_name_still_comes_first(with_words):
    words = with_words("pantry club,not-a-need", "copper kettle,community-meal")
    for name in ("pantry club", "copper kettle"):
        reading = understood(words, f"{name}: I want to kill myself")
        assert reading.urgent == interpreter().interpret("I want to kill myself").urgent


def test_a_local_name_counts_even_where_it_sounds_like_library_business(with_words):
    words = with_words("book nook,counseling")
    assert ids(understood(words, "where is the book nook"))[0] == "counseling"


def test_a_light_word_is_a_hint_and_outranks_nothing(with_words):
    words = with_words("kettle,community-meal,0.3", header="phrase,concept,weight")
    text = "landlord taped a pay or quit to my door and my kettle broke"
    assert ids(understood(words, text))[0] == ids(interpreter().interpret(text))[0]


def test_a_row_takes_the_place_of_the_built_in_phrase(with_words):
    words = with_words("soup kitchen,community-meal,0.3", header="phrase,concept,weight")
    weights = [p.weight for p in words.phrases if (p.words, p.concept) == ("soup kitchen", "community-meal")]
    assert weights == [0.3]


def test_two_libraries_in_one_process_have_their_own_words(tmp_path):
    vocabularies = []
    for name, concept in (("ashe", "community-meal"), ("bell", "legal-aid")):
        (tmp_path / name).write_text(f"phrase,concept\nthe blue door,{concept}\n", encoding="utf-8")
        vocabularies.append(cc.vocabulary().with_words(tmp_path / name))
    ashe, bell = (PatronInterpreter(Lexicon(words)) for words in vocabularies)
    for _ in range(2):
        assert ids(ashe.interpret("the blue door")) == ["community-meal"]
        assert ids(bell.interpret("the blue door")) == ["legal-aid"]
        assert interpreter().interpret("the blue door").concepts == ()


def test_words_of_several_files_add_up(with_words, tmp_path):
    (tmp_path / "branch.csv").write_text("phrase,concept\nblue door,legal-aid\n", encoding="utf-8")
    words = with_words("copper kettle,community-meal").with_words(tmp_path / "branch.csv")
    assert ids(understood(words, "copper kettle")) == ["community-meal"]
    assert ids(understood(words, "blue door")) == ["legal-aid"]


# Needs of the library's own

BIKES = (
    "bike co-op,bike-repair,Bicycle repair,A bicycle that runs again.,transportation,physical:0.5;social:0.5",
    "fix my bike,bike-repair",
)
HEADER = "phrase,concept,name,definition,parent,dimensions"


def test_a_new_need_finds_services_by_phrase_and_name_and_term(with_words):
    words = with_words(*BIKES, header=HEADER)
    directory = directory_of(
        service("by-phrase", name="Bike Co-op"),
        service("by-name", name="Bicycle repair"),
        service("by-term", name="Spokes", attributes=tagged("bike-repair")),
        service("other", name="Tax help"),
    )
    matcher = cc.Matcher(directory, vocabulary=words)
    for need in ("can someone fix my bike", cc.Need(terms="bike-repair")):
        result = matcher.match(need)
        assert {match.service.id for match in result} == {"by-phrase", "by-name", "by-term"}
        assert all(match.reasons[0].answer is cc.Answer.MET for match in result)
    assert matcher.match("fix my bike").interpretation.concepts[0].name == "Bicycle repair"


def test_a_new_need_has_what_its_row_leaves_out_from_its_parent(with_words):
    words = with_words("needle van,needle-van,Needle van,detox", header="phrase,concept,name,parent")
    parent = words.concept("detox")
    assert words.concept("needle-van").sensitive == parent.sensitive != frozenset()
    assert words.concept("needle-van").wellness == parent.wellness
    assert next(iter(words.ancestors("needle-van"))) == "detox"


def test_a_new_need_may_stand_below_one_of_a_later_row(with_words):
    words = with_words(
        "wheel true,wheels,Wheels,bikes", "bikes,bikes,Bikes,", header="phrase,concept,name,parent"
    )
    assert list(words.ancestors("wheels")) == ["bikes"]


def test_a_desk_with_a_new_need_refers_for_it(with_words):
    words = with_words(*BIKES, header=HEADER)
    options = cc.MatchingOptions(vocabulary=words)
    with cc.Connector.open(matching=options) as desk:
        desk.load(directory_of(service("by-name", name="Bicycle repair")))
        match = desk.match("fix my bike")[0]
        referral = desk.refer(match, actor=cc.Actor("staff", "desk-1"))
    assert referral.concepts == ("bike-repair",)


def test_a_saved_index_opens_only_with_the_words_that_it_was_made_with(with_words, tmp_path):
    words = with_words("copper kettle,community-meal")
    cc.Matcher(directory_of(service()), vocabulary=words).index.save(tmp_path / "index")
    cc.Index.open(tmp_path / "index", Lexicon(words))
    for others in (cc.vocabulary(), with_words("copper kettle,legal-aid")):
        with pytest.raises(UnusableIndexError, match="another needs vocabulary"):
            cc.Index.open(tmp_path / "index", Lexicon(others))


def test_the_language_of_a_phrase_is_part_of_a_saved_index(with_words, tmp_path):
    header = "phrase,concept,language"
    words = with_words("ollita,community-meal,es", header=header)
    cc.Matcher(directory_of(service()), vocabulary=words).index.save(tmp_path / "index")
    with pytest.raises(UnusableIndexError, match="another needs vocabulary"):
        cc.Index.open(tmp_path / "index", Lexicon(with_words("ollita,community-meal,en", header=header)))


# The file


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("phrase,concept", "kettle,food-pantri", r"row 2: `concept` is unknown; did you mean 'food-pantry'"),
        ("phrase,concept", "kettle,", r"row 2: `concept` is unknown"),
        ("phrase,concept", ",food-pantry", r"row 2: `phrase` needs words"),
        ("phrase,concept", "食物,food-pantry", r"row 2: `phrase` needs words of Latin letters"),
        ("phrase,concept", "help me please,food-pantry", r"row 2: `phrase` has only words that stand in"),
        ("phrase,concept", "a,food-pantry,extra", r"row 2: has more cells than there are columns"),
        ("phrase,concept,weight", "kettle,food-pantry,2", r"row 2: `weight` is a number above 0"),
        ("phrase,concept,weight", "kettle,food-pantry,high", r"row 2: `weight` is a number above 0"),
        ("phrase,concept,weight", "kettle,food-pantry,nan", r"row 2: `weight` is a number above 0"),
        ("phrase,concept,language", "kettle,food-pantry,Spanish", r"row 2: `language` is a code"),
        ("phrase,concept,name", "kettle,food-pantry,Kettle", r"row 2: 'food-pantry' is already a need"),
        ("phrase,concept,name", "kettle,Kettle Night,Kettle", r"row 2: the id of a new need has small"),
        ("phrase,concept,name", "kettle,not-a-need,Kettle", r"row 2: 'not-a-need' takes no `name`"),
        ("phrase,concept,name", "kettle,kettle,Groceries from a food pantry", r"the need 'food-pantry' has"),
        ("phrase,concept,name,parent", "kettle,kettle,Kettle,fod", r"row 2: `parent` is unknown; did you"),
        ("phrase,concept,name,parent", "kettle,kettle,Kettle,kettle", r"row 2: it is its own parent"),
        ("phrase,concept,name,dimensions", "k,kettle,Kettle,physical:0.5", r"row 2: `dimensions` are shares"),
        ("phrase,concept,name,dimensions", "k,kettle,Kettle,fun:1", r"row 2: `dimensions` are shares"),
        ("phrase,concept,name,sensitive", "k,kettle,Kettle,dvv", r"row 2: `sensitive` has an unknown tag"),
        ("phrase,concept,wieght", "kettle,food-pantry,1", r"row 1: 1 unknown column; did you mean 'weight'"),
        ("phrase;concept", "kettle;food-pantry", r"row 1: the column `phrase` and `concept` is missing"),
        ("phrase,phrase,concept", "kettle,k,food-pantry", r"row 1: a column stands twice"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_what_to_do(with_words, header, row, message):
    with pytest.raises(InvalidWordsError, match=rf"words\.csv: .*{message}"):
        with_words(row, header=header)


def test_all_faulty_rows_are_reported_at_once(with_words):
    with pytest.raises(InvalidWordsError) as error:
        with_words("kettle,food-pantri", "good,food-pantry", ",food-pantry")
    assert "row 2" in str(error.value)
    assert "row 3" not in str(error.value)
    assert "row 4" in str(error.value)


def test_two_names_for_one_new_need_are_reported(with_words):
    with pytest.raises(InvalidWordsError, match="row 3: row 2 gives 'bikes' another name"):
        with_words("bikes,bikes,Bikes", "wheels,bikes,Wheels", header="phrase,concept,name")


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(SourceNotFoundError, match="cannot be read"):
        cc.vocabulary().with_words(tmp_path / "none.csv")


def test_a_file_that_is_not_utf_8_is_reported(tmp_path):
    path = tmp_path / "words.csv"
    path.write_bytes(b"phrase,concept\n\xff\xfe,x\n")
    with pytest.raises(InvalidWordsError, match=r"words\.csv: is no CSV in UTF-8"):
        cc.vocabulary().with_words(path)


def test_a_quote_that_never_ends_is_reported(tmp_path):
    """As no CSV or as a bad phrase: how long a cell may be is a setting of the whole process."""
    path = tmp_path / "words.csv"
    path.write_bytes(b'phrase,concept\n"a' + b"x" * 200_000)
    with pytest.raises(InvalidWordsError, match=r"words\.csv: (is no CSV in UTF-8|row 2: `phrase` needs)"):
        cc.vocabulary().with_words(path)


def test_a_file_as_a_spreadsheet_program_saves_it_is_read(tmp_path):
    path = tmp_path / "words.csv"
    path.write_bytes(
        "\ufeffPhrase, Concept ,Notes\r\n Copper Kettle ,community-meal,since May\r\n,,\r\n".encode()
    )
    assert ids(understood(cc.vocabulary().with_words(path), "copper kettle")) == ["community-meal"]


def test_an_empty_file_lacks_its_columns(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InvalidWordsError, match="row 1: the column"):
        cc.vocabulary().with_words(path)
