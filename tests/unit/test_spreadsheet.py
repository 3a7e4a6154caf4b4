"""A sheet that a volunteer kept becomes a directory, and every guess is shown."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector import interchange
from communityconnector.errors import InvalidMappingError, SourceNotFoundError
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.services import age_limits
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet
from communityconnector.model import Disclosure


def sheet(tmp_path, text, **more):
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return cc.read(path, **more)


def only(directory):
    (service,) = directory.services.values()
    return service


def test_a_row_becomes_a_service_with_all_that_belongs_to_it(tmp_path):
    service = only(sheet(
        tmp_path,
        "Agency,Program Name,Description,Address,ZIP,Latitude,Longitude,Phone,Fax,E-mail,Web Site,Hours,Ages Served,Fees,"
        "Languages Spoken,Category,Area Served,What to bring,How to apply,Contact Person,ADA,Status,Last Verified\n"
        'Laurel,Pantry,Food,"12 Main St, Suite 4, Jefferson, NC 28640",,36.4,-81.4,"828-555-0101 / 828-555-0102 ext. 7",'
        "828-555-0103,a@example.org; b@example.org,example.org,M-F 9-5,60 and older,Free,English; Spanish,Food|Groceries,"
        "Ashe County,Photo ID,Walk in,Front desk,yes,Open,2026-05-01\n",
    ))  # fmt: skip
    place = service.service_at_locations[0].location
    address = place.addresses[0]
    assert (service.name, service.description, service.organization.name) == ("Pantry", "Food", "Laurel")
    assert (address.address_1, address.address_2, address.city) == ("12 Main St", "Suite 4", "Jefferson")
    assert (address.state_province, address.postal_code) == ("NC", "28640")
    assert (place.latitude, place.longitude) == (36.4, -81.4)
    assert [(p.number, p.extension, p.type) for p in service.phones] == [
        ("828-555-0101", None, None),
        ("828-555-0102", 7, None),
        ("828-555-0103", None, "fax"),
    ]
    assert (service.email, service.extra["x_more_emails"]) == ("a@example.org", ["b@example.org"])
    assert (service.url, service.status, service.assured_date) == (
        "http://example.org",
        "active",
        "2026-05-01",
    )
    assert (service.minimum_age, service.eligibility_description) == (60, "Ages: 60 and older")
    assert service.cost_options[0].amount == 0
    assert [language.name for language in service.languages] == ["English", "Spanish"]
    assert [a.label for a in service.attributes] == ["Food", "Groceries"]
    assert service.service_areas[0].name == "Ashe County"
    assert service.required_documents[0].document == "Photo ID"
    assert (service.application_process, service.contacts[0].name) == ("Walk in", "Front desk")
    assert place.accessibility[0].description == "Wheelchair accessible"
    assert service.schedules[0].byday == "MO,TU,WE,TH,FR"


@pytest.mark.parametrize(
    ("word", "hidden"), [("yes", True), ("X", True), ("see note", True), ("no", False), ("", False)]
)
def test_when_in_doubt_a_place_is_confidential(tmp_path, word, hidden):
    directory = sheet(tmp_path, f"Agency,Program,Address,Confidential\nLaurel,Refuge,1 Quiet Ln,{word}\n")
    place = only(directory).service_at_locations[0].location
    assert place.disclosure is (Disclosure.NEVER if hidden else None)
    shown = only(directory.for_audience("public")).service_at_locations[0].location
    assert bool(shown.addresses) is not hidden


def test_rows_of_one_agency_share_it_and_ids_stay_when_rows_are_changed(tmp_path):
    first = sheet(tmp_path, "ID,Agency,Program,Phone\n7,Laurel,Pantry,1\n8,laurel ,Diapers,2\n")
    again = sheet(tmp_path, "ID,Agency,Program,Phone\n8,laurel ,Diapers and wipes,2\n")
    assert len(first.organizations) == 1
    assert set(first.services) == {"7", "8"}
    assert first.services["8"].phones[0].id == again.services["8"].phones[0].id


def test_no_id_is_made_of_an_address(tmp_path):
    one, other = (
        sheet(tmp_path, f"Agency,Program,Address\nLaurel,Refuge,{street}\n")
        for street in ("1 Quiet Ln", "2 Loud St")
    )
    assert set(one.locations) == set(other.locations)
    assert set(one.table("address")) == set(other.table("address"))


def test_a_value_in_no_column_is_unknown_and_no_error(tmp_path):
    directory = sheet(tmp_path, "Agency,Program,Phone\nLaurel,Pantry,828-555-0101\n,,\n")
    assert only(directory).status == ""
    assert {f.severity.value for f in directory.findings} == {"info"}


def test_unknown_columns_and_cells_beyond_the_last_column_are_kept(tmp_path):
    service = only(sheet(tmp_path, "Agency,Program,Phone,Volunteer,\nLaurel,Pantry,1,two,three,four\n"))
    assert service.extra == {"Volunteer": "two", "column 5": "three", "column 6": "four"}


def test_an_agency_without_a_program_lends_its_name(tmp_path):
    directory = sheet(tmp_path, "Agency,Program,Phone\nLaurel,,1\n")
    assert only(directory).name == "Laurel"
    assert "name-from-agency" in {f.rule for f in directory.findings}


def test_a_mapping_can_be_saved_edited_and_given(tmp_path):
    text = "Who,What,Where\nLaurel,Pantry,Jefferson\n"
    mapping = tmp_path / "columns.toml"
    meant = cc.ColumnMapping({"Who": "organization.name", "What": "service.name", "Where": "location.city"})
    meant.save(mapping)
    assert cc.ColumnMapping.load(mapping) == meant
    written = mapping.read_text()
    assert "service.eligibility_description" in written
    assert '[columns."Who"]\nfield = "organization.name"\n' in written
    mapping.write_text(written.replace('field = "location.city"', 'field = "location.city"  # the town'))
    service = only(sheet(tmp_path, text, mapping=mapping))
    assert (service.organization.name, service.name) == ("Laurel", "Pantry")
    assert service.service_at_locations[0].location.addresses[0].city == "Jefferson"
    assert not sheet(tmp_path, text).services


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[columns]\nA = "service.nam"\n', "perhaps service.name"),
        (b"[columns.A]\nfield = 3\n", "as a text"),
        (b"column,field\nA,service.name\n", "--save-mapping map.toml"),
        (b"[other]\n", "no table [columns]"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a = " + b"[" * 5_000, "--save-mapping map.toml"),
    ],
)
def test_what_is_no_mapping_is_refused_with_an_explanation(tmp_path, content, words):
    path = tmp_path / "columns.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidMappingError, match=re.escape(words)):
        cc.ColumnMapping.load(path)
    with pytest.raises(SourceNotFoundError):
        cc.ColumnMapping.load(tmp_path / "nowhere.toml")


@given(st.dictionaries(st.text(max_size=30), st.sampled_from(["", "service.name", "phones"]), max_size=8))
def test_any_names_of_columns_come_back_as_they_were_saved(columns):
    clean = {
        "".join(c for c in name if not 0xD800 <= ord(c) <= 0xDFFF): field for name, field in columns.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.toml"
        cc.ColumnMapping(clean).save(path)
        assert cc.ColumnMapping.load(path).columns == clean


def test_a_skeleton_has_every_column_with_its_guess_how_sure_it_is_and_samples(tmp_path):
    text = "Agency,Program,Wo,Phone\nLaurel Help,Food Pantry,Boone,828-555-0100\nElm Help,Diaper Bank,Jefferson,828-555-0101\n"
    guesses = interchange.columns_of(io.StringIO(text))
    assert guesses["Agency"].field == "organization.name"
    assert guesses["Agency"].confidence == 0.9
    assert guesses["Agency"].samples == ("Laurel Help", "Elm Help")
    assert (guesses["Wo"].field, guesses["Wo"].confidence, guesses["Wo"].samples) == (
        "",
        0.0,
        ("Boone", "Jefferson"),
    )
    path = tmp_path / "map.toml"
    cc.ColumnMapping({column: guess.field for column, guess in guesses.items()}).save(path, guesses)
    assert 'samples = ["Boone", "Jefferson"]' in path.read_text()
    assert cc.ColumnMapping.load(path).columns["Agency"] == "organization.name"


def test_a_skeleton_shows_no_cell_of_a_place_where_any_is_private():
    text = "Program,Street Address,Phone,Confidential?,Wo\nSafe House,9 Hidden Road,828-555-0199,Yes,behind the mill\n"
    guesses = interchange.columns_of(io.StringIO(text))
    shown = repr(guesses)
    assert not [trace for trace in ("Hidden", "0199", "mill") if trace in shown]


def test_a_list_of_which_nothing_is_understood_has_a_skeleton_too(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Qu\u00e9,Wo,Tel\nPantry,Boone,828-555-0101\nClinic,Boone,828-555-0102\n", encoding="utf-8"
    )
    guesses = interchange.columns_of(path)
    assert list(guesses) == ["Qu\u00e9", "Wo", "Tel"]
    assert guesses["Wo"].samples == ("Boone",)


def test_every_name_of_a_column_means_one_thing():
    names = [name for names in FIELDS.values() for name in names.split(", ")]
    assert len(names) == len(set(names))
    mapping = cc.ColumnMapping.guess(names)
    assert all(mapping.columns[name] for name in names if len(name) > 1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["Agency", "Phone", "Hours"], True),
        (["id", "name", "status"], False),
        (["Agency", "Colour"], False),
        (["a", "b", "c"], False),
    ],
)
def test_a_header_of_a_list_of_services_is_recognized(header, expected):
    assert looks_like_spreadsheet(header) is expected


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("18-24", {"minimum_age": 18, "maximum_age": 24}),
        ("Ages 18+", {"minimum_age": 18}),
        ("60 years and older", {"minimum_age": 60}),
        ("adults", {"minimum_age": 18}),
        ("all ages", {}),
        ("under 5", None),
        ("24-18", None),
        ("teens", None),
    ],
)
def test_ages_in_words(text, limits):
    assert age_limits(text) == limits


@pytest.mark.parametrize(
    "column",
    [
        "Church",
        "Food Bank Partner",
        "Iglesia",
        "Who",
        "Listing Title",
        "Center",
        "Recurso",
    ],
)
def test_the_first_text_column_names_the_rows_of_a_list_of_services(tmp_path, column):
    path = tmp_path / "list.csv"
    path.write_text(
        f"{column},Street Address,Contact Phone,Hours\nLaurel,1 Oak St,828-555-0101,Tue 9am-noon\n"
    )
    assert [service.name for service in cc.read(path).services.values()] == ["Laurel"]


@pytest.mark.parametrize("column", ["Employee", "Student", "Volunteer", "Paciente", "Ticket"])
def test_a_list_of_people_or_of_numbers_is_no_list_of_services(tmp_path, column):
    path = tmp_path / "list.csv"
    first = "17" if column == "Ticket" else "Laurel"
    path.write_text(f"{column},Street Address,Phone,Hours\n{first},1 Oak St,828-555-0101,Tue 9am-noon\n")
    assert not cc.read(path).services


def test_a_phones_purpose_is_kept(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Program,Phone,Intake Phone,After Hours Phone\nPantry,828-555-0101,828-555-0102,828-555-0103\n"
    )
    (service,) = cc.read(path).services.values()
    assert [(phone.number[-4:], phone.description) for phone in service.phones] == [
        ("0101", None), ("0102", "Intake Phone"), ("0103", "After Hours Phone"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    ['<a href=""https://example.org/food"">Visit</a>', '=HYPERLINK(""https://example.org/food"",""Visit"")', "Visit (https://example.org/food)"],
)  # fmt: skip
def test_a_link_is_taken_out_of_what_shows_it(tmp_path, cell):
    path = tmp_path / "list.csv"
    path.write_text(f'Program,Phone,Website\nPantry,828-555-0101,"{cell}"\n')
    (service,) = cc.read(path).services.values()
    assert service.url == "https://example.org/food"
