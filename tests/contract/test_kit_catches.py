"""The contract is worth what it catches: every storage of a table of faulty ones, in every run."""

from __future__ import annotations

import inspect
from functools import partial

import pytest
from broken_backends import FAULTS
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.testing.storage import StorageContract

SEEDS = (1, 2, 3)
BY_SEQUENCES = (
    *("folds case of ids", "strips ids", "normalises ids", "strips accents of ids", "leaves the kind out"),
    *(
        "last writer wins",
        "applies half a commit",
        "two commits share a number",
        "returns before it is visible",
    ),
    *("reuses versions after deletion", "restarts numbers after drop", "reads from a stale cache"),
    *("swaps the numbers of a stale write", "never updates keys"),
    *("drop leaves changes", "feed holds since itself", "claims twice", "true becomes one"),
)
"""Faults that are caught without the examples too, so that what nobody thought of has a chance to be."""
ANY = "test_any_sequence_of_calls_does_what_it_does_to_a_dictionary"


def contract(storage, number):
    """The contract of a storage, with examples of its own and none remembered."""

    class Contract(StorageContract):
        def open_storage(self):
            return storage()

        def machine(self):
            return seed(number)(super().machine())

    return Contract()


def sequences(of, examples):
    run_state_machine_as_test(
        of.machine(),
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def promises(of, first=ANY):
    """Every test of a contract by name, the one that is called first at the start, the sequences last."""
    found = {
        name: test for name, test in inspect.getmembers(of, inspect.ismethod) if name.startswith("test_")
    }
    found[ANY] = partial(sequences, of, 30)
    return sorted(found.items(), key=lambda named: (named[0] == ANY, named[0] != first))


def fails(test):
    try:
        test()
    except pytest.skip.Exception:
        return False
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a fault may show as any error
        return True
    return False


def test_the_table_is_long_enough():
    assert len(FAULTS) >= 80


@pytest.mark.parametrize("number", SEEDS)
def test_a_storage_without_fault_passes(number):
    assert [name for name, test in promises(contract(MemoryStorage, number)) if fails(test)] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_in_each_of_three_runs(fault):
    caught = ANY
    for number in SEEDS:
        # What caught it once is tried first: the runs differ in seed and timing only.
        found = promises(contract(FAULTS[fault], number), caught)
        caught = next((name for name, test in found if fails(test)), None)
        assert caught, f"{fault} escaped run {number}"


@pytest.mark.parametrize("fault", BY_SEQUENCES)
def test_sequences_alone_catch_a_fault_in_each_of_three_runs(fault):
    for number in SEEDS:
        assert fails(partial(sequences, contract(FAULTS[fault], number), 150)), (
            f"{fault} escaped run {number}"
        )
