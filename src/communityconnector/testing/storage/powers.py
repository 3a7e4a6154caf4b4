"""The optional abilities of storages: list changes, hand out claims, and store data durably."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from communityconnector.errors import StaleRecordError
from communityconnector.storage import Delete, KeyRange, Put, Storage, SupportsChanges, SupportsClaims
from communityconnector.testing.storage.opening import Opening, contents, ids, stored


class Powers(Opening):
    """The promises of optional abilities. Tests of abilities that a storage lacks are skipped."""

    @contextmanager
    def _with_changes(self) -> Iterator[tuple[Storage, SupportsChanges]]:
        with self.fresh() as storage:
            if not isinstance(storage, SupportsChanges):
                pytest.skip("the storage has no SupportsChanges: not tested that it lists what has changed")
            yield storage, storage

    @contextmanager
    def _with_claims(self) -> Iterator[tuple[Storage, SupportsClaims]]:
        with self.fresh() as storage:
            if not isinstance(storage, SupportsClaims):
                pytest.skip(
                    "the storage has no SupportsClaims: not tested that no two workers take one record"
                )
            yield storage, storage

    def test_changes_come_in_the_order_of_commits_then_by_kind_and_id(self) -> None:
        with self._with_changes() as (storage, feed):
            one = storage.commit([Put("note", "b", {}), Put("Note", "z", {}), Put("note", "B", {})])
            two = storage.commit(
                [Put("a", "a", {}), Put("note", "\U0001f642", {}), Put("note", "\uffff", {})]
            )
            assert [(c.version, c.kind, c.id, c.deleted) for c in feed.changes()] == [
                (one, "Note", "z", False),
                (one, "note", "B", False),
                (one, "note", "b", False),
                (two, "a", "a", False),
                (two, "note", "\uffff", False),
                (two, "note", "\U0001f642", False),
            ]

    def test_only_the_last_change_of_a_record_is_listed(self) -> None:
        with self._with_changes() as (storage, feed):
            one = storage.commit([Put("note", "a", {}), Put("note", "b", {})])
            two = storage.commit([Put("note", "a", {"n": 2}, one)])
            assert [(c.version, c.id) for c in feed.changes()] == [(one, "b"), (two, "a")]

    def test_deletions_are_listed_until_the_record_exists_again(self) -> None:
        with self._with_changes() as (storage, feed):
            one = storage.commit([Put("note", "a", {}), Put("note", "b", {})])
            two = storage.commit([Delete("note", "a", one)])
            assert [(c.version, c.id, c.deleted) for c in feed.changes(one)] == [(two, "a", True)]
            three = storage.commit([Put("note", "a", {})])
            assert [(c.version, c.id, c.deleted) for c in feed.changes()] == [
                (one, "b", False),
                (three, "a", False),
            ]

    def test_since_leaves_out_the_commit_itself(self) -> None:
        with self._with_changes() as (storage, feed):
            numbers = [storage.commit([Put("note", name, {})]) for name in "abc"]
            for place, number in enumerate(numbers):
                assert [change.version for change in feed.changes(number)] == numbers[place + 1 :]
            assert list(feed.changes(numbers[-1] + 100)) == []

    def test_a_limit_of_changes_holds(self) -> None:
        with self._with_changes() as (storage, feed):
            storage.commit([Put("note", name, {}) for name in "abc"])
            assert [change.id for change in feed.changes(limit=2)] == ["a", "b"]
            assert list(feed.changes(limit=0)) == []
            assert [change.id for change in feed.changes(limit=9)] == ["a", "b", "c"]

    def test_many_changes_of_one_commit_are_listed_once_each(self) -> None:
        with self._with_changes() as (storage, feed):
            names = [f"{number:05}" for number in range(1_200)]
            first = storage.commit([Put("note", name, {}) for name in names])
            second = storage.commit([Put("task", "a", {})])
            assert [(c.version, c.id) for c in feed.changes()] == [(first, n) for n in names] + [
                (second, "a")
            ]

    def test_records_due_longest_are_claimed_first_then_by_id(self) -> None:
        with self._with_claims() as (storage, work):
            due = {"a": "03", "b": "01", "c": "02", "D": "02", "late": "05"}
            storage.commit([Put("task", name, {"is": name}, keys={"due": day}) for name, day in due.items()])
            storage.commit([Put("task", "none", {}), Put("other", "a", {}, keys={"due": "01"})])
            assert ids(work.claim("task", "due", "03", "09", 3)) == ["b", "D", "c"]
            assert ids(work.claim("task", "due", "03", "09", 3)) == ["a"]
            assert work.claim("task", "due", "04", "09", 3) == []

    def test_a_claim_moves_the_key_and_keeps_the_rest(self) -> None:
        with self._with_claims() as (storage, work):
            before = storage.commit([Put("task", "a", {"n": None}, keys={"due": "01", "of": "x"})])
            (claimed,) = work.claim("task", "due", "02", "05", 1)
            assert contents([claimed]) == contents([stored(storage, "task", "a")])
            assert (claimed.document, claimed.keys) == ({"n": None}, {"due": "05", "of": "x"})
            assert claimed.version > before
            assert ids(storage.scan("task", KeyRange("due", last="04"))) == []
            assert ids(storage.scan("task", KeyRange("due", "05", "05"))) == ["a"]
            assert ids(storage.scan("task", KeyRange("of", "x", "x"))) == ["a"]

    def test_a_claimed_record_is_due_again_when_the_claim_ends(self) -> None:
        with self._with_claims() as (storage, work):
            storage.commit([Put("task", "a", {}, keys={"due": "01"})])
            assert ids(work.claim("task", "due", "02", "05", 1)) == ["a"]
            assert work.claim("task", "due", "04", "09", 1) == []
            assert ids(work.claim("task", "due", "05", "09", 1)) == ["a"]

    def test_a_worker_whose_claim_ran_out_is_stale(self) -> None:
        with self._with_claims() as (storage, work):
            storage.commit([Put("task", "a", {}, keys={"due": "01"})])
            (slow,) = work.claim("task", "due", "02", "05", 1)
            (quick,) = work.claim("task", "due", "06", "09", 1)
            with pytest.raises(StaleRecordError):
                storage.commit([Put("task", "a", {"by": "slow"}, slow.version)])
            storage.commit([Put("task", "a", {"by": "quick"}, quick.version)])
            assert stored(storage, "task", "a").document == {"by": "quick"}

    def test_a_write_by_a_reader_from_before_a_claim_is_stale(self) -> None:
        with self._with_claims() as (storage, work):
            version = storage.commit([Put("task", "a", {}, keys={"due": "01"})])
            work.claim("task", "due", "01", "05", 1)
            with pytest.raises(StaleRecordError):
                storage.commit([Delete("task", "a", version)])

    def test_a_claim_is_a_change_of_its_number(self) -> None:
        with self._with_claims() as (storage, work):
            before = storage.commit([Put("task", name, {}, keys={"due": "01"}) for name in "ab"])
            claimed = work.claim("task", "due", "01", "05", 9)
            (number,) = {record.version for record in claimed}
            assert number > before
            assert storage.commit([]) == number
            if isinstance(storage, SupportsChanges):
                assert [(c.version, c.id) for c in storage.changes()] == [(number, "a"), (number, "b")]

    def test_commits_outlive_the_storage_object(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", name, {"is": None}, keys={"of": name}) for name in "abc"])
            last = storage.commit([Delete("note", "b", version)])
            before = contents(storage.scan("note"))
            changed = list(storage.changes()) if isinstance(storage, SupportsChanges) else []
            storage.close()
            second = self.again(storage)
            try:
                assert contents(second.scan("note")) == before
                assert ids(second.scan("note", KeyRange("of", "c", "c"))) == ["c"]
                if isinstance(second, SupportsChanges):
                    assert list(second.changes()) == changed
                assert second.commit([]) == last
                assert second.commit([Put("note", "b", {})]) > last
            finally:
                second.close()

    def test_two_storage_objects_on_the_same_data_see_each_other(self) -> None:
        with self.fresh() as storage:
            second = self.again(storage)
            try:
                one = storage.commit([Put("note", "a", {"n": 1})])
                assert stored(second, "note", "a").version == one
                two = second.commit([Put("note", "a", {"n": 2}, one)])
                assert two > one
                assert stored(storage, "note", "a").document == {"n": 2}
                with pytest.raises(StaleRecordError):
                    storage.commit([Put("note", "a", {"n": 3}, one)])
            finally:
                second.close()
