"""Whoever writes a storage proves it in three lines, with nothing to configure."""

from __future__ import annotations

import subprocess
import sys

THREE_LINES = """
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.testing import StorageContract

class TestMine(StorageContract):
    def open_storage(self):
        return MemoryStorage()
"""


def run(*words, cwd):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=900, cwd=cwd
    )


def test_three_lines_test_a_storage_and_report_what_was_skipped(tmp_path):
    (tmp_path / "test_mine.py").write_text(THREE_LINES)
    options = ("-q", "-rs", "--strict-markers", "-p", "no:cacheprovider", "-m", "storage_contract")
    done = run("-m", "pytest", *options, "-k", "not sequence", "test_mine.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "passed, 3 skipped" in done.stdout
    assert "durable is False: not tested that commits outlive the storage object" in done.stdout


def test_the_pytest_plugin_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\nbefore = set(sys.modules)\nimport communityconnector.testing.plugin\n"
        "print(' '.join(sys.modules.keys() - before))"
    )
    loaded = set(run("-c", code, cwd=tmp_path).stdout.split())
    assert "communityconnector.testing.plugin" in loaded
    assert {"numpy", "hypothesis", "pytest", "sqlalchemy", "cattrs", "geopy"}.isdisjoint(loaded)
