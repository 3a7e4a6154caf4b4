"""Checksums of the pages of a file, so that damage on a disk is noticed before it changes an answer.

They guard against accidents, not against attacks: an attacker who can write the folder can write checksums too. The words
of a page are added and combined by exclusive or, as fast as memory is read. One SHA-256 covers the sums of all pages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PAGE: Final = 4_096
"""Bytes of a page. Disks and systems move so many at once, so swapped pages are noticed too."""

_WORD: Final = 8

Sums = NDArray[np.uint64]


def sums_of(content: NDArray[np.uint8]) -> Sums:
    """Return two numbers for each page: the sum of its words, and their exclusive or. Zeros fill up the last page."""
    whole = len(content) // PAGE * PAGE
    parts = [_summed(content[:whole])] if whole else []
    if whole < len(content):
        rest = np.zeros(PAGE, dtype=np.uint8)
        rest[: len(content) - whole] = content[whole:]
        parts.append(_summed(rest))
    return np.concatenate(parts) if parts else np.empty((0, 2), dtype=np.uint64)


def _summed(content: NDArray[np.uint8]) -> Sums:
    words = content.view(np.uint64).reshape(-1, PAGE // _WORD)
    return np.stack((np.add.reduce(words, axis=1), np.bitwise_xor.reduce(words, axis=1)), axis=1)


def digest_of(sums: Sums) -> str:
    """Return one digest of all pages of a file."""
    return hashlib.sha256(np.ascontiguousarray(sums).tobytes()).hexdigest()


def content_of(path: Path) -> NDArray[np.uint8]:
    """Return the bytes of a file, mapped and not read.

    Raises:
        OSError: it cannot be read.
    """
    mapped: NDArray[Any] = (
        np.memmap(path, dtype=np.uint8, mode="r") if path.stat().st_size else np.empty(0, dtype=np.uint8)
    )
    return np.asarray(mapped)
