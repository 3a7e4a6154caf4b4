"""A commit is numbered, complete or void, and never overwrites another writer's changes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from communityconnector.errors import InvalidRecordError, StaleRecordError, StorageClosedError
from communityconnector.storage import (
    MOST_LETTERS,
    MOST_NAME_LETTERS,
    Delete,
    KeyRange,
    Put,
    Storage,
    SupportsChanges,
    SupportsClaims,
    Write,
)
from communityconnector.testing.storage.opening import Opening, contents, exact, ids, stored

_UNLAWFUL: Final[tuple[Write, ...]] = (
    *(Put("note", key, {}) for key in ("", "a\0b", "\ud83d", "a" * (MOST_LETTERS + 1))),
    *(Put(kind, "a", {}) for kind in ("", "no\0te", "\udc00", "k" * (MOST_NAME_LETTERS + 1))),
    *(
        Put("note", "a", {}, keys={name: "x"})
        for name in ("", "o\0f", "\ud83d", "n" * (MOST_NAME_LETTERS + 1))
    ),
    *(Put("note", "a", {}, keys={"of": value}) for value in ("x\0", "\ud83d", "x" * (MOST_LETTERS + 1))),
    Put("note", "a", {"number": float("nan")}),
    Put("note", "a", {"number": [float("inf")]}),
    Put("note", "a", {"thing": object()}),
    Put("note", "a", {}, -1),
    Delete("note", "a", 0),
    Delete("note", "", 1),
)


def _is_stale(storage: Storage, writes: list[Write], *expected: str | int) -> None:
    with pytest.raises(StaleRecordError) as caught:
        storage.commit(writes)
    error = caught.value
    assert (error.kind, error.id, error.expected, error.found) == expected


class Commits(Opening):
    """The promises on commits."""

    def test_a_commit_returns_the_version_of_all_that_it_wrote(self) -> None:
        with self.fresh() as storage:
            number = storage.commit([Put("note", name, {}) for name in "abc"] + [Put("task", "a", {})])
            assert number >= 1
            assert [record.version for record in storage.scan("note")] == [number] * 3
            assert stored(storage, "task", "a").version == number

    def test_a_commit_can_be_read_as_soon_as_it_returns(self) -> None:
        with self.fresh() as storage:
            version = 0
            for number in range(20):
                version = storage.commit([Put("note", "a", {"n": number}, version, {"of": str(number)})])
                assert contents([stored(storage, "note", "a")]) == contents(storage.scan("note"))
                assert stored(storage, "note", "a").document == {"n": number}
                assert ids(storage.scan("note", KeyRange("of", str(number), str(number)))) == ["a"]

    def test_the_numbers_of_commits_grow(self) -> None:
        with self.fresh() as storage:
            numbers = [storage.commit([Put("note", f"id-{n}", {})]) for n in range(10)]
            numbers.append(storage.commit([Delete("note", "id-0", numbers[0])]))
            numbers.append(storage.commit([Put("note", "id-0", {})]))
            assert numbers == sorted(set(numbers))

    def test_a_write_leaves_other_records_as_they_are(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {"is": name}, keys={"of": name}) for name in "ab"])
            before = contents([stored(storage, "note", "b")])
            storage.commit([Put("note", "a", {"new": 1}, stored(storage, "note", "a").version)])
            assert contents([stored(storage, "note", "b")]) == before

    def test_a_version_is_never_used_again(self) -> None:
        with self.fresh() as storage:
            old = storage.commit([Put("note", "a", {"life": 1})])
            deleted = storage.commit([Delete("note", "a", old)])
            new = storage.commit([Put("note", "a", {"life": 2})])
            assert old < deleted < new
            for version in (old, deleted):
                _is_stale(storage, [Put("note", "a", {"late": 1}, version)], "note", "a", version, new)
                _is_stale(storage, [Delete("note", "a", version)], "note", "a", version, new)
            assert stored(storage, "note", "a").document == {"life": 2}

    def test_a_stale_put_names_the_expected_and_the_stored_version(self) -> None:
        with self.fresh() as storage:
            first = storage.commit([Put("note", "a", {"n": 1})])
            second = storage.commit([Put("note", "a", {"n": 2}, first)])
            _is_stale(storage, [Put("note", "a", {"n": 3}, first)], "note", "a", first, second)
            _is_stale(storage, [Put("note", "a", {"n": 3}, second + 1)], "note", "a", second + 1, second)
            assert contents(storage.scan("note")) == [("note", "a", second, exact({"n": 2}), {})]

    def test_a_stale_delete_names_the_expected_and_the_stored_version(self) -> None:
        with self.fresh() as storage:
            first = storage.commit([Put("note", "a", {"n": 1})])
            second = storage.commit([Put("note", "a", {"n": 2}, first)])
            _is_stale(storage, [Delete("note", "a", first)], "note", "a", first, second)
            assert stored(storage, "note", "a").version == second

    def test_a_put_of_a_new_record_is_stale_if_it_exists(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {"n": 1})])
            _is_stale(storage, [Put("note", "a", {"n": 2})], "note", "a", 0, version)
            assert stored(storage, "note", "a").document == {"n": 1}

    def test_a_write_to_an_absent_record_is_stale(self) -> None:
        with self.fresh() as storage:
            _is_stale(storage, [Put("note", "a", {}, 7)], "note", "a", 7, 0)
            _is_stale(storage, [Delete("note", "a", 7)], "note", "a", 7, 0)
            version = storage.commit([Put("note", "b", {})])
            storage.commit([Delete("note", "b", version)])
            _is_stale(storage, [Put("note", "b", {}, version)], "note", "b", version, 0)
            _is_stale(storage, [Delete("note", "b", version)], "note", "b", version, 0)
            assert list(storage.scan("note")) == []

    def test_one_stale_write_among_many_voids_the_commit(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", f"id-{n}", {}, keys={"of": "x"}) for n in range(3)])
            later = storage.commit([Put("note", "id-1", {"later": 1}, version, {"of": "x"})])
            before = contents(storage.scan("note"))
            changes = list(storage.changes()) if isinstance(storage, SupportsChanges) else []
            for place in range(4):
                writes: list[Write] = [
                    Put("note", "id-0", {"half": 1}, version, {"of": "y"}),
                    Put("note", "new", {"half": 1}, keys={"of": "y"}),
                    Delete("note", "id-2", version),
                ]
                writes.insert(place, Put("note", "id-1", {"half": 1}, version, {"of": "y"}))
                _is_stale(storage, writes, "note", "id-1", version, later)
                assert contents(storage.scan("note")) == before
                assert ids(storage.scan("note", KeyRange("of", "y"))) == []
                assert storage.get("note", ["new"]) == {}
                assert ids(storage.scan("note", KeyRange("of", "x", "x"))) == ["id-0", "id-1", "id-2"]
            if isinstance(storage, SupportsChanges):
                assert list(storage.changes()) == changes
            assert storage.commit([Put("note", "new", {})]) > later

    def test_puts_and_deletes_of_several_kinds_are_one_commit(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {}), Put("note", "b", {})])
            number = storage.commit(
                [Delete("note", "a", version), Put("task", "a", {}), Put("note", "b", {"n": 2}, version)]
            )
            assert contents([*storage.scan("note"), *storage.scan("task")]) == [
                ("note", "b", number, exact({"n": 2}), {}),
                ("task", "a", number, "{}", {}),
            ]

    def test_an_empty_commit_returns_the_last_number_and_changes_nothing(self) -> None:
        with self.fresh() as storage:
            assert storage.commit([]) == 0
            number = storage.commit([Put("note", "a", {})])
            number = storage.commit([Delete("note", "a", number)])
            assert storage.commit([]) == number
            assert storage.commit(()) == number

    def test_a_record_written_twice_in_a_commit_is_refused(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {"n": 1})])
            doubles: list[list[Write]] = [
                [Put("note", "b", {}), Put("note", "b", {})],
                [Put("note", "a", {}, version), Delete("note", "a", version)],
            ]
            for writes in doubles:
                with pytest.raises(InvalidRecordError):
                    storage.commit(writes)
            assert contents(storage.scan("note")) == [("note", "a", version, exact({"n": 1}), {})]

    def test_records_that_cannot_be_stored_are_refused_and_nothing_is_written(self) -> None:
        document: Any = ["no", "object"]
        with self.fresh() as storage:
            for unlawful in (*_UNLAWFUL, Put("note", "a", document)):
                for writes in ([Put("note", "lawful", {}), unlawful], [unlawful, Put("note", "lawful", {})]):
                    with pytest.raises(InvalidRecordError):
                        storage.commit(writes)
            assert list(storage.scan("note")) == []
            assert storage.commit([]) == 0

    def test_a_commit_may_be_large(self) -> None:
        with self.fresh() as storage:
            names = [f"{number:05}" for number in range(2_000)]
            first = storage.commit([Put("note", name, {"is": name}, keys={"of": name[-1]}) for name in names])
            second = storage.commit([Put("note", name, {"is": name}, first) for name in names[::2]])
            versions = {record.id: record.version for record in storage.scan("note")}
            assert versions == {name: first if int(name) % 2 else second for name in names}
            assert len(ids(storage.scan("note", KeyRange("of")))) == 1_000

    def test_a_dropped_kind_is_gone_and_no_other(self) -> None:
        with self.fresh() as storage:
            kinds = ("note", "Note", "notes")
            version = storage.commit(
                [Put(kind, name, {}, keys={"of": "x"}) for kind in kinds for name in "ab"]
            )
            storage.drop("note")
            storage.drop("never there")
            assert storage.get("note", ["a", "b"]) == {}
            assert ids(storage.scan("note")) == ids(storage.scan("note", KeyRange("of"))) == []
            for kind in kinds[1:]:
                assert ids(storage.scan(kind)) == ids(storage.scan(kind, KeyRange("of"))) == ["a", "b"]
            if isinstance(storage, SupportsChanges):
                assert {change.kind for change in storage.changes()} == {"Note", "notes"}
            assert storage.commit([Put("note", "a", {})]) > version

    def test_the_versions_of_dropped_records_are_never_used_again(self) -> None:
        with self.fresh() as storage:
            old = storage.commit([Put("note", "a", {})])
            storage.drop("note")
            _is_stale(storage, [Put("note", "a", {}, old)], "note", "a", old, 0)
            new = storage.commit([Put("note", "a", {})])
            assert new > old
            _is_stale(storage, [Delete("note", "a", old)], "note", "a", old, new)

    def test_a_storage_may_be_closed_twice(self) -> None:
        with self.fresh() as storage:
            storage.close()
            storage.close()

    def test_every_call_of_a_closed_storage_raises(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {})])
            storage.close()
            with pytest.raises(StorageClosedError):
                storage.get("note", ["a"])
            with pytest.raises(StorageClosedError):
                list(storage.scan("note"))
            with pytest.raises(StorageClosedError):
                storage.commit([Put("note", "b", {})])
            with pytest.raises(StorageClosedError):
                storage.commit([])
            with pytest.raises(StorageClosedError):
                storage.drop("note")
            if isinstance(storage, SupportsChanges):
                with pytest.raises(StorageClosedError):
                    list(storage.changes())
            if isinstance(storage, SupportsClaims):
                with pytest.raises(StorageClosedError):
                    storage.claim("note", "due", "1", "2", 1)
