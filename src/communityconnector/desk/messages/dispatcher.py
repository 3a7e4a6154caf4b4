"""Sending what is in the outbox: claimed for a while, tried again with growing pauses, and set aside where it is of no use.

A message may reach its receiver twice, where this process dies between sending it and writing that down; it has the
same id then. It is never lost. A worker that was thought dead, and was only slow, cannot write over what another one
has done since: a claim is a version, and its version has passed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.due_work import DueReport, Following
from communityconnector.desk.context import DeskContext
from communityconnector.desk.messages.claims import ClaimedMessage, claim_messages
from communityconnector.desk.messages.delivery import LINKED, NO_ZONE, Verdict, deliver
from communityconnector.desk.messages.read_cache import ReadCache
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.desk.store.links import LinkRequest, issue_writes
from communityconnector.desk.store.outbox import (
    MessageStatus,
    OutboxMessage,
    Recipient,
    UnreadableMessage,
    read_message,
    update_write,
    withdrawal_write,
)
from communityconnector.desk.store.record_kinds import BY_DEAD, BY_REFERRAL, OUTBOX, REFERRAL, stamp
from communityconnector.errors import InvalidReferralError, StaleRecordError
from communityconnector.referrals import Actor, Role, Template
from communityconnector.storage import KeyRange, Put, Record, fetch

_LOG: Final = logging.getLogger("communityconnector")

_NOT_AFTER: Final = timedelta(minutes=1)
"""So long before a claim ends nothing more is begun: a notifier may take its time."""
_WRITE_DOWN_AFTER: Final = timedelta(seconds=1)
"""What was sent is written down at least so often, so that little is sent again if this process dies."""


@attrs.frozen
class DispatchReport:
    """What a dispatch did.

    Attributes:
        sent: how many messages a notifier took on.
        again: how many will be tried again later.
        dead: how many cannot be delivered.
        withdrawn: how many must not be sent any more.
        held: how many are held back: the patron named safe hours, and nobody has said in which zone the library is
            (`Policy.zone`, `Connector`).
    """

    sent: int = 0
    again: int = 0
    dead: int = 0
    withdrawn: int = 0
    held: int = 0

    @property
    def total(self) -> int:
        """How many were looked at."""
        return self.sent + self.again + self.dead + self.withdrawn + self.held


class Dispatching(Following):
    """The part of a desk that sends messages. Nothing is sent unless it is asked to."""

    def dispatch_once(self, limit: int = 100, *, stop: threading.Event | None = None) -> DispatchReport:
        """Send what is due, and return: for cron, a task queue or a management command. Several may run at once.

        Args:
            limit: how many messages at most.
            stop: set it to stop after the message that is being sent; what was claimed besides is given back.

        Returns:
            What was done.
        """
        done: Counter[str] = Counter()
        while limit > 0 and not (stop is not None and stop.is_set()):
            claimed = claim_messages(self._parts.ledger, min(limit, 100))
            if not claimed:
                break
            limit -= len(claimed)
            self._send(claimed, done, stop)
        if done["held"]:
            _LOG.warning(
                "%d held back: patrons named safe hours, and nobody has said in which zone the library is (`zone`)",
                done["held"],
            )
        return DispatchReport(**done)

    def run_dispatcher(
        self,
        stop: threading.Event,
        *,
        every: float = 5.0,
        told: Callable[[DueReport, DispatchReport], None] | None = None,
    ) -> DispatchReport:
        """Send what is due, again and again, until told to stop; a message that is being sent is finished first.

        It runs on the thread that calls it, and starts none. What is due of referrals is done first each time
        (`run_due`).

        Args:
            stop: set it to stop.
            every: seconds to wait where nothing is due.
            told: is given what was done, each time.

        Returns:
            What was sent in all.
        """
        done: Counter[str] = Counter()
        while not stop.is_set():
            due, once = self.run_due(), self.dispatch_once(stop=stop)
            done.update(attrs.asdict(once))
            if told is not None:
                told(due, once)
            if not once.total:
                stop.wait(every)
        return DispatchReport(**done)

    def dead_letters(self) -> tuple[OutboxMessage | UnreadableMessage, ...]:
        """Messages that cannot be delivered, by id. One that this version cannot read shows what its keys tell of it."""
        dead = self._parts.ledger.storage.scan(OUTBOX, KeyRange(BY_DEAD))
        return tuple(map(read_message, dead))

    def retry(self, message_id: str, *, actor: Actor) -> None:
        """Try a message again that could not be delivered, from the first try on. It is written into the log.

        Args:
            message_id: which.
            actor: staff.

        Raises:
            IllegalTransitionError: this role may not.
            InvalidReferralError: there is no such message.
        """

        def pending(record: Record, now: datetime) -> Put:
            return update_write(record, due=now, status=MessageStatus.PENDING.value, attempts=0)

        self._settle(message_id, actor, "retry", "", pending)

    def discard_message(self, message_id: str, reason: str = "discarded", *, actor: Actor) -> None:
        """Give up a message that could not be delivered. It is written into the log.

        Args:
            message_id: which.
            reason: why, as a code.
            actor: staff.

        Raises:
            IllegalTransitionError: this role may not.
            InvalidReferralError: there is no such message, or the reason is no code.
        """
        if not CODE.fullmatch(reason):
            message = "the reason is a code, such as agency-closed: letters, digits and . _ -"
            raise InvalidReferralError(message)
        kept = self._parts.ledger.policy.keep_messages
        self._settle(
            message_id,
            actor,
            "discard_message",
            reason,
            lambda record, now: withdrawal_write(record, reason, now + kept),
        )

    def _settle(
        self, message_id: str, actor: Actor, action: str, why: str, put: Callable[[Record, datetime], Put]
    ) -> None:
        check_role(actor, action, Role.STAFF)
        ledger = self._parts.ledger

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
                because=why,
            )
            now = ledger.now()
            ledger.commit([put(record, now)], [fact], now)

        ledger.again(write)

    # Sending

    def _send(
        self, claimed: Sequence[ClaimedMessage], done: Counter[str], stop: threading.Event | None
    ) -> None:
        ledger = self._parts.ledger
        now = ledger.now()
        bases = (self._parts.letterhead.link_base, self._parts.letterhead.anonymous_link_base)
        wanted = [
            LinkRequest(row.id, row.referral_id, row.recipient)
            for row in (one.row for one in claimed)
            if isinstance(row, OutboxMessage) and row.template in LINKED and any(bases)
        ]
        if wanted:
            ledger.again(lambda: ledger.commit(issue_writes(ledger, wanted, now)))
        ahead = ReadCache(ledger.storage)
        parts = attrs.evolve(self._parts, ledger=ledger.over(ahead))
        marks: list[Put] = []
        since = now
        try:
            for number, one in enumerate(claimed):
                if stop is not None and stop.is_set():
                    marks += [update_write(left.record, due=now) for left in claimed[number:]]
                    break
                if ledger.now() >= one.until - _NOT_AFTER:
                    break  # whoever claims it next sends it
                ahead.coming(claimed[number:])
                if not self._is_ours(parts, one):
                    continue
                verdict = self._deliver(parts, one)
                done["held" if verdict.why == NO_ZONE else _COUNTED[verdict.status]] += 1
                marks.append(self._mark(one, verdict))
                if verdict.status is MessageStatus.DEAD:
                    marks += self._alert(one.record, "message not delivered")
                if verdict.stops is not None:
                    raise verdict.stops
                if ledger.now() - since >= _WRITE_DOWN_AFTER:
                    self._write_down(marks)
                    marks, since = [], ledger.now()
        finally:
            # Whatever ends it: what was sent, and not written down, would be sent again.
            self._write_down(marks)

    def _is_ours(self, parts: DeskContext, one: ClaimedMessage) -> bool:
        """Whether a claim still stands: a consent that was just revoked has withdrawn the message."""
        held = fetch(parts.ledger.storage, OUTBOX, one.record.id)
        return held is not None and held.version == one.record.version

    def _deliver(self, parts: DeskContext, one: ClaimedMessage) -> Verdict:
        return deliver(parts, one.row)

    # Writing down

    def _mark(self, one: ClaimedMessage, verdict: Verdict) -> Put:
        """What has become of a message."""
        now = self._parts.ledger.now()
        said: dict[str, str | int | None] = {"status": verdict.status.value, "last": verdict.why}
        if isinstance(one.row, OutboxMessage) and verdict.tried:
            said["attempts"] = one.row.attempts + 1
        if verdict.tried:
            # What was said of it when it was tried before counts no more.
            said |= {"channel": verdict.channel or None, "tried_at": stamp(now), "tracked": None}
        if verdict.status is MessageStatus.SENT:
            said["reference"] = verdict.reference
        pending = verdict.status is MessageStatus.PENDING
        return update_write(
            one.record,
            due=verdict.due,
            dead=now if verdict.status is MessageStatus.DEAD else None,
            purge=None if pending else now + self._parts.ledger.policy.keep_messages,
            **said,
        )

    def _alert(self, record: Record, reason: str) -> list[Put]:
        """Word to staff of what has become of a message, if that is not a word to staff itself."""
        row, ledger = read_message(record), self._parts.ledger
        for_staff = isinstance(row, OutboxMessage) and row.recipient is Recipient.STAFF
        if for_staff or not self._parts.letterhead.staff_notifier:
            return []
        referral = fetch(ledger.storage, REFERRAL, row.referral_id)
        if referral is None:
            return []
        now = ledger.now()
        alert = OutboxMessage.of(
            Template.STAFF_ATTENTION,
            Recipient.STAFF,
            row.referral_id,
            referral.version,
            now,
            reason=reason,
            # They are told each time that it comes to this, and once each time.
            occasion=f"{row.id}.{record.version} {reason}",
        )
        return [alert.put(now)]

    def _write_down(self, marks: Sequence[Put]) -> None:
        """Write down what was done; of what somebody else has taken over meanwhile, nothing."""
        if not marks:
            return
        try:
            self._parts.ledger.commit(marks)
        except StaleRecordError:
            for mark in marks:
                try:
                    self._parts.ledger.commit([mark])
                except StaleRecordError:
                    _LOG.info("message %s was taken over by another worker", mark.id)


_COUNTED: Final = {
    MessageStatus.SENT: "sent",
    MessageStatus.PENDING: "again",
    MessageStatus.DEAD: "dead",
    MessageStatus.WITHDRAWN: "withdrawn",
}
