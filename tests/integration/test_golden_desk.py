"""What an earlier version kept of referrals is read, worked on, told and let go of by this one."""

from __future__ import annotations

import json
import runpy
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import communityconnector as cc
from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store import record_kinds

GOLDEN = Path(__file__).parents[1] / "golden"
MADE = runpy.run_path(str(GOLDEN / "make_desk.py"))
START, STAFF, LINKS = MADE["START"], MADE["STAFF"], MADE["LINKS"]
KEPT = {
    "audit": 35,
    "consent": 7,
    "data-key": 1,
    "disclosure": 7,
    "follow-up": 1,
    "intake": 2,
    "legal-hold": 1,
    "link": 5,
    "outbox": 12,
    "partnership": 1,
    "referral": 7,
    "referral-count": 1,
    "referral-event": 18,
    "referral-private": 5,
    "request": 1,
    "retention": 1,
    "unmet-need": 1,
    "unmet-pending": 1,
    "visit": 1,
}
"""How many records of each kind are kept."""
STATUSES = {
    "r-3": "completed",
    "r-5": "rejected",
    "r-7": "cancelled",
    "r-9": "requested",
    "r-11": "given",
    "r-15": "requested",
    "r-17": "requested",
}


@pytest.fixture
def opened(tmp_path):
    """The desk of a copy, ten minutes after it was made, and what its notifier takes on."""
    shutil.copy(GOLDEN / "desk-1.db", tmp_path / "desk.db")
    now, box = [START + timedelta(minutes=10)], MADE["Box"]()
    storage = create_storage(f"sqlite:///{tmp_path}/desk.db")
    ids = iter(f"new-{number}" for number in range(100))
    with MADE["desk_over"](
        storage, lambda: now[0], box, keyring=MADE["keyring"](), ids=lambda: next(ids)
    ) as desk:
        yield desk, box, now


def test_the_golden_desk_has_every_kind_of_record(opened):
    desk, _, _ = opened
    assert {kind: len(list(desk.storage.scan(kind))) for kind in KEPT} == KEPT
    named = vars(record_kinds).items()
    known = {kind for name, kind in named if isinstance(kind, str) and name.isupper() and name[:3] != "BY_"}
    assert known - KEPT.keys() == {record_kinds.EVERYTHING, record_kinds.ANCHOR, record_kinds.OWN}, (
        "an id; what a purged log ends with; a secret that the host has given"
    )


def test_referrals_their_events_and_answers_are_read(opened):
    desk, _, _ = opened
    assert {each: desk.referrals.get(each).status.value for each in STATUSES} == STATUSES
    events = [event.event.value for event in desk.referrals.events("r-3")]
    assert events == ["create", "send", "accept", "complete"]
    (answer,) = desk.referrals.follow_up_answers("r-3")
    assert (answer.helped, answer.waited_days) == ("partly", 3)
    assert desk.audit.verify().ok


@pytest.mark.parametrize(("referral", "name"), [("r-15", "Example-5"), ("r-17", "Example-c")])
def test_private_data_is_read_encrypted_or_not(opened, referral, name):
    desk, _, _ = opened
    private = desk.privacy.read_private(referral, actor=STAFF)
    assert private.shared_fields["first_name"].reveal() == name
    (export,) = desk.privacy.export_for(f"token-5f3a9{name[-1]}", actor=STAFF)["referrals"]
    assert export["referral"]["id"] == referral


def test_pending_messages_are_sent_and_their_links_work(opened):
    desk, box, _ = opened
    done = desk.dispatch_once()
    assert (done.sent, done.dead, done.withdrawn) == (7, 0, 0)
    (asked,) = (message for message in box.messages if message.referral_id == "r-17")
    assert desk.links.answer(asked.link.removeprefix(LINKS), "accept")
    assert desk.referrals.get("r-17").status == "accepted"
    assert [dead.referral_id for dead in desk.messages.dead_letters()] == ["r-9"]


def test_delivery_reports_are_read_and_new_ones_are_accepted(opened):
    desk, _, _ = opened
    mail = cc.Actor("adapter", "mail")
    assert not desk.messages.record_delivery_status("ref-1", "delivered", actor=mail)
    assert desk.messages.record_delivery_status("ref-1", "bounced", actor=mail)
    assert [dead.referral_id for dead in desk.messages.dead_letters()] == ["r-3", "r-9"]


def test_a_repeated_request_makes_no_second_referral(opened):
    desk, _, _ = opened
    (match, *_) = cc.Matcher(cc.sample()).match("food pantry", limit=2)
    again = MADE["referred"](desk, match, "1", idempotency_key="request-1")
    assert again.id == "r-3"
    assert {one.id for one in desk.referrals.inbox(match.organization.id)} == {"r-15", "r-17"}


def test_partners_and_visits_are_read(opened):
    desk, _, _ = opened
    (partnership,) = desk.partnerships.all("connected")
    assert partnership.contacts[0].role == "intake coordinator"
    assert [visit.id for visit in desk.visits.all("main")] == ["nurse"]


def test_the_golden_desk_is_counted_and_purged_except_for_legal_holds(opened, tmp_path):
    desk, _, now = opened
    for _ in ("what is open ends", "what has ended goes"):
        now[0] += timedelta(days=2000)
        desk.referrals.run_due()
        desk.purge()
    assert [one.id for one in desk.storage.scan("referral")] == ["r-5"], "it is under a legal hold"
    desk.privacy.release_legal_hold("r-5", actor=STAFF, reason="case-1")
    desk.purge()
    assert not list(desk.storage.scan("referral"))
    assert desk.audit.verify().ok
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Example-" not in kept
    assert b"patron-" not in kept


def test_todays_version_writes_the_same_desk(tmp_path):
    """Whoever changes the form of what is kept sees it here, and makes a new file (`tests/golden/make_desk.py`)."""
    MADE["make"](tmp_path / "today.db")
    then, today = (rows(path) for path in (GOLDEN / "desk-1.db", tmp_path / "today.db"))
    assert then == today


def rows(path):
    """What is kept in a file, but for the directory and what is sealed with a key of chance."""
    query = (
        "SELECT kind, id, version, gone, document, look_up FROM communityconnector_record ORDER BY kind, id"
    )
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        return [
            (*row[:4], json.loads(row[4] or "null"), row[5])
            for row in connection.execute(query)
            if row[0] in {*KEPT} - {"data-key"} and '"sealed"' not in row[4]
        ]
