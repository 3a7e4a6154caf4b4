"""A folder of arrays and texts, written once and mapped into the memory of any number of processes.

A writer makes a new generation of files next to the old one. Then it replaces the manifest, in one step, which says which
files count. So a writer that is interrupted leaves the old state, and processes that have mapped the old files can go on
reading them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from array import array
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from communityconnector.errors import UnusableIndexError
from communityconnector.matching.index.pages import PAGE, content_of, digest_of, sums_of
from communityconnector.matching.index.texts import Texts, encoded

FORMAT: Final = "communityconnector index"
VERSION: Final = 7
"""Increase it whenever older files would be misread, such as when the facts of a criterion change."""

_MANIFEST: Final = "manifest.json"
_PAGES: Final = "pages"
_SMALL: Final = 65_536
"""Smaller files are read at once instead of being mapped, in bytes."""


class Writer:
    """Writes a new generation of a folder's files. As a context manager, it leaves nothing behind if it fails.

    Args:
        folder: the folder; created if it is missing.
        durable: whether all files are on the disk before they count. Temporary ones need not be.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        if folder.exists() and not folder.is_dir():
            _unusable(f"{folder} is a file: an index is stored in a folder")
        folder.mkdir(parents=True, exist_ok=True)
        self._name, self._room = _new_room(folder)
        self._done = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            shutil.rmtree(self._room, ignore_errors=True)

    def array(self, name: str, values: NDArray[Any]) -> None:
        """Write an array."""
        with (self._room / f"{name}.npy").open("wb") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(values), allow_pickle=False)

    def texts(self, name: str, texts: Iterable[str], *, paged: bool = False) -> int:
        """Write texts as they come, and return their number.

        Args:
            name: the name.
            texts: the texts.
            paged: whether pages are compared when they are read, not all on opening: for texts of which few are read.
        """
        with (self._room / f"{name}.utf8").open("wb") as file:
            ends, at = array("q"), 0
            for letters in encoded(texts):
                at += file.write(letters)
                ends.append(at)
        self.array(f"{name}-ends", np.array(ends, dtype=np.int64))
        if paged:
            self.array(f"{name}-{_PAGES}", sums_of(content_of(self._room / f"{name}.utf8")))
        return len(ends)

    def values(self, name: str, values: Any) -> None:
        """Write JSON values."""
        (self._room / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")

    def finish(self, about: dict[str, Any]) -> None:
        """Make this the generation that counts.

        Args:
            about: what the manifest says of it, as JSON values.
        """
        files = {path.name: self._entry(path) for path in sorted(self._room.iterdir())}
        manifest = {"format": FORMAT, "version": VERSION, "generation": self._name, **about, "files": files}
        manifest["sha256"] = _digest_of(manifest)
        beside = self._folder / f".{_MANIFEST}.{self._name}"
        with beside.open("w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1)
            self._flush(file)
        beside.replace(self._folder / _MANIFEST)
        self._done = True
        for room in self._folder.glob("generation-*"):
            if room.name != self._name:
                shutil.rmtree(room, ignore_errors=True)

    def _entry(self, path: Path) -> dict[str, Any]:
        """Return what the manifest says of a file, once the file is safely on the disk."""
        with path.open("rb") as file:
            self._flush(file)
        return {"bytes": path.stat().st_size, "pages": digest_of(sums_of(content_of(path)))}

    def _flush(self, file: IO[Any]) -> None:
        """Make sure that what was written is on the disk."""
        file.flush()
        if self._durable:
            os.fsync(file.fileno())


def _new_room(folder: Path) -> tuple[str, Path]:
    numbers = [int(room.name.split("-")[1]) for room in folder.glob("generation-*[0-9]")]
    number = max(numbers, default=0) + 1
    while True:
        name = f"generation-{number}"
        try:
            (folder / name).mkdir()
        except FileExistsError:
            number += 1
        else:
            return name, folder / name


class Reader:
    """Reads the generation of a folder's files that counts, and compares the checksums.

    Args:
        folder: the folder.

    Attributes:
        about: what the manifest says.

    Raises:
        UnusableIndexError: the folder holds no index, or one that is damaged or of another version.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.about = self._manifest()
        self._room = folder / str(self.about["generation"])
        while not self._room.is_dir() and (newer := self._manifest()) != self.about:
            # Another process has just replaced the generation of the manifest.
            self.about = newer
            self._room = folder / str(newer["generation"])
        for name, file in self.about["files"].items():
            self._check(self._room / name, file)

    def _manifest(self) -> dict[str, Any]:
        path = self._folder / _MANIFEST
        try:
            manifest = json.loads(path.read_bytes())
        except FileNotFoundError:
            _unusable(f"{self._folder} holds no index: save one there with `Index.save` or `Index.build`")
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            _unusable(f"{path} is not that of an index")
        if manifest.get("version") != VERSION:
            _unusable(
                f"{self._folder} holds an index of version {manifest.get('version')!r}; this library reads {VERSION}: "
                "build it again"
            )
        if manifest.pop("sha256", None) != _digest_of(manifest):
            _unusable(f"{path} is damaged: build the index again")
        return manifest

    def _check(self, path: Path, file: dict[str, Any]) -> None:
        try:
            content = content_of(path)
        except OSError:
            _unusable(f"{path} is missing: build the index again")
        if len(content) != file["bytes"]:
            _damaged(path)
        paged = f"{path.stem}-{_PAGES}.npy" in self.about["files"]
        if not paged and digest_of(sums_of(content)) != file["pages"]:
            _damaged(path)

    def array(self, name: str) -> NDArray[Any]:
        """Return an array."""
        path = self._room / f"{name}.npy"
        mode = None if path.stat().st_size < _SMALL else "r"
        try:
            # A plain view: slices of `numpy.memmap` itself cost several times as much.
            return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))  # type: ignore[arg-type]  # its types lack `None`
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")

    def has_texts(self, name: str) -> bool:
        """Return whether there are texts of a name."""
        return f"{name}.utf8" in self.about["files"]

    def texts(self, name: str) -> Texts:
        """Return texts."""
        path = self._room / f"{name}.utf8"
        letters, ends = content_of(path), self.array(f"{name}-ends")
        if f"{name}-{_PAGES}.npy" not in self.about["files"]:
            return Texts(letters, ends)
        sums = self.array(f"{name}-{_PAGES}")

        def check(begin: int, end: int) -> None:
            first, last = begin // PAGE, -(-end // PAGE)
            if not np.array_equal(sums_of(letters[first * PAGE : last * PAGE]), sums[first:last]):
                _damaged(path)

        return Texts(letters, ends, check)

    def values(self, name: str) -> Any:
        """Return JSON values."""
        path = self._room / f"{name}.json"
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")


def _digest_of(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _damaged(path: Path) -> NoReturn:
    _unusable(f"{path} is damaged: build the index again")


def _unusable(message: str) -> NoReturn:
    raise UnusableIndexError(message)
