"""A directory in storage: taken in as a stream, replaced in one step, and indexed from where it lies.

Every load writes a whole new *generation* of records beside the one that is being read; one commit then makes the new
one count. So a reader sees the old directory or the new one, never half of it, on any storage.

Nothing is imported before it is used: the processes that read a large file (`reader_process`) need no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communityconnector.directory_store.generations import DirectoryStore
    from communityconnector.directory_store.index_files import open_index
    from communityconnector.directory_store.index_follower import IndexFollower
    from communityconnector.directory_store.loading import Loaded, load
    from communityconnector.directory_store.service_lookup import summarize_service

__all__ = ["DirectoryStore", "IndexFollower", "Loaded", "load", "open_index", "summarize_service"]

_HOMES = {
    "DirectoryStore": "generations",
    "IndexFollower": "index_follower",
    "Loaded": "loading",
    "load": "loading",
    "open_index": "index_files",
    "summarize_service": "service_lookup",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
