"""The command line: real answers, useful exit codes, one line and no traceback for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from communityconnector.cli import main

UUID = "11111111-1111-4111-8111-111111111111"
SERVICE = {
    "id": UUID,
    "name": "Pantry",
    "status": "active",
    "organization": {"id": UUID, "name": "A", "description": "b"},
}


def run(*words, env=None):
    return subprocess.run(
        [sys.executable, "-m", "communityconnector", *map(str, words)],
        capture_output=True, text=True, check=False, timeout=900, env=env, encoding="utf-8",
    )  # fmt: skip


def test_demo_shows_matches_with_their_reasons():
    done = run("demo")
    assert done.returncode == 0
    assert done.stderr == ""
    for words in (
        "Soup Kitchen Lunch",
        "Overnight Shelter",
        "10 pm to 6 am",
        "Nurse at the Library",
        "911",
        "+ Offers",
        "? Ask",
    ):
        assert words in done.stdout
    assert "\x1b[" not in done.stdout


def test_every_command_that_the_tour_shows_runs():
    commands = [line[2:] for line in run("demo").stdout.splitlines() if line.startswith("$ ")]
    assert len(commands) == 5
    import shlex

    for command in commands:
        program, *words = shlex.split(command)
        assert program == "communityconnector"
        assert run(*words).returncode == 0


def test_demo_as_json():
    answers = json.loads(run("demo", "--json").stdout)
    assert len(answers) == 5
    assert all(answer["matches"] for answer in answers)


def test_match_over_the_sample():
    done = run("match", "soup kitchen", "--near", "28694")
    assert done.returncode == 0
    assert "1. " in done.stdout
    assert "miles" in done.stdout


def test_match_as_json_has_contributions_that_add_up():
    done = run(
        "match",
        "soup kitchen",
        "--near",
        "28694",
        "--within",
        "16km",
        "--age",
        19,
        "--language",
        "es",
        "--json",
    )
    output = json.loads(done.stdout)
    for match in output["matches"]:
        assert match["score"] == pytest.approx(sum(part["points"] for part in match["contributions"]))
        assert {"need", "status", "distance", "age", "language"} <= {r["criterion"] for r in match["reasons"]}


def test_match_over_real_city_records_and_an_official_example(shared_data, official):
    detroit = run(
        "match",
        "doctor without insurance",
        "--near",
        "48235",
        "--directory",
        shared_data / "detroit" / "services_excerpt.json",
    )
    assert detroit.returncode == 0
    assert "Advantage Health, West McNichols" in detroit.stdout
    example = run("match", "counselling", "--near", "28694", "--directory", official / "service_full.json")
    assert example.returncode == 0
    assert "Community Counselling" in example.stdout


def test_in_danger_a_question_and_the_lines_come_before_everything_else():
    lines = run("match", "my boyfriend hit me", "--near", "28694").stdout.splitlines()
    assert lines[0].startswith("If you or someone else may be in danger at home")
    assert "National Domestic Violence Hotline: call 1-800-799-7233 or text START to 88788" in lines[1]
    assert "because of" not in "".join(lines), "the public sees no reasons"
    document = run("match", "my boyfriend hit me", "--near", "28694", "--json").stdout
    places = [document.index(f'"{key}"') for key in ("question", "urgent", "understood", "matches")]
    assert places == sorted(places)


def test_staff_see_the_words_of_danger():
    output = run("match", "my boyfriend hit me", "--audience", "staff").stdout
    assert "Violence at home, because of: my boyfriend hit me" in output
    assert output.index("1-800-799-7233") < output.index("because of") < output.index("Understood")


def test_a_patron_who_writes_spanish_is_asked_in_spanish():
    output = run("match", "mi marido me pega").stdout
    assert output.startswith("Si usted u otra persona puede estar en peligro en casa")
    assert "llame al 1-800-799-7233 o envíe START al 88788" in output


def test_no_match_is_exit_code_1(tmp_path):
    path = tmp_path / "services.json"
    path.write_text(json.dumps({**SERVICE, "description": "Groceries."}))
    done = run("match", "dentist", "--directory", path)
    assert done.returncode == 1
    assert (
        "Nothing in this directory is known to fit. In the US and Canada, 211 may know more." in done.stdout
    )


def test_records_without_a_stated_purpose_are_listed_separately():
    done = run("match", "food pantry", "--limit", "1000")
    assert "Possible matches; call to confirm" in done.stdout
    assert "? The record does not say what it is for" in done.stdout
    assert "not understood" in run("match", "zeppelins").stdout


def test_ruled_out_offers_are_reported():
    assert "ruled out by distance" in run("match", "soup kitchen", "--near", "28694", "--within", "0").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["match", "food", "--near", "nowhere"], "US ZIP code"),
        (["match", "food", "--near", "99,99"], "latitude"),
        (["match", "food", "--within", "far"], "is not a distance"),
        (["match", "food", "--within", "5mi"], "`within` needs `near`"),
        (["match", "food", "--age", "old"], "old"),
        (["match", "food", "--open-at", "late"], "not a date and time"),
        (["match", "food", "--zone", "Here"], "IANA"),
        (["match", " "], "text or terms"),
        (["match", "food", "--directory", "nothing.json"], "no such file"),
        (["check", "nothing.json"], "no such file"),
        (["dance"], "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_message_and_exit_code_2(words, message):
    done = run(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 1000


def bad_files(folder):
    text = json.dumps(SERVICE, ensure_ascii=False).replace("Pantry", "Caf\u00e9")
    contents = {
        "not-json.json": b"hello world",
        "empty.json": b"",
        "no-services.json": b"[]",
        "long-line.json": b"x" * 50_000_000,
        "cut-off.json": json.dumps(SERVICE).encode()[:-20],
        "cp1252.json": text.encode("cp1252"),
        "bom.json": b"\xef\xbb\xbf" + text.encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return contents


BAD = [
    "not-json.json",
    "empty.json",
    "no-services.json",
    "long-line.json",
    "cut-off.json",
    "cp1252.json",
    "bom.json",
]


@pytest.mark.parametrize("name", BAD)
def test_check_says_what_is_wrong_with_a_bad_file_and_where(tmp_path, name):
    bad_files(tmp_path)
    done = run("check", tmp_path / name)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stdout) < 2_000
    if name != "no-services.json":
        assert f"{name} line 1" in done.stdout
        assert "error" in done.stdout
    else:
        assert "no service" in done.stdout


@pytest.mark.parametrize("name", BAD[:5])
def test_match_in_an_unusable_file_is_exit_code_2(tmp_path, name):
    bad_files(tmp_path)
    done = run("match", "food", "--directory", tmp_path / name)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 500


@pytest.mark.parametrize("name", BAD[5:])
def test_match_in_a_repaired_file_answers_and_reports_the_repair(tmp_path, name):
    bad_files(tmp_path)
    done = run("match", "caf\u00e9", "--directory", tmp_path / name)
    assert done.returncode == 0
    assert "Caf\u00e9" in done.stdout
    assert "1 error" in done.stderr


def test_check_groups_findings_by_rule(tmp_path):
    path = tmp_path / "services.json"
    bad = [{**SERVICE, "id": UUID[:-1] + str(n), "minimum_age": "x" * 500} for n in range(5)]
    path.write_text(json.dumps(bad))
    done = run("check", path)
    assert done.returncode == 2
    assert "not-a-number, 5 times" in done.stdout
    assert "and 2 more" in done.stdout
    assert done.stdout.count("services.json, $[") == 3
    assert "x" * 100 not in done.stdout
    output = json.loads(run("check", path, "--json").stdout)
    assert output["services"] == 5
    assert len(output["findings"]) == 5


def test_check_lists_what_each_column_of_a_spreadsheet_was_taken_for(tmp_path):
    sheet = tmp_path / "pantries.csv"
    sheet.write_text("Program,Phone,Lead\nPantry,828-555-0101,desk 2\n", encoding="utf-8")
    lines = [line.split() for line in run("check", sheet).stdout.splitlines()]
    assert [line for line in lines if line[:1] in (["Program"], ["Phone"], ["Lead"])] == [
        ["Program", "service.name"],
        ["Phone", "phones"],
        ["Lead", "(kept", "as", "it", "is)"],
    ]
    columns = json.loads(run("check", sheet, "--json").stdout)["columns"]
    assert columns == {"Program": "service.name", "Phone": "phones", "Lead": ""}


def test_check_of_a_clean_directory_is_exit_code_0(tmp_path):
    path = tmp_path / "services.json"
    path.write_text(json.dumps(SERVICE))
    done = run("check", path)
    assert done.returncode == 0
    assert "Next: ask the agencies" in done.stdout


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path):
    path = tmp_path / "services.json"
    path.write_text(json.dumps({**SERVICE, "name": "Food \x1b[2J\x07pantry", "fees": {"\x1b[31m": 1}}))
    for done in (run("match", "food pantry", "--directory", path), run("check", path)):
        assert "\x1b" not in done.stdout
        assert "\x07" not in done.stdout


def test_a_terminal_with_few_letters_gets_question_marks():
    import os

    done = run("match", "l\u00ednea en espa\u00f1ol", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_version_and_help():
    assert "communityconnector, version" in run("--version").stdout
    told = run("-h").stdout
    assert all(f"\n  {command} " in told for command in main.commands)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [("demo",), ("demo", "--json"), ("match", "food")])
def test_an_output_that_cannot_be_written_is_one_message(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "communityconnector", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("words", [("demo",), ("demo", "--json"), ("match", "food")])
def test_a_closed_pipe_is_not_reported_as_no_match(words):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "communityconnector", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
