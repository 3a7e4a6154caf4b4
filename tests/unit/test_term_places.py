"""Terms and categories are placed by name and tree; a library's own table counts before both."""

from __future__ import annotations

import pytest

import communityconnector as cc
from builders import service, tagged, term
from communityconnector.errors import InvalidWordsError, SourceNotFoundError
from communityconnector.matching.purpose import purpose_of
from communityconnector.model import Attribute, Directory, TaxonomyTerm
from communityconnector.needs import lexicon
from communityconnector.needs.placement import placement
from communityconnector.needs.term_places import How


def place_of(*names):
    """The place of the last of some names, each the parent of the next."""
    terms = {
        name: TaxonomyTerm(
            id=name, name=name, description="", parent_id=names[number - 1] if number else None
        )
        for number, name in enumerate(names)
    }
    return lexicon().term_places(terms).of_term(terms[names[-1]])


def first_of(*names):
    return next(iter(place_of(*names).concepts), None)


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("Medical Appointments Transportation", "medical-ride"),
        ("Transportation, Medical", "medical-ride"),
        ("Clinic Visit Rides", "medical-ride"),
        ("Homeless Shelter Volunteer Opportunities", "volunteering"),
        ("Electric Service Payment Assistance", "utility-bill-help"),
        ("Help with Rent", "rent-help"),
        ("Pet Food Pantries", "pet-help"),
        ("Meal", "community-meal"),
        ("Home Health Aide Training", "job-training"),
        ("Safe Housing", "safe-house"),
    ],
)
def test_the_last_noun_says_what_is_offered(name, concept):
    assert first_of(name) == concept
    assert place_of(name).how is How.NAME


@pytest.mark.parametrize(
    "name",
    [
        "Food Bank Administration Training",
        "Food Bank Donations",
        "Human Services",
        "Community Services",
        "Health",
        "Xyzzy",
    ],
)
def test_what_offers_a_patron_nothing_or_is_too_broad_has_no_place(name):
    assert not place_of(name).concepts


@pytest.mark.parametrize(
    "name",
    [
        "Evicted People",
        "Homeless Youth",
        "Foster Parents",
        "Adults 60 and Over",
        "Low Income",
        "Youth Shelter Employees",
    ],
)
def test_a_name_that_is_people_says_for_whom(name):
    assert place_of(name) == ({}, How.FOR_WHOM)


def test_a_group_with_services_of_its_own_is_a_weak_sign_of_them():
    assert place_of("Veterans").how is How.FOR_WHOM
    assert (
        place_of("Veterans").concepts["veteran-services"]
        < place_of("Veteran Services").concepts["veteran-services"]
    )


@pytest.mark.parametrize(
    ("cell", "concepts"),
    [
        ("Food; Housing / Shelter", {"food", "housing", "emergency-shelter"}),
        ("Food Boxes/Food Vouchers", {"food-pantry", "grocery-money"}),
        ("Medical and Dental Clinics", {"dental-care"}),
        ("Housing - Emergency", {"emergency-shelter"}),
        ("Food > Pantries", {"food-pantry"}),
        ("Work & Learning", {"work"}),
        ("Children; Diaper Bank", {"diapers-formula"}),
    ],
)
def test_a_cell_may_list_several_categories(cell, concepts):
    assert lexicon().term_places({}).of_category(cell).concepts.keys() == concepts


def test_main_needs_that_are_joined_are_surer_alone():
    places = lexicon().term_places({})
    assert (
        places.of_category("Work & Learning").concepts["work"] < places.of_category("Work").concepts["work"]
    )


def test_a_name_that_says_little_is_read_with_its_parents():
    assert first_of("Bills") != "utility-bill-help"
    assert first_of("Utilities", "Bills") == "utility-bill-help"
    assert place_of("Utilities", "Bills").how is How.TREE


def test_a_name_that_says_nothing_has_its_parents_place_weakly():
    place = place_of("Home Goods", "Xyzzy")
    assert place.how is How.TREE
    assert place.concepts.keys() == place_of("Home Goods").concepts.keys()
    assert max(place.concepts.values()) < 0.5


def test_a_vague_name_of_another_kind_than_its_family_is_doubted():
    alone, below = place_of("IDs & Records"), place_of("Money", "IDs & Records")
    assert below.concepts["identity-documents"] < alone.concepts["identity-documents"]


def test_a_sibling_of_the_same_kind_lifts_that_doubt():
    money = TaxonomyTerm(id="m", name="Money", description="")
    papers = TaxonomyTerm(id="p", name="IDs & Records", description="", parent_id="m")
    sibling = TaxonomyTerm(id="s", name="Birth Certificates", description="", parent_id="m")
    places = lexicon().term_places({t.id: t for t in (money, papers, sibling)})
    assert places.of_term(papers).concepts == place_of("IDs & Records").concepts


@pytest.mark.parametrize("top", ["Target Populations", "Age Group", "Languages Spoken"])
def test_what_stands_below_a_facet_says_for_whom(top):
    assert place_of(top, "Veterans") == ({}, How.FOR_WHOM)
    assert place_of(top, "English") == ({}, How.FOR_WHOM)


