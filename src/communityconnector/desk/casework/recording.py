"""Recording what happens to a referral, and discarding drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from communityconnector.desk.arguments import check_actor
from communityconnector.desk.authorization import check_event_role
from communityconnector.desk.casework.referral_request import EventDetails
from communityconnector.desk.casework.steps import apply_event, begin_change, check_own_referral
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.idempotency import RequestKey, run_once
from communityconnector.desk.store.legal_holds import LegalHolds, delete_writes
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import Actor, Event, Referral, check_discard
from communityconnector.referrals.names import EventName


def record_event(  # noqa: PLR0913  # what happened, by whom and when, and what keeps it from counting twice
    context: DeskContext,
    referral_id: str,
    event: Event | EventName,
    *,
    actor: Actor,
    expected_version: int | None = None,
    idempotency_key: str = "",
    at: datetime | None = None,
    **details: Unpack[EventDetails],
) -> Referral:
    """See `Referrals.record_event`."""
    check_actor(actor)
    event = Event(event)
    if event in (Event.CREATE, Event.RE_REFER, Event.DISCARD):
        message = f"{event} has a call of its own: refer, re_refer or discard"
        raise InvalidReferralError(message)
    check_event_role(actor, event)

    def write(key: RequestKey) -> Referral:
        change = begin_change(context, referral_id, at, expected_version)
        check_own_referral(change.referral, actor, event)
        apply_event(change, event, actor, details)
        return change.commit(*key.put(change.referral, change.state.recorded_at))

    request = [referral_id, event.value, actor.role.value, actor.id, expected_version, at, details]
    return run_once(context.ledger, idempotency_key, request, write)


def discard(context: DeskContext, referral_id: str, *, actor: Actor) -> None:
    """See `Referrals.discard`."""
    check_event_role(actor, Event.DISCARD)
    ledger = context.ledger

    def write() -> None:
        stored = ledger.get_referral(referral_id)
        now = max(ledger.now(), stored.referral.last_at)
        check_discard(stored.referral, actor, now)
        holds = LegalHolds.read(ledger)
        if holds.cover(referral_id):
            raise IllegalTransitionError(stored.referral.status, Event.DISCARD, actor.role, "no_legal_hold")
        writes = delete_writes(ledger, referral_id, stored.version, is_draft=True)
        writes += holds.guard_writes(writes)
        fact = Fact(actor=actor, action=Event.DISCARD.value, referral_id=referral_id)
        ledger.commit(writes, [fact], now)

    ledger.retry(write)
