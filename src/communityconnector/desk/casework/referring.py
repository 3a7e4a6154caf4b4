"""Making referrals, and writing down what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from communityconnector.desk.arguments import build, check_actor, check_concepts, check_kind, check_language
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.contact_preferences import as_contacts, as_shared_fields, check_contacts
from communityconnector.desk.casework.steps import Carrying
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.idempotency import RequestKey, run_once
from communityconnector.desk.store.legal_holds import LegalHolds, delete_writes
from communityconnector.desk.store.referral_record import StoredReferral
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidReferralError,
    UnknownNeedError,
)
from communityconnector.matching import Match
from communityconnector.model import Service
from communityconnector.model.codes import is_hierarchical
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals import (
    Actor,
    AgeBand,
    Basis,
    ConsentTerms,
    ContactPreference,
    Event,
    Priority,
    Private,
    Proposal,
    Referral,
    ReferralType,
    check_discard,
    create,
    patron_ref,
    re_refer,
    tags_of,
)
from communityconnector.referrals.documents import TYPED, texts
from communityconnector.referrals.service_summary import ServiceSummary
from communityconnector.referrals.unmet import area_of, codes_of, is_code


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class ReferralRequest(Uncopied):
    """What a referral is made with, beside the service.

    Attributes:
        type: how patron and agency are brought together. By default the details are handed over, and nothing is sent.
        concepts: ids of the needs; by default what the match was found for.
        terms: ids of taxonomy terms that were asked for.
        patron: the host's opaque reference to the patron, where one must be found again; none by default.
        told: what the agency is to be told, by name of the field. It must ask for each (`Intake`).
        contacts: ways to reach the patron, and on what terms.
        age_band: how old the patron is, roughly.
        follow_up_allowed: whether the patron agrees to be asked how it went.
        priority: how soon it is needed.
        area: where it was asked for, coarsely: the beginning of a ZIP code, a county, a branch.
        language: the language that it was asked for in.
        channel: how the patron came: `desk`, `phone`, `outreach` and the like.
        basis: whether the patron said the need, or staff saw it.

    Raises:
        InvalidReferralError: the area may be an address, or words stand where a code belongs.
    """

    type: ReferralType = attrs.field(default=ReferralType.INFORMATION, converter=ReferralType)
    concepts: tuple[str, ...] = attrs.field(default=(), converter=texts)
    terms: tuple[str, ...] = attrs.field(default=(), converter=texts)
    patron: str = ""
    told: Mapping[str, Secret] = attrs.field(factory=dict, converter=as_shared_fields)
    contacts: tuple[ContactPreference, ...] = attrs.field(default=(), converter=as_contacts)
    age_band: AgeBand = attrs.field(default=AgeBand.UNKNOWN, converter=AgeBand)
    follow_up_allowed: bool = False
    priority: Priority = attrs.field(default=Priority.ROUTINE, converter=Priority)
    area: str = ""
    language: str = ""
    channel: str = ""
    basis: Basis = attrs.field(default=Basis.PRESENTED, converter=Basis)

    def __attrs_post_init__(self) -> None:
        check_language(self.language)
        # If the need stays unmet, these are kept for ever, beside its concepts, which are those of the vocabulary.
        area_of(self.area)
        codes_of((*self.terms, *filter(None, (self.language, self.channel))))


class Referring(Carrying):
    """The part of a desk that makes referrals, and writes down what happens to them."""

    def refer(  # what is referred to, by whom, and what keeps a repeated request from counting twice
        self,
        to: Match | Service | str,
        *,
        actor: Actor,
        consent: ConsentTerms | None = None,
        idempotency_key: str = "",
        at: datetime | None = None,
        **asked: Any,
    ) -> Referral:
        """Refer a patron to a service.

        By default the details are handed over: the referral is `given`, no patron is in it, and nothing is sent. Of any
        other type it is a draft; with the patron's consent it is sent at once.

        Args:
            to: the service: a match, the service itself, or its id.
            actor: who refers.
            consent: what the patron agreed to.
            idempotency_key: what the host calls the request. The same request under the same key, sent again within a
                week, makes no second referral.
            at: when, if not now.
            **asked: what `ReferralRequest` has.

        Returns:
            The referral.

        Raises:
            ServiceNotFoundError: the directory has no such service.
            UnknownNeedError: a need or a term is not known.
            UnexpectedArgumentError: `ReferralRequest` has no such name.
            InvalidReferralError: something is missing, of another kind, or contradicts the type of referral.
            InvalidPatronRefError: the reference to the patron is not opaque.
            InvalidConsentError: the consent is not of the kind that the matter asks for.
            IllegalTransitionError: it cannot be sent: no consent, an inactive service, a confidential one, or a referral
                of type `self` that tells the agency something and is not sent by the patron.
            IdempotencyConflictError: the key was used for another request.
        """
        return self._make(
            None, to, actor, consent, idempotency_key, at, build(ReferralRequest, asked, "refer")
        )

    def re_refer(  # noqa: PLR0913  # what `refer` takes, and what it replaces
        self,
        referral_id: str,
        to: Match | Service | str,
        *,
        actor: Actor,
        consent: ConsentTerms | None = None,
        allow_tried: bool = False,
        idempotency_key: str = "",
        at: datetime | None = None,
        **asked: Any,
    ) -> Referral:
        """Refer again, where a closed referral did not help: a new referral, with a new consent.

        What is the patron's own is taken over where it is still kept and not said anew; so are the needs. A referral for
        information has no patron, so nothing but the needs is taken over; nor is it once the consent was taken back.
        Agencies that were tried before are refused.

        Args:
            referral_id: the closed one.
            to: the service.
            actor: who refers.
            consent: what the patron agreed to this time.
            allow_tried: whether the agency may be one that was tried before.
            idempotency_key: see `refer`.
            at: when, if not now.
            **asked: what `ReferralRequest` has.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: the old one is not closed, or the new one cannot be sent.
            InvalidReferralError: the agency was tried before; or see `refer`.
        """
        given = build(ReferralRequest, asked, "re_refer")
        return self._make((referral_id, allow_tried), to, actor, consent, idempotency_key, at, given)

    def apply(  # noqa: PLR0913  # what happened, who says so, when, and what keeps it from counting twice
        self,
        referral_id: str,
        event: Event | str,
        *,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str = "",
        at: datetime | None = None,
        **told: Any,
    ) -> Referral:
        """Write down what happened to a referral, with all that follows from it.

        Args:
            referral_id: to which one.
            event: what happened.
            actor: who says so. An agency's id must be that of the referral's agency.
            expected_version: the version that the caller has seen; if it is another by now, nothing is done.
            idempotency_key: see `refer`.
            at: when it happened, if not now.
            **told: what `Details` has, but for `sending`, which the desk gathers itself. When details that were given
                are closed, `to` may be left out: a success completes, anything else fails.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this cannot happen.
            InvalidReferralError: what was told is incomplete or contradicts itself.
            StaleRecordError: somebody else has changed it since the caller saw it.
            IdempotencyConflictError: the key was used for another request.
        """
        check_actor(actor)
        event = Event(event)
        if event in (Event.CREATE, Event.RE_REFER, Event.DISCARD):
            message = f"{event} has a call of its own: refer, re_refer or discard"
            raise InvalidReferralError(message)

        def write(key: RequestKey) -> Referral:
            work = self._work(referral_id, at, expected_version)
            self._check_agency(work.referral, actor, event)
            self._step(work, event, actor, told)
            return work.commit(*key.put(work.referral, work.recorded_at))

        said = [referral_id, event.value, actor.role.value, actor.id, expected_version, at, told]
        return run_once(self._parts.ledger, idempotency_key, said, write)

    def discard(self, referral_id: str, *, actor: Actor) -> None:
        """Throw a draft away, with all that belongs to it. That it was done stays in the log.

        Args:
            referral_id: which.
            actor: who made it.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: it is no draft, somebody else's, or under a legal hold.
        """
        check_actor(actor)
        ledger = self._parts.ledger

        def write() -> None:
            held = ledger.need(referral_id)
            now = max(ledger.now(), held.referral.last_at)
            check_discard(held.referral, actor, now)
            holds = LegalHolds.found(ledger)
            if holds.keep(referral_id):
                raise IllegalTransitionError(held.referral.status, Event.DISCARD, actor.role, "no_legal_hold")
            gone = delete_writes(ledger, referral_id, held.version, is_draft=True)
            gone += holds.guards(gone)
            ledger.commit(gone, [Fact(actor=actor, action=Event.DISCARD.value, referral_id=referral_id)], now)

        ledger.again(write)

    # Inside

    def _make(  # noqa: PLR0913, PLR0917  # what `re_refer` takes
        self,
        replaced: tuple[str, bool] | None,
        to: Match | Service | str,
        actor: Actor,
        consent: ConsentTerms | None,
        idempotency_key: str,
        at: datetime | None,
        asked: ReferralRequest,
    ) -> Referral:
        check_actor(actor)
        if consent is not None:
            check_kind("consent", consent, ConsentTerms)
        ledger = self._parts.ledger
        service_id = _service_id(to)
        self._check_asked(asked)
        concepts, terms = (
            (asked.concepts, asked.terms) if asked.concepts or asked.terms else _matched_needs(to)
        )
        if asked.type is ReferralType.INFORMATION and (asked.patron or asked.told or consent):
            message = (
                "a referral for information has no patron, tells no agency anything, and needs no consent: "
                "leave these out, or say another type, such as type='direct'"
            )
            raise InvalidReferralError(message)

        def write(key: RequestKey) -> Referral:
            old = None if replaced is None else ledger.need(replaced[0])
            moment = ledger.moment(at, None if old is None else old.referral.last_at)
            about = concepts or (old.referral.concepts if old else ())
            # Here, and not before: a request that is repeated has its answer, whatever the directory says by now.
            listed = self._parts.find_service(service_id)
            if not about and not terms and not _may_be_unknown(to, asked):
                message = "say what is needed: concepts=['food-pantry'], or pass on a match that was found for a need"
                raise InvalidReferralError(message)
            if not listed.organization_id and asked.type is not ReferralType.INFORMATION:
                message = (
                    "the directory does not say which agency runs this service, so nothing can be sent to it: hand the "
                    "details over, with no `type`"
                )
                raise InvalidReferralError(message)
            proposal = Proposal(
                id=ledger.new_id(),
                type=asked.type,
                service_id=listed.id,
                organization_id=listed.organization_id,
                concepts=about,
                terms=terms,
                priority=asked.priority,
            )
            work = ReferralChange(self._parts, None, moment)
            check_contacts(asked.contacts, work.recorded_at)
            work.private = self._own(asked, old)
            work.about = attrs.evolve(
                work.about,
                area=asked.area,
                language=asked.language,
                channel=asked.channel,
                basis=asked.basis.value,
                guardian=self._wants_guardian(proposal, listed, work.private, old),
            )
            policy, recorded_at = ledger.policy, work.recorded_at
            if old is None or replaced is None:
                begun = create(proposal, actor, moment, policy=policy, recorded_at=recorded_at)
            else:
                begun = re_refer(
                    old.referral,
                    proposal,
                    actor,
                    moment,
                    allow_tried=replaced[1],
                    policy=policy,
                    recorded_at=recorded_at,
                )
            work.advance(begun, actor)
            details = {"follow_up_allowed": asked.follow_up_allowed}
            if consent is not None:
                work.consent_to(consent, actor)
                self._step(work, Event.SEND, actor, details)
            elif asked.type is ReferralType.INFORMATION:
                self._step(work, Event.GIVE, actor, details)
            return work.commit(*key.put(work.referral, work.recorded_at))

        said = [replaced, service_id, actor.role.value, actor.id, consent, at, concepts, asked]
        if terms != asked.terms:
            # Only where there are any: what was kept of older requests goes on meaning the same.
            said.append(terms)
        return run_once(ledger, idempotency_key, said, write)

    def _check_asked(self, asked: ReferralRequest) -> None:
        """Make sure that what somebody names as needed is known. Codes of 211 taxonomies are taken as they are."""
        check_concepts(self._parts.vocabulary, asked.concepts)
        for term in asked.terms:
            if not (is_hierarchical(term) or self._parts.has_term(term)):
                message = (
                    "`terms` takes ids or codes of the directory's taxonomy terms: `desk.directory.taxonomy_terms` lists "
                    "them, and `match.terms` has those that were asked for"
                )
                raise UnknownNeedError(message)

    def _own(self, asked: ReferralRequest, old: StoredReferral | None) -> Private:
        """What is the patron's own of a new referral."""
        if asked.patron:
            patron_ref(asked.patron, self._parts.ledger.policy.cards)
        own = Private(patron=asked.patron, told=asked.told, contacts=asked.contacts, age_band=asked.age_band)
        if asked.type is ReferralType.INFORMATION or old is None or not old.about.private or old.about.ended:
            return own
        before = self._parts.ledger.private(old.referral.id).private
        return Private(
            patron=own.patron or before.patron,
            told=own.told or before.told,
            contacts=own.contacts or before.contacts,
            age_band=before.age_band if own.age_band is AgeBand.UNKNOWN else own.age_band,
        )

    def _wants_guardian(
        self, proposal: Proposal, listed: ServiceSummary, own: Private, old: StoredReferral | None
    ) -> bool:
        """Whether a guardian must consent; also where the age that said so has been forgotten, and is not said anew."""
        if own.age_band is AgeBand.UNKNOWN and old is not None and old.about.guardian:
            return True
        tags = tags_of(self._parts.vocabulary, proposal.concepts, proposal.terms) | listed.tags
        return bool(self._parts.ledger.policy.needs_guardian(own.age_band, tags))


def _service_id(to: Match | Service | str) -> str:
    """The id of what is referred to."""
    if isinstance(to, Match):
        return to.service_id
    if isinstance(to, Service):
        return to.id
    if isinstance(to, str):
        return to
    message = f"a referral is to a match, such as `result[0]`, a service or its id, and not to a {type(to).__name__}"
    raise InvalidReferralError(message)


def _matched_needs(to: Match | Service | str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a match was found for: the needs that it is known to be for, or else what was asked; and the terms."""
    if not isinstance(to, Match):
        return (), ()
    known = [
        reason.evidence["concept"]
        for reason in to.reasons
        if reason.criterion == "need" and "concept" in reason.evidence
    ]
    concepts = tuple(dict.fromkeys(known)) or to.needs
    # A term of a directory may be any text; only codes are kept of a referral.
    return concepts, () if concepts else tuple(term for term in to.terms if is_code(term))


def _may_be_unknown(to: Match | Service | str, asked: ReferralRequest) -> bool:
    """Whether it may stay unknown what was needed: a match was found by words alone, and nothing is sent."""
    return isinstance(to, Match) and asked.type is ReferralType.INFORMATION
