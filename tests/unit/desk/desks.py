"""A desk for tests: a small directory, a clock that is set by hand, and a notifier that keeps what it is given."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random

import attrs

import communityconnector as cc
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.connector import Connector
from communityconnector.directory_store import load
from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Receipt

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, at noon."""
STAFF = cc.Actor("staff", "desk-2")
PATRON = cc.Actor("patron")
PANTRY = "food pantry"
PANTRIES = cc.Directory.of(
    {match.service.id: match.service for match in cc.Matcher(cc.sample()).match(PANTRY, limit=6)}.values()
)
"""A directory that is taken in at once."""
_MATCHER = cc.Matcher(PANTRIES)
LINKS = "https://ref.example.org/r/"
MESSAGE_OPTIONS = frozenset(field.name for field in attrs.fields(cc.MessageOptions))


class Box(list[Message]):
    """A notifier that keeps messages, or fails as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: list[Exception] = []

    def send(self, message: Message) -> Receipt:
        if self.fails:
            raise self.fails.pop(0)
        self.append(message)
        return Receipt(accepted=True, reference=f"ref-{len(self)}")

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(message.to.reveal(), message.body) for message in self]

    def token(self, number: int = -1) -> str:
        """What the link in a message ends with."""
        return self[number].body.rsplit("/", 1)[1]


class Plain:
    """A storage that has no claims of its own, as a plugin's may be."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.get, self.scan, self.drop, self.close = inner.get, inner.scan, inner.drop, inner.close

    def commit(self, writes):
        return self.inner.commit(writes)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **how: float) -> None:
        self.now += timedelta(**how)


def refused(*, retry: bool = False, after: float | None = None) -> NotDeliveredError:
    return NotDeliveredError("refused", retry=retry, after=after)


def letterhead(**parts):
    said = {
        "library": "Ashe County Library",
        "link_base": LINKS,
        "staff_notifier": "box",
        "staff_address": cc.Secret("staff@example.org"),
        "channels": {"email": "box"},
    }
    return cc.Letterhead(**{**said, **parts})


def steady_ids():
    """Ids in no order, and the same in every run of a test; those of another seed, where one is given."""
    chance = Random(int(os.environ.get("COMMUNITYCONNECTOR_SEED", "0")))  # noqa: S311  # they tell things apart, and hide nothing
    return lambda: f"{chance.getrandbits(128):032x}"


def desk_at(storage=None, time=None, box=None, **parts):
    """A desk with a small directory loaded, its clock and its box as attributes.

    Options of messages, such as `letterhead`, are given by their own names.
    """
    time, box = time or Time(), Box() if box is None else box
    messages = {"notifiers": {"box": box}, "letterhead": letterhead()}
    messages |= {name: parts.pop(name) for name in MESSAGE_OPTIONS & parts.keys()}
    desk = Connector(
        storage or MemoryStorage(),
        clock=time,
        messages=cc.MessageOptions(**messages),
        **{"ids": steady_ids(), "zone": UTC, **parts},
    )
    load(desk.storage, PANTRIES, now=MONDAY)
    desk.time, desk.box = time, box
    return desk


def found(_, words=PANTRY):
    """The best match for some words: the desk's own, but for the index, which takes its time."""
    return _MATCHER.match(words)[0]


def take_referrals(desk, match, **parts):
    """Have the agency of a match take referrals."""
    said = {"notifier": "box", "address": cc.Secret("agency@example.org"), "required_fields": ["first_name"]}
    desk.referrals.set_intake(cc.Intake(id=match.organization.id, **{**said, **parts}), actor=STAFF)


def terms(**parts):
    return cc.ConsentTerms(**{"fields": ["first_name"], "purpose": "food", "method": "verbal", **parts})


def preference(desk, **parts):
    said = {
        "channel": "email",
        "address": cc.Secret("patron@example.org"),
        "safe": "yes",
        "ok_to_name_library": True,
        "verified_at": desk.time.now,
    }
    return cc.ContactPreference(**{**said, **parts})


def send(desk, match=None, **asked):
    """Send a referral to an agency that takes them."""
    match = match or found(desk)
    if desk.referrals.intake(match.organization.id) is None:
        take_referrals(desk, match)
    said = {"type": "direct", "shared_fields": {"first_name": "Quill"}, "consent": terms()}
    return desk.refer(match, actor=STAFF, **{**said, **asked})
