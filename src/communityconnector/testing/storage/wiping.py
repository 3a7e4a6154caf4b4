"""Wiping removes deleted data from the files of a storage."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from communityconnector.storage import Delete, KeyRange, Put, Storage, SupportsWiping, Write
from communityconnector.testing.storage.opening import Opening

_CANARY: Final = "canary-"
_LENGTHS: Final = (10, 200, 900, 3000, 9000)
"""Some fit many times on one page of a database, and some need several pages."""


class Wiping(Opening):
    """The promises of `SupportsWiping`. Tests of storages without it are skipped."""

    def files(self, storage: Storage) -> Iterable[Path] | None:
        """Return all files that a storage writes to, or `None` if they are unknown, so that nothing is tested.

        Args:
            storage: a storage from `open_storage`.
        """
        del storage
        return None

    def test_what_was_deleted_is_in_no_file_after_wiping(self) -> None:
        """Records of all lengths come and go in random order: deleted ones are gone, and the others remain."""
        dice = random.Random(1)  # noqa: S311  # the same random order every time
        with self.fresh() as storage:
            if not isinstance(storage, SupportsWiping) or self.files(storage) is None:
                pytest.skip("no SupportsWiping, or no files: not tested that deleted data is gone")
            versions: dict[str, int] = {}
            for number in range(600):
                key = f"{dice.getrandbits(40):x}"
                is_secret = number % 3 > 0
                word = _CANARY if is_secret else "plain-"
                # Numbers in between, so that compression does not hide a canary.
                text = f"{word}{number} " * (dice.choice(_LENGTHS) // 12 + 1)
                kind = "secret" if is_secret else "note"
                put = Put(kind, key, {"text": text}, keys={"by": f"{word}{number}"})
                version = storage.commit([put])
                if is_secret:
                    versions[key] = version
            remaining = {record.id: record.document for record in storage.scan("note")}
            doomed = sorted(versions)
            dice.shuffle(doomed)
            while doomed:
                batch, doomed = doomed[:7], doomed[7:]
                deletes: list[Write] = [Delete("secret", key, versions[key]) for key in batch]
                storage.commit([*deletes, Put("note", f"later {len(doomed)}", {"text": "y" * len(doomed)})])
            assert storage.wipe(), "there were no readers, so wiping should have succeeded"
            contents = {path.name: path.read_bytes() for path in self.files(storage) or ()}
            assert contents
            assert not [name for name, data in contents.items() if _CANARY.encode() in data]
            notes = {record.id: record.document for record in storage.scan("note")}
            assert {key: document for key, document in notes.items() if key in remaining} == remaining
            (first,) = storage.scan("note", KeyRange("by", "plain-0", "plain-0"))
            assert first.document in remaining.values()
            assert not list(storage.scan("secret"))
