"""A kit for testing programs that embed or extend the library. Needs pytest and hypothesis (`[test]`), but for `relevance`.

`StorageContract` tests a storage, `communityconnector.testing.strategies` generates directories and needs, and
`communityconnector.testing.relevance` measures how well patrons' words are understood. Imports are lazy, because pytest
loads `communityconnector.testing.plugin` wherever the library is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communityconnector.testing.storage import StorageContract

__all__ = ["StorageContract"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from communityconnector.testing.storage import StorageContract

    return StorageContract
