"""A library's own decisions: how long to wait, how often to try, which days count."""

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
"""A hundred years: longer than any record is stored, and short enough to add to any current date."""
_MOST: Final = 1_000
"""Upper limit of every count, such as a number of business days."""


def no_holidays(day: date) -> bool:  # noqa: ARG001  # a calendar without holidays
    """Return `False`: no day is a holiday."""
    return False


def under_13(age: AgeBand, tags: frozenset[str]) -> bool:  # noqa: ARG001  # the matter makes no difference
    """Return whether the patron is under 13, so that a guardian must consent."""
    return age is AgeBand.UNDER_13


@attrs.frozen(kw_only=True)
class Policy:
    """Waiting times and limits of referrals.

    The defaults follow published practice and are not law. Two business days to answer, and fourteen at most, come from
    211 Orange County. Three attempts at contact come from a tip of a Unite Us network (AmericaServes Washington, 2018).
    The rest are our own proposals.

    Attributes:
        contact_attempts: attempts to reach the patron that must be recorded before `unable_to_contact_patron`.
        amend_window: how long after closing an outcome may be corrected.
        remind_after: business days after sending at which the agency is reminded.
        alert_after: business days after sending at which staff are alerted that no answer has come.
        respond_within: business days after sending at which a request without an answer expires.
        follow_up_after: when the patron is asked how it went, counted from sending or handing over.
        follow_up_window: how long after handing over details the library waits for an answer.
        review_every: how long a referral stays on hold before staff review it.
        progress_every: how long an agency that has accepted a referral may stay silent before it is asked, at least one day.
        consent_notice: how long before the consent to an open referral ends staff are alerted.
        contact_fresh_for: how long a patron's statement that a contact is safe counts.
        link_lifetime: how long a link in a message can be used, at most 72 hours.
        written_for: tags of matters whose consent must be written.
        needs_guardian: whether a guardian must consent, by the patron's age and the tags of the matter (`SENSITIVE`):
            states differ in what a minor may consent to alone.
        cards: a regular expression for the library's card numbers, which are refused as references to patrons.
        keep_drafts: how long a draft is stored.
        keep_private: how long contacts, disclosed fields and notes are stored after closing; for a referral that stays
            open, after its consent has ended.
        keep_closed: how long a closed referral is stored, before only a count of it remains.
        keep_consents: how long consents and disclosures are stored after the referral has closed: an intermediary must
            list those of the past three years (42 CFR 2.24).
        keep_messages: how long the record is stored that a message was sent or could not be sent.
        keep_keys: how long a request's idempotency key is stored.
        keep_audit: how long the audit log is stored.
        small_cell: counts below it are hidden in statistics, at least 3 (`suppress`).
        zone: the library's time zone, for business days and patrons' safe hours. By default the desk's (`Connector`). If
            the desk has none either, days are those of UTC, and patrons who named safe hours get no messages.
        is_holiday: returns whether a day is a holiday. Any true value means yes, so a function that returns the
            holiday's name works too. By default the desk's calendar.

    Raises:
        InvalidReferralError: `cards` is not a regular expression, a number is not from 0 to 1,000, a time is not from 0
            to 100 years, links would last longer than 72 hours, an agency would be asked more than once a day, or
            `small_cell` is less than 3.
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
            message = "a policy's `cards` must be a valid regular expression, such as D[0-9]{8}"
            raise InvalidReferralError(message) from None
        if self.progress_every < timedelta(days=1):
            message = "a policy's `progress_every` must be at least one day"
            raise InvalidReferralError(message)
        if self.link_lifetime > LONGEST_LINK:
            message = "a policy's `link_lifetime` must be at most 72 hours"
            raise InvalidReferralError(message)
        if self.small_cell < LEAST_K:
            message = (
                f"a policy's `small_cell` must be at least {LEAST_K}: with 2, a hidden count is known to be 1"
            )
            raise InvalidReferralError(message)
        if not (
            0 <= min(numbers) <= max(numbers) <= _MOST and timedelta() <= min(times) <= max(times) <= _LONGEST
        ):
            message = f"a policy's numbers must be from 0 to {_MOST:,}, and its times from 0 to 100 years"
            raise InvalidReferralError(message)

    @property
    def here(self) -> tzinfo:
        """The time zone in which days begin and end: the library's, or UTC if none is set."""
        return UTC if self.zone is None else self.zone
