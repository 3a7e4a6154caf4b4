"""The steps that every change of a referral is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from communityconnector.desk.arguments import build
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.record_kinds import REFERRAL
from communityconnector.errors import IllegalTransitionError, StaleRecordError
from communityconnector.referrals import (
    MEANINGS,
    Actor,
    CodeClass,
    Details,
    Event,
    Outcome,
    Referral,
    ReferralStatus,
    Role,
)


def begin_change(
    context: DeskContext, referral_id: str, at: datetime | None, expected: int | None = None
) -> ReferralChange:
    """Read a referral and begin a change of it.

    Args:
        context: what the desk works with.
        referral_id: which referral.
        at: when the change happens, if not now.
        expected: the version that the caller has seen, if it matters.

    Raises:
        ReferralNotFoundError: there is no such referral.
        StaleRecordError: the referral has another version by now.
        InvalidReferralError: `at` has no zone, or lies in the future.
    """
    stored = context.ledger.get_referral(referral_id)
    version = stored.referral.version
    if expected is not None and expected != version:
        raise StaleRecordError(REFERRAL, referral_id, expected, version)
    return ReferralChange(context, stored, context.ledger.check_moment(at, stored.referral.last_at))


def apply_event(change: ReferralChange, event: Event, actor: Actor, details: Mapping[str, Any]) -> None:
    """Apply an event to a referral. What sending rests on, and the state that given details end in, is filled in.

    Raises:
        UnexpectedArgumentError: an event has no such detail.
        InvalidReferralError: the details are incomplete or contradict each other.
        IllegalTransitionError: the event cannot happen.
    """
    complete = dict(details)
    if event is Event.SEND:
        complete["sending"] = change.consents.sending_facts()
    if event is Event.CLOSE_GIVEN and complete.get("to") is None and complete.get("outcome") is not None:
        success = MEANINGS[Outcome(complete["outcome"])].side is CodeClass.SUCCESS
        complete["to"] = ReferralStatus.COMPLETED if success else ReferralStatus.FAILED
    change.apply(event, actor, build(Details, complete, event.value))


def check_own_referral(referral: Referral, actor: Actor, event: Event) -> None:
    """Refuse an agency that acts on another agency's referral.

    Raises:
        IllegalTransitionError: the referral is another agency's.
    """
    if actor.role is Role.AGENCY and not actor.id == referral.organization_id != "":
        raise IllegalTransitionError(referral.status, event, actor.role, "own_referral")
