"""Conditions of transitions, by name. Each one depends only on the facts that it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.referrals.codes import Outcome
from communityconnector.referrals.details import Details
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Referral
from communityconnector.referrals.states import VOID_RIGHT, Actor, ReferralType, Role


@attrs.frozen(kw_only=True)
class Step:
    """Something that is about to happen to a referral.

    Attributes:
        referral: the referral as it is now.
        actor: who does it.
        details: what the caller reports with it.
        at: when it happened.
        recorded_at: when it is recorded, by the clock.
        policy: the library's limits.
    """

    referral: Referral
    actor: Actor
    details: Details
    at: datetime
    recorded_at: datetime
    policy: Policy


def is_information(step: Step) -> bool:
    """Return whether the referral is for information: only that type hands over details and sends nothing."""
    return step.referral.type is ReferralType.INFORMATION


def leaves_the_library(step: Step) -> bool:
    """Return whether the referral may be sent: one for information never is."""
    return step.referral.type is not ReferralType.INFORMATION


def consent(step: Step) -> bool:
    """Return whether the patron consented that this agency learns these fields of this referral for this purpose.

    The consent must be in force both when the referral is sent and when that is recorded, so that a sending cannot be
    backdated into a consent that has ended.
    """
    sending, referral = step.details.sending, step.referral
    return (
        sending is not None
        and sending.consent is not None
        and sending.consent.referral_id == referral.id
        and sending.consent.covers(
            referral.organization_id, sending.fields, sending.purpose, step.at, step.recorded_at
        )
    )


def own_act(step: Step) -> bool:
    """Return whether a self-referral goes by the patron's own act: the patron sends it, or no fields are disclosed."""
    sending = step.details.sending
    return (
        step.referral.type is not ReferralType.SELF
        or step.actor.role is Role.PATRON
        or (sending is not None and not sending.fields)
    )


def service_active(step: Step) -> bool:
    """Return whether the directory lists the service as active."""
    return step.details.sending is not None and step.details.sending.service_active


def channel_allowed(step: Step) -> bool:
    """Return whether the channel may be used: the service is not confidential, or the channel may carry such referrals."""
    sending = step.details.sending
    return sending is not None and (not sending.confidential or sending.channel_allowed)


def response_overdue(step: Step) -> bool:
    """Return whether the time to respond is over."""
    return step.referral.respond_by is not None and step.at >= step.referral.respond_by


def window_over(step: Step) -> bool:
    """Return whether the time in which the patron may report how it went is over."""
    return step.referral.expires_at is not None and step.at >= step.referral.expires_at


def contact_attempts(step: Step) -> bool:
    """Return whether enough attempts to reach the patron are recorded, if the outcome is that none succeeded."""
    return (
        step.details.outcome is not Outcome.UNABLE_TO_CONTACT_PATRON
        or step.referral.contact_attempts >= step.policy.contact_attempts
    )


def void_right(step: Step) -> bool:
    """Return whether the actor has the right to withdraw a referral as entered in error."""
    return VOID_RIGHT in step.actor.rights


def amend_window(step: Step) -> bool:
    """Return whether an outcome may still be corrected, counted from closing to the time of recording."""
    closed = step.referral.closed_at
    return closed is not None and step.recorded_at - closed <= step.policy.amend_window


def agency_was_told(step: Step) -> bool:
    """Return whether the actor may report: an agency may do so only on a referral that was sent to it."""
    return step.actor.role is not Role.AGENCY or step.referral.sent_at is not None


def follow_up_allowed(step: Step) -> bool:
    """Return whether the patron agreed to be asked how it went."""
    return step.referral.follow_up_allowed


def creator(step: Step) -> bool:
    """Return whether the actor created the draft: only the creator may discard it."""
    return (step.actor.role, step.actor.id) == (step.referral.creator_role, step.referral.creator_id)


GUARDS: Final[Mapping[str, Callable[[Step], bool]]] = MappingProxyType(
    {
        guard.__name__: guard
        for guard in (
            is_information,
            leaves_the_library,
            consent,
            own_act,
            service_active,
            channel_allowed,
            response_overdue,
            window_over,
            contact_attempts,
            void_right,
            amend_window,
            agency_was_told,
            follow_up_allowed,
            creator,
        )
    }
)
"""Every condition by the name that the table and errors use."""
