"""The public face and what tests share are fully typed: mypy's strict mode reports nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
