"""When something is due: reminders, expiry, follow-up and review."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.documents import Code, as_utc
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Referral
from communityconnector.referrals.states import ReferralStatus

_SATURDAY: Final = 5
_LONGEST_BREAK: Final = 366
"""Days in a row without a business day, after which a calendar is taken to be broken."""


class Clock(Code):
    """What is due."""

    REMIND_AGENCY = "remind_agency"
    ALERT_STAFF = "alert_staff"
    EXPIRE = "expire"
    FOLLOW_UP = "follow_up"
    """Ask the patron how it went. Only where the patron agreed to be asked."""
    REVIEW_HOLD = "review_hold"
    VERIFY_CONTACT = "verify_contact"
    """Ask the patron anew whether their contacts are safe: their word has grown old, and a message is still to come."""


class Due(NamedTuple):
    """Something that is due.

    Attributes:
        at: when, in UTC.
        clock: what.
    """

    at: datetime
    clock: Clock


def add_business_days(moment: datetime, days: int, policy: Policy) -> datetime:
    """The same time of day, so many business days later.

    Days are those of the policy's zone. Saturdays, Sundays and the policy's holidays do not count; a moment on such a
    day counts from the next business day on.

    Args:
        moment: from when.
        days: how many business days, 0 or more.
        policy: whose zone and holidays count.

    Returns:
        The moment in UTC.

    Raises:
        InvalidReferralError: the moment has no zone, or the calendar has a year without a business day.
    """
    local = as_utc(moment).astimezone(policy.here)
    day, left, idle = local.date(), days, 0
    while left:
        day += timedelta(days=1)
        if day.weekday() >= _SATURDAY or policy.is_holiday(day):
            idle += 1
            if idle > _LONGEST_BREAK:
                message = "the calendar of holidays has a year without a business day"
                raise InvalidReferralError(message)
        else:
            left, idle = left - 1, 0
    return datetime.combine(day, local.timetz()).astimezone(UTC)


def due(referral: Referral, policy: Policy) -> tuple[Due, ...]:
    """Everything that is or will be due for a referral as it stands, soonest first.

    What has been done already is not known here: whoever reminds keeps count.

    Args:
        referral: the referral.
        policy: whose times count.
    """
    found = [*_waiting(referral, policy), *_asking(referral, policy)]
    if referral.review_on is not None:
        morning = datetime.combine(referral.review_on, time(), policy.here)
        found.append(Due(morning.astimezone(UTC), Clock.REVIEW_HOLD))
    return tuple(sorted(found))


def _waiting(referral: Referral, policy: Policy) -> list[Due]:
    """What is due while somebody's answer is awaited."""
    if referral.status is ReferralStatus.GIVEN and referral.expires_at is not None:
        return [Due(referral.expires_at, Clock.EXPIRE)]
    if referral.status is not ReferralStatus.REQUESTED or referral.sent_at is None:
        return []
    sent = referral.sent_at
    found = [Due(add_business_days(sent, days, policy), Clock.REMIND_AGENCY) for days in policy.remind_after]
    found.append(Due(add_business_days(sent, policy.alert_after, policy), Clock.ALERT_STAFF))
    if referral.respond_by is not None:
        found.append(Due(referral.respond_by, Clock.EXPIRE))
    return found


def _asking(referral: Referral, policy: Policy) -> list[Due]:
    """When the patron is asked. One whose referral expired is asked too: nobody else will tell how it went."""
    since = referral.sent_at or referral.given_at
    unanswered = referral.status is ReferralStatus.EXPIRED and referral.outcome_source is None
    if not referral.follow_up_allowed or since is None or (referral.is_closed and not unanswered):
        return []
    return [Due(since + after, Clock.FOLLOW_UP) for after in policy.follow_up_after]
