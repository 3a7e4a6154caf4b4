"""Reading referrals, and how agencies take them."""

from __future__ import annotations

from contextlib import suppress

from communityconnector.desk.arguments import check_id, check_kind
from communityconnector.desk.authorization import check_role
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.record_kinds import BY_INBOX, EVENT, INTAKE, REFERRAL
from communityconnector.errors import AgencyNotFoundError, DirectoryNotLoadedError, InvalidReferralError
from communityconnector.referrals import Actor, Intake, Referral, ReferralEvent, Role
from communityconnector.referrals.intake import Taker, intake_key
from communityconnector.storage import ABSENT, KeyRange, Put, fetch


def list_events(context: DeskContext, referral_id: str) -> tuple[ReferralEvent, ...]:
    """See `Referrals.events`."""
    context.ledger.get_referral(referral_id)
    records = context.ledger.records_under(EVENT, referral_id)
    return tuple(ReferralEvent.from_dict(one.document) for one in records)


def list_inbox(context: DeskContext, agency_id: str) -> tuple[Referral, ...]:
    """See `Referrals.inbox`."""
    check_id("agency_id", agency_id)
    records = context.ledger.storage.scan(REFERRAL, KeyRange(BY_INBOX, agency_id, agency_id))
    inbox = tuple(Referral.from_dict(record.document["referral"]) for record in records)
    if not inbox:
        _check_in_directory(context, Taker.ORGANIZATION, agency_id)
    return inbox


def set_intake(context: DeskContext, intake: Intake, *, actor: Actor) -> None:
    """See `Referrals.set_intake`."""
    ledger = context.ledger
    check_role(actor, "set_intake", Role.STAFF)
    check_kind("intake", intake, Intake)
    if intake.notifier and intake.notifier not in context.notifiers:
        known = ", ".join(context.notifiers) or "none"
        message = f"the desk has no notifier {intake.notifier!r}; it has: {known}"
        raise InvalidReferralError(message)

    def write() -> None:
        record = fetch(ledger.storage, INTAKE, intake.key)
        if record is None:
            _check_in_directory(context, intake.entity, intake.id)
        put = Put(INTAKE, intake.key, intake.to_dict(), ABSENT if record is None else record.version)
        ledger.commit([put], [Fact(actor=actor, action="put_intake", to=intake.key)])

    ledger.retry(write)


def find_intake(context: DeskContext, id: str, entity: Taker | str) -> Intake | None:  # noqa: A002  # the field's own word
    """See `Referrals.intake`."""
    check_id("id", id)
    taker = Taker(entity)
    key = intake_key(taker, id)
    intake = context.ledger.read_intakes([key]).get(key)
    if intake is None:
        _check_in_directory(context, taker, id)
    return intake


def _check_in_directory(context: DeskContext, entity: Taker, key: str) -> None:
    """Make sure that the directory has an agency or a service. If none has been loaded, it may have any."""
    if entity is Taker.SERVICE:
        with suppress(DirectoryNotLoadedError):
            context.find_service(key)
    elif not context.has_agency(key):
        message = f"no agency {key!r} in this directory: a match has its agency's id as `organization.id`"
        raise AgencyNotFoundError(message)
