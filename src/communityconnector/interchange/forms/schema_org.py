"""Services in schema.org's words (JSON-LD), as web sites embed them: with graphs, references, scalars or lists.

Facts: schema.org's pages of `Service`, `GovernmentService`, `Place`, `OpeningHoursSpecification`, `ServiceChannel`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.model.identity import mint

_SERVICES: Final = frozenset(
    {"Service", "GovernmentService", "SocialService", "FinancialProduct", "BroadcastService"}
)
_AGENCIES: Final = frozenset(
    "Organization NGO GovernmentOrganization GovernmentOffice LocalBusiness Library MedicalClinic Hospital Physician Dentist "
    "LegalService EmploymentAgency EmergencyService AnimalShelter ChildCare SocialService Church School".split()
)
_PLACES: Final = frozenset({"Place", "CivicStructure", "Park", "Church", "PlaceOfWorship"})
_DAYS: Final = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA", "sunday": "SU",
    "mo": "MO", "tu": "TU", "we": "WE", "th": "TH", "fr": "FR", "sa": "SA", "su": "SU",
}  # fmt: skip
_MOST_DEEP: Final = 12


def schema_org(value: Any) -> LiftedRecords | None:
    """Return the services of JSON-LD; `None` for another value."""
    nodes = _nodes(value)
    if not nodes:
        return None
    graph = _Graph(nodes)
    found = [(number, node) for number, node in enumerate(nodes) if graph.is_offered(node)]
    if not found:
        return None
    notes: list[FormNote] = []
    if len(found) < len(nodes):
        others = sorted({kind for node in nodes if not graph.is_offered(node) for kind in _kinds(node)})[:8]
        notes.append(FormNote("nested-not-read", f"things beside services: {', '.join(others)}"))
    records = (
        LiftedRecord("service", graph.service(node, number), f"$.@graph[{number}]") for number, node in found
    )
    return LiftedRecords("schema.org (JSON-LD)", records, notes)


def _nodes(value: Any) -> list[Mapping[str, Any]]:
    """Return the things of a document, if it is one of schema.org."""
    several = value if isinstance(value, list) else [value]
    nodes: list[Mapping[str, Any]] = []
    for one in several:
        if not isinstance(one, Mapping) or "schema.org" not in str(one.get("@context", ""))[:2000]:
            return []
        graph = one.get("@graph")
        nodes += [node for node in (graph if isinstance(graph, list) else [one]) if isinstance(node, Mapping)]
    return [node for node in nodes if node.get("@type")]


def _kinds(node: Mapping[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [
        str(kind).rpartition("/")[2].rpartition(":")[2]
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    ]


class _Graph:
    """The things of a document, which may name each other by `@id`."""

    def __init__(self, nodes: list[Mapping[str, Any]]) -> None:
        self._by_id = {str(node["@id"]): node for node in nodes if node.get("@id")}
        named = {id(node) for node in nodes}
        self._provided = {
            str(self._one(node.get(key)).get("@id") or "")
            for node in nodes
            if id(node) in named and set(_kinds(node)) & _SERVICES
            for key in ("provider", "serviceOperator")
        } - {""}

    def is_offered(self, node: Mapping[str, Any]) -> bool:
        """Return whether a thing is a service, or an agency that stands for the one that it offers."""
        kinds = set(_kinds(node))
        if kinds & _SERVICES:
            return True
        return (
            bool(kinds & (_AGENCIES | _PLACES))
            and bool(node.get("name"))
            and str(node.get("@id") or "") not in self._provided
        )

    def service(self, node: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Return a service with its agency and its place."""
        key = str(
            node.get("@id")
            or node.get("identifier")
            or mint("schema.org", str(number), _text(node.get("name")))
        )
        is_service = bool(set(_kinds(node)) & _SERVICES)
        agency = self._one(node.get("provider") or node.get("serviceOperator")) if is_service else node
        channels = [self._one(one) for one in _list(node.get("availableChannel"))]
        places = [self._one(one) for one in _list(node.get("location"))]
        places += [
            self._one(channel.get("serviceLocation"))
            for channel in channels
            if channel.get("serviceLocation")
        ]
        if not places and (node.get("address") or node.get("geo")):
            places = [node]
        phones = [*_list(node.get("telephone")), *(p for p in _list(node.get("contactPoint")))]
        phones += [channel["servicePhone"] for channel in channels if channel.get("servicePhone")]
        spoken = [one for channel in (node, *channels) for one in _list(channel.get("availableLanguage"))]
        kinds = [*_list(node.get("serviceType")), *_list(node.get("category"))]
        name = _text(node.get("name")) or _text(kinds[0] if kinds else "") or _text(agency.get("name"))
        urls = (
            node.get("url"),
            *(channel.get("serviceUrl") for channel in channels),
            node.get("mainEntityOfPage"),
        )
        return {
            "id": key,
            "name": name,
            "alternate_name": _text(node.get("alternateName")),
            "description": _text(node.get("description")),
            "url": next((text for url in urls if (text := _text(url)).startswith("http")), ""),
            "email": _text(node.get("email")),
            "status": "inactive" if str(node.get("publicAccess", "")).lower() == "false" else "",
            "fees_description": "Free" if str(node.get("isAccessibleForFree", "")).lower() == "true" else _text(node.get("priceRange")),
            "eligibility_description": _text(self._one(node.get("audience")).get("audienceType")) or _text(node.get("audience")),
            "application_process": _text(node.get("termsOfService")),
            "last_modified": _text(node.get("dateModified")),
            "organization": {
                "id": str(agency.get("@id") or mint("schema.org agency", _text(agency.get("name")))),
                "name": _text(agency.get("name")) or name,
                "description": _text(agency.get("description")),
                "website": _text(agency.get("url")),
            } if _text(agency.get("name")) else None,
            "phones": self._phones(phones, key),
            "languages": [{"id": f"{key}-language-{n}", "name": text} for n, one in enumerate(spoken) if (text := _text(one))],
            "service_areas": [{"id": f"{key}-area-{n}", "name": text} for n, one in enumerate(_list(node.get("areaServed"))) if (text := _text(self._one(one).get("name")) or _text(one))],
            "attributes": [{"id": f"{key}-kind-{n}", "label": text, "value": text} for n, one in enumerate(kinds) if (text := _text(one))],
            "schedules": _hours(node, key),
            "service_at_locations": [self._place(place, f"{key}-{n}", node) for n, place in enumerate(places)],
        }  # fmt: skip

    def _one(self, value: Any) -> Mapping[str, Any]:
        """Return the thing that a value is or names; an empty one for anything else."""
        first = _list(value)[0] if _list(value) else {}
        if isinstance(first, str):
            return self._by_id.get(first, {})
        if not isinstance(first, Mapping):
            return {}
        return self._by_id.get(str(first["@id"]), first) if first.keys() == {"@id"} else first

    def _phones(self, told: list[Any], key: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for one in told:
            point = one if isinstance(one, Mapping) else {"telephone": one}
            if number := _text(point.get("telephone")):
                words = _text(point.get("contactType")) or _text(point.get("name"))
                made.append({"id": f"{key}-phone-{len(made)}", "number": number, "description": words})
        return list({phone["number"]: phone for phone in made}.values())

    def _place(self, place: Mapping[str, Any], key: str, node: Mapping[str, Any]) -> dict[str, Any]:
        geo, address = self._one(place.get("geo")), self._one(place.get("address"))
        lines: dict[str, Any] = {}
        if address:
            lines = {
                "id": f"{key}-address",
                "address_type": "physical",
                "address_1": _text(address.get("streetAddress")),
                "city": _text(address.get("addressLocality")),
                "state_province": _text(address.get("addressRegion")),
                "postal_code": _text(address.get("postalCode")),
                "country": _text(self._one(address.get("addressCountry")).get("name"))
                or _text(address.get("addressCountry")),
            }
        elif text := _text(place.get("address")):
            lines = {"id": f"{key}-address", "address_type": "physical", "address_1": text}
        return {
            "id": f"{key}-at",
            "location": {
                "id": str(place.get("@id") or f"{key}-place"),
                "location_type": "physical",
                "name": _text(place.get("name")) if place is not node else "",
                "latitude": geo.get("latitude"),
                "longitude": geo.get("longitude"),
                "addresses": [lines] if lines else [],
            },
            "schedules": _hours(place, key) if place is not node else [],
        }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _text(value: Any, depth: int = 0) -> str:
    """Return a value as a text: a name, the first of a list, the value of a language."""
    if isinstance(value, list):
        return _text(value[0], depth + 1) if value and depth < _MOST_DEEP else ""
    if isinstance(value, Mapping):
        return (
            _text(value.get("@value") or value.get("name") or value.get("alternateName"), depth + 1)
            if depth < _MOST_DEEP
            else ""
        )
    return "" if value is None or isinstance(value, bool) else str(value).strip()


_CLOCK: Final = re.compile(r"T?(\d{1,2}):(\d{2})")
_WRITTEN: Final = re.compile(
    r"\s{0,5}([A-Za-z]{2}(?:\s?[-,]\s?[A-Za-z]{2}){0,6})\s{1,5}(\d{1,2}:\d{2})\s?-\s?(\d{1,2}:\d{2})\s{0,5}"
)


def _clock(value: Any) -> str:
    found = _CLOCK.match(_text(value))
    return f"{int(found[1]):02}:{found[2]}" if found else ""


def _day(value: Any) -> str:
    return _DAYS.get(_text(value).rpartition("/")[2].lower(), "")


def _hours(place: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the hours of a place. Special hours are for their days; without an opening time it is closed then."""
    made: list[dict[str, Any]] = []
    for one in _list(place.get("openingHoursSpecification")) + _list(place.get("hoursAvailable")):
        if not isinstance(one, Mapping):
            continue
        days = [day for value in _list(one.get("dayOfWeek")) if (day := _day(value))]
        opens, closes = _clock(one.get("opens")), _clock(one.get("closes"))
        bounds = {
            "valid_from": _text(one.get("validFrom"))[:10],
            "valid_to": _text(one.get("validThrough"))[:10],
        }
        if days and opens and closes and not opens == closes == "00:00":
            if (opens, closes) in {("00:00", "23:59"), ("00:00", "24:00")}:
                closes = "00:00"
            made.append(
                {"freq": "WEEKLY", "byday": ",".join(days), "opens_at": opens, "closes_at": closes, **bounds}
            )
        elif not days and bounds["valid_from"]:
            made.append(_special(bounds, opens, closes))
    for one in _list(place.get("specialOpeningHoursSpecification")):
        if isinstance(one, Mapping) and _text(one.get("validFrom")):
            bounds = {
                "valid_from": _text(one.get("validFrom"))[:10],
                "valid_to": _text(one.get("validThrough"))[:10],
            }
            made.append(_special(bounds, _clock(one.get("opens")), _clock(one.get("closes"))))
    made += _written(place)
    return [{"id": f"{key}-schedule-{number}", **one} for number, one in enumerate(made)]


def _special(bounds: dict[str, str], opens: str, closes: str) -> dict[str, Any]:
    """Return hours of single days; equal ends, or none, mean closed."""
    days = {"start_date": bounds["valid_from"], "end_date": bounds["valid_to"] or bounds["valid_from"]}
    is_closed = not opens or opens == closes
    return {**days, "closed": True} if is_closed else {**days, "opens_at": opens, "closes_at": closes}


def _written(place: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the hours that stand in one text: "Mo-Fr 09:00-17:00"."""
    for one in _list(place.get("openingHours")):
        text = _text(one)
        found = _WRITTEN.fullmatch(text)
        days = _span(found[1]) if found else []
        if found and days:
            yield {
                "freq": "WEEKLY",
                "byday": ",".join(days),
                "opens_at": _clock(found[2]),
                "closes_at": _clock(found[3]),
            }
        elif text:
            yield {"description": text}


def _span(text: str) -> list[str]:
    order = list(dict.fromkeys(_DAYS.values()))
    days: list[str] = []
    for part in text.split(","):
        first, _, last = (piece.strip().lower() for piece in part.partition("-"))
        if first not in _DAYS or (last and last not in _DAYS):
            return []
        start, end = order.index(_DAYS[first]), order.index(_DAYS[last or first])
        days += [order[at % 7] for at in range(start, (end if end >= start else end + 7) + 1)]
    return days
