"""Budgets of time are distances; whoever knows how long ways take puts the quickest first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import communityconnector as cc
from communityconnector.errors import InvalidNeedError
from communityconnector.matching import by_travel_time
from communityconnector.travel import Mode, TravelTimes


def test_a_budget_of_time_is_a_distance():
    assert cc.walking(60).km == pytest.approx(4.8 / 1.3)
    assert cc.walking(20, kmh=6, detour=1).km == pytest.approx(2)
    assert cc.walking(30).km < cc.cycling(30).km < cc.driving(30).km
    matches = cc.Matcher(cc.sample()).match(cc.Need("food", near="28694", within=cc.walking(15)), limit=None)
    assert all(
        match.km is None or match.is_approximate or match.km <= 15 / 60 * 4.8 / 1.3 for match in matches
    )


@pytest.mark.parametrize("wrong", [{"minutes": -1}, {"minutes": 5, "kmh": 0}, {"minutes": 5, "detour": 0.5}])
def test_a_budget_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(InvalidNeedError):
        cc.walking(**wrong)


class Ferry:
    """The farther north, the sooner one is there; to some places there is no way."""

    def __init__(self) -> None:
        self.asked: list[tuple[cc.Point, int, Mode]] = []

    def minutes(self, origin: cc.Point, destinations: Sequence[cc.Point], mode: Mode) -> list[float | None]:
        self.asked.append((origin, len(destinations), mode))
        return [None if place.longitude < -81.5 else 100.0 - place.latitude for place in destinations]


def test_the_quickest_come_first_and_unknown_times_keep_their_order():
    ferry = Ferry()
    assert isinstance(ferry, TravelTimes)
    need = cc.Need("food pantry", near="28694")
    plain = cc.Matcher(cc.sample()).match(need, limit=None)
    result = cc.Matcher(cc.sample(), rerankers=[by_travel_time(ferry, "transit")]).match(need, limit=None)
    assert [mode for *_, mode in ferry.asked] == [Mode.TRANSIT]
    assert {m.offer_id for m in result} == {m.offer_id for m in plain}

    def reached(match):
        point = match.offer.point
        return point is not None and point.longitude >= -81.5

    known = [m for m in result if reached(m)]
    assert known == sorted(known, key=lambda m: -m.offer.point.latitude)
    assert list(result) == known + [m for m in plain if not reached(m)]
    assert known


def test_without_a_start_no_travel_time_is_requested():
    ferry = Ferry()
    cc.Matcher(cc.sample(), rerankers=[by_travel_time(ferry)]).match("food pantry")
    assert ferry.asked == []
