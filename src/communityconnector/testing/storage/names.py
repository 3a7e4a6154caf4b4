"""Every id is distinct: nothing is folded, stripped, normalised or cut."""

from __future__ import annotations

from typing import Final

from communityconnector.storage import MOST_LETTERS, MOST_NAME_LETTERS, Delete, KeyRange, Put
from communityconnector.testing.storage.opening import Opening, ids, stored

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
"""Texts that some databases treat as equal."""


class Names(Opening):
    """The promises on ids, kinds and the values of look-up keys."""

    def _are_distinct(self, *names: str) -> None:
        with self.fresh() as storage:
            for name in names:
                storage.commit([Put("note", name, {"is": name})])
            for name in names:
                assert stored(storage, "note", name).document == {"is": name}
            assert ids(storage.scan("note")) == sorted(names)
            first = stored(storage, "note", names[0])
            storage.commit([Delete("note", first.id, first.version)])
            assert ids(storage.scan("note")) == sorted(names[1:])

    def test_ids_that_differ_in_case_are_distinct(self) -> None:
        self._are_distinct("a", "A")
        self._are_distinct("ß", "ẞ", "ss")

    def test_ids_that_differ_in_accents_are_distinct(self) -> None:
        self._are_distinct("a", "á", "à")

    def test_composed_and_decomposed_ids_are_distinct(self) -> None:
        self._are_distinct("á", "a\u0301")

    def test_compatible_letters_are_distinct(self) -> None:
        self._are_distinct("ﬁ", "fi")
        self._are_distinct("K", "\u212a")

    def test_blanks_around_an_id_count(self) -> None:
        self._are_distinct("a", "a ", " a", "a\t", "a\u00a0")

    def test_numbers_in_ids_are_texts(self) -> None:
        self._are_distinct("1", "01", "1.0", "+1")

    def test_signs_of_query_languages_are_texts(self) -> None:
        self._are_distinct("%", "_", "*", "'", '"', "\\", ":a", "a")

    def test_ids_that_databases_confuse_can_all_be_stored(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", name, {"is": name}, keys={"of": name}) for name in TWINS])
            assert {key: dict(record.document) for key, record in storage.get("note", TWINS).items()} == {
                name: {"is": name} for name in TWINS
            }
            for name in TWINS:
                assert ids(storage.scan("note", KeyRange("of", name, name))) == [name]

    def test_the_last_letter_of_the_longest_id_counts(self) -> None:
        for letter in ("a", "é", "\U0001f642"):
            long = letter * (MOST_LETTERS - 1)
            self._are_distinct(long + "x", long + "y", long)

    def test_the_last_letter_of_the_longest_kind_counts(self) -> None:
        with self.fresh() as storage:
            kinds = [f"{'é' * (MOST_NAME_LETTERS - 1)}{end}" for end in "xy"]
            storage.commit([Put(kind, "a", {"is": kind}, keys={kind: "v"}) for kind in kinds])
            for kind in kinds:
                assert stored(storage, kind, "a").document == {"is": kind}
                assert ids(storage.scan(kind, KeyRange(kind, "v", "v"))) == ["a"]

    def test_kinds_separate_ids(self) -> None:
        with self.fresh() as storage:
            kinds = ["note", "Note", "notes", "note ", "nóte"]
            number = storage.commit([Put(kind, "a", {"is": kind}) for kind in kinds])
            for kind in kinds:
                assert stored(storage, kind, "a").document == {"is": kind}
                assert [(r.kind, r.id) for r in storage.scan(kind)] == [(kind, "a")]
            storage.commit([Delete("note", "a", number)])
            assert not storage.get("note", ["a"])
            assert stored(storage, "Note", "a").version == number

    def test_values_of_keys_are_distinct(self) -> None:
        with self.fresh() as storage:
            values = ["a", "A", "á", "a\u0301", "a ", " a", ""]
            storage.commit([Put("note", f"id-{n}", {}, keys={"of": v}) for n, v in enumerate(values)])
            for number, value in enumerate(values):
                assert ids(storage.scan("note", KeyRange("of", value, value))) == [f"id-{number}"]
                assert stored(storage, "note", f"id-{number}").keys == {"of": value}

    def test_names_of_keys_are_distinct(self) -> None:
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
