"""Answers of the Ohana API (Code for America): locations that hold their organization and their services.

Its dialect of HSDS 1.x is upgraded as the other older forms are; here only what stands at the location is put where HSDS
has it, and what is for administrators is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.interchange.forms.values import are_objects, objects_of
from communityconnector.model.identity import mint

_MARKS: Final = frozenset({"slug", "organization"})
_OF_OHANA: Final = frozenset(
    {"admin_emails", "coordinates", "services", "contacts", "short_desc", "market_match"}
)
_LEFT_OUT: Final = frozenset(
    {
        "admin_emails",
        "slug",
        "coordinates",
        "url",
        "services",
        "organization",
        "address",
        "mail_address",
        "active",
    }
)


def ohana(value: Any) -> LiftedRecords | None:
    """Return the services of locations of the Ohana API; `None` for another value."""
    several = [value] if isinstance(value, Mapping) else value
    if not are_objects(several) or not all(
        one.keys() >= _MARKS and _OF_OHANA & one.keys() for one in several[:20]
    ):
        return None
    notes: list[FormNote] = []
    return LiftedRecords("locations of the Ohana API", _records(several, notes), notes)


def _records(places: list[dict[str, Any]], notes: list[FormNote]) -> Iterator[LiftedRecord]:
    emails = 0
    for number, place in enumerate(places):
        emails += bool(place.get("admin_emails"))
        services = objects_of(place.get("services"))
        for at, service in enumerate(services):
            yield LiftedRecord("service", _service(service, place), f"$[{number}].services[{at}]")
        if not services:
            # A list of locations without their services, as a search gives it.
            yield LiftedRecord("location", _location(place), f"$[{number}]")
    if emails:
        notes.append(
            FormNote(
                "private-field", f"e-mail addresses of administrators at {emails:,} locations", "not read"
            )
        )


def _with_ids(parts: Any, *key: str) -> list[dict[str, Any]]:
    """Return parts with texts for ids; one without an id is known by its place."""
    rows = objects_of(parts)
    return [
        {**row, "id": str(row.get("id") or mint("ohana", *key, str(number)))}
        for number, row in enumerate(rows)
    ]


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    key = str(place.get("id") or place.get("slug"))
    addresses = [
        {**place[name], "id": str(place[name].get("id") or f"{key}-{kind}"), "address_type": kind}
        for name, kind in (("address", "physical"), ("mail_address", "postal"))
        if isinstance(place.get(name), dict)
    ]
    rest = {name: item for name, item in place.items() if name not in _LEFT_OUT}
    if not place.get("latitude"):
        rest["coordinates"] = place.get("coordinates")
    kind = "physical" if addresses or place.get("latitude") or place.get("coordinates") else "virtual"
    return {
        **rest,
        "id": key,
        "location_type": kind,
        "addresses": addresses,
        "phones": _with_ids(place.get("phones"), key, "phone"),
        "contacts": _with_ids(place.get("contacts"), key, "contact"),
    }


def _service(service: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    key = str(service.get("id") or mint("ohana service", str(place.get("id")), str(service.get("name"))))
    agency = place["organization"] if isinstance(place["organization"], dict) else {}
    organization = {
        name: item for name, item in agency.items() if name not in {"slug", "url", "locations_url"}
    }
    if organization:
        organization = {
            "description": "",
            **organization,
            "id": str(organization.get("id") or organization.get("name")),
        }
    is_shut = place.get("active") is False
    hours = [
        *_with_ids(service.get("regular_schedules"), key, "hours"),
        *_with_ids(service.get("holiday_schedules"), key, "days"),
    ]
    rest = {
        name: item
        for name, item in service.items()
        if name not in {"regular_schedules", "holiday_schedules", "slug"}
    }
    return {
        **rest,
        "id": key,
        "status": "inactive" if is_shut else service.get("status") or "",
        "organization": organization or None,
        "phones": _with_ids(service.get("phones"), key, "phone"),
        "contacts": _with_ids(service.get("contacts"), key, "contact"),
        "schedules": hours,
        "service_at_locations": [
            {"id": mint("ohana", key, str(place.get("id"))), "location": _location(place)}
        ],
    }
