"""Parts of a record that stand in the wrong place, moved to where HSDS has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from communityconnector.interchange.legacy.field_upgrades import point
from communityconnector.interchange.ownership import parent_key
from communityconnector.interchange.texts.states import state_in
from communityconnector.model.extents import polygons
from communityconnector.model.identity import mint

Raw = Mapping[str, Any]


def repair_parts(entity: str, raw: Raw, seed: str) -> dict[str, Any] | None:
    """Return a raw record with its parts in their HSDS places; `None` where all are there.

    Args:
        entity: its entity.
        raw: its fields.
        seed: what distinguishes it from others, should it have no id.
    """
    repair = _REPAIRS.get(entity)
    return None if repair is None else repair(raw, seed)


_STREET: Final = (
    "address_1", "address_2", "city", "region", "state_province", "postal_code", "country", "address_type", "street",
    "street_address", "street_address_1", "street1", "line1", "address_line_1", "address1", "state", "zip", "zip_code",
    "zipcode", "postcode", "attention",
)  # fmt: skip
_WITHIN: Final = frozenset(
    {"city", *(name for name in _STREET if "address" in name or "street" in name or name == "line1")}
)
_BARE: Final = frozenset({"address", *_STREET})
"""Fields in which an address may stand bare in its location."""


def _location(raw: Raw, _: str) -> dict[str, Any] | None:
    """Return a location whose address stands in it bare, or whose point stands in its address."""
    made: dict[str, Any] | None = None
    has_point = raw.get("latitude") is not None or raw.get("coordinates") is not None
    if has_point and _BARE.isdisjoint(raw):
        return None
    bare, inline = split_address(raw)
    if inline:
        addresses_in = raw.get("addresses")
        made = {**bare, "addresses": [*(addresses_in if isinstance(addresses_in, list) else []), inline]}
    if has_point:
        return made
    addresses = (made or raw).get("addresses") or raw.get("address")
    for item in addresses if isinstance(addresses, list) else [addresses]:
        if coordinates := _point_in(item):
            made = {**(made or raw), **coordinates}
            break
    return made


def split_address(place: Raw) -> tuple[Raw, dict[str, Any]]:
    """Return a location without the address that stands bare in it, and this; {} where none does."""
    address = place.get("address")
    inline = {name: place[name] for name in _STREET if isinstance(place.get(name), str) and place[name]}
    if isinstance(address, str) and address and not place.get("addresses"):
        inline["address_1"] = address
    if not _WITHIN & inline.keys():
        return place, {}
    bare = {
        name: value
        for name, value in place.items()
        if name not in inline and not (name == "address" and value == address)
    }
    return bare, inline


def _point_in(address: Any) -> dict[str, Any]:
    """Return the point of an address, which HSDS keeps with the location."""
    if not isinstance(address, dict):
        return {}
    coordinates = address.get("coordinates")
    return point(coordinates if isinstance(coordinates, dict) else address) or {}


def _organization(raw: Raw, seed: str) -> dict[str, Any] | None:
    """Return an organization whose services stand within its locations."""
    places = raw.get("locations")
    if not isinstance(places, list) or not any(isinstance(p, dict) and p.get("services") for p in places):
        return None
    moved: list[Any] = []
    kept: list[Any] = []
    for number, place in enumerate(places):
        bare, services = (
            split_place(place, f"{parent_key('organization', raw, seed)}/locations[{number}]")
            if isinstance(place, dict)
            else (place, [])
        )
        kept.append(bare)
        moved += services
    services_in = raw.get("services")
    return {
        **raw,
        "locations": kept,
        "services": [*(services_in if isinstance(services_in, list) else []), *moved],
    }


def has_services(place: Raw) -> bool:
    """Return whether services stand within a location."""
    services = place.get("services")
    return isinstance(services, list) and any(isinstance(service, dict) for service in services)


def split_place(place: Raw, seed: str) -> tuple[Raw, list[dict[str, Any]]]:
    """Return a location without the services that stand within it, and these with the location in its HSDS place.

    Args:
        place: the location.
        seed: what its id is made of, should it have none: it is one place, however many services stand in it.
    """
    if not has_services(place):
        return place, []
    bare = {name: value for name, value in place.items() if name != "services"}
    if not bare.get("id"):
        bare["id"] = mint("location", seed)
    services = [service for service in place["services"] if isinstance(service, dict)]
    return bare, [
        s
        if s.get("service_at_locations")
        else {**_of_place(bare, s), **s, "service_at_locations": [{"location": bare}]}
        for s in services
    ]


def _of_place(place: Raw, service: Raw) -> dict[str, Any]:
    """Return what a place says that holds for a service within it: whose it is, and that it is closed."""
    fields: dict[str, Any] = {}
    if isinstance(place.get("organization"), dict) and not service.get("organization_id"):
        fields["organization"] = place["organization"]
    state = state_in(place, has_status=False)
    if state is not None and not state.runs and state.status and state_in(service) is None:
        fields["status"] = state.status
    return fields


_SHAPES: Final = ("extent", "geojson", "geometry", "shape", "boundary", "polygon", "wkt", "the_geom")


def _service_area(raw: Raw, _: str) -> dict[str, Any] | None:
    """Return an area whose shape is an object instead of text, or stands under a name of the source's own."""
    for name in _SHAPES:
        shape = raw.get(name)
        if isinstance(shape, dict) and shape:
            text = json.dumps(shape, separators=(",", ":"))
        elif name != "extent" and isinstance(shape, str) and polygons(shape):
            text = shape
        else:
            continue
        if name == "extent" or not raw.get("extent"):
            kept = {key: value for key, value in raw.items() if key != name}
            return {"extent_type": "geojson" if text.startswith("{") else "wkt", **kept, "extent": text}
    return None


_REPAIRS: Final[dict[str, Callable[[Raw, str], dict[str, Any] | None]]] = {
    "location": _location,
    "organization": _organization,
    "service_area": _service_area,
}
