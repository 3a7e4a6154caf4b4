"""Records in a database."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    and_,
    delete,
    exc,
    select,
    tuple_,
)

from communityconnector.adapters.sql.prepared import Statements, latest
from communityconnector.adapters.sql.schema import counter, record
from communityconnector.adapters.sql.schema import key as keys
from communityconnector.errors import (
    StaleRecordError,
    StorageClosedError,
    StorageError,
    StorageFullError,
)
from communityconnector.storage import (
    ABSENT,
    Change,
    Delete,
    KeyRange,
    Put,
    Record,
    Write,
    checked,
    encoded,
    lawful_id,
)

_PAGE: Final = 500
"""Records that are read at a time."""
_DROPPED: Final = 5000
"""Records that are dropped at a time, so that other writers get their turn in between."""

_LOCKED: Final = select(counter.c.number).with_for_update()
_ROWS: Final = select(record.c.id, record.c.version, record.c.document, record.c.look_up)


P = ParamSpec("P")
S = TypeVar("S", bound="SqlStorage")
T = TypeVar("T")


class _State(NamedTuple):
    """The state of a record: its version (`ABSENT` once deleted), whether it has a row, and its keys as stored."""

    version: int
    has_row: bool
    keys: str


_NO_RECORD: Final = _State(ABSENT, has_row=False, keys="{}")


def _translated(error: Exception) -> StorageError:
    """Return our error for a driver's error, without its text, which may contain the data being written."""
    if isinstance(error, UnicodeEncodeError):
        return StorageError("a database cannot look up a text with a lone surrogate")
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    cause_name = f"{type(cause).__name__}{f', {name}' if name else ''}"
    if name in _FULL:
        return StorageFullError(f"the disk of the database is full ({cause_name}): nothing was written")
    return StorageError(f"the database failed ({cause_name}): nothing was written")


