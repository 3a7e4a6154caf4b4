"""`desk.webhooks`: reports of agencies' and platforms' systems, verified and processed once.

A report that cannot be accepted gets an answer and raises nothing: its sender is a program. What a report says is in no
log, error or answer.
"""

from __future__ import annotations

import json
import logging
from typing import Final, NamedTuple

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.steps import begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.inbound.webhook_change import IN_ORDER, report_change
from communityconnector.desk.inbound.webhook_report import read_report
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.idempotency import RequestKey, run_once
from communityconnector.desk.store.record_kinds import BY_REVIEW, REFERRAL
from communityconnector.desk.store.webhook_senders import verify_sender
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
from communityconnector.referrals import Actor, Referral, Role
from communityconnector.referrals.fields import Code
from communityconnector.storage import KeyRange
from communityconnector.webhooks import TOLERANCE, Headers

_LOG: Final = logging.getLogger("communityconnector")

MOST_BYTES: Final = 20_000
"""Longest report that is read."""


class ReportResult(Code):
    """What became of a report."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """It came before, and gets the same answer as then."""
    REFUSED = "refused"
    """Nothing changed. It is not remembered: the same report, sent again, is checked anew."""


@attrs.frozen(kw_only=True)
class WebhookResult:
    """What became of a web hook. `result`, `code` and `http_status` may go back to the sender; nothing else.

    Attributes:
        result: whether it was accepted.
        code: why it was refused; empty where it was not.
        sender: who sent it; empty where the signature cannot be trusted.
        referral: the referral as it stands since; `None` where the report was refused.
    """

    result: ReportResult
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
    """A referral whose status in another system was not understood.

    Attributes:
        referral: the referral.
        system: the other system.
        word: its word, as it came.
    """

    referral: Referral
    system: str
    word: str


class Webhooks:
    """Takes reports by web hooks. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def receive(self, headers: Headers, body: bytes) -> WebhookResult:
        """Process a report of an agency's or a platform's system, signed after Standard Webhooks.

        It names the referral, `referral_id` or `identifier`, and either an event of ours (`event`, with `outcome`,
        `hold_reason`, `review_on` and `text` where they belong to it) or another system's word (`system`, `status`).
        `at` may say when it happened.

        A word that is not understood, or that is impossible here, changes nothing: it is stored, and staff decide
        (`to_review`). A report older than the sender's last one is refused, so that reports that overtake each other
        do not turn a referral back.

        Args:
            headers: the headers of the request.
            body: exactly what came.

        Returns:
            What became of it.

        Raises:
            InvalidSettingsError: the desk knows no senders.
            StorageError: the database cannot be written. Nothing was processed; answer 503, and the sender tries again.
        """
        answer = self._receive(headers, body)
        _LOG.info("web hook of %s %s %s", answer.sender or "an unknown sender", answer.result, answer.code)
        return answer

    def to_review(self) -> tuple[UnclearReport, ...]:
        """List referrals whose status in another system was not understood, for staff, by id."""
        ledger = self._context.ledger
        records = ledger.storage.scan(REFERRAL, KeyRange(BY_REVIEW))
        stored = ledger.find_referrals(record.id for record in records)
        return tuple(
            UnclearReport(one.referral, one.metadata.external_system, one.metadata.external_status)
            for _, one in sorted(stored.items())
        )

    def mark_reviewed(self, referral_id: str, *, actor: Actor) -> None:
        """Mark another system's word as reviewed. What it means, if anything, is recorded by `record_event`.

        Args:
            referral_id: which referral.
            actor: staff.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role does not review.
        """
        check_role(actor, "mark_reviewed", Role.STAFF)

        def write() -> None:
            change = begin_change(self._context, referral_id, None)
            change.state.metadata = attrs.evolve(change.state.metadata, needs_review=False)
            change.state.facts.append(Fact(actor=actor, action="review", referral_id=referral_id))
            change.commit()

        self._context.ledger.retry(write)

    # Inside

    def _receive(self, headers: Headers, body: bytes) -> WebhookResult:
        context, ledger = self._context, self._context.ledger
        if not context.senders:
            message = "the desk knows no senders of web hooks: open it with senders=[WebhookSender(...)]"
            raise InvalidSettingsError(message)
        if len(body) > MOST_BYTES:
            return WebhookResult(result=ReportResult.REFUSED, code=_TOO_LARGE)
        try:
            sender, message_id = verify_sender(context.senders, headers, body, ledger.now())
        except InvalidSignatureError as error:
            _LOG.info("a web hook cannot be trusted: %s", error.reason)
            return WebhookResult(result=ReportResult.REFUSED, code=error.code)
        is_new = False

        def write(key: RequestKey) -> Referral:
            nonlocal is_new
            change = report_change(context, report, sender, message_id)
            referral = change.commit(*key.put(change.referral, change.state.recorded_at))
            is_new = True
            return referral

        try:
            report = read_report(body, ledger.now() + TOLERANCE)
            referral = run_once(ledger, json.dumps([sender.id, message_id]), report, write, use="hook")
        except (
            InvalidReferralError,
            ReferralNotFoundError,
            IllegalTransitionError,
            IdempotencyConflictError,
            StaleRecordError,
            SealBrokenError,
        ) as error:
            is_late = isinstance(error, IllegalTransitionError) and error.guard == IN_ORDER
            code = _OUT_OF_ORDER if is_late else error.code
            return WebhookResult(result=ReportResult.REFUSED, code=code, sender=sender.id)
        result = ReportResult.ACCEPTED if is_new else ReportResult.DUPLICATE
        return WebhookResult(result=result, sender=sender.id, referral=referral)