def test_a_group_of_people_above_does_not_hide_what_is_offered():
    assert first_of("Kids & Families", "Child Care") == "childcare"


def test_a_taxonomy_with_a_cycle_is_placed():
    one = TaxonomyTerm(id="1", name="Xyzzy", description="", parent_id="2")
    two = TaxonomyTerm(id="2", name="Plugh", description="", parent_id="1")
    assert not lexicon().term_places({"1": one, "2": two}).of_term(one).concepts


# What it says of a service


def sign_of(concept, name, *terms, **fields):
    record = service(name=name, attributes=tagged(*terms), **fields)
    return purpose_of(record, {t.id: t for t in terms}, lexicon()).signs.get(concept)


def test_a_broad_term_counts_less_where_the_name_says_something_else():
    broad = TaxonomyTerm(id="b", name="Food", description="")
    named, unnamed = sign_of("food", "Eviction Defense Clinic", broad), sign_of("food", "Xyzzy", broad)
    assert named.strength < unnamed.strength / 2
    assert sign_of("food", "Meals on Main", broad).strength >= unnamed.strength


def test_a_term_for_volunteers_makes_no_shelter():
    term_ = TaxonomyTerm(id="v", name="Homeless Shelter Volunteer Opportunities", description="")
    assert sign_of("volunteering", "Hope House", term_) is not None
    assert sign_of("emergency-shelter", "Hope House", term_) is None


# The library's own table


@pytest.fixture
def with_terms(tmp_path):
    def add(*rows, header="term,concept"):
        path = tmp_path / "terms.csv"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return cc.vocabulary().with_terms(path)

    return add


def test_the_librarys_own_table_counts_before_name_and_code(with_terms):
    words = with_terms(
        "program b,food-pantry,", "Food Pantry,not-a-need,", "1102,clothing,", "program b,clothing,0.5",
        header="term,concept,weight",
    )  # fmt: skip
    pantry = TaxonomyTerm(id="t1", name="Food Pantry", description="")
    coded = term("1102", id="t2", name="Food", taxonomy="Open Eligibility")
    odd = Attribute(id="a", label="PROGRAM  B")
    directory = Directory.of(
        [
            service("1", name="X", attributes=tagged(pantry)),
            service("2", name="Y", attributes=tagged(coded)),
            service("3", name="Z", attributes=(odd,)),
        ]
    )
    found = {placed.name: placed for placed in placement(directory, words).terms}
    assert {name: placed.concepts for name, placed in found.items()} == {
        "Food Pantry": {},
        "Food": {"clothing": 1.0},
        "PROGRAM  B": {"food-pantry": 1.0, "clothing": 0.5},
    }
    assert {placed.how for placed in found.values()} == {How.TABLE}
    assert placement(directory, words).unplaced == ()
    result = cc.Matcher(directory, vocabulary=words).match(cc.Need(terms="food-pantry"))
    assert [match.service.id for match in result] == ["3"]


def test_a_saved_index_opens_only_with_the_terms_that_it_was_made_with(with_terms, tmp_path):
    words = with_terms("xyzzy,food-pantry")
    cc.Matcher(Directory.of([service()]), vocabulary=words).index.save(tmp_path / "index")
    with pytest.raises(cc.UnusableIndexError, match="another needs vocabulary"):
        cc.Index.open(tmp_path / "index")


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("term,concept", "Program B,food-pantri", r"row 2: `concept` is unknown; did you mean 'food-pantry'"),
        ("term,concept", ",food-pantry", r"row 2: `term` is the name, the code or the id"),
        ("term,concept,weight", "Program B,food-pantry,2", r"row 2: `weight` is a number above 0"),
        (
            "term,concept",
            "B,food-pantry\nB,not-a-need",
            r"row 3: 'b' stands with a need and with 'not-a-need'",
        ),
        ("name,concept", "B,food-pantry", r"row 1: the column `term` is missing"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(with_terms, header, row, message):
    with pytest.raises(InvalidWordsError, match=rf"terms\.csv: .*{message}"):
        with_terms(row, header=header)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(SourceNotFoundError, match=r"none\.csv"):
        cc.vocabulary().with_terms(tmp_path / "none.csv")


# The report


def test_terms_without_a_place_are_reported_with_what_their_services_share():
    odd = TaxonomyTerm(id="o", name="Program B", description="")
    names = ("Elm Street Food Pantry", "Oak Food Pantry", "Main Office")
    directory = Directory.of(
        [service(str(n), name=name, attributes=tagged(odd)) for n, name in enumerate(names)]
    )
    (placed,) = placement(directory).unplaced
    assert (placed.name, placed.service_ids, placed.suggested) == (
        "Program B",
        ("0", "1", "2"),
        ("food-pantry",),
    )


def test_terms_that_say_for_whom_are_not_reported():
    people = TaxonomyTerm(id="p", name="Evicted People", description="")
    report = placement(Directory.of([service(attributes=tagged(people))]))
    assert (report.placed, report.unplaced) == ((), ())
