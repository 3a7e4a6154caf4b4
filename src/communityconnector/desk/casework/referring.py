"""Making referrals: of a match or a service, and anew where a closed one did not help."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Unpack

import attrs

from communityconnector.desk.arguments import build, check_actor, check_concepts, check_kind
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.contact_preferences import check_contacts
from communityconnector.desk.casework.referral_request import ReferralRequest, RequestOptions
from communityconnector.desk.casework.steps import apply_event
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.idempotency import RequestKey, run_once
from communityconnector.desk.store.referral_record import StoredReferral
from communityconnector.errors import InvalidReferralError, UnknownNeedError
from communityconnector.matching import Match
from communityconnector.model import Service
from communityconnector.model.codes import is_hierarchical
from communityconnector.referrals import (
    Actor,
    Advanced,
    AgeBand,
    ConsentTerms,
    Event,
    Private,
    Proposal,
    Referral,
    ReferralType,
    create,
    patron_ref,
    tags_of,
)
from communityconnector.referrals import re_refer as begin_again
from communityconnector.referrals.service_summary import ServiceSummary
from communityconnector.referrals.unmet import is_code

ReferralTarget = Match | Service | str
"""What a referral is to: a match, a service, or a service's id."""


class _Replaced(NamedTuple):
    """The referral that a new one takes the place of.

    Attributes:
        id: its id.
        allow_tried: whether the new one may go to an agency that was tried before.
    """

    id: str
    allow_tried: bool


def refer(  # noqa: PLR0913  # to what, by whom, and what keeps a repeated request from counting twice
    context: DeskContext,
    to: ReferralTarget,
    *,
    actor: Actor,
    consent: ConsentTerms | None = None,
    idempotency_key: str = "",
    at: datetime | None = None,
    **options: Unpack[RequestOptions],
) -> Referral:
    """See `Referrals.refer`."""
    request = build(ReferralRequest, options, "refer")
    return _make(context, None, to, actor, consent, idempotency_key, at, request)


def re_refer(  # noqa: PLR0913  # what `refer` takes, and what it replaces
    context: DeskContext,
    referral_id: str,
    to: ReferralTarget,
    *,
    actor: Actor,
    consent: ConsentTerms | None = None,
    allow_tried: bool = False,
    idempotency_key: str = "",
    at: datetime | None = None,
    **options: Unpack[RequestOptions],
) -> Referral:
    """See `Referrals.re_refer`."""
    request = build(ReferralRequest, options, "re_refer")
    replaced = _Replaced(referral_id, allow_tried)
    return _make(context, replaced, to, actor, consent, idempotency_key, at, request)


def _make(  # noqa: PLR0913, PLR0917  # what `re_refer` takes
    context: DeskContext,
    replaced: _Replaced | None,
    to: ReferralTarget,
    actor: Actor,
    consent: ConsentTerms | None,
    idempotency_key: str,
    at: datetime | None,
    request: ReferralRequest,
) -> Referral:
    """Make a referral, and send it or hand it over if its type and consent say so."""
    check_actor(actor)
    if consent is not None:
        check_kind("consent", consent, ConsentTerms)
    ledger = context.ledger
    service_id = _service_id(to)
    _check_needs(context, request)
    named = bool(request.concepts or request.terms)
    concepts, terms = (request.concepts, request.terms) if named else _matched_needs(to)
    if request.type is ReferralType.INFORMATION and (request.patron or request.shared_fields or consent):
        message = (
            "a referral for information has no patron, tells no agency anything, and needs no consent: "
            "leave these out, or give another type, such as type='direct'"
        )
        raise InvalidReferralError(message)

    def write(key: RequestKey) -> Referral:
        old = None if replaced is None else ledger.get_referral(replaced.id)
        moment = ledger.check_moment(at, None if old is None else old.referral.last_at)
        needs = concepts or (old.referral.concepts if old else ())
        # Looked up here and not before: a repeated request gets its answer whatever the directory holds by now.
        service = context.find_service(service_id)
        _check_complete(to, request, service, has_needs=bool(needs or terms))
        proposal = Proposal(
            id=ledger.new_id(),
            type=request.type,
            service_id=service.id,
            organization_id=service.organization_id,
            concepts=needs,
            terms=terms,
            priority=request.priority,
        )
        change = ReferralChange(context, None, moment)
        check_contacts(request.contacts, change.state.recorded_at)
        change.state.private = _private_part(context, request, old)
        change.state.metadata = attrs.evolve(
            change.state.metadata,
            area=request.area,
            language=request.language,
            channel=request.channel,
            basis=request.basis.value,
            guardian=_wants_guardian(context, proposal, service, change.state.private, old),
        )
        allow_tried = replaced is not None and replaced.allow_tried
        change.advance(_begin(change, proposal, actor, old, allow_tried=allow_tried), actor)
        details = {"follow_up_allowed": request.follow_up_allowed}
        if consent is not None:
            change.consents.grant(consent, actor)
            apply_event(change, Event.SEND, actor, details)
        elif request.type is ReferralType.INFORMATION:
            apply_event(change, Event.GIVE, actor, details)
        return change.commit(*key.put(change.referral, change.state.recorded_at))

    asked = [replaced, service_id, actor.role.value, actor.id, consent, at, concepts, _to_remember(request)]
    if terms != request.terms:
        # Only where they differ: the fingerprints of older requests stay the same.
        asked.append(terms)
    return run_once(ledger, idempotency_key, asked, write)


