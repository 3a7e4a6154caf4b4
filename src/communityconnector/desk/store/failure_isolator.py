"""Handling records one by one, so that a broken one does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeVar

from communityconnector.errors import StorageError
from communityconnector.storage import Record

_LOG: Final = logging.getLogger("communityconnector")

T = TypeVar("T")


class FailureIsolator:
    """Handles records one by one, and remembers those that could not be handled.

    Attributes:
        failed: kinds and ids of records that could not be handled.
    """

    def __init__(self) -> None:
        self.failed: set[tuple[str, str]] = set()

    def attempt(self, kind: str, key: str, do: Callable[[], T]) -> T | None:
        """Do something with a record; gives `None` if that fails, whatever the reason.

        Args:
            kind: the record's kind.
            key: its id.
            do: what to do.

        Raises:
            StorageError: the storage failed, and so would everything else.
        """
        try:
            return do()
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001  # a record may be broken in any way, and the others must go on
            if (kind, key) not in self.failed:
                # The error's text may quote the record, so only its type is logged.
                _LOG.warning("%s %s cannot be worked on: %s", kind, key, type(error).__name__)
            self.failed.add((kind, key))
            return None


def read_each(records: Iterable[Record], read: Callable[[Record], T]) -> Iterator[T]:
    """Read records; those that cannot be read are left out and logged.

    Args:
        records: the records.
        read: reads one.
    """
    isolator = FailureIsolator()
    for record in records:
        value = isolator.attempt(record.kind, record.id, partial(read, record))
        if value is not None:
            yield value
