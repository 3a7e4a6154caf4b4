"""Resources of iCarol's API: programs, sites and agencies that name each other, each with flags of its own.

Facts: the answers of the API of 2019 as openreferral/ServiceNet keeps them. Hours have no am or pm, so that they are read as
words are, and only where they can mean one thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.interchange.forms.values import are_objects, list_of, objects_of

_MARKS: Final = frozenset({"databaseID", "contactDetails", "names", "descriptionText", "isConfidential"})
_CLOSED: Final = {"inactive": "inactive", "active, but do not refer": "", "deleted": "inactive"}


def icarol_json(value: Any) -> LiftedRecords | None:
    """Return the resources of an answer of iCarol's API; `None` for another value."""
    several = [value] if isinstance(value, Mapping) else value
    if not are_objects(several) or not all(
        len(_MARKS & one.keys()) > 2 and "type" in one for one in several[:20]
    ):
        return None
    notes: list[FormNote] = []
    return LiftedRecords("resources of iCarol", _records(several, notes), notes)


def _records(resources: list[dict[str, Any]], notes: list[FormNote]) -> Iterator[LiftedRecord]:
    by_id = {str(one.get("id")): one for one in resources}
    used: set[str] = set()
    links = [one for one in resources if one.get("type") == "ProgramAtSite"]
    for number, one in enumerate(resources):
        if one.get("type") != "Program":
            continue
        related = [
            *_related(one),
            *(other for link in links if str(one.get("id")) in _ids(link) for other in _related(link)),
        ]
        sites = {
            str(other["id"]): by_id[str(other["id"])]
            for other in related
            if other.get("type") == "Site" and str(other.get("id")) in by_id
        }
        agency = next((other for other in related if other.get("type") == "Agency"), None)
        used.update(sites, [str(agency["id"])] if agency else [])
        yield LiftedRecord("service", _service(one, agency, by_id, sites), f"$[{number}]")
    left = 0
    for number, one in enumerate(resources):
        if str(one.get("id")) in used:
            continue
        if one.get("type") == "Agency":
            yield LiftedRecord("organization", _organization(one), f"$[{number}]")
        left += one.get("type") == "Site"
    if left:
        notes.append(FormNote("level-not-read", f"{left:,} sites that no program is joined to"))


