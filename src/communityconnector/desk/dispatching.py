"""Sending what is in the outbox: claimed for a while, tried again with growing pauses, and set aside where it is of no use.

A message may reach its receiver twice, where this process dies between sending it and writing that down; it has the
same id then. It is never lost. A worker that was thought dead, and was only slow, cannot write over what another one
has done since: a claim is a version, and its version has passed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import attrs

from communityconnector.desk.claiming import Claimed, Ready, Verdict, claim, looked
from communityconnector.desk.following import Following
from communityconnector.desk.kinds import BY_DEAD, OUTBOX
from communityconnector.desk.links import Wanted, issued, token_for
from communityconnector.desk.outbox import Recipient, Row, RowStatus, withdrawn
from communityconnector.errors import InvalidReferralError, NotDeliveredError, StaleRecordError
from communityconnector.notification import Message
from communityconnector.referrals import Template
from communityconnector.storage import KeyRange, Put

_LOG: Final = logging.getLogger("communityconnector")

WEBHOOK_PAUSES: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Seconds before each further try of a web hook: the schedule that Standard Webhooks gives as its example."""
PAUSES: Final = (60, 600, 3600, 21600, 86400)
"""Seconds before each further try of anything else."""
_PAUSES: Final[Mapping[str, Sequence[int]]] = {"webhook": WEBHOOK_PAUSES}

_NOT_AFTER: Final = timedelta(minutes=1)
"""So long before a claim ends nothing more is begun: a notifier may take its time."""
_WRITE_DOWN_AFTER: Final = timedelta(seconds=1)
"""What was sent is written down at least so often, so that little is sent again if this process dies."""
_LINKED: Final = (Template.AGENCY_REQUEST, Template.AGENCY_REMINDER, Template.PATRON_MESSAGE)


@attrs.frozen
class Dispatched:
    """What a dispatch did.

    Attributes:
        sent: how many messages a notifier took on.
        again: how many will be tried again later.
        dead: how many cannot be delivered.
        withdrawn: how many must not be sent any more.
    """

    sent: int = 0
    again: int = 0
    dead: int = 0
    withdrawn: int = 0

    @property
    def total(self) -> int:
        """How many were looked at."""
        return self.sent + self.again + self.dead + self.withdrawn


