"""Seeing referrals through: what is due, how it went, and which needs stayed unmet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import attrs

from communityconnector.desk.arguments import check_actor, check_kind
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import Carrying
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator, read_each
from communityconnector.desk.store.outbox import Recipient
from communityconnector.desk.store.record_kinds import BY_DUE, FOLLOW_UP, REFERRAL, stamp
from communityconnector.desk.store.referral_record import open_tasks, read_referral, task_name
from communityconnector.desk.store.unmet_need_records import detach_due_needs
from communityconnector.errors import IllegalTransitionError
from communityconnector.referrals import (
    SENT,
    Actor,
    Answered,
    Clock,
    Details,
    Event,
    FollowUp,
    Helped,
    Referral,
    ReferralStatus,
    Role,
    Source,
    Template,
)
from communityconnector.referrals.documents import as_utc
from communityconnector.storage import ABSENT, KeyRange, Put, Record

SYSTEM = Actor(Role.SYSTEM, "clock")
"""Who acts where nobody does: the desk's own clock."""


_STAYS_DUE: Final = (Clock.REVIEW_HOLD, Clock.CONSENT_ENDED)
"""Of these somebody is told once, and they stay due until staff or agency have seen to them."""


class DueReferral(NamedTuple):
    """Something that is due for a referral.

    Attributes:
        at: since when, in UTC.
        clock: what.
        referral: for which referral.
    """

    at: datetime
    clock: Clock
    referral: Referral


@attrs.frozen
class DueReport:
    """What was done of what was due.

    Attributes:
        reminded: how many agencies are reminded.
        alerted: of how many referrals staff are told.
        expired: how many referrals have expired.
        asked: how many patrons are asked how it went.
        failed: for how many referrals it could not be done.
    """

    reminded: int = 0
    alerted: int = 0
    expired: int = 0
    asked: int = 0
    failed: int = 0


