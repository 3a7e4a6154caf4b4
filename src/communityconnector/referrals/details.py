"""What is told together with an event, and the facts that a sending rests on."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.documents import as_utc, as_utc_if_any, names
from communityconnector.referrals.states import ReferralStatus, Source


@attrs.frozen(kw_only=True)
class ConsentView:
    """What a patron's consent allows. Who the patron is stands elsewhere.

    Attributes:
        agency_id: the agency that may be told.
        fields: names of what it may be told.
        purpose: what for.
        granted_at: since when.
        expires_at: until when; a consent without an end is none.
        revoked_at: when it was taken back.
    """

    agency_id: str
    fields: frozenset[str] = attrs.field(converter=names)
    purpose: str
    granted_at: datetime = attrs.field(converter=as_utc)
    expires_at: datetime = attrs.field(converter=as_utc)
    revoked_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)

    def covers(self, agency_id: str, sending: Sending, *moments: datetime) -> bool:
        """Whether it allows a sending.

        Args:
            agency_id: to whom.
            sending: what would be sent, and what for.
            moments: when it must be in force: as it happens and as it is recorded.
        """
        return (
            self.revoked_at is None
            and self.agency_id == agency_id
            and sending.fields <= self.fields
            and sending.purpose == self.purpose
            and all(self.granted_at <= moment < self.expires_at for moment in moments)
        )


@attrs.frozen(kw_only=True)
class Sending:
    """The facts about a sending, gathered by whoever sends. Nothing is taken for granted: what is not said is no.

    Attributes:
        consent: the patron's consent; `None` where there is none.
        fields: names of what would be sent.
        purpose: what for.
        service_active: whether the directory says that the service is active.
        confidential: whether the service is confidential, such as a refuge.
        channel_allowed: whether the channel is allowed to carry what is confidential.
    """

    consent: ConsentView | None
    fields: frozenset[str] = attrs.field(converter=names)
    purpose: str
    service_active: bool
    confidential: bool
    channel_allowed: bool = False


@attrs.frozen(kw_only=True)
class Details:
    """What is told together with an event. Each event takes some of it and refuses the rest.

    Attributes:
        outcome: how it came out, or why it is turned down or taken back.
        outcome_source: who told so. Left out by an agency, which speaks for itself, and where a referral is cancelled
            by whoever tells it.
        hold_reason: why it waits.
        review_on: the day to look at it again; left out for the policy's own.
        to: the state in which details that were given are closed.
        sending: the facts about a sending.
        follow_up_allowed: whether the patron agrees to be asked how it went.
        text: words to keep with the event. Required to void; everywhere else better left out.
    """

    outcome: Outcome | None = attrs.field(default=None, converter=attrs.converters.optional(Outcome))
    outcome_source: Source | None = attrs.field(default=None, converter=attrs.converters.optional(Source))
    hold_reason: HoldReason | None = attrs.field(
        default=None, converter=attrs.converters.optional(HoldReason)
    )
    review_on: date | None = None
    to: ReferralStatus | None = attrs.field(default=None, converter=attrs.converters.optional(ReferralStatus))
    sending: Sending | None = None
    follow_up_allowed: bool = False
    text: str = attrs.field(default="", repr=False)


NOTHING_TOLD = Details()
"""No details at all."""
