"""The command that purges: it says what would go, asks for a yes, and tells when a file could not be cleared."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from builders import STAFF, ManualClock
from communityconnector.adapters.sql import create_storage
from communityconnector.desk.store import record_kinds
from private_records import break_referral, fill_desk, make_private_desk, private_referral


@pytest.fixture
def old(tmp_path):
    """A desk of some years ago."""
    path = tmp_path / "desk.db"
    time = ManualClock()
    time.now = datetime.now(UTC) - timedelta(days=1500)
    with make_private_desk(create_storage(f"sqlite:///{path}"), clock=time) as desk:
        fill_desk(desk)
        desk.clock.now = datetime.now(UTC)
        referral = private_referral(desk, 50)
        desk.privacy.set_legal_hold(referral.id, actor=STAFF, reason="case-1")
        desk.clock.now = datetime.now(UTC) - timedelta(days=1500)
    return path


def run(path, *options):
    command = [sys.executable, "-m", "communityconnector", "purge", "--desk", f"sqlite:///{path}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)


def test_it_reports_what_a_purge_deletes_and_then_deletes_it(old):
    looked = run(old, "--dry-run", "--json")
    assert looked.returncode == 0, looked.stderr
    would = json.loads(looked.stdout)
    assert would["gone"]["referral"] == 9
    assert would["counted"] == 7
    assert "9 referral would be deleted" in run(old, "--dry-run").stdout
    done = run(old, "--yes", "--json")
    assert json.loads(done.stdout)["gone"] == would["gone"]
    assert json.loads(done.stdout)["wiped"] is True
    again = run(old, "--yes")
    assert "due, but kept under a legal hold" in again.stdout
    assert b"zq7note" not in old.read_bytes()


def test_unreadable_records_are_reported(old):
    with make_private_desk(create_storage(f"sqlite:///{old}")) as desk:
        (hold,) = desk.privacy.legal_holds()
        break_referral(
            desk,
            next(one.id for one in desk.storage.scan(record_kinds.REFERRAL) if one.id != hold.referral_id),
        )
    assert "1 referrals could not be read" in run(old, "--dry-run").stdout


@pytest.mark.parametrize("options", [[], ["--yes", "--dry-run"]])
def test_it_requires_dry_run_or_yes(old, options):
    done = run(old, *options)
    assert done.returncode == 2
    assert "--dry-run" in done.stderr


def test_a_file_in_use_is_not_wiped_and_that_is_reported(old):
    reader = sqlite3.connect(old, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM communityconnector_commit").fetchall()
    done = run(old, "--yes")
    assert done.returncode == 1
    assert "Run it again" in done.stderr
    reader.close()
    assert run(old, "--yes").returncode == 0


def test_the_log_is_kept_for_the_given_time(old):
    with make_private_desk(create_storage(f"sqlite:///{old}")) as desk:
        desk.privacy.release_legal_hold(
            desk.privacy.legal_holds()[0].referral_id, actor=STAFF, reason="case-1"
        )
    assert "audit" not in json.loads(run(old, "--dry-run", "--json", "--keep-log", "2000").stdout)["gone"]
    assert json.loads(run(old, "--dry-run", "--json").stdout)["gone"]["audit"] > 20


def test_the_log_is_kept_for_the_time_in_the_settings(old, tmp_path):
    with make_private_desk(create_storage(f"sqlite:///{old}")) as desk:
        desk.privacy.release_legal_hold(
            desk.privacy.legal_holds()[0].referral_id, actor=STAFF, reason="case-1"
        )
    file = tmp_path / "settings.toml"
    file.write_text("[policy]\nkeep_audit = 3650\n", encoding="utf-8")
    looked = json.loads(run(old, "--dry-run", "--json", "--settings", file).stdout)
    assert "audit" not in looked["gone"]
    looked = json.loads(run(old, "--dry-run", "--json", "--settings", file, "--keep-log", "1000").stdout)
    assert looked["gone"]["audit"] > 20


@pytest.mark.parametrize("days", ["1000000", "36526", "-1"])
def test_an_invalid_retention_time_of_the_log_is_refused(old, days):
    done = run(old, "--yes", "--keep-log", days)
    assert (done.returncode, "0<=x<=36525" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
    assert run(old, "--dry-run", "--keep-log", "36525").returncode == 0