def _to_remember(request: ReferralRequest) -> dict[str, object]:
    """What a request is recognized by, under the names that requests have always been remembered by."""
    fields = attrs.asdict(request, recurse=False)
    return {"told" if name == "shared_fields" else name: value for name, value in fields.items()}


def _begin(
    change: ReferralChange, proposal: Proposal, actor: Actor, old: StoredReferral | None, *, allow_tried: bool
) -> Advanced:
    """Begin the new referral, in the place of an old one if there is one."""
    policy = change.state.ledger.policy
    if old is None:
        return create(proposal, actor, change.state.at, policy=policy, recorded_at=change.state.recorded_at)
    return begin_again(
        old.referral,
        proposal,
        actor,
        change.state.at,
        allow_tried=allow_tried,
        policy=policy,
        recorded_at=change.state.recorded_at,
    )


def _check_needs(context: DeskContext, request: ReferralRequest) -> None:
    """Make sure that the named needs are known. Codes of 211 taxonomies are taken as they are."""
    check_concepts(context.vocabulary, request.concepts)
    for term in request.terms:
        if not (is_hierarchical(term) or context.has_term(term)):
            message = (
                "`terms` takes ids or codes of the directory's taxonomy terms: `desk.directory.read().taxonomy_terms` "
                "lists them, and `match.terms` has those that were asked for"
            )
            raise UnknownNeedError(message)


def _check_complete(
    to: ReferralTarget, request: ReferralRequest, service: ServiceSummary, *, has_needs: bool
) -> None:
    """Make sure that the need is known, and the agency where something is sent."""
    is_information = request.type is ReferralType.INFORMATION
    # A match that was found by words alone has no needs: then the details may be handed over all the same.
    if not has_needs and not (isinstance(to, Match) and is_information):
        message = "say what is needed: concepts=['food-pantry'], or pass on a match that was found for a need"
        raise InvalidReferralError(message)
    if not service.organization_id and not is_information:
        message = (
            "the directory does not say which agency runs this service, so nothing can be sent to it: hand the "
            "details over, with no `type`"
        )
        raise InvalidReferralError(message)


def _private_part(context: DeskContext, request: ReferralRequest, old: StoredReferral | None) -> Private:
    """The patron's private data of a new referral; what is left out is taken over from the old one."""
    if request.patron:
        patron_ref(request.patron, context.ledger.policy.cards)
    new = Private(
        patron=request.patron,
        shared_fields=request.shared_fields,
        contacts=request.contacts,
        age_band=request.age_band,
    )
    if (
        request.type is ReferralType.INFORMATION
        or old is None
        or not old.metadata.private
        or old.metadata.ended
    ):
        return new
    before = context.ledger.read_private(old.referral.id).private
    return Private(
        patron=new.patron or before.patron,
        shared_fields=new.shared_fields or before.shared_fields,
        contacts=new.contacts or before.contacts,
        age_band=before.age_band if new.age_band is AgeBand.UNKNOWN else new.age_band,
    )


def _wants_guardian(
    context: DeskContext,
    proposal: Proposal,
    service: ServiceSummary,
    private: Private,
    old: StoredReferral | None,
) -> bool:
    """Whether a guardian must consent; also if the age that required it was deleted and is not given anew."""
    if private.age_band is AgeBand.UNKNOWN and old is not None and old.metadata.guardian:
        return True
    tags = tags_of(context.vocabulary, proposal.concepts, proposal.terms) | service.tags
    return bool(context.ledger.policy.needs_guardian(private.age_band, tags))


def _service_id(to: ReferralTarget) -> str:
    """The id of what is referred to."""
    if isinstance(to, Match):
        return to.service_id
    if isinstance(to, Service):
        return to.id
    if isinstance(to, str):
        return to
    message = f"a referral is to a match, such as `result[0]`, a service or its id, and not to a {type(to).__name__}"
    raise InvalidReferralError(message)


def _matched_needs(to: ReferralTarget) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
