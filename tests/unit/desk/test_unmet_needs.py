"""Unmet needs are stored for good, and cannot be linked to a patron."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest

import communityconnector as cc
from builders import MONDAY, STAFF, agency_of, best_match, make_desk, send_referral
from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store import record_kinds
from communityconnector.errors import InvalidReferralError, UnknownNeedError
from communityconnector.referrals import Basis

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
NO_FUNDS = {"outcome": "no_funds"}


@pytest.fixture
def desk():
    with make_desk(policy=cc.Policy(small_cell=3)) as opened:
        yield opened


def rejected(desk, **asked):
    referral = send_referral(desk, **asked)
    return desk.record_event(referral.id, "reject", actor=agency_of(referral), **NO_FUNDS)


def number(desk, kind):
    return len(list(desk.storage.scan(kind)))


def waiting_and_kept(desk):
    return number(desk, record_kinds.UNMET_PENDING), number(desk, record_kinds.UNMET_NEED)


# No way back


JOIN = """
    select distinct key.value from communityconnector_record unmet
    join communityconnector_record entry on entry.version = unmet.version and entry.kind = 'audit'
    join communityconnector_record told on told.kind = 'disclosure'
        and json_extract(told.document, '$.referral_id') = json_extract(entry.document, '$.referral_id')
    join communityconnector_key key on key.kind = 'disclosure' and key.id = told.id and key.name = 'patron'
    where unmet.kind like 'unmet%'
"""
"""From a need by the commit that wrote it to the log, from there to what was disclosed, and to whose it was."""
SHARED = """
    select distinct other.kind from communityconnector_record unmet
    join communityconnector_record other on other.version = unmet.version
    where unmet.kind = 'unmet-need'
