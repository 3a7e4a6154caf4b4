"""Where people live: places with a point and a number of people, from the census or from any table."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.errors import InvalidPlacesError, PlaceNotFoundError, SourceNotFoundError
from communityconnector.model.gazetteer import county, state

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK_GROUPS: Final = "us_block_group_centers_2020.csv.gz"
TRACTS: Final = "us_tract_centers_2020.csv.gz"
"""Names of the Census Bureau's tables in a folder of the caller's: `geoid`, `population`, `latitude`, `longitude`."""

_COUNTY_DIGITS: Final = 5
_STATE_DIGITS: Final = 2


@attrs.frozen(eq=False)
class Places:
    """Places where people live. Each is taken as if all its people lived at its point.

    Attributes:
        ids: what each is called in tables: the census number, where it comes from the census.
        people: how many people live there.
        latitude: the latitude of the centre of their homes, in degrees.
        longitude: its longitude, in degrees.
        counties: the FIPS number of the county of each; "" where it is unknown.
        title: what they are together, in words.
        source: where the numbers are from, in words.
    """

    ids: Sequence[str]
    people: Ints
    latitude: Floats
    longitude: Floats
    counties: Sequence[str]
    title: str
    source: str

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<{len(self):,} places of {self.title}: {self.total:,} people>"

    @property
    def total(self) -> int:
        """The number of people of all places."""
        return int(self.people.sum())

    def county_name(self, number: int) -> str:
        """Return the name of the county of a place, by its number; "" where it is unknown."""
        its_county = county(self.counties[number])
        return "" if its_county is None else its_county.name

    @classmethod
    def of(cls, rows: Any, *, title: str = "the places given", source: str = "the table given") -> Places:
        """Return the places of a table: a list of rows by column, or any data frame that narwhals knows (pandas, Polars, Arrow).

        The columns are `id`, `people`, `latitude`, `longitude` and, where it is known, `county` (its FIPS number). A table
        of the Census Bureau's may call the first two `geoid` and `population`; then the county is in the number.

        Args:
            rows: the table.
            title: what the places are together.
            source: where the numbers are from.

        Raises:
            InvalidPlacesError: a column is missing, or a row lacks a number.
        """
        return _places(_as_rows(rows), title, source)


def places(fips: str, *, folder: str | os.PathLike[str] | None = None) -> Places:
    """Return where people live in a county, a state or the whole country, by the US census of 2020.

    A county is taken by its block groups, since tracts hide half of what is far away in a small county; a state and the
    country by their tracts where nothing finer is asked for. The library ships the block groups of Alleghany, Ashe and
    Watauga counties and the tracts of North Carolina. All others are read from a folder of yours.

    Example:
        >>> from communityconnector import coverage
        >>> coverage.places("37009")
        <26 places of Ashe County, NC: 26,577 people>

    Args:
        fips: the five digits of a county, the two of a state, or `us`.
        folder: a folder with the Census Bureau's centres of population (`BLOCK_GROUPS`, `TRACTS`). With it, a state and the
            country are taken by their block groups too.

    Raises:
        PlaceNotFoundError: no place has this number, or its people are not shipped and no folder is given.
        SourceNotFoundError: the folder lacks the table.
    """
    code = fips.strip().lower()
    title = _title(code)
    if folder is not None:
        path = Path(folder) / BLOCK_GROUPS
        try:
            with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
                found = _places(_of_code(file, code), title, _CENSUS)
        except FileNotFoundError:
            message = (
                f"{path.name}: not in the folder; it is the Census Bureau's table of centres of population"
            )
            raise SourceNotFoundError(message) from None
    else:
        name = "block_groups.csv" if len(code) == _COUNTY_DIGITS else "tracts.csv"
        table = files("communityconnector.coverage") / "data" / name
        with table.open(encoding="utf-8") as file:
            found = _places(_of_code(file, code), title, _CENSUS)
    if not len(found):
        message = (
            f"the people of {title} are not shipped with the library: pass `folder`, with the Census Bureau's "
            f"{BLOCK_GROUPS}, or a table of your own to `Places.of`"
        )
        raise PlaceNotFoundError(message)
    return found


_CENSUS: Final = "US census of 2020, centres of population"


def _title(code: str) -> str:
    if code == "us":
        return "the United States"
    named = county(code) if len(code) == _COUNTY_DIGITS else None
    if named is not None:
        return f"{named.name}, {named.state}"
    its_state = state(code) if len(code) == _STATE_DIGITS else None
    if its_state is not None:
        return its_state.name
    message = f"{code!r} is the number of no county and no state; a county has five digits, such as 37009"
    raise PlaceNotFoundError(message)


def _of_code(file: IO[str], code: str) -> Iterator[Mapping[str, str]]:
    rows = csv.DictReader(file)
    return (row for row in rows if code == "us" or (row.get("id") or row.get("geoid") or "").startswith(code))


def _as_rows(table: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(table, Sequence):
        return table
    try:
        import narwhals
    except ImportError:
        message = (
            "a data frame is read by narwhals: install communityconnector[analysis], or pass a list of rows"
        )
        raise InvalidPlacesError(message) from None
    rows: Iterable[Mapping[str, Any]] = narwhals.from_native(table, eager_only=True).rows(named=True)
    return rows


def _places(rows: Iterable[Mapping[str, Any]], title: str, source: str) -> Places:
    ids: list[str] = []
    numbers: list[tuple[float, float, float]] = []
    counties: list[str] = []
    for number, row in enumerate(rows, start=1):
        key = str(row.get("id", row.get("geoid", "")) or "")
        try:
            people = row["people"] if "people" in row else row["population"]
            numbers.append((float(people), float(row["latitude"]), float(row["longitude"])))
        except (KeyError, TypeError, ValueError):
            message = f"row {number} of the places: the columns id, people, latitude and longitude are needed, with numbers"
            raise InvalidPlacesError(message) from None
        ids.append(key or str(number))
        counties.append(
            str(row.get("county") or (key[:_COUNTY_DIGITS] if source == _CENSUS or "geoid" in row else ""))
        )
    columns = np.array(numbers, dtype=np.float64).reshape(-1, 3)
    return Places(
        tuple(ids),
        columns[:, 0].astype(np.int64),
        columns[:, 1].copy(),
        columns[:, 2].copy(),
        tuple(counties),
        title,
        source,
    )