def _related(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [other for other in objects_of(one.get("related")) if "id" in other]


def _ids(one: Mapping[str, Any]) -> set[str]:
    return {str(other.get("id")) for other in _related(one)}


def _name(one: Mapping[str, Any]) -> str:
    names = objects_of(one.get("names"))
    first = next((name for name in names if name.get("purpose") == "Primary"), names[0] if names else {})
    return str(first.get("value") or one.get("name") or "")


def _flags(one: Mapping[str, Any]) -> dict[str, str]:
    return {"isConfidential": "true"} if one.get("isConfidential") is True else {}


def _organization(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(one.get("id")), "name": _name(one), "description": str(one.get("descriptionText") or ""), **_flags(one),
        **_contacts(one, "agency"),
    }  # fmt: skip


def _service(
    one: Mapping[str, Any],
    agency: Mapping[str, Any] | None,
    by_id: Mapping[str, Any],
    sites: Mapping[str, Any],
) -> dict[str, Any]:
    key = str(one.get("id"))
    status = str(one.get("status") or "")
    own = _contacts(one, f"{key}-own")
    places = [_place(site, site_key) for site_key, site in sites.items()] or _places(one, f"{key}-place")
    organization = None
    if agency is not None:
        known = by_id.get(str(agency.get("id")))
        organization = (
            _organization(known)
            if known
            else {"id": str(agency.get("id")), "name": str(agency.get("name") or ""), "description": ""}
        )
    spoken = str(one.get("languagesOffered") or "").replace(",", ";").split(";")
    return {
        "id": key,
        "name": _name(one),
        "description": str(one.get("descriptionText") or ""),
        "status": _CLOSED.get(status.lower(), status.lower()),
        "AgencyStatus": status,
        "eligibility_description": str(one.get("eligibility") or ""),
        "fees_description": str(one.get("fees") or one.get("feeStructure") or ""),
        "application_process": str(one.get("applicationProcess") or ""),
        "assured_date": str(one.get("lastVerifiedOn") or "")[:10],
        "last_modified": str(one.get("modified") or ""),
        "organization": organization,
        "schedules": _hours(one.get("hours"), key),
        "languages": [{"id": f"{key}-language-{n}", "name": name.strip()} for n, name in enumerate(spoken) if name.strip()],
        "service_areas": [{"id": f"{key}-area-{n}", "name": name} for n, name in enumerate(_areas(one))],
        "attributes": [_term(f"{key}-term-{n}", str(code)) for n, code in enumerate(list_of(one.get("taxonomy"))) if code],
        "service_at_locations": [{"id": f"{key}-at-{place['id']}", "location": place} for place in places],
        **own,
        **_flags(one),
    }  # fmt: skip


def _term(key: str, code: str) -> dict[str, Any]:
    term = {"id": f"term-{code}", "code": code, "name": code, "description": code, "taxonomy": "211 Taxonomy"}
    return {"id": key, "taxonomy_term": term}


def _areas(one: Mapping[str, Any]) -> list[str]:
    names = []
    for area in objects_of(one.get("coverage")):
        if area:
            county = str(area.get("county") or "")
            county = f"{county} County" if county and "county" not in county.lower() else county
            parts = (
                str(area.get("city") or ""),
                county,
                str(area.get("postalCode") or ""),
                str(area.get("stateProvince") or ""),
            )
            names.append(", ".join(filter(None, parts)))
    return list(dict.fromkeys(filter(None, names)))


def _details(one: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    for detail in objects_of(one.get("contactDetails")):
        contact = detail.get("contact")
        if isinstance(contact, dict):
            yield (
                contact,
                _flags({"isConfidential": detail.get("isConfidential") or contact.get("isConfidential")}),
            )


def _contacts(one: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return phones, and the e-mail and web address that are not private."""
    phones: list[dict[str, Any]] = []
    found: dict[str, Any] = {}
    for contact, flags in _details(one):
        kind = str(contact.get("type"))
        if kind == "PhoneNumber" and contact.get("number"):
            words = str(contact.get("label") or contact.get("description") or "")
            phones.append(
                {
                    "id": f"{key}-phone-{len(phones)}",
                    "number": str(contact["number"]),
                    "description": words,
                    **flags,
                }
            )
        elif kind in {"EmailAddress", "Website"} and not flags:
            name = "email" if kind == "EmailAddress" else "website" if key == "agency" else "url"
            found.setdefault(
                name, str(contact.get("address") or contact.get("url") or contact.get("value") or "")
            )
    return {"phones": phones, **found}


def _places(one: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return a program's own places."""
    made: list[dict[str, Any]] = []
    for contact, flags in _details(one):
        if contact.get("type") == "PhysicalLocation":
            made.append(_location(contact, flags, f"{key}-{len(made)}"))
    return made


def _place(site: Mapping[str, Any], key: str) -> dict[str, Any]:
    own = _places(site, key)
    place = own[0] if own else {"location_type": "physical", "addresses": []}
    return {
        **place,
        "id": key,
        "name": _name(site),
        **_flags(site),
        "schedules": _hours(site.get("hours"), key),
    }


def _location(contact: Mapping[str, Any], flags: dict[str, str], key: str) -> dict[str, Any]:
    address = {
        "id": f"{key}-address",
        "address_type": "physical",
        "address_1": str(contact.get("line1") or ""),
        "address_2": str(contact.get("line2") or ""),
        "city": str(contact.get("city") or ""),
        "region": str(contact.get("county") or ""),
        "state_province": str(contact.get("stateProvince") or ""),
        "postal_code": str(contact.get("postalCode") or contact.get("zipPostalCode") or ""),
        "country": str(contact.get("country") or ""),
    }
    return {
        "id": key, "location_type": "physical", "latitude": contact.get("latitude") or None,
        "longitude": contact.get("longitude") or None, "addresses": [address], **flags,
    }  # fmt: skip


def _hours(hours: Any, key: str) -> list[dict[str, Any]]:
    days = hours.get("days") if isinstance(hours, dict) else None
    made: list[dict[str, Any]] = []
    for one in objects_of(days):
        if one.get("dayOfWeek") and one.get("opens") and one.get("closes"):
            made.append(
                {
                    "id": f"{key}-schedule-{len(made)}",
                    "description": f"{one['dayOfWeek']} {one['opens']}-{one['closes']}",
                }
            )
    return made
