"""Role checks that do not depend on a referral's state."""

from __future__ import annotations

from communityconnector.desk.arguments import check_actor
from communityconnector.errors import PermissionDeniedError
from communityconnector.referrals import TABLE, Actor, Event, Role


def check_role(actor: Actor, action: str, *roles: Role) -> None:
    """Make sure that an actor may do something, whatever state a referral is in.

    Args:
        actor: who wants to do it.
        action: the name of the call.
        roles: the roles that may do it.

    Raises:
        PermissionDeniedError: the actor has another role.
        InvalidReferralError: it is not an actor.
    """
    check_actor(actor)
    if actor.role not in roles:
        raise PermissionDeniedError(action, actor.role, roles)


def check_speaks_for_patron(actor: Actor, action: str) -> None:
    """Make sure that an actor is the patron, or staff who speak for the patron.

    Args:
        actor: who wants to do it.
        action: the name of the call.

    Raises:
        PermissionDeniedError: the actor has another role.
        InvalidReferralError: it is not an actor.
    """
    check_role(actor, action, Role.STAFF, Role.PATRON)


def check_event_role(actor: Actor, event: Event) -> None:
    """Make sure that an actor's role may record an event in some state of a referral.

    Args:
        actor: who wants to record it.
        event: the event.

    Raises:
        PermissionDeniedError: this role may never record it.
        InvalidReferralError: it is not an actor.
    """
    allowed = {role for row in TABLE if row.event is event for role in row.who}
    check_role(actor, event.value, *(role for role in Role if role in allowed))
