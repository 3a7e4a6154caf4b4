"""Purged data is gone from records and files; statistics of it identify no one."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

import communityconnector as cc
from builders import (
    MONDAY,
    PATRON,
    STAFF,
    ManualClock,
    best_match,
    consent_terms,
    keyring,
    send_referral,
    take_referrals,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.adapters.sql.sqlite import copied
from communityconnector.desk import Ending
from communityconnector.desk.store import record_kinds
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidReferralError,
    InvalidStatisticsError,
    PermissionDeniedError,
    ReferralNotFoundError,
    SealBrokenError,
    StorageError,
)
from communityconnector.referrals import Basis, Outcome
from communityconnector.storage import Put, SupportsWiping
from private_records import (
    KINDS,
    KINDS_WITHOUT_PATRONS,
    PAST_RETENTION,
    PATRON_TOKEN,
    PRIVATE_PREFIXES,
    ended_referral,
    fill_desk,
    make_private_desk,
    private_fields,
    private_referral,
    stored_records,
)


def logged_counts(desk, action="purge"):
    """What purges have told the log."""
    counts = Counter()
    for entry in desk.audit.entries():
        for one in entry.fields if entry.action == action else ():
            kind, _, number = one.rpartition(":")
            counts[kind] += int(number)
    return +counts


@pytest.fixture
def desk():
    with make_private_desk() as one:
        yield one


# What goes when


def test_private_data_is_deleted_a_month_after_closing(desk):
    referral = ended_referral(desk)
    desk.clock.advance(days=29)
    assert desk.purge().gone.get(record_kinds.PRIVATE) is None
    desk.clock.advance(days=1)
    assert desk.purge().gone[record_kinds.PRIVATE] == 1
    assert not desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    assert desk.referrals.get(referral.id).is_closed
    record = desk.storage.get(record_kinds.REFERRAL, [referral.id])[referral.id]
    assert "private" not in record.document["about"]


def test_a_closed_referral_and_its_records_are_deleted_after_half_a_year(desk):
    fill_desk(desk)
    desk.clock.advance(days=181)
    desk.purge()
    left = {kind for kind, _ in stored_records(desk.storage)}
    assert left <= {record_kinds.CONSENT, record_kinds.DISCLOSURE, *KINDS_WITHOUT_PATRONS}
    assert desk.audit.verify().ok


def test_consents_and_disclosures_are_deleted_after_three_years(desk):
    fill_desk(desk)
    desk.clock.advance(days=181)
    desk.purge()
    assert list(desk.storage.scan(record_kinds.CONSENT))
    assert desk.privacy.disclosures_of(PATRON_TOKEN, actor=STAFF)
    desk.clock.now = MONDAY + PAST_RETENTION
    desk.purge()
    assert {kind for kind, _ in stored_records(desk.storage)} <= KINDS_WITHOUT_PATRONS
    assert desk.privacy.disclosures_of(PATRON_TOKEN, actor=STAFF) == ()


def test_a_draft_and_its_consents_are_deleted_after_a_week(desk):
    draft = desk.refer(best_match(), actor=STAFF, type="direct", shared_fields=private_fields())
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    desk.referrals.consent(draft.id, consent_terms(), actor=STAFF)
    desk.clock.advance(days=7)
    report = desk.purge()
    assert report.gone[record_kinds.CONSENT] == 2
    assert report.counted == 0
    assert not list(desk.storage.scan(record_kinds.COUNT))


def test_the_log_has_its_own_retention_time(desk):
    fill_desk(desk)
    desk.clock.now = MONDAY + timedelta(days=1150)
    report = desk.purge()
    assert report.gone[record_kinds.AUDIT] > 20
    assert desk.audit.verify().ok
    entries = list(desk.audit.entries())
    assert [entry.action for entry in entries][-1] == "purge"


def test_requests_and_messages_are_deleted_at_the_end_of_their_retention(desk):
    send_referral(desk, idempotency_key="one")
    desk.dispatch_once()
    desk.clock.advance(days=8)
    assert desk.purge().gone == {record_kinds.REQUEST: 1}
    desk.clock.advance(days=23)
    assert desk.purge().gone == {record_kinds.OUTBOX: 1}
    desk.clock.advance(days=3)
    assert desk.purge().gone == {record_kinds.LINK: 1}


def test_a_purge_deletes_nothing_before_it_is_due(desk):
    referral = private_referral(desk)
    before = stored_records(desk.storage)
    assert desk.purge().gone == {}
    assert stored_records(desk.storage) == before
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields


# How it goes


@pytest.mark.parametrize("days", [0, 8, 31, 100, 181, 1300])
def test_a_dry_run_reports_what_a_purge_deletes_and_deletes_nothing(days):
    with make_private_desk() as desk:
        fill_desk(desk)
        desk.clock.now = MONDAY + timedelta(days=30 + days)
        before = stored_records(desk.storage)
        looked = desk.purge(dry_run=True)
        assert stored_records(desk.storage) == before
        assert attrs.evolve(desk.purge(), dry_run=True, wiped=None) == looked


def test_a_second_purge_deletes_nothing(desk):
    fill_desk(desk)
    desk.clock.advance(days=181)
    assert desk.purge().gone
    before = stored_records(desk.storage)
    again = desk.purge()
    assert (again.gone, again.counted) == ({}, 0)
    assert stored_records(desk.storage) == before


def test_the_log_has_counts_by_kind_and_no_ids(desk):
    fill_desk(desk)
    desk.clock.advance(days=181)
    report = desk.purge()
    entries = [entry for entry in desk.audit.entries() if entry.action == "purge"]
    assert len(entries) == 1
    assert (entries[0].role, entries[0].referral_id) == ("system", "")
    assert logged_counts(desk) == Counter(report.gone) + Counter({record_kinds.COUNT: report.counted})
    assert report.counted == 7
    assert json.dumps(report.to_dict())


class Kept(MemoryStorage):
    """A storage that outlives the desk."""

    def close(self):
        pass


class PulledPlugError(Exception):
    """The process is gone."""


class Plug:
    """A storage whose process, once armed, dies at one of its commits, before or after it is kept."""

    def __init__(self, storage):
        self.storage, self.left, self.after = storage, 0, False

    def arm(self, at, after):
        self.left, self.after = at, after

    def __getattr__(self, name):
        return getattr(self.storage, name)

    def commit(self, writes):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise PulledPlugError
        number = self.storage.commit(writes)
        if self.left == 0:
            raise PulledPlugError
        return number


def copy_of(storage):
    """Another storage with the same records."""
    made = Kept()
    puts = [Put(kind, one.id, one.document, 0, one.keys) for kind in KINDS for one in storage.scan(kind)]
    made.commit(puts)
    return made


def ids():
    numbers = itertools.count()
    return lambda: f"id-{next(numbers):06d}"


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "after"])
def test_an_interrupted_purge_continues_where_it_stopped(after, monkeypatch):
    """Killed at its first commit, at its second, at every one: what remains, and what is counted, is the same."""
    monkeypatch.setattr("communityconnector.desk.retention.purge._BATCH", 2)
    with make_private_desk(Kept(), ids=ids()) as desk:
        world = fill_desk(desk).storage
        late = ManualClock()
        late.now = MONDAY + timedelta(days=1200)
    but = (record_kinds.AUDIT, record_kinds.ANCHOR, record_kinds.UNMET_NEED)
    with make_private_desk(copy_of(world), clock=late) as desk:
        whole = desk.purge()
        expected, log = stored_records(desk.storage, without=but), logged_counts(desk)
        unmet = list(desk.referrals.unmet_needs())
    assert whole.counted == 7
    commits = 0
    for at in itertools.count(1):
        storage = copy_of(world)
        plug = Plug(storage)
        with make_private_desk(plug, clock=late) as desk:
            plug.arm(at, after)
            try:
                desk.purge()
            except PulledPlugError:
                commits += 1
            else:
                break
        with make_private_desk(storage, clock=late) as desk:
            desk.purge()
            assert stored_records(storage, without=but) == expected, f"killed at commit {at}"
            assert logged_counts(desk) == log, f"killed at commit {at}"
            assert list(desk.referrals.unmet_needs()) == unmet, f"killed at commit {at}"
            assert desk.audit.verify().ok
    assert commits > 15
    print(f"a purge killed at each of {commits} commits: 0 records lost, left over or counted twice")  # noqa: T201  # a closing figure


# Legal holds


def test_records_under_a_legal_hold_are_kept_and_reported(desk):
    referral, other = ended_referral(desk), ended_referral(desk, 2)
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-2026-17")
    desk.clock.now = MONDAY + PAST_RETENTION
    before = {key: one for key, one in stored_records(desk.storage).items() if referral.id in str((key, one))}
    report = desk.purge()
    after = stored_records(desk.storage)
    assert all(after[key] == one for key, one in before.items())
    assert (
        report.kept[record_kinds.REFERRAL]
        == report.kept[record_kinds.PRIVATE]
        == report.kept[record_kinds.CONSENT]
        == 1
    )
    assert report.kept[record_kinds.AUDIT] > 0
    assert report.gone[record_kinds.REFERRAL] == 1
    with pytest.raises(ReferralNotFoundError):
        desk.referrals.get(other.id)
    desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-2026-17")
    desk.purge()
    assert {kind for kind, _ in stored_records(desk.storage)} <= KINDS_WITHOUT_PATRONS


def test_a_legal_hold_on_everything_keeps_everything(desk):
    fill_desk(desk)
    desk.privacy.set_legal_hold(None, actor=STAFF, reason="order-9")
    desk.clock.now = MONDAY + PAST_RETENTION
    before = stored_records(desk.storage)
    report = desk.purge()
    assert (report.gone, report.counted) == ({}, 0)
    assert sum(report.kept.values()) > 40
    assert stored_records(desk.storage) == before
    assert [(one.referral_id, one.reason) for one in desk.privacy.legal_holds()] == [(None, "order-9")]


def test_a_consent_revoked_under_a_hold_ends_and_private_data_goes_after_the_hold(desk):
    referral = private_referral(desk)
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    assert desk.referrals.revoke_consent(referral.id, actor=PATRON).status == "cancelled"
    assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    assert "keep" in [entry.action for entry in desk.audit.of(referral.id)]
    assert desk.purge().kept == {record_kinds.PRIVATE: 1}
    desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-1")
    assert desk.purge().gone[record_kinds.PRIVATE] == 1
    assert not desk.privacy.read_private(referral.id, actor=STAFF).shared_fields


def test_a_draft_under_a_legal_hold_cannot_be_discarded(desk):
    draft = desk.refer(best_match(), actor=STAFF, type="direct", shared_fields=private_fields())
    desk.privacy.set_legal_hold(draft.id, actor=STAFF, reason="case-1")
    with pytest.raises(IllegalTransitionError, match="no_legal_hold"):
        desk.referrals.discard(draft.id, actor=STAFF)
    assert desk.privacy.read_private(draft.id, actor=STAFF).shared_fields


def test_an_erasure_keeps_records_under_a_legal_hold_and_reports_them(desk):
    first, second = ended_referral(desk), ended_referral(desk, 2)
    desk.privacy.set_legal_hold(first.id, actor=STAFF, reason="case-1")
    report = desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
    assert (report.kept, report.erased) == ((first.id,), (second.id,))
    assert desk.privacy.read_private(first.id, actor=STAFF).shared_fields
    assert len(desk.privacy.disclosures_of(PATRON_TOKEN, actor=STAFF)) == 1
    desk.privacy.release_legal_hold(first.id, actor=STAFF, reason="case-1")
    assert desk.privacy.erase(PATRON_TOKEN, actor=STAFF).erased == (first.id,)


@pytest.mark.parametrize("lets_go", ["purge", "revoke", "discard", "erase"])
def test_a_legal_hold_set_during_a_deletion_counts(lets_go):
    class Meanwhile(MemoryStorage):
        """Sets a hold when the first commit is made that lets go of something private."""

        hold = None

        def commit(self, writes):
            hold = self.hold
            if hold is not None and any(
                not isinstance(one, Put) and one.kind == record_kinds.PRIVATE for one in writes
            ):
                self.hold = None
                hold()
            return super().commit(writes)

    storage = Meanwhile()
    with make_private_desk(storage) as desk, make_private_desk(storage, clock=desk.clock) as other:
        if lets_go == "discard":
            referral = desk.refer(
                best_match(), actor=STAFF, type="direct", shared_fields=private_fields(), patron=PATRON_TOKEN
            )
        else:
            referral = private_referral(desk) if lets_go == "revoke" else ended_referral(desk)
        storage.hold = lambda: other.privacy.set_legal_hold(None, actor=STAFF, reason="just-now")
        if lets_go == "purge":
            desk.clock.now = MONDAY + timedelta(days=31)
            desk.purge()
        elif lets_go == "erase":
            assert desk.privacy.erase(PATRON_TOKEN, actor=STAFF).kept == (referral.id,)
        elif lets_go == "revoke":
            desk.referrals.revoke_consent(referral.id, actor=PATRON)
        else:
            with pytest.raises(IllegalTransitionError):
                desk.referrals.discard(referral.id, actor=STAFF)
        assert storage.hold is None
        assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields


@pytest.mark.parametrize("actor", [PATRON, cc.Actor("agency", "a"), cc.Actor("system", "clock")])
def test_only_staff_may_hold_export_and_erase(desk, actor):
    referral = ended_referral(desk)
    for call in (
        lambda: desk.privacy.set_legal_hold(referral.id, actor=actor, reason="x"),
        lambda: desk.privacy.release_legal_hold(None, actor=actor, reason="x"),
        lambda: desk.privacy.export_for(PATRON_TOKEN, actor=actor),
        lambda: desk.privacy.erase(PATRON_TOKEN, actor=actor),
        lambda: desk.privacy.disclosures_of(PATRON_TOKEN, actor=actor),
    ):
        with pytest.raises(PermissionDeniedError):
            call()


def test_legal_holds_are_logged_with_a_reason_code(desk):
    referral = ended_referral(desk)
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
    desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-2")
    desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-2")
    entries = [(e.action, e.because) for e in desk.audit.of(referral.id) if "freeze" in e.action]
    assert entries == [
        ("freeze", "case-1"),
        ("freeze", "case-2"),
        ("unfreeze", "case-2"),
    ]
    for call in (
        lambda: desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="the patron's own words"),
        lambda: desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason=""),
        lambda: desk.privacy.release_legal_hold(referral.id, actor=STAFF, reason="case-2"),
    ):
        with pytest.raises(InvalidReferralError):
            call()
    with pytest.raises(ReferralNotFoundError):
        desk.privacy.set_legal_hold("no such", actor=STAFF, reason="case-1")


# What patrons may ask


def test_a_patron_export_has_everything_about_the_patron_and_no_other(desk):
    mine, others = ended_referral(desk), ended_referral(desk, 2, patron="another-t9k4n-2")
    desk.follow_up(mine.id, cc.FollowUp(reached=True, helped="partly", waited_days=3), actor=PATRON)
    exported = desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)
    text = json.dumps(exported)
    assert [one["referral"]["id"] for one in exported["referrals"]] == [mine.id]
    assert others.id not in text
    assert all(root in text for root in PRIVATE_PREFIXES)
    one = exported["referrals"][0]
    assert [len(one[name]) > 0 for name in ("events", "answers", "messages", "consents", "disclosures")] == [
        True
    ] * 5
    assert one["answers"][0]["waited_days"] == 3
    assert [entry.action for entry in desk.audit.of(mine.id)][-1] == "export"
    assert PATRON_TOKEN not in json.dumps([attrs.asdict(entry) for entry in desk.audit.entries()])


def test_disclosures_are_listed_for_as_long_as_they_are_stored(desk):
    referral = ended_referral(desk)
    desk.clock.advance(days=400)
    desk.purge()
    assert desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"][0]["referral"] == {
        "id": referral.id
    }
    (listed,) = desk.privacy.disclosures_of(PATRON_TOKEN, actor=STAFF)
    assert listed["agency_id"] == referral.organization_id
    assert listed["fields"] == ["first_name", "phone"]
    assert listed["purpose"] == "food"
    assert listed["at"].startswith("2026-03-02")


def test_an_unknown_reference_matches_no_patron(desk):
    ended_referral(desk)
    for patron in ("nobody-Here-1", "", "x" * 300):
        assert desk.privacy.export_for(patron, actor=STAFF) == {"patron": patron, "referrals": []}
        assert desk.privacy.erase(patron, actor=STAFF).erased == ()


def test_an_erased_patron_is_in_no_record(desk):
    closed, sent = ended_referral(desk), private_referral(desk, 2)
    draft = desk.refer(
        best_match(), actor=STAFF, type="direct", patron=PATRON_TOKEN, shared_fields=private_fields()
    )
    stranger = ended_referral(desk, 3, patron="another-t9k4n-2")
    report = desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
    assert set(report.erased) == {closed.id, sent.id, draft.id}
    assert report.cancelled == (sent.id,)
    assert desk.referrals.get(sent.id).outcome is Outcome.CONSENT_REVOKED
    kept = str(
        [one for key, one in stored_records(desk.storage).items() if stranger.id not in str((key, one))]
    )
    assert not [root for root in PRIVATE_PREFIXES if root in kept]
    assert desk.privacy.read_private(stranger.id, actor=STAFF).shared_fields
    assert desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"] == []
    desk.dispatch_once()
    assert any("was withdrawn" in message.body for message in desk.box)
    assert desk.audit.verify().ok


def test_a_patron_stored_before_the_keyring_can_still_be_looked_up():
    storage = Kept()
    with make_private_desk(storage) as desk:
        before = ended_referral(desk)
    with make_private_desk(storage, keyring=keyring()) as desk:
        after = ended_referral(desk, 2)
        assert {one["referral"]["id"] for one in desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"]} == {
            before.id, after.id
        }  # fmt: skip
        assert set(desk.privacy.erase(PATRON_TOKEN, actor=STAFF).erased) == {before.id, after.id}


# R10: nothing of it is in any file


def planted(folder: Path) -> dict[str, int]:
    """How often each planted string begins in the files of a folder."""
    counts = Counter()
    for path in folder.iterdir():
        data = path.read_bytes()
        for root in PRIVATE_PREFIXES:
            counts[root] += data.count(root.encode())
    return +counts


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "desk"
    made.mkdir()
    return made


def at(folder):
    return create_storage(f"sqlite:///{folder / 'desk.db'}")


def test_no_purged_byte_is_in_any_file(folder):
    """The database, its log, its shared memory, and the copy that a migration made."""
    with make_private_desk(at(folder)) as desk:
        fill_desk(desk, ends=60)
        copied(folder / "desk.db", 1)
        desk.referrals.revoke_consent(private_referral(desk, 77).id, actor=PATRON)
        lasting = planted(folder)
        assert set(lasting) == set(PRIVATE_PREFIXES)
        assert {path.name for path in folder.iterdir()} == {
            "desk.db", "desk.db-wal", "desk.db-shm", "desk.db.schema-1.bak"
        }  # fmt: skip
        desk.clock.now = MONDAY + timedelta(days=61)
        report = desk.purge(wipe=False)
        assert report.gone[record_kinds.PRIVATE] > 50
        assert report.wiped is None
        assert planted(folder)
        assert desk.purge().wiped is True
        # The reference stays a key of consents and disclosures, for those who ask whom they were disclosed to.
        assert set(planted(folder)) == {"zq7ref"}
        desk.clock.now = MONDAY + PAST_RETENTION
        assert desk.purge().wiped is True
        assert planted(folder) == {}
        sizes = sum(path.stat().st_size for path in folder.iterdir())
        print(f"R10: {sum(lasting.values())} planted strings purged; found in {sizes} bytes of files: 0")  # noqa: T201  # a closing figure
    assert planted(folder) == {}


def test_no_erased_byte_is_in_any_file_after_a_purge(folder):
    with make_private_desk(at(folder)) as desk:
        for number in range(1, 30):
            private_referral(desk, number) if number % 2 else ended_referral(desk, number)
        assert len(desk.privacy.erase(PATRON_TOKEN, actor=STAFF).erased) == 29
        assert planted(folder)
        assert desk.purge().wiped is True
        assert planted(folder) == {}


def test_no_record_in_memory_holds_purged_data():
    with make_private_desk() as desk:
        fill_desk(desk)
        desk.clock.now = MONDAY + PAST_RETENTION
        assert desk.purge().wiped is None
        assert not [root for root in PRIVATE_PREFIXES if root in str(stored_records(desk.storage))]
        assert not isinstance(desk.storage, SupportsWiping)


def test_a_file_is_rewritten_only_if_private_data_was_deleted(folder):
    with make_private_desk(at(folder)) as desk:
        wiped = []
        whole = desk.storage.wipe
        desk.storage.wipe = lambda: wiped.append(1) or whole()
        private_referral(desk)
        desk.clock.advance(days=8)
        assert desk.purge().gone == {record_kinds.REQUEST: 1}
        assert wiped == []
        desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
        assert desk.purge().wiped is True
        assert desk.purge().wiped is True
        assert wiped == [1]


def test_a_failed_wipe_is_repeated_by_the_next_purge(folder, caplog):
    with make_private_desk(at(folder)) as desk:
        ended_referral(desk)
        desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
        reader = sqlite3.connect(folder / "desk.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM communityconnector_commit").fetchall()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("communityconnector.adapters.sql.wiping._PATIENCE", 0.05)
            assert desk.purge().wiped is False
        reader.close()
        assert desk.purge().wiped is True
        assert planted(folder) == {}

        def fails():
            message = "no room"
            raise StorageError(message)

        ended_referral(desk, 2)
        desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.storage, "wipe", fails)
            assert desk.purge().wiped is False
        assert "no room" in caplog.text
        assert desk.purge().wiped is True


# With a keyring


def test_with_a_keyring_no_private_byte_is_written_to_a_file(folder):
    with make_private_desk(at(folder), keyring=keyring()) as desk:
        fill_desk(desk, ends=20)
        assert planted(folder) == {}
        referral = ended_referral(desk, 30)
        assert (
            desk.privacy.read_private(referral.id, actor=STAFF)
            .shared_fields["first_name"]
            .reveal()
            .startswith("zq7name")
        )
        assert len(desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"]) > 20
        assert desk.privacy.erase(PATRON_TOKEN, actor=STAFF).erased
        desk.purge()
    assert planted(folder) == {}


def test_an_old_backup_can_be_read_until_its_wrapping_key_is_destroyed(folder, tmp_path):
    """Destroying a data key does not reach a copy that holds it. Changing the host's key, and destroying the old, does."""
    backup = tmp_path / "backup"
    with make_private_desk(at(folder), keyring=keyring("old")) as desk:
        referral, other = ended_referral(desk), ended_referral(desk, 2)
        desk.storage.wipe()
        shutil.copytree(folder, backup)
        desk.clock.now = MONDAY + timedelta(days=31)
        desk.purge()
    with make_private_desk(at(backup), keyring=keyring("old")) as desk:
        assert desk.privacy.read_private(referral.id, actor=STAFF).shared_fields
    with make_private_desk(at(folder), keyring=keyring("new", "old")) as desk:
        third = ended_referral(desk, 3)
        assert desk.privacy.rewrap_keys() == 0
    with make_private_desk(at(folder), keyring=keyring("new")) as desk:
        assert desk.privacy.read_private(third.id, actor=STAFF).shared_fields
    with (
        make_private_desk(at(backup), keyring=keyring("new")) as desk,
        pytest.raises(SealBrokenError, match="lacks the key 'old'"),
    ):
        desk.privacy.read_private(other.id, actor=STAFF)


