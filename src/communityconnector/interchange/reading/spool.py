"""Flat records laid out on disk, and gathered again into whole services: tables of any size in bounded memory."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.scratch import scratch_database
from communityconnector.model import ENTITIES, Record
from communityconnector.model.apart import OWNER_IN_WORDS
from communityconnector.model.assembly import assemble
from communityconnector.model.shape import entity_named, shape

_SCHEMA: Final = """
CREATE TABLE record (number INTEGER PRIMARY KEY, entity TEXT, id TEXT, partial INTEGER, body BLOB);
CREATE TABLE owns (owner_entity TEXT, owner_id TEXT, entity TEXT, id TEXT);
"""
_INDEXES: Final = """
CREATE INDEX record_of ON record (entity, id);
CREATE INDEX owned_by ON owns (owner_entity, owner_id);
CREATE INDEX owner_of ON owns (entity, id);
"""
_BATCH: Final = 1_000

RecordKey = tuple[str, str]


class Spool:
    """A temporary store of flat records on disk; gone once it is closed."""

    def __init__(self) -> None:
        self._base: sqlite3.Connection | None = None

    def close(self) -> None:
        """Delete the records."""
        if self._base is not None:
            self._base.close()

    def fill(self, records: Iterable[Record], reading: Reading) -> None:
        """Lay out records, and the partial ones that `reading` gathers meanwhile."""
        self._base = scratch_database(_SCHEMA)
        batch: list[Record] = []
        for record in records:
            batch.append(record)
            if len(batch) >= _BATCH:
                self._enter(batch, reading)
        self._enter(batch, reading)
        self._base.executescript(_INDEXES)

    def _enter(self, batch: list[Record], reading: Reading) -> None:
        base = cast("sqlite3.Connection", self._base)
        rows = [(record, False) for record in batch] + [(record, True) for record in reading.partial]
        base.executemany(
            "INSERT INTO record (entity, id, partial, body) VALUES (?, ?, ?, ?)",
            [(r.entity, r.id, partial, pickle.dumps(r, pickle.HIGHEST_PROTOCOL)) for r, partial in rows],
        )
        base.executemany("INSERT INTO owns VALUES (?, ?, ?, ?)", [o for r, _ in rows for o in _owners(r)])
        batch.clear()
        reading.partial.clear()

    def records(self, reading: Reading) -> Iterator[Record]:
        """Yield the services, each with all that belongs to it, then every other record that nothing leads to."""
        if self._base is None:
            return
        services = "SELECT DISTINCT id FROM record WHERE entity = 'service' AND NOT partial ORDER BY number"
        for (key,) in self._base.execute(services):
            yield self._whole(("service", key), reading)
        others = (
            "SELECT DISTINCT entity, id FROM record AS r WHERE entity <> 'service' AND NOT partial AND NOT EXISTS "
            "(SELECT 1 FROM owns WHERE owns.entity = r.entity AND owns.id = r.id) ORDER BY number"
        )
        for entity, key in self._base.execute(others):
            yield self._whole((entity, key), reading)

    def _whole(self, root: RecordKey, reading: Reading) -> Record:
        """Return a record with all that it leads to."""
        base = cast("sqlite3.Connection", self._base)
        rows: list[tuple[int, bool, bytes]] = []
        seen = {root}
        waiting = [root]
        while waiting:
            key = waiting.pop()
            select = "SELECT number, partial, body FROM record WHERE entity = ? AND id = ?"
            rows += base.execute(select, key).fetchall()
            owned: list[Any] = base.execute(
                "SELECT entity, id FROM owns WHERE owner_entity = ? AND owner_id = ? ORDER BY rowid", key
            ).fetchall()
            for child in owned:
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
        whole: list[Record] = []
        partial: list[Record] = []
        # In the order of the source, as a reading of the whole has them.
        for _, is_partial, body in sorted(rows):
            # Written by this very process a moment ago, to a file without a name.
            (partial if is_partial else whole).append(pickle.loads(body))  # noqa: S301  # see above
        known = {(record.entity, record.id) for record in whole}
        stated = {key: fields for key in known if (fields := reading.stated.get(key))}
        tables, findings = assemble(
            whole, partial=[part for part in partial if (part.entity, part.id) in known], stated=stated
        )
        reading.findings.extend(findings)
        return tables[root[0]][root[1]]


def _owners(record: Record) -> Iterator[tuple[str, str, str, str]]:
    """Yield who owns a record, and whom it owns, by the references that it has."""
    facts = shape(record.entity)
    for link, value in zip(facts.links, facts.linked(record), strict=True):
        if value and link.side == "parent":
            yield (link.target, value, record.entity, record.id)
        elif value:
            yield (record.entity, record.id, link.target, value)
    if record.entity in OWNER_IN_WORDS:
        id_field, entity_field = OWNER_IN_WORDS[record.entity]
        owner, named = getattr(record, id_field), entity_named(getattr(record, entity_field) or "")
        if owner:
            # Any attribute may say that its location is confidential, whatever entity it names.
            for entity in {named, "location"} if named else ENTITIES:
                yield (entity, owner, record.entity, record.id)
