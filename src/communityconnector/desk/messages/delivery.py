"""One message that is ours: whether it may leave now, what it says, and what its notifier made of it.

A notifier is foreign code, and a record may be of another version. Whatever goes wrong with either concerns this one
message alone.
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
"""Why a message waits: its patron named safe hours, and the library's zone is not set."""
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
        channel: by which of a patron's ways it was tried; empty for other recipients.
        stops: what ends the whole run once this is recorded, such as a `KeyboardInterrupt`.
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


def deliver(context: DeskContext, message: OutboxMessage | UnreadableMessage) -> Verdict:
    """Send a message, if it may be sent at this moment.

    Args:
        context: what the desk works with.
        message: the message.

    Returns:
        What has become of it.

    Raises:
        StorageError: the storage failed. Nothing was sent.
    """
    if isinstance(message, UnreadableMessage):
        _LOG.warning("message %s cannot be read: %s", message.id, message.why)
        return _UNREADABLE
    try:
        ready = check_sendable(context, message, context.ledger.now())
        if isinstance(ready, Verdict):
            return ready
        notifier = context.notifiers.get(ready.notifier)
        letter = _write_message(context, message, ready)
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever of it cannot be read, the other messages must go out
        _LOG.warning("message %s cannot be read: %s", message.id, type(error).__name__)
        return _UNREADABLE
    if notifier is None:
        return Verdict(MessageStatus.DEAD, "no-notifier")
    return attrs.evolve(_send(context, message, ready.notifier, notifier, letter), channel=ready.channel)


# Whether it may leave


def check_sendable(context: DeskContext, message: OutboxMessage, now: datetime) -> Ready | Verdict:
    """Check whether a message may be sent now, and how: by what is stored at this moment, not when it was claimed."""
    ledger, letterhead = context.ledger, context.letterhead
    if message.recipient is Recipient.STAFF:
        # Staff also hear of a referral that cannot be read.
        there = message.referral_id in ledger.storage.get(REFERRAL, [message.referral_id])
        return _to_staff(letterhead) if there else _PURGED
    stored = ledger.find_referral(message.referral_id)
    if stored is None:
        return _PURGED
    if NEEDS_CONSENT[message.template]:
        if stored.referral.is_closed:
            return Verdict(MessageStatus.WITHDRAWN, "closed")
        if not _has_consent(ledger, stored.metadata.consent_id, now):
            return Verdict(MessageStatus.WITHDRAWN, "consent")
    if message.recipient is Recipient.AGENCY:
        return _to_agency(ledger.find_intake(stored.referral))
    # Contacts that are kept for a legal hold alone are not used.
    contacts = () if stored.metadata.ended else ledger.read_private(message.referral_id).private.contacts
    return _to_patron(letterhead.ways(contacts, now, ledger.policy.contact_fresh_for), ledger, now)


def _has_consent(ledger: Ledger, consent_id: str, now: datetime) -> bool:
    consents = ledger.read_consents([consent_id] if consent_id else [])
    return consent_id in consents and consents[consent_id][0].in_force(now)


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


def _write_message(context: DeskContext, message: OutboxMessage, ready: Ready) -> Message:
    token = token_for(context.ledger, message.id) if message.template in LINKED else ""
    subject, body = context.letterhead.written(
        message.template,
        ready.language,
        referral_id=message.referral_id,
        token=token,
        reason=message.reason,
        named=ready.named,
    )
    link = context.letterhead.link(token, named=ready.named)
    if message.recipient is Recipient.PATRON:
        # The provider, and anyone who holds the phone, learn no more than the text says.
        return Message(message.id, ready.to, subject, body, ready.language, link=link)
    return Message(
        message.id, ready.to, subject, body, ready.language, message.referral_id, message.template.value, link
    )


# What the notifier made of it


def _send(
    context: DeskContext, message: OutboxMessage, name: str, notifier: Notifier, letter: Message
) -> Verdict:
    try:
        receipt: object = notifier.send(letter)
    except NotDeliveredError as error:
        return _failure(context, message, notifier, error)
    except BaseException as error:  # noqa: BLE001  # whatever a plugin's notifier does, what was sent must be recorded
        # Its text may name the recipient, so only its type is logged.
        _LOG.warning("notifier %s failed on message %s: %s", name, message.id, type(error).__name__)
        failed = _failure(context, message, notifier, NotDeliveredError("", retry=True))
        return failed if isinstance(error, Exception) else attrs.evolve(failed, stops=error)
    if isinstance(receipt, Receipt):
        return Verdict(MessageStatus.SENT, "sent", tried=True, reference=as_reference(receipt.reference))
    if inspect.iscoroutine(receipt):
        receipt.close()  # or Python warns that it was never awaited
    _LOG.warning(
        "notifier %s gave %s for message %s, and no Receipt", name, type(receipt).__name__, message.id
    )
    # It may have been sent, so staff have to look before it is tried again.
    return Verdict(MessageStatus.DEAD, "broken-notifier", tried=True)


def _failure(
    context: DeskContext, message: OutboxMessage, notifier: Notifier, error: NotDeliveredError
) -> Verdict:
    pauses = _pauses(notifier)
    if not error.retry or message.attempts >= len(pauses):
        _LOG.warning("message %s cannot be delivered", message.id)
        return Verdict(MessageStatus.DEAD, "refused" if not error.retry else "given-up", tried=True)
    # Full jitter: workers that failed together do not come back together.
    pause = max(context.random.uniform(0, pauses[message.attempts]), _seconds(error.after))
    due = context.ledger.now() + timedelta(seconds=pause)
    return Verdict(MessageStatus.PENDING, "failed", due, tried=True)


def _pauses(notifier: Notifier) -> Sequence[float]:
    """Seconds before each further try: as the notifier has them, or else `PAUSES`."""
    declared: object = getattr(notifier, "pauses", None)
    return tuple(map(_seconds, declared)) if isinstance(declared, (tuple, list)) else PAUSES


def _seconds(asked: object) -> float:
    """How long a notifier asks to wait: nothing if that is not a number, and a day at most."""
    # In this order `max` turns NaN into zero.
    return min(max(0.0, asked), _LONGEST_PAUSE) if isinstance(asked, (int, float)) else 0.0


def as_reference(reference: object) -> str:
    """What a provider calls a message, as a text that every storage takes."""
    try:
        text = "" if reference is None else str(reference)
    except Exception:  # noqa: BLE001  # the message is sent, whatever the provider's name for it is
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_REFERENCE])
