"""Resources of Norse, the open source search of 211 centers: one object for a service at a location, texts by language.

Facts: the resources that 211-Connect/Norse-API serves. Several resources of one service become one service at several
locations. HSDS has no texts by language: the English ones fill its fields (the first language where there are none), names
in others become alternate names, and all stay under `x_translations`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords
from communityconnector.interchange.forms.envelopes import opened
from communityconnector.interchange.forms.values import are_objects
from communityconnector.interchange.sheets.flat_cells import cell_of
from communityconnector.model.identity import mint

_Resource = Mapping[str, Any]
_WRAPPERS: Final = ("hits", "items", "results", "resources", "data")
_ADDRESS: Final = {
    "address_1": "address_1",
    "address_2": "address_2",
    "city": "city",
    "county": "region",
    "stateProvince": "state_province",
    "postalCode": "postal_code",
    "country": "country",
    "attention": "attention",
}
_TEXTS: Final = {
    "serviceDescription": "description",
    "fees": "fees_description",
    "eligibilities": "eligibility_description",
    "eligibility": "eligibility_description",
    "applicationProcess": "application_process",
}
_READ: Final = frozenset({
    *_TEXTS, "_id", "id", "originalId", "serviceId", "serviceAtLocationId", "locationId", "organizationId", "tenant_id",
    "displayName", "serviceName", "locationName", "organizationName", "organizationDescription", "displayPhonenumber",
    "displayPhoneNumber",
    "phoneNumbers", "hours", "languages", "location", "serviceArea", "addresses", "translations", "last_assured_date",
    "lastAssuredDate", "website", "email", "requiredDocuments", "taxonomies",
})  # fmt: skip


def norse(value: Any) -> LiftedRecords | None:
    """Return the resources of Norse as services; `None` for another value."""
    resources = _resources(value)
    if resources is None:
        return None
    notes: list[FormNote] = []
    return LiftedRecords("resources of Norse", _services(resources, notes), notes)


def _resources(value: Any) -> list[tuple[str, _Resource]] | None:
    """Return the resources in a value, each with its path."""
    path = "$"
    for _ in _WRAPPERS[:2]:
        if isinstance(value, dict) and not _is_resource(value):
            key = next((key for key in _WRAPPERS if isinstance(value.get(key), (list, dict))), "")
            if not key:
                return None
            value, path = value[key], f"{path}.{key}"
    if isinstance(value, dict):
        return [(path, value)] if _is_resource(value) else None
    if not are_objects(value):
        return None
    listed = [(f"{path}[{number}]", opened(item)) for number, item in enumerate(value)]
    return listed if all(_is_resource(item) for _, item in listed) else None


def _is_resource(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and "tenant_id" in item
        and ("serviceAtLocationId" in item or are_objects(item.get("translations")))
    )


def _services(resources: Iterable[tuple[str, _Resource]], notes: list[FormNote]) -> Iterator[LiftedRecord]:
    made: dict[str, tuple[str, dict[str, Any]]] = {}
    for path, resource in resources:
        key = _first(resource, "serviceId", "originalId", "serviceAtLocationId", "_id") or mint("norse", path)
        service = _service(resource, key)
        if key in made:
            _join(made[key][1], service)
        else:
            made[key] = (path, service)
    nameless = [path for path, service in made.values() if not service["name"]]
    if nameless:
        message = f"resources without a name: {', '.join(nameless[:20])}"
        notes.append(FormNote("row-without-name", message))
    for path, service in made.values():
        if service["name"]:
            yield LiftedRecord("service", service, path)


def _join(service: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Add what another resource of a service says: where else it is, and by which phone."""
    service["service_at_locations"] += other["service_at_locations"]
    for field, part in (("phones", "number"), ("service_areas", "name")):
        known = {item.get(part) for item in service[field]}
        service[field] += [item for item in other[field] if item.get(part) not in known]


def _first(item: _Resource, *names: str) -> str:
    return next((text for name in names if (text := cell_of(item.get(name, "")).strip())), "")


