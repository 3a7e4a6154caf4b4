"""Every room has a floor for the branches that its tests reach, and a room below it fails the check."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = runpy.run_path(str(ROOT / ".ci" / "check_coverage.py"))
FLOORS = tomllib.loads((ROOT / ".ci" / "coverage_floors.toml").read_text(encoding="utf-8"))


def test_every_room_has_a_floor_and_no_other():
    package = ROOT / "src" / "communityconnector"
    rooms = {path.relative_to(package).parts[0].removesuffix(".py") for path in package.rglob("*.py")}
    assert rooms == FLOORS.keys()


def test_branches_are_counted_by_room():
    files = {
        "src/communityconnector/model/point.py": {"num_branches": 6, "covered_branches": 6},
        "src/communityconnector/model/dates.py": {"num_branches": 2, "covered_branches": 0},
        "src/communityconnector/matcher.py": {"num_branches": 4, "covered_branches": 4},
        "src/communityconnector/errors.py": {"num_branches": 0, "covered_branches": 0},
    }
    report = {"files": {name: {"summary": summary} for name, summary in files.items()}}
    assert CHECK["percentages"](report) == {"model": 75.0, "matcher": 100.0, "errors": 100.0}


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ({"model": 74.9}, "model: 74.9 % of the branches are reached, its floor is 75 %"),
        ({"model": 80.0, "attic": 50.0}, "attic: no floor"),
        ({}, "model: a floor, and no such room"),
    ],
)
def test_a_room_below_its_floor_or_without_one_fails(measured, message):
    assert CHECK["problems"](measured, {"model": 75}) == [message]


def test_a_floor_may_be_raised_to_what_is_kept_with_a_margin():
    assert CHECK["problems"]({"model": 77.4}, {"model": 75}) == []
    assert CHECK["possible_raises"]({"model": 77.4}, {"model": 75}) == {"model": 76}
    assert CHECK["possible_raises"]({"model": 76.4}, {"model": 75}) == {}
