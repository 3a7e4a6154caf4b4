"""A large file is read by several processes: nothing that anybody can see is otherwise, and none is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import communityconnector as cc
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.connector import Connector
from communityconnector.directory_store import load, loading, reader_pool
from communityconnector.directory_store.generations import ABOUT
from communityconnector.errors import InvalidDirectoryError, InvalidRecordError, LoadCutOffError
from communityconnector.interchange.files import sources
from communityconnector.interchange.reading import chunks, json_reader
from communityconnector.model.confidential import Confidential
from communityconnector.storage import Encoded, Put, encoded

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def service(number, **fields):
    agency = {
        "id": f"agency-{number // 9}",
        "name": "Agency",
        "description": None,
        "website": "no address" if number // 9 % 3 else None,
    }
    return {
        "id": f"s{number:04}",
        "name": "Food Pantry",
        "status": "Active",
        "organization": agency,
        **fields,
    }


def place(key, street="555 Hidden Lane", **fields):
    address = {
        "id": f"{key}-a",
        "address_1": street,
        "city": "Lansing",
        "state_province": "NC",
        "postal_code": "28643",
    }
    return {
        "id": key,
        "location_type": "physical",
        "latitude": 36.4,
        "longitude": -81.4,
        "addresses": [address],
        **fields,
    }


def at(number, location, **fields):
    return service(number, service_at_locations=[{"id": f"link-{number}", "location": location}], **fields)


def made(path, count=230):
    """A file with all that chunks might get wrong, in many chunks."""
    lines = [service(number, url=None, x_own=1) for number in range(count)]
    # Told to be hidden after it was told, far away, by others that say nothing, in other words.
    lines[3] = at(3, place("house", "1 Old Street"))
    lines[40] = at(40, place("house", disclosure="never"))
    lines[90] = at(90, place("house", "777 Newplace Road"))
    lines[120] = at(120, place("twin"))
    lines[60] = at(60, place("shelter", "9 Quiet Way"), name="Domestic violence shelter")
    lines[130] = at(130, place("shelter", "9 Quiet Way, rear"))
    # Twice in the file: in one chunk, and in two.
    lines[70], lines[150] = service(69, name="Later words"), service(10, name="Later words")
    # Nothing tells them apart but their order.
    for number in (20, 110, 111):
        lines[number] = {"name": "Nameless", "status": "active"}
    lines[160] = {"contents": [service(900), service(901)]}
    lines[161] = {"id": "alone", "name": "Agency", "description": "Stands alone"}
    texts = [json.dumps(line) for line in lines]
    texts[50], texts[170], texts[171] = "{broken", "", "5"
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


@pytest.fixture
def small(monkeypatch):
    """Limits that a small file reaches."""
    monkeypatch.setattr(loading, "READ_WHOLE", 0)
    monkeypatch.setattr(loading, "_BATCH", 25)
    for module in (chunks, json_reader):
        monkeypatch.setattr(module, "LINES", 10)
    monkeypatch.setattr(loading, "usable_cores", lambda: 2)


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    real, found = subprocess.Popen, []

    def start(*args, **how):
        found.append(real(*args, **how))
        return found[-1]

    monkeypatch.setattr(reader_pool.subprocess, "Popen", start)
    yield found
    assert all(process.returncode is not None for process in found)
    assert "communityconnector-load" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def none_started(monkeypatch):
    def never(*_, **__):
        pytest.fail("a process was started")

    monkeypatch.setattr(reader_pool.subprocess, "Popen", never)


def loaded(storage, path, processes=4, **how):
    """All that a load tells while it runs, in its order, and what it gives in the end."""
    findings = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "PROCESSES", processes)
        done = load(storage, path, now=NOW, on_finding=findings.append, on_progress=findings.append, **how)
    return findings, done


def stored(storage):
    """All that is stored, as it is stored."""
    kinds = {change.kind for change in storage.changes()}
    return {
        (kind, record.id): (encoded(record.document), dict(record.keys))
        for kind in kinds
        for record in storage.scan(kind)
    }


# The same


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("mode", ["repair", "collect"])
def test_several_processes_store_and_report_what_one_does(mode, tmp_path, started):
    path, one, many = made(tmp_path / "a.ndjson"), MemoryStorage(), MemoryStorage()
    expected = loaded(one, path, 1, mode=mode)
    assert not started
    assert loaded(many, path, mode=mode) == expected
    assert len(started) == 2
    assert stored(many) == stored(one)
    noted = one.get(ABOUT, ["confidential.1"])["confidential.1"].document
    hidden = Confidential.from_dict(noted)
    assert hidden.levels == {"house": "never", "twin": "never", "shelter": "staff_only"}
    assert {"555 Hidden Lane", "1 Old Street", "777 Newplace Road"} == set(hidden.places["house"].site.lines)
    assert hidden.to_dict() == Confidential.from_dict(json.loads(json.dumps(hidden.to_dict()))).to_dict()


@pytest.mark.usefixtures("small", "started")
def test_changes_are_reported_as_by_one_process(tmp_path):
    path, later = made(tmp_path / "a.ndjson"), tmp_path / "b.ndjson"
    lines = path.read_text().splitlines()
    # Some are gone, some say something else, and the agency that stood alone is embedded.
    lines[30:40] = []
    lines[45] = json.dumps(service(45, name="Other words"))
    lines[150] = json.dumps(
        service(46, organization={"id": "alone", "name": "Agency", "description": "Embedded"})
    )
    lines[161] = ""
    later.write_text("\n".join(lines), encoding="utf-8")
    results = []
    for processes in (1, 4):
        storage = MemoryStorage()
        loaded(storage, path, processes)
        results.append((loaded(storage, later, processes), stored(storage)))
    assert results[0] == results[1]
    _, done = results[0][0]
    assert (done.missing > 5, done.changed > 1, done.same > 100, done.generation) == (True, True, True, 2)


@pytest.mark.usefixtures("small", "started")
def test_a_folder_and_a_packed_file_are_read_as_by_one_process(tmp_path):
    import gzip

    folder = tmp_path / "folder"
    folder.mkdir()
    made(folder / "services.ndjson", 200)
    packed = gzip.compress(made(tmp_path / "b.ndjson", 230).read_bytes().replace(b'"s0', b'"t0'))
    (folder / "services2.ndjson.gz").write_bytes(packed)
    one, many = MemoryStorage(), MemoryStorage()
    assert loaded(one, folder, 1) == loaded(many, folder)
    assert stored(one) == stored(many)
    assert one.get("service.1", ["s0000", "t0000"]).keys() == {"s0000", "t0000"}


@pytest.mark.usefixtures("small", "started")
def test_a_truncated_file_gives_the_records_before_the_break(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_BYTES", 300_000)
    path, one, many = made(tmp_path / "a.ndjson", 4000), MemoryStorage(), MemoryStorage()
    assert loaded(one, path, 1) == loaded(many, path)
    assert stored(one) == stored(many)
    assert 100 < one.get(ABOUT, ["current"])["current"].document["records"]["service"] < 3000


# Not at all


@pytest.mark.usefixtures("none_started")
def test_no_process_is_started_for_a_file_that_is_read_whole(tmp_path):
    storage = MemoryStorage()
    load(storage, made(tmp_path / "a.ndjson"), now=NOW)
    with Connector(storage) as desk:
        assert desk.match("food pantry")


@pytest.mark.usefixtures("none_started", "small")
def test_strict_reads_the_whole_in_one_process(tmp_path):
    storage = MemoryStorage()
    with pytest.raises(InvalidDirectoryError):
        load(storage, made(tmp_path / "a.ndjson"), now=NOW, mode="strict")
    assert list(storage.changes()) == []


@pytest.mark.usefixtures("none_started", "small")
@pytest.mark.parametrize("executable", ["", None, "/usr/sbin/uwsgi", "frozen"])
def test_a_host_that_is_not_python_is_not_started_again(executable, tmp_path, monkeypatch):
    if executable == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    else:
        monkeypatch.setattr(sys, "executable", executable)
    path, one, many = made(tmp_path / "a.ndjson"), MemoryStorage(), MemoryStorage()
    assert loaded(many, path) == loaded(one, path, 1)
    assert stored(many) == stored(one)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "program",
    ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexec sleep 60\n", "#!/bin/sh\nexec cat\n", "no program", None],
)
def test_without_further_processes_one_process_reads(program, tmp_path, monkeypatch, request):
    if program is None:

        def refuse(*_, **__):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(reader_pool.subprocess, "Popen", refuse)
    else:
        request.getfixturevalue("started")
        (tmp_path / "python3").write_text(program)
        (tmp_path / "python3").chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
        monkeypatch.setattr(reader_pool, "_START_SECONDS", 0.3)
    path, one, many = made(tmp_path / "a.ndjson"), MemoryStorage(), MemoryStorage()
    assert loaded(many, path) == loaded(one, path, 1)
    assert stored(many) == stored(one)


@pytest.mark.usefixtures("small")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such scripts")
@pytest.mark.parametrize("begun", [f'{sys.executable} "$@"\n:', "sleep 3\n:"])
def test_a_load_ends_normally_under_a_wrapper_script(begun, tmp_path, monkeypatch):
    """What a script begins is not ended with it, and may keep a pipe open."""
    (tmp_path / "python3").write_text(f"#!/bin/sh\n{begun}\n")
    (tmp_path / "python3").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(reader_pool, "_END_SECONDS", 0.1)
    monkeypatch.setattr(reader_pool, "_START_SECONDS", 60 if "$" in begun else 0.1)
    path, one, many = made(tmp_path / "a.ndjson"), MemoryStorage(), MemoryStorage()
    assert loaded(many, path) == loaded(one, path, 1)
    assert stored(many) == stored(one)
    for thread in threading.enumerate():
        if thread.name == "communityconnector-load":
            thread.join(30)


# Cut off


class CutOffError(Exception):
    pass


@pytest.mark.usefixtures("small", "started")
@pytest.mark.parametrize("which", ["on_progress", "on_finding"])
def test_a_stopped_load_leaves_no_process_behind_and_can_continue(which, tmp_path):
    path, one, many = made(tmp_path / "a.ndjson"), MemoryStorage(), MemoryStorage()
    calls = []

    def stop(_):
        calls.append(1)
        if len(calls) == 4:
            raise CutOffError

    with pytest.raises(CutOffError):
        load(many, path, now=NOW, **{which: stop})
    _, done = loaded(many, path)
    assert done.resumed >= 75 if which == "on_progress" else done.resumed == 0
    loaded(one, path, 1)
    whole = stored(one)
    assert {key: what for key, what in stored(many).items() if key[0] != ABOUT} == {
        key: what for key, what in whole.items() if key[0] != ABOUT
    }
    assert stored(many)[ABOUT, "confidential.1"] == whole[ABOUT, "confidential.1"]


@pytest.mark.usefixtures("small")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_killed_process_is_reported_and_the_load_continues(tmp_path, started):
    path, one, many = made(tmp_path / "a.ndjson", 900), MemoryStorage(), MemoryStorage()

    def kill(number):
        if number == 50:
            started[1].kill()

    with pytest.raises(LoadCutOffError, match=r"a\.ndjson ended before .*signal 9.*load the same file again"):
        load(many, path, now=NOW, on_progress=kill)
    _, done = loaded(many, path)
    assert done.resumed >= 50
    loaded(one, path, 1)
    assert (
        many.get("service.1", ["s0899"])["s0899"].document
        == one.get("service.1", ["s0899"])["s0899"].document
    )
    assert {key for key in stored(many) if key[0] != ABOUT} == {key for key in stored(one) if key[0] != ABOUT}


@pytest.mark.usefixtures("small", "started")
def test_values_that_no_storage_can_keep_are_refused_as_by_one_process(tmp_path):
    path = made(tmp_path / "a.ndjson")
    lines = path.read_text().splitlines()
    lines[140] = '{"id": "x", "name": "A", "status": "active", "x_own": 1e999}'
    path.write_text("\n".join(lines))
    one, many = MemoryStorage(), MemoryStorage()
    for storage, processes in ((one, 1), (many, 4)):
        with pytest.raises(InvalidRecordError):
            loaded(storage, path, processes)
    assert stored(many) == stored(one)


SCRIPT = """
import os, signal, sys, threading
from datetime import UTC, datetime
from communityconnector.adapters.sql import create_storage
from communityconnector.directory_store import load
from communityconnector.directory_store import loading
from communityconnector.interchange.reading import chunks, json_reader
loading.READ_WHOLE = 0
loading.usable_cores = lambda: 2
loading._BATCH = 25
chunks.LINES = json_reader.LINES = 10
# Where the tests run in the background of a shell, programs are begun deaf to it.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("begun", flush=True)
threading.Thread(target=threading.Event().wait, daemon=True).start()
url, path = sys.argv[1:]
def tell(number):
    print(number, flush=True)
