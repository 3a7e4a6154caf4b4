"""Open a database by its URL, and migrate an older one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, exc, make_url

from communityconnector.adapters.sql import schema, sqlite
from communityconnector.adapters.sql.storage import SqlStorage
from communityconnector.adapters.sql.wiping import SqliteStorage
from communityconnector.errors import (
    MissingExtraError,
    StorageError,
    StorageNotFoundError,
    UnusableStorageError,
)

_DRIVERS: Final = {"sqlite": "pysqlite", "postgresql": "psycopg", "mariadb": "pymysql"}
_OTHER_NAMES: Final = {"postgres": "postgresql", "mysql": "mariadb"}
"""Other beginnings of URLs, which hosting services use."""
_EXTRAS: Final = {"postgresql": "postgres", "mariadb": "mariadb"}
_TRIES: Final = 5
"""Attempts to create the tables while other processes create them too."""


class Migration(NamedTuple):
    """The result of a migration.

    Attributes:
        before: number of the schema before it.
        after: number of the schema after it.
        copy: the backup; `None` if there was nothing to do, or if the server has its own backups.
    """

    before: int
    after: int
    copy: Path | None


def open_storage(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> SqlStorage:
    """Open the storage in a database.

    Args:
        url: `sqlite:///file.db`, `postgresql://user:password@host/name` or `mariadb://user:password@host/name`.
            `postgres` and `mysql` work too, and so do the drivers' names, as in `postgresql+psycopg`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: the file does not exist or contains no storage. None was created.
        UnusableStorageError: the URL is invalid, or the database cannot be used.
        MigrationNeededError: an older version of the library made it.
        MissingExtraError: the driver is not installed.
        StorageError: the database cannot be reached.
    """
    return _opened(url, steps, create=False)


def create_storage(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> SqlStorage:
    """Open the storage in a database. If there is none, create its tables, and the file of a SQLite database.

    Args:
        url: see `open_storage`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: the folder of the file does not exist.
        UnusableStorageError: the URL is invalid, or the database cannot be used.
        MigrationNeededError: an older version of the library made it.
        MissingExtraError: the driver is not installed.
        StorageError: the database cannot be reached.
    """
    return _opened(url, steps, create=True)


def _opened(url: str, steps: Sequence[schema.Step], *, create: bool) -> SqlStorage:
    parsed = _parsed(url)
    engine = _engine(parsed, create=create)
    where = _shown(parsed)
    try:
        for attempt in range(1, _TRIES + 1):
            try:
                with _transaction(engine) as connection:
                    if schema.check(connection, where, steps):
                        if not create:
                            raise _nothing_in(where)
                        schema.take(connection, steps)
                break
            except exc.DBAPIError as error:
                # Another process may be creating the same tables.
                if attempt == _TRIES or (isinstance(error, exc.OperationalError) and not _is_sqlite(parsed)):
                    raise
    except exc.SQLAlchemyError as error:
        engine.dispose()
        raise _unreachable(where, error) from None
    except TypeError as error:
        # Drivers take the options of a URL as arguments and notice unknown ones only when they connect.
        engine.dispose()
        raise _odd_options(error) from None
    except UnusableStorageError:
        engine.dispose()
        raise
    if _is_sqlite(parsed):
        return SqliteStorage(engine, _path(parsed))
    return SqlStorage(engine)


def file_of(url: str) -> Path:
    """Return the file of a SQLite URL.

    Raises:
        UnusableStorageError: the URL is invalid.
    """
    return _path(_parsed(url))


def migrate(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> Migration:
    """Migrate a database to the current schema. A SQLite file is copied first. Back up a server yourself.

    Args:
        url: as for `open_storage`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: the file does not exist or contains no storage.
        UnusableStorageError: the URL is invalid, or the database cannot be used.
        StorageError: the database cannot be reached or failed. It is unchanged.
    """
    parsed = _parsed(url)
    where = _shown(parsed)
    engine = _engine(parsed, create=False)
    try:
        with engine.connect() as connection:
            before = schema.schema_of(connection)
        if before > len(steps) or before == 0:
            with engine.connect() as connection:
                schema.check(connection, where, steps)
            raise _nothing_in(where)
        copy = None
        if before < len(steps):
            if _is_sqlite(parsed):
                copy = sqlite.copied(_path(parsed), before)
            with _transaction(engine) as connection:
                schema.take(connection, steps)
    except exc.SQLAlchemyError as error:
        raise _unreachable(where, error) from None
    finally:
        engine.dispose()
    return Migration(before, len(steps), copy)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError, TypeError):
        message = (
            "the database URL is invalid: write for example sqlite:///desk.db or postgresql://user@host/name"
        )
        raise UnusableStorageError(message) from None
    name, _, driver = parsed.drivername.lower().partition("+")
    name = _OTHER_NAMES.get(name, name)
    if name not in _DRIVERS:
        message = f"unknown database {name}; expected one of {', '.join(_DRIVERS)}"
        raise UnusableStorageError(message)
    if driver not in ("", _DRIVERS[name]):
        message = f"the only driver for {name} is {_DRIVERS[name]}: begin the URL with {name}://"
        raise UnusableStorageError(message)
    if "@" in (parsed.host or ""):
        # What was parsed as the host begins with the end of the password, so the message does not repeat it.
        message = "the password in the database URL contains an @: write it as %40"
        raise UnusableStorageError(message)
    if name == "sqlite" and (parsed.database in (None, "", ":memory:") or "uri" in parsed.query):
        message = "the SQLite URL names no file: write for example sqlite:///desk.db, or leave the URL out to use memory"
        raise UnusableStorageError(message)
    return parsed.set(drivername=f"{name}+{_DRIVERS[name]}")


def _engine(url: URL, *, create: bool) -> Engine:
    if _is_sqlite(url):
        path = _path(url)
        sqlite.prepare(path, create=create)
        if not create and not _has_ours(path):
            raise _nothing_in(str(path))
    try:
        if _is_sqlite(url):
            waiting = {"timeout": sqlite.BUSY_SECONDS}
            engine = create_engine(url, hide_parameters=True, max_overflow=-1, connect_args=waiting)
            sqlite.tune(engine)
            return engine
        return create_engine(url, hide_parameters=True, max_overflow=-1, pool_pre_ping=True)
    except (TypeError, exc.ArgumentError) as error:
        raise _odd_options(error) from None
    except ImportError:
        extra = _EXTRAS.get(url.get_backend_name(), "all")
        message = f"the driver is not installed: pip install 'communityconnector[{extra}]'"
        raise MissingExtraError(message) from None


def _has_ours(path: Path) -> bool:
    try:
        return sqlite.has_table(path, schema.counter.name)
    except sqlite3.Error as error:
        raise _unreachable(str(path), error) from None


def _nothing_in(where: str) -> StorageNotFoundError:
    return StorageNotFoundError(f"{where} contains no desk, or an unfinished one. {sqlite.HOW_TO_MAKE}")


def _transaction(engine: Engine) -> AbstractContextManager[Connection]:
    return engine.execution_options(communityconnector_writes=True).begin()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _path(url: URL) -> Path:
    return Path(str(url.database)).absolute()


def _shown(url: URL) -> str:
    # The query of a URL may contain a password too.
    return str(_path(url)) if _is_sqlite(url) else url.set(query={}).render_as_string(hide_password=True)


def _odd_options(error: Exception) -> UnusableStorageError:
    return UnusableStorageError(f"the options of the database URL cannot be used ({type(error).__name__})")


def _unreachable(where: str, error: exc.SQLAlchemyError | sqlite3.Error) -> StorageError:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return UnusableStorageError(f"{where} is not a SQLite database, or is damaged ({name})")
    return StorageError(f"{where} cannot be used ({type(cause).__name__}{f', {name}' if name else ''})")