def plainly(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Make a method raise only our errors, without the driver's traceback, which may show the data being written."""

    @wraps(method)
    def call(storage: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(storage, *args, **kwargs)
        except (exc.SQLAlchemyError, UnicodeEncodeError, storage.dialect.loaded_dbapi.Error) as error:
            failure = _translated(error)
        # Raised outside the block, so that the driver's error is not attached to this one.
        raise failure

    return call


class SqlStorage:
    """Records in a database that has the tables (`open_storage` makes them).

    Args:
        engine: connects to the database.
        host: a connection whose transaction belongs to the host; by default each commit is its own transaction.
        lock: held while writing. SQLite allows one writer, and a lock within the process is fairer than SQLite's own.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        host: Connection | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._engine = engine
        self._readers = _without_transactions(engine)
        self._host = host
        self._lock: AbstractContextManager[Any] = lock or nullcontext()
        self.dialect = engine.dialect
        self._statements = Statements(engine.dialect)
        self._process = os.getpid()
        self._closed = False

    @plainly
    def get(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """See `Storage.get`."""
        # Drivers fail on texts that cannot be stored, so these are not looked up.
        wanted = (
            [record_id for record_id in dict.fromkeys(ids) if lawful_id(record_id)] if lawful_id(kind) else []
        )
        with self._reading() as connection:
            rows = self._statements.rows(connection, kind, wanted)
            return {row[0]: _record(kind, *row) for row in rows}

    def scan(
        self, kind: str, key: KeyRange | None = None, *, after: str = "", limit: int | None = None
    ) -> Iterator[Record]:
        """See `Storage.scan`."""
        self.usable()
        records = self._pages(kind, key, after)
        return records if limit is None else itertools.islice(records, limit)

    def _pages(self, kind: str, wanted: KeyRange | None, after: str) -> Iterator[Record]:
        query = (
            _ROWS.where(record.c.kind == kind, record.c.gone.is_(False)).order_by(record.c.id).limit(_PAGE)
        )
        if wanted is not None:
            same_record = and_(keys.c.kind == record.c.kind, keys.c.id == record.c.id, keys.c.kind == kind)
            query = query.join(keys, same_record).where(
                keys.c.name == wanted.name, keys.c.value >= wanted.first
            )
            if wanted.last is not None:
                query = query.where(keys.c.value <= wanted.last)
        while True:
            rows = self._page(query.where(record.c.id > after))
            for row in rows:
                yield _record(kind, *row)
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    @plainly
    def _page(self, query: Select[Any]) -> Sequence[Any]:
        with self._reading() as connection:
            return connection.execute(query).all()

    @plainly
    def commit(self, writes: Sequence[Write]) -> int:
        """See `Storage.commit`."""
        texts = [encoded(write.document) if isinstance(write, Put) else "" for write in checked(writes)]
        if not writes:
            with self._reading() as connection:
                return self._statements.last(connection)
        with self._writing() as connection:
            number = self._statements.next(connection)
            with self._savepoint(connection):
                self._write(connection, number, writes, texts)
        return number

    @plainly
    def drop(self, kind: str) -> None:
        """See `Storage.drop`."""
        last = select(record.c.id).where(record.c.kind == kind).order_by(record.c.id)
        while True:
            with self._writing() as connection:
                # It waits its turn like a commit, so a record that is written meanwhile has all its keys or none.
                connection.execute(_LOCKED)
                end = connection.execute(last.offset(_DROPPED - 1).limit(1)).scalar()
                for table in (keys, record):
                    batch = (
                        table.c.kind == kind if end is None else and_(table.c.kind == kind, table.c.id <= end)
                    )
                    connection.execute(delete(table).where(batch))
            if end is None:
                return

    def changes(self, since: int = 0, *, limit: int | None = None) -> Iterator[Change]:
        """See `SupportsChanges.changes`."""
        self.usable()
        changes = self._changes(since)
        return changes if limit is None else itertools.islice(changes, limit)

    def _changes(self, since: int) -> Iterator[Change]:
        place = (record.c.version, record.c.kind, record.c.id)
        query = select(*place, record.c.gone).order_by(*place).limit(_PAGE)
        page = query.where(record.c.version > since)
        while True:
            rows = self._page(page)
            for row in rows:
                yield Change(row.version, row.kind, row.id, bool(row.gone))
            if len(rows) < _PAGE:
                return
            last = rows[-1]
            # The first condition uses the index, and the second finds the place in it.
            beyond = tuple_(*place) > tuple_(last.version, last.kind, last.id)
            page = query.where(record.c.version >= last.version, beyond)

    @plainly
    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> list[Record]:
        """See `SupportsClaims.claim`."""
        due = (
            select(keys.c.id)
            .where(keys.c.kind == kind, keys.c.name == key, keys.c.value <= now)
            .order_by(keys.c.value, keys.c.id)
            .limit(max(0, count))
        )
        if not self._page(due):
            return []
        with self._writing() as connection:
            number = self._statements.next(connection)
            ids = list(connection.execute(latest(due, connection.dialect)).scalars())
            rows = {row[0]: row for row in self._statements.rows(connection, kind, ids)}
            claimed = [_record(kind, *rows[record_id]) for record_id in ids]
            writes = [
                Put(kind, old.id, old.document, old.version, {**old.keys, key: until}) for old in claimed
            ]
            with self._savepoint(connection):
                self._write(connection, number, writes, [rows[record_id][2] for record_id in ids])
        return [
            Record(kind, old.id, number, old.document, write.keys)
            for old, write in zip(claimed, writes, strict=True)
        ]

    def within(self, connection: Any) -> SqlStorage:
        """See `SupportsHost.within`. The connection is SQLAlchemy's, to the same database."""
        self.usable()
        return SqlStorage(self._engine, host=connection)

    def close(self) -> None:
        """See `Storage.close`."""
        if not self._closed and self._host is None and self._process == os.getpid():
            self._engine.dispose()
        self._closed = True

    def usable(self) -> None:
        """Check that the storage can be used.

        Raises:
            StorageError: the storage is closed or belongs to another process.
        """
        if self._closed:
            message = "this storage is closed"
            raise StorageClosedError(message)
        if self._process != os.getpid():
            message = (
                "this storage was opened before the process was forked: open it again in the new process"
            )
            raise StorageError(message)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self.usable()
        if self._host is not None:
            yield self._begun(self._host)
            return
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.usable()
        if self._host is not None:
            yield self._begun(self._host)
            return
        with self._lock, self._engine.connect() as connection:
            connection = connection.execution_options(communityconnector_writes=True)  # noqa: PLW2901  # the same, marked
            with connection.begin():
                yield connection

    @staticmethod
    def _begun(host: Connection) -> Connection:
        """Return a host's connection in a transaction. Our statements bypass the code that would begin one."""
        if not host.in_transaction():
            host.begin()
        return host

    def _savepoint(self, connection: Connection) -> AbstractContextManager[Any]:
        """Return a savepoint for a host's transaction, in case the database fails half way. Ours rolls back as a whole.

        It comes after the first statement that writes, because Python's `sqlite3` begins a transaction only then.
        """
        return nullcontext() if self._host is None else connection.begin_nested()

    def _write(
        self, connection: Connection, number: int, writes: Sequence[Write], texts: Sequence[str]
    ) -> None:
        """Write all records after checking every version, so that a host's transaction is never half written."""
        states = self._states(connection, writes)
        for write in writes:
            stored = states.get((write.kind, write.id), _NO_RECORD).version
            if stored != write.expected:
                raise StaleRecordError(write.kind, write.id, write.expected, stored)
        added: list[Mapping[str, Any]] = []
        changed: list[Mapping[str, Any]] = []
        removed_keys: list[Mapping[str, Any]] = []
        added_keys: list[Mapping[str, Any]] = []
        for write, text in zip(writes, texts, strict=True):
            state = states.get((write.kind, write.id), _NO_RECORD)
            look_up: Mapping[str, str] = {} if isinstance(write, Delete) else write.keys
            stored_keys = json.dumps(dict(look_up), sort_keys=True, separators=(",", ":"))
            row = {
                "version": number,
                "gone": isinstance(write, Delete),
                "document": text,
                "look_up": stored_keys,
            }
            place = {"of_kind": write.kind, "of_id": write.id}
            if state.has_row:
                changed.append({**row, **place})
            else:
                added.append({**row, "kind": write.kind, "id": write.id})
            if stored_keys != state.keys:
                if state.keys != "{}":
                    removed_keys.append(place)
                added_keys += [
                    {"kind": write.kind, "id": write.id, "name": n, "value": v} for n, v in look_up.items()
                ]
        do = self._statements
        for statement, rows in (
            (do.add, added), (do.change, changed), (do.remove_keys, removed_keys), (do.add_keys, added_keys)
        ):  # fmt: skip
            statement.run_all(connection, rows)

    def _states(self, connection: Connection, writes: Sequence[Write]) -> dict[tuple[str, str], _State]:
        ids: dict[str, list[str]] = {}
        for write in writes:
            ids.setdefault(write.kind, []).append(write.id)
        return {
            (kind, key): _State(ABSENT if gone else version, has_row=True, keys=stored_keys)
            for kind, wanted in ids.items()
            for key, version, gone, stored_keys in self._statements.states(connection, kind, wanted)
        }


def _without_transactions(engine: Engine) -> Engine:
    """Return an engine for reading. On PostgreSQL, a read in a transaction takes three round trips instead of one."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.name == "postgresql" else engine


def _record(kind: str, key: str, version: int, document: str, stored_keys: str) -> Record:
    try:
        return Record(kind, key, version, json.loads(document), json.loads(stored_keys))
    except ValueError:
        message = f"{kind} {key!r} is damaged in the database: its document is not JSON"
    raise StorageError(message)


_FULL: Final = frozenset({"SQLITE_FULL", "53100"})
"""Codes of databases for a full disk: https://sqlite.org/rescode.html#full,
https://www.postgresql.org/docs/current/errcodes-appendix.html (disk_full)."""
