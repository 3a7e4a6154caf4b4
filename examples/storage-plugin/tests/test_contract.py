"""The whole proof: the storage does what every storage must do."""

import itertools

import pytest
from communityconnector_jsonlines import JsonLines

from communityconnector.testing import StorageContract

NUMBERS = itertools.count()


class TestJsonLines(StorageContract):
    durable = True

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def open_storage(self):
        self.url = f"jsonlines:///{self.folder}/{next(NUMBERS)}.jsonl"
        return JsonLines(self.url, create=True)

    def reopen(self, storage):
        return JsonLines(self.url)
