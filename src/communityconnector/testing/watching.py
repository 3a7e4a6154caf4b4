"""Watching what code touches outside: sockets, and files that it opens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_watchers: Final[list[tuple[tuple[str, ...], list[str]]]] = []
_installed: Final[list[bool]] = []


@contextmanager
def watched(*kinds: str) -> Iterator[list[str]]:
    """Yield a list that records every use of sockets or files, even by code that hides its errors.

    Args:
        *kinds: the beginnings of the events that Python's audit hooks report, such as `socket.` and `open`; by default
            those of sockets.
    """
    if not _installed:
        # An audit hook cannot be removed, so there is only one, and it is idle between tests.
        sys.addaudithook(_audit)
        _installed.append(True)
    events: list[str] = []
    watcher = (kinds or ("socket.",), events)
    _watchers.append(watcher)
    try:
        yield events
    finally:
        _watchers[:] = [other for other in _watchers if other is not watcher]


def _audit(event: str, _: tuple[object, ...]) -> None:
    for kinds, events in _watchers:
        if event.startswith(kinds):
            events.append(event)
