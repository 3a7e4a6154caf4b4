"""A storage that says that it is wiped, and is not, is caught."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from communityconnector.adapters.sql import create_storage, file_of
from communityconnector.testing import StorageContract

PROMISE = StorageContract.test_what_was_deleted_is_in_no_file_after_wiping.__name__


def does_nothing(path):
    del path


def only_truncates_the_log(path):
    """`secure_delete` and a checkpoint are often thought to be enough."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def only_rewrites_the_file(path):
    """The write-ahead log keeps what was there before."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")


@pytest.mark.parametrize(
    "fault", [does_nothing, only_truncates_the_log, only_rewrites_the_file], ids=lambda one: one.__name__
)
def test_a_storage_that_does_not_wipe_is_caught(fault, tmp_path):
    class Contract(StorageContract):
        def open_storage(self):
            self.url = f"sqlite:///{tmp_path / 'desk.db'}"
            storage = create_storage(self.url)
            storage.wipe = lambda: fault(tmp_path / "desk.db") is None
            return storage

        def files(self, storage):  # noqa: ARG002  # there is one database
            return file_of(self.url).parent.iterdir()

    with pytest.raises(AssertionError):
        getattr(Contract(), PROMISE)()
