"""When something is due: reminders, expiry, follow-up and review."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.fields import Code, as_utc
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Referral
from communityconnector.referrals.states import SENT, STATES, ReferralStatus, Source

_SATURDAY: Final = 5
_LONGEST_BREAK: Final = 366
"""Days in a row without a business day after which a calendar counts as broken."""


class Clock(Code):
    """The kind of action that is due."""

    REMIND_AGENCY = "remind_agency"
    ALERT_STAFF = "alert_staff"
    EXPIRE = "expire"
    FOLLOW_UP = "follow_up"
    """Ask the patron how it went. Only where the patron agreed to be asked."""
    ASK_PROGRESS = "ask_progress"
    """Ask an agency that has taken a referral on how it stands."""
    REVIEW_HOLD = "review_hold"
    VERIFY_CONTACT = "verify_contact"
    """Ask the patron again whether their contacts are safe: they confirmed it long ago, and a message is still due."""
    CONSENT_ENDING = "consent_ending"
    """The consent ends soon and the referral is open: ask the patron whether to renew it."""
    CONSENT_ENDED = "consent_ended"
    """The consent has ended and the referral is open: close it, or ask the patron for a new consent."""
    DISPUTED = "disputed"
    """The patron contradicts the agency: look into it."""


class Due(NamedTuple):
    """Something that is due.

    Attributes:
        at: when, in UTC.
        clock: what.
    """

    at: datetime
    clock: Clock


def add_business_days(moment: datetime, days: int, policy: Policy) -> datetime:
    """Return the same time of day, `days` business days later.

    Days are those of the policy's zone. Saturdays, Sundays and the policy's holidays do not count; a moment on such a
    day counts from the next business day on.

    Args:
        moment: the start.
        days: how many business days, 0 or more.
        policy: whose zone and holidays count.

    Returns:
        The moment in UTC.

    Raises:
        InvalidReferralError: the moment has no time zone, or the calendar has a year without a business day.
    """
    local = as_utc(moment).astimezone(policy.here)
    day, left, idle = local.date(), days, 0
    while left:
        day += timedelta(days=1)
        if day.weekday() >= _SATURDAY or policy.is_holiday(day):
            idle += 1
            if idle > _LONGEST_BREAK:
                message = "the holiday calendar has a whole year without a business day: check the policy's is_holiday"
                raise InvalidReferralError(message)
        else:
            left, idle = left - 1, 0
    return datetime.combine(day, local.timetz()).astimezone(UTC)


def due(
    referral: Referral,
    policy: Policy,
    *,
    consent_until: datetime | None = None,
    answered: bool = False,
    disputed_at: datetime | None = None,
) -> tuple[Due, ...]:
    """Return everything that is or will be due for a referral in its current state, soonest first.

    What has already been done is not known here: the caller that sends reminders keeps count.

    Args:
        referral: the referral.
        policy: whose times count.
        consent_until: when the referral's consent ends.
        answered: whether the patron has answered how it went.
        disputed_at: since when the patron contradicts the agency.
    """
    due_times = [*_waiting(referral, policy), *_asking(referral, policy, answered=answered)]
    if referral.status in SENT and consent_until is not None:
        due_times += _consenting(referral, policy, consent_until)
    if referral.is_closed and disputed_at is not None:
        due_times.append(Due(disputed_at, Clock.DISPUTED))
    if referral.review_on is not None:
        morning = datetime.combine(referral.review_on, time(), policy.here)
        due_times.append(Due(morning.astimezone(UTC), Clock.REVIEW_HOLD))
    return tuple(sorted(due_times))


def _waiting(referral: Referral, policy: Policy) -> list[Due]:
    """Return what is due while the library waits for an answer."""
    if referral.status is ReferralStatus.GIVEN and referral.expires_at is not None:
        return [Due(referral.expires_at, Clock.EXPIRE)]
    if referral.status is not ReferralStatus.REQUESTED or referral.sent_at is None:
        return []
    sent = referral.sent_at
    due_times = [
        Due(add_business_days(sent, days, policy), Clock.REMIND_AGENCY) for days in policy.remind_after
    ]
    due_times.append(Due(add_business_days(sent, policy.alert_after, policy), Clock.ALERT_STAFF))
    if referral.respond_by is not None:
        due_times.append(Due(referral.respond_by, Clock.EXPIRE))
    return due_times


def _consenting(referral: Referral, policy: Policy, until: datetime) -> list[Due]:
    """Return what is due while an agency has a referral, until the consent to it ends."""
    due_times = [Due(until, Clock.CONSENT_ENDED)]
    notice = until - policy.consent_notice
    if referral.sent_at is not None and notice > referral.sent_at:
        due_times.append(Due(notice, Clock.CONSENT_ENDING))
    if STATES[referral.status].asks_progress:
        interval = policy.progress_every
        times = [
            referral.last_at + interval * n for n in range(1, (until - referral.last_at) // interval + 1)
        ]
        due_times += [Due(at, Clock.ASK_PROGRESS) for at in times]
        due_times += [Due(at, Clock.ALERT_STAFF) for at in times[1:]]
    return due_times


def _asking(referral: Referral, policy: Policy, *, answered: bool) -> list[Due]:
    """Return when to ask the patron how it went.

    When staff or the agency have reported an outcome, the patron is asked whether it helped, unless they have already
    answered. Private data is stored for a limited time after closing, so no question is due later than that. When a
    referral has expired, the patron is the only one who can report.
    """
    since = referral.sent_at or referral.given_at
    if not referral.follow_up_allowed or since is None:
        return []
    if referral.closed_at is not None:
        asks = STATES[referral.status].asks_patron
        if answered or not asks or referral.outcome_source is Source.PATRON:
            return []
        if referral.outcome_source is not None:
            return [
                Due(referral.closed_at + after, Clock.FOLLOW_UP)
                for after in policy.follow_up_after
                if after < policy.keep_private
            ]
    return [Due(since + after, Clock.FOLLOW_UP) for after in policy.follow_up_after]
