"""What a library decides for itself: how long to wait, how often to try, which days count."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, timedelta, tzinfo
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.consent import AgeBand
from communityconnector.referrals.sensitivity import WRITTEN_FOR
from communityconnector.referrals.statistics import LEAST_K

LONGEST_LINK: Final = timedelta(hours=72)
_LONGEST: Final = timedelta(days=36_525)
"""A hundred years: longer than anything here is kept, and short enough to be added to any date of today."""
_MOST: Final = 1_000
"""Of anything that is counted, such as business days."""


def no_holidays(day: date) -> bool:  # noqa: ARG001  # the calendar of somebody who keeps none
    """No day is a holiday."""
    return False


def under_13(age: AgeBand, tags: frozenset[str]) -> bool:  # noqa: ARG001  # whatever it is about
    """A guardian consents for a child under 13."""
    return age is AgeBand.UNDER_13


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
        progress_every: how long an agency that has taken a referral on may say nothing before it is asked, a day at least.
        consent_notice: how long before the consent to an open referral ends staff are told.
        contact_fresh_for: how long a patron's word that a contact is safe counts.
        link_lifetime: how long a link in a message can be used, 72 hours at most.
        written_for: tags of matters whose consent must be written.
        needs_guardian: whether a guardian must consent, by the patron's age and the tags of the matter (`SENSITIVE`):
            states differ in what a minor may consent to alone.
        cards: a regular expression of the library's card numbers, which are no references to patrons.
        keep_drafts: how long a draft is kept.
        keep_private: how long contacts, what an agency was told, and words are kept after closing; of a referral that
            stays open, after its consent has ended.
        keep_closed: how long a closed referral is kept, before only a count of it remains.
        keep_consents: how long consents and disclosures are kept after the referral has closed: an intermediary must
            list those of the past three years (42 CFR 2.24).
        keep_messages: how long it is kept that a message was sent, or could not be.
        keep_keys: how long a request's idempotency key is remembered.
        keep_audit: how long the audit log is kept.
        small_cell: counts below it are not shown in statistics, 3 at least (`suppress`).
        zone: where the library is: business days begin and end there, and patrons' safe hours are told by it. By default
            the desk's (`Connector`). Where the desk has none either, days are those of UTC, and a patron who named safe
            hours is not written to.
        is_holiday: whether a day is a holiday: anything true means yes, so a function that gives its name will do.
            By default the desk's calendar.

    Raises:
        InvalidReferralError: `cards` is no regular expression, a number is not from 0 to 1,000, a time not from 0 to 100
            years, links would last longer than 72 hours, an agency would be asked more than once a day, or the smallest
            count that is shown would be less than 3.
    """

    contact_attempts: int = 3
    amend_window: timedelta = timedelta(days=90)
    remind_after: tuple[int, ...] = (2, 4)
    alert_after: int = 5
    respond_within: int = 14
    follow_up_after: tuple[timedelta, ...] = (timedelta(days=14), timedelta(days=30))
    follow_up_window: timedelta = timedelta(days=60)
    review_every: timedelta = timedelta(days=30)
    progress_every: timedelta = timedelta(days=30)
    consent_notice: timedelta = timedelta(days=7)
    contact_fresh_for: timedelta = timedelta(days=90)
    link_lifetime: timedelta = LONGEST_LINK
    written_for: frozenset[str] = WRITTEN_FOR
    needs_guardian: Callable[[AgeBand, frozenset[str]], object] = under_13
    cards: str = ""
    keep_drafts: timedelta = timedelta(days=7)
    keep_private: timedelta = timedelta(days=30)
    keep_closed: timedelta = timedelta(days=180)
    keep_consents: timedelta = timedelta(days=3 * 366)
    keep_messages: timedelta = timedelta(days=30)
    keep_keys: timedelta = timedelta(days=7)
    keep_audit: timedelta = timedelta(days=3 * 366)
    small_cell: int = 10
    zone: tzinfo | None = None
    is_holiday: Callable[[date], object] = no_holidays

    def __attrs_post_init__(self) -> None:
        numbers = (self.contact_attempts, *self.remind_after, self.alert_after, self.respond_within)
        times = (
            self.amend_window,
            *self.follow_up_after,
            self.follow_up_window,
            self.review_every,
            self.progress_every,
            self.consent_notice,
            self.contact_fresh_for,
            self.link_lifetime,
            self.keep_drafts,
            self.keep_private,
            self.keep_closed,
            self.keep_consents,
            self.keep_messages,
            self.keep_keys,
            self.keep_audit,
        )
        try:
            re.compile(self.cards)
        except re.error:
            message = "a policy's `cards` must be a regular expression, such as D[0-9]{8}"
            raise InvalidReferralError(message) from None
        if self.progress_every < timedelta(days=1):
            message = "an agency is asked once a day at most"
            raise InvalidReferralError(message)
        if self.link_lifetime > LONGEST_LINK:
            message = "a link in a message lasts 72 hours at most"
            raise InvalidReferralError(message)
        if self.small_cell < LEAST_K:
            message = (
                f"statistics hide counts below {LEAST_K} at least: with 2, what is hidden is known to be 1"
            )
            raise InvalidReferralError(message)
        if not (
            0 <= min(numbers) <= max(numbers) <= _MOST and timedelta() <= min(times) <= max(times) <= _LONGEST
        ):
            message = f"a policy counts in numbers from 0 to {_MOST:,}, and in times from 0 to 100 years"
            raise InvalidReferralError(message)

    @property
    def here(self) -> tzinfo:
        """The zone by which days begin and end: the library's, and UTC where nobody has said which it is."""
        return UTC if self.zone is None else self.zone
