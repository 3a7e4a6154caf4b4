"""Doing things one by one, so that one that is broken keeps nobody else waiting."""

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
    """Does things one by one, and remembers which could not be done.

    Attributes:
        failed: kinds and ids of what could not be done.
    """

    def __init__(self) -> None:
        self.failed: set[tuple[str, str]] = set()

    def tried(self, kind: str, key: str, do: Callable[[], T]) -> T | None:
        """Do something about a record; `None` where that fails, whatever the reason.

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
                # The error's text may say what stands in the record, so only its type is told.
                _LOG.warning("%s %s cannot be worked on: %s", kind, key, type(error).__name__)
            self.failed.add((kind, key))
            return None


def read_each(records: Iterable[Record], read: Callable[[Record], T]) -> Iterator[T]:
    """What some records say; those that cannot be read are left out, and told to the log.

    Args:
        records: the records.
        read: reads one.
    """
    apart = FailureIsolator()
    for record in records:
        found = apart.tried(record.kind, record.id, partial(read, record))
        if found is not None:
            yield found
