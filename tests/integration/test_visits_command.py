"""Visits are kept and shown from the command line, and who is in the building comes first."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import communityconnector as cc
from communityconnector.cli import main

SNAP = "f940b056-c884-5fcc-b5f8-71f769d9dc80"
TABLE = (
    "id,organization_id,branch,role,service_ids,zone,freq,byday,opens_at,closes_at,note\n"
    f"counsellor,o,main,benefits counsellor,{SNAP},America/New_York,WEEKLY,"
    '"MO,TU,WE,TH,FR,SA,SU",00:00,23:59,\n'
    "nurse,o,main,nurse,,America/New_York,MONTHLY,2TU,14:00,16:00,Room\u0007 2\n"
)


def run(*arguments):
    """In this process: other tests run the program itself."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    (folder / "visits.csv").write_text(TABLE, encoding="utf-8")
    url = f"sqlite:///{folder}/desk.db"
    with cc.Connector.open(url, create=True) as opened:
        opened.load(cc.sample())
    done = run("visits", "--desk", url, "--branch", "annex", "--add", folder / "visits.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("No visits to annex from ")
    return url


def test_visits_are_shown_in_order_and_no_control_character_with_them(desk):
    done = run("visits", "--desk", desk, "--branch", "main", "--from", "2026-12-08", "--to", "2026-12-08")
    assert done.stdout.splitlines() == [
        "Tue 2026-12-08 all day  benefits counsellor",
        "Tue 2026-12-08 2 pm to 4 pm  nurse · Room  2",
    ]
    assert len(run("visits", "--desk", desk, "--branch", "main").stdout.splitlines()) >= 7


def test_visits_are_json_where_that_is_asked(desk):
    done = run(
        "visits", "--desk", desk, "--branch", "main", "--from", "2026-12-08", "--to", "2026-12-09", "--json"
    )
    output = json.loads(done.stdout)
    assert [one["visit_id"] for one in output] == ["counsellor", "nurse", "counsellor"]
    assert output[1]["begins"] == "2026-12-08T14:00:00-05:00"


def test_a_leap_year_and_the_last_dates_can_be_listed(desk):
    for window in (("2028-01-01", "2028-12-31"), ("2999-12-31", "2999-12-31"), ("1900-01-01", "1900-01-02")):
        done = run("visits", "--desk", desk, "--branch", "main", "--from", window[0], "--to", window[1])
        assert (done.exit_code, "counsellor" in done.stdout) == (0, True)


def test_the_same_table_again_changes_nothing_and_a_wrong_one_is_named(desk, tmp_path):
    again = tmp_path / "again.csv"
    again.write_text(TABLE, encoding="utf-8")
    window = ("--desk", desk, "--branch", "main", "--from", "2026-12-08", "--to", "2026-12-08")
    assert run("visits", *window, "--add", again).stdout == run("visits", *window).stdout
    again.write_text(TABLE.replace("2TU", "9TU"), encoding="utf-8")
    done = run("visits", *window, "--add", again)
    assert done.exit_code == 2
    assert "again.csv, row 3: visit 'nurse'" in done.stderr


def test_a_match_at_a_branch_shows_first_who_is_in_the_building(desk):
    asked = ("match", "apply for benefits", "--near", "28694", "--desk", desk)
    plain, here = run(*asked).stdout, run(*asked, "--branch", "main").stdout
    assert "1. Benefits Counselor at the Library" in plain
    lines = here.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("1. Food Benefits (SNAP)"))
    assert lines[first + 2].startswith("  + The benefits counsellor is in the building today until midnight")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("match", "food", "--branch", "main"), "--branch needs --desk"),
        (("visits", "--branch", "main", "--desk", "memory:", "--from", "soon"), "'soon' is not a date"),
        (("visits", "--branch", "main", "--desk", "memory:", "--from", "2026-12-08", "--to", "2026-12-07"),
         "--to is before --from"),
        (("visits", "--branch", "main", "--desk", "memory:", "--to", "9999-12-31"), "is not a date from 1900-01-01 to 2999-12-31"),
        (("visits", "--branch", "main", "--desk", "memory:", "--from", "0001-01-01"), "is not a date from 1900-01-01"),
        (("visits", "--branch", "main", "--desk", "memory:", "--to", "2999-12-31"), "is more than 366 days"),
        (("visits", "--branch", "main", "--desk", "memory:", "--from", "2026-01-01", "--to", "2027-01-02"),
         "is more than 366 days"),
        (("visits", "--branch", "main", "--desk", "memory:", "--add", "nowhere.csv"), "cannot be opened"),
    ],
)  # fmt: skip
def test_an_impossible_request_is_one_line(arguments, words):
    done = run(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr
