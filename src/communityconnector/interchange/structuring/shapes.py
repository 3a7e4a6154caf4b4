"""What a JSON object is: a record, a page of records, or a container of tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from communityconnector.interchange.legacy import FIELDS
from communityconnector.interchange.legacy.repairs import has_services
from communityconnector.model import ENTITIES, Kind, required, specs

_PAGES: Final = ("contents", "content", "data", "results", "items", "records", "response", "payload")
"""Keys under which servers and exports put their records; HSDS 3 says `contents`, Open Referral UK 1.0 `content`."""


@attrs.frozen
class ApiPage:
    """An object that wraps records: its key, what is under it, and what it says besides."""

    key: str
    contents: Any
    about: Mapping[str, Any]


@attrs.frozen
class TableContainer:
    """An object whose keys are tables.

    Attributes:
        value: the object, with the links that it implies made explicit.
        tables: entity by key.
        about: what it says besides.
        tabular: whether its keys are file names, so that it stands for a tabular package.
        notes: which links it implied, in words.
    """

    value: Mapping[str, Any]
    tables: Mapping[str, str]
    about: Mapping[str, Any]
    tabular: bool = False
    notes: tuple[str, ...] = ()


def shape_of(value: Mapping[str, Any], hint: str = "") -> ApiPage | TableContainer | None:
    """Return what wraps records, if the object is not a record itself."""
    known = _known(tuple(value), hint)
    if not known.wraps and (value.get("id") or value.get("name")):
        return None
    for key in known.pages:
        inner = value[key]
        is_list = isinstance(inner, list) and all(isinstance(item, dict) for item in inner)
        if (is_list or isinstance(inner, dict)) and "name" not in value:
            about = {k: item for k, item in value.items() if k not in _PAGING and k != key}
            return ApiPage(key, inner, about)
    tables = {key: entity for key, entity in known.tables.items() if _holds_records(key, value[key])}
    if not tables:
        return None
    named = bool(value.get("name")) or (
        bool(value.get("id")) and all(key in specs(ENTITIES[known.entity]) for key in tables)
    )
    if named and not {"service", "organization"} <= set(tables.values()):
        # A record that embeds others, in fields of its own or of an older form.
        return None
    if named and not all(isinstance(value[key], list) for key in tables):
        return None
    about = {key: item for key, item in value.items() if key not in tables}
    linked, notes = _linked(value, tables)
    return TableContainer(linked, tables, about, all(key.endswith(".csv") for key in tables), notes)


@attrs.frozen
class _KnownKeys:
    """What an object's keys show: its likeliest entity, keys that may hold pages or tables, whether any may wrap."""

    entity: str
    pages: tuple[str, ...]
    tables: Mapping[str, str]
    wraps: bool


@lru_cache(maxsize=1024)
def _known(keys: tuple[str, ...], hint: str) -> _KnownKeys:
    entity = entity_of(dict.fromkeys(keys), hint)
    fields = specs(ENTITIES[entity])
    pages = tuple(key for key in _PAGES if key in keys and not (hint and key in specs(ENTITIES[hint])))
    tables = {key: named for key in keys if (named := entity_named(key.removesuffix(".csv")))}
    return _KnownKeys(entity, pages, tables, bool(pages) or any(key not in fields for key in tables))


_PAGING: Final = frozenset({
    "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "totalElements",
    "totalPages", "number", "first", "last",
})  # fmt: skip


def _holds_records(key: str, item: Any) -> bool:
    """Return whether what a key holds can be records."""
    if isinstance(item, list):
        return key.endswith(".csv") or any(isinstance(part, dict) for part in item)
    return isinstance(item, dict)


