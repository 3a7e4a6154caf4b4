"""Who may do what hangs on no referral's state."""

from __future__ import annotations

from typing import Final

from communityconnector.desk.arguments import check_actor
from communityconnector.errors import IllegalTransitionError
from communityconnector.referrals import Actor, Role

_ANY: Final = "any"


def check_role(actor: Actor, action: str, *roles: Role) -> None:
    """Make sure that an actor may do something, whatever state a referral is in.

    Args:
        actor: who wants to.
        action: what.
        roles: whose it is to do.

    Raises:
        IllegalTransitionError: it is not this role's.
        InvalidReferralError: it is no actor.
    """
    check_actor(actor)
    if actor.role not in roles:
        raise IllegalTransitionError(_ANY, action, actor.role)
