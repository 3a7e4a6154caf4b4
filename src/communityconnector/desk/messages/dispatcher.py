"""Sending what is in the outbox: claimed for a while, tried again with growing pauses, set aside where it is of no use.

A message may reach its receiver twice, if this process dies between sending it and recording that; it has the same id
then. It is never lost. A slow worker that was thought dead cannot overwrite what another one has done since: a claim is a
version, and its version has passed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from communityconnector.desk.context import DeskContext
from communityconnector.desk.messages.claims import ClaimedMessage, claim_messages
from communityconnector.desk.messages.delivery import LINKED, NO_ZONE, deliver
from communityconnector.desk.messages.delivery_log import alert_writes, commit_marks, verdict_write
from communityconnector.desk.messages.read_cache import ReadCache
from communityconnector.desk.store.links import LinkRequest, issue_writes
from communityconnector.desk.store.outbox import MessageStatus, OutboxMessage, update_write
from communityconnector.desk.store.record_kinds import OUTBOX
from communityconnector.storage import Put, Storage, fetch

_LOG: Final = logging.getLogger("communityconnector")

_NOT_AFTER: Final = timedelta(minutes=1)
"""So long before a claim ends nothing more is begun: a notifier may take its time."""
_COMMIT_AFTER: Final = timedelta(seconds=1)
"""What was sent is recorded at least so often, so that little is sent again if this process dies."""


@attrs.frozen
class DispatchReport:
    """What a dispatch did, in numbers of messages.

    Attributes:
        sent: accepted by a notifier.
        again: to be tried again later.
        dead: cannot be delivered.
        withdrawn: must not be sent any more.
        held: wait because the patron named safe hours and the library's zone is not set (`Policy.zone`, `Connector`).
    """

    sent: int = 0
    again: int = 0
    dead: int = 0
    withdrawn: int = 0
    held: int = 0

    @property
    def total(self) -> int:
        """All messages that were looked at."""
        return self.sent + self.again + self.dead + self.withdrawn + self.held


def dispatch_once(
    context: DeskContext, limit: int = 100, *, stop: threading.Event | None = None
) -> DispatchReport:
    """See `Messages.dispatch_once`."""
    done: Counter[str] = Counter()
    while limit > 0 and not (stop is not None and stop.is_set()):
        claimed = claim_messages(context.ledger, min(limit, 100))
        if not claimed:
            break
        limit -= len(claimed)
        _send_claimed(context, claimed, done, stop)
    if done["held"]:
        _LOG.warning(
            "%d held back: patrons named safe hours, and the library's zone is not set (`zone`)", done["held"]
        )
    return DispatchReport(**done)


def _send_claimed(
    context: DeskContext, claimed: Sequence[ClaimedMessage], done: Counter[str], stop: threading.Event | None
) -> None:
    """Send claimed messages one by one, and record what became of them."""
    ledger = context.ledger
    now = ledger.now()
    _issue_links(context, claimed)
    cache = ReadCache(ledger.storage)
    reading = attrs.evolve(context, ledger=ledger.with_storage(cache))
    marks: list[Put] = []
    since = now
    try:
        for number, one in enumerate(claimed):
            if stop is not None and stop.is_set():
                marks += [update_write(left.record, due=now) for left in claimed[number:]]
                break
            if ledger.now() >= one.until - _NOT_AFTER:
                break  # the next worker that claims it sends it
            cache.prepare(claimed[number:])
            if not is_still_ours(cache, one):
                continue
            verdict = deliver(reading, one.message)
            done["held" if verdict.why == NO_ZONE else _COUNTED[verdict.status]] += 1
            marks.append(verdict_write(ledger, one, verdict))
            if verdict.status is MessageStatus.DEAD:
                marks += alert_writes(context, one.record, "message not delivered")
            if verdict.stops is not None:
                raise verdict.stops
            if ledger.now() - since >= _COMMIT_AFTER:
                commit_marks(ledger, marks)
                marks, since = [], ledger.now()
    finally:
        # However it ends: what was sent, and not recorded, would be sent again.
        commit_marks(ledger, marks)


def _issue_links(context: DeskContext, claimed: Sequence[ClaimedMessage]) -> None:
    """Make the links of claimed messages usable, before the messages are sent."""
    ledger, letterhead = context.ledger, context.letterhead
    if not (letterhead.link_base or letterhead.anonymous_link_base):
        return
    now = ledger.now()
    requests = [
        LinkRequest(message.id, message.referral_id, message.recipient)
        for message in (one.message for one in claimed)
        if isinstance(message, OutboxMessage) and message.template in LINKED
    ]
    if requests:
        ledger.retry(lambda: ledger.commit(issue_writes(ledger, requests, now)))


def is_still_ours(storage: Storage, claimed: ClaimedMessage) -> bool:
    """Whether a claim still stands: a consent that was just revoked has withdrawn the message."""
    record = fetch(storage, OUTBOX, claimed.record.id)
    return record is not None and record.version == claimed.record.version


_COUNTED: Final = {
    MessageStatus.SENT: "sent",
    MessageStatus.PENDING: "again",
    MessageStatus.DEAD: "dead",
    MessageStatus.WITHDRAWN: "withdrawn",
}
