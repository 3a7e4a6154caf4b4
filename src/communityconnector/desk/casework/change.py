"""One change of a referral with all its consequences, gathered and then written in one commit."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from communityconnector.desk.casework.change_state import ChangeState
from communityconnector.desk.casework.consent_change import ConsentChange
from communityconnector.desk.casework.notifications import Notifications
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.outbox import Recipient
from communityconnector.desk.store.record_kinds import stamp
from communityconnector.desk.store.referral_record import StoredPrivate, StoredReferral, open_tasks, task_name
from communityconnector.desk.store.unmet_need_records import cancel_writes, pending_write
from communityconnector.notification import Secret
from communityconnector.referrals import (
    Actor,
    Advanced,
    Clock,
    Details,
    Event,
    FollowUp,
    Helped,
    HoldReason,
    Private,
    Referral,
    ReferralEvent,
    ReferralStatus,
    Role,
    Source,
    Template,
    UnmetReason,
    advance,
)
from communityconnector.referrals.unmet import UNMET_BY
from communityconnector.storage import ABSENT, Write

_AGENCY_DELETES: Final = (Event.CANCEL, Event.REVOKE_CONSENT, Event.VOID, Event.EXPIRE)
"""After these events the agency is asked to delete what it holds."""
_PATRON_HEARS: Final = (Event.ACCEPT, Event.REJECT, Event.COMPLETE, Event.FAIL, Event.CANCEL)
"""An agency's events that the patron gets a message of."""
_STAFF_HEARS: Final = (Event.REJECT, Event.FAIL, Event.CANCEL, Event.EXPIRE)
"""Events that staff get a message of, if it was not they who recorded them."""
_LOOKED_INTO: Final = (Event.ATTEMPT_CONTACT, Event.AMEND_OUTCOME)
"""Events that show that staff have looked into a patron's dispute."""
_WAITS_FOR_PATRON: Final = (HoldReason.AWAITING_PATRON, HoldReason.AWAITING_DOCUMENTS)


