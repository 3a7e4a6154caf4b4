"""What SQLite has said is kept stays kept, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from communityconnector.adapters.sql import create_storage
from communityconnector.errors import StorageFullError
from communityconnector.storage import Put

KILLS = int(os.environ.get("COMMUNITYCONNECTOR_KILLS", "200"))
WRITER = Path(__file__).with_name("crash_writer.py")


def started(*words):
    return subprocess.Popen(
        [sys.executable, WRITER, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(child):
    out, err = child.communicate(timeout=900 + KILLS)
    assert child.returncode == 0, err
    return out.splitlines()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/desk.db"


def killed(folder, count, how):
    """What became of writers that were killed, in two databases at a time."""
    shares = (count // 2, count - count // 2)
    children = [started("kills", folder / f"{n}.db", share, how) for n, share in enumerate(shares)]
    results = [json.loads(finished(child)[-1]) for child in children]
    return {name: sum(result[name] for result in results) for name in results[0]}


def test_killed_writers_lose_no_commit_and_leave_no_half_commit(tmp_path):
    result = killed(tmp_path, KILLS, "safe")
    print(f"\n{KILLS} kills: {result}")  # noqa: T201  # the figure
    assert result.pop("acknowledged") > KILLS
    assert result == {"lost": 0, "half": 0, "damaged": 0}


def test_a_writer_that_acknowledges_too_early_is_caught(tmp_path):
    assert killed(tmp_path, 40, "unsafe")["lost"] > 0


def test_the_rest_of_a_torn_log_is_a_prefix_of_the_commits(tmp_path, url):
    storage = create_storage(url)
    version = 0
    for n in range(1, 41):
        each = [Put("note", name, {"n": n}, version, {"of": str(n)}) for name in "abc"]
        version = storage.commit([*each, Put("log", f"{n:03}", {})])
    file, log = tmp_path / "desk.db", tmp_path / "desk.db-wal"
    whole, written = file.read_bytes(), log.read_bytes()
    storage.close()
    dice = random.Random(7)  # noqa: S311  # no secret
    # At ends of frames, where a disk that writes whole pages stops, and anywhere: https://sqlite.org/fileformat.html#walformat
    frame = 24 + int.from_bytes(written[8:12], "big")
    ends = dice.sample(range(32, len(written), frame), 100)
    cuts = sorted([*ends, *(dice.randrange(len(written)) for _ in range(100))])
    found = []
    for number, cut in enumerate(cuts):
        copy = tmp_path / f"copy-{number}.db"
        copy.write_bytes(whole)
        copy.with_name(f"{copy.name}-wal").write_bytes(written[:cut])
        torn = create_storage(f"sqlite:///{copy}")
        states = {(one.document["n"], one.keys["of"]) for one in torn.scan("note")} or {(0, "0")}
        assert len(states) == 1, f"half a commit is left of {cut} bytes"
        ((n, key),) = states
        assert key == str(n)
        assert [one.id for one in torn.scan("log")] == [f"{one:03}" for one in range(1, n + 1)]
        found.append(n)
        torn.close()
        for left in tmp_path.glob(f"{copy.name}*"):
            left.unlink()
    assert found == sorted(found)
    assert found[0] < 5
    assert found[-1] > 35
    print(  # noqa: T201  # the figure
        f"\nR3: {len(cuts)} torn logs, {len(ends)} at ends of frames: each holds the first commits, none by half"
    )


def test_a_full_disk_is_reported_and_loses_nothing(url):
    pages = [1_000_000]

    def bounded(connection, *_):
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    event.listen(Pool, "checkout", bounded)
    try:
        storage = create_storage(url)
        pages[0] = 60
        kept = 0
        message = "disk of the database is full .* nothing was written"
        with pytest.raises(StorageFullError, match=message):  # noqa: PT012  # how many there is room for is not said
            while True:
                storage.commit([Put("note", f"{kept:04}-{name}", {"pad": "x" * 2_000}) for name in "abc"])
                kept += 1
        assert len(list(storage.scan("note"))) == 3 * kept > 0
        with pytest.raises(StorageFullError, match=message):
            storage.commit([Put("note", "large", {"pad": "x" * 200_000})])
        pages[0] = 1_000_000
        storage.commit([Put("note", "large", {"pad": "x" * 200_000})])
        assert len(list(storage.scan("note"))) == 3 * kept + 1
        storage.close()
    finally:
        event.remove(Pool, "checkout", bounded)


@pytest.mark.parametrize("room", [150_000, 300_000, 1_000_000])
def test_a_failed_disk_write_is_reported_and_loses_nothing(url, room):
    error, wrote = finished(started("limited", url, room))
    assert error.startswith("error ")
    assert "the database failed" in error or "disk of the database is full" in error
    assert error.endswith("nothing was written")
    storage = create_storage(url)
    number = int(wrote.split()[1])
    assert len(list(storage.scan("note"))) == 3 * (number + 1)
    storage.close()


def test_exactly_one_of_several_racing_writers_writes_each_version(url):
    storage = create_storage(url)
    storage.commit([Put("note", "race", {"n": 0})])
    # 8 threads of one process and 4 processes more, 2,000 rounds altogether.
    children = [started("race", url, 8, 125), *(started("race", url, 1, 250) for _ in range(4))]
    won = [tuple(map(int, line.split())) for child in children for line in finished(child)]
    assert len({before for before, _ in won}) == len({after for _, after in won}) == len(won) > 100
    record = storage.get("note", ["race"])["race"]
    assert (record.document["n"], record.version) == (len(won), max(after for _, after in won))
    assert sorted(before for before, _ in won)[1:] == sorted(after for _, after in won)[:-1]
    storage.close()


def test_a_forked_process_must_open_the_storage_itself(url):
    lines = finished(started("forked", url))
    assert sorted(lines) == [
        "this storage was opened before the process was forked: open it again in the new process",
        "worked",
    ]


def test_only_the_owner_may_read_the_files(tmp_path, url):
    before = os.umask(0)
    try:
        storage = create_storage(url)
        storage.commit([Put("note", "a", {})])
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    storage.close()
    assert modes == {"desk.db": 0o600, "desk.db-wal": 0o600, "desk.db-shm": 0o600}


def test_deleted_and_replaced_texts_are_absent_from_the_file(tmp_path, url):
    storage = create_storage(url)
    texts = ["first-words-of-somebody", "second-words-of-somebody", "key-of-somebody", "id-of-somebody"]
    large = " ".join([texts[0]] * 2_000)
    version = storage.commit(
        [
            Put("note", "a", {"text": large}, keys={"of": texts[2]}),
            Put("note", "b", {"text": texts[1]}),
            *(Put("filler", f"{n}", {"pad": "x" * 300}) for n in range(50)),
        ]
    )
    storage.commit([Put("passing", texts[3], {})])
    storage.commit([Put("note", "a", {"text": "other"}, version), Put("note", "b", {}, version)])
    storage.drop("passing")
    storage.close()
    assert [file.name for file in tmp_path.iterdir()] == ["desk.db"]
    left = (tmp_path / "desk.db").read_bytes()
    assert [text for text in texts if text.encode() in left] == []


def test_a_copy_of_the_files_taken_while_it_is_open_is_whole(tmp_path, url):
    storage = create_storage(url)
    storage.commit([Put("note", name, {"n": 1}) for name in "abc"])
    folder = tmp_path / "copy"
    folder.mkdir()
    for file in ("desk.db", "desk.db-wal"):
        shutil.copy(tmp_path / file, folder)
    copy = create_storage(f"sqlite:///{folder}/desk.db")
    assert [record.id for record in copy.scan("note")] == ["a", "b", "c"]
    copy.close()
    storage.close()
