"""What agencies' and platforms' systems report by themselves: web hooks that are verified, and taken once.

A report that cannot be taken is answered and never raises: whoever sends it is a program, and so is what passes it on.
What a report says is in no log, no error and no answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.desk.arguments import check_actor
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import Carrying
from communityconnector.desk.inbound.webhook_report import ForeignStatus, StatusReport, read_report
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.idempotency import RequestKey, run_once
from communityconnector.desk.store.record_kinds import BY_REVIEW, REFERRAL, stamp
from communityconnector.desk.store.webhook_senders import WebhookSender, verify_sender
from communityconnector.errors import (
    IdempotencyConflictError,
    IllegalTransitionError,
    InvalidReferralError,
    InvalidSettingsError,
    InvalidSignatureError,
    ReferralNotFoundError,
    SealBrokenError,
    StaleRecordError,
)
from communityconnector.referrals import TABLE, Actor, Event, Referral, ReferralStatus, Role
from communityconnector.referrals.documents import Code
from communityconnector.referrals.mappings import reported
from communityconnector.storage import KeyRange
from communityconnector.webhooks import TOLERANCE

_LOG: Final = logging.getLogger("communityconnector")

MOST_BYTES: Final = 20_000
"""Longest report that is read."""

_IN_ORDER: Final = "in_order"

_EVENTS: Final = {
    ReferralStatus.ACCEPTED: Event.ACCEPT,
    ReferralStatus.REJECTED: Event.REJECT,
    ReferralStatus.IN_PROGRESS: Event.START,
    ReferralStatus.ON_HOLD: Event.HOLD,
    ReferralStatus.COMPLETED: Event.COMPLETE,
    ReferralStatus.FAILED: Event.FAIL,
    ReferralStatus.CANCELLED: Event.CANCEL,
}
"""The event by which an agency brings a referral into a state. Into the others it brings none."""

_SAYS: Final = frozenset(row.event for row in TABLE if Role.AGENCY in row.who)
"""The events that are an agency's to tell."""

_IN_ANY_ORDER: Final = (Event.ACKNOWLEDGE, Event.ATTEMPT_CONTACT)
"""These turn a referral nowhere, so they count however late they come."""


