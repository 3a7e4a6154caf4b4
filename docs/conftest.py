"""Every Python example of the documentation is run, page by page, in a folder of its own.

A fenced block under a line that holds nothing but a file name in backticks and a colon is that file: it is
written before the examples below it run.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Generator, Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.myst import PythonCodeBlockParser

NAMED_FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _write(example: Example) -> None:
    path, text = example.parsed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def named_files(document: Document) -> Iterator[Region]:
    """Blocks that stand for a file."""
    for found in NAMED_FILE.finditer(document.text):
        # The block itself may be an example too, so the region ends where the block begins.
        yield Region(found.start(), found.start() + 1, (Path(found[1]), found[2]), _write)


def _enter(namespace: dict[str, Any]) -> None:
    stack = contextlib.ExitStack()
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    stack.callback(os.chdir, Path.cwd())
    os.chdir(folder)
    stack.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
    tempfile.tempdir = folder
    namespace["_leave"] = stack


def _leave(namespace: dict[str, Any]) -> None:
    namespace["_leave"].close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Keep the examples of a page in their order, whatever order the tests are run in: each goes on from the one before."""
    by_page: dict[Path, list[pytest.Item]] = {}
    for item in items:
        if item.path.suffix == ".md":
            by_page.setdefault(item.path, []).append(item)
    yield
    pages = dict.fromkeys(item.path for item in items if item.path in by_page)
    others = [item for item in items if item.path not in by_page]
    items[:] = [*others, *(item for page in pages for item in by_page[page])]


pytest_collect_file = Sybil(
    parsers=[named_files, PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)],
    patterns=["*.md"],
    excludes=["api/*"],  # written from the docstrings, whose examples are tested where they stand
    setup=_enter,
    teardown=_leave,
).pytest()
