"""Other ways to find the nearest services of a term: what ours is measured against. All give ids only.

`Rings` is SQLite with a covering index by term and band of latitude, searched in growing rings; `Trees` is a k-d tree
a term (scipy); `PostGis` has two layouts, one row a service and term, or one row a service; `Tantivy` ranks by words.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

EARTH = 6371.0088
KM_A_DEGREE = math.radians(1) * EARTH
RINGS = (2.5, 10.0, 40.0)

Query = dict[str, Any]


def _filters(filters: Query | None, bits: str) -> tuple[str, list[Any]]:
    """What a query asks beside term and distance, as SQL. What is not known fits, as it does for us.

    English is not asked for: a list of languages that leaves it out does not mean that nobody speaks it.
    """
    if filters is None:
        return "", []
    day = filters["weekday"]
    found = " AND min_age <= {0} AND (max_age < 0 OR max_age >= {0})"
    found += f" AND (o{day} <= {{0}} AND c{day} > {{0}} AND o{day} >= 0 OR untimed <> 0)"
    values = [filters["age"], filters["age"], filters["minute"], filters["minute"]]
    if filters["lang"]:
        found += f" AND (langs = 0 OR langs & {bits} <> 0)"
        values.append(1 << filters["lang"])
    if filters["free"]:
        found += " AND free"
    return found, values


_EXTRA = [
    "min_age",
    "max_age",
    "langs",
    "untimed",
    "free",
    *(f"o{day}" for day in range(7)),
    *(f"c{day}" for day in range(7)),
]


def _extra(data: Any) -> list[Any]:
    return [
        data.min_age,
        data.max_age,
        data.langs.astype(np.int32),
        (data.open_at < 0).all(axis=1).astype(np.int32),
        data.free.astype(np.int8),
        *data.open_at.T,
        *data.close_at.T,
    ]


def exploded(gen: ModuleType, data: Any) -> tuple[Any, Any]:
    """A row number and a term for each term, or broader term, that a row is listed under."""
    row = np.repeat(np.arange(len(data)), np.diff(data.term_off))
    term = data.term_ids.astype(np.int64)
    both = []
    while len(term):
        both.append(row * gen.N_TERMS + term)
        term = gen.PARENT[term].astype(np.int64)
        row, term = row[term >= 0], term[term >= 0]
    every = np.unique(np.concatenate(both))
    return every // gen.N_TERMS, every % gen.N_TERMS


class Rings:
    """SQLite with a covering index, searched in rings."""

    name = "SQLite, covering index, rings"

    def __init__(self, gen: ModuleType, data: Any) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        columns = ", ".join(f"{name} INTEGER" for name in _EXTRA)
        self._database.execute(
            f"CREATE TABLE offer (term INTEGER, band INTEGER, lon REAL, id INTEGER, lat REAL, {columns}, "
            "PRIMARY KEY (term, band, lon, id)) WITHOUT ROWID"
        )
        rows, terms = exploded(gen, data)
        band = np.floor((data.lat[rows] + 90) * 10).astype(np.int64)
        order = np.lexsort((rows, data.lon[rows], band, terms))
        rows, terms, band = rows[order], terms[order], band[order]
        marks = ", ".join("?" * (5 + len(_EXTRA)))
        extra = _extra(data)
        self._database.execute("BEGIN")
        for begin in range(0, len(rows), 100_000):
            some = rows[begin : begin + 100_000]
            chunk = [
                terms[begin : begin + 100_000],
                band[begin : begin + 100_000],
                data.lon[some],
                some,
                data.lat[some],
            ]
            chunk += [column[some] for column in extra]
            self._database.executemany(
                f"INSERT INTO offer VALUES ({marks})",
                zip(*(column.tolist() for column in chunk), strict=True),
            )
        self._database.execute("COMMIT")

    def nearest(self, query: Query, filters: Query | None = None) -> list[int]:
        """Ids of the nearest ten."""
        more, values = _filters(filters, "?")
        latitude, longitude = query["lat"], query["lon"]
        narrow = math.cos(math.radians(latitude))
        found: list[Any] = []
        for ring in RINGS:
            reach = ring / KM_A_DEGREE * 1.001
            wide = reach / narrow * 1.01
            bands = range(
                math.floor((latitude - reach + 90) * 10), math.floor((latitude + reach + 90) * 10) + 1
            )
            sql = (
                "SELECT id, (lat - ?1) * (lat - ?1) + (lon - ?2) * (lon - ?2) * ?3 AS far FROM offer "
                f"WHERE term = ?4 AND band IN ({', '.join(map(str, bands))}) AND lon BETWEEN ?5 AND ?6 AND far <= ?7"
                f"{more.replace('{0}', '?')} ORDER BY far LIMIT 10"
            )
            found = self._database.execute(
                sql,
                [latitude, longitude, narrow**2, query["term"], longitude - wide, longitude + wide,
                 (ring / KM_A_DEGREE) ** 2, *values],
            ).fetchall()  # fmt: skip
            if len(found) == 10:
                break
        return [row[0] for row in found]


class Trees:
    """A k-d tree a term; filters are tried on what it gives, and more is asked for where too little is left."""

    name = "cKDTree per term"

    def __init__(self, gen: ModuleType, data: Any) -> None:
        from scipy.spatial import cKDTree

        phi, lam = np.radians(data.lat), np.radians(data.lon)
        space = np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)), axis=1)
        rows, terms = exploded(gen, data)
        order = np.argsort(terms, kind="stable")
        rows, terms = rows[order], terms[order]
        at = np.searchsorted(terms, np.arange(gen.N_TERMS + 1))
        self._rows = [rows[at[term] : at[term + 1]] for term in range(gen.N_TERMS)]
        self._trees = [cKDTree(space[some]) for some in self._rows]
        self._data = data

    def nearest(self, query: Query, filters: Query | None = None) -> list[int]:
        """Ids of the nearest ten."""
        phi, lam = math.radians(query["lat"]), math.radians(query["lon"])
        here = (math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi))
        reach = 2 * math.sin(query["km"] / EARTH / 2)
        rows, tree = self._rows[query["term"]], self._trees[query["term"]]
        count = 10 if filters is None else 40
        while True:
            far, at = tree.query(here, k=min(count, len(rows)), distance_upper_bound=reach)
            near = rows[np.atleast_1d(at)[np.isfinite(np.atleast_1d(far))]]
            whole = len(near) < count
            if filters is not None:
                near = near[self._fits(near, filters)]
            if len(near) >= 10 or whole:
                return list(near[:10].tolist())
            count *= 4

    def _fits(self, rows: Any, filters: Query) -> Any:
        data, age, day, minute = self._data, filters["age"], filters["weekday"], filters["minute"]
        keep = (data.min_age[rows] <= age) & ((data.max_age[rows] < 0) | (data.max_age[rows] >= age))
        untimed = (data.open_at[rows] < 0).all(axis=1)
        keep &= untimed | (
            (data.open_at[rows, day] >= 0)
            & (data.open_at[rows, day] <= minute)
            & (data.close_at[rows, day] > minute)
        )
        if filters["lang"]:
            keep &= (data.langs[rows] == 0) | (data.langs[rows] >> filters["lang"] & 1 == 1)
        return keep & data.free[rows] if filters["free"] else keep


class PostGis:
    """PostGIS, in one of two layouts.

    Args:
        gen: the generator.
        data: its arrays.
        url: a database that may be filled.
        single: whether a row is a service, and not a service and a term.
    """

    def __init__(self, gen: ModuleType, data: Any, url: str, *, single: bool) -> None:
        import psycopg

        self.name = "PostGIS, single table" if single else "PostGIS, exploded, GiST(term, geog)"
        self._single = single
        self._table = "single_offer" if single else "exploded_offer"
        self._connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
        run = self._connection.execute
        run("CREATE EXTENSION IF NOT EXISTS postgis")
        run("CREATE EXTENSION IF NOT EXISTS btree_gist")
        rows = len(data) if single else len(exploded(gen, data)[0])
        there = run("SELECT to_regclass(%s)", [self._table]).fetchall() != [(None,)]
        if there and run(f"SELECT count(*) FROM {self._table}").fetchall() == [(rows,)]:
            return  # left by another run
        run(f"DROP TABLE IF EXISTS {self._table}")
        kinds = ", ".join(f"{name} {'boolean' if name == 'free' else 'integer'}" for name in _EXTRA)
        term = "terms int[]" if single else "term int"
        run(f"CREATE UNLOGGED TABLE {self._table} (id int, {term}, geog geography(Point), {kinds})")
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {self._table} FROM STDIN") as copy:
            for row in self._lines(gen, data):
                copy.write_row(row)
        if single:
            run(f"CREATE INDEX ON {self._table} USING gist (geog)")
            run(f"CREATE INDEX ON {self._table} USING gin (terms)")
        else:
            run(f"CREATE INDEX ON {self._table} USING gist (term, geog)")
        run(f"VACUUM ANALYZE {self._table}")

    def _lines(self, gen: ModuleType, data: Any) -> Iterator[Iterable[Any]]:
        rows, terms = exploded(gen, data)
        extra = [column.tolist() for column in _extra(data)]
        free = data.free.tolist()
        extra[_EXTRA.index("free")] = free
        places = [
            f"POINT({lon} {lat})" for lat, lon in zip(data.lat.tolist(), data.lon.tolist(), strict=True)
        ]
        if self._single:
            at = np.searchsorted(rows, np.arange(len(data) + 1)).tolist()
            every = terms.tolist()
            for row, place in enumerate(places):
                yield (row, every[at[row] : at[row + 1]], place, *(column[row] for column in extra))
            return
        for row, term in zip(rows.tolist(), terms.tolist(), strict=True):
            yield (row, term, places[row], *(column[row] for column in extra))

    def nearest(self, query: Query, filters: Query | None = None) -> list[int]:
        """Ids of the nearest ten."""
        more, values = _filters(filters, "%s")
        here = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography"
        listed = "terms @> ARRAY[%s::int]" if self._single else "term = %s::int"
        sql = (
            f"SELECT id FROM {self._table} WHERE {listed} AND ST_DWithin(geog, {here}, %s){more.replace('{0}', '%s')} "
            f"ORDER BY geog <-> {here} LIMIT 10"
        )
        point = [query["lon"], query["lat"]]
        found = self._connection.execute(
            sql, [query["term"], *point, query["km"] * 1000, *values, *point], binary=True
        ).fetchall()
        return [row[0] for row in found]


class Tantivy:
    """Tantivy: BM25 within a box, and the best two hundred ranked again by words and distance."""

    name = "tantivy + range + rank again"

    def __init__(self, data: Any) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, fast=True)
        builder.add_float_field("lat", stored=True, indexed=True, fast=True)
        builder.add_float_field("lon", stored=True, indexed=True, fast=True)
        builder.add_text_field("name", stored=False)
        builder.add_text_field("text", stored=False)
        schema = builder.build()
        self._tantivy = tantivy
        self._schema = schema
        self._index = tantivy.Index(schema)
        writer = self._index.writer(heap_size=500_000_000, num_threads=2)
        for row in range(len(data)):
            writer.add_document(
                tantivy.Document(
                    id=row,
                    lat=float(data.lat[row]),
                    lon=float(data.lon[row]),
                    name=data.name(row),
                    text=data.description(row),
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def nearest(self, query: Query, words: list[str]) -> list[int]:
        """Ids of ten that have a word, by words and distance."""
        tantivy, kind = self._tantivy, self._tantivy.Query
        latitude, longitude = query["lat"], query["lon"]
        reach = query["km"] / KM_A_DEGREE
        narrow = math.cos(math.radians(latitude))
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        terms = [
            (should, kind.boost_query(kind.term_query(self._schema, field, word), boost))
            for word in words
            for field, boost in (("name", 1.7), ("text", 1.0))
        ]
        kinds = tantivy.FieldType.Float
        box = [
            (must, kind.range_query(self._schema, "lat", kinds, latitude - reach, latitude + reach)),
            (
                must,
                kind.range_query(
                    self._schema, "lon", kinds, longitude - reach / narrow, longitude + reach / narrow
                ),
            ),
        ]
        hits = self._searcher.search(kind.boolean_query([(must, kind.boolean_query(terms)), *box]), 200).hits
        ranked = []
        for worth, address in hits:
            found = self._searcher.doc(address)
            y, x = found["lat"][0] - latitude, (found["lon"][0] - longitude) * narrow
            far = math.hypot(y, x) * KM_A_DEGREE
            if far <= query["km"]:
                ranked.append((worth * (0.6 + 4.0 / (16.0 + far)), found["id"][0]))
        ranked.sort(reverse=True)
        return [key for _, key in ranked[:10]]
