"""Cells as people and spreadsheet programs write them are read, or are left alone and named."""

from __future__ import annotations

import importlib
import io
import re

import pytest

import communityconnector as cc
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.place import one_line
from communityconnector.interchange.texts.cells import (
    degrees,
    extension_of,
    is_blank,
    is_phone,
    point_in,
    postal_code,
    split_phones,
    without_markup,
)
from communityconnector.interchange.texts.date_cells import day_of


@pytest.mark.parametrize(
    ("cell", "point"),
    [
        ("36.4, -81.5", (36.4, -81.5)),
        ("(36.4, -81.5)", (36.4, -81.5)),
        ("36.4; -81.5", (36.4, -81.5)),
        ("36.4 -81.5", (36.4, -81.5)),
        ("lat: 36.4, lng: -81.5", (36.4, -81.5)),
        ("36.4\u00b0 N, 81.5\u00b0 W", (36.4, -81.5)),
        ("36.4, \u221281.5", (36.4, -81.5)),
        ("POINT (-81.5 36.4)", (36.4, -81.5)),
        ("SRID=4326;POINT(-81.5 36.4)", (36.4, -81.5)),
        ("point z (-81.5 36.4 12.0)", (36.4, -81.5)),
        ("12 Oak St\nBoone, NC 28607\n(36.2, -81.6)", (36.2, -81.6)),
        ("https://maps.example.org/@36.4,-81.5,17z", (36.4, -81.5)),
        ('{"type": "Point", "coordinates": [-81.5, 36.4]}', (36.4, -81.5)),
        ("https://maps.example.org/?q=36.4,-81.5", (36.4, -81.5)),
        ("-121.9, 37.3", (37.3, -121.9)),
        ("-81.6, 36.2", (36.2, -81.6)),
    ],
)
def test_a_point_in_one_cell_is_read(cell, point):
    found = point_in(cell)
    assert found is not None
    assert (found.latitude, found.longitude) == point


@pytest.mark.parametrize(
    "cell",
    ["", "Boone", "9, 5", "9.30, 5", "12 Oak St, Boone", "0.0, 0.0", "828.555.0101", "$1.50, $2.50", "200.5, 300.5", "36.4"],
)  # fmt: skip
def test_a_text_without_a_point_gives_none(cell):
    assert point_in(cell) is None


def test_the_address_before_a_point_is_kept_and_a_turned_point_says_so():
    point = point_in("12 Oak St\nBoone, NC 28607\n(36.2, -81.6)")
    assert point is not None
    assert point.rest == "12 Oak St\nBoone, NC 28607"
    assert [point_in(text).swapped for text in ("-81.6, 36.2", "36.2, -81.6")] == [True, False]


@pytest.mark.parametrize(
    ("cell", "angle"),
    [
        ("36.4", 36.4), ("36,4", 36.4), ("-81.5", -81.5), ("81.5 W", -81.5), ("36\u00b030'N", 36.5), ("81\u00b030'0\"W", -81.5),
        ("north", None), ("36.4.5", None), ("1,234,567", None), ("", None),
    ],
)  # fmt: skip
def test_an_angle_is_read_as_people_write_it(cell, angle):
    assert degrees(cell) == angle


@pytest.mark.parametrize(
    ("cell", "state", "code"),
    [
        ("28607", "NC", "28607"), ("28607-1234", "NC", "28607-1234"), ("28607.0", "NC", "28607"), ("286071234", "NC", "28607-1234"),
        ("2118", "MA", "02118"), ("2118.0", "MA", "02118"), ("2118", "Massachusetts", "02118"), ("7001", "NJ", "07001"),
        ("601", "PR", "00601"), ("2118-0001", "MA", "02118-0001"), ("2118", "", ""), ("2118", "NC", ""),
        ("K1A 0B1", "ON", "K1A 0B1"), ("SW1A 1AA", "", "SW1A 1AA"), ("NC", "NC", ""), ("see below", "NC", ""),
        ("28607, 28608", "NC", "28607, 28608"),
    ],
)  # fmt: skip
def test_postal_codes_regain_lost_zeros_and_nothing_else(cell, state, code):
    assert postal_code(cell, state)[0] == code


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("828-555-0101", ["828-555-0101"]),
        ("828-555-0101; 828-555-0102", ["828-555-0101", "828-555-0102"]),
        ("828-555-0101 or 828-555-0102", ["828-555-0101", "828-555-0102"]),
        ("828-555-0101 / 828-555-0102, ext. 7", ["828-555-0101", "828-555-0102 ext. 7"]),
        ("(828) 555-0101, 828-555-0102", ["(828) 555-0101", "828-555-0102"]),
    ],
)
def test_phones_of_one_cell_stand_apart_each_with_its_extension(cell, phones):
    assert split_phones(cell) == phones


@pytest.mark.parametrize(
    ("phone", "parts"),
    [
        ("828-555-0101 ext. 7", ("828-555-0101", "7")),
        ("828-555-0101x12", ("828-555-0101", "12")),
        ("828-555-0101, Extension 345", ("828-555-0101", "345")),
        ("828-555-0101", ("828-555-0101", "")),
        ("1-800-555-TEXT", ("1-800-555-TEXT", "")),
    ],
)
def test_an_extension_is_taken_off(phone, parts):
    assert extension_of(phone) == parts


@pytest.mark.parametrize(
    "text", ["828-555-0101", "211", "+1 828 555 0101", "1-800-555-HELP 2", "text FOOD to 741741", "555-0101"]
)
def test_numbers_to_call_are_phones(text):
    assert is_phone(text)


