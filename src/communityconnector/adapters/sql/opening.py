"""Opening a database by its URL, and bringing an older one up to date."""

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
"""What the URLs of database services begin with as well."""
_EXTRAS: Final = {"postgresql": "postgres", "mariadb": "mariadb"}
_TRIES: Final = 5
"""How often the tables are made, where others are making them at the same moment."""


class Migration(NamedTuple):
    """What bringing a database up to date did.

    Attributes:
        before: number of the schema that it had.
        after: number of the schema that it has.
        copy: the copy from before; `None` where there is none, since nothing was done or the server keeps its own.
    """

    before: int
    after: int
    copy: Path | None


def open_storage(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> SqlStorage:
    """Open the storage that is in a database.

    Args:
        url: `sqlite:///file.db`, `postgresql://user:password@host/name` or `mariadb://user:password@host/name`.
            `postgres` and `mysql` are taken as well, and so are the drivers' names, as in `postgresql+psycopg`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: there is no such file, or it holds no storage. None was made.
        UnusableStorageError: it is no such URL, or what is there cannot be used.
        MigrationNeededError: an older version made it.
        MissingExtraError: the driver is not installed.
        StorageError: the database cannot be reached.
    """
    return _opened(url, steps, create=False)


def create_storage(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> SqlStorage:
    """Open the storage in a database, and make it where there is none: its tables, and the file of a SQLite database.

    Args:
        url: see `open_storage`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: there is no folder for the file.
        UnusableStorageError: it is no such URL, or what is there cannot be used.
        MigrationNeededError: an older version made it.
        MissingExtraError: the driver is not installed.
        StorageError: the database cannot be reached.
    """
    return _opened(url, steps, create=True)


def _opened(url: str, steps: Sequence[schema.Step], *, create: bool) -> SqlStorage:
    parsed = _parsed(url)
    engine = _engine(parsed, create=create)
    where = _shown(parsed)
    try:
        for tried in range(1, _TRIES + 1):
            try:
                with _transaction(engine) as connection:
                    if schema.check(connection, where, steps):
                        if not create:
                            raise _nothing_in(where)
                        schema.take(connection, steps)
                break
            except exc.DBAPIError as error:
                # Another process may have been making the same tables.
                if tried == _TRIES or (isinstance(error, exc.OperationalError) and not _is_sqlite(parsed)):
                    raise
    except exc.SQLAlchemyError as error:
        engine.dispose()
        raise _unreachable(where, error) from None
    except TypeError as error:
        # Drivers take a URL's options as arguments, and see only when they connect that they have no such one.
        engine.dispose()
        raise _odd_options(error) from None
    except UnusableStorageError:
        engine.dispose()
        raise
    if _is_sqlite(parsed):
        return SqliteStorage(engine, _path(parsed))
    return SqlStorage(engine)


def file_of(url: str) -> Path:
    """The file of a SQLite URL.

    Raises:
        UnusableStorageError: it is no such URL.
    """
    return _path(_parsed(url))


def migrate(url: str, *, steps: Sequence[schema.Step] = schema.STEPS) -> Migration:
    """Bring a database up to date. A SQLite file is copied first; a server's backups are its keeper's.

    Args:
        url: as for `open_storage`.
        steps: the steps from one schema to the next.

    Raises:
        StorageNotFoundError: there is no such file, or it holds no storage.
        UnusableStorageError: it is no such URL, or what is there cannot be used.
        StorageError: the database cannot be reached, or failed; it is as it was.
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
        message = "this is no database URL; one looks like sqlite:///desk.db or postgresql://user@host/name"
        raise UnusableStorageError(message) from None
    name, _, driver = parsed.drivername.lower().partition("+")
    name = _OTHER_NAMES.get(name, name)
    if name not in _DRIVERS:
        message = f"no database is called {name}; there are {', '.join(_DRIVERS)}"
        raise UnusableStorageError(message)
    if driver not in ("", _DRIVERS[name]):
        message = f"the driver for {name} is {_DRIVERS[name]}, and no other: begin the URL with {name}://"
        raise UnusableStorageError(message)
    if "@" in (parsed.host or ""):
        # What is taken for the host begins with the end of the password, so nothing of it is repeated.
        message = "the password in the database URL has an @: write it as %40"
        raise UnusableStorageError(message)
    if name == "sqlite" and (parsed.database in (None, "", ":memory:") or "uri" in parsed.query):
        message = "name a file, as in sqlite:///desk.db; without a URL all is kept in memory"
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
    return StorageNotFoundError(
        f"no desk has been made in {where}, or one was not finished. {sqlite.HOW_TO_MAKE}"
    )


def _transaction(engine: Engine) -> AbstractContextManager[Connection]:
    return engine.execution_options(communityconnector_writes=True).begin()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _path(url: URL) -> Path:
    return Path(str(url.database)).absolute()


def _shown(url: URL) -> str:
    # A query may hold a password too.
    return str(_path(url)) if _is_sqlite(url) else url.set(query={}).render_as_string(hide_password=True)


def _odd_options(error: Exception) -> UnusableStorageError:
    return UnusableStorageError(f"the options of the database URL cannot be used ({type(error).__name__})")


def _unreachable(where: str, error: exc.SQLAlchemyError | sqlite3.Error) -> StorageError:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return UnusableStorageError(f"{where} is no SQLite database, or is damaged ({name})")
    return StorageError(f"{where} cannot be used ({type(cause).__name__}{f', {name}' if name else ''})")
