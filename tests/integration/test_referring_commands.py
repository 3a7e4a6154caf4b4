"""Referring, what is due, and sending from the command line: real processes, a real mail server, a real database."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from receivers import HOST, Mails

import communityconnector as cc
from communityconnector.desk.store.outbox import update_write
from communityconnector.desk.store.record_kinds import OUTBOX

CANARY = "Zebulon-Quartz-7731"
STAFF = cc.Actor("staff", "desk-2")


class SlowMails(Mails):
    """A mail server that can be made to take its time."""

    def __init__(self):
        super().__init__()
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    async def handle_DATA(self, *given):  # noqa: N802  # the name that aiosmtpd calls
        self.begun.set()
        await asyncio.to_thread(self.go_on.wait, 60)
        return await super().handle_DATA(*given)


@pytest.fixture
def mail():
    with SlowMails() as server:
        yield server
        server.go_on.set()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "desk.db"
    with cc.Connector.open(f"sqlite:///{path}", create=True) as desk:
        desk.load(cc.sample())
    return path


@pytest.fixture
def place(loaded, tmp_path):
    """A folder with a desk of its own; its directory is a copy, its index is not needed."""
    with sqlite3.connect(loaded) as source, sqlite3.connect(tmp_path / "desk.db") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    return tmp_path


def command(place, *words):
    return [sys.executable, "-m", "communityconnector", *words, "--desk", f"sqlite:///{place}/desk.db"]


def run(place, *words):
    done = subprocess.run(
        command(place, *words), cwd=place, capture_output=True, encoding="utf-8", check=False, timeout=900,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done


def service():
    return next(one for one in cc.sample().services.values() if one.status == "active")


def send(place, count=1, notifier="smtp"):
    """Referrals that are sent by mail to their agency, in a program of the host's own."""
    target = service()
    settings = {notifier: {"kind": "smtp", "host": HOST, "sender": "desk@example.org"}}
    with cc.Connector.open(
        f"sqlite:///{place}/desk.db", messages=cc.MessageOptions(notifiers=settings)
    ) as desk:
        address = cc.Secret(f"{CANARY}@example.org")
        desk.referrals.set_intake(
            cc.Intake(id=target.organization.id, notifier=notifier, address=address), actor=STAFF
        )
        for _ in range(count):
            desk.refer(
                target,
                actor=STAFF,
                type="direct",
                concepts=["community-meal"],
                consent=cc.ConsentTerms(fields=[], purpose="food", method="written"),
            )


def settings(place, mail, more=""):
    (place / "settings.toml").write_text(
        f"""
        [letterhead]
        library = "Ashe County Library"
        link_base = "https://library.example.org/r/"

        [notifiers.smtp]
        host = "{HOST}"
        port = {mail.port}
        sender = "desk@example.org"
        security = "none"
        {more}
        """,
        encoding="utf-8",
    )
    return ("--settings", "settings.toml")


