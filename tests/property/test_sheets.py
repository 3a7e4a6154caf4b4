"""How a sheet is laid out makes no difference to what is read of it."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.texts.cells import postal_code, without_markup

NAMES = [(field, name) for field, names in FIELDS.items() for name in names.split(", ")]


def camel(name):
    return "".join(word.capitalize() for word in name.split())


CASINGS = [
    str, str.upper, str.title, str.capitalize, camel,
    lambda name: camel(name)[:1].lower() + camel(name)[1:],
    lambda name: name.replace(" ", "_"),
    lambda name: name.upper().replace(" ", "_"),
    lambda name: name.replace(" ", "-"),
    lambda name: f" {name} * ",
    lambda name: f"{name}:",
    lambda name: name.replace(" ", "  "),
]  # fmt: skip


@given(st.sampled_from(NAMES), st.sampled_from(CASINGS))
def test_a_name_means_the_same_in_any_casing_and_punctuation(named, casing):
    field, name = named
    assert meaning_of(casing(name)) == field, casing(name)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Laurel", "Maple", "Oak, Inc.", "Peña"]),
        st.sampled_from(["Pantry", "Shelter", "Clinic; walk in", 'The "Closet"']),
        st.sampled_from(["828-555-0101", "828-555-0102 ext. 7", ""]),
        st.sampled_from(["Mon-Fri 9-5", "24/7", "call", ""]),
        st.sampled_from(["1 Oak St, Boone, NC 28607", "2 Elm St", ""]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[:2],
)
HEADER = ("Agency", "Program", "Phone", "Hours", "Address")


def sheet_of(rows, order, delimiter, end):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    for row in (HEADER, *rows):
        writer.writerow([row[at] for at in order])
    return out.getvalue().encode()


def what_is_read(content):
    directory = cc.read(io.BytesIO(content))
    return sorted(
        (
            service.name,
            service.organization.name if service.organization else "",
            tuple((phone.number, phone.extension) for phone in service.phones),
            tuple((part.byday, part.opens_at, part.description) for part in service.schedules),
            tuple(a.address_1 for link in service.service_at_locations for a in link.location.addresses),
        )
        for service in directory.services.values()
    )


@given(
    ROWS,
    st.permutations(range(5)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.randoms(),
)
def test_the_order_of_rows_and_columns_and_the_delimiter_make_no_difference(
    rows, order, delimiter, end, luck
):
    plain = what_is_read(sheet_of(rows, range(5), ",", "\n"))
    shuffled = list(rows)
    luck.shuffle(shuffled)
    assert what_is_read(sheet_of(shuffled, order, delimiter, end)) == plain


@given(st.text(max_size=60), st.sampled_from(["MA", "NC", "", "Puerto Rico"]))
def test_a_postal_code_that_is_read_stays_as_it_is_when_read_again(cell, state):
    code, _ = postal_code(cell, state)
    if code:
        assert postal_code(code, state) == (code, "")


@given(st.text(alphabet=st.characters(exclude_characters="<&"), max_size=80))
def test_a_text_without_markup_is_left_alone(text):
    assert without_markup(text) == text
