"""The public face is fully typed, and mypy's strict mode finds nothing."""

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
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout
