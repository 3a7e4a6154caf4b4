"""What one change of a referral has gathered so far: the referral, its metadata and private data, writes and log entries."""

from __future__ import annotations

from datetime import datetime

from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.referral_record import ReferralMetadata, StoredPrivate, StoredReferral
from communityconnector.referrals import Intake, Private, Referral
from communityconnector.referrals.service_summary import ServiceSummary
from communityconnector.storage import ABSENT, Write


class ChangeState:
    """What one change of a referral has gathered so far.

    Args:
        context: what the desk works with.
        stored: the referral as it is stored; `None` for a new one.
        at: when the change happens.

    Attributes:
        ledger: reads and writes what belongs to referrals.
        metadata: what is stored beside the referral, as it will be.
        private: the patron's private data as it will be written; `None` where it is not written.
        at: when the change happens.
        recorded_at: when it is recorded: now, or `at` if a clock was set back.
        writes: what will be written beside the referral.
        facts: what the log will say.
        was_sent: whether the referral had been sent before the change.
        was_closed: whether it had been closed.
    """

    def __init__(self, context: DeskContext, stored: StoredReferral | None, at: datetime) -> None:
        self.context = context
        self.ledger = context.ledger
        self.metadata = ReferralMetadata() if stored is None else stored.metadata
        self.private: Private | None = None
        self.at = at
        self.recorded_at = max(at, context.ledger.now())
        self.writes: list[Write] = []
        self.facts: list[Fact] = []
        self.was_sent = stored is not None and stored.referral.sent_at is not None
        self.was_closed = stored is not None and stored.referral.is_closed
        self._referral = None if stored is None else stored.referral
        self._stored_private: StoredPrivate | None = None
        self._service: ServiceSummary | None = None

    @property
    def referral(self) -> Referral:
        """The referral as it stands now."""
        if self._referral is None:  # pragma: no cover  # a new one is made before it is read
            raise AssertionError
        return self._referral

    @referral.setter
    def referral(self, referral: Referral) -> None:
        self._referral = referral

    def stored_private(self) -> StoredPrivate:
        """The patron's private data as it is stored, with its version."""
        if self._stored_private is None:
            is_there = self.metadata.private
            self._stored_private = (
                self.ledger.read_private(self.referral.id) if is_there else StoredPrivate(Private(), ABSENT)
            )
        return self._stored_private

    def kept_private(self) -> Private:
        """The patron's private data as it stands now, whether it may be used or not."""
        return self.stored_private().private if self.private is None else self.private

    def usable_private(self) -> Private:
        """The patron's private data that may be used: nothing, where it is kept for a legal hold alone."""
        return Private() if self.metadata.ended else self.kept_private()

    def service(self) -> ServiceSummary:
        """What the directory says of the service.

        Raises:
            ServiceNotFoundError: the directory no longer has it.
        """
        if self._service is None:
            self._service = self.context.find_service(self.referral.service_id)
        return self._service

    def intake(self) -> Intake:
        """How the agency takes referrals; if that is not known, no message is sent to it."""
        return self.ledger.find_intake(self.referral) or Intake(id=self.referral.organization_id)