class ReferralChange:
    """One change of a referral. Nothing is written before `commit`.

    Args:
        context: what the desk works with.
        stored: the referral as it is stored; `None` for a new one.
        at: when the change happens.

    Attributes:
        state: what the change has gathered so far.
        messages: queues and withdraws messages.
        consents: grants and ends consents.
    """

    def __init__(self, context: DeskContext, stored: StoredReferral | None, at: datetime) -> None:
        self.state = ChangeState(context, stored, at)
        self.messages = Notifications(self.state)
        self.consents = ConsentChange(self.state)
        self._ledger = context.ledger
        self._expected = ABSENT if stored is None else stored.version
        self._deletes_private = False

    @property
    def referral(self) -> Referral:
        """The referral as it stands now."""
        return self.state.referral

    # Events

    def advance(self, advanced: Advanced, actor: Actor) -> None:
        """Take over the result of an event, and apply its consequences."""
        state = self.state
        state.referral = advanced.referral
        if actor.role in (Role.AGENCY, Role.ADAPTER):
            state.metadata = attrs.evolve(state.metadata, heard=True)
        for event in advanced.events:
            state.writes.append(self._ledger.event_write(event))
            is_sent = event.event is Event.SEND
            state.facts.append(
                Fact(
                    actor=actor,
                    action=event.event.value,
                    referral_id=event.referral_id,
                    version=event.version,
                    fields=tuple(sorted(state.usable_private().shared_fields)) if is_sent else (),
                    to=state.referral.organization_id if is_sent else "",
                    because=state.metadata.consent_id if is_sent else "",
                )
            )
            if event.text:
                before = state.kept_private()
                notes = {**before.notes, str(event.version): Secret(event.text)}
                state.private = attrs.evolve(before, notes=notes)
        self._apply_consequences(advanced.events[-1], actor)

    def apply(self, event: Event, actor: Actor, details: Details) -> None:
        """Apply an event to the referral (`referrals.advance`)."""
        state = self.state
        policy, recorded_at = self._ledger.policy, state.recorded_at
        self.advance(
            advance(state.referral, event, actor, state.at, details, policy=policy, recorded_at=recorded_at),
            actor,
        )

    def _apply_consequences(self, event: ReferralEvent, actor: Actor) -> None:
        """Apply the consequences of an event: messages, withdrawals, counts and deletions."""
        state, messages = self.state, self.messages
        by_others = actor.role in (Role.AGENCY, Role.SYSTEM)
        if event.event is Event.SEND:
            self.consents.record_disclosure()
            if state.intake().notifier:
                messages.queue(Template.AGENCY_REQUEST, Recipient.AGENCY)
            else:
                # Staff call the agency or walk over to it.
                state.metadata = attrs.evolve(state.metadata, heard=True)
        if event.event in _AGENCY_DELETES and actor.role is not Role.AGENCY:
            messages.ask_to_delete(actor)
        if event.event in _STAFF_HEARS and by_others:
            messages.alert_staff(f"{event.event} {event.outcome}")
        waits = event.hold_reason in _WAITS_FOR_PATRON
        if by_others and (event.event in _PATRON_HEARS or waits):
            messages.alert_patron(occasion="")
        if event.event is Event.ATTEMPT_CONTACT:
            self.mark_done(Clock.FOLLOW_UP)
        if event.event in _LOOKED_INTO:
            self.mark_done(Clock.DISPUTED)
        if event.event is Event.VOID:
            state.writes += cancel_writes(self._ledger, state.referral.id)
        if event.event is Event.REVOKE_CONSENT:
            self.end_consent(actor)
        if state.referral.is_closed and not state.was_closed:
            self._close(event, actor)

    def _close(self, event: ReferralEvent, actor: Actor) -> None:
        state = self.state
        self.messages.note_undisclosed(actor)
        self.messages.withdraw("closed")
        reason = UNMET_BY.get(event.outcome) if event.outcome is not None else None
        if reason is not None and state.referral.status is not ReferralStatus.ENTERED_IN_ERROR:
            self._record_unmet_need(reason)
        if state.metadata.private and not self._deletes_private:
            state.private = state.kept_private()

    def _record_unmet_need(self, reason: UnmetReason) -> None:
        state = self.state
        pending = pending_write(
            self._ledger, state.referral, state.metadata, reason, state.at, state.recorded_at
        )
        state.writes.append(pending)

    # Follow-up

    def allow_follow_up(self, *, allowed: bool) -> None:
        """Note whether the patron may be asked how it went."""
        referral, after = self.state.referral, self._ledger.policy.follow_up_after
        since = referral.sent_at or referral.given_at
        first = since + min(after) if allowed and since is not None and after else None
        self.state.referral = attrs.evolve(referral, follow_up_allowed=allowed, follow_up_due_at=first)

    def take_answer(self, answer: FollowUp) -> None:
        """Take in the patron's answer about a referral that is closed; a contradiction is a dispute for staff."""
        state = self.state
        was_completed = state.referral.status is ReferralStatus.COMPLETED
        by_others = state.referral.outcome_source is not Source.PATRON
        denied = answer.helped is Helped.NO or not answer.reached
        if not (was_completed and by_others and denied):
            state.metadata = attrs.evolve(state.metadata, answered=True, disputed_at="")
            return
        if not state.metadata.disputed_at:
            self.messages.alert_staff("patron says otherwise")
            if answer.helped is Helped.NO:
                self._record_unmet_need(UNMET_BY.get(answer.outcome, UnmetReason.UNKNOWN))
        state.metadata = attrs.evolve(state.metadata, answered=True, disputed_at=stamp(state.recorded_at))

    def mark_done(self, clock: Clock) -> None:
        """Note that the tasks of a clock that are due by now have been done."""
        state = self.state
        tasks = open_tasks(state.referral, state.metadata, self._ledger.policy)
        names = [task_name(one) for one in tasks if one.clock is clock and one.at <= state.recorded_at]
        state.metadata = attrs.evolve(state.metadata, done=(*state.metadata.done, *names))

    # Private data

    def end_consent(self, actor: Actor) -> None:
        """End the consent: withdraw what was not sent yet, and delete the patron's private data.

        An agency that may have received the referral is asked to delete it, even if the referral is closed. Under a
        legal hold the private data is kept but no longer used: it goes with the first purge after the hold.
        """
        state = self.state
        self.messages.ask_to_delete(actor)
        self.consents.revoke()
        self.messages.withdraw("consent-revoked")
        self.allow_follow_up(allowed=False)
        holds = LegalHolds.read(self._ledger)
        if holds.cover(state.referral.id):
            state.private = state.kept_private()
            state.metadata = attrs.evolve(state.metadata, ended=True)
            state.facts.append(Fact(actor=actor, action="keep", referral_id=state.referral.id))
            return
        deletions = self._ledger.delete_private_writes(state.referral.id)
        state.writes += deletions + holds.guard_writes(deletions)
        state.metadata = state.metadata.bare()
        state.private, self._deletes_private = None, True

    def replace_private(self, private: Private) -> None:
        """Keep other private data from now on; if it is empty, delete the record too.

        While another system's word is kept, the record stays, even if empty, to say when that goes (`commit`).
        """
        state = self.state
        if private.is_empty and state.metadata.private and not state.metadata.external_status:
            state.writes += self._ledger.delete_private_writes(state.referral.id)
            state.metadata = attrs.evolve(state.metadata, private=False)
        state.private = private

    # Writing

    def commit(self, *extra: Write) -> Referral:
        """Write everything in one commit.

        Args:
            extra: other writes of the same commit.

        Returns:
            The referral as it stands now.
        """
        state = self.state
        # Another system's word is deleted with the private data, so that is there, even if empty, to say when.
        if state.private is not None and not (state.private.is_empty and not state.metadata.external_status):
            stored = state.stored_private()
            purge = self._purge_date(stored)
            state.writes += self._ledger.private_writes(state.referral.id, state.private, stored, purge)
            until = state.private.fresh_until(self._ledger.policy.contact_fresh_for)
            state.metadata = attrs.evolve(
                state.metadata, private=True, fresh_until=stamp(until) if until else ""
            )
        put = self._ledger.referral_write(state.referral, state.metadata, self._expected)
        self._ledger.commit([put, *state.writes, *extra], state.facts, state.recorded_at)
        return state.referral

    def _purge_date(self, stored: StoredPrivate) -> str:
        """When the private data is to be deleted: at the latest when its purpose is over."""
        state = self.state
        if state.metadata.ended:
            return stamp(state.recorded_at)
        over = state.referral.closed_at or state.referral.expires_at
        if over is None and state.metadata.consent_until:
            over = datetime.fromisoformat(state.metadata.consent_until)
        return stored.purge if over is None else stamp(over + self._ledger.policy.keep_private)
