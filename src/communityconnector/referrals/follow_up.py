"""A patron's answer about how a referral went."""

from __future__ import annotations

from datetime import datetime

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import MEANINGS, CodeClass, Outcome
from communityconnector.referrals.fields import STORED, Code, as_utc, typed
from communityconnector.serialization import Document


class Helped(Code):
    """The patron's answer to whether they got what they needed."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowUp:
    """A patron's answer to four questions: did you reach them, did they help, how long did it take, what went wrong?

    Attributes:
        reached: whether the patron reached the agency.
        helped: whether the patron got what they needed.
        waited_days: how many days it took, if the patron says.
        problem: what stood in the way, if the patron says: an outcome that is not a success.

    Raises:
        InvalidReferralError: the days are negative, or the problem is a success.
    """

    reached: bool
    helped: Helped = attrs.field(converter=Helped)
    waited_days: int | None = None
    problem: Outcome | None = attrs.field(default=None, converter=attrs.converters.optional(Outcome))

    def __attrs_post_init__(self) -> None:
        if self.waited_days is not None and self.waited_days < 0:
            message = "waited_days cannot be negative"
            raise InvalidReferralError(message)
        if self.problem is not None and MEANINGS[self.problem].side is CodeClass.SUCCESS:
            message = "problem must be an outcome that is not a success"
            raise InvalidReferralError(message)

    @property
    def outcome(self) -> Outcome:
        """How the referral came out by this answer; `unknown` if it did not help and no reason is given."""
        if self.helped is Helped.YES:
            return Outcome.SERVICE_RECEIVED
        if self.helped is Helped.PARTLY:
            return Outcome.SERVICE_RECEIVED_PARTLY
        if self.problem is not None:
            return self.problem
        return Outcome.UNKNOWN if self.reached else Outcome.AGENCY_UNREACHABLE


@attrs.frozen(kw_only=True)
class Answered(Document):
    """A stored answer to a follow-up.

    Attributes:
        referral_id: the referral that it is about.
        at: when it was given.
        reached: whether the patron reached the agency.
        helped: whether the patron got what they needed.
        waited_days: how many days it took.
        problem: what stood in the way.
    """

    FORM = STORED

    referral_id: str
    at: datetime = attrs.field(converter=as_utc)
    reached: bool
    helped: Helped = attrs.field(converter=Helped)
    waited_days: int | None = None
    problem: Outcome | None = attrs.field(default=None, converter=attrs.converters.optional(Outcome))
