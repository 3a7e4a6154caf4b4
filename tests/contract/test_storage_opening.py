"""A database is opened where it can be used, brought up to date on request, and refused with a reason otherwise."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from communityconnector.adapters.sql import create_storage, migrate, schema
from communityconnector.adapters.sql.sqlite import network_file_system
from communityconnector.errors import MigrationNeededError, StorageError, UnusableStorageError
from communityconnector.storage import Change, KeyRange, Put

GOLDEN = Path(__file__).parents[1] / "golden" / "schema-1.db"
DESK = GOLDEN.with_name("desk-1.db")
"""The same, with referrals."""


def second(connection):
    connection.execute(text("CREATE TABLE communityconnector_second (one INTEGER)"))
    connection.execute(text("INSERT INTO communityconnector_second VALUES (1)"))


def failing(connection):
    second(connection)
    connection.execute(text("INSERT INTO communityconnector_third VALUES (1)"))


TWO = (*schema.STEPS, second)
ROWS = (
    "SELECT * FROM communityconnector_record ORDER BY kind, id",
    "SELECT * FROM communityconnector_key ORDER BY kind, id, name",
)


@pytest.fixture
def file(tmp_path):
    """A database with one record."""
    path = tmp_path / "desk.db"
    storage = create_storage(f"sqlite:///{path}")
    storage.commit([Put("note", "a", {"n": 1})])
    storage.close()
    return path


def query(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows


def notes(url, **more):
    storage = create_storage(url, **more)
    documents = {record.id: record.document for record in storage.scan("note")}
    storage.close()
    return documents


def test_the_first_schema_is_read_as_it_was_written(tmp_path):
    shutil.copy(GOLDEN, tmp_path / "golden.db")
    url = f"sqlite:///{tmp_path}/golden.db"
    assert query(tmp_path / "golden.db", "SELECT schema FROM communityconnector_commit") == [(1,)]
    if len(schema.STEPS) > 1:
        migrate(url)
    storage = create_storage(url)
    documents = {
        (kind, record.id): (record.version, record.document, record.keys)
        for kind in ("note", "task")
        for record in storage.scan(kind)
    }
    assert documents == {
        ("note", "A"): (2, {"list": []}, {"of": "y"}),
        ("note", "a"): (1, {"null": None, "float": 1.0, "large": 2**70, "nul": "\0", "half": "\ud83d"}, {}),
        ("task", "\U0001f642 é"): (2, {"moment": "2026-03-01T09:00:00-05:00"}, {"due": ""}),
    }
    assert isinstance(documents["note", "a"][1]["float"], float)
    assert [record.id for record in storage.scan("note", KeyRange("of"))] == ["A"]
    assert list(storage.changes(1)) == [
        Change(2, "note", "A", deleted=False),
        Change(2, "note", "gone", deleted=True),
        Change(2, "task", "\U0001f642 é", deleted=False),
    ]
    assert storage.commit([Put("note", "gone", {})]) == 3
    storage.close()


def test_a_newer_schema_is_refused_and_left_alone(file):
    query(file, "UPDATE communityconnector_commit SET schema = 99")
    for use in (create_storage, migrate):
        with pytest.raises(
            UnusableStorageError, match=r"newer communityconnector \(schema 99; this one knows"
        ):
            use(f"sqlite:///{file}")
    assert query(file, "SELECT schema FROM communityconnector_commit") == [(99,)]


def test_an_older_schema_asks_to_be_migrated(file):
    with pytest.raises(MigrationNeededError, match="communityconnector migrate"):
        create_storage(f"sqlite:///{file}", steps=TWO)


def test_migrating_copies_first_and_keeps_the_data(file):
    url = f"sqlite:///{file}"
    done = migrate(url, steps=TWO)
    assert (done.before, done.after) == (1, 2)
    assert notes(url, steps=TWO) == {"a": {"n": 1}}
    assert query(file, "SELECT one FROM communityconnector_second") == [(1,)]
    assert done.copy.name == "desk.db.schema-1.bak"
    assert done.copy.stat().st_mode & 0o777 == 0o600
    assert notes(f"sqlite:///{done.copy}") == {"a": {"n": 1}}
    again = migrate(url, steps=TWO)
    assert (again.before, again.after, again.copy) == (2, 2, None)


def test_migrating_twice_overwrites_no_copy(file):
    (file.parent / "desk.db.schema-1.bak").write_text("an earlier copy")
    assert migrate(f"sqlite:///{file}", steps=TWO).copy.name == "desk.db.schema-1-1.bak"
    assert (file.parent / "desk.db.schema-1.bak").read_text() == "an earlier copy"


def test_a_failed_migration_leaves_the_database_unchanged(file):
    url = f"sqlite:///{file}"
    with pytest.raises(StorageError):
        migrate(url, steps=(*schema.STEPS, failing))
    assert notes(url) == {"a": {"n": 1}}
    assert query(file, "SELECT name FROM sqlite_master WHERE name LIKE '%second'") == []


MIGRATE = """
import sys, time
from sqlalchemy import text
from communityconnector.adapters.sql import migrate, schema
def second(connection):
    connection.execute(text("CREATE TABLE communityconnector_second (one INTEGER)"))
    for number in range(200):
        connection.execute(text(f"INSERT INTO communityconnector_second VALUES ({number})"))
        print(number, flush=True)
        time.sleep(0.0005)
