"""The contract of the storage port, as tests: whoever writes a storage proves it in three lines.

    class TestMine(StorageContract):
        def open_storage(self):
            return MyStorage(...)

Each test states one promise of `communityconnector.storage`. Named examples come first, since a fault that was found
once is found again; then any sequence of calls is compared with a dictionary, for faults that nobody thought of.
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
    """What every storage must do. Subclass it under a name that begins with `Test`, and say `open_storage`.

    A storage that claims to keep what was committed sets `durable` and says `reopen`. Powers that a storage does not
    have (`SupportsChanges`, `SupportsClaims`, `SupportsWiping`) are skipped, and the reason says what was not tested. One
    that takes what was deleted out of its files says which `files` it has.

    Attributes:
        sequences: how many sequences of calls are tried; by default as many as the profile of hypothesis says.
    """

    sequences: ClassVar[int | None] = None

    def machine(self) -> type[StorageMachine]:
        """The machine that calls the storage at random."""

        class Machine(StorageMachine):
            contract = self

        return Machine

    def test_any_sequence_of_calls_does_what_it_does_to_a_dictionary(self) -> None:
        """Whatever is called, in whatever order, a storage answers as a dictionary would."""
        run_state_machine_as_test(
            self.machine(),
            settings=settings(
                max_examples=self.sequences or settings().max_examples,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
