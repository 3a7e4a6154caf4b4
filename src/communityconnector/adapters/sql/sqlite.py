"""What only SQLite needs: a file that is ours alone, on a disk that can lock, written so that what is said is kept."""

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
"""How long a writer waits for another process that is writing."""

_OVER_A_NETWORK: Final = ("nfs", "cifs", "smb", "9p", "afs", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre")
"""Beginnings of the names of file systems on which SQLite's locks, and its shared memory, cannot be relied upon:
https://sqlite.org/wal.html, "all processes using a database must be on the same host computer"."""

_LEAST: Final = 100
"""Bytes of the header that every database has: https://sqlite.org/fileformat.html, 1.3."""

_PRAGMAS: Final = (
    "PRAGMA synchronous=FULL",  # what was committed survives a loss of power
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was deleted is overwritten, not only forgotten
    "PRAGMA trusted_schema=OFF",
)


HOW_TO_MAKE: Final = (
    "`communityconnector load FILE --desk URL` makes one from a directory, and `Connector.open(url, create=True)` "
    "an empty one"
)


def prepare(path: Path, *, create: bool) -> None:
    """See to it that a file can be opened, and that a new one can be read by its owner alone.

    Args:
        path: the file.
        create: whether to make it where there is none.

    Raises:
        StorageNotFoundError: there is no such folder, or no such file and none is to be made.
        UnusableStorageError: the file is something else, or it lies where it cannot be locked.
    """
    folder = path.parent
    if not folder.is_dir():
        message = f"there is no folder {folder}: make it, or name another file"
        raise StorageNotFoundError(message)
    system = network_file_system(folder)
    if system:
        message = (
            f"{path} lies on a network file system ({system}), where SQLite cannot lock: "
            "use a local disk, or PostgreSQL or MariaDB"
        )
        raise UnusableStorageError(message)
    if not create and not path.exists():
        message = f"there is no database {path}{_near(path)}. {HOW_TO_MAKE}"
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
    # What is there is opened by SQLite alone. When a process closes a file, it loses its locks on it, whoever in it
    # holds them (https://sqlite.org/howtocorrupt.html, 2.2). Another process would then take itself for the last
    # one, and throw the log away that this one is still writing.
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        message = f"{path} cannot be opened: it is no file, or not ours to read and write"
        raise UnusableStorageError(message)
    if 0 < path.stat().st_size < _LEAST:
        message = f"{path} is no SQLite database"
        raise UnusableStorageError(message)


def _near(path: Path) -> str:
    """A file beside it whose name differs by a slip, as part of a sentence; empty where there is none."""
    names = [each.name for each in path.parent.iterdir() if not each.name.endswith(("-wal", "-shm"))]
    found = difflib.get_close_matches(path.name, names, 1)
    return f"; did you mean {found[0]}" if found else ""


def has_table(path: Path, name: str) -> bool:
    """Whether a database has a table. Nothing is set in it, for it may belong to another program.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    try:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
        return found.fetchone() is not None
    finally:
        connection.close()


def network_file_system(folder: Path, mounts: Iterable[str] | None = None) -> str:
    """The name of the network file system that a folder lies on; empty where it lies on none, or nobody knows.

    Args:
        folder: the folder.
        mounts: lines as Linux has them in `/proc/mounts`; by default those of this machine.
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
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, system)
    return best[1] if best[1].startswith(_OVER_A_NETWORK) else ""


def tune(engine: Engine) -> None:
    """Have every connection of an engine keep what it is told, and let us begin transactions ourselves."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        # Python's own way to begin transactions begins them too late for our purpose.
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
    """Copy a database beside itself, before it is changed.

    Args:
        path: the database.
        schema: number of its schema, for the copy's name.

    Returns:
        Where the copy is.
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
        message = f"{path} cannot be copied ({type(error).__name__}); nothing was changed"
        raise StorageError(message) from None
    finally:
        source.close()
        copy.close()
    return target


def copies_of(path: Path) -> list[Path]:
    """The copies of a database that `copied` has made beside it."""
    named = re.compile(rf"{re.escape(path.name)}\.schema-\d+(-\d+)?\.bak")
    return sorted(each for each in path.parent.iterdir() if named.fullmatch(each.name))
