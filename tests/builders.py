"""Records, needs, desks and referrals as tests build them: functions with defaults that a test overrides."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import attrs

import communityconnector as cc
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.connector import Connector
from communityconnector.directory_store import load
from communityconnector.errors import NotDeliveredError
from communityconnector.model import (
    Address,
    Attribute,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
)
from communityconnector.needs.vocabulary import TAXONOMY
from communityconnector.notification import Message, Receipt
from communityconnector.storage import Storage, Write

if TYPE_CHECKING:
    from communityconnector.adapters.crypto import AesGcmKeyring

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, at noon: the present of a desk, until a test advances its clock."""
STAFF = cc.Actor("staff", "desk-2")
PATRON = cc.Actor("patron")
FOOD_PANTRY = "food pantry"
LINK_BASE = "https://ref.example.org/r/"
_MESSAGE_OPTIONS = frozenset(field.name for field in attrs.fields(cc.MessageOptions))


# Records


def agency(key: str = "o", name: str = "", **fields: Any) -> Organization:
    """Return an agency, by default one with a name of its own."""
    defaults = {"id": key, "name": name or f"Agency {key}", "description": "For tests."}
    return Organization(**{**defaults, **fields})


def address(
    street: str = "1 Laurel Lane", city: str = "Boone", postal_code: str = "28607", **fields: Any
) -> Address:
    """Return a street address in North Carolina."""
    defaults = {
        "id": f"{street}, {city}",
        "address_1": street,
        "city": city,
        "state_province": "NC",
        "postal_code": postal_code,
        "country": "US",
        "address_type": "physical",
    }
    return Address(**{**defaults, **fields})


def location(
    key: str = "l", street: str = "", point: tuple[float, float] | None = None, **fields: Any
) -> Location:
    """Return a place, with an address and a point where they are given."""
    defaults: dict[str, Any] = {"id": key, "location_type": "physical"}
    if street:
        defaults["addresses"] = (address(street, id=f"{key}-address"),)
    if point is not None:
        defaults |= {"latitude": point[0], "longitude": point[1]}
    return Location(**{**defaults, **fields})


def service(key: str = "s", *places: Location, name: str = "Food Pantry", **fields: Any) -> Service:
    """Return an active service at some places."""
    links = tuple(
        ServiceAtLocation(id=f"{key}-{place.id}", service_id=key, location=place) for place in places
    )
    defaults = {"id": key, "name": name, "status": "active", "service_at_locations": links}
    return Service(**{**defaults, **fields})


def pantry(key: str = "s", *places: Location, **fields: Any) -> Service:
    """Return a food pantry of a made-up agency."""
    return service(key, *places, **{"organization": agency(), **fields})


def term(code: str, **fields: Any) -> TaxonomyTerm:
    """Return a term of the needs vocabulary."""
    defaults = {"id": f"t-{code}", "code": code, "name": code, "description": code, "taxonomy": TAXONOMY}
    return TaxonomyTerm(**{**defaults, **fields})


def tagged(*terms: TaxonomyTerm | str) -> tuple[Attribute, ...]:
    """Return attributes that list a record under terms."""
    records = [term(item) if isinstance(item, str) else item for item in terms]
    return tuple(Attribute(id=f"a-{record.id}", taxonomy_term=record) for record in records)


# Directories and matches


@cache
def pantries() -> cc.Directory:
    """Return six food pantries of the sample: a directory that loads at once."""
    matches = cc.Matcher(cc.sample()).match(FOOD_PANTRY, limit=6)
    return cc.Directory.of({match.service.id: match.service for match in matches}.values())


@cache
def _pantry_matcher() -> cc.Matcher:
    return cc.Matcher(pantries())


def best_match(text: str = FOOD_PANTRY) -> cc.Match:
    """Return the match that a desk with `pantries` ranks first, without building an index."""
    return _pantry_matcher().match(text)[0]


# Desks


class Mailbox(list[Message]):
    """A notifier that keeps every message, and raises the `failures` that a test puts into it, one a message."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[Exception] = []

    def send(self, message: Message) -> Receipt:
        """Keep a message, or raise the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        self.append(message)
        return Receipt(accepted=True, reference=f"ref-{len(self)}")

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The address and the text of each message."""
        return [(message.to.reveal(), message.body) for message in self]

    def token(self, number: int = -1) -> str:
        """Return the token that ends the link in a message."""
        return self[number].body.rsplit("/", 1)[1]


class StorageWithoutClaims:
    """A storage with the required methods only, as a plugin may bring one."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner
        self.get, self.scan, self.drop, self.close = inner.get, inner.scan, inner.drop, inner.close

    def commit(self, writes: Sequence[Write]) -> int:
        """Commit to the storage within."""
        return self.inner.commit(writes)


