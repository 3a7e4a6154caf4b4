"""The tables of one source together: which are of HSDS, how their columns tie them, and what a cell of ids means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product
from typing import Final

import attrs

from communityconnector.interchange.files.csv_rows import rows
from communityconnector.interchange.files.encodings import encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.legacy import (
    OLD_TABLES,
    RawRecord,
    TableUpgrade,
    field_upgrade,
    table_upgrade,
)
from communityconnector.interchange.legacy.repairs import split_address
from communityconnector.interchange.reading.table_ids import FRACTION, KnownTable, TableIds
from communityconnector.interchange.reading.table_names import (
    TableColumns,
    entity_of_word,
    joins_places,
    plain_name,
    reference_to,
    understood,
)
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet
from communityconnector.interchange.structuring.shapes import entity_fitting
from communityconnector.model import ENTITIES, Kind, columns, required, specs
from communityconnector.model.apart import OWNER_IN_WORDS, WHOLES, another
from communityconnector.model.identity import MARKS, mint
from communityconnector.model.shape import entity_named

_SUFFIXES: Final = (".csv", ".tsv", ".txt")

_OF_TERMS: Final = ("parent_name", "parent_id", "parent_recordid", "vocabulary")
"""How columns end that a table of terms has; older forms call it a taxonomy."""

_ROW_ID: Final = "x_row_id"
"""Field that holds the number of a row whose id, by which other tables name it, stands in another column."""


def _stem_of(name: str) -> str:
    """Return a file's name as a table's: without folders and suffix, lower case, with underscores: `ServicePhones.csv` is `service_phones`."""
    base = name.rsplit("/", 1)[-1]
    for suffix in (".gz", *_SUFFIXES):
        if base.lower().endswith(suffix):
            base = base[: -len(suffix)]
    return plain_name(base)


def _entity_of_table(name: str, header: Sequence[str], hints: Mapping[str, str]) -> str:
    """Return the entity that a CSV file holds: by the data package, by its name, else by its columns; "" if none.

    TableColumns that are clearly those of another entity outweigh the name.
    """
    base = name.rsplit("/", 1)[-1].lower()
    if base in hints:
        return hints[base]
    stem = _stem_of(name)
    names = tuple(column.strip().lower() for column in header)
    best, named = "", ""
    for entity, cls in ENTITIES.items():
        for known in (cls.table.removesuffix(".csv"), entity, f"{entity}s"):
            if (stem == known or stem.endswith(f"_{known}")) and len(known) > len(best):
                best, named = known, entity
    if best:
        return entity_fitting(names, named)
    other = entity_of_word(stem)
    if other and understood(other, header).keys:
        # A plain list of agencies has no keys.
        return other
    if joins_places(header):
        return "service_at_location"
    fitting = [e for e, cls in ENTITIES.items() if {"id", *required(cls)} <= {*names} <= {*columns(cls)}]
    return fitting[0] if len(fitting) == 1 else ""


def _old_table(name: str, header: Sequence[str]) -> TableUpgrade | None:
    """Return how a table of an older form is upgraded, if it is one; its name may have something before it."""
    return table_upgrade(_older(name) or _stem_of(name), [column.strip().lower() for column in header])


def _older(name: str) -> str:
    """Return the name of the older form's table that a file is named for; "" if none."""
    stem = _stem_of(name)
    fitting = [known for known in OLD_TABLES if stem == known or stem.endswith(f"_{known}")]
    return max(fitting, key=len, default="")


_OLDER: Final = {
    "services_at_location": "service_at_location",
    "services_at_locations": "service_at_location",
    **dict.fromkeys(
        "services_taxonomy service_taxonomy services_taxonomies service_attributes other_attributes link_taxonomy "
        "link_taxonomies payments_accepted payment_accepted review reviews".split(),
        "attribute",
    ),
}
"""What the rows become of older tables whose names end as those of other entities do."""


