"""Whom a change of a referral tells: the messages that it makes and keeps back, and what they rest on."""

from __future__ import annotations

from datetime import datetime

import attrs

from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.outbox import (
    NEEDS_CONSENT,
    OutboxMessage,
    Recipient,
    UnreadableMessage,
    may_have_been_sent,
    message_records,
    read_message,
    withdrawal_writes,
)
from communityconnector.desk.store.record_kinds import DISCLOSURE, stamp
from communityconnector.desk.store.referral_record import ReferralMetadata, StoredPrivate, StoredReferral
from communityconnector.referrals import Actor, Intake, Private, Referral, Role, Template
from communityconnector.referrals.service_summary import ServiceSummary
from communityconnector.storage import ABSENT, Put, Record, Write


class Notifications:
    """The part of a change that tells somebody of it.

    Args:
        parts: what every part of a desk works with.
        held: the referral as it is kept; `None` for a new one.
        at: when it happens.
    """

    def __init__(self, parts: DeskContext, held: StoredReferral | None, at: datetime) -> None:
        self._parts = parts
        self._ledger = parts.ledger
        self._referral = None if held is None else held.referral
        self._was_sent = held is not None and held.referral.sent_at is not None
        self._was_closed = held is not None and held.referral.is_closed
        self._private: StoredPrivate | None = None
        self._listed: ServiceSummary | None = None
        self._kept_back: set[str] = set()
        self.about = ReferralMetadata() if held is None else held.about
        self.at = at
        self.recorded_at = max(at, parts.ledger.now())
        self.private: Private | None = None
        self.writes: list[Write] = []
        self.facts: list[Fact] = []

    @property
    def referral(self) -> Referral:
        """The referral as it stands now."""
        if self._referral is None:  # pragma: no cover  # `advance` comes first for a new one
            raise AssertionError
        return self._referral

    # What is private

    def own(self) -> Private:
        """What is the patron's own and may be used, as it stands now: nothing, where it is only kept for a legal hold."""
        return Private() if self.about.ended else self.kept()

    def kept(self) -> Private:
        """What is kept of the patron's own, whether it may be used or not."""
        return self._held_private().private if self.private is None else self.private

    def _held_private(self) -> StoredPrivate:
        if self._private is None:
            there = self.about.private
            self._private = (
                self._ledger.private(self.referral.id) if there else StoredPrivate(Private(), ABSENT)
            )
        return self._private

    # What is said of agency and service

    def listed(self) -> ServiceSummary:
        """What the directory says of the service.

        Raises:
            ServiceNotFoundError: it is in the directory no more.
        """
        if self._listed is None:
            self._listed = self._parts.find_service(self.referral.service_id)
        return self._listed

    def intake(self) -> Intake:
        """How the agency takes referrals; where nobody has said, it is told nothing."""
        return self._ledger.intake_for(self.referral) or Intake(id=self.referral.organization_id)

    # Messages

    def tell(self, template: Template, recipient: Recipient, *, reason: str = "", occasion: str = "") -> None:
        """Put a message into the outbox."""
        version = self.referral.version
        row = OutboxMessage.of(
            template, recipient, self.referral.id, version, self.recorded_at, reason=reason, occasion=occasion
        )
        self.writes.append(row.put(due=self.recorded_at))

    def tell_staff(self, reason: str, occasion: str = "") -> None:
        """Tell staff that the referral needs somebody, if they are told by message."""
        if self._parts.letterhead.staff_notifier:
            self.tell(Template.STAFF_ATTENTION, Recipient.STAFF, reason=reason, occasion=occasion)

    def tell_patron(self, occasion: str, reason: str = "") -> bool:
        """Tell the patron that there is a message, if there is a way that they said is safe.

        Args:
            occasion: tells the message from others about the same version.
            reason: what for, as a code; the patron does not read it.

        Returns:
            Whether there is one.
        """
        ways = self._parts.letterhead.ways(
            self.own().contacts, self.recorded_at, self._ledger.policy.contact_fresh_for
        )
        usable = next(ways, None) is not None
        if usable:
            self.tell(Template.PATRON_MESSAGE, Recipient.PATRON, occasion=occasion, reason=reason)
        return usable

    def take_back(self, actor: Actor) -> None:
        """Ask the agency, once, to delete what it holds, if it may have heard of the referral.

        An agency without a notifier is asked by staff: they are told of it, where it was not they who did it.
        """
        if not self._was_sent or self.about.retracted or not self._heard():
            return
        self.about = attrs.evolve(self.about, retracted=True)
        if self.intake().notifier:
            self.tell(Template.AGENCY_WITHDRAWN, Recipient.AGENCY)
        elif actor.role is Role.PATRON:
            self.tell_staff("taken back by the patron", occasion="taken back")

    def _heard(self) -> bool:
        """Whether the agency may have heard of the referral. Once it is closed, that is settled."""
        if self.about.heard or self._was_closed:
            return self.about.heard
        to_agency = [
            record
            for record in message_records(self._ledger.storage, self.referral.id)
            if _is_to_agency(record)
        ]
        # Where no message is left it was sent long ago, and has been purged.
        return not to_agency or any(map(may_have_been_sent, to_agency))

    def _settle_disclosures(self, actor: Actor) -> None:
        """Where a referral is closed before its agency has heard of it, nothing has been disclosed."""
        if not self._was_sent:
            return
        self.about = attrs.evolve(self.about, heard=self._heard())
        if self.about.heard:
            return
        for record in self._ledger.under(DISCLOSURE, self.referral.id):
            document = {**record.document, "withdrawn_at": stamp(self.at)}
            self.writes.append(Put(DISCLOSURE, record.id, document, record.version, record.keys))
        self.facts.append(
            Fact(
                actor=actor,
                action="withhold",
                referral_id=self.referral.id,
                to=self.referral.organization_id,
                because=self.about.consent_id,
            )
        )

    def _withdraw(self, why: str) -> None:
        """Keep back messages that have not been sent and must not be any more; those too that somebody might try again."""
        end = self.recorded_at + self._ledger.policy.keep_messages

        def stale(row: OutboxMessage) -> bool:
            ended = why == "consent-revoked" and row.recipient is Recipient.PATRON
            return NEEDS_CONSENT[row.template] or ended

        for put in withdrawal_writes(self._ledger.storage, self.referral.id, why, end, stale):
            if put.id not in self._kept_back:
                self._kept_back.add(put.id)
                self.writes.append(put)


def _is_to_agency(record: Record) -> bool:
    """Whether a message is for the agency, as far as it can be read."""
    row = read_message(record)
    return isinstance(row, UnreadableMessage) or row.recipient is Recipient.AGENCY
