"""Resources of Norse, the search of 211s: one service at one place, with its texts by language.

Facts: 211-Connect/Norse-API, the schema of a resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.interchange.forms.values import are_objects, list_of, objects_of

_MARKS: Final = frozenset({"serviceAtLocationId", "tenant_id", "translations"})


def norse(value: Any) -> LiftedRecords | None:
    """Return the resources of Norse; `None` for another value."""
    several = [value] if isinstance(value, Mapping) else value
    if not are_objects(several) or not all(one.keys() >= _MARKS for one in several[:20]):
        return None
    notes: list[FormNote] = []
    return LiftedRecords("resources of Norse", _records(several), notes)


def _records(resources: list[dict[str, Any]]) -> Iterator[LiftedRecord]:
    for number, one in enumerate(resources):
        yield LiftedRecord("service", _service(one), f"$[{number}]")


def _service(one: Mapping[str, Any]) -> dict[str, Any]:
    key = str(one.get("originalId") or one.get("_id") or one["serviceAtLocationId"])
    spoken = objects_of(one.get("translations"))
    texts = next((each for each in spoken if each.get("locale") == "en"), spoken[0] if spoken else {})
    agency = str(one.get("organizationName") or texts.get("organizationName") or "")
    place = {
        "id": str(one["serviceAtLocationId"]), "location_type": "physical", **_point(one.get("location")),
        "addresses": [_address(each, f"{key}-address-{n}") for n, each in enumerate(objects_of(one.get("addresses")))],
    }  # fmt: skip
    area = one.get("serviceArea")
    named = area.get("description") if isinstance(area, dict) else None
    phone = str(one.get("displayPhonenumber") or one.get("displayPhoneNumber") or "")
    others = [each for each in objects_of(one.get("phoneNumbers")) if each.get("number")]
    return {
        "id": key,
        "name": str(texts.get("serviceName") or texts.get("displayName") or one.get("displayName") or ""),
        "description": str(texts.get("serviceDescription") or ""),
        "url": str(one.get("website") or texts.get("website") or ""),
        "email": str(one.get("email") or ""),
        "fees_description": str(texts.get("fees") or one.get("fees") or ""),
        "eligibility_description": str(texts.get("eligibilities") or texts.get("eligibility") or ""),
        "application_process": str(texts.get("applicationProcess") or one.get("applicationProcess") or ""),
        "assured_date": str(one.get("last_assured_date") or one.get("lastAssuredDate") or "")[:10],
        "organization": {"id": f"agency of {agency}", "name": agency, "description": ""} if agency else None,
        "phones": [
            {"id": f"{key}-phone-{n}", "number": str(each.get("number")), "type": str(each.get("type") or "")}
            for n, each in enumerate(others or ([{"number": phone}] if phone else []))
        ],
        "languages": [{"id": f"{key}-language-{n}", "name": str(name)} for n, name in enumerate(list_of(one.get("languages"))) if name],
        "schedules": [{"id": f"{key}-hours", "description": str(hours)}] if (hours := texts.get("hours") or one.get("hours")) else [],
        "service_areas": [{"id": f"{key}-area-{n}", "name": str(name)} for n, name in enumerate(list_of(named)) if name],
        "attributes": [
            {"id": f"{key}-term-{n}", "taxonomy_term": {"id": f"term-{term.get('code')}", "code": str(term.get("code")), "name": str(term.get("name") or term.get("code")), "description": str(term.get("name") or ""), "taxonomy": "211 Taxonomy"}}
            for n, term in enumerate(objects_of(texts.get("taxonomies"))) if term.get("code")
        ],
        "service_at_locations": [{"id": f"{key}-at", "location": place}] if place["addresses"] or "latitude" in place else [],
    }  # fmt: skip


def _point(location: Any) -> dict[str, Any]:
    pair = location.get("coordinates") if isinstance(location, dict) else None
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, (int, float)) for part in pair):
        return {"longitude": pair[0], "latitude": pair[1]}
    return {}


def _address(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    kind = str(raw.get("type") or "physical").lower()
    return {
        "id": key,
        "address_type": "postal" if kind in {"postal", "mailing"} else "physical",
        "address_1": str(raw.get("address_1") or ""),
        "address_2": str(raw.get("address_2") or ""),
        "city": str(raw.get("city") or ""),
        "state_province": str(raw.get("stateProvince") or ""),
        "postal_code": str(raw.get("postalCode") or ""),
        "country": str(raw.get("country") or ""),
    }
