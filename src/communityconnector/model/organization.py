"""Who helps: organizations (agencies), their programs, money and identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.model.level import LEVEL, Disclosure
from communityconnector.model.record import (
    DEPRECATED_TEXT,
    EMAIL,
    NUMBER,
    TEXT,
    URI,
    Record,
    many,
    record,
    reference,
)

if TYPE_CHECKING:
    from communityconnector.model.contact import Contact, Phone
    from communityconnector.model.location import Location
    from communityconnector.model.metadata import Metadata
    from communityconnector.model.service import Service
    from communityconnector.model.taxonomy import Attribute


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Url(Record):
    """A further web address of an organization or a service.

    HSDS 3.2 `url`.

    Attributes:
        id: identifier of this entry.
        label: what the page is, such as "Booking".
        url: the address, with its scheme.
        organization_id: the organization that it belongs to.
        service_id: the service that it belongs to.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "url"
    table: ClassVar[str] = "url.csv"

    label: str | None = attrs.field(default=None, metadata=TEXT)
    url: str = attrs.field(metadata=URI)
    organization_id: str | None = attrs.field(default=None, metadata=reference("organization"))
    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Funding(Record):
    """Where money comes from.

    HSDS 3.2 `funding`.

    Attributes:
        id: identifier of this entry.
        organization_id: the organization that is funded.
        service_id: the service that is funded.
        source: who funds it, in words.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "funding"
    table: ClassVar[str] = "funding.csv"

    organization_id: str | None = attrs.field(default=None, metadata=reference("organization"))
    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    source: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Program(Record):
    """A group of services of one organization.

    HSDS 3.2 `program`.

    Attributes:
        id: identifier of the program.
        organization_id: the organization that runs it.
        name: its name.
        alternate_name: another name.
        description: what it does.
        attributes: classifications of this program.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "program"
    table: ClassVar[str] = "programs.csv"

    organization_id: str | None = attrs.field(
        default=None, metadata=reference("organization", tabular_required=True)
    )
    name: str = attrs.field(metadata=TEXT)
    alternate_name: str | None = attrs.field(default=None, metadata=TEXT)
    description: str = attrs.field(metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class OrganizationIdentifier(Record):
    """An organization's identifier in another body's register.

    HSDS 3.2 `organization_identifier`.

    Attributes:
        id: identifier of this entry.
        organization_id: the organization that it names.
        identifier_scheme: the register, by its code at org-id.guide.
        identifier_type: the register in words.
        identifier: the identifier.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "organization_identifier"
    table: ClassVar[str] = "organization_identifiers.csv"

    organization_id: str | None = attrs.field(
        default=None, metadata=reference("organization", tabular_required=True)
    )
    identifier_scheme: str | None = attrs.field(default=None, metadata=TEXT)
    identifier_type: str = attrs.field(metadata=TEXT)
    identifier: str = attrs.field(metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Organization(Record):
    """An organization that provides services: in the words of information and referral, an agency.

    HSDS 3.2 `organization`. Exported as `Agency` too.

    Attributes:
        id: identifier of the organization.
        name: official or public name.
        alternate_name: another name.
        description: what it does.
        email: e-mail address.
        website: web address, with its scheme.
        additional_websites: further web addresses.
        tax_status: deprecated by HSDS. Tax designation.
        tax_id: deprecated by HSDS. Tax identifier.
        year_incorporated: year in which it was founded.
        legal_status: legal form.
        logo: address of a picture.
        uri: identifier in a register of organizations, as a URI; not its website.
        parent_organization_id: id of the organization that it is part of.
        funding: where its money comes from.
        contacts: whom to ask for.
        phones: its phones.
        locations: the locations whose records it keeps.
        programs: its programs.
        organization_identifiers: its identifiers elsewhere.
        services: its services. In a `Directory` this is empty and `Directory.services_of` answers.
        attributes: classifications of this organization.
        metadata: changes made to this record.
        disclosure: who may learn where its places are; `None` if not stated. Ours, not an
            HSDS field.
    """

    entity: ClassVar[str] = "organization"
    table: ClassVar[str] = "organizations.csv"

    name: str = attrs.field(metadata=TEXT)
    alternate_name: str | None = attrs.field(default=None, metadata=TEXT)
    description: str = attrs.field(metadata=TEXT)
    email: str | None = attrs.field(default=None, metadata=EMAIL)
    website: str | None = attrs.field(default=None, metadata=URI)
    additional_websites: tuple[Url, ...] = attrs.field(default=(), metadata=many("url"))
    tax_status: str | None = attrs.field(default=None, metadata=DEPRECATED_TEXT)
    tax_id: str | None = attrs.field(default=None, metadata=DEPRECATED_TEXT)
    year_incorporated: float | None = attrs.field(default=None, metadata=NUMBER)
    legal_status: str | None = attrs.field(default=None, metadata=TEXT)
    logo: str | None = attrs.field(default=None, metadata=TEXT)
    uri: str | None = attrs.field(default=None, metadata=URI)
    parent_organization_id: str | None = attrs.field(
        default=None, metadata=reference("organization", foreign_key=False)
    )
    funding: tuple[Funding, ...] = attrs.field(default=(), metadata=many("funding"))
    contacts: tuple[Contact, ...] = attrs.field(default=(), metadata=many("contact"))
    phones: tuple[Phone, ...] = attrs.field(default=(), metadata=many("phone"))
    locations: tuple[Location, ...] = attrs.field(default=(), metadata=many("location"))
    programs: tuple[Program, ...] = attrs.field(default=(), metadata=many("program"))
    organization_identifiers: tuple[OrganizationIdentifier, ...] = attrs.field(
        default=(), metadata=many("organization_identifier")
    )
    services: tuple[Service, ...] = attrs.field(default=(), metadata=many("service", compiled_only=True))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)
