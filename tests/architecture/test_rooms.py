"""Inside a room that holds rooms, imports go one way: no circle of rooms."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "communityconnector"


def arrows(base: Path) -> dict[str, set[str]]:
    """For each room or file inside a room, the others that it imports."""
    prefix = f"communityconnector.{base.relative_to(PACKAGE).as_posix().replace('/', '.')}."
    graph: dict[str, set[str]] = {}
    for path in base.rglob("*.py"):
        own = path.relative_to(base).parts[0].removesuffix(".py")
        targets = graph.setdefault(own, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                targets.update(
                    name.removeprefix(prefix).split(".")[0] for name in names if name.startswith(prefix)
                )
    # The face of a room may import all of it; what it offers is not a room or a file.
    return {
        own: {target for target in targets if target in graph and target != own}
        for own, targets in graph.items()
        if own != "__init__"
    }


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The rooms of a circle; none where there is no circle."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            if ring := visit(target, [*path, name]):
                return ring
        done.add(name)
        return []

    return next((ring for name in sorted(graph) if (ring := visit(name, []))), [])


@pytest.mark.parametrize("room", ["interchange", "matching"])
def test_no_rooms_import_each_other_in_a_circle(room):
    graph = arrows(PACKAGE / room)
    assert sum(map(len, graph.values())) > 10
    assert circle(graph) == []


def test_a_circle_is_reported():
    """Shows that the check above can fail."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
