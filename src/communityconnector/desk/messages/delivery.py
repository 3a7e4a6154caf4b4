"""One message that is ours: whether it may leave now, what it says, and what its notifier made of it.

A notifier is somebody else's code, and what was written about a referral may be of another version. So whatever either
of them does, it is told of this one message alone.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.links import token_for
from communityconnector.desk.store.outbox import (
    NEEDS_CONSENT,
    UNREADABLE,
    MessageStatus,
    OutboxMessage,
    Recipient,
    UnreadableMessage,
)
from communityconnector.desk.store.record_kinds import REFERRAL
from communityconnector.errors import NotDeliveredError, StorageError
from communityconnector.notification import Message, Notifier, Receipt, Secret
from communityconnector.referrals import ContactPreference, Intake, Letterhead, Template

_LOG: Final = logging.getLogger("communityconnector")

PAUSES: Final = (60, 600, 3600, 21600, 86400)
"""Seconds before each further try, where a notifier has no `pauses` of its own."""
LINKED: Final = (Template.AGENCY_REQUEST, Template.AGENCY_REMINDER, Template.PATRON_MESSAGE)
"""Messages that have a link."""

NO_ZONE: Final = "no-zone"
"""Why a message is held back whose patron named safe hours, where nobody has said in which zone they are."""
_HELD_FOR: Final = timedelta(hours=1)
_LONGEST_PAUSE: Final = timedelta(days=1).total_seconds()
_LONGEST_REFERENCE: Final = 255


@attrs.frozen
class Ready:
    """A message that can be sent."""

    notifier: str
    to: Secret
    language: str
    named: bool = True
    channel: str = ""


@attrs.frozen
class Verdict:
    """What becomes of a message.

    Attributes:
        status: its state.
        why: the code of what went wrong; `sent` where nothing did.
        due: when it is to be looked at again.
        tried: whether a notifier was asked to send it.
        reference: what the provider calls it.
        channel: by which of a patron's ways it was tried; empty for anybody else.
        stops: what is to end the whole run once this is written down, such as a `KeyboardInterrupt`.
    """

    status: MessageStatus
    why: str
    due: datetime | None = None
    tried: bool = False
    reference: str = ""
    channel: str = ""
    stops: BaseException | None = None


_PURGED: Final = Verdict(MessageStatus.WITHDRAWN, "purged")
_UNREADABLE: Final = Verdict(MessageStatus.DEAD, UNREADABLE)


def deliver(parts: DeskContext, row: OutboxMessage | UnreadableMessage) -> Verdict:
    """Send a message, if it may be sent at this moment.

    Args:
        parts: what every part of a desk works with.
        row: the message.

    Returns:
        What becomes of it.

    Raises:
        StorageError: the storage failed. Nothing was sent.
    """
    if isinstance(row, UnreadableMessage):
        _LOG.warning("message %s cannot be read: %s", row.id, row.why)
        return _UNREADABLE
    try:
        found = check_sendable(parts, row, parts.ledger.now())
        if isinstance(found, Verdict):
            return found
        notifier = parts.notifiers.get(found.notifier)
        message = _write_message(parts, row, found)
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever of it cannot be read, the other messages must go out
        _LOG.warning("message %s cannot be read: %s", row.id, type(error).__name__)
        return _UNREADABLE
    if notifier is None:
        return Verdict(MessageStatus.DEAD, "no-notifier")
    return attrs.evolve(_send(parts, row, found.notifier, notifier, message), channel=found.channel)


# Whether it may leave


def check_sendable(parts: DeskContext, row: OutboxMessage, now: datetime) -> Ready | Verdict:
    """Whether a message may be sent now, and how: by what is kept at this moment, and not when it was claimed."""
    ledger, letterhead = parts.ledger, parts.letterhead
    if row.recipient is Recipient.STAFF:
        # They are told of a referral that cannot be read, too.
        there = row.referral_id in ledger.storage.get(REFERRAL, [row.referral_id])
        return _to_staff(letterhead) if there else _PURGED
    held = ledger.held(row.referral_id)
    if held is None:
        return _PURGED
    if NEEDS_CONSENT[row.template]:
        if held.referral.is_closed:
            return Verdict(MessageStatus.WITHDRAWN, "closed")
        if not _has_consent(ledger, held.about.consent_id, now):
            return Verdict(MessageStatus.WITHDRAWN, "consent")
    if row.recipient is Recipient.AGENCY:
        return _to_agency(ledger.intake_for(held.referral))
    # What is kept for a legal hold alone is used for nothing.
    contacts = () if held.about.ended else ledger.private(row.referral_id).private.contacts
    return _to_patron(letterhead.ways(contacts, now, ledger.policy.contact_fresh_for), ledger, now)


def _has_consent(ledger: Ledger, consent_id: str, now: datetime) -> bool:
    found = ledger.consents([consent_id] if consent_id else []).get(consent_id)
    return found is not None and found[0].in_force(now)


def _to_agency(intake: Intake | None) -> Ready | Verdict:
    if intake is None or not intake.notifier:
        return Verdict(MessageStatus.DEAD, "no-intake")
    return Ready(intake.notifier, intake.address, intake.language)


def _to_staff(letterhead: Letterhead) -> Ready | Verdict:
    if not letterhead.staff_notifier:
        return Verdict(MessageStatus.WITHDRAWN, "no-staff-address")
    return Ready(letterhead.staff_notifier, letterhead.staff_address, letterhead.language)


def _to_patron(
    ways: Iterable[tuple[str, ContactPreference]], ledger: Ledger, now: datetime
) -> Ready | Verdict:
    for notifier, contact in ways:
        if contact.has_hours and ledger.policy.zone is None:
            return Verdict(MessageStatus.PENDING, NO_ZONE, now + _HELD_FOR)
        start = contact.next_safe(now, ledger.policy.here)
        if start > now:
            return Verdict(MessageStatus.PENDING, "safe-hours", start)
        return Ready(
            notifier, contact.address, contact.language, contact.ok_to_name_library, contact.channel.value
        )
    return Verdict(MessageStatus.WITHDRAWN, "no-safe-contact")


def _write_message(parts: DeskContext, row: OutboxMessage, ready: Ready) -> Message:
    token = token_for(parts.ledger, row.id) if row.template in LINKED else ""
    subject, body = parts.letterhead.written(
        row.template,
        ready.language,
        referral_id=row.referral_id,
        token=token,
        reason=row.reason,
        named=ready.named,
    )
    link = parts.letterhead.link(token, named=ready.named)
    if row.recipient is Recipient.PATRON:
        # A provider, and whoever holds the phone, learn no more than the text says.
        return Message(row.id, ready.to, subject, body, ready.language, link=link)
    return Message(row.id, ready.to, subject, body, ready.language, row.referral_id, row.template.value, link)


# What the notifier made of it


def _send(parts: DeskContext, row: OutboxMessage, name: str, notifier: Notifier, message: Message) -> Verdict:
    try:
        receipt: object = notifier.send(message)
    except NotDeliveredError as error:
        return _failure(parts, row, notifier, error)
    except BaseException as error:  # noqa: BLE001  # whatever a plugin's notifier does, what was sent must be written down
        # Its text may hold whom the message was for, so only its kind is told.
        _LOG.warning("notifier %s failed on message %s: %s", name, row.id, type(error).__name__)
        failed = _failure(parts, row, notifier, NotDeliveredError("", retry=True))
        return failed if isinstance(error, Exception) else attrs.evolve(failed, stops=error)
    if isinstance(receipt, Receipt):
        return Verdict(MessageStatus.SENT, "sent", tried=True, reference=as_reference(receipt.reference))
    if inspect.iscoroutine(receipt):
        receipt.close()  # or Python warns that nobody has awaited it
    _LOG.warning("notifier %s gave %s for message %s, and no Receipt", name, type(receipt).__name__, row.id)
    # It may have been sent. So somebody has to look before it is tried again.
    return Verdict(MessageStatus.DEAD, "broken-notifier", tried=True)


def _failure(parts: DeskContext, row: OutboxMessage, notifier: Notifier, error: NotDeliveredError) -> Verdict:
    pauses = _pauses(notifier)
    if not error.retry or row.attempts >= len(pauses):
        _LOG.warning("message %s cannot be delivered", row.id)
        return Verdict(MessageStatus.DEAD, "refused" if not error.retry else "given-up", tried=True)
    # Full jitter: workers that failed together do not come back together.
    pause = max(parts.random.uniform(0, pauses[row.attempts]), _seconds(error.after))
    due = parts.ledger.now() + timedelta(seconds=pause)
    return Verdict(MessageStatus.PENDING, "failed", due, tried=True)


def _pauses(notifier: Notifier) -> Sequence[float]:
    """Seconds before each further try: as the notifier has them, or else `PAUSES`."""
    declared: object = getattr(notifier, "pauses", None)
    return tuple(map(_seconds, declared)) if isinstance(declared, (tuple, list)) else PAUSES


def _seconds(asked: object) -> float:
    """How long somebody else's code asks to wait: nothing where that is no number, and a day at most."""
    # In this order of the two, what is not a number comes to nothing.
    return min(max(0.0, asked), _LONGEST_PAUSE) if isinstance(asked, (int, float)) else 0.0


def as_reference(reference: object) -> str:
    """What a provider calls a message, as a text that every storage takes."""
    try:
        text = "" if reference is None else str(reference)
    except Exception:  # noqa: BLE001  # the message is sent, whatever the provider's name for it is
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_REFERENCE])
