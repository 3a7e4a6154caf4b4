"""Fields that HSDS 3.2 does not know, and what they become there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.texts.date_cells import day_of
from communityconnector.model.identity import mint

FieldLift = Callable[[Any], dict[str, Any] | None]
"""Takes the value of an old field; gives HSDS 3.2 fields, or `None` where the value is not certain."""


def field_lift(entity: str, name: str) -> FieldLift | None:
    """How a field that HSDS 3.2 does not know is lifted, if it is known here."""
    found = _fact(entity, name)
    return found[1] if found else None


def describe(entity: str, name: str) -> str:
    """What an old field becomes, in a few words."""
    found = _fact(entity, name)
    return f"{name} is {found[0]}" if found else name


@lru_cache(maxsize=4_096)
def _fact(entity: str, name: str) -> Fact | None:
    found = FIELDS.get((entity, name)) or FIELDS.get((entity, name.lower().replace(" ", "_")))
    if found is None and entity == "service":
        # Names for days are as many as there are programs; a day of editing is not one of checking.
        field = meaning_of(name).removeprefix("service.")
        if field in ("assured_date", "last_modified"):
            return field, _day_as(field)
    return found


def _day_as(field: str) -> FieldLift:
    """A day or a moment, however it is written, as the day of checking or the moment of editing."""

    def lift(value: Any) -> dict[str, Any] | None:
        text = _text(value) or ""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            day, _ = day_of(text)
            return {field: day if field == "assured_date" else f"{day}T00:00:00Z"} if day else None
        return {field: moment.date().isoformat() if field == "assured_date" else text}

    return lift


def value_lift(name: str, value: Any) -> list[dict[str, Any]] | dict[str, Any] | None:
    """What a text means in a field that embeds records: `languages: "English, Spanish"`.

    Args:
        name: the field, which embeds one record or many.
        value: a text, or a list of texts.

    Returns:
        A list of raw records for a field of many, one raw record for a field of one, `None` where it is not certain.
    """
    if name == "organization":
        return {"name": value} if isinstance(value, str) else None
    if name == "location":
        return {"name": value, "location_type": "physical"} if isinstance(value, str) else None
    field = _TEXT_RECORDS.get(name)
    if field is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and name == "phones":
        value = str(value)
    if isinstance(value, str):
        parts = _PARTS.split(value) if name in _LISTS else [value]
        texts = [part.strip() for part in parts if part.strip()]
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        texts = [item.strip() for item in value if item.strip()]
    else:
        return None
    return [_named(name, field, text) for text in texts] or None


_PARTS: Final = re.compile(r"\s*[,;|]\s*|\s+/\s+")
_LISTS: Final = frozenset({"languages", "service_areas"})
_TEXT_RECORDS: Final = {
    "languages": "name",
    "phones": "number",
    "schedules": "description",
    "service_areas": "name",
    "required_documents": "document",
    "cost_options": "option",
    "accessibility": "description",
    "funding": "source",
    "additional_urls": "url",
    "additional_websites": "url",
    "attributes": "label",
}
_CODE: Final = re.compile(r"[a-z]{2,3}")


def _named(name: str, field: str, text: str) -> dict[str, Any]:
    if name == "languages" and _CODE.fullmatch(text):
        return {"code": text}
    return {field: text}


def _text(value: Any) -> str | None:
    """A value as text: text, a number, or a list of texts."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "; ".join(item.strip() for item in value if item.strip()) or None
    return None


def _to(field: str) -> FieldLift:
    """Another name for a text field."""

    def lift(value: Any) -> dict[str, Any] | None:
        text = _text(value)
        return {field: text} if text else None

    return lift


def _as_is(field: str) -> FieldLift:
    """Another name for a field of any kind, which the reader judges like its own."""
    return lambda value: {field: value} if isinstance(value, (str, int, float)) else None


def _items(value: Any) -> list[Any]:
    """Several values, or one that stands for a list of one."""
    return value if isinstance(value, list) else [value]


