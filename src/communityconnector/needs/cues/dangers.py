"""The situations that a kind of danger says."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def situations_of_dangers() -> Mapping[str, tuple[str, ...]]:
    """Return the situations for each kind of danger, from `needs/data/dangers.csv`."""
    data = files("communityconnector.needs") / "data" / "dangers.csv"
    rows = csv.DictReader(io.StringIO(data.read_text(encoding="utf-8")))
    return {row["kind"]: tuple(row["situations"].split(";")) for row in rows}
