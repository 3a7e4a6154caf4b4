"""The tables, and the numbered steps from one schema to the next. Steps only go forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.mysql import LONGTEXT

from communityconnector.errors import MigrationNeededError, UnusableStorageError
from communityconnector.storage import MOST_LETTERS, MOST_NAME_LETTERS

_PREFIX: Final = "communityconnector_"


def _words(most: int) -> String:
    """Return a column type for texts that compare by code points, with trailing blanks significant."""
    exact = String(most).with_variant(String(most, collation="C"), "postgresql")
    return exact.with_variant(String(most, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


_JSON: Final = Text().with_variant(LONGTEXT(charset="ascii", collation="ascii_bin"), "mysql", "mariadb")
_NAME: Final = _words(MOST_NAME_LETTERS)
_ID: Final = _words(MOST_LETTERS)

metadata: Final = MetaData()

counter: Final = Table(
    f"{_PREFIX}commit",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False, comment="always 1: there is one row"),
    Column("number", BigInteger, nullable=False, comment="number of the last commit"),
    Column("schema", Integer, nullable=False, comment="number of the last step that was taken"),
)
"""One row. Every commit changes it first, so that commits happen one after another."""

record: Final = Table(
    f"{_PREFIX}record",
    metadata,
    Column("kind", _NAME, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("document", _JSON, nullable=False, comment="empty once the record is gone"),
    Column("look_up", _JSON, nullable=False),
    sqlite_with_rowid=False,
)
Index(f"{_PREFIX}record_version", record.c.version)

key: Final = Table(
    f"{_PREFIX}key",
    metadata,
    Column("kind", _NAME, primary_key=True),
    Column("name", _NAME, primary_key=True),
    Column("value", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    sqlite_with_rowid=False,
)
Index(f"{_PREFIX}key_id", key.c.kind, key.c.id)

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(insert(counter).values(one=1, number=0, schema=0))


STEPS: Final[Sequence[Step]] = (_first,)
"""The steps from an empty database to the schema of this version of the library."""


def schema_of(connection: Connection) -> int:
    """Return the number of the last step that a database has taken, or 0 if it has no tables of the library."""
    if not inspect(connection).has_table(counter.name):
        return 0
    number = connection.execute(select(counter.c.schema)).scalar()
    return int(number or 0)


def check(connection: Connection, where: str, steps: Sequence[Step] = STEPS) -> bool:
    """Return whether a database is empty. Raise if it has another schema.

    Args:
        connection: the connection to the database.
        where: the database's name for messages.
        steps: all steps.

    Raises:
        MigrationNeededError: its schema is older.
        UnusableStorageError: its schema is newer.
    """
    number = schema_of(connection)
    if number > len(steps):
        message = (
            f"{where} was made by a newer communityconnector (schema {number}; this one knows {len(steps)}): "
            "install that version, or open an older copy"
        )
        raise UnusableStorageError(message)
    if 0 < number < len(steps):
        message = f"{where} has schema {number} of {len(steps)}: run `communityconnector migrate` on it"
        raise MigrationNeededError(message)
    return number == 0


def take(connection: Connection, steps: Sequence[Step] = STEPS) -> int:
    """Take the steps that a database has not yet taken.

    Returns:
        The number of steps taken.
    """
    done = schema_of(connection)
    for step in steps[done:]:
        step(connection)
    if done < len(steps):
        connection.execute(update(counter).values(schema=len(steps)))
    return max(0, len(steps) - done)
