"""Builds the tables of people that `coverage.places` ships: block groups of three counties, and tracts of North Carolina.

    python gazetteer/build_places.py CENSUS

`CENSUS` is a folder with two tables of the US Census Bureau's centres of population of 2020 (`geoid`, `population`,
`latitude`, `longitude`): `us_block_group_centers_2020.csv.gz` and `us_tract_centers_2020.csv.gz`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[1] / "src" / "communityconnector" / "coverage" / "data"
COUNTIES: Final = ("37005", "37009", "37189")
"""Alleghany, Ashe and Watauga."""
STATE: Final = "37"


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("census", type=Path, help="the folder of the census tables")
    census = parser.parse_args().census
    groups = [
        row for row in _rows(census / "us_block_group_centers_2020.csv.gz") if row[0].startswith(COUNTIES)
    ]
    tracts = [row for row in _rows(census / "us_tract_centers_2020.csv.gz") if row[0].startswith(STATE)]
    _write(DATA / "block_groups.csv", groups)
    _write(DATA / "tracts.csv", tracts)


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "people", "latitude", "longitude"))
        writer.writerows(sorted(rows))


if __name__ == "__main__":
    main()