def test_rewrapped_data_keys_no_longer_need_the_old_key(monkeypatch):
    monkeypatch.setattr("communityconnector.desk.retention.key_rotation._BATCH", 2)
    storage = Kept()
    with make_private_desk(storage, keyring=keyring("old")) as desk:
        referrals = [ended_referral(desk, number) for number in range(5)]
    with make_private_desk(storage, keyring=keyring("new", "old")) as desk:
        assert desk.privacy.rewrap_keys() == 5
        assert desk.privacy.rewrap_keys() == 0
        assert logged_counts(desk, "rewrap") == {record_kinds.DATA_KEY: 5}
    with make_private_desk(storage, keyring=keyring("new")) as desk:
        assert all(desk.privacy.read_private(one.id, actor=STAFF).shared_fields for one in referrals)
        assert len(desk.privacy.disclosures_of(PATRON_TOKEN, actor=STAFF)) == 5
    with make_private_desk(storage, keyring=keyring("old")) as desk, pytest.raises(SealBrokenError):
        desk.privacy.read_private(referrals[0].id, actor=STAFF)
    with make_private_desk(storage) as desk, pytest.raises(InvalidReferralError, match="no keyring"):
        desk.privacy.rewrap_keys()


# Statistics


def closed(desk, number, **how):
    for _ in range(number):
        given = desk.refer(best_match(), actor=STAFF, **how)
        desk.record_event(
            given.id, "close_given", actor=STAFF, outcome="service_received", outcome_source="patron"
        )