class ManualClock:
    """A clock that only a test advances."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def advance(self, **duration: float) -> None:
        """Advance by a duration, in the arguments of `timedelta`."""
        self.now += timedelta(**duration)


class BuiltDesk(Connector):
    """A desk with the clock and the mailbox that a test reaches into."""

    clock: ManualClock
    box: Mailbox


def make_desk(
    storage: Storage | None = None, clock: ManualClock | None = None, box: Any = None, **options: Any
) -> BuiltDesk:
    """Return a desk with `pantries` loaded; options of `Connector` and of `MessageOptions` go by their own names."""
    clock = clock or ManualClock()
    box = Mailbox() if box is None else box
    messages: dict[str, Any] = {"notifiers": {"box": box}, "letterhead": letterhead()}
    messages |= {name: options.pop(name) for name in _MESSAGE_OPTIONS & options.keys()}
    desk = BuiltDesk(
        storage or MemoryStorage(),
        clock=clock,
        messages=cc.MessageOptions(**messages),
        **{"ids": repeatable_ids(), "zone": UTC, **options},
    )
    load(desk.storage, pantries(), now=MONDAY)
    desk.clock, desk.box = clock, box
    return desk


def letterhead(**fields: Any) -> cc.Letterhead:
    """Return a letterhead that sends everything through the notifier `box`."""
    defaults: dict[str, Any] = {
        "library": "Ashe County Library",
        "link_base": LINK_BASE,
        "staff_notifier": "box",
        "staff_address": cc.Secret("staff@example.org"),
        "channels": {"email": "box"},
    }
    return cc.Letterhead(**{**defaults, **fields})


def repeatable_ids() -> Callable[[], str]:
    """Return a maker of ids in no order, the same in every run with one `COMMUNITYCONNECTOR_SEED`."""
    chance = Random(int(os.environ.get("COMMUNITYCONNECTOR_SEED", "0")))  # noqa: S311  # the ids only differ, they hide nothing
    return lambda: f"{chance.getrandbits(128):032x}"


def key_of(letter: str) -> cc.Secret:
    """Return an encryption key that is one letter throughout."""
    return cc.Secret(base64.b64encode(letter.encode() * 32).decode())


def keyring(*ids: str, index: str = "i") -> AesGcmKeyring:
    """Return a keyring with a key for each id, made of the id's first letter."""
    from communityconnector.adapters.crypto import AesGcmKeyring

    return AesGcmKeyring({key_id: key_of(key_id[0]) for key_id in ids or ("a",)}, key_of(index))


def not_delivered(*, retry: bool = False, after: float | None = None) -> NotDeliveredError:
    """Return the error of a notifier that could not deliver."""
    return NotDeliveredError("refused", retry=retry, after=after)


# Referrals


def agency_of(record: cc.Referral | cc.Match) -> cc.Actor:
    """Return the agency of a referral or of a match, as an actor."""
    return cc.Actor(
        "agency", record.organization_id if isinstance(record, cc.Referral) else _agency_id(record)
    )


def _agency_id(match: cc.Match) -> str:
    assert match.organization is not None
    return match.organization.id


def take_referrals(desk: Connector, match: cc.Match, **fields: Any) -> None:
    """Have the agency of a match take referrals, by messages to `agency@example.org`."""
    defaults: dict[str, Any] = {
        "notifier": "box",
        "address": cc.Secret("agency@example.org"),
        "required_fields": ["first_name"],
    }
    desk.referrals.set_intake(cc.Intake(id=_agency_id(match), **{**defaults, **fields}), actor=STAFF)


def consent_terms(fields: Collection[str] = ("first_name",), **others: Any) -> cc.ConsentTerms:
    """Return the terms of a verbal consent to share a first name for food."""
    return cc.ConsentTerms(**{"fields": fields, "purpose": "food", "method": "verbal", **others})


def contact_preference(desk: BuiltDesk, **fields: Any) -> cc.ContactPreference:
    """Return a patron's safe email address, verified just now."""
    defaults: dict[str, Any] = {
        "channel": "email",
        "address": cc.Secret("patron@example.org"),
        "safe": "yes",
        "ok_to_name_library": True,
        "verified_at": desk.clock.now,
    }
    return cc.ContactPreference(**{**defaults, **fields})


def send_referral(desk: Connector, match: cc.Match | None = None, **options: Any) -> cc.Referral:
    """Send a direct referral to the agency of a match, which takes referrals from then on."""
    match = match or best_match()
    if desk.referrals.intake(_agency_id(match)) is None:
        take_referrals(desk, match)
    defaults: dict[str, Any] = {
        "type": "direct",
        "shared_fields": {"first_name": "Quill"},
        "consent": consent_terms(),
    }
    return desk.refer(match, actor=STAFF, **{**defaults, **options})