migrate(sys.argv[1], steps=(*schema.STEPS, second))
print("done", flush=True)
"""


def test_a_killed_migration_is_complete_or_has_not_happened(tmp_path):
    """The golden databases, killed before, within and after the step: no row is lost, and the next migration ends it."""
    kills = int(os.environ.get("COMMUNITYCONNECTOR_MIGRATIONS", "12"))
    before = 0
    for seed in range(kills):
        path = tmp_path / f"{seed}.db"
        shutil.copy((GOLDEN, DESK)[seed % 2], path)
        rows = [query(path, statement) for statement in ROWS]
        url = f"sqlite:///{path}"
        random = Random(seed)  # noqa: S311  # it chooses where to kill
        words = [sys.executable, "-c", MIGRATE, url]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            last = random.randrange(-1, 300)
            while last >= 0 and process.stdout.readline() not in {f"{last}\n", "done\n"}:
                pass
            time.sleep(random.random() * (0.3 if last < 0 else 0.001))
            process.kill()
        (schema_now,) = query(path, "SELECT schema FROM communityconnector_commit")[0]
        there = query(path, "SELECT name FROM sqlite_master WHERE name LIKE '%second'")
        assert (schema_now, len(there)) in ((1, 0), (2, 1))
        before += schema_now == 1
        migrate(url, steps=TWO)
        assert [query(path, statement) for statement in ROWS] == rows
        create_storage(url, steps=TWO).close()
        assert query(path, "PRAGMA integrity_check") == [("ok",)]
    print(f"\nR9: {kills} migrations killed, {before} of them undone, 0 rows lost")  # noqa: T201  # the figure
    assert before


@pytest.mark.parametrize("start", [1, 2])
def test_postgres_is_migrated_too(postgres, start):
    url = postgres()
    create_storage(url, steps=TWO[:start]).close()
    assert migrate(url, steps=TWO) == (start, 2, None)
    assert notes(url, steps=TWO) == {}


def test_a_file_that_is_not_a_database_is_refused_and_not_changed(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear neighbour, here are the opening hours.")
    for use in (create_storage, migrate):
        with pytest.raises(UnusableStorageError, match="is not a SQLite database"):
            use(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear")


@pytest.mark.parametrize("length", [1, 99, 100, 512, 5_000])
def test_a_file_that_is_not_a_database_stays_byte_for_byte(tmp_path, length):
    path = tmp_path / "letter.txt"
    path.write_bytes(b"x" * length)
    with pytest.raises(UnusableStorageError, match="is not a SQLite database"):
        create_storage(f"sqlite:///{path}")
    assert path.read_bytes() == b"x" * length
    with pytest.raises(UnusableStorageError, match="not a file"):
        create_storage(f"sqlite:///{tmp_path}")


READ = """
import sys
from communityconnector.adapters.sql import create_storage
storage = create_storage(sys.argv[1])
print(sorted(record.id for record in storage.scan("note")))
storage.close()
"""


def test_a_second_desk_in_a_process_keeps_the_locks_of_the_first(tmp_path):
    # A process that closes a file loses its locks on it. If opening the second storage did that, the process that comes
    # next would take itself for the last one when it ends, and throw away the log that the first is still writing.
    url = f"sqlite:///{tmp_path / 'desk.db'}"

    def seen_elsewhere():
        words = [sys.executable, "-c", READ, url]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    first = create_storage(url)
    first.commit([Put("note", "a", {})])
    second = create_storage(url)
    assert seen_elsewhere() == "['a']"
    first.commit([Put("note", "b", {})])
    assert seen_elsewhere() == "['a', 'b']", "what was committed is in a log that nobody else can see"
    second.commit([Put("note", "c", {})])
    first.close()
    second.close()
    assert seen_elsewhere() == "['a', 'b', 'c']", "what was acknowledged is lost"


def test_a_damaged_database_is_refused(tmp_path):
    path = tmp_path / "desk.db"
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 8_000)
    with pytest.raises(UnusableStorageError, match="damaged"):
        create_storage(f"sqlite:///{path}")


def test_an_empty_file_becomes_a_database(tmp_path):
    (tmp_path / "desk.db").touch()
    assert notes(f"sqlite:///{tmp_path}/desk.db") == {}


def test_tables_of_other_programs_stay_unchanged(tmp_path):
    query(tmp_path / "host.db", "CREATE TABLE visit (number INTEGER)")
    assert notes(f"sqlite:///{tmp_path}/host.db") == {}
    assert query(tmp_path / "host.db", "SELECT * FROM visit") == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "the database URL is invalid"),
        ("desk.db", "the database URL is invalid"),
        ("oracle://host/name", "unknown database oracle"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////no/such/folder/desk.db", "the folder /no/such/folder does not exist"),
    ],
)
def test_an_invalid_url_gives_an_error_that_says_what_to_do(url, message):
    with pytest.raises(UnusableStorageError, match=message):
        create_storage(url)


def test_an_unreachable_server_is_reported_without_its_password():
    with pytest.raises(StorageError) as caught:
        create_storage("postgresql://tester:secret@127.0.0.1:1/desk")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.parametrize(
    ("folder", "system"),
    [
        ("/mnt/share/desk", "nfs4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/local", ""),
        ("/mnt/shared", ""),
        ("/mnt/with blank/desk", "cifs"),
        ("/mnt/phone", "fuse.sshfs"),
        ("/home", ""),
    ],
)
def test_a_network_file_system_is_known_by_its_mount(folder, system):
    mounts = [
        "/dev/vda / ext4 rw 0 0",
        "server:/share /mnt/share nfs4 rw,vers=4.2 0 0",
        "/dev/vdb /mnt/share/local xfs rw 0 0",
        "//server/share /mnt/with\\040blank cifs rw 0 0",
        "someone@phone: /mnt/phone fuse.sshfs rw 0 0",
        "nonsense",
    ]
    assert network_file_system(Path(folder), mounts) == system


def test_without_a_list_of_mounts_nothing_is_refused(tmp_path):
    assert network_file_system(tmp_path, []) == ""
