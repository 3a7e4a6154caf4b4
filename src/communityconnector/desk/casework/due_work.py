"""What is due for referrals: listed for staff, and done by the desk where it needs no person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import attrs

from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.failure_isolator import FailureIsolator, read_each
from communityconnector.desk.store.outbox import Recipient
from communityconnector.desk.store.record_kinds import BY_DUE, REFERRAL, stamp
from communityconnector.desk.store.referral_record import open_tasks, read_referral, task_name
from communityconnector.desk.store.unmet_need_records import detach_due_needs
from communityconnector.referrals import (
    Actor,
    Clock,
    Details,
    Event,
    Referral,
    ReferralStatus,
    Role,
    Template,
)
from communityconnector.referrals.fields import as_utc
from communityconnector.storage import KeyRange, Record

SYSTEM = Actor(Role.SYSTEM, "clock")
"""The actor of what the desk does by its own clock."""

_STAYS_DUE: Final = (Clock.REVIEW_HOLD, Clock.CONSENT_ENDED)
"""A message about these is sent once, and they stay due until staff or agency have seen to them."""


class DueReferral(NamedTuple):
    """A task that is due for a referral.

    Attributes:
        at: since when, in UTC.
        clock: which task.
        referral: the referral.
    """

    at: datetime
    clock: Clock
    referral: Referral


@attrs.frozen
class DueReport:
    """What `run_due` did.

    Attributes:
        reminded: how many agencies are reminded.
        alerted: how many referrals staff get a message about.
        expired: how many referrals have expired.
        asked: how many patrons are asked how it went.
        failed: for how many referrals it could not be done.
    """

    reminded: int = 0
    alerted: int = 0
    expired: int = 0
    asked: int = 0
    failed: int = 0


def list_due(context: DeskContext, now: datetime | None = None) -> tuple[DueReferral, ...]:
    """See `Referrals.due`."""
    moment = context.ledger.now() if now is None else as_utc(now)
    policy = context.ledger.policy
    return tuple(
        sorted(
            (
                DueReferral(task.at, task.clock, stored.referral)
                for stored in read_each(_due_records(context, moment), read_referral)
                for task in open_tasks(stored.referral, stored.metadata, policy)
                if task.at <= moment
            ),
            key=lambda one: (one.at, one.referral.id, one.clock),
        )
    )


def run_due(context: DeskContext) -> DueReport:
    """See `Referrals.run_due`."""
    counts = dict.fromkeys(attrs.fields_dict(DueReport), 0)
    ledger, isolator = context.ledger, FailureIsolator()
    for record in _due_records(context, ledger.now()):
        act = partial(ledger.retry, partial(_act_on, context, record.id))
        for name in isolator.attempt(REFERRAL, record.id, act) or ():
            counts[name] += 1
    detach_due_needs(ledger, ledger.now())
    return DueReport(**{**counts, "failed": len(isolator.failed)})


def _due_records(context: DeskContext, moment: datetime) -> Iterator[Record]:
    storage = context.ledger.storage
    ids = [record.id for record in storage.scan(REFERRAL, KeyRange(BY_DUE, "", stamp(moment)))]
    for first in range(0, len(ids), 100):
        yield from storage.get(REFERRAL, ids[first : first + 100]).values()


def _act_on(context: DeskContext, referral_id: str) -> list[str]:
    """Do what is due for one referral; gives the fields of `DueReport` that count it."""
    ledger = context.ledger
    stored = ledger.find_referral(referral_id)
    if stored is None:
        return []
    now = max(ledger.now(), stored.referral.last_at)
    tasks = {
        task.clock: task
        for task in open_tasks(stored.referral, stored.metadata, ledger.policy)
        if task.at <= now
    }
    change = ReferralChange(context, stored, now)
    done: list[str] = []
    if Clock.EXPIRE in tasks:
        _expire(change)
        done.append("expired")
    else:
        for clock, name, act in _actions(change):
            if clock not in tasks:
                continue
            occasion = task_name(tasks[clock])
            mark = f"told {occasion}"
            if mark in change.state.metadata.done or not act(occasion):
                continue
            if clock in _STAYS_DUE:
                change.state.metadata = attrs.evolve(
                    change.state.metadata, done=(*change.state.metadata.done, mark)
                )
            else:
                change.mark_done(clock)
            done.append(name)
    if done:
        change.commit()
    return done


def _actions(change: ReferralChange) -> tuple[tuple[Clock, str, Callable[[str], bool]], ...]:
    """The actions by clock, each with the field of `DueReport` that counts it."""
    messages = change.messages

    def remind(occasion: str) -> bool:
        # A link lasts some days, so each reminder brings a new one.
        if change.state.intake().notifier:
            messages.queue(Template.AGENCY_REMINDER, Recipient.AGENCY, occasion=occasion)
        return True

    def alert(reason: str, occasion: str) -> bool:
        messages.alert_staff(reason, occasion=occasion)
        return True

    return (
        (Clock.REMIND_AGENCY, "reminded", remind),
        (Clock.ASK_PROGRESS, "reminded", remind),
        (Clock.REVIEW_HOLD, "reminded", remind),
        (Clock.ALERT_STAFF, "alerted", partial(alert, "no answer")),
        (Clock.CONSENT_ENDING, "alerted", partial(alert, "consent ends soon")),
        (Clock.CONSENT_ENDED, "alerted", partial(alert, "consent ended")),
        (Clock.FOLLOW_UP, "asked", partial(messages.alert_patron, reason=Clock.FOLLOW_UP.value)),
    )


def _expire(change: ReferralChange) -> None:
    if change.referral.status is ReferralStatus.GIVEN:
        change.apply(Event.CLOSE_GIVEN, SYSTEM, Details(to=ReferralStatus.EXPIRED))
    else:
        change.apply(Event.EXPIRE, SYSTEM, Details())