FEW = cc.Policy(small_cell=3)


def test_statistics_say_the_same_before_and_after_a_purge():
    with make_private_desk(policy=FEW) as desk:
        fill_desk(desk, ends=8)
        closed(desk, 5)
        bys = [(), ("month",), ("type",), ("status", "outcome"), ("need", "month"), ("type", "ending")]
        before = [desk.statistics.referrals(by).table for by in bys]
        desk.clock.advance(days=181)
        assert desk.purge().counted == 16
        assert [desk.statistics.referrals(by).table for by in bys] == before
        assert desk.statistics.referrals().table.total == 16
        assert not list(desk.storage.scan(record_kinds.REFERRAL))
        text = str([one.document for one in desk.storage.scan(record_kinds.COUNT)])
        assert "2026-03" in text
        assert "2026-03-" not in text


def test_statistics_tell_closed_and_expired_referrals_apart():
    with make_private_desk(policy=FEW) as desk:
        closed(desk, 6)
        for _ in range(3):
            desk.refer(best_match(), actor=STAFF)
        desk.clock.advance(days=61)
        desk.referrals.run_due()
        statistics = desk.statistics.referrals(["need"])
        assert statistics.table.cell("food", Ending.LOOP_CLOSED) == 6
        assert statistics.loop_closed("food") == statistics.loop_closed() == 6 / 9
        assert (
            statistics.expired("food")
            == statistics.expired()
            == desk.statistics.referrals().expired()
            == 3 / 9
        )
        for _ in range(3):
            desk.refer(best_match(), actor=STAFF)
        assert desk.statistics.referrals().loop_closed() == 6 / 9, "what is open is not a failure"
        assert desk.statistics.referrals(["need"], k=4).expired() is None
        with pytest.raises(InvalidStatisticsError):
            desk.statistics.referrals(["need", "month"]).expired()


