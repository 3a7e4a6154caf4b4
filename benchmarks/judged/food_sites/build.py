"""Build the directory of food sites that the needs beside this program are judged over.

    python benchmarks/judged/food_sites/build.py results.jsonl food_sites.ndjson

The input is the list of scrapes of the HAARRRvest project (CC0): one JSON text a line under `text`, each with the services
of one site. A text that is no JSON is left out. The texts name one thing in many ways: keys are put into the words of HSDS,
and a service that names no address gets the one of its site. Ids repeat from text to text ("svc_1"), so a digest of the
text is put before every id: an id does not change with the order of the lines. Some ids stand under `metadata`. A service
without an id is left out. Of services that say the same of the same agency at the same address, the one with the lowest
id is kept.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import communityconnector as cc

SOURCE = "haarrrvest/results.jsonl"

RENAMED = {
    "street": "address_1",
    "street1": "address_1",
    "street_address": "address_1",
    "street_address_1": "address_1",
    "line1": "address_1",
    "region": "state_province",
    "schedule": "schedules",
    "days": "byday",
    "days_of_week": "byday",
    "start_time": "opens_at",
    "time_start": "opens_at",
    "time_open": "opens_at",
    "open_time": "opens_at",
    "end_time": "closes_at",
    "time_end": "closes_at",
    "time_close": "closes_at",
    "close_time": "closes_at",
    "service_name": "name",
}


def directory(source: Path) -> cc.Directory:
    """Return the directory of all sites, each service once."""
    services: dict[tuple[object, ...], cc.Service] = {}
    texts = {json.loads(line)["text"] for line in source.read_text(encoding="utf-8").splitlines()}
    for prefix, text in sorted((sha256(text.encode()).hexdigest()[:8], text) for text in texts):
        try:
            site = json.loads(text)
        except json.JSONDecodeError:
            continue
        site = in_words_of_hsds(site, prefix)
        read = offers(site)
        if place_services(site, {offer.service.id for offer in read if offer_address(offer) is None}):
            read = offers(site)
        for offer in read:
            if offer.service.id.startswith(f"{prefix}-"):
                services.setdefault(content(offer), offer.service)
    return cc.Directory.of({service.id: service for service in services.values()}.values())


def offers(site: Any) -> list[cc.Offer]:
    """Return what the library reads from one site."""
    return list(cc.read(io.StringIO(json.dumps(site))).offers.values())


def in_words_of_hsds(value: Any, prefix: str) -> Any:
    """Return the value with keys in the words of HSDS and the prefix before every id and every reference to one."""
    if isinstance(value, list):
        return [in_words_of_hsds(entry, prefix) for entry in value]
    if not isinstance(value, dict):
        return value
    metadata = value.get("metadata")
    if "id" not in value and isinstance(metadata, dict) and "id" in metadata:
        value = {"id": metadata["id"], **value}
    for hours in ("times", "time"):
        if isinstance(value.get(hours), list) and value[hours] and isinstance(value[hours][0], dict):
            value = {**value[hours][0], **value}
    renamed: dict[str, Any] = {}
    for key, entry in value.items():
        name = RENAMED.get(key, key)
        if (name == "id" or name.endswith("_id")) and isinstance(entry, str | int):
            renamed[name] = f"{prefix}-{entry}"
        elif name == "byday" and isinstance(entry, list):
            renamed[name] = ",".join(str(day) for day in entry)
        elif name == "schedules" and isinstance(entry, dict):
            renamed[name] = [in_words_of_hsds(entry, prefix)]
        elif renamed.get(name) is None:
            renamed[name] = in_words_of_hsds(entry, prefix)
    return renamed


def place_services(site: Any, without_address: set[str]) -> bool:
    """Give the services of the site that have no address its first one, and return whether there are such."""
    address = next(site_addresses(site), None) if without_address else None
    if address is None:
        return False
    point = address.get("coordinates")
    point = point if isinstance(point, dict) else {}
    for service in site_services(site):
        if service.get("id") in without_address:
            location = {"id": f"{service['id']}-place", "addresses": [address]}
            service["locations"] = [
                location | {key: point[key] for key in ("latitude", "longitude") if point.get(key)}
            ]
    return True


def site_addresses(value: Any, under: str = "") -> Iterator[dict[str, Any]]:
    """Yield the addresses of a site that name a city or a ZIP code."""
    if isinstance(value, list):
        for entry in value:
            yield from site_addresses(entry, under)
    elif isinstance(value, dict) and not under.startswith("service_area"):
        if value.get("city") or value.get("postal_code"):
            yield value
        for key, entry in value.items():
            yield from site_addresses(entry, key)


def site_services(value: Any, under: str = "") -> Iterator[dict[str, Any]]:
    """Yield the services of a site."""
    if isinstance(value, list):
        for entry in value:
            yield from site_services(entry, under)
    elif isinstance(value, dict):
        if under in {"service", "services"}:
            yield value
        for key, entry in value.items():
            yield from site_services(entry, key)


def offer_address(offer: cc.Offer) -> tuple[str | None, str | None] | None:
    """Return street and city of an offer; none where neither its city nor its ZIP code is told."""
    addresses = offer.location.addresses if offer.location is not None else ()
    told = [address for address in addresses if address.city or address.postal_code]
    return (told[0].address_1, told[0].city) if told else None


def content(offer: cc.Offer) -> tuple[object, ...]:
    """Return what makes an offer the same as another for a reader: agency, service, description and address."""
    organization = offer.service.organization
    parts = (
        organization and organization.name,
        offer.service.name,
        offer.service.description,
        *(offer_address(offer) or ()),
    )
    return tuple(part.casefold() if isinstance(part, str) else None for part in parts)


if __name__ == "__main__":
    built = directory(Path(sys.argv[1]))
    cc.write(built, Path(sys.argv[2]))
    print(f"{len(built.services)} services")
