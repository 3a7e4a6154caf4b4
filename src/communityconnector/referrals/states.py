"""The states of a referral, its events, and the roles of those who act on it.

The states are those of FHIR Task as the SDOH Clinical Care guide uses them (HL7, version 3.0.0, profile
SDOHCC-TaskForReferralManagement: all but `ready` and `received`), written with underscores, and two of our own: `given`,
for details that were handed over with nothing sent, and `expired`, for a request that got no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import FAILURE, CodeClass
from communityconnector.referrals.fields import Code, names, typed


class ReferralStatus(Code):
    """The state of a referral."""

    DRAFT = "draft"
    GIVEN = "given"
    """The patron has the details. Only for `ReferralType.INFORMATION`: no agency was contacted."""
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """No answer came in time. The record is closed, the loop is not."""
    ENTERED_IN_ERROR = "entered_in_error"


class ReferralType(Code):
    """The way in which a patron and an agency are brought together."""

    INFORMATION = "information"
    """Details are handed over; nothing leaves the library."""
    SELF = "self"
    """The patron starts it. Identifying data goes out only by the patron's own act: either the patron sends the referral,
    or the agency learns nothing but the need."""
    DIRECT = "direct"
    """The library sends it to the agency."""
    WARM_HANDOFF = "warm_handoff"
    """A call or a walk together."""
    IN_LIBRARY = "in_library"
    """An appointment with a partner in the building."""
    ASSESSMENT = "assessment"
    """A referral for further assessment, as in the SDOH guide."""
    APPLICATION_HELP = "application_help"
    """Help with a form for a benefit."""


class Priority(Code):
    """The urgency of a referral. An emergency is not a referral: it goes to a crisis line at once and never waits."""

    ROUTINE = "routine"
    URGENT = "urgent"


class Event(Code):
    """An event in the life of a referral."""

    CREATE = "create"
    GIVE = "give"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    """The agency has seen it. This sets a time, not a state."""
    ATTEMPT_CONTACT = "attempt_contact"
    """An attempt to reach the patron. Attempts are counted, so that no referral fails over one unanswered call."""
    ACCEPT = "accept"
    REJECT = "reject"
    START = "start"
    HOLD = "hold"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    REVOKE_CONSENT = "revoke_consent"
    EXPIRE = "expire"
    CLOSE_GIVEN = "close_given"
    VOID = "void"
    AMEND_OUTCOME = "amend_outcome"
    RE_REFER = "re_refer"
    """The first event of a new referral that replaces a closed one."""
    DISCARD = "discard"
    """A draft is deleted. No event remains, because no referral remains."""


@attrs.frozen(kw_only=True)
class StateFacts:
    """What the library knows of a state. `STATES` has one for each.

    Attributes:
        is_terminal: whether the referral is closed. It never leaves such a state, except for `entered_in_error`.
        is_sent: whether it was sent to an agency and is still open.
        is_taken_on: whether the agency has taken it on and it is still open.
        asks_progress: whether a silent agency is asked how it stands.
        asks_patron: whether a patron who agreed is asked how it went, although the referral is closed.
        is_counted: whether it counts in statistics.
        is_set_by_library: whether it is the library that brings an agency's FHIR task into this state.
        outcomes: the classes that the outcome may belong to.
        reason: who gives the reason that FHIR expects in Task.statusReason: `agency`, or `any` for the agency, staff or
            the patron. Empty if FHIR expects none.
        agency_event: the event by which an agency brings a referral into this state; `None` if it cannot.
    """

    is_terminal: bool = False
    is_sent: bool = False
    is_taken_on: bool = False
    asks_progress: bool = False
    asks_patron: bool = False
    is_counted: bool = True
    is_set_by_library: bool = False
    outcomes: tuple[CodeClass, ...] = ()
    reason: Literal["", "agency", "any"] = ""
    agency_event: Event | None = None


STATES: Final[Mapping[ReferralStatus, StateFacts]] = MappingProxyType(
    {
        ReferralStatus.DRAFT: StateFacts(is_counted=False, is_set_by_library=True),
        ReferralStatus.GIVEN: StateFacts(),
        ReferralStatus.REQUESTED: StateFacts(is_sent=True, is_set_by_library=True),
        ReferralStatus.ACCEPTED: StateFacts(
            is_sent=True, is_taken_on=True, asks_progress=True, agency_event=Event.ACCEPT
        ),
        ReferralStatus.IN_PROGRESS: StateFacts(
            is_sent=True, is_taken_on=True, asks_progress=True, agency_event=Event.START
        ),
        ReferralStatus.ON_HOLD: StateFacts(
            is_sent=True, is_taken_on=True, reason="any", agency_event=Event.HOLD
        ),
        ReferralStatus.COMPLETED: StateFacts(
            is_terminal=True, asks_patron=True, outcomes=(CodeClass.SUCCESS,), agency_event=Event.COMPLETE
        ),
        ReferralStatus.FAILED: StateFacts(
            is_terminal=True, asks_patron=True, outcomes=FAILURE, reason="agency", agency_event=Event.FAIL
        ),
        # Of a rejected or cancelled referral, patrons know how it went.
        ReferralStatus.REJECTED: StateFacts(
            is_terminal=True, outcomes=(CodeClass.AGENCY,), reason="agency", agency_event=Event.REJECT
        ),
        ReferralStatus.CANCELLED: StateFacts(
            is_terminal=True,
            is_set_by_library=True,
            outcomes=FAILURE,
            reason="any",
            agency_event=Event.CANCEL,
        ),
        # An expired request is exported as a cancelled one.
        ReferralStatus.EXPIRED: StateFacts(
            is_terminal=True, asks_patron=True, is_set_by_library=True, outcomes=tuple(CodeClass)
        ),
        ReferralStatus.ENTERED_IN_ERROR: StateFacts(
            is_terminal=True, is_counted=False, is_set_by_library=True
        ),
    }
)
"""What the library knows of each state. What may happen in a state is in `table.TABLE`."""

TERMINAL: Final = frozenset(status for status, facts in STATES.items() if facts.is_terminal)
"""States that a referral never leaves, except for `entered_in_error`."""

SENT: Final = tuple(status for status, facts in STATES.items() if facts.is_sent)
"""States of a referral that was sent to an agency and is still open."""


class Role(Code):
    """The capacity in which an actor acts."""

    STAFF = "staff"
    PATRON = "patron"
    AGENCY = "agency"
    SYSTEM = "system"
    """The library's own clocks."""
    ADAPTER = "adapter"
    """Software that delivers messages, such as one that knows that a mail was opened."""


class Source(Code):
    """The source of an outcome: who reported how a referral came out."""

    AGENCY = "agency"
    PATRON = "patron"
    STAFF = "staff"


VOID_RIGHT: Final = "void"
"""The right that staff need to withdraw a referral as entered in error."""


@attrs.frozen(repr=False, field_transformer=typed)
class Actor:
    """A desk, a patron, an agency or a program that acts on a referral.

    Attributes:
        role: the capacity in which the actor acts.
        id: the id of a desk, an agency or an adapter. Never a person's name, and always empty for a patron, so that no
            event of a referral identifies the patron.
        rights: what this actor may do beyond the role, such as `void`. Not stored with the event.

    Raises:
        InvalidReferralError: a patron has an id.
    """

    role: Role = attrs.field(converter=Role)
    id: str = ""
    rights: frozenset[str] = attrs.field(default=frozenset(), converter=names)

    def __attrs_post_init__(self) -> None:
        if self.role is Role.PATRON and self.id:
            message = "an actor with the role patron must have no id: events of a referral never identify the patron"
            raise InvalidReferralError(message)

    def __repr__(self) -> str:
        # An id may belong to a person, so logs get only the role.
        return f"<Actor {self.role}>"
