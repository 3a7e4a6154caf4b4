"""A SQLite storage that can wipe deleted data from its file.

`secure_delete` overwrites deleted data in place. It misses copies. When SQLite balances its pages, cells move, and their
old places keep their bytes until something else is written there. The write-ahead log also keeps earlier pages. So
wiping rewrites the file and truncates the log.
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
"""Seconds to wait for readers."""


class SqliteStorage(SqlStorage):
    """Records in a SQLite file.

    Args:
        engine: connects to the file.
        file: the path of the file.
    """

    def __init__(self, engine: Engine, file: Path) -> None:
        # SQLite allows one writer, and a lock within the process is fairer than SQLite's own.
        super().__init__(engine, lock=threading.RLock())
        self._file = file

    @plainly
    def wipe(self) -> bool:
        """See `SupportsWiping.wipe`. It takes the time and the space of rewriting the file, and blocks writers.

        Copies that migrations made are deleted, because they contain the data of that time.
        """
        self.usable()
        try:
            for copy in copies_of(self._file):
                copy.unlink(missing_ok=True)
        except OSError as error:
            message = f"the backup from a migration cannot be deleted: {error.strerror}"
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
