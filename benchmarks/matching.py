"""How fast needs are matched on a national directory, beside the strongest simple rivals, in one run.

    python benchmarks/matching.py ../shared/bench/gen_directory.py [--rows 1000000] [--queries 2000]
        [--postgres postgresql://...] [--check] [--json FILE]

One process, one thread. Ours builds `Match`es with all reasons, without records; the rivals give ids. SQLite comes
with Python; scipy and tantivy are measured where they are installed, and PostGIS where a database is named, which
must be one that may be filled. `--check` compares every answer by distance with all geodesics measured.

Every round asks every contender the same queries, in turn, so that a slow moment of the machine meets all of them.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from national import NOW, gathered, generator, index_of, need_of
from rivals import PostGis, Rings, Tantivy, Trees

import communityconnector as cc
from communityconnector.matching import Engine, Query
from communityconnector.needs import interpreter

Ask = Callable[[int], list[int]]


def ours(engine: Engine, needs: Sequence[cc.Need], rank: cc.Rank) -> Ask:
    """Asking the engine, from a need to ten matches with their reasons."""
    words = interpreter()

    def ask(number: int) -> list[int]:
        need = needs[number]
        meaning = words.interpret(need.text)
        query = Query(need=need, meaning=meaning, now=NOW, point=need.near)
        found = [
            (match.service_id, match.score, match.km, match.reasons)
            for match in engine.match(query, rank=rank)
        ]
        return [int(service[:8], 16) for service, *_ in found]

    return ask


def times_of(asks: dict[str, Ask], count: int) -> dict[str, list[float]]:
    """Milliseconds a query, by contender; each has had a third of the queries before, uncounted."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for ask in asks.values():
        for number in range(0, count, 3):
            ask(number)
    gc.collect()
    for begin in range(0, count, 100):
        for name, ask in asks.items():
            for number in range(begin, min(begin + 100, count)):
                start = time.perf_counter()
                ask(number)
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def measured(kind: str, asks: dict[str, Ask], count: int) -> dict[str, Any]:
    """Time one kind of query, print the figures and give them.

    `alike` is the share of queries to which a contender gives the same ten as ours. Those that measure on a sphere
    differ now and then; whoever ranks words otherwise differs much.
    """
    times = times_of(asks, count)
    some = range(0, count, 5)
    mine = [set(asks["ours"](number)) for number in some]
    figures = {}
    base = float(np.median(times["ours"]))
    print(f"\n{kind}")
    for name, found in times.items():
        p50, p95, p99 = np.percentile(found, [50, 95, 99])
        alike = sum(set(asks[name](n)) == ids for n, ids in zip(some, mine, strict=True)) / len(some)
        figures[name] = {"p50": p50, "p95": p95, "p99": p99, "alike": alike}
        print(
            f"  {name:38} p50 {p50:8.3f}  p95 {p95:8.3f}  p99 {p99:8.3f} ms   {p50 / base:7.2f} of ours"
            f"   {alike:4.0%} alike",
            flush=True,
        )
    return figures


def together(kind: str, engine: Engine, needs: Sequence[cc.Need], rank: cc.Rank) -> dict[str, float]:
    """Print and give how many needs a second are answered by `match_many`, and by a loop."""
    meaning = interpreter().interpret("")
    queries = [Query(need=need, meaning=meaning, now=NOW, point=need.near) for need in needs]
    seconds: dict[str, list[float]] = {"loop": [], "ranked": [], "looked at": []}
    for _ in range(5):
        gc.collect()
        start = time.perf_counter()
        for query in queries:
            engine.match(query, rank=rank)
        seconds["loop"].append(time.perf_counter() - start)
        gc.collect()
        start = time.perf_counter()
        results = engine.match_many(queries, rank=rank)
        seconds["ranked"].append(time.perf_counter() - start)
        matches = sum(map(len, results))
        seconds["looked at"].append(time.perf_counter() - start)
        del results
        if not matches:
            sys.exit(f"nothing was found for: {kind}")
    rates = {name: len(needs) / float(np.median(found)) for name, found in seconds.items()}
    print(
        f"  {kind:38} loop {rates['loop']:8,.0f}  match_many {rates['ranked']:8,.0f} a second, "
        f"{rates['ranked'] / rates['loop']:.1f} times; with all matches looked at {rates['looked at']:8,.0f}, "
        f"{rates['looked at'] / rates['loop']:.1f} times",
        flush=True,
    )
    return rates


