"""Messages that could not be delivered: listed, tried again or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from communityconnector.desk.authorization import check_role
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.desk.store.outbox import (
    MessageStatus,
    OutboxMessage,
    UnreadableMessage,
    read_message,
    update_write,
    withdrawal_write,
)
from communityconnector.desk.store.record_kinds import BY_DEAD, BY_REFERRAL, OUTBOX
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, Role
from communityconnector.storage import KeyRange, Put, Record, fetch


def list_dead_letters(context: DeskContext) -> tuple[OutboxMessage | UnreadableMessage, ...]:
    """See `Messages.dead_letters`."""
    return tuple(map(read_message, context.ledger.storage.scan(OUTBOX, KeyRange(BY_DEAD))))


def retry(context: DeskContext, message_id: str, *, actor: Actor) -> None:
    """See `Messages.retry`."""

    def pending(record: Record, now: datetime) -> Put:
        return update_write(record, due=now, status=MessageStatus.PENDING.value, attempts=0)

    _decide(context, message_id, actor, "retry", "", pending)


def discard(context: DeskContext, message_id: str, reason: str, *, actor: Actor) -> None:
    """See `Messages.discard`."""
    if not CODE.fullmatch(reason):
        message = "the reason is a code, such as agency-closed: letters, digits and . _ -"
        raise InvalidReferralError(message)
    kept = context.ledger.policy.keep_messages

    def withdraw(record: Record, now: datetime) -> Put:
        return withdrawal_write(record, reason, now + kept)

    _decide(context, message_id, actor, "discard_message", reason, withdraw)


def _decide(  # noqa: PLR0913, PLR0917  # what is decided, by whom, and why
    context: DeskContext,
    message_id: str,
    actor: Actor,
    action: str,
    reason: str,
    write_of: Callable[[Record, datetime], Put],
) -> None:
    check_role(actor, action, Role.STAFF)
    ledger = context.ledger

    def write() -> None:
        record = fetch(ledger.storage, OUTBOX, message_id)
        if record is None or BY_DEAD not in record.keys:
            message = "there is no such message among those that could not be delivered (`dead_letters`)"
            raise InvalidReferralError(message)
        fact = Fact(
            actor=actor,
            action=action,
            referral_id=record.keys.get(BY_REFERRAL, ""),
            fields=(message_id,),
            because=reason,
        )
        now = ledger.now()
        ledger.commit([write_of(record, now)], [fact], now)

    ledger.retry(write)
