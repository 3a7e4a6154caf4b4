"""Rows that repeat an id: kept apart where they differ, in tables of any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.reading.scratch import scratch_database
from communityconnector.model import Finding
from communityconnector.model.apart import WHOLES, another, unlike, used_twice

_SCHEMA: Final = """
CREATE TABLE first (entity TEXT, id TEXT, content, PRIMARY KEY (entity, id)) WITHOUT ROWID;
CREATE TABLE later (entity TEXT, id TEXT, content, new TEXT, PRIMARY KEY (entity, id, content)) WITHOUT ROWID;
"""


class Repeats:
    """The ids of rows so far, on disk.

    A table may number the parts of each record anew, or list owners one a row under one id. Rows that are the same in
    every cell stay one.
    """

    def __init__(self) -> None:
        self._base = scratch_database(_SCHEMA)
        self._again: dict[str, _RepeatedId] = {}

    def close(self) -> None:
        """Delete the ids."""
        self._base.close()

    def new_id(self, entity: str, raw: Mapping[str, Any], line: int) -> str:
        """Return the id to read a row under, where an earlier row of that id has another content; else "".

        Args:
            entity: the row's entity.
            raw: its fields, its id among them.
            line: its line.
        """
        if entity in WHOLES:
            return self._of_whole(entity, raw, line)
        # A number is enough, and is compared with few: those of rows of the same id.
        row = (entity, str(raw["id"]).strip(), _number_of(raw))
        if self._base.execute("INSERT OR IGNORE INTO first VALUES (?, ?, ?)", row).rowcount:
            return ""
        if self._base.execute(
            "SELECT 1 FROM first WHERE entity = ? AND id = ? AND content = ?", row
        ).fetchone():
            return ""
        select = "SELECT new FROM later WHERE entity = ? AND id = ? AND content = ?"
        renamed = self._base.execute(select, row).fetchone()
        return str(renamed[0]) if renamed else self._made(*row, line)

    def _of_whole(self, entity: str, raw: Mapping[str, Any], line: int) -> str:
        """As `new_id`, for what other rows name by its id: only a name that is quite another makes it another record."""
        row = (entity, str(raw["id"]).strip(), str(raw.get("name") or ""))
        if self._base.execute("INSERT OR IGNORE INTO first VALUES (?, ?, ?)", row).rowcount:
            return ""
        (name,) = self._base.execute(
            "SELECT content FROM first WHERE entity = ? AND id = ?", row[:2]
        ).fetchone()
        if not unlike(str(name), row[2]):
            return ""
        select = "SELECT new, content FROM later WHERE entity = ? AND id = ?"
        for new, other in self._base.execute(select, row[:2]):
            if not unlike(str(other), row[2]):
                return str(new)
        return self._made(*row, line)

    def _made(self, entity: str, key: str, content: int | str, line: int) -> str:
        count = "SELECT count(*) FROM later WHERE entity = ? AND id = ?"
        (number,) = self._base.execute(count, (entity, key)).fetchone()
        new = another(entity, key, str(number + 2))
        self._base.execute("INSERT INTO later VALUES (?, ?, ?, ?)", (entity, key, content, new))
        repeated = self._again.setdefault(entity, _RepeatedId(key, line))
        repeated.count += 1
        return new

    def findings(self, file: str) -> Iterator[Finding]:
        """Yield the findings of a table that was read to its end."""
        for entity, again in self._again.items():
            yield used_twice(entity, again.key, again.count, file=file, line=again.line)
        self._again.clear()


def _number_of(raw: Mapping[str, Any]) -> int:
    try:
        return hash((*raw, *raw.values()))
    except TypeError:
        # Lists and objects have no such number.
        return hash(repr(raw))


@attrs.define
class _RepeatedId:
    """The first row of a table that repeats an id, and how many do."""

    key: str
    line: int
    count: int = 0