def _records(field: str, key: str = "", *, split: bool = False, **more: Any) -> FieldLift:
    """Another name for a field of records; texts become the field `key` of one each.

    Args:
        field: the HSDS 3.2 field.
        key: the field of its records that a text is; "" where no text will do.
        split: whether a text is a list with commas.
        more: what each record says besides.
    """

    def lift(value: Any) -> dict[str, Any] | None:
        if isinstance(value, str) and split:
            value = [part for part in _PARTS.split(value) if part]
        items = _items(value)
        made: list[dict[str, Any]] = []
        for item in items:
            text = item if isinstance(item, dict) else _text(item)
            if isinstance(text, dict):
                made.append({**more, **text})
            elif text and key:
                made.append({**more, key: text})
            else:
                return None
        return {field: made} if made else None

    return lift


def _places(value: Any) -> dict[str, Any] | None:
    """Locations embedded in a service, or named by it."""
    items = _items(value)
    links = [
        {"location": item} if isinstance(item, dict) else {"location_id": item}
        for item in items
        if isinstance(item, (dict, str)) and item
    ]
    return {"service_at_locations": links} if links and len(links) == len(items) else None


def _place_ids(value: Any) -> dict[str, Any] | None:
    items = _items(value)
    texts = [_text(item) for item in items if not isinstance(item, list)]
    if not texts or not all(texts):
        return None
    return {"service_at_locations": [{"location_id": text} for text in texts]}


def _addresses_of(wrapped: Callable[[dict[str, Any]], dict[str, Any]]) -> FieldLift:
    """Addresses of something that has none in HSDS: they are those of a location."""

    def lift(value: Any) -> dict[str, Any] | None:
        items = _items(value)
        places = []
        for item in items:
            if not isinstance(item, dict) or not item:
                return None
            kind = item.get("address_type", "physical")
            key = item.get("id")
            # The address keeps its id; its place needs one of its own that another record may well share.
            place = {"location_type": kind if kind in _PLACE_TYPES else "physical", "addresses": [item]}
            places.append(
                {"id": mint("location of", key), **place} if isinstance(key, str) and key else place
            )
        return wrapped({"places": places}) if places else None

    return lift


def _webs(field: str, more: str) -> FieldLift:
    """Several web addresses: the first is the record's, the others stand beside it."""

    def lift(value: Any) -> dict[str, Any] | None:
        texts = [_text(item) for item in _items(value)]
        if not texts or not all(texts):
            return None
        return {field: texts[0], **({more: [{"url": text} for text in texts[1:]]} if texts[1:] else {})}

    return lift


_PLACE_TYPES: Final = ("physical", "postal", "virtual")


def _codes(value: Any) -> dict[str, Any] | None:
    """Ohana's `taxonomy_ids`: ids of terms with commas."""
    text = _text(value)
    ids = [part for part in _PARTS.split(text or "") if part]
    return {"attributes": [{"taxonomy_term_id": key} for key in ids]} if ids else None


def _labels(kind: str, *, split: bool = True) -> FieldLift:
    """Words that classify: attributes with a label, since no taxonomy is named."""

    def lift(value: Any) -> dict[str, Any] | None:
        items = (
            value
            if isinstance(value, list)
            else _PARTS.split(value)
            if isinstance(value, str) and split
            else [value]
        )
        texts = [_text(item) for item in items if not isinstance(item, (list, dict))]
        if not texts or len(texts) != len(items):
            return None
        return (
            {"attributes": [{"link_type": kind, "label": text} for text in texts if text]}
            if any(texts)
            else None
        )

    return lift


def _eligibilities(value: Any) -> dict[str, Any] | None:
    """Eligibility as text, or as records with ages (Open Referral UK 1.0: `eligibilitys`)."""
    items = _items(value)
    if not all(isinstance(item, dict) for item in items):
        text = _text(value)
        return {"eligibility_description": text} if text else None
    texts = [text for item in items if (text := _text(item.get("eligibility") or item.get("description")))]
    found: dict[str, Any] = {"eligibility_description": "; ".join(texts)} if texts else {}
    if len(items) == 1:
        # Several ranges of age have no form in HSDS 3.2, and one of them would shut out the others.
        found.update({k: items[0][k] for k in ("minimum_age", "maximum_age") if items[0].get(k) is not None})
    return found or None


