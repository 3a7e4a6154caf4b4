"""What patrons agree to, and take back."""

from __future__ import annotations

from datetime import datetime

from communityconnector.desk.arguments import check_actor, check_kind
from communityconnector.desk.casework.steps import Carrying
from communityconnector.desk.store.audit_log import Fact
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidReferralError,
)
from communityconnector.referrals import (
    Actor,
    Consent,
    ConsentTerms,
    Event,
    Referral,
    ReferralType,
    Role,
)


class Consenting(Carrying):
    """The part of a desk that keeps what patrons agree to."""

    def consent(
        self, referral_id: str, terms: ConsentTerms, *, actor: Actor, at: datetime | None = None
    ) -> Consent:
        """Keep what a patron has agreed to, before a referral is sent. An earlier consent of the same referral ends.

        Args:
            referral_id: for which referral.
            terms: what was agreed to.
            actor: staff or the patron, who writes it down.
            at: when, if not now.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role writes down no consents.
            ServiceNotFoundError: the service is in the directory no more.
            InvalidConsentError: the matter asks for a written one, or the patron's age for a guardian's.
            InvalidReferralError: the referral is for information, or closed.
        """
        check_actor(actor)
        check_kind("terms", terms, ConsentTerms)

        def write() -> Consent:
            work = self._work(referral_id, at)
            if actor.role not in (Role.STAFF, Role.PATRON):
                raise IllegalTransitionError(work.referral.status, "consent", actor.role)
            if work.referral.is_closed or work.referral.type is ReferralType.INFORMATION:
                message = "a consent is for a referral that is open and that tells an agency something"
                raise InvalidReferralError(message)
            found = work.consent_to(terms, actor)
            work.commit()
            return found

        return self._parts.ledger.again(write)

    def revoke_consent(self, referral_id: str, *, actor: Actor, at: datetime | None = None) -> Referral:
        """Take a consent back, at any time. What was not sent is not sent, and what is the patron's own is let go of.

        An open referral is cancelled. An agency that may have heard of it is asked to delete what it holds, also where the
        referral is closed. Under a legal hold what is the patron's own is kept until the hold ends, and the log says so;
        nothing is done with it any more.

        Args:
            referral_id: of which referral.
            actor: the patron, or staff for the patron.
            at: when, if not now.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role takes back no consents.
        """
        check_actor(actor)

        def write() -> Referral:
            work = self._work(referral_id, at)
            if work.referral.sent_at is not None and not work.referral.is_closed:
                self._step(work, Event.REVOKE_CONSENT, actor, {})
                return work.commit()
            if actor.role not in (Role.STAFF, Role.PATRON):
                raise IllegalTransitionError(work.referral.status, Event.REVOKE_CONSENT, actor.role)
            work.end_consent(actor)
            work.facts.append(
                Fact(actor=actor, action="revoke", referral_id=referral_id, because=work.about.consent_id)
            )
            return work.commit()

        return self._parts.ledger.again(write)
