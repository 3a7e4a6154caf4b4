"""Every id is itself: nothing is folded, stripped, normalised or cut."""

from __future__ import annotations

from typing import Final

from communityconnector.storage import MOST_LETTERS, MOST_NAME_LETTERS, Delete, KeyRange, Put
from communityconnector.testing.storage.opening import Opening, found, ids

TWINS: Final = (
    *(
        "a",
        "A",
        "á",
        "a\u0301",
        "à",
        "\uff41",
        "a ",
        " a",
        "a\t",
        "a\n",
        "a\u00a0",
        "a\u200b",
        "\ufeffa",
        "aa",
    ),
    *("ß", "ss", "ẞ", "i", "I", "İ", "\u0131", "K", "\u212a", "k", "ﬁ", "fi", "Å", "\u212b", "A\u030a"),
    *(
        "1",
        "01",
        "1.0",
        "+1",
        "\uff11",
        "null",
        "None",
        "%",
        "_",
        "*",
        "'",
        '"',
        "\\",
        "/",
        ".",
        "..",
        ":a",
        "#",
    ),
    *("\ue000", "\uffff", "\U00010000", "\U0001f642", "\U0010ffff", "\x01", "\x7f", "\x85"),
)
"""Texts that some database, somewhere, takes for each other."""


class Names(Opening):
    """What a storage promises of ids, kinds and the values of look-up keys."""

    def _are_told_apart(self, *names: str) -> None:
        with self.fresh() as storage:
            for name in names:
                storage.commit([Put("note", name, {"is": name})])
            for name in names:
                assert found(storage, "note", name).document == {"is": name}
            assert ids(storage.scan("note")) == sorted(names)
            first = found(storage, "note", names[0])
            storage.commit([Delete("note", first.id, first.version)])
            assert ids(storage.scan("note")) == sorted(names[1:])

    def test_case_tells_ids_apart(self) -> None:
        self._are_told_apart("a", "A")
        self._are_told_apart("ß", "ẞ", "ss")

    def test_accents_tell_ids_apart(self) -> None:
        self._are_told_apart("a", "á", "à")

    def test_composed_and_decomposed_ids_are_two(self) -> None:
        self._are_told_apart("á", "a\u0301")

    def test_compatible_letters_are_two(self) -> None:
        self._are_told_apart("ﬁ", "fi")
        self._are_told_apart("K", "\u212a")

    def test_blanks_around_an_id_count(self) -> None:
        self._are_told_apart("a", "a ", " a", "a\t", "a\u00a0")

    def test_numbers_in_ids_are_texts(self) -> None:
        self._are_told_apart("1", "01", "1.0", "+1")

    def test_signs_of_query_languages_are_texts(self) -> None:
        self._are_told_apart("%", "_", "*", "'", '"', "\\", ":a", "a")

    def test_all_twins_live_side_by_side(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {"is": name}, keys={"of": name}) for name in TWINS])
            assert {key: dict(one.document) for key, one in storage.get("note", TWINS).items()} == {
                name: {"is": name} for name in TWINS
            }
            for name in TWINS:
                assert ids(storage.scan("note", KeyRange("of", name, name))) == [name]

    def test_the_last_letter_of_the_longest_id_counts(self) -> None:
        for letter in ("a", "é", "\U0001f642"):
            long = letter * (MOST_LETTERS - 1)
            self._are_told_apart(long + "x", long + "y", long)

    def test_the_last_letter_of_the_longest_kind_counts(self) -> None:
        with self.fresh() as storage:
            kinds = [f"{'é' * (MOST_NAME_LETTERS - 1)}{end}" for end in "xy"]
            storage.commit([Put(kind, "a", {"is": kind}, keys={kind: "v"}) for kind in kinds])
            for kind in kinds:
                assert found(storage, kind, "a").document == {"is": kind}
                assert ids(storage.scan(kind, KeyRange(kind, "v", "v"))) == ["a"]

    def test_kinds_separate_ids(self) -> None:
        with self.fresh() as storage:
            kinds = ["note", "Note", "notes", "note ", "nóte"]
            number = storage.commit([Put(kind, "a", {"is": kind}) for kind in kinds])
            for kind in kinds:
                assert found(storage, kind, "a").document == {"is": kind}
                assert [(r.kind, r.id) for r in storage.scan(kind)] == [(kind, "a")]
            storage.commit([Delete("note", "a", number)])
            assert not storage.get("note", ["a"])
            assert found(storage, "Note", "a").version == number

    def test_values_of_keys_are_told_apart(self) -> None:
        with self.fresh() as storage:
            values = ["a", "A", "á", "a\u0301", "a ", " a", ""]
            storage.commit([Put("note", f"id-{n}", {}, keys={"of": v}) for n, v in enumerate(values)])
            for number, value in enumerate(values):
                assert ids(storage.scan("note", KeyRange("of", value, value))) == [f"id-{number}"]
                assert found(storage, "note", f"id-{number}").keys == {"of": value}

    def test_names_of_keys_are_told_apart(self) -> None:
        with self.fresh() as storage:
            names = ["due", "Due", "due ", "dué"]
            storage.commit([Put("note", f"id-{n}", {}, keys={name: "v"}) for n, name in enumerate(names)])
            for number, name in enumerate(names):
                assert ids(storage.scan("note", KeyRange(name))) == [f"id-{number}"]

    def test_nothing_is_found_where_nothing_was_stored(self) -> None:
        with self.fresh() as storage:
            assert storage.get("note", ["a"]) == {}
            assert list(storage.scan("note")) == []
            assert list(storage.scan("note", KeyRange("of"))) == []

    def test_many_ids_are_found_at_once_without_those_that_are_not_there(self) -> None:
        with self.fresh() as storage:
            names = [f"id-{number}" for number in range(1_200)]
            storage.commit([Put("note", name, {"is": name}) for name in names[::2]])
            records = storage.get("note", iter([*names, *names[:10]]))
            assert sorted(records) == sorted(names[::2])
            assert all(record.document == {"is": key} and record.id == key for key, record in records.items())
            assert storage.get("note", []) == {}

    def test_an_id_that_no_record_can_have_is_not_there(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {})])
            assert list(storage.get("note", ["", "a\0", "\ud83d", "a", "a" * (MOST_LETTERS + 1)])) == ["a"]
            assert storage.get("no\0te", ["a"]) == {}