class Dispatching(Following):
    """The part of a desk that sends messages. Nothing is sent unless it is asked to."""

    def dispatch_once(self, limit: int = 100, *, stop: threading.Event | None = None) -> Dispatched:
        """Send what is due, and return: for cron, a task queue or a management command. Several may run at once.

        Args:
            limit: how many messages at most.
            stop: set it to stop after the message that is being sent; what was claimed besides is given back.

        Returns:
            What was done.
        """
        done: Counter[str] = Counter()
        while limit > 0 and not (stop is not None and stop.is_set()):
            claimed = claim(self._parts.ledger, min(limit, 100))
            if not claimed:
                break
            limit -= len(claimed)
            self._send(claimed, done, stop)
        return Dispatched(**done)

    def run_dispatcher(self, stop: threading.Event, *, every: float = 5.0) -> Dispatched:
        """Send what is due, again and again, until told to stop; a message that is being sent is finished first.

        It runs on the thread that calls it, and starts none. What is due of referrals is done first each time
        (`run_due`).

        Args:
            stop: set it to stop.
            every: seconds to wait where nothing is due.

        Returns:
            What was done in all.
        """
        done: Counter[str] = Counter()
        while not stop.is_set():
            self.run_due()
            once = self.dispatch_once(stop=stop)
            done.update(attrs.asdict(once))
            if not once.total:
                stop.wait(every)
        return Dispatched(**done)

    def dead_letters(self) -> tuple[Row, ...]:
        """Messages that cannot be delivered, by id."""
        dead = self._parts.ledger.storage.scan(OUTBOX, KeyRange(BY_DEAD))
        return tuple(Row.from_dict(record.document) for record in dead)

    def retry(self, message_id: str) -> None:
        """Try a message again that could not be delivered, from the first try on.

        Raises:
            InvalidReferralError: there is no such message.
        """
        self._settle(
            message_id,
            lambda row, version: attrs.evolve(row, status=RowStatus.PENDING, attempts=0).put(
                version, due=self._parts.ledger.now()
            ),
        )

    def discard_message(self, message_id: str, reason: str = "discarded") -> None:
        """Give up a message that could not be delivered.

        Args:
            message_id: which.
            reason: why, as a code.

        Raises:
            InvalidReferralError: there is no such message.
        """
        ledger = self._parts.ledger
        end = ledger.now() + ledger.policy.keep_messages
        self._settle(message_id, lambda row, version: withdrawn(row, version, reason, end))

    def _settle(self, message_id: str, put: Callable[[Row, int], Put]) -> None:
        ledger = self._parts.ledger

        def write() -> None:
            record = ledger.storage.get(OUTBOX, [message_id]).get(message_id)
            row = None if record is None else Row.from_dict(record.document)
            if record is None or row is None or row.status is not RowStatus.DEAD:
                message = "there is no such message among those that could not be delivered (`dead_letters`)"
                raise InvalidReferralError(message)
            ledger.commit([put(row, record.version)])

        ledger.again(write)

    # Sending

    def _send(self, claimed: Sequence[Claimed], done: Counter[str], stop: threading.Event | None) -> None:
        ledger = self._parts.ledger
        now = ledger.now()
        letterhead, policy = self._parts.letterhead, ledger.policy
        verdicts = [(one, looked(one, letterhead, policy, now)) for one in claimed]
        wanted = [
            Wanted(one.row.id, one.row.referral_id, one.row.recipient)
            for one, verdict in verdicts
            if isinstance(verdict, Ready) and one.row.template in _LINKED and self._parts.letterhead.link_base
        ]
        if wanted:
            ledger.again(lambda: ledger.commit(issued(ledger, wanted, now)))
        marks: list[Put] = []
        since = now
        for number, (one, found) in enumerate(verdicts):
            if stop is not None and stop.is_set():
                marks += [left.row.put(left.version, due=now) for left, _ in verdicts[number:]]
                break
            if ledger.now() >= one.until - _NOT_AFTER:
                break  # whoever claims it next sends it
            if not self._is_ours(one):
                continue
            verdict = self._deliver(one, found) if isinstance(found, Ready) else found
            done[_COUNTED[verdict.status]] += 1
            marks += self._marks(one, verdict)
            if ledger.now() - since >= _WRITE_DOWN_AFTER:
                self._write_down(marks)
                marks, since = [], ledger.now()
        self._write_down(marks)

    def _is_ours(self, one: Claimed) -> bool:
        """Whether a claim still stands: a consent that was just revoked has withdrawn the message."""
        held = self._parts.ledger.storage.get(OUTBOX, [one.row.id]).get(one.row.id)
        return held is not None and held.version == one.version

    def _deliver(self, one: Claimed, ready: Ready) -> Verdict:
        row, ledger = one.row, self._parts.ledger
        notifier = self._parts.notifiers.get(ready.notifier)
        if notifier is None:
            return Verdict(RowStatus.DEAD, "no-notifier")
        subject, body = self._parts.letterhead.written(
            row.template,
            ready.language,
            referral_id=row.referral_id,
            token=token_for(ledger, row.id) if row.template in _LINKED else "",
            reason=row.reason,
            named=ready.named,
        )
        message = Message(row.id, ready.to, subject, body, ready.language)
        try:
            receipt = notifier.send(message)
        except NotDeliveredError as error:
            return self._failed(row, ready.notifier, error)
        except Exception as error:  # noqa: BLE001  # whatever a plugin's notifier does, the other messages must go out
            # Its text may hold whom the message was for, so only its kind is told.
            _LOG.warning("notifier %s failed on message %s: %s", ready.notifier, row.id, type(error).__name__)
            return self._failed(row, ready.notifier, NotDeliveredError("", retry=True))
        return Verdict(RowStatus.SENT, receipt.reference)

    def _failed(self, row: Row, notifier: str, error: NotDeliveredError) -> Verdict:
        pauses = _PAUSES.get(notifier, PAUSES)
        if not error.retry or row.attempts >= len(pauses):
            _LOG.warning("message %s cannot be delivered", row.id)
            return Verdict(RowStatus.DEAD, "refused" if not error.retry else "given-up")
        # Full jitter: workers that failed together do not come back together.
        pause = max(self._parts.random.uniform(0, pauses[row.attempts]), error.after or 0)
        return Verdict(RowStatus.PENDING, "failed", self._parts.ledger.now() + timedelta(seconds=pause))

    # Writing down

    def _marks(self, one: Claimed, verdict: Verdict) -> list[Put]:
        ledger, row = self._parts.ledger, one.row
        now = ledger.now()
        tried = verdict.why in ("failed", "refused", "given-up") or verdict.status is RowStatus.SENT
        sent = verdict.status is RowStatus.SENT
        row = attrs.evolve(
            row,
            status=verdict.status,
            attempts=row.attempts + tried,
            last="sent" if sent else verdict.why,
            reference=verdict.why[:255] if sent else row.reference,
        )
        end = None if verdict.status is RowStatus.PENDING else now + ledger.policy.keep_messages
        marks = [row.put(one.version, due=verdict.due, purge=end)]
        for_staff = verdict.status is RowStatus.DEAD and row.recipient is not Recipient.STAFF
        if for_staff and one.held is not None and self._parts.letterhead.staff_notifier:
            alert = Row.of(
                Template.STAFF_ATTENTION,
                Recipient.STAFF,
                row.referral_id,
                one.held.referral.version,
                now,
                reason="message not delivered",
                occasion=row.id,
            )
            if alert.id not in ledger.storage.get(OUTBOX, [alert.id]):
                marks.append(alert.put(due=now))
        return marks

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
    RowStatus.SENT: "sent",
    RowStatus.PENDING: "again",
    RowStatus.DEAD: "dead",
    RowStatus.WITHDRAWN: "withdrawn",
}
