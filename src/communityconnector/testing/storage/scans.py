"""Scans return every record once, in order, and can use look-up keys."""

from __future__ import annotations

from communityconnector.storage import Delete, KeyRange, Put, Storage
from communityconnector.testing.storage.names import TWINS
from communityconnector.testing.storage.opening import Opening, contents, ids, stored


def _due(storage: Storage) -> None:
    days = {"a": "03", "b": "01", "c": "02", "d": "02", "e": "05"}
    storage.commit([Put("task", name, {}, keys={"due": day}) for name, day in days.items()])
    storage.commit([Put("task", "none", {}), Put("other", "a", {}, keys={"due": "02"})])


class Scans(Opening):
    """The promises on scans."""

    def test_a_scan_goes_by_code_points(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {}) for name in reversed(TWINS)])
            assert ids(storage.scan("note")) == sorted(TWINS)

    def test_a_scan_returns_the_same_records_as_get(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {"is": name}, keys={"of": name}) for name in ("b", "a")])
            storage.commit([Put("note", "c", {})])
            assert contents(storage.scan("note")) == contents(stored(storage, "note", name) for name in "abc")

    def test_pages_of_any_size_together_are_the_whole(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {}, keys={"of": "x"}) for name in TWINS[:9]])
            for key in (None, KeyRange("of", "x", "x")):
                for size in range(1, 11):
                    pages: list[str] = []
                    after = ""
                    # One page too many shows that the pages do not end.
                    for _ in range(11):
                        page = ids(storage.scan("note", key, after=after, limit=size))
                        assert len(page) <= size
                        pages += page
                        if not page:
                            break
                        after = page[-1]
                    assert pages == sorted(TWINS[:9])

    def test_after_leaves_out_the_id_itself_and_need_not_be_there(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {}) for name in "bdf"])
            assert ids(storage.scan("note", after="b")) == ["d", "f"]
            assert ids(storage.scan("note", after="c")) == ["d", "f"]
            assert ids(storage.scan("note", after="f")) == []

    def test_a_limit_holds(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {}) for name in "abc"])
            assert ids(storage.scan("note", limit=2)) == ["a", "b"]
            assert ids(storage.scan("note", limit=0)) == []
            assert ids(storage.scan("note", limit=9)) == ["a", "b", "c"]

    def test_a_long_scan_gives_every_record_once(self) -> None:
        with self.fresh() as storage:
            names = [f"{number:05}" for number in range(1_201)]
            storage.commit([Put("note", name, {}, keys={"of": name}) for name in names])
            assert ids(storage.scan("note")) == names
            assert ids(storage.scan("note", KeyRange("of", "00100"), limit=1_050)) == names[100:1_150]

    def test_records_that_stay_come_once_while_others_come_and_go(self) -> None:
        with self.fresh() as storage:
            names = [f"{number:05}" for number in range(1_200)]
            version = storage.commit([Put("note", name, {}) for name in names])
            scanned = []
            for number, record in enumerate(storage.scan("note")):
                scanned.append(record.id)
                if number == 100:
                    storage.commit([Delete("note", name, version) for name in names[1_100:]])
                    storage.commit([Put("note", f"{name}+", {}) for name in names[:50]])
            assert [name for name in scanned if name in names[:1_100]] == names[:1_100]
            assert len(scanned) == len(set(scanned))

    def test_deleted_records_leave_scans(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", name, {}) for name in "abc"])
            storage.commit([Delete("note", "b", version)])
            assert ids(storage.scan("note")) == ["a", "c"]
            assert storage.get("note", ["b"]) == {}

    def test_a_key_range_holds_both_its_ends(self) -> None:
        with self.fresh() as storage:
            _due(storage)
            assert ids(storage.scan("task", KeyRange("due", "02", "03"))) == ["a", "c", "d"]
            assert ids(storage.scan("task", KeyRange("due", "02", "02"))) == ["c", "d"]

    def test_a_key_range_may_be_open(self) -> None:
        with self.fresh() as storage:
            _due(storage)
            assert ids(storage.scan("task", KeyRange("due", "03"))) == ["a", "e"]
            assert ids(storage.scan("task", KeyRange("due", last="01"))) == ["b"]
            assert ids(storage.scan("task", KeyRange("due"))) == ["a", "b", "c", "d", "e"]

    def test_a_key_range_without_records_finds_none(self) -> None:
        with self.fresh() as storage:
            _due(storage)
            assert ids(storage.scan("task", KeyRange("due", "03", "02"))) == []
            assert ids(storage.scan("task", KeyRange("until"))) == []
            assert ids(storage.scan("nothing", KeyRange("due"))) == []

    def test_a_scan_by_key_goes_by_ids_and_can_be_resumed(self) -> None:
        with self.fresh() as storage:
            _due(storage)
            assert ids(storage.scan("task", KeyRange("due"), limit=2)) == ["a", "b"]
            assert ids(storage.scan("task", KeyRange("due", "02"), after="a", limit=2)) == ["c", "d"]

    def test_an_empty_value_of_a_key_is_a_value(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {}, keys={"of": ""}), Put("note", "b", {})])
            assert ids(storage.scan("note", KeyRange("of", "", ""))) == ["a"]
            assert ids(storage.scan("note", KeyRange("of"))) == ["a"]

    def test_a_record_is_found_by_each_of_its_keys(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {}, keys={"of": "x", "due": "01"})])
            assert ids(storage.scan("note", KeyRange("of", "x", "x"))) == ["a"]
            assert ids(storage.scan("note", KeyRange("due", "01", "01"))) == ["a"]
            assert ids(storage.scan("note", KeyRange("of", "01", "01"))) == []

    def test_keys_are_replaced_and_not_merged(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {}, keys={"of": "x", "due": "01"})])
            version = storage.commit([Put("note", "a", {}, version, {"due": "02"})])
            assert stored(storage, "note", "a").keys == {"due": "02"}
            assert ids(storage.scan("note", KeyRange("of"))) == []
            assert ids(storage.scan("note", KeyRange("due", last="01"))) == []
            storage.commit([Put("note", "a", {}, version)])
            assert stored(storage, "note", "a").keys == {}
            assert ids(storage.scan("note", KeyRange("due"))) == []

    def test_keys_that_stay_still_find_after_a_write(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {"n": 1}, keys={"of": "x"})])
            storage.commit([Put("note", "a", {"n": 2}, version, {"of": "x"})])
            (record,) = storage.scan("note", KeyRange("of", "x", "x"))
            assert record.document == {"n": 2}

    def test_deleted_records_leave_lookups_and_come_back_without_old_keys(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {}, keys={"of": "x"})])
            storage.commit([Delete("note", "a", version)])
            assert ids(storage.scan("note", KeyRange("of"))) == []
            storage.commit([Put("note", "a", {})])
            assert ids(storage.scan("note", KeyRange("of"))) == []
            assert stored(storage, "note", "a").keys == {}
