"""Documents come back unchanged."""

from __future__ import annotations

import contextlib
from typing import Any

from communityconnector.storage import Encoded, Put, encoded
from communityconnector.testing.storage.opening import Opening, exact, stored


class Documents(Opening):
    """The promises on documents."""

    def _comes_back(self, document: dict[str, Any]) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", document)])
            assert exact(stored(storage, "note", "a").document) == exact(document)
            (scanned,) = storage.scan("note")
            assert exact(scanned.document) == exact(document)

    def test_an_empty_document_comes_back(self) -> None:
        self._comes_back({})

    def test_a_document_whose_text_is_known_comes_back(self) -> None:
        document = {"texts": ["Québec", None, 1.0], "inner": {"number": 2**64}}
        with self.fresh() as storage:
            storage.commit([Put("note", "a", Encoded(encoded(document)))])
            assert exact(stored(storage, "note", "a").document) == exact(document)

    def test_nulls_come_back(self) -> None:
        self._comes_back({"plain": None, "listed": [None, 1, None], "nested": {"inner": None}})

    def test_empty_values_are_not_nulls(self) -> None:
        self._comes_back({"text": "", "list": [], "object": {}, "zero": 0, "no": False})

    def test_nested_values_come_back(self) -> None:
        deep: Any = "bottom"
        for level in range(30):
            deep = {"level": level, "inner": [deep, [level]]}
        self._comes_back({"deep": deep, "order": [3, 1, 2]})

    def test_floats_come_back_to_the_last_bit(self) -> None:
        self._comes_back(
            {"floats": [0.1, 0.1 + 0.2, 1e300, 5e-324, 1.7976931348623157e308, -80.12345678901234]}
        )

    def test_a_whole_float_stays_a_float_and_a_zero_keeps_its_sign(self) -> None:
        self._comes_back({"one": 1.0, "zero": -0.0, "large": 1e15})

    def test_an_integer_stays_an_integer_however_large(self) -> None:
        self._comes_back({"integers": [2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**40 + 1]})

    def test_true_is_not_one(self) -> None:
        self._comes_back({"flags": [True, 1, False, 0]})

    def test_texts_of_every_script_come_back(self) -> None:
        self._comes_back(
            {"texts": ["Asheville", "Québec", "Que\u0301bec", "日本", "עברית", "\U0001f642", "\ufffe\uffff"]}
        )

    def test_controls_and_nuls_in_texts_come_back(self) -> None:
        self._comes_back({"texts": ["\0", "a\0b", "\x01\x1f\x7f\x85", "\r\n", "\u2028\u2029"]})

    def test_a_lone_surrogate_in_a_text_comes_back(self) -> None:
        self._comes_back({"texts": ["\ud83d", "a\udc00b"]})

    def test_blanks_around_texts_come_back(self) -> None:
        self._comes_back({"texts": [" a", "a ", "\ta\n", "a\u00a0", " "]})

    def test_texts_that_look_like_something_else_stay_texts(self) -> None:
        self._comes_back(
            {"texts": ["1", "1.0", "true", "null", "{}", "[1]", "NaN", "'; --", "%s", ":kind", "\\"]}
        )

    def test_moments_keep_their_time_zone(self) -> None:
        self._comes_back(
            {"moments": ["2026-03-01T09:00:00-05:00", "2026-03-01T14:00:00Z", "2026-03-01T14:00:00+00:00"]}
        )

    def test_names_of_members_come_back(self) -> None:
        self._comes_back({"": 1, " ": 2, "a.b": 3, "$ref": 4, "é": 5, "e\u0301": 6, "E": 7, "e": 8, "id": 9})

    def test_a_long_text_comes_back_whole(self) -> None:
        self._comes_back({"text": "0123456789abcdé\0" * 65_536})

    def test_a_document_is_replaced_and_not_merged(self) -> None:
        with self.fresh() as storage:
            version = storage.commit([Put("note", "a", {"old": 1, "both": {"old": 1}})])
            storage.commit([Put("note", "a", {"both": {"new": 2}}, version)])
            assert exact(stored(storage, "note", "a").document) == exact({"both": {"new": 2}})

    def test_changing_a_returned_document_changes_no_record(self) -> None:
        with self.fresh() as storage:
            storage.commit([Put("note", "a", {"list": [1]}, keys={"of": "x"})])
            for record in (stored(storage, "note", "a"), next(iter(storage.scan("note")))):
                returned: Any = record
                # A storage may also return values that cannot be changed.
                with contextlib.suppress(TypeError, AttributeError):
                    returned.document["list"].append(2)
                with contextlib.suppress(TypeError, AttributeError):
                    returned.document["more"] = 1
                with contextlib.suppress(TypeError, AttributeError):
                    returned.keys["of"] = "y"
            record = stored(storage, "note", "a")
            assert (exact(record.document), record.keys) == (exact({"list": [1]}), {"of": "x"})

    def test_changing_a_document_after_its_commit_changes_no_record(self) -> None:
        with self.fresh() as storage:
            document: dict[str, Any] = {"list": [1]}
            keys = {"of": "x"}
            storage.commit([Put("note", "a", document, keys=keys)])
            document["list"].append(2)
            document["more"] = 1
            keys["of"] = "y"
            record = stored(storage, "note", "a")
            assert (exact(record.document), record.keys) == (exact({"list": [1]}), {"of": "x"})
