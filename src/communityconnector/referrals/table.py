"""The table of transitions: every move of a referral. What is not in it cannot happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.referrals.codes import CodeClass, Outcome
from communityconnector.referrals.states import SENT, STATES, Event, ReferralStatus, Role


@attrs.frozen(kw_only=True)
class Transition:
    """One move of a referral.

    Attributes:
        event: what happens.
        before: the state before it; `None` if a referral begins.
        after: the state after it, which may be the same; `None` if the referral is deleted.
        who: roles that may do it.
        guards: names of the conditions that must hold, checked in this order.
        needs: fields of `Details` that must be given. An agency may leave out that it is the source.
        takes: fields that may be given; `text` always may.
        classes: the classes that the outcome may belong to.
        sets: the outcome that it always has, which no caller gives.
    """

    event: Event
    before: ReferralStatus | None
    after: ReferralStatus | None
    who: tuple[Role, ...]
    guards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    classes: tuple[CodeClass, ...] = ()
    sets: Outcome | None = None

    @property
    def name(self) -> str:
        """The move as text: `send: draft -> requested`."""
        return f"{self.event}: {self.before or '-'} -> {self.after or '-'}"


_S = ReferralStatus
_STAFF, _PATRON, _AGENCY, _SYSTEM, _ADAPTER = Role.STAFF, Role.PATRON, Role.AGENCY, Role.SYSTEM, Role.ADAPTER
_DESK = (_STAFF, _PATRON)
_ANYONE = (_STAFF, _PATRON, _AGENCY)
_TAKEN_ON = tuple(status for status, facts in STATES.items() if facts.is_taken_on)
_OUTCOME = ("outcome", "outcome_source")


def _table() -> Iterable[Transition]:
    yield Transition(event=Event.CREATE, before=None, after=_S.DRAFT, who=_DESK)
    yield Transition(event=Event.RE_REFER, before=None, after=_S.DRAFT, who=_DESK)
    yield Transition(event=Event.DISCARD, before=_S.DRAFT, after=None, who=_DESK, guards=("creator",))
    yield Transition(
        event=Event.GIVE,
        before=_S.DRAFT,
        after=_S.GIVEN,
        who=_DESK,
        guards=("is_information",),
        takes=("follow_up_allowed",),
    )
    yield Transition(
        event=Event.SEND,
        before=_S.DRAFT,
        after=_S.REQUESTED,
        who=_DESK,
        guards=("leaves_the_library", "consent", "own_act", "service_active", "channel_allowed"),
        needs=("sending",),
        takes=("follow_up_allowed",),
    )
    yield Transition(
        event=Event.ACKNOWLEDGE, before=_S.REQUESTED, after=_S.REQUESTED, who=(_AGENCY, _ADAPTER)
    )
    for status in SENT:
        yield Transition(event=Event.ATTEMPT_CONTACT, before=status, after=status, who=(_STAFF, _AGENCY))
    for status in (_S.GIVEN, *(status for status, facts in STATES.items() if facts.asks_patron)):
        yield Transition(
            event=Event.ATTEMPT_CONTACT,
            before=status,
            after=status,
            who=(_STAFF,),
            guards=("follow_up_allowed",),
        )
    yield from _agency()
    yield from _endings()
    yield from _corrections()


def _agency() -> Iterable[Transition]:
    """Yield what an agency does with a request."""
    yield Transition(event=Event.ACCEPT, before=_S.REQUESTED, after=_S.ACCEPTED, who=(_AGENCY,))
    yield Transition(
        event=Event.REJECT,
        before=_S.REQUESTED,
        after=_S.REJECTED,
        who=(_AGENCY,),
        needs=("outcome",),
        takes=("outcome_source",),
        classes=STATES[_S.REJECTED].outcomes,
    )
    for status in (_S.ACCEPTED, _S.ON_HOLD):
        yield Transition(event=Event.START, before=status, after=_S.IN_PROGRESS, who=(_AGENCY,))
    for status in _TAKEN_ON:
        # A review of a hold sets the next review day. Staff may do that too, after a call to the agency.
        yield Transition(
            event=Event.HOLD,
            before=status,
            after=_S.ON_HOLD,
            who=(_STAFF, _AGENCY) if status is _S.ON_HOLD else (_AGENCY,),
            needs=("hold_reason",),
            takes=("review_on",),
        )


def _endings() -> Iterable[Transition]:
    """Yield the ways in which a referral ends."""
    for event, after, guards in (
        (Event.COMPLETE, _S.COMPLETED, ()),
        (Event.FAIL, _S.FAILED, ("contact_attempts",)),
    ):
        for status in _TAKEN_ON:
            yield Transition(
                event=event,
                before=status,
                after=after,
                who=_ANYONE,
                guards=guards,
                needs=_OUTCOME,
                classes=STATES[after].outcomes,
            )
    for status in (_S.DRAFT, *SENT):
        yield Transition(
            event=Event.CANCEL,
            before=status,
            after=_S.CANCELLED,
            who=_DESK if status is _S.DRAFT else _ANYONE,
            guards=("contact_attempts",),
            needs=("outcome",),
            takes=("outcome_source",),
            classes=STATES[_S.CANCELLED].outcomes,
        )
    for status in SENT:
        yield Transition(
            event=Event.REVOKE_CONSENT,
            before=status,
            after=_S.CANCELLED,
            who=_DESK,
            sets=Outcome.CONSENT_REVOKED,
        )
    yield Transition(
        event=Event.EXPIRE,
        before=_S.REQUESTED,
        after=_S.EXPIRED,
        who=(_SYSTEM,),
        guards=("response_overdue",),
        sets=Outcome.AGENCY_NO_RESPONSE,
    )
    for after in (_S.COMPLETED, _S.FAILED, _S.CANCELLED):
        yield Transition(
            event=Event.CLOSE_GIVEN,
            before=_S.GIVEN,
            after=after,
            who=_DESK,
            needs=("to", *_OUTCOME),
            classes=STATES[after].outcomes,
        )
    yield Transition(
        event=Event.CLOSE_GIVEN,
        before=_S.GIVEN,
        after=_S.EXPIRED,
        who=(*_DESK, _SYSTEM),
        guards=("window_over",),
        needs=("to",),
        sets=Outcome.UNKNOWN,
    )


def _corrections() -> Iterable[Transition]:
    """Yield what may still happen to a closed referral."""
    for status in ReferralStatus:
        if status is not _S.ENTERED_IN_ERROR:
            yield Transition(
                event=Event.VOID,
                before=status,
                after=_S.ENTERED_IN_ERROR,
                who=(_STAFF,),
                guards=("void_right",),
                needs=("text",),
            )
    for status in (_S.COMPLETED, _S.FAILED, _S.REJECTED, _S.EXPIRED):
        yield Transition(
            event=Event.AMEND_OUTCOME,
            before=status,
            after=status,
            who=(_STAFF, _AGENCY),
            guards=("agency_was_told", "amend_window", "contact_attempts"),
            needs=_OUTCOME,
            classes=STATES[status].outcomes,
        )


TABLE: Final = tuple(_table())
"""Every transition."""

Moves = Mapping[tuple[Event, ReferralStatus | None], tuple[Transition, ...]]


def by_move(table: Iterable[Transition]) -> Moves:
    """Return transitions by event and state."""
    moves: dict[tuple[Event, ReferralStatus | None], tuple[Transition, ...]] = {}
    for row in table:
        moves[row.event, row.before] = (*moves.get((row.event, row.before), ()), row)
    return MappingProxyType(moves)


IMPLIED: Final[Mapping[tuple[Event, ReferralStatus], Event]] = MappingProxyType(
    dict.fromkeys(
        ((event, _S.REQUESTED) for event in (Event.START, Event.HOLD, Event.COMPLETE, Event.FAIL)),
        Event.ACCEPT,
    )
)
"""The event that an update implies when it skips a step: an agency that works on a request has accepted it.

FHIR has no transition from `requested` to `completed` or `failed`, so the skipped step is recorded and marked as
inferred. `fail` implies acceptance only if the agency reports it: that a patron was not helped does not mean that the
agency had accepted the referral.
"""
