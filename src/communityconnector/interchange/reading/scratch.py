"""Databases for what is too large for memory while a source is read."""

from __future__ import annotations

import sqlite3


def scratch_database(schema: str) -> sqlite3.Connection:
    """Return an empty database with these tables, in a file of SQLite's own that is gone when it closes or crashes."""
    base = sqlite3.connect("")
    # No crash is recovered from, so nothing is written for one.
    base.execute("PRAGMA journal_mode = OFF")
    base.execute("PRAGMA synchronous = OFF")
    base.executescript(schema)
    return base