class ReportResult(Code):
    """What became of a report."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """It came before, and is answered as it was then."""
    REFUSED = "refused"
    """Nothing changed. It is not remembered: the same report, sent again, is looked at anew."""


@attrs.frozen(kw_only=True)
class WebhookResult:
    """What became of a report. `taken`, `code` and `http_status` may go back to the sender; nothing else.

    Attributes:
        taken: whether it was taken.
        code: why it was refused; empty where it was not.
        sender: who sent it; empty where that cannot be trusted.
        referral: the referral as it stands since; `None` where the report was refused.
    """

    taken: ReportResult
    code: str = ""
    sender: str = ""
    referral: Referral | None = None

    @property
    def http_status(self) -> int:
        """What to answer over HTTP."""
        return _HTTP.get(self.code, 400)


_TOO_LARGE: Final = "too-large"
_OUT_OF_ORDER: Final = "out-of-order"
_HTTP: Final = {
    "": 200,
    _TOO_LARGE: 413,
    InvalidSignatureError.code: 401,
    ReferralNotFoundError.code: 404,
    IllegalTransitionError.code: 409,
    IdempotencyConflictError.code: 409,
    _OUT_OF_ORDER: 409,
    StaleRecordError.code: 503,
    SealBrokenError.code: 503,
}


class UnclearReport(NamedTuple):
    """A referral of which another system said something that nobody understood.

    Attributes:
        referral: the referral.
        system: whose word it is.
        word: the word as it came.
    """

    referral: Referral
    system: str
    word: str


class Receiving(Carrying):
    """The part of a desk that takes web hooks."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """Take a report of an agency's or a platform's system, signed after Standard Webhooks.

        It says which referral, `referral_id` or `identifier`, and either an event of ours (`event`, with `outcome`,
        `hold_reason`, `review_on` and `text` where they belong to it) or another system's word (`system`, `status`).
        When it happened may stand in `at`.

        A word that is not understood, or that cannot be, changes nothing: it is kept, and staff see to it
        (`to_review`). A report of what happened before the sender's last one is refused, so that reports that
        overtake each other do not turn a referral back.

        Args:
            headers: the headers of the request.
            body: exactly what came.

        Returns:
            What became of it.

        Raises:
            InvalidSettingsError: the desk knows no senders.
            StorageError: the database cannot be written. Nothing was taken; answer 503, and the sender tries again.
        """
        received = self._received(headers, body)
        _LOG.info("web hook of %s %s %s", received.sender or "nobody", received.taken, received.code)
        return received

    def to_review(self) -> tuple[UnclearReport, ...]:
        """Referrals of which another system said something that nobody understood, for staff, by id."""
        found = self._parts.ledger.storage.scan(REFERRAL, KeyRange(BY_REVIEW))
        held = self._parts.ledger.find(record.id for record in found)
        return tuple(
            UnclearReport(one.referral, one.about.external_system, one.about.external_status)
            for _, one in sorted(held.items())
        )

    def reviewed(self, referral_id: str, *, actor: Actor) -> None:
        """Say that staff have seen to what another system said. What it means is entered by `apply`, if anything.

        Args:
            referral_id: of which referral.
            actor: who has seen to it.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role does not see to it.
        """
        check_actor(actor)

        def write() -> None:
            work = self._work(referral_id, None)
            if actor.role is not Role.STAFF:
                raise IllegalTransitionError(work.referral.status, "review", actor.role)
            work.about = attrs.evolve(work.about, needs_review=False)
            work.facts.append(Fact(actor=actor, action="review", referral_id=referral_id))
            work.commit()

        self._parts.ledger.again(write)

    # Inside

    def _received(self, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        if not self._parts.senders:
            message = "the desk knows no senders of web hooks: open it with senders=[Sender(...)]"
            raise InvalidSettingsError(message)
        if len(body) > MOST_BYTES:
            return WebhookResult(taken=ReportResult.REFUSED, code=_TOO_LARGE)
        ledger = self._parts.ledger
        try:
            sender, message_id = verify_sender(self._parts.senders, headers, body, ledger.now())
        except InvalidSignatureError as error:
            _LOG.info("a web hook cannot be trusted: %s", error.reason)
            return WebhookResult(taken=ReportResult.REFUSED, code=error.code)
        fresh = False

        def write(key: RequestKey) -> Referral:
            nonlocal fresh
            work = self._reported(told, sender, message_id)
            referral = work.commit(*key.put(work.referral, work.recorded_at))
            fresh = True
            return referral

        try:
            told = read_report(body, ledger.now() + TOLERANCE)
            referral = run_once(ledger, json.dumps([sender.id, message_id]), told, write, use="hook")
        except (
            InvalidReferralError,
            ReferralNotFoundError,
            IllegalTransitionError,
            IdempotencyConflictError,
            StaleRecordError,
            SealBrokenError,
        ) as error:
            late = isinstance(error, IllegalTransitionError) and error.guard == _IN_ORDER
            code = _OUT_OF_ORDER if late else error.code
            return WebhookResult(taken=ReportResult.REFUSED, code=code, sender=sender.id)
        taken = ReportResult.ACCEPTED if fresh else ReportResult.DUPLICATE
        return WebhookResult(taken=taken, sender=sender.id, referral=referral)

    def _reported(self, told: StatusReport, sender: WebhookSender, message_id: str) -> ReferralChange:
        """The work that a report makes."""
        ledger = self._parts.ledger
        held = ledger.held(told.referral_id)
        # What is not there, what is another agency's, and what was never sent are all the same to the sender.
        if (
            held is None
            or held.referral.organization_id not in sender.agencies
            or held.referral.sent_at is None
        ):
            message = "there is no such referral for this sender"
            raise ReferralNotFoundError(message)
        referral = held.referral
        actor = Actor(Role.AGENCY, referral.organization_id)
        now = max(ledger.now(), referral.last_at)
        at = now
        ordered = told.said not in _IN_ANY_ORDER
        if told.at is not None:
            if ordered and stamp(told.at) < held.about.reported_at:
                raise IllegalTransitionError(referral.status, "report", actor.role, _IN_ORDER)
            # What was written down here meanwhile, such as a call to the patron, does not make a report untrue, but
            # events stand in the order of their times. So it counts as of the last one; `recorded_at` tells the rest.
            at = min(max(told.at, referral.last_at), now)
        work = ReferralChange(self._parts, held, at)
        if told.at is not None and ordered:
            work.about = attrs.evolve(work.about, reported_at=stamp(told.at))
        work.facts.append(
            Fact(actor=Actor(Role.ADAPTER, sender.id), action="receive", referral_id=referral.id)
        )
        if isinstance(told.said, ForeignStatus):
            self._understand(work, told.said, actor, message_id)
        elif told.said not in _SAYS:
            raise IllegalTransitionError(referral.status, told.said, actor.role)
        elif not _says_as_it_is(referral, told.said, told.details):
            self._step(work, told.said, actor, told.details)
        return work

    def _understand(self, work: ReferralChange, word: ForeignStatus, actor: Actor, message_id: str) -> None:
        """Do what another system's word says, if it says anything for certain; else leave it to staff."""
        before = work.about
        found = reported(word.system, word.text, work.referral.status, self._parts.words)
        clear = not found.needs_review
        if clear and found.status is not work.referral.status:
            said = {"outcome": found.outcome, "hold_reason": found.hold_reason}
            event = None if found.status is None else _EVENTS.get(found.status)
            clear = event is not None and self._could(work, event, actor, said)
        work.about = attrs.evolve(
            work.about, external_system=word.system, external_status=word.text, needs_review=not clear
        )
        if not clear:
            # Nobody knows what it says, so it is kept no longer than what is the patron's own.
            work.private = work.own()
        if not clear and not before.needs_review:
            work.tell_staff("word of another system", occasion=message_id)

    def _could(self, work: ReferralChange, event: Event, actor: Actor, said: Mapping[str, Any]) -> bool:
        try:
            self._step(work, event, actor, said)
        except (IllegalTransitionError, InvalidReferralError):
            return False
        return True


def _says_as_it_is(referral: Referral, event: Event, details: Mapping[str, Any]) -> bool:
    """Whether an event leaves a referral where it stands. Its time counts all the same, against what comes late."""
    as_it_is = {
        name: str(code)
        for name, code in (("outcome", referral.outcome), ("hold_reason", referral.hold_reason))
        if code is not None
    }
    return _EVENTS.get(referral.status) is event and details == as_it_is
