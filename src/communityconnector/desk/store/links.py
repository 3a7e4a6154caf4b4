"""Links in messages: each opens one referral to one party, once, for some days, and reveals nothing by itself.

The token is made with the desk's secret, so it cannot be guessed, and a message that is sent twice has the same link.
Only a hash of it is stored.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.outbox import Recipient
from communityconnector.desk.store.record_kinds import BY_PURGE, LINK, stamp
from communityconnector.errors import LinkNotValidError
from communityconnector.storage import ABSENT, Put, Record, Write, fetch

_BYTES: Final = 20
"""160 bits; 128 would do."""
_REMEMBERED: Final = timedelta(days=30)
"""So long after its end it is remembered that a link was used, so that the same message, sent again, does not revive it."""


class Link(NamedTuple):
    """What a token leads to.

    Attributes:
        referral_id: to which referral.
        party: for whom.
        expires_at: until when.
        record: as it is stored.
    """

    referral_id: str
    party: Recipient
    expires_at: datetime
    record: Record


class LinkRequest(NamedTuple):
    """A link that a message is to have.

    Attributes:
        occasion: what it is made for, such as the message's id: another occasion gives another link.
        referral_id: to which referral.
        party: for whom.
    """

    occasion: str
    referral_id: str
    party: Recipient


def token_for(ledger: Ledger, occasion: str) -> str:
    """The token that is made for an occasion."""
    return base64.urlsafe_b64encode(ledger.keyed_digest("link", occasion)[:_BYTES]).rstrip(b"=").decode()


def issue_writes(ledger: Ledger, wanted: Iterable[LinkRequest], now: datetime) -> list[Write]:
    """The writes by which links can be used from now on. One that was used stays used."""
    ids = {_id(token_for(ledger, one.occasion)): one for one in wanted}
    records = ledger.storage.get(LINK, ids)
    end = now + ledger.policy.link_lifetime
    writes: list[Write] = []
    for key, one in ids.items():
        record = records.get(key)
        if record is not None and record.document["used"]:
            continue
        document = {
            "referral": one.referral_id,
            "party": one.party.value,
            "expires": stamp(end),
            "used": False,
        }
        keys = {BY_PURGE: stamp(end + _REMEMBERED)}
        writes.append(Put(LINK, key, document, ABSENT if record is None else record.version, keys))
    return writes


def open_token(ledger: Ledger, token: str, now: datetime) -> Link:
    """What a token leads to.

    Raises:
        LinkNotValidError: it is used up, too old, or unknown.
    """
    link = find_link(ledger, token)
    if link is None or link.record.document["used"] or link.expires_at <= now:
        raise link_not_valid()
    return link


def find_link(ledger: Ledger, token: str) -> Link | None:
    """What a token leads to or has led to; `None` if it is unknown, or was deleted."""
    key = _id(token)
    record = fetch(ledger.storage, LINK, key)
    if record is None:
        return None
    link = record.document
    return Link(link["referral"], Recipient(link["party"]), datetime.fromisoformat(link["expires"]), record)


def use_write(link: Link) -> Put:
    """The write by which a link is used up."""
    record = link.record
    return Put(LINK, record.id, {**record.document, "used": True}, record.version, record.keys)


def link_not_valid() -> LinkNotValidError:
    """Make the one error for all links that cannot be used. It does not say why, so that guessing teaches nothing."""
    return LinkNotValidError("this link cannot be used any more: ask the library for a new one")


def _id(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
