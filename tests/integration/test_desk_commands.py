"""A directory is loaded, matched and migrated from the command line; what is wrong is one line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys

import pytest

import communityconnector as cc


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "communityconnector", *map(str, arguments)],
        capture_output=True, encoding="utf-8", check=False, timeout=900, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("desk")
    cc.write(cc.sample(), made / "sample.json", audience="steward")
    return made


@pytest.fixture(scope="module")
def desk(folder):
    url = f"sqlite:///{folder}/desk.db"
    done = run("load", folder / "sample.json", "--desk", url)
    assert done.returncode == 0, done.stderr
    assert "237 service" in done.stdout
    return url


def test_a_loaded_directory_is_matched(desk):
    done = run("match", "soup kitchen", "--near", "28694", "--desk", desk, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["matches"][0]["service"]["name"] == "Sunday Supper"


def test_loading_the_same_file_again_is_reported(desk, folder):
    done = run("load", folder / "sample.json", "--desk", desk, "--json")
    output = json.loads(done.stdout)
    assert (output["added"], output["changed"], output["missing"]) == (0, 0, 0)
    assert output["same"] >= 237


def test_a_desk_that_is_up_to_date_needs_no_migration(desk):
    done = run("migrate", desk)
    assert (done.returncode, done.stdout) == (0, "Schema 1: nothing to do\n")


def test_a_newer_database_is_refused_with_advice(folder):
    path = folder / "newer.db"
    run("load", folder / "sample.json", "--desk", f"sqlite:///{path}")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE communityconnector_commit SET schema = 99")
    database.close()
    done = run("match", "food", "--desk", f"sqlite:///{path}")
    assert done.returncode == 2
    assert "newer communityconnector" in done.stderr
    done = run("migrate", f"sqlite:///{path}")
    assert done.returncode == 2
    assert "newer communityconnector" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["match", "food", "--desk", "desk.db"], "looks like sqlite:///desk.db"),
        (
            ["match", "food", "--desk", "oracle://x/y"],
            "begins with one of: mariadb, memory, mysql, postgres, postgresql, sqlite",
        ),
        (["match", "food", "--desk", "sqlite:///nowhere/desk.db"], "nowhere does not exist"),
        (["match", "food", "--desk", "postgresql://127.0.0.1:1/none"], "cannot be used"),
        (["migrate", "sqlite:///nowhere.db"], "nowhere.db does not exist"),
        (["load", "nowhere.json", "--desk", "sqlite:///a.db"], "nowhere.json"),
    ],
)
def test_an_unusable_argument_is_one_line(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_and_a_desk_cannot_be_given_together(desk, folder):
    done = run("match", "food", "--desk", desk, "--directory", folder / "sample.json")
    assert done.returncode == 2
    assert "not both" in done.stderr


def test_an_export_has_only_what_the_audience_may_see(folder, desk):
    by_desk, by_file = folder / "by-desk.json", folder / "by-file.json"
    assert run("export", by_desk, "--desk", desk).stdout == f"Written: {by_desk}\n"
    assert run("export", by_file, "--directory", folder / "sample.json").returncode == 0
    public = cc.sample().for_audience("public")
    for path in (by_desk, by_file):
        directory = cc.read(path)
        assert set(directory.services) == set(public.services)
        hidden = set(cc.sample().locations) - set(public.locations)
        assert not hidden & set(directory.locations)


def test_an_export_in_a_named_form_is_written_by_its_exporter(folder, desk):
    done = run("export", folder / "form.zip", "--desk", desk, "--format", "hsds-zip", "--json")
    assert (done.returncode, type(json.loads(done.stdout))) == (0, list)
    assert len(cc.read(folder / "form.zip").services) == 237
    wrong = run("export", folder / "form.zip", "--desk", desk, "--format", "hsds-json")
    assert (wrong.returncode, "must end in .json" in wrong.stderr) == (2, True)
    unknown = run("export", folder / "form.zip", "--desk", desk, "--format", "marc")
    assert (unknown.returncode, "no exporter is called 'marc'" in unknown.stderr) == (2, True)
    assert run("export", folder / "x.json").returncode == 2


def test_a_library_s_own_words_are_an_option_and_a_setting(tmp_path, folder):
    (tmp_path / "words.csv").write_text("phrase,concept\ncopper kettle,community-meal\n", encoding="utf-8")
    url, words = f"sqlite:///{tmp_path}/own.db", ("--words", tmp_path / "words.csv")
    assert run("load", folder / "sample.json", "--desk", url, *words).returncode == 0
    done = run("match", "copper kettle", "--desk", url, *words, "--json")
    assert json.loads(done.stdout)["understood"][0]["concept"] == "community-meal"
    (tmp_path / "words.csv").write_text(
        "phrase,concept,name\nfix my bike,bikes,Bicycle repair\n", encoding="utf-8"
    )
    (tmp_path / "desk.toml").write_text('words = "words.csv"\n', encoding="utf-8")
    service = cc.sample().services
    refer = ("refer", next(iter(service)), "--desk", url, "--by", "desk-1", "--need", "bikes")
    assert run(*refer).returncode == 2
    done = run(*refer, "--settings", tmp_path / "desk.toml")
    assert done.returncode == 0, done.stderr


def test_faulty_words_are_one_line(tmp_path):
    (tmp_path / "words.csv").write_text("phrase,concept\nkettle,nonsense\n", encoding="utf-8")
    done = run("match", "kettle", "--words", tmp_path / "words.csv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "row 2: `concept` is unknown" in done.stderr


def test_a_library_s_own_weights_are_an_option_and_a_setting(tmp_path, folder):
    weights = tmp_path / "weights.csv"
    weights.write_text("name,value\nrelevance,1\nproximity,0\ncertainty,0\nfreshness,0\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path}/own.db"
    assert run("load", folder / "sample.json", "--desk", url).returncode == 0
    for source in ((), ("--desk", url)):
        done = run("match", "food pantry", "--near", "28640", "--weights", weights, "--json", *source)
        parts = json.loads(done.stdout)["matches"][0]["contributions"]
        assert {part["name"]: part["weight"] for part in parts}["relevance"] == 1
    weights.write_text("name,value\nlime,1\n", encoding="utf-8")
    wrong = run("match", "kettle", "--weights", weights)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "no weight named lime" in wrong.stderr
    (tmp_path / "desk.toml").write_text('weights = "weights.csv"\n', encoding="utf-8")
    refer = (
        "refer",
        next(iter(cc.sample().services)),
        "--desk",
        url,
        "--by",
        "desk-1",
        "--need",
        "legal-aid",
    )
    wrong = run(*refer, "--settings", tmp_path / "desk.toml")
    assert (wrong.returncode, "no weight named lime" in wrong.stderr) == (2, True)
