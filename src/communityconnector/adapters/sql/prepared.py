"""The statements of every commit, compiled once for a database and then passed to its driver directly.

SQLAlchemy writes the statements and manages the connections. Executing through SQLAlchemy would cost more than the
commit itself (`benchmarks/storage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql import ClauseElement

from communityconnector.adapters.sql.schema import counter, key, record

PAGE: Final = 512
"""The number of records that are looked up by id at a time: a power of two."""

_HERE: Final = and_(record.c.kind == bindparam("of_kind"), record.c.id == bindparam("of_id"))
_TO: Final[Mapping[str, Any]] = {name: bindparam(name) for name in ("version", "gone", "document", "look_up")}
_NEXT: Final = update(counter).values(number=literal_column("number + 1"))
_LAST: Final = select(counter.c.number)


class Prepared:
    """A statement in the form that a driver takes.

    Args:
        statement: the statement. Each of its variable parts is a `bindparam`.
        dialect: the database's dialect.
    """

    __slots__ = ("_order", "_text")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._text: str = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Execute the statement and return the rows of its result, if any."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, self._ordered(values))
            return cursor.fetchall() if cursor.description else ()
        finally:
            cursor.close()

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute the statement for every row, or not at all if there are none."""
        if not rows:
            return
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(self._text, self._ordered(rows[0]))
            else:
                cursor.executemany(self._text, [self._ordered(row) for row in rows])
        finally:
            cursor.close()

    def _ordered(self, values: Mapping[str, Any]) -> Any:
        return values if self._order is None else tuple([values[name] for name in self._order])


class Statements:
    """The statements for commits and for looking up records.

    Args:
        dialect: the database's dialect.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._has_returning = dialect.update_returning
        self._next = Prepared(_NEXT.returning(counter.c.number) if self._has_returning else _NEXT, dialect)
        self._last = Prepared(_LAST, dialect)
        self.add = Prepared(insert(record), dialect)
        self.change = Prepared(update(record).where(_HERE).values(_TO), dialect)
        self.add_keys = Prepared(insert(key), dialect)
        self.remove_keys = Prepared(
            delete(key).where(key.c.kind == bindparam("of_kind"), key.c.id == bindparam("of_id")), dialect
        )
        self._states: dict[int, Prepared] = {}
        self._rows: dict[int, Prepared] = {}

    def next(self, connection: Connection) -> int:
        """Return the number of the next commit. No other commit gets a number until this transaction ends."""
        rows = self._next.run(connection, {})
        return int((rows if self._has_returning else self._last.run(connection, {}))[0][0])

    def last(self, connection: Connection) -> int:
        """Return the number of the last commit."""
        return int(self._last.run(connection, {})[0][0])

    def states(self, connection: Connection, kind: str, ids: Sequence[str]) -> Iterator[Any]:
        """Yield id, version, deletion mark and look-up keys of records that are about to be written, as tuples."""
        return self._looked_up(connection, kind, ids, self._state)

    def rows(self, connection: Connection, kind: str, ids: Sequence[str]) -> Iterator[Any]:
        """Yield id, version, document and look-up keys of records that are not deleted, as tuples."""
        return self._looked_up(connection, kind, ids, self._row)

    def _looked_up(
        self, connection: Connection, kind: str, ids: Sequence[str], for_size: Callable[[int], Prepared]
    ) -> Iterator[Any]:
        for first in range(0, len(ids), PAGE):
            page = ids[first : first + PAGE]
            # There are statements only for powers of two. Places that are left over repeat the last id.
            size = 1 << (len(page) - 1).bit_length()
            values = {f"id_{number}": record_id for number, record_id in enumerate(page)}
            values.update({f"id_{number}": page[-1] for number in range(len(page), size)})
            values["kind"] = kind
            yield from for_size(size).run(connection, values)

    def _state(self, size: int) -> Prepared:
        if size not in self._states:
            columns = (record.c.id, record.c.version, record.c.gone, record.c.look_up)
            self._states[size] = Prepared(
                latest(select(*columns).where(*_named(size)), self._dialect), self._dialect
            )
        return self._states[size]

    def _row(self, size: int) -> Prepared:
        if size not in self._rows:
            columns = (record.c.id, record.c.version, record.c.document, record.c.look_up)
            conditions = (*_named(size), record.c.gone.is_(False))
            self._rows[size] = Prepared(select(*columns).where(*conditions), self._dialect)
        return self._rows[size]


def latest(query: Select[Any], dialect: Dialect) -> Select[Any]:
    """Return a query that reads the current data. MariaDB would otherwise read from the transaction's first snapshot."""
    return query.with_for_update() if dialect.name in ("mysql", "mariadb") else query


def _named(size: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a record is of a kind and has one of `size` ids."""
    ids: list[Any] = [bindparam(f"id_{number}") for number in range(size)]
    return record.c.kind == bindparam("kind"), record.c.id.in_(ids)
