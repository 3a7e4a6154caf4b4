"""Columns of HSDS tables under other systems' names: `service_recordid`, `OrganizationId`, `org_id`, `phone_services`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import attrs

from communityconnector.interchange.legacy import field_upgrade
from communityconnector.model import ENTITIES, Kind, columns, specs
from communityconnector.model.folding import without_accents

_WORDS: Final[Mapping[str, str]] = {
    "organization": "organization organizations organisation organisations org orgs agency agencies provider providers organizacion organizaciones agencia agencias proveedor",
    "service": "service services svc servicio servicios",
    "location": "location locations loc site sites facility facilities ubicacion ubicaciones sitio sitios sede sedes lugar lugares",
    "program": "program programs programa programas",
    "service_at_location": "service_at_location services_at_location services_at_locations service_at_locations",
    "taxonomy_term": "taxonomy_term taxonomy_terms term terms taxonomy taxonomies",
    "phone": "phone phones telephone telefono telefonos",
    "contact": "contact contacts contacto contactos",
    "address": "address addresses physical_address postal_address direccion direcciones",
    "schedule": "schedule schedules regular_schedule regular_schedules horario horarios",
    "language": "language languages idioma idiomas",
}
_ENTITY: Final = {word: entity for entity, words in _WORDS.items() for word in words.split()}
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "program": ("service",),
    "location": ("service_at_location",),
}
"""What else a name may point to: many call a service a program, and a site what HSDS calls a service at a location."""

_KEY: Final = re.compile(r"(?:_|^)(?:record_?ids?|ids?|keys?|uids?|uuids?|guids?|fks?|pks?)$")
"""How the name of a column ends that holds ids."""

_KEY_FIRST: Final = re.compile(r"^(?:fk|pk|id|ids)_(?=[a-z])")
"""The same at its beginning: `fk_service`, `id_servicio`."""

_LIFTED: Final = frozenset({("service", "location_id"), ("service", "taxonomy_ids")})
"""Columns that `legacy` reads as older forms have them."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARENTS: Final = frozenset({"parent_name", "vocabulary", "taxonomy_id"})
"""Columns that only the tables of terms of older forms have (see `legacy.tables`)."""


@attrs.frozen
class TableColumns:
    """What the columns of a table are.

    Attributes:
        names: their names, those of HSDS where they are known.
        renamed: the source's name by that of HSDS.
        links: columns that by their names may hold ids of another table's rows, with its entities, the likeliest first.
        keys: columns that may hold the rows' own ids, the likeliest first.
    """

    names: tuple[str, ...]
    renamed: Mapping[str, str]
    links: Mapping[str, tuple[str, ...]]
    keys: tuple[str, ...]


def plain_name(column: str) -> str:
    """Return a column's name in lower case with underscores, where it has capitals within: `OrganizationId`."""
    plain = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", without_accents(column).strip()).lower()).strip("_")
    turned = _KEY_FIRST.sub("", plain)
    return plain if turned == plain or turned not in _ENTITY else f"{turned}_id"


def understood(entity: str, header: Sequence[str]) -> TableColumns:
    """Return what the columns of an entity's table are, by their names alone."""
    known = {name.lower(): name for name in columns(ENTITIES[entity])}
    names = [known.get(name.lower(), name) for name in header]
    taken = {name.lower() for name in names}
    renamed: dict[str, str] = {}
    links: dict[str, tuple[str, ...]] = {}
    keys = ["id"] if "id" in taken else []
    for number, name in enumerate(names):
        plain = plain_name(name)
        if name.lower() in known or (entity, plain) in _LIFTED:
            continue
        if plain in known and plain not in taken:
            names[number] = known[plain]
            renamed[known[plain]] = name
            taken.add(plain)
            continue
        own, rest = _split(entity, plain)
        if own and (not rest or _KEY.sub("", rest) == ""):
            keys.append(name)
            continue
        ends_as_key = _KEY.search(plain) is not None
        link = _linked(plain) if ends_as_key else _linked(rest) if own else ()
        if not link and field_upgrade(entity, name):
            continue
        link = tuple(other for other in link or _linked(plain) if other != entity)
        if link:
            links[name] = link
            continue
        target = next((n for n in (plain, rest) if n and n not in taken and _is_field(entity, n)), "")
        if target:
            names[number] = known.get(target, target)
            renamed[names[number]] = name
            taken.add(target)
    return TableColumns(tuple(names), renamed, links, tuple(keys))


def entity_of_word(word: str) -> str:
    """Return the entity that others call so: `agencies`, `sites`; "" if none."""
    return _ENTITY.get(word, "")


def joins_places(header: Sequence[str]) -> bool:
    """Return whether a table only says which service is at which location: its columns are ids of the two."""
    names = [plain for name in header if (plain := plain_name(name)) and plain != "id"]
    entities = {entity_of_word(_KEY.sub("", plain)) for plain in names if _KEY.search(plain)}
    return len(names) == 2 and entities in ({"service", "location"}, {"program", "location"})


@cache
def _split(entity: str, plain: str) -> tuple[bool, str]:
    """Return whether a name begins with that of its own entity, and the rest; a bare `recordid` is the entity's own."""
    if _KEY.sub("", plain) == "":
        return True, plain
    words = sorted((w for w, e in _ENTITY.items() if e == entity), key=len, reverse=True)
    for word in words:
        if plain.startswith(f"{word}_"):
            return True, plain[len(word) + 1 :]
    return False, plain


@cache
def _linked(plain: str) -> tuple[str, ...]:
    """Return the entities that a name may point to: `organization_recordid`, `locations`, `site_id`."""
    entity = _ENTITY.get(_KEY.sub("", plain))
    return (entity, *_OTHERS.get(entity, ())) if entity else ()


@cache
def _is_field(entity: str, name: str) -> bool:
    return name in columns(ENTITIES[entity]) or name in _PARENTS or field_upgrade(entity, name) is not None


@cache
def reference_to(entity: str, target: str) -> str:
    """Return the column of an entity's table that names a record of another one; "" where it has none."""
    return next(
        (n for n, f in specs(ENTITIES[entity]).items() if f.kind is Kind.REFERENCE and f.target == target), ""
    )
