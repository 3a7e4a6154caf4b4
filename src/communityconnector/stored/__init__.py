"""A directory in storage: taken in as a stream, replaced in one step, and indexed from where it lies.

Every load writes a whole new *generation* of records beside the one that is being read; one commit then says that the
new one counts. So a reader sees the old directory or the new one, never half of it, on any storage.

Nothing is imported before it is used: the processes that read a large file (`worker`) need no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communityconnector.stored.following import Follower
    from communityconnector.stored.generations import Shelf
    from communityconnector.stored.indexing import opened_index
    from communityconnector.stored.loading import Loaded, load

__all__ = ["Follower", "Loaded", "Shelf", "load", "opened_index"]

_HOMES = {
    "Follower": "following",
    "Loaded": "loading",
    "Shelf": "generations",
    "load": "loading",
    "opened_index": "indexing",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
