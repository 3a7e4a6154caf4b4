"""Any sequence of calls has the same effect on a storage as on a dictionary."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from communityconnector.errors import StaleRecordError
from communityconnector.storage import (
    ABSENT,
    Delete,
    KeyRange,
    Put,
    Storage,
    SupportsChanges,
    SupportsClaims,
    Write,
)
from communityconnector.testing.storage.opening import Opening, contents, exact

# Few texts, each with a near twin: only if both occur does it show whether a storage confuses them.
KINDS: Final = ("note", "Note", "note ")
_kinds = st.sampled_from(KINDS)
_ids = st.sampled_from(["a", "A", "a ", "á", "a\u0301", "b", "\uffff", "\U0001f642"])
_names = st.sampled_from(["due", "Due"])
_values = st.sampled_from(["", "01", "02", "a", "A", "a "])
_keys = st.dictionaries(_names, _values, max_size=2)
_texts = st.text(max_size=4) | st.sampled_from(
    ["\0", "\ud83d", " a ", "2026-03-01T09:00:00-05:00", "x" * 600]
)
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts, inner, max_size=2),
    max_leaves=3,
)
_documents = st.dictionaries(_texts, _json, max_size=2)
_ranges = st.builds(KeyRange, _names, _values, _values | st.none())
_limits = st.none() | st.integers(0, 3)


class _Draft(NamedTuple):
    """A write whose expected version is chosen later: the current version, or one from some earlier time."""

    kind: str
    id: str
    document: dict[str, Any] | None
    keys: dict[str, str]
    right: bool
    other: int


_drafts = st.builds(
    _Draft,
    kind=_kinds,
    id=_ids,
    document=_documents | st.none(),
    keys=_keys,
    right=st.integers(0, 9).map(lambda ninth: ninth < 9),
    other=st.just(0) | st.integers(0, 40),
)


class _Expected(NamedTuple):
    version: int
    document: str
    keys: dict[str, str]


class StorageMachine(RuleBasedStateMachine):
    """Calls a storage at random, and compares its answers with a dictionary."""

    contract: Opening

    def __init__(self) -> None:
        super().__init__()
        self.storage: Storage = self.contract.open_storage()
        self.expected: dict[tuple[str, str], _Expected] = {}
        self.changed: dict[tuple[str, str], tuple[int, bool]] = {}
        self.numbers = [0]

    def teardown(self) -> None:
        """Close the storage."""
        self.storage.close()

    @rule(drafts=st.lists(_drafts, min_size=1, max_size=4, unique_by=lambda draft: draft[:2]))
    def commit(self, drafts: list[_Draft]) -> None:
        """Write some records, sometimes with an outdated version."""
        writes = [write for draft in drafts if (write := self._write(draft)) is not None]
        stale = {(w.kind, w.id): w.expected for w in writes if w.expected != self._version(w.kind, w.id)}
        if stale:
            with pytest.raises(StaleRecordError) as caught:
                self.storage.commit(writes)
            name = (caught.value.kind, caught.value.id)
            assert name in stale, f"{name} is not stale"
            assert (caught.value.expected, caught.value.found) == (stale[name], self._version(*name))
        else:
            number = self.storage.commit(writes)
            if writes:
                self._check_number(number)
            for write in writes:
                self._record(number, write)
        for draft in drafts:
            self.get(draft.kind, [draft.id])

    @rule(kind=_kinds, wanted=st.lists(_ids, max_size=4))
    def get(self, kind: str, wanted: list[str]) -> None:
        """Read some records, which may or may not exist."""
        records = self.storage.get(kind, wanted)
        assert sorted(records) == sorted(key for key in set(wanted) if (kind, key) in self.expected)
        for key, record in records.items():
            assert contents([record]) == [self._contents(kind, key)]

    @rule(kind=_kinds, key=_ranges, after=_ids | st.just(""), limit=_limits)
    def scan(self, kind: str, key: KeyRange, after: str, limit: int | None) -> None:
        """Look some records up."""
        matching = sorted(
            i for (k, i), row in self.expected.items() if k == kind and i > after and key.holds(row.keys)
        )
        records = self.storage.scan(kind, key, after=after, limit=limit)
        assert contents(records) == [self._contents(kind, record_id) for record_id in matching[:limit]]

    @rule(kind=_kinds)
    def drop(self, kind: str) -> None:
        """Delete a kind."""
        self.storage.drop(kind)
        self.expected = {name: row for name, row in self.expected.items() if name[0] != kind}
        self.changed = {name: last for name, last in self.changed.items() if name[0] != kind}

    @precondition(lambda self: isinstance(self.storage, SupportsChanges))
    @rule(since=st.integers(0, 40), limit=_limits)
    def changes(self, since: int, limit: int | None) -> None:
        """List what has changed since some commit."""
        assert isinstance(self.storage, SupportsChanges)
        number = self.numbers[since % len(self.numbers)]
        expected = sorted((v, *name, gone) for name, (v, gone) in self.changed.items() if v > number)
        changes = self.storage.changes(number, limit=limit)
        assert [(c.version, c.kind, c.id, c.deleted) for c in changes] == expected[:limit]

    @precondition(lambda self: isinstance(self.storage, SupportsClaims))
    @rule(kind=_kinds, key=_names, now=_values, until=_values, count=st.integers(1, 3))
    def claim(self, kind: str, key: str, now: str, until: str, count: int) -> None:
        """Claim records that are due."""
        assert isinstance(self.storage, SupportsClaims)
        due = sorted(
            (row.keys[key], i)
            for (k, i), row in self.expected.items()
            if k == kind and key in row.keys and row.keys[key] <= now
        )
        claimed = self.storage.claim(kind, key, now, until, count)
        assert [record.id for record in claimed] == [record_id for _, record_id in due[:count]]
        if claimed:
            self._check_number(claimed[0].version)
        for record in claimed:
            before = self.expected[kind, record.id]
            keys = {**before.keys, key: until}
            self.expected[kind, record.id] = _Expected(self.numbers[-1], before.document, keys)
            self.changed[kind, record.id] = (self.numbers[-1], False)
            assert contents([record]) == [self._contents(kind, record.id)]

    @precondition(lambda self: self.contract.durable)
    @rule()
    def reopen(self) -> None:
        """Continue with another storage object."""
        self.storage.close()
        self.storage = self.contract.again(self.storage)

    @invariant()
    def scans_return_all(self) -> None:
        """Every record exists as it was last written, and there is no other."""
        for kind in KINDS:
            expected = sorted(key for its_kind, key in self.expected if its_kind == kind)
            assert contents(self.storage.scan(kind)) == [self._contents(kind, key) for key in expected]

    def _write(self, draft: _Draft) -> Write | None:
        version = self._version(draft.kind, draft.id)
        if not draft.right:
            version = self.numbers[draft.other % len(self.numbers)]
        if draft.document is not None:
            return Put(draft.kind, draft.id, draft.document, version, draft.keys)
        return Delete(draft.kind, draft.id, version) if version else None

    def _record(self, number: int, write: Write) -> None:
        name = (write.kind, write.id)
        if isinstance(write, Put):
            self.expected[name] = _Expected(number, exact(dict(write.document)), dict(write.keys))
        else:
            del self.expected[name]
        self.changed[name] = (number, not isinstance(write, Put))

    def _check_number(self, number: int) -> None:
        assert number > self.numbers[-1], f"commit {number} came after {self.numbers[-1]}"
        self.numbers.append(number)

    def _version(self, kind: str, key: str) -> int:
        row = self.expected.get((kind, key))
        return ABSENT if row is None else row.version

    def _contents(self, kind: str, key: str) -> tuple[str, str, int, str, dict[str, str]]:
        row = self.expected[kind, key]
        return (kind, key, row.version, row.document, row.keys)
