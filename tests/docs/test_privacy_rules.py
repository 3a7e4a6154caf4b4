"""Every rule of the privacy page names what shows it, and that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "privacy.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}
RULES = [
    row.split(" | ") for row in PAGE.splitlines() if row.startswith("| ") and not row.startswith("| rule")
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[0][2:50])
def test_a_privacy_rule_cites_existing_tests_or_a_page(rule):
    shown = rule[-1]
    named = re.findall(r"`(test_\w+)`", shown)
    assert named or ".md)" in shown, "nothing shows this rule"
    assert not [name for name in named if name not in TESTS]


def test_there_are_rules():
    assert len(RULES) > 15
