"""The README's examples run, and its commands are the ones that the project's own check runs."""

from __future__ import annotations

import re
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TEST_COMMAND = (
    'python3 -m venv .venv && .venv/bin/python -m pip install --quiet --editable ".[test]" && '
    ".venv/bin/python -m pytest"
)
DEMO_COMMAND = (
    "python3 -m venv .venv && .venv/bin/python -m pip install --quiet . && .venv/bin/communityconnector demo"
)


def test_every_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parser = PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)
    examples = list(Sybil(parsers=[parser]).parse(README).examples())
    assert len(examples) >= 10
    for example in examples:
        example.evaluate()


def test_both_commands_are_one_line_each():
    lines = README.read_text(encoding="utf-8").splitlines()
    assert DEMO_COMMAND in lines
    assert TEST_COMMAND in lines


def test_the_check_of_the_project_runs_the_test_command():
    """`.ci/run` takes the command out of the README, so that both are one; its pattern must find it."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    match_object = re.search(r"test_command=\$\(sed -n 's/\^\\\((.+)\\\)\$/\\1/p' README\.md\)", script)
    assert match_object, "the script reads the command in another way than this test knows"
    lines = README.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.fullmatch(match_object[1], line)] == [TEST_COMMAND]
    assert 'bash -c "$test_command"' in script
