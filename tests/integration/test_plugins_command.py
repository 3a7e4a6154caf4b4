"""`communityconnector plugins`: what is installed, and why something does not work."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HOOK = """
from communityconnector.hookspecs import NotifierFactory, hookimpl

print("loaded")

@hookimpl
def communityconnector_notifiers():
    return [NotifierFactory("sms", make=dict)]
"""


@pytest.fixture
def listed(tmp_path):
    """Runs the command where two plugins are installed, of which one cannot be imported."""
    for name, source in {"sms": HOOK, "broken": "import a_driver_that_nobody_has"}.items():
        (tmp_path / f"plugin_{name}.py").write_text(source)
        about = tmp_path / f"plugin_{name}-1.2.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plugin-{name}\nVersion: 1.2\n")
        (about / "entry_points.txt").write_text(f"[communityconnector]\n{name} = plugin_{name}\n")
    path = os.pathsep.join((str(tmp_path), os.environ["PYTHONPATH"]))

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "communityconnector", "plugins", *words],
            capture_output=True, text=True, check=False, timeout=900, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        assert done.returncode == 0
        assert "Traceback" not in done.stderr
        return done

    return run


def test_plugins_that_are_not_allowed_are_listed_and_not_run(listed):
    done = listed()
    assert "sms (plugin-sms 1.2): not allowed\n" in done.stdout
    assert "broken (plugin-broken 1.2): not allowed\n" in done.stdout
    assert done.stderr == ""


def test_hooks_and_errors_are_shown(listed):
    lines = listed("--allow", "*").stdout.splitlines()
    assert lines[lines.index("sms (plugin-sms 1.2): loaded") + 1] == "    communityconnector_notifiers"
    assert "ModuleNotFoundError" in lines[lines.index("broken (plugin-broken 1.2): failed") + 1]


def test_json_is_whole_whatever_plugins_print(listed):
    reports = {report["name"]: report for report in json.loads(listed("--json", "--allow", "sms").stdout)}
    assert {name: report["state"] for name, report in reports.items()} == {
        "communityconnector": "loaded",
        "broken": "not allowed",
        "sms": "loaded",
    }
    assert reports["sms"] == {
        "name": "sms", "distribution": "plugin-sms", "version": "1.2", "hooks": ["communityconnector_notifiers"],
        "state": "loaded", "error": "",
    }  # fmt: skip
