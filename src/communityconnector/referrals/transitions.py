"""Making referrals and carrying them on: pure functions from a referral and an event to the next referral.

Nothing is stored, sent or looked up here, and no clock is read. Whoever calls writes the referral and its events in one
transaction, against the version that was read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import guards
from communityconnector.referrals.clocks import add_business_days
from communityconnector.referrals.codes import MEANINGS, Outcome
from communityconnector.referrals.details import NOTHING_TOLD, Details
from communityconnector.referrals.documents import as_utc
from communityconnector.referrals.guards import Step
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Proposal, Referral, ReferralEvent
from communityconnector.referrals.states import TERMINAL, Actor, Event, ReferralStatus, Role, Source
from communityconnector.referrals.table import IMPLIED, TABLE, Transition, by_move

MOVES: Final = by_move(TABLE)
_DEFAULT: Final = Policy()
_NOT_THERE: Final = "none"
_SPEAKS: Final = {Role.STAFF: Source.STAFF, Role.PATRON: Source.PATRON, Role.AGENCY: Source.AGENCY}
_BY_REQUESTER: Final = frozenset(
    {
        ReferralStatus.DRAFT,
        ReferralStatus.REQUESTED,
        ReferralStatus.CANCELLED,
        ReferralStatus.EXPIRED,
        ReferralStatus.ENTERED_IN_ERROR,
    }
)
"""States that whoever asks may give an agency's task; an expired request is exported as a cancelled one."""


class Advanced(NamedTuple):
    """What has come of an event.

    Attributes:
        referral: as it stands now.
        events: what to write down, first to last: more than one where a step was inferred.
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
        policy: the library's times.
        recorded_at: when it is recorded, if not at once.

    Raises:
        IllegalTransitionError: this role makes no referrals.
        InvalidReferralError: a time has no zone, or it is recorded before it happened.
    """
    return _begin(proposal, Event.CREATE, actor, (at, recorded_at), policy)


def re_refer(  # noqa: PLR0913  # what `create` takes, and what it replaces
    referral: Referral,
    proposal: Proposal,
    actor: Actor,
    at: datetime,
    *,
    allow_tried: bool = False,
    policy: Policy = _DEFAULT,
    recorded_at: datetime | None = None,
) -> Advanced:
    """Draft a new referral in the place of a closed one. The closed one stays as it is.

    A closed referral is never opened again: FHIR has a new task for a new try. The patron's consent was for the old
    one, so the new one needs its own before it is sent.

    Args:
        referral: the closed one.
        proposal: what the new one is about.
        actor: staff or patron.
        at: when.
        allow_tried: whether the agency may be one that was tried before.
        policy: the library's times.
        recorded_at: when it is recorded, if not at once.

    Raises:
        IllegalTransitionError: the old one is not closed, or this role makes no referrals.
        InvalidReferralError: the agency was tried before, the id is the old one's, or the times contradict each other.
    """
    if not referral.is_closed:
        raise IllegalTransitionError(referral.status, Event.RE_REFER, actor.role)
    if proposal.id == referral.id:
        message = "a new referral needs an id of its own"
        raise InvalidReferralError(message)
    tried = referral.tried
    if referral.organization_id and (referral.sent_at or referral.given_at):
        tried = tuple(dict.fromkeys((*tried, referral.organization_id)))
    if proposal.organization_id in tried and not allow_tried:
        message = "this agency was tried before for the same need; allow_tried=True tries it again"
        raise InvalidReferralError(message)
    if as_utc(at) < referral.last_at:
        _refuse_time()
    begun = _begin(proposal, Event.RE_REFER, actor, (at, recorded_at), policy)
    return begun._replace(referral=attrs.evolve(begun.referral, replaces=referral.id, tried=tried))


def check_discard(referral: Referral, actor: Actor, at: datetime) -> None:
    """Make sure that a draft may be thrown away. Nothing of it is kept: nobody outside has heard of it.

    Args:
        referral: the draft.
        actor: who throws it away.
        at: when.

    Raises:
        IllegalTransitionError: it is no draft, or somebody else's.
        InvalidReferralError: the time contradicts what happened before.
    """
    step = _step(referral, actor, (at, None), NOTHING_TOLD, _DEFAULT)
    _check(_row(step, Event.DISCARD), step)