done = load(create_storage(url), path, now=datetime(2026, 11, 20, 15, tzinfo=UTC), on_progress=tell)
print("done", sum(done.records.values()))
"""


@pytest.fixture
def script(tmp_path):
    """Starts a program without a main guard, and with threads, that loads a file."""
    (tmp_path / "program.py").write_text(SCRIPT)

    def start(count):
        path = made(tmp_path / "a.ndjson", count)
        command = [sys.executable, tmp_path / "program.py", f"sqlite:///{tmp_path}/a.db", path]
        return path, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    return start


def test_a_program_without_a_main_guard_runs_once(script, tmp_path):
    path, program = script(230)
    out, trouble = program.communicate(timeout=900)
    assert trouble == ""
    assert out.split("\n", 1)[0] == "begun"
    assert out.count("begun") == 1
    one = MemoryStorage()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "READ_WHOLE", 0)
        loaded(one, path, 1)
    held = create_storage(f"sqlite:///{tmp_path}/a.db")
    kept = {key: what for key, what in stored(held).items() if key[0] != ABOUT}
    held.close()
    assert kept == {key: what for key, what in stored(one).items() if key[0] != ABOUT}
    # Byte for byte, in the database itself.
    assert all(text == encoded(json.loads(text)) for text, _ in kept.values())


def group(leader):
    """The processes of a program's group that have not ended."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue
        state, _, number = rest.split()[:3]
        if int(number) == leader and state not in "ZX":
            found.add(int(status.parent.name))
    return found


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="the system does not tell which processes there are"
)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_program_leaves_no_process_and_its_load_can_continue(how, script, tmp_path):
    path, program = script(6000)
    with program:
        for line in program.stdout:
            if line == "100\n":
                break
        else:
            pytest.fail("the program ended before it had read a hundred records")
        assert len(group(program.pid)) == 3
        if how == signal.SIGINT:
            # As a terminal does: to all of them.
            os.killpg(program.pid, how)
        else:
            program.kill()
        _, trouble = program.communicate(timeout=900)
    assert ("KeyboardInterrupt" in trouble) == (how == signal.SIGINT)
    end = time.monotonic() + 30
    while group(program.pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert group(program.pid) == set()
    storage = create_storage(f"sqlite:///{tmp_path}/a.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "READ_WHOLE", 0)
        _, done = loaded(storage, path)
        one = MemoryStorage()
        loaded(one, path, 1)
    assert done.resumed >= 100
    kept, whole = stored(storage), stored(one)
    storage.close()
    assert kept.keys() == whole.keys()
    assert kept[ABOUT, "confidential.1"] == whole[ABOUT, "confidential.1"]
    assert all(kept[key] == whole[key] for key in whole if key[0] != ABOUT)


# Documents whose text is known


def test_a_document_with_known_text_is_stored_as_that_text(tmp_path):
    document = {"id": "a", "name": "né", "numbers": [1, 2.5, None]}
    known = Encoded(encoded(document))
    assert (known == document, document == known, dict(known), encoded(known)) == (
        True,
        True,
        document,
        encoded(document),
    )
    assert "né" not in repr(known)
    for storage in (MemoryStorage(), create_storage(f"sqlite:///{tmp_path}/a.db")):
        storage.commit([Put("note", "a", known)])
        assert storage.get("note", ["a"])["a"].document == document
        storage.close()


def test_the_sample_reads_the_same_in_every_way(tmp_path):
    """Nothing above depends on what these files look like."""
    cc.write(cc.sample(), tmp_path / "a.ndjson", audience="steward")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "READ_WHOLE", 0)
        patch.setattr(loading, "usable_cores", lambda: 3)
        one, many = MemoryStorage(), MemoryStorage()
        assert loaded(one, tmp_path / "a.ndjson", 1) == loaded(many, tmp_path / "a.ndjson")
    assert stored(one) == stored(many)
