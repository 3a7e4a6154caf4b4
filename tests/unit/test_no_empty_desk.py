"""Only `load` and an explicit `create` make a database: a misspelt URL opens no empty desk, and leaves nothing behind."""

from __future__ import annotations

import json
import sqlite3
import traceback
from pathlib import Path

import pytest
from click.testing import CliRunner

import communityconnector as cc
from communityconnector.adapters.sql import create_storage, file_of, migrate, open_storage
from communityconnector.cli import main
from communityconnector.errors import (
    MissingExtraError,
    SourceNotFoundError,
    StorageError,
    StorageNotFoundError,
    UnusableStorageError,
)

COMMANDS = [
    ["due"],
    ["dispatch"],
    ["match", "food pantry"],
    ["purge", "--dry-run"],
    ["purge", "--yes"],
    ["refer", "a", "--by", "desk-1", "--need", "food-pantry"],
    ["visits", "--branch", "Main"],
]


PANTRY = {
    "id": "a",
    "name": "Food Pantry",
    "status": "active",
    "organization": {"id": "o", "name": "Laurel Aid"},
}


@pytest.fixture
def pantry(folder):
    """The file of a directory with one service."""
    path = folder / "directory.json"
    path.write_text(json.dumps([PANTRY]), encoding="utf-8")
    return path


def ran(*words):
    return CliRunner().invoke(main, words)


