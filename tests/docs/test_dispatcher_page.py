"""The commands, units and crontab of the page on the dispatcher can be what they say."""

from __future__ import annotations

import re
import shlex
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from communityconnector.adapters.sql import create_storage
from communityconnector.cli import main
from communityconnector.cli.settings import open_desk

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "run-the-dispatcher.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def unit(text):
    read = ConfigParser(strict=True, interpolation=None, delimiters=("=",))
    read.optionxform = str
    read.read_string(text)
    return read


UNITS = [unit(text) for text in blocks("ini")]
COMMANDS = [one["Service"]["ExecStart"] for one in UNITS if "Service" in one] + [
    line.split(maxsplit=5)[5] for text in blocks("sh") for line in text.splitlines()
]


def test_the_page_has_the_tested_blocks():
    assert len(COMMANDS) == 3
    assert len(UNITS) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_a_unit_or_crontab_exists(command):
    program, name, *words = shlex.split(command)
    assert program.endswith("/bin/communityconnector")
    context = main.commands[name].make_context(name, words)
    assert context.params["url"].startswith("sqlite:////")
    assert context.params["settings"].endswith("settings.toml")
    # What systemd and cron would take for something of their own.
    assert "%" not in command


def test_units_use_only_known_systemd_settings():
    known = {
        "Unit": {"Description", "After", "Wants"},
        "Service": {
            "ExecStart", "LoadCredential", "NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ReadWritePaths",
            "Restart", "RestartSec", "SuccessExitStatus", "TimeoutStopSec", "Type", "User",
        },
        "Timer": {"AccuracySec", "OnCalendar"},
        "Install": {"WantedBy"},
    }  # fmt: skip
    for one in UNITS:
        for section in one.sections():
            assert set(one[section]) <= known[section]


def test_a_crontab_has_five_fields_of_time():
    (line,) = [line for text in blocks("sh") for line in text.splitlines()]
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in line.split()[:5])


def test_the_settings_open_a_desk(tmp_path):
    (text,) = blocks("toml")
    assert set(tomllib.loads(text)) == {"zone", "holidays", "policy", "letterhead", "notifiers"}
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/desk.db"
    create_storage(url).close()
    with open_desk(url, str(tmp_path / "settings.toml")) as desk:
        assert desk.dispatch_once().total == 0
