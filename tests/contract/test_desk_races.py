"""R5: of those who carry the same referral on at the same time exactly one wins each version."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import desk_writer
from desk_world import faults, made, refer, take_referrals

from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store.record_kinds import REFERRAL

WRITER = desk_writer.__file__
RACES = int(os.environ.get("COMMUNITYCONNECTOR_RACES", "2000"))
"""So many on SQLite: half by threads of one process, half by processes."""


def finished(*jobs):
    """What child processes say, each with a job, all at once."""
    children = [
        subprocess.Popen(
            [sys.executable, WRITER, *map(str, job)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for job in jobs
    ]
    said = []
    for child in children:
        out, err = child.communicate(timeout=900 + RACES)
        assert child.returncode == 0, err
        said.append(json.loads(out.splitlines()[-1]))
    return said


def raced(url, threads, rounds, processes, rounds_each, *, how="safe"):
    """What became of threads of one process and of processes more that all carried one referral on."""
    storage = create_storage(url)
    desk = made(storage)
    take_referrals(desk)
    begun = refer(desk)
    several = ("race", url, begun.id, threads, rounds, how)
    said = finished(several, *[("race", url, begun.id, 1, rounds_each, how)] * processes)
    won = sorted(version for one in said for version in one["won"])
    lost = sum(one["lost"] for one in said)
    other = [error for one in said for error in one["other"]]
    ended = desk.referrals.get(begun.id)
    figures = f"{len(won) + lost + len(other):,} races, {len(won)} won, {lost:,} lost, {len(other)} failed otherwise"
    races = threads * rounds + processes * rounds_each
    wrong = {
        "not everybody was heard": len(won) + lost + len(other) != races,
        "an error that is no loss": bool(other),
        "a version that was won twice, or by nobody": won
        != list(range(begun.version + 1, ended.version + 1)),
        "attempts that were not counted": ended.contact_attempts != len(won),
        "nobody lost": not lost,
        "something does not agree": bool(faults(storage, desk)),
    }
    storage.close()
    return figures, [what for what, is_so in wrong.items() if is_so]


def test_exactly_one_of_many_threads_and_processes_wins_each_version_on_sqlite(tmp_path):
    figures, wrong = raced(f"sqlite:///{tmp_path}/desk.db", 8, RACES // 16, 4, RACES // 8)
    print(f"R5, SQLite: {figures}")  # noqa: T201  # the figure
    assert not wrong


def test_exactly_one_of_many_threads_and_processes_wins_each_version_on_postgresql(postgres):
    figures, wrong = raced(postgres(), 4, 50, 2, 100)
    print(f"R5, PostgreSQL: {figures}")  # noqa: T201  # the figure
    assert not wrong


def test_simultaneous_new_referrals_do_not_block_each_other(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    storage = create_storage(url)
    desk = made(storage)
    take_referrals(desk)
    assert finished(*[("apart", url, 25)] * 4) == [25] * 4
    assert sum(1 for _ in storage.scan(REFERRAL)) == 100
    assert not faults(storage, desk)
    storage.close()


def test_a_desk_that_overwrites_unseen_changes_is_caught(tmp_path):
    _, wrong = raced(f"sqlite:///{tmp_path}/desk.db", 4, 40, 0, 0, how="careless")
    assert "a version that was won twice, or by nobody" in wrong
    assert "something does not agree" in wrong
