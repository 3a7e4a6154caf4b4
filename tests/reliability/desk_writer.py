"""Child processes of the tests of reliability: desks over one database, and what they were told is kept.

python desk_writer.py JOB [ARGUMENT...]
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from random import Random

import attrs
from desk_world import PATRON, STAFF, agency, contact, faults, is_damaged, made, refer, say, take_referrals

from communityconnector.adapters.sql import create_storage
from communityconnector.desk import Ledger
from communityconnector.desk.store.record_kinds import OUTBOX, REFERRAL
from communityconnector.errors import StaleRecordError
from communityconnector.referrals import Referral

ROUNDS = 20
"""So many lives a database has, so that looking all of it over stays quick."""
TOLD = {
    "reject": {"outcome": "no_capacity"},
    "complete": {"outcome": "service_received"},
    "cancel": {"outcome": "patron_declined", "outcome_source": "patron"},
}


class Apart(Ledger):
    """A fault: messages are written in a commit of their own."""

    def commit(self, writes, facts=(), at=None):
        rows = [one for one in writes if one.kind == OUTBOX]
        number = super().commit([one for one in writes if one.kind != OUTBOX], facts, at)
        return super().commit(rows) if rows else number


def ask(desk, request, how, rng):
    """Do what a request asks, and say what was acknowledged; now and then die right before."""
    number, what, *rest = request
    key = "" if how == "keyless" else f"k{number}"
    say("want", json.dumps(request))
    if what == "refer":
        done = refer(desk, key=key, contacts=[contact()])
    else:
        referral_id, version = rest
        if how == "early":
            say("done", number, referral_id, version + 1, "?")
        if what == "revoke":
            done = desk.referrals.revoke_consent(referral_id, actor=PATRON)
        else:
            by_staff = what in ("attempt_contact", "cancel")
            done = desk.referrals.record_event(
                referral_id,
                what,
                actor=STAFF if by_staff else agency(1),
                idempotency_key=key,
                # Where the same request is to count twice, nothing else may keep it from that.
                expected_version=None if how == "keyless" else version,
                **TOLD.get(what, {}),
            )
    if rng.random() < 0.03:
        os.kill(os.getpid(), signal.SIGKILL)
    say("done", number, done.id, done.version, done.status)
    return done


def live(url, seed, begun, how):
    """Ask for one thing after the other, for ever; first of all once more for what was asked for last."""
    storage = create_storage(url)
    desk = made(storage, ledger=Apart if how == "apart" else Ledger)
    if desk.referrals.intake("o-1") is None:
        take_referrals(desk)
    rng = Random(seed)  # noqa: S311  # chance, not secrecy
    number = begun[0] if begun else 0
    still: dict[str, Referral] = {}
    while True:
        request = begun
        if request is None:
            request = [number, "refer"]
            if still and rng.random() < 0.6:
                one = still[rng.choice(list(still))]
                fitting = ["attempt_contact"] * 4 + ["cancel", "revoke", "complete"]
                fitting += ["accept", "accept", "reject"] if one.status == "requested" else []
                request += [one.id, one.version]
                request[1] = rng.choice(fitting)
        done = ask(desk, request, how, rng)
        still[done.id] = done
        if done.is_closed:
            del still[done.id]
        number, begun = number + 1, None


def kills(folder, seed, count, how):
    """Kill a desk again and again, each time at another moment, and tell what became of what it had acknowledged."""
    dice = Random(int(seed))  # noqa: S311  # no secret
    result: Counter[str] = Counter()
    for life in range(int(count)):
        if life % ROUNDS == 0:
            path, begun, wanted, done = f"{folder}/{seed}-{life}.db", None, {}, {}
        reader, telling = os.pipe()
        luck = dice.random()
        child = os.fork()
        if not child:
            os.dup2(telling, 1)
            live(f"sqlite:///{path}", luck, begun, how)
        os.close(telling)
        with os.fdopen(reader) as pipe:
            # Some die while they still repeat what was asked for last, others after a few answers.
            lines = [pipe.readline() for _ in range(dice.randrange(1, 7))]
            time.sleep(dice.uniform(0, 0.01))
            os.kill(child, signal.SIGKILL)
            lines += pipe.readlines()
        os.waitpid(child, 0)
        for line in filter(None, lines):
            word, rest = line.split(" ", 1)
            if word == "want":
                begun = json.loads(rest)
                wanted[begun[0]] = begun[1]
            else:
                number, *what = rest.split()
                done[int(number)] = what
        result += looked_over(path, wanted, done)
        result["damaged"] += is_damaged(path)
        result["kills"] += 1
        result["acknowledged"] += sum(line.startswith("done") for line in lines)
        if how != "safe" and result["lost"] + result["doubled"] + result["half"]:
            break
    say(json.dumps(result))


def looked_over(path, wanted, done):
    """Whether all that was acknowledged is there, nothing twice, and nothing by half."""
    storage = create_storage(f"sqlite:///{path}")
    counts: Counter[str] = Counter()
    desk = made(storage)
    for referral_id, version, status in done.values():
        events = {event.version: event.after for event in desk.referrals.events(referral_id)}
        after = events.get(int(version))
        counts["lost"] += after is None or status not in (after.value, "?")
    for what, there in (
        ("refer", sum(1 for _ in storage.scan(REFERRAL))),
        (
            "attempt_contact",
            sum(one.document["referral"].get("contact_attempts", 0) for one in storage.scan(REFERRAL)),
        ),
    ):
        asked = sum(each == what for each in wanted.values())
        # The last one may be there, with nobody left to say so.
        acknowledged = sum(wanted[number] == what for number in done)
        counts["doubled"] += max(0, there - asked)
        counts["lost"] += max(0, acknowledged - there)
    counts["half"] += faults(storage, desk).total()
    storage.close()
    return +counts


class Careless:
    """A fault: a storage that writes over whatever is there."""

    def __init__(self, storage):
        self._storage = storage

    def __getattr__(self, name):
        return getattr(self._storage, name)

    def commit(self, writes):
        there = {(one.kind, one.id): self.get(one.kind, [one.id]).get(one.id) for one in writes}
        versions = {name: 0 if record is None else record.version for name, record in there.items()}
        return self._storage.commit(
            [attrs.evolve(one, expected=versions[one.kind, one.id]) for one in writes]
        )


def race(url, referral_id, threads, rounds, how):
    """Carry one referral on, with others who do the same, and tell every version that was won, and every loss."""
    storage = create_storage(url)
    desk = made(Careless(storage) if how == "careless" else storage)
    won, lost, other = [], [], []

    def carry_on():
        for _ in range(int(rounds)):
            seen = desk.referrals.get(referral_id).version
            try:
                won.append(
                    desk.referrals.record_event(
                        referral_id, "attempt_contact", actor=STAFF, expected_version=seen
                    ).version
                )
            except StaleRecordError:
                lost.append(seen)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                other.append(repr(error))

    workers = [threading.Thread(target=carry_on) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    storage.close()
    say(json.dumps({"won": won, "lost": len(lost), "other": other}))


def apart(url, rounds):
    """Make referrals of one's own while others do the same: nobody is in anybody's way."""
    storage = create_storage(url)
    desk = made(storage)
    for _ in range(int(rounds)):
        one = refer(desk)
        desk.referrals.record_event(one.id, "accept", actor=agency(1), expected_version=one.version)
    storage.close()
    say(rounds)


if __name__ == "__main__":
    {"kills": kills, "race": race, "apart": apart}[sys.argv[1]](*sys.argv[2:])
