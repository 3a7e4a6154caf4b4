"""The page of hooks names every hook with its arguments and its declaration, and no hook ships without a user and a test."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import attrs
import pytest

from communityconnector import hookspecs
from communityconnector.adapters import builtin
from communityconnector.errors import InvalidSettingsError
from communityconnector.plugins import DECLARES, Plugins

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
TESTS = (ROOT / "tests" / "unit" / "test_plugins.py").read_text(encoding="utf-8")

HEADING = re.compile(r"^## `(communityconnector_\w+)\((.*?)\)`$", re.MULTILINE)


def section(hook):
    return PAGE.partition(f"## `{hook}(")[2].partition("\n## ")[0]


def test_the_page_has_a_heading_for_exactly_the_existing_hooks():
    assert sorted(name for name, _ in HEADING.findall(PAGE)) == sorted(DECLARES)


@pytest.mark.parametrize("hook", DECLARES)
def test_the_heading_shows_the_arguments(hook):
    arguments = dict(HEADING.findall(PAGE))[hook]
    assert arguments == ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert "- Arguments: none." in section(hook)


@pytest.mark.parametrize("hook", DECLARES)
def test_the_declaration_is_described_with_its_fields_and_an_example(hook):
    fields = [field.name for field in attrs.fields(DECLARES[hook]) if field.name != "api"]
    assert f"- Returns: `{DECLARES[hook].__name__}({', '.join(fields)})`" in section(hook)
    assert f"...     def {hook}(self) -> list[{DECLARES[hook].__name__}]:" in section(hook)


@pytest.mark.parametrize("hook", DECLARES)
def test_the_docstring_has_an_example_too(hook):
    assert f"...     def {hook}(self):" in inspect.getdoc(getattr(hookspecs, hook))


@pytest.mark.parametrize("hook", DECLARES)
def test_the_page_says_how_the_built_in_plugin_uses_the_hook(hook):
    declared = list(getattr(builtin, hook)())
    assert declared
    used = section(hook).partition("- Used by: ")[2].partition("\n")[0]
    for declaration in declared:
        name = getattr(declaration, "scheme", None) or declaration.name
        assert f"`{name}`" in used


@pytest.mark.parametrize("hook", DECLARES)
def test_the_hook_has_a_test(hook):
    assert f'("{hook.removeprefix("communityconnector_")}", ' in TESTS


def test_every_typed_method_answers():
    public = {name for name, _ in inspect.getmembers(Plugins, inspect.isfunction) if not name.startswith("_")}
    assert len(public - {"report"}) == len(DECLARES)


def read_settings(factory):
    """The settings that a notifier reads, as it says itself where there is one that it does not know."""
    try:
        factory.make({"no-such-setting": "x"})
    except InvalidSettingsError as error:
        return re.search(r"unknown settings? \(expected: (.*?)\)", str(error))[1].split(", ")
    return []


@pytest.mark.parametrize("name", Plugins(entry_points=False).notifiers())
def test_exactly_the_existing_notifier_settings_are_described(name):
    text = (ROOT / "docs" / "reference" / "notifiers.md").read_text(encoding="utf-8")
    described = text.partition(f"## `{name}`\n")[2].partition("\n## ")[0]
    assert described, f"no section for {name}"
    table = described.partition("| setting |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(
        read_settings(Plugins(entry_points=False).notifiers()[name])
    )
