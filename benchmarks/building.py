"""How indexes are built from streams of stored services, how large they are, and how soon they answer.

    python ../shared/bench/gen_directory.py --rows 1000000 --out DIR --format jsonl
    python benchmarks/building.py DIR/services.jsonl [--rows 1000000] [--county 5000]

Three parts, each in processes of its own:

* services are read one after the other, as storage gives them, and indexed in a folder that keeps no records: time,
  peak memory, and the folder's bytes an offer;
* that folder is opened: time, and time to a first match;
* a county's services lie in an SQLite database beside an index of them. A new process imports the library, opens
  both, matches, and fetches the records of ten results: time from its start. The same without the index, so that all
  records are read and indexed first.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import communityconnector as cc
from communityconnector import interchange

NEED = cc.Need(terms="T20", near=cc.Point(39.7, -104.9), within=cc.kilometers(80))


def services_in(path: Path, rows: int) -> Iterator[cc.Service]:
    """Services of a file, one after the other."""
    records = (record for record in interchange.records(path) if record.entity == "service")
    return cast("Iterator[cc.Service]", itertools.islice(records, rows))


def build(path: Path, rows: int, folder: Path) -> None:
    """Index a stream; print seconds, offers and peak memory in MB."""
    start = time.perf_counter()
    index = cc.Index.build(services_in(path, rows), folder, fetch=lambda _: None)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
    offers = len(index.parts[0].segment.columns.place)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(json.dumps({"seconds": seconds, "offers": offers, "peak": peak, "bytes": size / offers}))


def opened(folder: Path) -> None:
    """Open an index; print seconds to open and to a first match."""
    start = time.perf_counter()
    matcher = cc.Matcher(cc.Index.open(folder, fetch=lambda _: None))
    seconds = time.perf_counter() - start
    found = len(matcher.match(NEED, rank="distance"))
    print(json.dumps({"open": seconds, "match": time.perf_counter() - start, "found": found}))


def county(database: Path, folder: Path | None) -> None:
    """Match from a database of services; with an index of them, or by reading them all."""
    stored = sqlite3.connect(database)
    reader = interchange.converter()

    def fetch(key: str) -> cc.Service | None:
        row = stored.execute("SELECT record FROM service WHERE id = ?", [key]).fetchone()
        return None if row is None else reader.structure(json.loads(row[0]), cc.Service)

    if folder is not None:
        matcher = cc.Matcher(cc.Index.open(folder, fetch=fetch))
    else:
        rows = stored.execute("SELECT record FROM service")
        matcher = cc.Matcher(
            cc.Directory.of(reader.structure(json.loads(text), cc.Service) for (text,) in rows)
        )
    found = matcher.match(cc.Need(terms="T20", near=cc.Point(39.7, -104.9)), limit=10)
    print(len([match.service.name for match in found]))


def run(*words: object) -> tuple[float, str]:
    """Run this script in a new process: seconds from its start to its end, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603  # this very script
        [sys.executable, __file__, *map(str, words)], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, done.stdout.strip()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--county", type=int, default=5000)
    parser.add_argument("--part", choices=["build", "open", "county", "read"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.part == "build":
        return build(asked.path, asked.rows, asked.folder)
    if asked.part == "open":
        return opened(asked.folder)
    if asked.part in ("county", "read"):
        return county(asked.path, asked.folder)
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        _, told = run(asked.path, "--rows", asked.rows, "--part", "build", "--folder", room / "index")
        found = json.loads(told)
        print(
            f"built from a stream: {found['offers']:,} offers in {found['seconds']:.0f} s, "
            f"{found['offers'] / found['seconds']:,.0f} a second, peak memory {found['peak']:,} MB, "
            f"{found['bytes']:.0f} bytes an offer"
        )
        times = [
            json.loads(run(asked.path, "--part", "open", "--folder", room / "index")[1]) for _ in range(5)
        ]
        for part in ("open", "match"):
            seconds = statistics.median(one[part] for one in times)
            print(f"{'opened' if part == 'open' else 'first match'}: {seconds:.3f} s, median of 5 processes")
        database = room / "county.db"
        with sqlite3.connect(database) as stored:
            stored.execute("CREATE TABLE service (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID")
            with asked.path.open(encoding="utf-8") as lines:
                rows = ((json.loads(line)["id"], line) for line in itertools.islice(lines, asked.county))
                stored.executemany("INSERT INTO service VALUES (?, ?)", rows)
        stored.close()
        run(asked.path, "--rows", asked.county, "--part", "build", "--folder", room / "county")
        for part, more in (("county", ["--folder", room / "county"]), ("read", [])):
            seconds = [run(database, "--part", part, *more)[0] for _ in range(11)]
            print(
                f"{asked.county:,} services in SQLite, {'with' if more else 'without'} an index: first match "
                f"{statistics.median(seconds):.2f} s after a cold start, slowest of 11 {max(seconds):.2f} s"
            )
    return None


if __name__ == "__main__":
    main()