def advance(  # noqa: PLR0913  # what happened, who says so, when, and what the library decided
    referral: Referral,
    event: Event,
    actor: Actor,
    at: datetime,
    details: Details = NOTHING_TOLD,
    *,
    policy: Policy = _DEFAULT,
    recorded_at: datetime | None = None,
) -> Advanced:
    """What becomes of a referral when something happens.

    An update that skips a step is expanded: where an agency has helped on a mere request, it has accepted it too, and
    that is written down first, marked as inferred.

    Args:
        referral: as it stands. It is not changed.
        event: what happened.
        actor: who says so.
        at: when it happened. Not before the last event.
        details: what was told with it.
        policy: the library's limits and times.
        recorded_at: when it is recorded, by the clock, if not as it happens.

    Raises:
        IllegalTransitionError: this cannot happen: not in this state, not by this role, or a condition is not met.
        InvalidReferralError: what was told is incomplete or contradicts itself, or the times do.
    """
    if event in (Event.CREATE, Event.RE_REFER, Event.DISCARD):
        raise IllegalTransitionError(referral.status, event, actor.role)
    step = _step(referral, actor, (at, recorded_at), details, policy)
    implied = IMPLIED.get((event, referral.status))
    if implied is None:
        return _carry_out(_row(step, event), step)
    if event is Event.FAIL and Source.AGENCY not in (_speaker(actor), details.outcome_source):
        raise IllegalTransitionError(referral.status, event, actor.role)
    first = attrs.evolve(step, details=NOTHING_TOLD)
    # Whoever reports has not accepted it, so the role is asked for what is reported, not for what follows from it.
    accepted = _carry_out(MOVES[implied, referral.status][0], first, inferred=True)
    then = attrs.evolve(step, referral=accepted.referral)
    try:
        done = _carry_out(_row(then, event), then)
    except IllegalTransitionError as error:
        # The caller knows of the state that the referral is in, not of one that was only thought of.
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
        raise IllegalTransitionError(_NOT_THERE, event, actor.role)
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
    message = "an event happens no sooner than the one before it, and is recorded no sooner than it happens"
    raise InvalidReferralError(message)


def _row(step: Step, event: Event) -> Transition:
    """The row of the table that applies: state and role are right."""
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
    """Make sure that what was told is what the row wants, and that its conditions hold."""
    details, by_agency = step.details, step.actor.role is Role.AGENCY
    for field in attrs.fields(Details):
        told = getattr(details, field.name) != field.default
        needed = field.name in row.needs and not (by_agency and field.name == "outcome_source")
        known = field.name == "text" or field.name in row.needs + row.takes
        if (needed and not told) or (told and not known):
            _refuse_detail(field.name)
    if details.outcome is Outcome.CONSENT_REVOKED or (
        details.outcome is not None and MEANINGS[details.outcome].side not in row.classes
    ):
        # Consent is taken back by its own event, for more follows from it than from any other reason.
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
    """Whose word an actor's is. Staff may pass on what others told."""
    return _SPEAKS.get(actor.role)


def _refuse_detail(name: str) -> None:
    message = f"the detail {name} is missing, not wanted, or contradicts the event"
    raise InvalidReferralError(message)


def _carry_out(row: Transition, step: Step, *, inferred: bool = False) -> Advanced:
    _check(row, step)
    before, details, actor = step.referral, step.details, step.actor
    after = row.after or before.status
    outcome = row.sets or details.outcome
    source = None
    if row.event is Event.REVOKE_CONSENT:
        source = Source.PATRON  # whoever writes it down, it is the patron who takes it back
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
    if actor.role is Role.AGENCY or after in _BY_REQUESTER:
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
    """What an event leaves on a referral beside its state: times and counts."""
    referral, at, policy = step.referral, step.at, step.policy
    found: dict[str, Any] = {}
    match event:
        case Event.GIVE:
            found = {"given_at": at, "expires_at": at + policy.follow_up_window, **_handed_over(step)}
        case Event.SEND:
            respond_by = add_business_days(at, policy.respond_within, policy)
            found = {"sent_at": at, "respond_by": respond_by, **_handed_over(step)}
        case Event.ACKNOWLEDGE:
            found = {"acknowledged_at": referral.acknowledged_at or at}
        case Event.ATTEMPT_CONTACT:
            found = {"contact_attempts": referral.contact_attempts + 1}
        case Event.ACCEPT | Event.REJECT:
            found = {"responded_at": at}
        case Event.START:
            found = {"started_at": referral.started_at or at}
        case Event.HOLD:
            review_on = step.details.review_on or (at.astimezone(policy.here) + policy.review_every).date()
            found = {"held_at": at, "hold_reason": step.details.hold_reason, "review_on": review_on}
    return found


def _handed_over(step: Step) -> dict[str, Any]:
    """What giving and sending have in common. A draft's end no longer counts."""
    asks = step.details.follow_up_allowed and step.policy.follow_up_after
    first = step.at + min(step.policy.follow_up_after) if asks else None
    return {
        "purge_after": None,
        "follow_up_allowed": step.details.follow_up_allowed,
        "follow_up_due_at": first,
    }