def test_days_to_answer_are_reported_only_for_enough_referrals():
    with make_private_desk(policy=FEW) as desk:
        sent = [private_referral(desk, number) for number in range(3)]
        for days, referral in enumerate(sent, start=1):
            desk.clock.advance(days=1)
            assert desk.statistics.referrals(["need"]).median_days == {}
            desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
            assert desk.clock.now == MONDAY + timedelta(days=days)
        assert desk.statistics.referrals(["need"]).median_days == {"food": 2.0}
        assert desk.statistics.referrals(["need"], k=4).median_days == {}


def test_small_counts_are_hidden_in_every_call():
    with make_private_desk() as desk:
        closed(desk, 4)
        assert desk.statistics.referrals().table.total is None
        assert desk.statistics.referrals(["outcome"]).table.hidden > 0
        with pytest.raises(InvalidStatisticsError, match="below 10"):
            desk.statistics.referrals(k=3)
    with pytest.raises(InvalidReferralError, match="known to be 1"):
        cc.Policy(small_cell=2)


@pytest.mark.parametrize("by", ["need", ["patron"], ["need", "need"], ["service_id"], ["text"]])
def test_statistics_group_only_by_fields_that_identify_no_one(desk, by):
    with pytest.raises(InvalidStatisticsError):
        desk.statistics.referrals(by)
    with pytest.raises(InvalidStatisticsError):
        desk.statistics.unmet_needs(by)