"""


@pytest.mark.parametrize("settles", ["referrals.run_due", "purge"])
def test_no_commit_number_links_an_unmet_need_to_a_patron(tmp_path, settles):
    path = tmp_path / "desk.db"
    with make_desk(create_storage(f"sqlite:///{path}")) as desk:
        for day in range(4):
            rejected(desk, patron=f"opaque-4d7e{day}b", area="286", language="es", channel="phone")
            desk.clock.advance(days=1)
        desk.referrals.record_unmet_need(concepts=("food-pantry",), area="286")
        with sqlite3.connect(path) as connection:
            assert len(connection.execute(JOIN).fetchall()) == 4, "those that wait lie beside their referrals"
        desk.clock.now = APRIL
        attrgetter(settles)(desk)()
        assert waiting_and_kept(desk) == (0, 5)
        with sqlite3.connect(path) as connection:
            assert connection.execute(JOIN).fetchall() == []
            shared = {kind for (kind,) in connection.execute(SHARED)}
        assert shared <= {record_kinds.UNMET_NEED, record_kinds.UNMET_PENDING, record_kinds.RETENTION}
        desk.clock.now = MONDAY + timedelta(days=200)
        desk.purge()
        with sqlite3.connect(path) as connection:
            assert connection.execute(JOIN).fetchall() == []
            gone = connection.execute(
                "select id, document, look_up from communityconnector_record where kind = 'unmet-pending'"
            ).fetchall()
        referrals = {entry.referral_id for entry in desk.audit.entries() if entry.referral_id}
        assert len(referrals) == 4
        assert not [key for key in referrals if key in str(gone)]


def test_an_unmet_need_stays_with_its_referral_until_the_month_ends(desk):
    rejected(desk)
    desk.clock.now = APRIL - timedelta(seconds=1)
    desk.referrals.run_due()
    desk.purge()
    assert waiting_and_kept(desk) == (1, 0)
    desk.clock.now = APRIL
    desk.referrals.run_due()
    assert waiting_and_kept(desk) == (0, 1)


def test_a_late_unmet_need_waits_for_the_end_of_the_month_of_its_report(desk):
    referral = send_referral(desk)
    desk.clock.now = APRIL + timedelta(days=3)
    desk.record_event(
        referral.id, "reject", actor=agency_of(referral), at=MONDAY + timedelta(days=1), **NO_FUNDS
    )
    desk.referrals.run_due()
    assert waiting_and_kept(desk) == (1, 0)
    assert [one.month for one in desk.referrals.unmet_needs()] == ["2026-03"]
    desk.clock.now = datetime(2026, 5, 1, tzinfo=UTC)
    desk.referrals.run_due()
    assert [one.month for one in desk.referrals.unmet_needs()] == ["2026-03"]


def test_the_stored_order_does_not_reveal_when_each_need_arose():
    numbers = iter(range(10**6))
    with make_desk(ids=lambda: f"id-{next(numbers):06d}") as desk:
        for area in ("Wilkes County", "Ashe County", "Watauga County"):
            rejected(desk, area=area)
        desk.clock.now = APRIL
        desk.referrals.run_due()
        kept = [record.document["area"] for record in desk.storage.scan(record_kinds.UNMET_NEED)]
        assert kept == ["Ashe County", "Watauga County", "Wilkes County"]


def test_waiting_unmet_needs_are_listed_and_counted(desk):
    for _ in range(3):
        rejected(desk, area="286", channel="outreach", basis="perceived")
    before = list(desk.referrals.unmet_needs()), desk.statistics.unmet_needs(["channel", "area"])
    assert len(before[0]) == 3
    assert before[1][Basis.PERCEIVED].cell("outreach", "286") == 3
    desk.clock.now = APRIL
    desk.referrals.run_due()
    assert (list(desk.referrals.unmet_needs()), desk.statistics.unmet_needs(["channel", "area"])) == before


def test_under_a_legal_hold_an_unmet_need_stays_with_its_referral_and_counts(desk):
    held, _ = rejected(desk), rejected(desk)
    desk.privacy.set_legal_hold(held.id, actor=STAFF, reason="case-1")
    desk.clock.now = APRIL
    desk.referrals.run_due()
    assert waiting_and_kept(desk) == (1, 1)
    assert len(list(desk.referrals.unmet_needs())) == 2
    desk.privacy.release_legal_hold(held.id, actor=STAFF, reason="case-1")
    desk.referrals.run_due()
    assert waiting_and_kept(desk) == (0, 2)


def test_a_dry_run_moves_no_unmet_needs(desk):
    rejected(desk)
    desk.clock.now = APRIL
    desk.purge(dry_run=True)
    assert waiting_and_kept(desk) == (1, 0)


def test_a_referral_entered_in_error_is_no_unmet_need(desk):
    referral, _ = rejected(desk), rejected(desk)
    boss = cc.Actor("staff", "desk-2", frozenset({"void"}))
    desk.record_event(referral.id, "void", actor=boss, text="wrong patron")
    assert len(list(desk.referrals.unmet_needs())) == 1


def test_an_unmet_need_recorded_at_the_desk_is_committed_alone(desk):
    desk.referrals.record_unmet_need(concepts=("food-pantry",))
    (record,) = desk.storage.scan(record_kinds.UNMET_NEED)
    beside = [
        one.kind
        for kind in (record_kinds.AUDIT, record_kinds.REFERRAL, record_kinds.EVENT, record_kinds.RETENTION)
        for one in desk.storage.scan(kind)
        if one.version == record.version
    ]
    assert beside == []


# What is kept for ever


@pytest.mark.parametrize(
    "area",
    [
        "",
        "2",
        "286",
        "28640",
        "Ashe County",
        "St. Paul",
        "Prince George's",
        "Ward 12",
        "branch-2",
        "São João",
    ],
)
def test_an_area_is_coarse(desk, area):
    assert desk.referrals.record_unmet_need(concepts=("food-pantry",), area=area).area == area
    desk.refer(best_match(), actor=STAFF, area=area)


@pytest.mark.parametrize(
    "area",
    [
        "12 Main Street",
        "Main Street 12",
        "221B Baker Street",
        "quill@private.org",
        "28640-1234",
        "286401",
        "Apt 4",
        "555-0199",
        "Ward 1234",
        "x" * 41,
        "Ashe\nCounty",
        " ",
        "36.4, -81.5",
    ],
)
def test_an_area_that_may_be_an_address_is_refused_and_not_repeated(desk, area):
    for call in (
        lambda: desk.referrals.record_unmet_need(concepts=("food-pantry",), area=area),
        lambda: desk.refer(best_match(), actor=STAFF, area=area),
    ):
        with pytest.raises(InvalidReferralError, match="coarse") as caught:
            call()
        assert area.strip() == "" or area not in str(caught.value)
    assert waiting_and_kept(desk) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"concepts": ("a bed for Quill",)},
        {"concepts": ("food-pantry",), "channel": "called from 555-0199 at night"},
        {"concepts": ("food-pantry",), "language": "quill@private.org"},
        {"concepts": ("x" * 65,)},
        {"concepts": "food-pantry"},
        {"concepts": (5,)},
    ],
)
def test_free_text_is_refused_in_place_of_a_code(desk, fields):
    refused = (InvalidReferralError, UnknownNeedError)
    with pytest.raises(refused) as caught:
        desk.referrals.record_unmet_need(**fields)
    assert "Quill" not in str(caught.value)
    with pytest.raises(refused):
        desk.refer(best_match(), actor=STAFF, **fields)


@pytest.mark.parametrize("fields", [{}, {"area": "286"}, {"reason": "no_funds"}])
def test_an_unmet_need_without_a_concept_is_refused(desk, fields):
    with pytest.raises(InvalidReferralError, match="which need"):
        desk.referrals.record_unmet_need(**fields)


def test_the_channel_is_stored_with_the_unmet_need(desk):
    rejected(desk, channel="phone")
    (record,) = desk.referrals.unmet_needs()
    assert record.channel == "phone"
