"""Records for many messages are read together, and each message is sent by the records of its moment."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

import communityconnector as cc
from builders import MONDAY, best_match, make_desk, repeatable_ids, send_referral
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import Ledger
from communityconnector.desk.messages.claims import ClaimedMessage, claim_messages
from communityconnector.desk.messages.read_cache import ReadCache
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.outbox import read_message
from communityconnector.errors import StaleRecordError, StorageError
from communityconnector.storage import ABSENT, Delete, KeyRange, Put


class Counted(MemoryStorage):
    """Counts what it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = Counter()

    def get(self, kind, ids):
        self.asked[kind] += 1
        return super().get(kind, ids)


def test_records_of_a_hundred_messages_are_read_in_a_few_queries():
    storage = Counted()
    with make_desk(storage=storage) as desk:
        match = best_match()
        for _ in range(100):
            send_referral(desk, match)
        storage.asked.clear()
        assert desk.dispatch_once().sent == 100
    once_for_32 = dict.fromkeys((record_kinds.OUTBOX, record_kinds.REFERRAL, record_kinds.CONSENT), 4)
    assert storage.asked == {**once_for_32, record_kinds.INTAKE: 1, record_kinds.LINK: 1, record_kinds.OWN: 1}


def test_a_read_after_a_refresh_sees_writes_of_other_processes():
    with make_desk() as desk:
        for _ in range(2):
            send_referral(desk)
        ledger = Ledger(
            desk.storage,
            policy=cc.Policy(),
            clock=desk.clock,
            secret=None,
            keyring=None,
            ids=repeatable_ids(),
        )
        claimed = claim_messages(ledger, 10)
        ahead = ReadCache(desk.storage)
        kept = {one.message.referral_id for one in claimed}
        ahead.prepare(claimed)
        assert set(ahead.get(record_kinds.REFERRAL, kept)) == kept
        gone = claimed[1].message.referral_id
        version = desk.storage.get(record_kinds.REFERRAL, [gone])[gone].version
        desk.storage.commit([Delete(record_kinds.REFERRAL, gone, version)])
        ahead.prepare(claimed[1:])
        assert set(ahead.get(record_kinds.REFERRAL, kept)) == kept - {gone}


@pytest.mark.parametrize("consent", [["c-1", "c-2"], {"id": "c-1"}, 7, None])
def test_a_referral_with_an_invalid_consent_delays_no_other(consent):
    with make_desk() as desk:
        odd, *_ = [send_referral(desk) for _ in range(4)]
        (record,) = desk.storage.get(record_kinds.REFERRAL, [odd.id]).values()
        about = {**record.document["about"], "consent_id": consent}
        document = {**record.document, "about": about}
        desk.storage.commit([Put(record_kinds.REFERRAL, odd.id, document, record.version, record.keys)])
        done = desk.dispatch_once()
        assert done.total - done.sent == 1
        assert done.sent >= 3


def test_a_failed_read_is_retried_when_it_is_needed():
    class Once(MemoryStorage):
        fails = False

        def get(self, kind, ids):
            if self.fails and kind == record_kinds.REFERRAL:
                self.fails = False
                message = "the database could not do it"
                raise StorageError(message)
            return super().get(kind, ids)

    storage = Once()
    with make_desk(storage) as desk:
        for _ in range(3):
            send_referral(desk)
        storage.fails = True
        assert desk.dispatch_once().sent == 3


def test_a_stale_write_makes_the_cache_read_again():
    storage = MemoryStorage()
    ahead = ReadCache(storage)
    assert ahead.get("note", ["a"]) == {}
    storage.commit([Put("note", "a", {})])
    with pytest.raises(StaleRecordError):
        ahead.commit([Put("note", "a", {})])
    assert ahead.get("note", ["a"]).keys() == {"a"}


_kinds = st.sampled_from([record_kinds.OUTBOX, record_kinds.REFERRAL, record_kinds.INTAKE])
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
def test_a_read_after_a_refresh_replaces_the_cached_record(steps):
    storage = MemoryStorage()
    # Rows that nobody can read lead to no referral; what is read ahead does not depend on them.
    storage.commit([Put(record_kinds.OUTBOX, each, {}) for each in "abcd"])
    claimed = [
        ClaimedMessage(record, read_message(record), MONDAY) for record in storage.scan(record_kinds.OUTBOX)
    ]
    ahead = ReadCache(storage)
    for what, kind, name, number in steps:
        if what == "read":
            ahead.prepare(claimed)
            assert ahead.get(kind, name) == storage.get(kind, name)
            continue
        there = storage.get(kind, [name]).get(name)
        if what == "write":
            storage.commit([Put(kind, name, {"n": number}, ABSENT if there is None else there.version)])
        elif there is not None:
            storage.commit([Delete(kind, name, there.version)])


def test_the_cache_reads_and_writes_like_the_storage_within():
    storage = MemoryStorage()
    ahead = ReadCache(storage)
    number = ahead.commit([Put("note", each, {}, keys={"of": each}) for each in "abcd"])
    assert number == storage.commit([])
    assert [one.id for one in ahead.scan("note", after="a", limit=1)] == ["b"]
    assert [one.id for one in ahead.scan("note", KeyRange("of", "b", "c"))] == ["b", "c"]
    ahead.drop("note")
    assert not list(storage.scan("note"))
    ahead.close()
