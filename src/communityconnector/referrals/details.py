"""Details of events, and the facts that sending a referral depends on."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.consent import Consent
from communityconnector.referrals.fields import names, typed
from communityconnector.referrals.states import ReferralStatus, Source

MOST_TEXT: Final = 2_000
"""Characters of text that may be stored with an event."""
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2999, 12, 31)
"""Outside these days, a moment may not exist in another time zone."""


@attrs.frozen(kw_only=True)
class Sending:
    """The facts about a referral that is to be sent, gathered by the caller. What is not stated counts as no.

    Attributes:
        consent: the patron's consent; `None` if there is none.
        fields: names of what would be sent.
        purpose: what for.
        service_active: whether the directory says that the service is active.
        confidential: whether the service is confidential, such as a refuge.
        channel_allowed: whether the channel may carry confidential referrals.
    """

    consent: Consent | None
    fields: frozenset[str] = attrs.field(converter=names)
    purpose: str
    service_active: bool
    confidential: bool
    channel_allowed: bool = False


@attrs.frozen(kw_only=True, field_transformer=typed)
class Details:
    """The details that a caller reports with an event. Each event takes some of them and refuses the rest.

    Attributes:
        outcome: how the referral came out, or why it is turned down or withdrawn.
        outcome_source: who reported the outcome. An agency leaves it out, because it reports for itself; so does the
            person who cancels a referral.
        hold_reason: why the referral waits.
        review_on: the day to look at it again; the policy's interval applies without it.
        to: the state in which details that were handed over are closed.
        sending: the facts about sending the referral.
        follow_up_allowed: whether the patron agrees to be asked how it went.
        text: a note to store with the event, at most 2,000 characters. Required to void; better left out elsewhere.

    Raises:
        InvalidReferralError: a value does not have its field's type, the text is too long or has control characters, or
            the review day is not between 2000-01-01 and 2999-12-31.
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

    def __attrs_post_init__(self) -> None:
        if len(self.text) > MOST_TEXT or not all(map(_is_storable, self.text)):
            message = (
                f"the text of an event must have at most {MOST_TEXT:,} characters and no control characters"
            )
            raise InvalidReferralError(message)
        if self.review_on is not None and not _FIRST_DAY <= self.review_on <= _LAST_DAY:
            message = f"review_on must be between {_FIRST_DAY} and {_LAST_DAY}"
            raise InvalidReferralError(message)


def _is_storable(letter: str) -> bool:
    """Return whether every storage can write a character: no lone surrogate, no control character except line ends and tabs."""
    return letter in "\n\r\t" or letter.isprintable() or letter.isspace()


NO_DETAILS = Details()
"""No details at all."""
