"""The index finds what the plain matcher finds: the same offers, in the same order, for the same reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import attrs
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import plain_match

import communityconnector as cc
from builders import location, service, tagged
from communityconnector.matching import Engine, Index, Query
from communityconnector.matching.cue_criteria import person_of
from communityconnector.matching.index import batch, search
from communityconnector.matching.index import plan as plan_module
from communityconnector.needs import Understood, interpreter, lexicon
from communityconnector.testing import strategies as cc_st

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ranks = st.sampled_from(list(cc.Rank))

many = settings(max_examples=10_000 if settings().max_examples > 1000 else settings().max_examples)
"""In the deep mode 10,000 pairs of a directory and a need in each of two tests."""


needs_in_terms = cc_st.needs().map(lambda need: attrs.evolve(need, text=""))
"""What is needed is given, not said: such needs are found the quickest, and so are the faults."""


def query_of(need):
    interpretation = interpreter().interpret(need.text)
    concepts = lexicon().vocabulary.concepts
    named = tuple(Understood(key, concepts[key].name, 1.0, (key,)) for key in need.terms if key in concepts)
    rest = tuple(found for found in interpretation.concepts if found.concept not in need.terms)
    return Query(
        need=need,
        meaning=attrs.evolve(interpretation, concepts=named + rest),
        now=NOW,
        point=need.near,
        person=person_of(need, interpretation, cues=True),
    )


def facts_of(matches):
    return [
        (m.offer_id, m.service_id, m.score, m.contributions, m.reasons, m.km, m.offer.id, m.offer.service.id)
        for m in matches
    ]


def expected(found):
    return [
        (
            offer.id,
            offer.service.id,
            total,
            parts,
            judgement.reasons,
            judgement.km,
            offer.id,
            offer.service.id,
        )
        for _, offer, judgement, parts, total in found
    ]


def by_postal_code(code):
    """Where some postal codes are, near each other and near what the strategies place."""
    return {
        "28694": cc.Point(36.4, -81.47), "28640": cc.Point(36.42, -81.47), "24333": cc.Point(36.7, -80.95),
    }.get(code)  # fmt: skip


def located(directory):
    return Engine(Index.of(directory, lexicon(), locate=by_postal_code))


def agree(engine, directory, need, rank, limit):
    query = query_of(need)
    plain, ruled_out = plain_match(directory, query, lexicon(), rank, locate=engine.index.locate)
    result = engine.match(query, limit=limit, rank=rank)
    assert facts_of(result) == expected(plain)[:limit]
    assert result.total == len(plain)
    assert result.ruled_out == ruled_out


@many
@given(cc_st.matchable_directories(), cc_st.needs(), ranks, st.none() | st.integers(1, 3))
def test_the_index_finds_what_the_plain_matcher_finds(directory, need, rank, limit):
    agree(Engine(directory), directory, need, rank, limit)
    agree(located(directory), directory, need, rank, limit)


@many
@given(
    cc_st.matchable_directories(),
    st.lists(cc_st.matchable_directories(most=3), min_size=1, max_size=3),
    cc_st.needs(),
    ranks,
    st.booleans(),
)
def test_an_index_that_is_updated_finds_what_a_new_one_finds(directory, later, need, rank, drops):
    matcher = cc.Matcher(directory, audience="steward", clock=lambda: NOW)
    for other in later:
        whole = directory.update(other, drop_missing=drops).directory
        matcher.update(whole)
        directory = whole
    for limit in (None, 1, 3):
        agree(matcher._engine, directory, need, rank, limit)  # noqa: SLF001  # beneath the words and the clock


@given(cc_st.matchable_directories(), cc_st.matchable_directories(most=2), cc_st.needs(), ranks)
def test_an_index_that_is_saved_and_opened_finds_what_it_found(directory, later, need, rank):
    query = query_of(need)
    engine = located(directory)
    engine.update(later.services.values())

    def found(engine):
        return [
            (m.offer_id, m.score, m.contributions, m.reasons, m.km) for m in engine.match(query, rank=rank)
        ]

    with TemporaryDirectory() as folder:
        engine.index.save(folder)
        assert found(Engine(Index.open(folder))) == found(engine)


@given(cc_st.crowded_directories(), cc_st.needs(), ranks, st.integers(1, 12))
def test_the_index_finds_what_the_plain_matcher_finds_in_a_crowded_city(directory, need, rank, limit):
    # Circles are drawn from the first candidates on, so that these few hundred offers try them.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_ALL_AT_ONCE", dict.fromkeys(cc.Rank, 20))
        patch.setattr(search, "_FIRST_RING", 10)
        agree(located(directory), directory, need, rank, limit)


def as_one_by_one(directory, needs, rank, limit):
    engine = located(directory)
    queries = [query_of(need) for need in needs]
    many = engine.match_many(queries, limit=limit, rank=rank)
    assert len(many) == len(queries)
    for query, result in zip(queries, many, strict=True):
        alone = engine.match(query, limit=limit, rank=rank)
        assert facts_of(result) == facts_of(alone)
        assert (result.total, result.ruled_out) == (alone.total, alone.ruled_out)


def near_and_by_terms(draw):
    """A need as a batch takes them: by terms, from a place, within a distance."""
    need = draw(cc_st.needs())
    near = need.near or cc.Point(*draw(cc_st.points))
    return attrs.evolve(need, text="", near=near, within=need.within or cc.kilometers(60))


for_batches = st.composite(near_and_by_terms)()
batches = st.lists(for_batches | cc_st.needs(), min_size=1, max_size=8)


@given(cc_st.matchable_directories(), batches, ranks, st.integers(0, 3))
def test_many_needs_are_answered_as_one_by_one(directory, needs, rank, limit):
    as_one_by_one(directory, needs, rank, limit)


@settings(max_examples=settings().max_examples // 2)
@given(cc_st.crowded_directories(), batches, ranks, st.integers(1, 12))
def test_many_needs_in_a_crowd_are_answered_as_one_by_one(directory, needs, rank, limit):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "_DENSE", 20)
        patch.setattr(batch, "_FIRST_RING", 10)
        patch.setattr(batch, "_BATCH_SIZE", 3)
        as_one_by_one(directory, needs, rank, limit)


def trust_any_circle(patch):
    right = batch.BatchSearch._best  # noqa: SLF001  # a fault
    patch.setattr(
        batch.BatchSearch, "_best", lambda *args: right(*args[:-1], np.full_like(args[-1], np.inf))
    )  # a fault
    patch.setattr(batch, "_DENSE", 20)
    patch.setattr(batch.BatchSearch, "_first_ring", 1)  # a fault


def forget_those_without_a_place(patch):
    none = attrs.evolve(batch.NO_CANDIDATES, squares=np.empty(0), plans=np.empty(0, dtype=np.int64))
    patch.setattr(batch.BatchSearch, "_elsewhere", lambda *_: none)  # a fault


@pytest.mark.parametrize("fault", [trust_any_circle, forget_those_without_a_place])
def test_a_wrong_batch_search_is_caught(fault):
    @settings(max_examples=1_000, phases=[Phase.generate], database=None, derandomize=True)
    @given(
        cc_st.crowded_directories(),
        st.lists(for_batches, min_size=3, max_size=8),
        st.just(cc.Rank.DISTANCE),
        st.integers(1, 12),
    )
    def check(directory, needs, rank, limit):
        as_one_by_one(directory, needs, rank, limit)

    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        with pytest.raises(AssertionError):
            check()


def forget_a_criterion(patch):
    patch.setattr(plan_module, "CRITERIA", [one for one in plan_module.CRITERIA if one.name != "age"])


def stop_too_early(patch):
    patch.setattr(search, "_ALL_AT_ONCE", dict.fromkeys(cc.Rank, 20))
    patch.setattr(search, "_FIRST_RING", 10)
    patch.setattr(search.Search, "_is_enough", lambda *_: True)


def trust_the_chord(patch):
    patch.setattr(search, "error_km", lambda km: -0.01 * km)
    patch.setattr(search, "errors_km", lambda km: -0.01 * km)


def lose_who_is_alike(patch):
    patch.setattr(search, "_SPARE", 0)
    patch.setattr(
        search.Search,
        "_without_surplus",
        lambda _, candidates, keys, count: candidates.rows[np.argsort(keys)[:count]],
    )


def asking_for_little(need):
    """A need for one thing from one place, so that many offers fit it."""
    return cc.Need(terms=need.terms[:1], near=need.near or cc.Point(36.42, -81.47), age=need.age)


for_little = cc_st.needs().map(asking_for_little)


@pytest.mark.parametrize(
    ("fault", "needs", "rank"),
    [
        (forget_a_criterion, for_little, ranks),
        (trust_the_chord, for_batches, ranks),
        (lose_who_is_alike, needs_in_terms, ranks),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_wrong_index_is_caught(fault, needs, rank):
    """Each fault is looked for among needs and orders in which it decides."""

    @settings(max_examples=1_000, phases=[Phase.generate], database=None, derandomize=True)
    @given(cc_st.crowded_directories(), needs, rank, st.integers(1, 12))
    def check(directory, need, rank, limit):
        agree(Engine(directory), directory, need, rank, limit)

    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        with pytest.raises(AssertionError):
            check()


def test_a_search_that_stops_too_early_is_caught():
    """Many that hardly fit are next door, and the one that fits is a little farther: a circle too small misses it."""
    near = [
        service(f"near-{n}", location(f"near-{n}", point=(36.42, -81.47)), name="Cedar House",
                description="Runs a food pantry.")
        for n in range(40)
    ]  # fmt: skip
    best = service("best", location("best", point=(36.5, -81.47)), attributes=tagged("food-pantry"))
    directory = cc.Directory.of([*near, best])
    need = cc.Need(terms="food-pantry", near=cc.Point(36.42, -81.47))

    with pytest.MonkeyPatch.context() as patch:
        stop_too_early(patch)
        with pytest.raises(AssertionError):
            agree(Engine(directory), directory, need, cc.Rank.SCORE, 1)
