"""A made-up national directory as an index takes it: the generator's arrays become columns, without any records.

The generator is a file of its own (`gen_directory.py`, numpy only) that makes places, terms, hours, ages, languages
and words; whoever has another with the same functions may use that.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import communityconnector as cc
from communityconnector.matching import Index
from communityconnector.matching.criteria import CRITERIA
from communityconnector.matching.index import Part
from communityconnector.matching.index.answers import AnswerTable
from communityconnector.matching.index.columns import Gathered
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.purpose import ListedTerm
from communityconnector.matching.schedules.recurrence import Rule
from communityconnector.model import TaxonomyTerm
from communityconnector.needs import lexicon
from communityconnector.needs.words import stem

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def generator(path: Path) -> ModuleType:
    """The generator, as a module."""
    spec = importlib.util.spec_from_file_location("gen_directory", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gen_directory"] = module
    spec.loader.exec_module(module)
    return module


def facts_of(gen: ModuleType, data: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """For each criterion the number of every row's facts, and the facts."""
    count = len(data)
    plain = cc.Offer(cc.Service(id="", name="", status="active", assured_date="2026-05-01"), None)
    codes: dict[str, Any] = {criterion.name: np.zeros(count, dtype=np.int32) for criterion in CRITERIA}
    tables: dict[str, list[Any]] = {criterion.name: [criterion.facts(plain)] for criterion in CRITERIA}
    tables["area"] = [((), False, ())]  # All have a place, and serve whoever comes there.
    ages, codes["age"] = _distinct([data.min_age, data.max_age])
    tables["age"] = [(None if low < 0 else low, None if high < 0 else high, None) for low, high in ages]
    spoken, codes["language"] = _distinct([data.langs])
    tables["language"] = [
        (tuple(("", code) for bit, code in enumerate(gen.LANGS) if mask >> bit & 1), (), "")
        for (mask,) in spoken
    ]
    codes["cost"] = data.free.astype(np.int32)
    tables["cost"] = [(((10.0, "fee", "USD"),), ""), ((), "Free")]
    codes["accessibility"] = data.wheelchair.astype(np.int32)
    tables["accessibility"] = [(), ("wheelchair",)]
    weeks, codes["open_at"] = _distinct([*data.open_at.T, *data.close_at.T])
    tables["open_at"] = [("", _rules(gen, week[:7], week[7:])) for week in weeks]
    return codes, tables


def _distinct(columns: Sequence[Any]) -> tuple[list[Any], Any]:
    rows, codes = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return rows.tolist(), codes.ravel().astype(np.int32)


def _rules(gen: ModuleType, opens: Sequence[int], closes: Sequence[int]) -> tuple[Rule, ...]:
    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    return tuple(
        Rule(clock(begin), clock(min(end, 1439)), "WEEKLY", day, *[None] * 11)
        for day, begin, end in zip(gen.DAYS, opens, closes, strict=True)
        if begin >= 0
    )


def terms_of(gen: ModuleType, data: Any) -> tuple[dict[str, tuple[Any, Any]], list[ListedTerm]]:
    """Rows by term, with the rows of narrower terms."""
    row_of = np.repeat(np.arange(len(data), dtype=np.int32), np.diff(data.term_off))
    order = np.argsort(data.term_ids, kind="stable")
    rows, leaves = row_of[order], data.term_ids[order]
    at = np.searchsorted(leaves, np.arange(gen.N_TERMS + 1))
    terms = {}
    for term in range(gen.N_TERMS):
        found = np.unique(np.concatenate([rows[at[leaf] : at[leaf + 1]] for leaf in gen.leaves(term)]))
        terms[f"T{term}"] = (found, np.full(len(found), term, dtype=np.int32))
    words, vocabulary = gen.term_words(data.seed), gen.vocabulary()
    listed = [
        ListedTerm(f"T{term}", " ".join(vocabulary[word] for word in words[term].tolist()))
        for term in range(gen.N_TERMS)
    ]
    return terms, listed


