"""The reference is what the docstrings say, and describes every public name."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import communityconnector as cc

SCRIPT = Path(__file__).parents[2] / "docs" / "api_pages.py"


@pytest.fixture(scope="module")
def api_pages():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        return importlib.import_module("api_pages")


def test_the_pages_of_the_reference_are_up_to_date(api_pages):
    written = api_pages.pages()
    stored = {
        path: path.read_text(encoding="utf-8")
        for path in [*api_pages.FOLDER.glob("*.md"), api_pages.INDEX, api_pages.ROOMS]
    }
    outdated = [
        str(path.relative_to(SCRIPT.parent))
        for path in sorted(written.keys() | stored.keys())
        if written.get(path) != stored.get(path)
    ]
    assert not outdated, f"out of date: {', '.join(outdated)}. Write them anew: {api_pages.COMMAND}"


def test_every_name_of_the_face_is_described(api_pages):
    index = api_pages.INDEX.read_text(encoding="utf-8")
    errors = (api_pages.FOLDER / "errors.md").read_text(encoding="utf-8")
    for name in cc.__all__:
        assert f"[`{name}`](api/" in index or f"| `{name}` |" in errors or name == "__version__", name


def test_a_docstring_becomes_markdown(api_pages):
    text = "Return a thing.\n\nMore,\nin two lines.\n\nArgs:\n    a: one,\n        still one.\n    b: two.\n\nReturns:\n    The\n    thing.\n"
    assert api_pages.described(text) == [
        "Return a thing.\n\nMore, in two lines.",
        "**Arguments:**",
        "- `a`: one, still one.\n- `b`: two.",
        "**Returns:** The thing.",
    ]
