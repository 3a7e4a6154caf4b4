"""The records of a directory in HSDS 3.2 words, and the `Directory` that ties them together."""

from communityconnector.model.audience import Audience
from communityconnector.model.comparison import Change, Difference, Update
from communityconnector.model.contact import Contact, Language, Phone
from communityconnector.model.directory import Directory
from communityconnector.model.finding import Finding, Severity, by_harm
from communityconnector.model.geography import Point, distance, kilometers, miles
from communityconnector.model.harm import Harm
from communityconnector.model.level import Disclosure
from communityconnector.model.location import Accessibility, Address, Location, LocationType
from communityconnector.model.metadata import Metadata, MetaTableDescription
from communityconnector.model.offer import Offer
from communityconnector.model.organization import (
    Funding,
    Organization,
    OrganizationIdentifier,
    Program,
    Url,
)
from communityconnector.model.record import ENTITIES, FieldSpec, Kind, Record, columns, required, specs
from communityconnector.model.schedule import Frequency, Schedule, Weekday
from communityconnector.model.service import (
    CostOption,
    RequiredDocument,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    ServiceStatus,
    Unit,
)
from communityconnector.model.taxonomy import Attribute, Taxonomy, TaxonomyTerm

Agency = Organization
"""The information-and-referral field's word for an organization."""

__all__ = [
    "ENTITIES",
    "Accessibility",
    "Address",
    "Agency",
    "Attribute",
    "Audience",
    "Change",
    "Contact",
    "CostOption",
    "Difference",
    "Directory",
    "Disclosure",
    "FieldSpec",
    "Finding",
    "Frequency",
    "Funding",
    "Harm",
    "Kind",
    "Language",
    "Location",
    "LocationType",
    "MetaTableDescription",
    "Metadata",
    "Offer",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "Point",
    "Program",
    "Record",
    "RequiredDocument",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCapacity",
    "ServiceStatus",
    "Severity",
    "Taxonomy",
    "TaxonomyTerm",
    "Unit",
    "Update",
    "Url",
    "Weekday",
    "by_harm",
    "columns",
    "distance",
    "kilometers",
    "miles",
    "required",
    "specs",
]
