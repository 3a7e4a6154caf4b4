"""What a storage promises that takes what was deleted out of its files."""

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
"""Some fit a page of a database many times, and some not once."""


class Wiping(Opening):
    """What a storage promises that has `SupportsWiping`; a test of one that has not is skipped."""

    def files(self, storage: Storage) -> Iterable[Path] | None:
        """All files that a storage writes to; `None` where nobody can tell, and so nothing is tested.

        Args:
            storage: what `open_storage` gave.
        """
        del storage
        return None

    def test_what_was_deleted_is_in_no_file_after_wiping(self) -> None:
        """Records come and go in no order, of all lengths: what is deleted is gone, and what is not is still there."""
        dice = random.Random(1)  # noqa: S311  # the same disorder every time
        with self.fresh() as storage:
            if not isinstance(storage, SupportsWiping) or self.files(storage) is None:
                pytest.skip("no SupportsWiping, or no files: not tested that what was deleted is gone")
            versions: dict[str, int] = {}
            for number in range(600):
                key = f"{dice.getrandbits(40):x}"
                secret = number % 3 > 0
                word = _CANARY if secret else "plain-"
                # Numbers in between, so that a storage that compresses what it writes does not hide any.
                text = f"{word}{number} " * (dice.choice(_LENGTHS) // 12 + 1)
                kind = "secret" if secret else "note"
                put = Put(kind, key, {"text": text}, keys={"by": f"{word}{number}"})
                version = storage.commit([put])
                if secret:
                    versions[key] = version
            kept = {one.id: one.document for one in storage.scan("note")}
            doomed = sorted(versions)
            dice.shuffle(doomed)
            while doomed:
                some, doomed = doomed[:7], doomed[7:]
                gone: list[Write] = [Delete("secret", key, versions[key]) for key in some]
                storage.commit([*gone, Put("note", f"later {len(doomed)}", {"text": "y" * len(doomed)})])
            assert storage.wipe(), "nobody was reading, so it should have been done"
            left = {path.name: path.read_bytes() for path in self.files(storage) or ()}
            assert left
            assert not [name for name, data in left.items() if _CANARY.encode() in data]
            assert {one.id: one.document for one in storage.scan("note") if one.id in kept} == kept
            assert next(storage.scan("note", KeyRange("by", "plain-0", "plain-0"))).document in kept.values()
            assert not list(storage.scan("secret"))
