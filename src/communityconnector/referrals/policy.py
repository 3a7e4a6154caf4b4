"""What a library decides for itself: how long to wait, how often to try, which days count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, timedelta, tzinfo

import attrs

from communityconnector.errors import InvalidReferralError


def no_holidays(day: date) -> bool:  # noqa: ARG001  # the calendar of somebody who keeps none
    """No day is a holiday."""
    return False


@attrs.frozen(kw_only=True)
class Policy:
    """Waiting times and limits of referrals.

    The defaults come from what others publish, and are no law: two business days to answer, and fourteen at most, from
    211 Orange County; three attempts at contact from a tip of a Unite Us network (AmericaServes Washington, 2018). The
    rest are our own proposals.

    Attributes:
        contact_attempts: how often somebody must have tried to reach the patron before `unable_to_contact_patron`.
        amend_window: how long after closing an outcome may be corrected.
        remind_after: business days after sending at which the agency is reminded.
        alert_after: business days after sending at which staff are told that no answer has come.
        respond_within: business days after sending at which a request without an answer expires.
        follow_up_after: when the patron is asked how it went, counted from sending or giving.
        follow_up_window: how long after giving details an answer is awaited.
        review_every: how long a referral stays on hold before somebody looks at it.
        keep_drafts: how long a draft is kept.
        keep_closed: how long a closed referral is kept.
        zone: where the library is; business days begin and end there.
        is_holiday: whether a day is a holiday: anything true means yes, so a function that gives its name will do.

    Raises:
        InvalidReferralError: a number or a time is negative.
    """

    contact_attempts: int = 3
    amend_window: timedelta = timedelta(days=90)
    remind_after: tuple[int, ...] = (2, 4)
    alert_after: int = 5
    respond_within: int = 14
    follow_up_after: tuple[timedelta, ...] = (timedelta(days=14), timedelta(days=30))
    follow_up_window: timedelta = timedelta(days=60)
    review_every: timedelta = timedelta(days=30)
    keep_drafts: timedelta = timedelta(days=7)
    keep_closed: timedelta = timedelta(days=180)
    zone: tzinfo = UTC
    is_holiday: Callable[[date], object] = no_holidays

    def __attrs_post_init__(self) -> None:
        numbers = (self.contact_attempts, *self.remind_after, self.alert_after, self.respond_within)
        times = (
            self.amend_window,
            *self.follow_up_after,
            self.follow_up_window,
            self.review_every,
            self.keep_drafts,
            self.keep_closed,
        )
        if min(numbers) < 0 or min(times) < timedelta():
            message = "a policy counts in numbers and times of 0 or more"
            raise InvalidReferralError(message)
