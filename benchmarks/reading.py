"""How fast nested services are read, beside cattrs over orjson with plain classes, in one run.

    python ../shared/bench/gen_directory.py --rows 100000 --out DIR --format jsonl
    python benchmarks/reading.py DIR/services.jsonl

The rival parses each line with orjson and structures it into plain attrs classes (the fields that the file uses, all optional, no
checks, no findings, no links between records) with a cattrs converter: the least that a Python program can do
to have typed records. Ours does `read` (every value checked, findings, each record once, all links) and
`records` (the stream). Each runs alternately, in this process, on one core.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import cattrs
import orjson

import communityconnector as cc
from communityconnector import interchange
from communityconnector.model import ENTITIES, Kind, specs

_PLAIN = {Kind.NUMBER: float | str | None}


def fields_in_use(path: Path) -> dict[str, set[str]]:
    """The fields that the file has, by entity: nobody writes down fields that their data lacks."""
    used: dict[str, set[str]] = {entity: set() for entity in ENTITIES}

    def look(raw: dict[str, Any], entity: str) -> None:
        facts = specs(ENTITIES[entity])
        for name, value in raw.items():
            if name in facts:
                used[entity].add(name)
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, dict):
                        look(item, facts[name].target)

    with path.open("rb") as lines:
        for line in itertools.islice(lines, 2_000):
            look(orjson.loads(line), "service")
    return used


def plain_classes(used: dict[str, set[str]]) -> dict[str, type]:
    """Classes with the fields in use and nothing else, as a program without this library has them."""
    made: dict[str, type] = {}
    for entity, cls in ENTITIES.items():
        fields: dict[str, Any] = {}
        for name, facts in specs(cls).items():
            if name not in used[entity]:
                continue
            kind: Any = _PLAIN.get(facts.kind, str | None)
            if facts.kind is Kind.ONE:
                kind = f"{facts.target} | None"
            elif facts.kind is Kind.MANY:
                kind = f"list[{facts.target}]"
            default: Any = attrs.field(factory=list) if facts.kind is Kind.MANY else attrs.field(default=None)
            default.type = kind
            fields[name] = default
        made[entity] = attrs.make_class(entity, fields, slots=True)
    for cls in made.values():
        attrs.resolve_types(cls, localns=made)
    return made


def rival(path: Path) -> Callable[[], int]:
    """Reading with cattrs over orjson."""
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook(float | str | None, lambda raw, _: raw)
    service = plain_classes(fields_in_use(path))["service"]
    converter.structure({"id": "x"}, service)

    def run() -> int:
        with path.open("rb") as lines:
            return len([converter.structure(orjson.loads(line), service) for line in lines])

    return run


def ours(path: Path) -> Callable[[], int]:
    """Reading a whole directory."""
    return lambda: len(cc.read(path).services)


def stream(path: Path) -> Callable[[], int]:
    """Reading record after record."""
    return lambda: sum(1 for _ in interchange.records(path))


def parse_only(path: Path) -> Callable[[], int]:
    """What parsing the JSON alone takes."""

    def run() -> int:
        with path.open("rb") as lines:
            return sum(1 for line in lines if orjson.loads(line))

    return run


CONTENDERS = {
    "orjson alone": parse_only,
    "cattrs over orjson, plain classes": rival,
    "communityconnector.read": ours,
    "communityconnector.interchange.records": stream,
}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=list(CONTENDERS))
    parser.add_argument("--peak", action="store_true", help="print the peak memory of one contender")
    asked = parser.parse_args()
    if asked.peak:
        CONTENDERS[asked.only](asked.path)()
        status = Path("/proc/self/status").read_text(encoding="ascii")
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
        return
    runs = {name: make(asked.path) for name, make in CONTENDERS.items() if asked.only in (None, name)}
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(asked.rounds):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            count = run()
            rates[name].append(count / (time.perf_counter() - start))
    base = statistics.median(rates.get("cattrs over orjson, plain classes", [1.0]))
    for name, found in rates.items():
        peak = subprocess.run(  # noqa: S603  # this very script
            [sys.executable, __file__, str(asked.path), "--only", name, "--peak"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        rate = statistics.median(found)
        print(f"{name:42} {rate:9,.0f} services/s  {rate / base:5.2f} of the rival  peak {peak:>6} MB")


if __name__ == "__main__":
    main()
