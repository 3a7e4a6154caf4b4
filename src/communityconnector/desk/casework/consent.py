"""Granting consents and taking them back."""

from __future__ import annotations

from datetime import datetime

from communityconnector.desk.arguments import check_kind
from communityconnector.desk.authorization import check_speaks_for_patron
from communityconnector.desk.casework.steps import apply_event, begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, Consent, ConsentTerms, Event, Referral, ReferralType


def grant_consent(
    context: DeskContext, referral_id: str, terms: ConsentTerms, *, actor: Actor, at: datetime | None = None
) -> Consent:
    """See `Referrals.consent`."""
    check_speaks_for_patron(actor, "consent")
    check_kind("terms", terms, ConsentTerms)

    def write() -> Consent:
        change = begin_change(context, referral_id, at)
        if change.referral.is_closed or change.referral.type is ReferralType.INFORMATION:
            message = "a consent is for a referral that is open and that tells an agency something"
            raise InvalidReferralError(message)
        consent = change.consents.grant(terms, actor)
        change.commit()
        return consent

    return context.ledger.retry(write)


def revoke_consent(
    context: DeskContext, referral_id: str, *, actor: Actor, at: datetime | None = None
) -> Referral:
    """See `Referrals.revoke_consent`."""
    check_speaks_for_patron(actor, "revoke_consent")

    def write() -> Referral:
        change = begin_change(context, referral_id, at)
        if change.referral.sent_at is not None and not change.referral.is_closed:
            apply_event(change, Event.REVOKE_CONSENT, actor, {})
            return change.commit()
        change.end_consent(actor)
        consent_id = change.state.metadata.consent_id
        change.state.facts.append(
            Fact(actor=actor, action="revoke", referral_id=referral_id, because=consent_id)
        )
        return change.commit()

    return context.ledger.retry(write)
