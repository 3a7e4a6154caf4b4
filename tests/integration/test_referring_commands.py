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

import pytest
from receivers import HOST, Mails

import communityconnector as cc

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
    with cc.Connector.open(f"sqlite:///{path}") as desk:
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
        command(place, *words), cwd=place, capture_output=True, encoding="utf-8", check=False, timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done


def service():
    return next(one for one in cc.sample().services.values() if one.status == "active")


def send(place, count=1, notifier="smtp"):
    """Referrals that are sent by mail to their agency, in a program of the host's own."""
    found = service()
    settings = {notifier: {"kind": "smtp", "host": HOST, "sender": "desk@example.org"}}
    with cc.Connector.open(f"sqlite:///{place}/desk.db", notifiers=settings) as desk:
        address = cc.Secret(f"{CANARY}@example.org")
        desk.put_intake(cc.Intake(id=found.organization.id, notifier=notifier, address=address), actor=STAFF)
        for _ in range(count):
            desk.refer(
                found,
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


def test_details_that_were_handed_over_are_written_down(place):
    found = service()
    words = ("--by", "desk-2", "--need", "community-meal", "--need", "food-pantry", "--area", "286")
    done = run(place, "refer", found.id, *words, "--language", "es", "--json")
    made = json.loads(done.stdout)
    assert (done.returncode, made["status"], made["creator_id"]) == (0, "given", "desk-2")
    assert made["concepts"] == ["community-meal", "food-pantry"]
    done = run(place, "refer", found.id, *words)
    assert (done.returncode, done.stdout.endswith("given. Nothing was sent.\n")) == (0, True)
    done = run(place, "dispatch", "--once", "--json")
    assert (done.returncode, set(json.loads(done.stdout).values())) == (0, {0})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody", "--by", "d", "--need", "food-pantry"], "no service 'nobody'"),
        (["x", "--by", "d", "--need", CANARY], "no such need"),
        (["x", "--by", "d"], "--need"),
        (["x", "--need", "food-pantry"], "--by"),
    ],
)
def test_a_referral_that_cannot_be_says_why(place, words, message):
    done = run(place, "refer", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_what_waits_is_sent_once(place, mail):
    send(place, 2)
    done = run(place, "dispatch", *settings(place, mail), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent"] == 2
    assert len(mail.arrived) == 2
    assert "https://library.example.org/r/" in mail.mails()[0].get_content()
    done = run(place, "dispatch", *settings(place, mail))
    assert (done.returncode, done.stdout) == (0, "Nothing to do\n")
    assert len(mail.arrived) == 2


def test_a_notifier_of_a_name_of_your_own_says_its_kind(place, mail):
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
def test_a_dispatcher_that_is_told_to_stop_finishes_its_message_and_no_more(place, mail, number, how):
    send(place, 3)
    mail.go_on.clear()
    words = command(place, "dispatch", *settings(place, mail), *how, "--json")
    with subprocess.Popen(words, cwd=place, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert mail.begun.wait(60)
        process.send_signal(number)
        mail.go_on.set()
        out, _ = process.communicate(timeout=60)
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


def test_what_is_due_is_shown_longest_first(place):
    assert run(place, "due").stdout == "Nothing is due.\n"
    send(place)
    long_ago = _made_long_ago(place)
    told = json.loads(run(place, "due", "--json").stdout)
    assert {one["referral_id"] for one in told} == {long_ago}
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)
    assert "expire" in {one["clock"] for one in told}
    assert f"{long_ago} (requested)" in run(place, "due").stdout
    done = json.loads(run(place, "dispatch", "--json").stdout)
    assert done["expired"] == 1
    assert run(place, "due").stdout == "Nothing is due.\n"


def _made_long_ago(place):
    from datetime import UTC, datetime

    then = datetime(2025, 3, 3, 12, tzinfo=UTC)
    found = service()
    with cc.Connector.open(f"sqlite:///{place}/desk.db", clock=lambda: then) as desk:
        desk.put_intake(cc.Intake(id=found.organization.id), actor=STAFF)
        return desk.refer(
            found,
            actor=STAFF,
            type="direct",
            concepts=["community-meal"],
            consent=cc.ConsentTerms(fields=[], purpose="food", method="written"),
        ).id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[notifiers.smtp]\npassword = "{CANARY}', "is not TOML at its end"),
        (f"{CANARY} = 1", "1 of its tables or keys are none of plugins, letterhead, notifiers"),
        (f'plugins = "{CANARY}"', "`plugins` must be a list of names"),
        (f'letterhead = "{CANARY}"', "[letterhead] must be a table"),
        (f'notifiers = ["{CANARY}"]', "[notifiers] must be a table"),
        (f'[notifiers]\nsmtp = "{CANARY}"', "[notifiers.smtp] must be a table"),
        (f'[letterhead]\n{CANARY} = "x"', "there is a setting besides those that it reads"),
        ("[letterhead]\nlibrary = 3", "`library` must be a text, not int"),
        (f'[letterhead]\nlibrary = "{CANARY * 9}"', "more than one SMS"),
        (f'[letterhead]\nstaff_address = "{CANARY}"', "a notifier for staff together with an address"),
        (f'[letterhead]\nchannels = {{email = ["{CANARY}"]}}', "gives names of notifiers"),
        ('[letterhead]\nchannels = {email = "smtp"}', "names a notifier that has no table"),
        ('[notifiers.pigeon]\nloft = "x"', "no notifier is called 'pigeon'"),
        (f'[notifiers.smtp]\npassword = "{CANARY}"\nsecurity = "none"', "settings of smtp"),
        (f'[notifiers.smtp]\npass_word = "{CANARY}"', "settings of smtp"),
        ("notifiers = ?", "is not TOML at line 1, column 13"),
        ('plugins = ["nobodys"]', "nobodys"),
    ],
)
def test_settings_that_cannot_be_are_told_without_what_they_say(place, text, words):
    (place / "settings.toml").write_text(text, encoding="utf-8")
    done = run(place, "dispatch", "--settings", "settings.toml")
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_settings_that_are_not_there_are_told(place):
    done = run(place, "dispatch", "--settings", "nowhere.toml")
    assert (done.returncode, "nowhere.toml: cannot be read" in done.stderr) == (2, True)
    done = run(place, "dispatch", "--once", "--every", "5")
    assert (done.returncode, "not both" in done.stderr) == (2, True)
