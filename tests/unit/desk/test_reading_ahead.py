"""What messages rest on is read for many at once, and counts as it is when each of them leaves."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
from desks import MONDAY, desk_at, found, send
from hypothesis import given

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import kinds
from communityconnector.desk.claiming import Claimed, claim
from communityconnector.desk.outbox import row_of
from communityconnector.desk.reading_ahead import ReadingAhead
from communityconnector.storage import ABSENT, Delete, KeyRange, Put


class Counted(MemoryStorage):
    """Counts what it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = Counter()

    def get(self, kind, ids):
        self.asked[kind] += 1
        return super().get(kind, ids)


def test_a_hundred_messages_are_looked_up_in_a_few_questions():
    storage = Counted()
    with desk_at(storage=storage) as desk:
        match = found(desk)
        for _ in range(100):
            send(desk, match)
        storage.asked.clear()
        assert desk.dispatch_once().sent == 100
    once_for_32 = dict.fromkeys((kinds.OUTBOX, kinds.REFERRAL, kinds.CONSENT), 4)
    assert storage.asked == {**once_for_32, kinds.INTAKE: 1, kinds.LINK: 1, kinds.OWN: 1}


def test_it_knows_what_others_have_written_since_it_was_asked_last():
    with desk_at() as desk:
        for _ in range(2):
            send(desk)
        claimed = claim(desk._parts.ledger, 10)  # noqa: SLF001  # as its dispatcher does
        ahead = ReadingAhead(desk.storage)
        kept = {one.row.referral_id for one in claimed}
        ahead.coming(claimed)
        assert set(ahead.get(kinds.REFERRAL, kept)) == kept
        gone = claimed[1].row.referral_id
        version = desk.storage.get(kinds.REFERRAL, [gone])[gone].version
        desk.storage.commit([Delete(kinds.REFERRAL, gone, version)])
        ahead.coming(claimed[1:])
        assert set(ahead.get(kinds.REFERRAL, kept)) == kept - {gone}


_kinds = st.sampled_from([kinds.OUTBOX, kinds.REFERRAL, kinds.INTAKE])
_ids = st.sampled_from("abcd")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), _kinds, _ids, st.integers(0, 3)),
            st.tuples(st.just("delete"), _kinds, _ids, st.just(0)),
            st.tuples(st.just("read"), _kinds, st.lists(_ids, max_size=4), st.just(0)),
        )
    )
)
def test_what_is_read_after_a_look_is_what_is_kept(steps):
    storage = MemoryStorage()
    # Rows that nobody can read lead to no referral; what is read ahead does not depend on them.
    storage.commit([Put(kinds.OUTBOX, each, {}) for each in "abcd"])
    claimed = [Claimed(record, row_of(record), MONDAY) for record in storage.scan(kinds.OUTBOX)]
    ahead = ReadingAhead(storage)
    for what, kind, name, number in steps:
        if what == "read":
            ahead.coming(claimed)
            assert ahead.get(kind, name) == storage.get(kind, name)
            continue
        there = storage.get(kind, [name]).get(name)
        if what == "write":
            storage.commit([Put(kind, name, {"n": number}, ABSENT if there is None else there.version)])
        elif there is not None:
            storage.commit([Delete(kind, name, there.version)])


def test_it_reads_and_writes_as_what_it_reads_from_does():
    storage = MemoryStorage()
    ahead = ReadingAhead(storage)
    number = ahead.commit([Put("note", each, {}, keys={"of": each}) for each in "abcd"])
    assert number == storage.commit([])
    assert [one.id for one in ahead.scan("note", after="a", limit=1)] == ["b"]
    assert [one.id for one in ahead.scan("note", KeyRange("of", "b", "c"))] == ["b", "c"]
    ahead.drop("note")
    assert not list(storage.scan("note"))
    ahead.close()
