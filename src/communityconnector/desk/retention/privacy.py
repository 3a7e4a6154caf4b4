"""`desk.privacy`: private data shown, exported, erased, kept for a court, and deleted when its time is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from communityconnector.desk.context import DeskContext
from communityconnector.desk.retention import key_rotation, legal_hold_commands, subject_requests
from communityconnector.desk.retention.legal_hold_commands import LegalHold, LegalHoldReport
from communityconnector.desk.retention.purge import Purge, PurgeReport
from communityconnector.desk.retention.subject_requests import Erasure
from communityconnector.referrals import Actor, Private
from communityconnector.referrals.fields import as_utc


class Privacy:
    """Answers for what the desk stores about patrons. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def read_private(self, referral_id: str, *, actor: Actor) -> Private:
        """Get the patron's private data of a referral, for staff. That it was read is logged first.

        Args:
            referral_id: which referral.
            actor: staff.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role may not read it.
            SealBrokenError: it is encrypted and cannot be opened.
        """
        return subject_requests.read_private(self._context, referral_id, actor=actor)

    # What patrons may ask

    def export_for(self, patron: str, *, actor: Actor) -> dict[str, Any]:
        """Export all that is stored about a patron, decrypted, as plain values for JSON. It is logged.

        A referral is found by the patron's reference that is stored with it: after an erasure, or when consents and
        disclosures have been deleted, nothing is found.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Returns:
            `patron`, and `referrals`: for each `referral`, `about`, `events`, `private`, `answers`, `messages`,
            `consents` and `disclosures`, as they are stored.

        Raises:
            PermissionDeniedError: this role may not.
            SealBrokenError: private data is encrypted and cannot be opened.
        """
        return subject_requests.export_for(self._context, patron, actor=actor)

    def disclosures_of(self, patron: str, *, actor: Actor) -> tuple[dict[str, Any], ...]:
        """List which agency received what about a patron, when and why, as long as that is stored: three years by default.

        A message that still waits to be sent counts. One that was withdrawn before the agency received it does not.

        42 CFR 2.24 requires an intermediary to give such a list within 30 days.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Returns:
            For each `at`, `agency_id`, `service_id`, `intermediaries`, `fields`, `purpose`, `consent_id` and
            `referral_id`, oldest first.

        Raises:
            PermissionDeniedError: this role may not.
        """
        return subject_requests.disclosures_of(self._context, patron, actor=actor)

    def erase(self, patron: str, *, actor: Actor) -> Erasure:
        """Erase a patron: private data is deleted with the keys that encrypted it, and nothing leads to the patron.

        Consents are taken back first (`Referrals.revoke_consent`): open referrals are cancelled, and agencies are asked
        to delete what they hold, even of closed referrals. The referrals themselves stay, without a patron, until they
        are purged; so do consents and disclosures, which no reference finds any more. The next purge clears the storage's
        files: call `purge` at once.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Raises:
            PermissionDeniedError: this role may not.
        """
        return subject_requests.erase(self._context, patron, actor=actor)

    # Legal holds

    def set_legal_hold(self, referral_id: str | None, *, actor: Actor, reason: str) -> None:
        """Set a legal hold: nothing of the referral is deleted, in any way, until `release_legal_hold`.

        Args:
            referral_id: which referral; `None` for all, future ones included.
            actor: staff.
            reason: why, as a code for the log.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role sets no holds.
            InvalidReferralError: the reason is not a code.
        """
        legal_hold_commands.set_legal_hold(self._context, referral_id, actor=actor, reason=reason)

    def release_legal_hold(self, referral_id: str | None, *, actor: Actor, reason: str) -> None:
        """Release a legal hold. What is due is deleted by the next purge; an erasure must be asked for again.

        Args:
            referral_id: the referral that it is on; `None` for the hold on all.
            actor: staff.
            reason: why, as a code for the log.

        Raises:
            PermissionDeniedError: this role releases no holds.
            InvalidReferralError: there is no such hold, or the reason is not a code.
        """
        legal_hold_commands.release_legal_hold(self._context, referral_id, actor=actor, reason=reason)

    def legal_holds(self) -> tuple[LegalHold, ...]:
        """List the legal holds, the one on all referrals first."""
        return legal_hold_commands.list_legal_holds(self._context)

    def release_report(self, referral_id: str | None = None, *, actor: Actor) -> tuple[LegalHoldReport, ...]:
        """List the records that are kept under legal holds, for those who have to answer a court. It is logged.

        The report has ids and kinds, and no contents: staff read those by `read_private` or `export_for`, if the court's
        order covers them.

        Args:
            referral_id: only of this referral; `None` for all under a hold.
            actor: staff.

        Returns:
            What is kept, by referral.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role may not see it.
        """
        return legal_hold_commands.release_report(self._context, referral_id, actor=actor)

    # Deleting, and keys

    def purge(self, now: datetime | None = None, *, dry_run: bool = False, wipe: bool = True) -> PurgeReport:
        """Delete records past their retention date. Run it every night, and at once after an erasure.

        Each referral is counted (`Statistics.referrals`) in the commit that deletes it, so a purge that is cut off goes on
        where it was. What is under a legal hold is kept. One entry in the log says how many records of each kind went.

        Args:
            now: the moment, if not the present one.
            dry_run: whether only to look.
            wipe: whether the storage also removes what was deleted from its files, if it can (`SupportsWiping`). A
                SQLite file is rewritten for that if private data was deleted. Do so weekly if the file is large.

        Returns:
            What was deleted.

        Raises:
            InvalidReferralError: the moment has no zone.
            StorageError: the storage failed. What was deleted until then stays so; call it again.
        """
        at = self._context.ledger.now() if now is None else as_utc(now)
        return Purge(self._context, at, dry_run=dry_run).run(wipe=wipe)

    def rewrap_keys(self) -> int:
        """Wrap every data key with the newest of the host's keys, after one was put first in the keyring.

        A run that was cut off goes on when it is called again.

        Returns:
            How many keys were wrapped anew.

        Raises:
            InvalidReferralError: the desk has no keyring.
            SealBrokenError: a key cannot be unwrapped.
        """
        return key_rotation.rewrap_keys(self._context)
