"""The contract of the storage port, as tests.

Three lines test a storage:

    class TestMine(StorageContract):
        def open_storage(self):
            return MyStorage(...)

Each test states one promise of `communityconnector.storage`. Named examples cover known kinds of faults. Then random
sequences of calls are compared with a dictionary, to find unforeseen faults.
"""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from communityconnector.testing.storage.commits import Commits
from communityconnector.testing.storage.documents import Documents
from communityconnector.testing.storage.machine import StorageMachine
from communityconnector.testing.storage.names import Names
from communityconnector.testing.storage.powers import Powers
from communityconnector.testing.storage.scans import Scans
from communityconnector.testing.storage.threads import Threads
from communityconnector.testing.storage.wiping import Wiping

__all__ = ["StorageContract", "StorageMachine"]


@pytest.mark.storage_contract
class StorageContract(Documents, Names, Scans, Commits, Powers, Wiping, Threads):
    """The tests for every storage. Subclass it under a name that begins with `Test`, and define `open_storage`.

    A durable storage sets `durable` and defines `reopen`. Tests of abilities that a storage lacks (`SupportsChanges`,
    `SupportsClaims`, `SupportsWiping`) are skipped, and the reason states what was not tested. A storage that can wipe
    deleted data also defines `files`.

    Attributes:
        sequences: the number of random sequences of calls; by default as in the hypothesis profile.
    """

    sequences: ClassVar[int | None] = None

    def machine(self) -> type[StorageMachine]:
        """Return the machine that calls the storage at random."""

        class Machine(StorageMachine):
            contract = self

        return Machine

    def test_any_sequence_of_calls_does_what_it_does_to_a_dictionary(self) -> None:
        """In any sequence of calls, a storage answers as a dictionary would."""
        run_state_machine_as_test(
            self.machine(),
            settings=settings(
                max_examples=self.sequences or settings().max_examples,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