def test_given_details_are_recorded(place):
    target = service()
    words = ("--by", "desk-2", "--need", "community-meal", "--need", "food-pantry", "--area", "286")
    done = run(place, "refer", target.id, *words, "--language", "es", "--json")
    made = json.loads(done.stdout)
    assert (done.returncode, made["status"], made["creator_id"]) == (0, "given", "desk-2")
    assert made["concepts"] == ["community-meal", "food-pantry"]
    done = run(place, "refer", target.id, *words)
    assert (done.returncode, done.stdout.endswith("given. Nothing was sent.\n")) == (0, True)
    done = run(place, "dispatch", "--once", "--json")
    assert (done.returncode, set(json.loads(done.stdout).values())) == (0, {0})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody", "--by", "d", "--need", "food-pantry"], "no service 'nobody'"),
        (["x", "--by", "d", "--need", CANARY], "takes ids of needs"),
        (["x", "--by", "d", "--need", "food-pantri"], "did you mean 'food-pantry'"),
        (["x", "--by", "d", "--need", "food-pantry", "--language", "Spannish"], "did you mean 'Spanish'"),
        (["x", "--by", "d"], "--need"),
        (["x", "--need", "food-pantry"], "--by"),
    ],
)
def test_an_impossible_referral_is_refused_with_a_reason(place, words, message):
    done = run(place, "refer", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_pending_messages_are_sent_once(place, mail):
    send(place, 2)
    done = run(place, "dispatch", *settings(place, mail), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent"] == 2
    assert len(mail.arrived) == 2
    assert "https://library.example.org/r/" in mail.mails()[0].get_content()
    done = run(place, "dispatch", *settings(place, mail))
    assert (done.returncode, done.stdout) == (0, "Nothing to do\n")
    assert len(mail.arrived) == 2


def test_a_notifier_with_a_name_of_its_own_needs_a_kind(place, mail):
    mail.go_on.set()
    send(place, notifier="clinic")
    table = f"""
        [notifiers.clinic]
        kind = "smtp"
        host = "{HOST}"
        port = {mail.port}
        sender = "clinics@example.org"
        security = "none"
        """
    done = run(place, "dispatch", "--once", *settings(place, mail, table), "--json")
    assert (done.returncode, json.loads(done.stdout)["sent"]) == (0, 1)
    assert len(mail.arrived) == 1


def test_a_message_that_cannot_be_delivered_shows_in_the_exit_code(place, mail):
    send(place)
    mail.answers["RCPT"] = "550 5.1.1 unknown"
    done = run(place, "dispatch", *settings(place, mail))
    assert (done.returncode, done.stdout) == (1, "1 dead\n")
    # Without settings there is nothing that could send it.
    send(place)
    done = run(place, "dispatch", "--json")
    assert (done.returncode, json.loads(done.stdout)["dead"]) == (1, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process by SIGTERM at once")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", [["--once"], ["--every", "60"]])
def test_a_stopped_dispatcher_finishes_its_message_and_no_more(place, mail, number, how):
    send(place, 3)
    mail.go_on.clear()
    words = command(place, "dispatch", *settings(place, mail), *how, "--json")
    with subprocess.Popen(words, cwd=place, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert mail.begun.wait(60)
        process.send_signal(number)
        mail.go_on.set()
        out, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    assert json.loads(out)["sent"] == 1
    assert len(mail.arrived) == 1
    done = run(place, "dispatch", *settings(place, mail), "--json")
    assert json.loads(done.stdout)["sent"] == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process by SIGTERM at once")
def test_a_dispatcher_sends_what_comes_while_it_runs(place, mail):
    words = command(place, "dispatch", *settings(place, mail), "--every", "0.05")
    with subprocess.Popen(words, cwd=place, stdout=subprocess.PIPE, encoding="utf-8") as process:
        send(place)
        assert mail.begun.wait(60)
        assert "1 sent" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_due_work_is_shown_longest_first(place):
    assert run(place, "due").stdout == "Nothing is due.\n"
    send(place)
    long_ago = _made_long_ago(place)
    output = json.loads(run(place, "due", "--json").stdout)
    assert {one["referral_id"] for one in output} == {long_ago}
    assert [one["at"] for one in output] == sorted(one["at"] for one in output)
    assert "expire" in {one["clock"] for one in output}
    assert f"{long_ago} (requested)" in run(place, "due").stdout
    done = json.loads(run(place, "dispatch", "--json").stdout)
    assert done["expired"] == 1
    assert run(place, "due").stdout == "Nothing is due.\n"


def _made_long_ago(place):
    then = datetime(2025, 3, 3, 12, tzinfo=UTC)
    target = service()
    with cc.Connector.open(f"sqlite:///{place}/desk.db", clock=lambda: then) as desk:
        desk.referrals.set_intake(cc.Intake(id=target.organization.id), actor=STAFF)
        return desk.refer(
            target,
            actor=STAFF,
            type="direct",
            concepts=["community-meal"],
            consent=cc.ConsentTerms(fields=[], purpose="food", method="written"),
        ).id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[notifiers.smtp]\npassword = "{CANARY}', "is not TOML at its end"),
        (
            f"{CANARY} = 1",
            "1 unknown name (expected: zone, holidays, words, weights, terms, interpreter, plugins, policy",
        ),
        (f'plugins = "{CANARY}"', "plugins: expected a list"),
        (f'letterhead = "{CANARY}"', "letterhead: expected a table"),
        (f'notifiers = ["{CANARY}"]', "notifiers: expected a table"),
        (f'[notifiers]\nsmtp = "{CANARY}"', "notifiers.smtp: expected a table"),
        (f'[letterhead]\n{CANARY} = "x"', "letterhead: 1 unknown name (expected: library, "),
        ("[letterhead]\nlibrary = 3", "letterhead.library: expected a string"),
        (f'[letterhead]\ntexts = "{CANARY}"', "letterhead.texts: expected tables of texts by language"),
        (
            f'[letterhead.texts.en.patron_message]\n{CANARY} = "x"\nsubject = "{{agency}} {CANARY}"',
            "letterhead.texts: en.patron_message has an unknown part (expected: subject, without_link, with_link)",
        ),
        (f'[letterhead]\nlibrary = "{CANARY * 9}"', "does not fit one SMS"),
        (f'[letterhead]\nstaff_address = "{CANARY}"', "staff_notifier and staff_address together"),
        (
            f'[letterhead]\nchannels = {{email = ["{CANARY}"]}}',
            "letterhead.channels.email: expected a string",
        ),
        ('[letterhead]\nchannels = {email = "smtp"}', "names a notifier that has no table"),
        ('[notifiers.pigeon]\nloft = "x"', "no notifier is called 'pigeon'"),
        (f'[notifiers.smtp]\npassword = "{CANARY}"\nsecurity = "none"', "settings of smtp"),
        (f'[notifiers.smtp]\npass_word = "{CANARY}"', "settings of smtp"),
        ("notifiers = ?", "is not TOML at line 1, column 13"),
        ('plugins = ["nobodys"]', "nobodys"),
        (f'zone = "{CANARY}"', "settings.toml: zone: expected the name of an IANA time zone"),
        ("zone = 5", "zone: expected the name of an IANA time zone"),
        (f'holidays = "{CANARY}"', "holidays: expected the name of a calendar: us-federal"),
        (f'interpreter = "{CANARY}"', "interpreter: expected the name of an interpreter: semantic, words"),
        (f'holidays = ["{CANARY}"]', "holidays: expected a string"),
        (f'policy = "{CANARY}"', "policy: expected a table"),
        (f"[policy]\n{CANARY} = 3", "policy: 1 unknown name (expected: contact_attempts, amend_window"),
        (f'[policy]\nkeep_audit = "{CANARY}"', "policy.keep_audit: expected a whole number of days"),
        (
            "[policy]\nkeep_audit = 36526",
            "policy.keep_audit: expected a whole number of days, at most 36,525",
        ),
        ("[policy]\nkeep_audit = true", "policy.keep_audit: expected a whole number of days"),
        ("[policy]\nkeep_audit = 0.5", "policy.keep_audit: expected a whole number of days"),
        ("[policy]\nrespond_within = -1", "policy: a policy's numbers must be from 0 to 1,000"),
        ("[policy]\nrespond_within = 2000", "policy: a policy's numbers must be from 0 to 1,000"),
        ("[policy]\nremind_after = 2", "policy.remind_after: expected a list"),
        (
            f'[policy]\nfollow_up_after = ["{CANARY}"]',
            "policy.follow_up_after[0]: expected a whole number of days",
        ),
        ("[policy]\nwritten_for = [1]", "policy.written_for[0]: expected a string"),
        (
            "[policy]\ncards = 1\nsmall_cell = []",
            "policy.cards: expected a string; policy.small_cell: expected a whole number",
        ),
        ("[policy]\nsmall_cell = 2", "`small_cell` must be at least 3"),
        ("[policy]\nlink_lifetime = 4", "`link_lifetime` must be at most 72 hours"),
        (f'[policy]\ncards = "{CANARY}["', "`cards` must be a valid regular expression"),
        ("[policy]\nzone = 1", "policy: 1 unknown name"),
    ],
)
def test_invalid_settings_are_reported_without_their_values(place, text, words):
    (place / "settings.toml").write_text(text, encoding="utf-8")
    done = run(place, "dispatch", "--settings", "settings.toml")
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [["due"], ["purge", "--dry-run"], ["refer", "x", "--by", "d", "--need", "food-pantry"],
                                   ["visits", "--branch", "main"]])  # fmt: skip
