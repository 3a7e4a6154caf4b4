"""Consent: what a patron has agreed to, for one referral and until a set date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Self

import attrs

from communityconnector.errors import InvalidConsentError
from communityconnector.notification import Uncopied
from communityconnector.referrals.fields import STORED, Code, as_utc, as_utc_if_any, texts, typed
from communityconnector.serialization import Document

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 365


class ConsentMethod(Code):
    """The way in which a patron agreed."""

    VERBAL = "verbal"
    WRITTEN = "written"
    ELECTRONIC = "electronic"


class GivenBy(Code):
    """The person who agreed."""

    PATRON = "patron"
    GUARDIAN = "guardian"


class AgeBand(Code):
    """A patron's age, as coarsely as a referral records it."""

    UNDER_13 = "under_13"
    FROM_13_TO_17 = "13_17"
    ADULT = "adult"
    UNKNOWN = "unknown"


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts(values))))


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class ConsentTerms(Uncopied):
    """The terms that a patron agrees to. Nothing is agreed to by default.

    Attributes:
        fields: names of what the agency may learn, such as `first_name`; empty if it learns nothing but the need.
        purpose: what for, in the words that were read to the patron.
        method: how it was given.
        days: for how long, 1 to 365.
        given_by: the patron, or a guardian.
        witnessed_by: the role or desk that witnessed it, never a person's name.
        intermediaries: ids of others who pass the data on; each must be named (42 CFR 2.31).
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
            message = "a consent needs a purpose: state what the data is for"
            raise InvalidConsentError(message)
        if not 1 <= self.days <= MOST_DAYS:
            message = f"a consent must last from 1 to {MOST_DAYS} days"
            raise InvalidConsentError(message)

    def __repr__(self) -> str:
        return f"<ConsentTerms, {self.method}, for {self.days} days>"


@attrs.frozen(kw_only=True, repr=False)
class Consent(Document, Uncopied):
    """A stored consent. Who gave it can be looked up only through the referral.

    Together with the signature and the patron's name, which the library stores elsewhere, it holds what 42 CFR 2.31(a)
    requires of a consent: who discloses what to whom, for which purpose, until when, and that it can be revoked.

    Attributes:
        id: its id.
        referral_id: the referral that it is for, and no other.
        agency_id: the agency that may learn the fields.
        service_id: for which service.
        fields: names of what the agency may learn.
        purpose: what for.
        method: how it was given.
        given_by: the patron, or a guardian.
        witnessed_by: the role or desk that witnessed it.
        intermediaries: ids of others who pass the data on.
        text_version: which wording was read or signed.
        language: in which language.
        granted_at: when it begins.
        expires_at: when it ends.
        revoked_at: when it was taken back.
    """

    FORM = STORED

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
        """Return a consent on these terms, which begins at `at`."""
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
        """Return whether the consent is in force at a moment."""
        return self.revoked_at is None and self.granted_at <= moment < self.expires_at

    def covers(self, agency_id: str, fields: Iterable[str], purpose: str, *moments: datetime) -> bool:
        """Return whether the consent allows a disclosure to an agency.

        Args:
            agency_id: which agency.
            fields: names of what would be disclosed.
            purpose: what for.
            moments: when the consent must be in force: when it happens and when it is recorded.
        """
        return (
            self.agency_id == agency_id
            and set(fields) <= set(self.fields)
            and self.purpose == purpose
            and all(map(self.in_force, moments))
        )

    def __repr__(self) -> str:
        return f"<Consent {self.id!r} for referral {self.referral_id!r}>"
