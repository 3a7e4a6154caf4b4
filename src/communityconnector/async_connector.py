"""The desk for asynchronous programs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, Unpack

from communityconnector.connector import Connector
from communityconnector.desk import DispatchReport, DueReferral, PurgeReport
from communityconnector.desk.casework.referral_request import EventOptions, ReferOptions
from communityconnector.desk.casework.referring import ReferralTarget
from communityconnector.desk_options import DeskOptions, LoadOptions, MatchOptions
from communityconnector.directory_store import Loaded
from communityconnector.directory_store.loading import Source
from communityconnector.errors import StorageClosedError
from communityconnector.matching import Explanation, MatchResult
from communityconnector.model import Finding
from communityconnector.needs import Need
from communityconnector.referrals import Actor, Event, FollowUp, Referral
from communityconnector.referrals.names import EventName

P = ParamSpec("P")
T = TypeVar("T")


class AsyncConnector:
    """A desk for programs that must not wait: each call runs on a thread, and can be awaited.

    It has the verbs of `Connector`; every other call of the desk is awaited by `run`.

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

    async def load(self, source: Source, **options: Unpack[LoadOptions]) -> Loaded:
        """See `Connector.load`."""
        return await self.run(partial(self.desk.load, source, **options))

    async def match(self, need: Need | str, **options: Unpack[MatchOptions]) -> MatchResult:
        """See `Connector.match`."""
        return await self.run(partial(self.desk.match, need, **options))

    async def explain(self, need: Need | str, service_id: str) -> tuple[Explanation, ...]:
        """See `Connector.explain`."""
        return await self.run(self.desk.explain, need, service_id)

    async def export(self, path: str | os.PathLike[str], *, format: str | None = None) -> tuple[Finding, ...]:  # noqa: A002  # the command line's word
        """See `Connector.export`."""
        return await self.run(self.desk.export, path, format=format)

    async def refer(self, to: ReferralTarget, *, actor: Actor, **options: Unpack[ReferOptions]) -> Referral:
        """See `Connector.refer`."""
        return await self.run(partial(self.desk.refer, to, actor=actor, **options))

    async def record_event(
        self, referral_id: str, event: Event | EventName, *, actor: Actor, **options: Unpack[EventOptions]
    ) -> Referral:
        """See `Connector.record_event`."""
        return await self.run(partial(self.desk.record_event, referral_id, event, actor=actor, **options))

    async def follow_up(
        self, referral_id: str, answer: FollowUp, *, actor: Actor, at: datetime | None = None
    ) -> Referral:
        """See `Connector.follow_up`."""
        return await self.run(self.desk.follow_up, referral_id, answer, actor=actor, at=at)

    async def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """See `Connector.due`."""
        return await self.run(self.desk.due, now)

    async def dispatch_once(self, limit: int = 100) -> DispatchReport:
        """See `Connector.dispatch_once`. If the task is cancelled, the message that is being sent is finished first.

        Other claimed messages are given back, and the next call sends them.
        """
        stop = threading.Event()
        try:
            return await self.run(self.desk.dispatch_once, limit, stop=stop)
        finally:
            stop.set()

    async def purge(
        self, now: datetime | None = None, *, dry_run: bool = False, wipe: bool = True
    ) -> PurgeReport:
        """See `Connector.purge`."""
        return await self.run(self.desk.purge, now, dry_run=dry_run, wipe=wipe)

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
