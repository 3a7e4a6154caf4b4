"""Checksums of a file's pages, so that a bit which a disk has changed is noticed before it becomes an answer.

They guard against accidents, not against enemies: whoever can write the folder can write checksums too. A page's words
are added and joined by exclusive or, which takes as long as reading memory does; of all pages' sums one SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PAGE: Final = 4_096
"""Bytes of a page: what disks and systems move at once, so pages that were mixed up are noticed too."""

_WORD: Final = 8

Sums = NDArray[np.uint64]


def sums_of(content: NDArray[np.uint8]) -> Sums:
    """Two numbers a page: the sum of its words, and their exclusive or. The last page is filled up with zeros."""
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
    """One digest of all pages of a file."""
    return hashlib.sha256(np.ascontiguousarray(sums).tobytes()).hexdigest()


def content_of(path: Path) -> NDArray[np.uint8]:
    """The bytes of a file, mapped and not read.

    Raises:
        OSError: it cannot be read.
    """
    mapped: NDArray[Any] = (
        np.memmap(path, dtype=np.uint8, mode="r") if path.stat().st_size else np.empty(0, dtype=np.uint8)
    )
    return np.asarray(mapped)
