"""A folder of arrays and texts, written once and mapped into the memory of any number of processes.

What is written goes to a new generation of files beside the old one; then the manifest is replaced, in one step, and
says which files count. So a writer that is cut off leaves the old state, and whoever has the old files mapped goes on
reading them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from communityconnector.errors import UnusableIndexError
from communityconnector.matching.index.texts import Texts, encoded

FORMAT: Final = "communityconnector index"
VERSION: Final = 2
"""Counts up whenever older files would be misread."""

_MANIFEST: Final = "manifest.json"
_SMALL: Final = 65_536
"""Files of fewer bytes are read at once instead of being mapped."""
_CHUNK: Final = 1 << 20


class Writer:
    """Writes a new generation of a folder's files; as a context, leaves nothing behind when it fails.

    Args:
        folder: the folder; made if there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if folder.exists() and not folder.is_dir():
            _unusable(f"{folder} is a file: an index is kept in a folder")
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

    def texts(self, name: str, texts: Iterable[str]) -> int:
        """Write texts as they come, and give how many there were."""
        with (self._room / f"{name}.utf8").open("wb") as file:
            ends, at = array("q"), 0
            for letters in encoded(texts):
                at += file.write(letters)
                ends.append(at)
        self.array(f"{name}-ends", np.array(ends, dtype=np.int64))
        return len(ends)

    def values(self, name: str, values: Any) -> None:
        """Write JSON values."""
        (self._room / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")

    def finish(self, about: dict[str, Any]) -> None:
        """Make this generation the one that counts.

        Args:
            about: what the manifest says of it, as JSON values.
        """
        files = {path.name: _kept(path) for path in sorted(self._room.iterdir())}
        told = {"format": FORMAT, "version": VERSION, "generation": self._name, **about, "files": files}
        told["sha256"] = _digest_of(told)
        beside = self._folder / f".{_MANIFEST}.{self._name}"
        with beside.open("w", encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._folder / _MANIFEST)
        self._done = True
        for room in self._folder.glob("generation-*"):
            if room.name != self._name:
                shutil.rmtree(room, ignore_errors=True)


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
    """Reads the generation of a folder's files that counts.

    Args:
        folder: the folder.
        verify: whether to read every byte and compare checksums, instead of sizes only.

    Attributes:
        about: what the manifest says.

    Raises:
        UnusableIndexError: the folder holds no index, or one that is damaged or of another version.
    """

    def __init__(self, folder: Path, *, verify: bool = False) -> None:
        self._folder = folder
        self.about = self._manifest()
        self._room = folder / str(self.about["generation"])
        while not self._room.is_dir() and (newer := self._manifest()) != self.about:
            # Another process has just replaced what the manifest spoke of.
            self.about = newer
            self._room = folder / str(newer["generation"])
        for name, file in self.about["files"].items():
            self._check(self._room / name, file, verify=verify)

    def _manifest(self) -> dict[str, Any]:
        path = self._folder / _MANIFEST
        try:
            told = json.loads(path.read_bytes())
        except FileNotFoundError:
            _unusable(f"{self._folder} holds no index: save one there with `Index.save` or `Index.build`")
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            _unusable(f"{path} is not that of an index")
        if told.get("version") != VERSION:
            _unusable(
                f"{self._folder} holds an index of version {told.get('version')!r}; this library reads {VERSION}: "
                "build it again"
            )
        if told.pop("sha256", None) != _digest_of(told):
            _unusable(f"{path} is damaged: build the index again")
        return told

    def _check(self, path: Path, file: dict[str, Any], *, verify: bool) -> None:
        try:
            size = path.stat().st_size
        except OSError:
            _unusable(f"{path} is missing: build the index again")
        if size != file["bytes"] or (verify and _digest(path) != file["sha256"]):
            _unusable(f"{path} is damaged: build the index again")

    def array(self, name: str) -> NDArray[Any]:
        """An array."""
        path = self._room / f"{name}.npy"
        mode = None if path.stat().st_size < _SMALL else "r"
        try:
            # A plain view: slices of `numpy.memmap` itself cost several times as much.
            return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))  # type: ignore[arg-type]  # its types lack `None`
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")

    def has_texts(self, name: str) -> bool:
        """Whether there are texts of a name."""
        return f"{name}.utf8" in self.about["files"]

    def texts(self, name: str) -> Texts:
        """Texts."""
        path = self._room / f"{name}.utf8"
        letters = np.memmap(path, dtype=np.uint8, mode="r") if path.stat().st_size else np.empty(0, np.uint8)
        return Texts(np.asarray(letters), self.array(f"{name}-ends"))

    def values(self, name: str) -> Any:
        """JSON values."""
        path = self._room / f"{name}.json"
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError):
            _unusable(f"{path} cannot be read: build the index again")


def _kept(path: Path) -> dict[str, Any]:
    """What the manifest says of a file, once that is safely on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return {"bytes": path.stat().st_size, "sha256": _digest(path)}


def _digest(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in _chunks(file):
            made.update(chunk)
    return made.hexdigest()


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _digest_of(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _unusable(message: str) -> NoReturn:
    raise UnusableIndexError(message)
