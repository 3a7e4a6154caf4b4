"""`desk.referrals`: making referrals, carrying them on, and reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

import attrs

from communityconnector.desk.casework import (
    consent,
    contact_preferences,
    due_work,
    follow_ups,
    queries,
    recording,
    referring,
    unmet_needs,
)
from communityconnector.desk.casework.due_work import DueReferral, DueReport
from communityconnector.desk.casework.referral_request import EventOptions, ReferOptions
from communityconnector.desk.casework.referring import ReferralTarget
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.unmet_need_records import read_unmet_needs
from communityconnector.errors import StorageError
from communityconnector.matching import MatchResult
from communityconnector.notification import Secret
from communityconnector.referrals import (
    Actor,
    Answered,
    Basis,
    Consent,
    ConsentTerms,
    ContactPreference,
    Event,
    FollowUp,
    Intake,
    Referral,
    ReferralEvent,
    UnmetReason,
    UnmetRecord,
)
from communityconnector.referrals.intake import Taker
from communityconnector.referrals.names import BasisName, EventName, UnmetReasonName
from communityconnector.storage import SupportsHost


class Referrals:
    """Makes referrals, carries them on and shows them. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def within(self, connection: Any) -> Referrals:
        """Give the same part inside a transaction that the host has begun, so that both commit together.

        Args:
            connection: the host's connection, to the same database: SQLAlchemy's, for the storages that ship.

        Raises:
            StorageError: the storage cannot write in another program's transaction.
        """
        ledger = self._context.ledger
        if not isinstance(ledger.storage, SupportsHost):
            message = "this storage cannot write in a transaction of its host: one of a SQL database can"
            raise StorageError(message)
        inside = ledger.with_storage(ledger.storage.within(connection))
        return Referrals(attrs.evolve(self._context, ledger=inside))

    # Reading

    def get(self, referral_id: str) -> Referral:
        """Get a referral as it stands.

        Raises:
            ReferralNotFoundError: there is no such referral.
        """
        return self._context.ledger.get_referral(referral_id).referral

    def events(self, referral_id: str) -> tuple[ReferralEvent, ...]:
        """List what happened to a referral, first to last. Words that were added are private and left out.

        Raises:
            ReferralNotFoundError: there is no such referral.
        """
        return queries.list_events(self._context, referral_id)

    def inbox(self, agency_id: str) -> tuple[Referral, ...]:
        """List the open referrals that an agency has, by id. They hold no private data.

        Args:
            agency_id: id of the organization.

        Raises:
            AgencyNotFoundError: the directory has no agency of that id, and it has no referrals.
        """
        return queries.list_inbox(self._context, agency_id)

    def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """List tasks that are due and not done, those due longest first.

        Staff see here whom to ask how it went, whose contacts to have confirmed (`set_contacts`), which referrals on
        hold to look at, which are open though their consent has ended, and where patron and agency disagree. Reminders
        and expiries are done by `run_due`.

        Args:
            now: the moment, if not the present one.
        """
        return due_work.list_due(self._context, now)

    def follow_up_answers(self, referral_id: str) -> tuple[Answered, ...]:
        """List what the patron answered about a referral, first to last.

        Raises:
            ReferralNotFoundError: there is no such referral.
        """
        return follow_ups.list_answers(self._context, referral_id)

    def unmet_needs(self) -> Iterator[UnmetRecord]:
        """Iterate over the needs that could not be met. Their order means nothing."""
        return read_unmet_needs(self._context.ledger)

    # Making and carrying on

    def refer(self, to: ReferralTarget, *, actor: Actor, **options: Unpack[ReferOptions]) -> Referral:
        """Refer a patron to a service.

        By default the details are handed over: the referral is `given`, holds no patron, and nothing is sent. Of any
        other type it is a draft; with the patron's consent it is sent at once.

        Args:
            to: the service: a match, the service itself, or its id.
            actor: who refers: staff or the patron.
            **options: the fields of `ReferralRequest`; `consent`, what the patron agreed to; `at`, when, if not now;
                and `idempotency_key`, the host's name for the request: the same request under the same key within a
                week makes no second referral.

        Returns:
            The referral.

        Raises:
            ServiceNotFoundError: the directory has no such service.
            UnknownNeedError: a need or a term is not known.
            UnexpectedArgumentError: there is no such option.
            InvalidReferralError: something is missing, of another kind, or contradicts the type of referral.
            InvalidPatronRefError: the reference to the patron is not opaque.
            InvalidConsentError: the consent is not of the kind that the matter requires.
            PermissionDeniedError: this role makes no referrals.
            IllegalTransitionError: it cannot be sent: no consent, an inactive service, a confidential one, or a referral
                of type `self` that shares fields with the agency and is not sent by the patron.
            IdempotencyConflictError: the key was used for another request.
        """
        return referring.refer(self._context, to, actor=actor, **options)

    def re_refer(
        self,
        referral_id: str,
        to: ReferralTarget,
        *,
        actor: Actor,
        allow_tried: bool = False,
        **options: Unpack[ReferOptions],
    ) -> Referral:
        """Refer again after a closed referral that did not help: a new referral, with a new consent.

        The needs are taken over, and so is private data that is still stored and not given anew. A referral for
        information has no patron, so only its needs are taken over; the same holds once the consent was taken back.
        Agencies that were tried before are refused.

        Args:
            referral_id: the closed one.
            to: the service.
            actor: who refers: staff or the patron.
            allow_tried: whether the agency may be one that was tried before.
            **options: as `refer` has them.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role makes no referrals.
            IllegalTransitionError: the old one is not closed, or the new one cannot be sent.
            InvalidReferralError: the agency was tried before; or see `refer`.
        """
        return referring.re_refer(
            self._context, referral_id, to, actor=actor, allow_tried=allow_tried, **options
        )

    def record_event(
        self, referral_id: str, event: Event | EventName, *, actor: Actor, **options: Unpack[EventOptions]
    ) -> Referral:
        """Record what happened to a referral, with all consequences.

        Args:
            referral_id: which referral.
            event: what happened.
            actor: who reports it. An agency's id must be that of the referral's agency.
            **options: the fields of `referrals.Details` except `sending`, which the desk gathers itself;
                `expected_version`, the version that the caller has seen: if it is another by now, nothing is done; and
                `at` and `idempotency_key` as `refer` has them. When given details are closed, `to` may be left out: a
                success completes, anything else fails.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role may never record the event.
            IllegalTransitionError: the event cannot happen.
            UnexpectedArgumentError: there is no such option.
            InvalidReferralError: the details are incomplete or contradict each other.
            StaleRecordError: it has been changed since the caller saw it.
            IdempotencyConflictError: the key was used for another request.
        """
        return recording.record_event(self._context, referral_id, event, actor=actor, **options)

    def discard(self, referral_id: str, *, actor: Actor) -> None:
        """Delete a draft with all that belongs to it. The log keeps that it was done.

        Args:
            referral_id: which draft.
            actor: who made it.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role makes no referrals.
            IllegalTransitionError: it is not a draft, another person made it, or it is under a legal hold.
        """
        recording.discard(self._context, referral_id, actor=actor)

    def run_due(self) -> DueReport:
        """Do what is due and needs no person: remind agencies, alert staff, expire referrals, ask patrons.

        A patron gets a message only if they agreed to be asked and named a safe way; otherwise the task stays due, for
        staff. What was missed is done once: no agency is reminded twice in a row. Each referral is handled by itself: one
        that cannot be read is counted, and the program's log gets its id.

        Returns:
            What was done.
        """
        return due_work.run_due(self._context)

    # What the patron decides

    def consent(
        self, referral_id: str, terms: ConsentTerms, *, actor: Actor, at: datetime | None = None
    ) -> Consent:
        """Store what a patron has agreed to, before a referral is sent. An earlier consent to the referral ends.

        Args:
            referral_id: which referral.
            terms: what was agreed to.
            actor: the patron, or staff for the patron.
            at: when, if not now.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role stores no consents.
            ServiceNotFoundError: the directory no longer has the service.
            InvalidConsentError: the matter requires a written consent, or the patron's age a guardian's.
            InvalidReferralError: the referral is for information, or closed.
        """
        return consent.grant_consent(self._context, referral_id, terms, actor=actor, at=at)

    def revoke_consent(self, referral_id: str, *, actor: Actor, at: datetime | None = None) -> Referral:
        """Take a consent back, at any time: nothing more is sent, and the patron's private data is deleted.

        An open referral is cancelled. An agency that may have received it is asked to delete it, even if the referral is
        closed. Under a legal hold the private data is kept until the hold ends, and the log says so; it is not used any
        more.

        Args:
            referral_id: which referral.
            actor: the patron, or staff for the patron.
            at: when, if not now.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role takes back no consents.
        """
        return consent.revoke_consent(self._context, referral_id, actor=actor, at=at)

    def set_contacts(self, referral_id: str, contacts: Iterable[ContactPreference], *, actor: Actor) -> None:
        """Set the ways by which a patron may be reached, in place of all earlier ones.

        Use it to take out a way that is no longer safe, to heed STOP (no contacts at all), and to confirm contacts
        that have grown old (`due` lists those). It counts at once: a waiting message goes by a way that is named now, or
        is withdrawn. Under a legal hold the earlier ways are kept, marked as not safe.

        Args:
            referral_id: which referral; a closed one too, as long as private data of it is stored.
            contacts: the ways, preferred ones first; empty if nothing is to be sent any more.
            actor: the patron, or staff for the patron.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role does not speak for a patron.
            InvalidReferralError: a contact was verified in the future, or would never be used: the referral is closed
                and its private data is deleted, or kept for a legal hold alone.
        """
        contact_preferences.set_contacts(self._context, referral_id, contacts, actor=actor)

    def allow_follow_up(self, referral_id: str, allowed: bool, *, actor: Actor) -> Referral:  # noqa: FBT001  # the one thing that is decided
        """Set whether a patron may be asked how it went.

        Args:
            referral_id: which referral; not a draft, where it is decided by `send`.
            allowed: whether they may be asked. If not, a waiting question is withdrawn.
            actor: the patron, or staff for the patron.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role does not speak for a patron.
            IllegalTransitionError: it is a draft.
            InvalidReferralError: `allowed` is neither `True` nor `False`.
        """
        return contact_preferences.allow_follow_up(self._context, referral_id, allowed, actor=actor)

    def set_shared_fields(
        self, referral_id: str, fields: Mapping[str, str | Secret | None], *, actor: Actor
    ) -> None:
        """Complete or correct what an agency will learn, before a referral is sent.

        Args:
            referral_id: which draft.
            fields: texts by name of the field; `None` takes a field out. Fields that are not named stay as they are.
            actor: the patron, or staff for the patron.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role does not speak for a patron.
            IllegalTransitionError: it is not a draft, or something under a legal hold would be lost.
            InvalidReferralError: a value is not text.
        """
        contact_preferences.set_shared_fields(self._context, referral_id, fields, actor=actor)

    def follow_up(
        self, referral_id: str, answer: FollowUp, *, actor: Actor, at: datetime | None = None
    ) -> Referral:
        """Record a patron's answer of how it went, and close the referral by it if it is still open.

        Given details are closed by it. A referral that the agency has taken on completes or fails by it, on the
        patron's word. For any other one the answer is stored, and staff decide. If it was reported as completed and
        the patron denies it, staff are alerted, it stays due until they have looked into it (`Clock.DISPUTED`), and the
        need counts as unmet.

        Args:
            referral_id: which referral.
            answer: what the patron said.
            actor: the patron, or staff for the patron.
            at: when, if not now.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role does not answer for a patron.
        """
        return follow_ups.follow_up(self._context, referral_id, answer, actor=actor, at=at)

    # How agencies take referrals, and what could not be referred

    def set_intake(self, intake: Intake, *, actor: Actor) -> None:
        """Set how an agency, or one of its services, takes referrals, in place of what was set before.

        Args:
            intake: how it is notified, and which fields it asks for.
            actor: staff. It is logged, because it decides where links go.

        Raises:
            PermissionDeniedError: this role sets no intakes.
            InvalidReferralError: there is no notifier of that name.
            AgencyNotFoundError: the directory has no such agency.
            ServiceNotFoundError: it has no such service.
        """
        queries.set_intake(self._context, intake, actor=actor)

    def intake(self, id: str, entity: Taker | str = Taker.ORGANIZATION) -> Intake | None:  # noqa: A002  # the field's own word
        """Get how an agency or a service takes referrals; `None` if that was not set.

        Args:
            id: id of the organization or the service.
            entity: which of the two.

        Raises:
            InvalidReferralError: there is no such entity.
            AgencyNotFoundError: the directory has no such agency.
            ServiceNotFoundError: it has no such service.
        """
        return queries.find_intake(self._context, id, entity)

    def record_unmet_need(  # noqa: PLR0913  # what there is to know of a need
        self,
        result: MatchResult | None = None,
        *,
        concepts: Sequence[str] = (),
        reason: UnmetReason | UnmetReasonName | None = None,
        basis: Basis | BasisName = Basis.PRESENTED,
        area: str = "",
        language: str = "",
        channel: str = "",
    ) -> UnmetRecord | None:
        """Record that a need could not be met. Nothing in the record leads to a patron.

        Args:
            result: an empty match result, from which needs and reason are taken.
            concepts: ids of the needs, if there was no match.
            reason: why it could not be met, if not as the match shows.
            basis: whether the patron named the need, or staff saw it.
            area: where, coarsely: the beginning of a ZIP code, a county, a branch.
            language: the language that it was asked for in.
            channel: how the patron came: `desk`, `phone`, `outreach` and the like.

        Returns:
            The record; `None` if the result was not empty, so that nothing is unmet.

        Raises:
            UnknownNeedError: a need is not known.
            InvalidReferralError: no need is named, or it says more than may be kept for good: an area that may be an
                address, or words where a code belongs.
        """
        return unmet_needs.record_unmet_need(
            self._context,
            result,
            concepts=concepts,
            reason=reason,
            basis=basis,
            area=area,
            language=language,
            channel=channel,
        )
