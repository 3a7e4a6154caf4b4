"""The parts that only SQLite needs: a private file, on a disk with working locks, with durable commits."""

from __future__ import annotations

import difflib
import os
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

from communityconnector.errors import StorageError, StorageNotFoundError, UnusableStorageError

BUSY_SECONDS: Final = 30.0
"""Seconds that a writer waits for another process that is writing."""

_OVER_A_NETWORK: Final = ("nfs", "cifs", "smb", "9p", "afs", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre")
"""Beginnings of the names of file systems on which SQLite's locks and shared memory are unreliable:
https://sqlite.org/wal.html, "all processes using a database must be on the same host computer"."""

_LEAST: Final = 100
"""Bytes of the header that every database has: https://sqlite.org/fileformat.html, 1.3."""

_PRAGMAS: Final = (
    "PRAGMA synchronous=FULL",  # commits survive a loss of power
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # deleted data is overwritten, not only unlinked
    "PRAGMA trusted_schema=OFF",
)


HOW_TO_MAKE: Final = (
    "`communityconnector load FILE --desk URL` creates one from a directory, and `Connector.open(url, create=True)` "
    "an empty one"
)


def prepare(path: Path, *, create: bool) -> None:
    """Check that a file can be opened, or create it so that only its owner can read it.

    Args:
        path: the file.
        create: whether to create it if it does not exist.

    Raises:
        StorageNotFoundError: the folder does not exist, or the file does not exist and is not to be created.
        UnusableStorageError: the file is not a database, cannot be read and written, or lies where it cannot be locked.
    """
    folder = path.parent
    if not folder.is_dir():
        message = f"the folder {folder} does not exist: create it, or name another file"
        raise StorageNotFoundError(message)
    system = network_file_system(folder)
    if system:
        message = (
            f"{path} is on a network file system ({system}), where SQLite cannot lock: "
            "use a local disk, or PostgreSQL or MariaDB"
        )
        raise UnusableStorageError(message)
    if not create and not path.exists():
        message = f"the database {path} does not exist{_near(path)}. {HOW_TO_MAKE}"
        raise StorageNotFoundError(message)
    if create:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            pass
        except OSError as error:
            message = f"{path} cannot be opened: {error.strerror}"
            raise UnusableStorageError(message) from None
        else:
            return
    # Only SQLite opens an existing file. When a process closes a file, it loses all its locks on it, including those of
    # its other connections (https://sqlite.org/howtocorrupt.html, 2.2). Another process would then take itself for the
    # last one and delete the log that this one is still writing.
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        message = f"{path} cannot be opened: it is not a file, or this user may not read and write it"
        raise UnusableStorageError(message)
    if 0 < path.stat().st_size < _LEAST:
        message = f"{path} is not a SQLite database"
        raise UnusableStorageError(message)


def _near(path: Path) -> str:
    """Return a suggestion of a file in the folder with a similar name, as part of a sentence, or an empty text."""
    names = [file.name for file in path.parent.iterdir() if not file.name.endswith(("-wal", "-shm"))]
    similar = difflib.get_close_matches(path.name, names, 1)
    return f"; did you mean {similar[0]}" if similar else ""


def has_table(path: Path, name: str) -> bool:
    """Return whether a database has a table. It is not changed, because it may belong to another program.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    try:
        rows = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
        return rows.fetchone() is not None
    finally:
        connection.close()


def network_file_system(folder: Path, mounts: Iterable[str] | None = None) -> str:
    """Return the name of the network file system that a folder is on. Empty if it is on none or this is unknown.

    Args:
        folder: the folder.
        mounts: lines in the format of Linux's `/proc/mounts`; by default those of this machine.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
    real = os.path.realpath(folder)
    best = ("", "")
    for line in mounts:
        _, _, rest = line.partition(" ")
        point, system, *_ = [*rest.split(" "), "", ""]
        point = point.replace("\\040", " ")
        is_inside = real == point or real.startswith(point.rstrip("/") + "/")
        if is_inside and len(point) >= len(best[0]):
            best = (point, system)
    return best[1] if best[1].startswith(_OVER_A_NETWORK) else ""


def tune(engine: Engine) -> None:
    """Make every connection of an engine durable, and let the storage begin transactions itself."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        # Python's `sqlite3` would begin transactions too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        writing = connection.get_execution_options().get("communityconnector_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def copied(path: Path, schema: int) -> Path:
    """Copy a database into its folder, before it is changed.

    Args:
        path: the database.
        schema: number of its schema, for the copy's name.

    Returns:
        The path of the copy.
    """
    number = 0
    while True:
        target = path.with_name(f"{path.name}.schema-{schema}{f'-{number}' if number else ''}.bak")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            break
        except FileExistsError:
            number += 1
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    except sqlite3.Error as error:
        target.unlink()
        message = f"{path} cannot be copied ({type(error).__name__}), so nothing was changed"
        raise StorageError(message) from None
    finally:
        source.close()
        copy.close()
    return target


def copies_of(path: Path) -> list[Path]:
    """Return the copies of a database that `copied` has made."""
    pattern = re.compile(rf"{re.escape(path.name)}\.schema-\d+(-\d+)?\.bak")
    return sorted(file for file in path.parent.iterdir() if pattern.fullmatch(file.name))