def test_every_command_of_a_desk_reads_its_settings(place, words):
    (place / "settings.toml").write_text(f'zone = "{CANARY}"', encoding="utf-8")
    done = run(place, *words, "--settings", "settings.toml")
    assert (done.returncode, "settings.toml: zone: expected" in done.stderr) == (2, True)


def test_every_part_of_a_policy_can_be_set(place):
    from communityconnector.cli.settings import open_desk

    usual = cc.Policy()
    functions = {field.name for field in attrs.fields(cc.Policy) if callable(field.default)}
    fields = {
        "contact_attempts": "2", "amend_window": "80", "remind_after": "[1, 3]", "alert_after": "4",
        "respond_within": "10", "follow_up_after": "[7, 20]", "follow_up_window": "50", "review_every": "20",
        "contact_fresh_for": "30", "link_lifetime": "1", "written_for": '["hiv"]', "cards": "'D[0-9]{8}'",
        "keep_drafts": "1", "keep_private": "2", "keep_closed": "3", "keep_consents": "4", "keep_messages": "5",
        "keep_keys": "6", "keep_audit": "3650", "small_cell": "5", "consent_notice": "3", "progress_every": "14",
    }  # fmt: skip
    assert set(fields) == {field.name for field in attrs.fields(cc.Policy)} - functions - {"zone"}
    lines = ['zone = "America/New_York"', 'holidays = "us-federal"', "[policy]"]
    lines += [f"{name} = {value}" for name, value in fields.items()]
    (place / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
    with open_desk("memory:", str(place / "settings.toml"), keep_audit=timedelta(days=7)) as desk:
        policy = desk.referrals._context.ledger.policy  # noqa: SLF001  # there is no other way to see it
    assert [name for name in fields if getattr(policy, name) == getattr(usual, name)] == []
    assert (policy.remind_after, policy.follow_up_after) == ((1, 3), (timedelta(days=7), timedelta(days=20)))
    assert (policy.written_for, policy.cards) == (frozenset({"hiv"}), "D[0-9]{8}")
    assert policy.keep_audit == timedelta(days=7), "what the command was told goes first"
    assert str(policy.zone) == "America/New_York"
    assert policy.is_holiday(date(2026, 7, 4)) == "Independence Day"


def test_safe_hours_use_the_zone_in_the_settings(place, mail):
    """An hour in which it is safe in Kiritimati, and not by UTC."""
    far = ZoneInfo("Pacific/Kiritimati")
    now = datetime.now(far)
    hours = {
        "safe_from": (now - timedelta(hours=1)).time(), "safe_until": (now + timedelta(hours=1)).time(),
    }  # fmt: skip
    target = service()
    notifiers = {"smtp": {"host": HOST, "sender": "desk@example.org"}}
    head = cc.Letterhead(link_base="https://library.example.org/r/", channels={"email": "smtp"})
    messages = cc.MessageOptions(letterhead=head, notifiers=notifiers)
    with cc.Connector.open(f"sqlite:///{place}/desk.db", messages=messages) as desk:
        desk.referrals.set_intake(cc.Intake(id=target.organization.id), actor=STAFF)
        way = cc.ContactPreference(
            channel="email", address=cc.Secret(f"{CANARY}@example.org"), safe="yes", verified_at=now, **hours
        )
        terms = cc.ConsentTerms(fields=[], purpose="food", method="written")
        asked = {"type": "direct", "concepts": ["community-meal"], "contacts": [way]}
        made = desk.refer(target, actor=STAFF, consent=terms, **asked)
        desk.record_event(made.id, "accept", actor=cc.Actor("agency", target.organization.id))
    known = settings(place, mail, '[letterhead.channels]\nemail = "smtp"')
    done = run(place, "dispatch", *known, "--json")
    assert (done.returncode, json.loads(done.stdout)["held"], mail.arrived) == (0, 1, [])
    assert "1 held back: patrons named safe hours, and the library's zone is not set" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    _look_again(place)
    text = (place / "settings.toml").read_text(encoding="utf-8")
    (place / "settings.toml").write_text(f'zone = "Pacific/Kiritimati"\n{text}', encoding="utf-8")
    assert json.loads(run(place, "dispatch", *known, "--json").stdout)["sent"] == 1


def _look_again(place):
    """As if the hour had gone by."""
    with cc.Connector.open(f"sqlite:///{place}/desk.db") as desk:
        (record,) = desk.storage.scan(OUTBOX)
        desk.storage.commit([update_write(record, due=datetime.now(UTC))])


def test_missing_settings_are_reported(place):
    done = run(place, "dispatch", "--settings", "nowhere.toml")
    assert (done.returncode, "nowhere.toml: cannot be read" in done.stderr) == (2, True)
    done = run(place, "dispatch", "--once", "--every", "5")
    assert (done.returncode, "not both" in done.stderr) == (2, True)
