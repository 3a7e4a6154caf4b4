"""Every storage is purged alike: those that ship, and one that a plugin brings."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest

from builders import MONDAY, STAFF
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store import record_kinds
from communityconnector.storage import SupportsWiping
from private_records import PAST_RETENTION, PATRON_TOKEN, PRIVATE_PREFIXES, fill_desk, make_private_desk

PLUGIN = Path(__file__).parents[2] / "examples" / "storage-plugin" / "communityconnector_jsonlines.py"


def json_lines(path):
    spec = importlib.util.spec_from_file_location("communityconnector_jsonlines", PLUGIN)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.JsonLines(f"jsonlines:///{path}", create=True)


@pytest.fixture(params=["memory", "sqlite", "postgresql", "jsonlines"])
def storage(request, tmp_path):
    match request.param:
        case "memory":
            return MemoryStorage()
        case "sqlite":
            return create_storage(f"sqlite:///{tmp_path / 'desk.db'}")
        case "postgresql":
            return create_storage(request.getfixturevalue("postgres")())
        case _:
            return json_lines(tmp_path / "desk.jsonl")


def test_every_storage_is_purged_alike(storage, monkeypatch):
    monkeypatch.setattr("communityconnector.desk.retention.purge._BATCH", 3)
    with make_private_desk(storage) as desk:
        fill_desk(desk)
        kept = [one["referral"] for one in desk.privacy.export_for(PATRON_TOKEN, actor=STAFF)["referrals"]]
        held = next(one["id"] for one in kept if one["status"] == "completed")
        desk.clock.now = MONDAY + timedelta(days=220)
        desk.privacy.set_legal_hold(held, actor=STAFF, reason="case-1")
        looked = desk.purge(dry_run=True)
        report = desk.purge()
        assert report.gone == looked.gone
        assert (report.counted, report.kept[record_kinds.REFERRAL]) == (6, 1)
        assert report.wiped is (True if isinstance(storage, SupportsWiping) else None)
        assert [one.id for one in storage.scan(record_kinds.REFERRAL)] == [held]
        assert desk.statistics.referrals().table.total is None
        desk.privacy.release_legal_hold(held, actor=STAFF, reason="case-1")
        desk.privacy.erase(PATRON_TOKEN, actor=STAFF)
        desk.clock.now = MONDAY + PAST_RETENTION
        desk.purge()
        left = [
            one
            for kind in (
                record_kinds.REFERRAL,
                record_kinds.EVENT,
                record_kinds.PRIVATE,
                record_kinds.CONSENT,
                record_kinds.DISCLOSURE,
                record_kinds.OUTBOX,
                record_kinds.LINK,
                record_kinds.REQUEST,
                record_kinds.FOLLOW_UP,
            )
            for one in storage.scan(kind)
        ]
        assert left == []
        assert sum(one.document["count"] for one in storage.scan(record_kinds.COUNT)) == 7
        everything = str(
            [
                (one.document, one.keys)
                for kind in (record_kinds.AUDIT, record_kinds.COUNT, record_kinds.UNMET_NEED)
                for one in storage.scan(kind)
            ]
        )
        assert not [root for root in PRIVATE_PREFIXES if root in everything]
        assert desk.audit.verify().ok
