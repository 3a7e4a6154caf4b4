"""Makes `desk-1.db`: referrals in all that a desk keeps of them, as the first version writes it.

    python tests/golden/make_desk.py

Until 0.1 is released the form of what a desk keeps may change, and this is run again then. What lies here at a release
was made by it; every later version must read it.

The agencies are made up. The key is for this file alone and seals nothing of anybody.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import communityconnector as cc
from communityconnector.adapters.crypto import AesGcmKeyring
from communityconnector.adapters.sql import create_storage
from communityconnector.connector import Connector
from communityconnector.directory_store import load
from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Receipt
from communityconnector.partners import KeyContact, Partnership, Visit, monthly
from communityconnector.storage import Storage

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, at noon."""
STAFF = cc.Actor("staff", "desk-2")
LINKS = "https://ref.example.org/r/"


class Box:
    """A notifier that takes messages on, but for those to an address that it does not know."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> Receipt:
        """Keep the message."""
        if message.to.reveal() == "nowhere@example.org":
            why = "no such address"
            raise NotDeliveredError(why, retry=False)
        self.messages.append(message)
        return Receipt(accepted=True, reference=f"ref-{len(self.messages)}")


def keyring() -> AesGcmKeyring:
    """What is sealed here is sealed by it."""
    key, index_key = (base64.b64encode(letter * 32).decode() for letter in (b"k", b"i"))
    return AesGcmKeyring({"k1": cc.Secret(key)}, cc.Secret(index_key))


def desk_over(storage: Storage, clock: Callable[[], datetime], box: Box, **parts: Any) -> Connector:
    """A desk with fixed parts."""
    return Connector(
        storage,
        clock=clock,
        messages=cc.MessageOptions(
            random=Random(1),  # noqa: S311  # it spreads tries
            notifiers={"box": box},
            letterhead=cc.Letterhead(
                library="Ashe County Library",
                link_base=LINKS,
                staff_notifier="box",
                staff_address=cc.Secret("staff@example.org"),
                channels={"email": "box"},
            ),
        ),
        zone=UTC,
        secret=cc.Secret("of the golden desk"),
        **parts,
    )


def make(path: Path) -> None:
    """Fill a new database."""
    path.unlink(missing_ok=True)
    now = [START - timedelta(days=1000)]
    storage = create_storage(f"sqlite:///{path}")
    box = Box()
    result = cc.Matcher(cc.sample()).match("food pantry", limit=2)
    load(storage, cc.Directory.of([match.service for match in result]), now=START)
    ids = (f"r-{number}" for number in itertools.count(1))

    def clock() -> datetime:
        return now[0]

    desk = desk_over(storage, clock, box, ids=lambda: next(ids))
    _agencies(desk, result)
    _long_ago(desk, result)
    now[0] = START
    desk.purge()
    _in_the_open(desk, result, box)
    _partners(desk, result)
    referred(desk_over(storage, clock, box, ids=lambda: next(ids), keyring=keyring()), result[0], "c")
    storage.close()


def _agencies(desk: Connector, found: Sequence[cc.Match]) -> None:
    for match, address in zip(found, ("agency@example.org", "nowhere@example.org"), strict=True):
        intake = cc.Intake(
            id=match.organization.id,
            notifier="box",
            address=cc.Secret(address),
            optional_fields=["first_name"],
        )
        desk.referrals.set_intake(intake, actor=STAFF)


def agency_of(match: cc.Match) -> cc.Actor:
    """The agency of a match, as somebody who acts."""
    return cc.Actor("agency", match.organization.id)


def referred(desk: Connector, match: cc.Match, letter: str, **asked: Any) -> cc.Referral:
    """A referral of a patron of whom a letter tells."""
    fields = {
        "type": "direct",
        "concepts": ("food-pantry",),
        "shared_fields": {"first_name": f"Example-{letter}"},
        "patron": f"token-5f3a9{letter}",
        "contacts": [
            cc.ContactPreference(
                channel="email",
                address=cc.Secret(f"patron-{letter}@example.org"),
                safe="yes",
                ok_to_name_library=True,
                verified_at=START,
            )
        ],
        "follow_up_allowed": True,
        "area": "28694",
        "consent": cc.ConsentTerms(fields=["first_name"], purpose="food", method="verbal"),
    }
    return desk.refer(match, actor=STAFF, **{**fields, **asked})


def _long_ago(desk: Connector, found: Sequence[cc.Match]) -> None:
    """One that has been purged: a count is left of it."""
    done = referred(desk, found[0], "0", contacts=[], patron="")
    desk.record_event(done.id, "complete", actor=agency_of(found[0]), outcome="service_received")


def _in_the_open(desk: Connector, found: Sequence[cc.Match], box: Box) -> None:
    """What is not sealed: referrals in all that can become of them."""
    one, other = found
    accepted = referred(desk, one, "1", idempotency_key="request-1")
    full = referred(desk, one, "2")
    revoked = referred(desk, one, "3")
    referred(desk, other, "4")
    desk.refer(one, actor=STAFF, concepts=("food-pantry",))
    desk.dispatch_once()
    (asked,) = (message for message in box.messages if message.referral_id == accepted.id)
    desk.messages.record_delivery_status(asked.id, "delivered", actor=cc.Actor("adapter", "mail"))
    desk.links.answer(asked.link.removeprefix(LINKS), "accept")
    desk.record_event(accepted.id, "complete", actor=agency_of(one), outcome="service_received")
    answer = cc.FollowUp(reached=True, helped="partly", waited_days=3)
    desk.follow_up(accepted.id, answer, actor=STAFF)
    desk.record_event(full.id, "reject", actor=agency_of(one), outcome="no_capacity")
    desk.privacy.set_legal_hold(full.id, actor=STAFF, reason="case-1")
    desk.referrals.revoke_consent(revoked.id, actor=STAFF)
    desk.referrals.record_unmet_need(concepts=("emergency-shelter",), reason="no_such_service", area="28694")
    referred(desk, one, "5")


def _partners(desk: Connector, found: Sequence[cc.Match]) -> None:
    desk.partnerships.put(
        Partnership(
            organization_id=found[0].organization.id,
            status="connected",
            contacts=[KeyContact(role="intake coordinator", reach="555-0100")],
        )
    )
    desk.visits.put(
        Visit(
            id="nurse",
            organization_id=found[0].organization.id,
            role="nurse",
            zone="America/New_York",
            branch="main",
            schedule=monthly("2TU", "14:00", "16:00"),
            service_ids=[found[0].service.id],
        )
    )


if __name__ == "__main__":
    make(Path(__file__).with_name("desk-1.db"))
