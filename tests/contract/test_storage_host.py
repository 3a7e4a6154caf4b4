"""A storage in a transaction of its host: both are kept, or neither."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.errors import StaleRecordError, StorageError
from communityconnector.storage import Delete, KeyRange, Put, SupportsHost

visits = Table("visit", MetaData(), Column("number", Integer, primary_key=True, autoincrement=False))


@pytest.fixture(
    params=["sqlite", "postgres", *(["mariadb"] if "COMMUNITYCONNECTOR_MARIADB" in os.environ else [])]
)
def both(request, tmp_path):
    """A storage, and the engine that its host has on the same database."""
    url = f"sqlite:///{tmp_path}/desk.db"
    if request.param != "sqlite":
        url = request.getfixturevalue(request.param)()
    storage, engine = create_storage(url), create_engine(url)
    visits.metadata.create_all(engine)
    yield storage, engine
    storage.close()
    engine.dispose()


def visited(engine):
    with engine.connect() as connection:
        return list(connection.execute(select(visits.c.number)).scalars())


def test_only_storages_in_databases_have_a_host(both):
    assert isinstance(both[0], SupportsHost)
    assert not isinstance(MemoryStorage(), SupportsHost)


def test_the_hosts_rows_and_ours_are_committed_together(both):
    storage, engine = both
    before = storage.commit([Put("note", "old", {}), Put("note", "gone", {}, keys={"of": "x"})])
    with engine.begin() as connection:
        connection.execute(insert(visits).values(number=1))
        inside = storage.within(connection)
        number = inside.commit(
            [
                Put("note", "new", {"n": None}, keys={"of": "y"}),
                Put("note", "old", {"n": 2}, before),
                Delete("note", "gone", before),
            ]
        )
        assert number > before
        assert [record.id for record in inside.scan("note")] == ["new", "old"]
        assert [change.id for change in inside.changes(before)] == ["gone", "new", "old"]
    assert visited(engine) == [1]
    assert {key: record.version for key, record in storage.get("note", ["new", "old", "gone"]).items()} == {
        "new": number,
        "old": number,
    }
    assert [record.id for record in storage.scan("note", KeyRange("of"))] == ["new"]


def test_the_hosts_rows_and_ours_are_rolled_back_together(both):
    storage, engine = both
    version = storage.commit([Put("note", "a", {"n": 1}, keys={"due": "1"})])
    with engine.connect() as connection:
        connection.execute(insert(visits).values(number=1))
        inside = storage.within(connection)
        inside.commit([Put("note", "a", {"n": 2}, version), Put("note", "b", {})])
        inside.commit([Put("note", "c", {}, keys={"due": "1"})])
        assert [record.id for record in inside.claim("note", "due", "2", "5", 9)] == ["c"]
        connection.rollback()
    assert visited(engine) == []
    assert [(record.id, record.version, record.document) for record in storage.scan("note")] == [
        ("a", version, {"n": 1})
    ]
    assert [record.id for record in storage.scan("note", KeyRange("due", "1", "1"))] == ["a"]
    assert [change.id for change in storage.changes()] == ["a"]


def test_no_other_reader_sees_an_uncommitted_write_of_the_host(both):
    storage, engine = both
    storage.commit([Put("note", "a", {})])
    with engine.begin() as connection:
        storage.within(connection).commit([Put("note", "b", {})])
        assert [record.id for record in storage.scan("note")] == ["a"]
    assert [record.id for record in storage.scan("note")] == ["a", "b"]


def test_a_stale_write_leaves_the_hosts_transaction_usable(both):
    storage, engine = both
    version = storage.commit([Put("note", "a", {})])
    with engine.begin() as connection:
        connection.execute(insert(visits).values(number=1))
        inside = storage.within(connection)
        with pytest.raises(StaleRecordError):
            inside.commit([Put("note", "b", {}), Put("note", "a", {"n": 2}, version + 7)])
        assert inside.get("note", ["b"]) == {}
        inside.commit([Put("note", "a", {"n": 3}, version)])
        connection.execute(insert(visits).values(number=2))
    assert visited(engine) == [1, 2]
    assert [(record.id, record.document) for record in storage.scan("note")] == [("a", {"n": 3})]


def test_a_host_with_an_old_read_overwrites_no_newer_write(both):
    storage, engine = both
    version = storage.commit([Put("note", "a", {"by": "nobody"})])
    with engine.connect() as connection:
        connection.execute(select(visits.c.number)).all()
        inside = storage.within(connection)
        assert inside.get("note", ["a"])["a"].version == version
        storage.commit([Put("note", "a", {"by": "another"}, version)])
        # A database that notices by itself has an error of its own for it.
        with pytest.raises(StorageError):
            inside.commit([Put("note", "a", {"by": "the host"}, version)])
        connection.rollback()
    assert storage.get("note", ["a"])["a"].document == {"by": "another"}


def test_closing_the_storage_within_leaves_the_hosts_connection_alone(both):
    storage, engine = both
    with engine.begin() as connection:
        inside = storage.within(connection)
        inside.commit([Put("note", "a", {})])
        inside.close()
        connection.execute(insert(visits).values(number=1))
    assert visited(engine) == [1]
    assert [record.id for record in storage.scan("note")] == ["a"]
