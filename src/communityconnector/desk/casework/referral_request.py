"""What a referral is made with, and what can be recorded with an event: checked values, and their keywords for callers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict

import attrs

from communityconnector.desk.arguments import check_language
from communityconnector.desk.casework.contact_preferences import as_contacts, as_shared_fields
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals import (
    AgeBand,
    Basis,
    ConsentTerms,
    ContactPreference,
    HoldReason,
    Outcome,
    Priority,
    ReferralStatus,
    ReferralType,
    Source,
)
from communityconnector.referrals.fields import texts, typed
from communityconnector.referrals.names import (
    AgeBandName,
    BasisName,
    HoldReasonName,
    OutcomeName,
    PriorityName,
    ReferralTypeName,
    SourceName,
    StatusName,
)
from communityconnector.referrals.unmet import area_of, codes_of


class RequestOptions(TypedDict, total=False):
    """Keywords of `refer` that describe the referral: the fields of `ReferralRequest`."""

    type: ReferralType | ReferralTypeName
    concepts: Sequence[str]
    terms: Sequence[str]
    patron: str
    shared_fields: Mapping[str, str | Secret]
    contacts: Iterable[ContactPreference]
    age_band: AgeBand | AgeBandName
    follow_up_allowed: bool
    priority: Priority | PriorityName
    area: str
    language: str
    channel: str
    basis: Basis | BasisName


class ReferOptions(RequestOptions, total=False):
    """All keywords of `refer` beside the actor."""

    consent: ConsentTerms | None
    idempotency_key: str
    at: datetime | None


class EventDetails(TypedDict, total=False):
    """Keywords that describe an event: the fields of `referrals.Details` that a caller may give."""

    outcome: Outcome | OutcomeName | None
    outcome_source: Source | SourceName | None
    hold_reason: HoldReason | HoldReasonName | None
    review_on: date | None
    to: ReferralStatus | StatusName | None
    follow_up_allowed: bool
    text: str


class EventOptions(EventDetails, total=False):
    """All keywords of `record_event` beside the actor."""

    expected_version: int | None
    idempotency_key: str
    at: datetime | None


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class ReferralRequest(Uncopied):
    """What a referral is made with, beside the service.

    Attributes:
        type: how patron and agency are brought together. By default the details are handed over, and nothing is sent.
        concepts: ids of the needs; by default those that the match was found for.
        terms: ids of the taxonomy terms that were asked for.
        patron: the host's opaque reference to the patron, if the patron must be found again; empty by default.
        shared_fields: what the agency will learn, by name of the field. The agency must ask for each field (`Intake`).
        contacts: ways to reach the patron, and on what terms.
        age_band: how old the patron is, roughly.
        follow_up_allowed: whether the patron agrees to be asked how it went.
        priority: how soon it is needed.
        area: where it was asked for, coarsely: the beginning of a ZIP code, a county, a branch.
        language: the language that it was asked for in.
        channel: how the patron came: `desk`, `phone`, `outreach` and the like.
        basis: whether the patron named the need, or staff saw it.

    Raises:
        InvalidReferralError: the area may be an address, or there are words where a code belongs.
    """

    type: ReferralType = attrs.field(default=ReferralType.INFORMATION, converter=ReferralType)
    concepts: tuple[str, ...] = attrs.field(default=(), converter=texts)
    terms: tuple[str, ...] = attrs.field(default=(), converter=texts)
    patron: str = ""
    shared_fields: Mapping[str, Secret] = attrs.field(factory=dict, converter=as_shared_fields)
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
        # If the need stays unmet, these are kept for good, beside its concepts, which are those of the vocabulary.
        area_of(self.area)
        codes_of((*self.terms, *filter(None, (self.language, self.channel))))
