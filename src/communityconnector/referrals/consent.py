"""What a patron has agreed to: one consent for one referral, with an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Self

import attrs

from communityconnector.errors import InvalidConsentError
from communityconnector.notification import Uncopied
from communityconnector.referrals import documents
from communityconnector.referrals.documents import TYPED, Code, as_utc, as_utc_if_any, texts

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 365


class ConsentMethod(Code):
    """How a patron agreed."""

    VERBAL = "verbal"
    WRITTEN = "written"
    ELECTRONIC = "electronic"


class GivenBy(Code):
    """Who agreed."""

    PATRON = "patron"
    GUARDIAN = "guardian"


class AgeBand(Code):
    """All that a referral knows of a patron's age."""

    UNDER_13 = "under_13"
    FROM_13_TO_17 = "13_17"
    ADULT = "adult"
    UNKNOWN = "unknown"


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts(values))))


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class ConsentTerms(Uncopied):
    """What is agreed to. Nothing is agreed to by default.

    Attributes:
        fields: names of what the agency may be told, such as `first_name`; none, where it is told nothing but the need.
        purpose: what for, in words that the patron was read.
        method: how it was given.
        days: for how long, 1 to 365.
        given_by: the patron, or a guardian.
        witnessed_by: the role or desk that heard it; no name.
        intermediaries: ids of others who pass it on; each must be named (42 CFR 2.31).
        text_version: which wording was read or signed.
        language: in which language, as BCP 47 writes it.

    Raises:
        InvalidConsentError: there is no purpose, or the days are out of range.
    """

    fields: tuple[str, ...] = attrs.field(converter=_sorted)
    purpose: str
    method: ConsentMethod = attrs.field(converter=ConsentMethod)
    days: int = USUAL_DAYS
    given_by: GivenBy = attrs.field(default=GivenBy.PATRON, converter=GivenBy)
    witnessed_by: str = ""
    intermediaries: tuple[str, ...] = attrs.field(default=(), converter=texts)
    text_version: str = ""
    language: str = "en"

    def __attrs_post_init__(self) -> None:
        if not self.purpose.strip():
            message = "a consent says what for: give its purpose"
            raise InvalidConsentError(message)
        if not 1 <= self.days <= MOST_DAYS:
            message = f"a consent lasts 1 to {MOST_DAYS} days"
            raise InvalidConsentError(message)

    def __repr__(self) -> str:
        return f"<ConsentTerms, {self.method}, for {self.days} days>"


@attrs.frozen(kw_only=True, repr=False)
class Consent(Uncopied):
    """A consent as it is kept. Who gave it is found by the referral alone.

    With a signature kept by the library, and the patron's name on it, it holds what 42 CFR 2.31(a) asks a consent to
    say: who tells whom what, for which purpose, until when, and that it can be revoked.

    Attributes:
        id: its id.
        referral_id: the referral that it is for, and no other.
        agency_id: who may be told.
        service_id: for which service.
        fields: names of what may be told.
        purpose: what for.
        method: how it was given.
        given_by: the patron, or a guardian.
        witnessed_by: the role or desk that heard it.
        intermediaries: ids of others who pass it on.
        text_version: which wording was read or signed.
        language: in which language.
        granted_at: since when.
        expires_at: until when.
        revoked_at: when it was taken back.
    """

    id: str
    referral_id: str
    agency_id: str
    service_id: str
    fields: tuple[str, ...] = attrs.field(default=(), converter=_sorted)
    purpose: str
    method: ConsentMethod = attrs.field(converter=ConsentMethod)
    given_by: GivenBy = attrs.field(converter=GivenBy)
    witnessed_by: str = ""
    intermediaries: tuple[str, ...] = attrs.field(default=(), converter=texts)
    text_version: str = ""
    language: str = "en"
    granted_at: datetime = attrs.field(converter=as_utc)
    expires_at: datetime = attrs.field(converter=as_utc)
    revoked_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)

    @classmethod
    def granted(  # noqa: PLR0913  # which referral it is for, in full
        cls,
        terms: ConsentTerms,
        *,
        id: str,  # noqa: A002  # the field's own word
        referral_id: str,
        agency_id: str,
        service_id: str,
        at: datetime,
    ) -> Self:
        """A consent on these terms, from a moment on."""
        about = {field.name: getattr(terms, field.name) for field in attrs.fields(ConsentTerms)}
        days = about.pop("days")
        return cls(
            id=id,
            referral_id=referral_id,
            agency_id=agency_id,
            service_id=service_id,
            granted_at=at,
            expires_at=at + timedelta(days=days),
            **about,
        )

    def in_force(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.revoked_at is None and self.granted_at <= moment < self.expires_at

    def covers(self, agency_id: str, fields: Iterable[str], purpose: str, *moments: datetime) -> bool:
        """Whether it allows that an agency is told something.

        Args:
            agency_id: which agency.
            fields: names of what would be told.
            purpose: what for.
            moments: when it must hold: as it happens and as it is recorded.
        """
        return (
            self.agency_id == agency_id
            and set(fields) <= set(self.fields)
            and self.purpose == purpose
            and all(map(self.in_force, moments))
        )

    def to_dict(self) -> dict[str, Any]:
        """The consent as a plain document."""
        return documents.write(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The consent that a document was made from."""
        return documents.read(cls, document)

    def __repr__(self) -> str:
        return f"<Consent {self.id!r} for referral {self.referral_id!r}>"
