"""`desk.messages`: sending what is in the outbox, and what becomes of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import attrs

from communityconnector.desk.casework.due_work import DueReport, run_due
from communityconnector.desk.context import DeskContext
from communityconnector.desk.messages import dead_letters, dispatcher, tracking
from communityconnector.desk.messages.dispatcher import DispatchReport
from communityconnector.desk.messages.tracking import DeliveryStatusName
from communityconnector.desk.store.outbox import DeliveryStatus, OutboxMessage, UnreadableMessage
from communityconnector.referrals import Actor


class Messages:
    """Sends messages. Nothing is sent unless it is asked to. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def dispatch_once(self, limit: int = 100, *, stop: threading.Event | None = None) -> DispatchReport:
        """Send what is due, and return: for cron, a task queue or a management command. Several may run at once.

        Args:
            limit: how many messages at most.
            stop: set it to stop after the message that is being sent; other claimed messages are given back.

        Returns:
            What was done.
        """
        return dispatcher.dispatch_once(self._context, limit, stop=stop)

    def run_dispatcher(
        self,
        stop: threading.Event,
        *,
        every: float = 5.0,
        on_round: Callable[[DueReport, DispatchReport], None] | None = None,
    ) -> DispatchReport:
        """Send what is due, again and again, until stopped; a message that is being sent is finished first.

        It runs on the calling thread, and starts none. What is due for referrals is done first in each round
        (`Referrals.run_due`).

        Args:
            stop: set it to stop.
            every: seconds to wait if nothing is due.
            on_round: is given what each round did.

        Returns:
            What was sent in all.
        """
        total: Counter[str] = Counter()
        while not stop.is_set():
            due, sent = run_due(self._context), self.dispatch_once(stop=stop)
            total.update(attrs.asdict(sent))
            if on_round is not None:
                on_round(due, sent)
            if not sent.total:
                stop.wait(every)
        return DispatchReport(**total)

    def dead_letters(self) -> tuple[OutboxMessage | UnreadableMessage, ...]:
        """List messages that cannot be delivered, by id. Of one that this version cannot read, the keys are shown."""
        return dead_letters.list_dead_letters(self._context)

    def retry(self, message_id: str, *, actor: Actor) -> None:
        """Try a message again that could not be delivered, beginning with the first try. It is logged.

        Args:
            message_id: which message.
            actor: staff.

        Raises:
            PermissionDeniedError: this role may not.
            InvalidReferralError: there is no such message.
        """
        dead_letters.retry(self._context, message_id, actor=actor)

    def discard(self, message_id: str, reason: str = "discarded", *, actor: Actor) -> None:
        """Give up a message that could not be delivered. It is logged.

        Args:
            message_id: which message.
            reason: why, as a code.
            actor: staff.

        Raises:
            PermissionDeniedError: this role may not.
            InvalidReferralError: there is no such message, or the reason is not a code.
        """
        dead_letters.discard(self._context, message_id, reason, actor=actor)

    def record_delivery_status(
        self,
        message_id: str,
        status: DeliveryStatus | DeliveryStatusName,
        *,
        actor: Actor,
        at: datetime | None = None,
    ) -> bool:
        """Record what a provider reports about a message that it accepted.

        A returned message is among those that cannot be delivered (`dead_letters`), and staff are alerted. A patron who
        wants no messages gets no more by that way, about any of their referrals, and staff are alerted; a way by which
        a message was returned is not used until the patron confirms it (`Referrals.set_contacts`). Reports that come
        twice or late change nothing; of two reports about a message the graver counts.

        Args:
            message_id: the message's id, or the provider's own name for it (`Receipt.reference`).
            status: what the provider reports. Others, such as that a mail was opened, are refused.
            actor: an adapter that speaks for the provider, or staff.
            at: when it happened, according to the provider; left out for now. It shows whether a report is about an
                earlier sending of the same message.

        Returns:
            Whether it was news.

        Raises:
            PermissionDeniedError: this role may not.
            InvalidReferralError: there is no such status; the time has no zone; there is no such message that is known
                to have been sent; or a patron's wish could not be written for all of their referrals, in which case staff
                are alerted. A provider that gets this answer should try again.
        """
        return tracking.record_delivery_status(self._context, message_id, status, actor=actor, at=at)
