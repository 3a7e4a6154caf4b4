"""Every command that README and documentation show is run, and shows what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from communityconnector.adapters.sql import create_storage

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block under a file's name is that file, as in docs/conftest.py."""


def sessions(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Every command of a page, the lines that it shows, and the exit code that it shows or 0."""
    for block in BLOCK.findall(text):
        steps: list[tuple[str, list[str]]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line.strip():
                steps[-1][1].append(line)
        for number, (command, shown) in enumerate(steps):
            if command == "echo $?":
                continue
            code = 0
            if number + 1 < len(steps) and steps[number + 1][0] == "echo $?":
                code = int(steps[number + 1][1][0])
            yield command, shown, code


MODULE = "python -m "
"""Before a module that is a program of its own."""

CASES = [
    pytest.param(page, command, shown, code, id=f"{page.relative_to(ROOT)}: {command}")
    for page in PAGES
    for command, shown, code in sessions(page.read_text(encoding="utf-8"))
    if command.startswith(("communityconnector ", f"{MODULE}communityconnector."))
]


def test_there_are_commands_to_run():
    assert len(CASES) >= 8


@pytest.mark.parametrize(("page", "command", "shown", "code"), CASES)
def test_a_command_does_what_the_page_says(tmp_path, page, command, shown, code):
    for name, text in NAMED_FILE.findall(page.read_text(encoding="utf-8")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    if "--desk sqlite:///desk.db" in command and not command.startswith("communityconnector load "):
        # A page shows no more than the command that it is about: the desk was made before.
        create_storage(f"sqlite:///{tmp_path}/desk.db").close()
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command.removeprefix(MODULE))],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=900,
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"},
    )  # fmt: skip
    output = (done.stderr + done.stdout).splitlines()
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    # Three dots stand for lines left out, or for the end of a line; the others stand in the page's order.
    position = 0
    for line in shown:
        if line.strip() != "...":
            start = line.removesuffix("...")
            places = [
                number
                for number, text in enumerate(output)
                if text == line or (start != line and text.startswith(start))
            ]
            place = next((number for number in places if number >= position), None)
            assert place is not None, f"{line!r} is not in the output from line {position}: {output}"
            position = place + 1
