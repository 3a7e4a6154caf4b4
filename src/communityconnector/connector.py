"""The desk: a stored directory and what is asked of it, behind one face."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

import attrs

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.errors import DirectoryNotLoadedError
from communityconnector.geocoding import Geocoder
from communityconnector.interchange import Mode
from communityconnector.matcher import Matcher
from communityconnector.matching import Index, MatchResult, Rank
from communityconnector.matching.engine import Reranker
from communityconnector.model import Audience, Directory, Finding, Point, Service
from communityconnector.needs import Interpreter, Need, PhraseInterpreter, Vocabulary
from communityconnector.storage import Storage
from communityconnector.stored import Generation, Loaded, Shelf, View, followed, load, opened_index, outdated
from communityconnector.stored.loading import Columns, Source

_LOG: Final = logging.getLogger("communityconnector")

_LOOK_AGAIN: Final = 1.0
"""Seconds after which a desk looks again whether another process has loaded or changed something."""

P = ParamSpec("P")
T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen
class _Serving:
    """What a desk answers from.

    Attributes:
        generation: the generation of the directory.
        view: how the audience may see it.
        matcher: asks its index.
        known: the last commit that the index knows.
        looked: when that was, on the clock of `time.monotonic`.
    """

    generation: Generation
    view: View
    matcher: Matcher
    known: int
    looked: float


class Connector:
    """A desk: a directory in storage, and matches from it.

    Open one with `Connector.open`. It may be shared between threads; a process that forks opens its own. Other
    processes may load and change the directory meanwhile: a desk sees what they did within a second.

    Args:
        storage: where everything is kept; closed with the desk.
        index: folder for the indexes; by default one that is gone with the desk.
        audience: who will see the results. By default the public: confidential places stay hidden.
        geocoder: see `Matcher`, as the rest.
        vocabulary: the needs that there are; indexes are made with it.
        interpreter: who understands what patrons say.
        zone: zone of the directory's wall-clock times.
        clock: gives the present moment, with a zone.
        weights: what each part adds to a score, by name.
        rerankers: each in turn may put the best matches in another order.
        holidays: names the days on which the usual hours may not hold.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace, all with a default
        self,
        storage: Storage,
        *,
        index: str | os.PathLike[str] | None = None,
        audience: Audience | str = Audience.PUBLIC,
        geocoder: Geocoder | None = None,
        vocabulary: Vocabulary | None = None,
        interpreter: Interpreter | None = None,
        zone: str | tzinfo | None = None,
        clock: Callable[[], datetime] = _now,
        weights: Mapping[str, float] | None = None,
        rerankers: Iterable[Reranker] = (),
        holidays: Callable[[date], str | None] | None = None,
    ) -> None:
        self.storage = storage
        self.audience = Audience(audience)
        self._shelf = Shelf(storage)
        self._clock = clock
        self._temporary = (
            None if index is not None else tempfile.TemporaryDirectory(prefix="communityconnector-")
        )
        self._folder = Path(index if index is not None else self._temporary.name if self._temporary else ".")
        self._phrases = None if vocabulary is None else PhraseInterpreter(vocabulary)
        self._matcher = partial(
            Matcher,
            audience=self.audience,
            geocoder=geocoder,
            interpreter=interpreter,
            zone=zone,
            clock=clock,
            weights=weights,
            rerankers=tuple(rerankers),
            holidays=holidays,
        )
        self._lock = threading.Lock()
        self._serving: _Serving | None = None

    @classmethod
    def open(
        cls, url: str | None = None, *, index: str | os.PathLike[str] | None = None, **parts: Any
    ) -> Self:
        """Open the desk at a URL.

        Args:
            url: where its storage is, such as `sqlite:///desk.db`; by default in memory, gone with the desk.
            index: folder for the indexes. By default beside a SQLite file, in a folder of the same name with
                `.index`; else one that is gone with the desk, so that it is built anew whenever one is opened.
            **parts: what `Connector` takes besides.

        Raises:
            UnusableStorageError: nothing is called so, or what is there cannot be used.
            MigrationNeededError: an older version made it.
            StorageError: the database cannot be reached.
        """
        if url is None:
            return cls(MemoryStorage(), index=index, **parts)
        from communityconnector.adapters.sql import open_storage

        storage = open_storage(url)
        return cls(storage, index=index or _beside(url), **parts)

    def load(  # noqa: PLR0913  # what `read` takes, and what to do with what is gone
        self,
        source: Source,
        *,
        mode: Mode | str = Mode.REPAIR,
        mapping: Columns = None,
        drop_missing: bool = False,
        on_finding: Callable[[Finding], object] | None = None,
        on_progress: Callable[[str, int], object] | None = None,
    ) -> Loaded:
        """Take in a directory, and index it. Until all of it is there, everybody goes on with the old one.

        A load that was cut off goes on where it was when the same file is loaded again.

        Args:
            source: a directory, or a file or folder that `read` can read, of any size.
            mode: how to read (`read`).
            mapping: what the columns of a spreadsheet mean.
            drop_missing: whether to let go of records that the source does not hold. By default they are kept.
            on_finding: takes each finding as it is made.
            on_progress: takes `stored` or `indexed`, and how many records were, now and then.

        Raises:
            SourceNotFoundError: there is no such file, or it may not be opened.
            InvalidDirectoryError: in mode `strict`, if there was any error. Nothing has changed.
            InvalidMappingError: the mapping is none.
            StaleRecordError: somebody else loaded a directory meanwhile; theirs counts.
        """
        tell = on_progress or (lambda _, __: None)

        def prepare(generation: int) -> None:
            self._index(generation, partial(tell, "indexed"))

        done = load(
            self.storage,
            source,
            now=self._clock(),
            mode=mode,
            mapping=mapping,
            drop_missing=drop_missing,
            on_finding=on_finding,
            on_progress=partial(tell, "stored"),
            prepare=prepare,
        )
        _LOG.info(
            "directory %d loaded: %d added, %d changed, %d missing",
            *(done.generation, done.added, done.changed, done.missing),
        )
        self._follow(at_once=True)
        return done

    def match(  # noqa: PLR0913  # what `Matcher.match` takes, with a place for a text
        self,
        need: Need | str,
        *,
        near: str | Point | None = None,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank | str = Rank.SCORE,
        per_agency: int | None = None,
    ) -> MatchResult:
        """The services that fit a need, best first, each with its reasons (see `Matcher.match`).

        Args:
            need: what the patron needs; a text alone will do.
            near: where from, if the need does not say.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over.
            rank: the order.
            per_agency: how many matches of one organization come before others get a turn.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            PlaceNotFoundError: nobody knows the place.
            InvalidNeedError: a number is negative.
        """
        asked = Need(need) if isinstance(need, str) else need
        if near is not None and asked.near is None:
            asked = attrs.evolve(asked, near=near)
        return self.matcher.match(asked, limit=limit, offset=offset, rank=rank, per_agency=per_agency)

    @property
    def matcher(self) -> Matcher:
        """Asks the directory as it is now, in all the ways of `Matcher`.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._follow().matcher

    @property
    def directory(self) -> Directory:
        """The whole directory as the audience may see it, read into memory.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._shelf.directory(self._follow().generation.number).for_audience(self.audience)

    def amend(self, service: Service) -> None:
        """Put one service in the place of that of the same id, or beside the others. The next load may change it again.

        Where that hides a place which was not hidden before, the whole directory is taken in again, since other records
        may tell the same place. A place that is no longer to be hidden is shown after the next load.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            StaleRecordError: somebody else changed it at the same moment.
        """
        generation = self._follow().generation.number
        if self._shelf.amend(generation, service):
            self._follow(at_once=True)
        else:
            roots = {
                (record.entity, record.id): record for record in self._shelf.directory(generation).roots()
            }
            self.load(Directory.of({**roots, (service.entity, service.id): service}.values()))
        _LOG.info("service %s amended", service.id)

    def close(self) -> None:
        """Let go of everything. May be called again."""
        self._serving = None
        self.storage.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        serving = self._serving
        number = f"directory {serving.generation.number}" if serving else "nothing looked up yet"
        return f"<Connector for the {self.audience}, {number}>"

    def _follow(self, *, at_once: bool = False) -> _Serving:
        """What to answer from, brought up to date where that is due."""
        serving = self._serving
        if serving is not None and not at_once and time.monotonic() - serving.looked < _LOOK_AGAIN:
            return serving
        with self._lock:
            self._serving = serving = self._up_to_date()
        return serving

    def _up_to_date(self) -> _Serving:
        serving, looked = self._serving, time.monotonic()
        current = self._shelf.current()
        if current is None:
            message = "no directory has been loaded: `load` takes one in"
            raise DirectoryNotLoadedError(message)
        if serving is None or serving.generation.number != current.number:
            view = self._shelf.view(current.number, self.audience)
            matcher = self._matcher(self._index(current.number))
            outdated(self._folder, current)
            serving = _Serving(current, view, matcher, current.version, looked)
        index, known = followed(self._shelf, current, serving.matcher.index, serving.view, serving.known)
        matcher = serving.matcher if index is serving.matcher.index else self._matcher(index)
        return attrs.evolve(serving, matcher=matcher, known=known, looked=looked)

    def _index(self, generation: int, on_progress: Callable[[int], object] | None = None) -> Index:
        return opened_index(
            self._shelf,
            generation,
            self._folder,
            self.audience,
            phrases=self._phrases,
            on_progress=on_progress,
        )


