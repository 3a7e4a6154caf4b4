"""Rows of lists that are known by their columns: marks of privacy hide as in any sheet, and no cell breaks the reading."""

from __future__ import annotations

import csv

import pytest

import communityconnector as cc
from communityconnector import interchange

HRSA = {
    "Health Center Name": "Laurel Health", "BPHC Assigned Number": "BPS-1", "Site Name": "Laurel Clinic",
    "Site Address": "1 Elm Street", "Site City": "Boston", "Site State Abbreviation": "MA", "Site Postal Code": "02118",
    "Health Center Type Description": "", "Geocoding Artifact Address Primary X Coordinate": "-71.07",
    "Geocoding Artifact Address Primary Y Coordinate": "42.34",
}  # fmt: skip
SAMHSA = {
    "name1": "Laurel Recovery", "name2": "", "street1": "1 Elm Street", "city": "Boston", "state": "MA", "zip": "02118",
    "phone": "617-555-0100", "type_facility": "SA", "sa": "1",
}  # fmt: skip
SUMMER = {
    "Site_Name": "LAUREL SCHOOL", "Site_Street": "1 ELM STREET", "Site_City": "BOSTON", "Site_State": "MA", "Site_Zip": "02118",
    "Service_Type": "", "Site_Hours": "Mon 9-12", "Start_Date": "2026-06-01", "End_Date": "2026-08-01",
}  # fmt: skip
COUNSELORS = {
    "nme": "Laurel Help",
    "agcid": "1",
    "adr1": "1 Elm Street",
    "city": "Boston",
    "statecd": "MA",
    "zipcd": "02118",
}
HOMELESS = {
    "ProgType": "ES", "Agency": "Laurel Help", "ProgName": "Nights", "TargetPop": "", "Address1": "1 Elm Street",
    "City": "Boston", "State": "MA", "Zip": "02118",
}  # fmt: skip
LISTS = [HRSA, SAMHSA, SUMMER, COUNSELORS, HOMELESS]
NAMES = ["hrsa", "samhsa", "summer", "counselors", "homeless"]


def read(tmp_path, *rows):
    with (tmp_path / "list.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return cc.read(tmp_path / "list.csv")


def public(directory, tmp_path):
    interchange.write(directory, tmp_path / "out.json", audience="public")
    return (tmp_path / "out.json").read_text().lower()


@pytest.mark.parametrize("row", LISTS, ids=NAMES)
def test_an_address_is_shown_unless_a_column_hides_it(tmp_path, row):
    assert "1 elm street" in public(read(tmp_path, row), tmp_path)
    hidden = read(tmp_path, {**row, "Confidential": "yes"})
    shown = public(hidden, tmp_path)
    assert not any(text in shown for text in ("elm street", "02118", "42.34", "-71.07"))
    assert "hidden-by-flag" in {finding.rule for finding in hidden.findings}


@pytest.mark.parametrize("row", LISTS, ids=NAMES)
def test_a_blank_among_ticks_hides(tmp_path, row):
    other = {key: value.replace("1 E", "2 E") for key, value in row.items()} | {
        "BPHC Assigned Number": "BPS-2",
        "agcid": "2",
    }
    ticked, blank = {**row, "Show address": "x"}, {**{key: other[key] for key in row}, "Show address": ""}
    directory = read(tmp_path, ticked, blank)
    shown = public(directory, tmp_path)
    assert "1 elm street" in shown
    assert "2 elm street" not in shown
    assert "hidden-by-flag" in {finding.rule for finding in directory.findings}


@pytest.mark.parametrize("row", LISTS, ids=NAMES)
def test_cells_of_any_kind_raise_nothing(tmp_path, row):
    for column in row:
        for odd in ("", "\x00", "9" * 400, "-", "1e309", "\U0001f600", "=1+1", "<p>", "99999999999999"):
            read(tmp_path, {**row, column: odd})


@pytest.mark.parametrize("row", LISTS, ids=NAMES)
def test_a_row_that_breaks_off_raises_nothing(tmp_path, row):
    (tmp_path / "list.csv").write_text(",".join(row) + "\n" + next(iter(row.values())) + "\n")
    cc.read(tmp_path / "list.csv")


def test_a_row_that_names_nothing_is_told(tmp_path):
    directory = read(tmp_path, SAMHSA, dict.fromkeys(SAMHSA, "") | {"city": "Boston"})
    assert [f.message for f in directory.findings if f.rule == "level-not-read"] == [
        "rows that name neither a service nor an agency: 3"
    ]
