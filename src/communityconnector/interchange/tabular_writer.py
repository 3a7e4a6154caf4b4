"""HSDS tables out: one CSV file an entity, with the official file and column names, and a data package."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from communityconnector.interchange.extras import COPY, EXTRAS, Extras
from communityconnector.interchange.records import to_raw
from communityconnector.model import (
    ENTITIES,
    Attribute,
    Directory,
    Kind,
    Location,
    Record,
    columns,
    required,
    specs,
)
from communityconnector.model.disclosure import attribute_for
from communityconnector.model.graph import children, place_of
from communityconnector.model.identity import mint

TABLE_NAMES: Final = frozenset({cls.table for cls in ENTITIES.values()} | {EXTRAS, "datapackage.json"})
"""Every file that `tables` may write."""

Key = tuple[str, str]
"""Entity and id of a record."""

Owners = dict[str, list[Key]]
"""Who embeds a record, or whom it embeds, by the column that names them."""


def tables(directory: Directory) -> dict[str, str]:
    """The directory as CSV texts by file name, `datapackage.json` among them. Empty tables are left out."""
    owners = _owners(directory)
    extras = Extras()
    written: dict[str, str] = {}
    for entity, cls in ENTITIES.items():
        rows: list[list[str]] = []
        for record in _records(directory, entity):
            if (entity, record.id) in owners:
                rows.extend(_rows(record, owners[entity, record.id], extras))
        if rows:
            written[cls.table] = _csv(columns(cls), rows)
    if extras.fields:
        written[EXTRAS] = _csv(("entity", "id", "field", "value"), extras.rows())
    written["datapackage.json"] = json.dumps(_data_package(written), indent=2) + "\n"
    return written


def _records(directory: Directory, entity: str) -> Iterator[Record]:
    """The records of an entity, with the attributes and terms that state a location's disclosure."""
    yield from directory.table(entity).values()
    if entity in ("attribute", "taxonomy_term"):
        stated = [a for a in map(attribute_for, directory.locations.values()) if a is not None]
        found = stated if entity == "attribute" else [a.taxonomy_term for a in stated if a.taxonomy_term]
        held = directory.table(entity)
        yield from {record.id: record for record in found if record.id not in held}.values()


def _owners(directory: Directory) -> dict[Key, Owners]:
    """Who owns each record that gets rows. What only an attribute without a term embeds gets none."""
    found: dict[Key, Owners] = {(e, r.id): {} for e in ENTITIES for r in _records(directory, e)}

    def own(record: Record, column: str, other: Record) -> None:
        keys = found[record.entity, record.id].setdefault(column, [])
        if (other.entity, other.id) not in keys:
            keys.append((other.entity, other.id))

    inside: set[Key] = set()
    for entity in ENTITIES:
        for record in _records(directory, entity):
            for field, child in children(record):
                if _has_no_term(record):
                    inside.add((child.entity, child.id))
                    continue
                column, is_childs = _column_for(entity, field, child.entity)
                own(*((child, column, record) if is_childs else (record, column, child)))
            stated = attribute_for(record) if isinstance(record, Location) else None
            if stated is not None:
                own(stated, "link_id", record)
    return {key: owners for key, owners in found.items() if owners or key not in inside}


def _has_no_term(record: Record) -> bool:
    """Whether a record is an attribute without a term, which HSDS allows in JSON only."""
    return isinstance(record, Attribute) and record.taxonomy_term is None and not record.taxonomy_term_id


_NAMED_OWNER: Final = {"link_id": "link_entity", "resource_id": "resource_type"}
"""Columns whose owner may be of any entity, and the column that names the entity."""


@cache
def _column_for(entity: str, field: str, child: str) -> tuple[str, bool]:
    """The column that ties an embedding, and whether it is the child's (else it is the owner's own)."""
    if child == "attribute" and field == "attributes":
        return "link_id", True
    if child == "metadata":
        return "resource_id", True
    for owner, target, side in ((child, entity, "parent"), (entity, child, "child")):
        for name, facts in specs(ENTITIES[owner]).items():
            if (
                facts.kind is Kind.REFERENCE
                and facts.target == target
                and place_of(owner, name, target) == (side, field)
            ):
                return name, side == "parent"
    message = f"no column ties {entity}.{field} to {child}"
    raise AssertionError(message)


def _rows(record: Record, owners: Owners, extras: Extras) -> Iterator[list[str]]:
    """The rows of one record: one, or one an owner where a column has several."""
    if _has_no_term(record) and owners:
        for entity, owner_id in owners["link_id"]:
            extras.fields.setdefault((entity, owner_id), {}).setdefault("attributes", []).append(
                to_raw(record)
            )
        return
    names = columns(type(record))
    bare = {name: getattr(record, name) for name in names}
    for name, value in record.extra.items():
        if not getattr(record, name, None):
            extras.keep(record.entity, record.id, name, value)
    for number, keys in enumerate(list(zip_longest(*owners.values())) or [()]):
        row_id = mint("copy", record.entity, record.id, str(number)) if number else record.id
        if number:
            extras.keep(record.entity, row_id, COPY, record.id)
        cells = {**bare, "id": row_id}
        for column, key in zip(owners, keys, strict=True):
            _name_owner(cells, column, key, (record.entity, row_id), extras)
        yield [_cell(cells[name]) for name in names]


def _name_owner(cells: dict[str, Any], column: str, owner: Key | None, row: Key, extras: Extras) -> None:
    """Write who owns a row. What the source said there besides, and a reader would not get back, is kept."""
    said = cells[column]
    entity, cells[column] = owner or ("", None)
    if owner is None:
        return
    if said:
        extras.keep(*row, column, said)
    if column in _NAMED_OWNER:
        named = _NAMED_OWNER[column]
        if cells[named]:
            extras.keep(*row, named, cells[named])
        cells[named] = entity


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _csv(header: tuple[str, ...], rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


_TABLE_TYPES: Final = {
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.TIME: "string",
    Kind.TIMESTAMP: "datetime",
}


def _data_package(written: Mapping[str, str]) -> dict[str, Any]:
    """A data package (Frictionless Table Schema) that describes the tables that were written."""
    resources: list[dict[str, Any]] = []
    for entity, cls in ENTITIES.items():
        if cls.table not in written:
            continue
        must = {*required(cls), *(n for n, f in specs(cls).items() if f.tabular_required)}
        fields = [
            {
                "name": name,
                "type": _TABLE_TYPES.get(facts.kind, "string"),
                "constraints": {"required": name in must, "unique": name == "id"},
            }
            for name, facts in specs(cls).items()
            if facts.column
        ]
        keys = [
            {"fields": name, "reference": {"resource": facts.target, "fields": "id"}}
            for name, facts in specs(cls).items()
            if facts.foreign_key and facts.kind is Kind.REFERENCE and ENTITIES[facts.target].table in written
        ]
        schema = {"primaryKey": "id", "fields": fields, **({"foreignKeys": keys} if keys else {})}
        resources.append(
            {"name": entity, "path": cls.table, "profile": "tabular-data-resource", "schema": schema}
        )
    if EXTRAS in written:
        cells = [{"name": name, "type": "string"} for name in ("entity", "id", "field", "value")]
        resources.append({"name": EXTRAS.removesuffix(".csv"), "path": EXTRAS, "schema": {"fields": cells}})
    return {"name": "human-services-data", "profile": "tabular-data-package", "resources": resources}
