"""Conditions of transitions, by name. Each looks at the facts that it is given and at nothing else."""

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
        referral: as it stands.
        actor: who does it.
        details: what is told with it.
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
    """Only details that stay in the library are given without sending anything."""
    return step.referral.type is ReferralType.INFORMATION


def leaves_the_library(step: Step) -> bool:
    """A referral for information is never sent."""
    return step.referral.type is not ReferralType.INFORMATION


def consent(step: Step) -> bool:
    """The patron agreed that this agency is told these things of this referral for this purpose, and it holds now.

    It must have been in force when it happened and must be when it is recorded, so that a sending cannot be dated back
    into a consent that has ended.
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
    """What identifies a patron goes with a referral of their own by their own act: the patron sends it, or tells nothing."""
    sending = step.details.sending
    return (
        step.referral.type is not ReferralType.SELF
        or step.actor.role is Role.PATRON
        or (sending is not None and not sending.fields)
    )


def service_active(step: Step) -> bool:
    """The directory says that the service is active."""
    return step.details.sending is not None and step.details.sending.service_active


def channel_allowed(step: Step) -> bool:
    """The service is not confidential, or the channel may carry what is."""
    sending = step.details.sending
    return sending is not None and (not sending.confidential or sending.channel_allowed)


def response_overdue(step: Step) -> bool:
    """The time to answer is over."""
    return step.referral.respond_by is not None and step.at >= step.referral.respond_by


def window_over(step: Step) -> bool:
    """The time in which the patron may tell how it went is over."""
    return step.referral.expires_at is not None and step.at >= step.referral.expires_at


def contact_attempts(step: Step) -> bool:
    """Nobody gives up on reaching a patron before so many attempts are on record."""
    return (
        step.details.outcome is not Outcome.UNABLE_TO_CONTACT_PATRON
        or step.referral.contact_attempts >= step.policy.contact_attempts
    )


def void_right(step: Step) -> bool:
    """Only who has the right may take a referral back as entered in error."""
    return VOID_RIGHT in step.actor.rights


def amend_window(step: Step) -> bool:
    """An outcome may be corrected for so long after closing, by the clock."""
    closed = step.referral.closed_at
    return closed is not None and step.recorded_at - closed <= step.policy.amend_window


def agency_was_told(step: Step) -> bool:
    """An agency speaks only about a referral that was sent to it."""
    return step.actor.role is not Role.AGENCY or step.referral.sent_at is not None


def follow_up_allowed(step: Step) -> bool:
    """The patron agreed to be asked how it went."""
    return step.referral.follow_up_allowed


def creator(step: Step) -> bool:
    """A draft is thrown away by who made it."""
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
