"""Which ids the tables of a package have: read when a column has to be understood by its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import attrs

from communityconnector.interchange.files.csv_rows import rows
from communityconnector.interchange.files.encodings import encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.reading.scratch import scratch_database
from communityconnector.interchange.reading.table_names import TableColumns, reference_to
from communityconnector.model.identity import ids_in

_SCHEMA: Final = "CREATE TABLE known (place TEXT, id TEXT, PRIMARY KEY (place, id)) WITHOUT ROWID"
_LOOKED_AT: Final = 2_000
"""Rows by which a column is judged."""

FRACTION: Final = re.compile(r"(?<=\d)\.0+$")
"""The fraction of a whole number, as programs write columns of numbers in which some are lacking."""

_NEARLY_ALL: Final = 0.9


@attrs.define(eq=False)
class KnownTable:
    """A table of an HSDS entity.

    Attributes:
        file: the file.
        entity: what its rows are.
        header: its columns' names in the source.
        columns: what they are.
        key: the column of the rows' own ids, as `columns` names it; "" where it has none.
    """

    file: SourceFile
    entity: str
    header: Sequence[str]
    columns: TableColumns
    key: str = ""

    def cells(self, column: str) -> Iterator[str]:
        """Yield the filled cells of a column."""
        place = self.columns.names.index(column)
        try:
            for row in islice(rows(self.file, encoding_of(self.file), lambda _: None), 1, None):
                if place < len(row.cells) and (cell := row.cells[place].strip()):
                    yield cell
        except UnreadableError:
            # Reported when the table itself is read.
            return


class TableIds:
    """The ids of a package's tables, on disk, each table read when its ids are first asked for."""

    def __init__(self, tables: Sequence[KnownTable]) -> None:
        self._tables = tables
        self._base = scratch_database(_SCHEMA)
        self._loaded: set[str] = set()

    def close(self) -> None:
        """Delete the ids."""
        self._base.close()

    def settle(self) -> None:
        """Choose each table's key: where a row has two, the one by which other tables name it."""
        for number, table in enumerate(self._tables):
            keys = table.columns.keys
            table.key = keys[0] if keys else ""
            if len(keys) > 1:
                named = {key: self._named(number, key) for key in keys}
                table.key = max(keys, key=lambda key: (named[key], -keys.index(key)))

    def _named(self, number: int, key: str) -> int:
        """Return how often other tables name the rows of a table by a column."""
        table = self._tables[number]
        place = self._load(f"{number} {key}", [table], key)
        return sum(
            self._is_at(place, part)
            for other in self._tables
            if other is not table
            for column in _pointing(other, table.entity)
            for cell in islice(other.cells(column), _LOOKED_AT)
            for part in ids_in(cell)
        )

    def has(self, entity: str, key: str) -> bool:
        """Return whether a table of an entity has a row of this id."""
        place = self._load(entity, [t for t in self._tables if t.entity == entity], "")
        return self._is_at(place, key)

    def has_rows(self, entity: str) -> bool:
        """Return whether there is a table of an entity."""
        return any(table.entity == entity for table in self._tables)

    def target(self, table: KnownTable, column: str) -> str:
        """Return the entity whose ids a column holds, by its name and nearly all of its values; "" if none."""
        cells = list(islice(table.cells(column), _LOOKED_AT))
        for entity in table.columns.links[column]:
            known = sum(1 for cell in cells if self.split(entity, cell))
            if cells and self.has_rows(entity) and known >= _NEARLY_ALL * len(cells):
                return entity
        return ""

    def split(self, entity: str, cell: str) -> list[str]:
        """Return the ids that a cell holds; none where any part of it is no id of the entity's tables."""
        if self.has(entity, cell):
            return [cell]
        parts = [self._whole(entity, part) for part in ids_in(cell)]
        return parts if parts and all(self.has(entity, part) for part in parts) else []

    def _whole(self, entity: str, part: str) -> str:
        """Return an id that a program wrote as a number with a fraction, as it is in its own table: "7.0" is "7"."""
        whole = FRACTION.sub("", part)
        return whole if whole != part and not self.has(entity, part) else part

    def _load(self, place: str, tables: Sequence[KnownTable], key: str) -> str:
        if place not in self._loaded:
            self._loaded.add(place)
            for table in tables:
                column = key or table.key
                if column:
                    self._base.executemany(
                        "INSERT OR IGNORE INTO known VALUES (?, ?)",
                        ((place, cell) for cell in table.cells(column)),
                    )
        return place

    def _is_at(self, place: str, key: str) -> bool:
        select = "SELECT 1 FROM known WHERE place = ? AND id = ?"
        return self._base.execute(select, (place, key)).fetchone() is not None


def _pointing(table: KnownTable, entity: str) -> Iterator[str]:
    """Yield the columns of a table that name rows of an entity."""
    reference = reference_to(table.entity, entity)
    if reference and reference in table.columns.names:
        yield reference
    for column, entities in table.columns.links.items():
        if entity in entities:
            yield column
