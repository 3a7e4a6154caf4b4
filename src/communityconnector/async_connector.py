"""The desk for asynchronous programs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

from communityconnector.connector import Connector
from communityconnector.desk import DispatchReport
from communityconnector.desk_options import DeskOptions
from communityconnector.errors import StorageClosedError

P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    call: Callable[Concatenate[Connector, P], T],
) -> Callable[Concatenate[AsyncConnector, P], Coroutine[Any, Any, T]]:
    """Return a method of `AsyncConnector` that runs one of `Connector`, with its arguments and its documentation."""
    name = call.__name__

    @wraps(call)
    async def method(self: AsyncConnector, /, *args: P.args, **kwargs: P.kwargs) -> T:
        # By its name, because a host's desk may have a method of its own in its place.
        own: Callable[P, T] = getattr(self.desk, name)
        return await self.run(own, *args, **kwargs)

    return method


class AsyncConnector:
    """A desk for programs that must not wait: each call runs on a thread, and can be awaited.

    It has the verbs of `Connector` with the same arguments: `load`, `match`, `explain`, `export`, `refer`, `record_event`,
    `follow_up`, `due`, `dispatch_once`, `purge` and `close`. Every other call of the desk is awaited by `run`.

    Example:
        >>> import asyncio
        >>> import communityconnector as cc
        >>> async def first_match():
        ...     async with await cc.AsyncConnector.open() as desk:
        ...         await desk.load(cc.sample())
        ...         return (await desk.match("soup kitchen", near="28694"))[0].service.name
        >>> asyncio.run(first_match())
        'Sunday Supper'

    Args:
        desk: the desk; closed with this one.
        threads: how many calls may run at once.
    """

    def __init__(self, desk: Connector, *, threads: int = 4) -> None:
        self.desk = desk
        self._closed = False
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="communityconnector")

    @classmethod
    async def open(
        cls,
        url: str | None = None,
        *,
        create: bool = False,
        threads: int = 4,
        **options: Unpack[DeskOptions],
    ) -> Self:
        """Open the desk at a URL (see `Connector.open`)."""
        desk = await asyncio.to_thread(Connector.open, url, create=create, **options)
        return cls(desk, threads=threads)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await any call of the desk, such as `run(desk.privacy.erase, patron, actor=actor)`.

        Raises:
            StorageClosedError: the desk is closed.
        """
        if self._closed:
            message = "this desk is closed"
            raise StorageClosedError(message)
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))

    load = _awaited(Connector.load)
    match = _awaited(Connector.match)
    explain = _awaited(Connector.explain)
    export = _awaited(Connector.export)
    refer = _awaited(Connector.refer)
    record_event = _awaited(Connector.record_event)
    follow_up = _awaited(Connector.follow_up)
    due = _awaited(Connector.due)
    purge = _awaited(Connector.purge)

    async def dispatch_once(self, limit: int = 100) -> DispatchReport:
        """See `Connector.dispatch_once`. If the task is cancelled, the message that is being sent is finished first.

        Other claimed messages are given back, and the next call sends them.
        """
        stop = threading.Event()
        try:
            return await self.run(self.desk.dispatch_once, limit, stop=stop)
        finally:
            stop.set()

    async def close(self) -> None:
        """See `Connector.close`."""
        if not self._closed:
            await self.run(self.desk.close)
            self._closed = True
            self._threads.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
