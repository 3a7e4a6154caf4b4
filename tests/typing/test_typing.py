"""The public face and what tests share are fully typed: mypy's strict mode reports nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import communityconnector as cc

ROOT = Path(__file__).parents[2]
GIVEN = {"audience", "plugins", "storage"}
"""What a desk was opened with."""
INSIDE = {
    "Audit.chained", "Audit.count_before", "Audit.oldest",
    "StoredDirectory.has_agency", "StoredDirectory.has_term", "StoredDirectory.summarize",
}  # fmt: skip
"""What other parts of the desk call, and hosts do not."""


def test_mypy_finds_nothing():
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "src/communityconnector",
        "tests/typing/api.py",
        "tests/typing/desk.py",
        "tests/builders.py",
        "tests/private_records.py",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout


def public_calls(cls):
    return {name for name in vars(cls) if not name.startswith("_")}


def test_every_public_call_of_a_desk_of_its_parts_and_of_a_matcher_is_type_checked():
    checked = "".join(
        (ROOT / "tests" / "typing" / name).read_text(encoding="utf-8") for name in ("api.py", "desk.py")
    )
    with cc.Connector.open() as desk:
        parts = {
            type(part) for name, part in vars(desk).items() if not name.startswith("_") and name not in GIVEN
        }
    calls = {
        f"{cls.__name__}.{call}"
        for cls in {cc.Connector, cc.Matcher, *parts}
        for call in public_calls(cls)
        if cls.__module__.startswith("communityconnector.")
    }
    assert len(calls) > 90
    assert {call for call in calls - INSIDE if f".{call.partition('.')[2]}" not in checked} == set()
