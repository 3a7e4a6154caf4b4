"""How it went: the patron's answers, and what follows from them."""

from __future__ import annotations

from datetime import datetime

import attrs

from communityconnector.desk.arguments import check_kind
from communityconnector.desk.authorization import check_speaks_for_patron
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.record_kinds import FOLLOW_UP
from communityconnector.referrals import (
    SENT,
    Actor,
    Answered,
    Clock,
    Details,
    Event,
    FollowUp,
    Helped,
    Referral,
    ReferralStatus,
    Source,
)
from communityconnector.storage import ABSENT, Put


def follow_up(
    context: DeskContext, referral_id: str, answer: FollowUp, *, actor: Actor, at: datetime | None = None
) -> Referral:
    """See `Referrals.follow_up`."""
    return context.ledger.retry(lambda: answer_change(context, referral_id, answer, actor, at).commit())


def answer_change(
    context: DeskContext, referral_id: str, answer: FollowUp, actor: Actor, at: datetime | None
) -> ReferralChange:
    """Make the change that an answer causes, without committing it.

    Args:
        context: what the desk works with.
        referral_id: which referral.
        answer: what the patron said.
        actor: the patron, or staff for the patron.
        at: when, if not now.

    Raises:
        ReferralNotFoundError: there is no such referral.
        PermissionDeniedError: this role does not answer for a patron.
    """
    check_speaks_for_patron(actor, "follow_up")
    check_kind("answer", answer, FollowUp)
    change = begin_change(context, referral_id, at)
    change.mark_done(Clock.FOLLOW_UP)
    answered = Answered(referral_id=referral_id, at=change.state.at, **attrs.asdict(answer))
    key = f"{referral_id}.{context.ledger.new_id()}"
    change.state.writes.append(Put(FOLLOW_UP, key, answered.to_dict(), ABSENT))
    change.state.facts.append(Fact(actor=actor, action="follow_up", referral_id=referral_id))
    _close_by(change, answer, actor)
    if change.referral.is_closed:
        change.take_answer(answer)
    return change


def _close_by(change: ReferralChange, answer: FollowUp, actor: Actor) -> None:
    """Close a referral by an answer, where it is still open and the answer settles it."""
    helped = answer.helped is not Helped.NO
    details = Details(outcome=answer.outcome, outcome_source=Source.PATRON)
    status = change.referral.status
    if status is ReferralStatus.GIVEN:
        to = ReferralStatus.COMPLETED if helped else ReferralStatus.FAILED
        change.apply(Event.CLOSE_GIVEN, actor, attrs.evolve(details, to=to))
    elif status in SENT and helped:
        change.apply(Event.COMPLETE, actor, details)
    elif status in SENT and status is not ReferralStatus.REQUESTED:
        # A mere request does not fail by this: that the patron was not helped does not mean that it was accepted.
        change.apply(Event.FAIL, actor, details)


def list_answers(context: DeskContext, referral_id: str) -> tuple[Answered, ...]:
    """See `Referrals.follow_up_answers`."""
    context.ledger.get_referral(referral_id)
    records = context.ledger.records_under(FOLLOW_UP, referral_id)
    return tuple(sorted((Answered.from_dict(one.document) for one in records), key=lambda one: one.at))
