"""Consents within one change of a referral: granted, replaced, ended, and what a disclosure rests on."""

from __future__ import annotations

from datetime import datetime

import attrs

from communityconnector.desk.casework.change_state import ChangeState
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    BY_PURGE,
    BY_REFERRAL,
    CONSENT,
    DISCLOSURE,
    stamp,
)
from communityconnector.errors import InvalidConsentError, InvalidReferralError
from communityconnector.referrals import (
    Actor,
    Consent,
    ConsentMethod,
    ConsentTerms,
    GivenBy,
    Sending,
    tags_of,
)
from communityconnector.storage import ABSENT, Put


class ConsentChange:
    """The consents of one change.

    Args:
        state: what the change has gathered so far.
    """

    def __init__(self, state: ChangeState) -> None:
        self._state = state
        self._ledger = state.ledger
        self._current: Consent | None = None

    def grant(self, terms: ConsentTerms, actor: Actor) -> Consent:
        """Keep a consent, which takes the place of an earlier one.

        Raises:
            InvalidConsentError: the matter requires a written consent, or the patron's age a guardian's.
            ServiceNotFoundError: the directory no longer has the service.
        """
        state, policy = self._state, self._ledger.policy
        referral = state.referral
        tags = tags_of(state.context.vocabulary, referral.concepts, referral.terms) | state.service().tags
        if tags & policy.written_for and terms.method is not ConsentMethod.WRITTEN:
            message = "for this matter the consent must be written: have it signed, and say method='written'"
            raise InvalidConsentError(message)
        guardian = state.metadata.guardian or policy.needs_guardian(state.usable_private().age_band, tags)
        if guardian and terms.given_by is not GivenBy.GUARDIAN:
            message = "for a patron of this age a guardian must consent to this: given_by='guardian'"
            raise InvalidConsentError(message)
        self.revoke()
        consent = Consent.granted(
            terms,
            id=self._ledger.new_id(),
            referral_id=referral.id,
            agency_id=referral.organization_id,
            service_id=referral.service_id,
            at=state.at,
        )
        keys = self._keys(consent.expires_at, referral_id=consent.referral_id)
        state.writes.append(Put(CONSENT, consent.id, consent.to_dict(), ABSENT, keys))
        state.metadata = attrs.evolve(
            state.metadata, consent_id=consent.id, consent_until=stamp(consent.expires_at)
        )
        if state.metadata.private:
            state.private = (
                state.usable_private()
            )  # written anew, to be kept for as long as the new consent says
        state.facts.append(
            Fact(
                actor=actor,
                action="consent",
                referral_id=referral.id,
                fields=consent.fields,
                to=consent.agency_id,
                because=consent.id,
            )
        )
        self._current = consent
        return consent

    def current(self) -> Consent | None:
        """The consent that counts; `None` where there is none."""
        key = self._state.metadata.consent_id
        if self._current is None and key:
            consents = self._ledger.read_consents([key])
            self._current = consents[key][0] if key in consents else None
        return self._current

    def revoke(self) -> None:
        """Mark the stored consent as revoked, if it is not yet."""
        key = self._state.metadata.consent_id
        for consent, record in self._ledger.read_consents([key] if key else []).values():
            if consent.revoked_at is None:
                ended = attrs.evolve(consent, revoked_at=max(self._state.at, consent.granted_at))
                self._state.writes.append(
                    Put(CONSENT, consent.id, ended.to_dict(), record.version, record.keys)
                )
                self._current = ended

    def record_disclosure(self) -> None:
        """Record what is disclosed to the agency, and why, for those who ask later (42 CFR 2.24)."""
        state, consent = self._state, self.current()
        if consent is None:  # pragma: no cover  # the guard of `send` requires one
            raise AssertionError
        document = {
            "referral_id": state.referral.id,
            "agency_id": state.referral.organization_id,
            "service_id": state.referral.service_id,
            "intermediaries": list(consent.intermediaries),
            "fields": sorted(state.usable_private().shared_fields),
            "purpose": consent.purpose,
            "consent_id": consent.id,
            "at": stamp(state.at),
        }
        key = f"{state.referral.id}.{state.referral.version:08d}"
        state.writes.append(Put(DISCLOSURE, key, document, ABSENT, self._keys(state.at)))
        state.metadata = attrs.evolve(state.metadata, service_name=state.service().name)

    def sending_facts(self) -> Sending:
        """The facts that a sending rests on.

        Raises:
            InvalidReferralError: the agency would learn more or less than it asks for, or it is not known how it takes
                referrals.
            ServiceNotFoundError: the directory no longer has the service.
        """
        state = self._state
        referral = state.referral
        intake = self._ledger.find_intake(referral)
        if intake is None:
            message = (
                f"it is not known how the agency {referral.organization_id!r} takes referrals: set an `Intake` for it, "
                "with no notifier if staff call it or walk over to it"
            )
            raise InvalidReferralError(message)
        fields = state.usable_private().shared_fields
        intake.check(fields)
        service, consent = state.service(), self.current()
        return Sending(
            consent=consent,
            fields=tuple(fields),
            purpose="" if consent is None else consent.purpose,
            service_active=service.active,
            confidential=service.confidential,
            channel_allowed=intake.takes_confidential,
        )

    def _keys(self, last_used: datetime, *, referral_id: str = "") -> dict[str, str]:
        """The look-up keys of a consent or a disclosure: until when it is kept, and whose it is."""
        keys = {BY_PURGE: stamp(last_used + self._ledger.policy.keep_consents)}
        if referral_id:
            keys[BY_REFERRAL] = referral_id
        patron = self._state.usable_private().patron
        if patron:
            keys[BY_PATRON] = self._ledger.patron_key(patron)
        return keys