def _linked(value: Mapping[str, Any], tables: Mapping[str, str]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Make explicit that what lies in one container belongs together, where that can mean one thing only."""
    by_entity: dict[str, list[tuple[str, list[Any]]]] = {}
    for key, entity in tables.items():
        items = value[key] if isinstance(value[key], list) else [value[key]]
        by_entity.setdefault(entity, []).append((key, items))

    def only(entity: str) -> dict[str, Any] | None:
        objects = [item for _, items in by_entity.get(entity, ()) for item in items if isinstance(item, dict)]
        return objects[0] if len(objects) == 1 else None

    agency, place, service = only("organization"), only("location"), only("service")
    notes = []
    changed: dict[str, Any] = {}
    held_links = any(entity == "service_at_location" for entity in tables.values())
    for key, items in by_entity.get("service", ()):
        made = []
        for item in items:
            new = item
            if isinstance(item, dict):
                if agency is not None and not any(item.get(k) for k in ("organization", "organization_id")):
                    new = {**new, "organization": agency}
                    notes.append("the services name no organization; there is one beside them")
                if (
                    place is not None
                    and service is not None
                    and not held_links
                    and not any(item.get(k) for k in _PLACES)
                ):
                    new = {**new, "service_at_locations": [{"location": place}]}
                    notes.append("the service names no location; there is one beside it")
            made.append(new)
        changed[key] = made
    return ({**value, **changed} if notes else value), tuple(dict.fromkeys(notes))


_PLACES: Final = (
    "service_at_locations",
    "service_at_location",
    "locations",
    "location",
    "location_id",
    "location_ids",
)


def entity_named(word: str) -> str:
    """Return the entity that a file or a key is named for: `services`, `service_list`, `hsds-locations`; else ""."""
    bare = word.lower().replace("-", "_").removeprefix("hsds_")
    for tail in ("_full", "_list", "_package"):
        bare = bare.removesuffix(tail)
    return _NAMES.get(bare, "")


_NAMES: Final = {
    name: entity
    for entity, cls in ENTITIES.items()
    for name in (entity, f"{entity}s", cls.table.removesuffix(".csv"))
} | {
    "services_at_locations": "service_at_location",
    "services_at_location": "service_at_location",
    "organisation": "organization",
    "organisations": "organization",
    "agency": "organization",
    "agencies": "organization",
}

RECOGNISED: Final = (
    "service",
    "organization",
    "location",
    "service_at_location",
    "taxonomy_term",
    "taxonomy",
    "program",
)
"""Entities that a top-level object may be without saying so, likeliest first."""


def entity_of(item: Mapping[str, Any], hint: str = "") -> str:
    """Return the entity that an object most looks like.

    The entity that knows most of the object's fields. The one that the file is named for yields only to one that knows
    clearly more, for a field of another entity may stray into any record.
    """
    places = item.get("locations")
    if (
        places
        and isinstance(places, list)
        and any(isinstance(place, dict) and has_services(place) for place in places)
    ):
        # Only an agency has places at which it has services.
        return "organization"
    entity = _likeliest(tuple(item), hint)
    if entity == "service" and has_services(item):
        # No service holds others: it is the place of an agency, or an agency.
        return "location" if item.get("organization") else "organization"
    return entity


@lru_cache(maxsize=1024)
def _likeliest(keys: tuple[str, ...], hint: str) -> str:
    def fit(entity: str) -> tuple[int, int, int]:
        known = sum(1 for key in keys if _is_known(entity, key))
        missing = sum(1 for name in required(ENTITIES[entity]) if name not in keys)
        return (known, -missing, -RECOGNISED.index(entity))

    best = max(RECOGNISED, key=fit)
    if not hint:
        return best
    whole = set(required(ENTITIES[hint])) <= set(keys)
    return hint if _weight(hint, keys) + (_STRAY if whole else 0) >= _weight(best, keys) else best


_STRAY: Final = 1
"""So much more than the entity that its file is named for another one may know of an object which is whole as the first."""


def _weight(entity: str, keys: tuple[str, ...]) -> int:
    """Return how much of an object an entity knows; a field that embeds or names records counts more than another."""
    facts = specs(ENTITIES[entity])
    return sum(
        2 if key in facts and facts[key].kind in _TELLING else 1 for key in keys if _is_known(entity, key)
    )


def _is_known(entity: str, key: str) -> bool:
    """Return whether an entity has a field, in HSDS or in an older form; services may stand within a location."""
    return (
        key in specs(ENTITIES[entity]) or (entity, key) in FIELDS or (entity, key) == ("location", "services")
    )


_TELLING: Final = (Kind.ONE, Kind.MANY, Kind.REFERENCE)


def entity_fitting(keys: tuple[str, ...], named: str) -> str:
    """Return the entity of a table whose file is named for one: another one, if only that one has what it requires and knows more."""
    if (set(required(ENTITIES[named])) - {"id"}) & set(keys):
        return named
    whole = [entity for entity, cls in ENTITIES.items() if set(required(cls)) <= set(keys)]
    best = max(whole, key=lambda entity: _weight(entity, keys), default=named)
    return best if _weight(best, keys) > _weight(named, keys) + _STRAY else named
