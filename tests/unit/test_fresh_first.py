"""The scorer that ships: of what fits equally well, what was checked lately comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from builders import service
from communityconnector.adapters.fresh_first import fresh_first
from communityconnector.model import Directory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def assured(number, days, name="Food Pantry"):
    date = None if days is None else (NOW.date() - timedelta(days=days)).isoformat()
    return service(f"s{number}", name=name, assured_date=date)


def order(services, rerankers):
    matcher = cc.Matcher(Directory.of(services), rerankers=rerankers, clock=lambda: NOW)
    return [
        (m.service.id, m.contributions[0].value)
        for m in matcher.match("food pantry", limit=None, rank="relevance")
    ]


def test_those_checked_within_a_year_come_first():
    services = [assured(1, None), assured(2, 366), assured(3, 365), assured(4, -1), assured(5, 0)]
    names = [name for name, _ in order(services, [fresh_first])]
    assert set(names[:2]) == {"s3", "s5"}
    assert [name for name in names if name not in ("s3", "s5")] == [
        name for name, _ in order(services, []) if name not in ("s3", "s5")
    ]


def test_an_invalid_date_is_not_fresh():
    odd = service("s0", assured_date="last week")
    assert [name for name, _ in order([odd, assured(1, 3)], [fresh_first])] == ["s1", "s0"]


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 800), st.sampled_from(["Food Pantry", "Groceries", "Food"])),
        max_size=8,
    )
)
def test_all_come_back_once_and_each_relevance_keeps_its_ranks(parts):
    services = [assured(number, days, words) for number, (days, words) in enumerate(parts)]
    before, after = order(services, []), order(services, [fresh_first])
    assert sorted(before) == sorted(after)
    assert [relevance for _, relevance in before] == [relevance for _, relevance in after]