def left_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def foreign(path):
    """Another program's database."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE visit (number INTEGER)")
    database.close()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_on_a_misspelt_url_says_what_to_do_and_creates_nothing(folder, words):
    done = ran(*words, "--desk", "sqlite:///no-such.db")
    assert done.exit_code == 2
    assert f"the database {folder}/no-such.db does not exist" in done.output
    assert "communityconnector load FILE --desk" in done.output
    assert left_in(folder) == []


def test_migrating_a_misspelt_url_says_what_to_do_and_creates_nothing(folder):
    done = ran("migrate", "sqlite:///no-such.db")
    assert done.exit_code == 2
    assert f"the database {folder}/no-such.db does not exist" in done.output
    with pytest.raises(StorageNotFoundError):
        migrate("sqlite:///no-such.db")
    assert left_in(folder) == []


def test_a_program_gets_the_same_message_in_a_file_not_found_error(folder):
    with pytest.raises(StorageNotFoundError, match=r"create=True") as caught:
        cc.Connector.open("sqlite:///no-such.db")
    assert isinstance(caught.value, FileNotFoundError)
    assert str(folder / "no-such.db") in str(caught.value)
    assert left_in(folder) == []


def test_a_misspelt_name_gets_a_suggestion():
    cc.Connector.open("sqlite:///desk.db", create=True).close()
    with pytest.raises(StorageNotFoundError, match=r"did you mean desk\.db\."):
        cc.Connector.open("sqlite:///dest.db")


def test_a_created_desk_opens_without_create(pantry):
    with cc.Connector.open("sqlite:///desk.db", create=True) as desk:
        desk.load(pantry)
    for more in ({}, {"create": True}):
        with cc.Connector.open("sqlite:///desk.db", **more) as desk:
            assert desk.match("food pantry")


def test_a_load_creates_the_database_unless_its_file_is_unreadable(folder):
    done = ran("load", "no-such.json", "--desk", "sqlite:///desk.db")
    assert done.exit_code == 2
    assert left_in(folder) == []
    (folder / "directory.json").write_text(json.dumps([PANTRY]), encoding="utf-8")
    assert ran("load", "directory.json", "--desk", "sqlite:///desk.db").exit_code == 0
    assert ran("due", "--desk", "sqlite:///desk.db").output == "Nothing is due.\n"


@pytest.mark.parametrize("make", [Path.touch, foreign], ids=["an empty file", "another program's database"])
def test_a_file_without_a_desk_is_reported_and_not_changed(folder, make):
    path = folder / "desk.db"
    make(path)
    before = path.read_bytes()
    for call in (cc.Connector.open, open_storage, migrate):
        with pytest.raises(StorageNotFoundError, match=f"{path} contains no desk"):
            call("sqlite:///desk.db")
    assert path.read_bytes() == before
    assert left_in(folder) == ["desk.db"]
    cc.Connector.open("sqlite:///desk.db", create=True).close()
    cc.Connector.open("sqlite:///desk.db").close()


@pytest.mark.parametrize("content", [b"SQLite format 3\0", b"SQLite format 3\0" + b"\1" * 8_000, b"x" * 500])
def test_a_truncated_or_foreign_file_is_reported(folder, content):
    (folder / "desk.db").write_bytes(content)
    with pytest.raises(UnusableStorageError, match="is not a SQLite database"):
        cc.Connector.open("sqlite:///desk.db")


def test_a_folder_in_place_of_a_file_is_reported(folder):
    (folder / "desk.db").mkdir()
    with pytest.raises(UnusableStorageError, match="it is not a file"):
        cc.Connector.open("sqlite:///desk.db")
    with pytest.raises(StorageNotFoundError, match=r"the folder .* does not exist"):
        cc.Connector.open("sqlite:///no/such/folder/desk.db")


def test_a_desk_in_memory_needs_no_create():
    for url in (None, "memory:"):
        cc.Connector.open(url).close()


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:hunter2@127.0.0.1:1/desk",
        "postgresql://u:hunter2@127.0.0.1:1/desk",
        "postgresql+psycopg://u:hunter2@127.0.0.1:1/desk",
        "postgres+psycopg://u:hunter2@127.0.0.1:1/desk",
        "POSTGRES://u:hunter2@127.0.0.1:1/desk",
        "mysql://u:hunter2@127.0.0.1:1/desk",
        "mysql+pymysql://u:hunter2@127.0.0.1:1/desk",
        "mariadb://u:hunter2@127.0.0.1:1/desk",
    ],
)
@pytest.mark.parametrize("call", [cc.Connector.open, open_storage, create_storage, migrate])
def test_the_names_that_database_services_use_are_taken(url, call):
    with pytest.raises(StorageError, match=r"127\.0\.0\.1:1/desk cannot be used") as caught:
        call(url)
    assert not isinstance(caught.value, (UnusableStorageError, MissingExtraError))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("oracle://u:hunter2@host/desk", "postgresql"),
        ("http://u:hunter2@host/desk", "postgresql"),
        ("u:hunter2@host/desk", "sqlite:///desk.db"),
        ("hunter2.db", "sqlite:///desk.db"),
        ("", "sqlite:///desk.db"),
        (Path("hunter2.db"), "sqlite:///desk.db"),
        (7, "sqlite:///desk.db"),
        ("postgresql+psycopg2://u:hunter2@host/desk", "begin the URL with postgresql://"),
        ("postgresql+asyncpg://u:hunter2@host/desk", "begin the URL with postgresql://"),
        ("mysql+mysqldb://u:hunter2@host/desk", "begin the URL with mariadb://"),
        ("postgresql://u:hun@ter2@host/desk", "%40"),
        ("postgresql://u:hunter2@host:port/desk", "postgresql://user@host/name"),
        ("sqlite://desk.db", "sqlite:///desk.db"),
    ],
)
def test_an_invalid_url_gets_an_example_and_no_password_is_repeated(url, message):
    for call in (cc.Connector.open, migrate):
        with pytest.raises(UnusableStorageError) as caught:
            call(url)
        assert message in str(caught.value)
        assert "ter2" not in str(caught.value)


def test_an_index_is_looked_for_beside_the_file_of_any_spelling(folder, pantry):
    with cc.Connector.open("SQLite+pysqlite:///desk.db", create=True) as desk:
        desk.load(pantry)
    assert (folder / "desk.db.index").is_dir()
    assert file_of("SQLite+pysqlite:///desk.db") == folder / "desk.db"


def test_a_file_that_is_missing_is_not_taken_for_a_missing_database():
    assert not issubclass(SourceNotFoundError, StorageNotFoundError)
