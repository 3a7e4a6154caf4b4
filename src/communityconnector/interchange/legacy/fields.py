"""Fields of older and other forms that HSDS 3.2 lacks, and what they become there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from communityconnector.interchange.legacy.field_upgrades import (
    FieldUpgrade,
    addresses_of,
    day_field,
    eligibilities,
    labels,
    place_ids,
    places,
    point,
    records_field,
    schedules_for,
    terms,
    terms_by_id,
    text_field,
    value_field,
    virtual,
    web_addresses,
)
from communityconnector.interchange.sheets.column_meaning import meaning_of

_OldField = tuple[str, FieldUpgrade]
"""What an old field becomes, in a few words and as a function of its value."""


def _by_name(table: Mapping[str, Mapping[str, _OldField | str]]) -> dict[tuple[str, str], _OldField]:
    """Return old fields by entity and name. A text in the place of an old field is the HSDS name of a text field."""
    return {
        (entity, name): (field, text_field(field)) if isinstance(field, str) else field
        for entity, names in table.items()
        for words, field in names.items()
        for name in words.split()
    }


_PHONES: Final[_OldField] = ("phones", records_field("phones", "number"))
_FAX: Final[_OldField] = ("a phone of type fax", records_field("phones", "number", type="fax"))
_HOURS: Final[_OldField] = ("schedules", records_field("schedules", "description"))
_CONTACT: Final[_OldField] = ("contacts", records_field("contacts"))

FIELDS: Final[dict[tuple[str, str], _OldField]] = _by_name({
    "organization": {
        "url homepage web_site websites": "website",
        "urls": ("website, and additional_websites", web_addresses("website", "additional_websites")),
        "organization_name agency_name title": "name",
        "alternate_names alternative_name nickname aka": "alternate_name",
        "short_desc summary": "description",
        "phone telephone phone_number phone_numbers": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "emails": "email",
        "fundings": ("funding", records_field("funding", "source")),
        "funding_sources": ("funding", records_field("funding", "source", split=True)),
        "addresses address physical_address physical_addresses": (
            "a location with that address", addresses_of(lambda locations: {"locations": locations}),
        ),
        "location": ("locations", records_field("locations")),
        "date_incorporated": ("an attribute", labels("date_incorporated", split=False)),
        "accreditations licenses": ("an attribute", labels("accreditation", split=False)),
    },
    "service": {
        "website homepage web_site": "url",
        "urls": ("url, and additional_urls", web_addresses("url", "additional_urls")),
        "service_name title": "name",
        "alternate_names": "alternate_name",
        "short_desc summary": "description",
        "eligibility eligibilitys eligibilities eligibility_criteria": ("eligibility_description", eligibilities),
        "audience": ("an attribute", labels("audience", split=False)),
        "cost price fee cost_description": "fees_description",
        "how_to_apply application": "application_process",
        "phone telephone phone_number phone_numbers": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours opening_hours "
        "hours_of_operation": _HOURS,
        "operating_hours": ("schedules, x_role operating_hours", schedules_for("operating_hours")),
        "events": ("schedules, x_role events", schedules_for("events")),
        "locations": ("service_at_locations", places),
        "location": ("service_at_locations", places),
        "location_id location_ids": ("service_at_locations", place_ids),
        "addresses address": (
            "service_at_locations with that address",
            addresses_of(lambda locations: {"service_at_locations": [{"location": p} for p in locations]}),
        ),
        "service_area": ("service_areas", records_field("service_areas", "name", split=True)),
        "language": ("languages", records_field("languages", "name", split=True)),
        "fundings": ("funding", records_field("funding", "source")),
        "funding_sources": ("funding", records_field("funding", "source", split=True)),
        "documents": ("required_documents", records_field("required_documents", "document")),
        "taxonomy_ids": ("attributes", terms_by_id),
        "service_taxonomys service_taxonomies services_taxonomy service_taxonomy link_taxonomies link_taxonomy": (
            "attributes", terms,
        ),
        "keywords": ("attributes with a label", labels("keyword")),
        "category categories service_category service_categories service_type service_types": (
            "attributes with a label", labels("service_type"),
        ),
        "accepted_payments payments_accepted payment_accepted": ("attributes with a label", labels("payment")),
    },
    "service_at_location": {
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours": _HOURS,
        "phone": _PHONES,
        "contact": _CONTACT,
    },
    "location": {
        "physical_address physical_addresses": (
            "addresses of type physical", records_field("addresses", address_type="physical"),
        ),
        "postal_address postal_addresses mail_address mail_addresses mailing_address": (
            "addresses of type postal", records_field("addresses", address_type="postal"),
        ),
        "address": ("addresses", records_field("addresses")),
        "location_name": "name",
        "short_desc": "description",
        "coordinates point geo position": ("latitude and longitude", point),
        "lat": ("latitude", value_field("latitude")),
        "lng lon long": ("longitude", value_field("longitude")),
        "virtual": ("location_type", virtual),
        "type": ("location_type", value_field("location_type")),
        "website urls": "url",
        "phone telephone phone_number": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours opening_hours": _HOURS,
        "accessibility_for_disabilities": ("accessibility", records_field("accessibility", "description")),
        "language": ("languages", records_field("languages", "name", split=True)),
    },
    "address": {
        "street street_address street_address_1 street1 street_1 line1 line_1 address_line_1 address_line1 address1 "
        "address": "address_1",
        "street_address_2 street2 street_2 line2 line_2 address_line_2 address_line2 address2 unit": "address_2",
        "state province": "state_province",
        "zip zipcode zip_code postcode postal": "postal_code",
        "town": "city",
        "country_code": "country",
        "type": ("address_type", value_field("address_type")),
        "county": "region",
    },
    "phone": {
        "department": "description",
        "language": ("languages", records_field("languages", "name", split=True)),
        "phone phone_number telephone": "number",
        "number_type phone_type": "type",
        "ext": ("extension", value_field("extension")),
        "name label": "description",
    },
    "contact": {
        "phone telephone phone_number phone_numbers": _PHONES,
        "full_name": "name",
        "position role": "title",
    },
    "language": {
        "language": "name",
        "language_code": "code",
    },
    "service_area": {
        "service_area area": "name",
    },
    "accessibility": {
        "accessibility": "description",
    },
    "taxonomy_term": {
        "term": "name",
        "vocabulary": "taxonomy",
        "taxonomy_details": ("taxonomy_detail", lambda value: {"taxonomy_detail": value} if isinstance(value, dict) else None),
        "parent": "parent_id",
    },
    "attribute": {
        "taxonomy": ("taxonomy_term", lambda value: {"taxonomy_term": value} if isinstance(value, dict) else None),
        "taxonomy_id": "taxonomy_term_id",
        "taxonomy_detail": "value",
    },
    "funding": {"funding": "source"},
    "required_document": {"name required_document": "document"},
    "program": {"title": "name"},
    "cost_option": {"cost price": ("amount", value_field("amount"))},
})  # fmt: skip
"""Old fields by entity and name."""


def field_upgrade(entity: str, name: str) -> FieldUpgrade | None:
    """Return how a field that HSDS 3.2 lacks is upgraded; `None` where that is unknown."""
    field = _old_field(entity, name)
    return field[1] if field else None


def describe(entity: str, name: str) -> str:
    """Describe what an old field becomes, in a few words."""
    field = _old_field(entity, name)
    return f"{name} is {field[0]}" if field else name


@lru_cache(maxsize=4_096)
def _old_field(entity: str, name: str) -> _OldField | None:
    field = FIELDS.get((entity, name)) or FIELDS.get((entity, name.lower().replace(" ", "_")))
    if field is None and entity == "service":
        # Names for days are as many as there are programs; a day of editing is not one of checking.
        day = meaning_of(name).removeprefix("service.")
        if day in ("assured_date", "last_modified"):
            return day, day_field(day)
    return field
