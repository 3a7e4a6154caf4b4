"""Child processes of the crash tests: each writes to a database as fast as it can, and says what was acknowledged.

python crash_writer.py JOB [ARGUMENT...]
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import sqlite3
import sys
import threading
import time

from communityconnector.adapters.sql import create_storage
from communityconnector.errors import StaleRecordError, StorageError, StorageFullError
from communityconnector.storage import Put

NAMES = ("a", "b", "c")


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def write(url, *, unsafe):
    """Commit three records that agree, for ever; an unsafe writer acknowledges what it is about to do."""
    storage = create_storage(url)
    number, version = state(storage)
    while True:
        number += 1
        if unsafe:
            say(number)
        version = storage.commit(
            [Put("note", name, {"n": number, "pad": "x" * 500}, version) for name in NAMES]
        )
        if not unsafe:
            say(number)


def state(storage):
    """What the three records say, and their version; two answers where they do not agree."""
    states = {(one.document["n"], one.version) for one in storage.get("note", NAMES).values()} or {(0, 0)}
    return max(states) if len(states) == 1 else (-1, 0)


def kills(path, count, how):
    """Kill a writer again and again, each at another moment, and tell what became of what it had acknowledged."""
    dice = random.Random(path + how)  # noqa: S311  # no secret
    lost = half = damaged = acknowledged = 0
    for _ in range(int(count)):
        reader, telling = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(telling, 1)
            write(f"sqlite:///{path}", unsafe=how == "unsafe")
        os.close(telling)
        with os.fdopen(reader) as pipe:
            first = pipe.readline()
            time.sleep(dice.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            last = int([first, *pipe.readlines()][-1])
        os.waitpid(child, 0)
        acknowledged += last - int(first) + 1
        storage = create_storage(f"sqlite:///{path}")
        number, _ = state(storage)
        storage.close()
        half += number == -1
        # The commit that was under way may have been kept, with nobody left to say so.
        lost += number not in (last, last + 1)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            damaged += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    say(json.dumps({"lost": lost, "half": half, "damaged": damaged, "acknowledged": acknowledged}))


def forked(url):
    """Use a storage in a process that was forked off after it was opened."""
    storage = create_storage(url)
    storage.commit([Put("note", "a", {})])
    child = os.fork()
    try:
        storage.get("note", ["a"])
        storage.commit([Put("note", "b", {})])
        say("worked")
    except StorageError as error:
        say(error)
    finally:
        storage.close()
    if child:
        os.waitpid(child, 0)


def race(url, threads, rounds):
    """Count one record up, with others who do the same, and tell every version that was won."""
    storage = create_storage(url)
    won = []

    def count():
        for _ in range(int(rounds)):
            record = storage.get("note", ["race"])["race"]
            try:
                after = storage.commit([Put("note", "race", {"n": record.document["n"] + 1}, record.version)])
            except StaleRecordError:
                continue
            won.append((record.version, after))

    workers = [threading.Thread(target=count) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for before, after in won:
        say(before, after)


def limited(url, room):
    """Write until files may grow no further, then again with room."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    storage = create_storage(url)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), most))
    number = 0
    try:
        while number < 10_000:
            storage.commit([Put("note", f"{number}-{name}", {"pad": "x" * 2_000}) for name in NAMES])
            number += 1
    except StorageError as error:
        say("error", number, isinstance(error, StorageFullError), error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    storage.commit([Put("note", f"{number}-{name}", {}) for name in NAMES])
    say("wrote", number)


if __name__ == "__main__":
    {"kills": kills, "forked": forked, "race": race, "limited": limited}[sys.argv[1]](*sys.argv[2:])