def test_patrons_answers_and_staff_observations_are_counted_separately():
    with make_private_desk(policy=FEW) as desk:
        for basis, number in (("presented", 5), ("perceived", 4)):
            for _ in range(number):
                desk.referrals.record_unmet_need(
                    concepts=("food-pantry",), reason="no_funds", basis=basis, area="286", language="es"
                )
        for by in (["need"], ["need", "basis"], ["reason", "area", "language", "month"]):
            tables = desk.statistics.unmet_needs(by)
            assert tables[Basis.PRESENTED].total == 5
            assert tables[Basis.PERCEIVED].total == 4
        assert tables[Basis.PRESENTED].cell("no_funds", "286", "es", "2026-03") == 5
        assert desk.statistics.unmet_needs([])[Basis.PRESENTED].cell("all") == 5


def test_sensitive_needs_are_not_counted_by_need_place_and_time():
    with make_private_desk(policy=FEW) as desk:
        for _ in range(5):
            desk.referrals.record_unmet_need(concepts=("food-pantry",), area="286")
            desk.referrals.record_unmet_need(concepts=("domestic-violence-help",), area="286")
        by = ["need", "area", "month"]
        with pytest.raises(InvalidStatisticsError, match="one patron"):
            desk.statistics.unmet_needs(by)
        with pytest.raises(InvalidStatisticsError, match="one patron"):
            desk.statistics.unmet_needs([*by, "reason"])
        table = desk.statistics.unmet_needs(by, sensitive=False)[Basis.PRESENTED]
        assert dict(table.cells) == {("food", "286", "2026-03"): 5}
        assert desk.statistics.unmet_needs(["area", "month"])[Basis.PRESENTED].total == 10


def test_needs_outside_the_vocabulary_are_counted_as_other():
    with make_private_desk(policy=FEW) as desk:
        for _ in range(3):
            send_referral(desk, terms=["ZZ-1000"])
        assert desk.statistics.referrals(["need"]).table.rows == {"other": 3}
        take_referrals(desk, best_match())
