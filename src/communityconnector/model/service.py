"""What is offered: services, where they are offered, for whom and at what price."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.model.level import LEVEL, Disclosure
from communityconnector.model.record import (
    DATE,
    DEPRECATED_TEXT,
    EMAIL,
    NUMBER,
    TEXT,
    TIMESTAMP,
    URI,
    Record,
    choice,
    many,
    one,
    record,
    reference,
)

if TYPE_CHECKING:
    from communityconnector.model.contact import Contact, Language, Phone
    from communityconnector.model.location import Location
    from communityconnector.model.metadata import Metadata
    from communityconnector.model.organization import Funding, Organization, Program, Url
    from communityconnector.model.schedule import Schedule
    from communityconnector.model.taxonomy import Attribute


class ServiceStatus(StrEnum):
    """Whether a service is there to be used."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Unit(Record):
    """What a capacity counts, such as beds.

    HSDS 3.2 `unit`.

    Attributes:
        id: identifier of the unit.
        name: its name, for people.
        scheme: the scheme that defines it, such as SI.
        identifier: its identifier in that scheme.
        uri: where it is defined.
        attributes: classifications of this unit.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "unit"
    table: ClassVar[str] = "units.csv"

    name: str = attrs.field(metadata=TEXT)
    scheme: str | None = attrs.field(default=None, metadata=TEXT)
    identifier: str | None = attrs.field(default=None, metadata=TEXT)
    uri: str | None = attrs.field(default=None, metadata=URI)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class ServiceCapacity(Record):
    """How much of something a service has left.

    HSDS 3.2 `service_capacity`.

    Attributes:
        id: identifier of this entry.
        service_id: the service that it is about.
        unit: what is counted.
        unit_id: id of the unit.
        available: how many units were free at the time of `updated`.
        maximum: how many units there can be.
        description: the capacity in words.
        updated: when the numbers were last right, RFC 3339.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "service_capacity"
    table: ClassVar[str] = "service_capacity.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service", tabular_required=True))
    unit: Unit | None = attrs.field(default=None, metadata=one("unit"))
    unit_id: str | None = attrs.field(default=None, metadata=reference("unit", tabular_required=True))
    available: float | None = attrs.field(metadata=NUMBER)
    maximum: float | None = attrs.field(default=None, metadata=NUMBER)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    updated: str = attrs.field(metadata=TIMESTAMP)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class RequiredDocument(Record):
    """A document that one must bring.

    HSDS 3.2 `required_document`.

    Attributes:
        id: identifier of this entry.
        service_id: the service that asks for it.
        document: the document, in words.
        uri: a page about it.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "required_document"
    table: ClassVar[str] = "required_documents.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    document: str | None = attrs.field(default=None, metadata=TEXT)
    uri: str | None = attrs.field(default=None, metadata=URI)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class CostOption(Record):
    """A price, for some people at some time.

    HSDS 3.2 `cost_option`.

    Attributes:
        id: identifier of this entry.
        service_id: the service that it is the price of.
        valid_from: first day of the price.
        valid_to: last day of the price.
        option: whom or what it is for, in words.
        currency: ISO 4217 code, three letters; sources write either case.
        amount: the price, in `currency`; 0 is free.
        amount_description: what the amount buys, in words.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "cost_option"
    table: ClassVar[str] = "cost_options.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service", tabular_required=True))
    valid_from: str | None = attrs.field(default=None, metadata=DATE)
    valid_to: str | None = attrs.field(default=None, metadata=DATE)
    option: str | None = attrs.field(default=None, metadata=TEXT)
    currency: str | None = attrs.field(default=None, metadata=TEXT)
    amount: float | None = attrs.field(default=None, metadata=NUMBER)
    amount_description: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class ServiceArea(Record):
    """An area that a service serves.

    HSDS 3.2 `service_area`.

    Attributes:
        id: identifier of this entry.
        service_id: the service that serves it.
        service_at_location_id: the service at a location that serves it.
        name: the area, in words.
        description: more about it.
        extent: the area as a shape; GeoJSON is written as JSON inside this text.
        extent_type: format of `extent`: geojson, topojson, kml or text.
        uri: identifier of the area.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "service_area"
    table: ClassVar[str] = "service_areas.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    service_at_location_id: str | None = attrs.field(default=None, metadata=reference("service_at_location"))
    name: str | None = attrs.field(default=None, metadata=TEXT)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    extent: str | None = attrs.field(default=None, metadata=TEXT)
    extent_type: str | None = attrs.field(default=None, metadata=TEXT)
    uri: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class ServiceAtLocation(Record):
    """A service at one of its locations.

    HSDS 3.2 `service_at_location`.

    Attributes:
        id: identifier of this link.
        service_id: id of the service.
        location_id: id of the location.
        description: what is different here, in words.
        service_areas: areas served from here.
        contacts: whom to ask for here.
        phones: phones of the service here.
        schedules: hours of the service here.
        location: the location.
        service: the service. In a `Directory` this is `None`: the service holds the link.
        attributes: classifications of this link.
        metadata: changes made to this record.
        disclosure: who may learn where this is; `None` if not stated. Ours, not an
            HSDS field.
    """

    entity: ClassVar[str] = "service_at_location"
    table: ClassVar[str] = "service_at_location.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service", tabular_required=True))
    location_id: str | None = attrs.field(default=None, metadata=reference("location", tabular_required=True))
    description: str | None = attrs.field(default=None, metadata=TEXT)
    service_areas: tuple[ServiceArea, ...] = attrs.field(default=(), metadata=many("service_area"))
    contacts: tuple[Contact, ...] = attrs.field(default=(), metadata=many("contact"))
    phones: tuple[Phone, ...] = attrs.field(default=(), metadata=many("phone"))
    schedules: tuple[Schedule, ...] = attrs.field(default=(), metadata=many("schedule"))
    location: Location | None = attrs.field(default=None, metadata=one("location"))
    service: Service | None = attrs.field(default=None, metadata=one("service", compiled_only=True))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Service(Record):
    """A service that an organization provides.

    HSDS 3.2 `service`.

    Attributes:
        id: identifier of the service.
        organization_id: id of the organization that provides it.
        program_id: id of the program that it is part of.
        name: official or public name.
        alternate_name: another name.
        description: what one gets.
        url: web address of the service.
        additional_urls: further web addresses.
        email: e-mail address.
        status: `active`, `inactive`, `defunct` or `temporarily closed`; "" where the source gave none.
        interpretation_services: interpreters and the like, in words.
        application_process: how one gets the service, in words.
        fees_description: what it costs, in words.
        wait_time: deprecated by HSDS. How long one waits.
        fees: deprecated by HSDS, but kept by the Open Referral UK profile. What it costs.
        accreditations: accreditations, in words.
        eligibility_description: whom it is for, in words.
        minimum_age: youngest age served, in years, inclusive; may be a fraction.
        maximum_age: oldest age served, in years, inclusive; may be a fraction.
        assured_date: day on which the record was last checked with the agency.
        assurer_email: who checked it.
        licenses: deprecated by HSDS. Licences held.
        alert: anything urgent and passing, such as a closure.
        last_modified: when the record last changed, RFC 3339. A change is not a check: see `assured_date`.
        phones: its phones.
        schedules: its hours.
        service_areas: areas that it serves.
        service_at_locations: where it is given.
        languages: languages in which it is given.
        organization: the organization that provides it.
        funding: where its money comes from.
        cost_options: its prices.
        program: the program that it is part of.
        required_documents: what one must bring.
        contacts: whom to ask for.
        capacities: what is left.
        attributes: classifications of this service.
        metadata: changes made to this record.
        disclosure: who may learn where it is given; `None` if not stated. Ours, not an
            HSDS field.
    """

    entity: ClassVar[str] = "service"
    table: ClassVar[str] = "services.csv"

    organization_id: str | None = attrs.field(
        default=None, metadata=reference("organization", tabular_required=True)
    )
    program_id: str | None = attrs.field(default=None, metadata=reference("program"))
    name: str = attrs.field(metadata=TEXT)
    alternate_name: str | None = attrs.field(default=None, metadata=TEXT)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    url: str | None = attrs.field(default=None, metadata=URI)
    additional_urls: tuple[Url, ...] = attrs.field(default=(), metadata=many("url"))
    email: str | None = attrs.field(default=None, metadata=EMAIL)
    status: str = attrs.field(metadata=choice(ServiceStatus))
    interpretation_services: str | None = attrs.field(default=None, metadata=TEXT)
    application_process: str | None = attrs.field(default=None, metadata=TEXT)
    fees_description: str | None = attrs.field(default=None, metadata=TEXT)
    wait_time: str | None = attrs.field(default=None, metadata=DEPRECATED_TEXT)
    fees: str | None = attrs.field(default=None, metadata=DEPRECATED_TEXT)
    accreditations: str | None = attrs.field(default=None, metadata=TEXT)
    eligibility_description: str | None = attrs.field(default=None, metadata=TEXT)
    minimum_age: float | None = attrs.field(default=None, metadata=NUMBER)
    maximum_age: float | None = attrs.field(default=None, metadata=NUMBER)
    assured_date: str | None = attrs.field(default=None, metadata=DATE)
    assurer_email: str | None = attrs.field(default=None, metadata=EMAIL)
    licenses: str | None = attrs.field(default=None, metadata=DEPRECATED_TEXT)
    alert: str | None = attrs.field(default=None, metadata=TEXT)
    last_modified: str | None = attrs.field(default=None, metadata=TIMESTAMP)
    phones: tuple[Phone, ...] = attrs.field(default=(), metadata=many("phone"))
    schedules: tuple[Schedule, ...] = attrs.field(default=(), metadata=many("schedule"))
    service_areas: tuple[ServiceArea, ...] = attrs.field(default=(), metadata=many("service_area"))
    service_at_locations: tuple[ServiceAtLocation, ...] = attrs.field(
        default=(), metadata=many("service_at_location")
    )
    languages: tuple[Language, ...] = attrs.field(default=(), metadata=many("language"))
    organization: Organization | None = attrs.field(default=None, metadata=one("organization"))
    funding: tuple[Funding, ...] = attrs.field(default=(), metadata=many("funding"))
    cost_options: tuple[CostOption, ...] = attrs.field(default=(), metadata=many("cost_option"))
    program: Program | None = attrs.field(default=None, metadata=one("program"))
    required_documents: tuple[RequiredDocument, ...] = attrs.field(
        default=(), metadata=many("required_document")
    )
    contacts: tuple[Contact, ...] = attrs.field(default=(), metadata=many("contact"))
    capacities: tuple[ServiceCapacity, ...] = attrs.field(default=(), metadata=many("service_capacity"))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)
