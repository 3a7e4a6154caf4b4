"""A storage may be shared between threads: no write is lost, and no reader sees half a commit."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from communityconnector.errors import StaleRecordError
from communityconnector.storage import KeyRange, Put, SupportsClaims
from communityconnector.testing.storage.opening import Opening, stored


def together(*jobs: Callable[[], None]) -> None:
    """Run all jobs, each in its own thread, from the same moment on. Raise the first error."""
    start = threading.Barrier(len(jobs))

    def begun(job: Callable[[], None]) -> None:
        start.wait()
        job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(begun, job) for job in jobs]:
            done.result()


class Threads(Opening):
    """The promises to threads.

    Attributes:
        workers: the number of threads.
        rounds: the number of writes of each thread.
    """

    workers: ClassVar[int] = 4
    rounds: ClassVar[int] = 15

    def test_exactly_one_of_several_threads_writes_each_version(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {"writes": 0})])
            won: list[tuple[int, int]] = []

            def race() -> None:
                for _ in range(self.rounds):
                    record = stored(storage, "note", "a")
                    count = int(record.document["writes"]) + 1
                    try:
                        version = storage.commit([Put("note", "a", {"writes": count}, record.version)])
                    except StaleRecordError as stale:
                        assert stale.expected == record.version < stale.found  # noqa: PT017  # most rounds raise nothing
                    else:
                        won.append((record.version, version))

            together(*[race] * self.workers)
            assert won
            assert len({before for before, _ in won}) == len({after for _, after in won}) == len(won)
            record = stored(storage, "note", "a")
            assert (record.document["writes"], record.version) == (len(won), max(after for _, after in won))

    def test_exactly_one_of_several_threads_creates_a_record(self) -> None:
        with self.fresh() as storage:
            for number in range(self.rounds):
                made: list[int] = []

                def make(key: str = str(number), made: list[int] = made) -> None:
                    try:
                        made.append(storage.commit([Put("note", key, {})]))
                    except StaleRecordError:
                        return

                together(*[make] * self.workers)
                assert [stored(storage, "note", str(number)).version] == made

    def test_threads_that_write_different_records_all_succeed_with_different_numbers(self) -> None:
        with self.fresh() as storage:
            numbers: list[int] = []

            def write(worker: int) -> Callable[[], None]:
                def rounds() -> None:
                    mine = [storage.commit([Put("note", f"{worker}-{n}", {})]) for n in range(self.rounds)]
                    assert mine == sorted(mine)
                    numbers.extend(mine)

                return rounds

            together(*(write(worker) for worker in range(self.workers)))
            assert len(set(numbers)) == self.workers * self.rounds
            assert sorted(record.version for record in storage.scan("note")) == sorted(numbers)

    def test_no_reader_sees_half_a_commit(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", name, {"n": 0}) for name in "ab"])
            finished = threading.Event()

            def write() -> None:
                last = version
                try:
                    for number in range(1, self.workers * self.rounds):
                        last = storage.commit([Put("note", name, {"n": number}, last) for name in "ab"])
                finally:
                    finished.set()

            def read() -> None:
                while not finished.is_set():
                    both = storage.get("note", ["a", "b"])
                    states = {(record.version, record.document["n"]) for record in both.values()}
                    assert len(states) == 1, f"a reader saw half a commit: {states}"

            together(write, read, read)

    def test_dropping_a_kind_while_others_write_leaves_no_half_records(self) -> None:
        with self.fresh() as storage:

            def write() -> None:
                for number in range(self.rounds * 2):
                    key = str(number % 3)
                    current = storage.get("task", [key])
                    version = current[key].version if current else 0
                    with contextlib.suppress(StaleRecordError):
                        storage.commit([Put("task", key, {"n": number}, version, {"due": str(number % 2)})])

            def drop() -> None:
                for _ in range(self.rounds):
                    storage.drop("task")

            together(write, write, drop)
            remaining = [record.id for record in storage.scan("task")]
            assert [record.id for record in storage.scan("task", KeyRange("due"))] == remaining
            if isinstance(storage, SupportsClaims):
                assert sorted(record.id for record in storage.claim("task", "due", "1", "9", 9)) == remaining

    def test_no_two_threads_claim_one_record(self) -> None:
        with self.fresh() as storage:
            if not isinstance(storage, SupportsClaims):
                pytest.skip(
                    "the storage has no SupportsClaims: not tested that no two threads claim one record"
                )
            names = [f"{number:03}" for number in range(self.workers * self.rounds)]
            storage.commit([Put("task", name, {}, keys={"due": "1"}) for name in names])
            claimed: list[str] = []

            def worker() -> None:
                # The loop is bounded, in case a storage returns the same records for ever.
                for _ in names:
                    records = storage.claim("task", "due", "2", "9", 2)
                    if not records:
                        return
                    claimed.extend(record.id for record in records)
                    storage.commit(
                        [Put("task", record.id, {"done": True}, record.version) for record in records]
                    )

            together(*[worker] * self.workers)
            assert sorted(claimed) == names
