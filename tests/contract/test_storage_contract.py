"""Every storage of ours keeps the contract."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage, file_of
from communityconnector.errors import StorageError
from communityconnector.storage import SupportsChanges, SupportsClaims, SupportsWiping
from communityconnector.testing import StorageContract


class TestMemory(StorageContract):
    def open_storage(self):
        return MemoryStorage()


class InDatabase(StorageContract):
    durable = True
    sequences = settings().max_examples // 3  # each has a database of its own

    def open_storage(self):
        self.url = self.empty()
        return create_storage(self.url)

    def reopen(self, storage):  # noqa: ARG002  # each test has one database
        return create_storage(self.url)

    def test_every_optional_ability_is_present(self):
        with self.fresh() as storage:
            assert isinstance(storage, SupportsChanges)
            assert isinstance(storage, SupportsClaims)

    def test_looking_up_half_a_surrogate_pair_raises_the_librarys_error(self):
        with self.fresh() as storage, pytest.raises(StorageError, match="surrogate"):
            list(storage.scan("note", after="\ud83d"))


class TestSqlite(InDatabase):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path_factory):
        self.empty = lambda: f"sqlite:///{tmp_path_factory.mktemp('desk')}/desk.db"

    def files(self, storage):  # noqa: ARG002  # each test has one database
        return file_of(self.url).parent.iterdir()

    def test_it_can_be_wiped(self):
        with self.fresh() as storage:
            assert isinstance(storage, SupportsWiping)


class TestPostgres(InDatabase):
    @pytest.fixture(autouse=True)
    def _place(self, postgres):
        self.empty = postgres


if os.environ.get("COMMUNITYCONNECTOR_MARIADB"):

    class TestMariaDb(InDatabase):
        @pytest.fixture(autouse=True)
        def _place(self, mariadb):
            self.empty = mariadb

else:

    def test_the_contract_on_mariadb(mariadb):
        """Skipped once rather than once a promise."""
