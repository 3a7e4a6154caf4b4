"""Records that many others embed, recognised rather than read again: an agency with each of its services."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from communityconnector.model import Record

_MOST: Final = 20_000
"""Most embedded records of one kind that are remembered."""


class RepeatedRecords:
    """Embedded records by what they were made of, to be recognised when a file repeats them."""

    def __init__(self) -> None:
        self._records: dict[bytes, dict[bytes, Record]] = {}

    def of_kind(self, kind: bytes) -> dict[bytes, Record]:
        """Return the records of a kind by their text; none, once they are too many."""
        records = self._records.setdefault(kind, {})
        if len(records) >= _MOST:
            records.clear()
        return records

    def forget(self) -> None:
        """Forget all records."""
        self._records.clear()


def text_of(item: Any) -> bytes | None:
    """Return a JSON value as a text that no other value has; `None` where it is nested too deep.

    Letter for letter, for `1` is not `true`, and the order of fields is kept too.
    """
    dumps = _quick_dumps()
    if dumps is not None:
        try:
            return dumps(item)
        except TypeError:
            # It knows no numbers beyond 64 bits.
            pass
    try:
        return repr(item).encode("utf-8", "surrogatepass")
    except RecursionError:
        return None


@cache
def _quick_dumps() -> Callable[[Any], bytes] | None:
    """Return the function by which orjson writes values, where it is installed."""
    try:
        import orjson
    except ImportError:
        return None
    return orjson.dumps