def words_of(gen: ModuleType, data: Any) -> dict[str, Any]:
    """Rows by stem: twice the row, and one more where only the description or a term has the word."""
    count = len(data)
    ids: dict[str, int] = {}
    stems = np.array([ids.setdefault(stem(word), len(ids)) for word in gen.vocabulary()], dtype=np.int64)
    of_term = stems[gen.term_words(data.seed)]
    row = np.arange(count, dtype=np.int64)
    first = data.term_ids[data.term_off[:-1]]
    pieces = [
        stems[data.words[:, place]] * (2 * count) + 2 * row + (place >= 2)
        for place in range(data.words.shape[1])
    ]
    pieces += [of_term[first][:, place] * (2 * count) + 2 * row for place in (0, 1)]
    listed = np.repeat(row, np.diff(data.term_off))
    pieces += [of_term[data.term_ids][:, place] * (2 * count) + 2 * listed + 1 for place in (0, 1)]
    every = np.concatenate(pieces)
    every.sort()
    # A word that a name has too counts there.
    new = np.ones(len(every), dtype=bool)
    new[1:] = every[1:] >> 1 != every[:-1] >> 1
    every = every[new]
    at = np.searchsorted(every, np.arange(len(ids) + 1) * (2 * count))
    return {
        word: (every[at[number] : at[number + 1]] - number * (2 * count)).astype(np.int32)
        for word, number in ids.items()
        if at[number + 1] > at[number]
    }


def gathered(gen: ModuleType, data: Any, *, words: bool) -> tuple[Gathered, dict[str, list[Any]]]:
    """The rows as they come, and the distinct facts."""
    count = len(data)
    codes, tables = facts_of(gen, data)
    terms, listed = terms_of(gen, data)
    rows = Gathered(
        latitude=data.lat,
        longitude=data.lon,
        place=np.zeros(count, dtype=np.uint8),
        where=np.zeros(count, dtype=np.int32),
        facts=codes,
        service=np.arange(count, dtype=np.int32),
        agency=(np.arange(count) // 4).astype(np.int32),
        concepts={},
        terms=terms,
        words=words_of(gen, data) if words else {},
        undescribed=np.empty(0, dtype=np.int32),
        signs=[],
        listed=listed,
        where_words=[""],
        where_radii=np.zeros(1),
        offer_ids=[f"{row:08x}-0000-4000-8000-000000000001" for row in range(count)],
        service_ids=[f"{row:08x}-0000-4000-8000-000000000000" for row in range(count)],
    )
    return rows, tables


def index_of(rows: Gathered, tables: dict[str, list[Any]]) -> Index:
    """The index of rows; there are no records."""

    def no_records(number: int) -> cc.Service:
        message = f"service {number} has no records here"
        raise LookupError(message)

    made = {criterion.name: AnswerTable(criterion, tables[criterion.name]) for criterion in CRITERIA}
    segment = Segment(rows.arranged(), made)
    terms = {t.term: TaxonomyTerm(id=t.term, name=t.name, description=t.name) for t in rows.listed}
    return Index((Part(segment, no_records),), lexicon(), terms)


def need_of(gen: ModuleType, query: dict[str, Any], filters: dict[str, Any] | None = None) -> cc.Need:
    """A query of the generator as a need."""
    more: dict[str, Any] = {}
    if filters is not None:
        minute, day = filters["minute"], 23 + filters["weekday"]  # a Monday
        more = {
            "age": filters["age"],
            "language": gen.LANGS[filters["lang"]],
            "open_at": datetime(2026, 11, day, minute // 60, minute % 60, tzinfo=UTC),
            "max_cost": 0 if filters["free"] else None,
        }
    vocabulary = gen.vocabulary() if "words" in query else []
    return cc.Need(
        " ".join(vocabulary[word] for word in query.get("words", ())),
        terms=[f"T{term}" for term in np.atleast_1d(query.get("term", [])).tolist()],
        near=cc.Point(query["lat"], query["lon"]),
        within=None if query["km"] is None else cc.kilometers(query["km"]),
        **more,
    )
