"""A storage that says that it is wiped, and is not, is caught."""

from __future__ import annotations

import pytest

from communityconnector.adapters.sql import create_storage, file_of
from communityconnector.testing import StorageContract

PROMISE = StorageContract.test_what_was_deleted_is_in_no_file_after_wiping.__name__


def says_so(storage):
    """Does nothing at all."""
    del storage


def only_cuts_the_log_off(storage):
    """`secure_delete` and a checkpoint are often thought to be enough."""
    raw = storage._engine.raw_connection()  # noqa: SLF001  # what a faulty one would do
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    raw.close()


def only_writes_the_file_anew(storage):
    """The write-ahead log keeps what was there before."""
    raw = storage._engine.raw_connection()  # noqa: SLF001  # what a faulty one would do
    raw.execute("VACUUM")
    raw.close()


@pytest.mark.parametrize(
    "fault", [says_so, only_cuts_the_log_off, only_writes_the_file_anew], ids=lambda one: one.__name__
)
def test_a_storage_that_does_not_wipe_is_caught(fault, tmp_path):
    class Contract(StorageContract):
        def open_storage(self):
            self.url = f"sqlite:///{tmp_path / 'desk.db'}"
            storage = create_storage(self.url)
            storage.wipe = lambda: fault(storage) is None
            return storage

        def files(self, storage):  # noqa: ARG002  # there is one database
            return file_of(self.url).parent.iterdir()

    with pytest.raises(AssertionError):
        getattr(Contract(), PROMISE)()
