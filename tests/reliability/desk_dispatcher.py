"""Dispatchers that die, each at a named point of its work, and what is made of their messages by whoever comes after.

python desk_dispatcher.py FOLDER FIRST_SEED SEEDS HOW
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

from desk_world import Hands, agency, contact, faults, is_damaged, made, refer, say, take_referrals
from sqlalchemy import event
from sqlalchemy.pool import Pool

from communityconnector.adapters.sql import create_storage
from communityconnector.desk import OutboxMessage
from communityconnector.desk.messages import claims, dispatcher
from communityconnector.desk.store.outbox import update_write
from communityconnector.desk.store.record_kinds import LINK, OUTBOX, REFERRAL
from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Receipt
from communityconnector.storage import fetch

POINTS = (
    "before what is due",
    "after what is due",
    "before claim",
    "after claim",
    "after links",
    "before send",
    "after send",
    "before mark",
    "after mark",
)
SENT_UNMARKED = ("before send", "after send", "before mark")
"""Only there a message may have been sent that nobody has written down."""

OFTEN = {"before send": 4, "after send": 4, "before mark": 2, "after mark": 2}
"""How often a dispatcher passes a point at least, nearly always; elsewhere once."""


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Fate:
    """Dies when a point is passed for the n-th time."""

    def __init__(self, point, number):
        self._point, self._left = point, number

    def passes(self, point):
        if point == self._point:
            self._left -= 1
            if not self._left:
                die()


class Mortal:
    """A storage whose process dies at a point of its dispatcher's work."""

    def __init__(self, storage, fate):
        self._storage, self._fate = storage, fate

    def __getattr__(self, name):
        return getattr(self._storage, name)

    def claim(self, *asked):
        self._fate.passes("before claim")
        found = self._storage.claim(*asked)
        self._fate.passes("after claim")
        return found

    def commit(self, writes):
        kinds = {one.kind for one in writes}
        what = "what is due" if REFERRAL in kinds else "mark" if OUTBOX in kinds else "links"
        self._fate.passes(f"before {what}")
        number = self._storage.commit(writes)
        self._fate.passes(f"after {what}")
        return number


class Provider:
    """Keeps the id of every message on disk before it answers. Some it does not take at first."""

    def __init__(self, path, clock, fate=None, rng=None):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._clock, self._fate, self._rng = clock, fate, rng

    def send(self, message):
        if self._fate:
            self._fate.passes("before send")
        if self._rng and self._rng.random() < 0.15:
            message = "not now"
            raise NotDeliveredError(message, retry=True)
        os.write(self._file, f"{message.id}\n".encode())
        os.fsync(self._file)
        self._clock.on(seconds=0.4)
        if self._fate:
            self._fate.passes("after send")
        return Receipt(accepted=True)


def mark_first():
    """A fault: it writes down that a message was sent, and then sends it."""
    deliver = dispatcher.deliver

    def marking(context, message):
        record = fetch(context.ledger.storage, OUTBOX, message.id)
        context.ledger.commit([update_write(record, status="sent", attempts=1)])
        return deliver(context, message)

    dispatcher.deliver = marking


def begun(path, clock, rng):
    """Referrals of which some wait for an answer so long that the agency is reminded, and some are answered.

    Returns:
        How many messages of which kind there must be.
    """
    storage = create_storage(f"sqlite:///{path}")
    desk = made(storage, clock=clock)
    take_referrals(desk, 2)
    count = rng.randrange(2, 6)
    made_now = [
        refer(desk, number, contacts=[contact()]) for number in (rng.randrange(1, 3) for _ in range(count))
    ]
    answered = [one for one in made_now if rng.random() < 0.4]
    for one in answered:
        desk.referrals.record_event(one.id, "accept", actor=agency(one.organization_id[2:]))
    storage.close()
    clock.on(days=3)
    return {
        "agency_request": count,
        "agency_reminder": count - len(answered),
        "patron_message": len(answered),
    }


def cut_off(path, took, clock, fate, rng, *, how):
    """Be a dispatcher that dies."""
    if how == "keeps claims":
        claims.LEASE = timedelta(days=3650)
    storage = create_storage(f"sqlite:///{path}")
    provider = Provider(took, clock, fate, rng)
    desk = made(Mortal(storage, fate), clock=clock, post=provider)
    if how == "marks first":
        mark_first()
    desk.referrals.run_due()
    while desk.messages.dispatch_once().total:
        pass


def finished(path, took, clock):
    """Be the dispatchers that come after, for a day and a half."""
    storage = create_storage(f"sqlite:///{path}")
    desk = made(storage, clock=clock, post=Provider(took, clock))
    for _ in range(9):
        clock.on(minutes=10)
        desk.referrals.run_due()
        desk.messages.dispatch_once()
    clock.on(days=1.2)
    desk.messages.dispatch_once()
    rows = {record.id: OutboxMessage.from_dict(record.document) for record in storage.scan(OUTBOX)}
    links = sum(1 for _ in storage.scan(LINK))
    wrong = faults(storage, desk)
    storage.close()
    return rows, links, wrong


def once(folder, seed, point, how):
    """What came of one dispatcher's death."""
    rng, clock = Random(f"{seed} {point}"), Hands()  # noqa: S311  # chance, not secrecy
    path, took = Path(folder) / f"{seed}.db", Path(folder) / f"{seed}.took"
    expected = begun(path, clock, rng)
    if not (child := os.fork()):
        fate = Fate(point, rng.randrange(1, OFTEN.get(point, 1) + 1))
        cut_off(path, took, clock, fate, rng, how=how)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    rows, links, wrong = finished(path, took, clock)
    received = Counter(took.read_text("ascii").split())
    kinds = Counter(rows[key].template.value for key in received if key in rows)
    result = Counter(
        killed=os.WIFSIGNALED(status),
        messages=len(rows),
        deliveries=received.total(),
        repeated=received.total() - len(received),
        lost=len(rows.keys() - received.keys()) + sum(row.status != "sent" for row in rows.values()),
        strange=len(received.keys() - rows.keys()),
        effects=sum(abs(kinds[kind] - number) for kind, number in expected.items()),
        links=links != len(rows),
        damaged=wrong.total() + is_damaged(path),
    )
    result["needlessly repeated"] = result["repeated"] if point not in SENT_UNMARKED else 0
    for left in Path(folder).glob(f"{seed}.*"):
        left.unlink()
    return result


def main(folder, first, seeds, how):
    # A process that dies loses nothing of what the system has taken from it, so there is no need to wait for the disk.
    event.listen(Pool, "checkout", lambda connection, *_: connection.execute("PRAGMA synchronous=OFF"))
    result: Counter[str] = Counter()
    for seed in range(int(first), int(first) + int(seeds)):
        for point in POINTS:
            result.update(once(folder, seed, point, how))
    say(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
