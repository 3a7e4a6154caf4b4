"""The change of a referral that a report makes: an event of ours, or another system's word as far as it is understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import apply_event
from communityconnector.desk.context import DeskContext
from communityconnector.desk.inbound.webhook_report import ForeignStatus, StatusReport
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.record_kinds import stamp
from communityconnector.desk.store.webhook_senders import WebhookSender
from communityconnector.errors import IllegalTransitionError, InvalidReferralError, ReferralNotFoundError
from communityconnector.referrals import TABLE, Actor, Event, Referral, Role
from communityconnector.referrals.mappings import reported
from communityconnector.referrals.states import STATES

IN_ORDER: Final = "in_order"
"""The guard that a report fails which is older than the sender's last one."""

_AGENCY_EVENTS: Final = frozenset(row.event for row in TABLE if Role.AGENCY in row.who)
"""The events that an agency may report."""

_IN_ANY_ORDER: Final = (Event.ACKNOWLEDGE, Event.ATTEMPT_CONTACT)
"""These do not change where a referral stands, so they count however late they come."""


def report_change(
    context: DeskContext, report: StatusReport, sender: WebhookSender, message_id: str
) -> ReferralChange:
    """Make the change that a report causes, without committing it.

    Args:
        context: what the desk works with.
        report: the report.
        sender: who sent it.
        message_id: the id of the web hook's message.

    Raises:
        ReferralNotFoundError: there is no such referral for this sender.
        IllegalTransitionError: this cannot happen, or the report is older than the sender's last one.
        InvalidReferralError: the details are incomplete or contradict each other.
    """
    ledger = context.ledger
    stored = ledger.find_referral(report.referral_id)
    # Missing, another agency's and never sent look the same to the sender.
    if (
        stored is None
        or stored.referral.organization_id not in sender.agencies
        or stored.referral.sent_at is None
    ):
        message = "there is no such referral for this sender"
        raise ReferralNotFoundError(message)
    referral = stored.referral
    actor = Actor(Role.AGENCY, referral.organization_id)
    now = max(ledger.now(), referral.last_at)
    at = now
    is_ordered = report.news not in _IN_ANY_ORDER
    if report.at is not None:
        if is_ordered and stamp(report.at) < stored.metadata.reported_at:
            raise IllegalTransitionError(referral.status, "report", actor.role, IN_ORDER)
        # What was recorded here meanwhile, such as a call to the patron, does not make a report untrue, but events are
        # in the order of their times. So it counts as of the last one; `recorded_at` has the rest.
        at = min(max(report.at, referral.last_at), now)
    change = ReferralChange(context, stored, at)
    if report.at is not None and is_ordered:
        change.state.metadata = attrs.evolve(change.state.metadata, reported_at=stamp(report.at))
    change.state.facts.append(
        Fact(actor=Actor(Role.ADAPTER, sender.id), action="receive", referral_id=referral.id)
    )
    if isinstance(report.news, ForeignStatus):
        _interpret(change, report.news, actor, message_id)
    elif report.news not in _AGENCY_EVENTS:
        raise IllegalTransitionError(referral.status, report.news, actor.role)
    elif not _changes_nothing(referral, report.news, report.details):
        apply_event(change, report.news, actor, report.details)
    return change


def _interpret(change: ReferralChange, word: ForeignStatus, actor: Actor, message_id: str) -> None:
    """Apply what another system's word means, if that is certain; otherwise leave it to staff."""
    state = change.state
    had_review = state.metadata.needs_review
    meaning = reported(word.system, word.text, change.referral.status, state.context.words)
    is_clear = not meaning.needs_review
    if is_clear and meaning.status is not change.referral.status:
        details = {"outcome": meaning.outcome, "hold_reason": meaning.hold_reason}
        event = None if meaning.status is None else STATES[meaning.status].agency_event
        is_clear = event is not None and _apply_if_possible(change, event, actor, details)
    state.metadata = attrs.evolve(
        state.metadata, external_system=word.system, external_status=word.text, needs_review=not is_clear
    )
    if not is_clear:
        # The word may hold private data, so it is kept no longer than the patron's own.
        state.private = state.usable_private()
    if not is_clear and not had_review:
        change.messages.alert_staff("word of another system", occasion=message_id)


def _apply_if_possible(
    change: ReferralChange, event: Event, actor: Actor, details: Mapping[str, Any]
) -> bool:
    try:
        apply_event(change, event, actor, details)
    except (IllegalTransitionError, InvalidReferralError):
        return False
    return True


def _changes_nothing(referral: Referral, event: Event, details: Mapping[str, Any]) -> bool:
    """Whether an event leaves a referral where it stands. Its time counts all the same, against late reports."""
    present = {
        name: str(code)
        for name, code in (("outcome", referral.outcome), ("hold_reason", referral.hold_reason))
        if code is not None
    }
    return STATES[referral.status].agency_event is event and details == present
