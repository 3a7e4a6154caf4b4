"""Storage in a database through SQLAlchemy Core: SQLite by default, or PostgreSQL or MariaDB.

`schema` defines the tables and their migrations, `sqlite` has what only SQLite needs, `opening` opens a database by its
URL, and `storage` reads and writes. Nothing is imported before a database is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communityconnector.adapters.sql.opening import create_storage, file_of, migrate, open_storage
    from communityconnector.adapters.sql.storage import SqlStorage

__all__ = ["SqlStorage", "create_storage", "file_of", "migrate", "open_storage"]

_HOMES = {
    "SqlStorage": "storage",
    "create_storage": "opening",
    "file_of": "opening",
    "migrate": "opening",
    "open_storage": "opening",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
