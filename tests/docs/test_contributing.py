"""The table of changes leads to files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("### Can I find the room?")[2].partition("\n## ")[0]
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
PACKAGES = {path.name for path in (ROOT / "src" / "communityconnector").iterdir()}


def test_there_are_rows():
    assert len(ROWS) >= 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0][2:])
def test_every_path_of_a_row_exists(row):
    paths = [
        ROOT / path
        if path.partition("/")[0] in ("docs", "tests")
        else ROOT / "src" / "communityconnector" / path
        for path in re.findall(r"`([\w./-]+)`", row)
        if "/" in path or path in PACKAGES
    ]
    assert paths
    assert [str(path) for path in paths if not path.exists()] == []
