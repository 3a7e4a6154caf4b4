"""The messages that a change of a referral queues and withdraws."""

from __future__ import annotations

import attrs

from communityconnector.desk.casework.change_state import ChangeState
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.outbox import (
    NEEDS_CONSENT,
    OutboxMessage,
    Recipient,
    UnreadableMessage,
    may_have_been_sent,
    message_records,
    read_message,
    withdrawal_writes,
)
from communityconnector.desk.store.record_kinds import DISCLOSURE, stamp
from communityconnector.referrals import Actor, Role, Template
from communityconnector.storage import Put, Record


class Notifications:
    """Queues and withdraws the messages of one change.

    Args:
        state: what the change has gathered so far.
    """

    def __init__(self, state: ChangeState) -> None:
        self._state = state
        self._withdrawn: set[str] = set()

    def queue(
        self, template: Template, recipient: Recipient, *, reason: str = "", occasion: str = ""
    ) -> None:
        """Put a message into the outbox.

        Args:
            template: which message.
            recipient: for whom.
            reason: what it is about, as a code; only staff read it.
            occasion: distinguishes it from other messages about the same version of the referral.
        """
        referral, now = self._state.referral, self._state.recorded_at
        message = OutboxMessage.of(
            template, recipient, referral.id, referral.version, now, reason=reason, occasion=occasion
        )
        self._state.writes.append(message.put(due=now))

    def alert_staff(self, reason: str, occasion: str = "") -> None:
        """Send staff a message that the referral needs attention, if staff get messages."""
        if self._state.context.letterhead.staff_notifier:
            self.queue(Template.STAFF_ATTENTION, Recipient.STAFF, reason=reason, occasion=occasion)

    def alert_patron(self, occasion: str, reason: str = "") -> bool:
        """Send the patron a message that there is news, if the patron has named a safe way.

        Args:
            occasion: distinguishes it from other messages about the same version of the referral.
            reason: what it is about, as a code; the patron does not read it.

        Returns:
            Whether there is a safe way.
        """
        state = self._state
        ways = state.context.letterhead.ways(
            state.usable_private().contacts, state.recorded_at, state.ledger.policy.contact_fresh_for
        )
        is_safe = next(ways, None) is not None
        if is_safe:
            self.queue(Template.PATRON_MESSAGE, Recipient.PATRON, occasion=occasion, reason=reason)
        return is_safe

    def ask_to_delete(self, actor: Actor) -> None:
        """Ask the agency, once, to delete the referral, if it may have received it.

        An agency without a notifier is asked by staff: they get a message, unless they made the change themselves.
        """
        state = self._state
        if not state.was_sent or state.metadata.retracted or not self._may_have_heard():
            return
        state.metadata = attrs.evolve(state.metadata, retracted=True)
        if state.intake().notifier:
            self.queue(Template.AGENCY_WITHDRAWN, Recipient.AGENCY)
        elif actor.role is Role.PATRON:
            self.alert_staff("taken back by the patron", occasion="taken back")

    def note_undisclosed(self, actor: Actor) -> None:
        """Mark the disclosure as withdrawn if the referral closes before its agency has received it."""
        state = self._state
        if not state.was_sent:
            return
        state.metadata = attrs.evolve(state.metadata, heard=self._may_have_heard())
        if state.metadata.heard:
            return
        for record in state.ledger.records_under(DISCLOSURE, state.referral.id):
            document = {**record.document, "withdrawn_at": stamp(state.at)}
            state.writes.append(Put(DISCLOSURE, record.id, document, record.version, record.keys))
        state.facts.append(
            Fact(
                actor=actor,
                action="withhold",
                referral_id=state.referral.id,
                to=state.referral.organization_id,
                because=state.metadata.consent_id,
            )
        )

    def withdraw(self, why: str) -> None:
        """Withdraw messages that must not be sent any more, those too that staff might try again.

        Args:
            why: the reason, as a code.
        """
        state = self._state
        end = state.recorded_at + state.ledger.policy.keep_messages

        def is_stale(message: OutboxMessage) -> bool:
            ended = why == "consent-revoked" and message.recipient is Recipient.PATRON
            return NEEDS_CONSENT[message.template] or ended

        for put in withdrawal_writes(state.ledger.storage, state.referral.id, why, end, is_stale):
            if put.id not in self._withdrawn:
                self._withdrawn.add(put.id)
                state.writes.append(put)

    def _may_have_heard(self) -> bool:
        """Whether the agency may have received the referral. Once it is closed, the metadata has the answer."""
        state = self._state
        if state.metadata.heard or state.was_closed:
            return state.metadata.heard
        to_agency = [
            record
            for record in message_records(state.ledger.storage, state.referral.id)
            if _is_to_agency(record)
        ]
        # No message left means that it was sent long ago and has been purged.
        return not to_agency or any(map(may_have_been_sent, to_agency))


def _is_to_agency(record: Record) -> bool:
    """Whether a message is for the agency, as far as it can be read."""
    message = read_message(record)
    return isinstance(message, UnreadableMessage) or message.recipient is Recipient.AGENCY
