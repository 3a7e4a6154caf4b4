"""Elements of OpenStreetMap, as Overpass gives them: social facilities, clinics, offices and the like, by their tags.

Facts: wiki.openstreetmap.org, the keys `social_facility`, `addr`, `contact`, `opening_hours`, `access` and the prefixes of what
is gone. `note` and `fixme` are for mappers and stay unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import LiftedRecord, LiftedRecords
from communityconnector.interchange.forms.values import are_objects
from communityconnector.interchange.texts.opening_hours.osm import read_osm_hours

_KINDS: Final = ("social_facility", "healthcare", "office", "amenity", "shop", "social_centre")
_GONE: Final = ("disused:", "abandoned:", "was:", "demolished:", "removed:", "razed:")
_NOT_PUBLIC: Final = frozenset({"private", "members", "customers", "no"})
_WHEELCHAIR: Final = {
    "yes": "Wheelchair access",
    "limited": "Wheelchair access is limited",
    "no": "No wheelchair access",
}
_CLOSED_WORDS: Final = frozenset({"off", "closed"})


def overpass(value: Any) -> LiftedRecords | None:
    """Return the elements that have tags as services; `None` for another value."""
    elements = value.get("elements") if isinstance(value, Mapping) else None
    if not are_objects(elements) or not all(
        str(item.get("type")) in {"node", "way", "relation"} for item in elements
    ):
        return None
    return LiftedRecords("elements of OpenStreetMap", _records(elements))


def _records(elements: list[dict[str, Any]]) -> Iterator[LiftedRecord]:
    for number, item in enumerate(elements):
        tags = item.get("tags")
        # The others are only corners of shapes.
        if isinstance(tags, dict) and any(
            key in tags or f"disused:{key}" in tags for key in ("name", *_KINDS)
        ):
            told = {str(key): str(text).strip() for key, text in tags.items() if text not in (None, "")}
            yield _record(item, told, number)


def _record(item: Mapping[str, Any], tags: Mapping[str, str], number: int) -> LiftedRecord:
    key = f"{item['type']}/{item.get('id')}"
    kinds = [word for name in _KINDS for word in tags.get(name, "").replace("_", " ").split(";") if word]
    hours = tags.get("opening_hours", "")
    schedules = read_osm_hours(hours)
    if hours and not schedules and hours not in _CLOSED_WORDS:
        schedules = [{"description": hours}]
    made = [{"id": f"{key}-schedule-{at}", **one} for at, one in enumerate(schedules)]
    operator = tags.get("operator", "")
    raw = {
        "id": key,
        "name": tags.get("name") or (kinds[0].capitalize() if kinds else key),
        "alternate_name": tags.get("alt_name") or tags.get("short_name") or "",
        "description": tags.get("description", ""),
        "url": tags.get("website") or tags.get("contact:website") or tags.get("url") or "",
        "email": tags.get("email") or tags.get("contact:email") or "",
        "status": _status(tags),
        "alert": "For members or clients only." if tags.get("access") in _NOT_PUBLIC else "",
        "fees_description": {"no": "Free", "yes": "There is a fee"}.get(tags.get("fee", ""), tags.get("charge", "")),
        "eligibility_description": _whom(tags),
        "assured_date": tags.get("check_date", "")[:10],
        "organization": {"id": f"operator {operator}", "name": operator, "description": ""} if operator else None,
        "phones": _phones(tags, key),
        "languages": [
            {"id": f"{key}-{name}", "code": name.removeprefix("language:")}
            for name, text in tags.items()
            if name.startswith("language:") and text == "yes" and len(name) <= 11
        ],
        "attributes": [{"id": f"{key}-kind-{at}", "label": kind, "value": kind} for at, kind in enumerate(dict.fromkeys(kinds))],
        "schedules": made,
        "service_at_locations": [{"id": f"{key}-at", "location": _place(item, tags, key)}],
    }  # fmt: skip
    return LiftedRecord("service", raw, f"$.elements[{number}]")


def _status(tags: Mapping[str, str]) -> str:
    if any(name.startswith(_GONE) for name in tags):
        return "defunct"
    return "inactive" if tags.get("opening_hours", "") in _CLOSED_WORDS else ""


def _whom(tags: Mapping[str, str]) -> str:
    words = tags.get("social_facility:for", "").replace("_", " ").replace(";", ", ")
    ages = "-".join(filter(None, (tags.get("min_age", ""), tags.get("max_age", ""))))
    return "; ".join(filter(None, (f"For: {words}" if words else "", f"Ages {ages}" if ages else "")))


def _phones(tags: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    numbers = [
        (number.strip(), "voice" if name.endswith("phone") else "fax" if name.endswith("fax") else "cell")
        for name in ("phone", "contact:phone", "mobile", "contact:mobile", "fax", "contact:fax")
        for number in tags.get(name, "").split(";")
        if number.strip()
    ]
    return [
        {"id": f"{key}-phone-{at}", "number": number, "type": kind}
        for at, (number, kind) in enumerate(dict(numbers).items())
    ]


def _place(item: Mapping[str, Any], tags: Mapping[str, str], key: str) -> dict[str, Any]:
    center = item.get("center")
    at = center if isinstance(center, dict) else item
    street = " ".join(filter(None, (tags.get("addr:housenumber", ""), tags.get("addr:street", ""))))
    address = {
        "id": f"{key}-address",
        "address_type": "physical",
        "address_1": street,
        "address_2": tags.get("addr:unit", ""),
        "city": tags.get("addr:city", ""),
        "state_province": tags.get("addr:state", ""),
        "postal_code": tags.get("addr:postcode", ""),
        "country": tags.get("addr:country", ""),
    }
    access = _WHEELCHAIR.get(tags.get("wheelchair", ""), "")
    return {
        "id": f"{key}-place",
        "location_type": "physical",
        "latitude": at.get("lat"),
        "longitude": at.get("lon"),
        "addresses": [address]
        if any(tags.get(f"addr:{part}") for part in ("street", "city", "postcode"))
        else [],
        "accessibility": [{"id": f"{key}-access", "description": access}] if access else [],
    }