class AsyncConnector:
    """A desk for programs that must not wait: each call runs on a thread, and can be awaited.

    Args:
        desk: the desk; closed with this one.
        threads: how many calls may run at once.
    """

    def __init__(self, desk: Connector, *, threads: int = 4) -> None:
        self.desk = desk
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="communityconnector")

    @classmethod
    async def open(cls, url: str | None = None, *, threads: int = 4, **parts: Any) -> Self:
        """Open the desk at a URL (see `Connector.open`)."""
        return cls(await asyncio.to_thread(partial(Connector.open, url, **parts)), threads=threads)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await a call of the desk's, such as `run(desk.matcher.explain, need, service_id)`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))

    async def load(self, source: Source, **how: Any) -> Loaded:
        """See `Connector.load`."""
        return await self.run(partial(self.desk.load, source, **how))

    async def match(self, need: Need | str, **how: Any) -> MatchResult:
        """See `Connector.match`."""
        return await self.run(partial(self.desk.match, need, **how))

    async def amend(self, service: Service) -> None:
        """See `Connector.amend`."""
        await self.run(self.desk.amend, service)

    async def close(self) -> None:
        """See `Connector.close`."""
        await self.run(self.desk.close)
        self._threads.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _beside(url: str) -> Path | None:
    """Where the indexes of a SQLite file are; `None` for other databases."""
    scheme, _, rest = url.partition(":///")
    return Path(f"{rest.partition('?')[0]}.index") if scheme.partition("+")[0] == "sqlite" and rest else None
