"""Tests share code through helper modules and fixtures, never through another test module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path for folder in (TESTS, TESTS.parent / "examples") for path in folder.rglob("*.py"))
TEST_MODULES = {path.stem for path in FILES if path.name.startswith("test_")}


def imported_test_modules(source: str) -> list[str]:
    """Return the test modules and conftest files that a file imports."""
    modules = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules += [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return [
        module
        for module in modules
        if any(part == "conftest" or part in TEST_MODULES for part in module.split("."))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS.parent).as_posix())
def test_no_file_imports_a_test_module(path):
    assert imported_test_modules(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from test_floors import imports",
        "import test_floors",
        "def helper():\n    from tests.architecture.test_floors import imports",
        "from . import test_floors",
        "from conftest import SHARED",
    ],
)
def test_an_import_of_a_test_module_is_reported(source):
    """Shows that the check above can fail."""
    assert imported_test_modules(source)
