"""Who may do what at a desk: every call that takes an actor refuses the roles that it is not for, and does nothing then."""

from __future__ import annotations

import inspect

import pytest
from desks import STAFF, desk_at, found, refused, send, take_referrals, terms

import communityconnector as cc
from communityconnector.desk import Desk
from communityconnector.errors import IllegalTransitionError
from communityconnector.referrals import Role

LIBRARY, PATRONS = frozenset({Role.STAFF}), frozenset({Role.STAFF, Role.PATRON})
PROVIDERS = frozenset({Role.STAFF, Role.ADAPTER})
TOKEN = "token-5f3a9c"  # noqa: S105  # a reference to nobody
ANSWER = cc.FollowUp(reached=True, helped="yes")
OTHER = next(
    match
    for match in cc.Matcher(cc.sample()).match("food pantry")
    if match.organization.id != found(None).organization.id
)


def draft(desk, actor):
    """A draft of whoever acts, or else of staff."""
    take_referrals(desk, found(desk))
    maker = actor if actor.role in PATRONS else STAFF
    return desk.refer(found(desk), actor=maker, type="direct", told={"first_name": "Quill"})


def sent(desk, _):
    return send(desk, patron=TOKEN)


def closed(desk, _):
    return desk.apply(send(desk).id, "cancel", actor=STAFF, outcome="patron_declined")


def dead(desk, _):
    """A message that cannot be delivered."""
    send(desk)
    desk.box.fails = [refused()]
    desk.dispatch_once(limit=1)
    (row,) = desk.dead_letters()
    return row


def delivered(desk, _):
    """A message that a provider has taken on."""
    send(desk)
    desk.dispatch_once()
    return desk.box[0]


def frozen(desk, _):
    desk.freeze(None, actor=STAFF, reason="case-1")


def nothing(desk, _):
    """Nothing is needed."""


CALLS = {
    "refer": (PATRONS, nothing, lambda _: (found(None),), {}),
    "re_refer": (PATRONS, closed, lambda one: (one.id, OTHER.service_id), {}),
    "apply": (PATRONS, sent, lambda one: (one.id, "revoke_consent"), {}),
    "discard": (PATRONS, draft, lambda one: (one.id,), {}),
    "consent": (PATRONS, draft, lambda one: (one.id, terms()), {}),
    "revoke_consent": (PATRONS, sent, lambda one: (one.id,), {}),
    "follow_up": (PATRONS, sent, lambda one: (one.id, ANSWER), {}),
    "set_contacts": (PATRONS, sent, lambda one: (one.id, []), {}),
    "allow_follow_up": (PATRONS, sent, lambda one: (one.id, False), {}),
    "tell": (PATRONS, draft, lambda one: (one.id, {"first_name": "Quill"}), {}),
    "private": (LIBRARY, sent, lambda one: (one.id,), {}),
    "invite": (LIBRARY, sent, lambda one: (one.id,), {}),
    "reviewed": (LIBRARY, sent, lambda one: (one.id,), {}),
    "retry": (LIBRARY, dead, lambda one: (one.id,), {}),
    "discard_message": (LIBRARY, dead, lambda one: (one.id,), {}),
    "track": (PROVIDERS, delivered, lambda one: (one.id, "delivered"), {}),
    "put_intake": (LIBRARY, nothing, lambda _: (cc.Intake(id="o"),), {}),
    "export_for": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "disclosures_of": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "erase": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "freeze": (LIBRARY, sent, lambda one: (one.id,), {"reason": "case-1"}),
    "release_report": (LIBRARY, frozen, lambda _: (), {}),
    "unfreeze": (LIBRARY, frozen, lambda _: (None,), {"reason": "case-1"}),
}
"""By call: whom it is for, what it needs, and what it is given."""


def test_every_call_that_takes_an_actor_is_in_the_table():
    calls = dict(inspect.getmembers(Desk, inspect.isfunction))
    assert {
        name
        for name, call in calls.items()
        if not name.startswith("_") and "actor" in inspect.signature(call).parameters
    } == CALLS.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_for_some_roles_and_does_nothing_for_others(call, role):
    whom, before, given, more = CALLS[call]
    actor = cc.Actor(role, "" if role is Role.PATRON else "somebody")
    with desk_at() as desk:
        args = given(before(desk, actor))
        entries = len(list(desk.audit.entries()))
        if role in whom:
            getattr(desk, call)(*args, actor=actor, **more)
            assert len(list(desk.audit.entries())) > entries, "nothing in the log"
        else:
            with pytest.raises(IllegalTransitionError) as refused:
                getattr(desk, call)(*args, actor=actor, **more)
            assert refused.value.role == role
            assert len(list(desk.audit.entries())) == entries
