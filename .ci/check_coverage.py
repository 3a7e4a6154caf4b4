"""Compare the branches that the tests reach, room by room, with the floors in `coverage_floors.toml`.

    python .ci/check_coverage.py coverage.json

Exits with 1 if a room is below its floor, or if the rooms and the floors do not have the same names.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

FLOORS = Path(__file__).with_name("coverage_floors.toml")
MARGIN = 0.5
"""Versions of Python count branches a little differently: this many points are left between a measure and a floor."""


def percentages(report: Mapping) -> dict[str, float]:
    """Return the percent of branches reached in each room of a JSON report, 100 where there are none."""
    total, covered = Counter(), Counter()
    for name, file in report["files"].items():
        parts = Path(name).parts
        room = parts[parts.index("communityconnector") + 1].removesuffix(".py")
        total[room] += file["summary"]["num_branches"]
        covered[room] += file["summary"]["covered_branches"]
    return {room: 100 * covered[room] / count if count else 100.0 for room, count in total.items()}


def problems(measured: Mapping[str, float], floors: Mapping[str, int]) -> list[str]:
    """Return what is wrong, a line each."""
    return [
        *(f"{room}: no floor" for room in sorted(measured.keys() - floors.keys())),
        *(f"{room}: a floor, and no such room" for room in sorted(floors.keys() - measured.keys())),
        *(
            f"{room}: {measured[room]:.1f} % of the branches are reached, its floor is {floors[room]} %"
            for room in sorted(measured.keys() & floors.keys())
            if measured[room] < floors[room]
        ),
    ]


def possible_raises(measured: Mapping[str, float], floors: Mapping[str, int]) -> dict[str, int]:
    """Return the higher floors that the rooms now keep."""
    possible = {room: math.floor(percent - MARGIN) for room, percent in measured.items() if room in floors}
    return {room: floor for room, floor in sorted(possible.items()) if floor > floors[room]}


def main(path: str) -> int:
    """Print the rooms, what is wrong and which floors may be raised."""
    measured = percentages(json.loads(Path(path).read_text(encoding="utf-8")))
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    for room, percent in sorted(measured.items()):
        print(f"{room:20} {percent:6.1f} %   floor {floors.get(room, '-')}")
    for room, floor in possible_raises(measured, floors).items():
        print(f"{room}: its floor in {FLOORS.name} may be raised to {floor}")
    wrong = problems(measured, floors)
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
