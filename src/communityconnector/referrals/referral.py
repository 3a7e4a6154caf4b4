"""The referral and its events. Nothing in either says who the patron is.

A referral is what its events have made of it; both are values that never change. Who was referred, where they can be
reached and what they agreed to are kept apart from it, so that they can be forgotten without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import documents
from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.documents import TYPED, as_utc, as_utc_if_any, texts
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


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class Proposal:
    """What a new referral is about.

    Attributes:
        id: the id that it will have.
        type: how patron and agency are brought together.
        service_id: the service's id in the directory.
        organization_id: id of the agency that runs it; empty where the directory does not say, which a referral for
            information may be.
        concepts: ids of the needs, from the needs vocabulary.
        terms: ids of taxonomy terms that were asked for. Of a referral for information it may be unknown what is needed.
        priority: how soon it is needed.

    Raises:
        InvalidReferralError: an id is empty, or there is neither a concept nor a term, where there must be one.
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
class Referral:
    """One patron's way to one service, as it stands.

    Made by `create` and `re_refer`, and carried on by `advance`. Times are in UTC and business times: when a thing
    happened, which may be before it was recorded.

    Attributes:
        id: its id.
        type: how patron and agency are brought together.
        status: where it stands.
        task_status: what the agency's own task says: like `status`, but where staff or patron have told how it came
            out, it stays what the agency said last. FHIR leaves it to the agency to complete its task.
        version: how many events have been written.
        service_id: the service's id in the directory.
        organization_id: id of the agency; empty where the directory does not say.
        concepts: ids of the needs, from the needs vocabulary.
        terms: ids of taxonomy terms that were asked for.
        priority: how soon it is needed.
        creator_role: in what capacity somebody made it.
        creator_id: who: a desk; empty where it was the patron.
        replaces: id of the referral whose place it takes.
        tried: ids of agencies that were tried before for the same need, first to last.
        outcome: how it came out, or why it was turned down or taken back.
        outcome_source: who told so; `None` where nobody did.
        hold_reason: why it is on hold.
        review_on: the day to look at it again while it is on hold.
        follow_up_allowed: whether the patron agreed to be asked how it went.
        contact_attempts: how often somebody tried to reach the patron.
        last_at: when the last event happened. None may happen before it.
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
        purge_after: when it need no longer be kept.

    Raises:
        InvalidReferralError: a field contradicts another one, or a time has no zone.
    """

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
        """Whether it has come to an end, with an outcome, and somebody told so.

        An expired referral's record is closed and its loop is not, unless an answer came late. One that was entered in
        error counts for nothing. Whether the answer came within a window of time is for a report to say, from
        `outcome_recorded_at`.
        """
        return (
            self.is_closed
            and self.status is not ReferralStatus.ENTERED_IN_ERROR
            and self.outcome is not None
            and self.outcome_source is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """The referral as a plain document that JSON and every storage can hold."""
        return documents.write(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The referral that a document was made from.

        Raises:
            InvalidReferralError: it is no such document.
        """
        return documents.read(cls, document)

    def __repr__(self) -> str:
        # What somebody needs, and from whom, is private; the id finds it for those who may know.
        return f"<Referral {self.id!r} {self.status} v{self.version}>"


@attrs.frozen(kw_only=True, repr=False)
class ReferralEvent:
    """One thing that happened to a referral. Events are only ever added.

    Attributes:
        referral_id: to which one.
        version: the version that the referral has since.
        event: what happened.
        before: the state that it was in; `None` where it began.
        after: the state that it is in since.
        role: in what capacity somebody acted.
        actor_id: who, by an id; empty for a patron.
        at: when it happened.
        recorded_at: when it was recorded, by the clock.
        inferred: whether nobody reported this step: it follows from the one that was reported.
        outcome: the outcome that was told with it.
        outcome_source: who told it.
        hold_reason: why the referral waits.
        text: words that staff or agency added. They may be private, are never counted, and are forgotten first.

    Raises:
        InvalidReferralError: a field contradicts another one, or a time has no zone.
    """

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

    def to_dict(self) -> dict[str, Any]:
        """The event as a plain document that JSON and every storage can hold."""
        return documents.write(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The event that a document was made from.

        Raises:
            InvalidReferralError: it is no such document.
        """
        return documents.read(cls, document)

    def __repr__(self) -> str:
        return f"<ReferralEvent {self.referral_id!r} v{self.version} {self.event}>"


def _check_about(value: Proposal | Referral) -> None:
    for name in ("id", "service_id"):
        if not getattr(value, name):
            _refuse(name)
    if value.type is ReferralType.INFORMATION:
        return
    # Whoever is sent something is an agency, and what a patron agrees to depends on the matter.
    if not value.organization_id:
        _refuse("organization_id")
    if not (value.concepts or value.terms):
        _refuse("concepts")


def _refuse(name: str) -> None:
    if name:
        message = f"the field {name} of a referral is missing or contradicts another one"
        raise InvalidReferralError(message)