def unique_names(cells: Sequence[str]) -> list[str]:
    """Return the columns' names, each once."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {number}"
        names.append(f"{name} (column {number})" if name in names else name)
    return names


@attrs.frozen
class HsdsTable:
    """How a table of HSDS or of an older form of it is read.

    Attributes:
        entity: what its rows are; "" where only the upgrade decides.
        names: its columns' names, those of HSDS where they are known.
        upgrade: makes records of a row.
        renamed: the source's column by the name of HSDS.
        linked: the source's columns that were understood by their values, with the entity whose ids they hold.
        implied: of these, the columns for which the table has no reference of its own.
    """

    entity: str
    names: Sequence[str]
    upgrade: TableUpgrade
    renamed: Mapping[str, str]
    linked: Mapping[str, str]
    implied: Mapping[str, str]


_PROGRAM: Final = re.compile(r"^programs?(?![a-z])|^programs?(?=[A-Z])", re.IGNORECASE)


class Package:
    """The tables of a source. What they say is looked up when a cell asks for it, and forgotten with the context.

    Args:
        files: the tables.
        hints: which file holds which entity, as `package_hints` gives it.
    """

    def __init__(self, files: Sequence[SourceFile], hints: Mapping[str, str]) -> None:
        self._hints = hints
        self.is_alone = len(files) == 1
        self._known: dict[str, KnownTable] = {}
        self._bare: dict[str, list[str]] = {}
        for file in files:
            self._look_at(file)
        self._take_programs()
        self.ids = TableIds(list(self._known.values()))
        self.ids.settle()
        self.tables = {name: self._planned(name) for name in self._bare}
        self._has_addresses = any(_holds_addresses(name, self.tables[name]) for name in self.tables)
        self.owned_elsewhere = {e for table in self.tables.values() for e in table.implied.values()}

    def close(self) -> None:
        """Delete what was looked up."""
        self.ids.close()

    def _look_at(self, file: SourceFile) -> None:
        """Take in a file, if it is a table of HSDS or of an older form of it."""
        try:
            header = next(rows(file, encoding_of(file), lambda _: None), None)
        except UnreadableError:
            return
        if header is None:
            return
        names = unique_names(header.cells)
        older = _older(file.name)
        entity = _OLDER.get(older) or _entity_of_table(file.name, names, self._hints)
        if entity == "taxonomy" and any(plain_name(name).endswith(_OF_TERMS) for name in names):
            entity = "taxonomy_term"
        known = understood(entity, names) if entity else None
        if known is not None and self._is_plain(entity, names, known):
            return
        if known is not None:
            self._known[file.name] = KnownTable(file, entity, names, known)
        elif not _old_table(file.name, names):
            return
        self._bare[file.name] = names

    def _take_programs(self) -> None:
        """Take a table of programs for that of services, where a source has no other: many call a service so."""
        if any(table.entity == "service" for table in self._known.values()):
            return
        for name, table in list(self._known.items()):
            if table.entity == "program":
                names = [_PROGRAM.sub("service", column) for column in table.header]
                known = understood("service", names)
                sources = dict(zip(names, table.header, strict=True))
                renamed = {new: sources.get(old, old) for new, old in known.renamed.items()}
                own = attrs.evolve(known, renamed=renamed)
                self._known[name] = KnownTable(table.file, "service", table.header, own)

    def _is_plain(self, entity: str, names: Sequence[str], table: TableColumns) -> bool:
        """Return whether a table that is named like one of HSDS is a plain sheet: with columns of its own, and tied to none."""
        if not looks_like_spreadsheet(names):
            return False
        facts = specs(ENTITIES[entity])
        known = [name for name in table.names if name in facts or field_upgrade(entity, name.lower())]
        tied = any(name in facts and facts[name].kind is Kind.REFERENCE for name in table.names)
        if tied and not self.is_alone:
            return False
        keys = sum(1 for key in table.keys if key != "id")
        if entity == "location" and keys and table.links and not self.is_alone:
            return False
        return len(known) + keys + len(table.links) < sum(1 for name in names if meaning_of(name))

    def _planned(self, name: str) -> HsdsTable:
        table = self._known.get(name)
        if table is None:
            names = self._bare[name]
            upgrade = _old_table(name, names)
            assert upgrade is not None  # noqa: S101  # else it would have an entity
            return HsdsTable("", names, upgrade, {}, {}, {})
        names = list(table.columns.names)
        renamed = dict(table.columns.renamed)
        if table.key and table.key != "id":
            renamed["id"] = table.header[names.index(table.key)]
            names = [_ROW_ID if n == "id" else "id" if n == table.key else n for n in names]
        linked: dict[str, str] = {}
        implied: dict[str, str] = {}
        is_older = _old_table(name, table.header) is not None
        for column in table.columns.links:
            target = self.ids.target(table, column)
            if not target or (is_older and column.lower() == f"{target}_id"):
                # What older forms call by the name that HSDS has, their upgrade reads.
                continue
            linked[column] = target
            reference = reference_to(table.entity, target)
            if reference and reference not in names:
                names[names.index(column)] = reference
            else:
                implied[column] = target
        upgrade = _old_table(name, names) or partial(_as_it_is, table.entity)
        return HsdsTable(table.entity, names, upgrade, renamed, linked, implied)

    def links(self, table: HsdsTable, cells: Mapping[str, str]) -> Iterator[RawRecord]:
        """Yield the links that a row's cells name beside its references."""
        key = cells.get("id", "").strip()
        for column, target in table.implied.items():
            for other in self.ids.split(target, cells.get(column, "").strip()) if key else ():
                yield from self._link(table.entity, key, target, other)

    def _link(self, entity: str, key: str, target: str, other: str) -> Iterator[RawRecord]:
        """Yield a link between two rows, in the place that HSDS has for it."""
        ends = {entity: key, target: other}
        back = reference_to(target, entity)
        if ends.keys() == {"service", "location"}:
            if not self.ids.has_rows("service_at_location"):
                raw = {"service_id": ends["service"], "location_id": ends["location"]}
                yield RawRecord(
                    "service_at_location", {"id": mint("service_at_location", *raw.values()), **raw}
                )
        elif "taxonomy_term" in ends and not self.ids.has_rows("attribute"):
            owner = key if target == "taxonomy_term" else other
            named = entity if target == "taxonomy_term" else target
            link = {"link_id": owner, "link_entity": named, "taxonomy_term_id": ends["taxonomy_term"]}
            yield RawRecord(
                "attribute", {"id": mint("service_taxonomy", owner, ends["taxonomy_term"]), **link}
            )
        elif back:
            yield RawRecord(target, {"id": other, back: key}, partial=True)

    def with_address(self, part: RawRecord) -> tuple[RawRecord, ...]:
        """Return what a row became, and the address that stands in the row of a location, where no table holds addresses."""
        if part.entity != "location" or self._has_addresses or not part.raw.get("id"):
            return (part,)
        bare, address = split_address(part.raw)
        if not address:
            return (part,)
        key = str(bare["id"])
        own = {"id": mint("address", key), "location_id": key, "address_type": "physical"}
        return attrs.evolve(part, raw=dict(bare)), RawRecord("address", {**own, **address})

    def one_each(self, part: RawRecord) -> tuple[RawRecord, ...]:
        """Return a record for each of the ids that a reference lists, where the list as a whole is the id of nothing."""
        lists: dict[str, list[str]] = {}
        for column, target in _references(part):
            cell = part.raw.get(column)
            ids = self._listed(cell, target) if cell else ()
            if ids:
                lists[column] = ids
        if not lists:
            return (part,)
        if part.partial:
            return tuple(
                RawRecord(part.entity, {**part.raw, "id": key}, partial=True) for key in lists.get("id", ())
            )
        key = part.raw.get("id")
        made: list[RawRecord] = []
        for chosen in product(*lists.values()):
            own = {"id": another(part.entity, key, _named(lists, chosen))} if key and made else {}
            made.append(RawRecord(part.entity, {**part.raw, **dict(zip(lists, chosen, strict=True)), **own}))
        return tuple(made)

    def _listed(self, cell: str, target: str) -> list[str]:
        if not (MARKS.search(cell.strip()) or FRACTION.search(cell)):
            return []
        ids = self.ids.split(target, cell.strip())
        return ids if ids != [cell] else []


