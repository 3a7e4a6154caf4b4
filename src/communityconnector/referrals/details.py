"""What is told together with an event, and the facts that a sending rests on."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.consent import Consent
from communityconnector.referrals.documents import TYPED, names
from communityconnector.referrals.states import ReferralStatus, Source

MOST_TEXT: Final = 2_000
"""So many letters may be kept with an event."""
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2999, 12, 31)
"""Beyond these, moments of other zones may not exist."""


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

    consent: Consent | None
    fields: frozenset[str] = attrs.field(converter=names)
    purpose: str
    service_active: bool
    confidential: bool
    channel_allowed: bool = False


@attrs.frozen(kw_only=True, field_transformer=TYPED)
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
        text: words to keep with the event, 2,000 letters at most. Required to void; everywhere else better left out.

    Raises:
        InvalidReferralError: a value is of another type than its field, there are too many words or signs among them
            that are none, or the day is none that anybody will look at.
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
        if len(self.text) > MOST_TEXT or not all(map(_is_sign, self.text)):
            message = f"words that are kept with an event are {MOST_TEXT:,} letters at most, without control characters"
            raise InvalidReferralError(message)
        if self.review_on is not None and not _FIRST_DAY <= self.review_on <= _LAST_DAY:
            message = f"a referral is looked at again between {_FIRST_DAY} and {_LAST_DAY}"
            raise InvalidReferralError(message)


def _is_sign(letter: str) -> bool:
    """Whether it can be written anywhere: no half of a surrogate pair, no control character but ends of lines and tabs."""
    return letter in "\n\r\t" or letter.isprintable() or letter.isspace()


NOTHING_TOLD = Details()
"""No details at all."""