class Following(Carrying):
    """The part of a desk that sees referrals through."""

    def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """What is due and has not been done, what is due longest first.

        Staff find here whom to ask how it went, whose contacts to have confirmed (`set_contacts`), which referrals on hold
        to look at, which are open though the consent to them has ended, and where the patron says otherwise than the
        agency. Reminders and expiries are done by `run_due`.

        Args:
            now: the moment, if not the present one.
        """
        moment = self._parts.ledger.now() if now is None else as_utc(now)
        policy = self._parts.ledger.policy
        return tuple(
            sorted(
                (
                    DueReferral(one.at, one.clock, held.referral)
                    for held in read_each(self._due(moment), read_referral)
                    for one in open_tasks(held.referral, held.about, policy)
                    if one.at <= moment
                ),
                key=lambda one: (one.at, one.referral.id, one.clock),
            )
        )

    def run_due(self) -> DueReport:
        """Do what is due and needs nobody: remind agencies, tell staff of silence, let referrals expire, ask patrons.

        A patron is asked by message only where they agreed to be asked and named a safe way; else it stays due, for
        staff. What was missed is done once: an agency is not reminded twice in a row. Each referral is seen to by itself:
        one that cannot be read keeps no other waiting, is counted and told to the log of the program, by its id.

        Returns:
            What was done.
        """
        done = dict.fromkeys(attrs.fields_dict(DueReport), 0)
        ledger, apart = self._parts.ledger, FailureIsolator()
        for record in self._due(ledger.now()):
            did = apart.tried(REFERRAL, record.id, partial(ledger.again, partial(self._do, record.id)))
            for name in did or ():
                done[name] += 1
        detach_due_needs(ledger, ledger.now())
        return DueReport(**{**done, "failed": len(apart.failed)})

    def _due(self, moment: datetime) -> Iterator[Record]:
        storage = self._parts.ledger.storage
        ids = [record.id for record in storage.scan(REFERRAL, KeyRange(BY_DUE, "", stamp(moment)))]
        for first in range(0, len(ids), 100):
            yield from storage.get(REFERRAL, ids[first : first + 100]).values()

    def _do(self, referral_id: str) -> list[str]:
        ledger = self._parts.ledger
        held = ledger.held(referral_id)
        if held is None:
            return []
        now = max(ledger.now(), held.referral.last_at)
        todo = {
            one.clock: one for one in open_tasks(held.referral, held.about, ledger.policy) if one.at <= now
        }
        work = ReferralChange(self._parts, held, now)
        did: list[str] = []
        if Clock.EXPIRE in todo:
            self._expire(work)
            did.append("expired")
        else:
            for clock, name, do in self._doings(work):
                if clock not in todo:
                    continue
                occasion = task_name(todo[clock])
                told = f"told {occasion}"
                if told in work.about.done or not do(occasion):
                    continue
                if clock in _STAYS_DUE:
                    work.about = attrs.evolve(work.about, done=(*work.about.done, told))
                else:
                    work.done(clock)
                did.append(name)
        if did:
            work.commit()
        return did

    @staticmethod
    def _doings(work: ReferralChange) -> tuple[tuple[Clock, str, Callable[[str], bool]], ...]:
        def remind(occasion: str) -> bool:
            # A link lasts some days, so whoever is asked gets a fresh one.
            if work.intake().notifier:
                work.tell(Template.AGENCY_REMINDER, Recipient.AGENCY, occasion=occasion)
            return True

        def alert(reason: str, occasion: str) -> bool:
            work.tell_staff(reason, occasion=occasion)
            return True

        return (
            (Clock.REMIND_AGENCY, "reminded", remind),
            (Clock.ASK_PROGRESS, "reminded", remind),
            (Clock.REVIEW_HOLD, "reminded", remind),
            (Clock.ALERT_STAFF, "alerted", partial(alert, "no answer")),
            (Clock.CONSENT_ENDING, "alerted", partial(alert, "consent ends soon")),
            (Clock.CONSENT_ENDED, "alerted", partial(alert, "consent ended")),
            (Clock.FOLLOW_UP, "asked", partial(work.tell_patron, reason=Clock.FOLLOW_UP.value)),
        )

    @staticmethod
    def _expire(work: ReferralChange) -> None:
        given = work.referral.status is ReferralStatus.GIVEN
        if given:
            work.happen(Event.CLOSE_GIVEN, SYSTEM, Details(to=ReferralStatus.EXPIRED))
        else:
            work.happen(Event.EXPIRE, SYSTEM, Details())

    # How it went

    def follow_up(
        self, referral_id: str, answer: FollowUp, *, actor: Actor, at: datetime | None = None
    ) -> Referral:
        """Write down a patron's answer of how it went, and close the loop by it where that is still open.

        Details that were given are closed by it. A referral that the agency has taken on is completed or has failed by
        it, on the patron's word. Of any other one the answer is kept, and staff see to the rest. Where somebody else has
        said that it was completed, and the patron says that it was not, staff are told, it stays due until they have
        looked into it (`Clock.DISPUTED`), and the need counts as unmet.

        Args:
            referral_id: of which referral.
            answer: what the patron said.
            actor: the patron, or staff for the patron.
            at: when, if not now.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role does not answer for a patron.
        """
        ledger = self._parts.ledger
        return ledger.again(lambda: self._answered(referral_id, answer, actor, at).commit())

    def _answered(
        self, referral_id: str, answer: FollowUp, actor: Actor, at: datetime | None
    ) -> ReferralChange:
        """The work that an answer makes."""
        check_actor(actor)
        check_kind("answer", answer, FollowUp)
        ledger = self._parts.ledger
        held = ledger.need(referral_id)
        if actor.role not in (Role.STAFF, Role.PATRON):
            raise IllegalTransitionError(held.referral.status, "follow_up", actor.role)
        work = ReferralChange(self._parts, held, ledger.moment(at, held.referral.last_at))
        work.done(Clock.FOLLOW_UP)
        kept = Answered(referral_id=referral_id, at=work.at, **attrs.asdict(answer))
        key = f"{referral_id}.{ledger.new_id()}"
        work.writes.append(Put(FOLLOW_UP, key, kept.to_dict(), ABSENT))
        work.facts.append(Fact(actor=actor, action="follow_up", referral_id=referral_id))
        self._close_by(work, answer, actor)
        if work.referral.is_closed:
            work.heed(answer)
        return work

    @staticmethod
    def _close_by(work: ReferralChange, answer: FollowUp, actor: Actor) -> None:
        helped = answer.helped is not Helped.NO
        told = Details(outcome=answer.outcome, outcome_source=Source.PATRON)
        status = work.referral.status
        if status is ReferralStatus.GIVEN:
            to = ReferralStatus.COMPLETED if helped else ReferralStatus.FAILED
            work.happen(Event.CLOSE_GIVEN, actor, attrs.evolve(told, to=to))
        elif status in SENT and helped:
            work.happen(Event.COMPLETE, actor, told)
        elif status in SENT and status is not ReferralStatus.REQUESTED:
            # On a mere request nothing follows: a patron who was not helped has not been accepted by that.
            work.happen(Event.FAIL, actor, told)

    def answers(self, referral_id: str) -> tuple[Answered, ...]:
        """What the patron said of a referral, first to last.

        Raises:
            ReferralNotFoundError: there is none.
        """
        self._parts.ledger.need(referral_id)
        found = [Answered.from_dict(one.document) for one in self._parts.ledger.under(FOLLOW_UP, referral_id)]
        return tuple(sorted(found, key=lambda one: one.at))
