"""An unreadable record delays no other, is reported by its id, and is deleted when due."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest

import communityconnector as cc
from builders import MONDAY, STAFF, best_match, contact_preference, keyring, send_referral
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.failure_isolator import FailureIsolator
from communityconnector.errors import StorageError
from communityconnector.referrals import Clock
from communityconnector.storage import Put
from private_records import (
    KINDS_WITHOUT_PATRONS,
    PAST_RETENTION,
    PATRON_TOKEN,
    PRIVATE_PREFIXES,
    break_referral,
    ended_referral,
    make_private_desk,
    private_referral,
    stored_records,
)

FEW = cc.Policy(small_cell=3)


@pytest.fixture
def desk():
    with make_private_desk(policy=FEW) as one:
        yield one


def unsealed(desk, referral_id):
    """Break the seal of what is private of a referral."""
    (record,) = desk.storage.get(record_kinds.DATA_KEY, [referral_id]).values()
    wrapped = record.document["wrapped"][:-6] + "AAAAAA"
    desk.storage.commit(
        [Put(record_kinds.DATA_KEY, referral_id, {"wrapped": wrapped}, record.version, record.keys)]
    )


def changed(desk, kind, key, **said):
    (record,) = desk.storage.get(kind, [key]).values()
    desk.storage.commit([Put(kind, key, said, record.version, record.keys)])


def test_a_repeated_failure_is_logged_once(caplog):
    apart = FailureIsolator()
    for _ in range(3):
        assert apart.attempt("referral", "r-1", lambda: {}["nothing"]) is None
    assert apart.failed == {("referral", "r-1")}
    assert caplog.text.count("r-1") == 1


def test_due_work_continues_past_an_unreadable_referral(desk, caplog):
    referrals = [send_referral(desk) for _ in range(4)]
    break_referral(desk, referrals[1].id)
    desk.clock.advance(days=3)
    assert {one.referral.id for one in desk.due()} == {one.id for one in referrals} - {referrals[1].id}
    caplog.clear()
    done = desk.referrals.run_due()
    assert (done.reminded, done.failed) == (3, 1)
    (line,) = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert line == f"referral {referrals[1].id} cannot be worked on: InvalidReferralError"


def test_other_patrons_are_asked_despite_one_damaged_encryption():
    with make_private_desk(keyring=keyring()) as desk:
        referrals = [
            desk.refer(best_match(), actor=STAFF, contacts=[contact_preference(desk)], follow_up_allowed=True)
            for _ in range(4)
        ]
        unsealed(desk, referrals[2].id)
        desk.clock.advance(days=14)
        done = desk.referrals.run_due()
        assert (done.asked, done.failed) == (3, 1)
        assert [one.referral.id for one in desk.due() if one.clock is Clock.FOLLOW_UP] == [referrals[2].id]


def test_the_dispatcher_sends_despite_an_unreadable_referral(desk):
    bad, _ = send_referral(desk), send_referral(desk)
    break_referral(desk, bad.id)
    desk.clock.advance(days=3)
    stop = threading.Event()
    deliver = desk.box.send

    def last(message):
        stop.set()
        return deliver(message)

    desk.box.send = last
    assert desk.messages.run_dispatcher(stop).sent == 1


def test_a_storage_failure_is_not_taken_for_an_unreadable_record():
    class Full(MemoryStorage):
        full = False

        def commit(self, writes):
            if self.full:
                message = "no room"
                raise StorageError(message)
            return super().commit(writes)

    storage = Full()
    with make_private_desk(storage) as desk:
        send_referral(desk)
        desk.clock.advance(days=3)
        storage.full = True
        with pytest.raises(StorageError, match="no room"):
            desk.referrals.run_due()


def test_a_purge_deletes_unreadable_records_and_reports_their_ids(desk):
    referrals = [ended_referral(desk, number) for number in range(60)]
    break_referral(desk, min(one.id for one in referrals))
    desk.clock.advance(days=181)
    looked, report = desk.purge(dry_run=True), desk.purge()
    for one in (looked, report):
        assert (one.gone[record_kinds.REFERRAL], one.gone[record_kinds.PRIVATE], one.counted, one.failed) == (
            60,
            60,
            59,
            1,
        )
    assert report.to_dict()["failed"] == 1
    assert desk.purge().failed == 0
    assert {kind for kind, _ in stored_records(desk.storage)} <= {
        record_kinds.CONSENT,
        record_kinds.DISCLOSURE,
        *KINDS_WITHOUT_PATRONS,
    }
    assert desk.audit.verify().ok


def test_a_purge_deletes_private_data_of_an_unreadable_referral(desk):
    referral = ended_referral(desk)
    break_referral(desk, referral.id)
    desk.clock.advance(days=30)
    report = desk.purge()
    assert (report.gone[record_kinds.PRIVATE], report.failed) == (1, 1)
    assert not list(desk.storage.scan(record_kinds.PRIVATE))


@pytest.mark.parametrize(
    "kind",
    [
        record_kinds.CONSENT,
        record_kinds.DISCLOSURE,
        record_kinds.LINK,
        record_kinds.REQUEST,
        record_kinds.OUTBOX,
    ],
)
def test_empty_records_are_deleted_when_due_and_kept_under_a_legal_hold(desk, kind):
    ended_referral(desk)
    desk.dispatch_once()
    for record in list(desk.storage.scan(kind)):
        changed(desk, kind, record.id, nothing=1)
    other = ended_referral(desk, 2, patron="another-4d7e2b")
    desk.privacy.set_legal_hold(other.id, actor=STAFF, reason="case-1")
    desk.clock.now = MONDAY + PAST_RETENTION
    there = len(list(desk.storage.scan(kind)))
    kept = desk.purge().kept
    if kind in (record_kinds.LINK, record_kinds.REQUEST):
        assert kept[kind] == there, "nobody knows whose it is"
    desk.privacy.release_legal_hold(other.id, actor=STAFF, reason="case-1")
    desk.purge()
    assert not list(desk.storage.scan(kind))


def test_an_empty_event_is_deleted_with_its_referral(desk):
    first, _ = ended_referral(desk), ended_referral(desk, 2)
    changed(desk, record_kinds.EVENT, f"{first.id}.00000001", nothing=1)
    desk.clock.advance(days=181)
    report = desk.purge()
    assert (report.gone[record_kinds.REFERRAL], report.failed) == (2, 0)
    assert not list(desk.storage.scan(record_kinds.EVENT))


def test_an_erasure_includes_unreadable_records_and_reports_them(desk):
    good, bad, closed = private_referral(desk), private_referral(desk, 2), ended_referral(desk, 3)
    break_referral(desk, bad.id)
    report = desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
    assert set(report.erased) == {good.id, bad.id, closed.id}
    assert (report.cancelled, report.failed) == ((good.id,), (bad.id,))
    kept = str(stored_records(desk.storage))
    assert not [root for root in PRIVATE_PREFIXES if root in kept]


def test_a_patron_export_includes_records_of_a_newer_version(desk):
    good, bad = private_referral(desk), private_referral(desk, 2)
    (record,) = desk.storage.get(record_kinds.REFERRAL, [bad.id]).values()
    document = {**record.document, "referral": {**record.document["referral"], "newer": True}}
    desk.storage.commit([Put(record_kinds.REFERRAL, bad.id, document, record.version, record.keys)])
    exported = {
        one["referral"]["id"]: one for one in desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"]
    }
    assert exported.keys() == {good.id, bad.id}
    assert exported[bad.id]["referral"]["newer"]
    assert exported[bad.id]["private"]["told"]


def test_statistics_count_readable_records(desk, caplog):
    referrals = [ended_referral(desk, number) for number in range(5)]
    break_referral(desk, referrals[0].id)
    assert desk.statistics.referrals().table.total == 4
    assert f"referral {referrals[0].id} cannot be worked on" in caplog.text
    for _ in range(4):
        desk.referrals.record_unmet_need(concepts=("food-pantry",))
    changed(
        desk, record_kinds.UNMET_NEED, next(desk.storage.scan(record_kinds.UNMET_NEED)).id, reason="whatever"
    )
    assert len(list(desk.referrals.unmet_needs())) == 3
    assert desk.statistics.unmet_needs(["need"])["presented"].total == 3


def test_no_log_line_repeats_contents_of_a_record(desk, caplog):
    referral = send_referral(desk)
    changed(desk, record_kinds.REFERRAL, referral.id, referral={"zq7name": "zq7phone"}, about={})
    desk.clock.advance(days=3, hours=1)
    desk.referrals.run_due()
    desk.clock.now += timedelta(days=1)
    desk.statistics.referrals()
    assert not [root for root in PRIVATE_PREFIXES if root in caplog.text]
