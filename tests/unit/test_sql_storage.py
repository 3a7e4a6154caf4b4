"""Records in SQL: a host's transaction stays whole, and no message or traceback shows what was written."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import traceback

import pytest
from sqlalchemy import create_engine, text

import communityconnector as cc
from communityconnector.adapters.sql import create_storage, file_of
from communityconnector.async_connector import AsyncConnector
from communityconnector.connector import Connector
from communityconnector.errors import (
    StorageClosedError,
    StorageError,
    UnusableStorageError,
)
from communityconnector.storage import Put

PRIVATE = "a patron's own words"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def storage(url):
    opened = create_storage(url)
    yield opened
    opened.close()


@pytest.fixture
def library(url, storage):  # noqa: ARG001  # the tables are there
    engine = create_engine(url)
    yield engine
    engine.dispose()


def failing(engine):
    """Have the second look-up key of any commit fail."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER fails BEFORE INSERT ON communityconnector_key WHEN NEW.value = 'bad' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )


def test_a_host_that_commits_as_it_goes_keeps_what_was_written(storage, library):
    with library.connect() as connection:
        storage.within(connection).commit([Put("note", "a", {})])
        connection.commit()
        storage.within(connection).commit([Put("note", "b", {})])
        connection.rollback()
        storage.within(connection).commit([Put("note", "c", {})])
        connection.commit()
    assert set(storage.get("note", "abc")) == {"a", "c"}


def test_a_host_can_continue_after_a_failed_commit(storage, library):
    failing(library)
    with library.begin() as connection:
        within = storage.within(connection)
        with pytest.raises(StorageError, match="nothing was written"):
            within.commit([Put("note", "a", {}, keys={"k": "good"}), Put("note", "b", {}, keys={"k": "bad"})])
        within.commit([Put("note", "c", {}, keys={"k": "good"})])
    assert set(storage.get("note", "abc")) == {"c"}


def test_no_traceback_shows_what_was_written(storage, library):
    failing(library)
    with pytest.raises(StorageError) as caught:
        storage.commit([Put("note", "a", {"words": PRIVATE}, keys={"k": "bad"})])
    assert caught.value.__context__ is None
    assert PRIVATE not in "".join(traceback.format_exception(caught.value))


def test_a_damaged_document_is_reported_without_its_content(storage, url):
    storage.commit([Put("note", "a", {"words": PRIVATE})])
    with sqlite3.connect(file_of(url)) as database:
        database.execute("UPDATE communityconnector_record SET document = substr(document, 1, 15)")
    database.close()
    with pytest.raises(StorageError, match="note 'a' is damaged") as caught:
        storage.get("note", ["a"])
    assert PRIVATE[:5] not in "".join(traceback.format_exception(caught.value))


def test_an_idle_poll_of_a_queue_writes_nothing(storage):
    before = storage.commit([Put("job", "a", {}, keys={"due": "2026"})])
    assert storage.claim("job", "due", "2025", "2027", 5) == []
    assert storage.claim("job", "due", "2026", "2027", -1) == []
    assert storage.commit([]) == before


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        ("postgresql://127.0.0.1:1/x?user=u&password=hunter2", StorageError),
        ("mariadb://127.0.0.1:1/x?nonsense=1", UnusableStorageError),
        ("sqlite+nonsense:///{}/a.db", UnusableStorageError),
        ("sqlite+aiosqlite:///{}/a.db", UnusableStorageError),
        ("sqlite:///{}", UnusableStorageError),
        ("sqlite:///file:{}/a.db?uri=true", UnusableStorageError),
        ("sqlite:///:memory:", UnusableStorageError),
    ],
)
def test_a_failed_opening_is_our_error_without_a_password(odd, error, tmp_path):
    with pytest.raises(error) as caught:
        create_storage(odd.format(tmp_path))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_the_index_lies_beside_the_file_wherever_one_goes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Connector.open("sqlite:///my%20desk.db", create=True) as desk:
        desk.load(cc.sample())
        monkeypatch.chdir("/")
        assert desk.match("soup kitchen", near="28694")
    assert {path.name for path in tmp_path.glob("*.index")} == {"my desk.db.index"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking with threads: it is what is tried
def test_a_child_that_ends_leaves_its_parents_index_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Connector.open() as desk:
        (folder,) = tmp_path.iterdir()
        child = os.fork()
        if not child:
            desk.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert folder.is_dir()
    assert not folder.exists()


def test_an_asynchronous_desk_closes_once():
    async def closing():
        async with await AsyncConnector.open() as desk:
            await desk.close()
        await desk.close()
        with pytest.raises(StorageClosedError):
            await desk.match("food")

    asyncio.run(closing())