def _holds_addresses(name: str, table: HsdsTable) -> bool:
    return table.entity == "address" or "address" in _stem_of(name)


def _named(columns: Iterable[str], ids: Iterable[str]) -> str:
    return " ".join(f"{column}={key}" for column, key in zip(columns, ids, strict=True))


def _references(part: RawRecord) -> Iterator[tuple[str, str]]:
    """Yield the fields of a raw record that name others, with their entities."""
    if part.partial:
        yield "id", part.entity
    elif part.entity not in WHOLES:
        yield from _references_of(part.entity)
        if part.entity in OWNER_IN_WORDS:
            id_field, entity_field = OWNER_IN_WORDS[part.entity]
            yield id_field, entity_named(part.raw.get(entity_field) or "") or "service"


@cache
def _references_of(entity: str) -> tuple[tuple[str, str], ...]:
    facts = specs(ENTITIES[entity]).items()
    return tuple((n, f.target) for n, f in facts if f.kind is Kind.REFERENCE and f.target != entity)


def _as_it_is(entity: str, cells: Mapping[str, str]) -> tuple[RawRecord, ...]:
    return (RawRecord(entity, dict(cells)),)


def package_hints(files: Sequence[SourceFile]) -> dict[str, str]:
    """Return which file holds which entity, where a data package says so."""
    for file in files:
        if file.base == "datapackage.json":
            try:
                resources = json.loads(file.read())["resources"]
                return {
                    str(r["path"]).rsplit("/", 1)[-1].lower(): r["name"]
                    for r in resources
                    if r["name"] in ENTITIES
                }
            except (ValueError, KeyError, TypeError, RecursionError, UnreadableError):
                return {}
    return {}
