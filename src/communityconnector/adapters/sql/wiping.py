"""A SQLite file from which what was deleted is gone.

`secure_delete` overwrites what is deleted where it lies. It does not reach what was copied meanwhile: when SQLite
balances its pages, cells move, and the place that they leave keeps their bytes until something else is written there;
and the write-ahead log keeps pages as they were. So the file is written anew, and the log cut off.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from communityconnector.adapters.sql.sqlite import BUSY_SECONDS, copies_of
from communityconnector.adapters.sql.storage import SqlStorage, plainly
from communityconnector.errors import StorageError

_PATIENCE: Final = 5.0
"""Seconds to wait for those who read."""


class SqliteStorage(SqlStorage):
    """Records in a SQLite file.

    Args:
        engine: leads to the file.
        file: where it is.
    """

    def __init__(self, engine: Engine, file: Path) -> None:
        # SQLite has one writer, and a lock within the process is fairer than its own.
        super().__init__(engine, lock=threading.RLock())
        self._file = file

    @plainly
    def wipe(self) -> bool:
        """See `SupportsWiping.wipe`. It takes as long as writing the file, as much room, and keeps writers waiting.

        Copies that a migration made are deleted: they hold what the file held then.
        """
        self.usable()
        try:
            for copy in copies_of(self._file):
                copy.unlink(missing_ok=True)
        except OSError as error:
            message = f"a copy from before a migration cannot be deleted: {error.strerror}"
            raise StorageError(message) from None
        with self._lock, self._engine.connect() as connection:
            raw = connection.connection.cursor()
            try:
                raw.execute("VACUUM")
                raw.execute(f"PRAGMA busy_timeout={int(_PATIENCE * 1000)}")
                busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                raw.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
                raw.close()
        return not busy
