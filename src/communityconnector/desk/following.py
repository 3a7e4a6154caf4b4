"""Seeing referrals through: what is due, how it went, and which needs stayed unmet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

import attrs

from communityconnector.desk.audit import Fact
from communityconnector.desk.carrying import Carrying
from communityconnector.desk.held import Held, coming
from communityconnector.desk.kinds import BY_DUE, FOLLOW_UP, REFERRAL, UNMET_NEED, stamp
from communityconnector.desk.outbox import Recipient
from communityconnector.desk.work import Work
from communityconnector.errors import IllegalTransitionError
from communityconnector.matching import MatchResult
from communityconnector.referrals import (
    SENT,
    Actor,
    Answered,
    Basis,
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
    UnmetReason,
    UnmetRecord,
    reason_for,
)
from communityconnector.referrals.documents import as_utc
from communityconnector.storage import ABSENT, KeyRange, Put

SYSTEM = Actor(Role.SYSTEM, "clock")
"""Who acts where nobody does: the desk's own clock."""


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
class DueDone:
    """What was done of what was due.

    Attributes:
        reminded: how many agencies are reminded.
        alerted: of how many referrals staff are told.
        expired: how many referrals have expired.
        asked: how many patrons are asked how it went.
    """

    reminded: int = 0
    alerted: int = 0
    expired: int = 0
    asked: int = 0


class Following(Carrying):
    """The part of a desk that sees referrals through."""

    def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """What is due and has not been done, what is due longest first.

        Staff find here whom to ask how it went, whose contacts to have confirmed (`set_contacts`), and which referrals on
        hold to look at. Reminders and expiries are done by `run_due`.

        Args:
            now: the moment, if not the present one.
        """
        moment = self._parts.ledger.now() if now is None else as_utc(now)
        policy = self._parts.ledger.policy
        return tuple(
            sorted(
                (
                    DueReferral(one.at, one.clock, held.referral)
                    for held in self._due(moment)
                    for one in coming(held.referral, held.about, policy)
                    if one.at <= moment
                ),
                key=lambda one: (one.at, one.referral.id, one.clock),
            )
        )

    def run_due(self) -> DueDone:
        """Do what is due and needs nobody: remind agencies, tell staff of silence, let referrals expire, ask patrons.

        A patron is asked by message only where they agreed to be asked and named a safe way; else it stays due, for
        staff. What was missed is done once: an agency is not reminded twice in a row.

        Returns:
            What was done.
        """
        done = dict.fromkeys(attrs.fields_dict(DueDone), 0)
        ledger = self._parts.ledger
        for held in self._due(ledger.now()):
            did = ledger.again(partial(self._do, held.referral.id))
            for name in did:
                done[name] += 1
        return DueDone(**done)

    def _due(self, moment: datetime) -> Iterator[Held]:
        ledger = self._parts.ledger
        ids = [record.id for record in ledger.storage.scan(REFERRAL, KeyRange(BY_DUE, "", stamp(moment)))]
        for first in range(0, len(ids), 100):
            yield from ledger.find(ids[first : first + 100]).values()

    def _do(self, referral_id: str) -> list[str]:
        ledger = self._parts.ledger
        held = ledger.find([referral_id]).get(referral_id)
        if held is None:
            return []
        now = max(ledger.now(), held.referral.last_at)
        todo = {one.clock: one for one in coming(held.referral, held.about, ledger.policy) if one.at <= now}
        work = Work(self._parts, held, now)
        did: list[str] = []
        if Clock.EXPIRE in todo:
            self._expire(work)
            did.append("expired")
        else:
            for clock, name, do in self._doings(work):
                if clock in todo and do(stamp(todo[clock].at)):
                    work.done(clock)
                    did.append(name)
        if did:
            work.commit()
        return did

    def _doings(self, work: Work) -> tuple[tuple[Clock, str, Callable[[str], bool]], ...]:
        def remind(occasion: str) -> bool:
            if work.intake().notifier:
                work.tell(Template.AGENCY_REMINDER, Recipient.AGENCY, occasion=occasion)
            return True

        def alert(occasion: str) -> bool:
            work.tell_staff("no answer", occasion=occasion)
            return True

        return (
            (Clock.REMIND_AGENCY, "reminded", remind),
            (Clock.ALERT_STAFF, "alerted", alert),
            (Clock.FOLLOW_UP, "asked", work.tell_patron),
        )

    @staticmethod
    def _expire(work: Work) -> None:
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
        it, on the patron's word. Of any other one the answer is kept, and staff see to the rest.

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

    def _answered(self, referral_id: str, answer: FollowUp, actor: Actor, at: datetime | None) -> Work:
        """The work that an answer makes."""
        ledger = self._parts.ledger
        held = ledger.need(referral_id)
        if actor.role not in (Role.STAFF, Role.PATRON):
            raise IllegalTransitionError(held.referral.status, "follow_up", actor.role)
        work = Work(self._parts, held, ledger.moment(at, held.referral.last_at))
        work.done(Clock.FOLLOW_UP)
        kept = Answered(referral_id=referral_id, at=work.at, **attrs.asdict(answer))
        key = f"{referral_id}.{ledger.new_id()}"
        work.writes.append(Put(FOLLOW_UP, key, kept.to_dict(), ABSENT))
        work.facts.append(Fact(actor=actor, action="follow_up", referral_id=referral_id))
        self._close_by(work, answer, actor)
        return work

    @staticmethod
    def _close_by(work: Work, answer: FollowUp, actor: Actor) -> None:
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
        """What the patron said of a referral, first to last."""
        found = [Answered.from_dict(one.document) for one in self._parts.ledger.under(FOLLOW_UP, referral_id)]
        return tuple(sorted(found, key=lambda one: one.at))

    # Unmet needs

    def note_unmet(  # noqa: PLR0913  # what there is to know of a need
        self,
        found: MatchResult | None = None,
        *,
        concepts: tuple[str, ...] = (),
        reason: UnmetReason | str | None = None,
        basis: Basis | str = Basis.PRESENTED,
        area: str = "",
        language: str = "",
        channel: str = "",
    ) -> UnmetRecord | None:
        """Keep that a need could not be met. Nothing of the patron is in it, and nothing leads back to one.

        Args:
            found: a match that found nothing; then needs and reason are taken from it.
            concepts: ids of the needs, where there was no match.
            reason: why it could not be met, if not as the match shows.
            basis: whether the patron said the need, or staff saw it.
            area: where, coarsely: the beginning of a ZIP code, a county, a branch.
            language: the language that it was asked for in.
            channel: how the patron came: `desk`, `phone`, `outreach` and the like.

        Returns:
            What was kept; `None` where the match did find something, and so nothing is unmet.
        """
        unmet = None if found is None else found.unmet
        if found is not None and unmet is None and reason is None:
            return None
        ledger = self._parts.ledger
        by_match = UnmetReason.UNKNOWN if unmet is None else reason_for(unmet.ruled_out)
        record = UnmetRecord(
            concepts=concepts or (unmet.concepts if unmet else ()),
            terms=unmet.terms if unmet else (),
            reason=reason or by_match,
            basis=basis,
            month=stamp(ledger.now())[:7],
            area=area,
            language=language,
            channel=channel,
        )
        ledger.commit([Put(UNMET_NEED, ledger.new_id(), record.to_dict(), ABSENT)])
        return record

    def unmet_needs(self) -> Iterator[UnmetRecord]:
        """The needs that could not be met, in no order that means anything."""
        for record in self._parts.ledger.storage.scan(UNMET_NEED):
            yield UnmetRecord.from_dict(record.document)
