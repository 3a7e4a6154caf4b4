"""Create referrals and advance them: pure functions from a referral and an event to the next referral.

Nothing is stored, sent or looked up here, and no clock is read. The caller writes the referral and its events in one
transaction, on condition that the stored version is still the one that it read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.errors import IllegalTransitionError, InvalidReferralError, PermissionDeniedError
from communityconnector.referrals import guards
from communityconnector.referrals.clocks import add_business_days
from communityconnector.referrals.codes import MEANINGS, Outcome
from communityconnector.referrals.details import NO_DETAILS, Details
from communityconnector.referrals.fields import as_utc
from communityconnector.referrals.guards import Step
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Proposal, Referral, ReferralEvent
from communityconnector.referrals.states import STATES, TERMINAL, Actor, Event, ReferralStatus, Role, Source
from communityconnector.referrals.table import IMPLIED, TABLE, Transition, by_move

MOVES: Final = by_move(TABLE)
_DEFAULT: Final = Policy()
_SPEAKS: Final = {Role.STAFF: Source.STAFF, Role.PATRON: Source.PATRON, Role.AGENCY: Source.AGENCY}


class Advanced(NamedTuple):
    """The result of an event.

    Attributes:
        referral: the referral after it.
        events: the events to record, in order; more than one if a step was inferred.
    """

    referral: Referral
    events: tuple[ReferralEvent, ...]


def create(
    proposal: Proposal,
    actor: Actor,
    at: datetime,
    *,
    policy: Policy = _DEFAULT,
    recorded_at: datetime | None = None,
) -> Advanced:
    """Draft a referral.

    Args:
        proposal: what it is about.
        actor: staff or patron.
        at: when.
        policy: the library's waiting times.
        recorded_at: when it is recorded, if not at once.

    Raises:
        PermissionDeniedError: this role may not create referrals.
        InvalidReferralError: a time has no time zone, or the recording time is before the event.
    """
    return _begin(proposal, Event.CREATE, actor, (at, recorded_at), policy)


def re_refer(  # noqa: PLR0913  # the arguments of `create`, and the referral to replace
    referral: Referral,
    proposal: Proposal,
    actor: Actor,
    at: datetime,
    *,
    allow_tried: bool = False,
    policy: Policy = _DEFAULT,
    recorded_at: datetime | None = None,
) -> Advanced:
    """Draft a new referral to replace a closed one. The closed one does not change.

    A closed referral is never reopened: in FHIR a new attempt is a new task. The patron's consent was for the old
    referral, so the new one needs its own before it is sent.

    Args:
        referral: the closed referral.
        proposal: what the new referral is about.
        actor: staff or patron.
        at: when.
        allow_tried: whether the agency may be one that was tried before.
        policy: the library's waiting times.
        recorded_at: when it is recorded, if not at once.

    Raises:
        PermissionDeniedError: this role may not create referrals.
        IllegalTransitionError: the old referral is not closed.
        InvalidReferralError: the agency was tried before, the id is the old one's, or the times contradict each other.
    """
    if not referral.is_closed:
        raise IllegalTransitionError(referral.status, Event.RE_REFER, actor.role)
    if proposal.id == referral.id:
        message = "the new referral has the id of the one it replaces: give it a new id"
        raise InvalidReferralError(message)
    tried = referral.tried
    if referral.organization_id and (referral.sent_at or referral.given_at):
        tried = tuple(dict.fromkeys((*tried, referral.organization_id)))
    if proposal.organization_id in tried and not allow_tried:
        message = "this agency was tried before for the same need: choose another, or pass allow_tried=True"
        raise InvalidReferralError(message)
    if as_utc(at) < referral.last_at:
        _refuse_time()
    drafted = _begin(proposal, Event.RE_REFER, actor, (at, recorded_at), policy)
    return drafted._replace(referral=attrs.evolve(drafted.referral, replaces=referral.id, tried=tried))


def check_discard(referral: Referral, actor: Actor, at: datetime) -> None:
    """Check that a draft may be discarded. Nothing of it remains, because no one outside the library knew of it.

    Args:
        referral: the draft.
        actor: who discards it.
        at: when.

    Raises:
        IllegalTransitionError: the referral is not a draft, or another actor created it.
        InvalidReferralError: the time is before the last event.
    """
    step = _step(referral, actor, (at, None), NO_DETAILS, _DEFAULT)
    _check(_row(step, Event.DISCARD), step)


def advance(  # noqa: PLR0913  # event, actor, times, details and policy
    referral: Referral,
    event: Event,
    actor: Actor,
    at: datetime,
    details: Details = NO_DETAILS,
    *,
    policy: Policy = _DEFAULT,
    recorded_at: datetime | None = None,
) -> Advanced:
    """Return the referral after an event, and the events to record.

    An update that skips a step is expanded: an agency that helped on a request has also accepted it, so the acceptance
    is recorded first and marked as inferred.

    Args:
        referral: the referral before the event. It is not changed.
        event: the event.
        actor: who reports it.
        at: when it happened. Not before the last event.
        details: what the actor reports with it.
        policy: the library's limits and times.
        recorded_at: when it is recorded, by the clock, if not at the time of the event.

    Raises:
        IllegalTransitionError: the event is not allowed in this state or for this role, or a condition is not met.
        InvalidReferralError: the details are incomplete or contradict each other, or the times do.
    """
    if event in (Event.CREATE, Event.RE_REFER, Event.DISCARD):
        raise IllegalTransitionError(referral.status, event, actor.role)
    step = _step(referral, actor, (at, recorded_at), details, policy)
    implied = IMPLIED.get((event, referral.status))
    if implied is None:
        return _carry_out(_row(step, event), step)
    if event is Event.FAIL and Source.AGENCY not in (_speaker(actor), details.outcome_source):
        raise IllegalTransitionError(referral.status, event, actor.role)
    first = attrs.evolve(step, details=NO_DETAILS)
    # The role must be allowed to report this event. It need not be allowed to do the inferred step.
    accepted = _carry_out(MOVES[implied, referral.status][0], first, inferred=True)
    then = attrs.evolve(step, referral=accepted.referral)
    try:
        done = _carry_out(_row(then, event), then)
    except IllegalTransitionError as error:
        # The caller knows the referral's real state, not the inferred one.
        raise IllegalTransitionError(referral.status, event, actor.role, error.guard) from None
    return Advanced(done.referral, accepted.events + done.events)


def _begin(
    proposal: Proposal,
    event: Event,
    actor: Actor,
    times: tuple[datetime, datetime | None],
    policy: Policy,
) -> Advanced:
    at, recorded_at = _times(*times)
    row = MOVES[event, None][0]
    if actor.role not in row.who:
        raise PermissionDeniedError(event, actor.role, row.who)
    about = {field.name: getattr(proposal, field.name) for field in attrs.fields(Proposal)}
    referral = Referral(
        **about,
        status=ReferralStatus.DRAFT,
        task_status=ReferralStatus.DRAFT,
        version=1,
        creator_role=actor.role,
        creator_id=actor.id,
        last_at=at,
        created_at=at,
        purge_after=at + policy.keep_drafts,
    )
    written = ReferralEvent(
        referral_id=referral.id,
        version=1,
        event=event,
        after=referral.status,
        role=actor.role,
        actor_id=actor.id,
        at=at,
        recorded_at=recorded_at,
    )
    return Advanced(referral, (written,))


def _step(
    referral: Referral,
    actor: Actor,
    times: tuple[datetime, datetime | None],
    details: Details,
    policy: Policy,
) -> Step:
    at, recorded_at = _times(*times)
    if at < referral.last_at:
        _refuse_time()
    return Step(
        referral=referral, actor=actor, details=details, at=at, recorded_at=recorded_at, policy=policy
    )


def _times(at: datetime, recorded_at: datetime | None) -> tuple[datetime, datetime]:
    happened = as_utc(at)
    recorded = happened if recorded_at is None else as_utc(recorded_at)
    if recorded < happened:
        _refuse_time()
    return happened, recorded


def _refuse_time() -> None:
    message = "an event must not be earlier than the one before it, nor be recorded before it happens"
    raise InvalidReferralError(message)


def _row(step: Step, event: Event) -> Transition:
    """Return the row of the table that applies to the state and the role."""
    status, role, to = step.referral.status, step.actor.role, step.details.to
    rows = MOVES.get((event, status), ())
    if rows and "to" in rows[0].needs:
        if to is None:
            _refuse_detail("to")
        rows = tuple(row for row in rows if row.after is to)
    for row in rows:
        if role in row.who:
            return row
    raise IllegalTransitionError(status, event, role)


def _check(row: Transition, step: Step) -> None:
    """Check that the details are those that the row takes, and that its conditions hold."""
    details, by_agency = step.details, step.actor.role is Role.AGENCY
    for field in attrs.fields(Details):
        is_given = getattr(details, field.name) != field.default
        is_needed = field.name in row.needs and not (by_agency and field.name == "outcome_source")
        is_taken = field.name == "text" or field.name in row.needs + row.takes
        if (is_needed and not is_given) or (is_given and not is_taken):
            _refuse_detail(field.name)
    if details.outcome is Outcome.CONSENT_REVOKED or (
        details.outcome is not None and MEANINGS[details.outcome].side not in row.classes
    ):
        # Revoking consent has its own event, because more follows from it than from any other reason.
        _refuse_detail("outcome")
    speaker = _speaker(step.actor)
    if details.outcome_source is not None and (
        details.outcome is None or speaker not in (Source.STAFF, details.outcome_source)
    ):
        _refuse_detail("outcome_source")
    for name in row.guards:
        if not guards.GUARDS[name](step):
            raise IllegalTransitionError(step.referral.status, row.event, step.actor.role, name)


def _speaker(actor: Actor) -> Source | None:
    """Return the source for which an actor speaks. Staff may also pass on reports of others."""
    return _SPEAKS.get(actor.role)


def _refuse_detail(name: str) -> None:
    message = f"the detail {name} is missing, not allowed for this event, or contradicts it"
    raise InvalidReferralError(message)


def _carry_out(row: Transition, step: Step, *, inferred: bool = False) -> Advanced:
    _check(row, step)
    before, details, actor = step.referral, step.details, step.actor
    after = row.after or before.status
    outcome = row.sets or details.outcome
    source = None
    if row.event is Event.REVOKE_CONSENT:
        source = Source.PATRON  # only the patron revokes consent, no matter who records it
    elif details.outcome is not None:
        source = details.outcome_source or _speaker(actor)
    changes: dict[str, Any] = _stamps(row.event, step)
    if outcome is not None:
        changes |= {"outcome": outcome, "outcome_source": source, "outcome_recorded_at": step.recorded_at}
    if after is ReferralStatus.ENTERED_IN_ERROR:
        changes |= {"outcome": None, "outcome_source": None, "outcome_recorded_at": None}
    if after is not ReferralStatus.ON_HOLD:
        changes |= {"hold_reason": None, "review_on": None}
    if after in TERMINAL and not before.is_closed:
        changes |= {"closed_at": step.at, "purge_after": step.at + step.policy.keep_closed}
    if actor.role is Role.AGENCY or STATES[after].is_set_by_library:
        changes["task_status"] = after
    referral = attrs.evolve(before, status=after, version=before.version + 1, last_at=step.at, **changes)
    written = ReferralEvent(
        referral_id=referral.id,
        version=referral.version,
        event=row.event,
        before=before.status,
        after=after,
        role=actor.role,
        actor_id=actor.id,
        at=step.at,
        recorded_at=step.recorded_at,
        inferred=inferred,
        outcome=outcome,
        outcome_source=source,
        hold_reason=details.hold_reason,
        text=details.text,
    )
    return Advanced(referral, (written,))


def _stamps(event: Event, step: Step) -> dict[str, Any]:
    """Return the times and counts that an event changes on a referral, besides its state."""
    referral, at, policy = step.referral, step.at, step.policy
    stamps: dict[str, Any] = {}
    match event:
        case Event.GIVE:
            stamps = {"given_at": at, "expires_at": at + policy.follow_up_window, **_handed_over(step)}
        case Event.SEND:
            respond_by = add_business_days(at, policy.respond_within, policy)
            stamps = {"sent_at": at, "respond_by": respond_by, **_handed_over(step)}
        case Event.ACKNOWLEDGE:
            stamps = {"acknowledged_at": referral.acknowledged_at or at}
        case Event.ATTEMPT_CONTACT:
            stamps = {"contact_attempts": referral.contact_attempts + 1}
        case Event.ACCEPT | Event.REJECT:
            stamps = {"responded_at": at}
        case Event.START:
            stamps = {"started_at": referral.started_at or at}
        case Event.HOLD:
            review_on = step.details.review_on or (at.astimezone(policy.here) + policy.review_every).date()
            stamps = {"held_at": at, "hold_reason": step.details.hold_reason, "review_on": review_on}
    return stamps


def _handed_over(step: Step) -> dict[str, Any]:
    """Return the changes that handing over and sending share. The draft's deletion date no longer applies."""
    may_ask = step.details.follow_up_allowed and step.policy.follow_up_after
    first = step.at + min(step.policy.follow_up_after) if may_ask else None
    return {
        "purge_after": None,
        "follow_up_allowed": step.details.follow_up_allowed,
        "follow_up_due_at": first,
    }
