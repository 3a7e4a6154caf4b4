"""HSDS tables written: one CSV file an entity, with the official file and column names, and a data package."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import Any, Final

import attrs

from communityconnector.interchange.reading.extras import COPY, EXTRAS, UNKNOWN_AGENCY, WHOLE, Extras
from communityconnector.interchange.writing.conform import Conformer, identifier
from communityconnector.interchange.writing.raw import to_raw
from communityconnector.model import (
    ENTITIES,
    Attribute,
    Directory,
    Kind,
    Organization,
    Record,
    columns,
    required,
    specs,
)
from communityconnector.model.apart import OWNER_IN_WORDS
from communityconnector.model.disclosure import attribute_for
from communityconnector.model.identity import mint
from communityconnector.model.level import levelled
from communityconnector.model.shape import children, place_of

TABLE_NAMES: Final = frozenset({cls.table for cls in ENTITIES.values()} | {EXTRAS, "datapackage.json"})
"""Every file that `tables` may write."""

RecordKey = tuple[str, str]
"""Entity and id of a record."""

_Owners = dict[str, list[RecordKey]]
"""Who embeds a record, or whom it embeds, by the column that names them."""


def tables(directory: Directory, *, conformer: Conformer | None = None) -> dict[str, str]:
    """Return the directory as CSV texts by file name, `datapackage.json` among them. Empty tables are left out.

    They hold to the official data package: every reference resolves, every required column is filled. What that
    leaves no place for is in `communityconnector_extras.csv`. No cell is a formula to a spreadsheet program.

    Args:
        directory: what to write.
        conformer: counts what it had to fill in.
    """
    owners = _owners(directory)
    present = {(entity, identifier(entity, key)) for entity, key in owners}
    rowless: set[RecordKey] = set()
    while True:
        writing = _Writing(Conformer(tabular=True), Extras(), present - rowless)
        rows = {entity: writing.table(directory, entity, owners) for entity in ENTITIES}
        if writing.rowless <= rowless:
            break
        # What gets no row is no place for other rows' references to lead to.
        rowless |= writing.rowless
    if conformer is not None:
        conformer.absorb(writing.conform)
    written = {ENTITIES[e].table: _csv(columns(ENTITIES[e]), lines) for e, lines in rows.items() if lines}
    if writing.extras.fields:
        kept = [[cell(part) for part in row] for row in writing.extras.rows()]
        written[EXTRAS] = _csv(("entity", "id", "field", "value"), kept)
    written["datapackage.json"] = json.dumps(_data_package(written), indent=2) + "\n"
    return written


def _records(directory: Directory, entity: str) -> Iterator[Record]:
    """Yield the records of an entity, with the attributes and terms that state who may see others."""
    yield from directory.table(entity).values()
    if entity in ("attribute", "taxonomy_term"):
        stated = [
            a
            for other in levelled()
            for a in map(attribute_for, directory.table(other).values())
            if a is not None
        ]
        others = stated if entity == "attribute" else [a.taxonomy_term for a in stated if a.taxonomy_term]
        table = directory.table(entity)
        yield from {record.id: record for record in others if record.id not in table}.values()


def _owners(directory: Directory) -> dict[RecordKey, _Owners]:
    """Return the owners of each record that gets rows. What only an attribute without a term embeds gets no row."""
    by_record: dict[RecordKey, _Owners] = {(e, r.id): {} for e in ENTITIES for r in _records(directory, e)}

    def own(record: Record, column: str, other: Record) -> None:
        keys = by_record[record.entity, record.id].setdefault(column, [])
        if (other.entity, other.id) not in keys:
            keys.append((other.entity, other.id))

    inside: set[RecordKey] = set()
    for entity in ENTITIES:
        for record in _records(directory, entity):
            for field, child in children(record):
                if _has_no_term(record):
                    inside.add((child.entity, child.id))
                    continue
                column, is_childs = _column_for(entity, field, child.entity)
                own(*((child, column, record) if is_childs else (record, column, child)))
            stated = attribute_for(record)
            if stated is not None:
                own(stated, "link_id", record)
    return {key: owners for key, owners in by_record.items() if owners or key not in inside}


def _has_no_term(record: Record) -> bool:
    """Return whether a record is an attribute without a term, which HSDS allows in JSON only."""
    return isinstance(record, Attribute) and record.taxonomy_term is None and not record.taxonomy_term_id


_NAMED_OWNER: Final = dict(OWNER_IN_WORDS.values())
"""Columns whose owner may be of any entity, and the column that names the entity."""


@cache
def _column_for(entity: str, field: str, child: str) -> tuple[str, bool]:
    """Return the column that ties an embedding, and whether it is the child's (else it is the owner's own)."""
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


@attrs.define
class _Writing:
    """A writing under way.

    Attributes:
        conform: makes records conform.
        extras: takes what the official tables cannot hold.
        present: entity and id, as written, of every record that gets a row.
        rowless: entity and id of the records that turned out to get none.
    """

    conform: Conformer
    extras: Extras
    present: set[RecordKey]
    rowless: set[RecordKey] = attrs.field(factory=set)

    def table(
        self, directory: Directory, entity: str, owners: Mapping[RecordKey, _Owners]
    ) -> list[list[str]]:
        """Return the rows of one table."""
        rows: list[list[str]] = []
        for record in _records(directory, entity):
            if (entity, record.id) in owners:
                rows.extend(self.rows(record, owners[entity, record.id]))
        if entity == "organization" and any(s.organization is None for s in directory.services.values()):
            rows.append(self.unknown_agency())
        return rows

    def unknown_agency(self) -> list[str]:
        """Return the row that services without an organization point to, since the data package requires one."""
        agency = Organization(
            id=UNKNOWN_AGENCY, name="Not known", description="Stands for an unknown agency."
        )
        return [cell(getattr(agency, name)) for name in columns(Organization)]

    def rows(self, record: Record, owners: _Owners) -> Iterator[list[str]]:
        """Yield the rows of one record: one, or one an owner where a column has several."""
        if _has_no_term(record) and owners:
            for entity, owner_id in owners["link_id"]:
                kept = self.extras.fields.setdefault((entity, identifier(entity, owner_id)), {})
                kept.setdefault("attributes", []).append(to_raw(record, self.conform))
            return
        fit = self.conform(record)
        names = columns(type(record))
        for name, value in fit.extra.items():
            if not getattr(record, name, None):
                self.extras.keep(fit.entity, fit.id, name, value)
        for number, keys in enumerate(list(zip_longest(*owners.values())) or [()]):
            row_id = mint("copy", fit.entity, fit.id, str(number)) if number else fit.id
            cells = {**{name: getattr(fit, name) for name in names}, "id": row_id}
            row = (fit.entity, row_id)
            for column, key in zip(owners, keys, strict=True):
                self._name_owner(cells, column, key, row)
            if not self._references(fit, cells, row):
                continue
            if number:
                self.extras.keep(*row, COPY, fit.id)
            yield [cell(cells[name]) for name in names]

    def _name_owner(
        self, cells: dict[str, Any], column: str, owner: RecordKey | None, row: RecordKey
    ) -> None:
        """Write who owns a row. What the source states there besides, and a reader would not get back, is kept."""
        stated = cells[column]
        entity, cells[column] = owner or ("", None)
        if owner is None:
            return
        cells[column] = identifier(entity, owner[1])
        if stated:
            self.extras.keep(*row, column, stated)
        if column in _NAMED_OWNER:
            named = _NAMED_OWNER[column]
            if cells[named]:
                self.extras.keep(*row, named, cells[named])
            cells[named] = entity

    def _references(self, record: Record, cells: dict[str, Any], row: RecordKey) -> bool:
        """Keep references that lead nowhere out of the row; and return whether the row is one without them."""
        lacking = []
        for name, facts in specs(type(record)).items():
            value = cells.get(name)
            if value and facts.foreign_key and (facts.target, value) not in self.present:
                self.extras.keep(*row, name, value)
                cells[name] = value = None
            if not value and facts.tabular_required:
                lacking.append(name)
        if lacking == ["organization_id"] and record.entity == "service":
            cells["organization_id"] = UNKNOWN_AGENCY
        elif lacking:
            kept = {name: value for name, value in cells.items() if value not in _NOTHING}
            known = self.extras.fields.pop(row, {})
            self.extras.keep(*row, WHOLE, {**kept, **known})
            self.rowless.add(row)
            return False
        return True


_NOTHING: Final = (None, "")

_FORMULA: Final = re.compile(
    r"'*[=@\t\r\n\uff1d\uff20]|'*[+\-\uff0b\uff0d](?![\d(][\d\s().+\-]*(?:[eE][+\-]?\d+)?$)"
)
"""What a spreadsheet program would take for a formula. Numbers and telephone numbers begin with a sign and are not formulas."""


def cell(value: Any) -> str:
    """Return a value as the text of a cell, which no spreadsheet program takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"'{text}" if _FORMULA.match(text) else text


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
    """Return a data package (Frictionless Table Schema) that describes the tables that were written."""
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
