"""A storage may be shared between threads: nobody's write is lost, and nobody sees half a commit."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from communityconnector.errors import StaleRecordError
from communityconnector.storage import KeyRange, Put, SupportsClaims
from communityconnector.testing.storage.opening import Opening, found


def together(*jobs: Callable[[], None]) -> None:
    """Do all jobs, each in a thread of its own, starting at the same moment; the first error is raised."""
    start = threading.Barrier(len(jobs))

    def begun(job: Callable[[], None]) -> None:
        start.wait()
        job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(begun, job) for job in jobs]:
            done.result()


class Threads(Opening):
    """What a storage promises of threads.

    Attributes:
        workers: so many threads race.
        rounds: so often each of them writes.
    """

    workers: ClassVar[int] = 4
    rounds: ClassVar[int] = 15

    def test_of_threads_that_write_one_record_exactly_one_wins_each_version(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {"writes": 0})])
            won: list[tuple[int, int]] = []

            def race() -> None:
                for _ in range(self.rounds):
                    record = found(storage, "note", "a")
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
            record = found(storage, "note", "a")
            assert (record.document["writes"], record.version) == (len(won), max(after for _, after in won))

    def test_of_threads_that_make_one_record_exactly_one_makes_it(self) -> None:
        with self.fresh() as storage:
            for number in range(self.rounds):
                made: list[int] = []

                def make(key: str = str(number), made: list[int] = made) -> None:
                    try:
                        made.append(storage.commit([Put("note", key, {})]))
                    except StaleRecordError:
                        return

                together(*[make] * self.workers)
                assert [found(storage, "note", str(number)).version] == made

    def test_threads_that_write_different_records_all_succeed_under_numbers_of_their_own(self) -> None:
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

    def test_nobody_sees_half_a_commit(self) -> None:
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
                    states = {(one.version, one.document["n"]) for one in both.values()}
                    assert len(states) == 1, f"half a commit was seen: {states}"

            together(write, read, read)

    def test_a_kind_that_is_dropped_while_others_write_it_leaves_nothing_half_there(self) -> None:
        with self.fresh() as storage:

            def write() -> None:
                for number in range(self.rounds * 2):
                    key = str(number % 3)
                    there = storage.get("task", [key])
                    version = there[key].version if there else 0
                    with contextlib.suppress(StaleRecordError):
                        storage.commit([Put("task", key, {"n": number}, version, {"due": str(number % 2)})])

            def drop() -> None:
                for _ in range(self.rounds):
                    storage.drop("task")

            together(write, write, drop)
            left = [record.id for record in storage.scan("task")]
            assert [record.id for record in storage.scan("task", KeyRange("due"))] == left
            if isinstance(storage, SupportsClaims):
                assert sorted(record.id for record in storage.claim("task", "due", "1", "9", 9)) == left

    def test_no_two_threads_claim_one_record(self) -> None:
        with self.fresh() as storage:
            if not isinstance(storage, SupportsClaims):
                pytest.skip(
                    "the storage has no SupportsClaims: not tested that no two threads claim one record"
                )
            names = [f"{number:03}" for number in range(self.workers * self.rounds)]
            storage.commit([Put("task", name, {}, keys={"due": "1"}) for name in names])
            taken: list[str] = []

            def worker() -> None:
                # Of a storage that gives the same ones for ever, enough is enough.
                for _ in names:
                    records = storage.claim("task", "due", "2", "9", 2)
                    if not records:
                        return
                    taken.extend(record.id for record in records)
                    storage.commit(
                        [Put("task", record.id, {"done": True}, record.version) for record in records]
                    )

            together(*[worker] * self.workers)
            assert sorted(taken) == names
