"""The example scripts run and answer as they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def answer(*words):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "embed_in_a_page.py", *words],
        capture_output=True, encoding="utf-8", check=False, timeout=900,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_page_shows_services_reasons_and_questions():
    code, page, _ = answer("somewhere to sleep tonight", "28694")
    assert code == 0
    assert page["understood"] == ["A bed tonight"]
    assert page["call_now"] == []
    assert 0 < len(page["services"]) <= 5
    first = page["services"][0]
    assert set(first) == {"name", "agency", "address", "phone", "miles", "because", "ask"}
    assert first["because"]


def test_crisis_lines_come_with_danger():
    _, page, _ = answer("my boyfriend hit me", "28694")
    assert list(page)[:2] == ["questions", "call_now"]
    assert all(question.startswith("If ") or question.endswith("?") for question in page["questions"])
    assert any("1-800-799-7233" in line["reach"] for line in page["call_now"])


def test_a_line_that_is_only_reached_by_text_says_so():
    _, page, _ = answer("I want to kill myself", "28694")
    assert "text HOME to 741741" in [line["reach"] for line in page["call_now"]]


def test_a_confidential_address_is_not_shown():
    _, page, _ = answer("safe house", "28694")
    confidential = [service for service in page["services"] if service["name"] == "Safe House"]
    assert confidential
    assert all(service["address"] is None and service["miles"] is None for service in confidential)


def test_an_unknown_place_gets_an_answer():
    code, page, stderr = answer("food", "00000")
    assert code == 2
    assert page["error"] == "place-not-found"
    assert "00000" not in page["message"]
    assert "Traceback" not in stderr


def test_without_a_place_no_distance_is_shown():
    _, page, _ = answer("soup kitchen")
    assert {service["miles"] for service in page["services"]} == {None}


def test_the_script_is_short():
    text = (EXAMPLES / "embed_in_a_page.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60


def test_the_tutorial_builds_the_example_plugin_to_the_letter():
    text = (EXAMPLES.parent / "docs" / "tutorial" / "storage-plugin.md").read_text(encoding="utf-8")
    for name in ("communityconnector_jsonlines.py", "pyproject.toml"):
        block = text.partition(f"`{name}`:\n\n```")[2].partition("\n")[2].partition("```")[0]
        assert block == (EXAMPLES / "storage-plugin" / name).read_text(encoding="utf-8")


def test_the_example_plugin_is_short():
    text = (EXAMPLES / "storage-plugin" / "communityconnector_jsonlines.py").read_text(encoding="utf-8")
    assert sum(bool(line.strip()) for line in text.splitlines()) <= 65


def test_the_first_answers_of_twenty_needs_are_printed():
    done = subprocess.run(
        [sys.executable, EXAMPLES / "first_answers.py", "--count", "20"],
        capture_output=True, encoding="utf-8", check=True, timeout=900,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    needs = [block for block in done.stdout.split("\n\n") if block.strip()]
    assert len(needs) == 20
    assert all("Understood: " in block for block in needs)
    shown = [block for block in needs if "  1. " in block]
    assert len(shown) > 15
    assert all("     + " in block or "     ? " in block for block in shown)
