"""One change of a referral with all that follows from it, gathered and then written in one commit."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from communityconnector.desk.casework.notifications import Notifications
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.outbox import Recipient
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    BY_PURGE,
    BY_REFERRAL,
    CONSENT,
    DISCLOSURE,
    stamp,
)
from communityconnector.desk.store.referral_record import StoredPrivate, StoredReferral, open_tasks, task_name
from communityconnector.desk.store.unmet_need_records import cancel_writes, pending_write
from communityconnector.errors import InvalidConsentError, InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals import (
    Actor,
    Advanced,
    Clock,
    Consent,
    ConsentMethod,
    ConsentTerms,
    Details,
    Event,
    FollowUp,
    GivenBy,
    Helped,
    HoldReason,
    Private,
    Referral,
    ReferralEvent,
    ReferralStatus,
    Role,
    Sending,
    Source,
    Template,
    UnmetReason,
    advance,
    tags_of,
)
from communityconnector.referrals.unmet import UNMET_BY
from communityconnector.storage import ABSENT, Put, Write

_TAKEN_BACK: Final = (Event.CANCEL, Event.REVOKE_CONSENT, Event.VOID, Event.EXPIRE)
"""After these the agency deletes what it holds."""
_FOR_THE_PATRON: Final = (Event.ACCEPT, Event.REJECT, Event.COMPLETE, Event.FAIL, Event.CANCEL)
"""What an agency does that the patron is told of."""
_FOR_STAFF: Final = (Event.REJECT, Event.FAIL, Event.CANCEL, Event.EXPIRE)
"""What staff are told of, where it was not they who did it."""
_LOOKED_INTO: Final = (Event.ATTEMPT_CONTACT, Event.AMEND_OUTCOME)
"""By these somebody has looked into what the patron says."""
_WAITS_FOR_PATRON: Final = (HoldReason.AWAITING_PATRON, HoldReason.AWAITING_DOCUMENTS)


class ReferralChange(Notifications):
    """What one call changes.

    Args:
        parts: what every part of a desk works with.
        held: the referral as it is kept; `None` for a new one.
        at: when it happens.
    """

    def __init__(self, parts: DeskContext, held: StoredReferral | None, at: datetime) -> None:
        super().__init__(parts, held, at)
        self._expected = ABSENT if held is None else held.version
        self._forgets = False
        self._given: Consent | None = None

    # What happens

    def advance(self, advanced: Advanced, actor: Actor) -> None:
        """Take over what has come of an event, and all that follows from it."""
        self._referral = advanced.referral
        if actor.role in (Role.AGENCY, Role.ADAPTER):
            self.about = attrs.evolve(self.about, heard=True)
        for event in advanced.events:
            self.writes.append(self._ledger.put_event(event))
            sent = self._sent_fields(event)
            self.facts.append(
                Fact(
                    actor=actor,
                    action=event.event.value,
                    referral_id=event.referral_id,
                    version=event.version,
                    fields=sent,
                    to=self.referral.organization_id if event.event is Event.SEND else "",
                    because=self.about.consent_id if event.event is Event.SEND else "",
                )
            )
            if event.text:
                kept = self.kept()
                self.private = attrs.evolve(
                    kept, notes={**kept.notes, str(event.version): Secret(event.text)}
                )
        self._follow(advanced.events[-1], actor)

    def happen(self, event: Event, actor: Actor, details: Details) -> None:
        """Carry the referral on by an event (`referrals.advance`)."""
        policy, recorded_at = self._ledger.policy, self.recorded_at
        self.advance(
            advance(self.referral, event, actor, self.at, details, policy=policy, recorded_at=recorded_at),
            actor,
        )

    def _sent_fields(self, event: ReferralEvent) -> tuple[str, ...]:
        return tuple(sorted(self.own().told)) if event.event is Event.SEND else ()

    def _follow(self, event: ReferralEvent, actor: Actor) -> None:
        """What follows from an event: messages, what becomes of those that wait, what is counted and what is let go."""
        by_others = actor.role in (Role.AGENCY, Role.SYSTEM)
        if event.event is Event.SEND:
            self._disclose()
            if self.intake().notifier:
                self.tell(Template.AGENCY_REQUEST, Recipient.AGENCY)
            else:
                # Whoever sends it calls the agency or walks over to it.
                self.about = attrs.evolve(self.about, heard=True)
        if event.event in _TAKEN_BACK and actor.role is not Role.AGENCY:
            self.take_back(actor)
        if event.event in _FOR_STAFF and by_others:
            self.tell_staff(f"{event.event} {event.outcome}")
        waits = event.hold_reason in _WAITS_FOR_PATRON
        if by_others and (event.event in _FOR_THE_PATRON or waits):
            self.tell_patron(occasion="")
        if event.event is Event.ATTEMPT_CONTACT:
            self.done(Clock.FOLLOW_UP)
        if event.event in _LOOKED_INTO:
            self.done(Clock.DISPUTED)
        if event.event is Event.VOID:
            self.writes += cancel_writes(self._ledger, self.referral.id)
        if event.event is Event.REVOKE_CONSENT:
            self.end_consent(actor)
        if self.referral.is_closed and not self._was_closed:
            self._close(event, actor)

    def _close(self, event: ReferralEvent, actor: Actor) -> None:
        self._settle_disclosures(actor)
        self._withdraw("closed")
        reason = UNMET_BY.get(event.outcome) if event.outcome is not None else None
        if reason is not None and self.referral.status is not ReferralStatus.ENTERED_IN_ERROR:
            self._unmet(reason)
        if self.about.private and not self._forgets:
            self.private = self.kept()

    def allow_follow_up(self, *, allowed: bool) -> None:
        """Note whether the patron may be asked how it went."""
        since, after = self.referral.sent_at or self.referral.given_at, self._ledger.policy.follow_up_after
        first = since + min(after) if allowed and since is not None and after else None
        self._referral = attrs.evolve(self.referral, follow_up_allowed=allowed, follow_up_due_at=first)

    def _unmet(self, reason: UnmetReason) -> None:
        """Keep that the need stayed unmet."""
        pending = pending_write(self._ledger, self.referral, self.about, reason, self.at, self.recorded_at)
        self.writes.append(pending)

    def heed(self, answer: FollowUp) -> None:
        """Heed what the patron says of a referral that is closed."""
        claimed = self.referral.status is ReferralStatus.COMPLETED
        by_others = self.referral.outcome_source is not Source.PATRON
        denied = answer.helped is Helped.NO or not answer.reached
        if not (claimed and by_others and denied):
            self.about = attrs.evolve(self.about, answered=True, disputed_at="")
            return
        if not self.about.disputed_at:
            self.tell_staff("patron says otherwise")
            if answer.helped is Helped.NO:
                self._unmet(UNMET_BY.get(answer.outcome, UnmetReason.UNKNOWN))
        self.about = attrs.evolve(self.about, answered=True, disputed_at=stamp(self.recorded_at))

    def done(self, clock: Clock) -> None:
        """Note that what was due by now has been done."""
        todo = open_tasks(self.referral, self.about, self._ledger.policy)
        names = [task_name(one) for one in todo if one.clock is clock and one.at <= self.recorded_at]
        self.about = attrs.evolve(self.about, done=(*self.about.done, *names))

    # Consent

    def consent_to(self, terms: ConsentTerms, actor: Actor) -> Consent:
        """Keep a consent, which takes the place of an earlier one.

        Raises:
            InvalidConsentError: the matter asks for a written one, or the patron's age for a guardian's.
            ServiceNotFoundError: the service is in the directory no more.
        """
        referral, policy = self.referral, self._ledger.policy
        tags = tags_of(self._parts.vocabulary, referral.concepts, referral.terms) | self.listed().tags
        if tags & policy.written_for and terms.method is not ConsentMethod.WRITTEN:
            message = "for this matter the consent must be written: have it signed, and say method='written'"
            raise InvalidConsentError(message)
        guardian = self.about.guardian or policy.needs_guardian(self.own().age_band, tags)
        if guardian and terms.given_by is not GivenBy.GUARDIAN:
            message = "for a patron of this age a guardian must consent to this: given_by='guardian'"
            raise InvalidConsentError(message)
        self._revoke_kept()
        consent = Consent.granted(
            terms,
            id=self._ledger.new_id(),
            referral_id=referral.id,
            agency_id=referral.organization_id,
            service_id=referral.service_id,
            at=self.at,
        )
        self.writes.append(Put(CONSENT, consent.id, consent.to_dict(), ABSENT, self._kept_for(consent)))
        self.about = attrs.evolve(self.about, consent_id=consent.id, consent_until=stamp(consent.expires_at))
        if self.about.private:
            self.private = self.own()  # it is kept for as long as the new one says
        self.facts.append(
            Fact(
                actor=actor,
                action="consent",
                referral_id=referral.id,
                fields=consent.fields,
                to=consent.agency_id,
                because=consent.id,
            )
        )
        self._given = consent
        return consent

    def consent(self) -> Consent | None:
        """The consent that counts; `None` where there is none."""
        if self._given is None and self.about.consent_id:
            found = self._ledger.consents([self.about.consent_id]).get(self.about.consent_id)
            self._given = None if found is None else found[0]
        return self._given

    def end_consent(self, actor: Actor) -> None:
        """End the consent, keep back what was not sent yet, and let go of what is the patron's own.

        An agency that may have heard of the referral is asked to delete what it holds, also where all is over. Under a
        legal hold what is the patron's own is kept, and nobody is told of it or by it any more: it goes with the first
        purge after the hold.
        """
        self.take_back(actor)
        self._revoke_kept()
        self._withdraw("consent-revoked")
        self.allow_follow_up(allowed=False)
        holds = LegalHolds.found(self._ledger)
        if holds.keep(self.referral.id):
            self.private = self.kept()
            self.about = attrs.evolve(self.about, ended=True)
            self.facts.append(Fact(actor=actor, action="keep", referral_id=self.referral.id))
            return
        forgotten = self._ledger.forget_private(self.referral.id)
        self.writes += forgotten + holds.guards(forgotten)
        self.about = self.about.bare()
        self.private, self._forgets = None, True

    def _revoke_kept(self) -> None:
        found = self._ledger.consents([self.about.consent_id] if self.about.consent_id else [])
        for consent, record in found.values():
            if consent.revoked_at is None:
                ended = attrs.evolve(consent, revoked_at=max(self.at, consent.granted_at))
                self.writes.append(Put(CONSENT, consent.id, ended.to_dict(), record.version, record.keys))
                self._given = ended

    def _kept_for(self, consent: Consent) -> dict[str, str]:
        end = consent.expires_at + self._ledger.policy.keep_consents
        keys = {BY_PURGE: stamp(end), BY_REFERRAL: consent.referral_id}
        if self.own().patron:
            keys[BY_PATRON] = self._ledger.patron_key(self.own().patron)
        return keys

    def _disclose(self) -> None:
        """Keep what an agency is told, and why, for whoever asks later (42 CFR 2.24)."""
        consent = self.consent()
        if consent is None:  # pragma: no cover  # the guard of `send` wants one
            raise AssertionError
        document = {
            "referral_id": self.referral.id,
            "agency_id": self.referral.organization_id,
            "service_id": self.referral.service_id,
            "intermediaries": list(consent.intermediaries),
            "fields": sorted(self.own().told),
            "purpose": consent.purpose,
            "consent_id": consent.id,
            "at": stamp(self.at),
        }
        keys = {BY_PURGE: stamp(self.at + self._ledger.policy.keep_consents)}
        if self.own().patron:
            keys[BY_PATRON] = self._ledger.patron_key(self.own().patron)
        key = f"{self.referral.id}.{self.referral.version:08d}"
        self.writes.append(Put(DISCLOSURE, key, document, ABSENT, keys))
        self.about = attrs.evolve(self.about, service_name=self.listed().name)

    # What is private

    def keep(self, private: Private) -> None:
        """Keep something else as the patron's own from now on; of nothing, not even that.

        But where another system's word is kept, the record stays, if empty, to say when that goes (`commit`).
        """
        if private.is_empty and self.about.private and not self.about.external_status:
            self.writes += self._ledger.forget_private(self.referral.id)
            self.about = attrs.evolve(self.about, private=False)
        self.private = private

    # Sending

    def sending(self) -> Sending:
        """The facts that a sending rests on.

        Raises:
            InvalidReferralError: the agency would be told more or less than it asks for, or nobody has said how it takes
                referrals.
            ServiceNotFoundError: the service is in the directory no more.
        """
        referral = self.referral
        intake = self._ledger.intake_for(referral)
        if intake is None:
            message = (
                f"nobody has said how the agency {referral.organization_id!r} takes referrals: put an `Intake` for it, "
                "with no notifier if it is called or walked over to"
            )
            raise InvalidReferralError(message)
        intake.check(self.own().told)
        listed, consent = self.listed(), self.consent()
        return Sending(
            consent=consent,
            fields=tuple(self.own().told),
            purpose="" if consent is None else consent.purpose,
            service_active=listed.active,
            confidential=listed.confidential,
            channel_allowed=intake.takes_confidential,
        )

    # Writing

    def commit(self, *extra: Write) -> Referral:
        """Write all of it.

        Args:
            extra: what else belongs to the same commit.

        Returns:
            The referral as it stands now.
        """
        referral = self.referral
        # Another system's word goes with what is private, so that is there, if empty, to say when.
        if self.private is not None and not (self.private.is_empty and not self.about.external_status):
            held = self._held_private()
            self.writes += self._ledger.put_private(referral.id, self.private, held, self._purge(held))
            until = self.private.fresh_until(self._ledger.policy.contact_fresh_for)
            self.about = attrs.evolve(self.about, private=True, fresh_until=stamp(until) if until else "")
        put = self._ledger.put(referral, self.about, self._expected)
        self._ledger.commit([put, *self.writes, *extra], self.facts, self.recorded_at)
        return referral

    def _purge(self, held: StoredPrivate) -> str:
        """When what is private is to be let go of: at the latest when what it was given for is over."""
        if self.about.ended:
            return stamp(self.recorded_at)
        over = self.referral.closed_at or self.referral.expires_at
        if over is None and self.about.consent_until:
            over = datetime.fromisoformat(self.about.consent_until)
        return held.purge if over is None else stamp(over + self._ledger.policy.keep_private)
