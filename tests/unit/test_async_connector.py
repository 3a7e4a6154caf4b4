"""The desk for asynchronous programs refers, carries on, and sends as the other one does."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import communityconnector as cc
from builders import (
    MONDAY,
    STAFF,
    Mailbox,
    best_match,
    consent_terms,
    letterhead,
    make_desk,
    send_referral,
    take_referrals,
)


def test_a_referral_is_made_and_closed():
    async def go():
        async with cc.AsyncConnector(make_desk(clock=Clock())) as desk:
            match = best_match()
            given = await desk.refer(match, actor=STAFF)
            take_referrals(desk.desk, match)
            sent = await desk.refer(
                match,
                actor=STAFF,
                type="direct",
                shared_fields={"first_name": "Quill"},
                consent=consent_terms(),
            )
            dispatched = await desk.dispatch_once()
            desk.desk.clock.now += timedelta(days=2)
            due = await desk.due()
            did = await desk.run(desk.desk.referrals.run_due)
            agency = cc.Actor("agency", match.organization.id)
            accepted = await desk.record_event(sent.id, "accept", actor=agency)
            return (
                given.status,
                dispatched.sent,
                [one.referral.id == sent.id for one in due],
                did.reminded,
                accepted.status,
            )

    assert asyncio.run(go()) == ("given", 1, [True], 1, "accepted")


class Clock:
    now = MONDAY

    def __call__(self):
        return self.now


def test_a_cancelled_dispatch_finishes_its_message_and_releases_the_others():
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Mailbox):
        def send(self, message):
            begun.set()
            assert go_on.wait(60)
            return super().send(message)

    async def go():
        box = Slow()
        async with cc.AsyncConnector(make_desk(box=box, letterhead=letterhead())) as desk:
            for _ in range(3):
                send_referral(desk.desk)
            task = asyncio.create_task(desk.dispatch_once())
            await asyncio.to_thread(begun.wait, 60)
            task.cancel()
            await asyncio.wait([task])
            go_on.set()
            # The thread that was sending may still be writing that down.
            sent = 0
            while sent + 1 < 3:
                sent += (await desk.dispatch_once()).sent
            return task.cancelled(), len({message.id for message in box}), len(box)

    assert asyncio.run(go()) == (True, 3, 3)
