"""The statements of every commit, compiled once for a database and then given to its driver as they are.

SQLAlchemy words them, and leads the connections; its own way of running them would cost more than the commit itself
(`benchmarks/storage.py`).
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
"""So many records are looked up by their ids at a time: a power of two."""

_HERE: Final = and_(record.c.kind == bindparam("of_kind"), record.c.id == bindparam("of_id"))
_TO: Final[Mapping[str, Any]] = {name: bindparam(name) for name in ("version", "gone", "document", "look_up")}
_NEXT: Final = update(counter).values(number=literal_column("number + 1"))
_LAST: Final = select(counter.c.number)


class Prepared:
    """A statement as a driver takes it.

    Args:
        statement: the statement; all that changes in it is a `bindparam`.
        dialect: the database's.
    """

    __slots__ = ("_order", "_text")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._text: str = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run it, and give the rows of its answer, if it has one."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, self._ordered(values))
            return cursor.fetchall() if cursor.description else ()
        finally:
            cursor.close()

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for every row; with none, not at all."""
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
    """The statements of every commit, and of looking records up.

    Args:
        dialect: the database's.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._told = dialect.update_returning
        self._next = Prepared(_NEXT.returning(counter.c.number) if self._told else _NEXT, dialect)
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
        """The number of the next commit. Nobody else has one until this transaction ends."""
        told = self._next.run(connection, {})
        return int((told if self._told else self._last.run(connection, {}))[0][0])

    def last(self, connection: Connection) -> int:
        """The number of the last commit."""
        return int(self._last.run(connection, {})[0][0])

    def states(self, connection: Connection, kind: str, ids: Sequence[str]) -> Iterator[Any]:
        """Id, version, whether it is gone, and look-up keys of some records that are about to be written, as tuples."""
        return self._looked_up(connection, kind, ids, self._state)

    def rows(self, connection: Connection, kind: str, ids: Sequence[str]) -> Iterator[Any]:
        """Id, version, document and look-up keys of some records that are not gone, as tuples."""
        return self._looked_up(connection, kind, ids, self._row)

    def _looked_up(
        self, connection: Connection, kind: str, ids: Sequence[str], for_size: Callable[[int], Prepared]
    ) -> Iterator[Any]:
        for first in range(0, len(ids), PAGE):
            some = ids[first : first + PAGE]
            # Statements for a few numbers of ids; what is left over asks for the last one again.
            size = 1 << (len(some) - 1).bit_length()
            values = {f"id_{number}": each for number, each in enumerate(some)}
            values.update({f"id_{number}": some[-1] for number in range(len(some), size)})
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
            here = (*_named(size), record.c.gone.is_(False))
            self._rows[size] = Prepared(select(*columns).where(*here), self._dialect)
        return self._rows[size]


def latest(query: Select[Any], dialect: Dialect) -> Select[Any]:
    """A query that finds what is there now. MariaDB would answer a host from what it saw when it first read."""
    return query.with_for_update() if dialect.name in ("mysql", "mariadb") else query


def _named(size: int) -> tuple[ColumnElement[bool], ...]:
    """Whether a record is of a kind, and has one of so many ids."""
    ids: list[Any] = [bindparam(f"id_{number}") for number in range(size)]
    return record.c.kind == bindparam("kind"), record.c.id.in_(ids)
