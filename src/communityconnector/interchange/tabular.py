"""HSDS as tables: one CSV file an entity, with the official file and column names.

What the official tables cannot hold (unknown fields, a record with two owners of one kind, an attribute without
a term) goes to one more table of ours, `EXTRAS`, so that the official ones stay official and nothing is lost.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, Final

import attrs

from communityconnector.interchange.disclosure import attribute_for
from communityconnector.interchange.identity import mint
from communityconnector.interchange.nested import Reading
from communityconnector.interchange.records import Draft, Structurer, to_raw
from communityconnector.interchange.sources import TextFile
from communityconnector.model import (
    ENTITIES,
    Attribute,
    Directory,
    Finding,
    Kind,
    Location,
    Record,
    Severity,
    columns,
    required,
    specs,
)
from communityconnector.model.graph import children, place_of

EXTRAS: Final = "communityconnector_extras.csv"
"""The table of what official tables cannot hold: `entity,id,field,value`, the value as JSON."""

_COPY: Final = "copy_of"
"""Field of an `EXTRAS` row that says: this row repeats the record of that id for another owner."""

_WIDEST: Final = 1 << 30
"""Most characters in one cell. Python's default of 131,072 is less than many a county's outline."""


def entity_of_table(name: str, header: list[str], hints: Mapping[str, str]) -> str:
    """The entity that a CSV file holds: by the data package, by its name, else by its columns; "" if none."""
    base = name.rsplit("/", 1)[-1].lower()
    if base in hints:
        return hints[base]
    stem = base.removesuffix(".csv").replace("-", "_")
    best, found = "", ""
    for entity, cls in ENTITIES.items():
        for known in (cls.table.removesuffix(".csv"), entity, f"{entity}s", *_OLD_NAMES.get(entity, ())):
            if (stem == known or stem.endswith(f"_{known}")) and len(known) > len(best):
                best = known
                found = entity
    if best:
        return found
    names = {column.strip().lower() for column in header}
    fitting = [e for e, cls in ENTITIES.items() if {"id", *required(cls)} <= names <= {*columns(cls)}]
    return fitting[0] if len(fitting) == 1 else ""


_OLD_NAMES: Final = {"service_at_location": ("services_at_location", "services_at_locations")}


def looks_like_csv(text: str) -> bool:
    """Whether the first line could be the header of an HSDS table."""
    header = text.partition("\n")[0].strip().lower().replace('"', "").split(",")
    return "id" in (column.strip() for column in header) and len(header) > 1


@contextmanager
def _wide_cells() -> Iterator[None]:
    # The csv module keeps this limit for the whole process; it is put back as it was.
    before = csv.field_size_limit(_WIDEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def read_tables(files: list[TextFile], structurer: Structurer, reading: Reading) -> None:
    """Read CSV files into flat records, which `Directory.of` ties together by their ids."""
    reading.tabular = True
    hints = _package_hints(files)
    extras = _Extras()
    tables = [
        file for file in files if file.name.lower().endswith((".csv", ".tsv", ".txt")) or len(files) == 1
    ]
    for file in tables:
        if file.name.rsplit("/", 1)[-1] == EXTRAS:
            extras.read(file, reading)
    for file in tables:
        if file.name.rsplit("/", 1)[-1] != EXTRAS:
            _read_table(file, structurer, reading, hints, extras)


def _package_hints(files: list[TextFile]) -> dict[str, str]:
    """Which file holds which entity, where a data package says so."""
    for file in files:
        if file.name.rsplit("/", 1)[-1] == "datapackage.json":
            try:
                resources = json.loads(file.text)["resources"]
                return {
                    str(r["path"]).rsplit("/", 1)[-1].lower(): r["name"]
                    for r in resources
                    if r["name"] in ENTITIES
                }
            except (ValueError, KeyError, TypeError, RecursionError):
                return {}
    return {}


def _read_table(
    file: TextFile, structurer: Structurer, reading: Reading, hints: Mapping[str, str], extras: _Extras
) -> None:
    def note(severity: Severity, rule: str, message: str, action: str = "", line: int | None = None) -> None:
        reading.findings.append(
            Finding(severity=severity, rule=rule, message=message, action=action, file=file.name, line=line)
        )

    # Null bytes stop the csv module, and no cell means them.
    rows = csv.reader(io.StringIO(file.text.replace("\0", ""), newline=""), delimiter=_delimiter(file.text))
    with _wide_cells():
        try:
            header = [column.strip() for column in next(rows, [])]
            entity = entity_of_table(file.name, header, hints)
            if not entity:
                note(Severity.INFO, "unknown-table", "not a table that HSDS names", "not read", 1)
                return
            known = {name.lower(): name for name in columns(ENTITIES[entity])}
            names = [known.get(column.lower(), column) for column in header]
            for row in rows:
                if not any(row):
                    continue
                line = rows.line_num
                if len(row) > len(names):
                    note(
                        Severity.ERROR,
                        "too-many-cells",
                        f"{len(row)} cells under {len(names)} columns",
                        "cells beyond the last column dropped",
                        line,
                    )
                raw: dict[str, Any] = dict(zip(names, row, strict=False))
                raw.pop("", None)
                reading.records.append(_row(entity, raw, structurer, extras))
                reading.findings.extend(structurer.findings(file.name, _at_line(line)))
        except csv.Error as error:
            note(
                Severity.ERROR, "not-csv", f"not CSV: {error}", "the rest of the file not read", rows.line_num
            )


def _at_line(line: int) -> Callable[[Draft], tuple[int | None, str]]:
    """Findings of a table row stand at its line, in the column that their path names."""
    return lambda draft: (line, draft.path)


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _row(entity: str, raw: dict[str, Any], structurer: Structurer, extras: _Extras) -> Record:
    key = (entity, raw.get("id", "").strip().lower())
    added = extras.fields.get(key)
    record = structurer.record(ENTITIES[entity], raw)
    if added:
        record = _with_extras(record, added, structurer)
    return record


def _with_extras(record: Record, added: Mapping[str, Any], structurer: Structurer) -> Record:
    """Put back what `EXTRAS` kept of a record."""
    changed: dict[str, Any] = {}
    extra = dict(record.extra)
    facts = specs(type(record))
    for name, value in added.items():
        if name == _COPY:
            changed["id"] = value
        elif name not in facts or value == []:
            extra[name] = value
        elif facts[name].kind is Kind.MANY:
            target = ENTITIES[facts[name].target]
            changed[name] = tuple(structurer.record(target, item) for item in value)
        else:
            changed[name] = value
    return attrs.evolve(record, **changed, extra=extra)


@attrs.define
class _Extras:
    """The rows of `EXTRAS`, while they are read or gathered."""

    fields: dict[tuple[str, str], dict[str, Any]] = attrs.field(factory=dict)

    def keep(self, entity: str, key: str, name: str, value: Any) -> None:
        self.fields.setdefault((entity, key), {})[name] = value

    def read(self, file: TextFile, reading: Reading) -> None:
        with _wide_cells():
            for number, row in enumerate(csv.reader(io.StringIO(file.text, newline="")), start=1):
                if number == 1 or not row:
                    continue
                try:
                    entity, key, name, value = row
                    self.keep(entity, key, name, json.loads(value))
                except ValueError:
                    reading.findings.append(
                        Finding(
                            severity=Severity.ERROR,
                            rule="broken-extras",
                            message="a row of four cells, the last one JSON, expected",
                            action="dropped",
                            file=file.name,
                            line=number,
                        )
                    )

    def rows(self) -> list[list[str]]:
        return [
            [entity, key, name, json.dumps(value, ensure_ascii=False)]
            for (entity, key), fields in self.fields.items()
            for name, value in fields.items()
        ]


@attrs.define
class _Owners:
    """Who embeds a record: ids of the owners by the column that names them."""

    by_column: dict[str, list[str]] = attrs.field(factory=dict)


def tables(directory: Directory) -> dict[str, str]:
    """The directory as CSV texts by file name, `datapackage.json` among them. Empty tables are left out."""
    owners = _owners(directory)
    extras = _Extras()
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


def _rows(record: Record, owners: _Owners, extras: _Extras) -> Iterator[list[str]]:
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
            extras.keep(record.entity, cells["id"], _COPY, record.id)
        yield [_cell(cells[name]) for name in names]


def _keep_whole(record: Record, owners: _Owners, extras: _Extras) -> None:
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