def _service(resource: _Resource, key: str) -> dict[str, Any]:
    listed = resource.get("translations")
    translations = listed if are_objects(listed) else []
    base = next((item for item in translations if _first(item, "locale")[:2].lower() == "en"), None)
    base = base or (translations[0] if translations else {})
    texts = {**resource, **{name: item for name, item in base.items() if item}}
    name = _first(texts, "serviceName", "displayName")
    others = (_first(item, "serviceName", "displayName") for item in translations if item is not base)
    at = _first(resource, "serviceAtLocationId", "_id") or key
    raw: dict[str, Any] = {
        "id": key,
        "name": name,
        "alternate_name": "; ".join(dict.fromkeys(other for other in others if other and other != name)),
        **{field: text for column, field in _TEXTS.items() if (text := _first(texts, column))},
        "url": _first(texts, "website"),
        "email": _first(texts, "email"),
        "assured_date": _first(resource, "last_assured_date", "lastAssuredDate")[:10],
        "phones": _phones(resource, at),
        "languages": [{"id": f"{at}-{item}", "name": item} for item in _list(resource.get("languages"))],
        "service_areas": list(_areas(resource.get("serviceArea"), key)),
        "required_documents": [
            {"id": f"{at}-document-{number}", "document": item}
            for number, item in enumerate(_list(texts.get("requiredDocuments")))
        ],
        "attributes": list(_terms(texts.get("taxonomies"), key)),
        "service_at_locations": [_link(resource, texts, at)],
    }
    if agency := _first(texts, "organizationName"):
        own = _first(resource, "organizationId") or mint("organization", " ".join(agency.casefold().split()))
        raw["organization"] = {
            "id": own,
            "name": agency,
            "description": _first(texts, "organizationDescription"),
        }
    if len(translations) > 1:
        raw["x_translations"] = translations
    return {**{name: item for name, item in resource.items() if name not in _READ}, **raw}


def _link(resource: _Resource, texts: _Resource, at: str) -> dict[str, Any]:
    place: dict[str, Any] = {
        "id": _first(resource, "locationId") or f"{at}-location",
        "name": _first(texts, "locationName"),
        **_point(resource.get("location")),
        "addresses": list(_addresses(resource.get("addresses"), at)),
    }
    if any(item["address_type"] == "physical" for item in place["addresses"]) or "latitude" in place:
        place["location_type"] = "physical"
    hours = _first(texts, "hours")
    schedules = [{"id": f"{at}-hours", "description": hours}] if hours else []
    return {"id": at, "location": place, "schedules": schedules}


def _point(shape: Any) -> dict[str, Any]:
    """Return the degrees of a point in GeoJSON, longitude first."""
    points = shape.get("coordinates") if isinstance(shape, dict) else None
    return (
        {"latitude": points[1], "longitude": points[0]}
        if isinstance(points, list) and len(points) >= 2
        else {}
    )


def _addresses(items: Any, at: str) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(items if are_objects(items) else ()):
        parts = {field: text for name, field in _ADDRESS.items() if (text := _first(item, name))}
        if parts.keys() - {"country"}:
            kind = "postal" if _first(item, "type").lower() in {"postal", "mailing"} else "physical"
            marks = {name: value for name, value in item.items() if name not in {*_ADDRESS, "type"}}
            yield {**marks, "id": f"{at}-address-{number}", "address_type": kind, **parts}


def _phones(resource: _Resource, at: str) -> list[dict[str, Any]]:
    texts = [_first(resource, "displayPhonenumber", "displayPhoneNumber")]
    details = resource.get("phoneNumbers")
    own = {_first(item, "number"): item for item in details} if are_objects(details) else {}
    return [
        {
            "id": f"{at}-phone-{number}",
            "number": text,
            "type": _first(own.get(text, {}), "type"),
            "description": _first(own.get(text, {}), "description"),
        }
        for number, text in enumerate(dict.fromkeys((*texts, *own)))
        if text
    ]


def _areas(area: Any, key: str) -> Iterator[dict[str, Any]]:
    if not isinstance(area, dict):
        return
    names = _list(area.get("description"))
    extent = area.get("extent")
    if isinstance(extent, dict) and extent.get("coordinates"):
        # The shape is that of all its names together.
        yield {
            "id": f"{key}-area",
            "name": ", ".join(names),
            "extent": json.dumps(extent),
            "extent_type": "geojson",
        }
        return
    for number, name in enumerate(names):
        yield {"id": f"{key}-area-{number}", "name": name}


def _terms(items: Any, key: str) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(items if are_objects(items) else ()):
        code, name = _first(item, "code"), _first(item, "name")
        if code or name:
            term = {
                "id": f"term-{code or name}",
                "code": code,
                "name": name or code,
                "description": name or code,
            }
            yield {
                "id": f"{key}-term-{number}",
                "taxonomy_term": {**term, "taxonomy": "211 Taxonomy" if code else "local"},
            }


def _list(items: Any) -> Sequence[str]:
    listed = items if isinstance(items, list) else [items]
    return [text for item in listed if item is not None and (text := cell_of(item).strip())]
