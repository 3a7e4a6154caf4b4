"""What providers report later about messages that they accepted: delivered, returned, or not wanted."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final, Literal

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.steps import begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.messages.delivery import as_reference
from communityconnector.desk.messages.delivery_log import alert_writes
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator
from communityconnector.desk.store.outbox import (
    DeliveryStatus,
    MessageStatus,
    OutboxMessage,
    Recipient,
    may_have_been_sent,
    read_message,
    update_write,
)
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    BY_REFERENCE,
    BY_REFERRAL,
    CONSENT,
    OUTBOX,
    PRIVATE,
    stamp,
)
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, ContactPreference, Role, Safe
from communityconnector.referrals.fields import CLOCKS_DIFFER, as_utc_if_any
from communityconnector.storage import KeyRange, Put, Record, fetch

DeliveryStatusName = Literal["deferred", "delivered", "bounced", "rejected", "unsubscribed", "complained"]
"""The codes of `DeliveryStatus`."""

_WEIGHT: Final = {
    None: 0,
    DeliveryStatus.DEFERRED: 1,
    DeliveryStatus.DELIVERED: 2,
    DeliveryStatus.BOUNCED: 3,
    DeliveryStatus.REJECTED: 3,
    DeliveryStatus.UNSUBSCRIBED: 4,
    DeliveryStatus.COMPLAINED: 4,
}
"""Reports come twice and in any order: of two reports the graver one counts."""
_LOST: Final = (DeliveryStatus.BOUNCED, DeliveryStatus.REJECTED)
_UNWANTED: Final = (DeliveryStatus.UNSUBSCRIBED, DeliveryStatus.COMPLAINED)
_GRAVE: Final = (*_LOST, *_UNWANTED)


def record_delivery_status(
    context: DeskContext,
    message_id: str,
    status: DeliveryStatus | DeliveryStatusName,
    *,
    actor: Actor,
    at: datetime | None = None,
) -> bool:
    """See `Messages.record_delivery_status`."""
    status, at = DeliveryStatus(status), as_utc_if_any(at)
    check_role(actor, "record_delivery_status", Role.ADAPTER, Role.STAFF)
    record, message = _find_sent(context, message_id, status)
    if _is_old(message, status, at):
        return False
    if message.recipient is Recipient.PATRON and status in _GRAVE:
        _stop_channel(context, record, message, status, actor)
    # Last, so that a report which is cut off is processed from the start when the provider sends it again.
    return context.ledger.retry(lambda: _write_status(context, message_id, status, at, actor))


def _find_sent(context: DeskContext, message_id: str, status: DeliveryStatus) -> tuple[Record, OutboxMessage]:
    """Find a message by its id or by the provider's reference.

    Raises:
        InvalidReferralError: there is no such message that may have been sent.
    """
    storage, name = context.ledger.storage, as_reference(message_id)
    record = fetch(storage, OUTBOX, name)
    if record is None and name:
        records = list(storage.scan(OUTBOX, KeyRange(BY_REFERENCE, name, name), limit=2))
        record = records[0] if len(records) == 1 else None
    message = None if record is None else read_message(record)
    if (
        record is None
        or not isinstance(message, OutboxMessage)
        or not _may_be_reported(record, message, status)
    ):
        why = "there is no such message that has been sent"
        raise InvalidReferralError(why)
    return record, message


def _write_status(
    context: DeskContext, message_id: str, status: DeliveryStatus, at: datetime | None, actor: Actor
) -> bool:
    ledger = context.ledger
    record, message = _find_sent(context, message_id, status)
    if _is_old(message, status, at):
        return False
    now = ledger.now()
    if status in _LOST and message.status is MessageStatus.SENT:
        dead, purge = MessageStatus.DEAD.value, now + ledger.policy.keep_messages
        put = update_write(
            record, dead=now, purge=purge, status=dead, last=status.value, tracked=status.value
        )
    else:
        document = {**record.document, "tracked": status.value}
        put = Put(OUTBOX, record.id, document, record.version, record.keys)
    puts = [put, *(alert_writes(context, record, _reason(message, status)) if status in _GRAVE else ())]
    fact = Fact(
        actor=actor,
        action="track",
        referral_id=message.referral_id,
        fields=(message.id,),
        because=status.value,
    )
    ledger.commit(puts, [fact], now)
    return True


# The patron's ways


def _stop_channel(
    context: DeskContext, record: Record, message: OutboxMessage, status: DeliveryStatus, actor: Actor
) -> None:
    """Stop using the way of a message, for all referrals of the same patron.

    Raises:
        InvalidReferralError: for some of them it could not be written. Staff are alerted.
    """
    ledger, isolator = context.ledger, FailureIsolator()
    for key in _referrals_of_patron(context, message.referral_id):
        stop = partial(ledger.retry, partial(_mark_unsafe, context, key, message, status, actor))
        isolator.attempt(PRIVATE, key, stop)
    if isolator.failed:
        reason = f"{_reason(message, status)}: use that way no more"
        ledger.retry(partial(_alert_once, context, record, reason))
        why = "it could not be written for every referral of the patron: staff are alerted"
        raise InvalidReferralError(why)


def _alert_once(context: DeskContext, record: Record, reason: str) -> None:
    for alert in alert_writes(context, record, reason):
        if fetch(context.ledger.storage, OUTBOX, alert.id) is None:
            context.ledger.commit([alert])


def _referrals_of_patron(context: DeskContext, referral_id: str) -> list[str]:
    """List a referral and the others of its patron, as far as they can be found.

    Where the private data is deleted, the consent still has the key by which a patron's records are found.
    """
    ledger, storage = context.ledger, context.ledger.storage
    records = [
        *storage.get(PRIVATE, [referral_id]).values(),
        *storage.scan(CONSENT, KeyRange(BY_REFERRAL, referral_id, referral_id)),
    ]
    patrons = {one.keys[BY_PATRON] for one in records if BY_PATRON in one.keys}
    return sorted({referral_id, *(one.id for key in patrons for one in ledger.patron_records(PRIVATE, key))})


def _mark_unsafe(
    context: DeskContext, referral_id: str, message: OutboxMessage, status: DeliveryStatus, actor: Actor
) -> None:
    """Mark the way of a message as one not to be used for a referral."""
    if context.ledger.find_referral(referral_id) is None:
        return
    change = begin_change(context, referral_id, None)
    private = change.state.kept_private()
    contacts = tuple(_restrict(one, message, status) for one in private.contacts)
    if contacts == private.contacts:
        return
    change.replace_private(attrs.evolve(private, contacts=contacts))
    pairs = zip(contacts, private.contacts, strict=True)
    channels = tuple(sorted({new.channel.value for new, old in pairs if new != old}))
    fact = Fact(
        actor=actor, action="contacts", referral_id=referral_id, fields=channels, because=status.value
    )
    change.state.facts.append(fact)
    change.commit()


def _may_be_reported(record: Record, message: OutboxMessage, status: DeliveryStatus) -> bool:
    """Whether a provider may report about a message."""
    if message.status in (MessageStatus.SENT, MessageStatus.DEAD):
        return True
    # STOP counts even while the message waits to be tried again, or is not to be sent any more.
    return status in _UNWANTED and may_have_been_sent(record)


def _is_old(message: OutboxMessage, status: DeliveryStatus, at: datetime | None) -> bool:
    """Whether a report is known, or about an earlier sending of the message."""
    tried = message.tried_at
    is_earlier = bool(tried) and at is not None and at < datetime.fromisoformat(tried) - CLOCKS_DIFFER
    return _WEIGHT[status] <= _WEIGHT[message.tracked] or (is_earlier and status not in _UNWANTED)


def _reason(message: OutboxMessage, status: DeliveryStatus) -> str:
    return "message not delivered" if status in _LOST else f"{message.recipient} wants no messages"


def _restrict(
    contact: ContactPreference, message: OutboxMessage, status: DeliveryStatus
) -> ContactPreference:
    """Give a way as it may be used from now on."""
    if contact.safe is Safe.NO or message.channel not in ("", contact.channel):
        return contact
    if status in _UNWANTED:
        return attrs.evolve(contact, safe=Safe.NO)
    # A way that was verified after the message was sent is another one, or confirmed anew.
    is_newer = message.tried_at and contact.verified_at and stamp(contact.verified_at) > message.tried_at
    return contact if is_newer else attrs.evolve(contact, safe=Safe.UNKNOWN)
