"""Processes of our own that read a large file by turns, so that all the computer's cores do.

They are plain Python processes that import this library and are spoken to through pipes. `multiprocessing` would not do
for a library: it forks, which is not safe in a server that has threads, or it imports the program's main module again,
which begins a second time whatever a script without a guard does. These processes run no code of the host's, know nothing
of its storage, and end when their pipe does, even if the host was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, cast

from communityconnector.directory_store.load_rows import from_plain_row
from communityconnector.directory_store.reader_process import GREETING, pack, receive, send
from communityconnector.errors import LoadCutOffError
from communityconnector.interchange.reading.chunks import Chunk, ChunkRead

_AHEAD: Final = 2
"""So many chunks are given to a process before the first is asked back."""

_START_SECONDS: Final = 60.0
"""A process that has not answered by then cannot be a Python with this library in it."""

_END_SECONDS: Final = 5.0
"""A process whose pipe has ended has itself ended by then, and the other way about."""

_CODE: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from communityconnector.directory_store.reader_process import main; main()"
)


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Lost(Exception):  # noqa: N818  # never leaves this module
    """A process ended before it should."""


class _Worker:
    """One process, and the thread that speaks with it.

    Raises:
        OSError: no process may be started.
    """

    def __init__(self) -> None:
        # Its errors go nowhere: they might repeat what it read.
        self._process = subprocess.Popen(  # noqa: S603  # this very Python, and the text above
            [sys.executable, "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._speak, name="communityconnector-load", daemon=True)
        self._thread.start()

    def begin(self, entities: Collection[str]) -> None:
        """Wait until it is there, and tell it what it has to know.

        Raises:
            _Lost: it has ended, or is something else.
            queue.Empty: it does not answer.
        """
        if not self.take(_START_SECONDS):
            raise _Lost
        self.give(tuple(entities))
        self.take()

    def give(self, job: Any) -> None:
        """Give it something to do, as plain values."""
        self._jobs.put(pack(job))

    def take(self, seconds: float = float("inf")) -> Any:
        """What it has made of the first of what it was given.

        Raises:
            _Lost: it has ended.
            queue.Empty: it took too long.
        """
        while True:
            try:
                answer = self._answers.get(timeout=min(1.0, seconds))
            except queue.Empty:
                # Woken every second, one can be interrupted on every system.
                seconds -= 1
                if seconds <= 0:
                    raise
            else:
                if answer is _Lost:
                    raise _Lost
                return answer

    def ended(self) -> int | None:
        """How it ended, once it is lost; `None` where it has only fallen silent."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_END_SECONDS)
        return None

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._jobs.put(None)
        # Where Python is begun by a script, what that began may hold on to the pipe for longer than one should wait.
        self._thread.join(_END_SECONDS)

    def _speak(self) -> None:
        """Hand over what it is given, and what it makes of it: neither waits while the other has something to say."""
        to, of = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            to.write(json.dumps([str(place) for place in sys.path]).encode() + b"\n")
            to.flush()
            self._answers.put(of.read(len(GREETING)) == GREETING)
            while (job := self._jobs.get()) is not None:
                send(to, job)
                self._answers.put(receive(of))
        except (OSError, EOFError):
            self._answers.put(_Lost)
        finally:
            for stream in (to, of):
                with contextlib.suppress(OSError):
                    stream.close()


class ReaderPool:
    """Processes that read chunks. They are started when the first is given to them, and have ended when the context does.

    Args:
        count: how many; with fewer than two there are none.
        entities: tells of which entities embedded records are to be named (`Row`); asked when they are started.
    """

    def __init__(self, count: int, entities: Callable[[], Collection[str]]) -> None:
        self._count = count
        self._entities = entities
        self._workers: list[_Worker] | None = None

    @property
    def useful(self) -> bool:
        """Whether there may be any."""
        return self._count > 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End them all."""
        for worker in self._workers or ():
            worker.close()
        self._workers = []

    def __call__(self, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, ChunkRead | None]]:
        """The chunks in their order, each with what it holds; `None` where it has to be read in its turn.

        Raises:
            LoadCutOffError: a process ended before it was done.
        """
        workers = self._started()
        waiting: deque[tuple[_Worker, Chunk]] = deque()
        for number, chunk in enumerate(chunks):
            if not workers:
                yield chunk, None
                continue
            worker = workers[number % len(workers)]
            worker.give((chunk.name, chunk.hint, chunk.mode, chunk.before, chunk.content))
            waiting.append((worker, chunk))
            if len(waiting) >= _AHEAD * len(workers):
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    @staticmethod
    def _answer(worker: _Worker, chunk: Chunk) -> tuple[Chunk, ChunkRead | None]:
        try:
            answer = worker.take()
        except _Lost:
            ended = worker.ended()
            how = f"signal {-ended}" if ended is not None and ended < 0 else f"exit code {ended}"
            message = (
                f"a process that was reading {chunk.name} ended before it was done ({how}; 9 often means that memory ran "
                "out): what was stored so far is kept, so load the same file again and it goes on from there"
            )
            raise LoadCutOffError(message) from None
        return chunk, None if answer is None else ChunkRead.of_plain(answer, from_plain_row)

    def _started(self) -> list[_Worker]:
        """The processes; none where none may be started, or none can be."""
        if self._workers is None:
            self._workers = []
            # Elsewhere `sys.executable` is a server or a program of its own, which must not be started again.
            is_python = Path(sys.executable or "").name.lower().startswith(("python", "pypy"))
            if not self.useful or not is_python or getattr(sys, "frozen", False):
                return self._workers
            entities = self._entities()
            try:
                for _ in range(self._count):
                    self._workers.append(_Worker())
                for worker in self._workers:
                    worker.begin(entities)
            except (OSError, RuntimeError, _Lost, queue.Empty):
                # No permission, no memory, no thread, or another Python: then one process reads, as it always can.
                self.close()
        return self._workers
