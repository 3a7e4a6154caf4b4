"""The referral and its events. Neither identifies the patron.

A referral is the result of its events. Both are values that never change. Who was referred, how to reach them and what
they agreed to are stored separately, so that they can be deleted without the referral.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.fields import STORED, as_utc, as_utc_if_any, texts, typed
from communityconnector.referrals.states import (
    SENT,
    TERMINAL,
    Event,
    Priority,
    ReferralStatus,
    ReferralType,
    Role,
    Source,
)
from communityconnector.serialization import Document


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class Proposal:
    """The content of a new referral.

    Attributes:
        id: the id of the new referral.
        type: how patron and agency are brought together.
        service_id: the service's id in the directory.
        organization_id: id of the agency that runs it. It may be empty only in a referral for information, if the
            directory names no agency.
        concepts: ids of the needs, from the needs vocabulary.
        terms: ids of taxonomy terms that were asked for. Only a referral for information may lack both concepts and terms.
        priority: how soon it is needed.

    Raises:
        InvalidReferralError: a required id is empty, or there is neither a concept nor a term although one is required.
    """

    id: str
    type: ReferralType = attrs.field(converter=ReferralType)
    service_id: str
    organization_id: str = ""
    concepts: tuple[str, ...] = attrs.field(default=(), converter=texts)
    terms: tuple[str, ...] = attrs.field(default=(), converter=texts)
    priority: Priority = attrs.field(default=Priority.ROUTINE, converter=Priority)

    def __attrs_post_init__(self) -> None:
        _check_about(self)

    def __repr__(self) -> str:
        return f"<Proposal {self.id!r}>"


@attrs.frozen(kw_only=True, repr=False)
class Referral(Document):
    """One patron's way to one service, in its current state.

    `create` and `re_refer` make it, and `advance` changes it. Times are in UTC. They state when something happened,
    which may be before it was recorded.

    Attributes:
        id: its id.
        type: how patron and agency are brought together.
        status: where it stands.
        task_status: the status of the agency's own task. It equals `status`, except that an outcome reported by staff or
            the patron leaves it at the agency's last report: in FHIR only the agency completes its task.
        version: the number of recorded events.
        service_id: the service's id in the directory.
        organization_id: id of the agency; empty if the directory names none.
        concepts: ids of the needs, from the needs vocabulary.
        terms: ids of taxonomy terms that were asked for.
        priority: how soon it is needed.
        creator_role: the role of its creator.
        creator_id: the desk that created it; empty for a patron.
        replaces: id of the referral that it replaces.
        tried: ids of agencies that were tried before for the same need, in order.
        outcome: how it came out, or why it was turned down or withdrawn.
        outcome_source: who reported the outcome; `None` if no one did.
        hold_reason: why it is on hold.
        review_on: the day to look at it again while it is on hold.
        follow_up_allowed: whether the patron agreed to be asked how it went.
        contact_attempts: the number of attempts to reach the patron.
        last_at: when the last event happened. The next may not happen before it.
        created_at: when it was drafted.
        given_at: when the details were handed over.
        sent_at: when it was sent to the agency.
        acknowledged_at: when the agency first saw it.
        responded_at: when the agency first answered.
        started_at: when the agency first began to work on it.
        held_at: when it was last put on hold.
        closed_at: when it reached a terminal state.
        outcome_recorded_at: when the outcome was recorded, by the clock.
        respond_by: when a request without an answer expires.
        follow_up_due_at: when the patron is first asked how it went.
        expires_at: when details that were given are closed without an answer.
        purge_after: when it may be deleted.

    Raises:
        InvalidReferralError: a field contradicts another one, or a time has no zone.
    """

    FORM = STORED

    id: str
    type: ReferralType
    status: ReferralStatus
    task_status: ReferralStatus
    version: int
    service_id: str
    organization_id: str = ""
    concepts: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    priority: Priority = Priority.ROUTINE
    creator_role: Role
    creator_id: str = ""
    replaces: str = ""
    tried: tuple[str, ...] = ()
    outcome: Outcome | None = None
    outcome_source: Source | None = None
    hold_reason: HoldReason | None = None
    review_on: date | None = None
    follow_up_allowed: bool = False
    contact_attempts: int = 0
    last_at: datetime = attrs.field(converter=as_utc)
    created_at: datetime = attrs.field(converter=as_utc)
    given_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    sent_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    acknowledged_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    responded_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    started_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    held_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    closed_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    outcome_recorded_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    respond_by: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    follow_up_due_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    expires_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)
    purge_after: datetime | None = attrs.field(default=None, converter=as_utc_if_any)

    def __attrs_post_init__(self) -> None:
        _check_about(self)
        handed_over = self.type is ReferralType.INFORMATION
        contradictions = {
            "version": self.version < 1,
            "contact_attempts": self.contact_attempts < 0,
            "creator_id": self.creator_role is Role.PATRON and self.creator_id != "",
            "last_at": self.last_at < self.created_at,
            "given_at": self.status is ReferralStatus.GIVEN and not (handed_over and self.given_at),
            "sent_at": (handed_over and self.sent_at is not None)
            or (self.status in SENT and self.sent_at is None),
            "closed_at": self.is_closed != (self.closed_at is not None),
            "hold_reason": (self.status is ReferralStatus.ON_HOLD) != (self.hold_reason is not None),
            "outcome": not self.is_closed and self.outcome is not None,
            "outcome_source": self.outcome is None and self.outcome_source is not None,
        }
        _refuse(next((name for name, wrong in contradictions.items() if wrong), ""))

    @property
    def is_closed(self) -> bool:
        """Whether it has reached a terminal state."""
        return self.status in TERMINAL

    @property
    def is_loop_closed(self) -> bool:
        """Whether it is closed with an outcome that someone reported.

        The record of an expired referral is closed but its loop is not, unless an answer came late. A referral that was
        entered in error does not count. Whether the answer came within a time window is for a report to work out, from
        `outcome_recorded_at`.
        """
        return (
            self.is_closed
            and self.status is not ReferralStatus.ENTERED_IN_ERROR
            and self.outcome is not None
            and self.outcome_source is not None
        )

    def __repr__(self) -> str:
        # The need and the agency are private. Authorized staff look the referral up by its id.
        return f"<Referral {self.id!r} {self.status} v{self.version}>"


@attrs.frozen(kw_only=True, repr=False)
class ReferralEvent(Document):
    """One thing that happened to a referral. Events are added and never changed.

    Attributes:
        referral_id: id of the referral.
        version: the version of the referral after it.
        event: what happened.
        before: the state before it; `None` for the first event.
        after: the state after it.
        role: the actor's role.
        actor_id: the actor's id; empty for a patron.
        at: when it happened.
        recorded_at: when it was recorded, by the clock.
        inferred: whether the step was not reported but follows from the one that was.
        outcome: the outcome that was reported with it.
        outcome_source: who reported the outcome.
        hold_reason: why the referral waits.
        text: a note by staff or agency. It may be private, is never counted, and is deleted first.

    Raises:
        InvalidReferralError: a field contradicts another one, or a time has no zone.
    """

    FORM = STORED

    referral_id: str
    version: int
    event: Event
    before: ReferralStatus | None = None
    after: ReferralStatus
    role: Role
    actor_id: str = ""
    at: datetime = attrs.field(converter=as_utc)
    recorded_at: datetime = attrs.field(converter=as_utc)
    inferred: bool = False
    outcome: Outcome | None = None
    outcome_source: Source | None = None
    hold_reason: HoldReason | None = None
    text: str = ""

    def __attrs_post_init__(self) -> None:
        contradictions = {
            "referral_id": not self.referral_id,
            "version": self.version < 1,
            "actor_id": self.role is Role.PATRON and self.actor_id != "",
            "recorded_at": self.recorded_at < self.at,
        }
        _refuse(next((name for name, wrong in contradictions.items() if wrong), ""))

    def __repr__(self) -> str:
        return f"<ReferralEvent {self.referral_id!r} v{self.version} {self.event}>"


def _check_about(value: Proposal | Referral) -> None:
    for name in ("id", "service_id"):
        if not getattr(value, name):
            _refuse(name)
    if value.type is ReferralType.INFORMATION:
        return
    # Only an agency can receive a referral, and what a patron agrees to depends on the matter.
    if not value.organization_id:
        _refuse("organization_id")
    if not (value.concepts or value.terms):
        _refuse("concepts")


def _refuse(name: str) -> None:
    if name:
        message = f"the field {name} of a referral is missing or contradicts another field"
        raise InvalidReferralError(message)
