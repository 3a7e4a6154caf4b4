"""The tables of `needs/data`, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable


def rows_of(name: str, folder: Traversable | None = None) -> Iterator[dict[str, str]]:
    """Yield the rows of a table.

    Args:
        name: the name of its file, such as `phrases.csv`.
        folder: the folder of the file; by default `needs/data`.
    """
    place = files("communityconnector") / "needs" / "data" if folder is None else folder
    yield from csv.DictReader(io.StringIO((place / name).read_text(encoding="utf-8"), newline=""))
