"""The index that a desk answers from: opened, built, and kept up to date."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attrs

from communityconnector.directory_store.generations import DirectoryStore, Generation, View
from communityconnector.directory_store.index_files import (
    Progress,
    follow_changes,
    open_index,
    remove_outdated,
)
from communityconnector.errors import DirectoryNotLoadedError, StorageError
from communityconnector.matching import Index
from communityconnector.matching.criteria import Locate
from communityconnector.model import Audience
from communityconnector.model.zips import zip_point

if TYPE_CHECKING:
    from communityconnector.needs import Lexicon

_LOOK_AGAIN: Final = 1.0
"""Seconds after which one looks again whether another process has loaded or changed something."""
_TRIES: Final = 5
"""How often one begins again, where others load faster than one can index."""

T = TypeVar("T")


@attrs.frozen
class ServedIndex(Generic[T]):
    """The index that is answered from.

    Attributes:
        generation: the generation of the directory.
        view: how the audience may see it.
        index: its index.
        matcher: what matches against the index.
        known: the last commit that the index knows.
        looked: when that was, on the clock of `time.monotonic`.
    """

    generation: Generation
    view: View
    index: Index
    matcher: T
    known: int
    looked: float


class IndexFollower(Generic[T]):
    """Follows what others load and change. It may be shared between threads.

    Args:
        store: where the directory is stored.
        make: makes what matches against an index.
        folder: holds the indexes; `None` for one that is gone with this.
        audience: for whom they are.
        lexicon: finds the phrases of a vocabulary; by default that which ships.
        locate: gives the points that stand for postal codes; by default of US ZIP codes.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # what an index is made with
        self,
        store: DirectoryStore,
        make: Callable[[Index], T],
        folder: Path | None,
        audience: Audience,
        lexicon: Lexicon | None,
        locate: Locate = zip_point,
    ) -> None:
        self._store = store
        self._make = make
        self._temporary = _Temporary() if folder is None else None
        self.folder = self._temporary.path if self._temporary is not None else Path(folder or "").absolute()
        self._audience = audience
        self._lexicon = lexicon
        self._locate = locate
        self._lock = threading.Lock()
        self._serving: ServedIndex[T] | None = None

    def __repr__(self) -> str:
        serving = self._serving
        return "nothing looked up yet" if serving is None else f"directory {serving.generation.number}"

    def now(self, *, at_once: bool = False) -> ServedIndex[T]:
        """What to answer from, brought up to date where that is due.

        Args:
            at_once: whether to look now, however lately one has looked.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        serving = self._serving
        if serving is None or at_once:
            self._lock.acquire()
        elif time.monotonic() - serving.looked < _LOOK_AGAIN or not self._lock.acquire(blocking=False):
            # Where another thread is at it, which may take as long as an index takes, the rest go on as they were.
            return serving
        try:
            self._serving = serving = self._up_to_date()
        finally:
            self._lock.release()
        return serving

    def index(
        self, generation: int, token: str, *, anew: bool = False, on_progress: Progress | None = None
    ) -> Index:
        """The index of a generation (see `open_index`)."""
        return open_index(
            self._store,
            generation,
            token,
            self.folder,
            self._audience,
            anew=anew,
            durable=self._temporary is None,
            lexicon=self._lexicon,
            locate=self._locate,
            on_progress=on_progress,
        )

    def close(self) -> None:
        """Release everything."""
        self._serving = None
        if self._temporary is not None:
            self._temporary.remove()

    def _up_to_date(self) -> ServedIndex[T]:
        looked = time.monotonic()
        serving = self._current()
        index, known = follow_changes(
            self._store, serving.generation, serving.index, serving.view, serving.known
        )
        matcher = serving.matcher if index is serving.index else self._make(index)
        return attrs.evolve(serving, index=index, matcher=matcher, known=known, looked=looked)

    def _current(self) -> ServedIndex[T]:
        """What to answer from, as it was when the directory that counts was indexed."""
        current = self._store.current()
        failure = StorageError("others loaded directories faster than they could be indexed")
        for _ in range(_TRIES):
            if current is None:
                message = "no directory has been loaded: `load` takes one in"
                raise DirectoryNotLoadedError(message)
            if self._serving is not None and self._serving.generation.token == current.token:
                return self._serving
            try:
                view = self._store.view(current.number, self._audience)
                index = self.index(current.number, current.token)
            except StorageError as error:
                failure = error
            else:
                remove_outdated(self.folder, current)
                return ServedIndex(current, view, index, self._make(index), current.version, looked=0.0)
            # While it was being indexed, others may have loaded twice.
            tried, current = current, self._store.current()
            if current is not None and current.token == tried.token:
                break
        raise failure


class _Temporary:
    """A folder that is gone with the object, or with the process; not with a child that the process has forked."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="communityconnector-"))
        self.remove = weakref.finalize(self, _remove, self.path, os.getpid())


def _remove(path: Path, process: int) -> None:
    if process == os.getpid():
        shutil.rmtree(path, ignore_errors=True)
