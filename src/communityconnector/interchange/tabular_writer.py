"""HSDS tables out: one CSV file an entity, with the official file and column names, and a data package."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

import attrs

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


@attrs.define
class _Owners:
    """Who embeds a record: ids of the owners by the column that names them."""

    by_column: dict[str, list[str]] = attrs.field(factory=dict)


def tables(directory: Directory) -> dict[str, str]:
    """The directory as CSV texts by file name, `datapackage.json` among them. Empty tables are left out."""
    owners = _owners(directory)
    extras = Extras()
    written: dict[str, str] = {}
    for entity, cls in ENTITIES.items():
        rows: list[list[str]] = []
        for record in _records(directory, entity):
            rows.extend(_rows(record, owners.get((entity, record.id), _Owners()), extras))
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


def _owners(directory: Directory) -> dict[tuple[str, str], _Owners]:
    found: dict[tuple[str, str], _Owners] = {}

    def own(child: Record, column: str, owner_id: str) -> None:
        ids = found.setdefault((child.entity, child.id), _Owners()).by_column.setdefault(column, [])
        if owner_id not in ids:
            ids.append(owner_id)

    for entity in ENTITIES:
        for record in directory.table(entity).values():
            for field, child in children(record):
                column, owned = _column_for(entity, field, child.entity)
                if owned:
                    own(child, column, f"{entity}\x1f{record.id}" if column in _NAMED_OWNER else record.id)
                else:
                    own(record, column, child.id)
            stated = attribute_for(record) if isinstance(record, Location) else None
            if stated is not None and stated.taxonomy_term is not None:
                own(stated, "link_id", f"location\x1f{record.id}")
                own(stated, "taxonomy_term_id", stated.taxonomy_term.id)
    return found


_NAMED_OWNER: Final = {"link_id": "link_entity", "resource_id": "resource_type"}
"""Columns whose owner may be of any entity, and the column that names the entity."""


def _column_for(entity: str, field: str, child: str) -> tuple[str, bool]:
    """The column that ties an embedding, and whether it is the child's (else it is the owner's own)."""
    if child == "attribute" and field == "attributes":
        return "link_id", True
    if child == "metadata":
        return "resource_id", True
    for name, facts in specs(ENTITIES[child]).items():
        if (
            facts.kind is Kind.REFERENCE
            and facts.target == entity
            and place_of(child, name, entity) == ("parent", field)
        ):
            return name, True
    for name, facts in specs(ENTITIES[entity]).items():
        if (
            facts.kind is Kind.REFERENCE
            and facts.target == child
            and place_of(entity, name, child) == ("child", field)
        ):
            return name, False
    message = f"no column ties {entity}.{field} to {child}"
    raise AssertionError(message)


def _rows(record: Record, owners: _Owners, extras: Extras) -> Iterator[list[str]]:
    """The rows of one record: one, or one an owner where a column has several."""
    cls = type(record)
    names = columns(cls)
    bare = {name: getattr(record, name) for name in names}
    for column, ids in owners.by_column.items():
        explicit = bare[column]
        if explicit and explicit not in [key.rpartition("\x1f")[2] for key in ids]:
            extras.keep(record.entity, record.id, column, explicit)
    if (
        isinstance(record, Attribute)
        and not owners.by_column.get("taxonomy_term_id")
        and not record.taxonomy_term_id
    ):
        _keep_whole(record, owners, extras)
        return
    for name, value in record.extra.items():
        extras.keep(record.entity, record.id, name, value)
    combinations = list(zip_longest(*owners.by_column.values())) or [()]
    for number, owner_keys in enumerate(combinations):
        cells = dict(bare)
        for column, key in zip(owners.by_column, owner_keys, strict=True):
            entity, _, owner_id = (key or "").rpartition("\x1f")
            cells[column] = owner_id or (bare[column] if number == 0 else None)
            if column in _NAMED_OWNER and owner_id:
                named = _NAMED_OWNER[column]
                if bare[named] and bare[named] != entity:
                    extras.keep(record.entity, cells["id"] or record.id, named, bare[named])
                cells[named] = entity
        if number:
            cells["id"] = mint("copy", record.entity, record.id, str(number))
            extras.keep(record.entity, cells["id"], COPY, record.id)
        yield [_cell(cells[name]) for name in names]


def _keep_whole(record: Record, owners: _Owners, extras: Extras) -> None:
    """Keep an attribute that official tables cannot hold (no term) with each of its owners."""
    for key in owners.by_column.get("link_id", ()):
        entity, _, owner_id = key.rpartition("\x1f")
        held = extras.fields.setdefault((entity, owner_id), {}).setdefault("attributes", [])
        held.append(to_raw(record))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _csv(header: tuple[str, ...], rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
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