def _terms(value: Any) -> dict[str, Any] | None:
    """Open Referral UK 1.0 and HSDS 1.x: links to terms, with the term under `taxonomy`."""
    items = _items(value)
    made = []
    for item in items:
        if not isinstance(item, dict):
            return None
        term = item.get("taxonomy") if isinstance(item.get("taxonomy"), dict) else None
        made.append(
            {
                **{k: v for k, v in item.items() if k not in ("taxonomy", "taxonomy_id", "service_id")},
                **({"taxonomy_term": term} if term else {}),
                **({"taxonomy_term_id": item["taxonomy_id"]} if not term and item.get("taxonomy_id") else {}),
            }
        )
    return {"attributes": made} if made else None


def _point(value: Any) -> dict[str, Any] | None:
    """A point as an object, or as GeoJSON and the Ohana API have it: a list of longitude and latitude."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, (str, int, float)) for v in value):
        return {"longitude": value[0], "latitude": value[1]}
    if not isinstance(value, dict):
        return None
    latitude = next((value[k] for k in ("latitude", "lat") if value.get(k) is not None), None)
    longitude = next(
        (value[k] for k in ("longitude", "lng", "lon", "long") if value.get(k) is not None), None
    )
    return None if latitude is None or longitude is None else {"latitude": latitude, "longitude": longitude}


def _virtual(value: Any) -> dict[str, Any] | None:
    """Ohana's `virtual`: true or false."""
    text = str(value).strip().lower()
    return (
        {"location_type": "virtual" if text == "true" else "physical"} if text in {"true", "false"} else None
    )


def _role(role: str) -> FieldLift:
    """HSDS 3.3-to-be: schedules that say what they are for."""
    return _records("schedules", "description", x_role=role)


Fact = tuple[str, FieldLift]


def _facts(table: Mapping[str, Mapping[str, Fact]]) -> dict[tuple[str, str], Fact]:
    return {
        (entity, name): fact
        for entity, names in table.items()
        for words, fact in names.items()
        for name in words.split()
    }


_PHONES: Final[Fact] = ("phones", _records("phones", "number"))
_FAX: Final[Fact] = ("a phone of type fax", _records("phones", "number", type="fax"))
_HOURS: Final[Fact] = ("schedules", _records("schedules", "description"))
_CONTACT: Final[Fact] = ("contacts", _records("contacts"))

