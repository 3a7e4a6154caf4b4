"""The desk for asynchronous programs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from communityconnector.connector import Connector
from communityconnector.desk import DeliveryStatus, DispatchReport, DueReferral, DueReport
from communityconnector.directory_store import Loaded
from communityconnector.directory_store.loading import Source
from communityconnector.errors import StorageClosedError
from communityconnector.matching import Match, MatchResult
from communityconnector.model import Service
from communityconnector.needs import Need
from communityconnector.notification import Secret
from communityconnector.partners import Occurrence
from communityconnector.referrals import Actor, ContactPreference, Event, Referral

P = ParamSpec("P")
T = TypeVar("T")


class AsyncConnector:
    """A desk for programs that must not wait: each call runs on a thread, and can be awaited.

    Args:
        desk: the desk; closed with this one.
        threads: how many calls may run at once.
    """

    def __init__(self, desk: Connector, *, threads: int = 4) -> None:
        self.desk = desk
        self._closed = False
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="communityconnector")

    @classmethod
    async def open(cls, url: str | None = None, *, threads: int = 4, **parts: Any) -> Self:
        """Open the desk at a URL (see `Connector.open`)."""
        return cls(await asyncio.to_thread(partial(Connector.open, url, **parts)), threads=threads)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await a call of the desk's, such as `run(desk.matcher.explain, need, service_id)`.

        Raises:
            StorageClosedError: the desk is closed.
        """
        if self._closed:
            message = "this desk is closed"
            raise StorageClosedError(message)
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))

    async def load(self, source: Source, **how: Any) -> Loaded:
        """See `Connector.load`."""
        return await self.run(partial(self.desk.load, source, **how))

    async def match(self, need: Need | str, **how: Any) -> MatchResult:
        """See `Connector.match`."""
        return await self.run(partial(self.desk.match, need, **how))

    async def visits(self, branch: str, first: date | datetime, last: date | datetime) -> list[Occurrence]:
        """See `Connector.visits`."""
        return await self.run(self.desk.visits, branch, first, last)

    async def refer(self, to: Match | Service | str, *, actor: Actor, **asked: Any) -> Referral:
        """See `Connector.refer`."""
        return await self.run(partial(self.desk.refer, to, actor=actor, **asked))

    async def apply(self, referral_id: str, event: Event | str, *, actor: Actor, **told: Any) -> Referral:
        """See `Connector.apply`."""
        return await self.run(partial(self.desk.apply, referral_id, event, actor=actor, **told))

    async def tell(self, referral_id: str, told: Mapping[str, str | Secret | None], *, actor: Actor) -> None:
        """See `Connector.tell`."""
        await self.run(partial(self.desk.tell, referral_id, told, actor=actor))

    async def set_contacts(
        self, referral_id: str, contacts: Iterable[ContactPreference], *, actor: Actor
    ) -> None:
        """See `Connector.set_contacts`."""
        await self.run(partial(self.desk.set_contacts, referral_id, contacts, actor=actor))

    async def allow_follow_up(self, referral_id: str, allowed: bool, *, actor: Actor) -> Referral:  # noqa: FBT001  # the one thing that is said
        """See `Connector.allow_follow_up`."""
        return await self.run(partial(self.desk.allow_follow_up, referral_id, allowed, actor=actor))

    async def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """See `Connector.due`."""
        return await self.run(self.desk.due, now)

    async def run_due(self) -> DueReport:
        """See `Connector.run_due`."""
        return await self.run(self.desk.run_due)

    async def dispatch_once(self, limit: int = 100) -> DispatchReport:
        """See `Connector.dispatch_once`. Where the task is cancelled, the message that is being sent is finished first.

        What was claimed besides is given back, and the next call sends it.
        """
        stop = threading.Event()
        try:
            return await self.run(partial(self.desk.dispatch_once, limit, stop=stop))
        finally:
            stop.set()

    async def track(
        self, message: str, status: DeliveryStatus | str, *, actor: Actor, at: datetime | None = None
    ) -> bool:
        """See `Connector.track`."""
        return await self.run(partial(self.desk.track, message, status, actor=actor, at=at))

    async def amend(self, service: Service) -> None:
        """See `Connector.amend`."""
        await self.run(self.desk.amend, service)

    async def disclose(self, record_id: str, **how: Any) -> None:
        """See `Connector.disclose`."""
        await self.run(partial(self.desk.disclose, record_id, **how))

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
