"""For the tests of those who embed or extend the library. Needs pytest and hypothesis (`[test]`).

`StorageContract` proves a storage, `communityconnector.testing.strategies` makes directories and needs. Nothing is
imported before it is asked for: pytest loads `communityconnector.testing.plugin` wherever the library is installed.
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
