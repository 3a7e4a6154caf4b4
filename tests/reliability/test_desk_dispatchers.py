"""R2: wherever a dispatcher dies, every message is delivered, and counts once for who knows messages by their ids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from desk_world import Hands, Post, made, refer, take_referrals

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import Ledger, OutboxMessage
from communityconnector.desk.store.record_kinds import OUTBOX
from communityconnector.errors import NotDeliveredError

SEEDS = int(os.environ.get("COMMUNITYCONNECTOR_KILLS", "100")) // 10
DISPATCHER = Path(__file__).with_name("desk_dispatcher.py")


def cut_off(folder, seeds, how="safe", processes=2):
    """What became of the messages of dispatchers that died."""
    share = seeds // processes
    children = [
        subprocess.Popen(
            [sys.executable, DISPATCHER, folder, str(number * share), str(share), how],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    result: Counter[str] = Counter()
    for child in children:
        out, err = child.communicate(timeout=900 + 10 * seeds)
        assert child.returncode == 0, err
        result.update(json.loads(out.splitlines()[-1]))
    return result


def test_a_killed_dispatchers_messages_are_delivered_and_count_once(tmp_path):
    result = cut_off(tmp_path, SEEDS)
    wrong = ("lost", "strange", "effects", "links", "damaged", "needlessly repeated")
    print(  # noqa: T201  # the figure
        f"R2: {SEEDS} seeds at 9 points, {result['killed']} killed: {result['messages']:,} messages, "
        f"{result['lost']} lost, {result['repeated']} delivered again under the same id, {result['effects']} counted wrongly"
    )
    assert result["killed"] > 8 * SEEDS
    assert result["repeated"] > 0
    assert {name: result[name] for name in wrong} == dict.fromkeys(wrong, 0)


@pytest.mark.parametrize("how", ["marks first", "keeps claims"])
def test_a_dispatcher_that_marks_early_or_claims_for_ever_is_caught(tmp_path, how):
    result = cut_off(tmp_path, 1, how, processes=1)
    assert result["lost"] > 0
    assert result["effects"] > 0


class Unfenced(Ledger):
    """A fault: what becomes of a message is written over whatever anybody else has written."""

    def commit(self, writes, facts=(), at=None):
        there = self.storage.get(OUTBOX, [one.id for one in writes if one.kind == OUTBOX])
        for one in writes:
            if one.id in there:
                object.__setattr__(one, "expected", there[one.id].version)
        return super().commit(writes, facts, at)


def overtaken(ledger):
    """What a row says after a worker slept over its claim, another one delivered it, and the first one failed."""
    storage, clock, box = MemoryStorage(), Hands(), Post()
    other = made(storage, clock=clock, post=box)

    class Slow:
        def send(self, message):  # noqa: ARG002  # whatever it is
            clock.on(minutes=6)
            assert other.messages.dispatch_once().sent == 1
            text = "the connection was lost"
            raise NotDeliveredError(text, retry=True)

    slow = made(storage, clock=clock, post=Slow(), ledger=ledger)
    take_referrals(slow)
    refer(slow)
    slow.messages.dispatch_once()
    (record,) = storage.scan(OUTBOX)
    clock.on(days=1)
    other.messages.dispatch_once()
    return OutboxMessage.from_dict(record.document).status.value, len(box.messages)


def test_a_late_worker_does_not_overwrite_anothers_work():
    assert overtaken(Ledger) == ("sent", 1)
    assert overtaken(Unfenced) == ("pending", 2)