@pytest.mark.parametrize(
    "text", ["28607", "28607-1234", "-81.4926", "2026-01-02", "1/2/2026", "$5", "a1@example.org", "www.example1.org", "8.28555E+09", "call"]
)  # fmt: skip
def test_other_numbers_are_not_phones(text):
    assert not is_phone(text)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-05", "2026-11-05"), ("2026-11-05 00:00:00", "2026-11-05"), ("2026-11-05T10:11:12Z", "2026-11-05"),
        ("11/25/2026", "2026-11-25"), ("25/11/2026", "2026-11-25"), ("11/25/26 0:00", "2026-11-25"), ("Nov 5, 2026", "2026-11-05"),
        ("November 5th 2026", "2026-11-05"), ("5 nov 2026", "2026-11-05"), ("5 de noviembre de 2026", "2026-11-05"),
        ("1790000000000", "2026-09-21"), ("46331", "2026-11-05"), ("20261105", "2026-11-05"),
        ("Spring 2026", ""), ("2026", ""), ("yes", ""), ("31/31/2026", ""), ("2026-02-30", ""), ("", ""),
    ],
)  # fmt: skip
def test_days_are_read_in_the_forms_that_people_and_programs_write(cell, day):
    assert day_of(cell)[0] == day


def test_an_ambiguous_date_is_reported():
    assert [day_of(cell)[1] for cell in ("11/5/2026", "11/25/2026", "5/5/2026", "46331")] == [
        "order",
        "",
        "",
        "serial",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>Open &amp; free</p>", "Open & free"),
        ("<!-- wp:paragraph --><p>One</p><p>Two</p><!-- /wp:paragraph -->", "One\nTwo"),
        ("&lt;b&gt;Groceries&lt;/b&gt;", "Groceries"),
        ("<table><tr><td>Monday</td><td>9-5</td></tr></table>", "Monday 9-5"),
        ("Families < 5 & seniors > 60", "Families < 5 & seniors > 60"),
        ("Ann <ann@example.org>", "Ann <ann@example.org>"),
        ("plain", "plain"),
    ],
)
def test_markup_of_web_pages_is_taken_out_and_nothing_else(cell, text):
    assert without_markup(cell) == text


def test_placeholders_for_nothing_are_blank():
    assert all(map(is_blank, ("", "#N/A", "#REF!", "NULL", "nan", "########")))
    assert not any(map(is_blank, ("None", "0", "No", "#4", "n/a")))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 Oak St, Boone, NC 28607", ("12 Oak St", None, "Boone", "NC", "28607")),
        ("12 Oak St, Suite 4, Boone, NC, 28607-1234", ("12 Oak St", "Suite 4", "Boone", "NC", "28607-1234")),
        ("12 Oak St\nBoone, NC 28607", ("12 Oak St", None, "Boone", "NC", "28607")),
        ("12 Oak St, Boone, NC 28607, USA", ("12 Oak St", None, "Boone", "NC", "28607")),
        ("12 Oak St, Boone, North Carolina 28607", ("12 Oak St", None, "Boone", "North Carolina", "28607")),
        ("12 Oak St, Boone, NC", ("12 Oak St", None, "Boone", "NC", None)),
        ("12 Oak St Boone NC 28607", ("12 Oak St Boone", None, None, "NC", "28607")),
        ("12 Oak St, Boston, MA 2118", ("12 Oak St", None, "Boston", "MA", "2118")),
        ("P.O. Box 12, Boone, NC 28607", ("P.O. Box 12", None, "Boone", "NC", "28607")),
    ],
)
def test_an_address_in_one_text_comes_apart(text, parts):
    lines = one_line(text)
    assert (
        tuple(lines.get(part) for part in ("address_1", "address_2", "city", "state_province", "postal_code"))
        == parts
    )


@pytest.mark.parametrize(
    "text",
    [
        "12 Oak St",
        "Boone, NC",
        "behind the church, Boone",
        "12 Oak St, Boone",
        ", , ,",
        "",
        "North Carolina",
        "12 Oak St, come in",
    ],
)
def test_an_address_that_may_come_apart_in_other_ways_stays_whole(text):
    assert not one_line(text)


OWN = (
    "files.csv_dialect", "files.foreign_forms", "sheets.column_meaning", "sheets.column_words", "sheets.day_columns", "sheets.day_hours", "sheets.hours",
    "sheets.layout", "sheets.place", "sheets.row", "sheets.services", "sheets.signs", "texts.cells", "texts.date_cells",
)  # fmt: skip


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    found = []
    for name in OWN:
        for key, value in vars(importlib.import_module(f"communityconnector.interchange.{name}")).items():
            several = (
                value
                if isinstance(value, (tuple, list))
                else value.values()
                if isinstance(value, dict)
                else [value]
            )
            found += [
                (f"{name}.{key}", part)
                for part in several
                if isinstance(part, re.Pattern) and isinstance(part.pattern, str)
            ]
    return found


HOSTILE = [
    text * (20_000 // len(text))
    for text in (" ", ",", " ,", "9", "a", "9 ", "a ", "-", "(", "<", "\n", "1.", "&a", ", a", "a@", "x1")
]


@pytest.mark.parametrize("pattern", [pytest.param(pattern, id=name) for name, pattern in patterns()])
def test_no_pattern_of_sheets_goes_back_and_forth_over_a_long_text(pattern):
    """One that does would take minutes over a text of this length."""
    for text in HOSTILE:
        pattern.search(text)
        pattern.fullmatch(text)


@pytest.mark.parametrize("text", [" ", ",", ", a", "a, "])
def test_long_cells_are_read_to_their_end(text):
    header = [names.split(", ")[0] for names in FIELDS.values()]
    row = ["Pantry" if name == "name" else f"x{text * 20_000}y" for name in header]
    content = ";".join(header) + "\n" + ";".join(row) + "\n"
    assert len(cc.read(io.BytesIO(content.encode())).services) == 1
