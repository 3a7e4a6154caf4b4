"""What a patron decides anew: ways to be reached, what an agency will learn, and whether to be asked how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from communityconnector.desk.authorization import check_speaks_for_patron
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.outbox import (
    OutboxMessage,
    message_records,
    read_message,
    withdrawal_write,
)
from communityconnector.desk.store.record_kinds import BY_DUE
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals import Actor, Clock, ContactPreference, Referral, ReferralStatus, Safe


def set_contacts(
    context: DeskContext, referral_id: str, contacts: Iterable[ContactPreference], *, actor: Actor
) -> None:
    """See `Referrals.set_contacts`."""
    check_speaks_for_patron(actor, "set_contacts")
    new = as_contacts(contacts)

    def write() -> None:
        holds = LegalHolds.read(context.ledger)
        change = begin_change(context, referral_id, None)
        state = change.state
        is_unused = state.metadata.ended or (state.referral.is_closed and not state.metadata.private)
        if new and is_unused:
            message = (
                "the patron's private data is not used for this referral any more: it is closed, or the consent was "
                "taken back"
            )
            raise InvalidReferralError(message)
        private = attrs.evolve(state.kept_private(), contacts=new)
        check_contacts(new, state.recorded_at)
        if holds.cover(referral_id):
            before = [attrs.evolve(one, safe=Safe.NO) for one in state.kept_private().contacts]
            private = attrs.evolve(private, contacts=tuple(dict.fromkeys((*new, *before))))
        change.replace_private(private)
        channels = tuple(sorted({one.channel.value for one in new}))
        state.facts.append(Fact(actor=actor, action="contacts", referral_id=referral_id, fields=channels))
        change.commit(holds.guard_write({}, unwiped=True))

    context.ledger.retry(write)


def allow_follow_up(
    context: DeskContext,
    referral_id: str,
    allowed: bool,  # noqa: FBT001  # the one thing that is decided
    *,
    actor: Actor,
) -> Referral:
    """See `Referrals.allow_follow_up`."""
    check_speaks_for_patron(actor, "allow_follow_up")
    if not isinstance(allowed, bool):
        message = "`allowed` takes True or False"
        raise InvalidReferralError(message)

    def write() -> Referral:
        change = begin_change(context, referral_id, None)
        if change.referral.status is ReferralStatus.DRAFT:
            raise IllegalTransitionError(change.referral.status, "allow_follow_up", actor.role)
        if not allowed:
            _withdraw_questions(change)
        change.allow_follow_up(allowed=allowed)
        action = "allow_follow_up" if allowed else "no_follow_up"
        change.state.facts.append(Fact(actor=actor, action=action, referral_id=referral_id))
        return change.commit()

    return context.ledger.retry(write)


def set_shared_fields(
    context: DeskContext, referral_id: str, fields: Mapping[str, str | Secret | None], *, actor: Actor
) -> None:
    """See `Referrals.set_shared_fields`."""
    check_speaks_for_patron(actor, "set_shared_fields")
    if not isinstance(fields, Mapping):
        message = "what an agency will learn is given by the names of fields: {'first_name': ...}"
        raise InvalidReferralError(message)

    def write() -> None:
        holds = LegalHolds.read(context.ledger)
        change = begin_change(context, referral_id, None)
        private, status = change.state.kept_private(), change.referral.status
        if status is not ReferralStatus.DRAFT:
            raise IllegalTransitionError(status, "set_shared_fields", actor.role)
        if holds.cover(referral_id) and private.shared_fields.keys() & fields.keys():
            raise IllegalTransitionError(status, "set_shared_fields", actor.role, "no_legal_hold")
        merged = {**private.shared_fields, **as_shared_fields(fields)}
        remaining = {name: text for name, text in merged.items() if text is not None}
        change.replace_private(attrs.evolve(private, shared_fields=remaining))
        names = tuple(sorted(fields))
        change.state.facts.append(Fact(actor=actor, action="tell", referral_id=referral_id, fields=names))
        change.commit(holds.guard_write({}, unwiped=True))

    context.ledger.retry(write)


def _withdraw_questions(change: ReferralChange) -> None:
    """Withdraw messages that wait and ask how it went."""
    ledger, state = change.state.ledger, change.state
    end = state.recorded_at + ledger.policy.keep_messages
    for record in message_records(ledger.storage, state.referral.id):
        message = read_message(record)
        is_waiting = BY_DUE in record.keys
        if is_waiting and isinstance(message, OutboxMessage) and message.reason == Clock.FOLLOW_UP:
            state.writes.append(withdrawal_write(record, "patron", end))


def as_shared_fields(values: Any) -> Any:
    """Wrap texts by name of the field as secrets. Other values stay as they are: the type of the field refuses them."""
    if not isinstance(values, Mapping):
        return values
    return {name: Secret(text) if isinstance(text, str) else text for name, text in values.items()}


def as_contacts(values: Iterable[ContactPreference]) -> tuple[ContactPreference, ...]:
    """Make a tuple of ways to reach a patron.

    Raises:
        InvalidReferralError: it is one way instead of a list, or something else. The message repeats nothing of it.
    """
    if isinstance(values, (str, ContactPreference)) or not isinstance(values, Iterable):
        message = "`contacts` takes a list: [ContactPreference(channel='email', address=Secret(...))]"
        raise InvalidReferralError(message)
    contacts = tuple(values)
    if not all(isinstance(one, ContactPreference) for one in contacts):
        message = "`contacts` takes values as ContactPreference(channel='email', address=Secret(...))"
        raise InvalidReferralError(message)
    return contacts


def check_contacts(contacts: Iterable[ContactPreference], now: datetime) -> None:
    """Make sure that no contact was verified in the future.

    Raises:
        InvalidReferralError: one was.
    """
    if any(contact.is_ahead(now) for contact in contacts):
        message = "a contact is verified when the patron says so: `verified_at` lies in the future"
        raise InvalidReferralError(message)