def check(data: Any, engine: Engine, gen: Any, queries: Sequence[dict[str, Any]]) -> None:
    """Compare the nearest ten with all geodesics measured, for every query."""
    from geopy.distance import geodesic
    from rivals import exploded

    from communityconnector.model.geography import geodesic_km

    rows, terms = exploded(gen, data)
    order = np.argsort(terms, kind="stable")
    rows, terms = rows[order], terms[order]
    at = np.searchsorted(terms, np.arange(gen.N_TERMS + 1))
    for query in queries:
        some = rows[at[query["term"]] : at[query["term"] + 1]]
        latitude, longitude = query["lat"], query["lon"]
        near = some[np.abs(data.lat[some] - latitude) < query["km"] / 110.0]
        kms = [
            geodesic_km(latitude, longitude, float(data.lat[row]), float(data.lon[row]))
            for row in near.tolist()
        ]
        # All are measured by our own formula, and the nearest thirty again by geopy, which decides.
        nearest = sorted(
            (km, row) for km, row in zip(kms, near.tolist(), strict=True) if km <= query["km"] + 0.001
        )
        exact = [
            (geodesic((latitude, longitude), (float(data.lat[row]), float(data.lon[row]))).km, row)
            for _, row in nearest[:30]
        ]
        brute = [row for km, row in sorted(exact) if km <= query["km"]][:10]
        need = need_of(gen, query)
        found = engine.match(
            Query(need=need, meaning=interpreter().interpret(""), now=NOW, point=need.near),
            rank=cc.Rank.DISTANCE,
        )
        mine = [int(match.service_id[:8], 16) for match in found]
        if mine != brute:
            sys.exit(f"{query}\nfound   {mine}\nbut the nearest are {brute}")
    print(f"\nchecked: {len(queries)} answers are the nearest ten of all geodesics")


Kind = tuple[list[dict[str, Any]], list[dict[str, Any]] | None]
"""Queries, and the filters that go with each."""


def opened(folder: str) -> float:
    """Seconds that a new process takes to open an index, once the vocabulary is there."""
    command = [sys.executable, "-c", _OPEN, folder]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603  # our own


