"""A process that reads chunks of a file for the one that loads it (`reader_pool`), which alone starts it."""

from __future__ import annotations

import gc
import marshal
import os
import signal
import struct
import sys
from functools import partial
from typing import IO, Any, Final

from communityconnector.directory_store.load_rows import to_plain_row
from communityconnector.interchange.reading.chunks import Chunk
from communityconnector.interchange.reading.json_reader import read_chunk

GREETING: Final = b"communityconnector reads\n"

_LENGTH: Final = struct.Struct("<Q")


def pack(value: Any) -> bytes:
    """Plain values as bytes.

    Raises:
        ValueError: they are not plain, or nested too deep.
    """
    # As quick as copying them. Both ends are the same Python and the same version of the library.
    return marshal.dumps(value)


def send(stream: IO[bytes], body: bytes) -> None:
    """Send what is packed to the process at the other end of a pipe."""
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """What the other end has sent.

    Raises:
        EOFError: it is gone.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    body = stream.read(_LENGTH.unpack(head)[0])
    return marshal.loads(body)  # noqa: S302  # written by the parent or the child of this very process


def main() -> None:
    """Read chunks until there are no more."""
    # An interrupt goes to the process that loads, and that ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = sys.stdin.buffer
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Printed text must not get in between.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # What is loaded by now stays, and records hold no cycles: what little does is looked for between chunks.
    gc.disable()
    gc.freeze()
    try:
        target.write(GREETING)
        target.flush()
        entities = frozenset(receive(source))
        send(target, pack(None))
        while True:
            send(target, _read(Chunk(*receive(source)), entities))
            gc.collect()
    except (EOFError, BrokenPipeError):
        # The other process has ended, or has all that it wants.
        os._exit(0)


def _read(chunk: Chunk, entities: frozenset[str]) -> bytes:
    """What a chunk holds, packed; `None` where it has to be read in its turn."""
    try:
        return pack(read_chunk(chunk, partial(to_plain_row, entities=entities)).to_plain())
    except Exception:  # noqa: BLE001  # whatever it is, it is raised again where it can be reported: in the chunk's turn
        return pack(None)