FIELDS: Final[dict[tuple[str, str], Fact]] = _facts({
    "organization": {
        "url homepage web_site websites": ("website", _to("website")),
        "urls": ("website, and additional_websites", _webs("website", "additional_websites")),
        "organization_name agency_name title": ("name", _to("name")),
        "alternate_names alternative_name nickname aka": ("alternate_name", _to("alternate_name")),
        "short_desc summary": ("description", _to("description")),
        "phone telephone phone_number phone_numbers": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "emails": ("email", _to("email")),
        "fundings": ("funding", _records("funding", "source")),
        "funding_sources": ("funding", _records("funding", "source", split=True)),
        "addresses address physical_address physical_addresses": (
            "a location with that address", _addresses_of(lambda found: {"locations": found["places"]}),
        ),
        "location": ("locations", _records("locations")),
        "date_incorporated": ("an attribute", _labels("date_incorporated", split=False)),
        "accreditations licenses": ("an attribute", _labels("accreditation", split=False)),
    },
    "service": {
        "website homepage web_site": ("url", _to("url")),
        "urls": ("url, and additional_urls", _webs("url", "additional_urls")),
        "service_name title": ("name", _to("name")),
        "alternate_names": ("alternate_name", _to("alternate_name")),
        "short_desc summary": ("description", _to("description")),
        "eligibility eligibilitys eligibilities eligibility_criteria": ("eligibility_description", _eligibilities),
        "audience": ("an attribute", _labels("audience", split=False)),
        "cost price fee cost_description": ("fees_description", _to("fees_description")),
        "how_to_apply application": ("application_process", _to("application_process")),
        "phone telephone phone_number phone_numbers": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours opening_hours "
        "hours_of_operation": _HOURS,
        "operating_hours": ("schedules, x_role operating_hours", _role("operating_hours")),
        "events": ("schedules, x_role events", _role("events")),
        "locations": ("service_at_locations", _places),
        "location": ("service_at_locations", _places),
        "location_id location_ids": ("service_at_locations", _place_ids),
        "addresses address": (
            "service_at_locations with that address",
            _addresses_of(lambda found: {"service_at_locations": [{"location": p} for p in found["places"]]}),
        ),
        "service_area": ("service_areas", _records("service_areas", "name", split=True)),
        "language": ("languages", _records("languages", "name", split=True)),
        "fundings": ("funding", _records("funding", "source")),
        "funding_sources": ("funding", _records("funding", "source", split=True)),
        "documents": ("required_documents", _records("required_documents", "document")),
        "taxonomy_ids": ("attributes", _codes),
        "service_taxonomys service_taxonomies services_taxonomy service_taxonomy link_taxonomies link_taxonomy": (
            "attributes", _terms,
        ),
        "keywords": ("attributes with a label", _labels("keyword")),
        "category categories service_category service_categories service_type service_types": (
            "attributes with a label", _labels("service_type"),
        ),
        "accepted_payments payments_accepted payment_accepted": ("attributes with a label", _labels("payment")),
    },
    "service_at_location": {
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours": _HOURS,
        "phone": _PHONES,
        "contact": _CONTACT,
    },
    "location": {
        "physical_address physical_addresses": (
            "addresses of type physical", _records("addresses", address_type="physical"),
        ),
        "postal_address postal_addresses mail_address mail_addresses mailing_address": (
            "addresses of type postal", _records("addresses", address_type="postal"),
        ),
        "address": ("addresses", _records("addresses")),
        "location_name": ("name", _to("name")),
        "short_desc": ("description", _to("description")),
        "coordinates point geo position": ("latitude and longitude", _point),
        "lat": ("latitude", _as_is("latitude")),
        "lng lon long": ("longitude", _as_is("longitude")),
        "virtual": ("location_type", _virtual),
        "type": ("location_type", _as_is("location_type")),
        "website urls": ("url", _to("url")),
        "phone telephone phone_number": _PHONES,
        "fax": _FAX,
        "contact": _CONTACT,
        "regular_schedules regular_schedule holiday_schedules holiday_schedule schedule hours opening_hours": _HOURS,
        "accessibility_for_disabilities": ("accessibility", _records("accessibility", "description")),
        "language": ("languages", _records("languages", "name", split=True)),
    },
    "address": {
        "street street_address street_address_1 street1 street_1 line1 line_1 address_line_1 address_line1 address1 "
        "address": ("address_1", _to("address_1")),
        "street_address_2 street2 street_2 line2 line_2 address_line_2 address_line2 address2 unit": (
            "address_2", _to("address_2"),
        ),
        "state province": ("state_province", _to("state_province")),
        "zip zipcode zip_code postcode postal": ("postal_code", _to("postal_code")),
        "town": ("city", _to("city")),
        "country_code": ("country", _to("country")),
        "type": ("address_type", _as_is("address_type")),
        "county": ("region", _to("region")),
    },
    "phone": {
        "department": ("description", _to("description")),
        "language": ("languages", _records("languages", "name", split=True)),
        "phone phone_number telephone": ("number", _to("number")),
        "number_type phone_type": ("type", _to("type")),
        "ext": ("extension", _as_is("extension")),
        "name label": ("description", _to("description")),
    },
    "contact": {
        "phone telephone phone_number phone_numbers": _PHONES,
        "full_name": ("name", _to("name")),
        "position role": ("title", _to("title")),
    },
    "language": {
        "language": ("name", _to("name")),
        "language_code": ("code", _to("code")),
    },
    "service_area": {
        "service_area area": ("name", _to("name")),
    },
    "accessibility": {
        "accessibility": ("description", _to("description")),
    },
    "taxonomy_term": {
        "term": ("name", _to("name")),
        "vocabulary": ("taxonomy", _to("taxonomy")),
        "taxonomy_details": ("taxonomy_detail", lambda value: {"taxonomy_detail": value} if isinstance(value, dict) else None),
        "parent": ("parent_id", _to("parent_id")),
    },
    "attribute": {
        "taxonomy": ("taxonomy_term", lambda value: {"taxonomy_term": value} if isinstance(value, dict) else None),
        "taxonomy_id": ("taxonomy_term_id", _to("taxonomy_term_id")),
        "taxonomy_detail": ("value", _to("value")),
    },
    "funding": {"funding": ("source", _to("source"))},
    "required_document": {"name required_document": ("document", _to("document"))},
    "program": {"title": ("name", _to("name"))},
    "cost_option": {"cost price": ("amount", _as_is("amount"))},
})  # fmt: skip
"""Old fields by entity and name: what they become, in words and in deed."""
