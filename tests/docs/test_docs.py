"""The documentation builds without a warning, and what it lists is what there is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from communityconnector import errors, needs
from communityconnector.cli import main
from communityconnector.model import ENTITIES
from communityconnector.model.harm import HARMS
from communityconnector.testing.relevance.words.measured import GROUPINGS, MEASURES
from communityconnector.testing.relevance.words.utterances import COLUMNS, CUES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "communityconnector"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_documentation_builds_without_a_warning(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "-d",
        tmp_path / "trees",
    ]
    done = subprocess.run(
        [*command, DOCS, tmp_path / "html"], capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = (tmp_path / "html" / "reference" / "api" / "model.html").read_text(encoding="utf-8")
    assert "for_audience" in built


def test_every_page_is_one_of_the_four_kinds():
    folders = {path.relative_to(DOCS).parts[0] for path in DOCS.rglob("*.md") if path.parent != DOCS}
    assert folders - {"_build"} == {"tutorial", "how-to", "reference", "explanation"}


@pytest.mark.parametrize("name", ["picture.svg", "house.svg"])
def test_a_picture_is_whole_and_describes_itself(name):
    svg = ET.fromstring((DOCS / name).read_bytes())  # noqa: S314  # our own file
    names = {child.tag.rpartition("}")[2] for child in svg}
    assert {"title", "desc"} <= names


RULE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
NAMING = {
    "Finding",
    "_note",
    "note",
    "draft",
    "_report",
    "_found",
    "_unusable",
    "refused",
    "Draft",
    "_finding",
    "_counted",
}


def rules_in(source: str) -> Iterator[str]:
    """Ids of the finding rules that a module uses."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "_RULES":
            yield from (
                part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and "-" in str(part.value)
            )
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
        if name in {"Problem", "FormNote"}:
            named += node.args[:1]
        elif name in NAMING:
            named += node.args[:2]
        for value in named:
            if (
                isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and RULE.fullmatch(value.value)
            ):
                yield value.value


def rules_in_the_code() -> set[str]:
    return {rule for path in PACKAGE.rglob("*.py") for rule in rules_in(path.read_text(encoding="utf-8"))}


def test_exactly_the_existing_finding_rules_are_documented():
    documented = re.findall(r"^\| `([a-z0-9-]+)` \|", page("reference/findings.md"), re.MULTILINE)
    assert len(documented) == len(set(documented)), "a rule stands twice"
    assert set(documented) == rules_in_the_code()


def test_exactly_the_existing_finding_rules_have_a_harm():
    assert set(HARMS) == rules_in_the_code()


def test_the_check_above_covers_every_way_of_making_a_finding():
    source = (
        'Finding(rule="a-b")\nProblem("c-d", "x")\nself._note(S, "e-f", "x")\n_found(r, "g-h", "x")\n'
        '_unusable(f, "i-j", "x")\nrefused(n, "k-l", "x")\nnote(S, "m-n", "x")\nFinding(rule=rule)'
    )
    assert set(rules_in(source)) == {"a-b", "c-d", "e-f", "g-h", "i-j", "k-l", "m-n"}
    assert len(rules_in_the_code()) > 30


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_of_a_command_is_documented(name):
    text = page("reference/command-line.md")
    section = text.partition(f"## `{name}`")[2].partition("\n## ")[0]
    assert section, f"no section for {name}"
    for parameter in main.commands[name].params:
        for option in (
            parameter.opts if isinstance(parameter, click.Option) else [parameter.human_readable_name]
        ):
            assert f"`{option}" in section, f"{name}: {option}"
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE))
    options = {option for p in main.commands[name].params if isinstance(p, click.Option) for option in p.opts}
    assert documented == options


def test_every_measure_and_column_of_labelled_utterances_is_explained():
    text = page("how-to/judge-what-is-understood.md")
    rows = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    assert {measure.title for measure in MEASURES} <= set(rows)
    assert all(f"`{column}`" in "".join(rows) for column in COLUMNS)
    assert all(f"`{key}`" in text for key in CUES)
    assert all(f"`{grouping}`" in text for grouping in GROUPINGS)


def test_every_entity_is_described():
    text = page("reference/hsds.md")
    for entity, cls in ENTITIES.items():
        row = rf"^\| `{entity}` \| `{cls.__name__}` \| `{re.escape(cls.table)}` \|"
        assert re.search(row, text, re.MULTILINE), entity


def test_every_table_and_column_of_the_vocabulary_is_described():
    text = page("reference/vocabulary.md")
    for path in (PACKAGE / "needs" / "data").glob("*.csv"):
        section = text.partition(f"### `{path.name}`")[2].partition("\n##")[0]
        for column in path.read_text(encoding="utf-8").partition("\n")[0].strip().split(","):
            assert f"| `{column}` |" in section, f"{path.name}: {column}"
    for dimension in needs.Wellness:
        assert f"`{dimension.value}`" in text


def test_every_error_code_is_documented():
    text = page("reference/api/errors.md")
    for error in vars(errors).values():
        if isinstance(error, type) and error.__module__ == errors.__name__:
            assert f"| `{error.__name__}` | `{error.code}` |" in text


def test_every_lint_ignore_is_explained():
    ignored = re.findall(
        r'^  "([A-Z]+[0-9]*)",', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(ignored) > 15
    assert [rule for rule in ignored if f"`{rule}`" not in text] == []
