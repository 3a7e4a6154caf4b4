"""Writing down what has become of messages, and alerting staff of those that failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from communityconnector.desk.context import DeskContext
from communityconnector.desk.messages.claims import ClaimedMessage
from communityconnector.desk.messages.delivery import Verdict
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.outbox import (
    MessageStatus,
    OutboxMessage,
    Recipient,
    read_message,
    update_write,
)
from communityconnector.desk.store.record_kinds import REFERRAL, stamp
from communityconnector.errors import StaleRecordError
from communityconnector.referrals import Template
from communityconnector.storage import Put, Record, fetch

_LOG: Final = logging.getLogger("communityconnector")


def verdict_write(ledger: Ledger, claimed: ClaimedMessage, verdict: Verdict) -> Put:
    """Make the write of what has become of a message.

    Args:
        ledger: gives the time and the policy.
        claimed: the message.
        verdict: what has become of it.
    """
    now = ledger.now()
    fields: dict[str, str | int | None] = {"status": verdict.status.value, "last": verdict.why}
    if isinstance(claimed.message, OutboxMessage) and verdict.tried:
        fields["attempts"] = claimed.message.attempts + 1
    if verdict.tried:
        # Reports about an earlier try no longer count.
        fields |= {"channel": verdict.channel or None, "tried_at": stamp(now), "tracked": None}
    if verdict.status is MessageStatus.SENT:
        fields["reference"] = verdict.reference
    is_pending = verdict.status is MessageStatus.PENDING
    return update_write(
        claimed.record,
        due=verdict.due,
        dead=now if verdict.status is MessageStatus.DEAD else None,
        purge=None if is_pending else now + ledger.policy.keep_messages,
        **fields,
    )


def alert_writes(context: DeskContext, record: Record, reason: str) -> list[Put]:
    """Make the write of a message to staff about a message, unless that is for staff itself.

    Args:
        context: what the desk works with.
        record: the message that staff are to look at.
        reason: why.
    """
    message, ledger = read_message(record), context.ledger
    is_for_staff = isinstance(message, OutboxMessage) and message.recipient is Recipient.STAFF
    if is_for_staff or not context.letterhead.staff_notifier:
        return []
    referral = fetch(ledger.storage, REFERRAL, message.referral_id)
    if referral is None:
        return []
    now = ledger.now()
    alert = OutboxMessage.of(
        Template.STAFF_ATTENTION,
        Recipient.STAFF,
        message.referral_id,
        referral.version,
        now,
        reason=reason,
        # One alert each time that it comes to this, and only one.
        occasion=f"{message.id}.{record.version} {reason}",
    )
    return [alert.put(now)]


def commit_marks(ledger: Ledger, marks: Sequence[Put]) -> None:
    """Commit what has become of messages, except those that another worker has taken over meanwhile."""
    if not marks:
        return
    try:
        ledger.commit(marks)
    except StaleRecordError:
        for mark in marks:
            try:
                ledger.commit([mark])
            except StaleRecordError:
                _LOG.info("message %s was taken over by another worker", mark.id)