def built(gen: Any, data: Any, figures: dict[str, Any]) -> Engine:
    """Build indexes without and with words, save and open them; print times and sizes. Gives the one with words."""
    for words in (False, True):
        rows, tables = gathered(gen, data, words=words)
        start = time.perf_counter()
        index = index_of(rows, tables)
        seconds = time.perf_counter() - start
        del rows, tables
        with tempfile.TemporaryDirectory() as folder:
            index.save(folder, services=False)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
            opening = [opened(folder) for _ in range(5)]
        name = "index built from columns, with words" if words else "index built from columns"
        figures[name] = {"seconds": seconds, "bytes": size / len(data), "open": opening}
        print(
            f"{name}: {seconds:.1f} s; {size / len(data):.0f} bytes an offer; "
            f"opened in {np.median(opening):.3f} s (median of 5 processes)"
        )
    gc.collect()
    print(f"memory in use at most so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    return Engine(index)


_OPEN = """
import sys, time
from communityconnector.matching import Index
from communityconnector.needs import lexicon
words = lexicon()
start = time.perf_counter()
Index.open(sys.argv[1], words, fetch=lambda _: None)
print(time.perf_counter() - start)
"""


def against(
    kinds: dict[str, Kind], engine: Engine, gen: Any, contenders: Sequence[Any], figures: dict[str, Any]
) -> None:
    """Time kinds of queries, ours and the rivals'."""
    for kind, (places, filters) in kinds.items():
        needs = [need_of(gen, q, None if filters is None else filters[n]) for n, q in enumerate(places)]
        asks: dict[str, Ask] = {"ours": ours(engine, needs, cc.Rank.DISTANCE)}
        for rival in contenders:
            asks[rival.name] = lambda n, rival=rival, places=places, filters=filters: rival.nearest(
                places[n], None if filters is None else filters[n]
            )
        figures[kind] = measured(kind, asks, len(places))


def by_words(
    engine: Engine, gen: Any, data: Any, queries: list[dict[str, Any]], *, alone: bool
) -> dict[str, Any]:
    """Time two words with a blended score, ours and tantivy's."""
    asks: dict[str, Ask] = {"ours": ours(engine, [need_of(gen, q) for q in queries], cc.Rank.SCORE)}
    if not alone and importlib.util.find_spec("tantivy"):
        vocabulary = gen.vocabulary()
        tantivy = Tantivy(data)
        spoken = [[vocabulary[word] for word in query["words"]] for query in queries]
        asks[tantivy.name] = lambda n: tantivy.nearest(queries[n], spoken[n])
    return measured("two words, radius, blended score", asks, len(queries))


def others(
    engine: Engine, gen: Any, queries: dict[str, list[dict[str, Any]]], figures: dict[str, Any]
) -> None:
    """Time what no rival is asked."""
    nearest, filtered = queries["q1"], queries["q2"]
    three = [
        {**one, "term": [one["term"], other["term"], third["term"]]}
        for one, other, third in zip(nearest, nearest[1:] + nearest[:1], filtered[::-1], strict=True)
    ]
    kinds: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]] | None, cc.Rank]] = {
        "rare language in a dense city": (
            queries["q5"],
            [{**f, "lang": 9} for f in filtered],
            cc.Rank.DISTANCE,
        ),
        "radius 200 km": ([{**q, "km": 200.0} for q in nearest], None, cc.Rank.DISTANCE),
        "no radius": ([{**q, "km": None} for q in nearest], None, cc.Rank.DISTANCE),
        "three terms at once": (three, None, cc.Rank.DISTANCE),
        "term, radius, by score": (nearest, None, cc.Rank.SCORE),
        "all filters, by score": (filtered, filtered, cc.Rank.SCORE),
    }
    for kind, (places, filters, rank) in kinds.items():
        needs = [need_of(gen, q, None if filters is None else filters[n]) for n, q in enumerate(places)]
        figures[kind] = measured(kind, {"ours": ours(engine, needs, rank)}, len(places))
    print("\nmany at once")
    for kind, places, filters, rank in (
        ("term, radius, nearest 10", nearest, None, cc.Rank.DISTANCE),
        ("all filters", filtered, filtered, cc.Rank.DISTANCE),
        ("common term, dense city", queries["q5"], None, cc.Rank.DISTANCE),
        ("common term, dense city, all filters", queries["q5"], filtered, cc.Rank.DISTANCE),
        ("term, radius, by score", nearest, None, cc.Rank.SCORE),
        ("all filters, by score", filtered, filtered, cc.Rank.SCORE),
    ):
        needs = [need_of(gen, q, None if filters is None else filters[n]) for n, q in enumerate(places)]
        figures[f"many: {kind}"] = together(kind, engine, needs, rank)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("generator", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--postgres")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--alone", action="store_true", help="without rivals")
    asked = parser.parse_args()
    gen = generator(asked.generator)
    data = gen.generate(asked.rows)
    queries = gen.queries(data, asked.queries)
    figures: dict[str, Any] = {}
    engine = built(gen, data, figures)
    contenders: list[Any] = []
    if not asked.alone:
        contenders.append(Rings(gen, data))
        if importlib.util.find_spec("scipy"):
            contenders.append(Trees(gen, data))
        if asked.postgres:
            contenders += [PostGis(gen, data, asked.postgres, single=single) for single in (False, True)]
    kinds: dict[str, Kind] = {
        "term, radius, nearest 10": (queries["q1"], None),
        "all filters": (queries["q2"], queries["q2"]),
        "common term, dense city": (queries["q5"], None),
        "common term, dense city, all filters": (queries["q5"], queries["q2"]),
        "rare term": (queries["q4"], None),
    }
    against(kinds, engine, gen, contenders, figures)
    figures["words"] = by_words(engine, gen, data, queries["q3"], alone=asked.alone)
    others(engine, gen, queries, figures)
    if asked.check:
        check(data, engine, gen, queries["q1"])
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
