"""Where something is: locations, their addresses and how one gets in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.errors import InvalidPointError
from communityconnector.model.geography import Point
from communityconnector.model.level import LEVEL, Disclosure
from communityconnector.model.record import (
    NUMBER,
    TEXT,
    URI,
    Record,
    choice,
    many,
    record,
    reference,
)

if TYPE_CHECKING:
    from communityconnector.model.contact import Contact, Language, Phone
    from communityconnector.model.metadata import Metadata
    from communityconnector.model.schedule import Schedule
    from communityconnector.model.taxonomy import Attribute


class LocationType(StrEnum):
    """What a location or an address is."""

    PHYSICAL = "physical"
    POSTAL = "postal"
    VIRTUAL = "virtual"


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Address(Record):
    """A postal or street address of a location.

    HSDS 3.2 `address`.

    Attributes:
        id: identifier of the address.
        location_id: the location that it belongs to.
        attention: "care of".
        address_1: first line: building, number, street.
        address_2: second line.
        city: city.
        region: region.
        state_province: state or province.
        postal_code: postal code.
        country: ISO 3166-1 code, two letters.
        address_type: `physical`, `postal` or `virtual`.
        attributes: classifications of this address.
        metadata: changes made to this record.
        disclosure: who may see it; `None` if not stated. Ours, not an HSDS field.
    """

    entity: ClassVar[str] = "address"
    table: ClassVar[str] = "addresses.csv"

    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    attention: str | None = attrs.field(default=None, metadata=TEXT)
    address_1: str = attrs.field(metadata=TEXT)
    address_2: str | None = attrs.field(default=None, metadata=TEXT)
    city: str = attrs.field(metadata=TEXT)
    region: str | None = attrs.field(default=None, metadata=TEXT)
    state_province: str = attrs.field(metadata=TEXT)
    postal_code: str = attrs.field(metadata=TEXT)
    country: str = attrs.field(metadata=TEXT)
    address_type: str = attrs.field(metadata=choice(LocationType))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Accessibility(Record):
    """How a location is reached and used by people with disabilities.

    HSDS 3.2 `accessibility`.

    Attributes:
        id: identifier of this entry.
        location_id: the location that it belongs to.
        description: what there is, such as a ramp or a hearing loop.
        details: anything else.
        url: a page that says more.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "accessibility"
    table: ClassVar[str] = "accessibility.csv"

    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    description: str | None = attrs.field(default=None, metadata=TEXT)
    details: str | None = attrs.field(default=None, metadata=TEXT)
    url: str | None = attrs.field(default=None, metadata=URI)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Location(Record):
    """A place where services are given, or a postal or virtual one.

    HSDS 3.2 `location`, with `disclosure` added.

    Attributes:
        id: identifier of the location.
        location_type: `physical`, `postal` or `virtual`.
        url: address of a virtual location.
        organization_id: the organization that keeps this record up to date.
        name: name of the place.
        alternate_name: another name.
        description: what it is.
        transportation: how one gets there.
        latitude: degrees north, WGS-84.
        longitude: degrees east, WGS-84.
        external_identifier: identifier in another scheme.
        external_identifier_type: that scheme, such as UPRN.
        languages: languages spoken here.
        addresses: its addresses.
        contacts: whom to ask for.
        accessibility: how people with disabilities get in.
        phones: its phones.
        schedules: when it is open.
        attributes: classifications of this location.
        metadata: changes made to this record.
        disclosure: who may learn where it is; `None` if not stated. Ours, not an HSDS field.
    """

    entity: ClassVar[str] = "location"
    table: ClassVar[str] = "locations.csv"

    location_type: str = attrs.field(metadata=choice(LocationType))
    url: str | None = attrs.field(default=None, metadata=URI)
    organization_id: str | None = attrs.field(default=None, metadata=reference("organization"))
    name: str | None = attrs.field(default=None, metadata=TEXT)
    alternate_name: str | None = attrs.field(default=None, metadata=TEXT)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    transportation: str | None = attrs.field(default=None, metadata=TEXT)
    latitude: float | None = attrs.field(default=None, metadata=NUMBER)
    longitude: float | None = attrs.field(default=None, metadata=NUMBER)
    external_identifier: str | None = attrs.field(default=None, metadata=TEXT)
    external_identifier_type: str | None = attrs.field(default=None, metadata=TEXT)
    languages: tuple[Language, ...] = attrs.field(default=(), metadata=many("language"))
    addresses: tuple[Address, ...] = attrs.field(default=(), metadata=many("address"))
    contacts: tuple[Contact, ...] = attrs.field(default=(), metadata=many("contact"))
    accessibility: tuple[Accessibility, ...] = attrs.field(default=(), metadata=many("accessibility"))
    phones: tuple[Phone, ...] = attrs.field(default=(), metadata=many("phone"))
    schedules: tuple[Schedule, ...] = attrs.field(default=(), metadata=many("schedule"))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)

    @property
    def point(self) -> Point | None:
        """Where the location is, or `None` where that is unknown.

        Missing, half-given and out-of-range coordinates and (0, 0) are unknown: real files write the last one
        for "not geocoded", and no agency stands in the Gulf of Guinea's open water.
        """
        if self.latitude is None or self.longitude is None or self.latitude == self.longitude == 0:
            return None
        try:
            return Point(self.latitude, self.longitude)
        except InvalidPointError:
            return None
